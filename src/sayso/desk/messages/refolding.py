"""The inbox of a time replayed into a fresh schema, and what comes of it held against what is live."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

from msgspec import Struct

from sayso.delivery.inbound import Handler
from sayso.desk.messages.mending import applied_in_order
from sayso.errors import BadField, SaysoError
from sayso.store import inbox, taking_over
from sayso.store import quarantine as rows
from sayso.store.database import mapped

_PAGE = 500
_SHOWN = 100


class Compared(Struct, frozen=True, kw_only=True):
    """How the replayed transactions stand beside the live ones. `partly`: told of outside of the time too, and so not
    compared. `different` is (order, live digest, replayed digest), "" where there is none; the first ones of them."""

    messages: int
    applied: int
    held: int
    equal: int
    partly: int
    differences: int
    different: tuple[tuple[str, str, str], ...]


async def refold(
    live: Any, fresh: Any, handler: Handler, since: datetime, until: datetime,
    progress: Callable[[int], None] = lambda messages: None,
) -> Compared:  # fmt: skip
    """Replay what came from `since` and before `until` into the schema of the pool `fresh`, and compare all transactions.

    Effects that are decided there stay there; nothing is sent, for no worker looks. Raises BadField where the schema is
    not empty.
    """
    with mapped():
        async with live.acquire() as ours, fresh.acquire() as theirs:
            if not await taking_over.empty(theirs):
                raise BadField(
                    "into", "", "the schema is not empty", remedy="name one that does not exist yet: --into NAME"
                )  # fmt: skip
            await taking_over.facts(ours, theirs)
            messages = await _take_over(ours, theirs, since, until)
            applied, held = await _replay(theirs, handler, progress)
            return await _compared(ours, theirs, since, until, messages, applied, held)


async def _take_over(ours: Any, theirs: Any, since: datetime, until: datetime) -> int:
    """All messages first, under their numbers: what Sayso itself says while they are replayed is then there already."""
    messages = 0
    async for some in inbox.between(ours, since, until, most=_PAGE):
        await rows.take_over(theirs, some)
        messages += len(some)
    await rows.go_on(theirs)
    return messages


async def _replay(theirs: Any, handler: Handler, progress: Callable[[int], None]) -> tuple[int, int]:
    done: dict[str, int] = {"applied": 0, "quarantined": 0}
    after = 0
    while True:
        async with theirs.transaction():
            some = await rows.next_waiting(theirs, after, _PAGE)
            if not some:
                return done["applied"], done["quarantined"]
            verdicts = await applied_in_order(theirs, handler, some, max(one.received for one in some))
            held = {one.number for one in verdicts if one.state == "quarantined"}
            keys = sorted({one.key for one in some if one.number in held} - {""})
            if keys:
                await rows.put_behind(theirs, keys)
            if not verdicts:
                raise SaysoError("messages wait that are neither applied nor held back")
        after = some[-1].number
        for one in verdicts:
            done[one.state] = done.get(one.state, 0) + 1
        progress(len(verdicts))


async def _compared(
    ours: Any, theirs: Any, since: datetime, until: datetime, messages: int, applied: int, held: int
) -> Compared:
    outside = await rows.partly(ours, since, until)
    equal, partly, different, differences = 0, 0, [], 0
    replayed = {order: digest async for order, digest in _all(theirs)}
    async for order, digest in _all(ours):
        other = replayed.pop(order, "")
        if order in outside:
            partly += 1
        elif other == digest:
            equal += 1
        else:
            differences += 1
            different.append((order, digest, other))
    for order, digest in sorted(replayed.items()):
        differences += 1
        different.append((order, "", digest))
    return Compared(
        messages=messages, applied=applied, held=held, equal=equal, partly=partly, differences=differences,
        different=tuple(different[:_SHOWN]),
    )  # fmt: skip


async def _all(connection: Any) -> AsyncIterator[tuple[str, str]]:
    after = ""
    while page := await rows.digests(connection, after, _PAGE * 20):
        for one in page:
            yield one
        after = page[-1][0]
