"""What an account owes at each step, as the next promise sees it: what accounting says, to the penny, never twice."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from followed import SYSTEMS, Trade, trade_on
from sayso.canon.times import moment
from sayso.desk.messages.taking import batch

STOCK = {("lamp", "LON"): 10, ("pen", "LON"): 50}


async def test_each_step_from_a_promise_to_cash(database: str) -> None:
    async with trade_on(database, STOCK, asked=("ar",)) as trade:
        await taxed(trade)
        shop = trade.shop
        held = await shop.hold("ada", ("lamp", 3), ("pen", 7))
        assert await shop.exposure("ada") == Decimal("42.06")
        await shop.order("WEB-1", held["promise"])
        assert await shop.exposure("ada") == Decimal("42.06")
        await trade.work()
        assert await shop.exposure("ada") == Decimal("42.06"), "placed"
        await accepted(trade)
        await owed(trade, "42.06", "accepted")
        await shipped(trade, "SH-1", ("lamp", 1, 2))
        await owed(trade, "42.06", "two lamps left")
        await shipped(trade, "SH-2", ("lamp", 1, 1), ("pen", 2, 7))
        await owed(trade, "42.06", "all left, and is invoiced")
        first, second = (await trade.state("WEB-1")).invoices
        await paid(trade, "TRX-1", "20.00", first.invoice)
        await owed(trade, "22.06", "paid in part")
        await paid(trade, "TRX-2", "100.00", second.invoice)
        await owed(trade, str(Decimal("22.06") - 100), "overpaid: what is left is the customer's")
        await reversed_(trade, "TRX-2", "100.00")
        await owed(trade, "22.06", "the bank took it back")


async def test_unrounded_prices_are_owed_to_the_penny(database: str) -> None:
    async with trade_on(database, {("pin", "LON"): 500}, asked=("ar",)) as trade:
        await trade.shop.item("pin", 500, list_price="0.333")
        await trade.shop.told("taxes", {"country": "GB", "region": "", "category": "", "rate": "20"})
        await trade.order("WEB-1", "ada", ("pin", 100))
        placed = await trade.shop.exposure("ada")
        await accepted(trade)
        await owed(trade, str(placed), "accepted")
        for number, some in enumerate((7, 11, 13)):
            await shipped(trade, f"SH-{number}", ("pin", 1, some))
            state = await trade.state("WEB-1")
            await owed(trade, str(state.money.open_order + state.money.open), "some left")
        await shipped(trade, "SH-9", ("pin", 1, 69))
        state = await trade.state("WEB-1")
        await owed(trade, str(state.money.open), "all left")


async def test_a_charge_is_owed_once(database: str) -> None:
    """Freight stands on the first invoice, and no longer on what is still to leave."""
    async with trade_on(database, STOCK, asked=("ar",)) as trade:
        await placed_elsewhere(trade, charges=[{"code": "freight", "amount": "6.00", "tax": "1.20"}])
        await accepted(trade, total="47.20")
        await owed(trade, "47.20", "accepted")
        await shipped(trade, "SH-1", ("lamp", 1, 1))
        assert (await trade.state("WEB-1")).money.invoiced == Decimal("17.20")
        await owed(trade, "47.20", "one of four is invoiced, with all the freight")
        await shipped(trade, "SH-2", ("lamp", 1, 3))
        await owed(trade, "47.20", "all is")


async def test_what_leaves_in_anothers_place_is_owed_at_its_own_price(database: str) -> None:
    async with trade_on(database, STOCK | {("lamp-b", "LON"): 5}, asked=()) as trade:
        swaps = [{"item": "lamp-b", "factor": "1", "unit_price": "7.00"}]
        await placed_elsewhere(trade, substitutes=swaps)
        await accepted(trade, total="40.00")
        await shipped(trade, "SH-1", ("lamp-b", 1, 2))
        await owed(trade, "34.00", "two at 7 left, two at 10 are open")


async def test_credits_disputes_and_write_offs(database: str) -> None:
    async with trade_on(database, STOCK, asked=("ar",)) as trade:
        await trade.order("WEB-1", "ada", ("lamp", 4))
        await accepted(trade)
        await shipped(trade, "SH-1", ("lamp", 1, 4))
        await owed(trade, "40.00", "invoiced")
        (invoice,) = (await trade.state("WEB-1")).invoices
        await trade.says("ar", message="DISPUTE", messageId="D1", disputeNo="DSP-1", invoiceNo=invoice.invoice,
                         amount="5.00", currency="GBP", reason="scratched", at=moment(trade.now))  # fmt: skip
        await owed(trade, "40.00", "what is disputed is owed until that is over")
        await trade.says("ar", message="CREDITED", messageId="C1", creditNo="CM-1", invoiceNo=invoice.invoice,
                         accountNo="ada", currency="GBP", issuedOn="2026-03-03", grossTotal="5.00",
                         at=moment(trade.now))  # fmt: skip
        await owed(trade, "35.00", "credited")
        await trade.says("ar", message="DISPUTECLOSED", messageId="D2", disputeNo="DSP-1", invoiceNo=invoice.invoice,
                         outcome="credited", at=moment(trade.now))  # fmt: skip
        await paid(trade, "TRX-1", "30.00", invoice.invoice)
        await owed(trade, "5.00", "paid short")
        await trade.act(await trade.case("deduction_open"), "write_off")
        await owed(trade, "0.00", "written off")
        assert await trade.kinds() == []


@pytest.mark.parametrize("newer", [True, False])
async def test_the_erps_feed_is_not_counted_beside_what_was_told(database: str, newer: bool) -> None:
    """A snapshot of the ERP comes between: an older one changes nothing, a newer one stands for what it says."""
    async with trade_on(database, STOCK, asked=("ar",)) as trade:
        await trade.order("WEB-1", "ada", ("lamp", 4))
        before = trade.now
        await accepted(trade)
        await shipped(trade, "SH-1", ("lamp", 1, 1))
        await owed(trade, "40.00", "one is invoiced, three are open")
        taken = trade.now + timedelta(minutes=1) if newer else before
        row = {"document": "SO-1", "line": "1", "order": "WEB-1", "customer": "ada", "item": "lamp", "site": "LON",
               "quantity": "4" if not newer else "3", "kind": "order", "status": "confirmed", "currency": "GBP",
               "amount": "40.00" if not newer else "30.00", "amount_shipped_not_invoiced": "0"}  # fmt: skip
        trade.now += timedelta(minutes=2)
        await told(trade, "demand", row, as_of=taken.isoformat())
        await owed(trade, "40.00", "the ERP says the same, or what was before")
        await shipped(trade, "SH-2", ("lamp", 1, 3))
        await owed(trade, "40.00", "all is invoiced")


async def test_branches_owe_on_one_account(database: str) -> None:
    async with trade_on(database, STOCK, asked=("ar",)) as trade:
        await trade.shop.customer("ada-2", bill_to="ada")
        await trade.order("WEB-1", "ada", ("lamp", 2))
        await trade.order("WEB-2", "ada-2", ("lamp", 3))
        await owed(trade, "50.00", "placed")
        for order in ("WEB-1", "WEB-2"):
            await accepted(trade, order)
        await owed(trade, "50.00", "accepted")
        await shipped(trade, "SH-1", ("lamp", 1, 2))
        await shipped(trade, "SH-2", ("lamp", 1, 3), order="WEB-2")
        await owed(trade, "50.00", "invoiced")
        (theirs,) = (await trade.state("WEB-2")).invoices
        await paid(trade, "TRX-1", "30.00", theirs.invoice)
        await owed(trade, "20.00", "the head office paid the branch's")
        assert (await trade.state("WEB-2")).financial
        assert await trade.shop.exposure("ada-2") == Decimal("20.00")


async def test_another_currency_is_owed_at_its_rate(database: str) -> None:
    async with trade_on(database, STOCK, asked=("ar",)) as trade:
        await trade.shop.told(
            "rates", {"currency": "EUR", "to": "GBP", "starts": "2026-01-01", "rate": "0.80"}
        )
        await trade.shop.customer("eva", 1000, currency="GBP")
        await placed_elsewhere(trade, customer="eva", currency="EUR")
        await accepted(trade, total="40.00", currency="EUR")
        await owed(trade, "32.00", "accepted", "eva")
        await shipped(trade, "SH-1", ("lamp", 1, 4))
        await owed(trade, "32.00", "invoiced", "eva")


async def owed(trade: Trade, amount: str, when: str, customer: str = "ada") -> None:
    trade.shop.now = trade.now
    assert await trade.shop.exposure(customer) == Decimal(amount), when


async def taxed(trade: Trade) -> None:
    await trade.shop.item("pen", 50, list_price="0.7214")
    await trade.shop.told("taxes", {"country": "GB", "region": "", "category": "", "rate": "20"})


async def told(trade: Trade, kind: str, *rows: Any, as_of: str) -> None:
    await trade.shop.told(kind, *rows, as_of=as_of)


async def accepted(
    trade: Trade, order: str = "WEB-1", *, total: str | None = None, currency: str = "GBP"
) -> None:
    """The ERP stores it as it was placed."""
    await trade.work()
    trade.now += timedelta(minutes=10)
    state = await trade.state(order)
    lines = [
        {"lineNo": one.line, "itemNo": one.item, "quantity": str(one.ordered), "unitPrice": str(one.unit_price),
         "lineAmount": str(one.ordered_amount), "taxAmount": str(one.tax), **({"location": one.site} if one.site else {})}
        for one in state.lines
    ]  # fmt: skip
    await trade.says("erp", message="ORDERACK", messageId=f"ACK-{order}", orderRef=order, erpOrderNo=f"SO-{order[-1]}",
                     currency=currency, lines=lines, totalInclTax=total or str(state.money.ordered),
                     at=moment(trade.now))  # fmt: skip
    assert (await trade.state(order)).confirmed, [one["facts"] for one in await trade.cases()]


async def placed_elsewhere(
    trade: Trade, customer: str = "ada", currency: str = "GBP", substitutes: Any = (), **more: Any
) -> None:
    """An order that another shop took: it comes as an event."""
    line = {
        "line": 1,
        "item": "lamp",
        "quantity": "4",
        "unit_price": "10.00",
        "site": "LON",
        "substitutes": list(substitutes),
    }
    data = {"document": "WEB-1", "customer": customer, "currency": currency, "lines": [line], **more}
    await event(trade, "order.placed", data)


async def event(trade: Trade, family: str, data: Any, order: str = "WEB-1") -> None:
    """A system tells something as a CloudEvent."""
    body = {"specversion": "1.0", "id": f"{family}/{data['document']}", "source": "shop", "type": f"sayso.{family}.v1",
            "subject": order, "time": moment(trade.now), "datacontenttype": "application/json", "data": data}  # fmt: skip
    told = msgspec.json.encode([body])
    reply = await trade.taking.events(batch(told), told, SYSTEMS, None, trade.now)
    assert reply.status == 202, reply
    await trade.work()


async def shipped(trade: Trade, document: str, *lines: tuple[str, int, int], order: str = "WEB-1") -> None:
    """London sends so many of an item on a line."""
    trade.now += timedelta(minutes=10)
    told = [{"orderLine": number, "sku": item, "qty": str(some), "uom": "EA"} for item, number, some in lines]
    await trade.says("wms", message="SHIPCONF", warehouse="LON", orderRef=order, documentNo=document, carrier="DPD",
                     shippedAt=moment(trade.now), lines=told)  # fmt: skip


async def paid(trade: Trade, ref: str, amount: str, *references: str, customer: str = "ada") -> None:
    trade.now += timedelta(minutes=10)
    await trade.says("bank", message="CREDIT", bankRef=ref, accountNo=customer, payer="Ada Ltd", amount=amount,
                     currency="GBP", valueDate=trade.now.date().isoformat(), at=moment(trade.now),
                     remittance=list(references))  # fmt: skip


async def reversed_(trade: Trade, ref: str, amount: str) -> None:
    trade.now += timedelta(minutes=10)
    await trade.says("bank", message="REVERSAL", bankRef=f"{ref}-R", reversesRef=ref, accountNo="ada",
                     payer="Ada Ltd", amount=amount, currency="GBP", valueDate=trade.now.date().isoformat(), remittance=[],
                     reason="no cover",
                     at=moment(trade.now))  # fmt: skip
