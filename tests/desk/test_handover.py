"""Law 10: an order's own demand stands until the ERP reports it, and then the ERP's stands in its place. Never both."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from sayso.store import handover, promises
from world import Shop, asking, day


async def ordered(shop: Shop, *lines: Any, customer: str = "ada", number: str = "WEB-1") -> None:
    """An order on a hold."""
    held = await shop.hold(customer, *lines)
    assert (await shop.order(number, held["promise"]))["state"] == "placed"


def line(number: int, item: str, of: int, amount: Any = None, /, **columns: Any) -> dict[str, Any]:
    """A line of the ERP's order SO-1, which is our WEB-1."""
    told = {"document": "SO-1", "line": str(number), "order": "WEB-1", "item": item, "site": "LON",
            "quantity": str(of), "customer": "ada", "currency": "GBP"}  # fmt: skip
    return {**told, **({} if amount is None else {"amount": str(amount)}), **columns}


async def stands(shop: Shop, lamps: int, cups: int, exposure: Any) -> None:
    """Nothing is counted twice, and nothing is lost."""
    assert (await shop.sellable("lamp"), await shop.sellable("cup")) == (lamps, cups)
    assert await shop.exposure("ada") == Decimal(exposure)
    await shop.audit()


async def test_from_hold_to_shipment_nothing_is_counted_twice(shop: Shop) -> None:
    held = await shop.hold("ada", ("lamp", 4), ("cup", 10))
    await stands(shop, 6, 90, 105)
    await shop.order("WEB-1", held["promise"])
    await stands(shop, 6, 90, 105)
    await shop.told("demand", line(1, "lamp", 4, 80))
    await stands(shop, 6, 90, 105)
    await shop.told("demand", line(2, "cup", 10, 25))
    await stands(shop, 6, 90, 105)
    await shop.told("demand", line(1, "lamp", 4, 80), line(2, "cup", 10, 25))
    await stands(shop, 6, 90, 105)
    await shop.told("stock", {"item": "lamp", "site": "LON", "on_hand": "6"})
    await shop.told("demand", {"document": "SO-1", "line": "1", "deleted": True})
    await shop.told("receivables", {"document": "INV-1", "customer": "ada", "open": "80.00", "due": day(30)})
    await stands(shop, 6, 90, 105)
    await shop.told("stock", {"item": "cup", "site": "LON", "on_hand": "90"})
    await shop.told("demand", {"document": "SO-1", "line": "2", "deleted": True})
    await stands(shop, 6, 90, 80)


@pytest.mark.parametrize("document", ["SO-1", "WEB-1", "4711"])
async def test_whatever_its_document_number(shop: Shop, document: str) -> None:
    await ordered(shop, ("lamp", 4))
    await shop.told("demand", line(1, "lamp", 4, 80, document=document))
    await stands(shop, 6, 100, 80)


async def test_an_order_that_is_not_ours_adds(shop: Shop) -> None:
    await ordered(shop, ("lamp", 4))
    await shop.told("demand", line(1, "lamp", 2, 40, order="WEB-9"), line(2, "lamp", 1, 20, order=None))
    await stands(shop, 3, 100, 140)


@pytest.mark.parametrize("quantity", [0, 1, 4, 9])
async def test_the_erp_knows_better_how_much_is_open(shop: Shop, quantity: int) -> None:
    await ordered(shop, ("lamp", 4))
    await shop.told("demand", line(1, "lamp", quantity, 20 * quantity))
    await stands(shop, 10 - quantity, 100, 20 * quantity)


async def test_what_is_not_reported_stays(shop: Shop) -> None:
    await ordered(shop, ("lamp", 4), ("cup", 10))
    await shop.told("demand", snapshot=True)
    await stands(shop, 6, 90, 105)
    await shop.told("demand", line(1, "lamp", 4, 80), snapshot=True)
    await stands(shop, 6, 90, 105)
    await shop.told("demand", snapshot=True)
    await stands(shop, 10, 90, 25)


@pytest.mark.parametrize("given", [{}, {"amount": None}, {"amount": None, "customer": None}, {"amount": ""}])
async def test_an_amount_that_is_not_reported_is_the_promised_one(shop: Shop, given: dict[str, Any]) -> None:
    await ordered(shop, ("lamp", 4), ("cup", 10))
    for _ in range(3):
        await shop.told("demand", line(1, "lamp", 4, **given))
        await stands(shop, 6, 90, 105)
    await shop.told("demand", line(1, "lamp", 4, 90))
    await stands(shop, 6, 90, 115)
    await shop.told("demand", {"document": "SO-1", "line": "1", "deleted": True})
    await stands(shop, 10, 90, 25)


