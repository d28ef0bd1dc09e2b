"""The replay of the events benchmark: messages worked off live, then replayed into a fresh schema, state for state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from time import perf_counter, process_time
from typing import Any, NamedTuple

from msgspec import Struct

from sayso import wiring
from sayso.bench import events_crew, loading, processors
from sayso.bench.events_crew import Post
from sayso.bench.events_trade import LINES, Trade, passing
from sayso.bench.world import Scale
from sayso.desk.messages.refolding import refold
from sayso.store import benchmark_events as rows
from sayso.store import database
from sayso.store.inbox import Message
from sayso.wiring import Clock

_AN_ORDER = 2 + LINES
_KEPT_AT_ONCE = 20_000
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class Tenth(Struct, frozen=True):
    """A tenth of a replay. Microseconds for each event: of time, and of processor time of Python and PostgreSQL."""

    events: int
    wall_us: float
    python_us: float
    postgres_us: float | None


class Replayed(Struct, frozen=True):
    """A replay. `growth`: the last tenth beside the first, by processor time where it is known, else by time."""

    events: int
    orders: int
    live_per_second: float
    per_second: float
    equal: int
    tenths: tuple[Tenth, ...]
    growth: float | None
    wall_growth: float | None
    problems: tuple[str, ...] = ()


class _At(NamedTuple):
    """How many were done, at what time, with what processor time."""

    events: int
    wall: float
    python: float
    postgres: float | None


class Tenths:
    """Takes the time of each tenth of so many events."""

    def __init__(self, events: int, postmaster: int | None) -> None:
        self._events = events
        self._postmaster = postmaster
        self._done = 0
        self._at: list[_At] = []

    def done(self, messages: int) -> None:
        """So many more are done; called with 0 when it begins."""
        self._done += messages
        if not self._at or self._done * 10 >= self._events * len(self._at):
            used = processors.of_server(self._postmaster)
            self._at.append(_At(self._done, perf_counter(), process_time(), used))

    @property
    def found(self) -> tuple[Tenth, ...]:
        """The tenths so far."""
        pairs = zip(self._at, self._at[1:], strict=False)
        return tuple(_tenth(early, late) for early, late in pairs if late.events > early.events)


def _tenth(early: _At, late: _At) -> Tenth:
    events = late.events - early.events
    postgres = None
    if early.postgres is not None and late.postgres is not None:
        postgres = round((late.postgres - early.postgres) / events * 1e6, 1)
    return Tenth(
        events,
        round((late.wall - early.wall) / events * 1e6, 1),
        round((late.python - early.python) / events * 1e6, 1),
        postgres,
    )


async def replayed(
    place: loading.Place, scale: Scale, events: int, workers: int, tell: Callable[[str], None]
) -> Replayed:
    """Work so many events off live, replay them, and compare."""
    async with loading.schema(place.dsn) as live, loading.schema(place.dsn) as again:
        await loading.fill(place.dsn, live, scale, Clock().now(), tell)
        orders = -(-events // _AN_ORDER)
        seconds = await _lived(Post(place.dsn, live, place.home), scale, orders, workers, tell)
        tell(f"{orders * _AN_ORDER / seconds:,.0f} events a second live; replaying them")
        return await _again(place, live, again, orders, seconds, tell)


async def _lived(post: Post, scale: Scale, orders: int, workers: int, tell: Callable[[str], None]) -> float:
    """Seconds that it took to keep and apply the messages of so many orders live."""
    trade, seconds, done = Trade(scale), 0.0, 0
    connection = await database.connect(post.dsn, post.schema)
    try:
        with events_crew.workers(post, workers) as hands:
            for some in _chunks(passing((trade.next() for _ in range(orders)), Clock().now())):
                seconds += await events_crew.keep(connection, some, Clock().now())
                seconds += (await events_crew.drained(hands)).seconds
                done += len(some)
                if done <= 2 * _KEPT_AT_ONCE:
                    await rows.gather(connection)
                tell(f"{done:,} events live")
    finally:
        await connection.close()
    return seconds


async def _again(
    place: loading.Place, live: str, again: str, orders: int, seconds: float, tell: Callable[[str], None]
) -> Replayed:
    events = orders * _AN_ORDER
    tenths = Tenths(events, place.postmaster)
    ours, theirs = Post(place.dsn, live, place.home).settings, Post(place.dsn, again, place.home).settings

    async with wiring.assembled(ours, place.dsn) as one, wiring.assembled(theirs, place.dsn) as other:
        handler = _begun(other.follow.working.following.apply, tenths)
        found = await refold(one.pool, other.pool, handler, _BEGINNING, Clock().now(), tenths.done)
    problems = [
        f"{one}: {live or 'not there'} live, {other or 'not there'} replayed"
        for one, live, other in found.different
    ]
    told = [(found.messages, events, "messages are there"), (found.applied, events, "were applied again"),
            (found.equal, orders, "orders are equal"), (found.held, 0, "were held back")]  # fmt: skip
    problems += [f"{have} {what}, not {wanted}" for have, wanted, what in told if have != wanted]
    each = tenths.found
    whole = sum(one.events * one.wall_us for one in each) / 1e6
    return Replayed(
        events, orders, round(events / seconds, 1), round(sum(one.events for one in each) / whole, 1) if whole else 0.0,
        found.equal, each, _growth(each, _processor), _growth(each, lambda one: one.wall_us), tuple(problems),
    )  # fmt: skip


def _begun(handler: Any, tenths: Tenths) -> Any:
    """The handler, which starts the watch with its first messages: what was copied before is not replayed yet."""
    first = True

    async def apply(connection: Any, some: Any, now: datetime) -> Any:
        nonlocal first
        if first:
            first = False
            tenths.done(0)
        return await handler(connection, some, now)

    return apply


def _processor(one: Tenth) -> float:
    return one.python_us + (one.postgres_us or 0.0)


def _growth(tenths: tuple[Tenth, ...], cost: Callable[[Tenth], float]) -> float | None:
    return round(cost(tenths[-1]) / cost(tenths[0]), 3) if len(tenths) > 1 else None


def _chunks(messages: Iterator[Message]) -> Iterator[list[Message]]:
    some: list[Message] = []
    for one in messages:
        some.append(one)
        if len(some) == _KEPT_AT_ONCE:
            yield some
            some = []
    if some:
        yield some
