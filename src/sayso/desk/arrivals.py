"""When inbound lines will really arrive: learned from receipts once a day, and told of every open line.

A load that changes an inbound line tells its arrival anew in its own transaction, so that no card is made without it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from sayso.canon.canonical import canonical, digest
from sayso.promise.calendars import Calendar
from sayso.promise.eta import Lateness, Receipt
from sayso.promise.eta_learning import learned
from sayso.promise.policy import Policy
from sayso.store import arrivals
from sayso.store.arrivals import Open, Said

_ITEMS_AT_ONCE = 1000

#: What was learned last, by its digest: read once by each process.
_known: dict[str, Lateness] = {}


async def learn(connection: Any, now: datetime) -> bool:
    """Learn from all receipts that are told of; whether it says anything new."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        receipts = [Receipt(*row) async for row in arrivals.receipts(connection)]
    if not receipts and not await arrivals.learned(connection):
        return False
    found = await asyncio.to_thread(learned, receipts, now.date())
    body = canonical(found)
    name = digest(body)
    if name == await arrivals.learned(connection):
        return False
    await arrivals.keep(connection, now, name, body)
    return True


async def tell(connection: Any, items: Sequence[str], today: date, policy: Policy) -> None:
    """Tell the arrival of the open inbound lines of items, under their locks and before a card is made of them."""
    await arrivals.remember(connection, items)
    new = await _new(connection, items, today, policy)
    if new:
        await arrivals.tell(connection, [said for said, _ in new])


async def changed(connection: Any, today: date, policy: Policy) -> list[str]:
    """The items with open inbound lines whose arrival is another than was told. Forgets what is closed."""
    await arrivals.forget(connection)
    every = await arrivals.items(connection)
    found: set[str] = set()
    for start in range(0, len(every), _ITEMS_AT_ONCE):
        new = await _new(connection, every[start : start + _ITEMS_AT_ONCE], today, policy)
        found.update(item for _, item in new)
    return sorted(found)


async def _new(connection: Any, items: Sequence[str], today: date, policy: Policy) -> list[tuple[Said, str]]:
    """What is to be told of lines of these items and was not, with the item."""
    lateness = await _lateness(connection)
    lines = await arrivals.open_lines(connection, items) if lateness is not None else []
    if lateness is None or not lines:
        return []
    calendars = await _calendars(connection, lines, policy)
    told = await arrivals.told(connection, items)
    said = ((_said(line, lateness, calendars[line.calendar], today), line.item) for line in lines)
    return [(one, item) for one, item in said if one is not None and one not in told]


async def _lateness(connection: Any) -> Lateness | None:
    name = await arrivals.learned(connection)
    if not name:
        return None
    if name not in _known:
        name, body = await arrivals.body(connection)
        _known.clear()
        _known[name] = msgspec.json.decode(body, type=Lateness)
    return _known[name]


async def _calendars(connection: Any, lines: Iterable[Open], policy: Policy) -> dict[str, Calendar]:
    names = {line.calendar for line in lines}
    exceptions = await arrivals.working(connection, names - {""})
    rest = policy.dates.weekend
    return {name: Calendar(exceptions.get(name, {}), rest if name else ()) for name in names}


def _said(line: Open, lateness: Lateness, calendar: Calendar, today: date) -> Said | None:
    """Lateness counts from the first promise; a vendor that has postponed a line does not bring it before the new day."""
    not_before = max(today, line.due) if line.due > line.promised else today
    found = lateness.arrivals(line.item, line.vendor, line.promised, not_before, calendar)
    if found.p50 is None or found.p90 is None:
        return None
    return Said(
        line.document, line.line, line.variant, line.due, found.p50, found.p90, found.level_used, found.receipts
    )  # fmt: skip
