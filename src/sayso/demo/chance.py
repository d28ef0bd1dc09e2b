"""Chance that is the same on every machine and does not depend on the order of asking: each draw has its
own name."""

from __future__ import annotations

from hashlib import blake2b

from sayso.demo.settings import Weighted


class Chance:
    """Draws from weighted tables. Equal seed and name give an equal draw, whatever was drawn before."""

    __slots__ = ("_key",)

    def __init__(self, seed: int) -> None:
        self._key = str(seed).encode()

    def below(self, bound: int, *name: object) -> int:
        """A whole number from 0 to bound - 1."""
        text = "\x1f".join(map(str, name)).encode()
        number = int.from_bytes(blake2b(text, digest_size=8, key=self._key).digest())
        return number * bound >> 64

    def pick(self, table: Weighted, *name: object) -> int:
        """A value of the table, as often as its weight says."""
        left = self.below(sum(weight for _, weight in table), *name)
        for value, weight in table:
            left -= weight
            if left < 0:
                return value
        raise AssertionError("a table with weights above zero always gives a value")

    def percent(self, chance: int, *name: object) -> bool:
        """True in so many of a hundred."""
        return self.below(100, *name) < chance
