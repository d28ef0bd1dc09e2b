"""How lateness is learned from receipts: each setting is chosen on deliveries that were held back, none is given.

A vendor's memory and week are chosen on his own later deliveries (eta_memory.py); how much one level leans on the
next, and which level covers what it says, on order lines forecast from what was known when they were ordered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from sayso.promise.eta import NODES, Habit, Lateness, Own, Receipt, converted
from sayso.promise.eta_evidence import ONE, Evidence, Piece, gathered
from sayso.promise.eta_memory import Choices, chosen, growth, late_in, lost
from sayso.promise.eta_spread import PARTS, Pairs, Spread, pairs
from sayso.promise.eta_weeks import week

STRENGTHS = tuple(ONE * n for n in (1, 4, 16, 64))
"""So many receipts the coarser level may count for beside the finer one's own, in thousandths."""

USUAL_STRENGTH = 4 * ONE
"""What it counts for where there is too little to choose on."""

LEAST_TESTS = 30
MOST_TESTS = 2000
STEPS = 24
COUNTED_FROM = 8000
"""From this level on what counts is how many lines came by the day: these are the dates that are promised."""

WINDOW_DAYS = 364
"""Held-back lines are those of at most so many days, forecast from what was known at one of STEPS moments."""


class Case(NamedTuple):
    """A line held back: what was known of its item, its vendor and all vendors, and when it came."""

    own: Spread
    vendor: Spread
    everyone: Spread
    piece: Piece
    late: int
    week: int

    def spread(self, vendor_leans: int, item_leans: int) -> Spread:
        """Its distribution, in its vendor's delivery days."""
        return self.own.leaning(self.vendor.leaning(self.everyone, vendor_leans), item_leans)

    def lost(self, spread: Spread) -> int:
        """What P50 and P90 of a distribution lost on it."""
        days = week(self.week)
        base = days.number(self.piece.promised)
        return lost(days.day(base + spread.at(5000)), days.day(base + spread.at(9000)), self.piece.received)


def learned(receipts: Iterable[Receipt], today: date) -> Lateness:
    """What receipts say as of a day. Their order does not matter; what was received later is not looked at."""
    evidence = gathered(receipts, today)
    if not evidence.receipts:
        return Lateness(today, left_out=evidence.left_out)
    choices = chosen(evidence.deliveries)
    cases = _held_back(evidence, choices)
    vendor_leans = _strength(cases, lambda case, strength: case.vendor.leaning(case.everyone, strength))
    item_leans = _strength(
        [case for case in cases if case.own.total], lambda case, strength: case.spread(vendor_leans, strength)
    )
    known = _Known(choices, evidence.lines[0].received)
    for one in evidence.deliveries:
        known.deliver(one)
    for one in evidence.lines:
        known.receive(one)
    now = today.toordinal()
    met = [case for case in cases if case.vendor.total]
    new = [case for case in cases if not case.vendor.total]
    return Lateness(
        today, evidence.receipts, evidence.left_out, len(cases), item_leans, vendor_leans,
        _levels(met, vendor_leans, item_leans), _levels(new, vendor_leans, item_leans), choices.usual.week,
        known.everyone(now), known.habits(now), known.owns(now),
    )  # fmt: skip


