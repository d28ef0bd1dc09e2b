"""What a buyer asks, and what it makes of the answer."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from sayso.demo.buyer import choose, request
from sayso.demo.settings import GENERATED
from sayso.demo.talk import Answer, Credit, Line, Part, Reason

NOON = datetime(2011, 1, 10, 12, tzinfo=UTC)
APPROVED = Credit("approved")


@pytest.fixture
def order(an_order):
    return an_order("536365", NOON, ("A", 6), ("B", 8))


def part(units: int, arrives: date | None, state: str = "in_stock") -> Part:
    return Part(state, "LON", Decimal(units), arrives, arrives)


def line(number: int, verdict: str, *parts: Part, code: str = "") -> Line:
    return Line(number, "A", verdict, parts, None, (Reason(code),) if code else ())


def choice(order, *lines: Line, credit: Credit | None = APPROVED):
    found = choose(order, order.lines, Answer("prm_1", "conditional", False, lines, credit), GENERATED)
    return [one.item for one in found.kept], [(one.item, code) for one, code in found.struck], found.credit


def test_the_question_is_as_the_interface_has_it(order):
    asked = request(order, order.lines, GENERATED, later=False)
    assert asked == {
        "customer": "17850", "ship_to": {"country": "GB"}, "currency": "GBP", "channel": "web", "reference": "536365",
        "hold": "PT15M",
        "lines": [
            {"line": 1, "item": "A", "quantity": "6", "uom": "EA", "need_by": "2011-01-20"},
            {"line": 2, "item": "B", "quantity": "8", "uom": "EA", "need_by": "2011-01-20"},
        ],
    }  # fmt: skip
    again = request(order, order.lines[1:], GENERATED, later=True)
    assert again["accept_conditional"] is True
    assert [(one["line"], one["item"]) for one in again["lines"]] == [(1, "B")]


def test_a_later_date_within_patience_is_kept_and_one_beyond_it_is_struck(order):
    patient, impatient = date(2011, 2, 7), date(2011, 2, 8)
    found = choice(
        order,
        line(1, "conditional", part(6, patient, "inbound"), code="late"),
        line(2, "conditional", part(2, patient), part(6, impatient, "inbound"), code="late"),
    )
    assert found == (["A"], [("B", "late")], "")


@pytest.mark.parametrize(
    ("verdict", "parts", "code", "said"),
    [
        ("refused", (part(6, date(2011, 1, 11)),), "region_forbidden", "region_forbidden"),
        ("conditional", (part(6, None, "backorder"),), "no_date", "no_date"),
        ("conditional", (part(6, date(2011, 1, 20), "backorder"),), "stock_short", "stock_short"),
        ("conditional", (part(3, date(2011, 1, 11)),), "", "stock_short"),
        ("refused", (), "", "refused"),
    ],
)
def test_what_has_no_date_or_no_promise_is_struck(order, verdict, parts, code, said):
    good = line(2, "firm", part(8, date(2011, 1, 11)))
    assert choice(order, line(1, verdict, *parts, code=code), good) == (["B"], [("A", said)], "")


def test_a_line_without_an_answer_is_struck(order):
    assert choice(order, line(2, "firm", part(8, date(2011, 1, 11))))[1] == [("A", "no_answer")]


def test_what_credit_says_is_handed_on(order):
    good = [line(number, "firm", part(8, date(2011, 1, 11))) for number in (1, 2)]
    refused = Credit("refused", (Reason("overdue"), Reason("over_limit")))
    assert choice(order, *good, credit=refused) == (["A", "B"], [], "overdue")
    assert choice(order, *good, credit=Credit("refer"))[2] == "credit"


def test_an_unknown_customer_has_no_credit_and_a_reason(order):
    answer = Answer("prm_1", "refused", False, (), None, (Reason("unknown_customer"),))
    assert choose(order, order.lines, answer, GENERATED).credit == "unknown_customer"
