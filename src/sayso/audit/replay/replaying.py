"""Replay: every recorded decision of a slice of the journal is made again from its evidence, and held against the record.

Knows one slice and one connection; replaying_run.py has processes and checkpoints. What is not equal has a name: it is
never counted as equal, nor passed over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from sayso.audit.replay.figures import Figures
from sayso.audit.replay.whatif import Alternative
from sayso.canon.times import moment
from sayso.errors import Conflict, SaysoError
from sayso.promise.decision import Decision, decide
from sayso.promise.rebuilding import Cards, Evidence, thawed
from sayso.store import cards as card_rows
from sayso.store import journal
from sayso.store.journal import Filter, Slice
from sayso.store.promises import Recorded

Kind = Literal["different", "missing_card", "damaged_card", "unreadable", "failed", "unrecorded"]

#: What each kind of problem means.
KINDS: dict[Kind, str] = {
    "different": "made again from its evidence, the decision is another",
    "missing_card": "a card that it was made from is no longer kept",
    "damaged_card": "a card that it was made from is not what its address says",
    "unreadable": "its evidence cannot be read",
    "failed": "it cannot be made again",
    "unrecorded": "a promise was held, and its decision is not on record",
}

_PAGE = 500


class Problem(Struct, frozen=True, order=True):
    """A decision that could not be proved equal, and where it differs."""

    promise: str
    made: str
    kind: Kind
    detail: str


class Tally(Struct):
    """What came of replaying: every decision is counted once. `older` are those of other versions of the judgement, by
    version: they can be proved by that version alone. The first problems are kept, by number."""

    decisions: int = 0
    equal: int = 0
    older: dict[str, int] = field(default_factory=dict)
    problems: dict[str, int] = field(default_factory=dict)
    examples: list[Problem] = field(default_factory=list)
    figures: Figures | None = None

    def add(self, other: Tally, most: int) -> None:
        """Another slice's."""
        self.decisions += other.decisions
        self.equal += other.equal
        self.older = dict(sorted((Counter(self.older) + Counter(other.older)).items()))
        self.problems = dict(sorted((Counter(self.problems) + Counter(other.problems)).items()))
        self.examples = sorted([*self.examples, *other.examples])[:most]
        if other.figures is not None:
            self.figures = self.figures or Figures()
            self.figures.add(other.figures, most)

    def note(self, kind: Kind, promise: str, made: datetime, detail: str, most: int) -> None:
        """A problem."""
        self.problems[kind] = self.problems.get(kind, 0) + 1
        self.examples.append(Problem(promise, moment(made), kind, detail))
        self.examples = sorted(self.examples)[:most]

    @property
    def clean(self) -> bool:
        """Whether nothing stands in the way of saying that all are equal but for older versions of the judgement."""
        return not self.problems


class Replayer:
    """Replays slices over a connection, with the cards that it has seen so far. `most`: how many examples are kept."""

    def __init__(self, connection: Any, asked: Filter, alternative: Alternative | None, most: int) -> None:
        self._connection = connection
        self._asked = asked
        self._alternative = alternative
        self._most = most
        self._cards = Cards()

    async def slice(self, piece: Slice) -> Tally:
        """One slice. Raises StoreAway."""
        tally = Tally(figures=Figures() if self._alternative else None)
        after = journal.FIRST
        while True:
            rows = await journal.page(self._connection, self._asked, piece, after, _PAGE)
            await self._page(rows, tally)
            if len(rows) < _PAGE:
                break
            after = (rows[-1].id, rows[-1].made)
        if self._asked.item is None and self._asked.reason is None and self._asked.verdict is None:
            for promise, made in await journal.unrecorded(self._connection, self._asked, piece):
                tally.note("unrecorded", promise, made, KINDS["unrecorded"], self._most)
        return tally

    async def _page(self, rows: Sequence[Recorded], tally: Tally) -> None:
        readable: list[tuple[Recorded, Evidence]] = []
        for row in rows:
            tally.decisions += 1
            try:
                readable.append((row, thawed(row.evidence, row.id)))
            except Conflict:
                version = _version(row.evidence)
                tally.older[version] = tally.older.get(version, 0) + 1
            except SaysoError as problem:
                tally.note("unreadable", row.id, row.made, problem.detail, self._most)
        damaged = await self._fetch(evidence for _, evidence in readable)
        equal: list[tuple[Recorded, Evidence, Decision]] = []
        for row, evidence in readable:
            again = self._again(row, evidence, damaged, tally)
            if again is not None:
                tally.equal += 1
                equal.append((row, evidence, again))
        if self._alternative is not None and tally.figures is not None:
            changes = await self._alternative.changes(self._connection, equal, self._cards)
            tally.figures.count(len(equal), changes, self._most)

    async def _fetch(self, evidences: Iterable[Evidence]) -> set[str]:
        """Read the cards that are not known yet; the addresses of those that are not what they were."""
        needed = {address for evidence in evidences for address in evidence.addresses}
        missing = self._cards.missing(needed)
        if not missing:
            return set()
        damaged = self._cards.add(await card_rows.archived(self._connection, sorted(missing)))
        if still := self._cards.missing(needed) - missing:  # forgotten, to make room
            damaged |= self._cards.add(await card_rows.archived(self._connection, sorted(still)))
        return damaged

    def _again(self, row: Recorded, evidence: Evidence, damaged: set[str], tally: Tally) -> Decision | None:
        """The decision made again, where it is byte for byte the one on record."""
        bad = [address for address in evidence.addresses if address in damaged]
        gone = sorted(self._cards.missing(set(evidence.addresses)) - damaged)
        if bad or gone:
            kind: Kind = "damaged_card" if bad else "missing_card"
            tally.note(kind, row.id, row.made, ", ".join(bad or gone), self._most)
            return None
        try:
            again = decide(evidence.question, self._cards.facts(evidence))
        except Exception as problem:  # whatever it is, it belongs to this decision alone
            tally.note("failed", row.id, row.made, repr(problem), self._most)
            return None
        if where := difference(row, again):
            tally.note("different", row.id, row.made, where, self._most)
            return None
        return again


def difference(row: Recorded, again: Decision) -> str:
    """Where a decision differs from the record, in words; "" where it is equal byte for byte."""
    if again.body != row.answer:
        return f"answer: {_where(row.answer, again.body)}"
    if again.evidence != row.evidence:
        return f"evidence: {_where(row.evidence, again.evidence)}"
    columns = (("verdict", row.verdict, again.verdict), ("account", row.account, again.account))
    return next((f"{name}: recorded {was!r}, now {now!r}" for name, was, now in columns if was != now), "")


def _where(was: bytes, now: bytes) -> str:
    """The first place in which two JSON documents differ."""
    try:
        path, one, other = _first("", msgspec.json.decode(was), msgspec.json.decode(now))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "what is recorded is not JSON"
    return f"{path or 'its form'}: recorded {_short(one)}, now {_short(other)}"


def _first(path: str, was: Any, now: Any) -> tuple[str, Any, Any]:
    if isinstance(was, dict) and isinstance(now, dict):
        pairs = [
            (f"{path}.{name}".lstrip("."), was.get(name), now.get(name)) for name in sorted({*was, *now})
        ]
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        pairs = [(f"{path}[{place}]", one, now[place]) for place, one in enumerate(was)]
    else:
        return path, was, now
    return next((_first(name, one, other) for name, one, other in pairs if one != other), ("", None, None))


def _short(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 80 else f"{text[:77]}..."


def _version(evidence: bytes) -> str:
    return str(msgspec.json.decode(evidence, type=dict[str, Any])["judgement"])
