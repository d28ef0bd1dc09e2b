"""The little language of a contract's map: where a canonical field comes from, compiled to a function.

A text is a pointer: `/field` from the message, `./field` from the line being read. An object says more: `from` (one
pointer or several, the first that is there counts; with `only`, all values when they are one and the same), `const`,
`default`, `identity`, `values` (their word to ours), `unit` and `per`, `sign`, `join` and `with`, `each` and `fields`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import FieldInfo, fields

from sayso.canon.decimals import rounded
from sayso.contracts import values
from sayso.contracts.pointers import MISSING, Parts, each, find, parts_of, pointer_of
from sayso.contracts.running import ONE, Here, Run
from sayso.contracts.shapes import shown
from sayso.errors import Misconfigured

Expression = Callable[[Run, Here], Any]

QUANTITIES = frozenset({"quantity", "short", "stands_for"})
AMOUNTS = frozenset({"amount", "tax", "total", "deduction", "write_off", "discount"})
MOST = Decimal(10) ** 15
_PRICE_PLACES = 10
_NONE = Decimal(0)


class Source(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"from_": "from", "with_": "with"}
):
    """What an expression may say."""

    from_: str | tuple[str, ...] = ()
    only: bool = False
    const: Any = UNSET
    default: Any = UNSET
    identity: Literal["", "order", "customer", "item", "site", "invoice"] = ""
    values: dict[str, Any] | UnsetType = UNSET
    unit: str = ""
    per: bool = False
    sign: Literal["", "positive", "negative", "signed"] = ""
    join: tuple[Any, ...] = ()
    with_: str = "/"
    each: str = ""
    fields: dict[str, Any] = {}


def record(shape: type[Struct], told: dict[str, Any], where: str) -> Callable[[Run, Here], dict[str, Any]]:
    """The maker of a Struct's fields. Raises Misconfigured for a field that it does not have, or that it must."""
    known = {field.name: field for field in fields(shape)}
    for name in told:
        if name not in known or name == "original":
            raise Misconfigured(
                f"{where}: {name} is no field of {shape.__name__}",
                remedy=f"it has {', '.join(one for one in known if one != 'original')}",
            )
    made = {name: _field(known[name], told[name], f"{where}.{name}") for name in told}
    order = sorted(made, key=lambda name: (name not in ("item", "currency"), name not in QUANTITIES))
    required = [name for name, field in known.items() if field.required]
    absent = [name for name in required if name not in made]
    if absent:
        raise Misconfigured(f"{where}: {absent[0]} is not mapped", remedy=f"say where {absent[0]} comes from")
    places = {name: _place(told[name]) for name in required}
    keeps, silent = "original" in known, "unmentioned" in known and "unmentioned" not in told
    has_unit = keeps and "uom" in known and "uom" not in told

    def make(run: Run, here: Here) -> dict[str, Any]:
        found: dict[str, Any] = {}
        before = len(run.breaches)
        for name in order:
            value = made[name](run, here)
            if value is not MISSING:
                found[name] = value
        for name in required:
            if name not in found and len(run.breaches) == before:
                at = places[name]
                at = here.at + at[1:] if at.startswith(".") else at
                run.breach(
                    at, MISSING, "missing", f"the {name} of {shape.__name__}", f"send {at.rpartition('/')[2]}"
                )
        if silent and run.contract.meaning.silence == "none":
            found["unmentioned"] = "none"
        if has_unit and here.base:
            found["uom"] = here.base
        if keeps and here.changed:
            found["original"] = _original(here)
        return found

    return make


def compiled(kind: str, told: Any, where: str) -> Expression:
    """The expression for a value of a kind: text, integer, number, boolean, day, moment. Raises Misconfigured."""
    return _single(kind, _source(told, where), where, "")


def _source(told: Any, where: str) -> Source:
    if isinstance(told, str):
        told = {"from": told}
    try:
        source = msgspec.convert(told, Source)
    except msgspec.ValidationError as error:
        raise Misconfigured(f"{where}: {error}", remedy="see docs/reference/contracts.md") from None
    if not (source.from_ or source.const is not UNSET or source.join or source.each):
        raise Misconfigured(f"{where}: it says nothing", remedy="give from, const, join or each")
    return source


def _place(told: Any) -> str:
    found = (
        told
        if isinstance(told, str)
        else told.get("from", told.get("each", ""))
        if isinstance(told, dict)
        else ""
    )
    return found if isinstance(found, str) else found[0] if found else ""


