"""Promises, reservations, orders, decisions and their locks, as rows. Knows SQL; decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import asyncpg

from sayso.canon.ids import made_at
from sayso.store import endings
from sayso.store.database import queries

SQL = queries("promises")


class Promise(NamedTuple):
    """A row of promises: what is or was held. `amount` is in the account's currency."""

    id: str
    state: str
    customer: str
    account: str
    channel: str
    reference: str
    asked: str
    verdict: str
    amount: Decimal
    made: datetime
    expires: datetime
    order: str | None = None
    ended: datetime | None = None
    why: str | None = None


class Reservation(NamedTuple):
    """A row of reservations: base units that leave a site on a day."""

    promise: str
    place: int
    line: int
    item: str
    site: str
    variant: str
    day: date
    quantity: Decimal
    allocation: str
    account: str
    amount: Decimal
    state: str = ""


class Order(NamedTuple):
    """A row of orders."""

    order: str
    promise: str
    customer: str
    account: str
    po: str
    asked: str
    state: str
    placed: datetime
    changed: str = "[]"
    ended: datetime | None = None
    why: str | None = None


class Recorded(NamedTuple):
    """A row of decisions: the answer as it was given, and the evidence to make it again."""

    id: str
    made: datetime
    customer: str
    account: str
    verdict: str
    answer: bytes
    evidence: bytes


class Answered(NamedTuple):
    """A row of idempotency: the answer is `body`, or the decision under `promise`."""

    owner: str
    key: str
    asked: str
    promise: str
    status: int
    body: bytes
    made: datetime


class Settled(NamedTuple):
    """A change of a promise's state. `expires` None leaves it; `ended` None means it lives on."""

    id: str
    state: str
    order: str = ""
    expires: datetime | None = None
    ended: datetime | None = None
    why: str = ""


class OrderSettled(NamedTuple):
    """A change of an order's state."""

    order: str
    state: str
    ended: datetime | None
    why: str


class Locked(NamedTuple):
    """How the locked rows stand: versions of facts, what is taken and promised, states of promises."""

    world: int
    accounts: dict[str, tuple[int, str]]
    items: dict[str, tuple[int, str]]
    promises: dict[str, str]


class Expected(NamedTuple):
    """How rows are believed to stand: versions of facts, what is taken and promised, states of promises."""

    world: int
    accounts: dict[str, tuple[int, Decimal]]
    items: dict[str, tuple[int, str]]
    promises: dict[str, str]


class Writes:
    """What one transaction writes, gathered while it is decided."""

    def __init__(self) -> None:
        self.items: dict[str, str] = {}
        self.accounts: dict[str, Decimal] = {}
        self.promises: list[Promise] = []
        self.reservations: list[Reservation] = []
        self.decisions: list[Recorded] = []
        self.answers: list[Answered] = []
        self.orders: list[Order] = []
        self.settled: list[Settled] = []
        self.released: list[str] = []
        self.orders_settled: list[OrderSettled] = []
        self.endings: list[endings.Ending] = []

    @property
    def plain(self) -> bool:
        """Whether there are only new promises and decisions: nothing ends, and nothing is ordered."""
        return not (self.settled or self.released or self.orders_settled or self.orders or self.endings)


async def locked(
    connection: Any,
    accounts: Iterable[str],
    items: Iterable[str],
    promises: Iterable[str],
    *,
    lock: bool = True,
) -> Locked:
    """Lock the rows (accounts, then items, then promises, each sorted) and return them; without `lock`, only read them."""
    found = Locked(0, {}, {}, {})
    world = 0
    for what, key, facts, value in await connection.fetch(
        SQL["lock"] if lock else SQL["peek"], list(accounts), list(items), list(promises)
    ):
        if what == "item":
            found.items[key] = (facts, value)
        elif what == "account":
            found.accounts[key] = (facts, value)
        elif what == "promise":
            found.promises[key] = value
        else:
            world = facts
    return found._replace(world=world)


async def answered(connection: Any, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Answered]:
    """The answers that were given under these owners and keys."""
    rows = await connection.fetch(SQL["answered"], [owner for owner, _ in keys], [key for _, key in keys])
    return {
        (row["owner"], row["key"]): Answered(
            row["owner"], row["key"], row["asked"], row["promise"] or "", row["status"], row["body"], row["made"]
        )
        for row in rows
    }  # fmt: skip


async def keep_answer(connection: Any, answer: Answered) -> bool:
    """Keep an answer under its owner and key; False where there is one already."""
    return await connection.fetchval(SQL["keep_answer"], *answer) is not None


async def promises(connection: Any, ids: Sequence[str]) -> dict[str, Promise]:
    """Promises by number."""
    return {row["id"]: Promise(*row) for row in await connection.fetch(SQL["promises"], list(ids))}


async def referenced(
    connection: Any, references: Sequence[tuple[str, str, str]]
) -> dict[tuple[str, str, str], Promise]:
    """Live holds by customer, channel and reference."""
    columns = [list(column) for column in zip(*references, strict=True)]
    found = [Promise(*row) for row in await connection.fetch(SQL["referenced"], *columns)]
    return {(one.customer, one.channel, one.reference): one for one in found}


