"""Which promises the facts no longer bear: after a count, a late inbound, or demand that came from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sayso.promise.availability import NOBODY, curve, lowered
from sayso.promise.cards import ItemCard, Taken
from sayso.promise.facts import Take
from sayso.promise.policy import Policy


class AtRisk(NamedTuple):
    """A reservation that cannot be kept as it was promised: so much of it is missing."""

    place: int
    take: Take
    short: Decimal


def at_risk(card: ItemCard, taken: Taken, takes: Iterable[Take], today: date, policy: Policy) -> list[AtRisk]:
    """The reservations of an item that are at risk; `takes` come the latest promise first, which loses first.

    What is on backorder has no supply and never claimed to: it is set aside before anything is called missing.
    """
    found: list[AtRisk] = []
    by_place: dict[tuple[str, str], list[tuple[int, Take]]] = {}
    for place, take in enumerate(takes):
        by_place.setdefault((take.site, take.variant), []).append((place, take))
    for (site, variant), here in by_place.items():
        left = curve(card, taken, site, variant, NOBODY, today, policy)
        for _, take in here:
            if take.state == "backorder":
                left = lowered(left, take.day.toordinal(), -take.quantity)
        for place, take in here:
            day = max(take.day.toordinal(), today.toordinal())
            balance = left.balance(day)
            if take.state != "backorder" and balance < 0:
                short = min(take.quantity, -balance)
                found.append(AtRisk(place, take, short))
                left = lowered(left, day, -short)
    return found
