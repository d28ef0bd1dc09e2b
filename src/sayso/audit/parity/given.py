"""What a case says is given: rows of facts and a day, as books; and what is wrong with them, value by value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from functools import cache
from typing import Any, NamedTuple

from sayso.audit.parity.files import Trail, Value
from sayso.audit.parity.left_out import LeftOut, sites_named
from sayso.canon.kinds import KINDS
from sayso.canon.rows import RowReader
from sayso.canon.times import parse_moment
from sayso.canon.values import typed, visible
from sayso.errors import BadField
from sayso.promise.gather import Books

#: The day of a case that names none: a Monday.
USUAL_DAY = date(2024, 1, 1)
BESIDE = ("today", "as_of")

#: What a load over HTTP has: the rows of a kind may stand so as well.
_OF_A_LOAD = {"source", "as_of", "snapshot", "rows"}
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


def given(value: Value, troubles: list[Trouble], beside: Mapping[str, Value] | None = None) -> Given:
    """The facts that a case gives. What cannot be used is added to `troubles`, and left out.

    `beside` is what of `today` and `as_of` the case says itself.
    """
    books = Books()
    told = list(_told(value, troubles))
    about = dict(beside or {})
    where: dict[str, Trail] = {}
    for trail, name, one in told:
        if name in BESIDE:
            if about.get(name) not in (None, one):
                detail = f"{name} is told twice, as {shown(about[name])} and as this"
                troubles.append(Trouble((*trail, name), shown(one), detail, "leave one of the two out"))
            about[name], where[name] = one, trail
    today = _today(about.get("today"), where.get("today", ()), troubles)
    as_of = _as_of(about.get("as_of"), where.get("as_of", ()), today, troubles)
    keys: set[tuple[str | None, ...]] = set()
    left_out = LeftOut(one_site=not sites_named((kind, _of_a_load(rows)) for _, kind, rows in told))
    for trail, kind, rows in told:
        if kind in BESIDE:
            continue
        if kind not in KINDS:
            near = get_close_matches(kind, [*KINDS, *BESIDE], 1)
            remedy = f"did you mean {near[0]}?" if near else "one of " + ", ".join([*KINDS, *BESIDE])
            troubles.append(Trouble((*trail, kind), visible(kind), "there is no such kind of facts", remedy))
            continue
        at: Trail = (*trail, kind)
        known = as_of
        if isinstance(rows, dict) and _of_a_load(rows) is not rows:
            known = _as_of(rows.get("as_of"), at, today, troubles) if rows.get("as_of") else as_of
            rows, at = _of_a_load(rows), (*at, "rows")
        for row in _rows(kind, rows, at, today, left_out, keys, troubles):
            books.put(kind, {**row, "as_of": known})
    return Given(books, today)


def _of_a_load(rows: Value) -> Value:
    """The rows of a kind, also where they stand as a load over HTTP has them."""
    within: Value = (
        rows["rows"] if isinstance(rows, dict) and rows.keys() <= _OF_A_LOAD and "rows" in rows else rows
    )
    return within


def _told(value: Value, troubles: list[Trouble]) -> Iterator[tuple[Trail, str, Value]]:
    """What is given, name by name: in a mapping, or in a list of mappings."""
    listed = value if isinstance(value, list) else [value]
    for place, one in enumerate(listed):
        trail: Trail = ("given", place) if listed is value else ("given",)
        if isinstance(one, dict):
            yield from ((trail, name, below) for name, below in one.items())
        elif one is not None:
            detail = "given is a mapping of kinds of facts"
            troubles.append(Trouble(trail, shown(one), detail, "write stock: [...]"))


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


def _today(value: Value, trail: Trail, troubles: list[Trouble]) -> date:
    if value is None:
        return USUAL_DAY
    day = date.fromisoformat(value) if isinstance(value, str) and _is_day(value) else None
    if day is None:
        remedy = "write year-month-day, e.g. 2026-03-02"
        troubles.append(Trouble((*trail, "today"), shown(value), "not a date", remedy))
    return day or USUAL_DAY


def _is_day(text: str) -> bool:
    return _ISO.fullmatch(text) is not None and day_of(text, USUAL_DAY) is not None


def _as_of(value: Value, trail: Trail, today: date, troubles: list[Trouble]) -> datetime:
    """When the facts were known: as told, else as today begins."""
    if value is None:
        return datetime.combine(today, time(), UTC)
    try:
        return parse_moment(value if isinstance(value, str) else repr(value), field="as_of")
    except BadField as wrong:
        troubles.append(Trouble((*trail, "as_of"), shown(value), wrong.detail, wrong.remedy))
        return datetime.combine(today, time(), UTC)


def _rows(
    kind: str,
    rows: Value,
    at: Trail,
    today: date,
    left_out: LeftOut,
    keys: set[tuple[str | None, ...]],
    troubles: list[Trouble],
) -> Iterator[Mapping[str, Any]]:
    """The rows of a kind, each key once."""
    listed = [rows] if isinstance(rows, dict) else rows
    if not isinstance(listed, list):
        if listed is not None:
            remedy = "write each row with a dash: - {item: A, ...}"
            troubles.append(Trouble(at, shown(rows), "the rows of a kind are a list", remedy))
        return
    reader, dates, columns = _reader(kind)
    for place, row in enumerate(listed):
        trail: Trail = at if listed is not rows else (*at, place)
        if not isinstance(row, dict):
            remedy = f"write e.g. {{{', '.join(f'{column.name}: ...' for column in reader.kind.key)}}}"
            troubles.append(Trouble(trail, shown(row), "a row is a mapping of columns to values", remedy))
            continue
        read = reader.mapping(0, left_out.whole(kind, _dated(row, dates, today)))
        if isinstance(read, list):
            troubles += [
                Trouble((*trail, one.field) if one.field else trail, one.value, one.detail, one.remedy)
                for one in read
            ]
            continue
        key = (kind, *read.values[: len(reader.kind.key)])
        if key in keys:
            named = ", ".join(column.name for column in reader.kind.key)
            detail = "a row of this key stands there already"
            troubles.append(Trouble(trail, " ".join(filter(None, key[1:])), detail, f"the key is {named}"))
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