async def due(connection: Any, now: datetime, most: int) -> list[Promise]:
    """Holds whose time is up."""
    return [Promise(*row) for row in await connection.fetch(SQL["due"], now, most)]


async def orders(connection: Any, numbers: Sequence[str]) -> dict[str, Order]:
    """Orders by number."""
    return {row["order"]: Order(*row) for row in await connection.fetch(SQL["orders"], list(numbers))}


async def reservations(connection: Any, ids: Sequence[str]) -> dict[str, list[Reservation]]:
    """What live promises take, by promise."""
    found: dict[str, list[Reservation]] = {}
    for row in await connection.fetch(SQL["reservations"], list(ids)):
        found.setdefault(row["promise"], []).append(Reservation(*row))
    return found


async def decided(connection: Any, promise: str, made: datetime | None = None) -> Recorded | None:
    """The decision under a promise's number that was made at a moment, else the last; None if there is none."""
    since = made_at(promise)
    if since is None:
        return None
    if made is not None:
        row = await connection.fetchrow(SQL["decided_at"], promise, made)
    else:
        row = await connection.fetchrow(SQL["decided"], promise, since - timedelta(seconds=1))
    return Recorded(*row) if row else None


async def write(connection: Any, writes: Writes) -> None:
    """Write everything that was gathered; the caller's transaction makes it one step."""
    if writes.settled or writes.orders_settled or writes.released:
        await connection.execute(
            SQL["settle"], *_columns(writes.settled, 6), writes.released, *_columns(writes.orders_settled, 4)
        )
    await endings.write(connection, writes.endings)
    if writes.orders:
        rows = [order[:9] for order in writes.orders]
        placed = await connection.fetch(SQL["write_orders"], *_columns(rows, 9))
        if len(placed) != len(rows):
            raise asyncpg.UniqueViolationError("an order of this number was placed meanwhile")
    await connection.execute(SQL["write"], *_written(writes))


async def settle(
    connection: Any, expected: Expected, writes: Writes, cards: Sequence[tuple[str, str, str]]
) -> bool:
    """Lock, compare with what was expected, write and commit, in one call; False, with nothing written, where it differs.

    For writes that are `plain`. `cards` are archived with them: (address, kind, body).
    """
    accounts, items = sorted(expected.accounts), sorted(expected.items)
    done: bool = await connection.fetchval(
        SQL["settle_batch"],
        expected.world,
        array(accounts),
        plain_array([expected.accounts[name][0] for name in accounts]),
        plain_array([expected.accounts[name][1] for name in accounts]),
        array(items),
        plain_array([expected.items[name][0] for name in items]),
        array([expected.items[name][1] for name in items]),
        *_arrays(sorted(set(cards)), "ttt"),
        *_written(writes),
    )
    return done


def _written(writes: Writes) -> list[Any]:
    reserved, accounts = sorted(writes.items), sorted(writes.accounts)
    return [
        array(reserved),
        array([writes.items[item] for item in reserved]),
        array(accounts),
        plain_array([writes.accounts[account] for account in accounts]),
        *_arrays([(*one[:11], one.order or "") for one in writes.promises], _PROMISE),
        *_arrays(writes.reservations, _RESERVATION),
        *_arrays(writes.answers, _ANSWER),
        *_arrays(writes.decisions, _DECISION),
    ]


async def ensure_month(connection: Any, day: date) -> None:
    """Make the partition of decisions for the month of a day, if it is not there."""
    first = day.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    name = f"decisions_{first:%Y%m}"
    if await connection.fetchval("SELECT to_regclass($1)", name):
        return
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('sayso decisions'))")
        # An identifier and two dates made here, not text from outside: DDL takes no parameters.
        await connection.execute(
            f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF decisions "
            f"FOR VALUES FROM ('{first:%Y-%m-%d} 00:00+00') TO ('{following:%Y-%m-%d} 00:00+00')"
        )


#: How the columns of a row become arrays: texts are quoted, numbers and moments are plain, bytes go as they are.
_PROMISE = "ttttttttpppt"
_RESERVATION = "tpptttppttpt"
_ANSWER = "ttttpbp"
_DECISION = "tptttbb"


def array(texts: Iterable[str]) -> str:
    """A PostgreSQL array of texts as a literal. Ten times cheaper to make than the driver's own encoding of a list."""
    return (
        "{" + ",".join(['"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts]) + "}"
    )


def plain_array(values: Iterable[object]) -> str:
    """An array of numbers, days or moments as a literal; quoted, since a moment has a blank."""
    return "{" + ",".join([f'"{value}"' for value in values]) + "}"


_FORMS: dict[str, Callable[[Iterable[Any]], Any]] = {"t": array, "p": plain_array, "b": list}


def _arrays(rows: Sequence[Sequence[Any]], forms: str) -> list[Any]:
    """Rows as columns, each an array in its form."""
    columns: Iterable[Iterable[Any]] = zip(*rows, strict=True) if rows else [() for _ in forms]
    return [_FORMS[form](column) for form, column in zip(forms, columns, strict=True)]


def _columns(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    """Rows as columns, for unnest."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
