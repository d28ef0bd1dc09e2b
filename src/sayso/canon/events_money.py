"""What is told of money: invoices, credit memos, payments and what they were applied to, disputes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from msgspec import Struct

from sayso.canon.events_shared import Charge, Original, Told


class MoneyLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A line of an invoice or a credit memo: so much of an item, for this net amount and tax.

    `order` is blank where it is the event's subject. `quantity` counts base units of `item`; where that is a
    substitute, `stands_for` says of how many units of the ordered item.
    """

    line: int
    item: str
    quantity: Decimal
    amount: Decimal
    tax: Decimal = Decimal(0)
    unit_price: Decimal | None = None
    order: str = ""
    shipment: str = ""
    uom: str = ""
    stands_for: Decimal | None = None
    original: Original | None = None


class InvoiceIssued(Told, frozen=True, kw_only=True):
    """An invoice. `total` is with tax and charges; None: the sum of them."""

    customer: str
    currency: str
    lines: tuple[MoneyLine, ...]
    issued: date
    due: date | None = None
    charges: tuple[Charge, ...] = ()
    total: Decimal | None = None
    cause: str = ""


class InvoiceDelivered(Told, frozen=True, kw_only=True):
    """The customer's side, or the receivables tool, has acknowledged the invoice. `document` is the receipt."""

    invoice: str
    to: str = ""


class CreditMemoIssued(Told, frozen=True, kw_only=True):
    """Money given back on an invoice: lines, charges, or an amount alone (`total`, with tax)."""

    customer: str
    currency: str
    issued: date
    invoice: str = ""
    lines: tuple[MoneyLine, ...] = ()
    charges: tuple[Charge, ...] = ()
    total: Decimal | None = None
    reason: str = ""
    cause: str = ""


class PaymentReceived(Told, frozen=True, kw_only=True):
    """Money came in. `document` is the bank's own reference; `references` what the payer wrote, as it was written."""

    amount: Decimal
    currency: str
    received: date
    customer: str = ""
    payer: str = ""
    references: tuple[str, ...] = ()
    deduction_reason: str = ""


class Application(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """So much of a payment goes to an invoice; `deduction` is what the payer kept back and disputes, `write_off` what
    is given up, `discount` what was agreed for paying early. All reduce what is open."""

    invoice: str
    amount: Decimal
    deduction: Decimal = Decimal(0)
    write_off: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    reason: str = ""


class PaymentApplied(Told, frozen=True, kw_only=True):
    """What a payment was used for. A later revision replaces the earlier; without lines the payment is unapplied.

    `payment` is blank for a write-off or a set-off that moves no cash.
    """

    customer: str
    currency: str
    payment: str = ""
    lines: tuple[Application, ...] = ()
    by: str = ""


class PaymentReversed(Told, frozen=True, kw_only=True):
    """The bank took a payment back: all of it where no amount is told."""

    payment: str
    amount: Decimal | None = None
    reason: str = ""


class DisputeOpened(Told, frozen=True, kw_only=True):
    """The customer does not accept an invoice, or lines of it, for this money (with tax)."""

    invoice: str
    amount: Decimal
    currency: str
    reason: str = ""
    lines: tuple[int, ...] = ()


class DisputeClosed(Told, frozen=True, kw_only=True):
    """The dispute with this `document` is over: credited, withdrawn, or written_off."""

    outcome: str
    invoice: str = ""
    amount: Decimal = Decimal(0)
    credit_memo: str = ""
