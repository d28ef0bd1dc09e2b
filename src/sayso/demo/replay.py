"""Replays the real orders in time order through Sayso's HTTP API, each as promise and order, beside the
naive storefront."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import httpx

from sayso.demo.batches import Batch, at
from sayso.demo.buying import Outcome, buy, number_of, pairs, waves
from sayso.demo.distributor import Distributor, opening_facts
from sayso.demo.exported import Exports
from sayso.demo.naive import Storefront
from sayso.demo.orders import Order, OrderLine, by_day
from sayso.demo.summary import Summary, count_kept, count_latency, count_lost, count_naive, started
from sayso.demo.talk import Line, Talk
from sayso.demo.world import MORNING, Agreed, World
from sayso.errors import BadField, SaysoError

_CENT = Decimal("0.01")


class Progress(NamedTuple):
    """How far a replay is: orders done and in all, the simulated day, and what is going on."""

    done: int
    orders: int
    day: date
    doing: str


async def replay(
    client: httpx.AsyncClient, distributor: Distributor, *, setting: str = "usual", days: int | None = None,
    progress: Callable[[Progress], None] | None = None, run: str = "", exports: Path | None = None,
) -> Summary:  # fmt: skip
    """Load the facts into an empty Sayso and replay the orders of the first `days` days (None: all).

    `client` knows the base URL and carries the API key. `run` sets this run's idempotency keys apart from
    others'. What the naive storefront and its back office would export is written to the folder `exports`,
    where one is named. Raises BadField for an unknown setting or a number of days below one, SaysoError where Sayso
    does not do as its interface says.
    """
    if days is not None and days < 1:
        raise BadField(
            "days", days, "at least one day has to be replayed", remedy="leave it out to replay all"
        )
    replaying = _Replay(client, distributor, setting, days, progress, run or f"demo-{uuid4().hex[:12]}")
    if exports is None:
        return await replaying.run()
    with Exports(replaying.storefront, setting, exports) as replaying.exports:
        return await replaying.run()


class _Replay:
    """One run at one setting."""

    def __init__(
        self, client: httpx.AsyncClient, distributor: Distributor, setting: str, days: int | None,
        progress: Callable[[Progress], None] | None, run: str,
    ) -> None:  # fmt: skip
        self.distributor, self.given = distributor, distributor.given
        self.talk = Talk(client, run)
        self.summary = started(distributor, setting)
        self.world = World(distributor, setting)
        self.storefront = Storefront(distributor, setting)
        self.orders = by_day(distributor.trade.orders)
        whole = (distributor.last - distributor.first).days + 1
        self.days = min(days or whole, whole)
        self.total = sum(len(self.orders.get(self._day(n), ())) for n in range(self.days))
        self.done = 0
        self.exports: Exports | None = None
        self._progress = progress

    async def run(self) -> Summary:
        begun = time.perf_counter()
        await self._load(
            opening_facts(self.distributor, self.summary.setting), self.distributor.first, "facts"
        )
        for number in range(self.days):
            await self._live(self._day(number))
        summary = self.summary
        summary.days, summary.seconds = self.days, round(time.perf_counter() - begun, 1)
        summary.facts_rows, summary.http_calls = self.talk.rows, self.talk.calls
        count_kept(summary.sayso.kept, self.world, self._day(self.days - 1))
        count_latency(summary.sayso.latency, self.talk.latencies)
        return summary

    async def _live(self, day: date) -> None:
        """One day: the morning's reports, the orders as they come, the evening's reports, and what ships."""
        await self._load(self.world.morning(day), day, "orders")
        if day.weekday() == self.given.flag_weekday or day == self.distributor.first:
            await self.talk.learn(at(day, MORNING))
        self.storefront.morning(day)
        if self.exports:
            self.exports.morning(day)
        for wave in waves(self.orders.get(day, ()), self.distributor):
            outcomes = await asyncio.gather(*(buy(self.talk, order, self.given) for order in wave))
            for order, outcome in zip(wave, outcomes, strict=True):
                self._count(order, outcome)
                answer = self.storefront.ask(order)
                count_naive(self.summary.naive, answer)
                if self.exports:
                    self.exports.asked(answer)
            self.done += len(wave)
            self._tell(day, "orders")
        await self._load(self.world.evening(day), day, "orders")
        self.world.close(day)
        self.storefront.close(day)
        if self.exports:
            self.exports.close(day)

    def _count(self, order: Order, outcome: Outcome) -> None:
        found = self.summary.sayso
        found.asked.add(order.lines)
        if outcome.answer is None:
            count_lost(found, order, outcome.lost)
            return
        (found.in_part if outcome.struck else found.in_full).add(outcome.kept)
        for code in {code for _, code in outcome.struck}:
            found.struck[code].add(line for line, why in outcome.struck if why == code)
        agreed = [one for line, answer in pairs(outcome) for one in _agreed(line, answer)]
        for line, answer in pairs(outcome):
            found.lines_dated_later += answer.verdict != "firm"
            found.lines_priced += answer.price is not None
            found.lines_priced_as_paid += answer.price is not None and answer.price.amount == line.paid
        self.world.accept(order, number_of(order), agreed)

    async def _load(self, batches: Sequence[Batch], day: date, doing: str) -> None:
        self._tell(day, doing)
        for batch in batches:
            await self.talk.load(batch)

    def _tell(self, day: date, doing: str) -> None:
        if self._progress is not None:
            self._progress(Progress(self.done, self.total, day, doing))

    def _day(self, number: int) -> date:
        return self.distributor.first + timedelta(days=number)


def _agreed(line: OrderLine, answer: Line) -> list[Agreed]:
    """What was agreed on a line, part by part; the parts' money sums to the line's."""
    net = answer.price.amount if answer.price else Decimal(0)
    found, left = [], net
    for place, part in enumerate(answer.parts, 1):
        if part.ship_on is None:
            raise SaysoError(
                f"line {answer.line} was held without a day", remedy="this is a fault: report it"
            )
        share = left if place == len(answer.parts) else (net * part.quantity / line.quantity).quantize(_CENT)
        left -= share
        paid = line.paid * part.quantity / line.quantity
        leans_on = tuple(one.document for one in part.leans_on)
        found.append(Agreed(line.item, part.site, int(part.quantity), part.ship_on, share, paid, leans_on))
    return found
