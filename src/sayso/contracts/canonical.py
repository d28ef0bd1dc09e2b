"""Canonical CloudEvents as they travel (CloudEvents 1.0.2, JSON format): read straight into events, each figure looked at.

Quantities are told in base units; where a line names another unit of its item it is converted, and the original kept.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import InvalidOperation
from difflib import get_close_matches
from typing import Any

import msgspec

from sayso.canon.events import TYPES, Envelope, Event
from sayso.canon.events_shared import Told
from sayso.canon.units import unit
from sayso.contracts import documents
from sayso.contracts.figures import looked_at, wrong
from sayso.contracts.pointers import MISSING, find, parts_of
from sayso.contracts.shapes import Lookups, Needs, Unusable, shown
from sayso.contracts.values import EARLIEST, LATEST, MOST_TEXT, number_of

MOST_EVENTS = 1000
"""Events of one batch."""

_decode_envelope = msgspec.json.Decoder(Envelope).decode
_decode_batch = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decoders = {name: msgspec.json.Decoder(shape).decode for name, shape in TYPES.items()}


def is_batch(content_type: str, body: bytes) -> bool:
    """Whether a body is a batch of CloudEvents."""
    return "batch" in content_type or body.lstrip()[:1] == b"["


def read(
    content_type: str, body: bytes, lookups: Lookups, received: datetime | None = None
) -> tuple[Event, ...]:
    """The events of a CloudEvents body, one or a batch. `received` is the time of an event that tells none.

    Raises Unusable naming field, value and remedy; a batch is taken whole or not at all.
    """
    if not is_batch(content_type, body):
        return (_event(body, "", lookups, received),)
    try:
        several = _decode_batch(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise _no_json(body) from None
    if not 0 < len(several) <= MOST_EVENTS:
        raise documents.unreadable(
            f"the batch holds {len(several)} events", f"send 1 to {MOST_EVENTS} events in a batch"
        )
    return tuple(_event(bytes(raw), f"/{at}", lookups, received) for at, raw in enumerate(several))


def needs(body: bytes) -> Needs:
    """Which units are to be looked up for a body; never raises."""
    if b'"uom"' not in body:
        return Needs()
    found: set[tuple[str, str, str]] = set()
    value = documents.glance(body)
    for event in value if isinstance(value, list) else (value,):
        source, data = find(event, _SOURCE), find(event, _DATA)
        lines = find(data, _LINES)
        for line in (data, *(lines if isinstance(lines, list) else ())):
            if isinstance(line, dict) and isinstance(uom := line.get("uom"), str):
                item, code = line.get("item"), unit(uom)
                if isinstance(item, str) and isinstance(source, str) and code:
                    found.add((source, item, code))
    return Needs(units=frozenset(found))


_SOURCE, _DATA, _LINES = ("source",), ("data",), ("lines",)


def _event(body: bytes, at: str, lookups: Lookups, received: datetime | None) -> Event:
    try:
        envelope = _decode_envelope(body)
        decode = _decoders.get(envelope.type)
        if decode is None or envelope.specversion != "1.0":
            raise _no_type(envelope, at)
        data: Told = decode(envelope.data)
    except msgspec.ValidationError as error:
        raise _misfit(error, body, at) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError, InvalidOperation):
        raise _no_json(body) from None
    when = envelope.time or received
    if not envelope.id or not envelope.source or when is None:
        name = "id" if not envelope.id else "source" if not envelope.source else "time"
        raise wrong(f"{at}/{name}", "", f"the event's {name} is missing", f"send {name}", "missing")
    if when.tzinfo is not UTC:
        when = _utc(when, at)
    if not EARLIEST <= when.year <= LATEST:
        raise wrong(f"{at}/time", when, f"{at}/time is {when}, not a time between {EARLIEST} and {LATEST}",
                     "check the time", "date")  # fmt: skip
    _scan(body, at)
    try:
        data = looked_at(data, f"{at}/data", lookups, long=_has_run(body))
    except InvalidOperation:
        _odd_numbers(documents.parse(body), at)
        raise wrong(
            f"{at}/data", "NaN", "it holds NaN, which is no number", "send a number", "value"
        ) from None
    return Event(
        id=envelope.id, source=envelope.source, type=envelope.type, subject=envelope.subject, time=when, data=data,
        traceparent=envelope.traceparent,
    )  # fmt: skip


def _scan(body: bytes, at: str) -> None:
    """Refuse what a typed decoder lets pass: names that stand twice, odd ways to write a number, NUL characters."""
    if b"\\u" not in body and not _has_digits_joined(body):
        try:
            if body.count(b'":') == _names(msgspec.json.decode(body)):
                return
        except (
            msgspec.DecodeError,
            UnicodeError,
        ):  # a number that only a Decimal can hold; a name that is no text
            pass
    _odd_numbers(documents.parse(body), at)


def _has_digits_joined(body: bytes) -> bool:
    """Whether 1_000 stands somewhere, which is a number to a programming language alone."""
    at = body.find(b"_")
    while at >= 0:
        if body[at - 1 : at].isdigit() and body[at + 1 : at + 2].isdigit():
            return True
        at = body.find(b"_", at + 1)
    return False


def _has_run(body: bytes) -> bool:
    """Whether so many bytes stand somewhere without a quotation mark between that a text may be too long."""
    at = 0
    while len(body) - at > MOST_TEXT:
        quote = body.rfind(b'"', at, at + MOST_TEXT + 1)
        if quote < 0:
            return True
        at = quote + 1
    return False


def _names(value: Any) -> int:
    """How many names stand in objects: as many as there are colons after a quotation mark, unless one stands twice."""
    if type(value) is dict:
        found = len(value)
        for inner in value.values():
            if type(inner) is dict or type(inner) is list:
                found += _names(inner)
        return found
    found = 0
    for inner in value:
        if type(inner) is dict or type(inner) is list:
            found += _names(inner)
    return found


def _odd_numbers(value: Any, at: str) -> None:
    """Refuse texts that are numbers only to a programming language: 1e5, 1_000, NaN."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in pairs:
        if isinstance(inner, dict | list):
            _odd_numbers(inner, f"{at}/{name}")
        elif isinstance(inner, str) and name in _DECIMALS and number_of(inner) is None:
            said = f"{at}/{name} is {shown(inner)!r}, not a plain decimal number"
            raise wrong(f"{at}/{name}", inner, said, 'send e.g. "12.5"', "type")


