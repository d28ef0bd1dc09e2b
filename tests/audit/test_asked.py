"""Questions that are asked of books: each has its name, its parameters and the judgement's own answer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from sayso.audit.parity.asked import Told, ask_named
from sayso.errors import BadField
from sayso.promise.gather import Books
from sayso.promise.policy import profiled

DAY = date(2026, 3, 2)
PLAIN = profiled("plain")


def shop() -> Books:
    """Five lamps in London at 2.00, and Ada, who may owe ten."""
    return Books(
        {
            "sites": [{"site": "LON", "country": "GB", "timezone": "Europe/London", "cutoff": "12:00"}],
            "items": [{"item": "lamp", "list_price": Decimal(2)}],
            "stock": [{"item": "lamp", "site": "LON", "on_hand": Decimal(5)}],
            "customers": [{"customer": "ada", "credit_limit": Decimal(10)}],
        }
    )


def promised(**parameters: object) -> Told:
    ask = ask_named("promise")
    usual = {
        "customer": "ada",
        "ship_to": {"country": "GB"},
        "lines": [{"item": "lamp", "quantity": "3"}],
    }
    return ask.answer(shop(), msgspec.convert({**usual, **parameters}, ask.parameters), DAY, PLAIN)


def test_a_promise_is_answered_as_the_api_answers_it():
    told = promised()
    assert told.answer["verdict"] == "firm"
    assert told.answer["lines"][0]["parts"] == [
        {
            "state": "in_stock",
            "site": "LON",
            "quantity": "3",
            "ship_on": "2026-03-02",
            "deliver_by": "2026-03-02",
            "leans_on": [],
        }
    ]
    assert told.answer["credit"]["exposure"] == "6.00"
    assert told.answer["made"] == "2026-03-02T09:00:00Z"


def test_its_arithmetic_says_where_each_figure_comes_from():
    told = promised(lines=[{"item": "lamp", "quantity": "7"}])
    text = "\n".join(told.arithmetic)
    assert "5 in_stock from LON leaving 2026-03-02" in text
    assert "because stock_short: asked 7, sellable 5" in text
    assert "because over_limit" in text
    assert "this 14.00; limit 10.00" in text


def test_the_time_of_day_counts_for_the_cut_off():
    assert promised(at="12:30").answer["lines"][0]["parts"][0]["ship_on"] == "2026-03-03"


def test_a_hold_is_said_to_be_held():
    told = promised(hold="PT1H")
    assert told.answer["held"] is True
    assert told.answer["expires"] == "2026-03-02T10:00:00Z"


def test_a_question_that_is_not_known_is_refused_with_the_nearest_name():
    with pytest.raises(BadField, match="no such question") as refused:
        ask_named("selable")
    assert refused.value.remedy == "did you mean sellable?"


def test_what_cannot_be_asked_is_refused_by_field():
    with pytest.raises(BadField) as refused:
        promised(ship_to={"country": "UK"})
    assert refused.value.field == "ship_to.country"