def _field(field: FieldInfo, told: Any, where: str) -> Expression:
    kind, inner = kind_of(field.type)
    source = _source(told, where)
    if kind == "list":
        return _listed(inner, source, where)
    return _single(kind, source, where, field.name, optional=not field.required and kind != "number")


_KINDS: dict[Any, str] = {
    str: "text", int: "integer", Decimal: "number", bool: "boolean", date: "day", datetime: "moment",
}  # fmt: skip


def kind_of(annotation: Any) -> tuple[str, Any]:
    """What a field of an event holds: a word for its kind, and of a list what is in it; ("", None) for another Struct."""
    if get_origin(annotation) in (UnionType, Union):
        annotation = next(one for one in get_args(annotation) if one is not type(None))
    if get_origin(annotation) is tuple:
        return "list", get_args(annotation)[0]
    return _KINDS.get(annotation, ""), None


def _listed(inner: Any, source: Source, where: str) -> Expression:
    if source.const is not UNSET:
        return lambda run, here: source.const
    if isinstance(inner, type) and issubclass(inner, Struct):
        make = record(inner, source.fields, where)
        path = _path(source.each, where)

        def structs(run: Run, here: Here) -> Any:
            at, found = _look(run, here, path)
            if run.absent(found):
                return MISSING
            if not isinstance(found, list):
                run.breach(at, found, "type", "a list", "send a list")
                return MISSING
            return [make(run, Here(element, f"{at}/{place}")) for place, element in enumerate(found)]

        return structs
    single = _KINDS[inner]
    paths = _paths(source, where)

    def singles(run: Run, here: Here) -> Any:
        for path in paths:
            found = [pair for pair in _all(run, here, path) if not run.absent(pair[1])]
            if found:
                if len(found) == 1 and isinstance(found[0][1], list):
                    at, several = found[0]
                    found = [(f"{at}/{place}", one) for place, one in enumerate(several)]
                read = [_read(run, single, "", source, at, value) for at, value in found]
                return list(dict.fromkeys(one for one in read if one is not MISSING))
        return MISSING

    return singles


def _single(kind: str, source: Source, where: str, name: str, *, optional: bool = False) -> Expression:
    if source.const is not UNSET:
        return lambda run, here: source.const
    if source.join:
        parts = [compiled("text", part, where) for part in source.join]

        def joined(run: Run, here: Here) -> Any:
            found = [part(run, here) for part in parts]
            return MISSING if MISSING in found else source.with_.join(found)

        return joined
    paths = _paths(source, where)
    unit = _path(source.unit, where) if source.unit else None

    def one(run: Run, here: Here) -> Any:
        at, value = _first(run, here, paths, source.only)
        if value is MISSING and name == "currency" and run.contract.meaning.currency:
            at, value = "", run.contract.meaning.currency
        if value is MISSING:
            return MISSING if source.default is UNSET else source.default
        found = _read(run, kind, name, source, at, value, fatal=not optional)
        if found is MISSING:
            return MISSING
        if name == "item":
            here.told, here.item = values.text(value), found
            here.base = run.base(found)
            here.changed |= here.told != found
        if name in QUANTITIES or (unit is not None and kind == "number"):
            return _in_base(run, here, name, found, value, unit, source.per)
        return found

    return one


def _read(run: Run, kind: str, name: str, source: Source, at: str, value: Any, *, fatal: bool = True) -> Any:
    """The value as its kind has it, with its sign and identity; MISSING and a breach where it does not fit.

    The breach of a field that may be left out, and counts nothing, is not fatal.
    """
    if source.values is not UNSET:
        if str(value) not in source.values:
            known = ", ".join(source.values)
            run.breach(at, value, "value", f"one of {known}", f"send one of {known}", fatal=fatal)
            return MISSING
        return source.values[str(value)]
    try:
        if kind == "moment":
            return values.moment(value, run.contract.meaning.zone)
        found = _READERS[kind](value)
    except values.Unfit as unfit:
        run.breach(at, value, unfit.kind, unfit.expected, unfit.remedy, fatal=fatal)
        return MISSING
    if source.identity:
        return run.identity(source.identity, found)
    if kind == "number":
        return _signed(run, name, source, at, found)
    if name == "currency":
        return _currency(run, at, found)
    return found


_READERS: dict[str, Callable[[Any], Any]] = {
    "text": values.text, "integer": values.integer, "number": values.number, "boolean": values.boolean,
    "day": values.day,
}  # fmt: skip


