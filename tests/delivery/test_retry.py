"""Pauses grow, are cut, are spread, and are never shorter than a system asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.delivery.policy import Pace, Retry
from sayso.delivery.retry import pause, spent

RETRY = Retry(base=1.0, factor=2.0, most=60.0, jitter=0.5, throttled=Pace(base=10.0, factor=1.0, most=10.0))


@pytest.mark.parametrize(("tries", "longest"), [(1, 1.0), (2, 2.0), (5, 16.0), (7, 60.0), (1000, 60.0)])
def test_pauses_double_until_they_are_cut_and_half_is_left_to_chance(tries: int, longest: float) -> None:
    assert pause(RETRY, "down", tries, None, 1.0) == longest
    assert pause(RETRY, "down", tries, None, 0.0) == longest / 2


def test_a_kind_of_failure_has_its_own_pace() -> None:
    assert [pause(RETRY, "throttled", tries, None, 1.0) for tries in (1, 9)] == [10.0, 10.0]


def test_a_system_that_names_a_time_is_not_asked_sooner() -> None:
    assert pause(RETRY, "down", 1, 90.0, 0.0) == 90.0
    assert pause(RETRY, "down", 1, 90.0, 1.0) == 90.5
    assert pause(RETRY, "down", 6, 1.0, 0.0) == 16.0  # it may come sooner; our own pause is longer


@given(
    st.floats(0.1, 10), st.floats(1, 10), st.floats(10, 600), st.floats(0, 1), st.integers(1, 10_000),
    st.none() | st.floats(0, 1000), st.floats(0, 1),
)  # fmt: skip
def test_every_pause_is_at_least_what_was_asked_for_and_at_most_the_longest_beside_it(
    base: float, factor: float, most: float, jitter: float, tries: int, after: float | None, chance: float
) -> None:
    found = pause(Retry(base=base, factor=factor, most=most, jitter=jitter), "down", tries, after, chance)
    assert found >= (after or 0)
    assert found <= (after or 0) + most + 1e-6
    if after is None:
        assert found >= min(base, most) * (1 - jitter) - 1e-9


def test_tries_come_to_an_end() -> None:
    assert [spent(Retry(attempts=3), tries) for tries in (1, 2, 3, 4)] == [False, False, True, True]
