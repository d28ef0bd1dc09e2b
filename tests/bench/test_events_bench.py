"""The benchmark of events: what it measures it checks, and it sets nothing beside what was not measured."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sayso.bench import events, events_replay, events_rounds
from sayso.bench.events import Wanted
from sayso.bench.events_baseline import Baseline
from sayso.bench.events_replay import Tenths
from sayso.bench.events_report import Report, aimed, compared
from sayso.bench.events_rounds import Round, middle
from sayso.bench.world import Scale
from sayso.store import database as connections

SCALE = Scale(60, 2, 30)


async def measured(database: str, replayed: int = 0, lines: int = 12) -> Report:
    """A short run in a small world, on the test's own database."""
    wanted = Wanted(lines, (1, 2), 1, SCALE, replayed, 0, database)
    return await asyncio.to_thread(events.measured, wanted, lambda _: None)


def _round(shape: str, workers: int, applied: float) -> Round:
    return Round(shape, workers, 10, 10, 1.0, applied, 1.0, 1.0, None, 1.0)  # type: ignore[arg-type]


async def test_all_that_was_kept_is_applied_and_what_follows_is_there(database: str) -> None:
    found = await measured(database, replayed=25)
    assert found.problems == ()
    assert [(one.shape, one.workers, one.events) for one in found.rounds] == [
        ("by line", 1, 12), ("by line", 2, 12), ("whole", 1, 4), ("whole", 2, 4),
    ]  # fmt: skip
    assert all(one.applied > one.both > 0 for one in found.results)
    assert {one.beside for one in found.ratios} == {
        "plain insert, 500 a transaction", "plain COPY, 500 a transaction", "one worker",
    }  # fmt: skip
    assert found.replay is not None
    assert (found.replay.events, found.replay.orders, found.replay.equal) == (25, 5, 5)
    assert found.replay.per_second > 0


async def test_a_lost_event_is_noticed(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    true = events_rounds.events_crew.keep

    async def lossy(connection: Any, messages: Any, now: Any) -> float:
        some = list(messages)
        dispatched = some[0].kind == "sayso.shipment.dispatched.v1"
        return await true(connection, some[1:] if dispatched else some, now)

    monkeypatch.setattr(events_rounds.events_crew, "keep", lossy)
    found = await measured(database)
    assert "by line, 1 workers: 11 shipments are known, not 12" in found.problems
    assert any("units have left the shelves" in one for one in found.problems)


async def test_a_state_that_comes_out_otherwise_is_noticed(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault planted between the two: the live state of an order is not what its messages say."""
    true = events_replay.refold

    async def spoilt(live: Any, *rest: Any) -> Any:
        await live.execute("UPDATE transactions SET digest = 'other' WHERE \"order\" = 'WEB-00000002'")
        return await true(live, *rest)

    monkeypatch.setattr(events_replay, "refold", spoilt)
    found = await measured(database, replayed=25, lines=3)
    assert any(one.startswith("WEB-00000002: other live") for one in found.problems)
    assert "4 orders are equal, not 5" in found.problems


def test_nothing_is_set_beside_what_was_not_measured() -> None:
    results = [_round("by line", 2, 100.0)]
    assert compared(results, []) == []
    assert aimed(compared(results, []), None) == []
    beside = [Baseline("procrastinate, a no-op job under a lock", 5, 4.0, (4.0,))]
    [ratio] = compared([_round("by line", 1, 100.0)], beside)
    assert ratio.ratio == 25
    assert [(one.wanted, one.reached) for one in aimed([ratio], None)] == [(">= 50", False)]


def test_a_second_worker_that_slows_is_said() -> None:
    ratios = compared([_round("by line", 1, 100.0), _round("by line", 2, 90.0)], [])
    assert [(one.found, one.reached) for one in aimed(ratios, None)] == [(0.9, False)]


def test_the_round_in_the_middle_counts() -> None:
    found = middle([_round("by line", 1, rate) for rate in (3.0, 1.0, 2.0)])
    assert [one.applied for one in found] == [2.0]


def test_each_tenth_has_its_own_cost() -> None:
    tenths = Tenths(100, None)
    for done in (0, *([5] * 20)):
        tenths.done(done)
    assert [one.events for one in tenths.found] == [10] * 10
    assert all(one.postgres_us is None and one.wall_us > 0 for one in tenths.found)


async def test_the_benchmarks_schemas_are_gone_afterwards(database: str) -> None:
    await measured(database, lines=3)
    connection = await connections.connect(database, "public")
    names = "SELECT count(*) FROM information_schema.schemata WHERE schema_name LIKE 'sayso_bench%'"
    assert await connection.fetchval(names) == 0
    await connection.close()
