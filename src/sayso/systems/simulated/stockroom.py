"""The shelves of the simulated warehouse: what is on hand at each place, what of it is packed, and every movement counted.

opening + received + restocked + counted = on hand + shipped, in units of each item, at each site.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from sayso.systems.simulated.books import ZERO, text
from sayso.systems.simulated.setting import Place


class Stockroom:
    """Stock by item and site, in base units."""

    def __init__(self, opening: Mapping[Place, Decimal]) -> None:
        self.opening = dict(opening)
        self.on_hand: dict[Place, Decimal] = dict(opening)
        self.packed: defaultdict[Place, Decimal] = defaultdict(Decimal)
        self.received: defaultdict[Place, Decimal] = defaultdict(Decimal)
        self.restocked: defaultdict[Place, Decimal] = defaultdict(Decimal)
        self.counted: defaultdict[Place, Decimal] = defaultdict(Decimal)
        self.shipped: defaultdict[Place, Decimal] = defaultdict(Decimal)
        self._told: dict[Place, Decimal] = {}
        self._moved: set[Place] = set(opening)
        self._sites: dict[str, list[str]] = defaultdict(list)
        for item, site in sorted(opening):
            self._sites[item].append(site)

    def free(self, place: Place) -> Decimal:
        """On hand and not packed for anybody."""
        return self.on_hand.get(place, ZERO) - self.packed.get(place, ZERO)

    def of(self, item: str) -> dict[str, Decimal]:
        """What is on hand of an item, by site."""
        return {site: self.on_hand[item, site] for site in self._sites.get(item, ())}

    def pack(self, place: Place, quantity: Decimal) -> None:
        """Set aside for a load. ValueError where it is not there."""
        if quantity > self.free(place):
            raise ValueError(f"{quantity} of {place[0]} are not at {place[1]}")
        self.packed[place] += quantity

    def unpack(self, place: Place, quantity: Decimal) -> None:
        """Put back."""
        self.packed[place] -= quantity

    def ship(self, place: Place, quantity: Decimal) -> None:
        """Gone."""
        self.shipped[place] += quantity
        self._move(place, -quantity)

    def receive(self, place: Place, quantity: Decimal) -> None:
        """Come in from a vendor."""
        self.received[place] += quantity
        self._move(place, quantity)

    def restock(self, place: Place, quantity: Decimal) -> None:
        """Come back from a customer, as good as new."""
        self.restocked[place] += quantity
        self._move(place, quantity)

    def count(self, place: Place, difference: Decimal) -> None:
        """A count found so much more, or less."""
        self.counted[place] += difference
        self._move(place, difference)

    def _move(self, place: Place, difference: Decimal) -> None:
        if place not in self.on_hand:
            self._sites[place[0]].append(place[1])
        self.on_hand[place] = self.on_hand.get(place, ZERO) + difference
        self._moved.add(place)

    def changed(self) -> list[dict[str, str]]:
        """Rows of stock that differ from those told before."""
        rows = []
        for place in sorted(self._moved):
            there = max(self.on_hand.get(place, ZERO), ZERO)
            if self._told.get(place) != there:
                self._told[place] = there
                rows.append({"item": place[0], "site": place[1], "on_hand": text(there)})
        self._moved.clear()
        return rows
