"""Numbers, days and moments as exports write them, in the spelling of one file, and what tells that spelling.

A text that can be read in two ways is never read by chance: the file's other values decide, or it is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from sayso.audit.exports.words import MONTHS

Dates = Literal["", "day first", "month first"]
Decimals = Literal["", ".", ","]


class Spelling(Struct, frozen=True):
    """How a file writes what can be read in two ways; blank: nothing in it can, or nobody knows."""

    dates: Dates = ""
    decimal: Decimals = ""
    zone: str = "UTC"


class Unreadable(ValueError):
    """A value cannot be read: what is wrong, and what to do."""

    def __init__(self, detail: str, remedy: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.remedy = remedy


_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})([/.\-])(\d{1,2})\2(\d{4}|\d{2})")
_WORDED = re.compile(r"(\d{1,2})[.\-/ ]*([^\W\d_]{3,})[.\-/ ,]*(\d{4}|\d{2})")
_WORD_FIRST = re.compile(r"([^\W\d_]{3,})[.\-/ ]*(\d{1,2})[., ]+(\d{4})")
_CLOCK = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([AaPp]\.?[Mm]\.?)?\s*(Z|z|UTC|GMT|[+-]\d{2}:?\d{2})?"
)
_SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?")
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")
_NUMBER = re.compile(r"\d[\d.,'\u2019\u00a0\u202f ]*")
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d{1,2})?")
_ADORNED = re.compile(r"^(?:[£€$¥]|[A-Z]{3}\s)\s*|\s*(?:[£€$¥%]|\s[A-Z]{3})$")
_GROUPS = re.compile(r"\d{1,3}(?:[.,' ]\d{3})+")
_EXCEL_EPOCH = date(1899, 12, 30)
_ISO_REMEDY = "write year-month-day, e.g. 2011-02-03"


def number(text: str, decimal: Decimals = "") -> str:
    """A number as plain digits with a point: 1.234,50 gives 1234.50, (12) gives -12. Raises Unreadable.

    `decimal` is the file's decimal sign, where it is known: then a number that shows the other is refused.
    """
    if _PLAIN.fullmatch(text) and (decimal != "," or "." not in text):
        return text
    sign, body = _bare(text)
    if not _NUMBER.fullmatch(body):
        raise Unreadable("not a number", "write digits and a point before the decimals, e.g. 1234.50")
    body = re.sub("[\u2019\u00a0\u202f]", "'", body).replace("'", " ").strip()
    shown = shown_decimal(body)
    if shown == "?" and not decimal and "," in body:
        raise Unreadable(
            "thousands or decimals? Nothing in the file tells", 'write decimal = "." or "," in the map'
        )
    if shown in (".", ",") and decimal and shown != decimal:
        other = {".": "a decimal point", ",": "a decimal comma"}[shown]
        raise Unreadable(f"{other}, where the file has the other", "write it as the other rows are")
    point = decimal or "." if shown == "?" else shown
    whole, _, decimals = body.partition(point) if point in (".", ",") else (body, "", "")
    if not _GROUPS.fullmatch(whole) and not whole.isdigit():
        raise Unreadable("thousands separators in odd places", "write digits without separators")
    plain = re.sub(r"[., ]", "", whole)
    return f"{sign}{plain}.{decimals}" if decimals else f"{sign}{plain}"


def shown_decimal(text: str) -> str:
    """The decimal sign that a number shows by its shape; blank: none, `?`: it could be thousands."""
    sign, body = _bare(text)
    del sign
    point, comma = body.count("."), body.count(",")
    if not point and not comma:
        return ""
    if point and comma:
        return max(".,", key=body.rfind)
    mark = "." if point else ","
    if point + comma > 1:
        return ""  # a sign that stands there twice divides thousands
    before, after = body.split(mark)
    if len(after) == 3 and 1 <= len(before) <= 3 and before != "0" and not before.startswith("0"):
        return "?"
    return mark


def thousands_of(text: str) -> str:
    """The sign that divides thousands in it for sure; blank if none does. The other one is the decimal sign."""
    body = _bare(text)[1]
    for mark, other in (".,", ",."):
        if body.count(mark) > 1 or (mark in body and other in body and body.find(mark) < body.find(other)):
            return mark
    return ""


def _bare(text: str) -> tuple[str, str]:
    """The sign of a number, and the number without sign, currency and brackets."""
    body = text.strip().replace("\u2212", "-")
    if body[:1] == "(" and body[-1:] == ")":
        return "-", _ADORNED.sub("", body[1:-1].strip())
    negative = "-" in (body[:1], body[-1:])
    body = body[1:] if body[:1] in ("+", "-") else body[:-1] if body[-1:] == "-" else body
    body = _ADORNED.sub("", body.strip())
    if body[:1] == "-" and not negative:  # £-5.10
        negative, body = True, body[1:]
    return ("-" if negative else ""), body


def day(text: str, dates: Dates = "") -> date:
    """A day, written in any usual way. Raises Unreadable where day and month cannot be told apart."""
    found = _ISO_DAY.fullmatch(text) or _COMPACT.fullmatch(text) or _YEAR_FIRST.fullmatch(text)
    if found:
        return _day(int(found[1]), int(found[2]), int(found[3]))
    found = _YEAR_LAST.fullmatch(text)
    if found:
        return _year_last(int(found[1]), found[2], int(found[3]), found[4], dates)
    return _worded(text) or _no_day(text)


def day_shows(text: str) -> str:
    """What a day says about its file: `day first`, `month first`, `?` for either; blank where it cannot matter."""
    found = _YEAR_LAST.fullmatch(text)
    if not found or found[2] == ".":
        return ""
    first, second = int(found[1]), int(found[3])
    if first > 12 >= second:
        return "day first"
    if second > 12 >= first:
        return "month first"
    return "?" if first != second else ""


def moment(text: str, dates: Dates = "", zone: tzinfo = UTC) -> datetime:
    """A point in time, in UTC; without an offset it is meant in `zone`, without a clock at its midnight."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = _moment(text, dates, zone)
    else:
        if found.year < 1900 or len(text) < 8:
            raise Unreadable("not a point in time", "write e.g. 2011-02-03T14:30:00Z")
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def zone_named(name: str) -> tzinfo:
    """An IANA time zone."""
    return UTC if name == "UTC" else ZoneInfo(name)


