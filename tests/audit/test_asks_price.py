"""The question `price`: its figures, the day it is asked for, and what is answered where there is no price."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sayso.audit.parity.asked import ask_named
from sayso.audit.parity.asks_price import Price
from sayso.errors import BadField
from sayso.promise.gather import Books
from sayso.promise.policy import profiled

TODAY = date(2026, 3, 2)
ROWS: dict[str, list[dict[str, Any]]] = {
    "items": [{"item": "A", "uom": "EA", "list_price": Decimal("9.50")}, {"item": "B", "uom": "EA"}],
    "units": [{"item": "A", "uom": "CS", "factor": Decimal(12)}],
    "customers": [{"customer": "C", "currency": "GBP", "country": "GB"}],
    "prices": [
        {
            "line_type": "price", "source_type": "all", "target_type": "item", "target": "A",
            "starts": TODAY, "ends": TODAY, "price": Decimal(8),
        },
        {
            "line_type": "discount", "source_type": "customer", "source": "C", "target_type": "all",
            "discount_percent": Decimal(10),
        },
    ],
}  # fmt: skip


def told(profile: Any = "plain", **asked: Any) -> dict[str, Any]:
    answer = ask_named("price").answer(
        Books(ROWS), Price(**{"customer": "C", **asked}), TODAY, profiled(profile)
    )
    return answer.answer


def test_the_figures_of_a_line() -> None:
    assert told(item="A", quantity=Decimal(3)) == {
        "unit_price": "8.00", "discount_percent": "10", "line_amount": "21.60", "currency": "GBP", "rule":
        "list, 2026-03-02 to 2026-03-02", "includes_tax": False, "reason": None, "conflict": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("profile", "asked", "unit"),
    [
        ("plain", {}, "8.00"),
        ("plain", {"date": TODAY + timedelta(1)}, "9.50"),
        ("plain", {"entered": TODAY - timedelta(1)}, "8.00"),
        ("business_central", {"entered": TODAY - timedelta(1)}, "9.50"),
        ("business_central", {"entered": TODAY, "date": TODAY + timedelta(1)}, "8.00"),
        ("plain", {"uom": "CS"}, "96.00"),
    ],
)
def test_the_day_and_the_unit(profile: str, asked: dict[str, Any], unit: str) -> None:
    assert told(profile, item="A", **asked)["unit_price"] == unit


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"item": "B"}, "no_price"),
        ({"item": "Z"}, "unknown_item"),
        ({"item": "A", "uom": "PL"}, "unknown_uom"),
        ({"item": "A", "currency": "USD"}, "no_price"),
    ],
)
def test_without_a_price_there_are_no_figures_and_a_reason(asked: dict[str, Any], reason: str) -> None:
    found = told(**asked)
    assert found["reason"] == reason
    assert {found[name] for name in ("unit_price", "discount_percent", "line_amount", "rule")} == {None}


def test_somebody_unknown_has_the_price_of_everybody() -> None:
    assert told(item="A", customer="nobody")["discount_percent"] == "0"


@pytest.mark.parametrize("quantity", ["NaN", "Infinity", "1e13"])
def test_what_is_no_quantity_is_refused(quantity: str) -> None:
    with pytest.raises(BadField, match="no quantity"):
        told(item="A", quantity=Decimal(quantity))
