"""What another policy would have changed, in figures: how many, for how much money, with what effect; the worst of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct, field

from sayso.audit.replay.whatif import EFFECTS, Change

_BADNESS = {effect: place for place, effect in enumerate(EFFECTS)}


class Sum(Struct):
    """So many, worth so much, by currency."""

    count: int = 0
    money: dict[str, Decimal] = field(default_factory=dict)

    def add(self, count: int, money: dict[str, Decimal]) -> None:
        """More of them."""
        self.count += count
        for currency, amount in money.items():
            self.money[currency] = self.money.get(currency, Decimal(0)) + amount
        self.money = dict(sorted(self.money.items()))


class Figures(Struct):
    """Totals over the decisions that were tried under the other policy.

    flips: decisions by "was > now". lines: lines whose verdict flips, alike. changes: decisions with the same verdict
    but another date, site, price or the like, with what they are worth; price_difference: what those would cost more or
    less. effects: flipped decisions by what that would have meant. came, went: reason codes, by decisions.
    """

    tried: int = 0
    same: int = 0
    flips: dict[str, Sum] = field(default_factory=dict)
    lines: dict[str, Sum] = field(default_factory=dict)
    changes: dict[str, Sum] = field(default_factory=dict)
    price_difference: dict[str, Decimal] = field(default_factory=dict)
    effects: dict[str, Sum] = field(default_factory=dict)
    came: dict[str, int] = field(default_factory=dict)
    went: dict[str, int] = field(default_factory=dict)
    worst: list[Change] = field(default_factory=list)

    def count(self, tried: int, changes: Sequence[Change], most: int) -> None:
        """So many were tried, and these came out otherwise."""
        self.tried += tried
        self.same += tried - len(changes)
        for one in changes:
            self._count(one)
        self._keep([*self.worst, *changes], most)

    def add(self, other: Figures, most: int) -> None:
        """Another slice's figures."""
        self.tried += other.tried
        self.same += other.same
        for mine, more in (
            (self.flips, other.flips), (self.lines, other.lines), (self.changes, other.changes),
            (self.effects, other.effects),
        ):  # fmt: skip
            for key, found in more.items():
                _sum(mine, key, found.count, found.money)
        for currency, amount in other.price_difference.items():
            self.price_difference[currency] = self.price_difference.get(currency, Decimal(0)) + amount
        self.came = dict(Counter(self.came) + Counter(other.came))
        self.went = dict(Counter(self.went) + Counter(other.went))
        self._keep([*self.worst, *other.worst], most)

    def _count(self, one: Change) -> None:
        worth = {one.currency: one.money}
        if one.flips:
            _sum(self.flips, f"{one.was} > {one.now}", 1, worth)
            _sum(self.effects, one.effect, 1, worth)
        else:
            for what in one.changed:
                _sum(self.changes, what, 1, worth)
            if "price" in one.changed:
                before = self.price_difference.get(one.currency, Decimal(0))
                self.price_difference[one.currency] = before + one.difference
        for line in one.lines:
            if line.was != line.now:
                _sum(self.lines, f"{line.was} > {line.now}", 1, {one.currency: line.money})
        for codes, counted in ((one.came, self.came), (one.went, self.went)):
            for code in codes:
                counted[code] = counted.get(code, 0) + 1

    def _keep(self, changes: Sequence[Change], most: int) -> None:
        self.worst = sorted(changes, key=_badness)[:most]


def _badness(one: Change) -> tuple[bool, int, Decimal, str, str]:
    """Flips first, by what they would have meant, then by money."""
    return not one.flips, _BADNESS[one.effect] if one.flips else 0, -one.money, one.promise, one.made


def _sum(sums: dict[str, Sum], key: str, count: int, money: dict[str, Decimal]) -> None:
    sums.setdefault(key, Sum()).add(count, money)
