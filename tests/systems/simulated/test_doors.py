"""The simulated systems over HTTP: asked as any system is, sending until they are acknowledged, ordering as a shop does."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest

from sayso.errors import NotAuthenticated, SaysoError
from sayso.systems.http_remote import HttpRemote
from sayso.systems.simulated.app import app, client, company_app
from sayso.systems.simulated.company import Company
from sayso.systems.simulated.faults import Faults, parsed
from sayso.systems.simulated.outlet import Delivery, Posted
from sayso.systems.simulated.remote import InProcess
from sayso.systems.simulated.setting import Setting
from sayso.systems.simulated.storefront import Basket
from sayso.systems.simulated.system import System
from systems.simulated.clerk import DAY, START, cancel, company, invoice, release


def over_http(system: System) -> HttpRemote:
    return HttpRemote("http://system.invalid", transport=httpx.ASGITransport(app=app(system)))


@pytest.mark.parametrize(
    ("faults", "came"),
    [
        ([], "done"),
        ([{"fault": "refusing"}], "refused"),
        ([{"fault": "rate_limiting"}], "again"),
        ([{"fault": "down", "lasting": "P1D", "from": "2011-02-01T00:00:00Z"}], "again"),
        ([{"fault": "unclear"}], "unclear"),
    ],
)
async def test_both_ways_of_asking_say_the_same(faults: list[dict[str, Any]], came: str) -> None:
    rules = [{"system": "ar", **rule} for rule in faults]
    ask = invoice("WEB-1", (1, "A", 5))
    outcomes = []
    for way in (InProcess, over_http):
        remote = way(company(rules).ar)
        sent = await remote.send(ask)
        assert sent.came == came
        outcomes.append((sent.events, sent.retry_after, await remote.find(ask.effect)))
        await remote.close()
    assert outcomes[0][0] == outcomes[1][0]
    assert outcomes[0][1] == outcomes[1][1]
    found = [one[2] for one in outcomes]
    assert (found[0] is None) == (found[1] is None)
    if found[0] is not None and found[1] is not None:
        assert (found[0].came, found[0].events) == (found[1].came, found[1].events)
        if came in ("done", "unclear"):
            assert found[0].events


async def test_a_key_may_have_slashes() -> None:
    made = company()
    ask = release("WEB-1", (1, "A", 1))
    key = "release_order/WEB-1/accepted 1"
    body = {"effect": key, "kind": ask.kind, "order": ask.order, "cause": ask.cause, "body": ask.body}
    async with client(made.wms) as http:
        assert (await http.post("/effects", json=body, headers={"Idempotency-Key": key})).status_code == 200
        assert (await http.get("/effects/release_order%2FWEB-1%2Faccepted%201")).json() == {"events": []}
        assert (await http.get("/effects/another")).status_code == 404


async def test_all_systems_under_one_address_are_told_the_time() -> None:
    made = company()
    transport = httpx.ASGITransport(app=company_app(made))
    remote = HttpRemote("http://company.invalid/wms", transport=transport)
    assert (await remote.send(release("WEB-1", (1, "A", 2)))).came == "done"
    async with httpx.AsyncClient(transport=transport, base_url="http://company.invalid") as http:
        answer = await http.post("/until", json={"now": "2011-02-03T00:00:00Z"})
        assert answer.json() == {"now": "2011-02-03T00:00:00Z"}
        assert (await http.post("/until", json={"now": "noon"})).status_code == 422
    assert made.wms.shipped == {("WEB-1", 1): 2}


async def test_what_cannot_be_understood_is_refused_with_a_word() -> None:
    made = company()
    async with client(made.wms) as http:
        assert (await http.post("/effects", content=b"{")).status_code == 422
        other = await http.post(
            "/effects", json={"effect": "a", "kind": "b"}, headers={"Idempotency-Key": "c"}
        )
        assert other.status_code == 422
    ask = release("WEB-1", (1, "A", 0))
    assert "quantity" in (await made.wms.ask(ask)).body["detail"]
    assert (await made.bank.ask(ask)).body["detail"] == "bank does not do release_order"
    done = cancel("WEB-1", "wms")
    await made.wms.ask(done)
    changed = cancel("WEB-1", "wms", (1, 1))
    assert (await made.wms.ask(changed)).status == 422


class Sayso:
    """As much of Sayso's doors as the systems use; answers from a list of statuses first."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        status = self.statuses.pop(0) if self.statuses else 0
        if status == 1:
            raise httpx.ConnectError("away")
        if status:
            return httpx.Response(status, json={})
        if request.url.path == "/v1/promises":
            return httpx.Response(200, json={"promise": "prm_1", "verdict": "firm", "held": True})
        if request.url.path == "/v1/orders":
            return httpx.Response(
                201, json={"order": json.loads(request.content)["order"], "state": "placed"}
            )
        return httpx.Response(202, json={})

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self), base_url="http://sayso.invalid")


def delivery(place: int, order: str = "WEB-1") -> Delivery:
    return Delivery("wms", "POD", f"M-{place}", order, START + place * DAY, b'{"n": %d}' % place)


