"""What people decide about money, and what the bank takes back, stands in the receivables tool's own books as well."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from followed import Trade, trade_on
from sayso.canon.times import moment

STOCK = {("lamp", "LON"): 50}


async def invoiced(trade: Trade, *orders: tuple[str, int]) -> list[str]:
    """Orders of lamps at 10.00 that have left; their invoices."""
    for number, lamps in orders:
        await trade.order(number, "ada", ("lamp", lamps))
    await trade.days(3)
    found = [[one.invoice for one in (await trade.state(number)).invoices] for number, _ in orders]
    assert all(len(invoices) == 1 for invoices in found)
    return [invoices[0] for invoices in found]


async def paid(
    trade: Trade, ref: str, amount: str, *references: str, account: str = "ada", **more: str
) -> None:
    """Money comes in."""
    told = {"message": "CREDIT", "bankRef": ref, "accountNo": account, "payer": "Somebody", "amount": amount,
            "currency": "GBP", "valueDate": trade.now.date().isoformat(), "at": moment(trade.now)}  # fmt: skip
    await trade.says("bank", **{**told, "remittance": list(references), **more})


def open_there(trade: Trade, invoice: str) -> Decimal:
    """What is open by the books of receivables."""
    return trade.company.ar.invoices[invoice].open


async def open_here(trade: Trade, invoice: str) -> Any:
    """What is open by ours."""
    return await trade.pool.fetchval("SELECT open FROM open_items WHERE invoice = $1", invoice)


async def both(trade: Trade, invoice: str) -> tuple[Any, Decimal]:
    return await open_here(trade, invoice), open_there(trade, invoice)


async def test_a_write_off_stands_there_too(database: str) -> None:
    async with trade_on(database, STOCK) as trade:
        [invoice] = await invoiced(trade, ("WEB-1", 5))
        await paid(trade, "T-1", "46.00", f"{invoice} less damage")
        await trade.act(await trade.case("deduction_open"), "write_off")
        assert await both(trade, invoice) == (0, 0)


async def test_a_payment_of_nobody_known_is_put_to_an_invoice(database: str) -> None:
    async with trade_on(database, STOCK) as trade:
        [invoice] = await invoiced(trade, ("WEB-1", 5))
        await paid(trade, "T-1", "48.00", "for the lamps", account="")
        await trade.act(await trade.case("payment_unidentified"), "apply_payment", document=invoice)
        assert await both(trade, invoice) == (2, 2)
        assert "message_quarantined" not in await trade.kinds()
        assert "payment_unidentified" not in await trade.kinds()
        assert await trade.pool.fetchval("SELECT count(*) FROM transactions") == 1, "a decision is no order"


async def test_what_is_left_of_a_payment_goes_to_another_invoice_beside_the_first(database: str) -> None:
    async with trade_on(database, STOCK) as trade:
        first, second = await invoiced(trade, ("WEB-1", 5), ("WEB-2", 3))
        await paid(trade, "T-1", "70.00", first)
        assert await both(trade, second) == (30, 30)
        await trade.act(await trade.case("overpaid"), "apply_payment", document=second)
        assert (await both(trade, first), await both(trade, second)) == ((0, 0), (10, 10))


async def test_more_than_is_left_of_a_payment_takes_it_back_from_where_it_was(database: str) -> None:
    async with trade_on(database, STOCK) as trade:
        first, second = await invoiced(trade, ("WEB-1", 5), ("WEB-2", 3))
        await paid(trade, "T-1", "55.00", first)
        await trade.act(await trade.case("overpaid"), "apply_payment", document=second, amount=Decimal(30))
        assert await both(trade, second) == (0, 0)
        assert (await open_here(trade, first)) == open_there(trade, first)


async def test_what_the_bank_takes_back_is_open_there_too(database: str) -> None:
    async with trade_on(database, STOCK) as trade:
        [invoice] = await invoiced(trade, ("WEB-1", 5))
        await paid(trade, "T-1", "50.00", invoice)
        assert await both(trade, invoice) == (0, 0)
        await paid(
            trade, "R-1", "50.00", message="REVERSAL", account="", reason="no funds", reversesRef="T-1"
        )
        assert await both(trade, invoice) == (50, 50)
        await paid(trade, "T-2", "50.00", invoice)
        assert await both(trade, invoice) == (0, 0)


async def test_what_is_said_of_a_payment_goes_one_way_in_its_order(database: str) -> None:
    """Whatever invoices a payment is put to in time: the last word is the last to arrive."""
    async with trade_on(database, STOCK) as trade:
        first, second = await invoiced(trade, ("WEB-2", 5), ("WEB-1", 3))
        await paid(trade, "T-1", "70.00", first)
        await trade.act(await trade.case("overpaid"), "apply_payment", document=second)
        await paid(
            trade, "R-1", "70.00", message="REVERSAL", account="", reason="no funds", reversesRef="T-1"
        )
        keys = await trade.pool.fetch("SELECT DISTINCT key FROM outbox WHERE kind = 'post_application'")
        assert [row["key"] for row in keys] == ["WEB-2"]
        assert (await both(trade, first), await both(trade, second)) == ((50, 50), (30, 30))
