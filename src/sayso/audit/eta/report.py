"""What to make of a trial of arrival dates: whether they hold, what they are better than, whom not to trust."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sayso.audit.eta.backtest import LEARNED, METHODS, Score, Trial

AIM, TOLERANCE = 90.0, 3.0
"""The coverage a P90 is to have, and by how many points it may miss, in percent."""

SIMPLER = ("promised", "mean_lateness", "lead_time")
"""What the dates have to be better than."""

NAMES = {
    LEARNED: "Sayso's P50 and P90",
    "promised": "the promised date",
    "mean_lateness": "promised date plus the vendor's mean lateness",
    "lead_time": "order date plus the mean lead time",
    "all_quantiles": "promised date plus the quantiles of all receipts",
}

_FEW_DELIVERIES = 100
_WORTH_NAMING = 30
_FAR_OFF = 10.0


@dataclass(frozen=True)
class Verdict:
    """Whether the P90 covers what it says, whether fewer days are lost than by each simpler method, and why."""

    calibrated: bool
    better: bool
    sentences: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether a policy may promise by these dates."""
        return self.calibrated and self.better


def judged(trial: Trial) -> Verdict:
    """What a trial says, in sentences."""
    learned = trial.by_method[LEARNED].figures()
    coverage, loss = learned["coverage_p90"] or 0.0, learned["loss_days"] or 0.0
    calibrated = abs(coverage - AIM) <= TOLERANCE and not trial.foresees
    others = {name: trial.by_method[name].figures()["loss_days"] or 0.0 for name in METHODS[1:]}
    better = all(loss < others[name] for name in SIMPLER) and not trial.foresees
    sentences = [
        *_future(trial), *_coverage(trial, coverage, calibrated), *_losses(loss, others), *_middle(trial),
        *_width(trial), *_known(trial), *_vendors(trial),
    ]  # fmt: skip
    return Verdict(calibrated, better, tuple(sentences))


def document(name: str, trial: Trial) -> dict[str, Any]:
    """A trial with its verdict as plain data; days and percent."""
    verdict = judged(trial)
    return {
        "receipts": name, "since": trial.since.isoformat(), "until": trial.until.isoformat(),
        "origins": trial.origins, "receipts_used": trial.receipts, "left_out": dict(trial.left_out),
        "deliveries": len(trial.deliveries), "undated_lines": round(trial.undated, 3),
        "foresees": trial.foresees, "calibrated": verdict.calibrated, "better": verdict.better,
        "says": list(verdict.sentences),
        "methods": {method: _score(score) for method, score in trial.by_method.items()},
        "overdue": _score(trial.overdue), "changed": dict(trial.changed),
        "vendors": {
            vendor: _score(one.score) | {"mean_lateness_days": round(one.late / one.score.lines, 3)}
            for vendor, one in sorted(trial.vendors.items())
        },
    }  # fmt: skip


def _score(score: Score) -> dict[str, Any]:
    return {"lines": round(score.lines, 3), **score.figures()}


def chance(deliveries: int) -> float:
    """By how many points a coverage of 90 % may be off by chance alone, nineteen times in twenty."""
    return 100 * 1.96 * math.sqrt(0.9 * 0.1 / max(deliveries, 1))


def _future(trial: Trial) -> Iterator[str]:
    if trial.foresees:
        yield "The dates were learned from receipts that came later: nothing below counts."


def _coverage(trial: Trial, coverage: float, calibrated: bool) -> Iterator[str]:
    lines, deliveries = trial.by_method[LEARNED].lines, len(trial.deliveries)
    came = f"By the P90, {coverage:.1f} % of {lines:,.0f} held-back lines had come"
    aim = f"{AIM:.0f} % within {TOLERANCE:.0f} points is aimed at"
    if calibrated:
        yield f"{came}; {aim}: what is promised by it is kept as often as it says."
    elif coverage < AIM:
        yield f"{came}; {aim}: it is too early, and should not be promised."
    else:
        yield f"{came}; {aim}: it is later than it need be."
    if deliveries < _FEW_DELIVERIES:
        yield (
            f"These are only {deliveries:,} deliveries: by chance alone the figure may be off by "
            f"{chance(deliveries):.0f} points."
        )


def _losses(loss: float, others: dict[str, float]) -> Iterator[str]:
    beaten = [f"{NAMES[name]} {others[name]:.2f}" for name in others if loss < others[name]]
    not_beaten = [f"{NAMES[name]} {others[name]:.2f}" for name in others if loss >= others[name]]
    if beaten:
        yield f"They lose {loss:.2f} days a line (pinball loss); {', '.join(beaten)}."
    if not_beaten:
        yield f"They lose {loss:.2f} days a line, and are no better than {', '.join(not_beaten)}: promise by that."


def _middle(trial: Trial) -> Iterator[str]:
    """Where most goods come on the promised day, no P50 can be better than that day; then it is said."""
    losses = {name: trial.by_method[name].figures()["loss_p50_days"] or 0.0 for name in METHODS}
    for name in SIMPLER:
        if losses[name] <= losses[LEARNED]:
            yield f"The P50 alone loses {losses[LEARNED]:.2f} days, {NAMES[name]} {losses[name]:.2f}."


def _width(trial: Trial) -> Iterator[str]:
    width = trial.by_method[LEARNED].figures()["width_days"]
    yield f"The P90 lies {width:.1f} days after the P50 on average: that is what promising by it costs."
    if trial.overdue.lines:
        again = trial.overdue.figures()
        yield (
            f"Of {trial.overdue.lines:,.0f} lines that were overdue, dated anew on the day after, "
            f"{again['coverage_p90']:.1f} % came by the new P90."
        )


def _known(trial: Trial) -> Iterator[str]:
    if trial.undated:
        yield f"{trial.undated:,.0f} lines were ordered before there was any receipt to learn from."
    for reason, count in trial.left_out:
        yield f"Left out: {count:,} receipts ({reason})."


def _vendors(trial: Trial) -> Iterator[str]:
    """Those who changed, and those whose own coverage is far from the aim."""
    if trial.changed:
        named = ", ".join(
            f"{name or 'no vendor'} (half after {days} days)" for name, days in trial.changed[:5]
        )
        more = f" and {len(trial.changed) - 5:,} more" if len(trial.changed) > 5 else ""
        yield f"Not what they were, so that their older receipts count less: {named}{more}."
    off = []
    for name, one in trial.vendors.items():
        covered = one.score.figures()["coverage_p90"]
        if covered is not None and one.score.lines >= _WORTH_NAMING and covered < AIM - _FAR_OFF:
            off.append((covered, name, one.score.lines))
    for covered, name, lines in sorted(off)[:3]:
        yield f"{name or 'No vendor'} came by the P90 in only {covered:.0f} % of {lines:,.0f} lines."
