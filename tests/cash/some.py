"""An order of two lines and what may be told of it, as facts: for cases that are written by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from sayso.canon.canonical import digest
from sayso.canon.events_goods import (
    GoodsLine,
    LineAllocated,
    PickConfirmed,
    PickLine,
    ReturnLine,
    ShipmentDelivered,
    ShipmentDispatched,
    ShipmentReturned,
)
from sayso.canon.events_money import (
    Application,
    CreditMemoIssued,
    DisputeClosed,
    DisputeOpened,
    InvoiceDelivered,
    InvoiceIssued,
    MoneyLine,
    PaymentApplied,
    PaymentReceived,
    PaymentReversed,
)
from sayso.canon.events_order import (
    OrderAccepted,
    OrderCancelled,
    OrderChanged,
    OrderHeld,
    OrderLine,
    OrderPlaced,
    OrderRejected,
    OrderReleased,
    Substitute,
)
from sayso.canon.events_shared import Charge, LineQuantity, Told
from sayso.cash.fold import fold
from sayso.cash.shapes import Fact, LineState, State

ORDER = "WEB-1"
START = datetime(2011, 2, 1, 9, tzinfo=UTC)

FAMILIES: dict[type[Told], str] = {
    OrderPlaced: "order.placed",
    OrderAccepted: "order.accepted",
    OrderRejected: "order.rejected",
    OrderChanged: "order.changed",
    OrderHeld: "order.held",
    OrderReleased: "order.released",
    OrderCancelled: "order.cancelled",
    LineAllocated: "line.allocated",
    PickConfirmed: "pick.confirmed",
    ShipmentDispatched: "shipment.dispatched",
    ShipmentDelivered: "shipment.delivered",
    ShipmentReturned: "shipment.returned",
    InvoiceIssued: "invoice.issued",
    InvoiceDelivered: "invoice.delivered",
    CreditMemoIssued: "credit_memo.issued",
    PaymentReceived: "payment.received",
    PaymentApplied: "payment.applied",
    PaymentReversed: "payment.reversed",
    DisputeOpened: "dispute.opened",
    DisputeClosed: "dispute.closed",
}


def d(number: str | int) -> Decimal:
    """A decimal."""
    return Decimal(number)


def fact(data: Told, hours: float = 0, source: str = "erp", subject: str = ORDER) -> Fact:
    """What `source` told of the order, so many hours after the start."""
    content = digest(msgspec.json.encode(data))
    when = START + timedelta(hours=hours)
    return Fact(FAMILIES[type(data)], data.document, data.revision, content, when, source, subject, data)


def line(number: int, item: str, quantity: str, price: str | None = "2.00", **more: Any) -> OrderLine:
    """An ordered line; tax and days are named where they matter."""
    return OrderLine(
        line=number, item=item, quantity=d(quantity), unit_price=None if price is None else d(price), **more
    )


TEN = line(
    1, "A", "10", tax=d("4.00"), ship_on=date(2011, 2, 3), substitutes=(Substitute(item="B", factor=d(2)),)
)
FOUR = line(2, "C", "4", "5.00", tax=d("4.00"), ship_on=date(2011, 2, 3))


def placed(*lines: OrderLine, **more: Any) -> Fact:
    """The order: ten of A at 2.00 (a B stands for two of it) and four of C at 5.00, a fifth of tax on each."""
    data = OrderPlaced(document=ORDER, customer="13047", currency="GBP", lines=lines or (TEN, FOUR), **more)
    return fact(data, 0, "shop")


def accepted(
    *lines: OrderLine, hours: float = 1, revision: int = 0, document: str = "SO-1", **more: Any
) -> Fact:
    """The ERP's acceptance."""
    return fact(
        OrderAccepted(document=document, revision=revision, lines=lines or (TEN, FOUR), **more), hours
    )


