"""A message of a contract, translated: where each field of the canonical event comes from, compiled once per contract.

Field by field it knows what the canonical field means, so quantities come to base units, identities to Sayso's, signs the
right way round; what was written stays beside it in `original`. Every value that does not fit is a breach with its place.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from sayso.canon.decimals import arithmetic
from sayso.canon.events import TYPES, Event
from sayso.contracts.contract import Contract, EventMap, pointer
from sayso.contracts.expressions import Expression, compiled, record
from sayso.contracts.pointers import MISSING, find
from sayso.contracts.running import Asking, Here, Run
from sayso.contracts.shapes import Breach, Lookups, Needs, Unusable, shown
from sayso.contracts.values import Unfit, moment

Maker = Callable[[Run, Here], dict[str, Any]]


class _Entry:
    """One event of a contract, compiled."""

    def __init__(self, contract: Contract, entry: EventMap, where: str) -> None:
        self.type = entry.type
        self.shape = TYPES[entry.type]
        self.each = pointer(entry.each, where + ".each") if entry.each else None
        self.when = pointer(entry.when, where + ".when") if entry.when else None
        self.data: Maker = record(self.shape, entry.data, where + ".data")
        self.subject: Expression = compiled("text", entry.subject or {"const": ""}, where + ".subject")
        self.time = compiled("moment", entry.time, where + ".time") if entry.time else None


class _Plan:
    """A contract, ready to translate with."""

    def __init__(self, contract: Contract) -> None:
        where = f"{contract.system}/{contract.kind} map"
        self.id = pointer(contract.id, where)
        self.sent = pointer(contract.sent, where) if contract.sent else None
        self.entries = [_Entry(contract, entry, f"{where}[{at}]") for at, entry in enumerate(contract.map)]


@lru_cache(maxsize=512)
def plan_of(contract: Contract) -> _Plan:
    """The mapping of a contract, compiled. Raises Misconfigured naming contract, event, field and remedy."""
    return _Plan(contract)


def translate(
    contract: Contract, document: dict[str, Any], lookups: Lookups, system: str = ""
) -> tuple[Event, ...]:
    """The canonical events that a message tells. `system` is who sent it, where the contract is of a product.

    Raises Unusable, with pointer, value and remedy, where anything does not fit, whatever the contract's mode.
    """
    events, breaches = told(contract, document, lookups, system)
    if breaches:
        raise Unusable.of(breaches)
    return events


def told(
    contract: Contract, document: dict[str, Any], lookups: Lookups, system: str = ""
) -> tuple[tuple[Event, ...], tuple[Breach, ...]]:
    """The events of a message, and what did not fit; no events where any of that is fatal."""
    run = Run(contract, document, lookups, system or contract.system)
    events = _events(run)
    breaches = tuple(run.breaches)
    return (() if any(each.fatal for each in breaches) else events), breaches


def needs(contract: Contract, document: dict[str, Any], system: str = "") -> Needs:
    """What `translate` will look up for this message."""
    run = Asking(contract, document, system or contract.system)
    _events(run)
    return Needs(frozenset(run.identities), frozenset(run.units))


def _events(run: Run) -> tuple[Event, ...]:
    plan = plan_of(run.contract)
    number = find(run.document, plan.id)
    if not isinstance(number, str | int) or isinstance(number, bool) or number == "":
        run.breach(
            run.contract.id, number, "missing", "the message's id", "send an id that no other message has"
        )
    events: list[Event] = []
    with arithmetic():
        for entry in plan.entries:
            if entry.when is not None and run.absent(find(run.document, entry.when)):
                continue
            for here in run.elements(entry.each):
                event = _event(run, entry, here, f"{number}/{len(events) + 1}" if events else str(number))
                if event is not None:
                    events.append(event)
    if not events and not run.breaches:
        run.breach("", MISSING, "missing", "something to tell", "send what the contract maps")
    return tuple(events)


def _event(run: Run, entry: _Entry, here: Here, number: str) -> Event | None:
    data = entry.data(run, here)
    subject = entry.subject(run, here)
    when = _time(run, entry, here)
    if any(each.fatal for each in run.breaches) or when is None:
        return None
    try:
        told = msgspec.convert(data, entry.shape)
    except msgspec.ValidationError as error:
        said, _, path = str(error).partition(" - at ")
        run.breach(
            path.strip("`").removeprefix("$"), "", "value", said[0].lower() + said[1:], "check the map"
        )
        return None
    return Event(
        id=number,
        source=run.system,
        type=entry.type,
        subject="" if subject is MISSING else subject,
        time=when,
        data=told,
    )


def _time(run: Run, entry: _Entry, here: Here) -> datetime | None:
    found = entry.time(run, here) if entry.time is not None else MISSING
    if isinstance(found, datetime):
        return found
    sent = plan_of(run.contract).sent
    value = find(run.document, sent) if sent is not None else MISSING
    if run.absent(value):
        run.breach(
            run.contract.sent or "/", value, "missing", "when it happened", "send a time with an offset"
        )
        return None
    try:
        return moment(value, run.contract.meaning.zone)
    except Unfit as unfit:
        run.breach(run.contract.sent, shown(value), unfit.kind, unfit.expected, unfit.remedy)
        return None
