"""At which stage an order is, and whether it is complete: of the goods, and of the money.

Read from the state alone, whatever came in which order. Which facts move an order between stages stands in `transitions`.
"""

from __future__ import annotations

from decimal import Decimal

from sayso.canon.decimals import ZERO
from sayso.cash.shapes import InvoiceState, LineState, ShipmentState


class Sums:
    """What of an order's lines is where, over all of them, in whatever units: asked for being nothing or something."""

    __slots__ = (
        "allocated",
        "delivered",
        "open",
        "over",
        "picked",
        "refused",
        "shipped",
        "to_credit",
        "to_invoice",
    )

    def __init__(self, lines: tuple[LineState, ...]) -> None:
        self.open = self.shipped = self.delivered = self.to_invoice = self.picked = self.allocated = ZERO
        self.over = self.to_credit = ZERO
        self.refused = False
        for line in lines:
            self.open += line.open
            self.shipped += line.shipped
            self.delivered += line.delivered
            self.to_invoice += line.to_invoice
            self.picked += line.picked
            self.allocated += line.allocated
            if line.refused:
                self.refused = True
            if line.returned or line.invoiced_over:
                back, over = to_credit(line)
                self.to_credit += back
                self.over += over


def to_credit(line: LineState) -> tuple[Decimal, Decimal]:
    """What of a line has still to be credited: came back after it was invoiced, and was invoiced beyond what was shipped.

    Credits that were given count for what came back first.
    """
    back = min(line.returned, line.shipped) - line.returned_before_invoice
    left = line.credited - back
    if left >= 0:
        return ZERO, max(line.invoiced_over - left, ZERO)
    return -left, line.invoiced_over


def operational(placed: bool, sums: Sums, holds: bool, shipments: tuple[ShipmentState, ...]) -> bool:
    """Nothing is left to be sent: all is shipped, cancelled or refused, no hold stands, no part of a series is missing.

    Whether it has arrived is not asked: many a carrier never says.
    """
    return placed and not sums.open and not holds and all(shipment.whole for shipment in shipments)


def financial(placed: bool, sums: Sums, owed: bool) -> bool:
    """No money is to come or go any more: nothing is left to ship, to invoice or to credit, every invoice is settled, and
    nothing is disputed."""
    return placed and not (sums.open or sums.to_invoice or sums.to_credit or sums.over or owed)


def owed(invoices: tuple[InvoiceState, ...]) -> bool:
    """Whether an invoice is open (or paid too much), or disputed."""
    return any(invoice.open or invoice.disputed for invoice in invoices)


def stage_of(
    placed: bool, accepted: bool, holds: bool, settled: bool, sums: Sums, invoices: tuple[InvoiceState, ...]
) -> str:
    """The furthest that the order has come; where something is still to leave and must not, `held`."""
    if not placed:
        return "unknown"
    if holds and sums.open:
        return "held"
    if invoices:
        return _invoiced(settled, sums, invoices)
    if sums.shipped:
        if sums.open:
            return "part_shipped"
        if settled:  # all came back before it was invoiced
            return "closed"
        return "delivered" if sums.delivered >= sums.shipped else "shipped"
    if not sums.open:
        return "rejected" if sums.refused else "cancelled"
    if sums.picked:
        return "picking"
    if sums.allocated:
        return "allocated"
    return "accepted" if accepted else "placed"


def _invoiced(settled: bool, sums: Sums, invoices: tuple[InvoiceState, ...]) -> str:
    if sums.open or sums.to_invoice:
        return "part_invoiced"
    if settled:
        return "closed"
    paid = any(invoice.paid or invoice.credited or invoice.written_off for invoice in invoices)
    return "part_paid" if paid else "invoiced"
