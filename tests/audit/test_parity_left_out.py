"""What a row of a case leaves out is what it then must be."""

from __future__ import annotations

from decimal import Decimal

from sayso.audit.parity.files import Value
from sayso.audit.parity.given import Trouble, given
from sayso.promise.gather import Books


def given_facts(value: Value) -> Books:
    troubles: list[Trouble] = []
    found = given(value, troubles)
    assert not troubles
    return found.books


def test_a_row_may_leave_out_what_can_be_known():
    found = given_facts(
        {
            "today": "2026-03-02",
            "stock": {"item": "A", "on_hand": "5"},
            "inbound": [
                {"item": "A", "quantity": "5", "due": "2"},
                {"item": "A", "quantity": "6", "due": "2"},
            ],
            "demand": [
                {"document": "S", "item": "A", "quantity": "3"},
                {"document": "S", "item": "A", "quantity": "4"},
                {"item": "A", "quantity": "1"},
            ],
            "receivables": {"document": "R", "customer": "C", "amount": "7"},
            "exposures": [{"customer": "C", "kind": "return_order", "amount": "2"}],
            "prices": [
                {"target": "A", "price": "9"},
                {"source": "C", "target": "A", "price": "8"},
                {"discount_percent": "5"},
            ],
        }
    )
    assert [(row["document"], row["line"], row["site"]) for row in found.rows("demand")] == [
        ("S", "1", "-"), ("S", "2", "-"), ("demand 1", "1", "-"),
    ]  # fmt: skip
    assert len(found.rows("inbound")) == 2
    assert {row["site"] for kind in ("stock", "inbound") for row in found.rows(kind)} == {"-"}
    assert [row["open"] for row in found.rows("receivables")] == [Decimal(7)]
    assert len(found.rows("exposures")) == 1
    assert [(row["line_type"], row["source_type"], row["target_type"]) for row in found.rows("prices")] == [
        ("price", "all", "item"), ("price", "customer", "item"), ("discount", "all", "all"),
    ]  # fmt: skip


def test_a_site_that_is_named_anywhere_is_not_guessed_elsewhere():
    troubles: list[Trouble] = []
    given({"stock": {"item": "A"}, "demand": {"item": "A", "site": "L", "quantity": "1"}}, troubles)
    assert [(one.field, one.detail) for one in troubles] == [
        ("given.stock.site", "a column of the key is blank or missing")
    ]
