"""What is told to a broker: the rows of `outgoing` one after another, and how far that is. Knows no broker's protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from prometheus_client import Counter

from sayso.store import outgoing
from sayso.store.outgoing import Numbered, Reader

_published = Counter("sayso_broker_published", "Events published to the broker.")

_PAGE = 100


class Outward(Struct, frozen=True):
    """An event on its way. `id` is the same whenever it is sent again; `key`: events of one key stay in their order."""

    topic: str
    id: str
    key: str
    body: bytes


Publish = Callable[[Outward], Awaitable[None]]
"""Returns when the broker has it for good; raises whatever its library raises."""


class Publishing:
    """Publishes for as long as the lease of its reader is its own."""

    def __init__(
        self, pool: Any, reader: Reader, now: Callable[[], datetime], prefix: str, lease: timedelta
    ) -> None:
        self._pool = pool
        self._reader = reader
        self._now = now
        self._prefix = prefix
        self._lease = lease

    async def run(self, publish: Publish, reached: int, every: float) -> None:
        """Publish what comes after a number, in order, until the lease is lost or something is raised."""
        while True:
            last = await outgoing.give_numbers(self._pool)
            rows = await outgoing.after(self._pool, reached, _PAGE) if last > reached else []
            for row in rows:
                await publish(outward(row, self._prefix))
                _published.inc()
            if rows:
                reached = rows[-1].number
                # After the broker's yes: what was published and not noted is published again under its id.
                if not await self._reader.advance(reached, self._now() + self._lease):
                    return
            else:
                await asyncio.sleep(every)


def outward(row: Numbered, prefix: str) -> Outward:
    """`sayso.order.placed.v1` goes to `<prefix>.order.placed.v1`."""
    return Outward(f"{prefix}.{row.type.removeprefix('sayso.')}", row.id, row.subject, row.body)
