"""Waiting for the ERP's word on an order that was just placed: its state is looked at until it changes or time is up."""

from __future__ import annotations

import asyncio
from typing import Any

from sayso.store import promises
from sayso.store.promises import Order

_FIRST, _LONGEST = 0.05, 0.5  # seconds between looks


async def countersigned(pool: Any, order: str, seconds: float) -> Order | None:
    """The order once the ERP has said something of it, else as it stands after so many seconds; None: there is none."""
    pause, loop = _FIRST, asyncio.get_running_loop()
    until = loop.time() + seconds
    while True:
        found = (await promises.orders(pool, [order])).get(order)
        if found is None or found.state != "placed" or loop.time() >= until:
            return found
        await asyncio.sleep(min(pause, max(until - loop.time(), 0.01)))
        pause = min(pause * 1.5, _LONGEST)
