"""Canonical CloudEvents as they travel (CloudEvents 1.0.2, JSON format): read straight into events, each figure looked at.

Quantities are told in base units; where a line names another unit of its item it is converted, and the original kept.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import fields, replace

from sayso.canon.decimals import arithmetic, plain, rounded
from sayso.canon.events import TYPES, Envelope, Event
from sayso.canon.events_money import (
    Application,
    DisputeClosed,
    DisputeOpened,
    PaymentReceived,
    PaymentReversed,
)
from sayso.canon.events_shared import Original, Told
from sayso.canon.units import unit
from sayso.contracts import documents
from sayso.contracts.expressions import kind_of
from sayso.contracts.pointers import MISSING, find, parts_of
from sayso.contracts.running import PIECE
from sayso.contracts.shapes import Breach, Lookups, Needs, Unusable, shown
from sayso.contracts.values import EARLIEST, LATEST, MOST_TEXT, number_of

MOST = Decimal(10) ** 15
MOST_WHOLE = 2147483647
MOST_EVENTS = 1000
"""Events of one batch."""

_SIGNED = frozenset({"amount", "tax", "total", "unit_price"})
_NOT_SIGNED = (PaymentReceived, PaymentReversed, DisputeOpened, DisputeClosed, Application)
"""Where an amount below zero is another document: a reversal, a credit."""
_ZERO = Decimal(0)
# A number with an exponent, an underscore in a number, a text with an escape: rare, so that those are looked at closely.
_ODD = re.compile(rb"[0-9.][eE_][+-]?[0-9]|\\u|[^ -~\s]")

_decode_envelope = msgspec.json.Decoder(Envelope).decode
_decode_batch = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decoders = {name: msgspec.json.Decoder(shape).decode for name, shape in TYPES.items()}


class _Figures(Struct):
    """Which fields of a shape hold what, so that they can be looked at without asking the shape each time.

    `decimals` says of each whether it may be below zero."""

    decimals: tuple[tuple[str, bool], ...]
    wholes: tuple[str, ...]
    texts: tuple[str, ...]
    days: tuple[str, ...]
    lists: tuple[str, ...]
    named: tuple[str, ...]
    has_unit: bool


def _figures(shape: type[Struct]) -> _Figures:
    known = [(field.name, *kind_of(field.type)) for field in fields(shape)]

    def of(kind: str) -> tuple[str, ...]:
        return tuple(name for name, each, _ in known if each == kind)

    return _Figures(
        decimals=tuple((name, name in _SIGNED and shape not in _NOT_SIGNED) for name in of("number")),
        wholes=of("integer"),
        texts=of("text"),
        days=of("day"),
        lists=tuple(name for name, kind, inner in known if kind == "list" and issubclass(inner, Struct)),
        named=tuple(name for name in _NAMED if name in of("text") and _required(shape, name)),
        has_unit={"uom", "original"} <= {name for name, _, _ in known},
    )


_NAMED = ("document", "item", "invoice", "shipment", "customer", "kind", "site")


def _required(shape: type[Struct], name: str) -> bool:
    return next(field.required for field in fields(shape) if field.name == name)


_known: dict[type, _Figures] = {}


def _of(shape: type[Struct]) -> _Figures:
    found = _known.get(shape)
    if found is None:
        found = _known[shape] = _figures(shape)
    return found


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


def needs(content_type: str, body: bytes) -> Needs:
    """Which units are to be looked up for a body; never raises."""
    if b'"uom"' not in body:
        return Needs()
    try:
        events = read(content_type, body, Lookups(), datetime(2000, 1, 1, tzinfo=UTC))
    except Unusable:
        return _glanced(documents.glance(body))
    pairs = (
        (event.source, line) for event in events for line in (event.data, *getattr(event.data, "lines", ()))
    )
    return Needs(
        units=frozenset((source, line.item, line.uom) for source, line in pairs if getattr(line, "uom", ""))
    )


def _glanced(value: Any) -> Needs:
    """The units in a body that could not be read without them."""
    found: set[tuple[str, str, str]] = set()
    for event in value if isinstance(value, list) else [value]:
        source = str(find(event, ("source",)))
        data = find(event, ("data",))
        lines = find(data, ("lines",))
        for line in (data, *(lines if isinstance(lines, list) else ())):
            item, uom = find(line, ("item",)), find(line, ("uom",))
            code = unit(uom) if isinstance(uom, str) else None
            if isinstance(item, str) and code:
                found.add((source, item, code))
    return Needs(units=frozenset(found))


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
        raise _wrong(f"{at}/{name}", "", f"the event's {name} is missing", f"send {name}", "missing")
    if when.tzinfo is not UTC:
        when = _utc(when, at)
    if not EARLIEST <= when.year <= LATEST:
        raise _wrong(f"{at}/time", when, f"{at}/time is {when}, not a time between {EARLIEST} and {LATEST}",
                     "check the time", "date")  # fmt: skip
    _scan(body, at)
    try:
        data = _looked_at(data, f"{at}/data", lookups)
    except InvalidOperation:
        raise _wrong(
            f"{at}/data", "NaN", "it holds NaN, which is no number", "send a number", "value"
        ) from None
    return Event(
        id=envelope.id, source=envelope.source, type=envelope.type, subject=envelope.subject, time=when, data=data,
        traceparent=envelope.traceparent,
    )  # fmt: skip


def _scan(body: bytes, at: str) -> None:
    """Refuse what a typed decoder lets pass: names that stand twice, odd ways to write a number, NUL characters."""
    if not _ODD.search(body):
        try:
            if body.count(b'":') == _names(msgspec.json.decode(body)):
                return
        except msgspec.DecodeError:  # a number that only a Decimal can hold
            pass
    _odd_numbers(documents.parse(body), at)


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
            raise _wrong(f"{at}/{name}", inner, said, 'send e.g. "12.5"', "type")


_DECIMALS = frozenset({
    "quantity", "short", "stands_for", "factor", "amount", "tax", "total", "unit_price", "deduction", "write_off",
    "discount",
})  # fmt: skip


def _looked_at(struct: Any, at: str, lookups: Lookups) -> Any:
    """The data, or a line of it, with every figure within what can be kept, and quantities in base units."""
    figures = _of(type(struct))
    for name, signed in figures.decimals:
        number = getattr(struct, name)
        if number is not None and not (-MOST < number < MOST and (signed or number >= _ZERO)):
            raise _figure(f"{at}/{name}", number)
    for name in figures.wholes:
        if not 0 <= getattr(struct, name) <= MOST_WHOLE:
            value = getattr(struct, name)
            said = f"{at}/{name} is {value}, not a whole number from 0 to {MOST_WHOLE}"
            raise _wrong(f"{at}/{name}", value, said, "send what was meant", "value")
    for name in figures.texts:
        if len(getattr(struct, name)) > MOST_TEXT:
            said = f"{at}/{name} is longer than {MOST_TEXT} characters"
            raise _wrong(f"{at}/{name}", getattr(struct, name), said, "shorten it", "value")
    for name in figures.named:
        if not getattr(struct, name):
            raise _wrong(f"{at}/{name}", "", f"{at}/{name} is empty", f"send the {name}", "missing")
    for name in figures.days:
        day = getattr(struct, name)
        if day is not None and not EARLIEST <= day.year <= LATEST:
            said = f"{at}/{name} is {day}, not a date between {EARLIEST} and {LATEST}"
            raise _wrong(f"{at}/{name}", day, said, "check the date", "date")
    changed: dict[str, Any] = {}
    for name in figures.lists:
        before = getattr(struct, name)
        if before:
            after = [_looked_at(line, f"{at}/{name}/{place}", lookups) for place, line in enumerate(before)]
            if any(one is not other for one, other in zip(before, after, strict=True)):
                changed[name] = tuple(after)
    if figures.has_unit and struct.uom and struct.uom != lookups.bases.get(struct.item):
        return _in_base(struct, at, lookups)
    return replace(struct, **changed) if changed else struct


def _figure(where: str, number: Decimal) -> Unusable:
    if number.is_finite() and -MOST < number < MOST:
        said = f"{where} is {plain(number)}, below zero"
        return _wrong(
            where, plain(number), said, "send it as 0 or more; what goes back has events of its own", "sign"
        )
    return _wrong(
        where,
        number,
        f"{where} is {shown(number)}, not a number below {MOST}",
        "send what was meant",
        "value",
    )


def _in_base(line: Any, at: str, lookups: Lookups) -> Any:
    """The line in base units. Raises Unusable where it cannot be told how many they are."""
    code, base = unit(line.uom), lookups.bases.get(line.item, "")
    where = f"{at}/uom"
    if code is None:
        raise _wrong(
            where, line.uom, f"{where} is {shown(line.uom)!r}, no unit", "send a unit's code, e.g. EA", "unit"
        )
    if code == base or (not base and code == PIECE):
        return line if code == line.uom else replace(line, uom=code)
    factor = lookups.factors.get((line.item, code))
    if factor is None:
        what = "is no unit of" if base else "cannot be converted: not known here is"
        said = f"{where} is {shown(line.uom)!r}, which {what} item {line.item}"
        raise _wrong(where, line.uom, said, f"load the facts items and units for {line.item}", "unit")
    with arithmetic():
        new: dict[str, Any] = {"quantity": line.quantity * factor, "uom": base}
        if getattr(line, "short", _ZERO):
            new["short"] = line.short * factor
        price = getattr(line, "unit_price", None)
        if price is not None:
            new["unit_price"] = rounded(price / factor, 10)
            if line.amount is None:
                new["amount"] = price * line.quantity
    if line.original is None:
        new["original"] = Original(quantity=plain(line.quantity), uom=line.uom)
    return replace(line, **new)


def _utc(when: datetime, at: str) -> datetime:
    if when.tzinfo is None:
        said = f"{at}/time is {when.isoformat()}, without an offset"
        raise _wrong(f"{at}/time", when.isoformat(), said, "send RFC 3339, e.g. 2011-02-01T06:00:00Z", "date")
    try:
        return when.astimezone(UTC)
    except OverflowError:
        said = f"{at}/time is {when.isoformat()}, which is no time"
        raise _wrong(f"{at}/time", when.isoformat(), said, "check the time", "date") from None


def _wrong(where: str, value: Any, said: str, remedy: str, kind: str) -> Unusable:
    return Unusable.of(
        (Breach(kind=kind, where=where, value=shown(value), said=said, remedy=remedy, fatal=True),)
    )


def _no_type(envelope: Envelope, at: str) -> Unusable:
    if envelope.specversion != "1.0":
        said = f"{at}/specversion is {shown(envelope.specversion)!r}; Sayso reads CloudEvents 1.0"
        return _wrong(f"{at}/specversion", envelope.specversion, said, 'send "specversion": "1.0"', "value")
    near = get_close_matches(envelope.type, TYPES, 1)
    said = f"{at}/type is {shown(envelope.type)!r}, which is no type of event that is taken in"
    remedy = f"did you mean {near[0]}?" if near else "see /asyncapi.json for the types"
    return _wrong(f"{at}/type", envelope.type, said, remedy.rstrip("?"), "value")


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
        return _wrong(at + where, "", f"{at}{where} is missing", f"send {name}", "missing")
    if said.startswith("Object contains unknown field"):
        name = said.split("`")[1]
        return _wrong(f"{at}{where}/{name}", "", f"{at}{where} has a field {name}, which is not known",
                      f"leave {name} out, or check how it is spelt", "extra")  # fmt: skip
    told = "" if value is MISSING else f" is {shown(value)!r}:"
    return _wrong(at + where, "" if value is MISSING else value, f"{at}{where}{told} {said[0].lower()}{said[1:]}",
                  "send what /asyncapi.json describes", "type")  # fmt: skip


def _no_json(body: bytes) -> Unusable:
    try:
        documents.parse(body)
    except Unusable as unusable:
        return unusable
    return documents.unreadable(
        "the message is not one CloudEvent", "send a CloudEvent in JSON, or a batch of them"
    )
