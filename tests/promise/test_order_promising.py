"""The earliest day as Business Central finds it, held against a plain telling of the same rule, and its own examples."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import strategies as st

from promise.laws import law
from promise.making import START, TODAY
from promise.naive_ahead import after, same_bucket
from sayso.promise.look_ahead import Ahead, window
from sayso.promise.order_promising import Line, first_day

Days = Mapping[int, int]

EARLY = st.dictionaries(st.integers(-3, 30), st.integers(1, 9), max_size=5)
BUCKETS = st.sampled_from(["day", "day", "week", "month"])
PERIODS = st.sampled_from(["unlimited", "unlimited", "none", "P1D", "P3D", "P1W", "P1M"])


def found(
    there: int, comes: Days, leaves: Days, quantity: int, wanted: int, own: tuple[int, int] | None, look_ahead: str,
    bucket: str,
) -> int | None:  # fmt: skip
    """Days count from the Monday."""
    ahead = Ahead(
        Decimal(there), _on(comes), _on(leaves), 1, date.max.toordinal(), window(look_ahead, bucket, "until_surplus")
    )  # fmt: skip
    line = Line(Decimal(own[0]), START + own[1]) if own else None
    day = first_day(ahead, Decimal(quantity), START + wanted, line).day
    return None if day is None else day - START


def _on(days: Days) -> dict[int, Decimal]:
    return {START + day: Decimal(quantity) for day, quantity in days.items()}


def by_hand(
    there: int, comes: Days, leaves: Days, quantity: int, wanted: int, own: tuple[int, int] | None, look_ahead: str,
    bucket: str,
) -> int | None:  # fmt: skip
    """The same, with a list of buckets, each a list of its days."""
    comes = dict(comes)
    if own:
        comes[own[1]] = comes.get(own[1], 0) + own[0]
    key = same_bucket(bucket)
    days = sorted({day for day in (*comes, *leaves) if comes.get(day, 0) or leaves.get(day, 0)})
    buckets: dict[Hashable, list[int]] = {}
    for day in days:
        buckets.setdefault(key(_date(day)), []).append(day)
    until = after(_date(wanted), look_ahead) if look_ahead != "unlimited" else date.max
    left, enough, deciding, scanning = there, False, [], True
    for within in buckets.values():
        first = _first_of(within[0], key)
        if first <= _date(wanted):
            left += sum(comes.get(day, 0) - leaves.get(day, 0) for day in within)
            deciding += within
    enough = left >= quantity
    for within in buckets.values():
        received, required = sum(comes.get(d, 0) for d in within), sum(leaves.get(d, 0) for d in within)
        first = _first_of(within[0], key)
        if first <= _date(wanted) or first > until or not scanning:
            continue
        if received > required and enough:
            scanning = False
            continue
        left += received - required
        if received <= required:
            enough = enough and left >= quantity
        elif left >= quantity:
            enough, deciding, scanning = True, within, False
    if not enough:
        return None
    for day in reversed(deciding):
        left -= comes.get(day, 0)
        if left < quantity:
            return day
    return wanted


def _date(day: int) -> date:
    return TODAY + timedelta(days=day)


def _first_of(day: int, key: Callable[[date], Hashable]) -> date:
    when = _date(day)
    while key(when - timedelta(days=1)) == key(when):
        when -= timedelta(days=1)
    return when


@law(
    500, there=st.integers(-2, 12), comes=EARLY, leaves=EARLY, quantity=st.integers(1, 12), wanted=st.integers(-2, 12),
    own=st.none() | st.tuples(st.integers(1, 6), st.integers(0, 20)), look_ahead=PERIODS, bucket=BUCKETS,
)  # fmt: skip
def test_the_earliest_day_is_as_the_rule_tells_it(
    there: int, comes: Days, leaves: dict[int, int], quantity: int, wanted: int, own: tuple[int, int] | None,
    look_ahead: str, bucket: str,
) -> None:  # fmt: skip
    if own:  # its own demand is among the others
        leaves[own[1]] = leaves.get(own[1], 0) + own[0]
    asked = (there, comes, leaves, quantity, wanted, own, look_ahead, bucket)
    assert found(*asked) == by_hand(*asked)


@pytest.mark.parametrize(
    ("there", "comes", "leaves", "wanted", "look_ahead", "bucket", "day"),
    [
        (10, {}, {}, 0, "unlimited", "day", 0),
        (9, {}, {}, 0, "unlimited", "day", None),
        (0, {5: 10}, {}, 0, "unlimited", "day", 5),
        (0, {5: 10}, {}, 7, "unlimited", "day", 5),  # what made it enough came before it was wanted
        (0, {5: 10}, {}, 0, "none", "day", None),
        (0, {5: 10}, {}, 0, "P5D", "day", 5),
        (0, {5: 10}, {}, 0, "P4D", "day", None),
        (10, {}, {6: 1}, 0, "unlimited", "day", None),  # a later need takes of it
        (
            10,
            {3: 1},
            {6: 1},
            0,
            "unlimited",
            "day",
            0,
        ),  # but not behind a bucket that brings more than it needs
        (10, {}, {6: 1}, 0, "unlimited", "week", None),  # the rest of the week counts whole
        (10, {6: 1}, {2: 1}, 0, "unlimited", "week", 6),
        (0, {8: 4, 10: 6}, {}, 0, "P1W", "week", 10),  # the bucket begins within the period
        (0, {8: 4, 10: 6}, {}, 0, "P6D", "week", None),
        (0, {30: 10}, {}, 0, "P1M", "month", 30),  # Monday is 2 March: the first of April is within a month
        (0, {30: 10}, {}, 0, "P3W", "month", None),
    ],
)
def test_ten_are_wanted(
    there: int, comes: Days, leaves: Days, wanted: int, look_ahead: str, bucket: str, day: int | None
) -> None:
    assert found(there, comes, leaves, 10, wanted, None, look_ahead, bucket) == day
