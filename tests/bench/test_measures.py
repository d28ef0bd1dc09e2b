"""Figures out of tallies: windows, percentiles, medians, ratios, targets."""

from __future__ import annotations

import asyncio
from time import monotonic

import pytest

from sayso.bench.drive import Tally, Window, driven, merged, percentile
from sayso.bench.measures import Median, Round, Used, as_round, medians, ratios, targets


def median(system: str, load: str, callers: int, held: float, p99: float) -> Median:
    return Median(system, load, callers, held, held, 0.0, p99 / 2, p99, None, None, None, 0.0, 1.0, (held,))


def one(held: float, postgres: float | None) -> Round:
    return Round("sayso", "spread", 64, held, held, 0.0, 1.0, 2.0, 10.0, None, postgres, 5.0, 3.0)


def test_only_what_is_answered_in_the_window_is_counted() -> None:
    tally, window = Tally(), Window(0.0, 10.0, 20.0)
    for asked, answered, held in ((8, 9, True), (9, 10, True), (15, 16, False), (19, 20, True)):
        tally.count(window, asked, answered, held)
    assert (tally.held, tally.refused, tally.acknowledged) == (1, 1, 3)
    assert list(tally.latencies) == [1000.0, 1000.0]


def test_percentiles() -> None:
    values = [float(value) for value in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile([], 0.5)) == (51.0, 100.0, 0.0)


def test_rates_are_per_second_and_processor_times_per_answer() -> None:
    tally = Tally(held=90, refused=10, acknowledged=120)
    found = as_round("sayso", "spread", 64, 2.0, tally, Used(0.05, None, 0.01, 1300, 8.0), ["amiss"])
    assert (found.held, found.answered, found.refused_share) == (45.0, 50.0, 0.1)
    assert (found.python_us, found.client_us, found.postgres_us, found.wal_bytes) == (
        500.0,
        None,
        100.0,
        10.0,
    )
    assert found.problems == ("amiss",)


def test_tallies_of_several_processes_are_one() -> None:
    whole = merged(
        [Tally(held=1, acknowledged=2, cpu=0.5), Tally(held=3, acknowledged=4, cpu=0.25, failed=1)]
    )
    assert (whole.held, whole.acknowledged, whole.cpu, whole.failed) == (4, 6, 0.75, 1)


def test_medians_are_of_rounds_of_one_kind() -> None:
    (found,) = medians([one(100, None), one(300, 7.0), one(200, 9.0)])
    assert (found.held, found.postgres_us, found.rates) == (200, 8.0, (100, 300, 200))


@pytest.mark.parametrize(("ours", "reached"), [(4000.0, True), (3990.0, False)])
def test_a_target_is_reached_or_missed(ours: float, reached: bool) -> None:
    found = [median("sayso", "spread", 64, ours, 10.0), median("one_by_one", "spread", 64, 1000.0, 50.0)]
    judged = {target.what: target for target in targets(ratios(found))}
    assert judged["held a second beside (a), spread, 64 callers"].reached is reached
    assert judged["p99 beside (a), spread, 64 callers"].reached
    assert len(judged) == 2


def test_a_lone_caller_may_be_a_fifth_slower() -> None:
    found = [median("sayso", "spread", 1, 80.0, 1.0), median("one_by_one", "spread", 1, 100.0, 1.0)]
    assert [target.reached for target in targets(ratios(found))] == [True]


async def test_the_loop_is_closed_and_tells_of_failures() -> None:
    together = most = 0

    async def ask(number: int) -> bool:
        nonlocal together, most
        together += 1
        most = max(most, together)
        await asyncio.sleep(0.002)
        together -= 1
        if number == 3:
            raise ValueError("out of order")
        return number % 2 == 0

    begins = monotonic()
    tally = await driven(ask, 4, Window(begins, begins, begins + 0.2))
    assert most == 4
    assert tally.failed == 1
    assert "out of order" in tally.problem
    assert tally.held > 0
    assert tally.refused > 0
