"""Connections, the errors of a database that is away, and files of named queries."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import asyncpg
import pytest

from sayso.errors import Misconfigured, SaysoError, StoreAway
from sayso.store import database as db


async def test_connection_speaks_our_types(conn: asyncpg.Connection) -> None:
    row = await conn.fetchrow(
        """SELECT 1.50 AS money, '{"a": 1}'::jsonb AS document, current_schemas(false)::text[] AS path,
           current_setting('application_name') AS name, current_setting('timezone') AS zone"""
    )
    assert row is not None
    assert row["money"] == Decimal("1.50")
    assert isinstance(row["money"], Decimal)
    assert row["document"] == '{"a": 1}'
    assert row["path"] == ["sayso"]
    assert (row["name"], row["zone"]) == ("sayso", "UTC")


async def test_pool_gives_the_same_connections(database: str) -> None:
    pool = await db.pool(database, "sayso", 3)
    try:
        paths = await asyncio.gather(*(pool.fetchval("SHOW search_path") for _ in range(10)))
        assert set(paths) == {'"sayso"'}
        assert pool.get_size() <= 3
    finally:
        await pool.close()


async def test_pool_rolls_back_what_was_left_open(database: str, conn: asyncpg.Connection) -> None:
    await conn.execute("CREATE TABLE things (thing int)")
    pool = await db.pool(database, "sayso", 1)
    failures: list[Mapping[str, object]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: failures.append(context))
    try:
        async with pool.acquire() as lent:
            await lent.execute("BEGIN")
            await lent.execute("INSERT INTO things VALUES (1)")
        assert await pool.fetchval("SELECT count(*) FROM things") == 0
        assert len(failures) == 1  # asyncpg says that somebody forgot a transaction
    finally:
        loop.set_exception_handler(None)
        await pool.close()


@pytest.mark.parametrize(
    "schema", ["", "Sayso", "a-b", 'x"; DROP SCHEMA sayso; --', "1st", "pg_toast", "x" * 64]
)
async def test_schema_name_is_refused(database: str, schema: str) -> None:
    with pytest.raises(Misconfigured, match="schema name"):
        await db.connect(database, schema)


async def test_reserved_word_as_schema(database: str) -> None:
    connection = await db.connect(database, "order")
    await connection.execute('CREATE SCHEMA "order"')
    await connection.execute("CREATE TABLE things (thing int)")
    assert await connection.fetchval('SELECT count(*) FROM "order".things') == 0
    await connection.close()


async def test_nobody_listens() -> None:
    with pytest.raises(StoreAway, match="cannot be reached") as caught:
        await db.connect("postgresql://sayso@127.0.0.1:1/sayso", "sayso")
    assert caught.value.remedy


async def test_wrong_password_is_a_setting(database: str) -> None:
    head, _, tail = database.partition("@")
    user = head.rpartition(":")[0]
    if not user.startswith("postgresql://"):
        pytest.skip("the database URL holds no password to get wrong")
    with pytest.raises(Misconfigured, match="password authentication failed"):
        await db.connect(f"{user}:wrong@{tail}", "sayso")


async def test_missing_database_and_garbage_are_settings(database: str) -> None:
    with pytest.raises(Misconfigured, match="does not exist"):
        await db.connect(database.replace("/sayso_test", "/no_such"), "sayso")
    with pytest.raises(Misconfigured):
        await db.connect("mysql://localhost/x", "sayso")


async def test_connection_ended_by_the_server(conn: asyncpg.Connection, admin: asyncpg.Connection) -> None:
    await admin.execute("SELECT pg_terminate_backend($1)", conn.get_server_pid())
    for _ in range(3):  # told by the server, then by asyncpg: both mean that it is away
        with pytest.raises(StoreAway), db.mapped():
            await conn.fetch("SELECT 1")


async def test_closed_pool_is_away(database: str) -> None:
    pool = await db.pool(database, "sayso", 1)
    await pool.close()
    with pytest.raises(StoreAway), db.mapped():
        await pool.fetch("SELECT 1")


async def test_time_out_is_away(conn: asyncpg.Connection) -> None:
    with pytest.raises(StoreAway, match="no answer in time"), db.mapped():
        await conn.fetch("SELECT pg_sleep(5)", timeout=0.05)


async def test_client_that_hangs_in_a_transaction_loses_its_locks(
    conn: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    await conn.execute("CREATE TABLE things (thing int)")
    await conn.execute("INSERT INTO things VALUES (1)")
    monkeypatch.setattr(db, "IDLE_SECONDS", 1)
    hanging = await db.connect(database, "sayso")
    await hanging.execute("BEGIN")
    await hanging.execute("UPDATE things SET thing = 2")
    await conn.execute("UPDATE things SET thing = 3", timeout=5)
    with pytest.raises(StoreAway), db.mapped():
        await hanging.execute("COMMIT")
    assert await conn.fetchval("SELECT thing FROM things") == 3


async def test_mistakes_are_not_called_away(conn: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.UndefinedTableError), db.mapped():
        await conn.fetch("SELECT * FROM no_such_table")
    with pytest.raises(asyncpg.InterfaceError), db.mapped():
        await asyncio.gather(conn.fetch("SELECT pg_sleep(0.1)"), conn.fetch("SELECT 1"))
    await asyncio.sleep(0.2)


async def test_old_postgresql_is_refused(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    old = SimpleNamespace(major=14, minor=9)
    monkeypatch.setattr(asyncpg.Connection, "get_server_version", lambda _: old)
    for opened in (db.connect(database, "sayso"), db.pool(database, "sayso", 1)):
        with pytest.raises(Misconfigured, match=r"PostgreSQL 14\.9.*15 or newer"):
            await opened


GOOD = """-- About these queries.

-- name: lock_items
-- Lock the items in order,
-- so that nobody deadlocks.
SELECT item -- all of them
FROM ledger;

-- name: items
-- Count them.
SELECT count(*) FROM ledger
"""


def test_named_queries() -> None:
    sql = db.Queries(db.parsed(GOOD, "promises"))
    assert sql.lock_items == "-- promises.lock_items\nSELECT item -- all of them\nFROM ledger;"
    assert sql.items == sql["items"]
    assert sql.items.endswith("SELECT count(*) FROM ledger")
    assert list(sql) == ["lock_items", "items"]
    with pytest.raises(AttributeError, match="no query named lock_item"):
        _ = sql.lock_item


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("SELECT 1;\n" + GOOD, "before the first name"),
        ("-- name: one\nSELECT 1", "no sentence"),
        ("-- name: one\n-- what it does\nSELECT 1", "no sentence"),
        ("-- name: one\n-- What it does.\n", "empty"),
        ("-- name: One\n-- What it does.\nSELECT 1", "cannot be named so"),
        ("-- name:\n-- What it does.\nSELECT 1", "cannot be named so"),
        (GOOD + GOOD, "there twice"),
    ],
)
def test_query_file_is_refused(text: str, problem: str) -> None:
    with pytest.raises(SaysoError, match=problem):
        db.parsed(text, "promises")


def test_all_query_files_are_as_they_must() -> None:
    folder = files("sayso.store") / "queries"
    for file in folder.iterdir():
        if file.name.endswith(".sql"):
            assert db.queries(Path(file.name).stem)
