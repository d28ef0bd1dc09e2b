"""The simpler ways to date an inbound that the learned dates are held against, each from what was known at the time.

Each gives one date, or for the last two dates; none knows more than the receipts it was told of.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import NamedTuple

from sayso.promise.eta_evidence import Piece


class Dates(NamedTuple):
    """Days, as ordinals: by the first at even odds, by the second nine times in ten."""

    middle: int
    late: int


class _Mean:
    """A mean that grows."""

    __slots__ = ("count", "sum")

    def __init__(self) -> None:
        self.sum = self.count = 0

    def add(self, value: int) -> None:
        self.sum, self.count = self.sum + value, self.count + 1

    def whole(self) -> int:
        """Rounded to whole days."""
        return round(self.sum / self.count)


class Simpler:
    """The simpler methods, over what has come so far."""

    NAMES = ("promised", "mean_lateness", "lead_time", "all_quantiles")

    def __init__(self) -> None:
        self._lateness: defaultdict[str | None, _Mean] = defaultdict(_Mean)
        self._lead: defaultdict[tuple[str, str] | str | None, _Mean] = defaultdict(_Mean)
        self._all: Counter[int] = Counter()
        self._known: tuple[int, int] | None = None

    def receive(self, piece: Piece) -> None:
        """Something came."""
        for vendor in (piece.vendor, None):
            self._lateness[vendor].add(piece.late)
        for key in ((piece.item, piece.vendor), piece.vendor, None):
            self._lead[key].add(piece.received - piece.origin)
        self._all[piece.late] += piece.weight
        self._known = None

    def dates(self, piece: Piece) -> dict[str, Dates]:
        """What each method says of an order line on the day it is ordered."""
        late, lead, middle, most = 0, piece.promised - piece.origin, 0, 0
        if self._all:
            late = self._lateness[piece.vendor if piece.vendor in self._lateness else None].whole()
            keys = ((piece.item, piece.vendor), piece.vendor, None)
            lead = self._lead[next(key for key in keys if key in self._lead)].whole()
            middle, most = self._quantiles()
        promised = piece.promised
        return {
            "promised": Dates(promised, promised),
            "mean_lateness": Dates(promised + late, promised + late),
            "lead_time": Dates(piece.origin + lead, piece.origin + lead),
            "all_quantiles": Dates(promised + middle, promised + most),
        }

    def _quantiles(self) -> tuple[int, int]:
        if self._known is None:
            days = sorted(self._all.items())
            self._known = (_quantile(days, 0.5), _quantile(days, 0.9))
        return self._known


def _quantile(days: list[tuple[int, int]], level: float) -> int:
    needed, found = level * sum(weight for _, weight in days), 0
    for late, weight in days:
        found += weight
        if found >= needed:
            return late
    return days[-1][0]
