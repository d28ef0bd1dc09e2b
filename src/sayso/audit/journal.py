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
    """When rows of a kind were told: the first and the last moment, and how many hold from the beginning."""

    first: datetime | None
    last: datetime | None
    beginning: int
    rows: int


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

        The first count of what stays (stock, prices, customers, ...). Of what passes (orders, receipts, invoices)
        only a single export that was made after the last order.
        """
        told = self.told.get(kind)
        if told is None or told.beginning or told.first is None:
            return None
        if kind in PASSING:
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


def _facts(
    every: Iterable[FactRow], stream: _Stream, told: Callable[[str, int], None]
) -> tuple[_Stream, dict[str, Told]]:
    kinds: dict[str, list[Any]] = {}
    for number, row in enumerate(every, 1):
        stream.add(hour_of(row.as_of), tuple(row))
        seen = kinds.get(row.kind)
        if seen is None:
            seen = kinds[row.kind] = [None, None, 0, 0]
        if row.as_of is None:
            seen[2] += 1
        elif seen[0] is None:
            seen[0] = seen[1] = row.as_of
        elif row.as_of < seen[0]:
            seen[0] = row.as_of
        elif row.as_of > seen[1]:
            seen[1] = row.as_of
        seen[3] += 1
        _now_and_then(told, "facts", number)
    return stream, {kind: Told(*seen) for kind, seen in sorted(kinds.items())}


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
