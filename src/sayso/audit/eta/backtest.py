"""Arrival dates tried on receipts that were held back: each line dated from what was known when it was ordered.

The origin rolls: the lateness is learned anew every few days, from nothing that was received later.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from sayso.audit.eta.methods import Dates, Simpler
from sayso.promise.eta import Arrival, Lateness, Receipt
from sayso.promise.eta_evidence import MOST_DAYS, ONE, Evidence, Piece, gathered
from sayso.promise.eta_learning import learned

LEARNED = "sayso"
METHODS = (LEARNED, *Simpler.NAMES)
ORIGINS = 12
"""So often is learned anew at most."""


MOST_ASKED = 500
"""So many later lines are asked about to see whether the future is used."""


class Known(Protocol):
    """What was learned, as far as it is asked here."""

    def arrivals(self, item: str, vendor: str, promised: date, today: date | None = None) -> Arrival: ...


Learn = Callable[[Sequence[Receipt], date], Known]
"""Receipts that had come by a day, and that day."""


@dataclass
class Score:
    """How the dates of one method did. Sums are over lines; a part of a line counts for as much as it is."""

    lines: float = 0
    within_middle: float = 0
    within_late: float = 0
    width: float = 0
    loss_middle: float = 0
    loss_late: float = 0

    def add(self, dates: Dates, received: int, weight: float) -> None:
        """A line came."""
        self.lines += weight
        self.within_middle += weight * (received <= dates.middle)
        self.within_late += weight * (received <= dates.late)
        self.width += weight * (dates.late - dates.middle)
        self.loss_middle += weight * _pinball(0.5, dates.middle, received)
        self.loss_late += weight * _pinball(0.9, dates.late, received)

    def figures(self) -> dict[str, float | None]:
        """Coverage in percent, width and pinball losses in days."""
        if not self.lines:
            return dict.fromkeys(_FIGURES)
        values = (
            100 * self.within_middle, 100 * self.within_late, self.width, self.loss_middle, self.loss_late,
            (self.loss_middle + self.loss_late) / 2,
        )  # fmt: skip
        return {name: round(value / self.lines, 3) for name, value in zip(_FIGURES, values, strict=True)}


_FIGURES = ("coverage_p50", "coverage_p90", "width_days", "loss_p50_days", "loss_p90_days", "loss_days")


@dataclass
class Vendor:
    """How the learned dates did for one vendor. `late` is the sum of days late over lines."""

    score: Score = field(default_factory=Score)
    late: float = 0


@dataclass
class Trial:
    """What came of trying, on the lines of so many `deliveries` (by document).

    `undated` lines had nothing to be dated from, and count as dated by their promise.
    `foresees`: what was learned changes with receipts that came later, so that no figure here counts.
    `changed`: vendors who are no longer what they were, with the days after which their receipts now count half.
    `overdue`: lines that had not come on the day after their promise, dated anew on that morning.
    """

    since: date
    until: date
    origins: int = 0
    receipts: int = 0
    left_out: tuple[tuple[str, int], ...] = ()
    deliveries: set[str] = field(default_factory=set)
    undated: float = 0
    foresees: bool = False
    changed: tuple[tuple[str, int], ...] = ()
    by_method: dict[str, Score] = field(default_factory=lambda: {name: Score() for name in METHODS})
    vendors: dict[str, Vendor] = field(default_factory=dict)
    overdue: Score = field(default_factory=Score)


def tried(
    receipts: Sequence[Receipt],
    since: date | None = None,
    learn: Learn = learned,
    origins: int = ORIGINS,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Trial | None:
    """Date every line that came on or after a day (else: the later half). None where nothing can be held back."""
    evidence = gathered(receipts, _last(receipts))
    lines = evidence.lines
    if len(lines) < 2:
        return None
    first = lines[len(lines) // 2].received if since is None else since.toordinal()
    held = [one for one in lines if one.received >= first]
    if not held:
        return None
    trial = Trial(date.fromordinal(first), date.fromordinal(lines[-1].received))
    trial.receipts, trial.left_out = evidence.receipts, evidence.left_out
    _roll(trial, receipts, evidence, held, learn, origins, progress)
    trial.foresees = foresees(receipts, learn)
    return trial


def foresees(receipts: Sequence[Receipt], learn: Learn = learned) -> bool:
    """Whether what is learned as of a day becomes another when later receipts are told of as well."""
    came = sorted((one for one in receipts if one.received is not None), key=_received)
    day = came[len(came) // 2].received or date.min
    past = came[: bisect_right(came, day, key=_received)]
    then, since = learn(past, day), learn(came, day)
    later = [one for one in came[len(past) :] if one.promised is not None][:MOST_ASKED]
    return any(
        then.arrivals(one.item, one.vendor, one.promised)
        != since.arrivals(one.item, one.vendor, one.promised)
        for one in later
        if one.promised is not None
    )


def _roll(
    trial: Trial, receipts: Sequence[Receipt], evidence: Evidence, held: Sequence[Piece], learn: Learn,
    origins: int, progress: Callable[[int, int], None],
) -> None:  # fmt: skip
    came = sorted((one for one in receipts if one.received is not None), key=_received)
    ordered = sorted(held, key=lambda one: one.origin)
    overdue = sorted((one for one in held if one.late > 0), key=lambda one: one.promised)
    simpler, told = Simpler(), 0
    moments = list(_moments(ordered[0].origin, evidence.lines[-1].received, origins))
    for place, (start, end) in enumerate(moments):
        # The last evening before: what comes on the first day of the interval is not known.
        day = date.fromordinal(start - 1)
        known = learn(came[: bisect_right(came, day, key=_received)], day)
        while told < len(evidence.lines) and evidence.lines[told].received < start:
            simpler.receive(evidence.lines[told])
            told += 1
        for one in _between(ordered, start, end, lambda one: one.origin):
            _date(trial, one, known, simpler)
        for one in _between(overdue, start, end, lambda one: one.promised + 1):
            again = _asked(known, one, one.promised + 1)
            trial.overdue.add(_dates(again, one), one.received, one.weight / ONE)
        progress(place + 1, len(moments))
        if isinstance(known, Lateness):
            trial.changed = tuple((one.vendor, one.memory_days) for one in known.vendors if one.changed)
    trial.origins = len(moments)


def _moments(first: int, last: int, origins: int) -> Iterator[tuple[int, int]]:
    step = max(-(-(last + 1 - first) // origins), 7)
    for start in range(first, last + 1, step):
        yield start, start + step


def _between(pieces: Sequence[Piece], start: int, end: int, key: Callable[[Piece], int]) -> Sequence[Piece]:
    return pieces[bisect_left(pieces, start, key=key) : bisect_left(pieces, end, key=key)]


def _last(receipts: Sequence[Receipt]) -> date:
    """The day of the last receipt that can be believed: a wrong year is seen by its lateness."""
    believed = (
        one.received
        for one in receipts
        if one.received and one.promised and abs((one.received - one.promised).days) <= MOST_DAYS
    )
    return max(believed, default=date.max)


def _received(receipt: Receipt) -> date:
    return receipt.received or date.max


def _date(trial: Trial, one: Piece, known: Known, simpler: Simpler) -> None:
    """Date a line by every method, as on the day it was ordered, and score them by the day it came."""
    weight, arrival = one.weight / ONE, _asked(known, one)
    trial.undated += weight * (arrival.p50 is None)
    trial.deliveries.add(one.document)
    learned_dates = _dates(arrival, one)
    vendor = trial.vendors.setdefault(one.vendor, Vendor())
    vendor.score.add(learned_dates, one.received, weight)
    vendor.late += weight * one.late
    trial.by_method[LEARNED].add(learned_dates, one.received, weight)
    for name, dates in simpler.dates(one).items():
        trial.by_method[name].add(dates, one.received, weight)


def _asked(known: Known, one: Piece, today: int | None = None) -> Arrival:
    asked = None if today is None else date.fromordinal(today)
    return known.arrivals(one.item, one.vendor, date.fromordinal(one.promised), asked)


def _dates(arrival: Arrival, one: Piece) -> Dates:
    if arrival.p50 is None or arrival.p90 is None:
        return Dates(one.promised, one.promised)
    return Dates(arrival.p50.toordinal(), arrival.p90.toordinal())


def _pinball(level: float, dated: int, received: int) -> float:
    """The loss that is least, on average, for the day that is met with this chance; in days."""
    return level * (received - dated) if received > dated else (1 - level) * (dated - received)
