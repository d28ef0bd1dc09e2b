"""Promises that cannot leave as promised get the day on which they can, and every change of it is kept.

Called under the locks of a load. A promise keeps its reservation on the promised day: whatever comes in goes to it
before it goes to others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from prometheus_client import Counter

from sayso.canon.decimals import plain
from sayso.canon.events_out import PromiseRedated, RedatedLine
from sayso.canon.times import moment
from sayso.promise.calendars import Calendar
from sayso.promise.cards import WorldCard
from sayso.promise.policy import Policy
from sayso.promise.redating import Redated
from sayso.promise.world import World
from sayso.store import cards, outgoing, redatings
from sayso.store import promises as rows
from sayso.store.handover import Live
from sayso.store.redatings import Redating

_WORLD = msgspec.json.Decoder(WorldCard)
_NOTHING = Decimal(0)

_redated = Counter("sayso_parts_redated", "Parts of promises whose day was changed by facts that fell.")


class Late(NamedTuple):
    """A part of a promise that has another day than it was promised, or none."""

    live: Live
    found: Redated
    day: date | None


async def dated(connection: Any, found: Iterable[tuple[Live, Redated]], policy: Policy) -> list[Late]:
    """The days on which the sites ship what is late: the shelf's day, or the next on which the site works."""
    every = list(found)
    if not every:
        return []
    world = World(_WORLD.decode(await cards.world(connection)), "", policy)
    return [Late(live, one, _shipped(one.day, world, live.reservation.site)) for live, one in every]


async def keep(
    connection: Any, late: Sequence[Late], promises: Iterable[str], items: Iterable[str], now: datetime
) -> None:
    """Add what is new of these items: parts that are late now, and those of `promises` that leave as promised again."""
    named, looked_at = {one.live.reservation.promise for one in late} | set(promises), set(items)
    known = await redatings.latest(connection, sorted(named))
    before = {one.part: one for one in known if one.item in looked_at}
    told = {one.part: one for one in _summed(late, now)}
    added = [
        one
        for part, one in told.items()
        if part not in before or (before[part].day, before[part].quantity) != (one.day, one.quantity)
    ]
    added += [
        one._replace(
            day=one.promised, quantity=_NOTHING, because="supply bears the promised day again", at=now
        )
        for part, one in before.items()
        if part not in told and one.quantity
    ]
    if added:
        await redatings.add(connection, added)
        _redated.inc(len(added))
        if await outgoing.listened(connection):
            await outgoing.add(connection, await _told(connection, added, now))


async def _told(connection: Any, added: Sequence[Redating], now: datetime) -> list[outgoing.Said]:
    """The new days, for those who want to know: one word for each promise."""
    known = await rows.promises(connection, sorted({one.promise for one in added}))
    said = []
    for name, whose in sorted(known.items()):
        lines = tuple(
            RedatedLine(
                line=one.line, item=one.item, quantity=one.quantity, promised=one.promised, ship_on=one.day,
                site=one.site, because=one.because,
            )
            for one in added if one.promise == name
        )  # fmt: skip
        told = PromiseRedated(
            promise=name, customer=whose.customer, lines=lines, at=now, reference=whose.reference, order=whose.order or ""
        )  # fmt: skip
        subject = whose.order or whose.reference or name
        data = msgspec.to_builtins(told)
        said.append(outgoing.Said("sayso.promise.redated.v1", subject, whose.customer, now, data))
    return said


def shown(found: Iterable[Redating], answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a promise says of its dates: parts that leave on another day than the answer promised, or on none known.

    `deliver_by` takes the same time on the way as was promised.
    """
    parts = [(line["line"], part) for line in answer["lines"] for part in line["parts"]]
    return [
        {
            "line": one.line,
            "item": one.item,
            "site": one.site,
            "quantity": plain(one.quantity),
            "promised": one.promised.isoformat(),
            "ship_on": one.day.isoformat() if one.day else None,
            "deliver_by": _delivered(one, parts),
            "because": one.because,
            "at": moment(one.at),
        }
        for one in found
        if one.quantity
    ]


def _delivered(one: Redating, parts: Sequence[tuple[int, Mapping[str, Any]]]) -> str | None:
    if one.day is None:
        return None
    for line, part in parts:
        same = part["site"] == one.site and part["ship_on"] and line in (one.line, 0)
        if same and part["deliver_by"]:
            on_the_way = date.fromisoformat(part["deliver_by"]) - date.fromisoformat(part["ship_on"])
            return (one.day + max(on_the_way, timedelta(0))).isoformat()
    return one.day.isoformat()


def _shipped(day: date | None, world: World, site: str) -> date | None:
    if day is None:
        return None
    known = world.sites.get(site)
    calendar = world.calendar(known.calendar) if known else Calendar({}, ())
    return date.fromordinal(calendar.next(day.toordinal()))


def _summed(late: Sequence[Late], now: datetime) -> list[Redating]:
    """One word for each part; of two reservations of one part the later day counts."""
    told: dict[tuple[Any, ...], Redating] = {}
    for one in late:
        part, short = one.live.reservation, one.found.risk.short
        word = Redating(
            part.promise, part.line, part.item, part.site, part.variant, part.day, one.day, short,
            one.found.because, now,
        )  # fmt: skip
        other = told.get(word.part)
        if other is not None:
            later = word if other.day is not None and (word.day is None or word.day > other.day) else other
            word = later._replace(quantity=word.quantity + other.quantity)
        told[word.part] = word
    return list(told.values())
