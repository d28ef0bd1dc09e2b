"""One value of a fact: from what a file or program wrote to the one text that Sayso keeps, or why not.

Knows the types of columns. A value stays text on its way to the database: no number is ever a float.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from types import MappingProxyType
from typing import Any
from zoneinfo import available_timezones

from sayso.canon import codes, units
from sayso.canon.columns import Column
from sayso.errors import BadField

MOST_CODE = 100
"""Characters of a code. Keys of several codes must fit a database index."""
MOST_FREE_TEXT = 2000
MOST_DECIMALS = 9

_PLAIN = re.compile(r"([+-]?)0*([0-9]*)(?:\.([0-9]*))?")
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00:?00)?)?")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::00)?")
_YES = frozenset({"true", "1", "yes", "y", "t"})
_NO = frozenset({"false", "0", "no", "n", "f"})

ReadValue = Callable[[str], str | None]


def reader(column: Column) -> ReadValue:
    """What reads a cell of this column: its text to the text that is kept, None for a blank, or BadField."""
    read = _READERS[column.type]

    def value(text: str) -> str | None:
        text = text.strip()
        return read(column, text) if text else None

    return value


def text_of(column: Column, value: Any) -> str:
    """The text of a value that came typed, from JSON, Parquet or YAML. BadField for what no column holds.

    JSON numbers come as int or, with a point or exponent, as Decimal made from their own digits.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number_text(column, Decimal(repr(value)))
    if isinstance(value, Decimal):
        return _number_text(column, value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple) and column.type == "list":
        return "|".join(_member(column, member) for member in value)
    raise _bad(column, repr(value), f"a {type(value).__name__} cannot stand here", "send text")


def json_number(digits: str) -> Decimal | str:
    """A JSON number with a point or an exponent, from its own digits; those, if no decimal can hold them."""
    try:
        return Decimal(digits)
    except InvalidOperation:
        return digits


