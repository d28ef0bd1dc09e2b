"""A new day for what cannot leave on the day it was promised for: the first on which supply bears it.

The oldest promise is served first. What is promised keeps its place: nothing that comes before the new day goes to
others, so that a part is ready as soon as anything is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sayso.canon.decimals import plain
from sayso.promise.availability import NOBODY, Curve, Supply, curve
from sayso.promise.cards import ItemCard, Taken, place_of
from sayso.promise.facts import Take
from sayso.promise.policy import Policy
from sayso.promise.risk import AtRisk


class Redated(NamedTuple):
    """So much of a reservation that cannot leave as promised, and the day on which it can; None: no supply says when."""

    risk: AtRisk
    day: date | None
    because: str


def redated(
    card: ItemCard, taken: Taken, takes: Sequence[Take], risks: Iterable[AtRisk], today: date, policy: Policy
) -> list[Redated]:
    """The new days of what is at risk, the oldest promise first. Days are the shelf's: no calendar is looked at.

    `takes` and `risks` are those of `risk.at_risk`, on the same card and reservations.
    """
    in_turn = list(risks)[::-1]
    left = taken
    for take in takes:
        if take.state == "backorder":
            left = left.plus(place_of(take.site, take.variant), take.day.isoformat(), -take.quantity)
    for risk in in_turn:
        left = _given(left, risk, risk.take.day, -risk.short)
    found = []
    for risk in in_turn:
        take = risk.take
        drawn = curve(card, left, take.site, take.variant, NOBODY, today, policy)
        ready = drawn.first_day_for(risk.short, max(take.day, today).toordinal())
        day = date.fromordinal(ready) if ready is not None else None
        if day is not None:
            left = _given(left, risk, day, risk.short)
        found.append(Redated(risk, day, _because(risk, day, drawn)))
    return found


def _given(taken: Taken, risk: AtRisk, day: date, quantity: Decimal) -> Taken:
    return taken.plus(place_of(risk.take.site, risk.take.variant), day.isoformat(), quantity)


def _because(risk: AtRisk, day: date | None, drawn: Curve) -> str:
    """Why it is late, and what it now waits for, in words."""
    missing = f"{plain(risk.short)} are missing at {risk.take.site} on {risk.take.day.isoformat()}"
    if day is None:
        return f"{missing}, and no supply within the horizon brings them"
    brings = _bringing(drawn.supply, risk, day.toordinal())
    if not brings:
        return f"{missing}; they are free on {day.isoformat()}"
    documents = ", ".join(f"{one.document} line {one.line}" for one in brings)
    return f"{missing}; {documents} brings them on {day.isoformat()}"


def _bringing(supply: Sequence[Supply], risk: AtRisk, day: int) -> list[Supply]:
    """Of what comes in up to a day, the latest that makes up what is missing."""
    found: list[Supply] = []
    lacking = risk.short
    for one in reversed(supply):
        if lacking > 0 and one.day <= day and one.quantity > 0:
            found.append(one)
            lacking -= one.quantity
    return found[::-1]
