"""Texts of time: ISO 8601 durations, RFC 3339 moments, ISO 8601 dates. Knows no clock and no calendar."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from functools import lru_cache

from sayso.errors import BadField

_ISO = re.compile(
    r"P(?!$)(?:(?P<weeks>[0-9]{1,9})W)?(?:(?P<days>[0-9]{1,9})D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]{1,9})H)?(?:(?P<minutes>[0-9]{1,9})M)?"
    r"(?:(?P<seconds>[0-9]{1,12}(?:[.,][0-9]{1,9})?)S)?)?"
)
_SHORT = re.compile(
    r"(?=[0-9])(?:(?P<weeks>[0-9]{1,9})w)?(?:(?P<days>[0-9]{1,9})d)?(?:(?P<hours>[0-9]{1,9})h)?"
    r"(?:(?P<minutes>[0-9]{1,9})m)?(?:(?P<seconds>[0-9]{1,12})s)?"
)
_NO_FIXED_LENGTH = re.compile(r"P(?:[0-9.,]+[YMWD])*?[0-9.,]+[YM]")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_MICROSECOND = timedelta(microseconds=1)


def parse_duration(text: str, *, field: str = "duration", short: bool = False) -> timedelta:
    """An ISO 8601 duration of weeks, days, hours, minutes and seconds; a day is 24 hours.

    With `short`, the forms that fingers type are read as well: 15m, 2h, 7d, 1h30m. Seconds may have a
    fraction and are cut at the microsecond. Raises BadField, also for years and months: they have no fixed
    length.
    """
    found = _ISO.fullmatch(text) or (_SHORT.fullmatch(text) if short else None)
    if found is None:
        raise _not_a_duration(field, text, short)
    parts = found.groupdict(default="0")
    seconds = Decimal(parts.pop("seconds").replace(",", "."))
    micros = int((seconds * 1_000_000).to_integral_value(ROUND_DOWN))
    try:
        return timedelta(microseconds=micros, **{unit: int(number) for unit, number in parts.items()})
    except OverflowError:
        raise BadField(
            field, text, "a duration of this length cannot be counted with", remedy="send e.g. P30D"
        ) from None


def format_duration(length: timedelta) -> str:
    """The ISO 8601 text of a duration, in days, hours, minutes and seconds: PT15M, P1DT2H, PT0S.

    Raises ValueError for a negative one, which ISO 8601-1 does not have.
    """
    if length < timedelta(0):
        raise ValueError(f"a duration is not negative: {length}")
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{length.microseconds:06d}".rstrip("0") if length.microseconds else ""
    days = f"{length.days}D" if length.days else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if seconds or fraction:
        clock += f"{seconds}{fraction}S"
    if not days and not clock:
        return "PT0S"
    return f"P{days}T{clock}" if clock else f"P{days}"


def parse_moment(text: str, *, field: str = "time") -> datetime:
    """An RFC 3339 date-time, in UTC. Raises BadField for every other form, above all one without an offset.

    The space and the small t and z that RFC 3339 (5.6) tolerates are read; digits after the microsecond are
    cut.
    """
    if _MOMENT.fullmatch(text) is None:
        detail = "not a point in time with an offset, as RFC 3339 has it"
        raise BadField(field, text, detail, remedy="send e.g. 2011-02-01T06:00:00Z")
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadField(
            field,
            text,
            "no such point in time",
            remedy="check month, day, hour and offset; leap seconds have no place",
        ) from None


@lru_cache(maxsize=16384)
def moment(when: datetime) -> str:
    """The RFC 3339 text in UTC, with milliseconds only where there are any.

    What is finer is cut, never rounded up. Raises ValueError for a datetime without a zone.
    """
    zone = when.tzinfo
    if zone is not UTC:
        if zone is None or when.utcoffset() is None:
            raise ValueError(f"a point in time needs a zone: {when}")
        when = when.astimezone(UTC)
    text = when.isoformat(timespec="milliseconds" if when.microsecond >= 1000 else "seconds")
    return text[:-6] + "Z"


def parse_date(text: str, *, field: str = "date") -> date:
    """A date as ISO 8601 writes it, 2011-02-01; BadField for every other form and for days that are none."""
    if _DATE.fullmatch(text) is None:
        raise BadField(field, text, "not a date", remedy="send year-month-day, e.g. 2011-02-01")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadField(field, text, "no such day", remedy="check year, month and day") from None


def _not_a_duration(field: str, text: str, short: bool) -> BadField:
    if _NO_FIXED_LENGTH.match(text):
        return BadField(
            field, text, "years and months have no fixed length", remedy="say it in weeks or days, e.g. P30D"
        )
    example = "PT15M, PT2H, P7D" + (", or 15m, 2h, 7d" if short else "")
    return BadField(field, text, "not an ISO 8601 duration", remedy=f"send e.g. {example}")
