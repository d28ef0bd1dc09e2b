"""Chance that is the same on every machine and does not depend on the order of asking: each draw has its own name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import TypeVar

_T = TypeVar("_T")
_SECOND = timedelta(seconds=1)
_FINE = 1_000_000


class Chance:
    """Draws by name. Equal seed and name give an equal draw, whatever was drawn before."""

    __slots__ = ("_key",)

    def __init__(self, seed: int) -> None:
        self._key = str(seed).encode()

    def below(self, bound: int, *name: object) -> int:
        """A whole number from 0 to bound - 1."""
        text = "\x1f".join(map(str, name)).encode()
        return int.from_bytes(blake2b(text, digest_size=8, key=self._key).digest()) * bound >> 64

    def hits(self, percent: Decimal, *name: object) -> bool:
        """True in so many of a hundred, to four decimals."""
        return self.below(100 * _FINE, *name) < percent * _FINE

    def choice(self, things: Sequence[_T], *name: object) -> _T:
        """One of them, each as likely."""
        return things[self.below(len(things), *name)]

    def weighted(self, table: Sequence[tuple[int, int]], *name: object) -> int:
        """A value of (value, weight) pairs, as often as its weight says."""
        left = self.below(sum(weight for _, weight in table), *name)
        for value, weight in table:
            left -= weight
            if left < 0:
                return value
        raise AssertionError("a table with weights above zero always gives a value")

    def between(self, span: tuple[timedelta, timedelta], *name: object) -> timedelta:
        """A length between two, in whole seconds, both ends included."""
        least, most = span
        return least + self.below((most - least) // _SECOND + 1, *name) * _SECOND

    def number(self, digits: int, *name: object) -> str:
        """So many decimal digits."""
        return f"{self.below(10**digits, *name):0{digits}d}"
