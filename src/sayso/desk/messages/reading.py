"""Messages read by their contracts: the events they tell, or the sentence why they are held back.

What has to be looked up for a batch (identities, units) is fetched in one go, and contracts are read again only when
one has changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct, structs

from sayso.canon.events import Event
from sayso.canon.findings import Finding
from sayso.cash.lines import OURSELVES
from sayso.contracts.contract import Contract
from sayso.contracts.reading import needs_of, read_message
from sayso.contracts.shapes import Breach, Lookups, Needs, Unusable
from sayso.store import contracts as kept
from sayso.store import identities
from sayso.store.inbox import Held, Kept, Verdict

_CLOUDEVENTS = "application/cloudevents"
_MOST_SAID = 3


class Understood(Struct):
    """What a batch says: events by message, verdicts, what its contracts did not allow for, and who was heard when."""

    events: dict[int, tuple[Event, ...]]
    verdicts: list[Verdict]
    findings: list[Finding]
    heard: dict[str, datetime]


class Reader:
    """Reads messages; remembers the contracts in force."""

    def __init__(self) -> None:
        self._contracts: Mapping[str, Mapping[str, Contract]] = {}
        self._mark = ""

    async def read(self, connection: Any, messages: Sequence[Kept]) -> Understood:
        """Read messages. One that is behind another that is held back now, of the same order, gets no verdict."""
        found = Understood({}, [], [], {})
        raw = [one for one in messages if not one.content_type.startswith(_CLOUDEVENTS)]
        if raw:
            await self._refresh(connection)
        lookups = await self._lookups(connection, messages)
        stuck: set[str] = set()
        for one in messages:
            found.heard[one.source] = max(one.received, found.heard.get(one.source, one.received))
            if one.key and one.key in stuck:
                continue
            try:
                read = read_message(
                    one.source,
                    one.content_type,
                    one.kind,
                    one.body,
                    self._of(one),
                    lookups,
                    received=one.received,
                )
                events = _by_sender(one, read.events)
                _check(one, events)
            except Unusable as problem:
                found.verdicts.append(Verdict(one.number, "quarantined", problem.detail))
                found.findings.append(held_back(one, problem.detail))
                stuck.add(one.key)
                continue
            found.events[one.number] = events
            found.findings += _breached(one, read.warnings)
            found.verdicts.append(Verdict(one.number, key=_key(one, events)))
        return found

    def _of(self, one: Kept) -> Mapping[str, Contract]:
        return self._contracts.get(one.source, {})

    async def _refresh(self, connection: Any) -> None:
        mark = await kept.mark(connection)
        if mark != self._mark:
            self._contracts, self._mark = await kept.in_force(connection), mark

    async def _lookups(self, connection: Any, messages: Sequence[Kept]) -> Lookups:
        needs = Needs()
        for one in messages:
            needs |= needs_of(one.source, one.content_type, one.kind, one.body, self._of(one))
        return await identities.lookups(connection, needs) if needs else Lookups()


def _by_sender(one: Kept, events: tuple[Event, ...]) -> tuple[Event, ...]:
    """Who tells an event is who sent the message, whatever the event says of it: the door knows one, not the other.

    Unusable where somebody else speaks as Sayso.
    """
    if all(event.source == one.source for event in events):
        return events
    if any(event.source == OURSELVES for event in events):
        raise Unusable(
            f"source is {OURSELVES}, Sayso's own name, and {one.source} sent it",
            remedy="name the system that tells of it",
        )
    return tuple(structs.replace(event, source=one.source) for event in events)


def _check(one: Kept, events: Sequence[Event]) -> None:
    """An event that is about nothing cannot be followed. Unusable says so."""
    for event in events:
        lines = getattr(event.data, "lines", ())
        named = event.subject or any(getattr(line, "order", "") for line in lines)
        waits = any(getattr(event.data, name, "") for name in ("shipment", "invoice", "payment"))
        if not named and not waits and event.type not in _OF_NO_ORDER and not _applied(event):
            raise Unusable(
                f"subject is missing: {event.type} {event.data.document} names no order, and no document of one",
                remedy="put the order's number into subject",
            )


_OF_NO_ORDER = frozenset({"sayso.payment.received.v1", "sayso.stock.counted.v1", "sayso.receipt.posted.v1"})


def _applied(event: Event) -> bool:
    return event.type == "sayso.payment.applied.v1"


def _key(one: Kept, events: Sequence[Event]) -> str | None:
    """The order that a message turned out to be about, where that could not be told of its bytes."""
    named = {event.subject for event in events if event.type not in _OF_NO_ORDER} - {""}
    return named.pop() if not one.key and len(named) == 1 else None


def held_back(one: Kept | Held, problem: str) -> Finding:
    """A message in quarantine, as a case shows it."""
    return Finding(
        kind="message_quarantined", key=f"message {one.number}", order=one.key, document=one.id,
        facts={"system": one.source, "message": str(one.number), "kind": one.kind, "problem": problem},
    )  # fmt: skip


def _breached(one: Kept, warnings: Sequence[Breach]) -> list[Finding]:
    """What an audited contract did not allow for: one case a system, kind of message and place."""
    return [
        Finding(
            kind="contract_breached", key=f"{one.source} {one.kind} {breach.kind} {_place(breach.where)}", document=one.id,
            facts={"system": one.source, "kind": one.kind, "message": str(one.number), "problem": breach.sentence},
        )
        for breach in warnings[:_MOST_SAID]
    ]  # fmt: skip


def _place(where: str) -> str:
    """The place without the numbers of lines: the same trouble in each line is one."""
    return "/".join("*" if part.isdigit() else part for part in where.split("/"))
