"""Sums of what was found, in bounded memory. Two tallies make one; the order in which they are added never matters."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from sayso.audit.engine.findings import (
    ZERO,
    Agreement,
    Bar,
    Contradiction,
    Figure,
    Ranking,
    Sells,
    Terms,
    week,
)
from sayso.audit.engine.rules_tried import NOTHING, Tried, Verdict
from sayso.audit.shapes import CAUSES, DIRECTIONS, Direction, ShopOrder, Spot

_MOST_EXAMPLES = 20
_DIMENSIONS = ("customer", "item", "site", "channel")
_PLACE: dict[str, int] = {cause: place for place, cause in enumerate(CAUSES)}
_WAY = {direction: place for place, direction in enumerate(DIRECTIONS)}

_By = tuple[str, Direction, str, str]
_Moment = tuple[Any, str, int]


class Found(NamedTuple):
    """A line that was found: its spots, the main one first, and what rules would have made of it."""

    spots: tuple[Spot, ...]
    money: Decimal
    verdict: Verdict = NOTHING
    won: frozenset[str] = frozenset()


class Tally:
    """Everything that is counted while orders are gone through."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.orders = self.lines = 0
        self.taken, self.turned_away = Figure(), Figure()
        self.directions: dict[Direction, Figure] = {direction: Figure() for direction in DIRECTIONS}
        self.by: dict[_By, Figure] = {}
        self.worst: dict[tuple[Direction, str], list[tuple[tuple[Any, ...], Spot]]] = {}
        self.sells = dict.fromkeys(Sells.__struct_fields__, ZERO)
        self.agreed = dict.fromkeys(("no_no", "yes_yes", "no_yes", "yes_no", "unknown"), 0)
        self.examples: list[tuple[_Moment, Contradiction]] = []
        self.tried = Tried()
        self.unrated: dict[str, int] = {}
        self.unmeasured = 0

    def of_an_order(
        self, order: ShopOrder, found: list[Found], lost: Iterable[tuple[frozenset[str], Decimal]]
    ) -> None:
        """Count what was found in an order."""
        seen: set[Any] = set()
        for one in found:
            self._line(order, one, seen)
        for key in seen:
            figure = self.by.get(key)
            (self.directions[key] if figure is None else figure).orders += 1
        self.tried.of_an_order(
            ((one.verdict, one.money) for one in found if one.verdict.mends or not one.won),
            ((one.won, one.money) for one in found if one.won),
            lost,
        )

    def judged(self, kept: bool, done: bool | None, example: Contradiction, moment: _Moment) -> None:
        """Count an answer beside what the ERP did."""
        if done is None:
            self.agreed["unknown"] += 1
            return
        self.agreed[f"{'yes' if kept else 'no'}_{'yes' if done else 'no'}"] += 1
        if kept != done and len(self.examples) < 2 * _MOST_EXAMPLES:
            self.examples.append((moment, example))

    def add(self, other: Tally) -> None:
        """Count what the other counted, too."""
        self.orders += other.orders
        self.lines += other.lines
        self.unmeasured += other.unmeasured
        self.taken.add(other.taken)
        self.turned_away.add(other.turned_away)
        for direction, figure in other.directions.items():
            self.directions[direction].add(figure)
        for key, figure in other.by.items():
            self.by.setdefault(key, Figure()).add(figure)
        for place, spots in other.worst.items():
            self._keep(place, spots)
        for name, money in other.sells.items():
            self.sells[name] += money
        for name, number in other.agreed.items():
            self.agreed[name] += number
        self.examples = sorted([*self.examples, *other.examples], key=lambda one: one[0])[:_MOST_EXAMPLES]
        self.tried.add(other.tried)
        for currency, number in other.unrated.items():
            self.unrated[currency] = self.unrated.get(currency, 0) + number

    def bars(self, dimension: str) -> tuple[Bar, ...]:
        """The figures of a dimension, by direction, what they are of, and cause."""
        found = [
            Bar(direction, of, figure, cause)
            for (name, direction, of, cause), figure in self.by.items()
            if name == dimension
        ]
        return tuple(sorted(found, key=lambda bar: (_WAY[bar.direction], bar.of, _PLACE.get(bar.cause, -1))))

    def ranking(self, dimension: str) -> Ranking:
        """The first of a dimension by money."""
        every = sorted(
            self.bars(dimension),
            key=lambda bar: (-bar.figure.money, -bar.figure.lines, _WAY[bar.direction], bar.of),
        )
        rest = Figure()
        for bar in every[self.terms.most :]:
            rest.add(bar.figure)
        return Ranking(tuple(every[: self.terms.most]), max(len(every) - self.terms.most, 0), rest)

    def examples_of_all(self) -> tuple[Spot, ...]:
        """The worst examples, by direction and cause."""
        places = sorted(self.worst, key=lambda place: (_WAY[place[0]], _PLACE[place[1]]))
        return tuple(spot for place in places for _, spot in self.worst[place])

    def agreement(self) -> Agreement:
        """The judgement's answers beside what the ERP did."""
        examples = sorted(self.examples, key=lambda one: one[0])[:_MOST_EXAMPLES]
        return Agreement(**self.agreed, examples=tuple(one for _, one in examples))

    def _line(self, order: ShopOrder, one: Found, seen: set[Any]) -> None:
        main = one.spots[0]
        direction = main.direction
        self._count((direction,), one.money, seen)
        for spot in one.spots:
            self._figure(("cause", direction, "", spot.cause), spot.money, seen)
            self._figure(("week", direction, week(order.placed), spot.cause), spot.money, seen)
            self._keep((direction, spot.cause), [(_rank(spot), spot)])
        for dimension in _DIMENSIONS:
            self._figure((dimension, direction, getattr(main, dimension), ""), one.money, seen)

    def _count(self, key: tuple[Direction], money: Decimal, seen: set[Any]) -> None:
        figure = self.directions[key[0]]
        figure.lines += 1
        figure.money += money
        seen.add(key[0])

    def _figure(self, key: _By, money: Decimal, seen: set[Any]) -> None:
        figure = self.by.get(key)
        if figure is None:
            figure = self.by[key] = Figure()
        figure.lines += 1
        figure.money += money
        seen.add(key)

    def _keep(self, place: tuple[Direction, str], spots: list[tuple[tuple[Any, ...], Spot]]) -> None:
        kept = self.worst.setdefault(place, [])
        kept += spots
        kept.sort(key=lambda one: one[0])
        del kept[self.terms.worst :]


def _rank(spot: Spot) -> tuple[Any, ...]:
    return -spot.money, spot.placed, spot.order, spot.line
