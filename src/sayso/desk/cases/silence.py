"""Silence is a case: clocks of feeds and of orders are set as things are heard, and looked at in a worker's rounds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from sayso.canon.findings import Finding
from sayso.canon.times import moment
from sayso.cases.policy import CasePolicy, FeedPolicy, SilencePolicy
from sayso.cases.silence import LOOKS_BACK, Rhythm, declared, expected, learned
from sayso.cash.fold import read_state
from sayso.cash.shapes import State
from sayso.desk.cases.settling import CaseScope, Settled, settle_cases
from sayso.desk.cases.stage_clocks import Expected, expectations
from sayso.desk.cases.watching import watch
from sayso.desk.cash.placing import OURSELVES
from sayso.store import clocks as store
from sayso.store.database import mapped

#: How often a feed's rhythm is learned anew.
LEARNS_EVERY = timedelta(hours=1)
#: Orders that are looked at in one transaction.
_AT_ONCE = 200
_MOST_TURNS = 50  # in one round; what is left comes with the next
_AS_IT_IS = FeedPolicy()
_ASKED_AGAIN = timedelta(days=30)


class Learned(Struct, frozen=True, omit_defaults=True):
    """What is kept of a feed: its rhythm, and when that was learned."""

    at: datetime | None = None
    rhythm: Rhythm | None = None


_LEARNED = msgspec.json.Decoder(Learned)


async def heard(
    connection: Any,
    systems: Mapping[str, datetime] | Collection[str],
    now: datetime,
    policy: CasePolicy | None = None,
) -> None:
    """Systems were heard (when, where that is told), in the transaction of what they sent. One statement, which waits for
    nobody."""
    watched = policy.silence.feeds if policy else {}
    times = systems if isinstance(systems, Mapping) else dict.fromkeys(systems, now)
    told = [
        (name, at) for name, at in times.items() if name != OURSELVES and not watched.get(name, _AS_IT_IS).off
    ]
    await store.heard(connection, sorted(told))


async def follow(
    connection: Any, states: Sequence[State], now: datetime, policy: CasePolicy | None = None
) -> None:
    """Set the clocks of orders that were folded, in the transaction that wrote them. One statement."""
    silence = (policy or CasePolicy()).silence
    dues = []
    for state in states:
        steps = expectations(state, silence)
        dues.append((state.order, steps[0].due if steps else None))
    await store.follow(connection, sorted(dict(dues).items()), now)


async def round(pool: Any, now: datetime, policy: CasePolicy | None = None) -> Settled:
    """Look at all clocks: what is overdue becomes a case, and what was heard meanwhile closes it; and at what went wrong
    between systems. Raises StoreAway.

    Any number of processes may make rounds at once: each clock is looked at by one of them.
    """
    policy = policy or CasePolicy()
    total = [0, 0, 0]
    with mapped():
        async with pool.acquire() as connection:
            async with connection.transaction():
                came = await _feeds(connection, now, policy)
            total = [one + other for one, other in zip(total, came, strict=True)]
            async with connection.transaction():
                came = await watch(connection, now, policy)
            total = [one + other for one, other in zip(total, came, strict=True)]
            for _ in range(_MOST_TURNS):
                async with connection.transaction():
                    looked, came = await _stages(connection, now, policy)
                total = [one + other for one, other in zip(total, came, strict=True)]
                if looked < _AT_ONCE:
                    break
    return Settled(*total)


async def _stages(connection: Any, now: datetime, policy: CasePolicy) -> tuple[int, Settled]:
    """Orders whose clock is due: how many were looked at, and what came of it."""
    due = await store.due_stages(connection, now, _AT_ONCE)
    if not due:
        return 0, Settled()
    told = await store.told_of(connection)
    findings: list[Finding] = []
    looked: list[store.Looked] = []
    documents: set[str] = set()
    for clock, body in due:
        state = read_state(body) if body else None
        steps = expectations(state, policy.silence) if state else []
        late = [one.finding for one in steps if one.due <= now and one.stage in told]
        findings += late
        documents |= {invoice.invoice for invoice in state.invoices} if state else set()
        looked.append(store.Looked(clock, _next(steps, told, now), bool(late)))
    orders = {one.clock.removeprefix(store.ORDER) for one in due}
    scope = CaseScope(orders=orders, documents=documents, found_in=("clock",))
    came = await settle_cases(connection, scope, findings, now, policy)
    await store.looked_at(connection, looked, now)
    return len(due), came


def _next(steps: Sequence[Expected], told: Collection[str], now: datetime) -> datetime | None:
    """When an order is looked at next: a step that nobody tells of here may come to be told, so it is asked again."""
    ahead = [one.due for one in steps if one.due > now]
    if any(now - _ASKED_AGAIN < one.due <= now and one.stage not in told for one in steps):
        ahead.append(now + timedelta(days=1))
    return min(ahead, default=None)


async def _feeds(connection: Any, now: datetime, policy: CasePolicy) -> Settled:
    silence = policy.silence
    named = {name for name, feed in silence.feeds.items() if feed.every and not feed.off}
    feeds = await store.feeds(connection, named, now)
    if not feeds:
        return Settled()
    known = {feed.clock: _LEARNED.decode(feed.facts) for feed in feeds}
    if any(_stale(one, now) for one in known.values()):
        await store.count_slots(connection, now - LOOKS_BACK)
    findings, looked = [], []
    for feed in feeds:
        what = silence.feeds.get(feed.clock, _AS_IT_IS)
        told = await _learned(connection, feed, known[feed.clock], now, silence)
        last, due = await _due(connection, feed, what, told.rhythm, now)
        late = due is not None and due <= now
        if late and due is not None:
            facts = {"system": feed.clock, "last": moment(last), "expected": moment(due)}
            findings.append(Finding(kind="feed_silent", key=feed.clock, facts=facts))
        looked.append(store.Set(feed.clock, last, due, msgspec.json.encode(told).decode(), late))
    keys = {("feed_silent", feed.clock) for feed in feeds}
    came = await settle_cases(connection, CaseScope(keys=keys), findings, now, policy)
    await store.set_feeds(connection, looked, now)
    return came


async def _due(
    connection: Any, feed: store.Feed, what: FeedPolicy, rhythm: Rhythm | None, now: datetime
) -> tuple[datetime, datetime | None]:
    """When a feed was heard last and by when it must be heard again; None where nothing says so.

    Before it is called silent the inbox is asked: a message that waits, or is held back, was heard all the same.
    """

    def by(last: datetime) -> datetime | None:
        if what.off:
            return None
        if what.every:
            return declared(last, what)
        return expected(last, rhythm) if rhythm else None

    due = by(feed.last)
    if due is None or due > now:
        return feed.last, due
    last = await store.last_received(connection, feed.clock, feed.last) or feed.last
    return last, by(last)


async def _learned(
    connection: Any, feed: store.Feed, known: Learned, now: datetime, policy: SilencePolicy
) -> Learned:
    if not _stale(known, now):
        return known
    found = await store.arrivals(connection, feed.clock, now - LOOKS_BACK)
    return Learned(now, learned(found, policy.zone, policy.floor))


def _stale(known: Learned, now: datetime) -> bool:
    return known.at is None or not timedelta(0) <= now - known.at < LEARNS_EVERY
