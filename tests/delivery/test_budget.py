"""A window's requests: never more than there are, what is kept for a share is there for it, nothing idles for nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.delivery.budget import granted, kept, window
from sayso.delivery.policy import SHARES, Budget, Shares

BUDGET = Budget(requests=100, seconds=60.0, shares=Shares(checkout=0.5, sync=0.3, replay=0.1))
ALL = frozenset(SHARES)


@pytest.mark.parametrize(
    ("used", "wanted", "share", "may"),
    [
        ({}, ALL, "checkout", 60),  # 30 and 10 are kept for others that want them
        ({}, {"checkout"}, "checkout", 100),
        ({}, {"sync"}, "sync", 50),
        ({}, {"replay"}, "replay", 20),  # checkout comes unannounced
        ({"checkout": 50}, {"replay"}, "replay", 20),
        ({"checkout": 50, "sync": 30}, {"replay"}, "replay", 20),
        ({"checkout": 70}, ALL, "sync", 30),
        ({"checkout": 90, "replay": 5}, ALL, "replay", 5),
        ({"replay": 100}, ALL, "checkout", 0),
        ({"checkout": 120}, ALL, "checkout", 0),  # the policy was made smaller meanwhile
    ],
)
def test_who_may_ask_how_often(used: dict[str, int], wanted: frozenset[str], share: str, may: int) -> None:
    assert granted(BUDGET, used, wanted, share, 1000) == may


def test_no_budget_is_no_limit() -> None:
    assert granted(Budget(), {"sync": 10**9}, ALL, "replay", 7) == 7


def test_a_small_budget_still_keeps_one_for_a_share() -> None:
    assert kept(Budget(requests=3), "replay") == 1
    assert kept(Budget(requests=3, shares=Shares(replay=0)), "replay") == 0


def test_windows_are_the_same_for_all() -> None:
    start = datetime(2011, 1, 4, 9, 0, tzinfo=UTC)
    for seconds in (0, 1, 59.999):
        assert window(BUDGET, start + timedelta(seconds=seconds)) == start
    assert window(BUDGET, start + timedelta(seconds=60)) == start + timedelta(minutes=1)


_claims = st.lists(st.tuples(st.sampled_from(SHARES), st.integers(1, 20)), max_size=60)


@given(_claims, st.integers(1, 60), st.sets(st.sampled_from(SHARES)))
def test_whatever_is_claimed_the_window_holds_and_what_goes_before_is_never_eaten_into(
    claims: list[tuple[str, int]], requests: int, wanted: set[str]
) -> None:
    budget = Budget(requests=requests, shares=Shares(checkout=0.5, sync=0.3, replay=0.2))
    used: dict[str, int] = {}
    for share, most in claims:
        may = granted(budget, used, wanted | {share}, share, most)
        assert 0 <= may <= most
        used[share] = used.get(share, 0) + may
        assert sum(used.values()) <= requests
        # Only what is kept for itself may a replay take beside what is left for those before it.
        if share == "replay" and used[share] > kept(budget, share) and may:
            left = requests - sum(used.values())
            assert left >= max(0, kept(budget, "checkout") - used.get("checkout", 0))
