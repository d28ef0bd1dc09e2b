"""From what msgspec says about a body to a BadField that a person can act on: field, value, detail, remedy.

Only for bodies that were refused: it reads the body a second time, to show the value and to suggest a name.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import inspect

from sayso.errors import BadField, BadRequest

_AT = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<path>[^`]*)`)?$", re.DOTALL)
_STEP = re.compile(r"\.?([^.\[\]]+)|\[([0-9]+)\]")
_NAMED = re.compile(r"field `([^`]*)`")
_LONGEST_PATH = 200
_TYPES = {
    "str": "text", "int": "a whole number", "float": "a number", "decimal": "a decimal number",
    "bool": "true or false", "array": "a list", "object": "an object", "null": "null", "date": "a date",
    "datetime": "a time",
}  # fmt: skip
_FORMS = {
    "Invalid decimal string": ("not a decimal number", 'send e.g. "12" or "12.5"'),
    "Invalid RFC3339 encoded date": ("not a date", "send a date as YYYY-MM-DD, e.g. 2011-03-01"),
    "Invalid RFC3339 encoded datetime": ("not a time", "send a time as RFC 3339, e.g. 2011-03-01T09:30:00Z"),
    "Integer value out of range": ("the number is out of range", "send a smaller number"),
    "Number out of range": ("the number is out of range", "send a smaller number"),
}

_generic = msgspec.json.Decoder(float_hook=str)


def refusal(error: Exception, body: bytes, reads: type) -> BadRequest:
    """The error to raise for a body that could not be decoded as `reads`."""
    if isinstance(error, msgspec.ValidationError):
        return _invalid(str(error), body, reads)
    if isinstance(error, UnicodeDecodeError):
        return BadRequest(
            "the body is not UTF-8", remedy="encode the JSON as UTF-8, without a byte order mark"
        )
    if not body.strip():
        return BadRequest("the body is empty", remedy="send a JSON object")
    if isinstance(error, RecursionError):
        return BadRequest("the body is nested too deeply", remedy="send the shape in /openapi.json")
    hint = " (NaN and Infinity are no JSON)" if re.search(rb"\b(NaN|Infinity)\b", body) else ""
    return BadRequest(
        f"the body is not JSON: {_plain(str(error))}{hint}", remedy="send valid JSON (RFC 8259)"
    )


def _invalid(message: str, body: bytes, reads: type) -> BadField:
    match = _AT.match(message)
    what, path = (match["what"], match["path"] or "") if match else (message, "")
    if len(path) > _LONGEST_PATH:  # no path of ours: a field's name that looks like one
        path = ""
    steps: list[str | int] = [name or int(place) for name, place in _STEP.findall(path)]
    known = _fields_at(reads, steps)
    named = _NAMED.search(what)
    if named:
        return _wrong_name(what, named[1], steps, known, body)
    detail, remedy = _say(what, _choices_at(reads, steps))
    return BadField(spell(steps), _value_at(body, steps), detail, remedy=remedy)


def _wrong_name(what: str, name: str, steps: list[str | int], known: list[str], body: bytes) -> BadField:
    field = spell([*steps, name[:80]])
    if what.startswith("Object missing"):
        return BadField(field, "", f"{name} is missing", remedy=f"send {name}")
    near = difflib.get_close_matches(name[:80], known, 1)
    remedy = f"did you mean {near[0]}?" if near else "leave it out; known here: " + ", ".join(known)
    return BadField(field, _value_at(body, [*steps, name]), f"{name[:80]} is not a field here", remedy=remedy)


def _say(what: str, choices: list[str]) -> tuple[str, str]:
    if what in _FORMS:
        return _FORMS[what]
    if what.startswith("Invalid enum value"):
        return "not one of the values that may stand here", "send " + " or ".join(choices)
    expected, comma, got = what.removeprefix("Expected ").partition(", got ")
    if comma:
        wanted = " or ".join(_TYPES.get(name, name) for name in expected.strip("`").split(" | "))
        found = _TYPES.get(got.strip("`"), got.strip("`"))
        return f"expected {wanted}, got {found}", f"send {wanted}"
    return _plain(what).replace("Expected", "expected"), "see the limits of this field in /openapi.json"


def _plain(text: str) -> str:
    for name, words in _TYPES.items():
        text = text.replace(f"`{name}`", words)
    return text.replace("`", "").removeprefix("JSON is malformed: ")


def spell(steps: Sequence[str | int]) -> str:
    """A path as the problem documents write it: lines[0].quantity; `body` for the whole."""
    text = ""
    for step in steps:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "body"


def _value_at(body: bytes, steps: list[str | int]) -> str:
    try:
        value = _generic.decode(body)
        for step in steps:
            value = value[step]
    except (msgspec.DecodeError, ValueError, RecursionError, LookupError, TypeError):
        return ""
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value)[:200].decode(errors="replace")


def _type_at(reads: type, steps: list[str | int]) -> Any:
    found: Any = inspect.type_info(reads)
    for step in steps:
        found = _without_null(found)
        if isinstance(found, inspect.StructType):
            found = next((field.type for field in found.fields if field.encode_name == step), None)
        else:
            found = getattr(found, "item_type", None)
    return _without_null(found)


def _without_null(found: Any) -> Any:
    if isinstance(found, inspect.UnionType):
        return next((kind for kind in found.types if not isinstance(kind, inspect.NoneType)), found)
    return found


def _fields_at(reads: type, steps: list[str | int]) -> list[str]:
    found = _type_at(reads, steps)
    return [field.encode_name for field in found.fields] if isinstance(found, inspect.StructType) else []


def _choices_at(reads: type, steps: list[str | int]) -> list[str]:
    found = _type_at(reads, steps)
    return [str(value) for value in found.values] if isinstance(found, inspect.LiteralType) else []
