"""A thousand orders through every fault, while serving processes, workers and PostgreSQL are killed: all books agree.

SAYSO_SOAK_ORDERS sets how many (1,000 unless set), SAYSO_SOAK_SEED the seed; each seed has its own trade, faults and kills.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from faults.siege import afterwards, besieged, trade_and_kill
from following.agreement import compared
from following.fire import world_on
from processes import Folder
from sayso.store import database as store_database
from sayso.store.server import Server

pytestmark = pytest.mark.soak
ORDERS = int(os.environ.get("SAYSO_SOAK_ORDERS", "1000"))
SEED = int(os.environ.get("SAYSO_SOAK_SEED", str(random.randrange(1_000_000))))


async def test_a_thousand_orders_through_all_faults_and_kills() -> None:
    sys.stdout.write(f"seed {SEED}, {ORDERS} orders\n")
    place = Path(tempfile.mkdtemp(prefix="sayso-"))
    folder = Folder(place / "home")
    try:
        async with besieged(folder, SEED, orders=ORDERS, speed=2) as siege:
            await trade_and_kill(siege, ORDERS / 4, 5)
            await afterwards(siege, 60, ORDERS * 3 + 300)
            pool = await store_database.pool(Server(folder.home / "postgres").home.dsn(), "sayso", 4)
            try:
                found = await compared(pool, siege.company, siege.acknowledged)
                known = {row[0] for row in await pool.fetch('SELECT "order" FROM transactions')}
            finally:
                await pool.close()
            sys.stdout.write(
                f"{len(known)} orders followed, {len(siege.acknowledged)} messages acknowledged, "
                f"{siege.company.outlet.again} sent again, {len(siege.company.faults.played)} faults, "
                f"killed {dict(siege.killed)}, explained {dict(found.explained)}\n"
            )
            assert found.differences == [], f"seed {SEED}"
            assert {order for order, state in siege.placed.items() if state == "placed"} <= known
    finally:
        shutil.rmtree(place)


@pytest.mark.parametrize("turn", range(20))
async def test_many_worlds_under_fire(database: str, turn: int) -> None:
    async with world_on(database, SEED + turn) as world:
        await world.buy(40)
        await world.run(20)
        await world.calm()
        found = await compared(world.pool, world.company, world.acknowledged)
        assert found.differences == [], f"seed {SEED + turn}"
