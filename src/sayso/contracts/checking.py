"""Whether a message is as its contract says: the schema in sentences, a field that was renamed, sums and dates.

Signs, units, currencies and decimals are told by the translation, which knows what each field means.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

import jsonschema_rs

from sayso.contracts.contract import Contract, Sum, validator_of
from sayso.contracts.pointers import MISSING, each, find, parts_of, pointer_of
from sayso.contracts.shapes import Breach, shown
from sayso.contracts.values import number_of

_ALIKE = 50
"""Per cent of the letters of two names that must be the same, in their order, for one to be the other renamed."""


class _Checker:
    """A contract, ready to check with."""

    def __init__(self, contract: Contract) -> None:
        self.schema = contract.schema
        self.validator = validator_of(contract.schema, f"{contract.system}/{contract.kind}")
        self.sums = [
            (each, parts_of(each.total), [parts_of(part) for part in each.parts])
            for each in contract.meaning.sums
        ]
        self.days = [(parts_of(one), parts_of(other)) for one, other in contract.meaning.days]


@lru_cache(maxsize=512)
def _checker(contract: Contract) -> _Checker:
    return _Checker(contract)


def check(contract: Contract, document: dict[str, Any]) -> tuple[Breach, ...]:
    """What in a message is not as the contract says, in the order of the message's schema; () where all is."""
    checker = _checker(contract)
    read = without_empty(document) if contract.meaning.empty == "absent" else document
    found: list[Breach] = []
    if not checker.validator.is_valid(read):
        found += _shape(checker, read, document)
    for total, where, parts in checker.sums:
        found += _sum(read, total, where, parts)
    for first, second in checker.days:
        found += _days(read, first, second)
    return tuple(found)


def without_empty(value: Any) -> Any:
    """The same without fields that hold an empty text or null."""
    if isinstance(value, dict):
        return {
            name: without_empty(inner) for name, inner in value.items() if inner is not None and inner != ""
        }
    if isinstance(value, list):
        return [without_empty(inner) for inner in value]
    return value


def _shape(checker: _Checker, read: Any, told: Any) -> Iterator[Breach]:
    errors = list(checker.validator.iter_errors(read))
    renamed: set[str] = set()
    for error in errors:
        if error.kind.name == "required":
            breach, other = _missing(checker, read, told, error)
            if other:
                renamed.add(other)
            yield breach
    for error in errors:
        if error.kind.name in ("additionalProperties", "unevaluatedProperties"):
            for name in error.kind.value:
                where = pointer_of([*error.instance_path, name])
                if where not in renamed:
                    yield _extra(where, name, find(read, parts_of(where)))
        elif error.kind.name != "required":
            yield _other(error)


def _missing(checker: _Checker, read: Any, told: Any, error: Any) -> tuple[Breach, str]:
    """A field that is not there, and the pointer of the one that it may have become."""
    at = pointer_of(error.instance_path)
    name = error.kind.value
    where = at + pointer_of((name,))
    here = find(read, parts_of(at))
    schema = _schema_of(checker.schema, error.schema_path[:-1])
    known = {one: _resolved(checker.schema, each) for one, each in schema.get("properties", {}).items()}
    other = _became(name, known, here if isinstance(here, dict) else {})
    if other:
        said = f"{where} is missing; there is {other}, which the contract does not know: was it renamed?"
        remedy = f"send {name} again, or put a version of the contract in force that reads {other}"
        return Breach(
            kind="renamed", where=where, said=said, value=shown(here[other]), expected=name, remedy=remedy
        ), at + pointer_of((other,))
    empty = find(told, parts_of(where)) is not MISSING
    said = f"{where} is " + ("empty, which the contract takes for missing" if empty else "missing")
    about = known.get(name, {}).get("description", "")
    expected = about or _types(known.get(name, {}).get("type", "a value"))
    return Breach(
        kind="missing", where=where, said=said, expected=expected, remedy=f"send {name}: {expected}"
    ), ""


def _became(name: str, known: dict[str, Any], here: dict[str, Any]) -> str:
    """The unknown field of the object that most likely is the missing one under another name, or ""."""
    free = [
        other
        for other, value in here.items()
        if other not in known
        and jsonschema_rs.is_valid({"type": known.get(name, {}).get("type", _ANY)}, value)
    ]
    weighed = sorted(((_likeness(name, other), other) for other in free), reverse=True)
    return weighed[0][1] if weighed and (weighed[0][0] >= _ALIKE or len(free) == 1) else ""


_ANY = ["object", "array", "string", "number", "boolean", "null"]