class _Known:
    """What is known at some moment. Pieces are told in the order of the days on which they came."""

    def __init__(self, choices: Choices, first: int) -> None:
        self.choices, self.first = choices, first
        self.vendors: dict[str, dict[int, int]] = {}
        self.together: dict[str, dict[int, int]] = {}
        self.items: dict[tuple[str, str], dict[int, int]] = {}
        self.counts: dict[str | tuple[str, str], int] = {}

    def deliver(self, piece: Piece) -> None:
        """A delivery counts for its vendor, and by him for all."""
        choice = self.choices.for_(piece.vendor)
        weight = piece.weight * growth(choice.memory, piece.received - self.first)
        own = self.vendors.setdefault(piece.vendor, {})
        late = late_in(choice.week, piece)
        own[late] = own.get(late, 0) + weight
        if choice.week == self.choices.usual.week:
            self.together[piece.vendor] = own
        else:
            shared = self.together.setdefault(piece.vendor, {})
            late = late_in(self.choices.usual.week, piece)
            shared[late] = shared.get(late, 0) + weight
        self.counts[piece.vendor] = self.counts.get(piece.vendor, 0) + 1

    def receive(self, piece: Piece) -> None:
        """A line counts for its item at its vendor."""
        choice, key = self.choices.for_(piece.vendor), (piece.item, piece.vendor)
        own = self.items.setdefault(key, {})
        late = late_in(choice.week, piece)
        own[late] = own.get(late, 0) + piece.weight * growth(choice.memory, piece.received - self.first)
        self.counts[key] = self.counts.get(key, 0) + 1

    def of_vendor(self, vendor: str, now: int) -> Pairs:
        """A vendor's lateness, in thousandths of a receipt of now."""
        return self._of_now(self.vendors.get(vendor, {}), vendor, now)

    def of_item(self, item: str, vendor: str, now: int) -> Pairs:
        """The same of one item."""
        return self._of_now(self.items.get((item, vendor), {}), vendor, now)

    def everyone(self, now: int) -> Pairs:
        """All vendors together: one voice for each, the fuller the more is known of him.

        The next vendor will be one like these, and not like the one of them with the most receipts.
        """
        found: dict[int, int] = {}
        for vendor, weights in self.together.items():
            own = self._of_now(weights, vendor, now)
            whole = sum(weight for _, weight in own) + ONE
            for late, weight in own:
                found[late] = found.get(late, 0) + weight * ONE * ONE // whole
        return pairs(found)

    def habits(self, now: int) -> tuple[Habit, ...]:
        """Every vendor."""
        return tuple(
            Habit(
                name, self.counts[name], self.of_vendor(name, now), self.choices.for_(name).week,
                self.choices.for_(name).memory, self.choices.for_(name).changed,
            )
            for name in sorted(self.vendors)
        )  # fmt: skip

    def owns(self, now: int) -> tuple[Own, ...]:
        """Every item at every vendor."""
        return tuple(
            Own(item, vendor, self.counts[item, vendor], self.of_item(item, vendor, now))
            for item, vendor in sorted(self.items)
        )

    def _of_now(self, weights: dict[int, int], vendor: str, now: int) -> Pairs:
        unit = growth(self.choices.for_(vendor).memory, now - self.first)
        return pairs((late, weight // unit) for late, weight in weights.items())


def _held_back(evidence: Evidence, choices: Choices) -> list[Case]:
    """Lines of the later half, each with what was known a little before it was ordered."""
    lines = evidence.lines
    least = max(lines[len(lines) // 2].received, lines[-1].received - WINDOW_DAYS)
    later = [one for one in lines if one.received >= least]
    picked = sorted(later[:: -(-len(later) // MOST_TESTS)], key=lambda one: one.origin)
    wanted = {(one.item, one.vendor) for one in picked}
    known = _Known(choices, lines[0].received)
    step = max((picked[-1].origin - picked[0].origin) // STEPS, 1)
    delivered = received = place = 0
    cases: list[Case] = []
    moment = picked[0].origin
    while place < len(picked):
        moment = max(moment, picked[place].origin - step + 1)
        while delivered < len(evidence.deliveries) and evidence.deliveries[delivered].received < moment:
            known.deliver(evidence.deliveries[delivered])
            delivered += 1
        while received < len(lines) and lines[received].received < moment:
            if (lines[received].item, lines[received].vendor) in wanted:
                known.receive(lines[received])
            received += 1
        everyone = known.everyone(moment)
        while place < len(picked) and picked[place].origin < moment + step:
            if everyone:
                cases.append(_case(picked[place], known, everyone, moment))
            place += 1
        moment += step
    return cases


def _case(piece: Piece, known: _Known, everyone: Pairs, moment: int) -> Case:
    choices = known.choices
    mask = choices.for_(piece.vendor).week if piece.vendor in known.vendors else choices.usual.week
    return Case(
        Spread(known.of_item(piece.item, piece.vendor, moment)), Spread(known.of_vendor(piece.vendor, moment)),
        converted(everyone, choices.usual.week, mask, piece.promised), piece, late_in(mask, piece), mask,
    )  # fmt: skip


def _strength(cases: Sequence[Case], spread: Callable[[Case, int], Spread]) -> int:
    """How much leaning on the coarser level loses least."""
    if len(cases) < LEAST_TESTS:
        return USUAL_STRENGTH
    losses = {strength: sum(case.lost(spread(case, strength)) for case in cases) for strength in STRENGTHS}
    return min(STRENGTHS, key=lambda strength: (losses[strength], strength))


def _levels(cases: Sequence[Case], vendor_leans: int, item_leans: int) -> tuple[int, ...]:
    """For each of NODES the level of the distributions that covered this share of the held-back lines.

    The share is raised for the one line that is forecast next, as in conformal prediction: (n + 1) / n.
    """
    if len(cases) < LEAST_TESTS:
        return NODES
    spreads = [case.spread(vendor_leans, item_leans) for case in cases]
    places = [
        (spread.below(case.late), spread.below(case.late + 1))
        for case, spread in zip(cases, spreads, strict=True)
    ]
    lows = sorted(low for low, _ in places)
    found, level = [], 1
    for node in NODES:
        wanted = -(-node * (len(places) + 1) // PARTS)  # lines
        if node < COUNTED_FROM:
            level = _spread_out(places, min(wanted, len(places)), level)
        else:
            # A line is covered by every level above the share of days before its own.
            level = max(level, lows[wanted - 1] + 1 if wanted <= len(lows) else PARTS - 1)
        found.append(level)
    return tuple(found)


def _spread_out(places: Sequence[tuple[int, int]], wanted: int, least: int) -> int:
    """The level below which so many lines came, where a line on a day that many share counts for a part of the day.

    So a day on which most lines come, such as the promised one, is not left because it covers more than it should.
    """
    low, high = least, PARTS
    while low < high:
        middle = (low + high) // 2
        if sum(_part(one, middle) for one in places) >= wanted * PARTS:
            high = middle
        else:
            low = middle + 1
    return low


def _part(place: tuple[int, int], level: int) -> int:
    """How many parts of PARTS of a line came below a level."""
    low, high = place
    if level >= high:
        return PARTS
    return (level - low) * PARTS // (high - low) if level > low else 0
