"""Which promises the facts no longer bear: after a count, a late inbound, or demand that came from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sayso.promise.availability import NOBODY, curve
from sayso.promise.cards import ItemCard, Taken, place_of
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
        key, left = place_of(site, variant), taken
        for _, take in here:
            if take.state == "backorder":
                left = left.plus(key, take.day.isoformat(), -take.quantity)
        drawn = curve(card, left, site, variant, NOBODY, today, policy)
        for place, take in here:
            short = min(take.quantity, -drawn.balance(max(take.day, today).toordinal()))
            if take.state != "backorder" and short > 0:
                found.append(AtRisk(place, take, short))
                # Drawn anew: what is given back may lift days before it as well, which `lowered` cannot.
                left = left.plus(key, take.day.isoformat(), -short)
                drawn = curve(card, left, site, variant, NOBODY, today, policy)
    return found
