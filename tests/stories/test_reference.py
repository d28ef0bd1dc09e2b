"""The storefront's own reference: one cart is one hold, whatever is asked for it and however often."""

from __future__ import annotations

import asyncio

from world import Shop, shop_on

CART = {"reference": "cart-1", "channel": "web"}


async def test_holding_twice_on_one_reference_is_one_hold(shop: Shop) -> None:
    first = await shop.hold("ada", ("lamp", 10), **CART)
    again = await shop.reply("ada", ("lamp", 10), hold="PT15M", **CART)
    assert (first["held"], again.replayed) == (True, True)
    assert (await shop.hold("ada", ("lamp", 10), **CART))["promise"] == first["promise"]
    assert await shop.sellable("lamp") == 0
    assert await shop.exposure("ada") == 200
    await shop.audit()


async def test_other_lines_replace_the_hold_in_one_step(shop: Shop) -> None:
    first = await shop.hold("ada", ("lamp", 10), **CART)
    other = await shop.hold("ada", ("lamp", 8), ("cup", 1), **CART)
    assert other["held"]
    assert other["promise"] != first["promise"]
    assert (await shop.sellable("lamp"), await shop.sellable("cup")) == (2, 99)
    assert (await shop.promise(first["promise"]))["state"] == "replaced"
    await shop.audit()


async def test_the_hold_stays_where_the_new_one_cannot_be_held(shop: Shop) -> None:
    first = await shop.hold("ada", ("lamp", 4), **CART)
    refused = await shop.hold("ada", ("lamp", 11), **CART)
    assert not refused["held"]
    assert (await shop.promise(first["promise"]))["state"] == "held"
    assert await shop.sellable("lamp") == 6
    over = await shop.hold("ada", ("lamp", 4), ("cup", 100), ("lamp", 6), **CART)
    assert over["held"], "its own hold counts neither as stock taken nor as money owed"
    assert await shop.exposure("ada") == 450
    await shop.audit()


async def test_a_quote_on_a_reference_does_not_count_its_own_hold(shop: Shop) -> None:
    await shop.hold("ada", ("lamp", 10), **CART)
    quote = await shop.ask("ada", ("lamp", 10), **CART)
    assert (quote["verdict"], quote["held"]) == ("firm", False)
    assert quote["credit"]["parts"]["promises"] == "0.00"
    assert (await shop.ask("ada", ("lamp", 1)))["verdict"] == "conditional"
    assert (await shop.ask("ada", ("lamp", 1), reference="cart-1", channel="app"))["verdict"] == "conditional"
    assert (await shop.ask("bob", ("lamp", 1), **CART))["verdict"] == "conditional"
    assert await shop.sellable("lamp") == 0


async def test_a_reference_is_a_customers_and_a_channels_own(shop: Shop) -> None:
    ids = {
        (await shop.hold("ada", ("lamp", 2), **CART))["promise"],
        (await shop.hold("bob", ("lamp", 2), **CART))["promise"],
        (await shop.hold("ada", ("lamp", 2), reference="cart-1", channel="app"))["promise"],
    }
    assert len(ids) == 3
    assert await shop.sellable("lamp") == 4


async def test_an_expired_hold_on_a_reference_is_not_the_answer(shop: Shop) -> None:
    first = await shop.hold("ada", ("lamp", 10), **CART)
    shop.later(minutes=15)
    again = await shop.hold("ada", ("lamp", 10), **CART)
    assert again["held"]
    assert again["promise"] != first["promise"]
    assert (await shop.promise(first["promise"]))["state"] == "expired"
    await shop.audit()


async def test_the_answer_tells_how_long_a_renewed_hold_lives(shop: Shop) -> None:
    first = await shop.hold("ada", ("lamp", 10), **CART)
    shop.later(minutes=10)
    renewed = await shop.renew(first["promise"], "PT1H")
    again = await shop.hold("ada", ("lamp", 10), **CART)
    assert (again["promise"], again["expires"]) == (first["promise"], renewed["expires"])


async def test_an_ordered_cart_is_free_for_the_next(shop: Shop) -> None:
    first = await shop.hold("ada", ("lamp", 4), **CART)
    await shop.order("WEB-1", first["promise"])
    following = await shop.hold("ada", ("lamp", 4), **CART)
    assert following["promise"] != first["promise"]
    assert await shop.sellable("lamp") == 2
    assert (await shop.ask("ada", ("lamp", 6), **CART))["verdict"] == "firm"
    assert (await shop.ask("ada", ("lamp", 7), **CART))["verdict"] == "conditional"


async def test_an_order_on_lines_takes_its_carts_hold_over(shop: Shop) -> None:
    await shop.hold("ada", ("lamp", 10), **CART)
    placed = await shop.order("WEB-1", **{"customer": "ada", "ship_to": {"country": "GB"}, **CART},
                              lines=[{"item": "lamp", "quantity": "10"}])  # fmt: skip
    assert placed["state"] == "placed"
    assert await shop.sellable("lamp") == 0
    assert await shop.exposure("ada") == 200
    await shop.audit()


async def test_many_at_once_on_one_reference_leave_one_hold(shop: Shop, database: str) -> None:
    async with shop_on(database) as other:
        asked = [(shop, other)[place % 2].hold("ada", ("lamp", 1 + place % 7), **CART) for place in range(80)]
        answers = await asyncio.gather(*asked)
    assert all(answer["held"] for answer in answers)
    held = await shop.pool.fetch("SELECT id FROM promises WHERE state = 'held'")
    assert len(held) == 1
    live = next(answer for answer in answers if answer["promise"] == held[0]["id"])
    assert await shop.sellable("lamp") == 10 - int(live["lines"][0]["quantity"])
    await shop.audit()


async def test_renewed_and_replaced_in_one_breath(shop: Shop) -> None:
    for _ in range(10):
        first = await shop.hold("ada", ("lamp", 4), **CART)
        renewed, other = await asyncio.gather(
            shop.renew(first["promise"], "PT1H"),
            shop.hold("ada", ("lamp", 5), **CART),
            return_exceptions=True,
        )
        assert not isinstance(renewed, BaseException) or "replaced" in str(renewed)
        assert other["held"]
        assert (await shop.promise(first["promise"]))["state"] == "replaced"
        await shop.release(other["promise"])
    await shop.audit()
