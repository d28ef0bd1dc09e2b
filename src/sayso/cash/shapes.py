"""What the parts of order to cash hand each other: facts in, the state of an order out, and what is to be done.

All values; the state's canonical bytes are a function of the set of facts, whatever their order and however often
each was told.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from msgspec import Struct

from sayso.canon.events_shared import Charge, Told

_ZERO = Decimal(0)


class Fact(NamedTuple):
    """One telling of one document. `family` is the type without its version (`shipment.dispatched`), `subject` the
    order that the event named, `digest` the content address of its data, `occurred` when it happened, `source` who
    told it. Facts are keyed by (family, document): the highest revision counts; of two contents of one revision the
    smaller digest does, and the conflict is found."""

    family: str
    document: str
    revision: int
    digest: str
    occurred: datetime
    source: str
    subject: str
    data: Told


class LineState(Struct, frozen=True, kw_only=True):
    """One line. Quantities are in base units of the ordered item; what a substitute stands for counts as its own.

    ordered + shipped_over = cancelled + shipped + open, and
    shipped = invoiced + to_invoice + returned_before_invoice - invoiced_over.
    Money is net of tax; `tax` is the whole ordered line's. `listed`: the order has this line (else it was only met in
    another document). What the ERP refused counts as cancelled; `refused` is how much that was, `rejected` why; `withdrawn`
    is what the back office cancelled by itself (a system that neither placed the order nor speaks for Sayso). `unagreed`
    are items that left in the line's place, or were picked for what is still to leave, and that nobody agreed to.
    `ship_on` and `deliver_by` are as the order stands now; `promised` and `promised_by` what its buyer was told: a day
    that the back office changed, or that was agreed with it, is no other promise.
    """

    line: int
    item: str
    ordered: Decimal
    cancelled: Decimal = _ZERO
    allocated: Decimal = _ZERO
    picked: Decimal = _ZERO
    short: Decimal = _ZERO
    substituted: Decimal = _ZERO
    shipped: Decimal = _ZERO
    shipped_over: Decimal = _ZERO
    open: Decimal = _ZERO
    delivered: Decimal = _ZERO
    returned: Decimal = _ZERO
    returned_before_invoice: Decimal = _ZERO
    invoiced: Decimal = _ZERO
    invoiced_over: Decimal = _ZERO
    to_invoice: Decimal = _ZERO
    credited: Decimal = _ZERO
    unit_price: Decimal | None = None
    ordered_amount: Decimal = _ZERO
    shipped_amount: Decimal = _ZERO
    invoiced_amount: Decimal = _ZERO
    credited_amount: Decimal = _ZERO
    ship_on: date | None = None
    deliver_by: date | None = None
    uom: str = ""
    site: str = ""
    tax: Decimal = _ZERO
    listed: bool = True
    rejected: str = ""
    refused: Decimal = _ZERO
    withdrawn: Decimal = _ZERO
    unagreed: tuple[str, ...] = ()
    promised: date | None = None
    promised_by: date | None = None


class ShippedLine(Struct, frozen=True, kw_only=True):
    """A line of a shipment: `quantity` units of `item`, which stand for `counts` units of the ordered item, at
    `unit_price` each of the shipped item; `amount` net and `tax` by the order's agreement. `agreed`: the item is the
    ordered one or a substitute that was agreed on. `invoiced` and `returned` are in the ordered item's units."""

    line: int
    item: str
    quantity: Decimal
    counts: Decimal
    agreed: bool = True
    unit_price: Decimal | None = None
    amount: Decimal | None = None
    tax: Decimal = _ZERO
    invoiced: Decimal = _ZERO
    returned: Decimal = _ZERO


class ShipmentState(Struct, frozen=True, kw_only=True):
    """A shipment. `whole`: no part of its series is missing; `missing` are the parts that are."""

    shipment: str
    site: str
    dispatched: datetime
    lines: tuple[ShippedLine, ...]
    series: str = ""
    part: int = 1
    of: int = 1
    whole: bool = True
    missing: tuple[int, ...] = ()
    delivered: datetime | None = None
    carrier: str = ""
    tracking: str = ""
    source: str = ""


class InvoiceState(Struct, frozen=True, kw_only=True):
    """An invoice, all orders' lines of it. total = paid + discounted + credited + written_off + open;
    `deducted` is the part of what is open that the payer kept back. `share` is what of the total belongs to this order.
    `disputes` are the open ones, by number; `reasons` why it was deducted or disputed, as far as that is open."""

    invoice: str
    customer: str
    currency: str
    issued: date
    due: date | None
    total: Decimal
    share: Decimal
    paid: Decimal = _ZERO
    discounted: Decimal = _ZERO
    credited: Decimal = _ZERO
    written_off: Decimal = _ZERO
    deducted: Decimal = _ZERO
    disputed: Decimal = _ZERO
    open: Decimal = _ZERO
    delivered: datetime | None = None
    charges: Decimal = _ZERO
    orders: tuple[str, ...] = ()
    cause: str = ""
    disputes: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


class Difference(Struct, frozen=True, kw_only=True):
    """One thing on which two documents do not agree. `line` is 0 for the whole; `amount` what it is worth."""

    what: str
    line: int
    expected: str
    found: str
    amount: Decimal = _ZERO


class Tolerance(Struct, frozen=True, kw_only=True):
    """How far an acceptance may differ from what was ordered: base units, money a unit, money on the total, and days."""

    quantity: Decimal = _ZERO
    price: Decimal = _ZERO
    total: Decimal = _ZERO
    days: int = 0


