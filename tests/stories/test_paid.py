"""Money comes in: for invoices that are not known yet, for settled ones, twice, at once, taken back, for a branch."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import msgspec

from followed import Trade, trade_on
from sayso.canon.times import moment
from sayso.systems.simulated.outlet import Delivery

STOCK = {("lamp", "LON"): 40}


async def test_money_for_an_invoice_that_is_not_known_waits_for_it(database: str) -> None:
    """Another invoice has the same amount open: it is not paid by this."""
    async with trade_on(database, STOCK, asked=("wms",)) as trade:
        await invoiced(trade, "WEB-2", "INV-2", 4)
        await paid(trade, "B-1", "40.00", "INV-1")
        assert await opened(trade, "INV-2") == Decimal("40.00")
        assert (await trade.case("payment_for_unknown_invoice"))["amount"] == Decimal("40.00")
        assert await trade.shop.exposure("ada") == 0
        await invoiced(trade, "WEB-1", "INV-1", 4)
        assert (await opened(trade, "INV-1"), await opened(trade, "INV-2")) == (0, Decimal("40.00"))
        assert "payment_for_unknown_invoice" not in await trade.kinds()
        assert await trade.shop.exposure("ada") == Decimal("40.00")


async def test_what_was_paid_already_is_not_unknown(database: str) -> None:
    """The same again is a payment made twice; another amount for it is the customer's money. Both wait on the account."""
    async with trade_on(database, STOCK, asked=("wms",)) as trade:
        await invoiced(trade, "WEB-1", "INV-1001", 4)
        await paid(trade, "B-1", "40.00", "INV-1001")
        await paid(trade, "B-2", "40.00", "INV-1001")
        await paid(trade, "B-3", "12.00", "INV-1001")
        assert await trade.kinds() == ["overpaid", "payment_duplicate"]
        assert await trade.shop.exposure("ada") == Decimal("-52.00")
        await invoiced(trade, "WEB-2", "INV-1002", 4)
        assert await trade.shop.exposure("ada") == Decimal("-12.00")


async def test_two_payments_at_once_pay_once(database: str) -> None:
    """Two workers have one account's money at the same time: one invoice is paid by one of them."""
    async with trade_on(database, STOCK, asked=("wms",)) as trade:
        await invoiced(trade, "WEB-1", "INV-1001", 4)
        for number in (1, 2):
            await paid(trade, f"B-{number}", "40.00", work=False)
        await asyncio.gather(trade.working._inbound.once(), trade.working._inbound.once())
        await trade.work()
        assert await opened(trade, "INV-1001") == 0
        assert await trade.shop.exposure("ada") == Decimal("-40.00")
        rows = await trade.pool.fetch("SELECT applied, unapplied FROM payments ORDER BY applied")
        assert [tuple(row) for row in rows] == [(0, 40), (40, 0)]


async def test_taken_back_and_paid_again(database: str) -> None:
    async with trade_on(database, STOCK, asked=("wms",)) as trade:
        await invoiced(trade, "WEB-1", "INV-1001", 4)
        await paid(trade, "B-1", "40.00", "INV-1001")
        assert (await trade.state("WEB-1")).financial
        await trade.says("bank", message="REVERSAL", bankRef="B-9", reversesRef="B-1", accountNo="ada", payer="Ada Ltd",
                         amount="40.00", currency="GBP", valueDate=trade.now.date().isoformat(), remittance=[],
                         reason="no cover", at=moment(trade.now))  # fmt: skip
        assert (await opened(trade, "INV-1001"), await trade.kinds()) == (
            Decimal("40.00"),
            ["payment_reversed"],
        )
        await paid(trade, "B-2", "40.00", "INV-1001")
        assert await opened(trade, "INV-1001") == 0
        assert "payment_duplicate" not in await trade.kinds()
        assert (await trade.state("WEB-1")).stage == "closed"


async def test_what_is_left_of_a_payment_pays_the_next_invoice(database: str) -> None:
    """By a person: the payer has named what it is for. What it paid before stays paid."""
    async with trade_on(database, STOCK, asked=("wms",)) as trade:
        await invoiced(trade, "WEB-1", "INV-1001", 4)
        await paid(trade, "B-1", "60.00", "INV-1001")
        assert await trade.kinds() == ["overpaid"]
        await invoiced(trade, "WEB-2", "INV-1002", 2)
        await trade.act(
            await trade.case("overpaid"), "apply_payment", document="INV-1002", amount=Decimal("20.00")
        )
        assert (await opened(trade, "INV-1001"), await opened(trade, "INV-1002")) == (0, 0)
        assert await trade.kinds() == []


