"""What is read of orders followed to cash: states, what was told of them, what was done and held. Only reads."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sayso.store.database import queries

SQL = queries("transactions_read")
_LONG = 3600.0
_STEP = 500  # rows brought at a time where all are read


class Row(NamedTuple):
    """The state of an order as it was last folded; `state` is canonical JSON."""

    order: str
    customer: str
    currency: str
    stage: str
    operational: bool
    financial: bool
    amount: Decimal
    placed: datetime | None
    changed: datetime
    state: bytes


class Asked(NamedTuple):
    """Which transactions are wanted; blank: any. `open` is operational or financial: those that are not complete so."""

    stage: str = ""
    customer: str = ""
    customers: list[str] | None = None
    open: str = ""
    since: datetime | None = None
    after: str = ""


class Document(NamedTuple):
    """One telling of a document of an order: when it happened, when it was known here, who told it."""

    number: int
    family: str
    document: str
    revision: int
    digest: str
    type: str
    subject: str
    occurred: datetime
    received: datetime
    source: str
    message: int | None
    data: bytes


class Effect(NamedTuple):
    """Something that a system was to be asked, and how it stands."""

    effect: str
    system: str
    kind: str
    cause: str
    amount: Decimal | None
    currency: str
    decided: datetime
    state: str
    tries: int
    sent: datetime | None
    settled: datetime | None
    problem: str | None


class Case(NamedTuple):
    """A case of an order."""

    case: str
    kind: str
    state: str
    owner: str
    opened: datetime
    closed: datetime | None
    customer: str | None
    item: str | None
    line: int
    amount: Decimal | None
    currency: str | None
    next_step: str
    closed_why: str | None
    due: datetime | None
    assigned: str


class Done(NamedTuple):
    """What was done about a case; `by` is "" where the facts did it."""

    case: str
    at: datetime
    by: str
    action: str
    note: str


class Held(NamedTuple):
    """A message about an order that is not applied."""

    number: int
    source: str
    id: str
    kind: str
    state: str
    received: datetime
    problem: str | None


class Stood(NamedTuple):
    """The promise that an order stands on; None where it is no longer on record."""

    promise: str
    placed: datetime
    customer: str
    made: datetime | None
    verdict: str | None
    amount: Decimal | None
    expires: datetime | None
    state: str | None


class Word(NamedTuple):
    """How a promise ended."""

    ended: datetime
    how: str
    cause: str
    by: str


class Redated(NamedTuple):
    """A part of a promise leaves on another day; a quantity of 0: on its promised day again."""

    line: int
    item: str
    site: str
    promised: date
    day: date | None
    quantity: Decimal
    because: str
    at: datetime


class Told(NamedTuple):
    """A document as it counts, with the keys of what it is about."""

    number: int
    family: str
    document: str
    revision: int
    type: str
    subject: str
    occurred: datetime
    received: datetime
    source: str
    data: bytes
    keys: list[str]


async def listed(pool: Any, asked: Asked, most: int) -> list[Row]:
    """Transactions as asked, by the number of the order."""
    rows = await pool.fetch(
        SQL["listed"],
        asked.stage,
        asked.customer,
        asked.customers,
        asked.open,
        asked.since,
        asked.after,
        most,
    )
    return [Row(*row) for row in rows]


async def one(pool: Any, order: str) -> Row | None:
    """The state of an order, None where nothing was ever folded under the number."""
    row = await pool.fetchrow(SQL["one"], order)
    return Row(*row) if row else None


async def documents(pool: Any, order: str, known_at: datetime | None = None) -> list[Document]:
    """Everything that was told of an order, or what was known of it at a moment, in the order of what happened."""
    return [Document(*row) for row in await pool.fetch(SQL["documents"], order, known_at)]


async def effects(pool: Any, order: str) -> list[Effect]:
    """What was to be done outside for an order."""
    return [Effect(*row) for row in await pool.fetch(SQL["effects"], order)]


async def cases(pool: Any, order: str) -> list[Case]:
    """The cases of an order."""
    return [Case(*row) for row in await pool.fetch(SQL["cases"], order)]


async def case_history(pool: Any, found: Sequence[str]) -> list[Done]:
    """What was done about cases."""
    return [Done(*row) for row in await pool.fetch(SQL["case_history"], list(found))] if found else []


async def held_messages(pool: Any, order: str) -> list[Held]:
    """Messages about an order that are held back, or wait."""
    return [Held(*row) for row in await pool.fetch(SQL["held_messages"], order)]


async def promise(pool: Any, order: str) -> Stood | None:
    """The promise an order of ours stands on."""
    row = await pool.fetchrow(SQL["promise"], order)
    return Stood(*row) if row else None


async def promise_ends(pool: Any, promise_: str) -> list[Word]:
    """How a promise ended."""
    return [Word(*row) for row in await pool.fetch(SQL["promise_ends"], promise_)]


async def redatings(pool: Any, promise_: str) -> list[Redated]:
    """What became of the dates of a promise."""
    return [Redated(*row) for row in await pool.fetch(SQL["redatings"], promise_)]


async def standing(pool: Any, now: datetime) -> dict[str, list[dict[str, Any]]]:
    """How things stand: rows by what they are about."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name in ("stages", "case_loads", "messages_held", "effects_open", "breakers", "heard"):
        given = [now] if name == "case_loads" else []
        found[name] = [dict(row) for row in await pool.fetch(SQL[name], *given, timeout=_LONG)]
    return found


async def tellings(connection: Any, since: datetime | None = None) -> AsyncIterator[Told]:
    """Every document as it counts; within a transaction, so many at a time."""
    async for row in connection.cursor(SQL["tellings"], since, prefetch=_STEP, timeout=_LONG):
        yield Told(*row)


async def rows(connection: Any, name: str) -> AsyncIterator[Any]:
    """All rows of a query by its name (states, all_cases); within a transaction."""
    async for row in connection.cursor(SQL[name], prefetch=_STEP, timeout=_LONG):
        yield row