async def test_an_amount_in_two_documents_is_carried_once(shop: Shop) -> None:
    await ordered(shop, ("lamp", 4))
    await shop.told("demand", line(1, "lamp", 1), line(2, "lamp", 3))
    await stands(shop, 6, 100, 80)
    await shop.told("demand", line(1, "lamp", 1, 20))
    await shop.told("demand", line(2, "lamp", 3, 60))
    await stands(shop, 6, 100, 80)


@pytest.mark.parametrize(
    "lacking", [{"site": None}, {"quantity": None}, {"status": "draft"}, {"status": "quote"}]
)
async def test_a_row_that_does_not_count_takes_no_ones_place(shop: Shop, lacking: dict[str, Any]) -> None:
    """No site would ship it, or nobody counts a draft: own demand stands until a row does."""
    await ordered(shop, ("lamp", 4))
    await shop.told("demand", line(1, "lamp", 4, **lacking))
    await stands(shop, 6, 100, 80)
    if "status" not in lacking:
        await shop.told("demand", line(1, "lamp", 4, 80, **lacking))
        await stands(shop, 6, 100, 80)
    await shop.told("demand", line(1, "lamp", 4, 80, status="confirmed"))
    await stands(shop, 6, 100, 80)
    assert await shop.pool.fetchval("SELECT count(*) FROM reservations") == 0


async def test_the_erps_word_may_come_before_ours(shop: Shop) -> None:
    """The storefront told the ERP first, and Sayso afterwards."""
    held = await shop.hold("ada", ("lamp", 4), ("cup", 10))
    await shop.told("demand", line(1, "lamp", 4, 80, customer="bob"))
    assert await shop.sellable("lamp") == 2, "nothing tells yet that they are one"
    await shop.order("WEB-1", held["promise"])
    assert (await shop.sellable("lamp"), await shop.exposure("ada"), await shop.exposure("bob")) == (
        6,
        25,
        80,
    )
    await shop.audit()


async def test_the_erps_word_may_come_before_an_order_on_lines(shop: Shop) -> None:
    await shop.told("demand", line(1, "lamp", 4))
    await shop.order("WEB-1", **asking("ada", ("lamp", 4), ("cup", 10)))
    await stands(shop, 6, 90, 105)


