"""What happened, as CloudEvents 1.0: the envelope, the types, and how one is read and written.

Every event tells of a document of the system that sent it, by that document's own number and revision. Of two
tellings of one document the higher revision counts, whichever came first. What the documents look like stands in
`events_order`, `events_goods` and `events_money`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from sayso.canon import events_goods as goods
from sayso.canon import events_money as money
from sayso.canon import events_order as orders
from sayso.canon.events_shared import Told

TYPES: dict[str, type[Told]] = {
    "sayso.order.placed.v1": orders.OrderPlaced,
    "sayso.order.accepted.v1": orders.OrderAccepted,
    "sayso.order.rejected.v1": orders.OrderRejected,
    "sayso.order.changed.v1": orders.OrderChanged,
    "sayso.order.held.v1": orders.OrderHeld,
    "sayso.order.released.v1": orders.OrderReleased,
    "sayso.order.cancelled.v1": orders.OrderCancelled,
    "sayso.line.allocated.v1": goods.LineAllocated,
    "sayso.pick.confirmed.v1": goods.PickConfirmed,
    "sayso.shipment.dispatched.v1": goods.ShipmentDispatched,
    "sayso.shipment.delivered.v1": goods.ShipmentDelivered,
    "sayso.shipment.returned.v1": goods.ShipmentReturned,
    "sayso.stock.counted.v1": goods.StockCounted,
    "sayso.receipt.posted.v1": goods.ReceiptPosted,
    "sayso.invoice.issued.v1": money.InvoiceIssued,
    "sayso.invoice.delivered.v1": money.InvoiceDelivered,
    "sayso.credit_memo.issued.v1": money.CreditMemoIssued,
    "sayso.payment.received.v1": money.PaymentReceived,
    "sayso.payment.applied.v1": money.PaymentApplied,
    "sayso.payment.reversed.v1": money.PaymentReversed,
    "sayso.dispute.opened.v1": money.DisputeOpened,
    "sayso.dispute.closed.v1": money.DisputeClosed,
}
"""The types that Sayso takes in, and what their `data` is."""


class Event(Struct, frozen=True, kw_only=True):
    """One CloudEvent (CloudEvents 1.0.2, 2.1) with its data read.

    `id` is unique in its `source` (the system), `subject` the order (for stock and receipts: the item and the site,
    `ITEM/SITE`), `time` when it happened, by the clock of who tells it.
    """

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    data: Told
    specversion: str = "1.0"
    datacontenttype: str = "application/json"
    traceparent: str = ""


class Envelope(Struct, frozen=True, kw_only=True):
    """The same with the data not read yet: what can be told of a message before its contract is asked."""

    id: str
    source: str
    type: str
    specversion: str = "1.0"
    subject: str = ""
    time: datetime | None = None
    datacontenttype: str = "application/json"
    dataschema: str = ""
    traceparent: str = ""
    data: msgspec.Raw = msgspec.Raw(b"null")


def family_of(type_: str) -> str:
    """The type without its version: what documents are numbered within. `sayso.order.placed.v1` gives `order.placed`."""
    return type_.removeprefix("sayso.").rpartition(".v")[0]


def as_json(event: Event) -> dict[str, Any]:
    """The event as JSON values, as it travels in structured mode; what is not told is left out."""
    found: dict[str, Any] = msgspec.to_builtins(event)
    return {name: value for name, value in found.items() if value != ""}
