"""An order that waits for the ERP's word."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from followed import Trade, trade_on


async def later(trade: Trade) -> None:
    """The ERP answers while the buyer waits."""
    await asyncio.sleep(0.2)
    await trade.until(trade.now + timedelta(hours=1))


async def test_a_buyer_who_waits_reads_the_erps_word(database: str) -> None:
    async with trade_on(database, {("lamp", "LON"): 10}) as trade:
        held = await trade.shop.hold("ada", ("lamp", 4))
        answer, _ = await asyncio.gather(trade.shop.order("WEB-1", held["promise"], wait=20), later(trade))
        assert answer["state"] == "countersigned"


async def test_a_buyer_who_waits_in_vain_reads_that_it_is_placed(database: str) -> None:
    async with trade_on(database, {("lamp", "LON"): 10}) as trade:
        held = await trade.shop.hold("ada", ("lamp", 4))
        answer = await trade.shop.order("WEB-1", held["promise"], wait=1)
        assert answer["state"] == "placed"
