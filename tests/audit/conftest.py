"""Shops whose decisions are on record."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from audit.journals import goods
from world import Shop, shop_on


@pytest_asyncio.fixture
async def shop(database: str) -> AsyncIterator[Shop]:
    """A shop with goods of every kind."""
    async with shop_on(database) as found:
        await goods(found)
        yield found


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[Any]]:
    """What was logged, instead of printing it."""
    with capture_logs() as found:
        yield found
