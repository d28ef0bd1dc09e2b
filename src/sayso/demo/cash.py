"""The demo's third act: the same real orders followed from promise to cash, across four simulated systems that misbehave.

Speaks to Sayso over HTTP only. Time is told: what happens within a step reaches Sayso at its own moment, and is worked at
the step's end.
"""

from __future__ import annotations

import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import httpx
import msgspec

from sayso.canon.times import moment
from sayso.demo.batches import Batch, at
from sayso.demo.buying import Outcome, buy, number_of, waves
from sayso.demo.cash_books import Comparing
from sayso.demo.cash_clerks import Clerks, Mended
from sayso.demo.cash_company import MORNING, Behind
from sayso.demo.cash_figures import (
    Cash,
    Renamed,
    count_cases,
    count_effects,
    count_ends,
    count_invoices,
    count_orders,
)
from sayso.demo.cash_served import served
from sayso.demo.cash_talk import OfficeTalk, Transaction
from sayso.demo.distributor import Distributor, opening_facts
from sayso.demo.orders import Order, by_day
from sayso.demo.replay import Progress
from sayso.systems.simulated import truth
from sayso.systems.simulated.outlet import Posted

STEP = timedelta(minutes=30)
"""How often workers look, in simulated time. A real worker looks all the time."""
_SLOW_STEP = timedelta(hours=6)
_QUIET_AFTER = timedelta(days=14)
"""So long after the last order little but payments comes."""
DAYS_AFTER = 75
"""So long after the last order payments are waited for."""
_CLERKS, _EVENING = 8, 21
_FRIDAY = 4
_DAY = timedelta(days=1)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class Doors(msgspec.Struct, frozen=True):
    """Where Sayso answers, with which key; and where the simulated systems are to be served."""

    url: str
    key: str
    systems: socket.socket
    transport: httpx.AsyncBaseTransport | None = None


@asynccontextmanager
async def following(
    doors: Doors, distributor: Distributor, *, days: int, days_after: int = DAYS_AFTER, setting: str = "usual",
) -> AsyncIterator[Act]:  # fmt: skip
    """The act at an empty Sayso, to be run once; while the block lasts the simulated systems can be asked."""
    headers, timeout = {"Authorization": f"Bearer {doors.key}"}, httpx.Timeout(600.0, connect=10.0)
    async with httpx.AsyncClient(
        base_url=doors.url, headers=headers, timeout=timeout, transport=doors.transport
    ) as client:
        act = Act(client, distributor, days, days_after, setting)
        async with served(act.behind.company, doors.systems):
            yield act


