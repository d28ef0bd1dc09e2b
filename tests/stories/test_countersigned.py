"""The ERP stores an order otherwise than it was promised: nothing leaves until a person puts it right, or agrees to it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from followed import Trade, trade_on
from sayso.canon.times import moment

STOCK = {("lamp", "LON"): 10, ("cup", "YRK"): 50}
AGREEABLE = ("price", "less", "more", "day", "line missing", "line added", "total", "item")


async def test_what_the_erp_stored_as_promised_is_countersigned(database: str) -> None:
    async with trade_on(database, STOCK, asked=("wms", "ar")) as trade:
        await trade.order("WEB-1", "ada", ("lamp", 4), ("cup", 5))
        await the_erp_stored(trade, "nothing")
        assert (await trade.state("WEB-1")).confirmed
        assert (await trade.effects("WEB-1"))["release_order/WEB-1"] == "done"


@pytest.mark.parametrize("what", [*AGREEABLE, "currency"])
async def test_a_difference_is_a_case_and_a_broken_promise_and_holds_the_goods(
    database: str, what: str
) -> None:
    async with trade_on(database, STOCK, asked=("wms", "ar")) as trade:
        await trade.order("WEB-1", "ada", ("lamp", 4), ("cup", 5))
        await the_erp_stored(trade, what)
        assert (await trade.state("WEB-1")).confirmed is False
        assert await trade.kinds("WEB-1") == ["acceptance_differs"]
        assert "release_order/WEB-1" not in await trade.effects("WEB-1")
        assert (await ended(trade))[0] in ("short", "late", "refused_by_erp")
        await the_erp_puts_it_right(trade)
        assert (await trade.state("WEB-1")).confirmed
        assert await trade.kinds() == []
        assert (await trade.effects("WEB-1"))["release_order/WEB-1"] == "done"
        await trade.days(1)
        assert (await ended(trade))[0] == "kept"


@pytest.mark.parametrize("what", AGREEABLE)
async def test_a_person_agrees_to_what_the_erp_stored(database: str, what: str) -> None:
    async with trade_on(database, STOCK | {("mug", "LON"): 9}, asked=("wms", "ar")) as trade:
        await trade.order("WEB-1", "ada", ("lamp", 4), ("cup", 5))
        stored = await the_erp_stored(trade, what)
        await trade.act(
            await trade.case("acceptance_differs"), "accept_difference", note="Ada agreed by phone"
        )
        assert await trade.kinds() == []
        assert (await trade.state("WEB-1")).confirmed
        assert (await trade.effects("WEB-1"))["release_order/WEB-1"] == "done"
        await trade.days(60)
        state = await trade.state("WEB-1")
        assert (state.stage, await trade.kinds()) == ("closed", [])
        assert state.money.invoiced == stored, "the invoice is by what was agreed"
        await trade.shop.audit()


async def test_of_two_differences_each_is_agreed_to_by_itself(database: str) -> None:
    async with trade_on(database, STOCK, asked=("wms", "ar")) as trade:
        await trade.order("WEB-1", "ada", ("lamp", 4), ("cup", 5))
        await accepted(trade, [line(1, "lamp", 4, "9.00"), line(2, "cup", 4, "10.00")], "76.00")
        price, quantity = await trade.cases("WEB-1")
        if price["facts"]["what"] != "price":
            price, quantity = quantity, price
        await trade.act(quantity, "accept_difference")
        assert (await trade.state("WEB-1")).confirmed is False
        await trade.act(price, "accept_difference")
        state = await trade.state("WEB-1")
        assert (state.confirmed, state.money.ordered) == (True, Decimal("76.00"))


async def test_another_currency_cannot_be_agreed_to(database: str) -> None:
    async with trade_on(database, STOCK, asked=("wms", "ar")) as trade:
        await trade.order("WEB-1", "ada", ("lamp", 4), ("cup", 5))
        await the_erp_stored(trade, "currency")
        with pytest.raises(Exception, match="currency"):
            await trade.act(await trade.case("acceptance_differs"), "accept_difference")
        assert (await trade.state("WEB-1")).confirmed is False


async def the_erp_stored(trade: Trade, what: str) -> Decimal:
    """The ERP's acceptance, with one thing otherwise; its total."""
    lamp, cup = line(1, "lamp", 4, "10.00"), line(2, "cup", 5, "10.00")
    tomorrow = (trade.now + timedelta(days=1)).date().isoformat()
    stored: dict[str, tuple[list[dict[str, Any]], str]] = {
        "nothing": ([lamp, cup], "90.00"),
        "price": ([line(1, "lamp", 4, "11.00"), cup], "94.00"),
        "less": ([lamp, line(2, "cup", 3, "10.00")], "70.00"),
        "more": ([lamp, line(2, "cup", 6, "10.00")], "100.00"),
        "day": ([lamp, cup | {"shipmentDate": tomorrow}], "90.00"),
        "line missing": ([lamp], "40.00"),
        "line added": ([lamp, cup, line(3, "cup", 2, "10.00", "YRK")], "110.00"),
        "total": ([lamp, cup], "95.00"),
        "item": ([line(1, "mug", 4, "10.00", "LON"), cup], "90.00"),
        "currency": ([lamp, cup], "90.00"),
    }
    lines, total = stored[what]
    await accepted(trade, lines, total, currency="EUR" if what == "currency" else "GBP")
    return Decimal(total)


async def the_erp_puts_it_right(trade: Trade) -> None:
    await accepted(trade, [line(1, "lamp", 4, "10.00"), line(2, "cup", 5, "10.00")], "90.00", revision=2)


async def accepted(
    trade: Trade, lines: list[dict[str, Any]], total: str, *, currency: str = "GBP", revision: int = 1
) -> None:
    """The ERP tells what it stored."""
    trade.now += timedelta(minutes=10)
    await trade.says("erp", message="ORDERACK", messageId=f"ACK-{revision}", orderRef="WEB-1", erpOrderNo="SO-1",
                     revision=revision, currency=currency, lines=lines, totalInclTax=total,
                     at=moment(trade.now))  # fmt: skip


def line(number: int, item: str, quantity: int, price: str, site: str = "") -> dict[str, Any]:
    """A line as the ERP writes it."""
    amount = str(Decimal(price) * quantity)
    told = {"lineNo": number, "itemNo": item, "quantity": str(quantity), "unit": "EA", "unitPrice": price,
            "lineAmount": amount, "taxAmount": "0.00"}  # fmt: skip
    return told | ({"location": site} if site else {})


async def ended(trade: Trade) -> tuple[str, str]:
    """The last word of the promise ledger."""
    row = await trade.pool.fetchrow("SELECT how, cause FROM promise_ends ORDER BY number DESC LIMIT 1")
    assert row is not None
    return row["how"], row["cause"]
