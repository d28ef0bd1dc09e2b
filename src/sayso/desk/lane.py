"""The lane: callers that arrive while a commit is under way are gathered, and settled together in the next one.

One lane is one connection. Any number of lanes, in any number of processes, may work on one database: the row
locks decide between them, and every lane takes them in the same order (accounts, items, promises, each sorted),
so none waits for another in a ring. There is no leader and no timer: a lone caller waits for nobody.
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
from sayso.desk.errands import Asked, End, Errand, Needs, Said, items_held
from sayso.desk.waiting import Answer, Waiting, fail, give, planned, settle_all
from sayso.errors import Busy, SaysoError, StoreAway
from sayso.promise.lines import drawn_on
from sayso.store import cards, promises
from sayso.store.database import mapped
from sayso.store.promises import Locked

log = structlog.get_logger()

_MOST_TRIES = 20
_ALONE = 3
_SWEEP = timedelta(seconds=1)
_MOST_SWEPT = 500
_TRANSIENT = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.UniqueViolationError)


class Lane:
    """Settles errands in batches over one connection; with `locks` False a lane for quotes, which reads without a lock."""

    def __init__(
        self, connect: Callable[[], Awaitable[Any]], cardfile: CardFile, *, locks: bool = True, most: int = 128,
        most_waiting: int = 10_000, patience: float = 20.0,
    ) -> None:  # fmt: skip
        self._connect = connect
        self._cards = cardfile
        self._locks = locks
        self._most = most
        self._most_waiting = most_waiting
        self._patience = patience
        self._queue: deque[Waiting] = deque()
        self._arrived = asyncio.Event()
        self._connection: Any = None
        self._task: asyncio.Task[None] | None = None
        self._swept: datetime | None = None
        self._months: set[tuple[int, int]] = set()
        self._unclear: tuple[str, list[tuple[Waiting, Answer]]] = ("", [])

    async def start(self) -> None:
        """Connect, and begin to settle."""
        self._connection = await self._connect()
        self._task = asyncio.create_task(self._run(), name="lane")

    async def stop(self) -> None:
        """Settle what waits, then leave."""
        waiting = [one.answer for one in self._queue]
        if waiting and self._task and not self._task.done():
            await asyncio.wait(waiting)
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._connection is not None:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await self._connection.close(timeout=5)

    async def settle(self, errand: Errand) -> Said:
        """Settle an errand; returns after the commit. Raises what the errand raises, Busy, or StoreAway."""
        if len(self._queue) >= self._most_waiting:
            raise Busy(f"{len(self._queue)} requests are waiting", remedy="try again in a second")
        waiting = Waiting(errand)
        self._queue.append(waiting)
        self._arrived.set()
        return await waiting.answer

    async def _run(self) -> None:
        while True:
            while not self._queue:
                self._arrived.clear()
                await self._arrived.wait()
            batch = self._gathered()
            try:
                await self._settled(batch)
            except asyncio.CancelledError:
                fail(batch, StoreAway("Sayso is stopping", remedy="try again in a moment"))
                raise
            except SaysoError as problem:
                fail(batch, problem)
            except Exception as problem:
                self._alone(batch, problem)

    def _gathered(self) -> list[Waiting]:
        """What waits and is still waited for; an errand that failed beside others is tried alone."""
        batch: list[Waiting] = []
        while self._queue and len(batch) < self._most:
            waiting = self._queue[0]
            if waiting.tries >= _ALONE and batch:
                break
            self._queue.popleft()
            if not waiting.answer.done():
                batch.append(waiting)
            if waiting.tries >= _ALONE:
                break
        return batch

    def _alone(self, batch: Sequence[Waiting], problem: Exception) -> None:
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

    async def _settled(self, batch: list[Waiting]) -> None:
        if not batch:
            return
        try:
            with mapped():
                answers = await self._transaction(batch)
        except _TRANSIENT as problem:
            self._try_again(batch, problem)
            return
        except (StoreAway, asyncpg.InterfaceError) as problem:
            await self._lost(batch, problem)
            return
        for waiting, answer in answers:
            if isinstance(answer, Again):
                self._try_again([waiting], answer)
            else:
                give(waiting, answer)

    def _try_again(self, batch: Sequence[Waiting], problem: Exception) -> None:
        for waiting in reversed(batch):
            waiting.tries += 1
            if waiting.tries > _MOST_TRIES:
                busy = Busy(
                    "the same rows are changed by too many at once",
                    remedy="try again",
                    cause=type(problem).__name__,
                )
                give(waiting, busy)
            else:
                self._queue.appendleft(waiting)

    async def _lost(self, batch: list[Waiting], problem: Exception) -> None:
        """The connection went away. What was not committed is tried again; a commit that was not answered is looked up."""
        transaction, answers = self._unclear
        self._unclear = ("", [])
        await self._reconnect()
        if transaction:
            found = await promises.outcome(self._connection, transaction)
            if found == "committed":
                for waiting, answer in answers:
                    give(waiting, answer)
                return
        self._try_again(batch, problem)

    async def _reconnect(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
        self._swept = None
        until = asyncio.get_running_loop().time() + self._patience
        pause = 0.05
        while True:
            try:
                self._connection = await self._connect()
                return
            except (StoreAway, OSError, asyncpg.PostgresError) as problem:
                if asyncio.get_running_loop().time() > until:
                    raise StoreAway(
                        str(problem), remedy="see whether PostgreSQL runs; then try again"
                    ) from None
                await asyncio.sleep(pause)
                pause = min(pause * 2, 1.0)

    async def _transaction(self, batch: list[Waiting]) -> list[tuple[Waiting, Answer]]:
        """Look, lock, settle one after another, write, commit. What is returned is given after the commit."""
        connection = self._connection
        ended = await self._due(max(waiting.errand.asked.now for waiting in batch)) if self._locks else []
        every = [*ended, *batch]
        looked = await self._looked([waiting.errand for waiting in every])
        answers, needs = planned(every, looked)
        if not needs:
            return [one for one in answers if one[0] in batch]
        await self._ensure_months(waiting.errand.asked.now for waiting, _ in needs)
        await connection.execute("BEGIN")
        try:
            stands, filed = await self._locked(needs, looked)
            settled = settle_all(needs, filed, looked, self._moved(needs, looked, filed))
            filed.finish()
            kept = self._cards.unarchived(filed.addresses)
            await cards.archive(connection, kept)
            await promises.write(connection, filed.writes)
            answers += settled
            self._unclear = (stands.transaction, [one for one in answers if one[0] in batch])
            await connection.execute("COMMIT")
        except BaseException:
            await self._rolled_back()
            raise
        self._unclear = ("", [])
        self._cards.settle(filed.standing())
        self._cards.archived(kept)
        return [one for one in answers if one[0] in batch]

    async def _rolled_back(self) -> None:
        if not self._connection.is_closed():
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await self._connection.execute("ROLLBACK")
                self._unclear = ("", [])

    async def _due(self, now: datetime) -> list[Waiting]:
        """Holds whose time is up, at most once a second: they end in the same transaction, before anything is decided."""
        if self._swept is not None and timedelta(0) <= now - self._swept < _SWEEP:
            return []
        found = await promises.due(self._connection, now, _MOST_SWEPT)
        if len(found) < _MOST_SWEPT:
            self._swept = now
        asked = Asked("", None, "", now)
        return [Waiting(End(asked, promise.id, "expired", "its time was up")) for promise in found]

    async def _looked(self, errands: Sequence[Errand]) -> Looked:
        """Everything that can be read before the locks."""
        connection = self._connection
        keys = [(one.asked.owner, one.asked.key) for one in errands if one.asked.key]
        numbers = sorted({number for one in errands for number in one.orders()})
        names = {name for one in errands for name in one.promises()}
        references = sorted({reference for one in errands for reference in one.references()})
        customers = {request.customer for one in errands if (request := one.request()) is not None}
        answers = await promises.answered(connection, keys) if keys else {}
        orders = await promises.orders(connection, numbers) if numbers else {}
        by_reference = await promises.referenced(connection, references) if references else {}
        found = await promises.promises(connection, sorted(names)) if names else {}
        live = [
            one.id for one in (*found.values(), *by_reference.values()) if one.state in ("held", "ordered")
        ]
        held = await promises.reservations(connection, live) if live else {}
        tops = await self._cards.tops(connection, customers) if customers else {}
        return Looked(answers, found, by_reference, orders, held, tops)

    async def _locked(self, needs: Sequence[tuple[Waiting, Needs]], looked: Looked) -> tuple[Locked, Batch]:
        """Lock every row that the errands need, and bring their facts up to what stands under the lock."""
        connection = self._connection
        accounts: set[str] = set()
        items: set[str] = set()
        ids: set[str] = set()
        for waiting, need in needs:
            request = waiting.errand.request()
            if request is not None:
                accounts.add(looked.tops[request.customer])
                items.update(line.item for line in request.lines)
            ids |= need.promises
            for name in need.promises:
                items |= items_held(looked.reservations.get(name, ()))
                accounts.update(one.account for one in looked.reservations.get(name, ()))
        items |= await self._drawn_on(needs)
        stands = await promises.locked(
            connection, sorted(accounts), sorted(items), sorted(ids), lock=self._locks
        )
        world = await self._cards.world(connection, stands.world)
        known = await self._cards.items(connection, stands.items, items)
        owing = await self._cards.accounts(connection, stands.accounts, accounts)
        return stands, Batch(world, known, dict(owing), stands.promises)

    async def _drawn_on(self, needs: Sequence[tuple[Waiting, Needs]]) -> set[str]:
        """Components and substitutes, by the cards as last seen; the locked cards are held against this again."""
        lines = [
            line for waiting, _ in needs if (request := waiting.errand.request()) is not None for line in request.lines
        ]  # fmt: skip
        names = {line.item for line in lines}
        unseen = self._cards.unseen(names)
        if unseen:
            await self._cards.items(self._connection, await cards.versions(self._connection, unseen), unseen)
        found: set[str] = set()
        for line in lines:
            card = self._cards.seen(line.item)
            if card is not None and (card.kit or line.substitute):
                found.update(drawn_on(card, line.substitute))
        unseen = self._cards.unseen(found)
        if unseen:
            await self._cards.items(self._connection, await cards.versions(self._connection, unseen), unseen)
        return found

    def _moved(self, needs: Iterable[tuple[Waiting, Needs]], looked: Looked, batch: Batch) -> set[Waiting]:
        """Errands whose customer is not in the account it was last seen in: it has moved, or is not known at all."""
        moved: set[Waiting] = set()
        for waiting, _ in needs:
            request = waiting.errand.request()
            if request is not None:
                found = batch.accounts.get(looked.tops[request.customer])
                if found is None or request.customer not in found.card.customers:
                    self._cards.forget_top(request.customer)
                    if found is not None and waiting.tries == 0:
                        moved.add(waiting)
        return moved

    async def _ensure_months(self, moments: Iterable[datetime]) -> None:
        for now in moments:
            month = (now.year, now.month)
            if month not in self._months:
                await promises.ensure_month(self._connection, now.date())
                self._months.add(month)
