"""An inbound that slips gives the promises that lean on it another day, and each of them says so."""

from __future__ import annotations

import asyncpg
import pytest

from sayso.desk.looking_ahead import look_ahead
from world import Shop, day

PO = {"document": "PO-1", "line": "1", "item": "lamp", "site": "LON", "quantity": "20"}


async def leaning(shop: Shop) -> str:
    """A promise of 25 lamps: 10 today, 15 when PO-1 has come in three days."""
    await shop.told("inbound", {**PO, "due": day(3)})
    held = await shop.hold("bob", ("lamp", 25))
    assert [part["ship_on"] for part in held["lines"][0]["parts"]] == [day(0), day(3)]
    return str(held["promise"])


async def test_a_slip_dates_the_promise_anew_and_back(shop: Shop) -> None:
    promise = await leaning(shop)
    assert "redated" not in await shop.promise(promise)
    await shop.told("inbound", {**PO, "due": day(6)})
    (late,) = (await shop.promise(promise))["redated"]
    assert late == {
        "line": 1,
        "item": "lamp",
        "site": "LON",
        "quantity": "15",
        "promised": day(3),
        "ship_on": day(6),
        "deliver_by": day(6),
        "because": f"15 are missing at LON on {day(3)}; PO-1 line 1 brings them on {day(6)}",
        "at": late["at"],
    }
    (case,) = await shop.cases()
    assert case["facts"]["redated_to"] == day(6)
    assert case["next_step"].endswith(f"tell the customer that they leave on {day(6)}, or find supply")
    await shop.told("inbound", {**PO, "due": day(2)})
    assert "redated" not in await shop.promise(promise)
    assert await shop.cases() == []


async def test_without_any_supply_nobody_knows_the_day(shop: Shop) -> None:
    promise = await leaning(shop)
    await shop.told("inbound", {**PO, "status": "draft"})
    (late,) = (await shop.promise(promise))["redated"]
    assert (late["ship_on"], late["deliver_by"]) == (None, None)
    assert "no supply within the horizon" in late["because"]


async def test_the_oldest_promise_gets_the_first_supply(shop: Shop) -> None:
    promise = await leaning(shop)
    shop.later(minutes=1)
    young = await shop.hold("ada", ("lamp", 5))
    await shop.told("inbound", {**PO, "quantity": "15", "due": day(6)})
    await shop.told("inbound", {**PO, "document": "PO-2", "quantity": "9", "due": day(9)})
    (old,) = (await shop.promise(promise))["redated"]
    (new,) = (await shop.promise(str(young["promise"])))["redated"]
    assert (old["ship_on"], old["quantity"]) == (day(6), "15")
    assert (new["ship_on"], new["quantity"]) == (day(9), "5")


async def test_it_ships_on_a_day_on_which_the_site_works(shop: Shop) -> None:
    await shop.told("sites", {"site": "LON", "country": "GB", "calendar": "uk"})
    promise = await leaning(shop)
    await shop.told("inbound", {**PO, "due": day(5)})  # a Saturday
    (late,) = (await shop.promise(promise))["redated"]
    assert late["ship_on"] == day(7)


async def test_what_is_told_again_is_kept_once_and_never_changed(shop: Shop) -> None:
    await leaning(shop)
    for _ in range(3):
        await shop.told("inbound", {**PO, "due": day(6)})
        await shop.told("stock", {"item": "lamp", "site": "LON", "on_hand": "10"})
    assert await shop.pool.fetchval("SELECT count(*) FROM redatings") == 1
    for change in ("UPDATE redatings SET quantity = 1", "DELETE FROM redatings"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await shop.pool.execute(change)


async def test_another_items_slip_leaves_a_promises_dates_alone(shop: Shop) -> None:
    await shop.item("vase", 3)
    await shop.told("inbound", {**PO, "due": day(3)})
    held = await shop.hold("bob", ("lamp", 25), ("vase", 3))
    await shop.told("inbound", {**PO, "due": day(6)})
    await shop.count("vase", 1)
    late = (await shop.promise(str(held["promise"])))["redated"]
    assert {(one["item"], one["quantity"], one["ship_on"]) for one in late} == {
        ("lamp", "15", day(6)),
        ("vase", "2", None),
    }


async def test_an_inbound_that_does_not_come_is_noticed_though_nothing_is_told(shop: Shop) -> None:
    promise = await leaning(shop)
    await shop.order("WEB-1", promise)
    shop.later(days=4)
    assert await shop.cases() == []
    await look_ahead(shop.pool, shop.now, shop.desk.policy)
    (late,) = (await shop.promise(promise))["redated"]
    assert late["quantity"] == "15"
    assert len(await shop.cases()) == 1
