"""Locks on files that the kernel takes back when the last process holding one ends, however it ends.

No process id is written down, so no zombie and no reused id can be mistaken for a holder.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sayso.errors import ServerUnavailable


def take(path: Path, *, shared: bool = False) -> int | None:
    """A descriptor that holds the lock until it is closed here and in every child it was passed to.

    None if somebody holds a lock that forbids this one. Never waits.
    """
    import fcntl  # absent on Windows, where the rest of the store works with a database given by URL

    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        if isinstance(error, BlockingIOError):
            return None
        raise
    return lock


def release(lock: int) -> None:
    """Give the lock back, also where a child that was forked meanwhile has inherited it."""
    import fcntl

    fcntl.flock(lock, fcntl.LOCK_UN)
    os.close(lock)


@contextmanager
def held(path: Path, seconds: float) -> Iterator[None]:
    """Hold the lock while the block runs; waits for others, at most `seconds`, then ServerUnavailable."""
    deadline = time.monotonic() + seconds
    while (lock := take(path)) is None:
        if time.monotonic() > deadline:
            raise ServerUnavailable(
                f"another Sayso process has been starting or stopping PostgreSQL for {seconds:.0f} seconds",
                remedy=f"See which process has {path} open (lsof, fuser) and end it.",
            )
        time.sleep(0.02)
    try:
        yield
    finally:
        release(lock)
