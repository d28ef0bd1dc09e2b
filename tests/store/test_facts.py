"""The tables are those of the kinds, and one statement judges a chunk of rows against what is held."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from sayso.canon.kinds import KINDS
from sayso.canon.rows import Fact, RowReader
from sayso.store import database as store_database
from sayso.store import facts as store
from sayso.store.facts import Stamp, Whom
from sayso.store.facts_sql import statements

T = datetime(2011, 2, 1, 6, tzinfo=UTC)
NOBODY = Whom(frozenset(), frozenset(), False, frozenset())

COLUMNS = """
SELECT column_name, data_type, is_nullable, column_default
FROM information_schema.columns WHERE table_schema = 'sayso' AND table_name = $1 ORDER BY ordinal_position"""
KEY = """
SELECT a.attname FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k (number, place), pg_attribute a
WHERE i.indrelid = ('sayso.' || $1)::regclass AND i.indisprimary AND a.attrelid = i.indrelid AND a.attnum = k.number
ORDER BY k.place"""
BOOKKEEPING = [
    ("as_of", "timestamp with time zone"), ("fed_by", "text"), ("deleted", "boolean"), ("load_id", "bigint"),
    ("load_line", "bigint"),
]  # fmt: skip


def facts(kind: str, *rows: dict[str, object]) -> list[Fact]:
    reader = RowReader(KINDS[kind])
    found = [reader.mapping(number, row) for number, row in enumerate(rows, 1)]
    assert all(isinstance(one, Fact) for one in found), found
    return found


async def merge(conn, kind, *rows, hours=0, source="erp", load=1, seen=None):
    stamp = Stamp(T + timedelta(hours=hours), source, load)
    return await store.merge(conn, KINDS[kind], facts(kind, *rows), stamp, seen)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
async def test_a_table_is_its_kind(conn, kind):
    rows = await conn.fetch(COLUMNS, kind.name)
    found = {row["column_name"]: row["data_type"] for row in rows}
    assert found == dict([(column.name, column.sql_type) for column in kind.all] + BOOKKEEPING)
    assert [row[0] for row in await conn.fetch(KEY, kind.name)] == [column.name for column in kind.key]
    by_name = {row["column_name"]: row for row in rows}
    for column in kind.all:
        row, in_key = by_name[column.name], column in kind.key
        assert row["is_nullable"] == ("NO" if in_key else "YES")
        default = f"'{column.neutral}'::{column.sql_type}" if column.sql_type != "numeric" else column.neutral
        assert row["column_default"] == (default if column.optional else None)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
async def test_every_kinds_sql_is_understood(conn, kind):
    sql = statements(kind.name)
    for text in (sql.merge, sql.sweep, sql.sweep_on):
        await conn.prepare(text)


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("inbound", "(item)"), ("demand", "(item)"), ("demand", "(customer)"), ("demand", '("order")'),
        ("prices", "(target_type, target)"), ("prices", "(source_type, source)"), ("customers", "(parent)"),
        ("customers", "(bill_to)"), ("receivables", "(customer)"), ("exposures", "(customer)"),
        ("kits", "(component)"), ("receipts", "(item, vendor)"), ("stock", "(item, site, variant)"),
    ],
)  # fmt: skip
async def test_what_cards_are_built_by_has_an_index(conn, table, columns):
    found = await conn.fetch(
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'sayso' AND tablename = $1", table
    )
    assert any(columns in row[0] for row in found)


async def test_new_changed_confirmed_same_and_stale(conn):
    first = await merge(conn, "stock", {"item": "A", "site": "L", "on_hand": 5}, {"item": "B", "site": "L"})
    assert first[:5] == (2, 0, 0, 0, 0)
    second = await merge(
        conn, "stock", {"item": "A", "site": "L", "on_hand": 6}, {"item": "B", "site": "L"}, hours=1, load=2
    )
    assert second[:5] == (0, 1, 1, 0, 0)
    assert second.whom == Whom(frozenset("AB"), frozenset(), False, frozenset())
    again = await merge(
        conn, "stock", {"item": "A", "site": "L", "on_hand": 6}, {"item": "B", "site": "L"}, hours=1, load=2
    )
    assert (again[:5], again.whom) == ((0, 0, 2, 0, 0), NOBODY)
    older = await merge(conn, "stock", {"item": "A", "site": "L", "on_hand": 9}, load=3)
    assert (older[:5], older.whom) == ((0, 0, 0, 1, 0), NOBODY)
    assert await conn.fetchval("SELECT on_hand FROM stock WHERE item = 'A'") == 6


async def test_what_says_nothing_new_writes_nothing(conn):
    row = {"item": "A", "site": "L", "on_hand": "5.0"}
    await merge(conn, "stock", row)
    before = await conn.fetchrow("SELECT xmin, xmax, ctid, * FROM stock")
    merged = await merge(conn, "stock", {**row, "on_hand": 5}, load=2)
    assert merged.seen == [0]
    assert await conn.fetchrow("SELECT xmin, xmax, ctid, * FROM stock") == before


async def test_columns_left_out_keep_what_they_have(conn):
    await merge(conn, "stock", {"item": "A", "site": "L", "on_hand": 5, "safety_stock": 2})
    await merge(conn, "stock", {"item": "A", "site": "L", "on_hand": 6}, hours=1, load=2)
    await merge(
        conn, "stock", {"item": "A", "site": "L", "reserved": 1, "safety_stock": None}, hours=2, load=3
    )
    assert tuple(await conn.fetchrow("SELECT on_hand, reserved, safety_stock FROM stock")) == (6, 1, None)


async def test_a_tombstone_holds_off_what_is_older_and_what_returns_begins_empty(conn):
    await merge(conn, "stock", {"item": "A", "site": "L", "on_hand": 5, "safety_stock": 2})
    gone = await merge(conn, "stock", {"item": "A", "site": "L", "deleted": True}, hours=2, load=2)
    assert (gone.deleted, gone.whom.items) == (1, {"A"})
    late = await merge(conn, "stock", {"item": "A", "site": "L", "on_hand": 9}, hours=1, load=3)
    assert late.stale == 1
    back = await merge(conn, "stock", {"item": "A", "site": "L", "on_hand": 1}, hours=3, load=4)
    assert back.inserted == 1
    assert tuple(await conn.fetchrow("SELECT on_hand, safety_stock, deleted FROM stock")) == (1, None, False)


async def test_a_tombstone_of_what_nobody_knew_touches_nobody(conn):
    gone = await merge(conn, "stock", {"item": "A", "site": "L", "deleted": True}, hours=2)
    assert (gone[:5], gone.whom) == ((0, 0, 1, 0, 0), NOBODY)
    assert (await merge(conn, "stock", {"item": "A", "site": "L"}, hours=1, load=2)).stale == 1


async def test_the_second_row_of_a_key_in_a_load_is_told_from_a_correction(conn):
    row = {"item": "A", "site": "L", "on_hand": 5}
    await merge(conn, "stock", {"item": "B", "site": "L"}, row, load=7)
    second = await merge(conn, "stock", {**row, "on_hand": 6}, load=7)
    assert (second.doubles, second[:5]) == ([(0, 2)], (0, 0, 0, 0, 0))
    assert (await merge(conn, "stock", {**row, "on_hand": 6}, load=8)).updated == 1
    seen = await merge(conn, "stock", {**row, "on_hand": 7}, load=9, seen=[4])
    assert seen.doubles == [(0, 4)]


async def test_a_row_that_moves_to_another_item_touches_both(conn):
    key = {"document": "PO1", "line": "1"}
    await merge(conn, "inbound", {**key, "item": "A", "quantity": 5})
    moved = await merge(conn, "inbound", {**key, "item": "B"}, hours=1, load=2)
    assert moved.whom.items == {"A", "B"}
    gone = await merge(conn, "inbound", {**key, "deleted": True}, hours=2, load=3)
    assert gone.whom.items == {"B"}


async def test_demand_tells_of_its_customer_and_of_our_order(conn):
    row = {"document": "SO1", "line": "1", "item": "A", "customer": "C1", "order": "WEB-1"}
    first = await merge(conn, "demand", row, {"document": "SO2", "line": "1", "item": "B", "order": ""})
    assert first.whom == Whom(frozenset("AB"), frozenset({"C1"}), False, frozenset({("WEB-1", "A")}))
    second = await merge(conn, "demand", {"document": "SO1", "line": "1", "quantity": 3}, hours=1, load=2)
    assert second.whom == Whom(frozenset("A"), frozenset({"C1"}), False, frozenset({("WEB-1", "A")}))
    gone = await merge(conn, "demand", {"document": "SO1", "line": "1", "deleted": True}, hours=2, load=3)
    assert gone.whom == Whom(frozenset("A"), frozenset({"C1"}), False, frozenset())


@pytest.mark.parametrize(
    ("row", "whom"),
    [
        (
            {"source_type": "all", "target_type": "item", "target": "A"},
            Whom(frozenset("A"), frozenset(), False, frozenset()),
        ),
        (
            {"source_type": "customer", "source": "C", "target_type": "item", "target": "A"},
            Whom(frozenset("A"), frozenset("C"), False, frozenset()),
        ),
        (
            {"source_type": "customer", "source": "C", "target_type": "all"},
            Whom(frozenset(), frozenset("C"), False, frozenset()),
        ),
        ({"source_type": "all", "target_type": "all"}, Whom(frozenset(), frozenset(), True, frozenset())),
    ],
)
async def test_a_price_touches_its_item_its_customer_or_the_world(conn, row, whom):
    assert (await merge(conn, "prices", {"line_type": "price", "price": 5, **row})).whom == whom


async def test_a_customer_touches_those_it_was_billed_to(conn):
    await merge(conn, "customers", {"customer": "C", "bill_to": "P", "parent": "Q"})
    moved = await merge(conn, "customers", {"customer": "C", "bill_to": "R"}, hours=1, load=2)
    assert moved.whom.customers == {"C", "P", "Q", "R"}


async def test_receipts_touch_nobody_and_sites_the_world(conn):
    receipt = {"document": "PO1", "line": "1", "receipt": "R1", "item": "A"}
    assert (await merge(conn, "receipts", receipt)).whom == NOBODY
    assert (await merge(conn, "sites", {"site": "L"})).whom == Whom(
        frozenset(), frozenset(), True, frozenset()
    )


async def test_every_column_of_every_kind_is_kept_as_it_was_told(conn):
    samples = {
        "text": "X", "list": "A|B", "decimal": "2.5", "integer": 2, "boolean": True, "date": "2011-02-01",
        "time": "16:30", "timezone": "Europe/London", "country": "GB", "currency": "GBP", "uom": "EA",
    }  # fmt: skip
    for kind in KINDS.values():
        row = {column.name: samples.get(column.type, (column.choices or ("",))[0]) for column in kind.all}
        assert (await merge(conn, kind.name, row)).inserted == 1
        held = await conn.fetchrow(f'SELECT * FROM "{kind.name}"')  # noqa: S608
        for column in kind.all:
            value = held[column.name]
            assert (value.isoformat() if column.type == "date" else str(value).lower()) == str(
                row[column.name]
            ).lower()


async def test_sweep_in_steps_of_its_own_source_and_nothing_newer(conn):
    rows = [{"document": f"D{number}", "line": "1", "item": f"I{number}"} for number in range(7)]
    await merge(conn, "inbound", *rows)
    await merge(conn, "inbound", {"document": "OTHER", "line": "1", "item": "O"}, source="wms")
    await merge(conn, "inbound", rows[3], hours=1, load=2)
    stamp, last, removed, items = Stamp(T + timedelta(hours=1), "erp", 2), None, 0, set()
    for _ in range(3):
        swept = await store.sweep(conn, KINDS["inbound"], stamp, last, 3)
        removed, last, items = removed + swept.removed, swept.last, items | swept.whom.items
    assert (removed, last) == (6, None)
    assert items == {"I0", "I1", "I2", "I4", "I5", "I6"}
    alive = await conn.fetch("SELECT document FROM inbound WHERE NOT deleted ORDER BY 1")
    assert [row[0] for row in alive] == ["D3", "OTHER"]


async def test_what_a_snapshot_had_not_stays_out_when_it_comes_late(conn):
    await store.note_feed(conn, KINDS["stock"], "erp", T + timedelta(hours=1), T, snapshot=True)
    assert (await merge(conn, "stock", {"item": "A", "site": "L"})).stale == 1
    assert (await merge(conn, "stock", {"item": "A", "site": "L"}, source="wms")).inserted == 1
    assert (await merge(conn, "stock", {"item": "B", "site": "L"}, hours=1, load=2)).inserted == 1


async def test_two_loads_at_the_same_rows_never_write_half(conn, database):
    other = await store_database.connect(database, "sayso")
    try:
        await merge(conn, "stock", {"item": "A", "site": "L", "on_hand": 1})
        for rows in ([{"item": "A", "site": "L", "on_hand": 2}], [{"item": "B", "site": "L", "on_hand": 2}]):
            mine, theirs = conn.transaction(), other.transaction()
            await mine.start()
            await merge(conn, "stock", *rows, hours=1, load=2)
            await theirs.start()
            waiting = asyncio.create_task(merge(other, "stock", *rows, hours=2, load=3))
            await _until_blocked(conn)
            await mine.commit()
            with pytest.raises((asyncpg.SerializationError, asyncpg.UniqueViolationError)):
                await waiting
            await theirs.rollback()
            assert (await merge(other, "stock", *rows, hours=2, load=3)).unchanged == 1
    finally:
        await other.close()


async def _until_blocked(conn):
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    for _ in range(500):
        if await conn.fetchval(waiting):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the other load did not wait")