def visible(text: str) -> str:
    """The text with everything that cannot be seen or printed written as an escape."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else _escape(one) for one in text)


def typed(column: Column, text: str | None) -> Any:
    """The value of a kept text: Decimal, int, bool, date, a tuple of texts, or the text; None for a blank."""
    if text is None or text == "-infinity":
        return None
    make = _TYPED.get(column.type)
    return make(text) if make else text


def _number_text(column: Column, number: Decimal) -> str:
    if not number.is_finite():
        raise _bad(column, str(number), "not a finite number", "leave it blank where it is not known")
    if column.type not in ("decimal", "integer"):
        raise _bad(
            column, str(number), "a number with a decimal point, where text is expected", "send it as text"
        )
    if abs(number.adjusted()) > 30:
        raise _bad(column, str(number), "a number of this size cannot be meant", "check the unit of measure")
    return format(number, "f")


def _member(column: Column, member: Any) -> str:
    if not isinstance(member, str) or "|" in member:
        raise _bad(column, repr(member), "a member of a list is a text without |", 'send e.g. ["A", "B"]')
    return member


def _text(column: Column, text: str) -> str:
    if not text.isprintable():
        text = _mended(column, text)
    most = MOST_FREE_TEXT if column.free else MOST_CODE
    if len(text) > most:
        raise _bad(column, text, f"the text is longer than {most} characters", "shorten it")
    return text


def _mended(column: Column, text: str) -> str:
    """A text with characters that do not print: line breaks of free texts become spaces, others may not."""
    if column.free:
        text = " ".join(text.split())
    for one in text:
        kind = unicodedata.category(one)
        if kind == "Cs":
            raise _undecodable(column, text, one)
        if kind in ("Cc", "Zl", "Zp") or (not column.free and (kind == "Cf" or one == "\ufffd")):
            name = unicodedata.name(one, f"U+{ord(one):04X}")
            raise _bad(column, text, f"the text holds a character that is not seen ({name})", "take it out")
    return text


def _list(column: Column, text: str) -> str | None:
    members = [_text(column, member.strip()) for member in text.split("|") if member.strip()]
    joined = "|".join(dict.fromkeys(members))
    if len(joined) > MOST_FREE_TEXT:
        raise _bad(column, text, f"the list is longer than {MOST_FREE_TEXT} characters", "shorten it")
    return joined or None


def _decimal(column: Column, text: str) -> str:
    # Most quantities are small whole numbers.
    small = text.isascii() and text.isdigit() and len(text) < 10 and text[0] != "0"
    number = text if small else _plain(column, text)
    if column.sign != "any" and number[0] == "-":
        raise _bad(column, text, f"{column.name} may not be below 0", "check the sign")
    if column.sign == "positive" and number == "0":
        raise _bad(column, text, f"{column.name} is above 0", "leave it blank where it does not apply")
    if abs(Decimal(number)) > column.most:
        raise _bad(column, text, f"{column.name} is at most {column.most}", "check the unit of measure")
    return number


def _plain(column: Column, text: str) -> str:
    """The shortest spelling of a plain decimal number: 048.500 gives 48.5, -0 gives 0."""
    found = _PLAIN.fullmatch(text)
    if found is None or not any(one in "0123456789" for one in text):
        raise _not_a_number(column, text)
    sign, whole, decimals = found[1], found[2] or "0", (found[3] or "").rstrip("0")
    if len(decimals) > MOST_DECIMALS:
        raise _bad(column, text, f"more than {MOST_DECIMALS} decimals", "round it where it is made")
    number = f"{whole}.{decimals}" if decimals else whole
    return f"-{number}" if sign == "-" and number != "0" else number


def _not_a_number(column: Column, text: str) -> BadField:
    if re.fullmatch(r"[+-]?[0-9]{1,3}(?:([,'\s])[0-9]{3})(?:\1[0-9]{3})*(?:\.[0-9]+)?", text):
        plain = re.sub(r"[,'\s]", "", text)
        return _bad(
            column,
            text,
            "a number with thousands separators, or a decimal comma",
            f"write {plain}, or a point before decimals",
        )
    if re.fullmatch(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})*,[0-9]+|[+-]?[0-9]+,[0-9]+", text):
        plain = text.replace(".", "").replace(",", ".")
        return _bad(column, text, "a number with a decimal comma", f"write {plain}")
    if re.fullmatch(r"[+-]?[0-9.]+[eE][+-]?[0-9]+", text):
        return _bad(
            column,
            text,
            "a number in scientific notation, as spreadsheets shorten it",
            "write all its digits",
        )
    if text.lower().lstrip("+-") in ("nan", "inf", "infinity", "null", "none", "n/a", "-", "#n/a"):
        return _bad(column, text, "not a finite number", "leave it blank where it is not known")
    if re.fullmatch(r"\([0-9.,]+\)|[0-9.,]+-|[\u2212\u2013][0-9.,]+", text):
        return _bad(column, text, "a negative number that is not written with a leading -", "write e.g. -5")
    return _bad(
        column, text, "not a decimal number", "write digits and a point before the decimals, e.g. 12.5"
    )


def _integer(column: Column, text: str) -> str:
    number = _plain(column, text)
    if "." in number:
        raise _bad(column, text, f"{column.name} is a whole number", "round it where it is made")
    least = -column.most if column.sign == "any" else 0
    most = min(column.most, 10**9)
    if not max(least, -(10**9)) <= int(number) <= most:
        raise _bad(
            column, text, f"{column.name} is between {max(least, -(10**9))} and {most}", "check the unit"
        )
    return number


def _boolean(column: Column, text: str) -> str:
    word = text.lower()
    if word in _YES:
        return "true"
    if word in _NO:
        return "false"
    raise _bad(column, text, "neither yes nor no", "write true or false")


def _date(column: Column, text: str) -> str:
    found = _DAY.fullmatch(text)
    if found is None:
        what = (
            "a time of day, where a date is expected"
            if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]", text)
            else "not a date"
        )
        raise _bad(column, text, what, "write year-month-day, e.g. 2011-02-01")
    try:
        day = date.fromisoformat(found[1])
    except ValueError:
        raise _bad(column, text, "no such day", "check year, month and day") from None
    if not 1900 <= day.year <= 2200:
        raise _bad(
            column, text, "the year is not between 1900 and 2200", "leave it blank where there is no date"
        )
    return found[1]


def _clock(column: Column, text: str) -> str:
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise _bad(
            column, text, "not a time of day", "write hours and minutes from 00:00 to 23:59, e.g. 16:30"
        )
    return f"{found[1]:0>2}:{found[2]}"


def _timezone(column: Column, text: str) -> str:
    if text in _zones():
        return text
    near = difflib.get_close_matches(text, _zones(), 1)
    raise _bad(
        column,
        text,
        "not an IANA time zone",
        f"did you mean {near[0]}?" if near else "write e.g. Europe/London",
    )


def _country(column: Column, text: str) -> str:
    code = text.upper()
    if codes.is_country(code):
        return code
    meant = codes.MISTAKEN_COUNTRIES.get(code)
    remedy = f"write {meant}" if meant else "write two letters, e.g. GB"
    raise _bad(column, text, "not an ISO 3166-1 alpha-2 country code", remedy)


def _currency(column: Column, text: str) -> str:
    code = text.upper()
    if codes.is_currency(code):
        return code
    raise _bad(column, text, "not an ISO 4217 currency code", "write three letters, e.g. GBP")


def _uom(column: Column, text: str) -> str:
    code = units.unit(text)
    if code is None:
        remedy = "write a UN/ECE Rec 20 code or EA, CS, PL; an own unit has up to 16 letters, digits, - and _"
        raise _bad(column, text, "not a unit of measure", remedy)
    return code


def _enum(column: Column, text: str) -> str:
    word = text.lower()
    if word in column.choices:
        return word
    near = difflib.get_close_matches(word, column.choices, 1)
    remedy = f"did you mean {near[0]}?" if near else "write " + ", ".join(column.choices)
    raise _bad(column, text, f"not one of {', '.join(column.choices)}", remedy)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _undecodable(column: Column, text: str, one: str) -> BadField:
    byte = ord(one) - 0xDC00
    if not 0x80 <= byte <= 0xFF:
        return _bad(column, text, f"half a character (surrogate U+{ord(one):04X})", "write the text as UTF-8")
    meant = bytes([byte]).decode("cp1252", errors="replace")
    hint = f" (in Windows-1252 it would be {meant})" if meant.isprintable() and meant != "\ufffd" else ""
    return _bad(column, text, f"byte 0x{byte:02X} is not UTF-8{hint}", "save the file as UTF-8")


def _escape(one: str) -> str:
    if 0xDC80 <= ord(one) <= 0xDCFF:
        return f"\\x{ord(one) - 0xDC00:02x}"
    return one.encode("unicode_escape", "surrogatepass").decode("ascii")


def _bad(column: Column, text: str, detail: str, remedy: str) -> BadField:
    strange = next((one for one in text if "\ud800" <= one <= "\udfff"), None)
    if strange and not detail.startswith(("byte", "half")):
        return _undecodable(column, text, strange)
    return BadField(column.name, visible(text[:200]), detail, remedy=remedy)


_READERS: Mapping[str, Callable[[Column, str], str | None]] = MappingProxyType(
    {
        "text": _text,
        "list": _list,
        "decimal": _decimal,
        "integer": _integer,
        "boolean": _boolean,
        "date": _date,
        "time": _clock,
        "timezone": _timezone,
        "country": _country,
        "currency": _currency,
        "uom": _uom,
        "enum": _enum,
    }
)

_TYPED: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        "list": lambda text: tuple(text.split("|")),
        "decimal": Decimal,
        "integer": int,
        "boolean": lambda text: text == "true",
        "date": date.fromisoformat,
    }
)
