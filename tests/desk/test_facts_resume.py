"""A load whose process is killed in the middle goes on where it was; nothing is lost and nothing doubled."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime

import pytest_asyncio

from sayso.desk.facts import Load, load
from sayso.store import database as store_database
from sayso.systems.files import found

T = datetime(2011, 2, 1, tzinfo=UTC)
ROWS = 30_000

LOADER = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from sayso.desk import facts_load
from sayso.desk.facts import Load, load
from sayso.systems.files import found
from sayso.store import database

facts_load.CHUNK = 100
T = datetime(2011, 2, 1, tzinfo=UTC)

async def main():
    pool = await database.pool(sys.argv[1], "sayso", 2)
    file = found(Path(sys.argv[2]))[0]
    what = Load(file.kind, "erp", T, resume_key=file.resume_key("erp", T, False))
    await load(pool, what, file.rows, T)

asyncio.run(main())
"""


@pytest_asyncio.fixture
async def pool(database):
    pool = await store_database.pool(database, "sayso", 2)
    yield pool
    await pool.close()


async def _killed_at(pool, database, path, rows):
    """Start a loader and kill it once so many rows are in."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    loader = await asyncio.create_subprocess_exec(
        sys.executable, "-c", LOADER, database, str(path), env=environment
    )
    try:
        for _ in range(3000):
            await asyncio.sleep(0.01)
            assert loader.returncode is None, "the loader ended by itself"
            if (await pool.fetchval("SELECT max(rows_read) FROM loads") or 0) >= rows:
                break
    finally:
        if loader.returncode is None:
            loader.send_signal(signal.SIGKILL)
        await loader.wait()


async def test_a_killed_load_goes_on(pool, database, tmp_path):
    path = tmp_path / "stock.csv"
    wrong = ROWS // 2
    with path.open("w") as file:
        file.write("item,site,on_hand\n")
        for number in range(ROWS):
            file.write(f"I{number:05},L,{'x' if number == wrong else number % 50}\n")
        file.write("I00007,L,99\n")  # contradicts line 9, which a process killed long ago brought in
    for rows in (1000, 5000, 20_000):
        await _killed_at(pool, database, path, rows)
    before = await pool.fetchrow("SELECT load_id, rows_read, finished FROM loads")
    assert 20_000 <= before["rows_read"] < ROWS
    assert before["finished"] is None
    assert await pool.fetchval("SELECT count(*) FROM stock") == before["rows_read"] - 1

    (file,) = found(path)
    asked = []

    def rows_after(skipped):
        asked.append(skipped)
        return file.rows(skipped)

    what = Load(file.kind, "erp", T, resume_key=file.resume_key("erp", T, False), file=file.name)
    report = await load(pool, what, rows_after, T)
    assert asked == [before["rows_read"]]
    assert (report.read, report.inserted, report.refused) == (ROWS + 1, ROWS - 1, 2)
    assert [(refusal.line, refusal.field) for refusal in report.refusals] == [
        (wrong + 2, "on_hand"),
        (ROWS + 2, "item, site, variant"),
    ]
    assert "line 9 has the same key" in report.refusals[1].detail
    assert await pool.fetchval("SELECT count(*) FROM stock") == ROWS - 1
    assert await pool.fetchval("SELECT sum(on_hand) FROM stock") == sum(
        n % 50 for n in range(ROWS) if n != wrong
    )
    assert await pool.fetchval("SELECT count(*) FROM loads WHERE finished IS NOT NULL") == 1
