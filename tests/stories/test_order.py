"""An order: on a hold, exactly once, without a second judgement; after expiry decided anew; on lines; cancelled."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from sayso.errors import Conflict, NotFound
from sayso.store import promises
from world import Shop, asking, read, shop_on


async def test_an_order_on_a_hold_is_accepted_whatever_has_happened_since(shop: Shop) -> None:
    held = await shop.hold("ada", ("lamp", 4))
    await shop.count("lamp", 0)
    await shop.told("items", {"item": "lamp", "status": "blocked", "list_price": "99.00"})
    await shop.customer("ada", 1, hold="all")
    reply = await shop.order_reply("WEB-1", held["promise"], po="PO 7")
    placed = read(reply)
    assert (reply.status, reply.location) == (201, "/v1/orders/WEB-1")
    assert (placed["state"], placed["po"], placed["changed"]) == ("placed", "PO 7", [])
    assert placed["decision"]["promise"] == held["promise"]
    assert placed["decision"]["totals"]["net"] == "80.00"
    assert (await shop.promise(held["promise"]))["state"] == "ordered"
    await shop.audit()


async def test_an_order_keeps_what_its_hold_took_and_does_not_run_out(shop: Shop) -> None:
    held = await shop.hold("ada", ("lamp", 4))
    await shop.order("WEB-1", held["promise"])
    shop.later(days=2)
    assert not (await shop.hold("bob", ("lamp", 7)))["held"]
    assert await shop.sellable("lamp") == 6
    assert await shop.exposure("ada") == 80
    await shop.audit()


async def test_the_same_order_again_is_the_same_order(shop: Shop) -> None:
    held = await shop.hold("ada", ("lamp", 4))
    first = await shop.order("WEB-1", held["promise"])
    again = await shop.order_reply("WEB-1", held["promise"])
    assert (again.status, again.replayed) == (200, True)
    assert read(again) == first
    assert await shop.sellable("lamp") == 6


async def test_one_order_number_is_one_order(shop: Shop) -> None:
    one, other = await shop.hold("ada", ("lamp", 4)), await shop.hold("ada", ("lamp", 3))
    await shop.order("WEB-1", one["promise"])
    with pytest.raises(Conflict, match="WEB-1"):
        await shop.order("WEB-1", other["promise"])
    assert (await shop.promise(other["promise"]))["state"] == "held"


async def test_one_hold_is_one_order(shop: Shop) -> None:
    held = await shop.hold("ada", ("lamp", 4))
    await shop.order("WEB-1", held["promise"])
    with pytest.raises(Conflict, match="WEB-1"):
        await shop.order("WEB-2", held["promise"])
    with pytest.raises(NotFound):
        await shop.placed("WEB-2")


async def test_many_at_once_place_one_order(shop: Shop, database: str) -> None:
    held = await shop.hold("ada", ("lamp", 4))
    async with shop_on(database) as other:
        tries = [
            (shop, other)[place % 2].order_reply(
                "WEB-1", held["promise"], key=f"k{place}" if place % 3 else None
            )
            for place in range(60)
        ]
        replies = await asyncio.gather(*tries)
    assert sum(reply.status == 201 for reply in replies) == 1
    assert len({reply.body for reply in replies}) == 1
    assert await shop.pool.fetchval("SELECT count(*) FROM orders") == 1
    assert await shop.sellable("lamp") == 6
    await shop.audit()


async def test_many_orders_at_once_on_one_hold_are_one(shop: Shop, database: str) -> None:
    held = await shop.hold("ada", ("lamp", 4))
    async with shop_on(database) as other:
        tries = [(shop, other)[place % 2].order(f"WEB-{place}", held["promise"]) for place in range(40)]
        replies = await asyncio.gather(*tries, return_exceptions=True)
    refused = [reply for reply in replies if isinstance(reply, BaseException)]
    assert len(refused) == 39
    assert {type(reply) for reply in refused} == {Conflict}
    assert await shop.pool.fetchval("SELECT count(*) FROM orders") == 1
    await shop.audit()


async def test_after_expiry_it_is_decided_anew_and_says_what_changed(shop: Shop) -> None:
    held = await shop.hold("ada", ("lamp", 4))
    shop.later(minutes=16)
    await shop.told("items", {"item": "lamp", "list_price": "21.00"})
    placed = await shop.order("WEB-1", held["promise"])
    assert placed["state"] == "placed"
    assert placed["promise"] != held["promise"]
    changes = {(one["line"], one["field"]): (one["was"], one["is"]) for one in placed["changed"]}
    assert changes.keys() == {(None, "totals"), (1, "price")}
    assert (changes[1, "price"][0]["amount"], changes[1, "price"][1]["amount"]) == ("80.00", "84.00")
    assert await shop.exposure("ada") == 84
    assert (await shop.promise(held["promise"]))["state"] == "expired"
    assert await shop.order("WEB-1", held["promise"]) == placed
    await shop.audit()


async def test_after_expiry_it_may_be_refused_and_placed_again(shop: Shop) -> None:
    held = await shop.hold("ada", ("lamp", 4))
    shop.later(minutes=16)
    await shop.hold("bob", ("lamp", 8))
    rejected = await shop.order_reply("WEB-1", held["promise"])
    assert (rejected.status, read(rejected)["state"]) == (200, "rejected")
    assert {one["field"] for one in read(rejected)["changed"]} >= {"verdict", "parts", "reasons"}
    assert await shop.exposure("ada") == 0
    assert (await shop.placed("WEB-1"))["state"] == "rejected"
    await shop.count("lamp", 20)
    placed = await shop.order_reply("WEB-1", held["promise"])
    assert (placed.status, read(placed)["state"]) == (201, "placed")
    assert await shop.pool.fetchval("SELECT count(*) FROM orders") == 1
    await shop.audit()


async def test_an_order_on_a_quote_is_decided_anew(shop: Shop) -> None:
    quote = await shop.ask("ada", ("lamp", 4))
    placed = await shop.order("WEB-1", quote["promise"])
    assert (placed["state"], placed["changed"]) == ("placed", [])
    assert placed["promise"] != quote["promise"]
    assert await shop.sellable("lamp") == 6


async def test_an_order_on_a_refused_promise_is_decided_anew(shop: Shop) -> None:
    refused = await shop.hold("ada", ("lamp", 40))
    assert (await shop.order("WEB-1", refused["promise"]))["state"] == "rejected"
    await shop.count("lamp", 40)
    placed = await shop.order("WEB-1", refused["promise"])
    assert placed["state"] == "placed"
    assert {one["field"] for one in placed["changed"]} == {"verdict", "parts", "reasons"}


async def test_an_order_on_no_promise(shop: Shop) -> None:
    with pytest.raises(NotFound):
        await shop.order("WEB-1", "prm_00000000000000000000000000")


async def test_an_order_on_a_released_hold_is_decided_anew(shop: Shop) -> None:
    held = await shop.hold("ada", ("lamp", 4))
    await shop.release(held["promise"])
    placed = await shop.order("WEB-1", held["promise"])
    assert (placed["state"], placed["promise"] != held["promise"]) == ("placed", True)
    assert await shop.sellable("lamp") == 6


async def test_an_order_on_lines_is_promised_and_placed_in_one_step(shop: Shop) -> None:
    lines = asking("ada", ("lamp", 4), ("cup", 2))
    first = await shop.order_reply("WEB-1", **lines)
    assert (first.status, read(first)["state"]) == (201, "placed")
    assert await shop.sellable("lamp") == 6
    again = await shop.order_reply("WEB-1", **lines)
    assert (again.status, again.body, again.replayed) == (200, first.body, True)
    with pytest.raises(Conflict):
        await shop.order("WEB-1", **asking("ada", ("lamp", 5)))
    rejected = await shop.order("WEB-2", **asking("bob", ("lamp", 7)))
    assert rejected["state"] == "rejected"
    assert await shop.sellable("lamp") == 6
    assert (await shop.order("WEB-2", **asking("bob", ("lamp", 6))))["state"] == "placed"
    await shop.audit()


async def test_a_cancelled_order_gives_back_at_once(shop: Shop) -> None:
    held = await shop.hold("ada", ("lamp", 4))
    await shop.order("WEB-1", held["promise"])
    with pytest.raises(Conflict, match="became order"):
        await shop.release(held["promise"])
    cancelled = await shop.cancel("WEB-1", "too late")
    assert (cancelled["state"], cancelled["why"]) == ("cancelled", "too late")
    assert (await shop.sellable("lamp"), await shop.exposure("ada")) == (10, Decimal(0))
    assert (await shop.cancel("WEB-1"))["state"] == "cancelled"
    with pytest.raises(Conflict):
        await shop.order("WEB-2", held["promise"])
    with pytest.raises(NotFound):
        await shop.cancel("WEB-9")
    await shop.audit()


async def test_an_expired_hold_that_became_an_order_meanwhile_becomes_no_second_one(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two doors whose clocks differ: one finds the hold expired, and before it asks anew the other orders on it."""
    held = await shop.hold("ada", ("lamp", 4))
    read_before = promises.decided

    async def decided(*what: Any) -> Any:
        monkeypatch.setattr(promises, "decided", read_before)
        await shop.order("WEB-2", held["promise"])
        return await read_before(*what)

    monkeypatch.setattr(promises, "due", _nothing)
    monkeypatch.setattr(promises, "decided", decided)
    with pytest.raises(Conflict, match="WEB-2"):
        await shop.order("WEB-1", held["promise"], now=shop.now.replace(minute=20))
    assert await shop.sellable("lamp") == 6
    await shop.audit()


async def _nothing(*what: Any) -> list[Any]:
    return []