_DECIMALS = frozenset({
    "quantity", "short", "stands_for", "factor", "amount", "tax", "total", "unit_price", "deduction", "write_off",
    "discount",
})  # fmt: skip


def _utc(when: datetime, at: str) -> datetime:
    if when.tzinfo is None:
        said = f"{at}/time is {when.isoformat()}, without an offset"
        raise wrong(f"{at}/time", when.isoformat(), said, "send RFC 3339, e.g. 2011-02-01T06:00:00Z", "date")
    try:
        return when.astimezone(UTC)
    except OverflowError:
        said = f"{at}/time is {when.isoformat()}, which is no time"
        raise wrong(f"{at}/time", when.isoformat(), said, "check the time", "date") from None


def _no_type(envelope: Envelope, at: str) -> Unusable:
    if envelope.specversion != "1.0":
        said = f"{at}/specversion is {shown(envelope.specversion)!r}; Sayso reads CloudEvents 1.0"
        return wrong(f"{at}/specversion", envelope.specversion, said, 'send "specversion": "1.0"', "value")
    near = get_close_matches(envelope.type, TYPES, 1)
    said = f"{at}/type is {shown(envelope.type)!r}, which is no type of event that is taken in"
    remedy = f"did you mean {near[0]}?" if near else "see /asyncapi.json for the types"
    return wrong(f"{at}/type", envelope.type, said, remedy.rstrip("?"), "value")


def _misfit(error: msgspec.ValidationError, body: bytes, at: str) -> Unusable:
    """What a typed decoder refused, with its place and value."""
    said, _, path = str(error).partition(" - at `")
    try:
        document = documents.parse(body)
    except Unusable as unusable:
        return unusable
    inner = "/" + path.strip("`").removeprefix("$").replace("[", "/").replace("]", "").replace(
        ".", "/"
    ).lstrip("/")
    inner = inner.rstrip("/")
    # The data is decoded by itself, so its paths begin at it; those of the envelope name an attribute of it.
    head = inner.split("/")[1] if inner else ""
    known = head in Envelope.__struct_fields__ and not isinstance(find(document, ("data",)), dict)
    where = inner if known else f"/data{inner}"
    if isinstance(find(document, (head,)), dict | list) is False and head in (
        "id",
        "source",
        "type",
        "time",
        "subject",
    ):
        where = inner if find(document, parts_of(f"/data{inner}")) is MISSING else where
    value = find(document, parts_of(where))
    if said.startswith("Object missing required field"):
        name = said.split("`")[1]
        where = f"{where}/{name}" if where != "/data" or name not in ("id", "source", "type") else f"/{name}"
        return wrong(at + where, "", f"{at}{where} is missing", f"send {name}", "missing")
    if said.startswith("Object contains unknown field"):
        name = said.split("`")[1]
        return wrong(f"{at}{where}/{name}", "", f"{at}{where} has a field {name}, which is not known",
                      f"leave {name} out, or check how it is spelt", "extra")  # fmt: skip
    told = "" if value is MISSING else f" is {shown(value)!r}:"
    return wrong(at + where, "" if value is MISSING else value, f"{at}{where}{told} {said[0].lower()}{said[1:]}",
                  "send what /asyncapi.json describes", "type")  # fmt: skip


def _no_json(body: bytes) -> Unusable:
    try:
        documents.parse(body)
    except Unusable as unusable:
        return unusable
    return documents.unreadable(
        "the message is not one CloudEvent", "send a CloudEvent in JSON, or a batch of them"
    )
