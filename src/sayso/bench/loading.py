"""A database for a benchmark: an embedded PostgreSQL in a temporary folder, or a schema of its own in another.

The world goes straight into the fact tables; what follows from a load is done by the desk's own last step.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sayso.bench.world import Scale, customer_code, item_code, tables
from sayso.desk.handover import Touched, settle_load
from sayso.desk.signing import Signer
from sayso.store import benchmark, database, migrate
from sayso.store.server import Server
from sayso.store.server_process import postmaster

_SETTLED_AT_ONCE = 20_000


@dataclass(frozen=True)
class Place:
    """Where a benchmark works: a DSN, a folder for keys, and the server's process where it is our own."""

    dsn: str
    home: Path
    postmaster: int | None


@contextmanager
def place(database_url: str | None) -> Iterator[Place]:
    """A place that is gone afterwards. An embedded server runs as Sayso ships it: fsync on, commits synchronous."""
    home = Path(tempfile.mkdtemp(prefix="sayso-bench-"))
    server = None if database_url else Server(home / "postgres", settings={"max_connections": "600"})
    try:
        dsn = server.ensure() if server else database_url or ""
        yield Place(dsn, home, postmaster(server.home.data) if server else None)
    finally:
        if server:
            server.stop()
        shutil.rmtree(home, ignore_errors=True)


@asynccontextmanager
async def schema(dsn: str) -> AsyncIterator[str]:
    """The name of a fresh, migrated schema that is dropped afterwards."""
    name = f"sayso_bench_{secrets.token_hex(4)}"
    connection = await database.connect(dsn, name)
    try:
        await migrate.migrate(connection, name)
        yield name
    finally:
        await connection.close()
        connection = await database.connect(dsn, name)
        await benchmark.drop_schema(connection, name)
        await connection.close()


async def fill(dsn: str, schema: str, scale: Scale, now: datetime, tell: Callable[[str], None]) -> None:
    """Load the world of a scale as of `now`, settle it, and gather statistics."""
    connection = await database.connect(dsn, schema)
    try:
        for table in tables(scale, now.date()):
            tell(f"loading {table.kind}")
            await benchmark.copy(connection, table.kind, table.columns, table.rows(), now, "bench")
        tell("settling the load")
        async with connection.transaction():
            await settle_load(connection, Touched(world=True), now)
        for numbers in _chunks(scale.customers):
            customers = frozenset(map(customer_code, numbers))
            async with connection.transaction():
                await settle_load(connection, Touched(customers=customers), now)
        for numbers in _chunks(scale.items):
            async with connection.transaction():
                await settle_load(connection, Touched(items=frozenset(map(item_code, numbers))), now)
        tell("gathering statistics")
        await benchmark.settled_in(connection)
    finally:
        await connection.close()


def signing_key(home: Path) -> None:
    """Make the key that every process of the benchmark signs with, before there are several that would."""
    Signer(home / "keys").keys()


def _chunks(number: int) -> Iterator[range]:
    for start in range(0, number, _SETTLED_AT_ONCE):
        yield range(start, min(start + _SETTLED_AT_ONCE, number))
