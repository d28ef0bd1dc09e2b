"""The ERP's acceptance beside the order: what differs, and how far it may."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cash.some import (
    CHARGES,
    FOUR,
    ORDER,
    TEN,
    OrderAccepted,
    OrderChanged,
    OrderLine,
    OrderRejected,
    accepted,
    d,
    fact,
    folded,
    line,
    placed,
)  # fmt: skip
from sayso.cash.fold import fold
from sayso.cash.shapes import Fact, Tolerance

DAY = date(2011, 2, 3)


def ten(quantity: str = "10", price: str | None = "2.00", item: str = "A", **more: Any) -> OrderLine:
    more.setdefault("tax", d("4.00"))
    more.setdefault("ship_on", DAY)
    return line(1, item, quantity, price, **more)


def differing(*facts: Fact, tolerance: Tolerance | None = None) -> list[str]:
    state = fold(ORDER, [placed(), *facts], tolerance or Tolerance())
    return [f"{one.what} {one.line}: {one.expected} / {one.found}, {one.amount}" for one in state.differences]


@pytest.mark.parametrize(
    ("theirs", "more", "expected"),
    [
        ((TEN, FOUR), {}, []),
        ((TEN, FOUR), {"total": d("48.00"), "currency": "GBP"}, []),
        ((ten("8"), FOUR), {}, ["quantity 1: 10 / 8, 4"]),
        ((ten("12"), FOUR), {}, ["quantity 1: 10 / 12, 4"]),
        ((ten(price="2.05"), FOUR), {}, ["price 1: 2 / 2.05, 0.5"]),
        ((ten(price="2.0004"), FOUR), {}, []),
        ((ten(price="2.0006"), FOUR), {}, ["price 1: 2 / 2.0006, 0.01"]),
        ((ten(price=None, amount=d("20.50")), FOUR), {}, ["amount 1: 20 / 20.5, 0.5"]),
        ((ten(amount=d("19.00")), FOUR), {}, ["amount 1: 20 / 19, 1"]),
        ((ten(price=None), FOUR), {}, []),
        ((ten(item="B"), FOUR), {}, ["item 1: A / B, 20"]),
        ((ten(ship_on=date(2011, 2, 5)), FOUR), {}, ["ship_on 1: 2011-02-03 / 2011-02-05, 20"]),
        ((ten(ship_on=date(2011, 2, 1)), FOUR), {}, ["ship_on 1: 2011-02-03 / 2011-02-01, 20"]),
        ((ten(ship_on=None), FOUR), {}, []),
        ((TEN,), {}, ["line_missing 2: 4 / , 20"]),
        ((TEN, FOUR, line(3, "D", "1", "9.00")), {}, ["line_added 3:  / 1, 9"]),
        ((TEN, FOUR), {"total": d("50.00")}, ["total 0: 48 / 50, 2"]),
        ((TEN, FOUR), {"currency": "EUR"}, ["currency 0: GBP / EUR, 48"]),
    ],
)
def test_what_differs(theirs: tuple[OrderLine, ...], more: dict[str, Any], expected: list[str]) -> None:
    assert differing(accepted(*theirs, **more)) == expected
    state = folded(placed(), accepted(*theirs, **more))
    assert state.confirmed is not bool(expected)
    assert state.accepted == "SO-1"


def test_charges_belong_to_the_total() -> None:
    with_freight = placed(charges=CHARGES)
    assert folded(with_freight, accepted(total=d("60.00"))).confirmed
    assert not folded(with_freight, accepted(total=d("48.00"))).confirmed


@pytest.mark.parametrize(
    ("theirs", "tolerance", "agrees"),
    [
        (ten("9"), Tolerance(quantity=d("1")), True),
        (ten("8"), Tolerance(quantity=d("1")), False),
        (ten(price="2.01"), Tolerance(price=d("0.01"), total=d("0.10")), True),
        (ten(price="2.02"), Tolerance(price=d("0.01"), total=d("0.10")), False),
        (ten(amount=d("20.02")), Tolerance(total=d("0.02")), True),
        (ten(amount=d("20.03")), Tolerance(total=d("0.02")), False),
        (ten(ship_on=date(2011, 2, 4)), Tolerance(days=1), True),
        (ten(ship_on=date(2011, 2, 5)), Tolerance(days=1), False),
    ],
)
def test_tolerances(theirs: OrderLine, tolerance: Tolerance, agrees: bool) -> None:
    assert (differing(accepted(theirs, FOUR), tolerance=tolerance) == []) is agrees


def test_nothing_is_confirmed_before_it_is_accepted_or_while_the_order_is_unknown() -> None:
    assert folded(placed()).confirmed is None
    assert folded(accepted()).confirmed is None
    refused = fact(OrderRejected(document="R", reason="no"), 2)
    assert folded(placed(), accepted(), refused).confirmed is None


def test_the_erp_is_held_to_the_order_as_it_was_or_as_it_is() -> None:
    def changed(hours: float) -> Fact:
        return fact(OrderChanged(document=ORDER, revision=1, lines=(ten("12"),)), hours)

    assert differing(accepted(hours=2), changed(3)) == []  # accepted before the change
    assert differing(accepted(ten("12"), FOUR, hours=4), changed(3)) == []
    assert differing(accepted(hours=4), changed(3)) == [
        "quantity 1: 12 / 10, 4"
    ]  # the change was not taken up
    assert (
        differing(accepted(ten("12"), FOUR, hours=2), changed(3)) == []
    )  # a person agreed to what the ERP had


def test_the_acceptance_of_the_highest_revision_counts() -> None:
    wrong, right = accepted(ten("8"), FOUR, hours=9), accepted(revision=1, hours=2)
    assert differing(wrong, right) == []


def test_an_order_that_the_erp_has_twice_is_told() -> None:
    assert differing(accepted(), accepted(document="SO-2", hours=3)) == [
        "twice 0: one order / SO-1, SO-2, 48"
    ]


def test_an_order_without_prices_has_no_total_to_compare() -> None:
    bare = placed(line(1, "A", "10", None))
    told = OrderAccepted(document="SO-1", lines=(line(1, "A", "10", "2.00"),), total=d("24.00"))
    assert folded(bare, fact(told, 1)).confirmed
