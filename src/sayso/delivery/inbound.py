"""Messages taken out of the inbox and handed on, an order's in their order and never twice at once.

Knows nothing of what a message means. A lane and all that its messages cause are one transaction, and that is the
lease: a process that is killed leaves everything as it was, but for the note that the lane was begun. A lane that is
begun again and again and never ended has a message that kills: it is found by trying them alone.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import asyncpg
import structlog
from prometheus_client import Counter

from sayso.errors import SaysoError, StoreAway
from sayso.store import inbox
from sayso.store.database import mapped
from sayso.store.inbox import Kept, Verdict

log = structlog.get_logger("sayso.delivery")

_settled = Counter("sayso_messages", "Messages that were worked on, by what became of them.", ["came"])

Handler = Callable[[Any, list[Kept], datetime], Awaitable[list[Verdict]]]
"""Applies messages of one lane, by number, within the transaction of the connection that it is given.

It gives a verdict for each; what gets none stays and comes again, and what follows one in quarantine under the same
key must get none. Whatever it raises undoes all of it; then each message is handed over by itself.
"""

#: What PostgreSQL asks to be tried again: serialization failures, deadlocks (class 40), locks not to be had.
_AGAIN = (asyncpg.TransactionRollbackError, asyncpg.LockNotAvailableError)
_SLOW = (TimeoutError, asyncpg.QueryCanceledError)
_TRIES = 8
_SLOW_TRIES = 3
_DEATHS = 2  # of whoever worked on a lane; then its messages are tried alone
_DEATHS_ALONE = 3  # of whoever tried a message alone; then it is held back
_SHORTEST, _LONGEST, _AWAY = 0.05, 1.0, 5.0


class Inbound:
    """Works off the inbox of one schema. `lanes` is how many of them this process works on at once (each takes a
    connection of the pool), `most` how many messages are one transaction."""

    def __init__(
        self, pool: Any, handler: Handler, now: Callable[[], datetime], *, most: int = 500, lanes: int = 2
    ) -> None:
        self._pool = pool
        self._handler = handler
        self._now = now
        self._most = most
        self._lanes = lanes
        self._slow: dict[int, int] = {}
        self._seats = asyncio.Semaphore(lanes)
        self._clearing = asyncio.Lock()

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until told to stop; what is begun is finished first. A database that is away is waited for."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._lanes):
                group.create_task(self._work(stopping))

    async def once(self) -> int:
        """Take one lane, and settle its next messages; how many these were (0: there was nothing to do).

        Raises StoreAway if PostgreSQL is away; then nothing was done.
        """
        for tried in range(1, _TRIES + 1):
            try:
                with mapped():
                    return await self._once()
            except _AGAIN:
                if tried == _TRIES:
                    raise
                await asyncio.sleep(random.uniform(0, 0.01 * 2**tried))
        return 0

    async def _work(self, stopping: asyncio.Event) -> None:
        pause = _SHORTEST
        while not stopping.is_set():
            try:
                done = await self.once()
            except StoreAway as error:
                log.warning("the database is away", detail=error.detail)
                done, pause = 0, max(pause, _LONGEST)
            except _AGAIN:
                done = 0
            except Exception:
                # Other lanes and other work go on; what waits shows in the measures and to the doctor.
                log.exception("a lane broke off")
                done, pause = 0, max(pause, _LONGEST)
            if done:
                pause = _SHORTEST
                continue
            await _sleep(stopping, random.uniform(0.5, 1) * pause)
            pause = min(pause * 2, _AWAY if pause > _LONGEST else _LONGEST)

    async def _once(self) -> int:
        async with self._pool.acquire() as connection:
            while True:
                async with self._seats:
                    lane = await inbox.claim_lane(connection)
                    if lane is None:
                        return 0
                    some, done, deadly = await self._batch(connection, lane)
                    if done:
                        return len(done)
                    if some and not deadly:
                        return await self._one_by_one(connection, lane, len(some))
                if some:
                    return await self._suspected(connection, lane, len(some))
                # Another has it, or all that was next in it stands behind others; the next claim looks further.

    async def _batch(self, connection: Any, lane: int) -> tuple[list[Kept], list[Verdict], bool]:
        """(what was next in a lane, what became of it, whether it may kill): no verdicts where it was not applied."""
        some: list[Kept] = []
        try:
            async with connection.transaction():
                tries = await inbox.hold_lane(connection, lane)
                if tries is None:
                    return [], [], False
                some = await inbox.waiting(connection, lane, self._most)
                if some and tries > _DEATHS:
                    return some, [], True
                verdicts = await self._apply(connection, some) if some else []
                await inbox.lane_done(connection, lane)
                return some, verdicts, False
        except Exception as error:
            if not some or not _blamed(error):
                await _spare(connection, lane, error)
                raise
            log.info("a batch is applied one by one", lane=lane, messages=len(some), error=_said(error))
            return some, [], False

    async def _one_by_one(self, connection: Any, lane: int, most: int) -> int:
        settled = 0
        for _ in range(most):
            async with connection.transaction():
                await inbox.lock_lanes(connection, [lane])
                some = await inbox.waiting(connection, lane, 1)
                if not some:
                    continue
                if not await self._alone(connection, some):
                    break
                settled += 1
        await inbox.lane_done(connection, lane)
        return settled

    async def _suspected(self, connection: Any, lane: int, most: int) -> int:
        """The same for a lane whose workers died: each message is named before it is tried, and this process does
        nothing else meanwhile, so that no other is blamed."""
        log.warning("messages are tried alone: whoever worked on them died", lane=lane, messages=most)
        settled = 0
        async with self._clearing:
            for _ in range(self._lanes):
                await self._seats.acquire()
            try:
                for _ in range(most):
                    settled += await self._named(connection, lane)
                await inbox.lane_done(connection, lane)
            finally:
                for _ in range(self._lanes):
                    self._seats.release()
        return settled

    async def _named(self, connection: Any, lane: int) -> int:
        async with connection.transaction():
            await inbox.lock_lanes(connection, [lane])
            some = await inbox.waiting(connection, lane, 1)
        if not some:
            return 0
        times = await inbox.suspect(connection, lane, some[0].number)
        async with connection.transaction():
            await inbox.lock_lanes(connection, [lane])
            if await inbox.waiting(connection, lane, 1) != some:
                return 0
            if times <= _DEATHS_ALONE:
                return int(await self._alone(connection, some))
            log.error("a message is held back: it kills", source=some[0].source, id=some[0].id)
            await inbox.settle(connection, [Verdict(some[0].number, "quarantined", _KILLS)], self._now())
        return 1

    async def _alone(self, connection: Any, some: list[Kept]) -> bool:
        """Apply one message, or put it into quarantine with the sentence why."""
        try:
            async with connection.transaction():
                return bool(await self._apply(connection, some))
        except Exception as error:
            if not _blamed(error):
                raise
            [message] = some
            if isinstance(error, _SLOW) and self._again(message.number):
                raise
            log.exception("a message could not be applied", source=message.source, id=message.id)
            verdict = Verdict(message.number, "quarantined", sentence(error))
            await inbox.settle(connection, [verdict], self._now())
            _settled.labels("quarantined").inc()
            return True

    async def _apply(self, connection: Any, some: list[Kept]) -> list[Verdict]:
        verdicts = await self._handler(connection, some, self._now())
        _check(some, verdicts)
        await inbox.settle(connection, verdicts, self._now())
        for one in verdicts:
            _settled.labels(one.state).inc()
        return verdicts

    def _again(self, number: int) -> bool:
        """Whether a message that takes too long is tried again: the fault may be the machine's."""
        tries = self._slow[number] = self._slow.get(number, 0) + 1
        if tries < _SLOW_TRIES:
            return True
        del self._slow[number]
        return False


