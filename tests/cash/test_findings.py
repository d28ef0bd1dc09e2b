"""What does not agree about an order: each kind, its key, the money at stake, and when it is over."""

from __future__ import annotations

from datetime import date

import pytest

from cash.some import (
    ORDER,
    TEN,
    DisputeClosed,
    DisputeOpened,
    OrderChanged,
    OrderHeld,
    OrderRejected,
    OrderReleased,
    Substitute,
    accepted,
    applied,
    cancelled,
    credited,
    d,
    delivered,
    fact,
    folded,
    goods,
    invoiced,
    line,
    money,
    picked,
    placed,
    returned,
    shipped,
    to,
)  # fmt: skip
from sayso.canon.findings import Finding
from sayso.cases.kinds import KINDS, sentence
from sayso.cash.findings import findings
from sayso.cash.shapes import Fact

ALL = shipped("S-1", goods(1, "A", "10"), goods(2, "C", "4"))
BILL = invoiced("I-1", money(1, "A", "10", "20", "4"), money(2, "C", "4", "20", "4"))
SHORT = picked("P-1", (1, "A", "8", "2"))
HELD = fact(OrderHeld(document="H-1", kind="credit", reason="over the limit"), 1)
REFUSED = fact(OrderRejected(document="R-1", reason="blocked", lines=(2,)), 1)
DISPUTE = fact(DisputeOpened(document="D-1", invoice="I-1", amount=d("5"), currency="GBP"), 90)
SERIES = shipped("S-1", goods(1, "A", "5"), series="WO-1", part=1, of=3)
DEDUCTED = applied("AP-1", to("I-1", "36", deduction="12"))

# The facts beside the order; kind, key, money at stake; what settles it.
CASES: list[tuple[list[Fact], str, list[Fact]]] = [
    ([accepted(line(1, "A", "8", tax=d("4"), ship_on=date(2011, 2, 3)))],
     "acceptance_differs WEB-1/line_missing/2 20, acceptance_differs WEB-1/quantity/1 4", [accepted(revision=1)]),
    ([accepted(total=d("50"))], "acceptance_differs WEB-1/total/0 2", [cancelled("C")]),
    ([REFUSED], "order_rejected WEB-1/2 24", [cancelled("C-1", (2, "4"))]),
    ([HELD], "on_hold WEB-1/H-1 48", [fact(OrderReleased(document="H-1"), 5)]),
    ([HELD], "on_hold WEB-1/H-1 48", [ALL]),
    ([SHORT], "short_pick WEB-1/1 4.8", [cancelled("C-1", (1, "2"))]),
    ([SHORT], "short_pick WEB-1/1 4.8", [picked("P-2", (1, "A", "2", "0"))]),
    ([SHORT], "short_pick WEB-1/1 4.8", [ALL]),
    ([shipped("S-1", goods(1, "X", "5"))], "substitution_unapproved WEB-1/1/X 12",
     [fact(OrderChanged(document=ORDER, revision=1, lines=(
         line(1, "A", "10", tax=d("4"), substitutes=(Substitute(item="X"),)),)), 9)]),
    ([picked("P-1", (2, "X", "4", "0"))], "substitution_unapproved WEB-1/2/X 24", [picked("P-1", (2, "X", "4", "0")), ALL]),
    ([SERIES], "shipment_missing WEB-1/wms/WO-1 12",
     [shipped(f"S-{n}", goods(1, "A", "1"), series="WO-1", part=n, of=3) for n in (2, 3)]),
    ([delivered("POD", "S-9")], "shipment_missing WEB-1/S-9 None", [shipped("S-9", goods(1, "A", "1"))]),
    ([shipped("S-1", goods(1, "A", "12"))], "shipped_over WEB-1/1 4.8", [returned("R", (1, "A", "2"))]),
    ([shipped("S-1", goods(1, "A", "10")), cancelled("C", (1, "2"))], "shipped_after_cancel WEB-1/1 4.8",
     [returned("R", (1, "A", "2"))]),
    ([cancelled("C", hours=2), shipped("S-1", goods(1, "A", "10"), hours=4)], "shipped_after_cancel WEB-1/S-1 24",
     [returned("R", (1, "A", "10"), shipment="S-1")]),
    ([shipped("S-1", goods(7, "Z", "1"))], "unknown_line WEB-1/7 None", [shipped("S-1", revision=1)]),
    ([ALL, BILL, invoiced("I-2", money(1, "A", "1", "2", "0.4"))], "invoiced_over WEB-1/1 2.4",
     [credited("CM", "I-2", money(1, "A", "1", "2", "0.4"))]),
    ([ALL, BILL, returned("R", (1, "A", "3"))], "return_not_credited WEB-1/1 7.2",
     [credited("CM", "I-1", money(1, "A", "3", "6", "1.2"))]),
    ([ALL, BILL, DEDUCTED], "deduction_open I-1 12", [credited("CM", "I-1", total="12")]),
    ([ALL, BILL, DISPUTE], "dispute_open I-1 5", [fact(DisputeClosed(document="D-1", outcome="withdrawn"), 95)]),
    ([ALL, BILL, applied("AP-1", to("I-1", "50"))], "overpaid I-1 2", [applied("AP-1", to("I-1", "48"), revision=1)]),
    ([shipped("S-1", goods(1, "A", "1")), shipped("S-1", goods(1, "A", "2"))],
     "revision_conflict shipment.dispatched S-1 0 None", [shipped("S-1", goods(1, "A", "2"), revision=1)]),
]  # fmt: skip