def _signed(run: Run, name: str, source: Source, at: str, found: Decimal) -> Any:
    meaning = run.contract.meaning
    usual = meaning.quantities if name in QUANTITIES else meaning.amounts if name in AMOUNTS else "positive"
    sign = source.sign or usual
    if abs(found) >= MOST:
        run.breach(at, found, "value", f"less than {MOST}", "send what was meant")
        return MISSING
    if sign == "negative":
        found = -found
    if found < 0 and (sign != "signed" or name in QUANTITIES):
        side = "0 or below" if sign == "negative" else "0 or more"
        told = -found if sign == "negative" else found
        run.breach(
            at,
            told,
            "sign",
            f"{side}, as the contract counts",
            "turn the sign round, or say in the contract what it means",
        )
        return MISSING
    if name in AMOUNTS:
        _decimals(run, at, found)
    return found if found else _NONE  # never -0


def _decimals(run: Run, at: str, found: Decimal) -> None:
    """A breach for money with more places than its currency has; it can still be counted with."""
    places = run.lookups.currencies.get(run.currency)
    exponent = found.normalize().as_tuple().exponent
    if places is not None and isinstance(exponent, int) and -exponent > places:
        run.breach(
            at,
            found,
            "decimals",
            f"an amount of at most {places} decimals",
            "round it as the invoice does",
            fatal=False,
        )


def _currency(run: Run, at: str, found: str) -> Any:
    known = run.lookups.currencies
    if len(found) != 3 or not found.isalpha() or not found.isupper() or not found.isascii():
        run.breach(
            at, found, "currency", "a currency's code, e.g. GBP", "send ISO 4217's three capital letters"
        )
        return MISSING
    if known and found not in known:
        run.breach(
            at, found, "currency", f"a currency that is known here ({', '.join(sorted(known))})",
            "check the code, or load the fact currencies",
        )  # fmt: skip
        return MISSING
    run.currency = found
    return found


def _in_base(
    run: Run, here: Here, name: str, found: Decimal, told: Any, unit: tuple[bool, Parts] | None, per: bool
) -> Any:
    """A quantity in base units, or a price of one of them; what was told is remembered for `original`."""
    text, at = run.contract.meaning.unit, here.at
    if unit is not None:
        at, value = _look(run, here, unit)
        if not run.absent(value):
            text = shown(value)
    if not text or name == "stands_for":
        return found
    factor = run.factor(here, text, at)
    if name == "quantity":
        here.factor, here.unit_told, here.quantity = factor, text, values.text(told)
        here.changed |= factor != ONE
    if factor == ONE:
        return found
    return rounded(found / factor, _PRICE_PLACES) if per else found * factor


def _original(here: Here) -> dict[str, str]:
    kept = {"quantity": here.quantity, "uom": here.unit_told} if here.factor != ONE else {}
    if here.told != here.item:
        kept["item"] = here.told
    return kept


def _path(text: str, where: str) -> tuple[bool, Parts]:
    """Whether a pointer begins at the line, and its parts."""
    try:
        return text.startswith("./"), parts_of(text[1:] if text.startswith("./") else text)
    except ValueError as error:
        raise Misconfigured(f"{where}: {error}", remedy="write /field, or ./field within a line") from None


def _paths(source: Source, where: str) -> list[tuple[bool, Parts]]:
    several = (source.from_,) if isinstance(source.from_, str) else source.from_
    return [_path(text, where) for text in several]


def _look(run: Run, here: Here, path: tuple[bool, Parts]) -> tuple[str, Any]:
    local, parts = path
    if local:
        return here.at + pointer_of(parts), find(here.value, parts)
    return pointer_of(parts), find(run.document, parts)


def _all(run: Run, here: Here, path: tuple[bool, Parts]) -> list[tuple[str, Any]]:
    local, parts = path
    return list(each(here.value, parts, here.at) if local else each(run.document, parts))


def _first(run: Run, here: Here, paths: list[tuple[bool, Parts]], only: bool) -> tuple[str, Any]:
    """The first of the places where something stands. With `only`: what stands in all of them, if it is one thing."""
    for path in paths:
        if only:
            found = [pair for pair in _all(run, here, path) if not run.absent(pair[1])]
            if found:
                return found[0] if len({str(value) for _, value in found}) == 1 else ("", MISSING)
            continue
        at, value = _look(run, here, path)
        if not run.absent(value):
            return at, value
    return "", MISSING
