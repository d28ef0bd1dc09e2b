"""The figures of canonical events: each within what can be kept, quantities in base units, the original beside them.

The shapes are asked once what they hold; a figure is then a comparison, and only what is wrong is put into words.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec import Struct
from msgspec.structs import fields, replace

from sayso.canon.decimals import arithmetic, plain, rounded
from sayso.canon.events_money import (
    Application,
    DisputeClosed,
    DisputeOpened,
    PaymentReceived,
    PaymentReversed,
)
from sayso.canon.events_shared import Original
from sayso.canon.units import unit
from sayso.contracts.expressions import kind_of
from sayso.contracts.running import PIECE
from sayso.contracts.shapes import Breach, Lookups, Unusable, shown
from sayso.contracts.values import EARLIEST, LATEST, MOST_TEXT

MOST = Decimal(10) ** 15
MOST_WHOLE = 2147483647
MOST_PLACES = 30

_ZERO = Decimal(0)
_SIGNED = frozenset({"amount", "tax", "total", "unit_price"})
_NOT_SIGNED = (PaymentReceived, PaymentReversed, DisputeOpened, DisputeClosed, Application)
"""Where an amount below zero is another document: a reversal, a credit."""
_NAMED = ("document", "item", "invoice", "shipment", "customer", "kind", "site")


class _Figures(Struct):
    """Which fields hold what. `signed`: decimals that may be below zero; `named`: texts that must say something."""

    decimals: tuple[str, ...]
    signed: frozenset[str]
    wholes: tuple[str, ...]
    texts: tuple[str, ...]
    days: tuple[str, ...]
    lists: tuple[str, ...]
    named: tuple[str, ...]
    has_unit: bool
    has_currency: bool


def _figures(shape: type[Struct]) -> _Figures:
    known = [(field.name, *kind_of(field.type)) for field in fields(shape)]
    required = {field.name for field in fields(shape) if field.required}

    def of(kind: str) -> tuple[str, ...]:
        return tuple(name for name, each, _ in known if each == kind)

    return _Figures(
        decimals=of("number"),
        signed=_SIGNED if shape not in _NOT_SIGNED else frozenset(),
        wholes=of("integer"),
        texts=of("text"),
        days=of("day"),
        lists=tuple(name for name, kind, inner in known if kind == "list" and issubclass(inner, Struct)),
        named=tuple(name for name in _NAMED if name in of("text") and name in required),
        has_unit={"uom", "original"} <= {name for name, _, _ in known},
        has_currency="currency" in of("text"),
    )


_known: dict[type, _Figures] = {}


def _of(shape: type[Struct]) -> _Figures:
    found = _known.get(shape)
    if found is None:
        found = _known[shape] = _figures(shape)
    return found


def looked_at(struct: Any, at: str, lookups: Lookups, *, long: bool = True) -> Any:
    """The data, or a line of it, in base units. `long`: a text in it may be too long.

    Raises Unusable naming the field below `at`, its value and the remedy; InvalidOperation where a number is NaN.
    """
    figures = _of(type(struct))
    for name in figures.decimals:
        number = getattr(struct, name)
        # Most are plain quantities; whatever else is looked at again.
        if number is not None and not (_ZERO <= number < MOST and number.adjusted() > -MOST_PLACES):
            _check_decimals(struct, figures, at)
            break
    for name in figures.wholes:
        if not 0 <= getattr(struct, name) <= MOST_WHOLE:
            _check_wholes(struct, figures, at)
    if long:
        _check_texts(struct, figures, at)
    for name in figures.named:
        if not getattr(struct, name):
            raise wrong(f"{at}/{name}", "", f"{at}/{name} is empty", f"send the {name}", "missing")
    for name in figures.days:
        day = getattr(struct, name)
        if day is not None and not EARLIEST <= day.year <= LATEST:
            said = f"{at}/{name} is {day}, not a date between {EARLIEST} and {LATEST}"
            raise wrong(f"{at}/{name}", day, said, "check the date", "date")
    if figures.has_currency and struct.currency:
        _check_currency(struct.currency, at, lookups)
    for name in figures.lists:
        if getattr(struct, name):
            struct = _lines(struct, name, at, lookups, long)
    if figures.has_unit and struct.uom and struct.uom != lookups.bases.get(struct.item):
        return _in_base(struct, at, lookups)
    return struct


def _lines(struct: Any, name: str, at: str, lookups: Lookups, long: bool) -> Any:
    before = getattr(struct, name)
    after = [looked_at(line, f"{at}/{name}/{place}", lookups, long=long) for place, line in enumerate(before)]
    for one, other in zip(before, after, strict=True):
        if one is not other:
            return replace(struct, **{name: tuple(after)})
    return struct


def _check_decimals(struct: Any, figures: _Figures, at: str) -> None:
    for name in figures.decimals:
        number = getattr(struct, name)
        if number is None:
            continue
        least = -MOST if name in figures.signed else _ZERO
        if not (least <= number < MOST) or number.adjusted() <= -MOST_PLACES:
            raise _figure(f"{at}/{name}", number)


def _check_wholes(struct: Any, figures: _Figures, at: str) -> None:
    for name in figures.wholes:
        value = getattr(struct, name)
        if not 0 <= value <= MOST_WHOLE:
            said = f"{at}/{name} is {value}, not a whole number from 0 to {MOST_WHOLE}"
            raise wrong(f"{at}/{name}", value, said, "send what was meant", "value")


def _check_texts(struct: Any, figures: _Figures, at: str) -> None:
    for name in figures.texts:
        if len(getattr(struct, name)) > MOST_TEXT:
            said = f"{at}/{name} is longer than {MOST_TEXT} characters"
            raise wrong(f"{at}/{name}", getattr(struct, name), said, "shorten it", "value")


def _check_currency(code: str, at: str, lookups: Lookups) -> None:
    where = f"{at}/currency"
    if not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
        said = f"{where} is {shown(code)!r}, not a currency's code"
        raise wrong(where, code, said, "send ISO 4217's three capital letters, e.g. GBP", "currency")
    if lookups.currencies and code not in lookups.currencies:
        said = f"{where} is {code}, which is not known here ({', '.join(sorted(lookups.currencies))})"
        raise wrong(where, code, said, "check the code, or load the fact currencies", "currency")


def _figure(where: str, number: Decimal) -> Unusable:
    if number.is_finite() and -MOST < number < _ZERO:
        said = f"{where} is {shown(number)}, below zero"
        return wrong(
            where, number, said, "send it as 0 or more; what goes back has events of its own", "sign"
        )
    said = f"{where} is {shown(number)}, not a number below {MOST} with at most {MOST_PLACES} decimals"
    return wrong(where, number, said, "send what was meant", "value")


def _in_base(line: Any, at: str, lookups: Lookups) -> Any:
    """The line in base units. Raises Unusable where it cannot be told how many they are."""
    code, base = unit(line.uom), lookups.bases.get(line.item, "")
    where = f"{at}/uom"
    if code is None:
        raise wrong(
            where, line.uom, f"{where} is {shown(line.uom)!r}, no unit", "send a unit's code, e.g. EA", "unit"
        )
    if code == base or (not base and code == PIECE):
        return line if code == line.uom else replace(line, uom=code)
    factor = lookups.factors.get((line.item, code))
    if factor is None:
        what = "is no unit of" if base else "cannot be converted: not known here is"
        said = f"{where} is {shown(line.uom)!r}, which {what} item {line.item}"
        raise wrong(where, line.uom, said, f"load the facts items and units for {line.item}", "unit")
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


def wrong(where: str, value: Any, said: str, remedy: str, kind: str) -> Unusable:
    """The refusal of a message for one breach."""
    return Unusable.of(
        (Breach(kind=kind, where=where, value=shown(value), said=said, remedy=remedy, fatal=True),)
    )
