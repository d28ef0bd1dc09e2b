"""A broker of Sayso's that runs in this process, what partners send to it, and what came of it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

from sayso.delivery.broker import Broker, BrokerSettings
from sayso.store import outgoing
from sayso.store.outgoing import Said


def now() -> datetime:
    return datetime.now(UTC)


class Running:
    """A broker that runs in this process until the block ends."""

    def __init__(self, pool, url, **more) -> None:
        lease = more.pop("lease", timedelta(seconds=5))
        self.broker = Broker(
            pool, now, BrokerSettings(url, **more.pop("settings", {})), every=0.02, lease=lease, **more
        )
        self.stopping = asyncio.Event()

    async def __aenter__(self) -> Broker:
        self.task = asyncio.create_task(self.broker.run(self.stopping))
        return self.broker

    async def __aexit__(self, *_: object) -> None:
        self.stopping.set()
        await asyncio.wait_for(self.task, 15)


async def until(met, seconds: float = 20.0):
    end = asyncio.get_running_loop().time() + seconds
    while True:
        if found := await met():
            return found
        assert asyncio.get_running_loop().time() < end, "it did not come to be"
        await asyncio.sleep(0.03)


def event(id_: str, subject: str = "WEB-1", source: str = "wms") -> bytes:
    return json.dumps(
        {"specversion": "1.0", "id": id_, "source": source, "type": "sayso.pick.confirmed.v1", "subject": subject,
         "time": "2011-02-01T09:30:00Z", "data": {"document": id_}}
    ).encode()  # fmt: skip


async def kept(pool) -> list[tuple[str, str, str]]:
    rows = await pool.fetch("SELECT source, id, key FROM inbox ORDER BY number")
    return [tuple(row) for row in rows]


async def tell(pool, *subjects: str) -> None:
    await outgoing.add(pool, [Said("sayso.promise.kept.v1", one, "", now(), {}) for one in subjects])
