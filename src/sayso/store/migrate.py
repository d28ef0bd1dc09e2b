"""Bring a schema up to what this Sayso expects: numbered SQL files, applied once, in order, never undone.

Knows nothing of what the files say. A file runs in one transaction, so it cannot hold what PostgreSQL allows
only outside one (CREATE INDEX CONCURRENTLY).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import asyncpg

from sayso.errors import Misconfigured, NewerSchema, SaysoError
from sayso.store.database import mapped, quoted

_PATIENCE = 3600.0  # seconds: for other processes that migrate first, and for a long migration
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('sayso migrations ' || $1, 0))"
_RECORDED = "SELECT to_regclass($1 || '.migrations') IS NOT NULL"
_RECORD = """
CREATE TABLE migrations (
    number int PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL, -- SHA-256 of the file
    applied timestamptz NOT NULL DEFAULT now()
)"""
_HISTORY = "SELECT number, name, checksum, applied FROM migrations"
_APPLIED = "INSERT INTO migrations (number, name, checksum) VALUES ($1, $2, $3)"
_FILE = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")


@dataclass(frozen=True)
class Migration:
    """One step: its number (1, 2, ... without a gap), its name and its SQL, with `\\n` line ends."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()

    def __str__(self) -> str:
        return f"{self.number:04}_{self.name}"


def known() -> list[Migration]:
    """The migrations in this package, in order. Raises SaysoError for a misnamed file or a missing number."""
    found = []
    for file in (files(__package__) / "migrations").iterdir():
        if file.name.endswith(".sql"):
            match = _FILE.fullmatch(file.name)
            if match is None:
                raise SaysoError(f"the migration {file.name} is not named NNNN_name.sql")
            found.append(Migration(int(match[1]), match[2], file.read_text("utf-8").replace("\r\n", "\n")))
    found.sort(key=lambda migration: migration.number)
    if [migration.number for migration in found] != list(range(1, len(found) + 1)):
        raise SaysoError(f"the migrations are not numbered 1, 2, 3 ...: {', '.join(map(str, found))}")
    return found


async def migrate(connection: Any, schema: str, migrations: Sequence[Migration] | None = None) -> list[str]:
    """Make the schema if need be and apply what is missing; returns the names of what this call applied.

    Any number of processes may call at once: each step holds a lock that ends with its transaction.
    Raises NewerSchema, Misconfigured (a migration was edited, a right is missing) or StoreAway.
    """
    expected = known() if migrations is None else migrations
    done: list[str] = []
    while step := await _step(connection, schema, expected):
        done.append(str(step))
    return done


async def plan(connection: Any, schema: str, migrations: Sequence[Migration] | None = None) -> list[str]:
    """The names of what `migrate` would apply now. Changes nothing; raises as `migrate` does."""
    expected = known() if migrations is None else migrations
    with mapped():
        async with connection.transaction(isolation="read_committed", readonly=True):
            return [str(migration) for migration in await _pending(connection, schema, expected)]


async def _step(connection: Any, schema: str, expected: Sequence[Migration]) -> Migration | None:
    """Apply the first migration that is missing, in its own transaction; None if there is none."""
    with mapped():
        # Read committed, so that what is read after the wait for the lock is what its last holder wrote.
        async with connection.transaction(isolation="read_committed"):
            await connection.execute(_LOCK, schema, timeout=_PATIENCE)
            pending = await _pending(connection, schema, expected)
            if not pending:
                return None
            await _open(connection, schema)
            await _apply(connection, pending[0])
            return pending[0]


async def _open(connection: Any, schema: str) -> None:
    """Make what is missing of the schema and its record; asks for no right that is not needed."""
    name = quoted(schema)
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)", schema):
        await connection.execute(f"CREATE SCHEMA {name}")
    await connection.execute("SELECT set_config('search_path', $1, true)", name)
    if not await connection.fetchval(_RECORDED, name):
        await connection.execute(_RECORD)


async def _apply(connection: Any, step: Migration) -> None:
    try:
        with mapped():
            await connection.execute(step.sql, timeout=_PATIENCE)
    except asyncpg.PostgresError as error:
        raise SaysoError(f"the migration {step} failed, and nothing of it was kept: {error}") from error
    await connection.execute(_APPLIED, step.number, step.name, step.checksum)


async def _pending(connection: Any, schema: str, expected: Sequence[Migration]) -> list[Migration]:
    name = quoted(schema)
    await connection.execute("SELECT set_config('search_path', $1, true)", name)
    recorded = await connection.fetchval(_RECORDED, name)
    applied = {row["number"]: row for row in await connection.fetch(_HISTORY)} if recorded else {}
    newest, latest = max(applied, default=0), max((step.number for step in expected), default=0)
    if newest > latest:
        raise NewerSchema(
            f"the schema {schema} is at migration {newest:04}_{applied[newest]['name']}, "
            f"and this Sayso knows {latest:04} as the last",
            remedy="Start the Sayso that migrated it, or a newer one; or restore the backup from before.",
        )
    for step in expected:
        row = applied.get(step.number)
        if row and row["checksum"] != step.checksum:
            raise Misconfigured(
                f"the migration {step} is not the one that the schema {schema} got on {row['applied']:%F %T}",
                remedy="Put the file back as it was released, and make the change in a new migration.",
            )
        if not row and step.number < newest:
            raise Misconfigured(
                f"the migration {step} was never applied to the schema {schema}, though a later one was",
                remedy="Restore the table migrations from a backup; migrations are applied in order.",
            )
    return [step for step in expected if step.number not in applied]
