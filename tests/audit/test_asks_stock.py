"""Questions of stock and dates: what cannot be asked is told by field, and every answer has its arithmetic."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from sayso.audit.parity.asked import ask_named
from sayso.errors import BadField
from sayso.promise import policy as policies
from sayso.promise.gather import Books

TODAY = date(2024, 1, 1)


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def books(**rows: list[dict[str, Any]]) -> Books:
    """Rows with an item A at LON, unless told otherwise; whole numbers are quantities."""
    made = {}
    for kind, some in rows.items():
        made[kind] = [
            {
                "item": "A",
                "site": "LON",
                "variant": "",
                **{name: Decimal(value) if isinstance(value, int) else value for name, value in row.items()},
            }
            for row in some
        ]
    return Books(made)


def told(name: str, given: Books, profile: Any = "plain", **asked: Any) -> tuple[dict[str, Any], str]:
    ask = ask_named(name)
    found = ask.answer(
        given, msgspec.convert({"item": "A", **asked}, ask.parameters), TODAY, policies.profiled(profile)
    )
    return found.answer, " | ".join(found.arithmetic)


SOLD = {"document": "SO1", "line": "1", "quantity": 4, "due": day(3)}


@pytest.mark.parametrize(
    ("asked", "field", "says"),
    [
        ({}, "quantity", "this is missing"),
        ({"document": "SO9"}, "document", "no demand for the item has this document and line"),
        ({"document": "SO1", "line": "9"}, "document", "no demand for the item has this document and line"),
        ({"document": "SO2"}, "document", "several lines ask for the item"),
        ({"document": "SO3"}, "document", "nothing of this line is open"),
    ],
)
def test_what_cannot_be_asked_is_told_by_field(asked: dict[str, Any], field: str, says: str) -> None:
    demand = [
        SOLD,
        {**SOLD, "document": "SO2"},
        {**SOLD, "document": "SO2", "line": "2"},
        {**SOLD, "document": "SO3", "quantity": 0},
    ]
    with pytest.raises(BadField) as refused:
        told("earliest", books(demand=demand), **asked)
    assert (refused.value.facts["field"], refused.value.detail) == (field, says)
    assert refused.value.remedy


def test_how_much_is_told_as_a_sum() -> None:
    given = books(
        stock=[{"on_hand": 10, "reserved": 1}],
        inbound=[{"document": "PO1", "line": "1", "quantity": 2, "due": day(1)}],
        demand=[SOLD],
    )
    answer, sums = told("sellable", given, "business_central", date="2024-01-01")
    assert answer == {"sellable": "9"}
    assert "10 on hand - 1 reserved = 9, counted to 2024-01-01" in sums
    answer, sums = told("sellable", given, "business_central", date="2024-01-02")
    assert answer == {"sellable": "7"}
    assert "10 on hand - 1 reserved + 2 inbound - 4 look_ahead = 7, counted to 2024-01-02" in sums
    assert "2024-01-04 brings 0 and needs 4" in sums


def test_from_when_is_told_bucket_by_bucket() -> None:
    given = books(
        inbound=[{"document": "PO1", "line": "1", "quantity": 5, "due": day(2)}],
        demand=[SOLD],
        sites=[{"calendar": "K"}],
        calendars=[{"calendar": "K", "date": day(3), "working": False}],
    )
    answer, sums = told("earliest", given, "business_central", document="SO1", requested="2024-01-04")
    assert answer == {"earliest": "2024-01-05"}
    for said in (
        "wanted to be shipped on 2024-01-04",
        "5 through 2024-01-04, of which 0 are there",
        "2024-01-04 is no working day there: 2024-01-05",
    ):
        assert said in sums


def test_a_changed_line_may_be_named() -> None:
    """Two are alike but for what is reserved: the one that is named gives back its own."""
    given = books(
        stock=[{"on_hand": 10, "reserved": 4}],
        demand=[SOLD, {**SOLD, "document": "SO2", "reserved": 4}],
    )
    replaces = {"quantity": "4", "date": "2024-01-04"}
    for document, after in (("SO1", "0"), ("SO2", "0")):
        answer, sums = told(
            "warning", given, date="2024-01-01", quantity="6", replaces={**replaces, "document": document}
        )
        assert answer == {"warning": False, "available_after": after}
        assert "without the line's earlier 4" in sums
    answer, sums = told("warning", given, quantity="6", replaces={"quantity": "5"})
    assert answer == {"warning": True, "available_after": "-4"}
    assert "which no demand says" in sums


def test_without_a_site_the_only_one_that_has_rows_is_meant() -> None:
    """Its calendar counts; where there are several, all are one, and none has."""
    calendars = [{"calendar": "K", "date": TODAY, "working": False}]
    one = books(stock=[{"on_hand": 3}], sites=[{"calendar": "K"}], calendars=calendars)
    assert told("earliest", one, quantity="3")[0] == {"earliest": "2024-01-02"}
    several = books(
        stock=[{"on_hand": 3}, {"on_hand": 3, "site": "YRK"}], sites=[{"calendar": "K"}], calendars=calendars
    )
    assert told("earliest", several, quantity="6")[0] == {"earliest": "2024-01-01"}
    assert told("earliest", several, quantity="4", site="LON")[0] == {"earliest": None}
