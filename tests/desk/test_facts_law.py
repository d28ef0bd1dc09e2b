"""The order of loads does not matter, nor how often they come: the same facts stand in the end. (Law 4.)"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.canon.kinds import KINDS
from sayso.desk import facts_load
from sayso.desk.facts import Load, load, rows_of
from sayso.store import database as store_database

T = datetime(2011, 2, 1, tzinfo=UTC)
_SLOW = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

ITEMS = "ABCD"
_row = st.fixed_dictionaries(
    {
        "item": st.sampled_from(ITEMS),
        "site": st.just("L"),
        "on_hand": st.sampled_from(["1", "2", "2.0", "x"]),  # x is refused
        "reserved": st.sampled_from(["", "1"]),
        "safety_stock": st.just(""),
        "deleted": st.sampled_from(["", "true"]),
    }
)
_load = st.tuples(st.lists(_row, max_size=6), st.booleans())  # rows, whether a snapshot


@pytest_asyncio.fixture
async def pool(database):
    pool = await store_database.pool(database, "sayso", 6)
    yield pool
    await pool.close()


async def _outcome(pool, loads, places):
    """What stands after loading `loads[place]` in this order; the as_of of each is its place in `loads`."""
    await pool.execute("TRUNCATE stock, feeds, loads")
    for place in places:
        rows, snapshot = loads[place]
        what = Load(KINDS["stock"], "erp", T + timedelta(hours=place), snapshot=snapshot)
        await load(pool, what, rows_of(what.kind, rows), T + timedelta(days=1))
    held = await pool.fetch(
        "SELECT item, site, on_hand, reserved, safety_stock, as_of FROM stock WHERE NOT deleted ORDER BY item, site"
    )
    return [tuple(row) for row in held]


@_SLOW
@given(loads=st.lists(_load, min_size=2, max_size=4), data=st.data())
async def test_any_order_and_any_repetition_end_in_the_same_facts(pool, loads, data):
    in_order = await _outcome(pool, loads, range(len(loads)))
    places = data.draw(st.permutations(range(len(loads))))
    again = data.draw(st.lists(st.sampled_from(places), max_size=3))
    assert await _outcome(pool, loads, [*places, *again]) == in_order


@_SLOW
@given(rows=st.lists(_row, max_size=25), size=st.integers(min_value=1, max_value=9))
async def test_the_size_of_chunks_and_a_second_time_change_nothing(pool, rows, size):
    whole = await _outcome(pool, [(rows, False)], [0])
    usual = facts_load.CHUNK
    facts_load.CHUNK = size
    try:
        assert await _outcome(pool, [(rows, False)], [0]) == whole
        before = await pool.fetch("SELECT xmin, xmax, ctid, * FROM stock ORDER BY item")
        what = Load(KINDS["stock"], "erp", T)
        report = await load(pool, what, rows_of(what.kind, rows), T)
        assert (report.inserted, report.updated, report.deleted, report.stale) == (0, 0, 0, 0)
        assert await pool.fetch("SELECT xmin, xmax, ctid, * FROM stock ORDER BY item") == before
    finally:
        facts_load.CHUNK = usual


async def test_loads_at_once_neither_lock_each_other_out_nor_mix(pool, monkeypatch):
    # A deadlock would be tried again; here it fails the test, because sorted keys never lead to one.
    monkeypatch.setattr(facts_load, "_AGAIN", (asyncpg.SerializationError, asyncpg.UniqueViolationError))
    kind, names = KINDS["stock"], [f"I{number:04}" for number in range(2000)]

    async def one(hours):
        in_order = names if hours % 2 else names[::-1]
        rows = [{"item": name, "site": "L", "on_hand": hours, "safety_stock": hours} for name in in_order]
        what = Load(kind, f"s{hours}", T + timedelta(hours=hours))
        return await load(pool, what, rows_of(kind, rows), T + timedelta(days=1))

    for _ in range(3):
        reports = await asyncio.gather(*(one(hours) for hours in range(6)))
        assert all(report.refused == 0 and report.read == len(names) for report in reports)
        rows = await pool.fetch("SELECT DISTINCT on_hand, safety_stock, as_of, fed_by, deleted FROM stock")
        assert [tuple(row) for row in rows] == [(5, 5, T + timedelta(hours=5), "s5", False)]
        assert await pool.fetchval("SELECT count(*) FROM stock") == len(names)
        await pool.execute("TRUNCATE stock")
