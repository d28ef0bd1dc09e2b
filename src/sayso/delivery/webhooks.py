"""Telling subscribers by Standard Webhooks 1.0: each in its own order, none waiting for another, at least once.

One process at a time holds a subscriber, by a lease that runs out if it dies; the call is made outside of any transaction,
and how far the subscriber is, is noted after its yes. Knows neither why something is told nor what a case is.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any
from uuid import uuid4

import structlog
from msgspec import Struct
from msgspec.structs import replace
from prometheus_client import Counter

from sayso.delivery import webhooks_signing as signing
from sayso.delivery.webhooks_policy import WebhookPolicy
from sayso.delivery.webhooks_reach import Answered, Reach
from sayso.errors import SaysoError
from sayso.store import outgoing
from sayso.store import subscribers as store
from sayso.store.database import mapped
from sayso.store.outgoing import Numbered
from sayso.store.subscribers import State, Subscriber

log = structlog.get_logger()

_attempts = Counter("sayso_webhook_attempts", "Calls to subscribers, by what came of them.", ["came"])

_EVERY = 0.5  # seconds between looks
_PAGE = 100
_MOST_IN_A_ROW = 1000  # of one subscriber, before another process may take it over
_SPARE = timedelta(seconds=30)  # that a lease lasts longer than an attempt may
_PATIENCE = 5.0  # seconds that calls under way get to end, when asked to stop
_GONE = 410
_LONGEST_ASKED = 86400.0  # seconds: a Retry-After beyond this is not obeyed


class Stuck(Struct, frozen=True):
    """A subscriber that is told nothing more: `paused` after failing for long, `ended` because it said so (410), `at` this
    moment. `since` it fails, with `number`."""

    subscriber: str
    url: str
    state: State
    since: datetime
    at: datetime
    number: int
    problem: str


Hook = Callable[[Any, Stuck], Awaitable[None]]


async def _nothing(connection: Any, stuck: Stuck) -> None:
    return None


def assemble(
    pool: Any,
    now: Callable[[], datetime],
    policy: WebhookPolicy,
    *,
    webhooks_private: bool,
    stuck: Hook = _nothing,
) -> Webhooks:
    """The webhooks of the setting of this name, and of the section [webhooks] of the follow file."""
    return Webhooks(pool, now, policy, stuck=stuck, private=webhooks_private)


class Webhooks:
    """The webhooks of one process; any number may run. `now` tells the time.

    `stuck` is called in the transaction that pauses or ends a subscriber, to open a case. `private`: whether subscribers
    may be inside one's own network.
    """

    def __init__(
        self, pool: Any, now: Callable[[], datetime], policy: WebhookPolicy | None = None, *, stuck: Hook = _nothing,
        private: bool = False, reach: Reach | None = None,
    ) -> None:  # fmt: skip
        self._pool = pool
        self._now = now
        self._policy = policy or WebhookPolicy()
        self._stuck = stuck
        self._reach = reach or Reach(private=private, timeout=self._policy.timeout)
        self._lasts = timedelta(seconds=self._policy.timeout) + _SPARE
        self._calling: set[asyncio.Task[int]] = set()
        self._stopping = False
        self._away = False

    async def once(self) -> int:
        """Tell everyone who is due, and wait until all were called; how many yeses there were. Raises StoreAway."""
        tasks = await self._begun()
        return sum(await asyncio.gather(*tasks)) if tasks else 0

    async def run(self, stopping: asyncio.Event, every: float = _EVERY) -> None:
        """Tell until asked to stop. A subscriber that hangs keeps nobody else waiting; a database that is away is
        waited for."""
        asked = asyncio.create_task(stopping.wait())
        try:
            while not stopping.is_set():
                begun = await self._tried()
                await asyncio.wait((asked, *begun), timeout=every, return_when=asyncio.FIRST_COMPLETED)
                if begun and not stopping.is_set():
                    await asyncio.sleep(0.01)  # what waits for many is gathered
        finally:
            asked.cancel()
            await self.close()

    async def close(self) -> None:
        """Calls under way end, or are broken off; whom they were for is free for another process."""
        self._stopping = True
        if self._calling:
            _, late = await asyncio.wait(self._calling, timeout=_PATIENCE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._reach.close()

    async def _tried(self) -> list[asyncio.Task[int]]:
        try:
            begun = await self._begun()
        except SaysoError as problem:
            if not self._away:
                log.warning("webhooks wait", problem=problem.slug, detail=problem.detail)
            self._away = True
            return []
        self._away = False
        return begun

    async def _begun(self) -> list[asyncio.Task[int]]:
        """Those who are due, each called by a task of its own from now on."""
        room = self._policy.at_once - len(self._calling)
        if room <= 0:
            return []
        await outgoing.give_numbers(self._pool)
        lease, now = uuid4().hex, self._now()
        due = await store.claim(self._pool, lease, now, now + self._lasts, room)
        tasks = [asyncio.create_task(self._served(one, lease)) for one in due]
        for task in tasks:
            self._calling.add(task)
            task.add_done_callback(self._done)
        return tasks

    def _done(self, task: asyncio.Task[int]) -> None:
        self._calling.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("telling a subscriber broke off", fault=repr(fault))

    async def _served(self, one: Subscriber, lease: str) -> int:
        """Tell one what it has not been told, until something fails; how many yeses there were."""
        yeses, reached, goes_on = 0, one.reached, True
        try:
            while goes_on and yeses < _MOST_IN_A_ROW and not self._stopping:
                rows = await outgoing.after(self._pool, reached, _PAGE)
                if not rows:
                    break
                said, goes_on = await self._page(one, lease, rows)
                yeses, reached = yeses + said, rows[-1].number
                one = _well(one)
        except SaysoError as problem:
            log.warning("a subscriber waits", subscriber=one.subscriber, detail=problem.detail)
        finally:
            await asyncio.shield(self._released(one, lease))
        return yeses

    async def _page(self, one: Subscriber, lease: str, rows: list[Numbered]) -> tuple[int, bool]:
        """Tell one a page, in order, noting how far it is; how many yeses, and whether it goes on."""
        yeses = 0
        for row in rows:
            if not wanted(one, row):
                continue
            if self._stopping:
                return yeses, False
            answered = await self._call(one, row)
            now = self._now()
            if not answered.acknowledged:
                await self._failed(one, lease, row, answered, now)
                return yeses, False
            yeses += 1
            if not await store.told(self._pool, one.subscriber, lease, row.number, now, now + self._lasts):
                return yeses, False  # another holds it by now, or it is paused, rewound or gone
            one = _well(one)
        if wanted(one, rows[-1]):
            return yeses, True
        until = self._now() + self._lasts
        return yeses, await store.told(self._pool, one.subscriber, lease, rows[-1].number, None, until)

    async def _call(self, one: Subscriber, row: Numbered) -> Answered:
        now = self._now()
        keys = [one.secret]
        if one.earlier_secret and one.earlier_until and now < one.earlier_until:
            keys.append(one.earlier_secret)
        answered = await self._reach.post(one.url, row.body, signing.headers(row.id, now, row.body, keys))
        _attempts.labels("yes" if answered.acknowledged else str(answered.status or "none")).inc()
        return answered

    async def _failed(
        self, one: Subscriber, lease: str, row: Numbered, answered: Answered, now: datetime
    ) -> None:
        """Note that it failed, and when it is tried again; or that it is over, with whatever the hook does about it."""
        since = one.failing or now
        wait = self._policy.wait(one.tries + 1, random.random())
        if answered.retry_after is not None:
            wait = max(wait, timedelta(seconds=min(answered.retry_after, _LONGEST_ASKED)))
        state: State = "live"
        if answered.status == _GONE:
            state = "ended"
        elif now - since >= timedelta(seconds=self._policy.pause_after):
            state = "paused"
        problem = f"number {row.number}: {answered.detail}"
        with mapped():
            async with self._pool.acquire() as connection, connection.transaction():
                held = await store.failed(connection, one.subscriber, lease, state, now + wait, now, problem)
                if held and state != "live":
                    await self._stuck(
                        connection, Stuck(one.subscriber, one.url, state, since, now, row.number, problem)
                    )
        log.info("a subscriber failed", subscriber=one.subscriber, state=state, problem=problem)

    async def _released(self, one: Subscriber, lease: str) -> None:
        try:
            await store.release(self._pool, one.subscriber, lease, self._now())
        except SaysoError:
            return  # the lease runs out by itself


def wanted(one: Subscriber, row: Numbered) -> bool:
    """Whether a subscriber is told this: its types, and where it is bound to customers, theirs alone."""
    if one.customers is not None and row.customer not in one.customers:
        return False
    return any(fnmatchcase(row.type, pattern.strip()) for pattern in one.types.split(","))


def _well(one: Subscriber) -> Subscriber:
    """As it stands after a yes."""
    return replace(one, tries=0, failing=None)
