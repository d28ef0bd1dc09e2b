"""A pool of connections to the test's database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio

from sayso.store import database as store_database


@pytest_asyncio.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    """As the worker opens it."""
    found = await store_database.pool(database, "sayso", 6)
    yield found
    await found.close()
