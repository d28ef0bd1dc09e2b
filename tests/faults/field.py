"""A durable PostgreSQL with adversaries on it, and kill -9 for all of them."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

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
        while postmaster(self.server.home.data) == number:  # the signal is on its way
            time.sleep(0.01)
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


@asynccontextmanager
async def field_on(server: Server, folder: Path) -> AsyncIterator[Field]:
    """A field with a fresh database; whoever still runs at the end is killed."""
    dsn, name = server.ensure(), f"faults_{secrets.token_hex(4)}"
    admin = await asyncpg.connect(dsn)
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    found = Field(server, dsn.replace("/postgres?", f"/{name}?"), folder)
    connection = await store_database.connect(found.dsn, "sayso")
    await migrate(connection, "sayso")
    await connection.close()
    async with shop_on(found.dsn) as shop:
        await prepared(shop)
    try:
        yield found
    finally:
        for process in found.processes:
            if process.poll() is None:
                found.kill(process)
