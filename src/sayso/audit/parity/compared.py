"""What a case expects, held against what was told: exactly, but only what is named.

A decimal is compared by value, a date as a day or as days from today, a list and a mapping as subsets. Expecting
none is expecting null; an empty list expects an empty one. That something is overdue may be expected as true.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, NamedTuple

from sayso.audit.parity.files import Value
from sayso.audit.parity.given import day_of
from sayso.canon.decimals import plain

_DECIMAL = re.compile(r"[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS = {"true": True, "yes": True, "false": False, "no": False}


class Difference(NamedTuple):
    """Where an answer is not as expected: the field of the answer, both values as text, and by how much."""

    field: str
    expected: str
    told: str
    by: str = ""

    def __str__(self) -> str:
        by = f" ({self.by})" if self.by else ""
        return f"{self.field}: expected {self.expected}, told {self.told}{by}"


def compared(expected: Value, told: Any, today: date, field: str = "") -> list[Difference]:
    """Every difference, the deepest field named."""
    if isinstance(expected, dict):
        return _mapping(expected, told, today, field)
    if isinstance(expected, list):
        return _listed(expected, told, today, field)
    if (
        field == "overdue"
        and expected is not None
        and expected.lower() in _WORDS
        and not isinstance(told, bool)
    ):
        told = _number(told or "0") != 0
    return [] if _same(expected, told, today) else [_difference(expected, told, today, field)]


def _mapping(expected: dict[str, Value], told: Any, today: date, field: str) -> list[Difference]:
    if not isinstance(told, dict):
        return [Difference(field, "fields " + ", ".join(expected), as_text(told))]
    found = []
    for name, value in expected.items():
        below = f"{field}.{name}" if field else name
        if name in told:
            found += compared(value, told[name], today, below)
        else:
            near = get_close_matches(name, told, 1)
            known = f"nothing of that name; did you mean {near[0]}?" if near else "nothing of that name"
            if not near:
                known += ", but " + ", ".join(sorted(map(str, told)))
            found.append(Difference(below, as_text(value), known))
    return found


def _listed(expected: list[Value], told: Any, today: date, field: str) -> list[Difference]:
    """Each thing that is expected is another thing of the list, whatever the order."""
    if not isinstance(told, list | tuple):
        return [Difference(field, as_text(expected), as_text(told))]
    if not expected:
        return [Difference(field, "nothing", as_text(list(told)))] if told else []
    fits = [
        [place for place, other in enumerate(told) if not compared(one, other, today)] for one in expected
    ]
    taken = _paired(fits)
    free = [place for place in range(len(told)) if place not in taken]
    found: list[Difference] = []
    for number, one in enumerate(expected):
        if number in taken.values():
            continue
        if not free:
            count = f"{len(expected)} at least, among them {as_text(one)}"
            found.append(Difference(field, count, f"{len(told)}"))
            continue
        tries = {place: compared(one, told[place], today, f"{field}[{place}]") for place in free}
        nearest = min(free, key=lambda place: len(tries[place]))
        free.remove(nearest)
        found += tries[nearest]
    return found


def _paired(fits: Sequence[Sequence[int]]) -> dict[int, int]:
    """As many pairs as there can be: place told to number expected (Kuhn's augmenting paths)."""
    taken: dict[int, int] = {}

    def place(number: int, seen: set[int]) -> bool:
        for here in fits[number]:
            if here not in seen:
                seen.add(here)
                if here not in taken or place(taken[here], seen):
                    taken[here] = number
                    return True
        return False

    for number in range(len(fits)):
        place(number, set())
    return taken


def _same(expected: str | None, told: Any, today: date) -> bool:
    if told is None:
        return expected is None or expected.lower() == "none"
    if expected is None:
        return False
    if isinstance(told, bool):
        return _WORDS.get(expected.lower()) is told
    if isinstance(told, Decimal | int):
        number = _number(expected)
        return number is not None and number == told
    text = told.isoformat() if isinstance(told, date) else told
    if not isinstance(text, str):
        return False
    if text == expected:
        return True
    if _DAY.fullmatch(text):
        return day_of(expected, today) == day_of(text, today)
    one, other = _number(expected), _number(text)
    return one is not None and one == other


def _difference(expected: str | None, told: Any, today: date, field: str) -> Difference:
    text = as_text(told)
    if expected is not None and _DAY.fullmatch(text):
        day, other = day_of(expected, today), date.fromisoformat(text)
        if day is not None:
            days = (other - day).days
            by = f"{abs(days)} day{'s' if abs(days) != 1 else ''} {'later' if days > 0 else 'earlier'}"
            return Difference(field, day.isoformat(), text, by)
    one, other_number = _number(expected or ""), _number(text)
    if one is not None and other_number is not None:
        more = other_number - one
        return Difference(field, plain(one), text, f"{plain(abs(more))} {'more' if more > 0 else 'less'}")
    return Difference(field, as_text(expected), text)


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _DECIMAL.fullmatch(text) else None


def as_text(value: Any) -> str:
    """A value of an answer or of an expectation, as a person reads it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {as_text(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(as_text, value)) + "]"
    return str(value)