async def test_messages_are_sent_until_they_are_acknowledged_and_in_order() -> None:
    sayso = Sayso(1, 503, 429)
    outlet = Posted(sayso.client())
    for place in range(3):
        outlet.put(delivery(place))
    await outlet.flush()
    assert [request.content for request in sayso.requests] == [b'{"n": 0}'] * 4 + [b'{"n": 1}', b'{"n": 2}']
    assert sayso.requests[0].url.path == "/v1/systems/wms/messages"
    assert sayso.requests[-1].headers["sayso-now"] == "2011-02-03T00:00:00Z"
    assert sayso.requests[-1].headers["content-type"] == "application/json"
    assert (outlet.sent, outlet.again, outlet.turned_away) == (6, 3, [])
    await outlet.flush()
    assert len(sayso.requests) == 6


async def test_what_sayso_will_not_have_is_kept_with_the_status() -> None:
    outlet = Posted(Sayso(413).client(), simulated=False)
    outlet.put(delivery(0))
    await outlet.flush()
    assert outlet.turned_away == [(delivery(0), 413)]


async def test_a_key_that_is_not_accepted_stops_at_once_and_loses_nothing() -> None:
    sayso = Sayso(401)
    outlet = Posted(sayso.client())
    outlet.put(delivery(0))
    with pytest.raises(NotAuthenticated):
        await outlet.flush()
    await outlet.flush()
    assert len(sayso.requests) == 2


async def test_patience_ends_and_the_message_waits() -> None:
    outlet = Posted(Sayso(*[503] * 3).client(), patience=0.05)
    outlet.put(delivery(0))
    with pytest.raises(SaysoError, match="503"):
        await outlet.flush()
    await outlet.flush()
    assert outlet.turned_away == []


def shop(sayso: Sayso, *rules: dict[str, Any]) -> Company:
    faults = Faults(parsed({"fault": [{"system": "storefront", **rule} for rule in rules]}, "here"))
    return Company(Setting(seed=1), faults, client=sayso.client())


def basket(order: str = "WEB-1") -> Basket:
    return Basket(order=order, customer="C1", at=START + DAY, lines=(("A", Decimal(3)),), po="PO-9")


async def test_a_buyer_orders_what_was_promised() -> None:
    sayso = Sayso(503)
    made = shop(sayso)
    made.storefront.will_order(basket())
    await made.until(START)
    assert sayso.requests == []
    await made.until(START + 2 * DAY)
    paths = [request.url.path for request in sayso.requests]
    assert paths == ["/v1/promises", "/v1/promises", "/v1/orders"]
    keys = [request.headers["idempotency-key"] for request in sayso.requests]
    assert keys[0] == keys[1] != keys[2]
    asked = json.loads(sayso.requests[0].content)
    assert (asked["reference"], asked["lines"]) == ("WEB-1", [{"line": 1, "item": "A", "quantity": "3"}])
    assert sayso.requests[0].headers["sayso-now"] == "2011-02-02T00:00:00Z"
    assert made.books()["storefront"]["told"] == {
        "WEB-1": {"verdict": "firm", "promise": "prm_1", "state": "placed"}
    }


async def test_a_buyer_asks_twice_or_leaves() -> None:
    sayso = Sayso()
    made = shop(
        sayso, {"fault": "asks_twice", "orders": ["WEB-1"]}, {"fault": "abandoned", "orders": ["WEB-2"]}
    )
    for order in ("WEB-1", "WEB-2"):
        made.storefront.will_order(basket(order))
    await made.until(START + 2 * DAY)
    assert [request.url.path for request in sayso.requests] == [
        "/v1/promises", "/v1/promises", "/v1/orders", "/v1/orders", "/v1/promises",
    ]  # fmt: skip
    assert made.storefront.told["WEB-2"]["state"] == ""
    assert [one.fault for one in made.faults.played] == ["asks_twice", "abandoned"]


async def test_what_happened_elsewhere_is_told_as_an_event() -> None:
    sayso = Sayso()
    await shop(sayso).storefront.announce({"id": "1", "type": "sayso.order.placed.v1"}, START)
    assert sayso.requests[0].url.path == "/v1/events"
    assert sayso.requests[0].headers["content-type"] == "application/cloudevents+json"


async def test_without_sayso_nothing_can_be_ordered() -> None:
    with pytest.raises(SaysoError, match="no Sayso"):
        await company().storefront.order(basket())


async def test_messages_of_a_company_reach_sayso() -> None:
    sayso = Sayso()
    made = Company(
        Setting(seed=1, stock={("A", "LON"): Decimal(9)}), outlet=Posted(sayso.client()),
    )  # fmt: skip
    await made.wms.ask(release("WEB-1", (1, "A", 2)))
    await made.until(START + 10 * DAY)
    kinds = [json.loads(request.content)["message"] for request in sayso.requests]
    assert kinds == ["PICKCONF", "SHIPCONF", "POD"]
