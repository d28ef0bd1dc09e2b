"""A price list with quantity breaks and changes, derived from what customers really paid.

For each item the prices are a falling staircase over the quantity: the single price, and lower prices from
larger quantities on. Among all staircases the one is taken that gives the most order lines exactly their
price, where every further step has to earn its place; the same holds for a change of the whole list on a
day.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from sayso.demo.orders import LOCAL, Order

LINES_PER_BREAK = 3
"""A quantity break has to give more than so many further lines their price."""
LINES_PER_CHANGE = 6
"""A change of list has to give more than so many further lines their price."""
MOST_CHANGES = 3


class Break(NamedTuple):
    """From so many units on, this price per unit."""

    quantity: int
    price: Decimal


class Period(NamedTuple):
    """The staircase of an item from a day on, until the next period; None is since ever."""

    starts: date | None
    breaks: tuple[Break, ...]


class Seen(NamedTuple):
    """One order line: its day, its quantity, and its price per unit."""

    day: date
    quantity: int
    price: Decimal


class PriceList:
    """The derived prices. `items` maps each item to its periods, the earliest first."""

    def __init__(self, items: dict[str, tuple[Period, ...]]) -> None:
        self.items = items

    def period(self, item: str, day: date) -> Period | None:
        """The staircase in force on a day."""
        found = None
        for period in self.items.get(item, ()):
            if period.starts is None or period.starts <= day:
                found = period
        return found

    def unit(self, item: str, quantity: int, day: date) -> Decimal | None:
        """The price per unit of so many units on a day; None for an item that was never sold to a
        customer."""
        period = self.period(item, day)
        if period is None:
            return None
        place = bisect_right([step.quantity for step in period.breaks], quantity) - 1
        return period.breaks[max(place, 0)].price

    def reproduced(self, orders: Iterable[Order]) -> tuple[int, int]:
        """How many order lines the list prices exactly as they were paid, and of how many."""
        exact = total = 0
        for order in orders:
            day = order.at.astimezone(LOCAL).date()
            for line in order.lines:
                unit = self.unit(line.item, line.quantity, day)
                exact += unit is not None and unit * line.quantity == line.paid
                total += 1
        return exact, total


def derived(orders: Iterable[Order]) -> PriceList:
    """The list that fits these orders best."""
    seen: dict[str, list[Seen]] = defaultdict(list)
    for order in orders:
        day = order.at.astimezone(LOCAL).date()
        for line in order.lines:
            seen[line.item].append(Seen(day, line.quantity, line.paid / line.quantity))
    return PriceList({item: _periods(lines) for item, lines in sorted(seen.items())})


def _periods(lines: list[Seen]) -> tuple[Period, ...]:
    lines.sort(key=lambda one: one.day)
    pieces = _split(lines, MOST_CHANGES)
    periods: list[Period] = []
    for piece in pieces:
        breaks = staircase(piece)[1]
        if not periods or periods[-1].breaks != breaks:
            periods.append(Period(piece[0].day if periods else None, breaks))
    return tuple(periods)


def _split(lines: list[Seen], most: int) -> list[list[Seen]]:
    """The lines as they are, or cut at the day on which a new list explains the most, and so on."""
    whole, _ = staircase(lines)
    if most == 0 or len(lines) - whole <= LINES_PER_CHANGE:
        return [lines]
    best, best_day = whole + LINES_PER_CHANGE, None
    for day in _days_of_change(lines):
        cut = _first_on(lines, day)
        score = staircase(lines[:cut])[0] + staircase(lines[cut:])[0]
        if score > best:
            best, best_day = score, day
    if best_day is None:
        return [lines]
    cut = _first_on(lines, best_day)
    return [*_split(lines[:cut], most - 1), *_split(lines[cut:], most - 1)]


def _days_of_change(lines: list[Seen]) -> list[date]:
    """Days on which a price was seen for the first time, or the day after it was last seen."""
    days: set[date] = set()
    by_price: dict[Decimal, list[date]] = defaultdict(list)
    for one in lines:
        by_price[one.price].append(one.day)
    for seen in by_price.values():
        days.update((seen[0], seen[-1] + timedelta(days=1)))
    return sorted(day for day in days if lines[0].day < day <= lines[-1].day)


def _first_on(lines: list[Seen], day: date) -> int:
    return next(place for place, one in enumerate(lines) if one.day >= day)


def staircase(lines: Sequence[Seen]) -> tuple[int, tuple[Break, ...]]:
    """The best falling staircase: lines priced exactly, less LINES_PER_BREAK for each break; and its steps.

    Goes through the quantities upwards and keeps, for each price, the best way to stand on it: to have
    stood on it before, or to step down from a higher one. Of equals the fewer steps win, then the higher
    price.
    """
    exact = Counter((one.quantity, one.price) for one in lines)
    prices = sorted({one.price for one in lines}, reverse=True)
    best: list[tuple[int, tuple[Break, ...]]] = []
    for quantity in sorted({one.quantity for one in lines}):
        standing: list[tuple[int, tuple[Break, ...]]] = []
        above: tuple[int, tuple[Break, ...]] | None = None
        for place, price in enumerate(prices):
            gain = exact[quantity, price]
            if not best:
                standing.append((gain, (Break(0, price),)))
                continue
            score, steps = best[place]
            if above is not None and above[0] - LINES_PER_BREAK > score:
                score, steps = above[0] - LINES_PER_BREAK, (*above[1], Break(quantity, price))
            if above is None or best[place][0] > above[0]:
                above = best[place]
            standing.append((score + gain, steps))
        best = standing
    return max(best, key=lambda found: (found[0], -len(found[1])))
