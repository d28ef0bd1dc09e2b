"""The real desk behind the door: what it answers has the shapes that the document says, field by field.

Then schemathesis against it, over the real server: what no fake could get wrong.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import httpx
import msgspec
import pytest
import pytest_asyncio
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from api.following import doors_of
from sayso.api import Settings, build, examples, shapes, shapes_cases
from sayso.api.table import CALLS
from world import Shop, shop_on

EXAMPLES = 10


def exact(shape, answer: httpx.Response, status: int = 200) -> dict:
    """The answer, if it has the shape, and nothing that the shape does not name."""
    assert answer.status_code == status, answer.text
    found = answer.json()
    assert json.loads(msgspec.json.encode(msgspec.json.decode(answer.content, type=shape))) == found
    return found


async def stocked(shop: Shop) -> None:
    await shop.opens()
    await shop.item("lamp", 10, list_price="20.00")
    await shop.item("cup", 100, list_price="2.50")
    await shop.customer("ada", 1000)
    await shop.customer("bob")
    await shop.told(
        "inbound",
        {"document": "PO-1", "line": "1", "item": "lamp", "site": "LON", "quantity": "50", "due": "2026-03-09",
         "status": "confirmed", "kind": "purchase"},
    )  # fmt: skip


@pytest_asyncio.fixture
async def shop(database) -> AsyncIterator[Shop]:
    async with shop_on(database) as found:
        await stocked(found)
        yield found


@pytest_asyncio.fixture
async def http(shop, keys, calling) -> AsyncIterator[httpx.AsyncClient]:
    told = Settings(clock=lambda: shop.now, access_log=False)
    app = build(shop.desk, keys=keys, settings=told, follow=doors_of(shop.pool))
    async with calling(app) as client:
        yield client


def asking(customer: str, *lines: tuple[str, str], **more) -> dict:
    rows = [{"item": item, "quantity": quantity} for item, quantity in lines]
    return {"customer": customer, "ship_to": {"country": "GB"}, "lines": rows, **more}


@pytest.mark.parametrize(
    "asked",
    [
        asking("ada", ("lamp", "4"), ("cup", "10")), asking("ada", ("lamp", "4"), hold="PT15M", reference="cart-1"),
        asking("ada", ("lamp", "30"), hold="PT15M"), asking("ada", ("lamp", "900")), asking("nobody", ("lamp", "1")),
        asking("ada", ("nothing", "1")), asking("ada", ("cup", "5"), currency="EUR"), asking("ada", ("lamp", "51")),
        {**asking("bob", ("cup", "5")), "ship_to": {"country": "AQ"}},
    ],
    ids=["quote", "hold", "split", "short", "customer", "item", "currency", "limit", "region"],
)  # fmt: skip
async def test_a_promise(http, asked):
    exact(shapes.Promise, await http.post("/v1/promises", json=asked))


async def test_a_hold_from_beginning_to_end(http):
    made = exact(
        shapes.Promise, await http.post("/v1/promises", json=asking("ada", ("lamp", "4"), hold="PT15M"))
    )
    assert made["held"]
    at = f"/v1/promises/{made['promise']}"
    assert exact(shapes.Promise, await http.get(at))["state"] == "held"
    exact(shapes.Promise, await http.post(at + "/renew", json={"hold": "PT30M"}))
    assert exact(shapes.Released, await http.delete(at))["state"] == "released"
    assert exact(shapes.Released, await http.delete(at))["state"] == "released"
    exact(shapes.Problem, await http.post(at + "/renew", json={"hold": "PT30M"}), 409)


async def test_credit_overridden(http, shop):
    made = exact(
        shapes.Promise, await http.post("/v1/promises", json=asking("ada", ("lamp", "51"), hold="PT15M"))
    )
    assert not made["held"]
    path = f"/v1/promises/{made['promise']}/override"
    shop.now += timedelta(seconds=1)
    again = exact(shapes.Promise, await http.post(path, json=examples.OVERRIDE))
    assert again["credit"]["overridden_by"].startswith("Mary Holt")


async def test_an_order_from_beginning_to_end(http):
    made = (await http.post("/v1/promises", json=asking("ada", ("lamp", "4"), hold="PT15M"))).json()
    ordered = {"order": "W-1", "promise": made["promise"], "po": "77"}
    answer = await http.post("/v1/orders", json=ordered)
    placed = exact(shapes.Order, answer, 201)
    assert answer.headers["location"] == "/v1/orders/W-1"
    again = await http.post("/v1/orders", json=ordered)
    assert exact(shapes.Order, again) == placed
    assert exact(shapes.Order, await http.get("/v1/orders/W-1")) == placed
    exact(shapes.Problem, await http.post("/v1/orders", json={**ordered, "po": "78"}), 409)
    cancelled = exact(shapes.Order, await http.post("/v1/orders/W-1/cancel", json={"reason": "twice"}))
    assert (cancelled["state"], cancelled["why"]) == ("cancelled", "twice")


async def test_an_order_on_lines(http):
    placed = exact(
        shapes.Order, await http.post("/v1/orders", json={"order": "W/2", **asking("ada", ("cup", "5"))}), 201
    )
    assert placed["state"] == "placed"
    exact(shapes.Order, await http.get("/v1/orders/W%2F2"))
    refused = await http.post("/v1/orders", json={"order": "W-3", **asking("nobody", ("cup", "5"))})
    assert exact(shapes.Order, refused)["state"] == "rejected"


async def test_an_order_after_the_hold_has_expired(http, shop):
    made = (await http.post("/v1/promises", json=asking("ada", ("lamp", "8"), hold="PT15M"))).json()
    shop.now += timedelta(hours=1)
    await shop.count("lamp", 5)
    placed = exact(
        shapes.Order, await http.post("/v1/orders", json={"order": "W-4", "promise": made["promise"]}), 201
    )
    assert "parts" in {change["field"] for change in placed["changed"]}


async def test_idempotency_from_end_to_end(http):
    headers = {"idempotency-key": "k-1"}
    asked = asking("ada", ("lamp", "1"), hold="PT15M")
    first = await http.post("/v1/promises", json=asked, headers=headers)
    again = await http.post("/v1/promises", json=asked, headers=headers)
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    other = await http.post("/v1/promises", json=asking("ada", ("lamp", "2"), hold="PT15M"), headers=headers)
    assert exact(shapes.Problem, other, 422)["type"] == "urn:sayso:problem:idempotency-key-reused"


@pytest.mark.parametrize(
    "query", ["", "&country=GB&customer=ada&quantity=30", "&uom=CS", "&country=AQ", "&variant=red"]
)
async def test_availability(http, query):
    found = exact(
        shapes.Availability, await http.get(f"/v1/availability?item=lamp&item=cup&item=none{query}")
    )
    assert [item["item"] for item in found["items"]] == ["lamp", "cup", "none"]


async def test_facts(http):
    rows = [
        {"item": "lamp", "site": "LON", "on_hand": "7"},
        {"item": "cup", "site": "LON", "on_hand": "many"},
    ]
    batch = {"source": "erp", "as_of": "2026-03-02T08:00:00Z", "rows": rows}
    report = exact(shapes.LoadReport, await http.put("/v1/facts/stock", json=batch))
    assert (report["rows"], report["updated"], report["refused"]) == (2, 1, 1)
    exact(shapes.Problem, await http.put("/v1/facts/stock", json={**batch, "as_of": "yesterday"}), 400)
    exact(
        shapes.Problem,
        await http.put("/v1/facts/stock", content=b"{", headers={"content-type": "application/json"}),
        400,
    )


async def test_cases(http, shop):
    exact(shapes_cases.Cases, await http.get("/v1/cases"))
    await http.post("/v1/promises", json=asking("ada", ("lamp", "8"), hold="PT15M"))
    await shop.count("lamp", 0)
    await shop.told("inbound", {"document": "PO-1", "line": "1", "item": "lamp", "deleted": True})
    (case,) = exact(shapes_cases.Cases, await http.get("/v1/cases?state=all"))["cases"]
    assert case["item"] == "lamp"
    where = f"/v1/cases/{case['case']}"
    exact(shapes_cases.WholeCase, await http.get(where))
    done = await http.post(f"{where}/actions", json={"action": "note", "note": "the vendor was asked"})
    found = exact(shapes_cases.ActedCase, done)
    assert [one["note"] for one in found["history"] if one["action"] == "note"] == ["the vendor was asked"]


async def test_about(http):
    exact(shapes.KeySet, await http.get("/.well-known/jwks.json"))
    exact(shapes.Readiness, await http.get("/readyz"))


@pytest_asyncio.fixture
async def url(database, keys) -> AsyncIterator[str]:
    """The real desk on the real server, in a thread with a loop of its own."""
    serving = _Serving(database, keys)
    thread = threading.Thread(target=lambda: asyncio.run(serving.run()), daemon=True)
    thread.start()
    assert await asyncio.to_thread(serving.ready.wait, 20)
    yield serving.url
    serving.server.should_exit = True
    await asyncio.to_thread(thread.join, 20)
    assert not thread.is_alive()


class _Serving:
    def __init__(self, database: str, keys: object) -> None:
        self.ready = threading.Event()
        self.url = ""
        self._database = database
        self._keys = keys

    async def run(self) -> None:
        async with AsyncExitStack() as stack:
            shop = await stack.enter_async_context(shop_on(self._database))
            await stocked(shop)
            told = Settings(clock=lambda: shop.now, access_log=False)
            app = build(shop.desk, keys=self._keys, settings=told, follow=doors_of(shop.pool))
            config = uvicorn.Config(
                app, host="127.0.0.1", port=0, log_config=None, access_log=False, ws="none"
            )
            self.server = uvicorn.Server(config)
            serving = asyncio.create_task(self.server.serve())
            while not self.server.started:  # noqa: ASYNC110 (uvicorn has no event for it)
                await asyncio.sleep(0.01)
            self.url = f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}"
            self.ready.set()
            await serving


@pytest.fixture
def known(url) -> dict[str, str]:
    """Ids of things that are there, so that more than "not found" is tried."""
    with httpx.Client(base_url=url, headers={"authorization": "Bearer sk_admin"}) as http:
        promise = http.post("/v1/promises", json=asking("ada", ("lamp", "1"), hold="PT15M")).json()["promise"]
        http.post("/v1/orders", json={"order": "W-1", **asking("bob", ("cup", "1"))})
    return {"id": promise, "order": "W-1"}


async def test_schemathesis_on_the_real_desk(url, known):
    await asyncio.to_thread(_attempt_all, url, known)


def _attempt_all(url: str, known: dict[str, str]) -> None:
    described = schemathesis.openapi.from_url(url + "/openapi.json")
    for call in CALLS:
        operation = described[call.path][call.method]
        for mode in GenerationMode:
            if mode.is_positive or operation.body or call.parameters:
                _attempt(operation, mode, {name: known[name] for name in known if f"{{{name}}}" in call.path})


def _attempt(operation, mode: GenerationMode, path: dict[str, str]) -> None:
    fixed = {"path_parameters": path} if path and mode.is_positive else {}
    excluded = [positive_data_acceptance, negative_data_rejection]

    @given(case=operation.as_strategy(generation_mode=mode, **fixed))
    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def attempt(case):
        case.call_and_validate(headers={"Authorization": "Bearer sk_admin"}, excluded_checks=excluded)

    attempt()
