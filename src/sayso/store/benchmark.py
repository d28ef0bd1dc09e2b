"""What the benchmarks do to a database that is theirs alone: fill it fast, empty it between rounds, check it.

Never for a database that somebody works with: `reset` forgets every promise.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from sayso.store.database import queries, quoted
from sayso.store.promises import ensure_month

SQL = queries("benchmark")

_CHUNK = 1 << 20
_LONG = 3600.0
_EMPTIED = "promises, reservations, decisions, idempotency, orders, cases, ledger_mends"
_VACUUMED = "ledger, accounts, promises, reservations"


class Sample(NamedTuple):
    """A recorded decision and a ledger row of usual size, as a benchmark of bare writes has to write them."""

    answer: bytes
    evidence: bytes
    taken: str


class Counts(NamedTuple):
    """What stands in the database after a round."""

    held: int
    decisions: int
    transactions: int


class Oversold(NamedTuple):
    """A place whose projected balance falls below zero on a day from which a hold leans on it."""

    item: str
    site: str
    day: str
    balance: Decimal


class OverLimit(NamedTuple):
    """An account whose exposure is above its limit, with holds on it."""

    account: str
    limit: Decimal
    exposure: Decimal


async def copy(
    connection: Any,
    kind: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str | None]],
    as_of: datetime,
    source: str,
) -> None:
    """Bring rows of a kind of facts in, by COPY. None is blank; the texts hold no comma, quote or line end."""
    stamp = f",{as_of.isoformat()},{source}\n"

    def lines() -> Iterator[str]:
        for row in rows:
            yield ",".join(["" if value is None else value or '""' for value in row]) + stamp

    async def chunks() -> AsyncIterator[bytes]:
        gathered: list[str] = []
        size = 0
        for line in lines():
            gathered.append(line)
            size += len(line)
            if size > _CHUNK:
                yield "".join(gathered).encode()
                gathered, size = [], 0
        yield "".join(gathered).encode()

    await connection.copy_to_table(
        kind, source=chunks(), columns=[*columns, "as_of", "fed_by"], format="csv", timeout=_LONG
    )


async def settled_in(connection: Any) -> None:
    """After a load: statistics as autovacuum would have made them by and by."""
    await connection.execute("VACUUM (ANALYZE)", timeout=_LONG)


async def reset(connection: Any) -> None:
    """Forget all promises and give back what they took; versions of facts stay. Then clean up and checkpoint,
    so that no round pays for the one before it."""
    async with connection.transaction():
        await connection.execute(f"TRUNCATE {_EMPTIED}")
        await _give_back(connection)
    await _clean(connection)


async def reset_since(connection: Any, since: datetime) -> None:
    """The same for what was decided since a moment; what was recorded before stays."""
    async with connection.transaction():
        await connection.execute("TRUNCATE reservations")
        await connection.execute(SQL.forget_decisions, since, timeout=_LONG)
        await connection.execute(SQL.forget_holds, timeout=_LONG)
        await _give_back(connection)
    await _clean(connection)


async def remember(connection: Any, number: int, sample: Sample, before: datetime, customers: int) -> None:
    """Record so many promises of the past, all of them ended, where none are recorded yet."""
    for weeks in range(0, 108, 4):  # no month is shorter than four weeks
        await ensure_month(connection, (before - timedelta(weeks=weeks)).date())
    await connection.execute(
        SQL.remember_decisions, before, number, sample.answer, sample.evidence, customers, timeout=_LONG
    )
    for name in ("remember_promises", "remember_orders", "remember_answers"):
        await connection.execute(SQL[name], timeout=_LONG)
    await settled_in(connection)
    await connection.execute("CHECKPOINT", timeout=_LONG)


async def _give_back(connection: Any) -> None:
    await connection.execute(SQL.give_back_stock)
    await connection.execute(SQL.give_back_money)


async def _clean(connection: Any) -> None:
    await connection.execute(f"VACUUM (ANALYZE) {_VACUUMED}", timeout=_LONG)
    await connection.execute("CHECKPOINT", timeout=_LONG)


async def counts(connection: Any, since: datetime) -> Counts:
    """Live holds, and the decisions since a moment with the number of transactions that wrote them."""
    return Counts(*await connection.fetchrow(SQL.counts, since, timeout=_LONG))


async def counted(connection: Any) -> None:
    """Let the planner know how much a round has written."""
    await connection.execute("ANALYZE reservations, promises, decisions", timeout=_LONG)


async def oversold(connection: Any) -> list[Oversold]:
    """Every place that holds have taken below zero, worked out from the rows alone."""
    return [Oversold(*row) for row in await connection.fetch(SQL.oversold, timeout=_LONG)]


async def over_limit(connection: Any) -> list[OverLimit]:
    """Every account that holds have taken over its limit, worked out from the rows alone."""
    return [OverLimit(*row) for row in await connection.fetch(SQL.over_limit, timeout=_LONG)]


async def sample(connection: Any) -> Sample:
    """A decision whose answer is of the usual length, and a ledger row of the usual length."""
    answer, evidence = await connection.fetchrow(SQL.sample_decision)
    return Sample(answer, evidence, await connection.fetchval(SQL.sample_taken))


async def wal_position(connection: Any) -> int:
    """Bytes of write-ahead log written so far."""
    position: int = await connection.fetchval(SQL.wal_position)
    return position


async def shown(connection: Any, *names: str) -> dict[str, str]:
    """Settings of the server as it runs."""
    return {name: await connection.fetchval(SQL.setting, name) for name in names}


async def drop_schema(connection: Any, schema: str) -> None:
    """Remove a schema that a benchmark made."""
    await connection.execute(f"DROP SCHEMA IF EXISTS {quoted(schema)} CASCADE", timeout=_LONG)
