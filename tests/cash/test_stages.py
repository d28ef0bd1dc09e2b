"""At which stage an order is, what moves it there by the table, and when it is complete."""

from __future__ import annotations

import pytest

from cash.some import (
    DisputeOpened,
    LineAllocated,
    OrderHeld,
    OrderRejected,
    PaymentReversed,
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
    money,
    picked,
    placed,
    returned,
    shipped,
    to,
)  # fmt: skip
from sayso.canon.events import TYPES, family_of
from sayso.canon.events_shared import LineQuantity
from sayso.cash.findings import findings
from sayso.cash.shapes import Fact
from sayso.cash.transitions import ODD, STAGES, TRANSITIONS, allowed, odd

ALL = shipped("S-1", goods(1, "A", "10"), goods(2, "C", "4"))
SOME = shipped("S-1", goods(1, "A", "5"))
BILL = invoiced("I-1", money(1, "A", "10", "20", "4"), money(2, "C", "4", "20", "4"))
HALF = invoiced("I-1", money(1, "A", "5", "10", "2"))
HELD = fact(OrderHeld(document="H-1", kind="credit"), 1)
PAID = applied("AP-1", to("I-1", "48"), payment="BK")
DISPUTED = fact(DisputeOpened(document="D-1", invoice="I-1", amount=d("5"), currency="GBP"), 90)

# Which facts beside the placed order, the stage, and whether it is operationally and financially complete.
CASES: list[tuple[list[Fact], str, str]] = [
    ([], "placed", ""),
    ([accepted()], "accepted", ""),
    ([fact(LineAllocated(document="AL", lines=(LineQuantity(line=1, quantity=d("3")),)))], "allocated", ""),
    ([picked("P", (1, "A", "3", "0"))], "picking", ""),
    ([accepted(), HELD], "held", ""),
    ([SOME], "part_shipped", ""),
    ([SOME, HELD], "held", ""),
    ([ALL], "shipped", "goods"),
    ([ALL, HELD], "shipped", ""),
    ([SOME, cancelled("C")], "shipped", "goods"),
    ([ALL, delivered("POD", "S-1")], "delivered", "goods"),
    ([SOME, HALF], "part_invoiced", ""),
    ([ALL, HALF], "part_invoiced", "goods"),
    ([ALL, BILL], "invoiced", "goods"),
    ([ALL, BILL, applied("AP-1", to("I-1", "8"))], "part_paid", "goods"),
    ([ALL, BILL, PAID], "closed", "goods money"),
    ([ALL, BILL, PAID, DISPUTED], "part_paid", "goods"),
    ([ALL, BILL, applied("AP-1", to("I-1", "50"))], "part_paid", "goods"),
    ([ALL, BILL, PAID, fact(PaymentReversed(document="RV", payment="BK"), 99)], "invoiced", "goods"),
    ([ALL, BILL, PAID, returned("R", (1, "A", "2"))], "part_paid", "goods"),
    ([ALL, returned("R", (1, "A", "10"), (2, "C", "4"))], "closed", "goods money"),
    ([cancelled("C")], "cancelled", "goods money"),
    ([fact(OrderRejected(document="R", reason="no"), 1)], "rejected", "goods money"),
    ([fact(OrderRejected(document="R", reason="no"), 1), cancelled("C")], "cancelled", "goods money"),
    ([shipped("S-1", goods(1, "A", "10"), goods(2, "C", "4"), series="W", part=1, of=2)], "shipped", ""),
]


@pytest.mark.parametrize(("facts", "stage", "complete"), CASES)
def test_the_stage_and_what_is_complete(facts: list[Fact], stage: str, complete: str) -> None:
    state = folded(placed(), *facts)
    found = " ".join(
        word for word, true in (("goods", state.operational), ("money", state.financial)) if true
    )
    assert (state.stage, found) == (stage, complete)


def test_every_stage_has_a_case() -> None:
    assert {stage for _, stage, _ in CASES} | {"unknown"} == set(STAGES)
    assert folded(ALL).stage == "unknown"


def test_an_unknown_order_is_never_complete() -> None:
    state = folded(ALL, BILL, PAID)
    assert not state.operational
    assert not state.financial


def test_a_return_and_its_credit_close_the_order_again() -> None:
    back = returned("R", (1, "A", "2"))
    credit = credited("CM", "I-1", money(1, "A", "2", "4", "0.80"))
    paid = applied("AP-1", to("I-1", "43.20"))
    assert folded(placed(), ALL, BILL, back, credit, paid).stage == "closed"


def test_the_table_knows_every_family_that_an_order_hears_and_every_stage() -> None:
    families = {family_of(one) for one in TYPES} - {"stock.counted", "receipt.posted"}
    assert set(TRANSITIONS) == families
    named = {
        stage
        for row in TRANSITIONS.values()
        for pair in row.items()
        for text in pair
        for stage in text.split()
    }
    assert named == set(STAGES)


def test_what_the_table_allows() -> None:
    assert allowed("shipment.dispatched", "accepted", "shipped")
    assert not allowed("shipment.dispatched", "shipped", "accepted")
    assert allowed("shipment.dispatched", "shipped", "accepted", again=True)
    assert not allowed(
        "shipment.delivered", "shipped", "accepted", again=True
    )  # only its own moves are undone
    assert allowed("pick.confirmed", "picking", "accepted", again=True)
    assert not allowed("payment.received", "placed", "closed")
    assert allowed("invoice.delivered", "placed", "placed")


LATER = shipped("S-2", goods(1, "A", "1"), hours=9)
MORE = invoiced("I-2", money(1, "A", "1", "2"), hours=80)
ODD_CASES = {
    ("shipment.dispatched", "cancelled"): ([cancelled("C")], LATER),
    ("order.accepted", "unknown"): ([], accepted()),
    ("pick.confirmed", "unknown"): ([], picked("P", (1, "A", "3", "0"))),
    ("invoice.issued", "unknown"): ([], BILL),
    ("invoice.issued", "closed"): ([ALL, BILL, PAID], MORE),
    ("payment.applied", "closed"): ([ALL, BILL, PAID], applied("AP-2", to("I-1", "1"))),
    ("shipment.returned", "closed"): ([ALL, BILL, PAID], returned("R", (1, "A", "2"))),
    ("shipment.returned", "part_paid"): (
        [ALL, BILL, applied("AP-1", to("I-1", "8"))],
        returned("R", (1, "A", "2")),
    ),
    ("shipment.returned", "invoiced"): ([ALL, BILL], returned("R", (1, "A", "2"))),
}


@pytest.mark.parametrize(("family", "stage"), ODD_CASES)
def test_a_fact_that_is_odd_at_a_stage_is_found(family: str, stage: str) -> None:
    facts, strange = ODD_CASES[family, stage]
    order = [] if stage == "unknown" else [placed()]
    assert folded(*order, *facts).stage == stage
    assert odd(family, stage) in {one.kind for one in findings(folded(*order, *facts, strange))}
    assert odd(family, stage) not in {one.kind for one in findings(folded(*order, *facts))} - {
        "order_unknown"
    }


def test_every_odd_fact_has_a_case() -> None:
    named = {(family, one) for family, row in ODD.items() for stages in row for one in stages.split()}
    assert named == set(ODD_CASES)
    assert odd("order.placed", "unknown") == ""
