"""Laws 3 to 6 through kill -9, while orders become cash: of serving processes, workers, PostgreSQL, and all of it."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.siege import afterwards, besieged, trade_and_kill
from following.agreement import compared
from processes import Folder
from sayso.store import database as store_database
from sayso.store.server import Server

_SEED = 11


@pytest.fixture
def folder() -> Iterator[Folder]:
    place = Path(tempfile.mkdtemp(prefix="sayso-"))  # pytest's own folders make too long a socket path
    yield Folder(place / "home")
    shutil.rmtree(place)


async def test_nothing_is_lost_or_done_twice_on_the_way_to_cash(folder: Folder) -> None:
    sys.stdout.write(f"seed {_SEED}\n")
    async with besieged(folder, _SEED, orders=25, speed=8) as siege:
        await trade_and_kill(siege, 10, 1.2)
        await afterwards(siege, 60, 120)
        dsn = Server(folder.home / "postgres").home.dsn()
        pool = await store_database.pool(dsn, "sayso", 2)
        try:
            found = await compared(pool, siege.company, siege.acknowledged)
            known = {row[0] for row in await pool.fetch('SELECT "order" FROM transactions')}
        finally:
            await pool.close()
        assert found.differences == [], (found, siege.killed)
        assert {order for order, state in siege.placed.items() if state == "placed"} <= known
        assert len(known) > 15
        assert sum(siege.killed.values()) > 2