class Act:
    """One run over the orders of the first `days` days. `now` is its time: at the end, when everything stands still."""

    def __init__(
        self, client: httpx.AsyncClient, distributor: Distributor, days: int, days_after: int, setting: str
    ) -> None:  # fmt: skip
        whole = (distributor.last - distributor.first).days + 1
        self.distributor, self.given = distributor, distributor.given
        self.cash = Cash(setting, min(days, whole), days_after)
        self.talk = OfficeTalk(client, f"cash-{uuid4().hex[:12]}")
        client.event_hooks = {"response": [self._heard]}
        self.outlet = Posted(client)
        self.behind = Behind(distributor, setting, self.cash.days, self.outlet)
        self.clerks = Clerks(self.talk, self.behind.company)
        self.now = self.behind.start
        self.mended: list[tuple[datetime, Mended]] = []
        self._orders = by_day(distributor.trade.orders)
        self.example = ""
        """An order that was placed."""
        self._again: datetime | None = None
        self.progress: Callable[[Progress], None] | None = None
        self._total = sum(len(self._orders.get(self._day(n), ())) for n in range(self.cash.days))

    async def run(self) -> Cash:
        """Follow the orders. Raises SaysoError where Sayso does not do as its interface says."""
        begun = time.perf_counter()
        await self._load(opening_facts(self.distributor, self.cash.setting))
        for number in range(self.cash.days + self.cash.days_after):
            await self._live(self._day(number), number < self.cash.days)
        await self._sum_up()
        self.cash.seconds = round(time.perf_counter() - begun, 1)
        self.cash.http_calls = self.talk.calls + self.outlet.sent
        return self.cash

    # A day.

    async def _live(self, day: date, selling: bool) -> None:
        """The morning's facts, the orders as they come, the clerks, the evening; the systems work all the time."""
        buyers = list(waves(self._orders.get(day, ()), self.distributor)) if selling else []
        stops: list[tuple[datetime, Callable[[date], Awaitable[None]]]] = [
            (at(day, MORNING), self._morning), (at(day, _CLERKS), self._office), (at(day, _EVENING), self._evening),
        ]  # fmt: skip
        end = at(day + _DAY, 0)
        while True:
            moments = [buyers[0][0].at if buyers else None, stops[0][0] if stops else None, self._again]
            due = min((one for one in (*moments, self.behind.company.next) if one is not None), default=end)
            if due >= end:
                return
            tick = min(self._step(due), stops[0][0] if stops else end)
            while buyers and buyers[0][0].at <= tick:
                await self._buy(buyers.pop(0))
            await self._work(max(tick, self.now))
            while stops and stops[0][0] <= tick:
                await stops.pop(0)[1](day)
                await self._work(self.now)
            self._tell(day)

    async def _work(self, now: datetime) -> None:
        """The systems do what is due and say what they have to say; then Sayso's workers do theirs."""
        self.now = now
        self.behind.company.reach(now)
        await self.outlet.flush()
        done = await self.talk.work(now)
        self._again = self._step(now + STEP) if done else None

    async def _morning(self, day: date) -> None:
        await self._load(self.behind.morning(day))

    async def _office(self, day: date) -> None:
        """Clerks work on weekdays; what the warehouse's new release broke is mended on the morning after."""
        if day.weekday() > _FRIDAY:
            return
        if self.now > self.behind.renamed[1] and (mended := await self.clerks.mend(self.now)) is not None:
            self.mended.append((self.now, mended))
        await self.clerks.work(self.now)

    async def _evening(self, day: date) -> None:
        self.behind.evening(day)

    async def _buy(self, wave: Sequence[Order]) -> None:
        # One after the other: what they would share here is the inbox.
        for order in wave:
            outcome: Outcome = await buy(self.talk, order, self.given)
            self.cash.asked += 1
            if outcome.answer is not None:
                self.cash.placed += 1
                self.example = self.example or number_of(order)
                self.behind.sold(order.customer, number_of(order), outcome.kept)

    async def _load(self, batches: Sequence[Batch]) -> None:
        for batch in batches:
            await self.talk.load(batch)

    # Counting.

    async def _heard(self, answer: httpx.Response) -> None:
        """How Sayso has acknowledged what systems say."""
        if answer.request.url.path.endswith("/messages") and answer.is_success:
            told = msgspec.json.decode(await answer.aread())
            self.cash.messages.received += told["taken"] + told["repeated"] + told["conflicting"]
            self.cash.messages.repeated += told["repeated"]
            self.cash.messages.conflicting += told["conflicting"]

    async def _sum_up(self) -> None:
        found, company = self.cash, self.behind.company
        orders = [one async for one in self.talk.transactions(self.now)]
        cases = await self.talk.cases(self.now, state="all")
        count_orders(found, orders, cases)
        count_ends(found, await self.talk.ends(self.now))
        count_invoices(found, orders, cases)
        count_cases(found, cases, self.clerks.acted)
        count_effects(found, orders)
        found.clerks = dict(self.clerks.done.most_common())
        comparing = Comparing(company, self.distributor.book, orders, cases)
        found.agreement = comparing.agreement()
        received = truth.payments(company)
        found.cash.payments = len(received)
        found.cash.received = sum(received.values(), found.cash.received)
        found.cash.applied = comparing.paid
        found.cash.unapplied = sum(comparing.unapplied.values(), found.cash.unapplied)
        played = [one.fault for one in company.faults.played]
        found.messages.late = played.count("late") + played.count("reordered")
        found.messages.lost = played.count("lost")
        held = [case for case in cases if case.kind == "message_quarantined"]
        found.messages.quarantined = len(held)
        found.messages.mended = sum(one.messages for _, one in self.mended)
        found.messages.left = len(await self.talk.held(self.now))
        found.renamed = self._told_of_renaming(orders)

    def _told_of_renaming(self, orders: Sequence[Transaction]) -> Renamed:
        begins, ends = (moment(one) for one in self.behind.renamed)
        if not self.mended:
            return Renamed(begins, ends)
        hit = {one.document for one in self.behind.company.faults.played if one.fault == "schema_changed"}
        invoices = [
            effect.cause
            for one in orders for effect in one.effects
            if effect.kind == "issue_invoice" and effect.state == "done" and effect.cause in hit
        ]  # fmt: skip
        when, mended = self.mended[0]
        return Renamed(
            begins, ends, mended.messages, mended.problem, moment(when), len(mended.dry_run.effects),
            len(mended.replay.effects), len(mended.replay.cases_closed), sum(one.messages for _, one in self.mended[1:]),
            len(set(invoices)), len(invoices) - len(set(invoices)),
        )  # fmt: skip

    def _tell(self, day: date) -> None:
        if self.progress is not None:
            self.progress(Progress(self.cash.asked, self._total, day, "to cash"))

    def _step(self, due: datetime) -> datetime:
        """The end of the step that a moment is in."""
        quiet = due > at(self._day(self.cash.days), 0) + _QUIET_AFTER
        step = _SLOW_STEP if quiet else STEP
        return _EPOCH - (_EPOCH - due) // step * step

    def _day(self, number: int) -> date:
        return self.distributor.first + timedelta(days=number)
