"""What was learned of lateness, and when open inbound lines will arrive by it, as rows. Knows SQL; learns nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sayso.store.database import queries

SQL = queries("arrivals")

_AT_ONCE = 5000


class Open(NamedTuple):
    """An open inbound line, when it was promised first, and the calendar of the site that receives it."""

    document: str
    line: str
    variant: str
    item: str
    vendor: str
    due: date
    promised: date
    calendar: str


class Said(NamedTuple):
    """When an inbound line arrives, by what was learned: `receipts` of `rests_on` (item, vendor, all) stand behind it."""

    document: str
    line: str
    variant: str
    promised: date
    p50: date
    p90: date
    rests_on: str
    receipts: int


class Received(NamedTuple):
    """A row of receipts; quantity in base units."""

    document: str
    line: str
    receipt: str
    item: str
    site: str
    vendor: str
    ordered: date | None
    promised: date | None
    received: date | None
    quantity: Decimal | None


async def learned(connection: Any) -> str:
    """The digest of what was learned last; blank where nothing was."""
    return await connection.fetchval(SQL["learned"]) or ""


async def body(connection: Any) -> tuple[str, bytes]:
    """What was learned last, with its digest; blank where nothing was."""
    row = await connection.fetchrow(SQL["body"])
    return (row["digest"], row["body"]) if row else ("", b"")


async def keep(connection: Any, now: datetime, digest: str, found: bytes) -> None:
    """Keep what was learned."""
    await connection.execute(SQL["keep"], now, digest, found)


async def receipts(connection: Any) -> AsyncIterator[Received]:
    """Every receipt, a few thousand at a time; to be called within a transaction."""
    async for row in connection.cursor(SQL["receipts"], prefetch=_AT_ONCE):
        yield Received(*row)


async def remember(connection: Any, items: Sequence[str]) -> None:
    """Remember what was promised first of the open inbound lines of items."""
    await connection.execute(SQL["remember"], items)


async def open_lines(connection: Any, items: Sequence[str]) -> list[Open]:
    """The open inbound lines of items that have a due date."""
    return [Open(*row) for row in await connection.fetch(SQL["open"], items)]


async def items(connection: Any) -> list[str]:
    """The items that have any."""
    return [row["item"] for row in await connection.fetch(SQL["items"])]


async def working(connection: Any, calendars: Iterable[str]) -> dict[str, dict[date, bool]]:
    """The exceptions of calendars."""
    found: dict[str, dict[date, bool]] = {}
    for row in await connection.fetch(SQL["working"], sorted(calendars)):
        found.setdefault(row["calendar"], {})[row["date"]] = row["working"]
    return found


async def told(connection: Any, names: Sequence[str]) -> set[Said]:
    """What was said of the inbound lines of items."""
    return {Said(*row) for row in await connection.fetch(SQL["told"], names)}


async def tell(connection: Any, found: Iterable[Said]) -> None:
    """Say when inbound lines will arrive."""
    await connection.execute(SQL["tell"], *(list(column) for column in zip(*found, strict=True)))


async def forget(connection: Any) -> None:
    """Forget what was said of lines that are closed."""
    await connection.execute(SQL["forget"])
