"""One row of facts: from cells or a JSON object to a `Fact`, or to what is wrong with it, field by field.

Knows the columns of a kind. Reads no file; whether the row is newer than what is known is the store's to say.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, NamedTuple

from sayso.canon.columns import Column, Kind
from sayso.canon.values import ReadValue, reader, text_of, typed, visible
from sayso.errors import BadField, BadRequest

_DELETED = Column("deleted", "boolean", "Whether the row is to be deleted.", default="false")
_ACCOMPANY = {
    "as_of": "it accompanies the load: --as-of, or as_of beside rows",
    "source": "it accompanies the load: --source, or source beside rows",
}
_MOST_REMEMBERED = 4096
_UNSEEN = object()


class Fact(NamedTuple):
    """A row that can be loaded. `values`: the texts of the key's columns, then of the others; None is blank.

    Bit i of `given` says whether the i-th column outside the key was given: the others keep what they have.
    """

    line: int
    given: int
    deleted: bool
    values: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row was not loaded: where it stands, which field, its value, what is wrong, and what to do."""

    line: int
    field: str
    value: str
    detail: str
    remedy: str
    file: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.file else f"row {self.line}"
        about = [self.field] if self.field else []
        if self.value:
            about.append(f"'{self.value}'")
        said = f"{self.detail}; {self.remedy}" if self.remedy else self.detail
        return ": ".join([place, *about, said])


Reading = Fact | list[Refusal]
"""A row as it was read: a fact, or everything that is wrong with it."""


class _Cell(NamedTuple):
    """How one cell is read: where its value goes, which bit says it was given, and texts that came before."""

    column: Column
    place: int
    bit: int
    in_key: bool
    read: ReadValue
    known: dict[str, str | None]


