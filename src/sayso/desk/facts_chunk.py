"""A chunk of rows on its way in: rows of one key are told apart, and each row ends in one count or is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from sayso.canon.columns import Kind
from sayso.canon.rows import Fact, Reading, Refusal
from sayso.desk.facts_report import LoadReport
from sayso.store.facts import Merged, Whom

_ROUNDS = 3

Key = tuple[str | None, ...]


class Chunk(NamedTuple):
    """Rows of different keys, later rows of those keys, and what is wrong with those that were refused."""

    facts: list[Fact]
    later: list[Fact]
    refused: list[list[Refusal]]

    @property
    def read(self) -> int:
        """How many rows they are."""
        return len(self.facts) + len(self.later) + len(self.refused)


def chunks(rows: Iterable[Reading], kind: Kind, size: int) -> Iterator[Chunk]:
    """The rows in chunks of `size`, the last one shorter and perhaps empty."""
    iterator, width = iter(rows), len(kind.key)
    while True:
        facts: dict[Key, Fact] = {}
        later: list[Fact] = []
        refused: list[list[Refusal]] = []
        for row in islice(iterator, size):
            if isinstance(row, list):
                refused.append(row)
            elif facts.setdefault(row.values[:width], row) is not row:
                later.append(row)
        chunk = Chunk(list(facts.values()), later, refused)
        yield chunk
        if chunk.read < size:
            return


def doubled(kind: Kind, fact: Fact, first: int, file: str = "") -> Refusal:
    """The refusal of a row that contradicts the one of the same key on line `first`."""
    names = ", ".join(column.name for column in kind.key)
    value = ", ".join(text or "" for text in fact.values[: len(kind.key)])
    detail = f"line {first} has the same key with other content"
    return Refusal(fact.line, names, value, detail, "leave one of the two out; the first is kept", file)


class Tally:
    """The rounds in which a chunk is merged: `facts` is the next one, until it is empty.

    The first round has the first row of each key. A later row of a key is compared with that one, and needs a
    round of its own only where the first was itself refused, because the key came in an earlier chunk.
    `seen`: keys held exactly so from another load (see store.facts.Merged), each with its line here.
    """

    def __init__(self, kind: Kind, file: str, chunk: Chunk, seen_before: dict[int, int]) -> None:
        self.facts = chunk.facts
        self.whom = Whom(frozenset(), frozenset(), False, frozenset())
        self.seen: dict[int, int] = {}
        self._kind = kind
        self._file = file
        self._later = chunk.later
        self._refused = list(chunk.refused)
        self._seen_before = seen_before
        self._counts = dict.fromkeys(("inserted", "updated", "unchanged", "stale", "deleted"), 0)
        self._rounds = 0

    def lines(self) -> list[int | None] | None:
        """For each of `facts` the line where this load had its key before, as far as only it remembers."""
        if not self._seen_before and not self.seen:
            return None
        known = {**self._seen_before, **self.seen} if self.seen else self._seen_before
        return [known.get(hash(self._key(fact))) for fact in self.facts]

    def count(self, merged: Merged) -> None:
        """What became of `facts`; sets the next round."""
        for name in self._counts:
            self._counts[name] += getattr(merged, name)
        self.whom = self.whom.with_(merged.whom)
        self.seen |= {hash(self._key(self.facts[place])): self.facts[place].line for place in merged.seen}
        first = {self._key(fact): fact for fact in self.facts} if self._later else {}
        lines = {self._key(self.facts[place]): line for place, line in merged.doubles}
        self._refused += [[self._doubled(self.facts[place], line)] for place, line in merged.doubles]
        self._rounds += 1
        self._next_round(first, lines)

    def added_to(self, report: LoadReport) -> tuple[LoadReport, list[list[Refusal]]]:
        """The report with this chunk, and what was refused of it, in the order of the lines."""
        refused = sorted(self._refused, key=lambda row: row[0].line)
        counted = sum(self._counts.values())
        return report.plus(refused, read=counted + len(refused), **self._counts), refused

    def _next_round(self, first: dict[Key, Fact], lines: dict[Key, int]) -> None:
        """Compare the later rows with the first of their key, whose `lines` are known where those were refused."""
        facts: dict[Key, Fact] = {}
        later: list[Fact] = []
        for row in self._later:
            key = self._key(row)
            same = first[key][1:] == row[1:]
            if key not in lines and same:
                self._counts["unchanged"] += 1
            elif key not in lines:
                self._refused.append([self._doubled(row, first[key].line)])
            elif same or self._rounds == _ROUNDS:
                self._refused.append([self._doubled(row, lines[key])])
            elif facts.setdefault(key, row) is not row:
                later.append(row)
        self.facts, self._later = list(facts.values()), later

    def _doubled(self, fact: Fact, first: int) -> Refusal:
        return doubled(self._kind, fact, first, self._file)

    def _key(self, fact: Fact) -> Key:
        return fact.values[: len(self._kind.key)]
