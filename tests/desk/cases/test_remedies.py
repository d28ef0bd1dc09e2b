"""What each remedy does: one real thing, once, with its line of history; and the facts close the case."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from office import ANN, Office, actions
from sayso.canon.events_order import OrderHeld, OrderRejected
from sayso.cases.acting import Action
from sayso.cases.policy import read as policy_of
from sayso.desk.calling import Caller
from sayso.errors import BadField, Conflict, KeyReused, NotAllowed, NotFound
from sayso.store import database as stores
from sayso.store import inbox, outbox


@pytest_asyncio.fixture
async def office(database: str) -> AsyncIterator[Office]:
    async with opened(database) as pool:
        yield Office(pool)


def opened(dsn: str) -> Any:
    class Pool:
        async def __aenter__(self) -> Any:
            self.pool = await stores.pool(dsn, "sayso", 4)
            return self.pool

        async def __aexit__(self, *_: object) -> None:
            await self.pool.close()

    return Pool()


async def short(office: Office) -> dict[str, Any]:
    await office.placed()
    await office.picked(8, short=4)
    return await office.case("short_pick")


async def test_a_case_shows_its_order_and_what_may_be_done(office: Office) -> None:
    case = await short(office)
    assert case["remedies"] == ["approve_substitution", "accept_short", "assign", "note", "close"]
    assert (case["owner"], case["severity"], case["overdue"], case["age"]) == (
        "warehouse",
        "high",
        False,
        "PT0S",
    )
    assert case["context"]["stage"] == "picking"
    assert case["context"]["money"]["ordered"] == "30"
    assert [event["type"] for event in case["context"]["events"]][-1] == "sayso.pick.confirmed.v1"
    assert actions(case) == [("", "opened")]


async def test_accept_short_cancels_what_cannot_be_had(office: Office) -> None:
    case = await short(office)
    done = await office.act(case, "accept_short", by="Ann Reed", note="agreed by phone")
    assert done["done"]["says"] == "4 of line 1 are cancelled"
    (line,) = (await office.state())["lines"]
    assert (line["cancelled"], line["open"]) == ("4", "8")
    assert await office.cases(kind="short_pick") == []
    (closed,) = await office.cases(kind="short_pick", state="closed")
    assert closed["closed_by"] == ""
    told = msgspec.json.decode((await office.desk.shown(case["case"], ANN, office.now)).body)
    assert actions(told) == [("", "opened"), ("Ann Reed (ann)", "accept_short"), ("", "closed")]


async def test_a_remedy_under_one_key_is_done_once(office: Office) -> None:
    case = await short(office)
    asked = Action(action="accept_short")
    body = msgspec.json.encode(asked)
    both = await asyncio.gather(
        *(office.desk.act(case["case"], asked, body, ANN, "k-1", office.now) for _ in range(3))
    )
    assert len({reply.body for reply in both}) == 1
    assert sorted(reply.replayed for reply in both) == [False, True, True]
    assert (
        await office.pool.fetchval("SELECT count(*) FROM inbox WHERE kind = 'sayso.order.cancelled.v1'") == 1
    )
    with pytest.raises(KeyReused):
        await office.desk.act(
            case["case"], Action(action="close", note="x"), b"other", ANN, "k-1", office.now
        )


async def test_asked_for_twice_without_a_key_it_has_one_effect(office: Office) -> None:
    case = await short(office)
    asked = Action(action="accept_short")
    for _ in range(2):
        await office.desk.act(case["case"], asked, b"", ANN, None, office.now)
    await office.work()
    (line,) = (await office.state())["lines"]
    assert (line["cancelled"], line["open"]) == ("4", "8")


async def test_an_approved_substitute_may_leave(office: Office) -> None:
    await office.placed()
    await office.shipped(12, item="mug")
    case = await office.case("substitution_unapproved")
    done = await office.act(case, "approve_substitution", unit_price=Decimal("2.40"))
    assert done["done"]["revision"] == 1
    assert await office.cases(kind="substitution_unapproved") == []
    state = await office.state()
    assert state["lines"][0]["shipped"] == "12"
    assert state["shipments"][0]["lines"][0]["agreed"] is True


async def test_the_substitute_must_be_named_and_another_item(office: Office) -> None:
    case = await short(office)
    for item in ("", "cup"):
        with pytest.raises(BadField) as refused:
            await office.act(case, "approve_substitution", item=item)
        assert refused.value.field == "item"
    await office.act(case, "approve_substitution", item="mug", factor=Decimal(2))
    await office.act(case, "approve_substitution", item="jar")
    changes = await office.pool.fetch(
        "SELECT revision, data FROM documents WHERE family = 'order.changed' ORDER BY 1"
    )
    assert [row["revision"] for row in changes] == [1, 2]
    (line,) = msgspec.json.decode(changes[1]["data"])["lines"]
    assert [one["item"] for one in line["substitutes"]] == ["mug", "jar"]


async def test_a_released_hold_is_over(office: Office) -> None:
    await office.placed()
    await office.held()
    case = await office.case("on_hold")
    await office.act(case, "release_hold", note="paid today")
    assert (await office.state()).get("holds", []) == []
    assert await office.cases(kind="on_hold") == []


async def test_a_write_off_gives_up_what_is_open(office: Office) -> None:
    await office.placed()
    await office.shipped(12)
    await office.invoiced(12)
    await office.pool.execute(
        """INSERT INTO cases (id, kind, key, state, owner, opened, "order", customer, document, amount, currency, next_step)
           VALUES ('cas_1', 'invoice_overdue', 'I-1', 'open', 'receivables', $1, 'WEB-1', 'ada', 'I-1', 30, 'GBP', '')""",
        office.now,
    )
    await office.act({"case": "cas_1"}, "write_off", note="not worth a letter")
    (invoice,) = (await office.state())["invoices"]
    assert (invoice["written_off"], invoice.get("open", "0")) == ("30", "0")


async def test_a_credit_is_asked_for_once(office: Office) -> None:
    await office.placed()
    await office.shipped(10)
    await office.invoiced(12)
    case = await office.case("invoiced_over")
    done = await office.act(case, "request_credit")
    effect = await outbox.one(office.pool, done["done"]["effect"])
    assert (effect.system, effect.kind, effect.key, effect.amount) == (
        "books",
        "issue_credit",
        "WEB-1",
        Decimal(5),
    )
    body = msgspec.json.decode(effect.body)
    assert (body["invoice"], body["total"], body["cause"]) == ("I-1", "5", case["case"])
    assert [(line["line"], line["quantity"], line["amount"]) for line in body["lines"]] == [(1, "2", "5")]
    with pytest.raises(Conflict):
        await office.act(case, "request_credit")


async def test_what_is_worth_much_needs_a_named_person(database: str) -> None:
    async with opened(database) as pool:
        office = Office(pool, policy_of({"cases": {"named_over": "4.00"}}, "follow.toml"))
        await office.placed()
        await office.shipped(10)
        await office.invoiced(12)
        case = await office.case("invoiced_over")
        with pytest.raises(BadField) as refused:
            await office.act(case, "request_credit")
        assert refused.value.field == "by"
        with pytest.raises(BadField):
            await office.act(case, "request_credit", by="  ")
        await office.act(case, "request_credit", by="Ann Reed")


async def test_what_was_refused_is_asked_again(office: Office) -> None:
    await office.placed()
    new = outbox.New("submit_order/WEB-1/0", "erp", "submit_order", "WEB-1", "placed/0", b"{}")
    async with office.pool.acquire() as connection, connection.transaction():
        await outbox.put(connection, [new], office.now)
    await office.pool.execute("UPDATE outbox SET state = 'refused', settled = now()")
    await office.tell(
        "order.rejected", OrderRejected(document="SO-WEB-1", reason="no account", lines=(1,)), source="erp"
    )
    case = await office.case("order_rejected")
    await office.act(case, "retry")
    assert (await outbox.one(office.pool, "submit_order/WEB-1/0")).state == "waiting"
    with pytest.raises(Conflict):
        await office.act(case, "retry")


async def test_a_mended_message_is_taken(office: Office) -> None:
    await office.placed()
    bad = b'{"id":"x1","source":"wms","type":"sayso.pick.confirmed.v1","specversion":"1.0","subject":"WEB-1"}'
    message = inbox.Message(
        "wms", "x1", "sayso.pick.confirmed.v1", "application/cloudevents+json", bad, "WEB-1"
    )
    await inbox.keep(office.pool, [message], office.now)
    await office.work()
    case = await office.case("message_quarantined")
    mended = (
        b'{"id":"x1","source":"wms","type":"sayso.pick.confirmed.v1","specversion":"1.0","subject":"WEB-1",'
        b'"time":"2026-03-02T09:00:00Z","data":{"document":"P-9","lines":[{"line":1,"item":"cup","quantity":"12"}]}}'
    )
    done = await office.act(case, "edit_and_replay", body=mended.decode(), note="data was missing")
    whole = await inbox.message(office.pool, done["done"]["message"])
    assert (whole.state, whole.first, whole.kept.body) == ("applied", bad, mended)
    assert (await inbox.edits(office.pool, whole.kept.number))[0].by == "ann"
    await office.working.round()
    assert await office.cases(kind="message_quarantined") == []


async def test_a_document_is_linked_to_its_order(office: Office) -> None:
    await office.placed()
    await office.shipped(12)
    await office.tell("order.held", OrderHeld(document="H-7", kind="review"), "WEB-7", "erp")
    case = await office.case("order_unknown")
    await office.act(case, "link_document", order="WEB-1", document="H-7")
    assert "H-7" in (await office.state())["holds"]
    with pytest.raises(NotFound):
        await office.act(case, "link_document", order="WEB-1", document="none")


async def test_assign_note_and_close(office: Office) -> None:
    case = await short(office)
    await office.act(case, "assign", to="bea")
    await office.act(case, "note", note="asked the site")
    assert [one["case"] for one in await office.cases(assigned="bea")] == [case["case"]]
    done = await office.act(case, "close", note="the customer takes eight", by="Ann Reed")
    assert (done["state"], done["closed_by"], done["closed_why"]) == (
        "closed",
        "Ann Reed (ann)",
        "the customer takes eight",
    )
    assert done["remedies"] == ["note"]
    with pytest.raises(Conflict):
        await office.act(case, "accept_short")
    await office.act(case, "note", note="afterwards")
    told = await office.pool.fetchval("SELECT count(*) FROM outgoing WHERE type = 'sayso.case.closed.v1'")
    assert told == 1
    await office.picked(8, short=4)
    assert await office.cases(kind="short_pick") == []


@pytest.mark.parametrize(
    ("field", "asked"),
    [
        ("action", Action(action="release_hold")),
        ("quantity", Action(action="accept_short", quantity=Decimal(0))),
        ("quantity", Action(action="accept_short", quantity=Decimal("NaN"))),
        ("note", Action(action="close")),
        ("note", Action(action="note", note="  ")),
    ],
)
async def test_what_does_not_fit_is_refused_by_name(office: Office, field: str, asked: Action) -> None:
    case = await short(office)
    with pytest.raises(BadField) as refused:
        await office.desk.act(case["case"], asked, b"", ANN, None, office.now)
    assert refused.value.field == field
    assert actions(await office.case("short_pick")) == [("", "opened")]


async def test_a_key_bound_to_customers_sees_and_works_its_own(office: Office) -> None:
    case = await short(office)
    bound, other = (Caller(who, frozenset({"cases"}), frozenset({who})) for who in ("ada", "bob"))
    assert [one["case"] for one in await office.cases(bound)] == [case["case"]]
    assert await office.cases(other) == []
    with pytest.raises(NotFound):
        await office.desk.shown(case["case"], other, office.now)
    with pytest.raises(NotFound):
        await office.act(case, "note", other, note="mine?")
    await office.act(case, "note", bound, note="mine")
    with pytest.raises(NotAllowed):
        await office.act(case, "approve_substitution", bound, item="mug", unit_price=Decimal("0.01"))
    await office.act(case, "accept_short", bound)
    assert await office.cases(bound) == []


async def test_the_list_is_filtered(office: Office) -> None:
    await short(office)
    await office.placed("WEB-2", customer="bob")
    await office.held("WEB-2")
    assert {one["kind"] for one in await office.cases()} == {"short_pick", "on_hold"}
    for asked, kinds in (
        ({"owner": "finance"}, ["on_hold"]), ({"order": "WEB-1"}, ["short_pick"]), ({"customer": "bob"}, ["on_hold"]),
        ({"overdue": True}, []), ({"overdue": False}, ["on_hold", "short_pick"]), ({"state": "closed"}, []),
    ):  # fmt: skip
        assert sorted(one["kind"] for one in await office.cases(**asked)) == kinds, asked
    office.later(days=2)
    assert len(await office.cases(overdue=True)) == 2
    assert (await office.cases())[0]["age"] == "P2D"
