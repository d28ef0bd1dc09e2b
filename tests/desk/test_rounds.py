"""The rounds: holds end though nobody asks, next month has its partition, old answers are forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sayso.desk import rounds as module
from sayso.desk.rounds import Rounds
from sayso.errors import StoreAway
from sayso.promise.policy import Policy
from sayso.store import database as store

SCHEMA = "sayso"


class Watch:
    """A clock that stands where it was set."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Any]:
    made = await store.pool(database, SCHEMA, 4)
    yield made
    await made.close()


@pytest.fixture
async def rounds(pool: Any, database: str, watch: Watch) -> AsyncIterator[Rounds]:
    made = Rounds(pool, lambda: store.connect(database, SCHEMA), Policy(), watch.now)
    await made.start()
    yield made
    await made.stop()


async def hold(pool: Any, name: str, expires: datetime) -> None:
    """A hold of 5 units, by its rows."""
    await pool.execute(
        "INSERT INTO promises (id, state, customer, account, asked, verdict, amount, made, expires)"
        " VALUES ($1, 'held', 'C', 'C', '', 'firm', 10, $2, $3)", name, expires - timedelta(minutes=5), expires,
    )  # fmt: skip
    await pool.execute(
        "INSERT INTO reservations (promise, place, line, item, site, day, quantity, account, amount)"
        " VALUES ($1, 0, 1, 'A', 'LON', $2, 5, 'C', 10)", name, expires.date(),
    )  # fmt: skip


@pytest.fixture
async def held(pool: Any, watch: Watch) -> None:
    """Two holds: one ends in a minute, one in an hour. The ledger says what they take."""
    await pool.execute("INSERT INTO accounts (account, promised) VALUES ('C', 20)")
    await pool.execute(
        """INSERT INTO ledger (item, taken) VALUES ('A', '{"by_place":{"LON":{"2026-03-02":"10"}}}')"""
    )
    await hold(pool, "prm_soon", watch.at + timedelta(minutes=1))
    await hold(pool, "prm_later", watch.at + timedelta(hours=1))


async def states(pool: Any) -> dict[str, str]:
    return {row["id"]: row["state"] for row in await pool.fetch("SELECT id, state FROM promises")}


async def test_a_hold_ends_when_its_time_is_up_and_not_before(rounds, pool, watch, held):
    assert await rounds.once() == 0
    assert await states(pool) == {"prm_soon": "held", "prm_later": "held"}
    watch.at += timedelta(minutes=2)
    assert await rounds.once() == 1
    assert await states(pool) == {"prm_soon": "expired", "prm_later": "held"}
    assert await pool.fetchval("SELECT promised FROM accounts") == 10
    assert '"5"' in await pool.fetchval("SELECT taken FROM ledger")
    assert await pool.fetchval("SELECT count(*) FROM reservations") == 1
    assert await rounds.once() == 0


async def test_two_workers_end_a_hold_once(rounds, pool, database, watch, held):
    watch.at += timedelta(hours=2)
    other = Rounds(pool, lambda: store.connect(database, SCHEMA), Policy(), watch.now)
    await other.start()
    try:
        await asyncio.gather(rounds.once(), other.once())
    finally:
        await other.stop()
    assert set((await states(pool)).values()) == {"expired"}
    assert await pool.fetchval("SELECT promised FROM accounts") == 0


async def test_more_holds_than_one_sweep_takes_all_end(rounds, pool, watch, monkeypatch):
    monkeypatch.setattr(module, "_AT_ONCE", 4)
    await pool.execute("INSERT INTO accounts (account, promised) VALUES ('C', 110)")
    await pool.execute(
        """INSERT INTO ledger (item, taken) VALUES ('A', '{"by_place":{"LON":{"2026-03-02":"55"}}}')"""
    )
    for number in range(11):
        await hold(pool, f"prm_{number}", watch.at)
    watch.at += timedelta(minutes=1)
    await rounds.once()
    assert set((await states(pool)).values()) == {"expired"}
    assert await pool.fetchval("SELECT promised FROM accounts") == 0


async def test_the_next_month_has_its_partition_a_week_ahead(rounds, pool, watch):
    watch.at = datetime(2026, 3, 24, tzinfo=UTC)
    await rounds.once()
    assert not await pool.fetchval("SELECT to_regclass('decisions_202604')")
    watch.at = datetime(2026, 3, 25, tzinfo=UTC)
    await rounds.once()
    assert await pool.fetchval("SELECT to_regclass('decisions_202603')")
    assert await pool.fetchval("SELECT to_regclass('decisions_202604')")


async def test_answers_are_forgotten_after_thirty_days(rounds, pool, watch):
    for name, days in (("old", 31), ("young", 29)):
        await pool.execute(
            "INSERT INTO idempotency (owner, key, asked, made) VALUES ('shop', $1, '', $2)",
            name, watch.at - timedelta(days=days),
        )  # fmt: skip
    await rounds.once()
    assert [row["key"] for row in await pool.fetch("SELECT key FROM idempotency")] == ["young"]


async def test_a_run_goes_on_after_the_database_was_away_and_stops_when_asked(
    rounds, pool, watch, held, monkeypatch
):
    watch.at += timedelta(minutes=2)
    whole, tries, done = rounds.once, [], asyncio.Event()

    async def failing() -> int:
        tries.append(1)
        if len(tries) < 3:
            raise StoreAway("PostgreSQL cannot be reached")
        ended = await whole()
        done.set()
        return ended

    monkeypatch.setattr(rounds, "once", failing)
    stopping = asyncio.Event()
    running = asyncio.create_task(rounds.run(stopping, every=0.01))
    async with asyncio.timeout(10):
        await done.wait()
        stopping.set()
        await running
    assert (await states(pool))["prm_soon"] == "expired"
