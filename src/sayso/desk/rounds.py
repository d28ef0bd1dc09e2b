"""What is done though nobody asks: holds end on time, next month has its partition, old answers are forgotten.

Any number of processes may make these rounds: a row lock decides who ends a hold, and the rest is done once or twice
with the same outcome.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from prometheus_client import Counter

from sayso.desk.cardfile import CardFile
from sayso.desk.errands import Asked, End
from sayso.desk.lane import Lane
from sayso.desk.looking_ahead import look_ahead
from sayso.errors import SaysoError
from sayso.promise.policy import Policy
from sayso.store import endings, promises
from sayso.store import rounds as store
from sayso.store.database import mapped

log = structlog.get_logger()

_ended = Counter("sayso_holds_ended", "Holds that a worker found over their time, and ended.")

#: How long the answer under an Idempotency-Key is kept for a retry.
ANSWERS_KEPT = timedelta(days=30)

_EVERY = 1.0  # seconds between rounds
_AHEAD = timedelta(days=7)  # a month's partition is there this long before the month
_FORGET_EVERY = timedelta(hours=1)
_MOST_SWEEPS = 20  # in one round; what is left comes with the next
_AT_ONCE = 500
_PATIENCE = 5.0  # seconds that a round under way gets to end, when asked to stop


class Rounds:
    """The rounds of one process, over a pool for reading and a lane for ending. `now` tells the time."""

    def __init__(
        self, pool: Any, connect: Callable[[], Awaitable[Any]], policy: Policy, now: Callable[[], datetime]
    ) -> None:
        self._pool = pool
        self._now = now
        self._lane = Lane(connect, CardFile(policy))
        self._policy = policy
        self._looked: date | None = None
        self._months: set[tuple[int, int]] = set()
        self._forgot: datetime | None = None
        self._away = False

    async def start(self) -> None:
        """Connect."""
        await self._lane.start()

    async def stop(self) -> None:
        """Leave, with everything that was begun done."""
        await self._lane.stop()

    async def run(self, stopping: asyncio.Event, every: float = _EVERY) -> None:
        """Make a round every so many seconds until asked to stop. A database that is away is waited for."""
        while not stopping.is_set():
            doing = asyncio.create_task(self._tried())
            asked = asyncio.create_task(stopping.wait())
            await asyncio.wait((doing, asked), return_when=asyncio.FIRST_COMPLETED)
            if not doing.done():
                await asyncio.wait((doing,), timeout=_PATIENCE)
                doing.cancel()
            with suppress(asyncio.CancelledError):
                await doing
            await asyncio.wait((asked,), timeout=every)
            asked.cancel()

    async def once(self) -> int:
        """One round; how many holds ended by it. Raises StoreAway."""
        now = self._now()
        with mapped():
            await self._ensure_months(now)
            await self._look_ahead(now)
            ended = await self._sweep(now)
            if self._forgot is None or now - self._forgot >= _FORGET_EVERY:
                forgotten = await store.forget_answers(self._pool, now - ANSWERS_KEPT)
                self._forgot = now
                await endings.gone(self._pool, None, now)
                if told := await endings.overdue(self._pool, now):
                    log.info("promises whose day is over were not kept", promises=told)
                if forgotten:
                    log.info("forgot old answers", answers=forgotten)
        return ended

    async def _tried(self) -> None:
        try:
            ended = await self.once()
        except SaysoError as problem:
            if not self._away:
                log.warning("the rounds wait", problem=problem.slug, detail=problem.detail)
            self._away = True
            return
        if self._away:
            log.info("the rounds go on")
        self._away = False
        if ended:
            log.info("ended holds whose time was up", holds=ended)

    async def _sweep(self, now: datetime) -> int:
        """End what is due; how many holds that were. Where several sweep at once, each counts what it saw."""
        ended = 0
        asked = Asked("", None, "", now)
        for _ in range(_MOST_SWEEPS):
            due = await promises.due(self._pool, now, _AT_ONCE)
            errands = [End(asked, promise.id, "expired", "its time was up") for promise in due]
            await asyncio.gather(*(self._lane.settle(errand) for errand in errands))
            _ended.inc(len(due))
            ended += len(due)
            if len(due) < _AT_ONCE:
                break
        return ended

    async def _look_ahead(self, now: datetime) -> None:
        """Once a day: arrivals are learned anew, and what was due and has not come is noticed though nothing is told."""
        today = now.date()
        if self._looked != today:
            await look_ahead(self._pool, now, self._policy, since=self._looked)
            self._looked = today

    async def _ensure_months(self, now: datetime) -> None:
        for day in (now.date(), (now + _AHEAD).date()):
            month = (day.year, day.month)
            if month not in self._months:
                async with self._pool.acquire() as connection:
                    await promises.ensure_month(connection, day)
                self._months.add(month)
