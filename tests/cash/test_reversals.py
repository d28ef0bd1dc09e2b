"""Payments that the bank took back: which of their applications fall."""

from __future__ import annotations

from datetime import date

import pytest

from cash.some import PaymentReceived, PaymentReversed, applied, d, fact, to
from sayso.cash.chosen import choose
from sayso.cash.reversals import standing_of
from sayso.cash.shapes import Fact


def back(amount: str | None = None, hours: float = 100, document: str = "RV", payment: str = "BK-1") -> Fact:
    told = PaymentReversed(document=document, payment=payment, amount=None if amount is None else d(amount))
    return fact(told, hours, "bank", "")


def received(amount: str) -> Fact:
    told = PaymentReceived(document="BK-1", amount=d(amount), currency="GBP", received=date(2011, 2, 9))
    return fact(told, 65, "bank", "")


FIRST = applied("AP-1", to("I-1", "30"), to("I-2", "20", deduction="5"), payment="BK-1")
SECOND = applied("AP-2", to("I-3", "10"), payment="BK-1", hours=72)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([FIRST, SECOND], "I-1 30, I-2 20 less 5, I-3 10"),
        ([FIRST, SECOND, back()], ""),
        ([back(), SECOND, FIRST], ""),
        ([FIRST, SECOND, back("5")], "I-1 30, I-2 20 less 5, I-3 5"),
        ([FIRST, SECOND, back("10")], "I-1 30, I-2 20 less 5"),
        ([FIRST, SECOND, back("12")], "I-1 30, I-2 18 less 5"),
        ([FIRST, SECOND, back("30")], "I-1 30"),
        ([FIRST, SECOND, back("99")], ""),
        ([FIRST, SECOND, back("10"), back("5", document="RV-2")], "I-1 30, I-2 15 less 5"),
        ([FIRST, SECOND, back("10"), back("10")], "I-1 30, I-2 20 less 5"),
        ([FIRST, SECOND, back("10", payment="BK-2")], "I-1 30, I-2 20 less 5, I-3 10"),
        # What was applied after the bank had taken a part back was applied knowing it.
        ([FIRST, SECOND, back("10", hours=71)], "I-1 30, I-2 10 less 5, I-3 10"),
        # Once all of it is gone, it is applied to nothing, whenever that was told.
        ([FIRST, SECOND, back("60", hours=1), received("60")], ""),
        ([FIRST, SECOND, back("60", hours=1)], "I-1 30, I-2 20 less 5, I-3 10"),
    ],
)
def test_what_still_stands(facts: list[Fact], expected: str) -> None:
    for told in (facts, facts[::-1]):
        found = [
            f"{one.line.invoice} {one.line.amount}"
            + (f" less {one.line.deduction}" if one.line.deduction else "")
            for one in standing_of(choose(told))
        ]
        assert ", ".join(found) == expected


def test_a_write_off_without_a_payment_is_not_taken_back() -> None:
    given_up = applied("AP-3", to("I-1", "0", write_off="2"))
    assert [one.payment for one in standing_of(choose([given_up, back(), back("1", payment="")]))] == [""]
