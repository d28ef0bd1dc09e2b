"""Migrations: once each, in order, under a lock; newer and edited ones refused."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

import asyncpg
import pytest

from sayso.errors import Misconfigured, NewerSchema, SaysoError
from sayso.store import database as db
from sayso.store.migrate import Migration, known, migrate, plan

STEPS = [
    Migration(1, "things", "CREATE TABLE things (thing int PRIMARY KEY, name text NOT NULL);"),
    Migration(2, "seed", "INSERT INTO things VALUES (1, 'one'); INSERT INTO things VALUES (2, 'two');"),
    Migration(3, "size", "ALTER TABLE things ADD size numeric; CREATE INDEX things_name ON things (name);"),
]
NAMES = ["0001_things", "0002_seed", "0003_size"]


async def test_applied_once_and_in_order(conn: asyncpg.Connection) -> None:
    assert await plan(conn, "shop", STEPS) == NAMES
    assert await conn.fetchval("SELECT to_regnamespace('shop')::text") is None
    assert await migrate(conn, "shop", STEPS[:1]) == NAMES[:1]
    assert await plan(conn, "shop", STEPS) == NAMES[1:]
    assert await migrate(conn, "shop", STEPS) == NAMES[1:]
    assert await migrate(conn, "shop", STEPS) == await plan(conn, "shop", STEPS) == []
    assert await conn.fetchval("SELECT count(*) FROM shop.things") == 2
    assert await conn.fetchval("SHOW search_path") == '"sayso"'
    rows = await conn.fetch("SELECT number, name, checksum FROM shop.migrations ORDER BY number")
    assert [tuple(row) for row in rows] == [(step.number, step.name, step.checksum) for step in STEPS]


async def test_concurrent_starts_apply_each_once(database: str) -> None:
    connections = [await db.connect(database, "shop") for _ in range(8)]
    slow = [replace(step, sql=f"SELECT pg_sleep(0.05); {step.sql}") for step in STEPS]
    done = await asyncio.gather(*(migrate(connection, "shop", slow) for connection in connections))
    assert sorted(name for names in done for name in names) == NAMES
    assert await connections[0].fetchval("SELECT count(*) FROM things") == 2
    for connection in connections:
        await connection.close()


async def test_concurrent_starts_whatever_the_default_isolation(
    database: str, admin: asyncpg.Connection
) -> None:
    name = urlsplit(database).path[1:]
    await admin.execute(f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'")
    await test_concurrent_starts_apply_each_once(database)


async def test_two_schemas_do_not_meet(conn: asyncpg.Connection) -> None:
    assert await migrate(conn, "north", STEPS) == NAMES
    assert await migrate(conn, "south", STEPS[:2]) == NAMES[:2]
    assert await plan(conn, "south", STEPS) == NAMES[2:]


async def test_newer_schema_is_refused(conn: asyncpg.Connection) -> None:
    await migrate(conn, "shop", STEPS)
    for ask in (migrate, plan):
        with pytest.raises(NewerSchema, match=r"0003_size.*knows 0002") as caught:
            await ask(conn, "shop", STEPS[:2])
        assert "newer" in caught.value.remedy


async def test_edited_migration_is_refused(conn: asyncpg.Connection) -> None:
    await migrate(conn, "shop", STEPS[:2])
    edited = [STEPS[0], replace(STEPS[1], sql=STEPS[1].sql + " "), STEPS[2]]
    for ask in (migrate, plan):
        with pytest.raises(Misconfigured, match="0002_seed is not the one"):
            await ask(conn, "shop", edited)
    assert await conn.fetchval("SELECT count(*) FROM shop.migrations") == 2


async def test_forgotten_migration_is_refused(conn: asyncpg.Connection) -> None:
    await migrate(conn, "shop", STEPS)
    await conn.execute("DELETE FROM shop.migrations WHERE number = 2")
    with pytest.raises(Misconfigured, match="0002_seed was never applied"):
        await migrate(conn, "shop", STEPS)


async def test_failing_migration_leaves_nothing(conn: asyncpg.Connection) -> None:
    broken = [
        STEPS[0],
        Migration(2, "broken", "CREATE TABLE half (x int); INSERT INTO things VALUES (NULL);"),
    ]
    with pytest.raises(SaysoError, match=r"0002_broken failed.*null value"):
        await migrate(conn, "shop", broken)
    assert await conn.fetchval("SELECT to_regclass('shop.half')::text") is None
    assert await plan(conn, "shop", broken) == ["0002_broken"]


async def test_user_without_rights(conn: asyncpg.Connection, admin: asyncpg.Connection) -> None:
    await migrate(conn, "shop", STEPS[:2])
    await conn.execute("CREATE ROLE sayso_clerk NOLOGIN")
    try:
        await conn.execute("GRANT USAGE ON SCHEMA shop TO sayso_clerk")
        await conn.execute("GRANT SELECT ON shop.migrations TO sayso_clerk")
        await conn.execute("SET ROLE sayso_clerk")
        assert await migrate(conn, "shop", STEPS[:2]) == []  # nothing to do asks for no right
        with pytest.raises(Misconfigured, match="must be owner"):
            await migrate(conn, "shop", STEPS)
        with pytest.raises(Misconfigured, match="permission denied"):
            await migrate(conn, "other", STEPS)
    finally:
        await conn.execute("RESET ROLE")
        await conn.execute("DROP OWNED BY sayso_clerk")
        await admin.execute("DROP ROLE sayso_clerk")


async def shape(connection: asyncpg.Connection, schema: str) -> Sequence[tuple[str, ...]]:
    """Columns with type, default and nullness; constraints; indexes; all as PostgreSQL prints them."""
    rows = await connection.fetch(
        """SELECT 'column', c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod),
                  concat(pg_get_expr(d.adbin, d.adrelid), CASE WHEN a.attnotnull THEN ' NOT NULL' END)
           FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
           LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
           WHERE c.relnamespace = $1::text::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
             AND c.relkind IN ('r', 'p', 'v', 'm')
           UNION ALL
           SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
           FROM pg_constraint WHERE connamespace = $1::text::regnamespace
           UNION ALL
           SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = $1::text
           ORDER BY 1, 2, 3, 4""",
        schema,
    )
    return [tuple(str(value).replace(f"{schema}.", "") for value in row) for row in rows]


async def test_fresh_schema_equals_one_migrated_step_by_step(conn: asyncpg.Connection) -> None:
    for steps in (STEPS, known()):
        await conn.execute("DROP SCHEMA IF EXISTS fresh, stepwise CASCADE")
        await migrate(conn, "fresh", steps)
        for number in range(1, len(steps) + 1):
            await migrate(conn, "stepwise", steps[:number])
            assert await migrate(conn, "stepwise", steps[:number]) == []
        assert await shape(conn, "fresh") == await shape(conn, "stepwise")
    assert await shape(conn, "fresh") == await shape(conn, "sayso")


async def test_shape_sees_a_difference(conn: asyncpg.Connection) -> None:
    await migrate(conn, "one", STEPS)
    await migrate(
        conn, "two", [*STEPS, Migration(4, "loose", "ALTER TABLE things ALTER name DROP NOT NULL;")]
    )
    assert await shape(conn, "one") != await shape(conn, "two")


def test_packaged_migrations_are_numbered() -> None:
    assert [step.number for step in known()] == list(range(1, len(known()) + 1))
