"""How each system fares, and what was asked of it: breakers and budgets as rows, one for all workers. Decides nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sayso.store.database import queries

SQL = queries("breakers")


class Breaker(NamedTuple):
    """How a system fares. `closed`: it is asked; `open`: not before `until`; `half_open`: one request is on its way to
    see whether it is back, and the next may go at `until`. A closed one with `until` asked for a pause."""

    state: str
    failures: int
    until: datetime | None


async def hold(connection: Any, system: str) -> Breaker:
    """How a system fares, held until the end of the transaction: claims of one system come one after another."""
    row = await connection.fetchrow(SQL["lock"], system)
    if row is None:
        await connection.execute(SQL["make"], system)
        row = await connection.fetchrow(SQL["lock"], system)
    return Breaker(*row)


async def all_of(connection: Any) -> dict[str, Breaker]:
    """How every system fares that was ever asked."""
    return {
        row["system"]: Breaker(row["state"], row["failures"], row["until"])
        for row in await connection.fetch(SQL["all"])
    }


async def probe(connection: Any, system: str, until: datetime, now: datetime) -> None:
    """One request goes out; if nothing is heard of it, the next may at `until`."""
    await connection.execute(SQL["probe"], system, until, now)


async def failed(connection: Any, system: str, limit: int, until: datetime, now: datetime) -> bool:
    """Count a failure; True if nothing is asked any more before `until`."""
    state: str = await connection.fetchval(SQL["failed"], system, limit, until, now)
    return state == "open"


async def pause(connection: Any, system: str, until: datetime, now: datetime) -> None:
    """Ask nothing before `until`: the system said so."""
    await connection.execute(SQL["pause"], system, until, now)


async def succeeded(connection: Any, system: str, now: datetime) -> None:
    """The system answered; writes nothing where all was well before."""
    await connection.execute(SQL["succeeded"], system, now)


async def spent(connection: Any, system: str, starts: datetime) -> dict[str, int]:
    """What each share asked in the window that began at `starts`."""
    rows = await connection.fetch(SQL["spent"], system, starts)
    return {row["share"]: row["used"] for row in rows}


async def spend(connection: Any, system: str, share: str, starts: datetime, requests: int) -> None:
    """Count requests in the window that began at `starts`."""
    await connection.execute(SQL["spend"], system, share, starts, requests)
