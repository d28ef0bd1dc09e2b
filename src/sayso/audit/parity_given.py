"""What a case says is given: rows of facts and a day, as books; and what is wrong with them, value by value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from functools import cache
from typing import Any, NamedTuple

from sayso.audit.parity_yaml import Trail, Value
from sayso.canon.kinds import KINDS
from sayso.canon.rows import RowReader
from sayso.canon.times import parse_moment
from sayso.canon.values import typed, visible
from sayso.errors import BadField
from sayso.promise.gather import Books

#: The day of a case that names none: a Monday.
USUAL_DAY = date(2024, 1, 1)
BESIDE = ("today", "as_of")

_FROM_TODAY = re.compile(r"[+-]?[0-9]{1,4}")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Trouble(NamedTuple):
    """Something in a case that cannot be used: where in the case, the value, what is wrong, what to do."""

    trail: Trail
    value: str
    detail: str
    remedy: str

    @property
    def field(self) -> str:
        """The trail as a person writes it: given.stock[0].on_hand."""
        return "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in self.trail).lstrip(".")


class Given(NamedTuple):
    """The facts of a case and its day."""

    books: Books
    today: date


def given(value: Value, troubles: list[Trouble]) -> Given:
    """The facts that a case gives. What cannot be used is added to `troubles`, and left out."""
    books = Books()
    if not isinstance(value, dict):
        if value is not None:
            troubles.append(
                Trouble(
                    ("given",), shown(value), "given is a mapping of kinds of facts", "write stock: [...]"
                )
            )
        return Given(books, USUAL_DAY)
    today = _today(value.get("today"), troubles)
    as_of = _as_of(value.get("as_of"), today, troubles)
    for kind, rows in value.items():
        if kind in BESIDE:
            continue
        if kind not in KINDS:
            near = get_close_matches(kind, [*KINDS, *BESIDE], 1)
            remedy = f"did you mean {near[0]}?" if near else "one of " + ", ".join([*KINDS, *BESIDE])
            troubles.append(Trouble(("given", kind), visible(kind), "there is no such kind of facts", remedy))
            continue
        for row in _rows(kind, rows, today, troubles):
            books.put(kind, {**row, "as_of": as_of})
    return Given(books, today)


def day_of(text: str, today: date) -> date | None:
    """The day that a text names: a number of days from today, or year-month-day; None where it names none."""
    try:
        if _FROM_TODAY.fullmatch(text):
            return today + timedelta(days=int(text))
        return date.fromisoformat(text) if _ISO.fullmatch(text) else None
    except (ValueError, OverflowError):
        return None


def shown(value: Value) -> str:
    """A value in an error."""
    if value is None:
        return ""
    return visible(value if isinstance(value, str) else repr(value))[:80]


def _today(value: Value, troubles: list[Trouble]) -> date:
    if value is None:
        return USUAL_DAY
    day = date.fromisoformat(value) if isinstance(value, str) and _is_day(value) else None
    if day is None:
        troubles.append(
            Trouble(("given", "today"), shown(value), "not a date", "write year-month-day, e.g. 2026-03-02")
        )
    return day or USUAL_DAY


def _is_day(text: str) -> bool:
    return _ISO.fullmatch(text) is not None and day_of(text, USUAL_DAY) is not None


def _as_of(value: Value, today: date, troubles: list[Trouble]) -> datetime:
    """When the facts were known: as told, else as today begins."""
    if value is None:
        return datetime.combine(today, time(), UTC)
    try:
        return parse_moment(value if isinstance(value, str) else repr(value), field="as_of")
    except BadField as wrong:
        troubles.append(Trouble(("given", "as_of"), shown(value), wrong.detail, wrong.remedy))
        return datetime.combine(today, time(), UTC)


def _rows(kind: str, rows: Value, today: date, troubles: list[Trouble]) -> Iterator[Mapping[str, Any]]:
    """The rows of a kind, each key once."""
    listed = [rows] if isinstance(rows, dict) else rows
    if not isinstance(listed, list):
        if listed is not None:
            remedy = "write each row with a dash: - {item: A, ...}"
            troubles.append(Trouble(("given", kind), shown(rows), "the rows of a kind are a list", remedy))
        return
    reader, dates, columns = _reader(kind)
    keys: set[tuple[str | None, ...]] = set()
    for place, row in enumerate(listed):
        trail: Trail = ("given", kind) if listed is not rows else ("given", kind, place)
        if not isinstance(row, dict):
            remedy = f"write e.g. {{{', '.join(f'{column.name}: ...' for column in reader.kind.key)}}}"
            troubles.append(Trouble(trail, shown(row), "a row is a mapping of columns to values", remedy))
            continue
        read = reader.mapping(0, _dated(row, dates, today))
        if isinstance(read, list):
            troubles += [
                Trouble((*trail, one.field) if one.field else trail, one.value, one.detail, one.remedy)
                for one in read
            ]
            continue
        key = read.values[: len(reader.kind.key)]
        if key in keys:
            named = ", ".join(column.name for column in reader.kind.key)
            detail = "a row of this key stands there already"
            troubles.append(Trouble(trail, " ".join(filter(None, key)), detail, f"the key is {named}"))
            continue
        keys.add(key)
        if not read.deleted:
            yield {
                name: typed(column, text)
                for (name, column), text in zip(columns, read.values, strict=True)
                if text is not None
            }


def _dated(row: dict[str, Value], dates: frozenset[str], today: date) -> dict[str, Value]:
    """The row with each number of days from today as the day that it means."""
    for name in dates & row.keys():
        value = row[name]
        if isinstance(value, str) and _FROM_TODAY.fullmatch(value):
            day = day_of(value, today)
            row = {**row, name: day.isoformat() if day else value}
    return row


@cache
def _reader(kind: str) -> tuple[RowReader, frozenset[str], tuple[tuple[str, Any], ...]]:
    """What reads rows of a kind, its columns that hold dates, and all its columns."""
    found = KINDS[kind]
    dates = frozenset(column.name for column in found.all if column.type == "date")
    return RowReader(found), dates, tuple(found.by_name.items())
