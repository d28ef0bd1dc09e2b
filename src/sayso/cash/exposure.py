"""What an order counts for in its account's exposure beside its invoices, line by line, to the last coin.

Over all lines it is the money of the state: what is open of the order, and what has left and is not invoiced.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from sayso.canon.decimals import ZERO, arithmetic
from sayso.cash.amounts import part_of, places_of
from sayso.cash.shapes import LineState, State


class Worth(NamedTuple):
    """Money of one line, with tax: what is still to leave, and what has left without an invoice."""

    open: Decimal
    to_invoice: Decimal


def worth(state: State, line: LineState) -> Worth:
    """What a line counts for. Charges that no invoice has yet stand on the first line with money that is not invoiced."""
    with arithmetic():
        places = places_of(state.currency)
        found = _goods(state, line, places)
        if not pending(state):
            return found
        lines = [(one.line, _goods(state, one, places)) for one in state.lines]
        first = next((number for number, one in lines if any(one)), None)
        if line.line != first:
            return found
        charges = state.money.open_order - sum((one.open for _, one in lines), ZERO)
        if line.open:
            return found._replace(open=found.open + charges)
        return found._replace(to_invoice=found.to_invoice + charges)


def pending(state: State) -> Decimal:
    """The charges that are still to come."""
    if not state.charges or state.invoices:
        return ZERO
    return sum((charge.amount + charge.tax for charge in state.charges), ZERO)


def _goods(state: State, line: LineState, places: int) -> Worth:
    """Without charges."""
    left = part_of(line.ordered_amount + line.tax, line.open, line.ordered, places) if line.open else ZERO
    return Worth(left, _to_invoice(state, line.line, places))


def _to_invoice(state: State, number: int, places: int) -> Decimal:
    """By what was agreed for the goods that left, which may not be the ordered ones."""
    found = ZERO
    for shipment in state.shipments:
        for goods in shipment.lines:
            if goods.line == number and goods.amount is not None:
                left = goods.counts - goods.invoiced
                due = left - min(goods.returned, left)
                if due:
                    found += part_of(goods.amount + goods.tax, due, goods.counts, places)
    return found