EXACT = Tolerance()


class Hold(Struct, frozen=True, kw_only=True):
    """A hold in force: its own number, credit or stock or review ..., and since when."""

    hold: str
    kind: str
    reason: str = ""
    since: datetime | None = None


class Money(Struct, frozen=True, kw_only=True):
    """The order's money, in its currency, all with tax and charges: invoiced = paid + credited + written_off + open, but
    for what was credited on no invoice of this order. `written_off` holds discounts as well. `to_invoice` is shipped and
    not invoiced, `open_order` not shipped and not cancelled (and the charges, until an invoice was issued)."""

    ordered: Decimal = _ZERO
    open_order: Decimal = _ZERO
    to_invoice: Decimal = _ZERO
    invoiced: Decimal = _ZERO
    paid: Decimal = _ZERO
    credited: Decimal = _ZERO
    written_off: Decimal = _ZERO
    disputed: Decimal = _ZERO
    open: Decimal = _ZERO


class State(Struct, frozen=True, kw_only=True):
    """Everything that is known of an order, folded. `stage` is one of the transition table's; `confirmed` says whether
    the ERP's acceptance agrees with the promise (None: it has not accepted).

    `holds` are the documents of `held`. `missing` names what was spoken of and has not come: `order`, `part SERIES 2/3`,
    `shipment S-1`, `invoice I-1`; `conflicts` each document that one revision tells in two ways (`FAMILY DOCUMENT
    REVISION`). `cancelled` is when all that had not left was cancelled; `charges` are as ordered. Times are in UTC,
    and each Decimal is in its shortest form."""

    order: str
    stage: str
    customer: str = ""
    currency: str = ""
    promise: str = ""
    placed: datetime | None = None
    accepted: str = ""
    confirmed: bool | None = None
    differences: tuple[Difference, ...] = ()
    rejected: str = ""
    holds: tuple[str, ...] = ()
    lines: tuple[LineState, ...] = ()
    shipments: tuple[ShipmentState, ...] = ()
    invoices: tuple[InvoiceState, ...] = ()
    money: Money = Money()
    operational: bool = False
    financial: bool = False
    missing: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    first: datetime | None = None
    last: datetime | None = None
    held: tuple[Hold, ...] = ()
    cancelled: datetime | None = None
    charges: tuple[Charge, ...] = ()
    ship_complete: bool = False
    country: str = ""
    po: str = ""


class Effect(Struct, frozen=True, kw_only=True):
    """Something a system is to be asked to do, once: `key` is made of the order (or account) and the cause, so that
    the same decision made twice is one effect. `role` is erp, wms, ar, bank or storefront; `body` what is
    asked, as JSON values."""

    key: str
    role: str
    kind: str
    order: str
    cause: str
    body: dict[str, object]
    amount: Decimal | None = None
    currency: str = ""


class OpenItem(Struct, frozen=True, kw_only=True):
    """An invoice that is not settled, as payments are matched to it."""

    invoice: str
    customer: str
    currency: str
    open: Decimal
    issued: date
    due: date | None = None
    orders: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    charges: tuple[tuple[str, Decimal], ...] = ()


class Posting(Struct, frozen=True, kw_only=True):
    """One side of a double entry: `debit` or `credit` of an account (receivable, cash, revenue, tax, unapplied, deductions,
    written_off, discounts, returns) of a customer. The postings of one document sum to nothing."""

    entry: str
    account: str
    customer: str
    currency: str
    debit: Decimal = _ZERO
    credit: Decimal = _ZERO
    document: str = ""


class AppliedLine(Struct, frozen=True, kw_only=True):
    """One line of what was applied, as it stands once money that was taken back is off: `document` is the application's."""

    document: str
    invoice: str
    amount: Decimal = _ZERO
    deduction: Decimal = _ZERO
    write_off: Decimal = _ZERO
    discount: Decimal = _ZERO
    reason: str = ""
    customer: str = ""


class PaymentState(Struct, frozen=True, kw_only=True):
    """A payment: amount - reversed = applied + unapplied. `received` is None as long as only its use was told, and
    then nothing is unapplied. `revision` is that of Sayso's own application of it, -1 where there is none."""

    payment: str
    currency: str
    customer: str = ""
    payer: str = ""
    amount: Decimal = _ZERO
    received: date | None = None
    reversed: Decimal = _ZERO
    applied: Decimal = _ZERO
    unapplied: Decimal = _ZERO
    lines: tuple[AppliedLine, ...] = ()
    revision: int = -1
    references: tuple[str, ...] = ()


class Balance(Struct, frozen=True, kw_only=True):
    """An invoice in the account's books, or a credit memo on no invoice that is known (its total is below nothing):
    total + over = paid + discounted + credited + written_off + open. `over` is what was paid or credited beyond it;
    `deducted` is the part of `open` that was kept back and `disputed` the part that is disputed."""

    document: str
    customer: str
    currency: str
    total: Decimal
    issued: date | None = None
    due: date | None = None
    paid: Decimal = _ZERO
    discounted: Decimal = _ZERO
    credited: Decimal = _ZERO
    written_off: Decimal = _ZERO
    deducted: Decimal = _ZERO
    disputed: Decimal = _ZERO
    open: Decimal = _ZERO
    over: Decimal = _ZERO
    orders: tuple[str, ...] = ()
    charges: tuple[tuple[str, Decimal], ...] = ()
    reasons: tuple[str, ...] = ()