class RowReader:
    """Reads the rows of one kind, whose columns may differ from row to row."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self._cells = {name: _cell(kind, place) for place, name in enumerate(kind.by_name)}
        self._cells["deleted"] = _Cell(_DELETED, -1, 0, False, reader(_DELETED), {})
        self._blank = [column.neutral if column.optional else None for column in kind.key] + [None] * len(
            kind.columns
        )

    @property
    def names(self) -> Set[str]:
        """The columns that may stand in a row, `deleted` among them."""
        return self._cells.keys()

    def header(self, names: Sequence[str]) -> list[str]:
        """The names as the kind has them. BadRequest names what is unknown, missing or there twice."""
        found = [name.strip().lower() for name in names]
        unknown = [name for name in found if name not in self._cells]
        if unknown:
            raise BadField(
                visible(unknown[0]), ", ".join(map(visible, unknown))[:200],
                f"{self.kind.name} has no such column",
                remedy=self._nearest(unknown[0]),
            )  # fmt: skip
        twice = sorted({name for name in found if found.count(name) > 1})
        if twice:
            raise BadRequest(
                f"the column {', '.join(twice)} stands there twice", remedy="leave one of them out"
            )
        missing = [name for name in self.kind.required if name not in found]
        if missing:
            raise BadRequest(
                f"{self.kind.name} needs the key column {', '.join(missing)}",
                remedy=f"the key of {self.kind.name} is {', '.join(column.name for column in self.kind.key)}",
            )
        return found

    def cells(self, names: Sequence[str]) -> CellReader:
        """A reader of rows that all have the columns of this header."""
        return CellReader(self, [self._cells[name] for name in self.header(names)])

    def mapping(self, line: int, row: Any) -> Reading:
        """A JSON object as a fact, or what is wrong with it."""
        if not isinstance(row, Mapping):
            return [
                Refusal(line, "", repr(row)[:80], "a row is a JSON object", 'send e.g. {"item": "85123A"}')
            ]
        refusals = []
        cells, texts = [], []
        for name, value in row.items():
            cell = self._cells.get(name) or self._cells.get(str(name).strip().lower())
            try:
                if cell is None:
                    raise BadField(
                        visible(str(name)[:80]), str(value)[:80], f"{self.kind.name} has no such column",
                        remedy=self._nearest(str(name)),
                    )  # fmt: skip
                texts.append(text_of(cell.column, value))
                cells.append(cell)
            except BadField as error:
                refusals.append(_refusal(line, error))
        read = self.fact(line, cells, texts)
        if isinstance(read, list):
            return refusals + read
        return refusals or read

    def fact(self, line: int, cells: Sequence[_Cell], texts: Sequence[str]) -> Reading:
        """Cells and their texts as a fact, or what is wrong with them."""
        values = self._blank.copy()
        given, deleted = 0, False
        refusals: list[Refusal] = []
        for cell, text in zip(cells, texts, strict=True):
            value: Any = cell.known.get(text, _UNSEEN)
            if value is _UNSEEN:
                try:
                    value = _read(cell, text)
                except BadField as error:
                    refusals.append(_refusal(line, error))
                    continue
            if cell.place < 0:
                deleted = value == "true"
            elif value is not None or not cell.in_key:
                values[cell.place] = value
                given |= cell.bit
        if refusals or None in values[: len(self.kind.key)]:
            return self._with_blank_keys(line, values, refusals)
        pair = self._unpaired(line, values)
        return [pair] if pair else Fact(line, given, deleted, tuple(values))

    def _with_blank_keys(self, line: int, values: list[str | None], refusals: list[Refusal]) -> list[Refusal]:
        named = {refusal.field for refusal in refusals}
        for column, value in zip(self.kind.key, values, strict=False):
            if value is None and column.name not in named:
                remedy = f"the key of {self.kind.name} is {', '.join(one.name for one in self.kind.key)}"
                refusals.append(
                    Refusal(line, column.name, "", "a column of the key is blank or missing", remedy)
                )
        return refusals

    def _unpaired(self, line: int, values: list[str | None]) -> Refusal | None:
        for type_name, name in self.kind.named_by:
            place = list(self.kind.by_name).index(name)
            what = values[list(self.kind.by_name).index(type_name)]
            if what == "all" and values[place]:
                return Refusal(
                    line,
                    name,
                    values[place] or "",
                    f"{type_name} is all, so {name} is blank",
                    "leave it blank",
                )
            if what != "all" and not values[place]:
                return Refusal(
                    line,
                    name,
                    "",
                    f"{type_name} is {what}, and {name} does not say which",
                    f"name the {what}",
                )
        return None

    def _nearest(self, name: str) -> str:
        name = name.strip().lower()
        if name in _ACCOMPANY:
            return _ACCOMPANY[name]
        near = difflib.get_close_matches(name, self._cells, 1)
        return f"did you mean {near[0]}?" if near else "leave it out; known are " + ", ".join(self._cells)


class CellReader:
    """Reads the rows of a file whose columns its header names."""

    def __init__(self, rows: RowReader, cells: Sequence[_Cell]) -> None:
        self.columns = tuple(cell.column.name for cell in cells)
        self._fact = rows.fact
        self._cells = cells

    def fact(self, line: int, texts: Sequence[str]) -> Reading:
        """A row's texts, in the order of the header, as a fact or what is wrong with it."""
        if len(texts) != len(self._cells):
            detail = f"the row has {len(texts)} cells, the header {len(self._cells)}"
            remedy = "a cell that holds the delimiter, a quote or a line break stands in quotes"
            return [Refusal(line, "", "", detail, remedy)]
        return self._fact(line, self._cells, texts)

    def typed_values(self, line: int, values: Sequence[Any]) -> Reading:
        """A row of typed values (from Parquet), in the order of the header."""
        texts, refusals = [], []
        for cell, value in zip(self._cells, values, strict=True):
            try:
                texts.append(value if isinstance(value, str) else text_of(cell.column, value))
            except BadField as error:
                refusals.append(_refusal(line, error))
        return refusals or self._fact(line, self._cells, texts)


def as_mapping(kind: Kind, fact: Fact) -> dict[str, Any]:
    """The typed values of a fact: Decimal, int, bool, date, tuple or text; None for blank or left out."""
    return {column.name: typed(column, text) for column, text in zip(kind.all, fact.values, strict=True)}


def _cell(kind: Kind, place: int) -> _Cell:
    column = kind.all[place]
    in_key = place < len(kind.key)
    bit = 0 if in_key else 1 << (place - len(kind.key))
    return _Cell(column, place, bit, in_key, reader(column), {})


def _read(cell: _Cell, text: str) -> str | None:
    """A text that did not come before. What was read is remembered: few texts make up most of a file."""
    value = cell.read(text)
    if value is None and cell.column.needed:
        raise BadField(
            cell.column.name,
            "",
            f"{cell.column.name} may not be blank",
            remedy="give it, or leave the column out",
        )
    if len(cell.known) < _MOST_REMEMBERED:
        cell.known[text] = value
    return value


def _refusal(line: int, error: BadField) -> Refusal:
    return Refusal(line, error.field, str(error.facts["value"]), error.detail, error.remedy)
