"""What is signed is what is read: canonical JSON, decimal strings, real dates, no number that a reader could round."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import strategies as st

from promise.laws import law
from promise.making import NOW, account, answer, ask, customer, decided, facts, item, world
from promise.shops import SHOPS, Shop, moments, requests
from sayso.canon.canonical import canonical
from sayso.canon.times import parse_moment
from sayso.promise.answer import encoded, price_shown, with_expiry
from sayso.promise.asking import Request
from sayso.promise.price import Priced

NUMBERS = {
    "quantity", "sellable", "asked", "unit", "amount", "net", "tax", "gross", "tax_percent", "duty_percent",
    "discount_percent", "exposure", "limit", "available", "overdue", "over_by", "on_hand", "reserved", "safety_stock",
    "inbound", "demand", "allocated", "promised", "minimum", "pack", "below", "above", "days", "most_seconds",
}  # fmt: skip
DATES = {"ship_on", "deliver_by", "due", "until", "need_by"}
MOMENTS = {"made", "expires", "as_of"}


def leaves(value: Any, name: str = "") -> list[tuple[str, Any]]:
    """Every value that stands at the end of a path, with the last name on it."""
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in leaves(inner, key)]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in leaves(inner, name)]
    return [(name, value)]


def check(body: bytes) -> None:
    """Canonical, without a float, and every text of a number, date or moment can be read as one."""
    told = json.loads(body, parse_float=lambda digits: pytest.fail(f"a float: {digits}"))
    assert canonical(told) == body
    for name, value in leaves(told):
        assert isinstance(value, str | bool | None) or (name == "line" and isinstance(value, int))
        if value is None or not isinstance(value, str):
            continue
        if name in NUMBERS:
            assert "E" not in value
            assert Decimal(value).is_finite()
            assert value != "-0"
        elif name in DATES:
            assert date.fromisoformat(value).isoformat() == value
        elif name in MOMENTS:
            assert parse_moment(value)


@law(200, shop=SHOPS, request=requests(), now=moments)
def test_every_answer_is_canonical_and_can_be_read(shop: Shop, request: Request, now: datetime) -> None:
    check(decided(request, shop.facts, now).body)


@law(100, shop=SHOPS, request=requests(), now=moments)
def test_the_figures_of_an_answer_add_up(shop: Shop, request: Request, now: datetime) -> None:
    told = answer(decided(request, shop.facts, now))
    totals, credit = told["totals"], told["credit"]
    priced = [line for line in told["lines"] if line["price"] and line["verdict"] != "refused"]
    if not any(line["price"].get("includes_tax") for line in priced):
        assert Decimal(totals["net"]) == sum(
            (Decimal(line["price"]["amount"]) for line in priced), Decimal(0)
        )
    if totals["gross"] is not None:
        assert Decimal(totals["net"]) + Decimal(totals["tax"]) == Decimal(totals["gross"])
    if credit:
        assert Decimal(credit["exposure"]) == sum(map(Decimal, credit["parts"].values()))
        if credit["limit"] is not None:
            assert Decimal(credit["exposure"]) + Decimal(credit["available"]) == Decimal(credit["limit"])


@pytest.mark.parametrize("name", ["LÖN", "倉庫", "🏬", "ａ", 'a"b\\c', "a/b", "\u00a0"])
def test_names_in_any_script_are_sorted_as_the_canonical_form_has_it(name: str) -> None:
    """RFC 8785 sorts by UTF-16 code units: 🏬 stands before ａ, though its code point is greater."""
    sites = [{"site": one, "country": "GB"} for one in (name, "ａ", "🏬", "LON")]
    card = item(name, {one["site"]: 1 for one in sites}, uom="EA")
    found = decided(ask((name, len({one["site"] for one in sites}))), facts(card, world=world(sites=sites)))
    assert canonical(json.loads(found.body)) == found.body
    assert answer(found)["lines"][0]["item"] == name
    assert len(answer(found)["lines"][0]["arithmetic"]) == len({one["site"] for one in sites})
    renewed = with_expiry(found.body, NOW + timedelta(days=1))
    assert canonical(json.loads(renewed)) == renewed


def test_a_renewed_hold_is_the_same_answer_with_another_expiry() -> None:
    found = decided(ask(("A", 1)), facts(item("A", 5)))
    renewed = with_expiry(found.body, datetime(2026, 3, 2, 10, tzinfo=UTC))
    assert msgspec.json.decode(renewed) == {**answer(found), "expires": "2026-03-02T10:00:00Z"}


def test_what_is_encoded_is_what_the_decision_carries() -> None:
    found = decided(ask(("A", 1)), facts(item("A", 5)))
    assert encoded(found.answer) == found.body


@pytest.mark.parametrize(
    ("unit", "places", "shown"),
    [("2.5", 2, "2.50"), ("2.500", 2, "2.50"), ("2.5555", 2, "2.5555"), ("3", 0, "3"), ("2.5", 0, "2.5"),
     ("1E+2", 2, "100.00"), ("0", 3, "0.000"), ("0.0001", 2, "0.0001")],
)  # fmt: skip
def test_a_unit_price_keeps_its_places_and_has_at_least_the_currencys(
    unit: str, places: int, shown: str
) -> None:
    found = price_shown(Priced(Decimal(unit), Decimal("1"), "GBP", "list", Decimal(0), False), places)
    assert found.unit == shown


@law(
    60,
    quantity=st.integers(1, 10**12).map(lambda number: Decimal(number) / 10**6),
    amount=st.integers(1, 10**9),
)
def test_great_and_small_figures_are_told_in_full(quantity: Decimal, amount: int) -> None:
    card = item("A", 10**12, list_price=str(Decimal(amount) / 10**4))
    found = decided(ask(("A", quantity)), facts(card, account=account(customer(credit_limit=10**15))))
    check(found.body)
    assert Decimal(answer(found)["lines"][0]["parts"][0]["quantity"]) == quantity
