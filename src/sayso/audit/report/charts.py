"""The geometry of a report's charts: bars over weeks stacked by cause, and bars of a length. In whole units of a drawing.

Knows figures and lengths; what is drawn with them is in report_page.html.jinja.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from sayso.audit.engine.findings import ZERO, Bar
from sayso.audit.report.words import day
from sayso.audit.shapes import CAUSES

_MOST_COLUMNS = 53
_A_YEAR = 52
_UNITS = ((Decimal(10) ** 9, " bn"), (Decimal(10) ** 6, " m"), (Decimal(10) ** 3, " k"))
_STEPS = (1, 2, 5, 10)
_WEEK = timedelta(days=7)


class Column(NamedTuple):
    """A week, or some weeks, and its money by cause."""

    first: date
    label: str
    causes: dict[str, Decimal]

    @property
    def whole(self) -> Decimal:
        """All of its money."""
        return sum(self.causes.values(), ZERO)


class Block(NamedTuple):
    """A piece of a stacked bar: where it stands, how large it is, and what it is."""

    x: int
    y: int
    width: int
    height: int
    cause: str
    title: str


class Tick(NamedTuple):
    """A label of an axis, and where it stands."""

    at: int
    label: str


class Weeks(NamedTuple):
    """A chart of money over time. `each` is how many weeks a bar stands for."""

    width: int
    height: int
    left: int
    base: int
    blocks: tuple[Block, ...]
    days: tuple[Tick, ...]
    sums: tuple[Tick, ...]


def columns(bars: Iterable[Bar]) -> tuple[int, tuple[Column, ...]]:
    """How many weeks a column stands for, and the columns without a gap, of some bars by week and cause."""
    found: dict[date, dict[str, Decimal]] = {}
    for bar in bars:
        causes = found.setdefault(date.fromisoformat(bar.of), {})
        causes[bar.cause] = causes.get(bar.cause, ZERO) + bar.figure.money
    if not found:
        return 1, ()
    first, last = min(found), max(found)
    weeks = (last - first).days // 7 + 1
    each = -(-weeks // _MOST_COLUMNS)
    made: list[Column] = []
    for place in range(-(-weeks // each)):
        monday = first + _WEEK * (place * each)
        number, month, year = day(monday).split()
        label = f"{month[:3]} {year}" if weeks > _A_YEAR else f"{number} {month[:3]}"
        made.append(Column(monday, label, {}))
    for monday, causes in found.items():
        into = made[(monday - first).days // 7 // each].causes
        for cause, amount in causes.items():
            into[cause] = into.get(cause, ZERO) + amount
    return each, tuple(made)


def stacked(of: Sequence[Column], width: int, height: int, labels: int) -> Weeks:
    """A chart so many units wide and high, with at most so many days named beneath it."""
    left, base, top = 56, height - 26, 12
    if not of:
        return Weeks(width, height, left, base, (), (), ())
    step = _step(max(column.whole for column in of))
    whole = step * 4
    room, tall = width - left - 8, base - top
    wide = max(min(room * 7 // (10 * len(of)), 72), 2)
    middles = [left + room * (2 * place + 1) // (2 * len(of)) for place in range(len(of))]
    order: dict[str, int] = {cause: place for place, cause in enumerate(CAUSES)}
    blocks: list[Block] = []
    for place, column in enumerate(of):
        under, x = ZERO, middles[place] - wide // 2
        for cause in sorted(column.causes, key=lambda cause: order.get(cause, len(order))):
            amount = column.causes[cause]
            low, high = length(under, whole, tall), length(under + amount, whole, tall)
            under += amount
            if high > low:
                title = f"week of {day(column.first)}"
                blocks.append(Block(x, base - high, wide, high - low, cause, title))
    each = -(-len(of) // labels)
    days = [Tick(middles[place], column.label) for place, column in enumerate(of) if not place % each]
    sums = [Tick(base - length(step * some, whole, tall), _brief(step * some, whole)) for some in range(5)]
    return Weeks(width, height, left, base, tuple(blocks), tuple(days), tuple(sums))


def length(part: Decimal, whole: Decimal, room: int) -> int:
    """How much of the room a part takes, to the nearest unit."""
    if whole <= 0:
        return 0
    return int((part * room / whole).quantize(Decimal(1), ROUND_HALF_UP))


def visible(part: Decimal, whole: Decimal, room: int) -> int:
    """The same, but what is not nothing is seen."""
    return max(length(part, whole, room), 1 if part > 0 else 0)


def _step(most: Decimal) -> Decimal:
    """A quarter of an axis that holds the most: a round number."""
    if most <= 0:
        return Decimal(1)
    size = Decimal(10) ** ((most / 4).adjusted())
    return next(step for step in (size * one for one in _STEPS) if step * 4 >= most)


def _brief(amount: Decimal, most: Decimal) -> str:
    """An amount of an axis in few letters: 1.5 m where the axis goes to millions."""
    for unit, name in _UNITS:
        if most >= unit * 40:
            return f"{(amount / unit).normalize():,f}{name}" if amount else "0"
    return f"{amount:,f}"