def _likeness(one: str, other: str) -> int:
    left, right = (text.lower().replace("_", "").replace("-", "") for text in (one, other))
    same = sum(block.size for block in SequenceMatcher(None, left, right).get_matching_blocks())
    return 200 * same // (len(left) + len(right) or 1)


def _extra(where: str, name: str, value: Any) -> Breach:
    said = f"{where} is {shown(value)!r}, and the contract knows no field {name}"
    remedy = f"leave {name} out, or put a version of the contract in force that says what it means"
    return Breach(
        kind="extra", where=where, said=said, value=shown(value), expected="no such field", remedy=remedy
    )


_NEVER_ASKED = "a value as the contract describes"


def _other(error: Any) -> Breach:
    where = pointer_of(error.instance_path)
    name, limit, value = error.kind.name, error.kind.value, shown(error.instance)
    kind, expected = "value", _NEVER_ASKED
    match name:
        case "type":
            kind, expected = "type", _types(limit)
        case "enum":
            expected = "one of " + ", ".join(map(shown, limit))
        case "const":
            expected = shown(limit)
        case "pattern":
            expected = f"a text of the form {limit}"
        case "format":
            expected = {
                "date": "a date, e.g. 2011-02-01",
                "date-time": "a time, e.g. 2011-02-01T06:00:00Z",
            }.get(limit, f"a {limit}")
        case "minimum" | "exclusiveMinimum":
            expected = f"{'more than' if name == 'exclusiveMinimum' else 'at least'} {limit}"
        case "maximum" | "exclusiveMaximum":
            expected = f"{'less than' if name == 'exclusiveMaximum' else 'at most'} {limit}"
        case "minLength" | "minItems":
            expected = f"at least {limit} {'characters' if name == 'minLength' else 'entries'}"
        case "maxLength" | "maxItems":
            expected = f"at most {limit} {'characters' if name == 'maxLength' else 'entries'}"
        case _:
            return Breach(kind="value", where=where, said=f"{where or 'the message'}: {shown(error.message)}",
                          value=value, expected=_NEVER_ASKED, remedy="send what the contract describes")  # fmt: skip
    said = f"{where} is {value!r}, where the contract has {expected}"
    return Breach(
        kind=kind, where=where, said=said, value=value, expected=expected, remedy=f"send {expected}"
    )


def _types(limit: str | list[str]) -> str:
    words = {"string": "a text", "number": "a number", "integer": "a whole number", "boolean": "true or false",
             "array": "a list", "object": "an object", "null": "null"}  # fmt: skip
    names = [limit] if isinstance(limit, str) else sorted(limit)
    return " or ".join(words.get(name, name) for name in names)


def _schema_of(schema: Any, path: list[str | int]) -> dict[str, Any]:
    """The part of a schema at a path, going through references within it."""
    root = here = schema
    for part in path:
        if part == "$ref":
            here = find(root, parts_of(str(here["$ref"]).removeprefix("#")))
        elif isinstance(here, list):
            here = here[int(part)]
        else:
            here = here.get(part, {})
    return here if isinstance(here, dict) else {}


def _resolved(root: Any, schema: Any) -> dict[str, Any]:
    """A schema with what it refers to."""
    if not isinstance(schema, dict):
        return {}
    target = find(root, parts_of(schema["$ref"].removeprefix("#"))) if "$ref" in schema else {}
    return {**(target if isinstance(target, dict) else {}), **schema}


def _sum(read: Any, total: Sum, where: tuple[str, ...], parts: list[tuple[str, ...]]) -> Iterator[Breach]:
    told = number_of(find(read, where))
    if told is None:
        return
    figures = [number_of(value) for part in parts for _, value in each(read, part)]
    if None in figures:
        return  # said elsewhere
    found = sum((figure for figure in figures if figure is not None), Decimal(0))
    if abs(found - told) > Decimal(total.tolerance):
        said = f"{total.total} is {told}, and {' + '.join(total.parts)} make {found}"
        yield Breach(
            kind="sum", where=total.total, said=said, value=str(told), expected=str(found),
            remedy=f"send a total that its parts add up to, to within {total.tolerance}",
        )  # fmt: skip


def _days(read: Any, first: tuple[str, ...], second: tuple[str, ...]) -> Iterator[Breach]:
    one, other = find(read, first), find(read, second)
    if isinstance(one, str) and isinstance(other, str) and one[:10] > other[:10]:
        where, before = pointer_of(second), pointer_of(first)
        said = f"{where} is {shown(other)}, before {before}, {shown(one)}"
        yield Breach(
            kind="date", where=where, said=said, value=shown(other), expected=f"{shown(one)} or later",
            remedy="check both dates",
        )  # fmt: skip
