"""Arrival dates on receipts held back: the claims that are made of them, and faults that would make them untrue."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import msgspec
import pytest

from audit.eta_trials import NAMES, trial, world
from sayso.audit.eta import report as eta_report
from sayso.audit.eta.backtest import LEARNED, METHODS, foresees, tried
from sayso.audit.eta.methods import Dates, Simpler
from sayso.promise.eta import Arrival, Lateness, Receipt
from sayso.promise.eta_evidence import Piece
from sayso.promise.eta_learning import learned

# The claims


@pytest.mark.parametrize("name", NAMES)
def test_nine_of_ten_lines_come_by_their_p90(name):
    found = trial(name)
    assert abs(found.by_method[LEARNED].figures()["coverage_p90"] - 90) <= 3
    assert len(found.deliveries) > 300
    assert found.by_method[LEARNED].lines > 2000


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("simpler", eta_report.SIMPLER)
def test_fewer_days_are_lost_than_by_simpler_ways(name, simpler):
    found = trial(name)
    assert (
        found.by_method[LEARNED].figures()["loss_days"]
        < 0.9 * found.by_method[simpler].figures()["loss_days"]
    )


@pytest.mark.parametrize("name", NAMES)
def test_knowing_the_vendor_beats_one_spread_for_all(name):
    found = trial(name)
    loss = {method: found.by_method[method].figures()["loss_days"] for method in METHODS}
    assert loss[LEARNED] < loss["all_quantiles"]


@pytest.mark.parametrize("name", NAMES)
def test_overdue_lines_come_by_their_new_p90(name):
    assert abs(trial(name).overdue.figures()["coverage_p90"] - 90) <= 4


@pytest.mark.parametrize("name", NAMES)
def test_a_trial_that_holds_is_said_to_hold_and_is_plain_data(name):
    verdict = eta_report.judged(trial(name))
    assert verdict.holds, verdict.sentences
    document = json.loads(msgspec.json.encode(eta_report.document(name, trial(name))))
    assert document["calibrated"]
    assert document["better"]
    assert not document["foresees"]
    assert set(document["methods"]) == set(METHODS)
    assert sum(one["lines"] for one in document["vendors"].values()) == pytest.approx(
        document["methods"][LEARNED]["lines"], abs=1
    )


# The future


def test_what_is_learned_is_the_same_whether_the_future_is_told_or_not():
    assert not foresees(world("sparse"))


def test_a_model_that_looks_into_the_future_is_caught():
    def peeping(receipts: Sequence[Receipt], day: date) -> Lateness:
        return learned(receipts, date(2030, 1, 1))

    assert foresees(world("sparse"), peeping)
    found = tried(world("sparse"), learn=peeping, origins=2)
    assert found is not None
    assert not eta_report.judged(found).holds
    assert "came later" in eta_report.judged(found).sentences[0]


def test_each_line_is_dated_by_what_had_come_before_it_was_ordered():
    told: list[tuple[date, date | None]] = []
    asked: list[tuple[date, str]] = []

    class Watching:
        def __init__(self, day: date) -> None:
            self.day = day

        def arrivals(self, item: str, vendor: str, promised: date, today: date | None = None) -> Arrival:
            asked.append((self.day, item))
            return Arrival(promised, promised, promised, "all", 1)

    def watching(receipts: Sequence[Receipt], day: date) -> Watching:
        told.append((day, max((one.received for one in receipts if one.received), default=None)))
        return Watching(day)

    receipts = [
        Receipt(f"PO{n}", "1", "1", f"I{n}", "", "V", *(date(2024, 1, 1) + timedelta(days=n + d) for d in (0, 10, 14)),
                Decimal(1))
        for n in range(100)
    ]  # fmt: skip
    found = tried(receipts, learn=watching, origins=5)
    assert found is not None
    rolled = told[:-2]  # the last two are to see whether it foresees
    assert [last is None or last <= day for day, last in rolled] == [True] * len(rolled)
    assert len(rolled) == found.origins > 3
    ordered = {one.item: one.ordered for one in receipts}
    first_asked = {item: day for day, item in reversed(asked)}
    assert all(day < ordered[item] for item, day in first_asked.items())
    assert all(ordered[item] - day <= timedelta(days=20) for item, day in first_asked.items()), (
        "and not long before"
    )


# Faults of a model

Twist = Callable[[Arrival], Arrival]


@cache
def known(name: str, day: date) -> Lateness:
    """What is learned of a world by a day; told of all, it takes what had come."""
    return learned(world(name), day)


class Twisted:
    """A model with a fault in what it says."""

    def __init__(self, true: Lateness, twist: Twist) -> None:
        self.true, self.twist = true, twist

    def arrivals(self, item: str, vendor: str, promised: date, today: date | None = None) -> Arrival:
        found = self.true.arrivals(item, vendor, promised, today)
        return found if found.p90 is None else self.twist(found)


def shifted(one: Arrival, days: int) -> Arrival:
    return msgspec.structs.replace(one, p90=one.p90 + timedelta(days=days))


FAULTS: dict[str, Twist] = {
    "the P90 is the P50": lambda one: msgspec.structs.replace(one, p90=one.p50),
    "the P90 is three days early": lambda one: shifted(one, -3),
    "the P90 is a month late": lambda one: shifted(one, 30),
    "late is early": lambda one: msgspec.structs.replace(
        one, p50=2 * (one.promised - one.p50) + one.p50, p90=2 * (one.promised - one.p90) + one.p90
    ),
    "nothing is learned": lambda one: Arrival(one.promised),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_model_does_not_hold(fault):
    found = tried(world("sparse"), learn=lambda _, day: Twisted(known("sparse", day), FAULTS[fault]))
    assert found is not None
    verdict = eta_report.judged(found)
    assert not verdict.holds, verdict.sentences


def test_a_model_without_a_fault_holds_where_they_do_not():
    found = tried(world("sparse"), learn=lambda _, day: Twisted(known("sparse", day), lambda one: one))
    assert found is not None
    assert eta_report.judged(found).holds


# By hand


def test_figures_of_four_lines():
    """Promised on the 10th; came on the 8th, 10th, 12th and 20th; dated the 10th and the 15th."""

    class Fixed:
        def arrivals(self, item: str, vendor: str, promised: date, today: date | None = None) -> Arrival:
            return Arrival(promised, promised, promised + timedelta(days=5), "all", 1)

    receipts = [
        Receipt(
            f"PO{day}",
            "1",
            "1",
            "A",
            "",
            "V",
            date(2024, 1, 2),
            date(2024, 1, 10),
            date(2024, 1, day),
            Decimal(1),
        )
        for day in (8, 10, 12, 20)
    ]
    found = tried(receipts, since=date(2024, 1, 1), learn=lambda *_: Fixed())
    assert found is not None
    figures = found.by_method[LEARNED].figures()
    assert figures == {
        "coverage_p50": 50, "coverage_p90": 75, "width_days": 5,
        "loss_p50_days": (0.5 * 2 + 0 + 0.5 * 2 + 0.5 * 10) / 4,
        "loss_p90_days": pytest.approx((0.1 * 7 + 0.1 * 5 + 0.1 * 3 + 0.9 * 5) / 4, abs=0.001),
        "loss_days": pytest.approx((1.75 + 1.5) / 2),
    }  # fmt: skip
    assert found.vendors["V"].late / found.vendors["V"].score.lines == (-2 + 0 + 2 + 10) / 4
    assert found.by_method["promised"].figures()["coverage_p90"] == 50
    assert found.overdue.lines == 2
    assert found.overdue.figures()["coverage_p90"] == 50
    assert "only 4 deliveries" in " ".join(eta_report.judged(found).sentences)


def test_simpler_ways_by_hand():
    simpler = Simpler()
    line = Piece(0, "V", "PO9", "A", 115, 100, 1000)
    assert set(simpler.dates(line).values()) == {Dates(115, 115)}, "nothing came yet"
    for late, item, vendor in ((0, "A", "V"), (3, "A", "V"), (9, "B", "V"), (12, "C", "W")):
        simpler.receive(Piece(50 + late, vendor, "", item, 50, 40, 1000))
    assert simpler.dates(line) == {
        "promised": Dates(115, 115),
        "mean_lateness": Dates(119, 119),
        "lead_time": Dates(112, 112),
        "all_quantiles": Dates(118, 127),
    }
    assert simpler.dates(line._replace(vendor="new"))["mean_lateness"] == Dates(121, 121)
    assert simpler.dates(line._replace(item="new"))["lead_time"] == Dates(114, 114)


def test_a_receipt_of_a_wrong_year_moves_no_figure():
    few = world("sparse")[:400]
    wrong = few[0]._replace(document="PO-X", received=date(2204, 1, 1))
    found, again = tried(few, origins=3), tried([*few, wrong], origins=3)
    assert found is not None
    assert again is not None
    assert again.left_out == (("received later", 1),)
    assert again.by_method == found.by_method


def test_nothing_can_be_held_back_of_nothing():
    assert tried([]) is None
    assert tried(world("sparse")[:1]) is None
    assert tried(world("sparse")[:50], since=date(2040, 1, 1)) is None
