"""What an order counts for, in credit and in stock, while it goes its way: never twice, and in the end nothing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from followed import Trade, trade_on
from sayso.canon.times import moment

STOCK = {("lamp", "LON"): 10}


async def says(trade: Trade, kind: str, **more: Any) -> None:
    """The ERP says something of the order."""
    await trade.says("erp", message=kind, messageId=kind, orderRef="WEB-1", erpOrderNo="SO-1", currency="GBP",
                     at=moment(trade.now), **more)  # fmt: skip
    await trade.until(trade.now.replace(hour=(trade.now.hour + 1) % 24))


async def wanted(trade: Trade) -> Decimal:
    """What the order wants of the shelf, by all that is told of it."""
    rows = await trade.pool.fetch("SELECT quantity FROM demand WHERE NOT deleted AND \"order\" = 'WEB-1'")
    return sum((row["quantity"] for row in rows), Decimal(0))


async def test_an_order_that_was_held_and_released_counts_once(database: str) -> None:
    async with trade_on(database, STOCK, asked=()) as trade:
        await trade.order("WEB-1", "ada", ("lamp", 4))
        assert await trade.shop.exposure("ada") == 40
        await says(trade, "ORDERHOLD", holdNo="H-1", holdKind="credit", reason="looked at")
        assert (await wanted(trade), await trade.shop.exposure("ada")) == (4, 40)
        await says(trade, "ORDERRELEASE", holdNo="H-1", reason="in order")
        assert (await wanted(trade), await trade.shop.exposure("ada")) == (4, 40)
        line = {"lineNo": 1, "itemNo": "lamp", "quantity": "4", "unit": "EA", "unitPrice": "10.00", "lineAmount": "40.00",
                "taxAmount": "0.00", "shipmentDate": "2026-03-02", "location": "LON"}  # fmt: skip
        await says(trade, "ORDERACK", lines=[line], totalInclTax="40.00")
        assert (await trade.state("WEB-1")).accepted
        assert (await wanted(trade), await trade.shop.exposure("ada")) == (4, 40)
        assert await trade.shop.sellable("lamp", "LON") == 6


async def test_an_order_that_is_paid_counts_for_nothing(database: str) -> None:
    async with trade_on(database, STOCK) as trade:
        await trade.order("WEB-1", "ada", ("lamp", 4))
        await trade.until(trade.now + timedelta(days=60), timedelta(hours=8))
        assert (await trade.state("WEB-1")).financial
        assert (await wanted(trade), await trade.shop.exposure("ada")) == (0, 0)
        assert await trade.shop.sellable("lamp", "LON") == 6
        await trade.shop.audit()


async def test_an_order_that_the_erp_refuses_counts_for_nothing(database: str) -> None:
    async with trade_on(database, STOCK, asked=()) as trade:
        await trade.order("WEB-1", "ada", ("lamp", 4))
        await says(trade, "ORDERREJ", reason="the account is blocked")
        assert (await trade.state("WEB-1")).stage == "rejected"
        assert (await wanted(trade), await trade.shop.exposure("ada")) == (0, 0)
        assert await trade.shop.sellable("lamp", "LON") == 10
        await trade.shop.audit()


async def test_whoever_comes_last_knows_most_whatever_its_clock_says(database: str) -> None:
    """Two workers, one of them a minute behind: what it finds out after the other counts all the same."""
    async with trade_on(database, STOCK) as trade:
        await trade.order("WEB-1", "ada", ("lamp", 4))
        await trade.days(3)
        [invoice] = (await trade.state("WEB-1")).invoices
        assert await trade.shop.exposure("ada") == 40
        money = {"payer": "Ada", "amount": "40.00", "currency": "GBP", "valueDate": f"{trade.now:%Y-%m-%d}"}
        trade.now -= timedelta(minutes=1)
        await trade.says("bank", message="CREDIT", bankRef="T-1", accountNo="ada", at=moment(trade.now),
                         remittance=[invoice.invoice], **money)  # fmt: skip
        trade.now -= timedelta(minutes=1)
        await trade.says("bank", message="REVERSAL", bankRef="R-1", accountNo="", at=moment(trade.now), remittance=[],
                         reversesRef="T-1", **money)  # fmt: skip
        open_ = await trade.pool.fetchval("SELECT open FROM open_items")
        assert (open_, await trade.shop.exposure("ada")) == (40, 40)
