"""A piece of time: the facts as they stood when it began, and its orders in the order in which they were placed.

Pieces do not know of each other. Each begins from what all rows before it come to, so that however time is cut, every
order is judged on the same facts.
"""

from __future__ import annotations

import gc
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from sayso.audit.engine.journal import BEGINNING, ORDERS, Layout, Placed, rows
from sayso.audit.engine.order import Bench, Sides
from sayso.audit.engine.standing import followed, of_the_hour, opened
from sayso.audit.engine.tally import Tally
from sayso.audit.shapes import Spot

_OFTEN = 200


class Piece(NamedTuple):
    """The hours of a piece that have orders, from the first on; `spots` is the file for all spots, or none."""

    number: int
    hours: tuple[int, ...]
    spots: str = ""


def pieces(layout: Layout, many: int, folder: Path | None) -> list[Piece]:
    """Time cut into as many pieces as that, of about as many lines each; fewer where there are few hours."""
    hours = sorted(layout.orders)
    whole = sum(layout.lines.values())
    cuts: list[list[int]] = [[]]
    done = 0
    for hour in hours:
        if len(cuts) < many and cuts[-1] and done * many >= whole * len(cuts):
            cuts.append([])
        cuts[-1].append(hour)
        done += layout.lines[hour]
    return [
        Piece(number, tuple(cut), str(folder / f"spots-{number}") if folder else "")
        for number, cut in enumerate(cuts)
        if cut
    ]


def gone_through(
    layout: Layout, piece: Piece, sides: Sides, told: Callable[[int], None], note: Callable[[Spot], None] | None = None,
    judges: type[Bench] = Bench,
) -> Tally:  # fmt: skip
    """The tally of a piece. `told` hears how many lines have been judged since it was told last."""
    tally = Tally(sides.terms)
    ages = any(
        policy is not None and (policy.freshness.stock_seconds or policy.freshness.credit_seconds)
        for policy in (sides.erp, sides.own)
    )
    with _seldom_collected():
        bench = judges(opened(layout, bool(ages)), sides, tally)
        return _followed_through(layout, piece, bench, _Count(told), note)


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Cards are kept by the ten thousand, and none is part of a ring: looking for rings all the time costs a seventh."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _followed_through(
    layout: Layout, piece: Piece, bench: Bench, count: _Count, note: Callable[[Spot], None] | None
) -> Tally:
    """Everything that was told before the piece, then its orders."""
    wanted, last = set(piece.hours), piece.hours[-1] if piece.hours else BEGINNING
    before = piece.hours[0] if piece.hours else BEGINNING
    day = None
    for hour in sorted({*layout.facts, *layout.beliefs, *wanted} - {BEGINNING}):
        if hour > last:
            break
        if hour not in wanted:
            followed(bench.standing, layout, hour)
            continue
        if day != hour // 24 and hour >= before:
            day = hour // 24
            bench.next_day()
        _hour(bench, layout, hour, count, note)
    count.tell()
    return bench.tally


class _Count:
    """How many lines were judged, told now and then."""

    def __init__(self, told: Callable[[int], None]) -> None:
        self._told, self._lines, self._orders = told, 0, 0

    def add(self, lines: int) -> None:
        self._lines += lines
        self._orders += 1
        if self._orders >= _OFTEN:
            self.tell()

    def tell(self) -> None:
        if self._lines:
            self._told(self._lines)
        self._lines = self._orders = 0


def _hour(
    bench: Bench, layout: Layout, hour: int, count: _Count, note: Callable[[Spot], None] | None
) -> None:
    """An hour's orders, each after everything that was told until then."""
    standing = bench.standing
    facts, beliefs = of_the_hour(layout, hour)
    orders: list[Placed] = sorted(rows(layout, layout.orders[hour], ORDERS), key=_placed)
    fact = belief = 0
    for placed in orders:
        moment = placed.order.placed
        while fact < len(facts) and facts[fact][1] <= moment:
            standing.put(*facts[fact])
            fact += 1
        while belief < len(beliefs) and (as_of := beliefs[belief].as_of) is not None and as_of <= moment:
            standing.feed.put(beliefs[belief])
            belief += 1
        found = bench.judge(placed)
        if note is not None:
            for spot in chain.from_iterable(one.spots for one in found):
                note(spot)
        count.add(len(placed.order.lines))
    for row in facts[fact:]:
        standing.put(*row)
    for told in beliefs[belief:]:
        standing.feed.put(told)


def _placed(placed: Placed) -> tuple[Any, str]:
    return placed.order.placed, placed.order.order


class SpotFile:
    """All spots of a piece, in the order in which they were found."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._waiting: list[Spot] = []
        self._path.write_bytes(b"")

    def add(self, spot: Spot) -> None:
        """Another one."""
        self._waiting.append(spot)
        if len(self._waiting) >= 1000:
            self.flush()

    def flush(self) -> None:
        """Write down what waits."""
        with self._path.open("ab") as file:
            pickle.dump(self._waiting, file, protocol=pickle.HIGHEST_PROTOCOL)
        self._waiting = []


def noted(files: Sequence[Piece]) -> Iterable[Spot]:
    """The spots of all pieces, in time."""
    for piece in files:
        size = Path(piece.spots).stat().st_size
        with Path(piece.spots).open("rb") as file:
            while file.tell() < size:
                # Written by this run into a folder of its own.
                yield from pickle.load(file)