_KILLS = (
    f"Whoever applied it died of it, {_DEATHS_ALONE} times; it may need more memory than there is. "
    "Look at it, edit it or give it up, or replay it once there is more."
)


def sentence(error: Exception) -> str:
    """Why a message could not be applied, for a person: no name of ours, no trace."""
    if isinstance(error, SaysoError):
        return f"{error.detail}. {error.remedy}".strip() if error.remedy else error.detail
    if isinstance(error, _SLOW):
        return "Applying it took too long, three times; see whether its order is unusually large."
    return (
        f"Sayso failed on it in a way that was not foreseen ({type(error).__name__}). "
        "The log of the worker says where; the message can be edited, or released once Sayso is mended."
    )


def _check(some: Sequence[Kept], verdicts: Sequence[Verdict]) -> None:
    """Raises SaysoError where a message was applied although an earlier one of its key was put into quarantine."""
    told = {verdict.number: verdict for verdict in verdicts}
    held: set[str] = set()
    for message in some:
        verdict = told.pop(message.number, None)
        if verdict is None:
            continue
        key = verdict.key or message.key
        if verdict.state == "applied" and key and key in held:
            raise SaysoError(f"message {message.number} was applied ahead of one of {key} in quarantine")
        if verdict.state == "quarantined":
            held.add(key)
    if told:
        raise SaysoError(f"there are verdicts on messages that were not handed over: {sorted(told)}")


def _blamed(error: Exception) -> bool:
    """Whether the messages may be at fault: not where PostgreSQL is away, or asks to try again."""
    if isinstance(error, _AGAIN):
        return False
    if isinstance(error, _SLOW):
        return True
    try:
        with mapped():
            raise error
    except StoreAway:
        return False
    except Exception:
        return True


async def _spare(connection: Any, lane: int, error: Exception) -> None:
    """Nobody died of a lane: PostgreSQL asks to try again, or has no room. Lost connections and memory may be its doing."""
    if isinstance(error, asyncpg.OutOfMemoryError):
        return
    # A pool's connection that is lost cannot even be asked whether it is closed.
    with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        if not connection.is_closed():
            await inbox.lane_spared(connection, lane)


def _said(error: Exception) -> str:
    return error.detail if isinstance(error, SaysoError) else f"{type(error).__name__}: {error}"


async def _sleep(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
