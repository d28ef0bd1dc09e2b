"""Whether a feed is silent for too long: what is declared of it, else the rhythm it has had. Gets `now`, knows no clock.

A rhythm is learned from gaps. Where a feed keeps to hours of the week (a warehouse that works from eight to five, a file
that comes at night), a gap is also counted in those hours alone, so that a weekend is no silence and a missing night is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from msgspec import Struct

from sayso.canon.times import parse_duration
from sayso.cases.policy import DAYS, FeedPolicy

#: What is looked back on, and what of it there must be before a feed is judged by it.
LOOKS_BACK = timedelta(days=35)
LEAST_SPAN = timedelta(days=14)
LEAST_GAPS = 10

_WEEK = 168
_SLOT = timedelta(minutes=30)  # the zones of the world differ by half hours
_FURTHEST = timedelta(days=28)
_USUAL = 95  # a gap longer than so many of 100 are is unusual
_OFTEN = 30  # an hour of the week counts where it had messages in so many of 100 weeks
_COVERED = 90  # and hours are a rhythm where they hold so many of 100 messages
_MOST_PATIENCE = 3


class Rhythm(Struct, frozen=True):
    """How a feed speaks. `longest` is the silence, in seconds, that is still usual; `hours` of the week (0: Monday 00:00
    to 01:00 of `zone`) in which it speaks, none where it keeps to none; `longest_in_hours` the same silence counted in
    these alone."""

    longest: int
    hours: tuple[int, ...] = ()
    longest_in_hours: int = 0
    zone: str = "UTC"


def learned(arrivals: Iterable[datetime], zone: str, floor: timedelta) -> Rhythm | None:
    """The rhythm of a feed from when it was heard; None where that is too little to say.

    What is usual is the gap that 95 of 100 do not exceed, and on top of it as much as gaps differ from the middle one:
    once where they are alike, up to three times where they are not, and never less than `floor`.
    """
    heard = sorted(set(arrivals))
    if len(heard) <= LEAST_GAPS or heard[-1] - heard[0] < LEAST_SPAN:
        return None
    where = ZoneInfo(zone)
    gaps = [_seconds(later - one) for one, later in pairwise(heard)]
    hours = _hours(heard, where)
    if not hours:
        return Rhythm(_patience(gaps, floor), zone=zone)
    spoken = [_between(one, later, hours, where) for one, later in pairwise(heard)]
    # Its hours say when it may be silent, a weekend say; by the clock alone only what never happened is too long.
    longest = max(gaps) + max(gaps) // 10 + _seconds(floor)
    return Rhythm(longest, tuple(sorted(hours)), _patience(spoken, floor), zone)


def expected(last: datetime, rhythm: Rhythm) -> datetime:
    """By when a feed that was heard last at `last` is to be heard again."""
    by_clock = last + timedelta(seconds=min(rhythm.longest, _seconds(_FURTHEST)))
    if not rhythm.hours:
        return by_clock
    return min(
        by_clock, _after(last, rhythm.longest_in_hours, frozenset(rhythm.hours), ZoneInfo(rhythm.zone))
    )


def declared(last: datetime, feed: FeedPolicy) -> datetime:
    """By when a feed is to be heard again that is declared to speak at least once in `every`, on its days and hours."""
    hours = frozenset(
        DAYS.index(day) * 24 + hour for day in feed.days for hour in range(feed.start, feed.end)
    )
    return _after(last, _seconds(parse_duration(feed.every)), hours, ZoneInfo(feed.zone))


def _patience(gaps: Sequence[int], floor: timedelta) -> int:
    """The longest gap that is still usual, in seconds."""
    ranked = sorted(gaps)
    middle = ranked[(len(ranked) - 1) // 2]
    usual = ranked[_share(len(ranked), _USUAL) - 1]
    more = usual - middle
    uneven = max(more, more * more // middle) if middle else _MOST_PATIENCE * more
    return usual + max(_seconds(floor), min(uneven, _MOST_PATIENCE * more))


def _share(number: int, percent: int) -> int:
    """So many of 100 of a number, rounded up."""
    return -(-number * percent // 100)


def _hours(heard: Sequence[datetime], zone: ZoneInfo) -> frozenset[int]:
    """The hours of the week that a feed keeps to; none where it keeps to none, or to all."""
    weeks: dict[int, set[int]] = defaultdict(set)
    count: Counter[int] = Counter()
    for one in heard:
        hour = _hour(one, zone)
        weeks[hour].add((one - heard[0]).days // 7)
        count[hour] += 1
    most = (heard[-1] - heard[0]).days // 7 + 1
    often = {hour for hour, there in weeks.items() if len(there) >= max(2, _share(most, _OFTEN))}
    if len(often) >= _WEEK or sum(count[hour] for hour in often) < _share(len(heard), _COVERED):
        return frozenset()
    return frozenset(often | {(hour + 1) % _WEEK for hour in often if _stands_alone(hour, often)})


def _stands_alone(hour: int, often: Collection[int]) -> bool:
    """Whether an hour is the end of a short spell: what comes in it may come a little after it as well."""
    before = {(hour - back) % _WEEK for back in (1, 2)}
    return (hour + 1) % _WEEK not in often and not before <= set(often)


def _hour(when: datetime, zone: ZoneInfo) -> int:
    local = when.astimezone(zone)
    return local.weekday() * 24 + local.hour


def _between(one: datetime, other: datetime, hours: Collection[int], zone: ZoneInfo) -> int:
    """The seconds between two moments that fall into hours of the week."""
    total = 0
    while one < other:
        end = min(_slot_after(one), other)
        if _hour(one, zone) in hours:
            total += _seconds(end - one)
        one = end
    return total


def _after(last: datetime, seconds: int, hours: Collection[int], zone: ZoneInfo) -> datetime:
    """The moment when so many seconds in hours of the week are over; four weeks later at the latest."""
    one, furthest = last, last + _FURTHEST
    while one < furthest:
        end = _slot_after(one)
        if _hour(one, zone) in hours:
            if seconds <= _seconds(end - one):
                return one + timedelta(seconds=seconds)
            seconds -= _seconds(end - one)
        one = end
    return furthest


def _slot_after(one: datetime) -> datetime:
    one = one.astimezone(UTC)
    begun = one.replace(minute=one.minute - one.minute % 30, second=0, microsecond=0)
    return begun + _SLOT


def _seconds(length: timedelta) -> int:
    return length // timedelta(seconds=1)
