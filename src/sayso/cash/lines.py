"""The lines of an order while they are folded: what was ordered of each, at which price, and what has been counted so far.

Knows the order's own documents (placed, changed, accepted, rejected, cancelled); goods and money are counted in by
`shipments` and `invoices`.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, cast

from msgspec.structs import replace

from sayso.canon.decimals import ZERO
from sayso.canon.events_order import (
    OrderAccepted,
    OrderCancelled,
    OrderChanged,
    OrderLine,
    OrderPlaced,
    OrderRejected,
)
from sayso.cash.amounts import in_proportion, to_cents
from sayso.cash.chosen import CHANGED, Chosen
from sayso.cash.shapes import Fact

ONE = Decimal(1)

Terms = dict[int, OrderLine]


class Goods:
    """What a shipment has of a line, of one item. Quantities but `quantity` are in units of the ordered item."""

    # Most of these stay as they are: standing on the class they cost nothing.
    quantity = counts = delivered = invoiced = returned = tax = ZERO
    price: Decimal | None = None
    amount: Decimal | None = None
    agreed = True

    def __init__(self, line: int, item: str, shipment: str) -> None:
        self.line = line
        self.item = item
        self.shipment = shipment


class Line:
    """A line while it is counted. `named` is the item that other documents name it with, `strange` what was picked in its
    place and nobody agreed to."""

    amount = tax = cancelled = allocated = picked = short = shipped = returned = refused = withdrawn = ZERO
    invoiced = invoiced_amount = credited = credited_amount = ZERO
    price: Decimal | None = None
    rejected = ""
    strange: tuple[str, ...] = ()
    named: tuple[bool, str] | None = None
    promised: OrderLine | None = None

    def __init__(self, number: int, terms: OrderLine | None) -> None:
        self.number = number
        self.terms = terms
        if terms is None:
            self.item, self.ordered = "", ZERO
        else:
            self.item, self.ordered = terms.item, terms.quantity
        self.goods: list[Goods] = []
        self.billed: list[tuple[str, str, Decimal]] = []

    def counts(self, item: str, quantity: Decimal, stands_for: Decimal | None) -> Decimal:
        """How many units of the ordered item so much of an item is: as told, else by the agreed factor, else 1:1."""
        terms = self.terms
        if terms is None:
            named = (stands_for is not None, item)
            if item and (self.named is None or named < self.named):
                self.named = named
        elif not item or item == terms.item:
            return quantity
        if stands_for is not None:
            return stands_for
        if terms is not None:
            for substitute in terms.substitutes:
                if substitute.item == item:
                    return quantity * substitute.factor
        return quantity

    def agrees(self, item: str) -> bool:
        """Whether an item is the ordered one, or a substitute that was agreed on."""
        terms = self.terms
        return terms is None or item == terms.item or any(one.item == item for one in terms.substitutes)

    def open(self) -> Decimal:
        """What is neither cancelled nor shipped."""
        left = self.ordered - self.cancelled - self.shipped
        return left if left > 0 else ZERO


Lines = dict[int, Line]


def line_of(lines: Lines, number: int) -> Line:
    """The line of this number; one that the order does not have is noted as such."""
    line = lines.get(number)
    if line is None:
        line = lines[number] = Line(number, None)
    return line


def terms_of(placed: OrderPlaced | None, changes: list[Fact], until: datetime | None = None) -> Terms:
    """The lines as ordered, each as the last change that mentions it says; `until`: of changes no later.

    Substitutes that were agreed for an item stay where a change of its line names none: many a system knows of none.
    """
    found: Terms = {line.line: line for line in placed.lines} if placed else {}
    for change in changes:
        if until is None or change.occurred <= until:
            for line in cast(OrderChanged, change.data).lines:
                before = found.get(line.line)
                if (
                    before is not None
                    and before.substitutes
                    and not line.substitutes
                    and before.item == line.item
                ):
                    line = replace(line, substitutes=before.substitutes)
                found[line.line] = line
    return found


def changes_of(chosen: Chosen) -> list[Fact]:
    """The order's changes, the one that counts most last: those of one document by their revisions, and those of several
    (the ERP's, and what was agreed here) by when they happened, for each counts its own revisions."""
    found = chosen.of(CHANGED)
    if len(found) < 2:
        return found
    since: dict[str, datetime] = {}
    ranked = []
    for fact in sorted(found, key=lambda fact: (fact.document, fact.revision)):
        since[fact.document] = max(fact.occurred, since.get(fact.document, fact.occurred))
        ranked.append((since[fact.document], fact.revision, fact.document, fact))
    return [fact for *_, fact in sorted(ranked, key=lambda one: one[:3])]


def opened(terms: Terms, accepted: OrderAccepted | None, places: int) -> Lines:
    """A line to count in for each that was ordered. Where the order names no price, the ERP's is its."""
    lines: Lines = {}
    for number, one in terms.items():
        line = lines[number] = Line(number, one)
        if one.unit_price is None and one.amount is None and accepted is not None:
            one = next((other for other in accepted.lines if other.line == number), one)
        _price(line, one, places)
    return lines


def _price(line: Line, terms: OrderLine, places: int) -> None:
    quantity, price, amount = terms.quantity, terms.unit_price, terms.amount
    if amount is None and price is not None:
        amount = to_cents(price * line.ordered, places)
    elif amount is not None and quantity != line.ordered:
        amount = to_cents(amount * line.ordered / quantity, places) if quantity else ZERO
    if price is None and amount is not None and line.ordered:
        price = in_proportion(amount, ONE, line.ordered)
    line.price = price
    line.amount = ZERO if amount is None else amount
    line.tax = terms.tax


def promised(placed: OrderPlaced | None, changes: list[Fact], accepted: list[Fact], terms: Terms) -> Terms:
    """The lines as their buyer was told them: without what the back office changed, and what was agreed with it here."""
    theirs = {OURSELVES, *(fact.source for fact in accepted)}
    own = [change for change in changes if change.source not in theirs]
    return terms if len(own) == len(changes) else terms_of(placed, own)


def promise(lines: Lines, told: Terms) -> None:
    """Note what was promised of each line."""
    for number, line in lines.items():
        line.promised = told.get(number)


def refuse(lines: Lines, rejections: list[Fact], accepted: Fact | None) -> str:
    """Notes on each line that the ERP refused it and why; returns why the whole was refused, blank if it was not.

    A later acceptance that has the line lifts the refusal.
    """
    whole = ""
    for fact in rejections:
        data = cast(OrderRejected, fact.data)
        reason = data.reason or "rejected"
        lifted = _taken(accepted, fact.occurred)
        for number in data.lines or lines:
            if number not in lifted:
                line_of(lines, number).rejected = reason
        if not data.lines and not lifted:
            whole = reason
    return whole


def _taken(accepted: Fact | None, since: datetime) -> frozenset[int]:
    if accepted is None or accepted.occurred <= since:
        return frozenset()
    return frozenset(line.line for line in cast(OrderAccepted, accepted.data).lines)


class Whole(NamedTuple):
    """That all that is open was cancelled: since when, and whether only the back office wanted it."""

    since: datetime
    withdrawn: bool


OURSELVES = "sayso"


def cancel(lines: Lines, cancellations: list[Fact], buyer: str) -> Whole | None:
    """Counts what was cancelled by line, never more than was ordered; returns whether all that is open is cancelled.

    `buyer` is the system that placed the order. What others than it and Sayso cancel is withdrawn.
    """
    whole: Whole | None = None
    for fact in cancellations:
        data = cast(OrderCancelled, fact.data)
        theirs = fact.source not in (buyer, OURSELVES)
        if not data.lines:
            since = fact.occurred if whole is None else min(whole.since, fact.occurred)
            whole = Whole(since, theirs and (whole is None or whole.withdrawn))
        for told in data.lines:
            if told.quantity > 0:
                line = line_of(lines, told.line)
                line.cancelled += told.quantity
                if theirs:
                    line.withdrawn += told.quantity
    for line in lines.values():
        if line.cancelled > line.ordered:
            line.cancelled = line.ordered
            line.withdrawn = min(line.withdrawn, line.ordered)
    return whole


def end(lines: Lines, whole: Whole | None) -> None:
    """Once shipments are counted: what is open of refused lines, or of all lines, is not wanted any more."""
    for line in lines.values():
        left = line.open()
        if not left:
            continue
        if whole is not None:
            line.cancelled += left
            if whole.withdrawn:
                line.withdrawn += left
        elif line.rejected:
            line.refused = left
            line.cancelled += left
