"""Effects as rows: decided, leased to a worker, settled, taken up again or given up. Knows no system and asks none.

Of one system and key only the effect that was decided first is ever leased. Effects of a key are decided by whoever
holds its lane or its order, so their numbers are in the order in which they were decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from sayso.errors import Conflict, NotFound
from sayso.store.database import queries

SQL = queries("outbox")

Share = Literal["checkout", "sync", "replay"]
State = Literal["waiting", "sending", "unclear", "done", "refused", "failed", "dropped"]
_LONG = 600.0


class New(NamedTuple):
    """An effect to be brought about. `effect` is its key; `key` the order (or account) whose effects keep their order ("":
    none); `body` JSON; `share` whose part of the system's budget it takes."""

    effect: str
    system: str
    kind: str
    key: str
    cause: str
    body: bytes
    amount: Decimal | None = None
    currency: str = ""
    share: Share = "sync"


class Kept(NamedTuple):
    """An effect as it stands. `tries` counts the requests made for it, `due` is when the next may go, `problem` says
    in a sentence what came of the last."""

    number: int
    effect: str
    system: str
    kind: str
    key: str
    cause: str
    body: bytes
    amount: Decimal | None
    currency: str
    decided: datetime
    state: State
    share: Share
    tries: int
    due: datetime
    settled: datetime | None
    problem: str | None


class Leased(NamedTuple):
    """An effect that one may ask for now, under a lease. `unclear`: it may have been done, so it is looked up first."""

    kept: Kept
    unclear: bool
    lease: str


class Word(NamedTuple):
    """What became of a leased effect: its next state, the sentence why, the answer (JSON), and when it is due again."""

    state: State
    problem: str | None
    due: datetime
    answer: bytes | None = None


class Standing(NamedTuple):
    """How many effects of a system are in a state that is not the end, and when the oldest was decided."""

    system: str
    state: State
    effects: int
    oldest: datetime


async def put(connection: Any, effects: Sequence[New], now: datetime) -> set[str]:
    """Decide effects, within the transaction that decides them; the keys of those not decided before."""
    if not effects:
        return set()
    columns = [list(column) for column in zip(*effects, strict=True)]
    return {row["effect"] for row in await connection.fetch(SQL["put"], *columns, now)}


async def expire(connection: Any, system: str, now: datetime) -> None:
    """What somebody was sending whose lease ran out is unclear, and due."""
    await connection.execute(SQL["expire"], system, now)


async def wanted(connection: Any, system: str, shares: Sequence[str], now: datetime) -> list[str]:
    """Which of the shares have something due, or a lease that ran out, in their order."""
    return [row["share"] for row in await connection.fetch(SQL["wanted"], system, list(shares), now)]


async def claim(
    connection: Any, system: str, share: str, most: int, lease: str, seconds: float, now: datetime
) -> list[Leased]:
    """Lease at most `most` effects of a share that are due, what is due longest first."""
    rows = await connection.fetch(SQL["claim"], system, share, now, most, timedelta(seconds=seconds), lease)
    found = [Leased(Kept(*(row[name] for name in Kept._fields)), row["unclear"], lease) for row in rows]
    return sorted(found, key=lambda one: (one.kept.due, one.kept.number))


async def settle(connection: Any, leased: Leased, word: Word, now: datetime) -> bool:
    """Say what became of a leased effect; False, and nothing is changed, where the lease was lost meanwhile."""
    ended = now if word.state in ("done", "refused", "failed") else None
    return bool(
        await connection.fetchval(
            SQL["settle"],
            leased.kept.number,
            leased.lease,
            word.state,
            word.problem,
            word.answer,
            word.due,
            ended,
        )
    )


async def one(connection: Any, effect: str) -> Kept:
    """An effect by its key. Raises NotFound."""
    row = await connection.fetchrow(SQL["one"], effect)
    if row is None:
        raise _unknown(effect)
    return Kept(*row)


async def of_key(connection: Any, key: str) -> list[Kept]:
    """The effects of an order, as they were decided."""
    return [Kept(*row) for row in await connection.fetch(SQL["of_key"], key)]


async def problems(connection: Any, *, after: int = 0, most: int = 100, system: str = "") -> list[Kept]:
    """Effects that were refused or failed, by number."""
    return [Kept(*row) for row in await connection.fetch(SQL["problems"], after, system, most)]


async def retry(connection: Any, effect: str, now: datetime) -> None:
    """Take up again what was refused or failed. Raises NotFound and Conflict."""
    async with connection.transaction():
        await _ended(connection, effect, ("refused", "failed"))
        await connection.execute(SQL["retry"], effect, now)


async def drop(connection: Any, effect: str, by: str, why: str, now: datetime) -> None:
    """Give up what is not being sent and may not have been done; what waits for it goes on. Raises NotFound, Conflict."""
    async with connection.transaction():
        await _ended(connection, effect, ("waiting", "refused", "failed"))
        await connection.execute(
            SQL["drop"], effect, f"Dropped by {by}: {why}" if why else f"Dropped by {by}.", now
        )


async def standing(connection: Any) -> list[Standing]:
    """What is not at its end yet, by system and state."""
    return [Standing(*row) for row in await connection.fetch(SQL["standing"], timeout=_LONG)]


async def _ended(connection: Any, effect: str, states: tuple[str, ...]) -> None:
    state = await connection.fetchval(SQL["lock"], effect)
    if state is None:
        raise _unknown(effect)
    if state not in states:
        raise Conflict(
            f"the effect {effect} is {state}",
            remedy=f"This can be done while it is {' or '.join(states)}.",
            effect=effect,
        )


def _unknown(effect: str) -> NotFound:
    return NotFound(f"there is no effect {effect}", remedy="See GET /v1/transactions/{order}.", effect=effect)
