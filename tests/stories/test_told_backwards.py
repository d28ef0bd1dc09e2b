"""Whatever is told last: an order whose placing comes after all else stands as it does when it comes first."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest

from followed import START, Trade, trade_on
from sayso.delivery.inbound import Inbound
from sayso.desk.cash.following import Following
from sayso.store import inbox
from sayso.store.inbox import Message

TOLD = ("documents", "concerns", "transactions", "inbox", "open_items", "payments", "outbox")


@pytest.mark.parametrize("seed", [0, 1])
async def test_everything_first_and_the_order_last(database: str, seed: int) -> None:
    async with trade_on(database, {("lamp", "LON"): 10, ("cup", "YRK"): 50}) as trade:
        await trade.order("WEB-1", "ada", ("lamp", 4), ("cup", 5))
        await trade.order("WEB-2", "ada", ("lamp", 2), ("cup", 7))
        await trade.days(60)
        before = await stands(trade)
        messages = await told(trade)
        chance = random.Random(seed)
        chance.shuffle(messages)
        placed = [one for one in messages if one.kind == "sayso.order.placed.v1"]
        others = [one for one in messages if one.kind != "sayso.order.placed.v1"]
        await forget(trade)
        await tell(trade, others)
        assert (await trade.state("WEB-1")).stage == "unknown"
        await tell(trade, placed)
        assert await stands(trade) == before


async def test_one_telling_with_two_times_counts_at_the_first_of_them(database: str) -> None:
    """A shipment is sent again under another id, with the clock of another machine: whichever comes first."""
    found = []
    async with trade_on(database, {("lamp", "LON"): 10}) as trade:
        await trade.order("WEB-1", "ada", ("lamp", 4))
        await trade.days(60)
        messages = await told(trade)
        (shipment,) = [one for one in messages if one.kind == "SHIPCONF"]
        body = msgspec.json.decode(shipment.body)
        earlier = body | {"messageId": "again", "shippedAt": "2026-03-02T07:00:00Z"}
        again = shipment._replace(id="again", body=msgspec.json.encode(earlier))
        for order in ([*messages, again], [again, *messages]):
            await forget(trade)
            await tell(trade, order)
            found.append(await stands(trade))
        assert found[0] == found[1]
        assert (await trade.state("WEB-1")).shipments[0].dispatched.hour == 7


async def told(trade: Trade) -> list[Message]:
    """Everything that was told up to now."""
    rows = await trade.pool.fetch(
        "SELECT source, id, kind, content_type, body, key FROM inbox ORDER BY number"
    )
    return [
        Message(row["source"], row["id"], row["kind"], row["content_type"], row["body"], row["key"])
        for row in rows
    ]


async def forget(trade: Trade) -> None:
    """As if nothing had been told yet."""
    await trade.pool.execute(f"TRUNCATE {', '.join(TOLD)} CASCADE")


async def tell(trade: Trade, messages: Sequence[Message]) -> None:
    """Tell it again, one after another. What was decided on it is among it, so nothing is decided anew."""
    now = START + timedelta(days=60)
    following = Following(trade.shop.desk.policy, trade.follow, acts=False)
    inbound = Inbound(trade.pool, following.apply, lambda: now)
    for one in messages:
        await inbox.keep(trade.pool, [one], now)
        while await inbound.once():
            pass


async def stands(trade: Trade) -> dict[str, str]:
    """The states."""
    rows = await trade.pool.fetch('SELECT "order", digest FROM transactions ORDER BY 1')
    return {row["order"]: row["digest"] for row in rows}
