"""Messages held back are applied again, for good or only to see what would come of it. Opens the transaction itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg
import msgspec
from msgspec import Struct

from sayso.canon.decimals import plain
from sayso.delivery.inbound import Handler, sentence
from sayso.desk.cases.settling import CaseScope, settle_cases
from sayso.errors import Busy
from sayso.store import inbox
from sayso.store import quarantine as rows
from sayso.store.inbox import Kept, Verdict
from sayso.store.quarantine import Decided, OpenCase

#: How many messages are applied here at once; what waits behind them is left to the workers.
MOST = 500
_HELD_BACK = "message_quarantined"
#: What PostgreSQL asks to be tried again.
_AGAIN = (asyncpg.TransactionRollbackError, asyncpg.LockNotAvailableError)


class Change(Struct, frozen=True):
    """A value of an order's state that is another one afterwards; `where` is its place: lines[1].shipped."""

    order: str
    where: str
    was: Any
    becomes: Any


class Came(Struct, frozen=True):
    """What came of applying messages: the verdict on each, and what changed by it."""

    verdicts: tuple[Verdict, ...]
    changes: tuple[Change, ...]
    effects: tuple[dict[str, Any], ...]
    opened: tuple[dict[str, Any], ...]
    closed: tuple[dict[str, Any], ...]


class _Undo(Exception):
    """Ends a transaction that only tried something."""


async def apply_again(
    pool: Any, handler: Handler, numbers: Sequence[int], now: datetime, *, keep: bool
) -> Came:
    """Release messages from quarantine and apply them, and those behind them, in order; undone unless `keep`.

    Raises NotFound and Conflict as `inbox.release` does. A message that still cannot be applied is back in quarantine.
    """
    came: Came | None = None
    try:
        async with pool.acquire() as connection, connection.transaction():
            came = await _tried(pool, connection, handler, numbers, now)
            if not keep:
                raise _Undo
    except _Undo:
        pass
    except _AGAIN as error:
        raise Busy("others work on the same orders at this moment", remedy="try again") from error
    assert came is not None
    return came


async def close_cases(connection: Any, numbers: Sequence[int], now: datetime) -> None:
    """Close the cases of messages that are held back no longer."""
    scope = CaseScope(keys=[(_HELD_BACK, f"message {number}") for number in numbers], found_in=("message",))
    await settle_cases(connection, scope, [], now)


async def _tried(pool: Any, connection: Any, handler: Handler, numbers: Sequence[int], now: datetime) -> Came:
    """What stood before is read beside the transaction, which does not see it any more."""
    before = await rows.marks(connection)
    keys = sorted({(await inbox.message(connection, number)).kept.key for number in numbers} - {""})
    await inbox.release(connection, numbers)
    some = await rows.in_line(connection, numbers, keys, MOST)
    verdicts = await applied_in_order(connection, handler, some, now)
    await rows.put_behind(connection, keys)
    await close_cases(connection, [one.number for one in verdicts if one.state == "applied"], now)
    orders = sorted({*keys, *await rows.touched(connection, before.documents)})
    after = await rows.states(connection, orders)
    held, known = await rows.states(pool, orders), await rows.open_cases(pool, orders)
    cases = await rows.open_cases(connection, orders)
    still, were = {one.case for one in cases}, {one.case for one in known}
    return Came(
        tuple(verdicts),
        tuple(change for order in orders for change in _changes(order, held.get(order), after.get(order))),
        tuple(_effect(one) for one in await rows.decided(connection, before.effects)),
        tuple(_case(one) for one in cases if one.case not in were),
        tuple(_case(one) for one in known if one.case not in still),
    )


async def applied_in_order(
    connection: Any, handler: Handler, some: list[Kept], now: datetime
) -> list[Verdict]:
    """All at once; where that fails, one by one, so that a bad one holds back only what is behind it.

    Within the caller's transaction, which holds the lanes or is alone in its schema.
    """
    try:
        async with connection.transaction():
            verdicts = await handler(connection, some, now)
            await inbox.settle(connection, verdicts, now)
            return verdicts
    except _AGAIN:
        raise
    except Exception:
        found: list[Verdict] = []
        stuck: set[str] = set()
        for one in some:
            if one.key and one.key in stuck:
                continue
            verdict = await _alone(connection, handler, one, now)
            found.append(verdict)
            if verdict.state == "quarantined" and one.key:
                stuck.add(one.key)
        return found


async def _alone(connection: Any, handler: Handler, one: Kept, now: datetime) -> Verdict:
    try:
        async with connection.transaction():
            verdicts = await handler(connection, [one], now)
            await inbox.settle(connection, verdicts, now)
            return verdicts[0]
    except _AGAIN:
        raise
    except Exception as error:
        verdict = Verdict(one.number, "quarantined", sentence(error))
        await inbox.settle(connection, [verdict], now)
        return verdict


def _changes(order: str, was: bytes | None, becomes: bytes | None) -> list[Change]:
    before = msgspec.json.decode(was) if was else None
    after = msgspec.json.decode(becomes) if becomes else None
    found: list[Change] = []
    _compare(order, "", before, after, found)
    return found


def _compare(order: str, where: str, was: Any, becomes: Any, found: list[Change]) -> None:
    if was == becomes:
        return
    if isinstance(was, dict) and isinstance(becomes, dict):
        for name in sorted(was.keys() | becomes.keys()):
            _compare(order, f"{where}.{name}" if where else name, was.get(name), becomes.get(name), found)
    elif isinstance(was, list) and isinstance(becomes, list) and _rows(was) and _rows(becomes):
        for place in range(max(len(was), len(becomes))):
            one = was[place] if place < len(was) else None
            other = becomes[place] if place < len(becomes) else None
            _compare(order, f"{where}[{place}]", one, other, found)
    else:
        found.append(Change(order, where, was, becomes))


def _rows(values: list[Any]) -> bool:
    return all(isinstance(one, dict) for one in values)


def _effect(one: Decided) -> dict[str, Any]:
    return {
        "effect": one.effect, "system": one.system, "kind": one.kind, "order": one.key, "cause": one.cause,
        "amount": None if one.amount is None else plain(one.amount), "currency": one.currency,
        "body": msgspec.json.decode(one.body),
    }  # fmt: skip


def _case(one: OpenCase) -> dict[str, Any]:
    return {
        "case": one.case, "kind": one.kind, "owner": one.owner, "order": one.order, "next_step": one.next_step,
        "amount": None if one.amount is None else plain(one.amount), "currency": one.currency,
    }  # fmt: skip
