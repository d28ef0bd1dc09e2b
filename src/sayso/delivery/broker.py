"""CloudEvents over a broker, in and out: who speaks to it, what is kept before it is acknowledged, and what is told.

One process at a time does it, by a lease that runs out if it dies; the others stand by. So what comes in is kept in the
order in which the broker brought it, and what goes out is published in order. Knows no protocol and no event's meaning.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import structlog
from msgspec import Struct
from prometheus_client import Counter

from sayso.delivery.broker_in import Arrived, Brought, messages
from sayso.delivery.broker_links import Link, linked
from sayso.delivery.broker_out import Publishing
from sayso.errors import Misconfigured, SaysoError
from sayso.store import inbox
from sayso.store.database import mapped
from sayso.store.outgoing import Reader

log = structlog.get_logger()

_kept = Counter("sayso_broker_kept", "Messages from the broker that were kept, new or known.")

_LEASE = timedelta(seconds=30)
_RENEW = 10.0  # seconds
_EVERY = 0.2
_PAUSE, _LONGEST_PAUSE = 0.5, 10.0

Keep = Callable[[Sequence[Brought]], Awaitable[None]]
"""Keeps messages in their order, all or none; returns when they are kept for good. Known ones change nothing."""


class BrokerSettings(Struct, frozen=True):
    """Where the broker is and what is used of it: the beginnings of subjects that come in and go out, "" for none."""

    url: str
    incoming: str = "sayso.in"
    outgoing: str = "sayso.out"


def assemble(
    pool: Any, now: Callable[[], datetime], *, broker: str, broker_in: str, broker_out: str, keep: Keep | None = None
) -> Broker | None:  # fmt: skip
    """The broker of the settings of these names; None where none is set, or neither direction is used.

    Raises Misconfigured for a URL of no known kind, a prefix that is no subject, or a library that is not installed.
    """
    for name, prefix in (("broker_in", broker_in), ("broker_out", broker_out)):
        if not re.fullmatch(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|", prefix):
            raise Misconfigured(
                f"{name} cannot be {prefix!r}", remedy="words with dots between, e.g. sayso.in"
            )
    if (
        broker_in
        and broker_out
        and (f"{broker_in}.".startswith(f"{broker_out}.") or f"{broker_out}.".startswith(f"{broker_in}."))
    ):
        raise Misconfigured(
            f"broker_in {broker_in!r} and broker_out {broker_out!r} lie within each other",
            remedy="give them different beginnings, or what is told would come in again",
        )
    if not broker or not (broker_in or broker_out):
        return None
    return Broker(pool, now, BrokerSettings(broker, broker_in, broker_out), keep=keep)


class Broker:
    """The broker of one process; any number may run. `now` tells the time, `keep` takes what comes in."""

    def __init__(
        self, pool: Any, now: Callable[[], datetime], settings: BrokerSettings, *, keep: Keep | None = None,
        every: float = _EVERY, lease: timedelta = _LEASE,
    ) -> None:  # fmt: skip
        _link(settings, _no)  # a broker that cannot be spoken to is refused now
        self._pool = pool
        self._now = now
        self._settings = settings
        self._keep = keep or self._into_inbox
        self._every = every
        self._lease = lease
        self._reader = Reader(pool, "broker")

    async def run(self, stopping: asyncio.Event) -> None:
        """Speak to the broker until asked to stop. A broker or a database that is away is waited for."""
        pause, known = _PAUSE, False
        while not stopping.is_set():
            try:
                if not known:
                    await self._reader.start()
                    known = True
                reached = await self._reader.hold(self._now(), self._now() + self._lease)
                if reached is not None:
                    began = asyncio.get_running_loop().time()
                    await self._active(stopping, reached)
                    if asyncio.get_running_loop().time() - began > _LONGEST_PAUSE:
                        pause = _PAUSE
            except Misconfigured:
                raise
            except Exception as problem:
                told = problem.detail if isinstance(problem, SaysoError) else repr(problem)
                log.warning("the broker waits", problem=told, seconds=pause)
                await _either(stopping, pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
                continue
            await _either(stopping, max(self._every, 0.05))

    async def _active(self, stopping: asyncio.Event, reached: int) -> None:
        """Be the one who speaks to it, until stopping, until the lease is lost, or until something is raised."""
        link = _link(self._settings, self._take)
        tasks = [
            asyncio.create_task(stopping.wait()),
            asyncio.create_task(self._renewing()),
            asyncio.create_task(self._working(link, reached)),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await link.stop()
            with suppress(SaysoError):
                await self._reader.release()

    async def _working(self, link: Link, reached: int) -> None:
        await link.start()
        log.info("speaking to the broker")
        async with asyncio.TaskGroup() as group:
            group.create_task(_checking(link))
            if self._settings.outgoing:
                publishing = Publishing(
                    self._pool, self._reader, self._now, self._settings.outgoing, self._lease
                )
                group.create_task(publishing.run(link.publish, reached, self._every))

    async def _renewing(self) -> None:
        """Keep the lease; returns when it is another's."""
        seconds = min(_RENEW, self._lease.total_seconds() / 3)
        while True:
            await asyncio.sleep(seconds)
            if not await self._reader.renew(self._now() + self._lease):
                return

    async def _take(self, arrived: Sequence[Arrived]) -> None:
        """Keep what was brought, in its order; a database that is away is waited for. Returns when it is kept."""
        found = [message for one in arrived for message in messages(one, self._settings.incoming)]
        pause = _PAUSE
        while True:
            try:
                await self._kept_all(found)
                break
            except SaysoError as problem:
                log.warning("messages from the broker wait", detail=problem.detail)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
        _kept.inc(len(found))

    async def _kept_all(self, found: Sequence[Brought]) -> None:
        try:
            await self._keep(found)
        except SaysoError:
            raise
        except Exception as fault:
            if len(found) == 1:
                # As it came, then: it must neither be lost nor hold up what comes behind it.
                log.error(
                    "a message from the broker is kept unread", id=found[0].message.id, fault=repr(fault)
                )
                await self._into_inbox(found)
                return
            for one in found:
                await self._kept_all([one])

    async def _into_inbox(self, found: Sequence[Brought]) -> None:
        with mapped():
            async with self._pool.acquire() as connection, connection.transaction():
                await inbox.keep(connection, [one.message for one in found], self._now())


def _link(settings: BrokerSettings, take: Callable[[Sequence[Arrived]], Awaitable[None]]) -> Link:
    return linked(settings.url, settings.incoming, settings.outgoing, take)


async def _no(arrived: Sequence[Arrived]) -> None:
    return None


async def _checking(link: Link) -> None:
    while True:
        await asyncio.sleep(5)
        await link.check()


async def _either(stopping: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)
