"""The rhythm of a feed, learned from what it sent: how soon a silence is noticed, and how seldom one is that is none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest

from sayso.cases.policy import FeedPolicy
from sayso.cases.silence import LOOKS_BACK, declared, expected, learned

FLOOR = timedelta(minutes=15)
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


def days(weeks: int) -> Iterator[datetime]:
    return (MONDAY + timedelta(days=day) for day in range(weeks * 7))


def nightly(chance: Random, weeks: int) -> list[datetime]:
    """A file at a quarter past two, give or take twenty minutes."""
    return [day + timedelta(hours=2, minutes=15 + chance.uniform(-20, 20)) for day in days(weeks)]


def office(chance: Random, weeks: int) -> list[datetime]:
    """Once an hour or so from nine to five in London, Monday to Friday."""
    return [
        datetime.combine(day.date(), time(hour), LONDON).astimezone(UTC)
        + timedelta(minutes=chance.uniform(0, 40))
        for day in days(weeks)
        if day.weekday() < 5
        for hour in range(9, 18)
    ]


def irregular(chance: Random, weeks: int) -> list[datetime]:
    """By chance alone, every three hours on the average."""
    found, now = [], MONDAY
    while now < MONDAY + timedelta(weeks=weeks):
        now += timedelta(hours=chance.expovariate(1 / 3))
        found.append(now)
    return found


def busy(chance: Random, weeks: int) -> list[datetime]:
    """Every few minutes, day and night."""
    found, now = [], MONDAY
    while now < MONDAY + timedelta(weeks=weeks):
        now += timedelta(minutes=chance.uniform(1, 9))
        found.append(now)
    return found


FEEDS = {"nightly": nightly, "office": office, "irregular": irregular, "busy": busy}
# The most false alarms in 33 weeks (three seeds), and in how many hours it is noticed that a message did not come: eight
# times in ten, and always. What does not come on a Friday evening is noticed on Monday.
MOST = {"nightly": (2, 2, 4), "office": (2, 3, 66), "irregular": (1, 36, 36), "busy": (0, 1, 1)}


def judged(made: list[datetime]) -> tuple[int, list[timedelta]]:
    """False alarms from the sixth week on, learned anew each week; and, for a feed that stops at any message of the last
    three weeks, how long after the next one was to come it is noticed."""
    false, delays = 0, []
    rhythm = None
    learns = MONDAY + LOOKS_BACK
    for one, following in pairwise(made):
        if one >= learns:
            rhythm = learned(
                [at for at in made if learns - LOOKS_BACK <= at < learns], "Europe/London", FLOOR
            )
            learns += timedelta(weeks=1)
        if rhythm is not None:
            due = expected(one, rhythm)
            false += due < following
            if one > made[-1] - timedelta(weeks=3):
                delays.append(due - following)
    return false, delays


@pytest.mark.parametrize("name", FEEDS)
def test_false_alarms_are_rare_and_silence_is_noticed_soon(name: str) -> None:
    alarms, late = 0, []
    for seed in range(3):
        false, delays = judged(FEEDS[name](Random(seed), 16))
        alarms += false
        late += delays
    most, usually, always = MOST[name]
    late.sort()
    assert alarms <= most
    assert late[len(late) * 8 // 10] <= timedelta(hours=usually)
    assert late[-1] <= timedelta(hours=always)


def test_a_weekend_is_no_silence_and_a_monday_morning_without_a_message_is() -> None:
    rhythm = learned(office(Random(7), 6), "Europe/London", FLOOR)
    assert rhythm is not None
    friday = datetime(2026, 2, 13, 17, 20, tzinfo=UTC)
    due = expected(friday, rhythm)
    assert datetime(2026, 2, 16, 9, 30, tzinfo=UTC) < due < datetime(2026, 2, 16, 13, 0, tzinfo=UTC)


def test_the_clocks_going_forward_do_not_matter_to_an_office() -> None:
    rhythm = learned(office(Random(7), 6), "Europe/London", FLOOR)
    assert rhythm is not None
    friday = datetime(2026, 3, 27, 17, 20, tzinfo=UTC)  # on Sunday London's clocks go forward
    due = expected(friday, rhythm)
    assert datetime(2026, 3, 30, 8, 30, tzinfo=UTC) < due < datetime(2026, 3, 30, 12, 0, tzinfo=UTC)


def test_too_little_is_not_judged_by() -> None:
    assert learned(office(Random(1), 1), "UTC", FLOOR) is None
    assert learned([MONDAY + timedelta(days=3 * n) for n in range(9)], "UTC", FLOOR) is None
    assert learned([], "UTC", FLOOR) is None


def test_an_outage_of_the_past_does_not_make_patient() -> None:
    usual = busy(Random(1), 5)
    gone = [at for at in usual if not timedelta(days=10) < at - MONDAY < timedelta(days=13)]
    one, other = learned(usual, "UTC", FLOOR), learned(gone, "UTC", FLOOR)
    assert one is not None
    assert other is not None
    assert other.longest < one.longest + 120


def test_what_is_declared_counts_on_its_days_and_hours() -> None:
    feed = FeedPolicy(
        every="PT2H", days=("mon", "tue", "wed", "thu", "fri"), start=8, end=18, zone="Europe/London"
    )
    friday = datetime(2026, 2, 13, 17, 0, tzinfo=UTC)
    assert declared(friday, feed) == datetime(2026, 2, 16, 9, 0, tzinfo=UTC)
    assert declared(friday - timedelta(hours=5), feed) == friday - timedelta(hours=3)
    summer = datetime(2026, 7, 3, 16, 0, tzinfo=UTC)  # five in the afternoon in London
    assert declared(summer, feed) == datetime(2026, 7, 6, 8, 0, tzinfo=UTC)
