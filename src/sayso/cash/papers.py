"""The documents behind an order's state, as the judgement of its money reads them: invoices, credit memos, returns, terms.

Knows facts; what the order's state is, says the fold.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple, cast

from sayso.canon.events_goods import GoodsLine, ShipmentReturned
from sayso.canon.events_money import CreditMemoIssued, InvoiceIssued, MoneyLine
from sayso.canon.events_order import OrderAccepted, OrderPlaced
from sayso.cash.amounts import places_of
from sayso.cash.chosen import Chosen, choose
from sayso.cash.countersign import the_acceptance
from sayso.cash.lines import Lines, changes_of, opened, terms_of
from sayso.cash.shapes import Fact, State


class Paper(NamedTuple):
    """An invoice or a credit memo as it stands, and the order that its telling named."""

    number: str
    subject: str
    data: InvoiceIssued | CreditMemoIssued

    def lines_of(self, order: str) -> tuple[MoneyLine, ...]:
        """The lines that are this order's: those that name it, and those that name none where the telling did."""
        return tuple(line for line in self.data.lines if (line.order or self.subject) == order)


class Papers(NamedTuple):
    """What stands of an order's documents: invoices and credit memos by date and number, returns as they happened, and
    the lines as they were agreed with the buyer."""

    invoices: tuple[Paper, ...]
    credits: tuple[Paper, ...]
    returns: tuple[ShipmentReturned, ...]
    lines: Lines

    def counts(self, state: State, told: MoneyLine | GoodsLine, shipment: str) -> Decimal:
        """How many units of the ordered item a line of a document is about: as told, else as it was when it was shipped,
        else as agreed, else one for one."""
        if told.stands_for is not None:
            return told.stands_for
        for load in state.shipments:
            for line in load.lines:
                if (line.line, line.item) == (told.line, told.item) and shipment in ("", load.shipment):
                    return told.quantity * line.counts / line.quantity if line.quantity else told.quantity
        agreed = self.lines.get(told.line)
        return told.quantity if agreed is None else agreed.counts(told.item, told.quantity, None)


def papers_of(facts: Iterable[Fact]) -> Papers:
    """The documents among these facts of one order."""
    chosen = choose(facts)
    placings = sorted(chosen.of("order.placed"), key=lambda fact: fact.document)
    placed = cast(OrderPlaced, placings[0].data) if placings else None
    acceptance = the_acceptance(chosen.of("order.accepted"))
    accepted = cast(OrderAccepted, acceptance.data) if acceptance else None
    places = places_of(placed.currency if placed else "")
    return Papers(
        invoices=_papers(chosen, "invoice.issued"),
        credits=_papers(chosen, "credit_memo.issued"),
        returns=tuple(cast(ShipmentReturned, fact.data) for fact in chosen.in_time("shipment.returned")),
        lines=opened(terms_of(placed, changes_of(chosen)), accepted, places),
    )


def _papers(chosen: Chosen, family: str) -> tuple[Paper, ...]:
    found = [
        Paper(fact.document, fact.subject, cast("InvoiceIssued | CreditMemoIssued", fact.data))
        for fact in chosen.of(family)
    ]
    return tuple(sorted(found, key=lambda paper: (paper.data.issued, paper.number)))
