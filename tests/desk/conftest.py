"""A shop with a few goods and customers, for stories."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from world import Shop, shop_on


@pytest_asyncio.fixture
async def shop(database: str) -> AsyncIterator[Shop]:
    """Ten lamps and a hundred cups in London; Ada may owe 1,000, Bob as much as he likes."""
    async with shop_on(database) as found:
        await found.opens()
        await found.item("lamp", 10, list_price="20.00")
        await found.item("cup", 100, list_price="2.50")
        await found.customer("ada", 1000)
        await found.customer("bob")
        yield found


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[Any]]:
    """What was logged, instead of printing it (a trace that nobody reads costs more than the test)."""
    with capture_logs() as found:
        yield found
