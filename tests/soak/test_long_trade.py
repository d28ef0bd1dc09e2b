"""Holds, orders, releases and cancellations for hours, while processes and PostgreSQL are killed at random.

A tenth of `SAYSO_SOAK_ATTEMPTS` (a million by default): each attempt is up to three calls. `SAYSO_SOAK_SEED` repeats
who is killed when; the seed is printed.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import sys
import time
from pathlib import Path

import pytest
from server_homes import scratch

from faults.field import Field, field_on
from sayso.store.server import Server

PROCESSES = 3


@pytest.mark.soak
async def test_trade_goes_on_through_everything(tmp_path: Path) -> None:
    attempts = int(os.environ.get("SAYSO_SOAK_ATTEMPTS", "1000000")) // 10
    seed = int(os.environ.get("SAYSO_SOAK_SEED", str(int(time.time()))))
    sys.stdout.write(f"seed {seed}, {attempts} attempts\n")
    home = scratch()
    server = Server(home / "pg")
    try:
        async with field_on(server, tmp_path) as field:
            await _trade(field, attempts, random.Random(seed))
            assert await field.found() == []
    finally:
        server.stop(immediate=True)
        shutil.rmtree(home)


async def _trade(field: Field, attempts: int, chance: random.Random) -> None:
    """Until so many holds were tried; a killed process is followed by another."""
    for _ in range(PROCESSES):
        field.start()
    while field.answered() < 2 * attempts:
        await asyncio.sleep(chance.uniform(5, 30))
        live = [process for process in field.processes if process.poll() is None]
        assert len(live) == PROCESSES, "somebody ended by itself"
        if chance.random() < 0.7:
            field.kill(chance.choice(live))
            field.start()
        else:
            await asyncio.to_thread(field.kill_postgresql)
