"""Orders that the ERP refuses, or that somebody gives up, wholly or in part, before, during and after picking."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from followed import Trade, trade_on
from sayso.canon.times import moment

STOCK = {("lamp", "LON"): 10}


async def test_what_the_erp_refuses_is_free_again(database: str) -> None:
    async with trade_on(database, STOCK, asked=("wms", "ar")) as trade:
        await trade.order("WEB-1", "ada", ("lamp", 8))
        await trade.work()
        await trade.says(
            "erp",
            message="ORDERREJ",
            orderRef="WEB-1",
            erpOrderNo="SO-1",
            reason="blocked",
            at=moment(trade.now),
        )
        state = await trade.state("WEB-1")
        assert (state.stage, state.rejected) == ("rejected", "blocked")
        assert await ended(trade) == ("refused_by_erp", "erp_rejected")
        assert await trade.kinds() == ["order_rejected"]
        await free(trade, 10, "0")


async def test_refused_in_part_the_rest_goes_on(database: str) -> None:
    async with trade_on(database, STOCK | {("cup", "LON"): 20}, asked=("wms", "ar")) as trade:
        await trade.order("WEB-1", "ada", ("lamp", 8), ("cup", 5))
        await accepted(trade, ("lamp", 1, 8), ("cup", 2, 5))
        trade.now += timedelta(minutes=5)
        await trade.says("erp", message="ORDERREJ", orderRef="WEB-1", erpOrderNo="SO-1", reason="discontinued",
                         lines=[{"lineNo": 1, "itemNo": "lamp", "quantity": "8"}], at=moment(trade.now))  # fmt: skip
        assert (await trade.case("order_rejected"))["amount"] == Decimal("80.00")
        await free(trade, 10, "50")
        await shipped(trade, "SH-1", ("cup", 2, 5))
        state = await trade.state("WEB-1")
        assert (state.operational, state.money.invoiced) == (True, Decimal("50.00"))
        assert (await ended(trade))[0] == "short"


@pytest.mark.parametrize("when", ["placed", "accepted", "picked"])
async def test_the_customer_gives_it_up_before_it_leaves(database: str, when: str) -> None:
    async with trade_on(database, STOCK, asked=("wms", "ar")) as trade:
        await trade.order("WEB-1", "ada", ("lamp", 8))
        await trade.work()
        if when != "placed":
            await accepted(trade, ("lamp", 1, 8))
        if when == "picked":
            await trade.says("wms", message="PICKCONF", warehouse="LON", orderRef="WEB-1", documentNo="PK-1",
                             pickedAt=moment(trade.now), lines=[line(1, "lamp", 8)])  # fmt: skip
        await given_up(trade)
        state = await trade.state("WEB-1")
        assert state.stage == "cancelled"
        assert (await ended(trade))[0] == "cancelled"
        await free(trade, 10, "0")
        assert [one for one in await trade.effects("WEB-1") if one.startswith("cancel_order")]


async def test_the_customer_gives_it_up_when_a_part_has_left(database: str) -> None:
    async with trade_on(database, STOCK, asked=("ar",)) as trade:
        await trade.order("WEB-1", "ada", ("lamp", 8))
        await accepted(trade, ("lamp", 1, 8))
        await shipped(trade, "SH-1", ("lamp", 1, 3))
        await given_up(trade)
        state = await trade.state("WEB-1")
        assert (state.lines[0].cancelled, state.lines[0].shipped, state.operational) == (5, 3, True)
        await free(trade, 7, "30")


async def test_what_leaves_after_it_was_given_up_is_a_case_and_is_owed(database: str) -> None:
    async with trade_on(database, STOCK, asked=("ar",)) as trade:
        await trade.order("WEB-1", "ada", ("lamp", 8))
        await accepted(trade, ("lamp", 1, 8))
        await given_up(trade)
        await free(trade, 10, "0")
        await shipped(trade, "SH-1", ("lamp", 1, 8))
        kinds = await trade.kinds()
        assert "shipped_after_cancel" in kinds
        assert len(kinds) <= 2
        assert await trade.shop.sellable("lamp", "LON") == 2


async def test_the_erp_gives_a_part_up(database: str) -> None:
    async with trade_on(database, STOCK, asked=("wms", "ar")) as trade:
        await trade.order("WEB-1", "ada", ("lamp", 8))
        await accepted(trade, ("lamp", 1, 8))
        trade.now += timedelta(minutes=5)
        await trade.says("erp", message="ORDERCANCEL", orderRef="WEB-1", erpOrderNo="SO-1", reason="no supply",
                         lines=[{"lineNo": 1, "itemNo": "lamp", "quantity": "3"}], at=moment(trade.now))  # fmt: skip
        await free(trade, 5, "50")
        await shipped(trade, "SH-1", ("lamp", 1, 5))
        assert await ended(trade) == ("short", "cancelled_by_erp")
        await free(trade, 5, "50")


async def given_up(trade: Trade) -> None:
    trade.now += timedelta(minutes=5)
    trade.shop.now = trade.now
    await trade.shop.cancel("WEB-1")
    await trade.work()


async def free(trade: Trade, lamps: int, owed: str) -> None:
    """What the next promise sees of the stock and the account; and the ledger adds up."""
    trade.shop.now = trade.now
    await trade.shop.audit()
    assert await trade.shop.sellable("lamp", "LON") == lamps
    assert await trade.shop.exposure("ada") == Decimal(owed)


def line(number: int, item: str, some: int) -> dict[str, Any]:
    """A line as the warehouse writes it."""
    return {"orderLine": number, "sku": item, "qty": str(some), "uom": "EA"}


async def accepted(trade: Trade, *lines: tuple[str, int, int]) -> None:
    await trade.work()
    trade.now += timedelta(minutes=5)
    told = [{"lineNo": number, "itemNo": item, "quantity": str(some), "unitPrice": "10.00", "lineAmount": f"{some * 10}.00"}
            for item, number, some in lines]  # fmt: skip
    await trade.says("erp", message="ORDERACK", messageId="ACK", orderRef="WEB-1", erpOrderNo="SO-1", currency="GBP",
                     lines=told, at=moment(trade.now))  # fmt: skip


async def shipped(trade: Trade, document: str, *lines: tuple[str, int, int]) -> None:
    trade.now += timedelta(minutes=30)
    await trade.says("wms", message="SHIPCONF", warehouse="LON", orderRef="WEB-1", documentNo=document,
                     shippedAt=moment(trade.now),
                     lines=[line(number, item, some) for item, number, some in lines])  # fmt: skip


async def ended(trade: Trade) -> tuple[str, str]:
    """The last word of the promise ledger."""
    row = await trade.pool.fetchrow("SELECT how, cause FROM promise_ends ORDER BY number DESC LIMIT 1")
    assert row is not None
    return row["how"], row["cause"]
