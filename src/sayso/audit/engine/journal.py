"""The exports laid out by the hour from which each row holds, in one file, so that time can be gone through in pieces.

Knows neither what a row means nor who decides on it. What was laid out is read by other processes, too.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from sayso.audit.shapes import Belief, Exports, FactRow, Outcome, ShopOrder
from sayso.canon.kinds import kind_named

#: What holds from the beginning stands before all hours.
BEGINNING = -(1 << 40)
_MOST_WAITING = 40_000
#: Kinds of facts that come and go with each document. What was told of them later did not hold before.
PASSING = frozenset({"demand", "inbound", "receivables", "exposures", "receipts"})

_Places = dict[int, list[tuple[int, int]]]


class Placed(Struct, frozen=True, array_like=True):
    """An order and what became of it."""

    order: ShopOrder
    outcomes: tuple[Outcome, ...] = ()


class Packing(NamedTuple):
    """How rows of one sort become bytes, and the bytes rows."""

    pack: Callable[[list[Any]], bytes]
    unpack: Callable[[bytes], list[Any]]


# Facts have values of any sort. Both are written and read by this run, in a folder of its own.
FACTS = Packing(partial(pickle.dumps, protocol=pickle.HIGHEST_PROTOCOL), pickle.loads)
BELIEFS = Packing(msgspec.msgpack.encode, msgspec.msgpack.Decoder(list[Belief]).decode)
ORDERS = Packing(msgspec.msgpack.encode, msgspec.msgpack.Decoder(list[Placed]).decode)
_OUTCOMES = msgspec.msgpack.Decoder(tuple[Outcome, ...])


class Told(NamedTuple):
    """When rows of a kind were told: the first and the last moment, and how many hold from the beginning.

    `snapshots`: whether they were told in whole exports; `mixed`: whether these did not come in the order of time.
    """

    first: datetime | None = None
    last: datetime | None = None
    beginning: int = 0
    snapshots: bool = False
    mixed: bool = False


class Layout(NamedTuple):
    """Where the rows stand: by stream and hour, offsets and lengths in the file. `lines` by hour are the orders'."""

    path: str
    facts: _Places
    beliefs: _Places
    orders: _Places
    lines: dict[int, int]
    first: datetime | None
    last: datetime | None
    told: dict[str, Told]

    def opening(self, kind: str) -> datetime | None:
        """The moment whose rows of a kind are taken to hold from the beginning, where none says that it does.

        The first that was told of what stays (stock, prices, customers, ...), and the first of whole exports. Of what
        passes (orders, receipts, invoices), told one by one, only what was told at once after the last order.
        """
        told = self.told.get(kind)
        if told is None or told.beginning or told.first is None:
            return None
        if kind in PASSING and not told.snapshots:
            alone = told.first == told.last and self.last is not None and told.first >= self.last
            return told.first if alone else None
        return told.first


class _Stream:
    """Rows of one sort, gathered by hour until there are many."""

    def __init__(self, file: Any, packing: Packing) -> None:
        self._file, self._packing = file, packing
        self._waiting: dict[int, list[Any]] = {}
        self._count = 0
        self.places: _Places = {}

    def add(self, hour: int, row: Any) -> None:
        self._waiting.setdefault(hour, []).append(row)
        self._count += 1
        if self._count >= _MOST_WAITING:
            self.flush()

    def flush(self) -> None:
        for hour, rows in self._waiting.items():
            data = self._packing.pack(rows)
            self.places.setdefault(hour, []).append((self._file.tell(), len(data)))
            self._file.write(data)
        self._waiting, self._count = {}, 0


def laid_out(exports: Exports, folder: Path, told: Callable[[str, int], None]) -> Layout:
    """Read everything once and lay it out in a file of the folder. `told` hears what is read, and how much of it."""
    path = folder / "journal"
    with path.open("wb") as file:
        facts, kinds = _facts(exports.facts(), _Stream(file, FACTS), told)
        beliefs = _Stream(file, BELIEFS)
        for number, belief in enumerate(exports.beliefs(), 1):
            beliefs.add(hour_of(belief.as_of), belief)
            _now_and_then(told, "beliefs", number)
        outcomes = _outcomes(exports.outcomes(), told)
        orders, lines, first, last = _orders(exports.orders(), outcomes, _Stream(file, ORDERS), told)
        for stream in (facts, beliefs, orders):
            stream.flush()
    return Layout(str(path), facts.places, beliefs.places, orders.places, lines, first, last, kinds)


