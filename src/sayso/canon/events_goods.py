"""What is told of goods: allocated, picked, dispatched, delivered, returned, counted, received."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from msgspec import Struct

from sayso.canon.events_shared import LineQuantity, Original, Told


class GoodsLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """So much of an item for a line of the order, in the base unit of that item.

    Where `item` is not the ordered one it is a substitute, and `stands_for` says of how many base units of the ordered
    item it takes the place (None: as the order's agreed factor says, else one for one).
    """

    line: int
    item: str
    quantity: Decimal
    uom: str = ""
    stands_for: Decimal | None = None
    lot: str = ""
    serials: tuple[str, ...] = ()
    original: Original | None = None


class LineAllocated(Told, frozen=True, kw_only=True):
    """Stock was set aside at a site."""

    lines: tuple[LineQuantity, ...]
    site: str = ""


class PickLine(GoodsLine, frozen=True, kw_only=True):
    """What was picked, and how much of what was asked was not there (`short`, in units of the ordered item)."""

    short: Decimal = Decimal(0)


class PickConfirmed(Told, frozen=True, kw_only=True):
    """A pick at a site is done. `unmentioned`: what it says of the order's lines that are not in it: "" nothing, or
    `none`, that nothing was picked of them."""

    lines: tuple[PickLine, ...]
    site: str = ""
    unmentioned: str = ""


class ShipmentDispatched(Told, frozen=True, kw_only=True):
    """Goods left a site. `document` is the shipment's number.

    `part` of `of` is its place among the messages that tell this shipment or, where `series` names what is counted,
    that series (a warehouse order sent in three loads); evidence is whole when all parts of a series are there.
    """

    lines: tuple[GoodsLine, ...]
    site: str = ""
    carrier: str = ""
    tracking: str = ""
    series: str = ""
    part: int = 1
    of: int = 1


class ShipmentDelivered(Told, frozen=True, kw_only=True):
    """A shipment, or lines of it, arrived. `document` is the proof of delivery."""

    shipment: str
    lines: tuple[LineQuantity, ...] = ()
    received_by: str = ""


class ReturnLine(GoodsLine, frozen=True, kw_only=True):
    """What came back; `restock`: whether it can be sold again."""

    restock: bool = True
    reason: str = ""


class ShipmentReturned(Told, frozen=True, kw_only=True):
    """Goods came back. `document` is the return's number; `shipment` the one they went out with, where known."""

    lines: tuple[ReturnLine, ...]
    shipment: str = ""
    site: str = ""


class StockCounted(Told, frozen=True, kw_only=True):
    """What a count found of an item at a site, in its base unit. The subject is `ITEM/SITE`."""

    item: str
    site: str
    quantity: Decimal
    uom: str = ""
    variant: str = ""
    original: Original | None = None


class ReceiptPosted(Told, frozen=True, kw_only=True):
    """Goods of an inbound line came in. `document` is the receipt's number; the subject is `ITEM/SITE`."""

    item: str
    site: str
    quantity: Decimal
    received: date
    inbound: str = ""
    inbound_line: str = ""
    vendor: str = ""
    promised: date | None = None
    uom: str = ""
    original: Original | None = None
