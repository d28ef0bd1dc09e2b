"""What is told of an order itself: placed, taken over by the ERP, changed, held, released, cancelled."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from msgspec import Struct

from sayso.canon.events_shared import Charge, LineQuantity, Original, Told


class Substitute(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An item that may be shipped in a line's place: one of it stands for `factor` of the ordered item's base units.

    `unit_price` is the agreed price of one base unit of the substitute; None: the line's price for what it stands for.
    """

    item: str
    factor: Decimal = Decimal(1)
    unit_price: Decimal | None = None


class OrderLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A line as it was ordered or accepted. Quantities are in the item's base unit; money is net of tax.

    `amount` is the whole line's (None: unit price times quantity), `tax` the whole line's. `ship_on` and
    `deliver_by` are what was promised.
    """

    line: int
    item: str
    quantity: Decimal
    uom: str = ""
    unit_price: Decimal | None = None
    amount: Decimal | None = None
    tax: Decimal = Decimal(0)
    ship_on: date | None = None
    deliver_by: date | None = None
    site: str = ""
    substitutes: tuple[Substitute, ...] = ()
    original: Original | None = None


class OrderPlaced(Told, frozen=True, kw_only=True):
    """The buyer ordered. `document` is the order's number; `promise` the promise it stands on."""

    customer: str
    currency: str
    lines: tuple[OrderLine, ...]
    promise: str = ""
    po: str = ""
    channel: str = ""
    country: str = ""
    ship_complete: bool = False
    charges: tuple[Charge, ...] = ()


class OrderAccepted(Told, frozen=True, kw_only=True):
    """The ERP took the order over, under its own number `document`, as it stored it. `total` is with tax."""

    lines: tuple[OrderLine, ...]
    currency: str = ""
    total: Decimal | None = None
    charges: tuple[Charge, ...] = ()


class OrderRejected(Told, frozen=True, kw_only=True):
    """The ERP did not take it: the lines named, or all where none is."""

    reason: str
    lines: tuple[int, ...] = ()


class OrderChanged(Told, frozen=True, kw_only=True):
    """Lines as they are from now on, new ones among them; a line that is not named stays as it is.

    `document` is the order's number, and each change has a revision of its own.
    """

    lines: tuple[OrderLine, ...] = ()
    charges: tuple[Charge, ...] | None = None
    reason: str = ""


class OrderHeld(Told, frozen=True, kw_only=True):
    """Nothing may leave until it is released. `document` is the hold's number, `kind` credit, stock, review, ..."""

    kind: str
    reason: str = ""


class OrderReleased(Told, frozen=True, kw_only=True):
    """The hold with this `document` is over."""

    by: str = ""
    reason: str = ""


class OrderCancelled(Told, frozen=True, kw_only=True):
    """So much of the lines is no longer wanted; where no line is named, all that has not left yet."""

    lines: tuple[LineQuantity, ...] = ()
    reason: str = ""
