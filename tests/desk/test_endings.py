"""The promise ledger: each promise that ended has a word on how and why, and no word is ever taken back."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
import pytest

from sayso.desk.batch import Batch
from sayso.desk.rounds import Rounds
from sayso.promise.policy import Policy
from sayso.store import database as store
from sayso.store import endings
from sayso.store.endings import Asked, Ending
from world import MONDAY, SCHEMA, Shop, day


async def words(shop: Shop, promise: str) -> list[tuple[str, str]]:
    """What the ledger says of a promise, the oldest word first."""
    found = await endings.words(shop.pool, [promise])
    return [(one.how, one.cause) for one in found.get(promise, [])]


async def facts(shop: Shop, promise: str) -> dict[str, Any]:
    """What the last word on a promise tells."""
    found: dict[str, Any] = msgspec.json.decode(
        (await endings.words(shop.pool, [promise]))[promise][-1].facts
    )
    return found


async def handed_over(shop: Shop, quantity: int = 3, order: str = "WEB-1") -> str:
    """An order for lamps that the ERP has taken over as SO-1; the promise."""
    held = await shop.hold("ada", ("lamp", quantity))
    await shop.order(order, held["promise"])
    await shop.told("demand", demand(order, quantity))
    return str(held["promise"])


def demand(order: str, quantity: int, document: str = "SO-1", **columns: Any) -> dict[str, Any]:
    """The ERP's own row of an order."""
    told = {
        "document": document,
        "line": "1",
        "order": order,
        "item": "lamp",
        "site": "LON",
        "customer": "ada",
    }
    return {**told, "quantity": str(quantity), "amount": str(20 * quantity), **columns}


async def shipped(shop: Shop, document: str = "SO-1") -> None:
    """The ERP has no demand any more."""
    await shop.told("demand", {"document": document, "line": "1", "deleted": True})


async def test_what_is_held_has_no_word(shop: Shop) -> None:
    held = await shop.hold("ada", ("lamp", 1))
    assert await words(shop, held["promise"]) == []
    await shop.order("WEB-1", held["promise"])
    assert await words(shop, held["promise"]) == []


async def test_released_cancelled_replaced_and_expired(shop: Shop) -> None:
    held = [await shop.hold("ada", ("lamp", 1)) for _ in range(3)]
    await shop.release(held[0]["promise"])
    await shop.order("WEB-1", held[1]["promise"])
    await shop.cancel("WEB-1", "ordered twice")
    first = await shop.hold("bob", ("cup", 1), reference="cart-1")
    second = await shop.hold("bob", ("cup", 2), reference="cart-1")
    shop.later(hours=1)
    await shop.hold("ada", ("lamp", 2))  # whoever asks ends what is over its time
    assert await words(shop, held[0]["promise"]) == [("released", "given_back")]
    assert await words(shop, held[1]["promise"]) == [("cancelled", "order_cancelled")]
    assert await facts(shop, held[1]["promise"]) == {"why": "ordered twice"}
    assert await words(shop, held[2]["promise"]) == [("expired", "time_up")]
    assert await words(shop, first["promise"]) == [("released", "replaced")]
    assert await facts(shop, first["promise"]) == {"why": f"by {second['promise']}"}
    who = {one.promise: one.by for one in await endings.listed(shop.pool, Asked(), None, 99)}
    assert who[held[0]["promise"]] == "shop"
    assert who[held[2]["promise"]] == ""


async def test_an_order_that_came_too_late(shop: Shop) -> None:
    held = await shop.hold("ada", ("lamp", 9))
    shop.later(hours=1)
    await shop.count("lamp", 0)
    assert (await shop.order("WEB-1", held["promise"]))["state"] == "rejected"
    assert ("expired", "ordered_too_late") in await words(shop, held["promise"])
    assert {how for how, _ in await words(shop, held["promise"])} == {"expired"}


async def test_kept_as_far_as_the_facts_say(shop: Shop) -> None:
    promise = await handed_over(shop)
    assert await words(shop, promise) == []
    await shipped(shop)
    assert await words(shop, promise) == [("kept", "demand_gone")]
    assert (await facts(shop, promise))["presumed"] is True
    await shipped(shop)
    await shop.count("lamp", 7)
    assert len(await words(shop, promise)) == 1


