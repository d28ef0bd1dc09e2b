"""Distributions of whole numbers as exact weights: leaning one on another, and what stands at a level of them.

Knows no vendor, no item and no date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Pairs = tuple[tuple[int, int], ...]
"""(value, weight), by value; weights are above 0, their unit is whoever's they are."""

PARTS = 10_000
"""A level is given in parts of this: 9,000 is 90 %."""


class Spread:
    """A distribution. `total` is the sum of its weights."""

    __slots__ = ("pairs", "total")

    def __init__(self, pairs: Pairs, total: int | None = None) -> None:
        self.pairs = pairs
        self.total = sum([weight for _, weight in pairs]) if total is None else total

    def at(self, level: int) -> int:
        """The least value that at least so many parts of PARTS do not exceed. IndexError if it is empty."""
        left = -(-level * self.total // PARTS)
        for value, weight in self.pairs:
            left -= weight
            if left <= 0:
                return value
        return self.pairs[-1][0]

    def below(self, value: int) -> int:
        """How many parts of PARTS are less than a value, rounded down."""
        found = sum(weight for one, weight in self.pairs if one < value)
        return found * PARTS // self.total if self.total else 0

    def from_(self, least: int) -> Spread:
        """What is left of it, knowing that the value is at least so much."""
        return Spread(tuple(pair for pair in self.pairs if pair[0] >= least))

    def leaning(self, on: Spread, strength: int) -> Spread:
        """Mixed with another that counts as much as so much of its own weight; one that is empty counts nothing."""
        if not on.total or not strength:
            return self
        if not self.total:
            return on
        mixed = {value: weight * on.total for value, weight in self.pairs}
        for value, weight in on.pairs:
            mixed[value] = mixed.get(value, 0) + weight * strength
        return Spread(tuple(sorted(mixed.items())), (self.total + strength) * on.total)


def pairs(weights: Mapping[int, int] | Iterable[tuple[int, int]]) -> Pairs:
    """Weights as pairs: by value, without those that are 0."""
    items = weights.items() if isinstance(weights, Mapping) else weights
    return tuple(sorted((value, weight) for value, weight in items if weight > 0))
