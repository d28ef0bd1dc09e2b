"""The promise ledger of a database that had promises before there was one."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import asyncpg

from conftest import dsn_of
from sayso.store import database, endings
from sayso.store.migrate import known, migrate

SCHEMA = "sayso"
THEN = datetime(2026, 3, 2, 9, tzinfo=UTC)


async def test_what_ended_before_has_its_word(server_dsn: str, admin: asyncpg.Connection) -> None:
    name = f"before_{secrets.token_hex(4)}"
    await admin.execute(f"CREATE DATABASE {name}")
    connection = await database.connect(dsn_of(server_dsn, name), SCHEMA)
    try:
        steps = known()
        before = next(step.number for step in steps if step.name == "promise_ends") - 1
        await migrate(connection, SCHEMA, steps[:before])
        await connection.execute("SET search_path = sayso")
        for state in ("held", "ordered", "expired", "released", "replaced", "cancelled"):
            await connection.execute(
                "INSERT INTO promises (id, state, customer, account, asked, verdict, amount, made, expires, ended, why)"
                " VALUES ($1, $1, 'C', 'C', '', 'firm', 1, $2::timestamptz, $2::timestamptz,"
                " CASE WHEN $3 THEN $2::timestamptz END, 'so it was')", state, THEN, state not in ("held", "ordered"),
            )  # fmt: skip
        await migrate(connection, SCHEMA)
        await connection.execute("SET search_path = sayso")
        found = {one.promise: one for one in await endings.listed(connection, endings.Asked(), None, 99)}
        assert {promise: (one.how, one.cause) for promise, one in found.items()} == {
            "expired": ("expired", "time_up"), "released": ("released", "given_back"),
            "replaced": ("released", "replaced"), "cancelled": ("cancelled", "order_cancelled"),
        }  # fmt: skip
        assert {one.ended for one in found.values()} == {THEN}
        assert {one.facts for one in found.values()} == {'{"why": "so it was"}'}
    finally:
        await connection.close()
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
