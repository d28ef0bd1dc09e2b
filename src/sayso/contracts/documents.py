"""A raw message's bytes as JSON values, exactly: numbers as they were written, every way of being no JSON in a sentence."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from sayso.contracts.shapes import Breach, Unusable, shown

MOST_DIGITS = 30
"""Digits of a number, before or after the point: more is no quantity and no money."""
MOST_DEPTH = 60
"""Objects and lists within each other."""

_CUT = (
    "Unterminated string",
    "Expecting ',' delimiter",
    "Expecting value",
    "Expecting property name",
    "Expecting ':'",
)
_glance = msgspec.json.Decoder(float_hook=str).decode


def glance(body: bytes) -> Any:
    """The JSON value of a body as far as a look tells, or None; numbers with a point are text. Never raises."""
    try:
        return _glance(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError, ValueError):
        return None


def parse(body: bytes) -> dict[str, Any]:
    """A message's object; numbers are int or Decimal. Raises Unusable in a sentence for everything else."""
    text = _text(body)
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_float=_number, parse_int=_integer, parse_constant=_constant
        )
    except json.JSONDecodeError as error:
        raise _no_json(text, error) from None
    except RecursionError:
        raise _nested() from None
    if not isinstance(value, dict):
        what = {list: "a list", str: "a text", type(None): "null"}.get(type(value), "a single value")
        raise unreadable(
            f"the message is {what}, not one JSON object", "send each message as an object of its own"
        )
    if text.count("{") + text.count("[") > MOST_DEPTH:
        _check_depth(value, 1)
    if "\\u" in text:
        _check_texts(value, "")
    return value


def unreadable(said: str, remedy: str, *, where: str = "", value: str = "") -> Unusable:
    """The refusal of a message that is no message yet."""
    return Unusable.of(
        (Breach(kind="unreadable", where=where, said=said, value=value, remedy=remedy, fatal=True),)
    )


def _text(body: bytes) -> str:
    if not body.strip():
        raise unreadable("the message is empty", "send a JSON object")
    if body.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in body[:4]:
        raise unreadable("the message is in UTF-16 or UTF-32, or no text at all", "send it in UTF-8")
    try:
        return body.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        byte = f"0x{error.object[error.start]:02X}"
        said = f"byte {error.start + 1} of the message, {byte}, is not UTF-8"
        raise unreadable(said, "send it in UTF-8; an accent in Latin-1 looks like this", value=byte) from None


def _no_json(text: str, error: json.JSONDecodeError) -> Unusable:
    place = f"line {error.lineno}, column {error.colno}"
    rest = text[error.pos :].strip()
    if error.msg.startswith(_CUT) and (not rest or error.msg.startswith("Unterminated")):
        said = f"the message ends in the middle of its JSON, after {len(text)} characters: it was cut off"
        return unreadable(said, "send it again, whole", value=shown(text[-40:]))
    said = f"the message is not JSON: {error.msg[0].lower()}{error.msg[1:]} at {place}"
    return unreadable(
        said, "send valid JSON (RFC 8259)", value=shown(text[max(error.pos - 10, 0) : error.pos + 30])
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise unreadable(
            f"the field {shown(twice)} stands twice in one object", "send it once", value=shown(twice)
        )
    return found


def _number(digits: str) -> Decimal:
    try:
        number = Decimal(digits)
    except InvalidOperation:
        raise _too_large(digits) from None
    exponent = number.as_tuple().exponent
    if abs(number.adjusted()) > MOST_DIGITS or not isinstance(exponent, int) or exponent < -MOST_DIGITS:
        raise _too_large(digits)
    return number


def _integer(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise _too_large(digits)
    return int(digits)


def _too_large(digits: str) -> Unusable:
    said = f"the number {shown(digits)} has more than {MOST_DIGITS} digits before or after the point"
    return unreadable(said, "send what was meant", value=shown(digits))


def _constant(word: str) -> Any:
    raise unreadable(f"{word} is no JSON and no number", "send a number, or leave the field out", value=word)


def _nested() -> Unusable:
    said = f"the message holds objects and lists more than {MOST_DEPTH} deep"
    return unreadable(said, "send the shape that its contract describes")


def _check_depth(value: Any, depth: int) -> None:
    if depth > MOST_DEPTH:
        raise _nested()
    inner = value.values() if isinstance(value, dict) else value
    for each in inner:
        if isinstance(each, dict | list):
            _check_depth(each, depth + 1)


def _check_texts(value: Any, where: str) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            _check_text(name, where)
            _check_texts(inner, f"{where}/{name}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            _check_texts(inner, f"{where}/{place}")
    elif isinstance(value, str):
        _check_text(value, where)


def _check_text(text: str, where: str) -> None:
    if "\x00" in text:
        raise unreadable(f"{where or 'a name'} holds a NUL character", "take it out", where=where)
    if any("\ud800" <= one <= "\udfff" for one in text):
        raise unreadable(
            f"{where or 'a name'} holds half of a character (a lone surrogate)", "send it in UTF-8"
        )
