"""Messages held back, what would come of them, and a replay beside what is live, as rows. Decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sayso.canon.canonical import digest
from sayso.store.database import queries
from sayso.store.inbox import Held, Kept, lane_of

SQL = queries("quarantine")
_LONG = 3600.0


class Marks(NamedTuple):
    """How far documents and effects go."""

    documents: int
    effects: int


class Decided(NamedTuple):
    """An effect that was decided. `body` is JSON."""

    effect: str
    system: str
    kind: str
    key: str
    cause: str
    amount: Decimal | None
    currency: str
    body: bytes


class OpenCase(NamedTuple):
    """A case as it stands open."""

    case: str
    kind: str
    owner: str
    order: str
    amount: Decimal | None
    currency: str
    next_step: str


class Worth(NamedTuple):
    """What an order is worth."""

    order: str
    amount: Decimal
    currency: str
    customer: str


async def held(
    connection: Any, *, after: int = 0, most: int = 100, source: str = "", kind: str = "", problem: str = ""
) -> list[Held]:
    """Messages in quarantine, by number; `problem` are words that stand in the sentence why."""
    return [Held(*row) for row in await connection.fetch(SQL["held"], after, source, kind, problem, most)]


async def in_line(connection: Any, numbers: Sequence[int], keys: Sequence[str], most: int) -> list[Kept]:
    """Messages that wait, by number or behind others of some keys."""
    return [Kept(*row) for row in await connection.fetch(SQL["in_line"], list(numbers), list(keys), most)]


async def next_waiting(connection: Any, after: int, most: int) -> list[Kept]:
    """The next messages that wait behind a number, whichever their lane."""
    return [Kept(*row) for row in await connection.fetch(SQL["next_waiting"], after, most)]


async def put_behind(connection: Any, keys: Sequence[str]) -> None:
    """Put aside what waits behind a message in quarantine."""
    await connection.execute(SQL["put_behind"], list(keys))


async def marks(connection: Any) -> Marks:
    """How far documents and effects go."""
    return Marks(*await connection.fetchrow(SQL["marks"]))


async def touched(connection: Any, since: int) -> list[str]:
    """The orders that documents after a number are about."""
    return [row["order"] for row in await connection.fetch(SQL["touched"], since)]


async def decided(connection: Any, since: int) -> list[Decided]:
    """Effects after a number."""
    return [Decided(*row) for row in await connection.fetch(SQL["decided"], since)]


async def open_cases(connection: Any, orders: Sequence[str]) -> list[OpenCase]:
    """The open cases of orders."""
    return [OpenCase(*row) for row in await connection.fetch(SQL["open_cases"], list(orders))]


async def states(connection: Any, orders: Sequence[str]) -> dict[str, bytes]:
    """The states of orders as canonical JSON."""
    return {row["order"]: row["state"] for row in await connection.fetch(SQL["states"], list(orders))}


async def at_stake(connection: Any, orders: Sequence[str]) -> dict[str, Worth]:
    """What orders are worth."""
    return {row["order"]: Worth(*row) for row in await connection.fetch(SQL["at_stake"], list(orders))}


async def digests(connection: Any, after: str, most: int) -> list[tuple[str, str]]:
    """The digests of transactions, by the number of the order."""
    return [(row["order"], row["digest"]) for row in await connection.fetch(SQL["digests"], after, most)]


async def partly(connection: Any, since: datetime, until: datetime) -> set[str]:
    """Orders of which something was told outside of [since, until)."""
    return {row["order"] for row in await connection.fetch(SQL["partly"], since, until, timeout=_LONG)}


async def take_over(connection: Any, messages: Sequence[Kept]) -> None:
    """Put messages into an empty inbox under their numbers, with the bodies that count, as waiting."""
    rows = [
        (one.number, one.source, one.id, one.received, one.kind, one.content_type, one.body, digest(one.body),
         one.key, lane_of(one.key, one.source, one.id))
        for one in messages
    ]  # fmt: skip
    await connection.execute(SQL["renumber"], *[list(column) for column in zip(*rows, strict=True)])


async def go_on(connection: Any) -> None:
    """Let numbers go on behind those taken over."""
    await connection.execute(SQL["go_on"])
