"""The benchmark on a tiny world: it runs, its document is whole, and its checks find what is planted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from click.testing import CliRunner

from sayso.bench import checks, growing, loading, processors, rounds
from sayso.bench.measures import SYSTEMS
from sayso.bench.pgbench import program
from sayso.bench.promises import Wanted, measured, promises
from sayso.bench.rounds import Plan
from sayso.bench.world import Scale
from sayso.errors import BadField
from sayso.store import benchmark
from sayso.wiring import Clock

TINY = Scale(items=200, sites=3, customers=50)
PLAN = Plan(tuple(SYSTEMS), ("hot",), (4,), 1, 0.3, 0.1, 4)
SOME = Plan(("one_by_one",), ("spread",), (4,), 1, 0.3, 0.1, 4)


def quiet(_: object) -> None:
    """Says nothing."""


@pytest.fixture(scope="module")
def here(server_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> loading.Place:
    place = loading.Place(server_dsn, tmp_path_factory.mktemp("bench"), None)
    loading.signing_key(place.home)
    return place


@pytest_asyncio.fixture(scope="module")
async def ring(here: loading.Place) -> AsyncIterator[rounds.Ring]:
    async with loading.schema(here.dsn) as schema:
        await loading.fill(here.dsn, schema, TINY, Clock().now(), quiet)
        async with rounds.ring(here, schema, TINY, SOME, quiet) as found:
            yield found


async def test_the_document_is_whole(server_dsn: str) -> None:
    wanted = Wanted(("promises", "http", "decision"), PLAN, TINY, 0, 100, (0, 0), server_dsn)
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(await measured(wanted, quiet)))
    expected = [name for name in SYSTEMS if name != "pgbench" or program() is not None]
    assert [one["system"] for one in found["results"]] == expected
    assert found.keys() >= {"machine", "settings", "results", "ratios", "rounds", "decision"}
    assert "problems" not in found
    for one in found["results"]:
        assert one["held"] > 0
        assert 0 < one["p50"] <= one["p99"]
    assert {one["beside"] for one in found["ratios"]} >= {"one_by_one", "sayso", "sayso_2"}
    decision = found["decision"]
    assert decision["decide_us"] > decision["naive_us"] > 0
    assert any("decision.py" in one["name"] for one in decision["functions"])


async def test_history_and_size_are_compared(here: loading.Place) -> None:
    plan = replace(SOME, systems=("sayso",))
    grown, wrong = await growing.history(here, TINY, plan, 300, quiet)
    assert not wrong
    assert (grown.small, grown.large) == (100, 300)
    assert grown.ratio > 0
    browsed = await growing.availability(here, TINY, (30, 300), quiet)
    assert [one.what.rpartition(", ")[2] for one in browsed] == ["cold", "warm"]
    assert all(one.at_small > 0 and one.at_large > 0 for one in browsed)


async def held_round(ring: rounds.Ring) -> int:
    """A round, after which nothing is wrong; how many holds were acknowledged."""
    found = await ring.round("one_by_one", "spread", 4)
    assert not found.problems
    async with ring.pool.acquire() as connection:
        held = (await benchmark.counts(connection, ring.begun)).held
    assert held > 0
    return held


PLANTED = {
    "the ledger drifted": "UPDATE ledger SET taken = '{}' WHERE item = (SELECT item FROM reservations LIMIT 1)",
    "a reservation without a promise": "DELETE FROM promises WHERE id = (SELECT max(id) FROM promises)",
    "oversold": "UPDATE stock s SET on_hand = 0 FROM reservations r WHERE (r.item, r.site) = (s.item, s.site)",
    "over its limit": "UPDATE customers SET credit_limit = 0.01",
    "holds were acknowledged": "DELETE FROM promises WHERE id = (SELECT max(id) FROM promises)",
}


@pytest.mark.parametrize("wrong", PLANTED)
async def test_the_checks_find_what_is_planted(ring: rounds.Ring, wrong: str) -> None:
    held = await held_round(ring)
    async with ring.pool.acquire() as connection:
        planting = connection.transaction()
        await planting.start()
        try:
            await connection.execute(PLANTED[wrong])
            found = await benchmark.counts(connection, ring.begun)
            said = await checks.problems(_Only(connection), held, found)
        finally:
            await planting.rollback()
    assert [one for one in said if wrong in one], said


class _Only:
    """A pool of one connection, which is in a transaction already."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def acquire(self) -> Any:
        return self

    async def __aenter__(self) -> Any:
        return _Nested(self._connection)

    async def __aexit__(self, *_: object) -> None:
        return None


class _Nested:
    """A connection that begins no further transaction."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def transaction(self, **_: object) -> Any:
        return self._connection.transaction()


async def test_what_is_recorded_stays_when_only_the_rounds_are_forgotten(ring: rounds.Ring) -> None:
    await held_round(ring)
    async with ring.pool.acquire() as connection:
        assert ring.sample is not None
        await benchmark.reset(connection)
        await benchmark.remember(connection, 250, ring.sample, ring.begun, TINY.customers)
        for count, number in (
            ("SELECT count(*) FROM decisions", 250), ("SELECT count(*) FROM promises", 250),
            ("SELECT count(*) FROM idempotency", 250), ("SELECT count(*) FROM orders", 175),
        ):  # fmt: skip
            assert await connection.fetchval(count) == number
    found = await ring.round("one_by_one", "spread", 4, past=True)
    assert not found.problems
    async with ring.pool.acquire() as connection:
        await benchmark.reset_since(connection, ring.begun)
        assert await connection.fetchval("SELECT count(*) FROM decisions") == 250


@pytest.mark.parametrize(
    ("options", "field"),
    [(["--callers", "1,many"], "--callers"), (["--callers", "0"], "--callers"), (["--only", "all"], "--only"),
     (["--loads", ""], "--loads")],
)  # fmt: skip
def test_an_option_that_cannot_be_used_is_named(options: list[str], field: str) -> None:
    done = CliRunner().invoke(promises, options)
    assert isinstance(done.exception, BadField)
    assert done.exception.field == field
    assert done.exception.remedy


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="this system has no /proc")
def test_processor_time_is_counted() -> None:
    import os

    before = processors.of_processes([os.getpid()])
    while sum(range(200_000)) and processors.of_processes([os.getpid()]) == before:
        pass
    assert processors.of_processes([2**22 + 1]) is None
    assert processors.of_server(None) is None
