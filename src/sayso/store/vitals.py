"""What a doctor asks the database. Knows SQL and tables; whether an answer is good is the desk's to say."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sayso.store.database import queries

SQL = queries("vitals")

_PATIENCE = 600.0  # seconds: rows are counted, and there may be many


class ServerVitals(NamedTuple):
    """What answers. `durable` is false where a commit may be lost by a crash of the machine."""

    version: str
    follows: bool
    bytes: int
    now: datetime
    durable: bool


class Feed(NamedTuple):
    """How fresh a source's word on a kind is."""

    kind: str
    source: str
    as_of: datetime
    loaded: datetime


class HoldVitals(NamedTuple):
    """Holds that live, and those whose time is up and that nobody has ended."""

    live: int
    waiting: int
    oldest: datetime | None


class Asked(NamedTuple):
    """How a system that is asked fares. `waiting` counts what it is still to do, `failed` what it refused or was given
    up."""

    system: str
    waiting: int = 0
    oldest: datetime | None = None
    unclear: int = 0
    failed: int = 0
    breaker: str = "closed"
    failures: int = 0
    until: datetime | None = None


class Silent(NamedTuple):
    """When a feed was last heard, by when it must be again, and since when it is overdue."""

    system: str
    last: datetime
    due: datetime | None
    breached: datetime | None


class Following(NamedTuple):
    """How what follows orders stands. `oldest` since when the first that waits does, `oldest_held` in quarantine."""

    waiting: int
    oldest: datetime | None
    quarantined: int
    oldest_held: datetime | None
    behind: int
    asked: list[Asked]
    silent: list[Silent]
    cases: dict[str, int]


async def server(conn: Any) -> ServerVitals:
    """The server."""
    return ServerVitals(*await conn.fetchrow(SQL["server"]))


async def facts(conn: Any) -> dict[str, int]:
    """Rows by kind."""
    return {row["kind"]: row["rows"] for row in await conn.fetch(SQL["facts"], timeout=_PATIENCE)}


async def feeds(conn: Any) -> list[Feed]:
    """Sources by kind."""
    return [Feed(*row) for row in await conn.fetch(SQL["feeds"])]


async def holds(conn: Any, now: datetime) -> HoldVitals:
    """Holds at a moment."""
    return HoldVitals(*await conn.fetchrow(SQL["holds"], now))


async def cases(conn: Any) -> tuple[int, datetime | None]:
    """Open cases, and the moment the oldest was opened."""
    row = await conn.fetchrow(SQL["cases"])
    return row["open"], row["oldest"]


async def following(conn: Any) -> Following:
    """What follows orders."""
    inbox = await conn.fetchrow(SQL["inbox"], timeout=_PATIENCE)
    return Following(
        inbox["waiting"], inbox["oldest"], inbox["quarantined"], inbox["oldest_held"], inbox["behind"],
        [Asked(*row) for row in await conn.fetch(SQL["asked"], timeout=_PATIENCE)],
        [Silent(*row) for row in await conn.fetch(SQL["silent"])],
        {row["kind"]: row["cases"] for row in await conn.fetch(SQL["cases_by_kind"])},
    )  # fmt: skip