def day_part(text: str) -> str:
    """The day of a text that may have a clock after it."""
    return re.split(r"[T ](?=\d{1,2}:)|,\s*(?=\d{1,2}:)", text, maxsplit=1)[0].strip()


def _moment(text: str, dates: Dates, zone: tzinfo) -> datetime:
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    on = day_part(text)
    when = day(on, dates)
    clock = text[len(on) :].strip(" T,")
    if not clock:
        return datetime(when.year, when.month, when.day, tzinfo=zone)
    found = _CLOCK.fullmatch(clock)
    hour = int(found[1]) if found else 99
    if found and found[4] and 1 <= hour <= 12:
        hour = hour % 12 + (12 if found[4][0] in "Pp" else 0)
    if not found or hour > 23 or int(found[2]) > 59 or int(found[3] or 0) > 59:
        raise Unreadable("no such time of day", "write hours, minutes and seconds, e.g. 14:30:00")
    where = _offset(found[5]) or zone
    return datetime(when.year, when.month, when.day, hour, int(found[2]), int(found[3] or 0), tzinfo=where)


def _offset(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text[0] not in "+-":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    if hours > 15 or minutes > 59:
        raise Unreadable("no such offset from UTC", "write e.g. +01:00")
    length = timedelta(hours=hours, minutes=minutes)
    return timezone(-length if text[0] == "-" else length)


def _year_last(first: int, mark: str, second: int, year: str, dates: Dates) -> date:
    full = int(year) if len(year) == 4 else 2000 + int(year) if int(year) < 70 else 1900 + int(year)
    if mark == "." or first == second:  # with points, it is always the day that comes first
        return _day(full, second, first)
    shows = "day first" if first > 12 else "month first" if second > 12 else ""
    order = dates or shows
    if not order:
        raise Unreadable(
            "day or month first? Nothing in the file tells",
            'write dates = "day first" or "month first" in the map',
        )
    if shows and dates and shows != dates:
        raise Unreadable(f"the {shows.split()[0]} stands first, unlike in the rest of the file", _ISO_REMEDY)
    return _day(full, second, first) if order == "day first" else _day(full, first, second)


def _worded(text: str) -> date | None:
    found = _WORDED.fullmatch(text)
    if found:
        number_of_day, word, year = found[1], found[2], found[3]
    else:
        found = _WORD_FIRST.fullmatch(text)
        if not found:
            return None
        word, number_of_day, year = found[1], found[2], found[3]
    month = MONTHS.get(word.lower()[:4]) or MONTHS.get(word.lower()[:3])
    if not month:
        return None
    return _day(int(year) if len(year) == 4 else 2000 + int(year), month, int(number_of_day))


def _day(year: int, month: int, number_of_day: int) -> date:
    try:
        found = date(year, month, number_of_day)
    except ValueError:
        raise Unreadable("no such day", "check year, month and day") from None
    if not 1900 <= year <= 2200:
        raise Unreadable("the year is not between 1900 and 2200", "leave it blank where there is no date")
    return found


def _no_day(text: str) -> date:
    serial = _SERIAL.fullmatch(text)
    if serial and 20000 <= int(serial[1]) <= 80000:
        meant = _EXCEL_EPOCH + timedelta(days=int(serial[1]))
        raise Unreadable(
            "a spreadsheet's number of a day", f"format the column as a date before saving: {meant}"
        )
    raise Unreadable("not a date", _ISO_REMEDY)


class Evidence:
    """What the values of one column say about the spelling of their file: an example and its row for each."""

    __slots__ = ("_seen", "examples", "kind")

    def __init__(self, kind: Literal["number", "day"]) -> None:
        self.kind = kind
        self.examples: dict[str, tuple[int, str]] = {}
        self._seen: set[str] = set()

    def look(self, texts: Iterable[str], row_of: Callable[[str], int]) -> None:
        """Values that were met, and what tells a row in which one stands."""
        for text in texts:
            key = text.translate(_SHAPE) if self.kind == "number" else day_part(text.strip())
            if key in self._seen:
                continue
            if len(self._seen) < 20_000:
                self._seen.add(key)
            shows = self._shows(text)
            if shows and shows not in self.examples:
                self.examples[shows] = (row_of(text), text)

    def _shows(self, text: str) -> str:
        if self.kind == "day":
            return day_shows(day_part(text.strip()))
        shown = shown_decimal(text)
        if shown == "?":
            return "?," if "," in text else "?."
        if shown:
            return shown
        divides = thousands_of(text)
        return {",": ".", ".": ","}.get(divides, "")


_SHAPE = str.maketrans("123456789", "999999999")
