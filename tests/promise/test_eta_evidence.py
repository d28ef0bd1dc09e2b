"""Receipts as evidence: what is left out and why, lines in parts, doubles, lines of one delivery."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from sayso.promise.eta import Receipt
from sayso.promise.eta_evidence import ONE, gathered

DUE = date(2024, 6, 3)
TODAY = date(2024, 6, 28)


def receipt(document="PO1", line="1", number="1", late=0, **other) -> Receipt:
    usual = Receipt(
        document, line, number, "A", "LON", "V", DUE - timedelta(days=30), DUE, DUE + timedelta(days=late), Decimal(10)
    )  # fmt: skip
    return usual._replace(**other)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (receipt(promised=None), "no promised day"),
        (receipt(received=None), "not received"),
        (receipt(received=TODAY + timedelta(days=1)), "received later"),
        (receipt(promised=date(2014, 6, 3)), "more than a year off"),
        (receipt(promised=date(2034, 6, 3)), "more than a year off"),
        (receipt(promised=date(1, 1, 1), received=date(1, 1, 1)), "more than ten years ago"),
        (receipt(quantity=Decimal(0)), "no quantity"),
        (receipt(quantity=Decimal(-5)), "no quantity"),
    ],
)
def test_what_says_nothing_is_left_out_and_counted(one, reason):
    found = gathered([one, receipt(document="PO2")], TODAY)
    assert found.left_out == ((reason, 1),)
    assert [piece.document for piece in found.lines] == ["PO2"]
    assert found.receipts == 1


def test_the_last_day_counts_and_a_year_is_believed():
    assert gathered([receipt(received=TODAY)], TODAY).receipts == 1
    assert gathered([receipt(promised=TODAY - timedelta(days=366), received=TODAY)], TODAY).receipts == 1


def test_a_line_that_came_in_parts_counts_once_by_its_quantities():
    parts = [
        receipt(number="1", late=0, quantity=Decimal(75)),
        receipt(number="2", late=9, quantity=Decimal(25)),
    ]
    found = gathered(parts, TODAY)
    assert [(piece.late, piece.weight) for piece in found.lines] == [(0, 750), (9, 250)]
    assert [(piece.late, piece.weight) for piece in found.deliveries] == [(0, 750), (9, 250)]


def test_parts_of_three_are_a_whole():
    parts = [receipt(number=str(n), late=n, quantity=Decimal("0.1")) for n in range(3)]
    assert sum(piece.weight for piece in gathered(parts, TODAY).lines) == ONE


def test_what_is_there_twice_counts_once_and_as_it_came_latest():
    twice = [receipt(late=2), receipt(late=5), receipt(late=2)]
    found = gathered(twice, TODAY)
    assert [piece.late for piece in found.lines] == [5]
    assert found.left_out == (("there twice", 2),)


def test_twenty_lines_of_one_document_are_one_delivery():
    lines = [receipt(line=str(n), item=f"I{n}", late=3) for n in range(20)]
    found = gathered(lines, TODAY)
    assert len(found.lines) == 20
    assert [(piece.late, piece.weight, piece.item) for piece in found.deliveries] == [(3, ONE, "")]


def test_without_a_day_of_the_order_its_promise_stands_for_it():
    assert gathered([receipt(ordered=None)], TODAY).lines[0].origin == DUE.toordinal()
    early = gathered([receipt(ordered=None, late=-4)], TODAY)
    assert early.lines[0].origin == DUE.toordinal() - 4, "nothing is known after it came"


def test_a_quantity_that_is_not_told_is_one_whole():
    assert gathered([receipt(quantity=None)], TODAY).lines[0].weight == ONE


def test_great_and_small_quantities_are_counted():
    parts = [
        receipt(number="1", quantity=Decimal(10) ** 20),
        receipt(number="2", late=1, quantity=Decimal("0.0001")),
    ]
    assert [piece.weight for piece in gathered(parts, TODAY).lines] == [999, 1]