def told(found: tuple[Finding, ...]) -> str:
    return ", ".join(f"{one.kind} {one.key} {one.amount}" for one in found)


@pytest.mark.parametrize(("facts", "expected", "settles"), CASES)
def test_what_is_found_and_what_settles_it(facts: list[Fact], expected: str, settles: list[Fact]) -> None:
    found = findings(folded(placed(), *facts))
    assert told(found) == expected
    kinds = {one.kind for one in found}
    assert not kinds & {one.kind for one in findings(folded(placed(), *facts, *settles))}


@pytest.mark.parametrize(("facts", "expected", "settles"), CASES)
def test_what_is_found_can_be_put_into_words(facts: list[Fact], expected: str, settles: list[Fact]) -> None:
    for one in findings(folded(placed(), *facts)):
        assert one.kind in KINDS
        assert sentence(KINDS[one.kind].step, one.facts)
        assert all(isinstance(text, str) and text for text in one.facts.values())
        assert (one.order, one.currency, one.customer) == (ORDER, "GBP", "13047")


def test_an_order_that_goes_well_has_no_finding() -> None:
    facts = [placed(), accepted(), picked("P", (1, "A", "10", "0")), ALL, delivered("POD", "S-1"), BILL]
    for place in range(len(facts)):
        assert findings(folded(*facts[: place + 1])) == ()


def test_facts_that_wait_for_their_order_are_one_finding() -> None:
    assert told(findings(folded(ALL, BILL))) == "order_unknown WEB-1 48"
    assert findings(folded(ALL, BILL))[0].facts == {"document": "I-1", "order": "WEB-1"}


def test_an_invoice_before_its_shipment_is_left_to_who_matches_invoices() -> None:
    assert findings(folded(placed(), BILL)) == ()


def test_a_shipment_that_left_before_the_cancellation_is_no_trouble() -> None:
    early = shipped("S-1", goods(1, "A", "10"), hours=1)
    assert findings(folded(placed(), cancelled("C", hours=2), early)) == ()


def test_a_day_that_differs_no_longer_matters_once_all_has_left() -> None:
    late = accepted(line(1, "A", "10", tax=d("4"), ship_on=date(2011, 2, 9)))
    one = placed(TEN)
    assert [found.kind for found in findings(folded(one, late))] == ["acceptance_differs"]
    assert findings(folded(one, late, shipped("S-1", goods(1, "A", "10")))) == ()


def test_trouble_of_an_invoice_of_several_orders_is_the_same_for_each() -> None:
    from sayso.cash.fold import fold

    lines = [money(1, "A", "5", "30", order=order) for order in ("WEB-1", "WEB-2")]
    facts = [invoiced("I-1", *lines, subject=""), applied("AP", to("I-1", "50", deduction="10"))]
    one, other = (findings(fold(order, facts)) for order in ("WEB-1", "WEB-2"))
    (deducted,) = [found for found in one if found.kind == "deduction_open"]
    assert deducted in other
    assert (deducted.order, deducted.amount) == ("", 10)
