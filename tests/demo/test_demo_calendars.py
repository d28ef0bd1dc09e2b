"""Working days and the day on which an order leaves."""

from __future__ import annotations

from datetime import date

import pytest

from sayso.demo.calendars import ship_day, works


@pytest.mark.parametrize(
    ("site", "day", "working"),
    [
        ("LON", date(2010, 12, 28), False), ("AMS", date(2010, 12, 28), True), ("LON", date(2011, 4, 29), False),
        ("AMS", date(2011, 6, 2), False), ("LON", date(2011, 6, 2), True), ("LON", date(2011, 1, 8), False),
        ("AMS", date(2011, 5, 5), True),
    ],
)  # fmt: skip
def test_holidays_of_two_countries(site, day, working):
    assert works(site, day) is working


@pytest.mark.parametrize(
    ("today", "past_cutoff", "leaves"),
    [
        (date(2011, 1, 6), False, date(2011, 1, 7)), (date(2011, 1, 6), True, date(2011, 1, 10)),
        (date(2011, 1, 7), False, date(2011, 1, 10)), (date(2011, 1, 8), False, date(2011, 1, 11)),
        (date(2010, 12, 24), False, date(2010, 12, 29)),
    ],
)  # fmt: skip
def test_an_order_leaves_after_a_working_day_of_handling(today, past_cutoff, leaves):
    assert ship_day("LON", today, past_cutoff, 1) == leaves
