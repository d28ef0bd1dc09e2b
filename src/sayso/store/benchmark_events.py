"""A plain table of messages, for benchmarks to put beside the inbox; it keeps them and nothing follows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

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
