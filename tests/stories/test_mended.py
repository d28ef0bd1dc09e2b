"""The story that breaks others: short, substituted, split, misspelt, mended, and paid without the freight."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from followed import Trade, trade_on
from sayso.canon.times import moment

LAMPS, CUPS = ("lamp", "LON"), ("cup", "YRK")


async def test_from_a_promise_to_a_deduction(database: str) -> None:
    async with trade_on(database, {LAMPS: 6, CUPS: 10, ("lamp-b", "LON"): 5}, asked=("erp", "ar")) as trade:
        # Priced, promised, ordered; the storefront adds the freight, and the ERP takes it over as it was promised.
        await trade.order("WEB-1", "ada", ("lamp", 6), ("cup", 10))
        await trade.work()
        await trade.days(0.1)
        assert (await trade.state("WEB-1")).confirmed

        # York finds eight of ten cups. The buyer takes what there is.
        await trade.says("wms", message="PICKCONF", warehouse="YRK", orderRef="WEB-1", documentNo="PK-2",
                         pickedAt=moment(trade.now), lines=[line(2, "cup", 8, short=2)])  # fmt: skip
        short = await trade.case("short_pick", "WEB-1")
        assert (short["owner"], short["amount"]) == ("warehouse", Decimal("20.00"))
        await trade.act(short, "accept_short", note="Ada takes eight")

        # London sends four lamps and two of another kind, which nobody had agreed to.
        await trade.says(
            "wms", **shipped(trade, "SH-1", "LON", line(1, "lamp", 4), line(1, "lamp-b", 2, stands_for=2))
        )
        assert await trade.effects("WEB-1") == {
            "submit_order/WEB-1/0": "done",
            **await asked_to_cancel(trade),
        }
        swapped = await trade.case("substitution_unapproved", "WEB-1")
        await trade.act(swapped, "approve_substitution", item="lamp-b", unit_price=Decimal("9.00"))
        assert (await trade.effects("WEB-1"))["issue_invoice/WEB-1/SH-1"] == "done"

        # York's second shipment speaks of a quantity where a qty was agreed. It is held back, and so is its invoice.
        renamed = shipped(trade, "SH-2", "YRK", line(2, "cup", 8)) | {
            "messageId": "WM-77",
            "sentAt": moment(trade.now),
        }
        renamed["lines"][0]["quantity"] = renamed["lines"][0].pop("qty")
        await trade.says("wms", **renamed)
        assert [one.shipment for one in (await trade.state("WEB-1")).shipments] == ["SH-1"]
        held = await trade.case("message_quarantined")
        assert "qty" in held["facts"]["problem"]
        assert "quantity" in held["facts"]["problem"]
        assert "issue_invoice/WEB-1/SH-2" not in await trade.effects("WEB-1")

        # Mended and replayed: one effect, and the case is over.
        renamed["lines"][0]["qty"] = renamed["lines"][0].pop("quantity")
        await trade.act(held, "edit_and_replay", body=msgspec.json.encode(renamed).decode())
        assert await trade.kinds() == []
        state = await trade.state("WEB-1")
        assert [(one.ordered, one.cancelled, one.shipped) for one in state.lines] == [(6, 0, 6), (10, 2, 8)]
        assert state.operational

        # The invoices are for what left: four lamps at 10.00, two others at 9.00, eight cups at 10.00.
        totals = {one.cause or one.invoice: one.total for one in state.invoices}
        assert sorted(totals.values()) == [Decimal("58.00"), Decimal("80.00")]

        # Paid, but for 7.50 that Ada keeps back for the freight: a deduction is a case.
        await trade.days(1)
        numbers = " ".join(one.invoice for one in state.invoices)
        await trade.says("bank", message="CREDIT", bankRef="TRX-1", accountNo="ada", payer="Ada Ltd", amount="130.50",
                         currency="GBP", valueDate=trade.now.date().isoformat(), at=moment(trade.now),
                         remittance=[f"{numbers} less freight"])  # fmt: skip
        deducted = await trade.case("deduction_open")
        assert deducted["amount"] == Decimal("7.50")
        state = await trade.state("WEB-1")
        assert (state.money.paid, state.money.open, state.financial) == (
            Decimal("130.50"),
            Decimal("7.50"),
            False,
        )

        # Given up by a person, with a reason: the order is cash.
        await trade.act(deducted, "write_off", note="cheaper than the quarrel")
        state = await trade.state("WEB-1")
        assert (state.stage, state.financial, state.money.written_off) == ("closed", True, Decimal("7.50"))
        assert await trade.kinds() == []
        assert await books_balance(trade)


def line(
    number: int, item: str, quantity: int, *, short: int = 0, stands_for: int | None = None
) -> dict[str, Any]:
    """A line as the warehouse writes it."""
    told = {"orderLine": number, "sku": item, "qty": str(quantity), "uom": "EA"}
    return (
        told
        | ({"qtyShort": str(short)} if short else {})
        | ({"standsFor": str(stands_for)} if stands_for else {})
    )


def shipped(trade: Trade, document: str, site: str, *lines: dict[str, Any]) -> dict[str, Any]:
    """A shipment confirmation."""
    return {
        "message": "SHIPCONF", "warehouse": site, "orderRef": "WEB-1", "documentNo": document, "loadNo": 1,
        "loadsTotal": 1, "carrier": "DPD", "shippedAt": moment(trade.now), "lines": list(lines),
    }  # fmt: skip


async def asked_to_cancel(trade: Trade) -> dict[str, str]:
    """The ERP was asked to cancel the two cups."""
    return {
        name: state
        for name, state in (await trade.effects("WEB-1")).items()
        if name.startswith("cancel_order")
    }


async def books_balance(trade: Trade) -> bool:
    """Debits and credits are the same in each entry."""
    uneven = "SELECT entry FROM postings GROUP BY entry, currency HAVING sum(debit) <> sum(credit)"
    return not await trade.pool.fetch(uneven)
