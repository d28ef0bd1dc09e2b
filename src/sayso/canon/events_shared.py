"""What the data of all events shares: the document's number and revision, lines with quantities, charges."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct


class Told(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The data of an event: what a system says of one of its documents.

    `document` is the document's own number in that system, `revision` counts what was said of it; where the system
    does not count, all are 0.
    """

    document: str
    revision: int = 0


class Original(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a system wrote before it was translated: kept beside the canonical value, never counted with."""

    quantity: str = ""
    uom: str = ""
    item: str = ""
    amount: str = ""
    currency: str = ""


class Charge(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Money that belongs to no line: `code` is freight, handling, discount, or the system's own word."""

    code: str
    amount: Decimal
    tax: Decimal = Decimal(0)


class LineQuantity(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """So much of a line of the order, in the item's base unit."""

    line: int
    quantity: Decimal
    item: str = ""
    uom: str = ""
    original: Original | None = None
