"""The promise ledger as rows: how promises ended and why. Only adds and reads; whoever ends a promise says why.

What later knows better (a shipment, a refusal by the ERP) adds its word by `write`, in its own transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sayso.store.database import queries

SQL = queries("endings")

#: The ledger's words, the good one first.
HOW = ("kept", "late", "short", "refused_by_erp", "expired", "released", "cancelled")
#: What rates are taken by.
KEYS = ("cause", "customer", "channel", "item")
_LONG = 600.0


class Ending(NamedTuple):
    """A word on how a promise ended. `how` is one of HOW, `cause` a code, `by` who did it ("" where it was nobody),
    `facts` a JSON object."""

    promise: str
    ended: datetime
    how: str
    cause: str
    by: str = ""
    facts: str = "{}"


class Asked(NamedTuple):
    """Which words are wanted. None: any."""

    since: datetime | None = None
    until: datetime | None = None
    how: str | None = None
    cause: str | None = None
    customer: str | None = None
    customers: list[str] | None = None


class Listed(NamedTuple):
    """The last word on a promise, with the promise. `amount` is in the account's currency."""

    number: int
    promise: str
    ended: datetime
    how: str
    cause: str
    by: str
    facts: str
    customer: str
    channel: str
    reference: str
    order: str | None
    verdict: str
    amount: str
    made: datetime


class Rate(NamedTuple):
    """So many promises of a key ended so, for so much money."""

    how: str
    key: str
    promises: int
    amount: Decimal


async def write(connection: Any, endings: Sequence[Ending]) -> None:
    """Add words, in the caller's transaction."""
    if endings:
        await connection.execute(SQL["write"], *(list(column) for column in zip(*endings, strict=True)))


async def watch(connection: Any, taken_over: Iterable[tuple[str, str, str, date]]) -> None:
    """Watch what the ERP has taken over: (order, item, promise, the day it was promised to leave)."""
    rows = sorted(taken_over)
    if rows:
        await connection.execute(SQL["watch"], *(list(column) for column in zip(*rows, strict=True)))


async def watch_again(connection: Any, pairs: Sequence[tuple[str, str]]) -> None:
    """The ERP reports these (order, item) pairs: those that were thought to have ended are watched again."""
    await connection.execute(SQL["watch_again"], [order for order, _ in pairs], [item for _, item in pairs])


async def gone(connection: Any, items: Sequence[str] | None, now: datetime) -> None:
    """Orders with these items (None: any) whose demand the ERP no longer has end, as far as the facts can say."""
    await connection.execute(SQL["gone"], None if items is None else list(items), now)


async def overdue(connection: Any, now: datetime) -> int:
    """Promises whose day is over and that were not kept so far get a word that says so; how many."""
    return len(await connection.fetch(SQL["overdue"], now, timeout=_LONG))


async def listed(connection: Any, asked: Asked, before: int | None, most: int) -> list[Listed]:
    """The last words, the newest first, from behind a number."""
    rows = await connection.fetch(
        SQL["list"], before, asked.since, asked.until, asked.how, asked.cause, asked.customer, asked.customers, most,
        timeout=_LONG,
    )  # fmt: skip
    return [Listed(*row) for row in rows]


async def words(connection: Any, promises: Sequence[str]) -> dict[str, list[Ending]]:
    """Every word on some promises, the oldest first."""
    found: dict[str, list[Ending]] = {}
    for row in await connection.fetch(SQL["words"], list(promises)):
        found.setdefault(row["promise"], []).append(Ending(*row))
    return found


async def rates(connection: Any, asked: Asked, by: str) -> list[Rate]:
    """How many ended how, by one of KEYS."""
    rows = await connection.fetch(SQL["rates"], asked.since, asked.until, by, asked.customers, timeout=_LONG)
    return [Rate(row["how"], row["key"] or "", row["promises"], row["amount"]) for row in rows]
