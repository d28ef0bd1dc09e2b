"""What systems tell, through the real doors to the real database: kept, applied, held back, mended, and read as a story."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from api.following import JSON, House, house_of
from api.test_real import exact
from sayso.api import shapes
from sayso.api import shapes_follow as follow
from told import event
from world import MONDAY, asking, shop_on

DAY = "2026-03-02T09:0{}:00Z"
LINES = [
    {"line": 1, "item": "lamp", "quantity": "4", "unit_price": "20", "tax": "16"},
    {"line": 2, "item": "cup", "quantity": "10", "unit_price": "2.5", "tax": "5"},
]


def placed(order: str = "W-1", customer: str = "ada") -> dict:
    return event(
        f"placed-{order}", "order.placed", order, DAY.format(0), source="shop", document=order, customer=customer,
        currency="GBP", lines=LINES, po="77",
    )  # fmt: skip


def shipped(order: str = "W-1", **more) -> dict:
    told = {
        "document": "SH-1",
        "site": "LON",
        "lines": [{"line": 1, "item": "lamp", "quantity": "4"}],
        **more,
    }
    return event(
        f"ship-{order}-{told['document']}-{told.get('revision', 0)}",
        "shipment.dispatched",
        order,
        DAY.format(5),
        **told,
    )


def shipconf(number: str = "SH-9", order: str = "W-1", **line) -> dict:
    return {
        "message": "SHIPCONF", "messageId": f"m-{number}", "sentAt": "2026-03-02T10:00:00Z", "warehouse": "LON",
        "orderRef": order, "documentNo": number, "revision": 1, "series": number, "loadNo": 1, "loadsTotal": 1,
        "carrier": "DPD", "trackingNo": "T1", "shippedAt": "2026-03-02T10:00:00Z",
        "lines": [line or {"orderLine": 1, "sku": "lamp", "qty": "4", "uom": "EA"}],
    }  # fmt: skip


RENAMED = {"orderLine": 1, "sku": "lamp", "quantity": "4", "uom": "EA"}


@pytest_asyncio.fixture
async def house(database, keys, calling) -> AsyncIterator[House]:
    async with shop_on(database) as shop:
        await shop.opens()
        await shop.item("lamp", 10, list_price="20.00")
        await shop.item("cup", 100, list_price="2.50")
        await shop.customer("ada", 1000)
        async with house_of(shop, keys, calling) as found:
            yield found


async def test_events_are_kept_once_and_told_apart(house):
    first = await house.http.post("/v1/events", json=placed(), headers=JSON)
    taken = exact(follow.Taken, first, 202)
    assert (taken["taken"], taken["messages"][0]["id"]) == (1, "placed-W-1")
    again = exact(follow.Taken, await house.http.post("/v1/events", json=placed(), headers=JSON), 202)
    assert (again["repeated"], again["messages"][0]["number"]) == (1, taken["messages"][0]["number"])
    other = {**placed(), "data": {"document": "W-1"}}
    differs = exact(follow.Taken, await house.http.post("/v1/events", json=other, headers=JSON), 202)
    assert differs["conflicting"] == 1
    kept = await house.shop.pool.fetchrow("SELECT source, id, key, content_type, body FROM inbox")
    assert tuple(kept)[:4] == ("shop", "placed-W-1", "W-1", "application/cloudevents+json")
    assert kept["body"] == first.request.content, "byte for byte"


async def test_binary_mode_is_kept_as_structured_mode_has_it(house):
    headers = {
        **JSON, "ce-specversion": "1.0", "ce-id": "b-1", "ce-source": "wms", "ce-subject": "W%2D1",
        "ce-type": "sayso.shipment.dispatched.v1", "ce-time": DAY.format(5),
    }  # fmt: skip
    data = b'{"document": "SH-1","lines":[{"line":1,"item":"lamp","quantity":4.00}]}'
    answer = await house.http.post("/v1/events", content=data, headers=headers)
    assert exact(follow.Taken, answer, 202)["taken"] == 1
    kept = await house.shop.pool.fetchrow("SELECT key, body FROM inbox")
    assert kept["key"] == "W-1"
    assert kept["body"].endswith(b'"data":' + data + b"}")
    assert json.loads(kept["body"])["type"] == "sayso.shipment.dispatched.v1"


@pytest.mark.parametrize(
    ("change", "field"),
    [({"id": None}, "id"), ({"source": ""}, "source"), ({"type": 7}, "type"), ({"specversion": "0.3"}, "specversion"),
     ({"source": "sayso"}, "source")],
)  # fmt: skip
async def test_an_envelope_that_tells_nothing_apart_is_refused(house, change, field):
    told = {name: value for name, value in {**placed(), **change}.items() if value is not None}
    found = exact(shapes.Problem, await house.http.post("/v1/events", json=told), 400)
    assert found["errors"][0]["field"] == field
    batch = {"content-type": "application/cloudevents-batch+json"}
    found = exact(
        shapes.Problem, await house.http.post("/v1/events", json=[placed(), told], headers=batch), 400
    )
    assert found["errors"][0]["field"] == f"[1].{field}"
    assert await house.shop.pool.fetchval("SELECT count(*) FROM inbox") == 0


async def test_too_many_events_and_other_media_are_refused(house):
    many = [{**placed(), "id": str(number)} for number in range(501)]
    exact(shapes.Problem, await house.http.post("/v1/events", json=many), 413)
    text = {"content-type": "text/plain"}
    exact(shapes.Problem, await house.http.post("/v1/events", content=b"hello", headers=text), 415)


async def test_a_bound_key_sends_nothing_and_reads_its_own(house, calling):
    await house.told(placed(), shipped())
    async with calling(house.http._transport.app, "sk_bound") as http:
        assert (await http.post("/v1/events", json=placed())).status_code == 403
        assert (await http.post("/v1/systems/wms/messages", json=shipconf())).status_code == 403
        assert (await http.get("/v1/quarantine")).status_code == 403
        assert (await http.get("/v1/transactions")).json()["transactions"] == []
        assert (await http.get("/v1/transactions/W-1")).status_code == 404
        assert (await http.get("/v1/transactions?customer=ada")).status_code == 403


async def test_a_message_is_known_by_its_header_its_contract_or_its_content(house):
    assert await house.says("wms", shipconf()) == 1
    row = await house.shop.pool.fetchrow("SELECT id, kind, key, state FROM inbox")
    assert tuple(row) == ("m-SH-9", "SHIPCONF", "W-1", "applied")
    named = {"sayso-message-id": "x-1", "sayso-message-kind": "NOTE", "content-type": "application/edifact"}
    for content, id_ in ((b"\xff\x00raw", "x-1"), (b"\xff\x00raw", None)):
        headers = {name: value for name, value in named.items() if id_ or not name.endswith("-id")}
        answer = await house.http.post("/v1/systems/edi/messages", content=content, headers=headers)
        exact(follow.Taken, answer, 202)
    rows = await house.shop.pool.fetch(
        "SELECT id, body, content_type FROM inbox WHERE source = 'edi' ORDER BY number"
    )
    assert [row["id"] == "x-1" for row in rows] == [True, False]
    assert {(row["body"], row["content_type"]) for row in rows} == {(b"\xff\x00raw", "application/edifact")}
    assert (await house.http.post("/v1/systems/sayso/messages", json={})).status_code == 400


async def test_the_whole_story_in_the_order_of_what_happened(house):
    await house.told(shipped(part=1, of=2))  # before its order, as it goes
    await house.told(placed())
    await house.told(shipped(part=1, of=2, revision=1, carrier="DPD"))
    found = exact(follow.Transaction, await house.http.get("/v1/transactions/W-1"))
    told = [one for one in found["timeline"] if one["message"]]
    assert [one["what"] for one in told] == ["order.placed", "shipment.dispatched", "shipment.dispatched"]
    assert told[0]["says"] == "Customer ada ordered 4 of lamp and 10 of cup, their number 77"
    assert told[1]["says"] == "LON dispatched 4 of lamp on SH-1, load 1 of 2"
    assert told[2]["says"] == "LON dispatched 4 of lamp on SH-1, load 1 of 2 with DPD"
    assert [one["superseded"] for one in told] == [False, True, False]
    assert told[0]["known"] > told[1]["known"], "what happened first was known later"
    assert found["state"]["lines"][0]["shipped"] == "4"


async def test_what_was_known_when(house):
    await house.told(placed())
    between = (house.shop.now.isoformat()).replace("+00:00", "Z")
    house.shop.later(hours=1)
    await house.told(shipped())
    then = exact(follow.Transaction, await house.http.get(f"/v1/transactions/W-1?known_at={between}"))
    now = exact(follow.Transaction, await house.http.get("/v1/transactions/W-1"))
    assert (then["state"]["lines"][0]["shipped"], now["state"]["lines"][0]["shipped"]) == ("0", "4")
    assert [one["what"] for one in then["timeline"] if one["message"]] == ["order.placed"]
    before = MONDAY.replace(year=2025).isoformat().replace("+00:00", "Z")
    exact(shapes.Problem, await house.http.get(f"/v1/transactions/W-1?known_at={before}"), 404)
    exact(shapes.Problem, await house.http.get("/v1/transactions/none"), 404)


async def test_transactions_a_page_at_a_time(house):
    await house.told(placed("W-1"), placed("W-2"), placed("W-3"))
    page = exact(follow.TransactionPage, await house.http.get("/v1/transactions?limit=2"))
    assert [one["order"] for one in page["transactions"]] == ["W-1", "W-2"]
    rest = await house.read(f"/v1/transactions?limit=2&cursor={page['next']}")
    assert ([one["order"] for one in rest["transactions"]], rest["next"]) == (["W-3"], "")
    assert page["transactions"][0]["amount"] == page["transactions"][0]["money"]["ordered"]
    assert (await house.read("/v1/transactions?customer=bob"))["transactions"] == []
    assert len((await house.read("/v1/transactions?open=financial"))["transactions"]) == 3
    assert (
        len((await house.read(f"/v1/transactions?stage={page['transactions'][0]['stage']}"))["transactions"])
        == 3
    )
    later = house.shop.later(days=1).isoformat().replace("+00:00", "Z")
    assert (await house.read(f"/v1/transactions?since={later}"))["transactions"] == []


async def test_our_own_order_tells_of_its_promise(house):
    answer = await house.http.post("/v1/orders", json={"order": "W-7", **asking("ada", ("lamp", "2"))})
    assert answer.status_code == 201
    await house.worked()
    what = [one["what"] for one in (await house.read("/v1/transactions/W-7"))["timeline"]]
    assert {"promise.made", "order.placed"} <= set(what)


async def test_a_renamed_field_is_held_back_tried_mended_and_replayed(house):
    await house.told(placed())
    number = await house.says("wms", shipconf(**RENAMED))
    await house.says("wms", {**shipconf("SH-10", orderLine=2, sku="cup", qty="10", uom="EA")})
    page = exact(follow.HeldPage, await house.http.get("/v1/quarantine"))
    (held,) = page["messages"]
    assert (held["number"], held["order"], held["behind"], held["currency"]) == (number, "W-1", 1, "GBP")
    assert "qty" in held["problem"]
    assert float(held["amount"]) > 0
    whole = exact(follow.WholeMessage, await house.http.get(f"/v1/quarantine/{number}"))
    assert whole["breaches"]

    hopeless = exact(follow.Replayed, await house.http.post(f"/v1/quarantine/{number}/dry-run"))
    assert (hopeless["applied"], hopeless["held"], hopeless["changes"]) == (0, 1, [])

    body = {"by": "Ada", "why": "renamed", "body": shipconf()}
    edited = exact(follow.WholeMessage, await house.http.post(f"/v1/quarantine/{number}/edit", json=body))
    assert (edited["edited"], edited["breaches"], edited["edits"][0]["by"]) == (True, [], "Ada")
    assert edited["first"] == whole["first"]

    tried = exact(follow.Replayed, await house.http.post(f"/v1/quarantine/{number}/dry-run"))
    shipped_ = {one["where"]: (one["was"], one["becomes"]) for one in tried["changes"]}
    assert (tried["kept"], tried["applied"]) == (False, 2)
    assert shipped_["lines[0].shipped"] == ("0", "4")
    assert shipped_["lines[1].shipped"] == ("0", "10")
    still = await house.read("/v1/transactions/W-1")
    assert still["state"]["lines"][0]["shipped"] == "0", "a dry run keeps nothing"
    assert (await house.read(f"/v1/quarantine/{number}"))["state"] == "quarantined"
    assert await house.shop.pool.fetchval("SELECT count(*) FROM outbox WHERE kind = 'issue_invoice'") == 0

    replayed = exact(follow.Replayed, await house.http.post(f"/v1/quarantine/{number}/replay"))
    assert (replayed["kept"], replayed["changes"]) == (True, tried["changes"])
    done = await house.read("/v1/transactions/W-1")
    assert done["state"]["lines"][1]["shipped"] == "10"
    assert done["held"] == []
    exact(shapes.Problem, await house.http.post(f"/v1/quarantine/{number}/replay"), 409)
    await house.worked()
    assert (await house.read("/v1/transactions/W-1"))["state"] == done["state"], "one effect"


async def test_a_message_holds_back_its_own_order_only_and_can_be_given_up(house):
    await house.told(placed("W-1"), placed("W-2"))
    number = await house.says("wms", shipconf(**RENAMED))
    await house.says("wms", shipconf("SH-10"))
    await house.says("wms", shipconf("SH-11", "W-2"))
    assert (await house.read("/v1/transactions/W-2"))["state"]["lines"][0]["shipped"] == "4"
    assert (await house.read("/v1/transactions/W-1"))["state"]["lines"][0]["shipped"] == "0"
    blank = await house.http.post(f"/v1/quarantine/{number}/drop", json={"by": "Ada", "why": " "})
    exact(shapes.Problem, blank, 400)
    given_up = {"by": "Ada", "why": "theirs to send again"}
    dropped = exact(
        follow.WholeMessage, await house.http.post(f"/v1/quarantine/{number}/drop", json=given_up)
    )
    assert dropped["state"] == "dropped"
    assert "Ada" in dropped["problem"]
    await house.worked()
    assert (await house.read("/v1/transactions/W-1"))["state"]["lines"][0]["shipped"] == "4"
    exact(shapes.Problem, await house.http.get("/v1/quarantine/99"), 404)


async def test_many_at_once(house):
    await house.told(placed("W-1"), placed("W-2"))
    for number, order in (("SH-1", "W-1"), ("SH-2", "W-2")):
        await house.says("wms", shipconf(number, order, **RENAMED))
    for held in (await house.read("/v1/quarantine"))["messages"]:
        body = {"by": "Ada", "body": shipconf(held["id"].removeprefix("m-"), held["order"])}
        await house.act(f"/v1/quarantine/{held['number']}/edit", body)
    tried = await house.act("/v1/quarantine/replay", {"system": "wms", "dry_run": True})
    assert (tried["kept"], tried["applied"]) == (False, 2)
    assert (await house.act("/v1/quarantine/replay", {"system": "erp"}))["applied"] == 0
    done = exact(follow.Replayed, await house.http.post("/v1/quarantine/replay", json={"problem": "qty"}))
    assert (done["kept"], done["applied"], done["held"]) == (True, 2, 0)


async def test_an_edit_keeps_the_digits_and_is_answered_alike_under_its_key(house):
    await house.told(placed())
    number = await house.says("wms", shipconf(**RENAMED))
    raw = b'{"by":"Ada","body":{"message":"SHIPCONF","x":4.1000000000000000001}}'
    headers = {**JSON, "idempotency-key": "k-1"}
    first = await house.http.post(f"/v1/quarantine/{number}/edit", content=raw, headers=headers)
    again = await house.http.post(f"/v1/quarantine/{number}/edit", content=raw, headers=headers)
    assert (first.status_code, again.content) == (200, first.content)
    assert "4.1000000000000000001" in first.json()["body"]
    assert len((await house.read(f"/v1/quarantine/{number}"))["edits"]) == 1
    other = await house.http.post(
        f"/v1/quarantine/{number}/edit", json={"by": "Bob", "text": "{}"}, headers={"idempotency-key": "k-1"}
    )
    exact(shapes.Problem, other, 422)
    both = await house.http.post(
        f"/v1/quarantine/{number}/edit", json={"by": "Bob", "text": "{}", "body": {}}
    )
    exact(shapes.Problem, both, 400)


async def test_a_key_of_a_system_speaks_for_that_system_alone(house, calling):
    batch = {"content-type": "application/cloudevents-batch+json"}
    single = {"content-type": "application/cloudevents+json"}
    async with calling(house.http._transport.app, "sk_wms") as http:
        assert (await http.post("/v1/systems/wms/messages", json=shipconf())).status_code == 202
        assert (await http.post("/v1/events", json=shipped(), headers=single)).status_code == 202
        refused = await http.post("/v1/events", json=[shipped("W-2"), placed()], headers=batch)
        assert refused.status_code == 403
        assert refused.json()["detail"] == "the key may not send in the name of shop"
        assert (await http.post("/v1/systems/erp/messages", json=shipconf())).status_code == 403
    counted = await house.shop.pool.fetch("SELECT source, count(*) FROM inbox GROUP BY source")
    assert {row["source"]: row["count"] for row in counted} == {"wms": 2}


@pytest.mark.parametrize("source", ["sayso", "SAYSO", " sayso", "sa\x1b[2Jyso", "wms\n", "\x00"])
async def test_nobody_speaks_as_sayso_or_to_the_terminal(house, source):
    told = {**placed(), "source": source}
    answer = await house.http.post(
        "/v1/events", json=told, headers={"content-type": "application/cloudevents+json"}
    )
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "source"
    assert "\x1b" not in answer.text


async def test_an_event_in_a_systems_own_door_is_told_by_that_system(house, calling):
    """A key of the warehouse must not speak as the ERP, nor as Sayso, by what stands in a body."""
    await house.told(placed(), placed("W-2"))
    async with calling(house.http._transport.app, "sk_wms") as http:
        for order, source in (("W-1", "erp"), ("W-2", "sayso")):
            told = {**shipped(order, document=f"SH-{order}"), "source": source}
            assert (await http.post("/v1/systems/wms/messages", json=told)).status_code == 202
    await house.worked()
    [by] = await house.shop.pool.fetch("SELECT source FROM documents WHERE family = 'shipment.dispatched'")
    assert by["source"] == "wms"
    [held] = (await house.read("/v1/quarantine"))["messages"]
    assert (held["order"], held["system"]) == ("W-2", "wms")
    assert held["problem"].startswith("source is sayso, Sayso's own name, and wms sent it")
