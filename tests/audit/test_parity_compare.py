"""Expectations are subsets, compared exactly: decimals by value, dates as days, lists whatever their order."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from sayso.audit.parity.compared import compared

DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        ("10", Decimal("10.00")),
        ("10.00", "10"),
        ("-0.5", "-0.50"),
        (".5", Decimal("0.50")),
        ("+5.", "5"),
        ("3", 3),
        ("true", True),
        ("No", False),
        (None, None),
        ("none", None),
        ("none", "none"),
        ("3", date(2026, 3, 5)),
        ("+3", "2026-03-05"),
        ("-1", "2026-03-01"),
        ("2026-03-05", "2026-03-05"),
        ("firm", "firm"),
        ({"a": "1"}, {"a": "1.0", "b": "2"}),
        ([], []),
        ([{"code": "late"}], [{"code": "no_date"}, {"code": "late", "facts": {}}]),
        (["b", "a"], ["a", "b"]),
        # The first could take either and the second only one: both are found nevertheless.
        ([{"k": "1"}, {"k": "1", "n": "2"}], [{"k": "1", "n": "2"}, {"k": "1", "n": "3"}]),
    ],
)
def test_what_is_as_expected(expected, told):
    assert compared(expected, told, DAY) == []


@pytest.mark.parametrize(
    ("expected", "told", "said"),
    [
        ("10", Decimal(12), "x: expected 10, told 12 (2 more)"),
        ("10.005", "10.00", "x: expected 10.005, told 10.00 (0.005 less)"),
        ("3", "2026-03-06", "x: expected 2026-03-05, told 2026-03-06 (1 day later)"),
        ("2026-03-05", date(2026, 3, 2), "x: expected 2026-03-05, told 2026-03-02 (3 days earlier)"),
        (None, "5", "x: expected none, told 5"),
        ("5", None, "x: expected 5, told none"),
        (None, "", "x: expected none, told "),
        ("0", None, "x: expected 0, told none"),
        ("true", False, "x: expected true, told false"),
        ("1", True, "x: expected 1, told true"),
        ("007", "7", "x: expected 007, told 7"),
        ("firm", "refused", "x: expected firm, told refused"),
        ({"a": "1"}, {"a": "2"}, "x.a: expected 1, told 2 (1 more)"),
        ({"a": {"b": "1"}}, {"a": "2"}, "x.a: expected fields b, told 2"),
        (
            {"sellabel": "1"},
            {"sellable": "1"},
            "x.sellabel: expected 1, told nothing of that name; did you mean sellable?",
        ),
        ({"zzz": None}, {"b": "1", "a": "2"}, "x.zzz: expected none, told nothing of that name, but a, b"),
        ([], ["late"], "x: expected nothing, told [late]"),
        (["a"], "a", "x: expected [a], told a"),
        ([{"a": "1", "b": "1"}], [{"a": "9", "b": "9"}, {"a": "1", "b": "2"}], "x[1].b: expected 1, told 2 (1 more)"),
        (["a", "a"], ["a"], "x: expected 2 at least, among them a, told 1"),
    ],
)  # fmt: skip
def test_what_differs_says_where_and_by_how_much(expected, told, said):
    assert [str(one) for one in compared(expected, told, DAY, "x")] == [said]


def test_every_difference_is_told_not_the_first_alone():
    found = compared({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "0", "c": "0"}, DAY)
    assert [one.field for one in found] == ["b", "c"]


def test_each_expected_thing_of_a_list_is_another_one():
    found = compared([{"s": "1"}, {"s": "1"}], [{"s": "1"}, {"s": "2"}], DAY, "x")
    assert [str(one) for one in found] == ["x[1].s: expected 1, told 2 (1 more)"]


def test_that_something_is_overdue_may_be_expected_as_true():
    today = date(2026, 3, 2)
    assert not compared({"overdue": "true"}, {"overdue": "5.00"}, today)
    assert not compared({"overdue": "false"}, {"overdue": "0.00"}, today)
    assert compared({"overdue": "true"}, {"overdue": "0.00"}, today)
    assert compared({"overdue": "false"}, {"overdue": "5.00"}, today)
    assert compared({"exposure": "true"}, {"exposure": "5.00"}, today)
