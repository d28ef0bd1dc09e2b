"""A million adversarial attempts by several processes, with kill -9 of processes and of PostgreSQL all along.

`SAYSO_SOAK_ATTEMPTS` asks for another number. The seed is printed; the same seed asks the same.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
from pathlib import Path

import pytest

from faults.storm import Storm

_PROCESSES = 3


@pytest.mark.soak
async def test_a_million_attempts(tmp_path: Path) -> None:
    attempts = int(os.environ.get("SAYSO_SOAK_ATTEMPTS", "1000000"))
    seed = int(os.environ.get("SAYSO_SOAK_SEED", str(int(time.time()))))
    sys.stdout.write(f"seed {seed}, {attempts} attempts\n")
    chance = random.Random(seed)
    storm = Storm(tmp_path, seed)
    try:
        await storm.open(on_hand=attempts // 40)
        each = -(-attempts // _PROCESSES)
        for number in range(_PROCESSES):
            storm.start(number, each)
        while any(process.poll() is None for process in storm.processes.values()):
            await asyncio.sleep(chance.uniform(20, 60))
            number = chance.randrange(_PROCESSES)
            if storm.processes[number].poll() is None:
                storm.kill(number)
                storm.start(number, each)
            if chance.random() < 0.3:
                storm.kill_postgres()
        storm.wait(60)
        assert await storm.violations() == []
        assert len({one["key"] for one in storm.acknowledged()}) == each * _PROCESSES
    finally:
        storm.close()