def hour_of(when: datetime | None) -> int:
    """The hour that a moment is in."""
    return BEGINNING if when is None else int(when.timestamp() // 3600)


def rows(layout: Layout, places: list[tuple[int, int]], packing: Packing) -> Iterator[Any]:
    """The rows that stand at some places, in the order in which they were laid out."""
    with Path(layout.path).open("rb") as file:
        for offset, length in places:
            file.seek(offset)
            yield from packing.unpack(file.read(length))


def _now_and_then(told: Callable[[str, int], None], what: str, number: int) -> None:
    if not number % 5000:
        told(what, number)


class _Whole:
    """Whole exports of a kind, one after another: what the last had, and this one has not, is gone."""

    def __init__(self, kind: str) -> None:
        self._kind, self._names = kind, [column.name for column in kind_named(kind).key]
        self._before: set[tuple[Any, ...]] = set()
        self._now: set[tuple[Any, ...]] = set()
        self._moment: datetime | None = None
        self.mixed = False

    def row(self, row: FactRow) -> Iterator[FactRow]:
        """A row of a whole export; the rows that are gone with the one that is complete by this."""
        if row.as_of != self._moment:
            yield from self.end()
            if self._moment is not None and row.as_of is not None and row.as_of < self._moment:
                self.mixed = True
            self._before, self._now, self._moment = self._now, set(), row.as_of
        self._now.add(tuple(row.values.get(name) for name in self._names))

    def end(self) -> Iterator[FactRow]:
        """The rows that are gone with the last whole export."""
        if not self.mixed:
            for key in sorted(self._before - self._now, key=repr):
                yield FactRow(self._kind, self._moment, dict(zip(self._names, key, strict=True)), True)


def _facts(
    every: Iterable[FactRow], stream: _Stream, told: Callable[[str, int], None]
) -> tuple[_Stream, dict[str, Told]]:
    kinds: dict[str, Told] = {}
    whole: dict[str, _Whole] = {}
    for number, row in enumerate(every, 1):
        if row.snapshot:
            exports = whole.get(row.kind) or whole.setdefault(row.kind, _Whole(row.kind))
            for gone in exports.row(row):
                stream.add(hour_of(gone.as_of), gone[:4])
        stream.add(hour_of(row.as_of), row[:4])
        kinds[row.kind] = _heard(kinds.get(row.kind) or Told(), row)
        _now_and_then(told, "facts", number)
    for kind, exports in whole.items():
        for gone in exports.end():
            stream.add(hour_of(gone.as_of), gone[:4])
        kinds[kind] = kinds[kind]._replace(mixed=exports.mixed)
    return stream, dict(sorted(kinds.items()))


def _heard(known: Told, row: FactRow) -> Told:
    when = row.as_of
    if when is None:
        return known._replace(beginning=known.beginning + 1)
    if known.first is None or known.last is None:
        return known._replace(first=when, last=when, snapshots=row.snapshot)
    if known.first <= when <= known.last:
        return known
    return known._replace(first=min(known.first, when), last=max(known.last, when))


def _outcomes(every: Iterable[Outcome], told: Callable[[str, int], None]) -> dict[str, bytes]:
    """What became of each order, packed: there may be a row for each line of all orders."""
    found: dict[str, bytes] = {}
    waiting: dict[str, list[Outcome]] = {}
    for number, outcome in enumerate(every, 1):
        waiting.setdefault(outcome.order, []).append(outcome)
        if not number % _MOST_WAITING:
            _pack(waiting, found)
        _now_and_then(told, "outcomes", number)
    _pack(waiting, found)
    return found


def _pack(waiting: dict[str, list[Outcome]], found: dict[str, bytes]) -> None:
    for order, some in waiting.items():
        before = _OUTCOMES.decode(found[order]) if order in found else ()
        found[order] = msgspec.msgpack.encode((*before, *some))
    waiting.clear()


def _orders(
    every: Iterable[ShopOrder], outcomes: dict[str, bytes], stream: _Stream, told: Callable[[str, int], None]
) -> tuple[_Stream, dict[int, int], datetime | None, datetime | None]:
    lines: dict[int, int] = {}
    first = last = None
    for number, order in enumerate(every, 1):
        hour = hour_of(order.placed)
        packed = outcomes.pop(order.order, None)
        stream.add(hour, Placed(order, _OUTCOMES.decode(packed) if packed else ()))
        lines[hour] = lines.get(hour, 0) + len(order.lines)
        first = order.placed if first is None or order.placed < first else first
        last = order.placed if last is None or order.placed > last else last
        _now_and_then(told, "orders", number)
    return stream, lines, first, last
