"""A column of an export to typed values: each text is read once, a batch of cells at a time.

A text that cannot be read becomes a `Bad`, which says why; what is done with its row is the caller's to decide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from sayso.audit.exports import words as words
from sayso.audit.exports.roles import Wanted
from sayso.audit.exports.values import Spelling, Unreadable, day, day_part, moment, number, zone_named
from sayso.canon.columns import Column
from sayso.canon.values import reader, typed, visible
from sayso.errors import BadField

_MOST_REMEMBERED = 1 << 16
_NOTHING = frozenset({"NULL", "null", "(null)", "\\N", "None", "NaN", "#N/A"})

#: How enums are written by storefronts and ERPs, by the column's name.
_SPOKEN: Mapping[str, Mapping[str, str]] = {"answer": words.ANSWERS, "outcome": words.OUTCOMES}


class Bad(NamedTuple):
    """A value that cannot be read."""

    text: str
    detail: str
    remedy: str


class ColumnReader:
    """Reads the cells of one column. `translated`: what the map says that a text means."""

    def __init__(
        self, wanted: Wanted, spelling: Spelling | None = None, translated: Mapping[str, str] | None = None
    ) -> None:
        self.name = wanted.name
        self._translated = translated or {}
        self._read = _reader(wanted, spelling or Spelling())
        self._known: dict[str, Any] = {}

    def column(self, cells: Any) -> tuple[list[Any], bool]:
        """The values of the cells, None where one is blank, and whether any of them is Bad."""
        if isinstance(cells, list):
            for text in set(cells).difference(self._known):
                self.value(text)
            known = self._known
            values = [known[text] if text in known else self.value(text) for text in cells]
            return values, any(type(one) is Bad for one in values)
        coded = cells.dictionary_encode()
        values = [self.value(text) for text in coded.dictionary.to_pylist()]
        bad = any(type(one) is Bad for one in values)
        if len(values) == 1:
            return values * len(cells), bad
        return [values[place] for place in coded.indices.to_pylist()], bad

    def value(self, text: str) -> Any:
        """The value of one cell: typed, None for a blank, or Bad."""
        known = self._known
        found = known.get(text, known)
        if found is not known:
            return found
        if len(known) >= _MOST_REMEMBERED:
            known.clear()
        found = known[text] = self._value(text)
        return found

    def _value(self, text: str) -> Any:
        plain = text.strip()
        plain = self._translated.get(plain, plain)
        if not plain or plain in _NOTHING:
            return None
        try:
            return self._read(plain)
        except Unreadable as error:
            return Bad(visible(plain)[:80], error.detail, error.remedy)
        except BadField as error:
            return Bad(str(error.facts["value"])[:80], error.detail, error.remedy)


def _reader(wanted: Wanted, spelling: Spelling) -> Callable[[str], Any]:
    column = wanted.column
    if wanted.moment:
        zone = zone_named(spelling.zone)
        return lambda text: moment(text, spelling.dates, zone)
    match column.type:
        case "decimal" | "integer":
            return _numbers(column, spelling)
        case "date":
            return lambda text: day(day_part(text), spelling.dates)
        case "country":
            return lambda text: _canon(column, words.COUNTRIES.get(text.lower(), text))
        case "currency":
            return lambda text: _canon(column, words.CURRENCIES.get(text.lower(), text))
        case "uom":
            return lambda text: _canon(column, words.UNITS.get(text.lower(), text))
        case "boolean":
            return lambda text: _boolean(column, text)
        case "enum":
            spoken = _SPOKEN.get(column.name, {})
            return lambda text: _canon(column, spoken.get(text.lower(), text))
        case _:
            return _texts(column)


def _numbers(column: Column, spelling: Spelling) -> Callable[[str], Any]:
    read = reader(column)

    def value(text: str) -> Any:
        plain = read(number(text, spelling.decimal))
        return None if plain is None else int(plain) if column.type == "integer" else Decimal(plain)

    return value


def _texts(column: Column) -> Callable[[str], Any]:
    read = reader(column)
    if column.type == "text":
        return read
    return lambda text: typed(column, read(text))


def _canon(column: Column, text: str) -> Any:
    return typed(column, reader(column)(text))


def _boolean(column: Column, text: str) -> bool:
    word = text.lower()
    if word in words.YES:
        return True
    if word in words.NO:
        return False
    raise BadField(column.name, text, "neither yes nor no", remedy="say in the map what it means")
