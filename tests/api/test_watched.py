"""A worker whose loop stands still for long ends, so that another takes its place; one that is busy does not."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

PROGRAM = """
import asyncio, sys, time
from sayso.api import serve

serve.STUCK = 1.0

async def main():
    async with serve.watched():
        if sys.argv[1] == "stuck":
            time.sleep(20)
        for _ in range(15):
            time.sleep(0.1)
            await asyncio.sleep(0)
        await asyncio.sleep(0.5)
    time.sleep(1.5)
    print("ended well")

asyncio.run(main())
"""


@pytest.mark.parametrize(("how", "status"), [("stuck", 1), ("busy", 0)])
def test_a_loop_that_stands_still_ends_its_process(how: str, status: int) -> None:
    began = time.monotonic()
    said = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, timeout=30)
    assert said.returncode == status, said.stderr
    assert time.monotonic() - began < 15
    assert ("time.sleep" in said.stderr or "line" in said.stderr) == (how == "stuck")
    assert ("ended well" in said.stdout) == (how == "busy")
