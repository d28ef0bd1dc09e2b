"""How much of what left is still to be invoiced: by line, by shipment, and within what was ordered.

Knows quantities only. What was given back because it came back, or because a shipment was corrected, is not invoiced any
more; what was given back for other reasons stays invoiced.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from sayso.canon.decimals import ZERO
from sayso.canon.events_money import MoneyLine
from sayso.cash.papers import Papers
from sayso.cash.shapes import LineState, ShipmentState, ShippedLine, State

LESS = "less"
"""What the cause of a credit memo begins with that is asked for because less left than was invoiced."""

_Place = tuple[str, int]
"""A shipment and a line of it."""


class Unbilled:
    """What of an order may still be invoiced, from which is taken what was asked for and what is about to be.

    Goes by what invoices say of shipments, not by which goods they may be attributed to: what is asked for one
    shipment is answered by invoices that name it.
    """

    def __init__(self, state: State, papers: Papers) -> None:
        """What `state` leaves to invoice, nothing taken yet."""
        again = billed_again(state, papers)
        self._left = {line.line: _left(line, again) for line in state.lines}
        self._room = {
            line.line: line.ordered - line.cancelled - (line.invoiced - line.credited) for line in state.lines
        }
        named = _named(state, papers)
        credited: dict[_Place, Decimal] = defaultdict(Decimal)
        for told, counts in again:
            credited[told.shipment, told.line] += counts
        self._rest: dict[_Place, Decimal] = {}
        self._most: dict[_Place, Decimal] = {}
        for shipment in state.shipments:
            for number in {line.line for line in shipment.lines}:
                place = (shipment.shipment, number)
                lines = [line for line in shipment.lines if line.line == number]
                returned = sum((line.returned for line in lines), ZERO)
                rest = sum((line.counts for line in lines), ZERO) - named[place] + credited[place]
                self._rest[place] = rest - returned
                # What was asked for before something came back was asked for with it.
                self._most[place] = rest - min(returned, credited[place])

    def waiting(self, shipment: ShipmentState, line: ShippedLine) -> Decimal:
        """How much of it may be invoiced: it left, is on no invoice, was not asked for and has not come back."""
        rest = min(line.counts, self._rest[shipment.shipment, line.line])
        return max(ZERO, min(rest, self._left.get(line.line, rest)))

    def asked_before(self, shipment: ShipmentState, line: ShippedLine) -> Decimal:
        """How much of it a request that is not answered may have asked for, at most."""
        return max(ZERO, min(line.counts, self._most[shipment.shipment, line.line]))

    def room(self, line: int) -> Decimal:
        """How much more of that line may be invoiced without invoicing more than was ordered."""
        return max(ZERO, self._room.get(line, ZERO))

    def take(self, shipment: ShipmentState, line: ShippedLine, counts: Decimal) -> None:
        """So much of it is spoken for: what comes after finds that much less."""
        place = (shipment.shipment, line.line)
        self._rest[place] -= counts
        self._most[place] -= counts
        self._left[line.line] = self._left.get(line.line, ZERO) - counts
        self._room[line.line] = self._room.get(line.line, ZERO) - counts


def billed_again(state: State, papers: Papers) -> list[tuple[MoneyLine, Decimal]]:
    """The lines of credit memos after which goods may be invoiced again, and of how many units of the ordered item: those
    that were asked for because goods came back or a shipment was corrected."""
    returns = {told.document for told in papers.returns}
    return [
        (line, papers.counts(state, line, line.shipment))
        for paper in papers.credits
        if (base := paper.data.cause.partition("+")[0]) in returns or base.startswith(f"{LESS}/")
        for line in paper.lines_of(state.order)
    ]


def _left(line: LineState, again: list[tuple[MoneyLine, Decimal]]) -> Decimal:
    """What left and stayed away, less what stands on invoices. A credit that says no cause counts for what came back."""
    credited = sum((counts for told, counts in again if told.line == line.line), ZERO)
    beside = min(line.credited - credited, max(ZERO, line.returned - credited))
    return line.shipped - line.returned - line.invoiced + credited + max(ZERO, beside)


def _named(state: State, papers: Papers) -> dict[_Place, Decimal]:
    """What invoices say of each line of each shipment. Where they name no shipment, what the state attributes to it."""
    found: dict[_Place, Decimal] = defaultdict(Decimal)
    unnamed: set[int] = set()
    for paper in papers.invoices:
        for line in paper.lines_of(state.order):
            found[line.shipment, line.line] += papers.counts(state, line, line.shipment)
            if not line.shipment:
                unnamed.add(line.line)
    for shipment in state.shipments if unnamed else ():
        for number in unnamed:
            place = (shipment.shipment, number)
            attributed = sum((line.invoiced for line in shipment.lines if line.line == number), ZERO)
            found[place] = max(found[place], attributed)
    return found
