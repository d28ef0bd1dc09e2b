"""Weeks in which goods arrive on some weekdays only. Days are proleptic ordinals, and delivery days are counted.

Knows weekdays, no holidays: whether a site works on a day is the calendar's to say (calendars.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

EVERY_DAY = 127
"""The weekdays as bits, Monday the lowest."""


class Week:
    """The delivery days of all weeks, numbered through. With every weekday in it a number is a day."""

    __slots__ = ("_before", "_days", "mask")

    def __init__(self, mask: int) -> None:
        if not 0 < mask <= EVERY_DAY:
            raise ValueError(f"a week has at least one delivery day, among seven: {mask}")
        self.mask = mask
        self._days = tuple(day for day in range(7) if mask >> day & 1)
        self._before = tuple(sum(one < day for one in self._days) for day in range(7))

    def number(self, day: int) -> int:
        """The number of this day if it is a delivery day, else of the next that is."""
        # date.fromordinal(1) is a Monday.
        weeks, weekday = divmod(day - 1, 7)
        return weeks * len(self._days) + self._before[weekday]

    def day(self, number: int) -> int:
        """The delivery day with a number."""
        weeks, place = divmod(number, len(self._days))
        return weeks * 7 + self._days[place] + 1


@cache
def week(mask: int) -> Week:
    """The week with these weekdays. ValueError for no weekday at all."""
    return Week(mask)


def seen(counts: Mapping[int, int], least_percent: int) -> int:
    """The weekdays (0 Monday) on which at least so many of a hundred arrived, as bits; every day where none came."""
    total = sum(counts.values())
    mask = sum(1 << day for day, count in counts.items() if count * 100 >= least_percent * total and count)
    return mask or EVERY_DAY
