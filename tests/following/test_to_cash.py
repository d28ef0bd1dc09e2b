"""An order from promise to cash, when nothing goes wrong."""

from __future__ import annotations

from decimal import Decimal

from followed import trade_on


async def test_an_order_becomes_cash(database: str) -> None:
    async with trade_on(database, {("lamp", "LON"): 10, ("cup", "YRK"): 50}) as trade:
        await trade.order("WEB-1", "ada", ("lamp", 4), ("cup", 5))
        await trade.days(60)
        state = await trade.state("WEB-1")
        assert await trade.kinds() == []
        assert (state.stage, state.operational, state.financial) == ("closed", True, True)
        assert [line.shipped for line in state.lines] == [4, 5]
        assert state.money.invoiced == state.money.paid == Decimal("90.00")
