"""The lane: many callers in one transaction, several lanes on one database, a database that goes away."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from sayso.desk.draft import Draft
from sayso.store import promises
from world import Shop, asking, day, shop_on


async def test_two_processes_never_sell_one_lamp_twice(shop: Shop, database: str) -> None:
    await shop.count("lamp", 100)
    async with shop_on(database) as other:
        asked = [(shop, other)[place % 2].hold("bob", ("lamp", 1 + place % 3)) for place in range(300)]
        answers = await asyncio.gather(*asked)
    assert oversold(answers, 100) == []
    assert sum(Decimal(one["lines"][0]["quantity"]) for one in answers if one["held"]) == 100
    await shop.audit()


async def test_two_processes_never_exceed_one_limit(shop: Shop, database: str) -> None:
    await shop.told("receivables", {"document": "I", "customer": "ada", "open": "800", "due": day(30)})
    async with shop_on(database) as other:
        asked = [(shop, other)[place % 2].hold("ada", ("cup", 1 + place % 4)) for place in range(200)]
        await asyncio.gather(*asked)
    assert await shop.exposure("ada") <= 1000
    assert await shop.exposure("ada") > 997
    await shop.audit()


def oversold(answers: list[dict[str, Any]], stock: int) -> list[str]:
    """What is wrong with these answers."""
    sold = sum(Decimal(one["lines"][0]["quantity"]) for one in answers if one["held"])
    return [f"{sold} of {stock} are sold"] if sold > stock else []


def _no_locks(patch: pytest.MonkeyPatch) -> None:
    true = promises.locked

    async def locked(*what: Any, lock: bool = True) -> Any:
        stands = await true(*what, lock=False)
        await asyncio.sleep(0.02)  # the other process reads too
        return stands

    async def settle(*what: Any) -> bool:
        return False

    patch.setattr(promises, "locked", locked)
    patch.setattr(promises, "settle", settle)
    patch.setattr(Draft, "holds", lambda draft, stands: False)


def _belief_is_not_checked(patch: pytest.MonkeyPatch) -> None:
    true = promises.settle

    async def settle(connection: Any, expected: Any, *rest: Any) -> bool:
        return await true(connection, expected._replace(accounts={}, items={}), *rest)

    patch.setattr(promises, "settle", settle)


@pytest.mark.parametrize("fault", [_no_locks, _belief_is_not_checked])
async def test_without_its_locks_the_lane_oversells(
    shop: Shop, database: str, monkeypatch: pytest.MonkeyPatch, fault: Callable[[pytest.MonkeyPatch], None]
) -> None:
    """The planted faults that the two tests above are there for."""
    await shop.count("lamp", 40)
    fault(monkeypatch)
    async with shop_on(database) as other:
        asked = [(shop, other)[place % 2].hold("bob", ("lamp", 1)) for place in range(200)]
        answers = await asyncio.gather(*asked)
    assert oversold(answers, 40)


async def test_loads_beside_traffic_reach_no_caller(shop: Shop, database: str) -> None:
    """Counts, demand, prices and customers come in twice over while two processes hold, order and cancel."""
    chance = random.Random(3)
    await shop.customer("head", 100_000)
    ended = asyncio.Event()

    async def loads(door: Shop) -> None:
        for turn in range(12):
            items = ["lamp", "cup"] if turn % 2 else ["cup", "lamp"]
            rows = [{"item": item, "site": "LON", "on_hand": str(chance.randint(200, 900))} for item in items]
            await door.told("stock", *rows)
            await door.told("demand", *[
                {"document": f"SO{turn}", "line": str(n), "item": item, "site": "LON", "quantity": "2",
                 "customer": chance.choice(["ada", "bob"]), "amount": "4"} for n, item in enumerate(items)
            ])  # fmt: skip
            await door.customer(chance.choice(["ada", "bob"]), 100_000, bill_to=chance.choice(["", "head"]))
            await door.told("items", {"item": chance.choice(items), "list_price": str(chance.randint(1, 3))})
        ended.set()

    async def trade(door: Shop, number: int) -> None:
        turn = 0
        while not ended.is_set():
            turn += 1
            lines = [
                (item, chance.randint(1, 3)) for item in chance.sample(["lamp", "cup"], chance.randint(1, 2))
            ]
            held = await door.hold(chance.choice(["ada", "bob"]), *lines, reference=f"cart {number}")
            if not held["held"]:
                continue
            if chance.random() < 0.5:
                await door.release(held["promise"])
            else:
                await door.order(f"WEB-{number}-{turn}", held["promise"])
                if chance.random() < 0.5:
                    await door.cancel(f"WEB-{number}-{turn}")

    async with shop_on(database) as other:
        both = (shop, other)
        await asyncio.gather(*(trade(both[n % 2], n) for n in range(16)), loads(shop), loads(other))
    await shop.audit()


async def test_exposure_moves_with_a_customer(shop: Shop) -> None:
    await shop.customer("head", 100)
    held = await shop.hold("ada", ("lamp", 3))
    await shop.order("WEB-1", (await shop.hold("ada", ("lamp", 1)))["promise"])
    assert (await shop.exposure("ada"), await shop.exposure("head")) == (80, 0)
    await shop.customer("ada", 1000, bill_to="head")
    assert (await shop.exposure("ada"), await shop.exposure("head")) == (80, 80)
    assert not (await shop.hold("ada", ("lamp", 2)))["held"], "the head's limit counts now"
    await shop.audit()
    await shop.customer("ada", 1000, bill_to="")
    assert (await shop.exposure("ada"), await shop.exposure("head")) == (80, 0)
    await shop.release(held["promise"])
    await shop.cancel("WEB-1")
    assert await shop.exposure("ada") == 0
    await shop.audit()


async def test_a_kit_may_name_a_component_that_nobody_has_told_of(shop: Shop) -> None:
    await shop.item("set", list_price="30.00")
    await shop.told("kits", {"item": "set", "component": "lamp", "quantity": "1"},
                    {"item": "set", "component": "ghost", "quantity": "2"})  # fmt: skip
    held = await shop.hold("bob", ("set", 1), accept_conditional=True)
    await shop.audit()
    if held["held"]:
        await shop.release(held["promise"])
    await shop.audit()
    assert await shop.sellable("lamp") == 10


async def test_one_key_at_once_is_one_hold(shop: Shop, database: str) -> None:
    async with shop_on(database) as other:
        replies = await asyncio.gather(*(
            (shop, other)[n % 2].reply("bob", ("cup", 1), hold="PT5M", key="one") for n in range(300)
        ))  # fmt: skip
    assert len({reply.body for reply in replies}) == 1
    assert await shop.sellable("cup") == 99


AWAY = asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")
Lost = Callable[[pytest.MonkeyPatch], None]


def _answer_is_lost(patch: pytest.MonkeyPatch) -> None:
    """It was committed, and nobody heard."""
    true, left = promises.settle, [2]

    async def settle(*what: Any) -> bool:
        done = await true(*what)
        if left[0]:
            left[0] -= 1
            raise AWAY
        return done

    patch.setattr(promises, "settle", settle)


def _question_is_lost(patch: pytest.MonkeyPatch) -> None:
    """It was not even begun."""
    for name in ("settle", "write", "locked"):
        _fails_once(patch, name)


def _looking_it_up_is_lost(patch: pytest.MonkeyPatch) -> None:
    """What was committed by somebody else stands in the way, and the connection goes before that can be looked at."""
    _fails_once(patch, "settle", asyncpg.UniqueViolationError("duplicate key"))
    _fails_once(patch, "decided", asyncpg.InternalClientError("another operation is in progress"))


def _looking_is_lost(patch: pytest.MonkeyPatch) -> None:
    """The reading connection goes while a group is looked at."""
    for name in ("promises", "referenced", "answered", "orders", "reservations", "due"):
        _fails_once(patch, name)


def _fails_once(patch: pytest.MonkeyPatch, name: str, problem: Exception = AWAY) -> None:
    true, left = getattr(promises, name), [1]

    async def fails(*what: Any, **more: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise problem
        return await true(*what, **more)

    patch.setattr(promises, name, fails)


@pytest.mark.parametrize(
    "lost", [_answer_is_lost, _question_is_lost, _looking_is_lost, _looking_it_up_is_lost]
)
@pytest.mark.parametrize("key", [None, "k"])
async def test_a_lost_connection_is_nobodys_trouble(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, lost: Lost, key: str | None
) -> None:
    held = await shop.hold("bob", ("lamp", 1))
    lost(monkeypatch)
    asked = [shop.hold("bob", ("cup", 1), key=key and f"{key}{n}", reference=f"cart {n}") for n in range(20)]
    work: list[Awaitable[Any]] = [
        *asked,
        shop.order("WEB-1", held["promise"], key=key),
        shop.order("WEB-2", **asking("bob", ("lamp", 2))),
    ]
    results = await asyncio.wait_for(asyncio.gather(*work), 20)
    assert all(one.get("held", True) for one in results)
    assert (await shop.sellable("cup"), await shop.sellable("lamp")) == (80, 7)
    await shop.audit()


async def test_whoever_waits_is_settled_before_the_desk_stops(database: str, shop: Shop) -> None:
    async with shop_on(database) as other:
        asked = [asyncio.create_task(other.hold("bob", ("cup", 1))) for _ in range(50)]
        await asyncio.sleep(0)
    answers = await asyncio.gather(*asked)
    assert all(one["held"] for one in answers)
    assert await shop.sellable("cup") == 50
