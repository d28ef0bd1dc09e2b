"""A file of the exports with what is known of it: its role, which column is what, how it spells numbers and days.

Reads its rows as columns of typed values. What a row means together is for the readers of the roles to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import repeat
from typing import Any, NamedTuple

from sayso.audit.exports.columns import Bad, ColumnReader
from sayso.audit.exports.problems import Problems
from sayso.audit.exports.roles import Role
from sayso.audit.exports.values import Decimals, Evidence, Spelling
from sayso.audit.shapes import Problem
from sayso.systems.files_batches import Batch, Fault, Table


class Rows(NamedTuple):
    """Rows of a file, column by column: `values` by the role's column, where the file has it.

    `bad`: the columns in which a value could not be read; such a value is a Bad.
    """

    lines: Sequence[int]
    values: Mapping[str, list[Any]]
    bad: tuple[str, ...]

    def column(self, name: str) -> Any:
        """A column's values; None for each row where the file does not have it."""
        return self.values.get(name) or repeat(None, len(self.lines))


@dataclass
class Source:
    """A file and how to read it. `said`: what was guessed or found out; `rows`: how many were read.

    `documents`: its rows are lines of documents, of which each stands in one piece. `typed`: its numbers are numbers.
    """

    role: Role
    file: str
    table: Table
    columns: Mapping[str, str]
    fixed: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    spelling: Spelling = Spelling()
    said: list[str] = field(default_factory=list)
    as_of: Any = None
    documents: bool = False
    typed: bool = False
    rows: int = 0

    def has(self, name: str) -> bool:
        """Whether it has a column, or a fixed value for it."""
        return name in self.columns or name in self.fixed

    def read(self, problems: Problems, lost: Callable[[int], None] = lambda rows: None) -> Iterator[Rows]:
        """Its rows, batch by batch. What is no row becomes a problem; `lost` is told how many rows that are."""
        readers = {name: ColumnReader(self.role.by_name[name], self.spelling, self.words.get(name))
                   for name in (*self.columns, *self.fixed)}  # fmt: skip
        places = {name: self.table.names.index(theirs) for name, theirs in self.columns.items()}
        fixed = {name: readers[name].value(text) for name, text in self.fixed.items() if name not in places}
        self.rows = 0
        for batch in self.table.batches():
            if isinstance(batch, Fault):
                self.rows += batch.rows
                lost(batch.rows)
                problems.add(
                    Problem(self.file, batch.line, "", batch.value, batch.detail, batch.remedy), batch.rows
                )
                continue
            self.rows += len(batch.lines)
            values: dict[str, list[Any]] = {}
            bad = []
            for name, place in places.items():
                values[name], has_bad = readers[name].column(batch.columns[place])
                if has_bad:
                    bad.append(name)
            for name, value in fixed.items():
                values[name] = [value] * len(batch.lines)
            yield Rows(batch.lines, values, tuple(bad))

    def problem(self, row: int, name: str, bad: Bad, *, dropped: bool) -> Problem:
        """What is wrong with a value, under the name that the file has for its column."""
        return Problem(
            self.file, row, self.columns.get(name, name), bad.text, bad.detail, bad.remedy, dropped
        )


class Question(NamedTuple):
    """What has to be said in the map before a file can be read."""

    file: str
    detail: str
    remedy: str


class Survey:
    """A first look at all the rows of a file: how it spells what can be read in two ways."""

    def __init__(self, source: Source) -> None:
        self._source = source
        spelled = {}
        for name, theirs in source.columns.items():
            wanted = source.role.by_name[name]
            if wanted.moment or wanted.type == "date":
                spelled[name] = Evidence("day")
            elif wanted.type in ("decimal", "integer"):
                spelled[name] = Evidence("number")
            del theirs
        self.evidence = spelled

    def look(self, batch: Batch) -> None:
        """A batch of its rows."""
        for name, evidence in self.evidence.items():
            cells = batch.columns[self._source.table.names.index(self._source.columns[name])]
            evidence.look(_texts(cells), partial(_line_of, batch, cells))

    def spelling(self, dates: str | None, decimal: str | None) -> tuple[Spelling, list[Question]]:
        """How the file spells, given what the map says, and what has to be asked."""
        questions: list[Question] = []
        found = self._source.spelling
        days = self._shown("day")
        if dates is None:
            dates, asked = _one_of(days, ("day first", "month first"))
            if asked:
                questions.append(
                    self._question(days, "day and month cannot be told apart", "dates", "day first")
                )
        numbers = self._shown("number")
        if decimal is None:
            # What comes typed has a point before its decimals, whatever it looks like.
            decimal, asked = (".", False) if self._source.typed else _one_of(numbers, (".", ","))
            if asked:
                questions.append(
                    self._question(numbers, "thousands and decimals cannot be told apart", "decimal", ",")
                )
        return Spelling(dates, _decimal(decimal), found.zone), questions  # type: ignore[arg-type]

    def _shown(self, kind: str) -> dict[str, tuple[str, int, str]]:
        """An example for what the file's columns of a kind show: the column, the row, the text."""
        found: dict[str, tuple[str, int, str]] = {}
        for name, evidence in self.evidence.items():
            if evidence.kind == kind:
                for shows, (row, text) in evidence.examples.items():
                    found.setdefault(shows, (self._source.columns[name], row, text))
        return found

    def _question(
        self, shown: Mapping[str, tuple[str, int, str]], detail: str, setting: str, example: str
    ) -> Question:
        told = ", ".join(f"{text!r} in {column} (row {row})" for column, row, text in shown.values())
        role = self._source.role
        other = {"day first": "month first", ",": "."}[example]
        remedy = f'write {setting} = "{example}" or "{other}" under [{role.system}.{role.name}] in the map'
        return Question(self._source.file, f"{detail}: {told}", remedy)


def _one_of(shown: Mapping[str, tuple[str, int, str]], choices: tuple[str, str]) -> tuple[str, bool]:
    """Which of two spellings the examples show for certain, and whether it has to be asked."""
    there = [one for one in choices if one in shown]
    if len(there) == 1:
        return there[0], False
    return "", any(one.startswith("?") for one in shown)


def _decimal(text: str) -> Decimals:
    return "," if text == "," else "." if text == "." else ""


def _texts(cells: Any) -> list[str]:
    """The texts of a column, each once or more."""
    return list(set(cells)) if isinstance(cells, list) else list(cells.unique().to_pylist())


def _line_of(batch: Batch, cells: Any, text: str) -> int:
    """A line in which a text stands."""
    return batch.lines[cells.index(text) if isinstance(cells, list) else cells.index(text).as_py()]