async def test_somebody_pays_anothers_invoice_by_its_number(database: str) -> None:
    async with trade_on(database, STOCK, asked=("wms",)) as trade:
        await invoiced(trade, "WEB-1", "INV-1001", 4)
        await invoiced(trade, "WEB-2", "INV-1002", 4, customer="bob")
        await paid(trade, "B-1", "40.00", "INV-1002")
        assert (await opened(trade, "INV-1001"), await opened(trade, "INV-1002")) == (Decimal("40.00"), 0)


async def test_a_return_opens_no_case_while_its_credit_is_on_its_way(database: str) -> None:
    async with trade_on(database, STOCK, asked=("ar", "wms")) as trade:
        await invoiced(trade, "WEB-1", "", 4)
        (invoice,) = (await trade.state("WEB-1")).invoices
        trade.now += timedelta(days=2)
        await trade.says("wms", message="RETURN", warehouse="LON", orderRef="WEB-1", documentNo="RT-1",
                         shipmentNo="SH-WEB-1", returnedAt=moment(trade.now),
                         lines=[{"orderLine": 1, "sku": "lamp", "qty": "1", "uom": "EA"}])  # fmt: skip
        assert await opened(trade, invoice.invoice) == Decimal("30.00")
        told = await trade.pool.fetch("SELECT kind FROM cases WHERE kind = 'return_not_credited'")
        assert not told, "what is asked for already needs nobody"


async def invoiced(trade: Trade, order: str, invoice: str, lamps: int, customer: str = "ada") -> None:
    """An order, taken over, sent and invoiced."""
    await trade.order(order, customer, ("lamp", lamps))
    await trade.work()
    at = moment(trade.now)
    amount = f"{10 * lamps}.00"
    line = {
        "lineNo": 1,
        "itemNo": "lamp",
        "quantity": str(lamps),
        "unitPrice": "10.00",
        "lineAmount": amount,
        "location": "LON",
    }
    await trade.says("erp", message="ORDERACK", messageId=f"A-{order}", orderRef=order, erpOrderNo=f"SO-{order}",
                     currency="GBP", lines=[line], totalInclTax=amount, at=at)  # fmt: skip
    trade.now += timedelta(minutes=5)
    await trade.says("wms", message="SHIPCONF", warehouse="LON", orderRef=order, documentNo=f"SH-{order}",
                     shippedAt=moment(trade.now),
                     lines=[{"orderLine": 1, "sku": "lamp", "qty": str(lamps), "uom": "EA"}])  # fmt: skip
    if invoice:
        day = trade.now.date().isoformat()
        line = {
            "orderRef": order,
            "orderLine": 1,
            "itemNo": "lamp",
            "quantity": str(lamps),
            "netAmount": amount,
        }
        await trade.says("ar", message="INVOICED", messageId=invoice, invoiceNo=invoice, accountNo=customer, currency="GBP",
                         issuedOn=day, dueOn=day, grossTotal=amount, lines=[line], at=moment(trade.now))  # fmt: skip
    trade.shop.now = trade.now


async def paid(
    trade: Trade, ref: str, amount: str, *references: str, customer: str = "ada", work: bool = True
) -> None:
    trade.now += timedelta(minutes=10)
    told = {
        "message": "CREDIT", "bankRef": ref, "accountNo": customer, "payer": "Ada Ltd", "amount": amount, "currency": "GBP",
        "valueDate": trade.now.date().isoformat(), "at": moment(trade.now), "remittance": list(references),
    }  # fmt: skip
    if work:
        await trade.says("bank", **told)
        trade.shop.now = trade.now
        return
    body = msgspec.json.encode({"sentAt": moment(trade.now), "revision": 1, "messageId": ref, **told})
    await trade.send(Delivery("bank", "CREDIT", ref, "", trade.now, body))


async def opened(trade: Trade, invoice: str) -> Decimal:
    """What is open of an invoice."""
    found = await trade.pool.fetchval("SELECT open FROM open_items WHERE invoice = $1", invoice)
    assert found is not None
    return Decimal(found)
