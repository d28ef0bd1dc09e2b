"""When an inbound will really arrive, from how late receipts were: quantiles for an item, its vendor, all vendors.

Exact: weights are integers, in thousandths of a receipt of today. How it is learned is in eta_learning.py, and why
it is done so in docs/explanation/arrival-dates.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal, NamedTuple

from msgspec import Struct

from sayso.promise.calendars import Calendar
from sayso.promise.eta_spread import PARTS, Pairs, Spread
from sayso.promise.eta_weeks import EVERY_DAY, week

Level = Literal["item", "vendor", "all", "none"]

NODES: tuple[int, ...] = (*range(500, PARTS, 500), 9900)
"""The levels, in parts of PARTS, at which it was measured which level really covers as much."""


class Receipt(NamedTuple):
    """A row of the kind `receipts`; quantity in base units. What is None was not told."""

    document: str
    line: str
    receipt: str
    item: str
    site: str
    vendor: str
    ordered: date | None
    promised: date | None
    received: date | None
    quantity: Decimal | None


class Habit(Struct, frozen=True, omit_defaults=True):
    """A vendor's lateness in his delivery days. `memory_days`: after so many a receipt counts half; 0: for ever.

    `week` are the weekdays on which he delivers, as bits, Monday the lowest. `changed`: he is not what he was.
    """

    vendor: str
    receipts: int
    days: Pairs
    week: int = EVERY_DAY
    memory_days: int = 0
    changed: bool = False


class Own(Struct, frozen=True, omit_defaults=True):
    """One item's lateness at one vendor, in the vendor's delivery days."""

    item: str
    vendor: str
    receipts: int
    days: Pairs


class Arrival(Struct, frozen=True, omit_defaults=True):
    """When an inbound line arrives: at even odds by `p50`, nine times in ten by `p90`; None where nothing is known.

    `level_used` is the finest level that has receipts of its own, and `receipts` how many these are (of a vendor:
    deliveries); coarser ones count beside them, the less the more there are.
    """

    promised: date
    p50: date | None = None
    p90: date | None = None
    level_used: Level = "none"
    receipts: int = 0


class Lateness(Struct, frozen=True, omit_defaults=True, dict=True):
    """What receipts say about lateness as of a day. `canonical` gives its one sequence of bytes.

    `receipts` were learned from; `left_out` says how many were not, by reason. `tested` deliveries were held back to
    choose the settings on: how much an item leans on its vendor and a vendor on all (`item_leans`, `vendor_leans`, in
    thousandths of a receipt), which level covers as much as each of NODES says (`levels`; `new_levels` of vendors who
    had no receipts yet). `week` and `days` are those of all vendors.
    """

    today: date
    receipts: int = 0
    left_out: tuple[tuple[str, int], ...] = ()
    tested: int = 0
    item_leans: int = 0
    vendor_leans: int = 0
    levels: tuple[int, ...] = NODES
    new_levels: tuple[int, ...] = NODES
    week: int = EVERY_DAY
    days: Pairs = ()
    vendors: tuple[Habit, ...] = ()
    items: tuple[Own, ...] = ()

    def quantile(
        self, item: str, vendor: str, promised: date, level: Decimal | Fraction, today: date | None = None
    ) -> date:
        """The day by which an inbound has arrived with this chance; the promised day where nothing is known.

        With `today`, knowing that it has not arrived before. ValueError unless the level lies between 0 and 1.
        """
        parts = level * PARTS
        if not 0 < parts < PARTS:
            raise ValueError(f"a level lies between 0 and 1: {level}")
        spread, used, _ = self._spread(item, vendor, promised, today)
        return (
            self._day(spread, vendor, promised, self.measured(int(parts), used)) if spread.total else promised
        )

    def arrivals(
        self,
        item: str,
        vendor: str,
        promised: date,
        today: date | None = None,
        calendar: Calendar | None = None,
    ) -> Arrival:
        """Both dates of an inbound line, and what they rest on.

        With `today`, knowing that it has not arrived before. With the receiving site's calendar, on a day it works.
        """
        spread, used, receipts = self._spread(item, vendor, promised, today)
        if not spread.total:
            return Arrival(promised)
        days = [self._day(spread, vendor, promised, self.measured(level, used)) for level in (5000, 9000)]
        if calendar is not None:
            days = [_date(calendar.next(day.toordinal())) for day in days]
        return Arrival(promised, days[0], days[1], used, receipts)

    def measured(self, level: int, used: Level = "item") -> int:
        """The level, in parts of PARTS, that covered as much as this one says where it was measured."""
        before = value = 0
        for node, found in zip(NODES, self.new_levels if used == "all" else self.levels, strict=True):
            if level <= node:
                return value + (found - value) * (level - before) // (node - before)
            before, value = node, found
        return value + (PARTS - value) * (level - before) // (PARTS - before)

    def of(self, pairs: Iterable[tuple[str, str]]) -> Lateness:
        """Cut down to what these pairs of item and vendor need: about them it says the same as the whole."""
        wanted = sorted(set(pairs))
        names = sorted({vendor for _, vendor in wanted})
        return Lateness(
            self.today, self.receipts, self.left_out, self.tested, self.item_leans, self.vendor_leans, self.levels,
            self.new_levels, self.week, self.days,
            tuple(self._habits[name] for name in names if name in self._habits),
            tuple(self._owns[pair] for pair in wanted if pair in self._owns),
        )  # fmt: skip

    def habit(self, vendor: str) -> Habit | None:
        """What is known of a vendor."""
        return self._habits.get(vendor)

    @cached_property
    def _habits(self) -> dict[str, Habit]:
        return {one.vendor: one for one in self.vendors}

    @cached_property
    def _owns(self) -> dict[tuple[str, str], Own]:
        return {(one.item, one.vendor): one for one in self.items}

    @cached_property
    def _leaned(self) -> dict[tuple[str, int], Spread]:
        """What was worked out before: a vendor's distribution for days promised on one weekday."""
        return {}

    def _week(self, vendor: str) -> int:
        habit = self._habits.get(vendor)
        return habit.week if habit else self.week

    def _spread(
        self, item: str, vendor: str, promised: date, today: date | None
    ) -> tuple[Spread, Level, int]:
        """The lateness of a line in its vendor's delivery days, and the finest level that it rests on."""
        found, used, receipts = self._of_vendor(vendor, promised.toordinal())
        own = self._owns.get((item, vendor))
        if own is not None:
            found, used, receipts = Spread(own.days).leaning(found, self.item_leans), "item", own.receipts
        if today is not None and found.total:
            days = week(self._week(vendor))
            waited = found.from_(days.number(today.toordinal()) - days.number(promised.toordinal()))
            # Later than anything that was ever seen: then it can be any day, and the next is the first.
            first = days.number(today.toordinal()) - days.number(promised.toordinal())
            found = waited if waited.total else Spread(((first, 1),))
        return found, used, receipts

    def _of_vendor(self, vendor: str, promised: int) -> tuple[Spread, Level, int]:
        habit = self._habits.get(vendor)
        key = (vendor if habit else "", promised % 7)
        known = self._leaned.get(key)
        if known is None:
            own = Spread(habit.days if habit else ())
            known = own.leaning(
                converted(self.days, self.week, self._week(vendor), promised), self.vendor_leans
            )
            self._leaned[key] = known
        if habit:
            return known, "vendor", habit.receipts
        return known, "all" if known.total else "none", self.receipts

    def _day(self, spread: Spread, vendor: str, promised: date, level: int) -> date:
        days = week(self._week(vendor))
        return _date(days.day(days.number(promised.toordinal()) + spread.at(level)))


def _date(day: int) -> date:
    """The day with this ordinal, or the first or last of all: some say 9999-12-31 for a day that nobody knows."""
    return date.fromordinal(min(max(day, 1), date.max.toordinal()))


def converted(lateness: Pairs, of: int, to: int, promised: int) -> Spread:
    """Lateness in the delivery days of one week as lateness in those of another, for a promised day."""
    if of == to:
        return Spread(lateness)
    from_, into = week(of), week(to)
    first, base = from_.number(promised), into.number(promised)
    found: dict[int, int] = {}
    for days, weight in lateness:
        late = into.number(from_.day(first + days)) - base
        found[late] = found.get(late, 0) + weight
    return Spread(tuple(sorted(found.items())))