async def test_an_order_ends_with_its_last_item(shop: Shop) -> None:
    held = await shop.hold("ada", ("lamp", 1), ("cup", 1))
    await shop.order("WEB-1", held["promise"])
    await shop.told("demand", demand("WEB-1", 1))
    await shipped(shop)
    assert await words(shop, held["promise"]) == []  # nobody has reported the cups
    await shop.told("demand", demand("WEB-1", 1, "SO-2", item="cup"))
    assert await words(shop, held["promise"]) == []
    await shipped(shop, "SO-2")
    assert await words(shop, held["promise"]) == [("kept", "demand_gone")]


async def test_gone_after_its_day_is_late(shop: Shop) -> None:
    promise = await handed_over(shop)
    shop.later(days=5)
    await shipped(shop)
    assert await words(shop, promise) == [("late", "demand_gone")]


async def test_gone_while_something_is_missing_is_short(shop: Shop) -> None:
    promise = await handed_over(shop, 8)
    await shop.count("lamp", 5)
    assert len(await shop.cases()) == 1
    await shipped(shop)
    assert await words(shop, promise) == [("short", "demand_gone")]
    assert (await facts(shop, promise))["missing"] == "lamp 3"


async def test_what_is_there_again_ends_again(shop: Shop) -> None:
    promise = await handed_over(shop)
    await shipped(shop)
    await shop.told("demand", demand("WEB-1", 3, "SO-2"))
    shop.later(days=5)
    await shipped(shop, "SO-2")
    assert await words(shop, promise) == [("kept", "demand_gone"), ("late", "demand_gone")]


async def test_the_rounds_see_what_nobody_tells(shop: Shop, database: str) -> None:
    late = await handed_over(shop, 2)
    shop.later(minutes=1)  # the later one is at risk first
    rest = await shop.hold("ada", ("lamp", 8))
    await shop.order("WEB-2", rest["promise"])
    await shop.count("lamp", 4)
    shop.later(days=4)
    rounds = Rounds(shop.pool, lambda: store.connect(database, SCHEMA), Policy(), lambda: shop.now)
    await rounds.start()
    await rounds.once()
    shop.later(days=1)
    await rounds.once()
    await rounds.stop()
    assert await words(shop, late) == [("late", "open_after_its_day")]
    assert await words(shop, rest["promise"]) == [("short", "missing_on_its_day")]
    await shipped(shop)
    assert await words(shop, late) == [("late", "open_after_its_day"), ("late", "demand_gone")]


async def test_what_two_loads_at_once_did_not_see_the_rounds_see(shop: Shop, database: str) -> None:
    promise = await handed_over(shop)
    await shop.pool.execute('UPDATE demand SET deleted = true, "order" = NULL, item = NULL, quantity = NULL')
    rounds = Rounds(shop.pool, lambda: store.connect(database, SCHEMA), Policy(), lambda: shop.now)
    await rounds.start()
    await rounds.once()
    await rounds.stop()
    assert await words(shop, promise) == [("kept", "demand_gone")]


async def test_a_better_informed_word_is_added_and_counts(shop: Shop) -> None:
    promise = await handed_over(shop)
    await shipped(shop)
    await endings.write(shop.pool, [Ending(promise, shop.now, "refused_by_erp", "credit_block", "erp")])
    (last,) = await endings.listed(shop.pool, Asked(), None, 99)
    assert (last.how, last.cause, last.order) == ("refused_by_erp", "credit_block", "WEB-1")
    rates = await endings.rates(shop.pool, Asked(), "cause")
    assert [(one.how, one.key, one.promises) for one in rates] == [("refused_by_erp", "credit_block", 1)]


