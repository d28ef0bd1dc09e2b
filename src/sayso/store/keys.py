"""The table of API keys. Knows hashes, never a secret, and does not judge what a key may do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from sayso.store.database import mapped, queries

_SQL = queries("keys")


class Known(Struct, frozen=True):
    """A live key as it was found. `stale`: its last use was noted more than an hour ago, or never."""

    name: str
    scopes: tuple[str, ...]
    customers: tuple[str, ...] | None
    expires: datetime | None
    stale: bool
    systems: tuple[str, ...] | None = None


class Listed(Struct, frozen=True):
    """A key as it is shown to people. `last_used` is kept to the hour."""

    name: str
    scopes: tuple[str, ...]
    customers: tuple[str, ...] | None
    created: datetime
    expires: datetime | None
    revoked: datetime | None
    last_used: datetime | None
    systems: tuple[str, ...] | None = None


async def find(conn: Any, digest: bytes, now: datetime) -> Known | None:
    """The live key of a secret's SHA-256; None for one that is not known, expired or revoked."""
    with mapped():
        row = await conn.fetchrow(_SQL["find_key"], digest, now)
    if row is None:
        return None
    return Known(
        row["name"], tuple(row["scopes"]), _bound(row, "customers"), row["expires"], row["stale"],
        _bound(row, "systems"),
    )  # fmt: skip


async def note_use(conn: Any, name: str, now: datetime) -> None:
    """Remember that the key was used, to the hour."""
    with mapped():
        await conn.execute(_SQL["note_use"], name, now)


async def add(
    conn: Any, name: str, digest: bytes, scopes: tuple[str, ...], customers: tuple[str, ...] | None,
    created: datetime, expires: datetime | None, systems: tuple[str, ...] | None = None,
) -> bool:  # fmt: skip
    """Keep a new key; False if its name was ever given."""
    with mapped():
        kept = await conn.fetchval(
            _SQL["add_key"], name, digest, list(scopes), None if customers is None else list(customers),
            created, expires, None if systems is None else list(systems),
        )  # fmt: skip
    return kept is not None


async def everyone(conn: Any) -> list[Listed]:
    """Every key that was ever made, by name."""
    with mapped():
        rows = await conn.fetch(_SQL["list_keys"])
    return [
        Listed(
            row["name"], tuple(row["scopes"]), _bound(row, "customers"), row["created"], row["expires"],
            row["revoked"], row["last_used"], _bound(row, "systems"),
        )
        for row in rows
    ]  # fmt: skip


async def revoke(conn: Any, name: str, now: datetime) -> datetime | None:
    """Revoke a key; the moment it was first revoked, or None if there is no such key."""
    with mapped():
        revoked: datetime | None = await conn.fetchval(_SQL["revoke_key"], name, now)
    return revoked


def _bound(row: Any, to: str) -> tuple[str, ...] | None:
    return None if row[to] is None else tuple(row[to])
