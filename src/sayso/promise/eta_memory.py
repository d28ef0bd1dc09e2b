"""How long receipts of a vendor are remembered, and on which weekdays he delivers: each chosen on what it foretells.

A choice is tried on the vendor's later deliveries, each forecast from those that had come when it was ordered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from sayso.promise.eta_evidence import Piece
from sayso.promise.eta_spread import Spread, pairs
from sayso.promise.eta_weeks import EVERY_DAY, seen, week

MEMORIES = (0, 360, 180, 90, 45, 20)
"""After so many days a receipt counts half; 0: it counts for ever."""

MOST_TRIED = 60
"""So many of a vendor's latest deliveries are tried at most, and never more than the later half."""

LEAST_TRIED = 10
"""With fewer a vendor is taken to be like the others."""

LEAST_FOR_A_WEEK = 30
"""Deliveries that tell a vendor's weekdays: of five, one is missed by chance in fewer than one of a hundred cases."""

STANDARD_ERRORS = 2
"""A vendor differs from the others where his own choice was better by more than chance: by so many standard errors."""


BEYOND_DOUBT = 3
"""By so many it is said of a vendor that he changed; with many vendors chance alone gives some the other."""


WORTH_SAYING_PERCENT = 20
"""And by so much of what would have been lost."""


class Choice(NamedTuple):
    """How a vendor's receipts are counted: memory in days, and the week whose days lateness is counted in.

    `changed`: he is not what he was, beyond doubt; remembering his receipts for ever would have lost more.
    """

    memory: int
    week: int
    changed: bool = False


class Choices(NamedTuple):
    """The choice for each vendor that is known, and for all others; its week is the one in which all come together."""

    of: Mapping[str, Choice]
    usual: Choice

    def for_(self, vendor: str) -> Choice:
        """The choice for a vendor."""
        return self.of.get(vendor, self.usual)


def growth(memory: int, days: int) -> int:
    """What a receipt of this day weighs against one of day 0: doubled with every memory, straight in between.

    So each receipt is weighed once, when it comes, and only ratios matter. Exact, and never rounded.
    """
    if not memory:
        return 1
    doubled, rest = divmod(days, memory)
    return (memory + rest) << doubled


def late_in(mask: int, piece: Piece) -> int:
    """Lateness in the delivery days of a week."""
    if mask == EVERY_DAY:
        return piece.late
    days = week(mask)
    return days.number(piece.received) - days.number(piece.promised)


def chosen(deliveries: Sequence[Piece]) -> Choices:
    """The choices for these deliveries, which are sorted by the day they came."""
    company, earlier = _weekdays(deliveries), _weekdays(deliveries[: len(deliveries) // 2])
    of_vendor = sorted(deliveries, key=lambda one: one.vendor)  # keeps the days in order
    vendors = {name: list(own) for name, own in groupby(of_vendor, key=lambda one: one.vendor)}
    weeks = {
        name: _losses(own, [Choice(0, mask) for mask in _weeks(own[: len(own) - _tried(own)], earlier)])
        for name, own in vendors.items()
    }
    usual_week, week_of = _best(weeks)
    masks = {name: _weeks(own, company)[week_of.get(name, usual_week)] for name, own in vendors.items()}
    memories = {
        name: _losses(own, [Choice(memory, masks[name]) for memory in MEMORIES])
        for name, own in vendors.items()
    }
    usual, memory_of = _best(memories)
    of = {
        name: Choice(MEMORIES[memory_of.get(name, usual)], mask, _own(memories[name], 0, BEYOND_DOUBT) != 0)
        for name, mask in masks.items()
    }
    week_of_all = company if usual_week else EVERY_DAY
    return Choices(of, Choice(MEMORIES[usual], week_of_all))


def _weekdays(deliveries: Sequence[Piece]) -> int:
    return seen(Counter((one.received - 1) % 7 for one in deliveries), 2)


def _weeks(own: Sequence[Piece], company: int) -> tuple[int, int, int]:
    """The weeks that may be a vendor's: every day, the company's working days, the days he was seen on."""
    return EVERY_DAY, company, _weekdays(own[-100:]) if len(own) >= LEAST_FOR_A_WEEK else company


def _tried(own: Sequence[Piece]) -> int:
    return min(MOST_TRIED, len(own) // 2)


def _losses(own: Sequence[Piece], choices: Sequence[Choice]) -> list[list[int]]:
    """What each choice would have lost on each delivery it is tried on."""
    tried = sorted(own[len(own) - _tried(own) :], key=lambda one: one.origin)
    known: list[dict[int, int]] = [{} for _ in choices]
    losses: list[list[int]] = [[] for _ in choices]
    place, first = 0, own[0].received
    for one in tried:
        while own[place].received < one.origin:
            for choice, weights in zip(choices, known, strict=True):
                _add(weights, own[place], choice, first)
            place += 1
        if place:
            for choice, weights, lost in zip(choices, known, losses, strict=True):
                lost.append(_loss(weights, one, choice.week))
    return losses


def _add(weights: dict[int, int], piece: Piece, choice: Choice, first: int) -> None:
    late = late_in(choice.week, piece)
    weights[late] = weights.get(late, 0) + piece.weight * growth(choice.memory, piece.received - first)


def _loss(weights: Mapping[int, int], piece: Piece, mask: int) -> int:
    spread, days = Spread(pairs(weights)), week(mask)
    base = days.number(piece.promised)
    middle, late = (days.day(base + spread.at(level)) for level in (5000, 9000))
    return lost(middle, late, piece.received)


def lost(middle: int, late: int, received: int) -> int:
    """The pinball loss of a P50 and a P90 together, in tenths of a day."""
    over = received - late
    return 5 * abs(received - middle) + (9 * over if over > 0 else -over)


def _best(losses: Mapping[str, list[list[int]]]) -> tuple[int, dict[str, int]]:
    """The choice for all vendors, and the vendors that clearly differ.

    The first is the simplest, and stands unless another is better for vendors at large: each is one observation, so
    that a few who changed do not speak for those who did not.
    """
    count = len(next(iter(losses.values())))
    at_large = [[sum(of[n]) for of in losses.values()] for n in range(count)]
    usual = _better(at_large, 0)
    differing = {name: own for name, of in losses.items() if (own := _own(of, usual)) != usual}
    return usual, differing


def _own(losses: Sequence[Sequence[int]], usual: int, errors: int = STANDARD_ERRORS) -> int:
    """A vendor's choice: another than the usual one only if no single bad delivery more would have undone its gain."""
    found = _better(losses, usual, errors)
    return found if sum(losses[usual]) - sum(losses[found]) > max(losses[usual], default=0) else usual


def _changed(losses: Sequence[Sequence[int]]) -> bool:
    """Whether remembering all for ever would have lost more, beyond doubt and by enough to be worth saying."""
    for_ever, best = sum(losses[0]), sum(losses[_own(losses, 0, BEYOND_DOUBT)])
    return (for_ever - best) * 100 > WORTH_SAYING_PERCENT * for_ever


def _better(losses: Sequence[Sequence[int]], usual: int, errors: int = STANDARD_ERRORS) -> int:
    """The choice with the least losses if it is clearly better than the usual one, else the usual one."""
    sums = [sum(one) for one in losses]
    best = sums.index(min(sums))
    gains = [before - after for before, after in zip(losses[usual], losses[best], strict=True)]
    clear = sum(gains) ** 2 > errors**2 * sum(gain * gain for gain in gains)
    return best if clear and len(gains) >= LEAST_TRIED else usual