async def test_an_order_is_reported_in_any_chunks(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sayso.desk.facts_chunk.CHUNK", 2, raising=False)
    monkeypatch.setattr("sayso.desk.facts_load.CHUNK", 2)
    await ordered(shop, ("lamp", 2), ("cup", 10), ("lamp", 2))
    rows = [line(number, item, quantity, amount) for number, (item, quantity, amount) in
            enumerate([("lamp", 2, 40), ("cup", 4, 10), ("lamp", 2, 40), ("cup", 6, 15)])]  # fmt: skip
    random.Random(7).shuffle(rows)
    await shop.told("demand", *rows)
    await stands(shop, 6, 90, 105)
    await shop.told("demand", *rows)
    await stands(shop, 6, 90, 105)


async def test_a_cancelled_order_gives_back_only_what_is_still_its_own(shop: Shop) -> None:
    await ordered(shop, ("lamp", 4), ("cup", 10))
    await shop.told("demand", line(1, "lamp", 4, 80))
    await shop.cancel("WEB-1")
    await stands(shop, 6, 100, 80)
    await shop.told("demand", {"document": "SO-1", "line": "1", "deleted": True})
    await stands(shop, 10, 100, 0)


async def test_an_allocation_that_was_drawn_on_is_whole_again(shop: Shop) -> None:
    protected = {"document": "BL-1", "line": "1", "kind": "allocation", "item": "lamp", "site": "LON",
                 "quantity": "6", "customer": "ada"}  # fmt: skip
    await shop.told("demand", protected)
    assert await shop.sellable("lamp", customer="bob") == 4
    await ordered(shop, ("lamp", 5))
    assert (await shop.sellable("lamp", customer="ada"), await shop.sellable("lamp", customer="bob")) == (
        5,
        4,
    )
    await shop.told("demand", line(1, "lamp", 5, 100), {**protected, "quantity": "1"})
    assert (await shop.sellable("lamp", customer="ada"), await shop.sellable("lamp", customer="bob")) == (
        5,
        4,
    )
    await shop.audit()


async def test_money_of_what_is_not_stocked_is_replaced_too(shop: Shop) -> None:
    await shop.item("engraving", list_price="30.00", stocked="false")
    await ordered(shop, ("lamp", 1), ("engraving", 2))
    await stands(shop, 9, 100, 80)
    await shop.told("demand", line(1, "engraving", 2, 60))
    await stands(shop, 9, 100, 80)
    await shop.told("demand", line(2, "lamp", 1, 20))
    await stands(shop, 9, 100, 80)
    assert await shop.pool.fetchval("SELECT count(*) FROM reservations") == 0


async def test_a_kit_is_replaced_by_its_components_and_its_money_by_its_own_line(shop: Shop) -> None:
    await shop.item("set", list_price="30.00")
    await shop.told("kits", {"item": "set", "component": "lamp", "quantity": "1"},
                    {"item": "set", "component": "cup", "quantity": "6"})  # fmt: skip
    await ordered(shop, ("set", 2))
    await stands(shop, 8, 88, 60)
    await shop.told("demand", line(1, "set", 2, 60))
    await stands(shop, 8, 88, 60)
    await shop.told("demand", line(2, "lamp", 2), line(3, "cup", 12))
    await stands(shop, 8, 88, 60)
    assert await shop.pool.fetchval("SELECT count(*) FROM reservations") == 0


Step = Callable[[Shop], Awaitable[Any]]


async def _customer_moves(shop: Shop) -> None:
    await shop.customer("ada", 1000, bill_to="bob")


async def _reported(shop: Shop) -> None:
    await shop.told("demand", line(1, "lamp", 4, 80))


@pytest.mark.parametrize("meanwhile", [_reported, _customer_moves])
@pytest.mark.parametrize("way", ["cancel", "release", "replace", "expire"])
async def test_what_is_given_back_is_what_stands_under_the_lock(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, meanwhile: Step, way: str
) -> None:
    """Facts that change own demand come between the look at it and the lock on it."""
    if way == "cancel":
        await ordered(shop, ("lamp", 4), ("cup", 10))
    else:
        held = await shop.hold("ada", ("lamp", 4), ("cup", 10), reference="cart-1")
    between = _between(monkeypatch, lambda: meanwhile(shop))
    if way == "cancel":
        await shop.cancel("WEB-1")
    elif way == "release":
        await shop.release(held["promise"])
    elif way == "replace":
        await shop.hold("ada", ("cup", 10), reference="cart-1")
    else:
        shop.later(minutes=20)
        await shop.hold("bob", ("cup", 1))
        shop.later(minutes=1)
        await shop.hold("bob", ("cup", 1))
    assert between.happened
    await shop.audit()
    if way == "cancel":
        assert await shop.sellable("cup") == 100


def _between(
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: Callable[[], Awaitable[Any]],
    where: Any = promises,
    before: str = "locked",
) -> Any:
    """Something happens once, after somebody has looked and before it locks (or before another step of the store)."""
    true = getattr(where, before)

    class Once:
        happened = False

    async def step(*what: Any, **more: Any) -> Any:
        if not Once.happened:
            Once.happened = True
            await meanwhile()
        return await true(*what, **more)

    monkeypatch.setattr(where, before, step)
    return Once


async def test_a_load_follows_a_customer_that_moves_before_its_lock(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.customer("head", 100)
    assert await shop.exposure("head") == 0
    between = _between(monkeypatch, lambda: shop.customer("ada", 1000, bill_to="head"))
    await shop.told("receivables", {"document": "INV-1", "customer": "ada", "open": "70", "due": day(30)})
    assert between.happened
    assert (await shop.exposure("head"), await shop.exposure("ada")) == (70, 70)


async def test_two_loads_at_once_agree_whose_account_it_is(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One load hangs a customer under a branch, and has not committed; another hangs the branch under its head."""
    for name in ("head", "branch", "leaf"):
        await shop.customer(name, 100)
    other: list[asyncio.Task[Any]] = []

    async def meanwhile() -> None:
        moves = shop.told("customers", {"customer": "branch", "parent": "head"}, source="crm")
        other.append(asyncio.create_task(moves))
        await asyncio.wait(other, timeout=0.3)

    _between(monkeypatch, meanwhile, handover, "keep_tops")
    await shop.customer("leaf", 100, parent="branch")
    await other[0]
    assert (await shop.ask("leaf", ("cup", 1)))["credit"]["account"] == "head"
