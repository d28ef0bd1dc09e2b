"""Workers over an inbox that write down what they do, so that a test can see whether one order's work overlapped.

As a program it is one process of them: worker.py DSN LOG LANES. Each line of the log is in the kernel's hands before
anything follows from it, so it outlives the process.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sayso.delivery.inbound import Handler, Inbound
from sayso.store import database
from sayso.store.inbox import Kept, Verdict

NOW = datetime(2011, 1, 4, 9, 0, tzinfo=UTC)
TABLE = "CREATE TABLE seen (place bigint GENERATED ALWAYS AS IDENTITY, number bigint PRIMARY KEY, key text NOT NULL)"


def handler(log: Path, pause: float = 0.002) -> Handler:
    """Writes each message into the table `seen`, in the transaction, and begin and end of each into the log."""

    async def handle(connection: Any, some: list[Kept], _: datetime) -> list[Verdict]:
        keys = sorted({message.key for message in some})
        who = f"{os.getpid()}.{id(asyncio.current_task())}"
        _write(log, "begin", who, keys)
        try:
            for message in some:
                if message.kind == "kill":
                    os._exit(9)
                await connection.execute(
                    "INSERT INTO seen (number, key) VALUES ($1, $2)", message.number, message.key
                )
                await asyncio.sleep(pause)
        finally:
            _write(log, "end", who, keys)
        return [Verdict(message.number) for message in some]

    return handle


def _write(log: Path, what: str, who: str, keys: Iterable[str]) -> None:
    with open(log, "ab", buffering=0) as file:
        file.write(f"{what} {who} {','.join(keys)}\n".encode())


def overlaps(log: Path) -> list[str]:
    """The keys that two worked on at once, by the log."""
    busy: dict[str, str] = {}
    found = []
    for line in log.read_text().splitlines():
        what, who, keys = line.split(" ")
        for key in keys.split(","):
            if what == "end":
                busy.pop(key, None)
            elif busy.setdefault(key, who) != who:
                found.append(key)
    return found


def disorder(rows: Iterable[tuple[str, int]]) -> list[str]:
    """The keys whose messages were not worked off by their numbers; `rows` are (key, number) as they were worked off."""
    last: dict[str, int] = defaultdict(int)
    found = []
    for key, number in rows:
        if number <= last[key]:
            found.append(key)
        last[key] = number
    return found


async def main(dsn: str, log: str, lanes: int) -> None:
    pool = await database.pool(dsn, "sayso", lanes)
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    await Inbound(pool, handler(Path(log)), lambda: NOW, most=20, lanes=lanes).run(stopping)
    await pool.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
