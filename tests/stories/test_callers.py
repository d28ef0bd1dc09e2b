"""Nobody reads or writes beyond the customers that the key is bound to (law 9)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sayso.errors import Conflict, NotAllowed, NotFound
from world import MONDAY, Shop, asking, bound

BOB = bound("bob")
EVENING = MONDAY.replace(hour=20)
Crossing = Callable[[Shop, str], Awaitable[Any]]

#: What a key bound to Bob tries on Ada's promise.
CROSSINGS: dict[str, Crossing] = {
    "asks": lambda shop, promise: shop.ask("ada", ("lamp", 1), caller=BOB),
    "holds": lambda shop, promise: shop.hold("ada", ("lamp", 1), caller=BOB),
    "reads": lambda shop, promise: shop.promise(promise, BOB),
    "renews": lambda shop, promise: shop.renew(promise, caller=BOB),
    "releases": lambda shop, promise: shop.release(promise, caller=BOB),
    "overrides": lambda shop, promise: shop.override(promise, caller=BOB),
    "orders": lambda shop, promise: shop.order("WEB-2", promise, caller=BOB),
    "orders late": lambda shop, promise: shop.order("WEB-2", promise, caller=BOB, now=EVENING),
    "orders on lines": lambda shop, promise: shop.order("WEB-2", caller=BOB, **asking("ada", ("lamp", 1))),
    "repeats an order": lambda shop, promise: shop.order("WEB-1", promise, caller=BOB),
    "reads an order": lambda shop, promise: shop.placed("WEB-1", BOB),
    "cancels": lambda shop, promise: shop.cancel("WEB-1", caller=BOB),
    "browses": lambda shop, promise: shop.browse("lamp", BOB, customer="ada"),
}


@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.parametrize("crossing", CROSSINGS)
async def test_a_bound_key_cannot_cross(shop: Shop, crossing: str, ordered: bool) -> None:
    held = await shop.hold("ada", ("lamp", 4), reference="cart-1")
    other = held if ordered else await shop.hold("ada", ("lamp", 1))
    await shop.order("WEB-1", other["promise"])
    if "late" in crossing:
        await shop.hold("bob", ("cup", 1), now=EVENING)
    before = await _standing(shop)
    with pytest.raises((NotAllowed, NotFound)):
        await CROSSINGS[crossing](shop, held["promise"])
    assert await _standing(shop) == before


async def test_a_reference_of_another_customer_is_not_seen(shop: Shop) -> None:
    held = await shop.hold("ada", ("lamp", 10), reference="cart-1")
    quote = await shop.ask("bob", ("lamp", 1), reference="cart-1", caller=BOB)
    assert quote["verdict"] == "conditional"
    await shop.hold("bob", ("cup", 1), reference="cart-1", caller=BOB)
    assert (await shop.promise(held["promise"]))["state"] == "held"


async def test_a_refused_order_number_tells_nothing_of_the_other_order(shop: Shop) -> None:
    held = await shop.hold("ada", ("lamp", 4))
    await shop.order("WEB-1", held["promise"])
    own = await shop.hold("bob", ("lamp", 1), caller=BOB)
    with pytest.raises(Conflict) as refused:
        await shop.order("WEB-1", own["promise"], caller=BOB)
    assert not {"state", "promise", "customer"} & refused.value.facts.keys()
    with pytest.raises(Conflict):
        await shop.order("WEB-1", caller=BOB, **asking("bob", ("lamp", 1)))


async def test_a_bound_key_works_for_its_own(shop: Shop) -> None:
    held = await shop.hold("bob", ("lamp", 2), caller=BOB)
    assert (await shop.promise(held["promise"], BOB))["state"] == "held"
    await shop.renew(held["promise"], caller=BOB)
    await shop.order("WEB-1", held["promise"], caller=BOB)
    assert (await shop.placed("WEB-1", BOB))["state"] == "placed"
    assert (await shop.cancel("WEB-1", caller=BOB))["state"] == "cancelled"
    assert await shop.sellable("lamp", customer="bob", caller=BOB) == 10


async def test_cases_are_seen_by_whom_they_concern(shop: Shop) -> None:
    await shop.hold("ada", ("lamp", 6))
    await shop.hold("bob", ("lamp", 4))
    await shop.count("lamp", 0)
    assert {case["customer"] for case in await shop.cases()} == {"ada", "bob"}
    assert {case["customer"] for case in await shop.cases(caller=BOB)} == {"bob"}
    assert await shop.cases(caller=bound("cyd")) == []


async def _standing(shop: Shop) -> list[Any]:
    states = await shop.pool.fetch("SELECT id, state FROM promises ORDER BY id")
    return [*states, await shop.pool.fetchval("SELECT count(*) FROM orders"), await shop.sellable("lamp")]
