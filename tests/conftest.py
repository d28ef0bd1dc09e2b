"""One PostgreSQL for the whole run, and for each test a fresh database cloned from a migrated template.

SAYSO_TEST_DATABASE_URL names another server (its user must be allowed to create databases).
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import pytest_asyncio

from sayso.store import database as store_database
from sayso.store.migrate import migrate
from sayso.store.server import Server

SCHEMA = "sayso"

# Whether a commit survives a crash is asked by tests that make a server of their own.
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}


def pytest_configure() -> None:
    """A run that is ended by SIGTERM, as by a time limit, still stops its server."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def dsn_of(dsn: str, database: str) -> str:
    """The same server and user, another database."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{database}"))


@pytest.fixture(scope="session")
def server_dsn() -> Iterator[str]:
    """A server with fsync off, or the one named by SAYSO_TEST_DATABASE_URL."""
    if given := os.environ.get("SAYSO_TEST_DATABASE_URL"):
        yield given
        return
    home = Path(tempfile.mkdtemp(prefix="sayso-"))  # pytest's own folders make too long a socket path
    server = Server(home, settings=_FAST)
    try:
        yield server.ensure()
    finally:
        server.stop(immediate=True)
        shutil.rmtree(home)


@pytest_asyncio.fixture(scope="session")
async def admin(server_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that creates and drops databases."""
    connection = await asyncpg.connect(server_dsn)
    yield connection
    await connection.close()


@pytest_asyncio.fixture(scope="session")
async def template(server_dsn: str, admin: asyncpg.Connection) -> AsyncIterator[str]:
    """The name of a database in which the schema `sayso` is migrated and empty."""
    name = f"sayso_test_{secrets.token_hex(4)}"
    await admin.execute(f"CREATE DATABASE {name}")
    connection = await store_database.connect(dsn_of(server_dsn, name), SCHEMA)
    await migrate(connection, SCHEMA)
    await connection.close()
    yield name
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


_numbers = count(1)


@pytest_asyncio.fixture
async def database(server_dsn: str, admin: asyncpg.Connection, template: str) -> AsyncIterator[str]:
    """The DSN of a fresh database, migrated and empty, dropped afterwards."""
    name = f"{template}_{next(_numbers)}"
    # Copying files beats writing each page to the log: 30 ms against 120 ms.
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield dsn_of(server_dsn, name)
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture
async def conn(database: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the test's database, as the store opens it."""
    connection = await store_database.connect(database, SCHEMA)
    yield connection
    await connection.close()