async def test_rates_by_item_customer_and_channel(shop: Shop) -> None:
    await shop.release((await shop.hold("ada", ("lamp", 2), ("cup", 4), channel="web"))["promise"])
    promise = await shop.hold("bob", ("cup", 2), channel="edi")
    await shop.order("WEB-1", promise["promise"])
    await shop.cancel("WEB-1")

    async def by(key: str) -> set[tuple[str, str, int, str]]:
        found = await endings.rates(shop.pool, Asked(), key)
        return {(one.how, one.key, one.promises, f"{one.amount:.2f}") for one in found}

    assert await by("item") == {
        ("released", "lamp", 1, "40.00"), ("released", "cup", 1, "10.00"), ("cancelled", "cup", 1, "5.00")
    }  # fmt: skip
    assert await by("customer") == {("released", "ada", 1, "50.00"), ("cancelled", "bob", 1, "5.00")}
    assert await by("channel") == {("released", "web", 1, "50.00"), ("cancelled", "edi", 1, "5.00")}
    assert await endings.rates(shop.pool, Asked(since=MONDAY + timedelta(days=1)), "cause") == []


@pytest.mark.parametrize(
    "statement",
    ["UPDATE promise_ends SET how = 'kept'", "DELETE FROM promise_ends", "TRUNCATE promise_ends"],
)
async def test_no_word_is_changed(shop: Shop, statement: str) -> None:
    await shop.release((await shop.hold("ada", ("lamp", 1)))["promise"])
    with pytest.raises(asyncpg.RestrictViolationError, match="only added"):
        await shop.pool.execute(statement)


async def untold(shop: Shop) -> list[str]:
    """Promises that ended without a word, or whose last word is not how they ended."""
    how = {"expired": "expired", "released": "released", "replaced": "released", "cancelled": "cancelled"}
    rows = await shop.pool.fetch("SELECT id, state FROM promises WHERE ended IS NOT NULL")
    found = []
    for row in rows:
        said = await words(shop, row["id"])
        if not said or said[-1][0] != how[row["state"]]:
            found.append(row["id"])
    live = await shop.pool.fetch("SELECT id FROM promises WHERE state = 'held'")
    return found + [row["id"] for row in live if await words(shop, row["id"])]


async def trade(shop: Shop, seed: int) -> None:
    """Whatever can happen to promises, in any order."""
    chance = random.Random(seed)
    held: list[str] = []
    orders = 0
    for _ in range(60):
        what = chance.choice(["hold", "hold", "cart", "release", "order", "cancel", "wait"])
        if what in ("hold", "cart"):
            cart = {"reference": f"cart-{chance.randint(1, 3)}"} if what == "cart" else {}
            answer = await shop.hold("bob", ("cup", chance.randint(1, 9)), **cart)
            held += [answer["promise"]] if answer["held"] else []
        elif what == "release" and held:
            promise = chance.choice(held)
            if (await shop.promise(promise))["state"] == "held":
                await shop.release(promise)
        elif what == "order" and held:
            promise = chance.choice(held)
            if (await shop.promise(promise))["state"] in ("held", "expired"):
                orders += 1
                await shop.order(f"WEB-{orders}", promise)
        elif what == "cancel" and orders:
            await shop.cancel(f"WEB-{chance.randint(1, orders)}")
        elif what == "wait":
            shop.later(minutes=chance.choice([1, 10, 20]))


@pytest.mark.parametrize("seed", range(4))
async def test_each_promise_that_ended_has_a_word(shop: Shop, seed: int) -> None:
    await trade(shop, seed)
    assert await untold(shop) == []
    assert len(await endings.listed(shop.pool, Asked(), None, 999)) > 5


async def test_a_planted_fault_is_seen(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Endings that nobody writes down."""
    true = Batch.end

    def end(batch: Batch, *what: Any, **more: Any) -> None:
        true(batch, *what, **more)
        batch.writes.endings.clear()

    monkeypatch.setattr(Batch, "end", end)
    await trade(shop, 1)
    assert await untold(shop)


async def test_a_page_follows_a_page(shop: Shop) -> None:
    promises = [(await shop.hold("bob", ("cup", 1)))["promise"] for _ in range(5)]
    for promise in promises:
        await shop.release(promise)
    first = await endings.listed(shop.pool, Asked(), None, 3)
    second = await endings.listed(shop.pool, Asked(), first[-1].number, 3)
    assert [one.promise for one in (*first, *second)] == promises[::-1]
    assert await endings.listed(shop.pool, Asked(customers=["ada"]), None, 9) == []
    assert day(0) == first[0].ended.date().isoformat()
