"""A hold: asked for, renewed, given back, over in time."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sayso.errors import BadField, Conflict, NotFound
from world import Shop


async def test_a_quote_takes_nothing(shop: Shop) -> None:
    quote = await shop.ask("ada", ("lamp", 10))
    assert (quote["verdict"], quote["held"]) == ("firm", False)
    assert quote["totals"]["net"] == "200.00"
    assert await shop.sellable("lamp") == 10
    assert await shop.exposure("ada") == 0


async def test_a_hold_takes_and_a_release_gives_back(shop: Shop) -> None:
    held = await shop.hold("ada", ("lamp", 4), ("cup", 10))
    assert (held["verdict"], held["held"]) == ("firm", True)
    assert (await shop.sellable("lamp"), await shop.sellable("cup")) == (6, 90)
    assert await shop.exposure("ada") == Decimal("105.00")
    assert (await shop.promise(held["promise"]))["state"] == "held"
    released = await shop.release(held["promise"])
    assert released["state"] == "released"
    assert (await shop.sellable("lamp"), await shop.sellable("cup")) == (10, 100)
    assert await shop.exposure("ada") == 0
    assert (await shop.release(held["promise"]))["state"] == "released"
    assert (await shop.promise(held["promise"]))["state"] == "released"
    await shop.audit()


async def test_all_lines_are_held_or_none(shop: Shop) -> None:
    refused = await shop.hold("ada", ("cup", 10), ("lamp", 11))
    assert (refused["verdict"], refused["held"]) == ("conditional", False)
    assert await shop.sellable("cup") == 100
    assert await shop.exposure("ada") == 0


async def test_what_one_holds_another_cannot_have(shop: Shop) -> None:
    await shop.hold("ada", ("lamp", 7))
    short = await shop.hold("bob", ("lamp", 4))
    assert not short["held"]
    assert short["lines"][0]["reasons"][0]["code"] == "stock_short"
    assert short["lines"][0]["reasons"][0]["facts"] == {"sellable": "3", "asked": "4"}
    assert (await shop.hold("bob", ("lamp", 3)))["held"]
    await shop.audit()


async def test_a_hold_is_over_in_time(shop: Shop) -> None:
    held = await shop.hold("ada", ("lamp", 10))
    shop.later(minutes=14, seconds=59)
    assert not (await shop.hold("bob", ("lamp", 1)))["held"]
    shop.later(seconds=1)
    assert (await shop.promise(held["promise"]))["state"] == "expired"
    assert (await shop.hold("bob", ("lamp", 1)))["held"]
    assert await shop.exposure("ada") == 0
    with pytest.raises(Conflict, match="expired"):
        await shop.renew(held["promise"])
    assert (await shop.release(held["promise"]))["state"] == "expired"
    await shop.audit()


async def test_a_quote_sees_that_a_hold_is_over(shop: Shop) -> None:
    await shop.hold("ada", ("lamp", 10))
    shop.later(minutes=16)
    assert (await shop.ask("bob", ("lamp", 10)))["verdict"] == "firm"
    assert await shop.sellable("lamp") == 10


async def test_a_renewed_hold_lives_from_now(shop: Shop) -> None:
    held = await shop.hold("ada", ("lamp", 10))
    shop.later(minutes=10)
    renewed = await shop.renew(held["promise"], "PT15M")
    assert renewed["expires"] == "2026-03-02T09:25:00Z"
    assert renewed["signature"] != held["signature"]
    shop.later(minutes=14)
    assert not (await shop.hold("bob", ("lamp", 1)))["held"]
    assert (await shop.promise(held["promise"]))["expires"] == renewed["expires"]
    shop.later(minutes=1)
    assert (await shop.hold("bob", ("lamp", 1)))["held"]


@pytest.mark.parametrize("hold", ["PT0S", "P2D", "PT25H"])
async def test_a_hold_has_a_length(shop: Shop, hold: str) -> None:
    with pytest.raises(BadField):
        await shop.hold("ada", ("lamp", 1), hold=hold)
    held = await shop.hold("ada", ("lamp", 1))
    with pytest.raises(BadField):
        await shop.renew(held["promise"], hold)


async def test_there_is_no_such_hold(shop: Shop) -> None:
    quote = await shop.ask("ada", ("lamp", 1))
    with pytest.raises(NotFound):
        await shop.release(quote["promise"])
    with pytest.raises(NotFound):
        await shop.renew("prm_00000000000000000000000000")
    with pytest.raises(NotFound):
        await shop.promise("nonsense")


async def test_conditional_is_held_only_when_that_was_accepted(shop: Shop) -> None:
    asked = await shop.hold("ada", ("lamp", 12))
    assert (asked["verdict"], asked["held"]) == ("conditional", False)
    assert await shop.sellable("lamp") == 10
    accepted = await shop.hold("ada", ("lamp", 12), accept_conditional=True)
    assert (accepted["verdict"], accepted["held"]) == ("conditional", True)
    assert [part["state"] for part in accepted["lines"][0]["parts"]] == ["in_stock", "backorder"]
    assert await shop.sellable("lamp") == 0
    await shop.release(accepted["promise"])
    assert await shop.sellable("lamp") == 10
    await shop.audit()
