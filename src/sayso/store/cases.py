"""Cases as rows, and what was done about each. Knows SQL; what calls for a case is judged elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from sayso.cases.wanted import Known, Wanted
from sayso.store.database import queries

SQL = queries("cases")
_FACTS = msgspec.json.Encoder(order="sorted")


class Row(NamedTuple):
    """A case as it stands. `key` is blank for those of promises."""

    id: str
    kind: str
    key: str
    state: str
    owner: str
    opened: datetime
    due: datetime | None
    closed: datetime | None
    promise: str | None
    order: str | None
    customer: str | None
    document: str
    item: str | None
    site: str | None
    line: int
    amount: str | None
    currency: str | None
    next_step: str
    facts: str
    closed_why: str | None
    closed_by: str
    assigned: str
    reopened: int


class Closed(NamedTuple):
    """A case that was closed now."""

    id: str
    kind: str
    order: str
    customer: str


class Act(NamedTuple):
    """What was done about a case; `by` is "" where the facts did it, `facts` JSON."""

    case: str
    by: str
    action: str
    note: str = ""
    facts: str = "{}"


class Past(NamedTuple):
    """The same, as it was written down."""

    at: datetime
    by: str
    action: str
    note: str
    facts: str


class Telling(NamedTuple):
    """A document as it was told last."""

    family: str
    type: str
    occurred: datetime
    data: bytes


class Asked(NamedTuple):
    """Which cases are asked for. Blank or None: any. `customers`: those that the caller may see."""

    state: str = "open"
    owner: str = ""
    kind: str = ""
    order: str = ""
    customer: str = ""
    assigned: str = ""
    overdue: bool | None = None
    customers: Sequence[str] | None = None
    cursor: str = ""


async def standing(
    connection: Any, kinds: Sequence[str], orders: Collection[str], documents: Collection[str],
    accounts: tuple[Sequence[str], Collection[str]], keys: Iterable[tuple[str, str]],
) -> list[Known]:  # fmt: skip
    """Open cases of kinds about these orders and documents, of (kinds, accounts) those of their customers, and of each
    (kind, key) the open one, else the last."""
    named = sorted(set(keys))
    rows = await connection.fetch(
        SQL["standing"], list(kinds), sorted(orders), sorted(documents), list(accounts[0]), sorted(accounts[1]),
        [kind for kind, _ in named], [key for _, key in named],
    )  # fmt: skip
    return [Known(*row) for row in rows]


async def standing_of_kinds(
    connection: Any, kinds: Sequence[str], keys: Iterable[tuple[str, str]]
) -> list[Known]:
    """All open cases of kinds, and of each (kind, key) the open one, else the last."""
    named = sorted(set(keys))
    rows = await connection.fetch(
        SQL["standing_of_kinds"], list(kinds), [kind for kind, _ in named], [key for _, key in named]
    )
    return [Known(*row) for row in rows]


async def open_new(connection: Any, cases: Sequence[tuple[str, Wanted]], now: datetime) -> set[str]:
    """Open cases under these ids; which of the ids are new. One that another transaction opened first is not."""
    if not cases:
        return set()
    found = [case for _, case in cases]
    rows = await connection.fetch(
        SQL["open"], now, [id_ for id_, _ in cases], [one.kind for one in found], [one.key for one in found],
        [one.owner for one in found], [one.due for one in found], *_columns(found),
    )  # fmt: skip
    return {row["id"] for row in rows}


async def renew(connection: Any, cases: Sequence[tuple[Known, Wanted]]) -> set[str]:
    """Bring cases up to date, opening again those that were closed; the ids of those that were as they were known."""
    if not cases:
        return set()
    found = [case for _, case in cases]
    rows = await connection.fetch(
        SQL["renew"], [one.id for one, _ in cases], [one.state for one, _ in cases], [one.due for one in found],
        *_columns(found),
    )  # fmt: skip
    return {row["id"] for row in rows}


def _columns(cases: Sequence[Wanted]) -> list[list[Any]]:
    names = (
        "order", "customer", "document", "item", "site", "line", "amount", "currency", "next_step",
    )  # fmt: skip
    return [
        *([getattr(one, name) for one in cases] for name in names),
        [_FACTS.encode(one.facts).decode() for one in cases],
        [one.digest for one in cases],
    ]


async def close(connection: Any, ids: Sequence[str], why: str, by: str, now: datetime) -> list[Closed]:
    """Close cases; those that were open. `by` is "" where the facts do it."""
    if not ids:
        return []
    return [Closed(*row) for row in await connection.fetch(SQL["close"], now, why, by, list(ids))]


async def write_down(connection: Any, acts: Sequence[Act], now: datetime) -> None:
    """Add to the history of cases."""
    if acts:
        columns = [list(column) for column in zip(*acts, strict=True)]
        await connection.execute(SQL["history"], now, *columns)


async def listed(connection: Any, asked: Asked, now: datetime, most: int) -> list[Row]:
    """Cases as asked for, the newest first, from behind a cursor."""
    customers = None if asked.customers is None else list(asked.customers)
    rows = await connection.fetch(
        SQL["listed"], asked.state, asked.cursor, customers, asked.owner, asked.kind, asked.order, asked.customer,
        asked.assigned, asked.overdue, now, most,
    )  # fmt: skip
    return [Row(*row) for row in rows]


async def one(connection: Any, case: str) -> Row | None:
    """A case."""
    row = await connection.fetchrow(SQL["one"], case)
    return None if row is None else Row(*row)


async def past(connection: Any, case: str) -> list[Past]:
    """What was done about a case, the first first."""
    return [Past(*row) for row in await connection.fetch(SQL["past"], case)]


async def times(connection: Any, case: str, action: str) -> int:
    """How often an action was done about a case."""
    found: int = await connection.fetchval(SQL["times"], case, action)
    return found


async def assign(connection: Any, case: str, to: str) -> None:
    """Say who works on a case; "" for nobody."""
    await connection.execute(SQL["assign"], case, to)


async def hold(connection: Any, case: str) -> None:
    """Wait until nobody else works on a case, for the length of this transaction. Locks no row: who works on an order takes
    the order first and its cases then, and an action does the same."""
    await connection.execute(SQL["hold"], case)


async def tellings(connection: Any, document: str, families: Sequence[str]) -> list[Telling]:
    """The telling that counts of every document of this number."""
    return [Telling(*row) for row in await connection.fetch(SQL["tellings"], document, list(families))]


def amount_of(row: Row) -> Decimal | None:
    """The money at stake."""
    return None if row.amount is None else Decimal(row.amount)
