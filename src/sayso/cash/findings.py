"""What does not agree about an order, from its state alone: each trouble with a key that stays, and the money at stake.

Knows no clock and no policy. What a clock finds (late, silent) and what holding an invoice against its order finds is found
elsewhere; so are troubles of an account that no order has.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from sayso.canon.decimals import ZERO, arithmetic, plain
from sayso.canon.findings import Finding
from sayso.cash.amounts import normal_or_none, part_of, places_of
from sayso.cash.findings_money import of_credits, of_invoices
from sayso.cash.shapes import Difference, LineState, ShipmentState, State

OVER = frozenset({"cancelled", "rejected", "closed"})
"""Stages in which it no longer matters how the ERP had stored the order."""


def findings(state: State, now: datetime | None = None) -> tuple[Finding, ...]:
    """Everything of the order that does not agree, by kind and key. `now` is for later use: nothing here depends on it."""
    with arithmetic():
        found = [*of_conflicts(state)]
        if state.stage == "unknown":
            found += of_unknown(state)
        else:
            found += of_the_erp(state)
            found += of_goods(state)
            found += of_lines(state)
            found += of_credits(state)
        found += of_series(state)
        found += of_invoices(state)
    return tuple(sorted(found, key=lambda one: (one.kind, one.key)))


def of_conflicts(state: State) -> Iterator[Finding]:
    """Documents that one revision tells in two ways: the same trouble for every order they are about."""
    for conflict in state.conflicts:
        family, _, rest = conflict.partition(" ")
        document, _, revision = rest.rpartition(" ")
        yield _found(
            state, "revision_conflict", conflict, None, document=document, what=family, revision=revision
        )


def of_unknown(state: State) -> Iterator[Finding]:
    """Facts that wait for their order."""
    document = state.documents[0].partition(" ")[2] if state.documents else ""
    at_stake = state.money.invoiced or None
    yield _found(state, "order_unknown", state.order, at_stake, document=document, order=state.order)


def of_the_erp(state: State) -> Iterator[Finding]:
    """What the ERP refused, stored otherwise, or holds."""
    if state.stage not in OVER:
        for one in state.differences:
            if not _implied(one, state):
                key = f"{state.order}/{one.what}/{one.line}"
                yield _found(
                    state, "acceptance_differs", key, one.amount, one.line,
                    what=one.what, expected=one.expected, found=one.found, document=state.accepted,
                )  # fmt: skip
    for line in state.lines:
        if line.refused:
            at_stake = _gross(line, line.refused, places_of(state.currency))
            yield _found(
                state, "order_rejected", f"{state.order}/{line.line}", at_stake, line.line, line.item, line.site,
                reason=line.rejected, quantity=plain(line.refused),
            )  # fmt: skip
    if any(line.open for line in state.lines):
        for hold in state.held:
            yield _found(
                state, "on_hold", f"{state.order}/{hold.hold}", state.money.open_order, document=hold.hold,
                hold=hold.hold, hold_kind=hold.kind, reason=hold.reason,
            )  # fmt: skip


def _implied(one: Difference, state: State) -> bool:
    """A total that differs because lines do; a day that no longer matters."""
    if one.what == "total":
        return any(other.what not in ("total", "ship_on") for other in state.differences)
    return one.what == "ship_on" and state.operational


def of_lines(state: State) -> Iterator[Finding]:
    """Lines that were picked short, and lines that the order does not have."""
    places = places_of(state.currency)
    for line in state.lines:
        if not line.listed:
            document = _names(state, line.line)
            key = f"{state.order}/{line.line}"
            yield _found(
                state, "unknown_line", key, line.invoiced_amount or None, line.line, line.item,
                document=document, shipped=plain(line.shipped), invoiced=plain(line.invoiced),
            )  # fmt: skip
            continue
        lacking = min(line.short, line.open, line.ordered - line.cancelled - line.picked)
        if lacking > 0:
            yield _found(
                state, "short_pick", f"{state.order}/{line.line}", _gross(line, lacking, places), line.line,
                line.item, line.site, short=plain(lacking), ordered=plain(line.ordered), uom=line.uom,
            )  # fmt: skip
        for item in line.unagreed:
            yield _found(
                state, "substitution_unapproved", f"{state.order}/{line.line}/{item}",
                _of_substitute(state, line, item, places), line.line, item, line.site,
                ordered=line.item, quantity=plain(_shipped_of(state, line.line, item)),
            )  # fmt: skip


def of_goods(state: State) -> Iterator[Finding]:
    """What left although it was not, or not any more, wanted; what came back of it is no trouble any more."""
    places = places_of(state.currency)
    for line in state.lines:
        over = line.shipped_over - min(line.returned, line.shipped_over)
        if not line.listed or not over:
            continue
        after = min(over, line.cancelled)
        if after:
            yield _found(
                state, "shipped_after_cancel", f"{state.order}/{line.line}", _gross(line, after, places), line.line,
                line.item, line.site, over=plain(after), shipment=_last_with(state, line.line),
            )  # fmt: skip
        if over > after:
            yield _found(
                state, "shipped_over", f"{state.order}/{line.line}", _gross(line, over - after, places), line.line,
                line.item, line.site, over=plain(over - after), shipment=_last_with(state, line.line),
            )  # fmt: skip
    if state.cancelled is not None and state.stage != "closed":
        for shipment in state.shipments:
            if shipment.dispatched > state.cancelled and any(
                one.counts > one.returned for one in shipment.lines
            ):
                yield _found(
                    state, "shipped_after_cancel", f"{state.order}/{shipment.shipment}", _worth(shipment),
                    site=shipment.site, document=shipment.shipment, shipment=shipment.shipment,
                )  # fmt: skip


def of_series(state: State) -> Iterator[Finding]:
    """Parts of a series that have not come, and shipments that arrived or came back and were never told."""
    series: dict[tuple[str, str], list[ShipmentState]] = {}
    for shipment in state.shipments:
        if not shipment.whole:
            series.setdefault((shipment.source, shipment.series or shipment.shipment), []).append(shipment)
    for (source, name), there in series.items():
        numbers = ", ".join(str(part) for part in there[0].missing)
        yield _found(
            state, "shipment_missing", f"{state.order}/{source}/{name}", sum((_worth(one) for one in there), ZERO),
            site=there[0].site, document=there[0].shipment,
            series=name, missing=numbers, of=str(max(one.of for one in there)),
        )  # fmt: skip
    for name in state.missing:
        what, _, document = name.partition(" ")
        if what == "shipment":
            key = f"{state.order}/{document}"
            yield _found(state, "shipment_missing", key, None, document=document, series=document)


def _found(
    state: State,
    kind: str,
    key: str,
    amount: Decimal | None,
    on_line: int = 0,
    on_item: str = "",
    site: str = "",
    **facts: str,
) -> Finding:
    told = {name: text for name, text in facts.items() if text}
    if on_line:
        told |= {"line": str(on_line)}
    if on_item:
        told |= {"item": on_item}
    return Finding(
        kind=kind, key=key, order=state.order, customer=state.customer, document=facts.get("document", ""),
        item=on_item, site=site, line=on_line, amount=normal_or_none(amount), currency=state.currency, facts=told,
    )  # fmt: skip


def _gross(line: LineState, some: Decimal, places: int) -> Decimal:
    """What so much of a line is worth, with tax."""
    return part_of(line.ordered_amount + line.tax, some, line.ordered, places)


def _worth(shipment: ShipmentState) -> Decimal:
    return sum((one.amount + one.tax for one in shipment.lines if one.amount is not None), ZERO)


def _of_substitute(state: State, line: LineState, item: str, places: int) -> Decimal:
    """What was shipped of it, by the agreement; what is open of the line while it was only picked."""
    shipped = [
        one.amount + one.tax
        for shipment in state.shipments
        for one in shipment.lines
        if one.line == line.line and one.item == item and one.amount is not None
    ]
    return sum(shipped, ZERO) if shipped else _gross(line, line.open, places)


def _shipped_of(state: State, line: int, item: str) -> Decimal:
    return sum(
        (
            one.quantity
            for shipment in state.shipments
            for one in shipment.lines
            if (one.line, one.item) == (line, item)
        ),
        ZERO,
    )


def _last_with(state: State, line: int) -> str:
    """The last shipment that has the line."""
    having = [one.shipment for one in state.shipments if any(told.line == line for told in one.lines)]
    return having[-1] if having else ""


def _names(state: State, line: int) -> str:
    """A document that names a line: the last shipment with it, else the first invoice."""
    return _last_with(state, line) or (state.invoices[0].invoice if state.invoices else "")
