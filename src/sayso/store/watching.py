"""What went wrong with messages and effects and is written down there, and what of it is over. Knows SQL; opens no case."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sayso.store.database import queries

SQL = queries("watching")


class Conflict(NamedTuple):
    """A message that came with two bodies. `about` is its order, "" where that is not known."""

    number: int
    source: str
    id: str
    about: str


class Unclear(NamedTuple):
    """An effect that may have been brought about."""

    effect: str
    system: str
    kind: str
    about: str
    amount: Decimal | None
    currency: str
    problem: str | None


async def over(connection: Any) -> list[tuple[str, str]]:
    """(kind, key) of open cases of messages that are not held back any more, and of effects that were brought about."""
    rows = [*await connection.fetch(SQL["no_longer_held"]), *await connection.fetch(SQL["done_after_all"])]
    return [(row["kind"], row["key"]) for row in rows]


async def conflicts(connection: Any) -> list[Conflict]:
    """Messages with two bodies that nobody was told of."""
    return [Conflict(*row) for row in await connection.fetch(SQL["conflicts"])]


async def unclear(connection: Any, since: datetime) -> list[Unclear]:
    """Effects that were sent at `since` or before, and are unclear."""
    return [Unclear(*row) for row in await connection.fetch(SQL["unclear"], since)]


async def down(connection: Any) -> list[tuple[str, int]]:
    """(system, failures in a row) of systems that are not asked at this moment, because they failed too often."""
    return [(row["system"], row["failures"]) for row in await connection.fetch(SQL["down"])]
