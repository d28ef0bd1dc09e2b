"""Orders by the time at which they were placed, each in one piece, in memory that does not grow with the files.

Files that are in time already are streamed. Others are divided into buckets on disk, each small enough to be put in
order by itself, and merged.
"""

from __future__ import annotations

import heapq
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

import msgspec

from sayso.audit.exports.orders import Orders, Piece
from sayso.audit.exports.sources import Source
from sayso.audit.exports.values import Unreadable, moment, zone_named
from sayso.audit.shapes import ShopOrder
from sayso.systems.files_batches import Batch

_IN_MEMORY = 4 << 20
_A_BUCKET = 3 << 20
_MOST_BUCKETS = 200
_HYPOTHESES = ("day first", "month first")

_Text = str | None
_Number = Decimal | None
_Row = tuple[
    int,
    datetime | None, _Text, _Text, _Text, _Text, _Text, _Number, _Number, _Number, bool | None, bool | None,
    int | None, _Text, _Text, _Number, _Text, _Number, _Number, _Number, date | None, _Number, date | None, _Text,
    _Text, bool | None,
]  # fmt: skip
_Kept = tuple[int, str, int, list[_Row]]
_Sorted = tuple[datetime, int, ShopOrder]


class Order:
    """A first look at how the orders of a file follow each other: in time? each in one piece?"""

    def __init__(self, source: Source) -> None:
        self._order = source.columns.get("order", "")
        self._placed = source.columns.get("placed", "")
        self._names = source.table.names
        self._zone = zone_named(source.spelling.zone)
        self._last = ""
        self._times: dict[str, datetime | None] = dict.fromkeys(_HYPOTHESES)
        self._first: dict[str, datetime] = {}
        self._sorted = dict.fromkeys(_HYPOTHESES, bool(self._placed))
        self.met = array("q")

    def look(self, batch: Batch) -> None:
        """A batch of its rows."""
        if not self._order:
            return
        orders = _listed(batch.columns[self._names.index(self._order)])
        placed = _listed(batch.columns[self._names.index(self._placed)]) if self._placed else None
        last = self._last
        for place, order in enumerate(orders):
            if order != last:
                last = order
                self.met.append(hash(order.strip()))
                if placed is not None:
                    self._look_at(placed[place].strip())
        self._last = last

    def _look_at(self, text: str) -> None:
        for hypothesis in _HYPOTHESES:
            try:
                when = moment(text, hypothesis, self._zone)  # type: ignore[arg-type]
            except Unreadable:
                continue  # the row is lost whatever comes
            last = self._times[hypothesis]
            if last is not None and when < last:
                self._sorted[hypothesis] = False
            self._first.setdefault(hypothesis, when)
            self._times[hypothesis] = when

    def span(self, dates: str) -> tuple[datetime, datetime] | None:
        """The first and the last time, if the file is in time under this spelling of days."""
        hypothesis = dates or _HYPOTHESES[0]
        last = self._times[hypothesis]
        if not self._sorted[hypothesis] or last is None:
            return None
        return self._first[hypothesis], last


def in_time(orders: Sequence[tuple[Source, Order]]) -> list[int] | None:
    """The files' places in the order of time, if one after another gives all orders in time and in one piece."""
    spans = [order.span(source.spelling.dates) for source, order in orders]
    met = array("q")
    for _, order in orders:
        met.extend(order.met)
    if None in spans or not _all_once(met):
        return None
    places = sorted(range(len(orders)), key=lambda place: spans[place] or ())
    for one, other in pairwise(places):
        if spans[one][1] > spans[other][0]:  # type: ignore[index]
            return None
    return places


def stream(orders: Orders, places: Iterable[int]) -> Iterator[ShopOrder]:
    """The orders of files that are in time."""
    for place in places:
        for piece in orders.pieces(place):
            built = orders.built((piece,))
            if built is not None:
                yield built


def gathered(orders: Orders) -> Iterator[ShopOrder]:
    """The orders of files in any order: put together from wherever their rows are, by time."""
    size = sum(source.table.size for source in orders.sources)
    if size <= _IN_MEMORY:
        kept = ((number, piece.order, piece.place, piece.rows) for number, piece in enumerate(_all(orders)))
        for _, _, built in _sorted(orders, kept):
            yield built
        return
    count = min(_MOST_BUCKETS, size // _A_BUCKET + 2)
    with tempfile.TemporaryDirectory(prefix="sayso-audit-") as folder:
        buckets = [Path(folder, f"{place}") for place in range(count)]
        _divide(orders, buckets)
        runs = [_run(orders, bucket) for bucket in buckets]
        with ExitStack() as stack:
            read = [_read(stack.enter_context(run.open("rb")), _Sorted) for run in runs]
            for _, _, built in heapq.merge(*read, key=lambda one: one[:2]):
                yield built


def _all(orders: Orders) -> Iterator[Piece]:
    for place in range(len(orders.sources)):
        yield from orders.pieces(place)


def _divide(orders: Orders, buckets: Sequence[Path]) -> None:
    """Every piece into the bucket of its order."""
    encode = msgspec.msgpack.Encoder().encode
    with ExitStack() as stack:
        files = [stack.enter_context(bucket.open("wb")) for bucket in buckets]
        for number, piece in enumerate(_all(orders)):
            file = files[hash(piece.order) % len(files)]
            _write(file, encode((number, piece.order, piece.place, piece.rows)))


def _run(orders: Orders, bucket: Path) -> Path:
    """The orders of a bucket by time, in a file that takes its place."""
    encode = msgspec.msgpack.Encoder().encode
    run = bucket.with_suffix(".run")
    with bucket.open("rb") as read, run.open("wb") as file:
        for one in _sorted(orders, _read(read, _Kept)):
            _write(file, encode(one))
    bucket.unlink()
    return run


def _sorted(orders: Orders, kept: Iterable[Any]) -> list[_Sorted]:
    by_order: dict[str, list[tuple[int, Piece]]] = {}
    for number, order, place, rows in kept:
        by_order.setdefault(order, []).append((number, Piece(order, place, rows)))
    found = []
    for pieces in by_order.values():
        built = orders.built([piece for _, piece in pieces])
        if built is not None:
            found.append((built.placed, pieces[0][0], built))
    return sorted(found, key=lambda one: one[:2])


def _write(file: IO[bytes], body: bytes) -> None:
    file.write(len(body).to_bytes(4, "little"))
    file.write(body)


def _read(file: IO[bytes], kind: Any) -> Iterator[Any]:
    decode = msgspec.msgpack.Decoder(kind).decode
    while head := file.read(4):
        yield decode(file.read(int.from_bytes(head, "little")))


def _listed(cells: Any) -> list[str]:
    return cells if isinstance(cells, list) else list(cells.to_pylist())


def _all_once(met: array[int]) -> bool:
    """Whether no order was met twice, by its hash: a chance likeness costs time, nothing else."""
    import pyarrow as pa

    if not len(met):
        return True
    numbers = pa.Array.from_buffers(pa.int64(), len(met), [None, pa.py_buffer(met)])
    return len(numbers.unique()) == len(met)
