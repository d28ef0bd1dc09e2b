"""What is missing before a shipment may be invoiced, in sentences that somebody can act on.

Knows an order's state and the policy; what is then asked for is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sayso.canon.codes import MINOR_UNITS
from sayso.canon.decimals import ZERO, plain, rounded
from sayso.canon.findings import Finding
from sayso.cash.amounts import places_of
from sayso.cash.billing import Bill
from sayso.cash.policy import Invoicing
from sayso.cash.shapes import ShipmentState, ShippedLine, State

Waiting = Sequence[tuple[ShippedLine, Decimal]]


def lacking(
    state: State, shipment: ShipmentState, lines: Sequence[ShippedLine], bill: Bill, how: Invoicing
) -> tuple[str, ...]:
    """Why these lines of a shipment may not be invoiced yet, in a fixed order. Nothing: they may."""
    if state.placed is None or not state.customer or not state.currency:
        return ("the order itself is not known",)
    return (
        *_of_the_order(state, how),
        *_of_the_series(shipment),
        *(sentence for line in lines for sentence in _of_a_line(state, line, bill)),
    )


def more_than_ordered(state: State, waiting: Waiting, fitting: Waiting) -> tuple[str, ...]:
    """Which lines of a shipment are more than was ordered, where what is within the order is `fitting`."""
    lines = {line.line: line for line in state.lines}
    return tuple(
        f"line {line.line}: {plain(counts - within)} more of {line.item} left than the "
        f"{plain(lines[line.line].ordered - lines[line.line].cancelled)} ordered"
        for (line, counts), (_, within) in zip(waiting, fitting, strict=True)
        if within < counts
    )


def waits(
    state: State,
    shipment: ShipmentState,
    waiting: list[tuple[ShippedLine, Decimal]],
    missing: tuple[str, ...],
) -> Finding:
    """A shipment whose invoice waits, and for what."""
    first = waiting[0][0]
    worth = [
        (line.amount + line.tax) * counts / line.counts
        for line, counts in waiting
        if line.amount is not None and line.counts
    ]
    places = places_of(state.currency)
    return Finding(
        kind="invoice_waits", key=f"{state.order}/{shipment.shipment}", order=state.order, customer=state.customer,
        document=shipment.shipment, item=first.item, site=shipment.site, line=first.line,
        amount=rounded(sum(worth, ZERO), places) if worth else None, currency=state.currency,
        facts={"shipment": shipment.shipment, "why": "; ".join(missing)},
    )  # fmt: skip


def _of_the_order(state: State, how: Invoicing) -> tuple[str, ...]:
    found: list[str] = []
    if state.currency not in MINOR_UNITS:
        found.append(f"money in {state.currency} cannot be counted")
    if state.rejected:
        found.append(f"the ERP rejected the order: {state.rejected}")
    if state.confirmed is False and how.acceptance != "any":
        about = ", ".join(_different(one.what, one.line) for one in state.differences) or "another order"
        found.append(f"the ERP accepted otherwise than promised: {about}")
    if state.confirmed is None and how.acceptance == "agreed":
        found.append("the ERP has not accepted the order")
    held = sorted({hold.kind for hold in state.held} & set(how.holds))
    if held:
        found.append(f"the order is on hold: {', '.join(held)}")
    return tuple(found)


def _different(what: str, line: int) -> str:
    return f"{what} of line {line}" if line else what


def _of_the_series(shipment: ShipmentState) -> tuple[str, ...]:
    if shipment.whole:
        return ()
    whose = shipment.series or shipment.shipment
    if not shipment.missing:
        return (f"not all parts of {whose} have come",)
    parts = ", ".join(str(part) for part in shipment.missing)
    return (f"part {parts} of {shipment.of} of {whose} has not come",)


def _of_a_line(state: State, line: ShippedLine, bill: Bill) -> tuple[str, ...]:
    ordered = next((one for one in state.lines if one.line == line.line), None)
    if ordered is None or not ordered.listed:
        return (f"the order has no line {line.line}",)
    if not line.agreed:
        return (f"nobody agreed to {line.item} in place of {ordered.item} on line {line.line}",)
    if not bill.priced(line):
        return (f"the price of {line.item} on line {line.line} is not known",)
    return ()
