"""Decisions are found by what they are about, page after page, and nobody finds what is not theirs."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from sayso.desk import records
from sayso.desk.calling import Caller, DecisionQuery, EndsQuery
from sayso.errors import BadField
from sayso.store import journal
from world import ANYONE, MONDAY, Shop, bound

Found = list[dict[str, Any]]


async def found(shop: Shop, caller: Caller = ANYONE, looks: int = 7, limit: int = 5, **asked: Any) -> Found:
    """All pages of what is asked for."""
    gathered: Found = []
    query = DecisionQuery(**asked, limit=limit)
    for _ in range(500):
        page = msgspec.json.decode(await records.decisions(shop.pool, query, caller, shop.now, looks))
        assert len(page["decisions"]) <= limit
        gathered += page["decisions"]
        if not page["next"]:
            return gathered
        query = msgspec.structs.replace(query, cursor=page["next"])
    raise AssertionError("the pages have no end")


@pytest.fixture
async def busy(shop: Shop) -> Shop:
    """Decisions of two months, in no order of customers and items."""
    chance = random.Random(3)
    for number in range(50):
        lines = [
            (item, chance.randint(1, 30))
            for item in chance.sample(["lamp", "cup", 'a "b" \\ ü'], chance.randint(1, 2))
        ]
        answer = await shop.ask(chance.choice(["ada", "bob"]), *lines, hold=chance.choice(["", "PT5M"]))
        if answer["held"] and number % 2:
            await shop.order(f"WEB-{number}", answer["promise"])
        shop.later(hours=chance.choice([0, 1, 40]))
    return shop


async def told(shop: Shop) -> list[Any]:
    """Every decision, the newest first, as it stands in the table."""
    rows = await shop.pool.fetch("SELECT id, made, customer, verdict, answer, evidence FROM decisions")
    return sorted(rows, key=lambda row: (row["id"], row["made"]), reverse=True)


async def test_all_are_found_once_the_newest_first(busy: Shop) -> None:
    rows = await told(busy)
    assert len({row["made"].month for row in rows}) > 1
    for looks, limit in ((1, 1), (7, 5), (7, 200), (1000, 3), (1000, 200)):
        assert [one["promise"] for one in await found(busy, looks=looks, limit=limit)] == [
            row["id"] for row in rows
        ]


@pytest.mark.parametrize("looks", [3, 1000])
async def test_by_what_they_are_about(busy: Shop, looks: int) -> None:
    rows = await told(busy)

    async def same(expected: Any, **asked: Any) -> None:
        ids = [row["id"] for row in rows if expected(row)]
        assert ids
        assert [one["promise"] for one in await found(busy, looks=looks, **asked)] == ids

    def items(row: Any) -> Any:
        return msgspec.json.decode(row["evidence"])["items"]

    middle = rows[len(rows) // 2]["made"]
    await same(lambda row: row["customer"] == "ada", customer="ada")
    await same(lambda row: row["verdict"] == "refused", verdict="refused")
    await same(lambda row: "lamp" in items(row), item="lamp")
    await same(lambda row: 'a "b" \\ ü' in items(row), item='a "b" \\ ü')
    await same(lambda row: b'"unknown_item"' in row["answer"], reason="unknown_item")
    await same(lambda row: row["made"] >= middle, since=middle)
    await same(lambda row: row["made"] < middle, until=middle)
    await same(lambda row: row["id"] == rows[4]["id"], promise=rows[4]["id"])
    await same(
        lambda row: "cup" in items(row) and row["customer"] == "bob" and row["made"] >= middle,
        item="cup", customer="bob", since=middle,
    )  # fmt: skip
    assert await found(busy, looks=looks, item="ad") == []
    assert await found(busy, looks=looks, customer="ada", promise="prm_" + "0" * 26) == []


async def test_by_order_with_the_evidence_in_short(shop: Shop) -> None:
    held = await shop.hold("ada", ("lamp", 2), ("cup", 500))
    assert held["verdict"] != "firm"
    held = await shop.hold("ada", ("lamp", 2), reference="cart-1")
    await shop.order("WEB-1", held["promise"])
    (one,) = await found(shop, order="WEB-1")
    row = (await told(shop))[0]
    evidence = msgspec.json.decode(row["evidence"])
    assert (one["promise"], one["state"], one["order"], one["reference"]) == (
        held["promise"],
        "ordered",
        "WEB-1",
        "cart-1",
    )
    assert one["lines"] == [
        {"line": 1, "item": "lamp", "quantity": "2", "uom": "EA", "verdict": "firm", "reasons": []}
    ]
    assert one["evidence"]["items"] == {"lamp": evidence["items"]["lamp"][0]}
    assert one["evidence"]["policy"] == held["evidence"]["policy"]
    assert await found(shop, order="WEB-2") == []


async def test_nobody_finds_what_is_not_theirs(busy: Shop) -> None:
    ada = Caller("ada's", frozenset({"insight"}), frozenset({"ada"}))
    mine = await found(busy, ada)
    assert {one["customer"] for one in mine} == {"ada"}
    assert len(mine) == sum(row["customer"] == "ada" for row in await told(busy))
    assert await found(busy, ada, customer="bob") == []
    other = next(row["id"] for row in await told(busy) if row["customer"] == "bob")
    assert await found(busy, ada, promise=other) == []


@pytest.mark.parametrize("cursor", ["x", "prm_x", "prm_x~yesterday", "~", "prm_1~2026-01-01"])
async def test_a_cursor_that_is_none(shop: Shop, cursor: str) -> None:
    with pytest.raises(BadField, match=r"cursor|point in time"):
        await records.decisions(shop.pool, DecisionQuery(cursor=cursor), ANYONE, shop.now)


async def test_a_look_is_bounded(busy: Shop) -> None:
    """A page that finds nothing says how far it looked."""
    page = msgspec.json.decode(
        await records.decisions(busy.pool, DecisionQuery(item="nobody asks for it"), ANYONE, busy.now, 10)
    )
    rows = await told(busy)
    assert page["decisions"] == []
    assert page["next"].startswith(rows[9]["id"])
    assert datetime.fromisoformat(page["looked_back_to"]) <= rows[9]["made"]


async def test_months_of_the_journal(busy: Shop) -> None:
    found = await journal.months(busy.pool)
    assert found[0][0] <= MONDAY < found[0][1]
    assert (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)) in found
    await journal.months(busy.pool)


async def test_ends_in_pages_with_their_words(shop: Shop) -> None:
    promises = []
    for _ in range(4):
        promises.append((await shop.hold("bob", ("cup", 1)))["promise"])
        await shop.release(promises[-1])
        shop.later(minutes=1)
    last = await shop.hold("ada", ("lamp", 1))
    await shop.order("WEB-1", last["promise"])
    await shop.cancel("WEB-1", "no more")

    async def page(caller: Caller = ANYONE, **asked: Any) -> dict[str, Any]:
        found: dict[str, Any] = msgspec.json.decode(await records.ends(shop.pool, EndsQuery(**asked), caller))
        return found

    first = await page(limit=3)
    second = await page(limit=3, cursor=first["next"])
    assert [one["promise"] for one in (*first["ends"], *second["ends"])] == [last["promise"], *promises[::-1]]
    assert second["next"] == ""
    assert [one["how"] for one in (await page(how="cancelled"))["ends"]] == ["cancelled"]
    assert len((await page(since=MONDAY + timedelta(minutes=2)))["ends"]) == 3
    assert [one["customer"] for one in (await page(bound("ada")))["ends"]] == ["ada"]
    with pytest.raises(BadField):
        await page(cursor="first")
    rates = await records.rates(shop.pool, EndsQuery(), ANYONE)
    assert rates["cause"] == [
        {"key": "given_back", "how": "released", "promises": 4, "amount": "10", "share": "0.8"},
        {"key": "order_cancelled", "how": "cancelled", "promises": 1, "amount": "20", "share": "0.2"},
    ]
    assert {(row["key"], row["share"]) for row in rates["customer"]} == {("bob", "1"), ("ada", "1")}
