"""A command and every process that it starts: how long, how much processor time, how much memory at most."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from threading import Event, Thread
from time import perf_counter
from typing import NamedTuple

_LOOK_SECONDS = 0.1
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Used(NamedTuple):
    """What a command used. `peak_mib` is the largest sum of resident memory that was seen of all its processes at once,

    looked at ten times a second; pages that two share count in both. None where there is no /proc. `out` is what it said.
    """

    status: int
    seconds: float
    processor_seconds: float
    peak_mib: int | None
    out: bytes


def watched(command: list[str]) -> Used:
    """Run it to its end. What it says on standard error is not kept."""
    with tempfile.TemporaryFile() as out:
        before, begun = getrusage(RUSAGE_CHILDREN), perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        peaks, over = [0], Event()
        watcher = Thread(target=_watch, args=(process.pid, peaks, over))
        watcher.start()
        try:
            status = process.wait()
        finally:
            over.set()
            watcher.join()
        seconds, after = perf_counter() - begun, getrusage(RUSAGE_CHILDREN)
        out.seek(0)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Used(status, seconds, used, peaks[0] >> 20 or None, out.read())


def _watch(first: int, peaks: list[int], over: Event) -> None:
    while not over.wait(_LOOK_SECONDS):
        peaks[0] = max(peaks[0], _resident(first))


def _resident(first: int) -> int:
    """Bytes of a process and of all below it."""
    whole, waiting = 0, [first]
    while waiting:
        process = Path(f"/proc/{waiting.pop()}")
        try:
            whole += int((process / "statm").read_text().split()[1]) * _PAGE
            waiting += [
                int(child)
                for task in (process / "task").iterdir()
                for child in (task / "children").read_text().split()
            ]
        except OSError:  # it has ended meanwhile
            continue
    return whole
