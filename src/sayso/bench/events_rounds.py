"""The rounds of the events benchmark: orders stand ready, their shipments are kept, then worked off; and all is checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from msgspec import Struct

from sayso.bench import events_crew, processors
from sayso.bench.crew import Hand
from sayso.bench.events_baseline import Baseline, inserted
from sayso.bench.events_crew import Drained, Post
from sayso.bench.events_trade import SHAPES, Order, Shape, Trade, dispatched, opened
from sayso.store import benchmark
from sayso.store import benchmark_events as rows
from sayso.store.benchmark_events import Marks
from sayso.store.inbox import Message
from sayso.wiring import Clock

_ORDERS_AT_ONCE = 5_000


class Round(Struct, frozen=True):
    """One round. Rates are events a second: `kept` by one connection, `applied` by so many workers, and `both` if one did
    the one after the other. Processor times are microseconds for each event applied, of workers and of PostgreSQL."""

    shape: Shape
    workers: int
    events: int
    orders: int
    kept: float
    applied: float
    both: float
    python_us: float
    postgres_us: float | None
    log_bytes: float
    problems: tuple[str, ...] = ()


@dataclass
class Rounds:
    """Rounds in one schema that holds the world; `hands` are the workers, as many as any round needs."""

    post: Post
    postmaster: int | None
    trade: Trade
    hands: Sequence[Hand]
    connection: Any

    async def measured(self, shape: Shape, workers: int, events: int) -> tuple[Round, list[Message]]:
        """One round, and the messages of it."""
        orders = self.trade.orders(-(-events // SHAPES[shape]))
        await self._ready(orders)
        await rows.gather(self.connection)
        messages = dispatched(orders, shape, Clock().now())[:events]
        before, log = await rows.marks(self.connection), await benchmark.wal_position(self.connection)
        kept = await events_crew.keep(self.connection, messages, Clock().now())
        used = processors.of_server(self.postmaster)
        done = await events_crew.drained(self.hands[:workers])
        spent = processors.of_server(self.postmaster)
        postgres = None if used is None or spent is None else (spent - used) / events * 1e6
        log = await benchmark.wal_position(self.connection) - log
        found = Round(
            shape, workers, events, len(orders), round(events / kept, 1), round(events / done.seconds, 1),
            round(events / (kept + done.seconds), 1), round(done.python / events * 1e6, 1),
            None if postgres is None else round(postgres, 1), round(log / events, 1),
            tuple(await self._wrong(before, done, messages, orders, shape)),
        )  # fmt: skip
        return found, messages

    async def beside(self, messages: Sequence[Message]) -> tuple[Baseline, ...]:
        """The same rows plainly inserted."""
        await rows.gather(self.connection)
        return await inserted(self.post.dsn, messages, Clock().now(), rounds=1)

    async def _ready(self, orders: Sequence[Order]) -> None:
        """Have orders placed and accepted by all hands."""
        left = iter(orders)
        while some := list(islice(left, _ORDERS_AT_ONCE)):
            now = Clock().now()
            await events_crew.keep(self.connection, opened(some, now), now)
            await events_crew.drained(self.hands)

    async def _wrong(
        self, before: Marks, done: Drained, messages: Sequence[Message], orders: Sequence[Order], shape: Shape
    ) -> list[str]:
        """What is not as it has to be, in sentences."""
        events = len(messages)
        after = await rows.marks(self.connection)
        came = await rows.came_of(self.connection, before, [order.number for order in orders])
        whole = events // SHAPES[shape] if events == len(orders) * SHAPES[shape] else None
        left = before.shelves - after.shelves
        gone = Decimal(sum(line.quantity for order in orders for line in order.lines))
        told: list[tuple[int | Decimal, int | Decimal, str]] = [
            (done.messages, events, "messages were settled"),
            (came.applied, events, "messages are applied"),
            (came.others, 0, "messages wait or are held back"),
            (came.shipments, events, "shipments are known"),
            (after.invoices - before.invoices, events, "invoices are asked for"),
            (after.cases - before.cases, 0, "cases were opened"),
            (after.told - before.told, events, "news are told"),
        ]
        if whole is not None:
            told += [(came.shipped, whole, "orders have left"), (left, gone, "units have left the shelves")]
        return [f"{found} {what}, not {wanted}" for found, wanted, what in told if found != wanted]


def middle(found: Sequence[Round]) -> list[Round]:
    """Of each shape and number of workers the round with the median rate; of two, the slower."""
    kinds = dict.fromkeys((one.shape, one.workers) for one in found)
    each = (
        sorted((one for one in found if (one.shape, one.workers) == kind), key=lambda one: one.applied)
        for kind in kinds
    )
    return [rates[(len(rates) - 1) // 2] for rates in each]
