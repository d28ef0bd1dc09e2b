"""Rows of the events benchmark: a plain table of messages to put beside the inbox, and what came of a round."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sayso.store.database import queries, quoted
from sayso.store.inbox import Message

SQL = queries("benchmark_events")

_COLUMNS = ("source", "id", "kind", "content_type", "body", "key", "received")
_LONG = 600.0


async def make_plain(connection: Any, schema: str) -> None:
    """Make the connection's schema, and the table in it."""
    await make_schema(connection, schema)
    await connection.execute(SQL["make_plain"])


async def make_schema(connection: Any, schema: str) -> None:
    """Make a schema, empty."""
    await connection.execute(f"CREATE SCHEMA {quoted(schema)}")


async def insert_plain(connection: Any, messages: Sequence[Message], now: datetime) -> None:
    """Put a batch into the table by one INSERT."""
    columns = [list(column) for column in zip(*(message[:6] for message in messages), strict=True)]
    await connection.execute(SQL["insert_plain"], *columns, now)


async def copy_plain(connection: Any, messages: Sequence[Message], now: datetime) -> None:
    """Put a batch into the table by COPY."""
    rows = [(*message[:6], now) for message in messages]
    await connection.copy_records_to_table("plain", records=rows, columns=_COLUMNS, timeout=_LONG)


async def count_plain(connection: Any) -> int:
    """How many the table holds."""
    found: int = await connection.fetchval(SQL["count_plain"], timeout=_LONG)
    return found


async def empty_plain(connection: Any) -> None:
    """Empty it."""
    await connection.execute(SQL["empty_plain"])


class Marks(NamedTuple):
    """How many messages and documents there are by their last numbers, invoices asked for, news, cases; and the units on
    all shelves."""

    messages: int
    documents: int
    invoices: int
    told: int
    cases: int
    shelves: Decimal


class CameOf(NamedTuple):
    """Of a round: messages applied and not, shipments known, orders that have wholly left."""

    applied: int
    others: int
    shipments: int
    shipped: int


async def left(connection: Any) -> bool:
    """Whether messages wait."""
    found: bool = await connection.fetchval(SQL["left"])
    return found


async def marks(connection: Any) -> Marks:
    """Where things stand."""
    return Marks(*await connection.fetchrow(SQL["marks"], timeout=_LONG))


async def came_of(connection: Any, since: Marks, orders: Sequence[str]) -> CameOf:
    """What came of a round that began at some marks."""
    return CameOf(
        *await connection.fetchrow(
            SQL["came_of"], since.messages, since.documents, list(orders), timeout=_LONG
        )
    )


async def gather(connection: Any) -> None:
    """Let the planner know what is there, and write out what a round before it has left."""
    await connection.execute(SQL["gather"], timeout=_LONG)
    await connection.execute("CHECKPOINT", timeout=_LONG)
