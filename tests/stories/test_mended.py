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
        await it_is_promised_and_the_erp_takes_it_over(trade)
        await york_is_two_cups_short(trade)
        await london_sends_another_lamp_for_two(trade)
        held, message = await yorks_second_shipment_is_misspelt(trade)
        await mended_and_replayed_it_is_invoiced_right(trade, held, message)
        await it_is_paid_without_the_freight(trade)
        await the_deduction_is_given_up(trade)
        assert await books_balance(trade)


async def it_is_promised_and_the_erp_takes_it_over(trade: Trade) -> None:
    """Priced, promised, ordered: the ERP stores it as it was promised."""
    await trade.order("WEB-1", "ada", ("lamp", 6), ("cup", 10))
    await trade.days(0.1)
    assert (await trade.state("WEB-1")).confirmed
    reply = await trade.shop.desk.read_order("WEB-1", trade.shop.caller, trade.now)
    assert msgspec.json.decode(reply.body)["state"] == "countersigned"


async def york_is_two_cups_short(trade: Trade) -> None:
    """York finds eight of ten. A case says so, with the money; the buyer takes what there is."""
    picked = [line(2, "cup", 8, short=2)]
    await trade.says("wms", message="PICKCONF", warehouse="YRK", orderRef="WEB-1", documentNo="PK-2",
                     pickedAt=moment(trade.now), lines=picked)  # fmt: skip
    short = await trade.case("short_pick", "WEB-1")
    assert (short["owner"], short["amount"]) == ("warehouse", Decimal("20.00"))
    await trade.act(short, "accept_short", note="Ada takes eight")
    assert (await trade.state("WEB-1")).lines[1].cancelled == 2


async def london_sends_another_lamp_for_two(trade: Trade) -> None:
    """Four lamps, and two of another kind that nobody had agreed to: no invoice until somebody does, with a price."""
    swap = line(1, "lamp-b", 2, stands_for=2)
    await trade.says("wms", **shipped(trade, "SH-1", "LON", line(1, "lamp", 4), swap))
    assert not any(name.startswith("issue_invoice") for name in await trade.effects("WEB-1"))
    swapped = await trade.case("substitution_unapproved", "WEB-1")
    await trade.act(swapped, "approve_substitution", item="lamp-b", unit_price=Decimal("9.00"))
    assert (await trade.effects("WEB-1"))["issue_invoice/WEB-1/SH-1"] == "done"


async def yorks_second_shipment_is_misspelt(trade: Trade) -> tuple[dict[str, Any], dict[str, Any]]:
    """It speaks of a quantity where a qty was agreed. It is held back with a sentence, and its invoice waits."""
    message = shipped(trade, "SH-2", "YRK", line(2, "cup", 8))
    message |= {"messageId": "WM-77", "sentAt": moment(trade.now)}
    message["lines"][0]["quantity"] = message["lines"][0].pop("qty")
    await trade.says("wms", **message)
    assert [one.shipment for one in (await trade.state("WEB-1")).shipments] == ["SH-1"]
    held = await trade.case("message_quarantined")
    assert "qty is missing" in held["facts"]["problem"]
    assert "quantity" in held["facts"]["problem"]
    assert "issue_invoice/WEB-1/SH-2" not in await trade.effects("WEB-1")
    return held, message


async def mended_and_replayed_it_is_invoiced_right(
    trade: Trade, held: dict[str, Any], message: dict[str, Any]
) -> None:
    """One effect, the case is over, and the invoices are for what left at the prices that were agreed."""
    message["lines"][0]["qty"] = message["lines"][0].pop("quantity")
    await trade.act(held, "edit_and_replay", body=msgspec.json.encode(message).decode())
    assert await trade.kinds() == []
    state = await trade.state("WEB-1")
    assert [(one.ordered, one.cancelled, one.shipped) for one in state.lines] == [(6, 0, 6), (10, 2, 8)]
    assert state.operational
    assert sorted(one.total for one in state.invoices) == [Decimal("58.00"), Decimal("80.00")]


async def it_is_paid_without_the_freight(trade: Trade) -> None:
    """Ada keeps 7.50 back for a freight that she was not told of: what came is applied, the rest is a case."""
    await trade.days(1)
    numbers = " ".join(one.invoice for one in (await trade.state("WEB-1")).invoices)
    await trade.says("bank", message="CREDIT", bankRef="TRX-1", accountNo="ada", payer="Ada Ltd", amount="130.50",
                     currency="GBP", valueDate=trade.now.date().isoformat(), at=moment(trade.now),
                     remittance=[f"{numbers} less freight"])  # fmt: skip
    assert (await trade.case("deduction_open"))["amount"] == Decimal("7.50")
    state = await trade.state("WEB-1")
    assert (state.money.paid, state.money.open, state.financial) == (
        Decimal("130.50"),
        Decimal("7.50"),
        False,
    )


async def the_deduction_is_given_up(trade: Trade) -> None:
    """By a person, with a reason. The order is cash."""
    await trade.act(await trade.case("deduction_open"), "write_off", note="cheaper than the quarrel")
    state = await trade.state("WEB-1")
    assert (state.stage, state.financial, state.money.written_off) == ("closed", True, Decimal("7.50"))
    assert await trade.kinds() == []


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


async def books_balance(trade: Trade) -> bool:
    """Debits and credits are the same in each entry."""
    uneven = "SELECT entry FROM postings GROUP BY entry, currency HAVING sum(debit) <> sum(credit)"
    return not await trade.pool.fetch(uneven)
