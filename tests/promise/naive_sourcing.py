"""Sourcing by trying everything: every set of sites, every day, one line at a time. For small worlds only.

Every site works every day; a place is its name, the days of transit from it and what a shipment costs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from promise.making import START, TODAY
from promise.naive_stock import NOTHING, Shelf
from sayso.promise.availability import NOBODY
from sayso.promise.cards import ItemCard
from sayso.promise.facts import Take
from sayso.promise.policy import Policy

LAST = START + 20


class Place(NamedTuple):
    """A site as it looks from the destination."""

    site: str
    transit: int
    cost: int

    @property
    def rank(self) -> tuple[int, int, str]:
        """The earliest first, then the cheapest, then by name."""
        return (self.transit, self.cost, self.site)


class Asked(NamedTuple):
    """A line: so many of an item, in whole packs."""

    card: ItemCard
    quantity: Decimal
    pack: Decimal
    need_by: int | None = None


class Town:
    """Places, and what they have."""

    def __init__(self, places: Sequence[Place], rules: Policy, taken: Sequence[Take] = ()) -> None:
        self.places, self.rules, self.taken = sorted(places, key=lambda one: one.rank), rules, taken

    def sellable(self, line: Asked, place: Place, day: int) -> Decimal:
        """Whole packs that can leave on a day."""
        shelf = Shelf(line.card, self.taken, place.site, "", NOBODY, TODAY, self.rules)
        return max(shelf.sellable(day), NOTHING) // line.pack * line.pack

    def in_time(self, line: Asked, place: Place) -> Decimal:
        """How many can be there in time: today's, or those that leave early enough."""
        if line.need_by is None:
            return self.sellable(line, place, START)
        days = [day for day in range(START, LAST) if day + place.transit <= START + line.need_by]
        return max((self.sellable(line, place, day) for day in days), default=NOTHING)

    def sets(self, lines: Sequence[Asked]) -> list[tuple[Place, ...]]:
        """The smallest sets of places that have all of these lines in time, the best first."""
        rules = self.rules.sourcing
        for size in range(1, min(rules.most_sites, len(self.places)) + 1):
            fitting = [
                one
                for one in combinations(self.places, size)
                if all(self._serves(line, one) for line in lines)
            ]
            if fitting:
                return sorted(fitting, key=_worth)
        return []

    def _serves(self, line: Asked, places: Iterable[Place]) -> bool:
        found = [self.in_time(line, place) for place in places]
        return (sum(found) if self.rules.sourcing.split else max(found)) >= line.quantity

    def completes(self, line: Asked) -> tuple[int, Place] | None:
        """The first day, counted from the Monday, on which one place has all of a line there; None if none ever has."""
        found = [
            (day + place.transit - START, place.cost, place.site, place)
            for place in self.places
            for day in range(START, LAST)
            if self.sellable(line, place, day) >= line.quantity
        ]
        return (min(found)[0], min(found)[3]) if found else None

    def ever(self, line: Asked) -> Decimal:
        """All that places will ever have of a line, by as many of them as it may come from."""
        most = self.rules.sourcing.most_sites if self.rules.sourcing.split else 1
        found = sorted((self.sellable(line, place, LAST) for place in self.places), reverse=True)
        return min(sum(found[:most], NOTHING), line.quantity)


def _worth(places: tuple[Place, ...]) -> tuple[object, ...]:
    latest = max(one.transit for one in places)
    return (latest, sum(one.cost for one in places), sorted(one.site for one in places))


def oversold(
    cards: Mapping[str, ItemCard], before: Sequence[Take], new: Sequence[Take], rules: Policy
) -> list[str]:
    """Where and when more was taken than there is; what is on backorder is not meant to be there.

    A balance that was below nothing before (the facts themselves are short) may not sink further.
    """
    supplied = [one for one in new if one.state != "backorder"]
    found = []
    for item, site, variant in sorted({(one.item, one.site, one.variant) for one in supplied}):
        was = Shelf(cards[item], before, site, variant, NOBODY, TODAY, rules)
        now = Shelf(cards[item], [*before, *supplied], site, variant, NOBODY, TODAY, rules)
        for day in range(START, now.horizon + 1):
            if now.balance(day) < min(was.balance(day), NOTHING):
                found.append(f"{item} at {site} on day {day - START}: {now.balance(day)}")
    return found
