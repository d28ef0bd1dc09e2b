"""Invoices, credit memos, payments and disputes of an order's invoices; lines counted as invoiced and credited.

An invoice may bill several orders. All of it is kept, and `Bill` says what of it belongs to the order.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import cast

from sayso.canon.decimals import ZERO
from sayso.canon.events_money import (
    CreditMemoIssued,
    DisputeClosed,
    DisputeOpened,
    InvoiceDelivered,
    InvoiceIssued,
    MoneyLine,
)  # fmt: skip
from sayso.cash.amounts import split
from sayso.cash.chosen import Chosen, utc
from sayso.cash.lines import Goods, Line, Lines, line_of
from sayso.cash.reversals import standing_of
from sayso.cash.shapes import Fact
from sayso.cash.shipments import Ask, anything, counts_as_shipped, exactly, same_item, same_shipment, spread


class Bill:
    """An invoice while its money is counted. `shares` is what of its total is each order's; `direct` what was credited
    on lines of each order; all else is shared out over the orders."""

    __slots__ = (
        "credited", "deducted", "delivered", "direct", "discounted", "disputed", "disputes", "fact", "paid", "reasons",
        "shares", "told", "total", "written_off",
    )  # fmt: skip

    def __init__(self, fact: Fact, told: InvoiceIssued, shares: dict[str, Decimal], total: Decimal) -> None:
        self.fact = fact
        self.told = told
        self.shares = shares
        self.total = total
        self.paid = self.discounted = self.credited = self.written_off = self.deducted = self.disputed = ZERO
        self.direct: dict[str, Decimal] = {}
        self.disputes: list[str] = []
        self.reasons: set[str] = set()
        self.delivered: datetime | None = None

    def open(self) -> Decimal:
        """What is still owed; below nothing if too much was paid."""
        return self.total - self.paid - self.discounted - self.credited - self.written_off


class Portion:
    """What of an invoice's money is the order's."""

    __slots__ = ("credited", "discounted", "disputed", "open", "paid", "share", "written_off")

    def __init__(self) -> None:
        self.share = self.paid = self.discounted = self.credited = ZERO
        self.written_off = self.disputed = self.open = ZERO


def total_of(told: InvoiceIssued | CreditMemoIssued) -> Decimal:
    """The whole with tax: as told, else the sum of lines and charges."""
    if told.total is not None:
        return told.total
    gross = sum((line.amount + line.tax for line in told.lines), ZERO)
    return gross + charges_of(told) if told.charges else gross


def charges_of(told: InvoiceIssued | CreditMemoIssued) -> Decimal:
    """What of it belongs to no line, with tax."""
    return sum((charge.amount + charge.tax for charge in told.charges), ZERO)


def shares_of(told: InvoiceIssued, subject: str, places: int) -> dict[str, Decimal]:
    """What of an invoice's total is each order's: its own lines, and of what belongs to no line a part like theirs.

    To the cent by largest remainder, in the order of the orders' numbers; the shares sum to the total exactly.
    """
    gross: dict[str, Decimal] = {}
    for line in told.lines:
        order = line.order or subject
        gross[order] = gross.get(order, ZERO) + line.amount + line.tax
    total = total_of(told)
    if len(gross) < 2:
        return dict.fromkeys(gross or (subject,), total)
    orders = sorted(gross)
    rest = split(total - sum(gross.values(), ZERO), [gross[order] for order in orders], places)
    return {order: gross[order] + more for order, more in zip(orders, rest, strict=True)}


def bills_of(order: str, lines: Lines, chosen: Chosen, places: int) -> dict[str, Bill]:
    """The invoices that bill this order, by number; what they bill of each line is counted in."""
    found: dict[str, Bill] = {}
    for fact in chosen.of("invoice.issued"):
        told = cast(InvoiceIssued, fact.data)
        shares = shares_of(told, fact.subject, places)
        if order not in shares:
            continue
        found[fact.document] = Bill(fact, told, shares, total_of(told))
        for one in told.lines:
            if (one.order or fact.subject) == order:
                _billed(line_of(lines, one.line), one)
    for line in lines.values():
        if line.billed:
            _attribute(line)
    return found


def _billed(line: Line, told: MoneyLine) -> None:
    line.invoiced_amount += told.amount
    if told.quantity > 0:
        counts = counts_as_shipped(line, told.shipment, told.item, told.quantity, told.stands_for)
        line.invoiced += counts
        line.billed.append((told.shipment, told.item, counts))


def _attribute(line: Line) -> None:
    """Which goods were invoiced: those of the shipment that the invoice names, then the first that left and did not come
    back, then what came back. Goods take no more than was shipped of them."""

    if len(line.goods) == 1:  # as usual: there is nothing to choose
        only = line.goods[0]
        only.invoiced = min(line.invoiced, only.counts)
        return

    def room(goods: Goods) -> Decimal:
        return goods.counts - goods.invoiced

    def kept(goods: Goods) -> Decimal:
        return goods.counts - goods.invoiced - goods.returned

    def give(goods: Goods, taken: Decimal) -> None:
        goods.invoiced += taken

    asks: list[Ask] = line.billed
    for fits, has in (
        (exactly, room),
        (same_shipment, room),
        (same_item, kept),
        (anything, kept),
        (anything, room),
    ):
        if not asks:
            return
        asks = spread(line.goods, asks, fits, has, give)


def settle(order: str, lines: Lines, bills: dict[str, Bill], chosen: Chosen, missing: set[str]) -> Decimal:
    """Counts what was credited, paid, disputed and acknowledged; returns what was credited on no invoice of this order."""
    loose = _credit(order, lines, bills, chosen, missing)
    for applied in standing_of(chosen):
        bill = bills.get(applied.line.invoice)
        if bill is not None:
            bill.paid += applied.line.amount
            bill.discounted += applied.line.discount
            bill.written_off += applied.line.write_off
            if applied.line.deduction:
                bill.deducted += applied.line.deduction
                bill.reasons.add(applied.line.reason)
    _dispute(order, bills, chosen, missing)
    for fact in chosen.in_time("invoice.delivered"):
        bill = _bill(cast(InvoiceDelivered, fact.data).invoice, order, fact, bills, missing)
        if bill is not None and bill.delivered is None:
            bill.delivered = utc(fact.occurred)
    return loose


def _bill(invoice: str, order: str, fact: Fact, bills: dict[str, Bill], missing: set[str]) -> Bill | None:
    found = bills.get(invoice)
    if found is None and invoice and fact.subject == order:
        missing.add(f"invoice {invoice}")
    return found


def _credit(order: str, lines: Lines, bills: dict[str, Bill], chosen: Chosen, missing: set[str]) -> Decimal:
    loose = ZERO
    for fact in chosen.of("credit_memo.issued"):
        told = cast(CreditMemoIssued, fact.data)
        bill = _bill(told.invoice, order, fact, bills, missing)
        gross: dict[str, Decimal] = {}
        for one in told.lines:
            of = one.order or fact.subject
            gross[of] = gross.get(of, ZERO) + one.amount + one.tax
            if of == order:
                line = line_of(lines, one.line)
                line.credited_amount += one.amount
                if one.quantity > 0:
                    line.credited += counts_as_shipped(
                        line, one.shipment, one.item, one.quantity, one.stands_for
                    )
        if bill is not None:
            bill.credited += total_of(told)
            for of in gross.keys() & bill.shares.keys():
                bill.direct[of] = bill.direct.get(of, ZERO) + gross[of]
        elif gross:
            loose += gross.get(order, ZERO)
        elif fact.subject == order:
            loose += total_of(told)
    return loose


def _dispute(order: str, bills: dict[str, Bill], chosen: Chosen, missing: set[str]) -> None:
    """A dispute is over once it was closed, whichever was heard first; one that is opened again has a number of its own."""
    closed = {fact.document for fact in chosen.of("dispute.closed")}
    for fact in chosen.of("dispute.opened"):
        told = cast(DisputeOpened, fact.data)
        bill = _bill(told.invoice, order, fact, bills, missing)
        if bill is not None and fact.document not in closed:
            bill.disputed += told.amount
            bill.disputes.append(fact.document)
            bill.reasons.add(told.reason)
    for fact in chosen.of("dispute.closed"):
        _bill(cast(DisputeClosed, fact.data).invoice, order, fact, bills, missing)


def portion_of(bill: Bill, order: str, places: int) -> Portion:
    """What of the invoice's money is the order's: its direct credits, and of all else a part like its share of the rest.

    Shared out sum upon sum, so that over the orders each kind of money adds up exactly, and an invoice on which nothing
    is open is open for none of them.
    """
    found = Portion()
    found.share = bill.shares[order]
    if len(bill.shares) == 1:
        found.paid, found.discounted, found.credited = bill.paid, bill.discounted, bill.credited
        found.written_off, found.disputed, found.open = bill.written_off, bill.disputed, bill.open()
        return found
    orders = sorted(bill.shares)
    place = orders.index(order)
    direct = bill.direct.get(order, ZERO)
    weights = [bill.shares[one] - bill.direct.get(one, ZERO) for one in orders]
    at_large = bill.credited - sum(bill.direct.values(), ZERO)
    before = so_far = ZERO
    parts: list[Decimal] = []
    for amount in (bill.paid, bill.discounted, bill.written_off, at_large):
        so_far += amount
        until = split(so_far, weights, places)[place]
        parts.append(until - before)
        before = until
    found.paid, found.discounted, found.written_off = parts[:3]
    found.credited = direct + parts[3]
    found.disputed = split(bill.disputed, weights, places)[place]
    found.open = found.share - direct - before
    return found
