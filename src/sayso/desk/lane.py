"""The lane: callers that arrive while a commit is under way are gathered, and settled together in the next one.

While the database writes one batch, the next is decided on what the rows are believed to hold; under the locks the
belief is held against what stands, and what was decided on a wrong one is decided again. Any number of lanes, in any
number of processes, may work on one database: the row locks decide between them, and every lane takes them in the
same order (accounts, items, promises, each sorted). There is no leader and no timer: a lone caller waits for nobody.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import structlog

from sayso.desk.batch import Again, Batch, Looked
from sayso.desk.cardfile import CardFile
from sayso.desk.cash import placing
from sayso.desk.draft import Draft, Group, Rows, rows_of
from sayso.desk.errands import Asked, End, Errand, Said
from sayso.desk.handover import replace_reported
from sayso.desk.waiting import Answer, Stood, Waiting, fail, give, moved, outdated, planned, settle_all
from sayso.errors import Busy, SaysoError, StoreAway
from sayso.store import cards, promises
from sayso.store.database import mapped

log = structlog.get_logger()

_MOST_TRIES = 20
_ALONE = 3
_LEAST_SHARE = 16
#: After a belief that did not hold, so many batches are decided under the lock.
_CAUTION = 16
_AT_ONCE = 8
_SWEEP = timedelta(seconds=1)
_MOST_SWEPT = 500
_TRANSIENT = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.UniqueViolationError)


class Lane:
    """Settles errands in batches; with `locks` False a lane for quotes, which reads without a lock.

    One connection writes, a second looks things up meanwhile. `most` bounds a batch, `most_waiting` the queue;
    `patience` is how many seconds a lost database is waited for. A lane for quotes ends nothing itself: holds whose
    time is up it gives to `ends`, the `settle` of a lane that may.
    """

    def __init__(
        self, connect: Callable[[], Awaitable[Any]], cardfile: CardFile, *, locks: bool = True, most: int = 128,
        most_waiting: int = 10_000, patience: float = 20.0, ends: Callable[[Errand], Awaitable[Said]] | None = None,
    ) -> None:  # fmt: skip
        self._connect = connect
        self._ends = ends
        self._cards = cardfile
        self._locks = locks
        self._most = most
        self._most_waiting = most_waiting
        self._patience = patience
        self._queue: deque[Waiting] = deque()
        self._open: set[asyncio.Future[Said]] = set()
        self._stirred = asyncio.Event()
        self._writer: Any = None
        self._reader: Any = None
        self._task: asyncio.Task[None] | None = None
        self._commit: asyncio.Task[None] | None = None
        self._swept: datetime | None = None
        self._months: set[tuple[int, int]] = set()
        self._caution = 0

    async def start(self) -> None:
        """Connect, and begin to settle."""
        self._writer, self._reader = await self._connect(), await self._connect()
        self._task = asyncio.create_task(self._run(), name="lane")

    async def stop(self) -> None:
        """Settle what waits, then leave."""
        while self._open and self._task and not self._task.done():
            await asyncio.wait(list(self._open))
        if self._commit:
            await self._commit
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        for connection in (self._writer, self._reader):
            if connection is not None:
                with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    await connection.close(timeout=5)

    async def settle(self, errand: Errand) -> Said:
        """Settle an errand; returns after the commit. Raises what the errand raises, Busy, or StoreAway."""
        if len(self._queue) >= self._most_waiting:
            raise Busy(f"{len(self._queue)} requests are waiting", remedy="try again in a second")
        waiting = Waiting(errand)
        self._open.add(waiting.answer)
        self._queue.append(waiting)
        self._stirred.set()
        try:
            return await waiting.answer
        finally:
            self._open.discard(waiting.answer)

    async def _run(self) -> None:
        """Draft while a commit is under way, then commit the draft."""
        while True:
            draft = await self._drafted()
            self._commit = asyncio.create_task(self._committed(draft), name="commit")
            for waiting in reversed(draft.later):
                self._queue.appendleft(waiting)

    async def _drafted(self) -> Draft:
        """A draft of everybody who came until the commit under way was over, and of one caller at least."""
        draft = Draft()
        # Where a tree is more than one account, whose money is promised is only known under the lock.
        draft.ahead = self._locks and self._caution == 0 and not self._cards.policy.credit.apart
        while True:
            if self._queue and len(draft) < self._share(draft) and not draft.alone:
                await self._gathered(draft)
                draft.alone = draft.alone and len(draft) > 0
            if (self._commit is None or self._commit.done()) and len(draft):
                return draft
            if not self._queue or len(draft) >= self._share(draft) or draft.alone:
                self._stirred.clear()
                await self._stirred.wait()

    def _share(self, draft: Draft) -> int:
        """How many a draft may take. Decided ahead, half of all: the other half is decided while that is written."""
        return min(self._most, max(_LEAST_SHARE, -(-len(self._open) // 2))) if draft.ahead else self._most

    async def _gathered(self, draft: Draft) -> None:
        """Take into the draft who waits now; whoever fails alone is answered, and the others go on."""
        group = self._next(draft)
        try:
            with mapped():
                await self._add(draft, group)
        except (StoreAway, asyncpg.InterfaceError) as problem:
            draft.drop(group)
            self._back(group, problem)
            await self._reconnected("_reader", group)
        except asyncio.CancelledError:
            fail(group, StoreAway("Sayso is stopping", remedy="try again in a moment"))
            raise
        except Exception as problem:
            draft.drop(group)
            self._apart(group, problem)

    def _next(self, draft: Draft) -> list[Waiting]:
        """Who waits and is still waited for. An errand that failed beside others is tried alone."""
        group: list[Waiting] = []
        while self._queue and len(draft) + len(group) < self._share(draft) and not draft.alone:
            if self._queue[0].tries >= _ALONE and (group or len(draft)):
                draft.alone = True
                break
            waiting = self._queue.popleft()
            if not waiting.answer.done():
                group.append(waiting)
                draft.alone = waiting.tries >= _ALONE
        return group

    async def _add(self, draft: Draft, group: Sequence[Waiting]) -> None:
        """Look at a group of errands, and decide them ahead where that is worth while."""
        every = [*await self._due(group), *group]
        looked = await self._looked([waiting.errand for waiting in every])
        underway = set(draft.marks)
        answers, needs = planned(every, looked, underway)
        for waiting, answer in answers:
            if isinstance(answer, Again):
                draft.later.append(waiting)
            else:
                give(waiting, answer)
        if not needs:
            return
        await self._ensure_months(waiting.errand.asked.now for waiting, _ in needs)
        rows = await self._acquainted(rows_of(needs, looked, self._cards), needs, looked)
        draft.add(Group(needs, looked), rows, underway)
        if draft.ahead:
            states = {name: looked.promises[name].state for name in rows.promises if name in looked.promises}
            states |= {one.id: one.state for one in looked.references.values() if one.id in rows.promises}
            filed = draft.believe(self._cards, rows, states)
            strays = moved(needs, looked, filed, self._cards)
            for first in range(0, len(needs), _AT_ONCE):
                draft.settled += settle_all(needs[first : first + _AT_ONCE], filed, looked, strays)
                await asyncio.sleep(0)  # the commit under way goes on

    async def _acquainted(self, rows: Rows, needs: Any, looked: Looked) -> Rows:
        """Cards for all rows, so that there is something to believe; kits may turn up further items once seen."""
        absent: set[str] = set()
        while unseen := self._cards.unseen(rows.items, absent):
            stand = await cards.versions(self._reader, unseen)
            await self._cards.items(self._reader, stand, unseen)
            absent.update(name for name in unseen if name not in stand)
            rows = rows_of(needs, looked, self._cards)
        strange = self._cards.strange(rows.accounts)
        if strange:
            stands = await cards.account_versions(self._reader, strange)
            await self._cards.accounts(self._reader, stands, strange)
        await self._cards.acquaint_world(self._reader)
        return rows

    async def _committed(self, draft: Draft) -> None:
        """Commit a draft and answer its callers. Never raises: who cannot be answered is tried again, or told why."""
        try:
            with mapped():
                answers = await self._transaction(draft)
            for waiting, answer in answers:
                if isinstance(answer, Again):
                    self._back([waiting], answer)
                else:
                    give(waiting, answer)
        except Exception as problem:
            await self._failed(draft, problem)
        finally:
            self._caution = max(self._caution - 1, 0)
            self._stirred.set()

    async def _transaction(self, draft: Draft) -> list[tuple[Waiting, Answer]]:
        """Write what was decided ahead if the rows hold what was believed; else lock, decide, write, commit."""
        filed = draft.filed
        if filed is not None:
            filed.finish()
            self._cards.believe(filed.standing(), filed.writes.accounts)
            if filed.writes.plain and not filed.unsure:
                kept = self._cards.unarchived(filed.addresses)
                if await promises.settle(self._writer, draft.expected, filed.writes, kept):
                    self._cards.archived(kept)
                    return draft.settled
                self._caution = _CAUTION
        await self._writer.execute("BEGIN")
        try:
            filed, answers = await self._under_lock(draft)
            kept = self._cards.unarchived(filed.addresses)
            await cards.archive(self._writer, kept)
            await promises.write(self._writer, filed.writes)
            if placed := [order.order for order in filed.writes.orders if order.state == "placed"]:
                owing, policy = sorted(draft.rows.accounts), self._cards.policy
                taken = {name: facts.taken for name, facts in filed.items.items()}
                await replace_reported(self._writer, placed, taken, owing, policy)
                await placing.placed(self._writer, placed)
            if over := [one for one in filed.writes.orders_settled if one.state == "cancelled"]:
                await placing.cancelled(self._writer, over)
            await self._writer.execute("COMMIT")
        except BaseException:
            if not self._writer.is_closed():
                with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    await self._writer.execute("ROLLBACK")
            raise
        self._cards.believe(filed.standing(), filed.writes.accounts)
        self._cards.archived(kept)
        return answers

    async def _under_lock(self, draft: Draft) -> tuple[Batch, list[tuple[Waiting, Answer]]]:
        """Lock the rows; what was decided ahead stands if they hold what was believed, else all is decided on them."""
        rows = draft.rows
        stands = await promises.locked(
            self._writer, sorted(rows.accounts), sorted(rows.items), sorted(rows.promises), lock=self._locks
        )
        stood = await self._stood(draft)
        late = [outdated(needs, looked, stood) for needs, looked in draft.groups]
        if draft.filed is not None and draft.holds(stands) and not any(late):
            return draft.filed, draft.settled
        world = await self._cards.world(self._writer, stands.world)
        items = await self._cards.items(self._writer, stands.items, rows.items)
        accounts = await self._cards.accounts(self._writer, stands.accounts, rows.accounts)
        filed = Batch(world, items, accounts, stands.promises)
        answers: list[tuple[Waiting, Answer]] = []
        for (needs, looked), those in zip(draft.groups, late, strict=True):
            strays = those | moved(needs, looked, filed, self._cards)
            answers += settle_all(needs, filed, looked, strays)
        filed.finish()
        return filed, answers

    async def _stood(self, draft: Draft) -> Stood:
        """What the rows alone do not tell: promises that may end, what they take, and who holds on a reference."""
        names, references = sorted(draft.rows.promises), sorted(draft.references())
        return Stood(
            await promises.promises(self._writer, names) if names else {},
            await promises.reservations(self._writer, names) if names else {},
            await promises.referenced(self._writer, references) if references else {},
        )

    async def _failed(self, draft: Draft, problem: Exception) -> None:
        """A commit failed, or nobody knows. Whatever comes on top of it, nobody is left waiting."""
        try:
            if isinstance(problem, _TRANSIENT):
                await self._recover(draft, problem)
            elif not isinstance(problem, StoreAway | asyncpg.InterfaceError):
                self._apart(draft.waiting(), problem)
            elif await self._reconnected("_writer", draft.waiting()):
                await self._recover(draft, problem)
        except Exception as worse:
            self._apart(draft.waiting(), worse)

    async def _recover(self, draft: Draft, problem: Exception) -> None:
        """What was recorded is answered from the record, the rest is tried again."""
        again = []
        for waiting in draft.waiting():
            mark = waiting.errand.mark()
            try:
                with mapped():
                    found = mark and await promises.decided(self._writer, *mark)
            except (SaysoError, asyncpg.PostgresError, asyncpg.InterfaceError):
                found = None
            if found:
                give(waiting, Said(found.id, found.made))
            else:
                again.append(waiting)
        self._back(again, problem)

    def _back(self, batch: Iterable[Waiting], problem: Exception) -> None:
        """Into the queue again, before all others; who was there too often is told that it is busy."""
        for waiting in reversed(list(batch)):
            waiting.tries += 1
            if waiting.tries > _MOST_TRIES:
                cause = type(problem).__name__
                give(
                    waiting,
                    Busy("the same rows are changed by too many at once", remedy="try again", cause=cause),
                )
            else:
                self._queue.appendleft(waiting)

    def _apart(self, batch: Sequence[Waiting], problem: Exception) -> None:
        """Something nobody foresaw: each errand is tried by itself, so that one cannot fail the others."""
        log.exception("lane", batch=len(batch), problem=repr(problem))
        if len(batch) == 1:
            fail(
                batch,
                SaysoError(f"an unexpected {type(problem).__name__}", remedy="see the log; then try again"),
            )
            return
        for waiting in reversed(batch):
            waiting.tries = max(waiting.tries, _ALONE)
            self._queue.appendleft(waiting)

    async def _reconnected(self, name: str, batch: Sequence[Waiting]) -> bool:
        """Open a connection again, for as long as there is patience; then the batch is told that the store is away."""
        connection = getattr(self, name)
        if connection is not None:
            connection.terminate()
        self._swept = None
        until, pause = asyncio.get_running_loop().time() + self._patience, 0.05
        while True:
            try:
                setattr(self, name, await self._connect())
                return True
            except Exception as problem:
                if asyncio.get_running_loop().time() > until:
                    fail(batch, StoreAway(str(problem), remedy="see whether PostgreSQL runs; then try again"))
                    return False
                await asyncio.sleep(pause)
                pause = min(pause * 2, 1.0)

    async def _due(self, group: Sequence[Waiting]) -> list[Waiting]:
        """Holds whose time is up, at most once a second: they end first, so that nobody is refused for them."""
        now = max((waiting.errand.asked.now for waiting in group), default=None)
        if now is None or (self._swept and timedelta(0) <= now - self._swept < _SWEEP):
            return []
        found = await promises.due(self._reader, now, _MOST_SWEPT)
        if len(found) < _MOST_SWEPT:
            self._swept = now
        asked = Asked("", None, "", now)
        errands = [End(asked, promise.id, "expired", "its time was up") for promise in found]
        if self._locks:
            return [Waiting(errand) for errand in errands]
        if self._ends is not None:
            await asyncio.gather(*map(self._ends, errands), return_exceptions=True)
        return []

    async def _looked(self, errands: Sequence[Errand]) -> Looked:
        """Everything that can be read before the locks; the answers last, so that what is found done has its answer."""
        reader = self._reader
        keys = [(one.asked.owner, one.asked.key) for one in errands if one.asked.key]
        numbers = sorted({number for one in errands for number in one.orders()})
        names = {name for one in errands for name in one.promises()}
        references = sorted({reference for one in errands for reference in one.references()})
        customers = {request.customer for one in errands if (request := one.request()) is not None}
        orders = await promises.orders(reader, numbers) if numbers else {}
        by_reference = await promises.referenced(reader, references) if references else {}
        found = await promises.promises(reader, sorted(names)) if names else {}
        every = (*found.values(), *by_reference.values())
        live = [one.id for one in every if one.state in ("held", "ordered")]
        held = await promises.reservations(reader, live) if live else {}
        tops = await self._cards.tops(reader, customers) if customers else {}
        answers = await promises.answered(reader, keys) if keys else {}
        return Looked(answers, found, by_reference, orders, held, tops)

    async def _ensure_months(self, moments: Iterable[datetime]) -> None:
        for now in moments:
            month = (now.year, now.month)
            if month not in self._months:
                await promises.ensure_month(self._reader, now.date())
                self._months.add(month)
