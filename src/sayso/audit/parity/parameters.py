"""The parameters of a question, from text to what its shape asks for; a date may be a number of days from today."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct
from msgspec import inspect as kinds

from sayso.audit.parity.files import Trail, Value
from sayso.audit.parity.given import Trouble, day_of, shown
from sayso.canon.values import MOST_DECIMALS

_PLACE = re.compile(r"(.*?)(?: - at `\$(.*)`)?", re.DOTALL)
_STEP = re.compile(r"\.([^.\[\]]+)|\[([0-9]+)\]")
_MOST = 10**12
_MISSING = re.compile(r"Object missing required field `(.*)`")

_Dating = Callable[[Any, date], Any]


def parameters(
    shape: type[Struct], given: Mapping[str, Value], today: date, trail: Trail, troubles: list[Trouble]
) -> Struct | None:
    """The parameters in their shape; None where they do not fit it, and why is added to `troubles`."""
    known = shape.__struct_encode_fields__
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, 1)
            remedy = f"did you mean {near[0]}?" if near else "known are " + ", ".join(known)
            troubles.append(Trouble((*trail, name), shown(given[name]), "there is no such parameter", remedy))
    told = {name: value for name, value in given.items() if value is not None and name in known}
    # A blank site is none that is named, as in facts.
    wanted = {name: value for name, value in told.items() if name != "site" or value != ""}
    dating = _dating_of(shape)
    try:
        asked = msgspec.convert(dating(wanted, today) if dating else wanted, shape, strict=False)
    except msgspec.ValidationError as wrong:
        troubles.append(refusal(wrong, given, trail))
        return None
    before = len(troubles)
    troubles += _beyond(asked, trail)
    return asked if len(troubles) == before else None


def _beyond(value: Any, trail: Trail) -> Iterator[Trouble]:
    """The decimals within a value that nobody can mean: not finite, too large, or too fine."""
    if isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from _beyond(getattr(value, name), (*trail, name))
    elif isinstance(value, list | tuple):
        for place, one in enumerate(value):
            yield from _beyond(one, (*trail, place))
    elif isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        if not isinstance(exponent, int) or abs(value) > _MOST or exponent < -MOST_DECIMALS:
            remedy = f"write a number up to {_MOST} with up to {MOST_DECIMALS} decimals"
            yield Trouble(trail, str(value)[:80], "no such number can be meant", remedy)


def refusal(wrong: msgspec.ValidationError, given: Any, trail: Trail) -> Trouble:
    """What a shape has against a value, at the place in the case where it stands."""
    found = _PLACE.fullmatch(str(wrong))
    detail, path = (found[1], found[2] or "") if found else (str(wrong), "")
    steps: list[str | int] = [int(step[2]) if step[2] else step[1] for step in _STEP.finditer(path)]
    value = given
    for step in steps:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            break
    missing = _MISSING.fullmatch(detail)
    if missing:
        return Trouble((*trail, *steps, missing[1]), "", "this is missing", f"write {missing[1]}: ...")
    return Trouble((*trail, *steps), shown(value), _plainly(detail), "see docs/reference/parity.md")


def _plainly(detail: str) -> str:
    """What msgspec says, in the words of a case file."""
    said = detail.replace("Object contains unknown field", "there is no such field as")
    for program, person in (
        ("`object`", "a mapping"), ("`array`", "a list"), ("`str`", "a text"), ("`int`", "a whole number"),
        ("`decimal`", "a decimal"), ("`date`", "a date"), ("`bool`", "true or false"), ("`null`", "none"),
    ):  # fmt: skip
        said = said.replace(program, person)
    return said[:1].lower() + said[1:]


@cache
def _dating_of(shape: type[Struct]) -> _Dating | None:
    return _dating(kinds.type_info(shape))


def _dating(kind: kinds.Type) -> _Dating | None:
    """What turns numbers of days into dates within a value of this kind; None where it holds none."""
    if isinstance(kind, kinds.DateType):
        return _dated
    if isinstance(kind, kinds.StructType):
        below = {field.encode_name: dating for field in kind.fields if (dating := _dating(field.type))}
        return _in_fields(below) if below else None
    if isinstance(kind, kinds.ListType | kinds.VarTupleType):
        each = _dating(kind.item_type)
        return _in_items(each) if each else None
    if isinstance(kind, kinds.UnionType):
        return next((dating for one in kind.types if (dating := _dating(one))), None)
    return None


def _dated(value: Any, today: date) -> Any:
    day = day_of(value, today) if isinstance(value, str) else None
    return value if day is None else day.isoformat()


def _in_fields(below: Mapping[str, _Dating]) -> _Dating:
    def dating(value: Any, today: date) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: below[name](one, today) if name in below else one for name, one in value.items()}

    return dating


def _in_items(each: _Dating) -> _Dating:
    def dating(value: Any, today: date) -> Any:
        return [each(one, today) for one in value] if isinstance(value, list) else value

    return dating
