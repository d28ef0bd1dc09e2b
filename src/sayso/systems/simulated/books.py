"""What the simulated systems write down: orders, shipments, invoices, payments, as plain values. Knows no message."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

ZERO = Decimal(0)
CENT = Decimal("0.01")
OrderLine = tuple[str, int]
"""An order and the number of its line."""


def cents(amount: Decimal) -> Decimal:
    """Rounded to the minor unit, halves away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def text(number: Decimal) -> str:
    """A quantity without needless zeros."""
    return format(number.normalize(), "f") if number else "0"


def number(value: Any) -> Decimal:
    """What came as JSON text or number; 0 where nothing came."""
    return Decimal(str(value)) if value not in (None, "") else ZERO


@dataclass(slots=True)
class StoredLine:
    """A line of an order as the ERP stored it. Money is net, `tax` the whole line's; quantities in base units."""

    line: int
    item: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    amount: Decimal
    tax: Decimal
    ship_on: date | None
    site: str
    cancelled: Decimal = ZERO
    given_up: Decimal = ZERO
    """Of what is cancelled, what the ERP cancelled by itself."""
    shipped: Decimal = ZERO
    invoiced: Decimal = ZERO
    left: dict[str, Decimal] = field(default_factory=dict)
    """By site, what is still to leave from there."""

    @property
    def open(self) -> Decimal:
        """What has neither left nor been cancelled."""
        return max(self.quantity - self.cancelled - self.shipped, ZERO)

    def worth(self, quantity: Decimal) -> Decimal:
        """So much of the line in money, with tax."""
        return cents((self.amount + self.tax) * quantity / self.quantity) if self.quantity else ZERO


@dataclass(slots=True)
class StoredOrder:
    """An order as the ERP stored it. `state` is taken, rejected, held, open, or done with when nothing is open."""

    order: str
    number: str
    customer: str
    currency: str
    placed: datetime
    lines: dict[int, StoredLine]
    charges: Decimal = ZERO
    state: str = "taken"
    revision: int = 1
    cancels: int = 0

    @property
    def total(self) -> Decimal:
        """With tax and charges, as stored."""
        return sum((one.amount + one.tax for one in self.lines.values()), self.charges)


@dataclass(slots=True)
class LoadLine:
    """What a load holds for a line: `quantity` of `item` in its base units, which count as `counts` of the ordered one.
    `told` is the quantity that the message says, if it is another; `back` what of `quantity` came back."""

    line: int
    item: str
    quantity: Decimal
    counts: Decimal
    ordered: str
    told: Decimal | None = None
    back: Decimal = ZERO

    @property
    def substitute(self) -> bool:
        """Not what was ordered."""
        return self.item != self.ordered


@dataclass(slots=True)
class Shipment:
    """A load that left a site."""

    number: str
    order: str
    customer: str
    site: str
    series: str
    part: int
    of: int
    at: datetime
    lines: list[LoadLine]
    carrier: str = ""
    tracking: str = ""
    delivered: datetime | None = None
    returns: int = 0


@dataclass(slots=True)
class ChargedLine:
    """A line of an invoice. `quantity` in units of the item, `counts` in units of the ordered one."""

    order: str
    line: int
    item: str
    quantity: Decimal
    counts: Decimal
    amount: Decimal
    tax: Decimal
    shipment: str = ""


@dataclass(slots=True)
class Invoice:
    """An invoice as receivables keep it. Money with tax, except in the lines."""

    number: str
    customer: str
    currency: str
    issued: date
    due: date
    lines: list[ChargedLine]
    charges: dict[str, Decimal]
    total: Decimal
    cause: str = ""
    applied: dict[str, Decimal] = field(default_factory=dict)
    """By payment (or write-off): what of it went to this invoice."""
    settled: dict[str, Decimal] = field(default_factory=dict)
    """By payment: discounts and write-offs, which move no money."""
    credited: dict[str, Decimal] = field(default_factory=dict)
    """By credit memo."""
    disputed: dict[str, Decimal] = field(default_factory=dict)

    @property
    def paid(self) -> Decimal:
        """Money that was applied."""
        return sum(self.applied.values(), ZERO)

    @property
    def open(self) -> Decimal:
        """What is still owed."""
        gone = sum(self.settled.values(), ZERO) + sum(self.credited.values(), ZERO)
        return self.total - self.paid - gone


@dataclass(slots=True)
class Transfer:
    """Money that came in, or was taken back (`reverses` names what)."""

    ref: str
    customer: str
    amount: Decimal
    currency: str
    on: date
    remittance: tuple[str, ...]
    invoices: tuple[str, ...]
    reverses: str = ""
