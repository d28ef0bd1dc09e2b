"""Processor time of other processes, as the kernel tells it in /proc; None where there is no /proc."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_PER_SECOND = os.sysconf("SC_CLK_TCK")


def of_server(postmaster: int | None) -> float | None:
    """Seconds that a PostgreSQL server and all its children, gone ones too, have used so far."""
    if postmaster is None:
        return None
    whole = _ticks(postmaster, reaped=True)
    if whole is None:
        return None
    for child in _children(postmaster):
        whole += _ticks(child, reaped=False) or 0
    return whole / _PER_SECOND


def of_processes(processes: Iterable[int]) -> float | None:
    """Seconds that some processes have used so far; None where one is not there."""
    ticks = [_ticks(process, reaped=False) for process in processes]
    known = [one for one in ticks if one is not None]
    return sum(known) / _PER_SECOND if len(known) == len(ticks) else None


def _children(process: int) -> list[int]:
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _parent(entry) == process]


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(") ")[2].split()[1])
    except OSError:
        return 0


def _ticks(process: int, *, reaped: bool) -> int | None:
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return None
    # Fields 14 to 17 of proc(5), of which two stand before the name's closing bracket: utime, stime, cutime, cstime.
    return sum(int(fields[place]) for place in ((11, 12, 13, 14) if reaped else (11, 12)))
