"""Cases follow the facts: opened, brought up to date, closed, opened again, each with its line of history."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from sayso.canon.findings import Finding
from sayso.cases.policy import read as policy_of
from sayso.desk.cases.casework import CaseScope, Settled, settle_cases
from sayso.store import database as stores

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BOTH = CaseScope(orders=("WEB-1", "WEB-2"))
SHORT = Finding(
    kind="short_pick", key="WEB-1/2", order="WEB-1", customer="ada", item="cup", line=2, amount=Decimal("7.50"),
    currency="GBP", facts={"short": "3"},
)  # fmt: skip
HELD = Finding(
    kind="on_hold", key="WEB-2/H1", order="WEB-2", customer="bob", document="H1", facts={"hold": "H1"}
)
MUTE = Finding(kind="feed_silent", key="wms", facts={"system": "wms"})


async def settle(
    conn: Any, found: Sequence[Finding], scope: CaseScope = BOTH, now: datetime = NOW, **more: Any
) -> Settled:
    async with conn.transaction():
        return await settle_cases(conn, scope, found, now, **more)


async def rows(conn: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in await conn.fetch("SELECT * FROM cases ORDER BY kind, key, id")]


async def history(conn: Any) -> list[tuple[str, str]]:
    return [
        (row["by"], row["action"])
        for row in await conn.fetch("SELECT by, action FROM case_history ORDER BY number")
    ]


async def test_a_finding_is_a_case_with_owner_time_money_and_next_step(conn: Any) -> None:
    assert await settle(conn, [SHORT]) == Settled(opened=1)
    (case,) = await rows(conn)
    assert (case["state"], case["owner"], case["due"]) == ("open", "warehouse", NOW + timedelta(days=1))
    assert (case["order"], case["customer"], case["item"], case["line"]) == ("WEB-1", "ada", "cup", 2)
    assert (case["amount"], case["currency"]) == (Decimal("7.50"), "GBP")
    assert case["next_step"].startswith("Find the rest: 3 of cup on line 2")
    assert await history(conn) == [("", "opened")]
    (told,) = await conn.fetch("SELECT type, subject, customer, body FROM outgoing")
    assert (told["type"], told["subject"], told["customer"]) == ("sayso.case.opened.v1", "WEB-1", "ada")
    assert msgspec.json.decode(told["body"])["data"]["case"] == case["id"]


async def test_the_same_finding_again_changes_nothing(conn: Any) -> None:
    await settle(conn, [SHORT, HELD])
    before = await rows(conn)
    assert await settle(conn, [HELD, SHORT], now=NOW + timedelta(hours=5)) == Settled()
    assert await rows(conn) == before
    assert len(await history(conn)) == 2


async def test_a_changed_finding_changes_the_case_and_not_its_time(conn: Any) -> None:
    await settle(conn, [SHORT])
    more = msgspec.structs.replace(SHORT, facts={"short": "5"}, amount=Decimal("12.50"))
    assert await settle(conn, [more], now=NOW + timedelta(hours=5)) == Settled(changed=1)
    (case,) = await rows(conn)
    assert case["amount"] == Decimal("12.50")
    assert case["due"] == NOW + timedelta(days=1)
    assert "5 of cup" in case["next_step"]


async def test_what_the_facts_settle_is_closed_and_opened_again_when_it_comes_back(conn: Any) -> None:
    await settle(conn, [SHORT, HELD])
    assert await settle(conn, [HELD]) == Settled(closed=1)
    held, short = await rows(conn)
    assert (held["state"], short["state"]) == ("open", "closed")
    assert short["closed_why"] == "the facts have settled it"
    (told,) = await conn.fetch("SELECT subject, customer FROM outgoing WHERE type = 'sayso.case.closed.v1'")
    assert tuple(told) == ("WEB-1", "ada")
    later = NOW + timedelta(days=3)
    assert await settle(conn, [HELD, SHORT], now=later) == Settled(opened=1)
    short = (await rows(conn))[1]
    assert (short["state"], short["reopened"], short["closed"]) == ("open", 1, None)
    assert short["due"] == later + timedelta(days=1)
    assert len(await rows(conn)) == 2
    assert [action for _, action in await history(conn)] == ["opened", "opened", "closed", "reopened"]


async def test_what_a_person_closed_stays_closed_until_the_finding_changes(conn: Any) -> None:
    await settle(conn, [SHORT])
    await conn.execute("UPDATE cases SET state = 'closed', closed = $1, closed_by = 'ann'", NOW)
    assert await settle(conn, [SHORT]) == Settled()
    assert await settle(conn, []) == Settled()
    assert await settle(conn, [SHORT]) == Settled()
    assert await settle(conn, [msgspec.structs.replace(SHORT, facts={"short": "4"})]) == Settled(opened=1)


async def test_only_what_was_looked_at_is_closed(conn: Any) -> None:
    await settle(conn, [SHORT, HELD])
    await settle(conn, [MUTE], CaseScope(kinds=("feed_silent",)))
    assert await settle(conn, [], CaseScope(orders=("WEB-2",))) == Settled(closed=1)
    assert await settle(conn, [], CaseScope(orders=("WEB-1",), found_in=("account", "clock"))) == Settled()
    assert [case["state"] for case in await rows(conn)] == ["open", "closed", "open"]
    assert await settle(conn, [], CaseScope(kinds=("feed_silent",))) == Settled(closed=1)
    assert await settle(conn, [], CaseScope(keys=(("short_pick", "WEB-1/2"),))) == Settled(closed=1)


async def test_a_kind_that_people_close_is_not_closed_by_the_facts(conn: Any) -> None:
    back = Finding(kind="payment_reversed", key="P-1", document="P-1", customer="ada")
    scope = CaseScope(documents=("P-1",), found_in=("account",))
    await settle(conn, [back], scope)
    assert await settle(conn, [], scope) == Settled()


async def test_a_kind_that_is_off_is_not_opened(conn: Any) -> None:
    policy = policy_of(
        {"cases": {"short_pick": {"off": True}, "on_hold": {"owner": "sales", "due": "PT1H"}}}, "f.toml"
    )
    await settle(conn, [SHORT, HELD], policy=policy)
    (case,) = await rows(conn)
    assert (case["kind"], case["owner"], case["due"]) == ("on_hold", "sales", NOW + timedelta(hours=1))


async def test_two_at_once_open_one_case(database: str) -> None:
    several = [await stores.connect(database, "sayso") for _ in range(4)]
    try:
        came = await asyncio.gather(*(settle(one, [SHORT, HELD]) for one in several))
        assert sum(one.opened for one in came) == 2
        assert len(await rows(several[0])) == 2
        assert await history(several[0]) == [("", "opened")] * 2
    finally:
        for one in several:
            await one.close()


async def test_where_nothing_is_found_and_nothing_open_it_costs_one_query(conn: Any) -> None:
    asked: list[str] = []

    class Counting:
        async def fetch(self, sql: str, *given: Any) -> Any:
            asked.append(sql)
            return await conn.fetch(sql, *given)

    orders = tuple(f"WEB-{n}" for n in range(300))
    assert await settle_cases(Counting(), CaseScope(orders=orders), [], NOW) == Settled()
    assert len(asked) == 1


async def test_cases_of_an_account_are_those_of_all_its_customers(conn: Any) -> None:
    await conn.execute(
        "INSERT INTO tops (customer, account, bill_to, parent) VALUES ('ada', 'group', '', 'group')"
    )
    open_ = [
        Finding(kind="overpaid", key=f"P-{who}", customer=who, document=f"P-{who}") for who in ("ada", "bob")
    ]
    await settle(conn, open_, CaseScope(accounts=("group", "bob")))
    assert await settle(conn, [], CaseScope(orders=("WEB-1",), documents=("P-1",))) == Settled()
    assert await settle(conn, [], CaseScope(accounts=("group",))) == Settled(closed=1)
    assert [case["state"] for case in await rows(conn)] == ["closed", "open"]


async def test_a_deduction_that_order_and_payment_tell_of_is_one_case(conn: Any) -> None:
    """Told in two ways, it does not change back and forth, and the order that it was opened for closes it."""
    whole = {
        "kind": "deduction_open",
        "key": "I-1",
        "document": "I-1",
        "customer": "ada",
        "amount": Decimal(4),
        "currency": "GBP",
    }
    of_order = Finding(**whole, order="WEB-1", facts={"open": "4"})
    of_payment = Finding(**whole, facts={"payer": "ada ltd", "reason": "freight"})
    paid = CaseScope(documents=("P-1",), found_in=("account",))
    assert await settle(conn, [of_order], CaseScope(orders=("WEB-1",))) == Settled(opened=1)
    assert await settle(conn, [of_payment], paid) == Settled()
    assert await settle(conn, [], CaseScope(orders=("WEB-1",))) == Settled(closed=1)
