"""Laws 1, 2, 3 and 5 while holds, orders, releases and cancellations go on and processes and PostgreSQL are killed."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from server_homes import scratch

from faults import adversary
from faults.adversary import DeskDoor, entries, prepared, retried, violations
from sayso.store import database as store_database
from sayso.store.migrate import migrate
from sayso.store.server import Server
from sayso.store.server_process import postmaster
from world import shop_on

CALLERS = 150
FOREVER = 10**9


class Field:
    """A durable PostgreSQL of its own, a fresh database, and the processes of adversaries on it."""

    def __init__(self, server: Server, dsn: str, folder: Path) -> None:
        self.server = server
        self.dsn = dsn
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, attempts: int = FOREVER, fault: str = "") -> subprocess.Popen[bytes]:
        """One more process."""
        number = len(self.processes)
        words = [self.dsn, str(self.folder / f"{number}.jsonl"), f"s{number}", str(CALLERS), str(attempts)]
        program = [sys.executable, adversary.__file__, *words, *([fault] if fault else [])]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        self.processes.append(subprocess.Popen(program, env=environment))
        return self.processes[-1]

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """kill -9."""
        process.send_signal(signal.SIGKILL)
        process.wait(10)

    def kill_postgresql(self) -> None:
        """kill -9 of the postmaster; then it is started again, and recovers."""
        number = postmaster(self.server.home.data)
        assert number is not None
        os.kill(number, signal.SIGKILL)
        self.server.ensure()

    def journals(self) -> list[Path]:
        return sorted(self.folder.glob("*.jsonl"))

    async def busy(self, seconds: float) -> None:
        """Let them trade."""
        await asyncio.sleep(seconds)

    async def found(self) -> list[str]:
        """End everybody, let who got no answer ask again, and look at what is not as it must be."""
        for process in self.processes:
            if process.poll() is None:
                self.kill(process)
        tried = entries(*self.journals())
        async with shop_on(self.dsn) as shop:
            await retried(DeskDoor(shop), tried)
            return await violations(shop, tried)

    def answered(self) -> int:
        """How many calls had an answer."""
        return sum("said" in entry for entry in entries(*self.journals()).values())


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
async def field(durable: Server, tmp_path: Path) -> Callable[[], Awaitable[Field]]:
    """A field with a fresh database; whoever still runs is ended."""
    dsn, name = durable.ensure(), f"faults_{secrets.token_hex(4)}"
    admin = await asyncpg.connect(dsn)
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    found = Field(durable, dsn.replace("/postgres?", f"/{name}?"), tmp_path)
    connection = await store_database.connect(found.dsn, "sayso")
    await migrate(connection, "sayso")
    await connection.close()
    async with shop_on(found.dsn) as shop:
        await prepared(shop)
    yield found
    for process in found.processes:
        if process.poll() is None:
            found.kill(process)


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
    assert field.answered() > 1000
    assert await field.found() == []


@pytest.mark.parametrize("fault", ["takes_are_lost", "locks_are_not_taken", "keys_are_not_kept"])
async def test_a_planted_fault_is_seen(field: Field, fault: str) -> None:
    ended = [field.start(attempts=1500, fault=fault) for _ in range(2)]
    await asyncio.to_thread(lambda: [process.wait(60) for process in ended])
    assert await field.found()


async def test_answers_before_the_commit_are_seen(field: Field) -> None:
    for _ in range(3):
        process = field.start(fault="answers_come_before_the_commit")
        await field.busy(2)
        field.kill(process)
    assert [one for one in await field.found() if one.endswith("is lost")]
