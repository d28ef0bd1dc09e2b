"""One process that carries effects to a system over HTTP, to be killed: carrier.py DSN URL."""

from __future__ import annotations

import asyncio
import signal
import sys

from delivery.effects import NOW
from sayso.delivery.outbound import Outbound
from sayso.delivery.policy import read
from sayso.store import database
from sayso.systems.http_remote import HttpRemote


async def main(dsn: str, url: str) -> None:
    pool = await database.pool(dsn, "sayso", 4)
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    policies = read({"erp": {"role": "erp", "breaker": {"failures": 1000}}}, "test")
    await Outbound(pool, {"erp": HttpRemote(url)}, policies, lambda: NOW).run(stopping)
    await pool.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
