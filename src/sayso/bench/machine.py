"""What a figure was measured on: processors, Python, PostgreSQL, what a flush to disk takes."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from msgspec import Struct

from sayso.store import benchmark
from sayso.wiring import Clock

_PAGE = bytes(8192)
_FLUSHES = 40
_SETTINGS = (
    "server_version",
    "fsync",
    "synchronous_commit",
    "shared_buffers",
    "max_wal_size",
    "full_page_writes",
)


class Machine(Struct, frozen=True):
    """The machine and the server. `flush_us`: median microseconds to write 8 kB and flush it, None where the
    server's disk is not ours. `load`: processes that wanted to run beside, averaged over a minute, at the start."""

    measured: str
    processors: int
    processor: str
    system: str
    python: str
    postgres: dict[str, str]
    flush_us: float | None
    load: float | None


async def seen(connection: Any, folder: Path | None) -> Machine:
    """Look at it."""
    return Machine(
        f"{Clock().now():%Y-%m-%d}", os.cpu_count() or 1, _processor(), f"{platform.system()} {platform.release()}",
        platform.python_version(), await benchmark.shown(connection, *_SETTINGS),
        _flush_us(folder) if folder else None, _load(),
    )  # fmt: skip


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")),
        platform.machine(),
    )


def _load() -> float | None:
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def _flush_us(folder: Path) -> float:
    flush = os.fdatasync if sys.platform.startswith("linux") else os.fsync
    path = folder / "flush"
    times = []
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        for _ in range(_FLUSHES):
            begun = perf_counter()
            os.pwrite(handle, _PAGE, 0)
            flush(handle)
            times.append((perf_counter() - begun) * 1e6)
    finally:
        os.close(handle)
        path.unlink()
    return round(median(times), 1)
