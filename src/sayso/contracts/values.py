"""What a field says, made into the value that its meaning has: text, number, day, moment. Knows no contract."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sayso.canon.times import parse_date, parse_moment
from sayso.errors import BadField

_T = TypeVar("_T")

MOST_TEXT = 500
_PLAIN = re.compile(r"[+-]?[0-9]{1,24}(?:\.[0-9]{1,24})?")
_NAIVE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?")
EARLIEST, LATEST = 1990, 2100
"""Years that an order lives in: a date outside them is a slip of the pen, or an empty field of some system."""


class Unfit(Exception):
    """A value that cannot be read as what it should be; `expected` and `remedy` say what can."""

    def __init__(self, kind: str, expected: str, remedy: str = "") -> None:
        super().__init__(expected)
        self.kind = kind
        self.expected = expected
        self.remedy = remedy or f"send {expected}"


def number_of(value: Any) -> Decimal | None:
    """A number, or a text that is a plain one, as a Decimal; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        return Decimal(value)
    if isinstance(value, str) and _PLAIN.fullmatch(value.strip()):
        return Decimal(value.strip())
    return None


def number(value: Any) -> Decimal:
    """A plain decimal number. Raises Unfit."""
    found = number_of(value)
    if found is None:
        if isinstance(value, str) and "," in value:
            raise Unfit("type", "a number with a point and no separators", 'send e.g. "1234.56"')
        raise Unfit("type", 'a plain decimal number, e.g. "12.5"')
    return found


def text(value: Any) -> str:
    """A text, or a number's digits, without space around it. Raises Unfit."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise Unfit("type", "a text")
    found = (
        value.strip() if isinstance(value, str) else format(value, "f" if isinstance(value, Decimal) else "d")
    )
    if len(found) > MOST_TEXT:
        raise Unfit("value", f"a text of at most {MOST_TEXT} characters")
    return found


def integer(value: Any) -> int:
    """A whole number that is not below zero, at most 2147483647. Raises Unfit."""
    found = number_of(value)
    if found is None or found != found.to_integral_value() or not 0 <= found <= 2147483647:
        raise Unfit("type", "a whole number from 0 to 2147483647")
    return int(found)


def boolean(value: Any) -> bool:
    """true or false, also as a text. Raises Unfit."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise Unfit("type", "true or false")


def day(value: Any) -> date:
    """A date; of a time, the date as it is written. Raises Unfit."""
    if not isinstance(value, str):
        raise Unfit("type", "a date, e.g. 2011-02-01")
    written = value.strip()
    try:
        found = parse_date(written[:10]) if len(written) == 10 or _is_moment(written) else parse_date(written)
    except BadField as error:
        raise Unfit("date", "a date, e.g. 2011-02-01", error.remedy) from None
    return _plausible(found, found)


def moment(value: Any, zone: str) -> datetime:
    """A point in time, in UTC; `zone` (IANA) is that of one without an offset, "" for none. Raises Unfit."""
    if not isinstance(value, str):
        raise Unfit("type", "a time with an offset, e.g. 2011-02-01T06:00:00Z")
    written = value.strip()
    try:
        if _NAIVE.fullmatch(written) and zone:
            found = datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        else:
            found = parse_moment(written)
    except (BadField, ValueError, OverflowError, ZoneInfoNotFoundError):
        raise Unfit("date", "a time with an offset, e.g. 2011-02-01T06:00:00Z") from None
    return _plausible(found, found.date())


def _is_moment(written: str) -> bool:
    return _NAIVE.match(written) is not None


def _plausible(value: _T, on: date) -> _T:
    if not EARLIEST <= on.year <= LATEST:
        raise Unfit("date", f"a date between {EARLIEST} and {LATEST}")
    return value
