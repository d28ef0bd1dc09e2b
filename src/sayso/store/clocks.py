"""Clocks as rows: when something was last heard and by when it must be heard again. Knows SQL; judges no silence."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sayso.store.database import queries

SQL = queries("clocks")
ORDER = "order "
_LONG = 600.0


class Stage(NamedTuple):
    """An order's clock that is due; `state` is None where the order is no longer there."""

    clock: str
    state: bytes | None


class Feed(NamedTuple):
    """A feed's clock. `facts` is JSON, what was learned of it; `breached` since when it is silent."""

    clock: str
    last: datetime
    due: datetime
    facts: str
    breached: datetime | None


class Looked(NamedTuple):
    """What came of looking at an order's clock: when it is due next (None: never), whether a case of it is open."""

    clock: str
    due: datetime | None
    late: bool


class Set(NamedTuple):
    """What came of looking at a feed's."""

    clock: str
    last: datetime
    due: datetime | None
    facts: str
    late: bool


async def follow(connection: Any, orders: Sequence[tuple[str, datetime | None]], now: datetime) -> None:
    """Set the clocks of orders: by when each is to be heard of, None for nothing. One statement."""
    if orders:
        names = [ORDER + order for order, _ in orders]
        await connection.execute(SQL["follow"], names, [due for _, due in orders], now)


async def heard(connection: Any, systems: Sequence[tuple[str, datetime]]) -> None:
    """Systems were heard at these moments. One statement, which waits for nobody."""
    if systems:
        await connection.execute(SQL["heard"], [name for name, _ in systems], [at for _, at in systems])


async def due_stages(connection: Any, now: datetime, most: int) -> list[Stage]:
    """Orders whose clocks are due, held for this transaction."""
    return [Stage(*row) for row in await connection.fetch(SQL["due_stages"], now, most)]


async def looked_at(connection: Any, clocks: Sequence[Looked], now: datetime) -> None:
    """Write down what came of looking at orders' clocks."""
    if clocks:
        await connection.execute(
            SQL["looked_at"], *(list(column) for column in zip(*clocks, strict=True)), now
        )


async def feeds(connection: Any, declared: Collection[str], now: datetime) -> list[Feed]:
    """All feeds, held for this transaction; those declared and never heard begin now."""
    if declared:
        await connection.execute(SQL["begin_feeds"], sorted(declared), now)
    return [Feed(*row) for row in await connection.fetch(SQL["feeds"])]


async def set_feeds(connection: Any, clocks: Sequence[Set], now: datetime) -> None:
    """Write down what came of looking at feeds."""
    if clocks:
        await connection.execute(
            SQL["set_feeds"], *(list(column) for column in zip(*clocks, strict=True)), now
        )


async def count_slots(connection: Any, since: datetime) -> None:
    """Count by five minutes what came since it was counted last, and forget what came before `since`."""
    await connection.execute(SQL["forget_slots"], since)
    await connection.execute(SQL["count_slots"], since, timeout=_LONG)


async def arrivals(connection: Any, system: str, since: datetime) -> list[datetime]:
    """When a system was heard: of every five minutes the first and the last message."""
    rows = await connection.fetch(SQL["slots"], system, since)
    return [moment for row in rows for moment in (row["first"], row["last"])]


async def last_received(connection: Any, system: str, after: datetime) -> datetime | None:
    """When the last message of a system came after a moment, handled or not."""
    found: datetime | None = await connection.fetchval(SQL["last_received"], system, after)
    return found


async def told_of(connection: Any) -> set[str]:
    """The steps of orders that are ever told of here, or asked for."""
    return {row["stage"] for row in await connection.fetch(SQL["told_of"])}
