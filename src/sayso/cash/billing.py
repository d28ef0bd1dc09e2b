"""What the parts of an order's lines cost when they are invoiced one after another: they sum to what was agreed.

Knows quantities, agreed prices and rounding; whether a part may be invoiced is for others to say.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from sayso.canon.decimals import ZERO, rounded
from sayso.canon.events_money import MoneyLine
from sayso.cash.papers import Papers
from sayso.cash.shapes import LineState, ShipmentState, ShippedLine, State
from sayso.cash.unbilled import billed_again

_Group = tuple[int, str, Decimal | None, Decimal | None]


class Bill:
    """What of an order is invoiced or asked for so far, to which parts are added.

    A part costs what all up to it cost, rounded, less what all before it cost, rounded: so the parts of a line sum to
    the line's amount, however it is divided. Substitutes are counted by item and price.
    """

    def __init__(self, state: State, papers: Papers, places: int) -> None:
        """The bill of `state` with all that is invoiced on it."""
        self._order = state.order
        self._lines = {line.line: line for line in state.lines}
        self._papers = papers
        self._places = places
        self._billed: dict[_Group, Decimal] = defaultdict(Decimal)
        for paper in papers.invoices:
            for told in paper.lines_of(state.order):
                self._count(state, told, papers.counts(state, told, told.shipment))
        for told, counts in billed_again(state, papers):
            self._count(state, told, -counts)

    def knows(self, line: int) -> bool:
        """Whether the order has that line."""
        return line in self._lines

    def priced(self, line: ShippedLine) -> bool:
        """Whether it is known what is to be paid for it."""
        ordered = self._lines.get(line.line)
        if ordered is None:
            return False
        if self._group(line)[3] is None:
            return bool(ordered.ordered_amount) or ordered.unit_price is not None
        return line.unit_price is not None

    def ask(self, line: ShippedLine, counts: Decimal) -> None:
        """So much of it was asked for before."""
        self._billed[self._group(line)] += counts

    def part(self, shipment: ShipmentState, line: ShippedLine, counts: Decimal) -> MoneyLine:
        """So much of it as a line of an invoice: it is asked for from now on."""
        group = self._group(line)
        before, tax_before = self._amount(group), self._tax(line)
        self.ask(line, counts)
        amount = rounded(self._amount(group), self._places) - rounded(before, self._places)
        tax = rounded(self._tax(line), self._places) - rounded(tax_before, self._places)
        substitute = line.item != self._lines[line.line].item
        return MoneyLine(
            line=line.line, item=line.item, quantity=line.quantity * counts / line.counts, amount=amount, tax=tax,
            unit_price=line.unit_price, order=self._order, shipment=shipment.shipment,
            stands_for=counts if substitute else None,
        )  # fmt: skip

    def worth(self, line: ShippedLine, counts: Decimal) -> Decimal:
        """What so much of it costs by itself, before rounding."""
        number, _, price, ratio = self._group(line)
        ordered = self._lines[number]
        if ratio is None:
            return _line_amount(ordered) * counts / ordered.ordered
        return (price or ZERO) * ratio * counts

    def tax_on(self, line: ShippedLine, net: Decimal) -> Decimal:
        """The tax on so much money of that line, before rounding."""
        ordered = self._lines.get(line.line)
        amount = ZERO if ordered is None else _line_amount(ordered)
        if ordered is not None and amount:
            return net * ordered.tax / amount
        return net * line.tax / line.amount if line.amount else ZERO

    def _count(self, state: State, told: MoneyLine, counts: Decimal) -> None:
        """A line of an invoice; less than nothing, of a credit memo after which goods are invoiced again."""
        for shipment in state.shipments:
            for line in shipment.lines:
                if (line.line, line.item) == (told.line, told.item) and told.shipment in (
                    "",
                    shipment.shipment,
                ):
                    self._billed[self._group(line)] += counts
                    return
        ordered = self._lines.get(told.line)
        if ordered is not None and told.item == ordered.item:
            self._billed[told.line, "", None, None] += counts

    def _group(self, line: ShippedLine) -> _Group:
        """What is counted together: what is paid by the line's price, and each substitute that has a price of its own."""
        ordered = self._lines.get(line.line)
        if ordered is not None and ordered.ordered and not self._own_price(line, ordered.item):
            return line.line, "", None, None
        return line.line, line.item, line.unit_price, line.quantity / line.counts if line.counts else ZERO

    def _own_price(self, line: ShippedLine, ordered: str) -> bool:
        if line.item == ordered:
            return False
        agreed = self._papers.lines.get(line.line)
        offered = agreed.terms.substitutes if agreed is not None and agreed.terms is not None else ()
        return all(one.unit_price is not None for one in offered if one.item == line.item)

    def _amount(self, group: _Group) -> Decimal:
        """What all that is invoiced of a group costs, before rounding."""
        line, _, price, ratio = group
        counts = self._billed[group]
        if ratio is None:
            return _line_amount(self._lines[line]) * counts / self._lines[line].ordered
        return (price or ZERO) * ratio * counts

    def _tax(self, line: ShippedLine) -> Decimal:
        """The tax on all that is invoiced of a line: its part of the tax agreed, by net amount."""
        net = sum((self._amount(group) for group in self._billed if group[0] == line.line), ZERO)
        return self.tax_on(line, net)


def _line_amount(line: LineState) -> Decimal:
    """The whole line's agreed net amount."""
    if line.ordered_amount or line.unit_price is None:
        return line.ordered_amount
    return line.unit_price * line.ordered
