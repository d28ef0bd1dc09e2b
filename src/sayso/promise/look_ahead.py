"""What can leave on a day, where commitments are looked at for a while only: look-ahead periods and buckets of days.

Knows days as ordinals, what comes in and what has to leave on each; which rows of facts count is said by the caller.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import MAXYEAR, date
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from sayso.promise.cards import ZERO

_PERIOD = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DECEMBER = 12

Days = Mapping[int, Decimal]


class Bucket(NamedTuple):
    """The days of a calendar week, month, quarter or year, or one day; both ends are in it."""

    first: int
    last: int


class Window(NamedTuple):
    """How far past a day is looked. `months` and `days` are None where the look-ahead has no end.

    `until_surplus`: buckets are walked up to the first that brings more than it needs; else every day counts. `whole`:
    what can leave is never more than what is left once everything is counted.
    """

    months: int | None
    days: int | None
    bucket: str
    until_surplus: bool
    whole: bool = False

    def reach(self, day: int) -> int | None:
        """The day so many months and days later, a day that its month does not have being the last of it."""
        if self.months is None or self.days is None:
            return None
        return _later(day, self.months, self.days)

    def last(self, day: int) -> int | None:
        """The last day that is looked at: the end of the bucket in which the period ends; None without an end."""
        reach = self.reach(day)
        return None if reach is None else self.around(reach).last

    def around(self, day: int) -> Bucket:
        """The bucket that a day is in. Weeks begin on Monday; the others are those of the calendar."""
        if self.bucket == "day":
            return Bucket(day, day)
        if self.bucket == "week":
            monday = day - (day - 1) % 7
            return Bucket(monday, monday + 6)
        when, size = date.fromordinal(day), _MONTHS[self.bucket]
        month = (when.month - 1) // size * size + 1
        ends = month + size - 1
        return Bucket(date(when.year, month, 1).toordinal(), _month_end(when.year, ends))


@lru_cache(maxsize=256)
def window(look_ahead: str, bucket: str, rule: str) -> Window:
    """The window that the settings `look_ahead`, `bucket` and `look_ahead_rule` say; the first is checked already."""
    surplus = rule == "until_surplus"
    if look_ahead == "unlimited":
        return Window(None, None, bucket, surplus)
    found = None if look_ahead == "none" else _PERIOD.fullmatch(look_ahead)
    years, months, weeks, days = (int(one or 0) for one in found.groups()) if found else (0, 0, 0, 0)
    return Window(12 * years + months, 7 * weeks + days, bucket, surplus)


#: What is left once everything is counted, and no more on any day than what has come in by then.
WHOLE = Window(0, 0, "day", until_surplus=False, whole=True)


class Net(NamedTuple):
    """What comes in and what has to leave in a bucket."""

    bucket: Bucket
    comes: Decimal
    leaves: Decimal


class Ahead:
    """What comes in and what has to leave, day by day, from which what can leave on any day is worked out.

    `opening` is what is there before `start`; what is dated after `horizon` is not in it. `undated` comes in on a day
    that nobody knows.
    """

    def __init__(
        self, opening: Decimal, comes: Days, leaves: Days, start: int, horizon: int, window: Window,
        undated: Decimal = ZERO,
    ) -> None:  # fmt: skip
        self.opening = opening
        self.comes = comes
        self.leaves = leaves
        self.start = start
        self.horizon = horizon
        self.window = window
        self.undated = undated
        self._days = sorted({*comes, *leaves})
        nets = (comes.get(day, ZERO) - leaves.get(day, ZERO) for day in self._days)
        self._balances = list(accumulate(nets, initial=opening))
        self.buckets = in_buckets(comes, leaves, self._days, window) if window.until_surplus else []
        self._firsts = [one.bucket.first for one in self.buckets]
        self._short = list(accumulate((one.leaves - one.comes for one in self.buckets), initial=ZERO))
        self._ends = _surpluses(self.buckets)

    def less(self, day: int, quantity: Decimal) -> Ahead:
        """The same with so much more that has to leave on a day; before the first day it is on the first."""
        day = min(max(day, self.start), self.horizon)
        leaves = {**self.leaves, day: self.leaves.get(day, ZERO) + quantity}
        return Ahead(self.opening, self.comes, leaves, self.start, self.horizon, self.window, self.undated)

    @property
    def total(self) -> Decimal:
        """What is left once everything is counted, whatever its date."""
        return self._balances[-1] + self.undated

    def balance(self, day: int) -> Decimal:
        """What is there at the end of a day, when all that is dated up to it has come in and left."""
        return self._balances[bisect_right(self._days, day)]

    def forward(self, day: int) -> Decimal:
        """What later commitments take of the balance of a day, never below zero.

        The rest of the day's own bucket counts as it is; of each later bucket what it needs more than it brings, up to
        the first that brings more than it needs, or to the last day that is looked at.
        """
        own = self.window.around(day).last
        found = self.balance(day) - self.balance(own) if own > day else ZERO
        later = bisect_right(self._firsts, own)
        end = min(self._ends[later], max(bisect_right(self._firsts, self._last(day)), later))
        return max(found + self._short[end] - self._short[later], ZERO)

    def sellable(self, day: int) -> tuple[Decimal, int]:
        """What can leave on a day, below zero where more is committed, and the day whose balance says so."""
        if self.window.until_surplus:
            return self.balance(day) - self.forward(day), day
        if self.window.whole:
            there, total = self.balance(day), self.total
            return (there, day) if there < total else (total, self.horizon)
        least, low = self.balance(day), day
        for place in range(bisect_right(self._days, day), bisect_right(self._days, self._last(day))):
            if self._balances[place + 1] <= least:
                least, low = self._balances[place + 1], self._days[place]
        return least, low

    def pieces(self) -> tuple[tuple[int, ...], tuple[Decimal, ...], tuple[int, ...]]:
        """From each of these days on, so much can leave until the next of them; and the days whose balance says so."""
        days = sorted({self.start, *(day for day in self._turns() if self.start < day <= self.horizon)})
        found = [self.sellable(day) for day in days]
        return tuple(days), tuple(one[0] for one in found), tuple(one[1] for one in found)

    def _turns(self) -> set[int]:
        """Every day on which what can leave may change: something happens, comes into sight, or its bucket begins."""
        turns = set(self._days)
        if self.window.bucket != "day":
            turns.update(self.window.around(day).first for day in self._days)
        if self.window.days is not None and not self.window.whole:
            turns.update(self._seen_from(day) for day in self._days if day > self.start)
        return turns

    def _seen_from(self, day: int) -> int:
        """The first day from which on a later one is looked at."""
        if self.window.bucket == "day" and not self.window.months and self.window.days is not None:
            return max(day - self.window.days, self.start)
        every = range(self.start, day + 1)
        return every[bisect_left(every, day, key=self._last)]

    def _last(self, day: int) -> int:
        last = self.window.last(day)
        return self.horizon if last is None else last


def in_buckets(comes: Days, leaves: Days, days: Sequence[int], window: Window) -> list[Net]:
    """The sums of these days by bucket; a bucket in which nothing happens is left out."""
    found: list[Net] = []
    for day in days:
        more, less = comes.get(day, ZERO), leaves.get(day, ZERO)
        if found and day <= found[-1].bucket.last:
            known = found[-1]
            found[-1] = Net(known.bucket, known.comes + more, known.leaves + less)
        else:
            found.append(Net(window.around(day), more, less))
    return found


def _surpluses(buckets: Sequence[Net]) -> list[int]:
    """For each place the first bucket from there on that brings more than it needs; their number, where none does."""
    ends = [len(buckets)]
    for place in range(len(buckets) - 1, -1, -1):
        ends.append(place if buckets[place].comes > buckets[place].leaves else ends[-1])
    return ends[::-1]


def _later(day: int, months: int, days: int) -> int:
    if months:
        when = date.fromordinal(day)
        year, month = divmod(when.year * 12 + when.month - 1 + months, 12)
        if year > MAXYEAR:
            return date.max.toordinal()
        day = min(date(year, month + 1, 1).toordinal() + when.day - 1, _month_end(year, month + 1))
    return min(day + days, date.max.toordinal())


def _month_end(year: int, month: int) -> int:
    if year == MAXYEAR and month == _DECEMBER:
        return date.max.toordinal()
    return date(year + month // _DECEMBER, month % _DECEMBER + 1, 1).toordinal() - 1
