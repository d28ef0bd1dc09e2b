"""What is told outside, as CloudEvents in one sequence. Knows rows and numbers; neither who is told nor how.

Rows are written in the transaction that decides them. An identity number is given when a row is written, and the
transaction that was given the lower one may commit last: a reader that has gone past it would never see its row. So rows
get the number that readers go by only once they are visible, from one numberer at a time. If one transaction waited for
another before it wrote (two tellings of one order do), their rows are numbered in that order.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import msgspec
from msgspec import Struct

from sayso.canon.ids import new_id
from sayso.canon.times import moment
from sayso.store.database import mapped, queries

_SQL = queries("outgoing")
_MOST_NUMBERED = 10_000


class Said(Struct, frozen=True):
    """Something to tell. `type` a CloudEvents type, `subject` the order (or item and site), `at` when it happened, `data`
    JSON values (Decimal, date and datetime too), or their JSON. `customer`: whose it is; "" is told to nobody who is bound
    to customers.

    `source` and `id` are those of an event that is passed on as it came; left out, it is Sayso's own.
    """

    type: str
    subject: str
    customer: str
    at: datetime
    data: dict[str, Any] | msgspec.Raw
    source: str = "sayso"
    id: str = ""


class Numbered(Struct, frozen=True):
    """A row as readers find it. `id` names the telling and never changes; `body` is a CloudEvent in structured JSON."""

    number: int
    id: str
    type: str
    subject: str
    customer: str
    at: datetime
    body: bytes


async def add(connection: Any, rows: Sequence[Said]) -> None:
    """Tell these, in this order, if and when the caller's transaction commits. One statement, however many."""
    if not rows:
        return
    names = [new_id("evt", row.at) for row in rows]
    with mapped():
        await connection.execute(
            _SQL.add, names, [row.type for row in rows], [row.subject for row in rows],
            [row.customer for row in rows], [row.at for row in rows],
            [_body(row, name) for row, name in zip(rows, names, strict=True)],
        )  # fmt: skip


async def listened(connection: Any) -> bool:
    """Whether anybody is, or will be, told. Promises are told only then (migration 0012); what is rare, always."""
    with mapped():
        found: bool = await connection.fetchval(_SQL.anybody_listens)
    return found


async def give_numbers(pool: Any, most: int = _MOST_NUMBERED) -> int:
    """Number what has become visible; the last number given so far. Readers call it before they read.

    Its own short transaction, one at a time in the whole database. Raises StoreAway.
    """
    with mapped():
        if not await pool.fetchval(_SQL.anything_new):
            last: int = await pool.fetchval(_SQL.last)
            return last
        async with pool.acquire() as connection, connection.transaction():
            # A statement of its own: the next one must see what was committed while this one waited.
            before = await connection.fetchval(_SQL.hold_head)
            last = await connection.fetchval(_SQL.give_numbers, before, most)
    return last


async def after(connection: Any, number: int, most: int) -> list[Numbered]:
    """What comes after a number, in order, at most so many. What has no number yet is not among it."""
    with mapped():
        rows = await connection.fetch(_SQL.after, number, most)
    return [Numbered(*row) for row in rows]


async def last(connection: Any) -> int:
    """The last number given; 0 where nothing was told yet."""
    with mapped():
        found: int = await connection.fetchval(_SQL.last)
    return found


async def forget(connection: Any, before: datetime) -> int:
    """Forget what happened before a moment and has been told to everybody who is live; how many rows.

    Who was paused before that moment goes on, when resumed, with what is still there.
    """
    with mapped():
        status: str = await connection.execute(_SQL.forget, before)
    return int(status.rpartition(" ")[2])


class Reader:
    """A place in the sequence that processes share, one of them at a time (a broker's, say).

    A holder that dies is followed by another when its lease has run out; one that comes to life again finds its lease lost.
    """

    def __init__(self, pool: Any, name: str) -> None:
        self._pool = pool
        self._name = name
        self._lease = ""

    async def start(self, *, from_first: bool = False) -> None:
        """Be known: at the end of what was told so far, or at its beginning. A known reader stays where it is."""
        with mapped():
            await self._pool.execute(_SQL.add_reader, self._name, from_first)

    async def hold(self, now: datetime, until: datetime) -> int | None:
        """Become its holder until a moment; how far it is, or None where another holds it."""
        self._lease = uuid4().hex
        with mapped():
            reached: int | None = await self._pool.fetchval(
                _SQL.lease_reader, self._name, self._lease, now, until
            )
        return reached

    async def renew(self, until: datetime) -> bool:
        """Stay its holder until a moment; False where the lease was lost, whoever has it now."""
        with mapped():
            return await self._pool.fetchval(_SQL.renew_reader, self._name, self._lease, until) is not None

    async def advance(self, number: int, until: datetime) -> bool:
        """Note that everything up to a number was told; False where the lease was lost."""
        with mapped():
            held = await self._pool.fetchval(_SQL.advance_reader, self._name, self._lease, number, until)
        return held is not None

    async def release(self) -> None:
        """Leave it to others at once."""
        with mapped():
            await self._pool.execute(_SQL.release_reader, self._name, self._lease)


def _body(row: Said, name: str) -> bytes:
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": row.id or name,
            "source": row.source,
            "type": row.type,
            "subject": row.subject,
            "time": moment(row.at),
            "datacontenttype": "application/json",
            "data": row.data,
        }
    )
