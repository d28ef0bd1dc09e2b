"""Replays the real orders in time order through Sayso's HTTP API, each as promise and order, beside the
naive storefront."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import httpx

from sayso.demo.batches import Batch, at
from sayso.demo.buyer import choose, request
from sayso.demo.distributor import Distributor, opening_facts
from sayso.demo.exported import Exports
from sayso.demo.naive import Storefront
from sayso.demo.orders import Order, OrderLine, by_day
from sayso.demo.summary import Summary, count_kept, count_latency, count_lost, count_naive, started
from sayso.demo.talk import Answer, Line, Talk
from sayso.demo.world import MORNING, Agreed, World
from sayso.errors import BadField, SaysoError

MOST_AT_ONCE = 8
"""Orders of the same minute that are asked at once, where they share neither an item nor a credit account."""


_CENT = Decimal("0.01")


class Progress(NamedTuple):
    """How far a replay is: orders done and in all, the simulated day, and what is going on."""

    done: int
    orders: int
    day: date
    doing: str


class _Outcome(NamedTuple):
    """What a buyer ended with: the lines ordered, the lines struck, and the promise; or why the order was
    lost."""

    kept: tuple[OrderLine, ...]
    struck: tuple[tuple[OrderLine, str], ...]
    answer: Answer | None
    lost: str


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
        for wave in _waves(self.orders.get(day, ()), self.distributor):
            outcomes = await asyncio.gather(*(self._buy(order) for order in wave))
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

    async def _buy(self, order: Order) -> _Outcome:
        """What the buyer does: ask, perhaps ask again for less, order. All within the order's minute."""
        first = await self.talk.ask(
            request(order, order.lines, self.given, False), order.at, f"{order.reference}-1"
        )
        if first.held:
            return await self._place(order, _Outcome(order.lines, (), first, ""))
        choice = choose(order, order.lines, first, self.given)
        if choice.credit and (not choice.struck or choice.credit != "over_limit"):
            return _Outcome((), (), None, choice.credit)
        if not choice.kept:
            codes = Counter(code for _, code in choice.struck)
            return _Outcome((), (), None, max(sorted(codes), key=lambda code: codes[code]))
        again = request(order, choice.kept, self.given, True)
        second = await self.talk.ask(again, order.at, f"{order.reference}-2")
        after = choose(order, choice.kept, second, self.given)
        if second.held and not after.struck:
            return await self._place(order, _Outcome(choice.kept, choice.struck, second, ""))
        if second.held:
            await self.talk.release(second.promise, order.at, f"{order.reference}-release")
        return _Outcome((), (), None, after.credit or (after.struck[0][1] if after.struck else "not_held"))

    async def _place(self, order: Order, outcome: _Outcome) -> _Outcome:
        assert outcome.answer is not None
        await self.talk.order(
            f"WEB-{order.reference}", outcome.answer.promise, order.at, f"{order.reference}-order"
        )
        return outcome

    def _count(self, order: Order, outcome: _Outcome) -> None:
        found = self.summary.sayso
        found.asked.add(order.lines)
        if outcome.answer is None:
            count_lost(found, order, outcome.lost)
            return
        (found.in_part if outcome.struck else found.in_full).add(outcome.kept)
        for code in {code for _, code in outcome.struck}:
            found.struck[code].add(line for line, why in outcome.struck if why == code)
        agreed = [one for line, answer in _pairs(outcome) for one in _agreed(line, answer)]
        for line, answer in _pairs(outcome):
            found.lines_dated_later += answer.verdict != "firm"
            found.lines_priced += answer.price is not None
            found.lines_priced_as_paid += answer.price is not None and answer.price.amount == line.paid
        self.world.accept(order, f"WEB-{order.reference}", agreed)

    async def _load(self, batches: Sequence[Batch], day: date, doing: str) -> None:
        self._tell(day, doing)
        for batch in batches:
            await self.talk.load(batch)

    def _tell(self, day: date, doing: str) -> None:
        if self._progress is not None:
            self._progress(Progress(self.done, self.total, day, doing))

    def _day(self, number: int) -> date:
        return self.distributor.first + timedelta(days=number)


def _waves(orders: Sequence[Order], distributor: Distributor) -> Iterator[list[Order]]:
    """Orders in time order, those of one minute together as long as they cannot matter to each other.

    So the outcome does not hang on which of them the server happens to take first.
    """
    wave: list[Order] = []
    touched: set[str] = set()
    for order in orders:
        mine = {line.item for line in order.lines} | {"@" + distributor.book.accounts[order.customer].top}
        if wave and (order.at != wave[0].at or len(wave) >= MOST_AT_ONCE or touched & mine):
            yield wave
            wave, touched = [], set()
        wave.append(order)
        touched |= mine
    if wave:
        yield wave


def _pairs(outcome: _Outcome) -> list[tuple[OrderLine, Line]]:
    """The ordered lines, each with its answer."""
    assert outcome.answer is not None
    answers = {line.line: line for line in outcome.answer.lines}
    return [(line, answers[number]) for number, line in enumerate(outcome.kept, 1)]


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
