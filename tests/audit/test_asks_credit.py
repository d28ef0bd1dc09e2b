"""What a question of credit may say, and what becomes of what it may not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sayso.audit.parity.asked import ask_named
from sayso.audit.parity.asks_credit import Credit, Overdue, Replaced, credit, overdue
from sayso.errors import BadField
from sayso.promise.gather import Books
from sayso.promise.policy import profiled, read

TODAY = date(2026, 3, 2)
GIVEN: dict[str, list[dict[str, Any]]] = {
    "customers": [{"customer": "C", "credit_limit": Decimal(100), "currency": "EUR"}, {"customer": "D"}],
    "rates": [{"currency": "EUR", "to": "GBP", "rate": Decimal("0.5")}],
    "demand": [
        {
            "document": "O1",
            "line": "1",
            "customer": "C",
            "amount": Decimal(40),
            "currency": "USD",
            "currency_factor": Decimal(2),
        },
        {"document": "O2", "line": "1", "customer": "C", "amount": Decimal(30), "currency": "EUR"},
        {"document": "120", "line": "1", "customer": "C", "amount": Decimal(7), "currency": "EUR"},
        {"document": "O9", "line": "1", "customer": "D", "amount": Decimal(9)},
    ],
    "exposures": [
        {"document": "DI", "customer": "C", "kind": "draft_invoice", "amount": Decimal(5), "currency": "EUR"}
    ],
}


def answer(**asked: Any) -> dict[str, Any]:
    return credit(Books(GIVEN), Credit("C", **asked), TODAY, profiled("plain")).answer


def test_both_questions_are_answered_here() -> None:
    assert (ask_named("credit"), ask_named("overdue")) == ((Credit, credit), (Overdue, overdue))


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"amount": Decimal("nan")}, "amount"),
        ({"amount": Decimal("inf")}, "amount"),
        ({"currency_factor": Decimal(0)}, "currency_factor"),
        ({"replaces": "O9"}, "replaces"),  # another account's
        ({"replaces": "ten"}, "replaces"),
        ({"replaces": "nan"}, "replaces"),
        ({"replaces": ["ten", "20"]}, "replaces"),
        ({"replaces": Replaced()}, "replaces"),
    ],
)
def test_what_cannot_be_is_named(asked: dict[str, Any], field: str) -> None:
    with pytest.raises(BadField) as found:
        answer(**asked)
    assert found.value.facts["field"] == field
    assert found.value.remedy


@pytest.mark.parametrize(
    ("asked", "this", "replaced"),
    [
        ({"amount": Decimal(10)}, "10.00", "0.00"),  # in the account's currency
        ({"amount": Decimal(10), "currency": "GBP"}, "20.00", "0.00"),
        ({"amount": Decimal(10), "currency": "USD", "currency_factor": Decimal(4)}, "5.00", "0.00"),
        ({"amount": Decimal(10), "document": "O1"}, "10.00", "-40.00"),  # at the factor that it was stored with
        ({"amount": Decimal(10), "document": "NEW"}, "10.00", "0.00"),
        ({"amount": Decimal(10), "replaces": "15"}, "10.00", "-15.00"),
        ({"amount": Decimal(10), "replaces": "120"}, "10.00", "-7.00"),  # the document of that number
        ({"amount": Decimal(10), "replaces": ["O2", "DI"]}, "10.00", "-35.00"),
        ({"amount": Decimal(10), "document": "O2", "replaces": "O2"}, "10.00", "-30.00"),
        ({"amount": Decimal(10), "document": "O2", "replaces": "DI"}, "10.00", "-35.00"),
        ({"amount": Decimal(10), "document": "O2", "replaces": "25"}, "10.00", "-25.00"),
        ({"amount": Decimal(10), "document_type": "invoice", "replaces": "O2"}, "10.00", "-10.00"),
        ({"amount": Decimal(50), "document_type": "invoice", "replaces": ["O2", "120"]}, "50.00", "-37.00"),
        ({"amount": Decimal(10), "replaces": Replaced("O2", Decimal(12))}, "10.00", "-12.00"),
        ({"amount": Decimal(10), "replaces": Replaced(amount=Decimal(12))}, "10.00", "-12.00"),
    ],
)  # fmt: skip
def test_what_a_document_replaces(asked: dict[str, Any], this: str, replaced: str) -> None:
    parts = answer(**asked)["parts"]
    assert (parts["this"], parts["replaced"]) == (this, replaced)


def test_a_customer_that_is_only_named_has_an_account_without_a_limit() -> None:
    books = Books(
        {"receivables": [{"document": "I", "customer": "X", "open": Decimal(9), "due": date(2026, 3, 1)}]}
    )
    told = credit(books, Credit("X", Decimal(1)), TODAY, profiled("plain"))
    assert (told.answer["exposure"], told.answer["limit"], told.answer["overdue"]) == ("10.00", None, "9.00")
    assert overdue(books, Overdue("X"), TODAY, profiled("odoo")).answer["overdue"] == "9.00"


def test_the_arithmetic_says_where_the_document_is_not_checked() -> None:
    told = credit(
        Books(GIVEN), Credit("C", Decimal(150), "EUR", document_type="quote"), TODAY, profiled("erpnext")
    )
    assert told.answer["verdict"] == "approved"
    assert "the document is not checked for credit" in told.arithmetic


def test_the_threshold_decides_what_is_remarked_on_and_not_what_is_overdue() -> None:
    books = Books(
        {"receivables": [{"document": "I", "customer": "X", "open": Decimal(9), "due": date(2026, 3, 1)}]}
    )
    rules = read({"credit": {"overdue_threshold": "9"}})
    told = overdue(books, Overdue("X"), TODAY, rules).answer
    assert (told["overdue"], told["warning"], told["oldest"]) == ("9.00", False, None)
