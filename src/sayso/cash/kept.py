"""How the promise of an order ended, by what was told of its goods, in the promise ledger's words.

Knows the order's state; whether another word stands in the ledger already is for who writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sayso.canon.decimals import ZERO, plain
from sayso.cash.shapes import LineState, State

_NOWHERE: Mapping[str, str] = {}
_WORSE = ("kept", "cancelled", "late", "short", "refused_by_erp")
"""Where lines ended differently, the whole ended as the one that stands last here."""


class Ended(NamedTuple):
    """The word, its cause, and what tells it, all text."""

    how: str
    cause: str
    facts: dict[str, str]


def ended(state: State, zones: Mapping[str, str] = _NOWHERE) -> Ended | None:
    """How the order's promise ended; None while it has not.

    It has when nothing is left to be sent, or the ERP has refused the whole. `zones` are the sites' time zones (UTC where
    none is told): a shipment left on the day that it was there. A line is *short* if part of it was cancelled after it had
    been picked short, or was withdrawn or refused by the back office, or if another item left that nobody had agreed to;
    *late* if it left or arrived after the promised day; *cancelled* if the customer gave all of it up; else *kept*. What
    the customer gave up of a line is no part of the promise any more.
    """
    if state.rejected and not state.shipments:
        return Ended("refused_by_erp", "erp_rejected", {"reason": state.rejected})
    if not state.operational:
        return None
    found = [_line(state, line, zones) for line in state.lines if line.listed and line.ordered]
    if not found:
        return None
    words = [one for one in found if one.how != "cancelled"] or found
    if all(one.how == "refused_by_erp" for one in words):
        return words[0]
    told = [one._replace(how="short") if one.how == "refused_by_erp" else one for one in words]
    # Of equally bad lines the first tells the cause.
    return max(told, key=lambda one: _WORSE.index(one.how))


def _line(state: State, line: LineState, zones: Mapping[str, str]) -> Ended:
    wanted = line.ordered - line.cancelled
    facts = {
        "line": str(line.line),
        "item": line.item,
        "ordered": plain(line.ordered),
        "shipped": plain(line.shipped),
    }
    if line.refused:
        how = "short" if line.shipped else "refused_by_erp"
        return Ended(how, "erp_rejected_line", {**facts, "reason": line.rejected})
    if line.short > 0 and line.cancelled > 0 and line.shipped < line.ordered:
        return Ended("short", "short_pick", {**facts, "short": plain(min(line.short, line.cancelled))})
    if line.withdrawn and line.shipped < line.ordered:
        return Ended("short", "cancelled_by_erp", {**facts, "withdrawn": plain(line.withdrawn)})
    if line.unagreed:
        return Ended("short", "substituted", {**facts, "substitute": ", ".join(line.unagreed)})
    if not wanted and not line.shipped:
        return Ended("cancelled", "cancelled_by_customer", {**facts, "cancelled": plain(line.cancelled)})
    late = _late(state, line, min(wanted, line.shipped), zones)
    if late is not None:
        return late._replace(facts=facts | late.facts)
    if line.substituted:
        return Ended("kept", "substituted", {**facts, "substituted": plain(line.substituted)})
    return Ended("kept", "shipped", facts)


def _late(state: State, line: LineState, wanted: Decimal, zones: Mapping[str, str]) -> Ended | None:
    """The first day on which all that was wanted had left, or arrived, held against the promised one."""
    left = ZERO
    for shipment in state.shipments:
        counts = sum((one.counts for one in shipment.lines if one.line == line.line), ZERO)
        if not counts or left >= wanted:
            continue
        left += counts
        day = _day(shipment.dispatched, zones.get(shipment.site, ""))
        if line.promised is not None and day > line.promised:
            return Ended("late", "shipped_late", _told(shipment.shipment, line.promised, day))
        if shipment.delivered is not None and line.promised_by is not None:
            day = _day(shipment.delivered, zones.get(shipment.site, ""))
            if day > line.promised_by:
                return Ended("late", "delivered_late", _told(shipment.shipment, line.promised_by, day))
    return None


def _told(shipment: str, promised: date, day: date) -> dict[str, str]:
    return {"shipment": shipment, "promised": promised.isoformat(), "day": day.isoformat()}


def _day(moment: datetime, zone: str) -> date:
    return moment.astimezone(_zone(zone)).date()


@cache
def _zone(name: str) -> tzinfo:
    return ZoneInfo(name) if name else UTC
