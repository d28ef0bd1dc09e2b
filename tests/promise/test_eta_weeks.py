"""Weeks with some delivery days: numbers there and back, and which weekdays a vendor is seen on."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.promise.eta_weeks import EVERY_DAY, Week, seen, week

TUESDAY_THURSDAY = 0b0001010
DAYS = st.integers(date(1990, 1, 1).toordinal(), date(2060, 1, 1).toordinal())


@pytest.mark.parametrize(
    ("promised", "arrives"),
    [("2024-07-01", "2024-07-02"), ("2024-07-02", "2024-07-02"), ("2024-07-03", "2024-07-04"),
     ("2024-07-05", "2024-07-09"), ("2024-07-07", "2024-07-09")],
)  # fmt: skip
def test_a_day_without_a_delivery_counts_as_the_next_with_one(promised, arrives):
    days = week(TUESDAY_THURSDAY)
    assert (
        days.day(days.number(date.fromisoformat(promised).toordinal()))
        == date.fromisoformat(arrives).toordinal()
    )


def test_one_delivery_later_is_the_next_delivery_day():
    days = week(TUESDAY_THURSDAY)
    thursday = date(2024, 7, 4).toordinal()
    assert date.fromordinal(days.day(days.number(thursday) + 1)) == date(2024, 7, 9)


@given(st.integers(1, EVERY_DAY), DAYS)
def test_a_number_is_the_first_delivery_day_from_a_day_on(mask, day):
    days = week(mask)
    found = days.day(days.number(day))
    assert day <= found < day + 7
    assert mask >> (found - 1) % 7 & 1
    assert not any(mask >> (one - 1) % 7 & 1 for one in range(day, found))
    assert days.number(found + 1) == days.number(day) + 1


@given(DAYS)
def test_with_every_day_in_it_a_number_is_a_day(day):
    days = week(EVERY_DAY)
    assert days.number(day + 5) - days.number(day) == 5


def test_rare_weekdays_are_not_a_habit():
    assert seen({1: 60, 3: 55, 5: 1}, 2) == TUESDAY_THURSDAY
    assert seen({}, 2) == EVERY_DAY


def test_a_week_has_a_day():
    for mask in (0, 128, -1):
        with pytest.raises(ValueError, match="at least one delivery day"):
            Week(mask)
