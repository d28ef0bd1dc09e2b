"""Laws 1, 2, 3 and 5 while holds, orders, releases and cancellations go on and processes and PostgreSQL are killed."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from server_homes import scratch

from faults.field import Field, field_on
from sayso.store.server import Server


@pytest.fixture(scope="module")
def durable() -> Iterator[Server]:
    """A server as it is shipped, with fsync."""
    home = scratch()
    server = Server(home / "pg", settings={"shared_buffers": "64MB"})
    server.ensure()
    yield server
    server.stop(immediate=True)
    shutil.rmtree(home)


@pytest.fixture
async def field(durable: Server, tmp_path: Path) -> AsyncIterator[Field]:
    async with field_on(durable, tmp_path) as found:
        yield found


async def test_callers_and_postgresql_are_killed(field: Field) -> None:
    first, _ = field.start(), field.start()
    await field.busy(3)
    field.kill(first)
    field.start()
    await field.busy(1.5)
    await asyncio.to_thread(field.kill_postgresql)
    await field.busy(2)
    field.kill(field.processes[1])
    field.start()
    await field.busy(1)
    await asyncio.to_thread(field.kill_postgresql)
    await field.busy(2)
    assert field.answered() > 300
    assert await field.found() == []


@pytest.mark.parametrize(
    "fault", ["takes_are_lost", "locks_are_not_taken", "keys_are_not_kept", "ends_are_not_told"]
)
async def test_a_planted_fault_is_seen(field: Field, fault: str) -> None:
    ended = [field.start(attempts=800, fault=fault) for _ in range(2)]
    await asyncio.to_thread(lambda: [process.wait(60) for process in ended])
    assert await field.found()


async def test_answers_before_the_commit_are_seen(field: Field) -> None:
    for _ in range(3):
        process = field.start(fault="answers_come_before_the_commit")
        await field.busy(2)
        field.kill(process)
    assert [one for one in await field.found() if one.endswith("is lost")]


async def test_a_database_that_forgets_is_seen(field: Field) -> None:
    """One that says that it has committed before that is on the disk, and is killed."""
    admin = await asyncpg.connect(field.dsn)
    await admin.execute(
        f"ALTER DATABASE {await admin.fetchval('SELECT current_database()')} SET synchronous_commit = off"
    )
    await admin.close()
    field.start()
    await field.busy(3)
    await asyncio.to_thread(field.kill_postgresql)
    assert [one for one in await field.found() if one.endswith("is lost")]