def goods(number: int, item: str, quantity: str, stands_for: str | None = None) -> GoodsLine:
    """So much of an item for a line."""
    return GoodsLine(
        line=number, item=item, quantity=d(quantity), stands_for=None if stands_for is None else d(stands_for)
    )


def picked(document: str, *lines: tuple[int, str, str, str], hours: float = 2, **more: Any) -> Fact:
    """A pick: line, item, how much, how much short."""
    rows = tuple(PickLine(line=n, item=item, quantity=d(q), short=d(s)) for n, item, q, s in lines)
    return fact(PickConfirmed(document=document, lines=rows, **more), hours, "wms")


def shipped(document: str, *lines: GoodsLine, hours: float = 3, revision: int = 0, **more: Any) -> Fact:
    """A shipment."""
    return fact(ShipmentDispatched(document=document, revision=revision, lines=lines, **more), hours, "wms")


def delivered(document: str, shipment: str, *lines: tuple[int, str], hours: float = 30) -> Fact:
    """A proof of delivery, of the whole or of lines."""
    rows = tuple(LineQuantity(line=n, quantity=d(q)) for n, q in lines)
    return fact(ShipmentDelivered(document=document, shipment=shipment, lines=rows), hours, "wms")


def returned(document: str, *lines: tuple[int, str, str], shipment: str = "", hours: float = 50) -> Fact:
    """A return."""
    rows = tuple(ReturnLine(line=n, item=item, quantity=d(q)) for n, item, q in lines)
    return fact(ShipmentReturned(document=document, shipment=shipment, lines=rows), hours, "wms")


def money(number: int, item: str, quantity: str, amount: str, tax: str = "0", **more: Any) -> MoneyLine:
    """A line of an invoice or a credit memo."""
    return MoneyLine(line=number, item=item, quantity=d(quantity), amount=d(amount), tax=d(tax), **more)


def invoiced(document: str, *lines: MoneyLine, hours: float = 5, subject: str = ORDER, **more: Any) -> Fact:
    """An invoice."""
    more.setdefault("issued", date(2011, 2, 3))
    data = InvoiceIssued(document=document, customer="13047", currency="GBP", lines=lines, **more)
    return fact(data, hours, "ar", subject)


def credited(
    document: str,
    invoice: str,
    *lines: MoneyLine,
    total: str | None = None,
    subject: str = ORDER,
    **more: Any,
) -> Fact:
    """A credit memo, by lines or by an amount alone."""
    data = CreditMemoIssued(
        document=document, invoice=invoice, customer="13047", currency="GBP", issued=date(2011, 2, 9), lines=lines,
        total=None if total is None else d(total), **more,
    )  # fmt: skip
    return fact(data, 60, "ar", subject)


def applied(
    document: str, *lines: Application, payment: str = "", hours: float = 70, revision: int = 0
) -> Fact:
    """What a payment was used for."""
    data = PaymentApplied(
        document=document, revision=revision, customer="13047", currency="GBP", payment=payment, lines=lines
    )
    return fact(data, hours, "sayso", "")


def to(invoice: str, amount: str, **more: str) -> Application:
    """So much of a payment to an invoice."""
    return Application(invoice=invoice, amount=d(amount), **{name: d(text) for name, text in more.items()})


def cancelled(document: str, *lines: tuple[int, str], hours: float = 2, source: str = "shop") -> Fact:
    """A cancellation, of lines or of all that is open."""
    rows = tuple(LineQuantity(line=n, quantity=d(q)) for n, q in lines)
    return fact(OrderCancelled(document=document, lines=rows), hours, source)


def folded(*facts: Fact) -> State:
    """The state of the order."""
    return fold(ORDER, facts)


def lines_of(*facts: Fact) -> dict[int, LineState]:
    """The lines of its state."""
    return {one.line: one for one in folded(*facts).lines}


__all__ = [name for name in globals() if not name.startswith("_")]
CHARGES = (Charge("freight", Decimal("10.00"), Decimal("2.00")),)
