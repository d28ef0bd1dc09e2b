"""The reservation ledger against the reservations it sums: where they differ, and how that is set right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sayso.canon.ids import new_id
from sayso.store import promises
from sayso.store.database import queries

SQL = queries("ledger")


class Drift(NamedTuple):
    """One figure that differs: what the ledger says, what its documents say, and which they are."""

    kind: str
    key: str
    at: str
    stood: str
    says: str
    documents: str


class Stray(NamedTuple):
    """A reservation that no live promise stands behind."""

    promise: str
    place: int
    item: str
    site: str
    quantity: str
    state: str


async def drift(connection: Any) -> list[Drift]:
    """Every figure of the ledger that differs from the sum of its documents."""
    return [Drift(*row) for row in await connection.fetch(SQL["drift"], timeout=600)]


async def strays(connection: Any) -> list[Stray]:
    """Reservations without a live promise."""
    return [Stray(*row) for row in await connection.fetch(SQL["strays"], timeout=600)]


async def counts(connection: Any) -> dict[str, int]:
    """How many reservations, items, accounts and live promises there are."""
    return dict(await connection.fetchrow(SQL["counts"], timeout=600))


async def mend(
    connection: Any, found: Sequence[Drift], orphans: Sequence[Stray], by: str, now: datetime
) -> None:
    """Set the ledger to what its documents say, under the locks, and record each figure that was changed."""
    items = sorted(
        {one.key for one in found if one.kind == "item"} | {one.item for one in orphans if one.item}
    )
    accounts = sorted({one.key for one in found if one.kind == "account"})
    await promises.locked(connection, accounts, items, [])
    if orphans:
        await connection.execute(
            SQL["remove_strays"], [one.promise for one in orphans], [one.place for one in orphans]
        )
    rows = await connection.fetch(SQL["taken_of"], items)
    await connection.execute(SQL["set_taken"], [row["item"] for row in rows], [row["taken"] for row in rows])
    await connection.execute(SQL["set_promised"], accounts)
    mends = [
        (new_id("mnd", now), one.kind, f"{one.key} {one.at}", one.stood, one.says, one.documents)
        for one in found
    ]
    mends += [
        (
            new_id("mnd", now),
            "stray",
            f"{one.item} {one.site}",
            one.quantity,
            "0",
            f"{one.promise} ({one.state})",
        )
        for one in orphans
    ]
    columns = [list(column) for column in zip(*mends, strict=True)] if mends else [[] for _ in range(6)]
    await connection.execute(SQL["record_mend"], now, by, *columns)
