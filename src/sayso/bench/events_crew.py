"""The workers of the events benchmark: processes that work off the inbox as `sayso work` does, until nothing waits."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, NamedTuple

import uvloop

from sayso import wiring
from sayso.bench import crew
from sayso.bench.crew import Hand
from sayso.delivery.inbound import Inbound
from sayso.errors import SaysoError
from sayso.store import benchmark_events as rows
from sayso.store import inbox
from sayso.store.inbox import Message

#: Messages that are kept in one transaction, and lanes that a process works on at once (as a worker does).
KEPT_AT_ONCE = 500
_LANES = 2
_PAUSE = 0.002

#: A system in every role, so that everything is decided that a company in full work decides. Nobody asks them here.
_FOLLOW = "\n".join(f'[systems.{role}]\nrole = "{role}"\n' for role in ("erp", "wms", "ar", "bank"))


@dataclass(frozen=True)
class Post:
    """Where a worker works."""

    dsn: str
    schema: str
    home: Path

    @property
    def settings(self) -> wiring.Settings:
        """The defaults, in the benchmark's place, with the systems above."""
        follow = self.home / "follow.toml"
        follow.write_text(_FOLLOW)
        return wiring.Settings(home=self.home, database_url=self.dsn, schema=self.schema, follow=str(follow))


class Done(NamedTuple):
    """What a worker did: messages settled, seconds of processor time."""

    messages: int
    python: float


class Drained(NamedTuple):
    """What workers did together, from the word until nothing waited."""

    messages: int
    seconds: float
    python: float


@contextmanager
def workers(post: Post, number: int) -> Iterator[list[Hand]]:
    """So many workers, ready."""
    with crew.at_work(_work, [(post,)] * number) as hands:
        yield hands


async def drained(hands: Sequence[Hand]) -> Drained:
    """Have them work until nothing waits."""
    begun = perf_counter()
    for hand in hands:
        hand.pipe.send("work")
    done: list[Done] = [await asyncio.to_thread(hand.answer) for hand in hands]
    seconds = perf_counter() - begun
    return Drained(sum(one.messages for one in done), seconds, sum(one.python for one in done))


async def keep(connection: Any, messages: Iterable[Message], now: datetime) -> float:
    """Keep messages as the door does, in batches; the seconds it took. Raises SaysoError where one was known."""
    begun, left = perf_counter(), iter(messages)
    while some := list(islice(left, KEPT_AT_ONCE)):
        if any(one.how != "new" for one in await inbox.keep(connection, some, now)):
            raise SaysoError(
                "a message of the benchmark was known already", remedy="begin with an empty schema"
            )
    return perf_counter() - begun


def _work(post: Post, pipe: Connection) -> None:
    """The life of a worker: it ends when its pipe does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        uvloop.run(_working(post, pipe))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except Exception as problem:
        pipe.send(SaysoError(f"a worker failed: {problem!r}"))


async def _working(post: Post, pipe: Connection) -> None:
    loop = asyncio.get_running_loop()
    async with _inbound(post) as (inbound, pool):
        pipe.send("ready")
        while await loop.run_in_executor(None, pipe.recv):
            gc.collect()
            before = process_time()
            settled = await asyncio.gather(*(_worked_off(inbound, pool) for _ in range(_LANES)))
            pipe.send(Done(sum(settled), process_time() - before))


@asynccontextmanager
async def _inbound(post: Post) -> AsyncIterator[tuple[Inbound, Any]]:
    async with wiring.assembled(post.settings, post.dsn) as app:
        yield Inbound(app.pool, app.follow.working.following.apply, app.clock.now, lanes=_LANES), app.pool


async def _worked_off(inbound: Inbound, pool: Any) -> int:
    """Settle messages until none waits; others may have the last of them in hand."""
    settled = 0
    while True:
        if done := await inbound.once():
            settled += done
        elif not await rows.left(pool):
            return settled
        else:
            await asyncio.sleep(_PAUSE)
