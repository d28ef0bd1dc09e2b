"""Stock and order lines of a simulated back office, with the laws that hold in any.

Stock on hand is never negative; of every line, the quantity ordered is shipped + open + cancelled.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from sayso.demo.planner import Place


@dataclass(slots=True)
class Part:
    """A line of a sales order, or a part of one: so much of an item from a site on a day.

    `gross` is what it is sold for, with tax; `paid` what the real customer paid for as much, without.
    """

    document: str
    line: int
    order: str
    customer: str
    item: str
    site: str
    quantity: int
    ship_on: date
    gross: Decimal
    paid: Decimal
    placed: datetime
    sequence: int
    leans_on: tuple[str, ...] = ()
    allocated: int = 0
    shipped: int = 0
    cancelled: int = 0
    returned: int = 0
    broken: str = ""

    @property
    def open(self) -> int:
        """What is still to be shipped."""
        return self.quantity - self.shipped - self.cancelled

    @property
    def place(self) -> Place:
        """The item and the site."""
        return self.item, self.site

    def worth(self, quantity: int) -> Decimal:
        """What so many units of the part are worth with tax; all of them are worth exactly `gross`."""
        return (self.gross * quantity / self.quantity).quantize(Decimal("0.01"), ROUND_HALF_UP)

    @property
    def open_worth(self) -> Decimal:
        """What is still to be shipped, in money."""
        return self.gross - self.worth(self.quantity - self.open)


class Given(NamedTuple):
    """What became of goods that a customer sent back or cancelled: so much of a part was not shipped yet,
    so much was."""

    part: Part
    cancelled: int
    returned: int


class Books:
    """What is on hand, and every part that was ever accepted."""

    def __init__(self, opening: dict[Place, int]) -> None:
        self.on_hand = Counter(opening)
        self.parts: list[Part] = []
        self._written_off: dict[Place, list[tuple[date, int]]] = defaultdict(list)
        self.allocated: Counter[Place] = Counter()
        """Units on hand that belong to somebody."""
        self.owing: dict[str, Decimal] = defaultdict(Decimal)
        """The worth with tax of what each customer still waits for."""
        self.moved: set[Place] = set()
        """Places of which stock or what belongs to somebody has changed, until somebody clears it."""
        self.altered: dict[int, Part] = {}
        """Parts that have changed, by their sequence, likewise."""
        self._open: dict[Place, list[Part]] = defaultdict(list)
        self._bought: dict[tuple[str, str], list[Part]] = defaultdict(list)

    def accept(self, part: Part) -> None:
        """Enter a part."""
        self.parts.append(part)
        self.altered[part.sequence] = part
        self.owing[part.customer] += part.open_worth
        self._open[part.place].append(part)
        self._bought[part.customer, part.item].append(part)

    def waiting(self, place: Place) -> list[Part]:
        """The open parts of a place, by ship date, then as they came."""
        found = [part for part in self._open[place] if part.open]
        found.sort(key=lambda part: (part.ship_on, part.sequence))
        self._open[place] = found
        return list(found)

    def allocate(self, part: Part, quantity: int) -> None:
        """So much of what is on hand belongs to a part from now on (or, below 0, no more)."""
        part.allocated += quantity
        self.allocated[part.place] += quantity
        self.moved.add(part.place)
        self.altered[part.sequence] = part

    def receive(self, place: Place, quantity: int) -> None:
        """Goods arrived."""
        self.on_hand[place] += quantity
        self.moved.add(place)

    def correct(self, place: Place, quantity: int, day: date) -> int:
        """A count found so much more or less; never less than nothing is left. Returns the change that was
        made."""
        before = self.on_hand[place]
        after = max(before + quantity, 0)
        self.on_hand[place] = after
        self.moved.add(place)
        if after < before:
            self._written_off[place].append((day, before - after))
        return after - before

    def written_off(self, place: Place, since: date) -> int:
        """Units written off from a day on."""
        return sum(units for day, units in self._written_off[place] if day >= since)

    def ship(self, part: Part, quantity: int) -> Decimal:
        """So much of a part leaves; returns what that is worth with tax. ValueError where it is not there
        or not open."""
        if not 0 <= quantity <= min(part.open, self.on_hand[part.place]):
            raise ValueError(f"{quantity} of {part.item} cannot leave {part.site}: {part.open} open")
        self.on_hand[part.place] -= quantity
        before = part.open_worth
        part.shipped += quantity
        self.allocate(part, -min(part.allocated, quantity))
        worth = before - part.open_worth
        self.owing[part.customer] -= worth
        return worth

    def give_back(self, customer: str, item: str, quantity: int) -> list[Given]:
        """A customer wants so much of an item no more: what is open is cancelled, the latest first; then
        goods return."""
        found: list[Given] = []
        bought = self._bought.get((customer, item), [])
        for part in reversed(bought):
            units = min(quantity, part.open)
            if units > 0:
                before = part.open_worth
                part.cancelled += units
                self.owing[customer] -= before - part.open_worth
                self.allocate(part, min(part.open - part.allocated, 0))
                quantity -= units
                found.append(Given(part, units, 0))
        for part in reversed(bought):
            units = min(quantity, part.shipped - part.returned)
            if units > 0:
                part.returned += units
                self.receive(part.place, units)
                quantity -= units
                found.append(Given(part, 0, units))
        return found
