"""Every write may be repeated under its Idempotency-Key: the same answer to the byte, and one effect."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from sayso.desk.calling import Caller, Reply
from sayso.errors import KeyReused
from world import MONDAY, Shop, asking, shop_on

Write = Callable[[Shop, str, str], Awaitable[Reply]]
"""A write on a shop: what it is about, and the key."""


async def _quote(shop: Shop, about: str, key: str) -> Reply:
    return await shop.reply("ada", ("lamp", 2), key=key)


async def _hold(shop: Shop, about: str, key: str) -> Reply:
    return await shop.reply("ada", ("lamp", 2), hold="PT15M", key=key)


async def _refused(shop: Shop, about: str, key: str) -> Reply:
    return await shop.reply("ada", ("lamp", 200), hold="PT15M", key=key)


async def _renew(shop: Shop, about: str, key: str) -> Reply:
    return await shop.desk.renew_promise(about, "PT20M", b'{"hold":"PT20M"}', shop.caller, key, shop.now)


async def _release(shop: Shop, about: str, key: str) -> Reply:
    return await shop.desk.release_promise(about, shop.caller, key, shop.now)


async def _order(shop: Shop, about: str, key: str) -> Reply:
    return await shop.order_reply("WEB-1", about, key=key)


async def _order_anew(shop: Shop, about: str, key: str) -> Reply:
    return await shop.order_reply("WEB-1", about, key=key, now=shop.now.replace(hour=23))


async def _order_lines(shop: Shop, about: str, key: str) -> Reply:
    return await shop.order_reply("WEB-1", key=key, **asking("ada", ("lamp", 2)))


async def _rejected(shop: Shop, about: str, key: str) -> Reply:
    return await shop.order_reply("WEB-1", key=key, **asking("ada", ("lamp", 200)))


async def _cancel(shop: Shop, about: str, key: str) -> Reply:
    return await shop.desk.cancel_order("WEB-0", "no", b'{"reason":"no"}', shop.caller, key, shop.now)


async def _override(shop: Shop, about: str, key: str) -> Reply:
    body = b'{"by":"Ann Lee","reason":"paid"}'
    refused = await shop.pool.fetchval("SELECT min(id) FROM decisions WHERE verdict = 'refused'")
    return await shop.desk.override_promise(refused, "Ann Lee", "paid", body, shop.caller, key, shop.now)


async def _facts(shop: Shop, about: str, key: str) -> Reply:
    rows = [{"item": "bowl", "site": "LON", "on_hand": "7"}]
    body = msgspec.json.encode({"source": "erp", "as_of": MONDAY.isoformat(), "rows": rows})
    return await shop.desk.load_facts("stock", body, shop.caller, key, shop.now)


WRITES: list[Write] = [
    _quote, _hold, _refused, _renew, _release, _order, _order_anew, _order_lines, _rejected, _cancel, _override, _facts,
]  # fmt: skip


async def _given(shop: Shop) -> str:
    """A hold to write about, an order to cancel, and a promise that credit refused."""
    refused = await shop.hold("ada", ("cup", 100), ("lamp", 10), ("cup", 300))
    assert refused["credit"]["verdict"] == "refused"
    shop.later(seconds=1)
    cancelled = await shop.hold("bob", ("lamp", 1))
    await shop.order("WEB-0", cancelled["promise"])
    held = await shop.hold("ada", ("lamp", 2))
    return str(held["promise"])


async def _standing(shop: Shop) -> tuple[object, ...]:
    counts = "SELECT (SELECT count(*) FROM promises), (SELECT count(*) FROM orders), (SELECT count(*) FROM decisions)"
    return (*await shop.pool.fetchrow(counts), await shop.sellable("lamp"), await shop.exposure("ada"))


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__)
async def test_a_repeated_write_is_answered_alike_to_the_byte(shop: Shop, write: Write) -> None:
    about = await _given(shop)
    first = await write(shop, about, "k1")
    before = await _standing(shop)
    shop.later(seconds=30)
    again = await write(shop, about, "k1")
    assert (again.status, again.body) == (first.status, first.body)
    assert (first.replayed, again.replayed) == (False, True)
    assert await _standing(shop) == (before[0], before[1], before[2] + 1, *before[3:]), (
        "but for the look at exposure"
    )
    await shop.audit()


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__)
async def test_a_key_with_another_request_is_refused(shop: Shop, write: Write) -> None:
    about = await _given(shop)
    await write(shop, about, "k1")
    for other in (_hold if write is not _hold else _quote, _facts if write is not _facts else _release):
        if write is _quote and other is _hold:
            other = _refused
        with pytest.raises(KeyReused):
            await other(shop, about, "k1")


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__)
async def test_the_same_write_at_once_through_two_doors_has_one_effect(
    shop: Shop, database: str, write: Write
) -> None:
    about = await _given(shop)
    async with shop_on(database) as other:
        other.now = shop.now
        tries = [write((shop, other)[place % 2], about, "k1") for place in range(20)]
        replies = await asyncio.gather(*tries)
    assert len({(reply.status, reply.body) for reply in replies}) == 1
    assert sum(not reply.replayed for reply in replies) == 1
    await shop.audit()


async def test_a_key_belongs_to_its_caller(shop: Shop) -> None:
    first = await shop.reply("ada", ("lamp", 2), hold="PT15M", key="k1")
    other = Caller("app", frozenset({"admin"}))
    second = await shop.reply("ada", ("lamp", 3), hold="PT15M", key="k1", caller=other)
    assert first.location != second.location
    assert await shop.sellable("lamp") == 5


async def test_what_failed_is_not_kept(shop: Shop) -> None:
    """A refused state may change; the same call under the same key is then looked at afresh."""
    held = await shop.hold("ada", ("lamp", 2))
    await shop.order("WEB-1", held["promise"])
    from sayso.errors import Conflict

    with pytest.raises(Conflict):
        await shop.release(held["promise"], key="k1")
    await shop.cancel("WEB-1")
    assert (await shop.release(held["promise"], key="k1"))["state"] == "cancelled"


@pytest.mark.parametrize("again", ["reference", "order", "release", "cancel"])
async def test_a_second_key_on_what_is_done_already_is_used_up_too(shop: Shop, again: str) -> None:
    """The answer was given for another reason than this key; still the key now stands for this request."""
    held = await shop.hold("ada", ("lamp", 2), reference="cart-1")
    await shop.order("WEB-0", (await shop.hold("ada", ("lamp", 1)))["promise"])
    if again == "reference":
        await shop.hold("ada", ("lamp", 2), reference="cart-1", key="k2")
    elif again == "order":
        await shop.order("WEB-1", held["promise"])
        await shop.order("WEB-1", held["promise"], key="k2")
    elif again == "release":
        await shop.release(held["promise"])
        await shop.release(held["promise"], key="k2")
    else:
        await shop.cancel("WEB-0")
        await shop.cancel("WEB-0", key="k2")
    with pytest.raises(KeyReused):
        await shop.hold("ada", ("lamp", 1), key="k2")
