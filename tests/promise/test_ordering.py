"""What an order may say: on a promise, or on lines of its own."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from sayso.errors import BadField
from sayso.promise.ordering import OrderRequest, checked_order, to_promise

LINES = {"customer": "C", "ship_to": {"country": "GB"}, "lines": [{"item": "A", "quantity": "1"}]}
ON_PROMISE = {"promise": "prm_1"}


def order(**fields: Any) -> OrderRequest:
    return msgspec.convert({"order": "WEB-1", **fields}, OrderRequest)


CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "neither a promise nor lines": ({}, "promise", "an order needs a promise or lines"),
    "lines for nobody": ({**LINES, "customer": ""}, "customer", "an order on lines needs a customer"),
    "lines to nowhere": ({**LINES, "ship_to": None}, "ship_to", "an order on lines needs a destination"),
    "a line of nothing": (
        {**LINES, "lines": [{"item": "A", "quantity": "0"}]}, "lines[0].quantity", "a quantity is a positive number",
    ),
    "a promise and lines": ({**ON_PROMISE, **LINES}, "lines", "lines stands in the promise already"),
    "a promise and a customer": ({**ON_PROMISE, "customer": "C"}, "customer", "customer stands in the promise already"),
    "a promise and a currency": ({**ON_PROMISE, "currency": "GBP"}, "currency", "currency stands in the promise already"),
    "a promise and a channel": ({**ON_PROMISE, "channel": "web"}, "channel", "channel stands in the promise already"),
    "a promise and a reference": ({**ON_PROMISE, "reference": "r"}, "reference", "reference stands in the promise already"),
    "a promise and a destination": (
        {**ON_PROMISE, "ship_to": {"country": "GB"}}, "ship_to", "ship_to stands in the promise already",
    ),
    "a promise and conditions": (
        {**ON_PROMISE, "accept_conditional": True}, "accept_conditional",
        "accept_conditional stands in the promise already",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_used_is_named(case: str) -> None:
    fields, field, detail = CASES[case]
    with pytest.raises(BadField) as found:
        checked_order(order(**fields))
    assert (found.value.field, found.value.detail) == (field, detail)
    assert found.value.remedy


@pytest.mark.parametrize("number", [" WEB-1", "WEB-1 ", "WEB\n1", "WEB\x00", "WEB\u200b1"])
def test_an_order_number_can_be_read_aloud(number: str) -> None:
    with pytest.raises(BadField) as found:
        checked_order(order(order=number, **ON_PROMISE))
    assert found.value.field == "order"


@pytest.mark.parametrize("field", ["po", "promise"])
@pytest.mark.parametrize("text", ["A\x00", "A\r\nB", "A\ud800"], ids=ascii)
def test_characters_that_are_not_seen_are_refused(field: str, text: str) -> None:
    with pytest.raises(BadField) as found:
        checked_order(OrderRequest(**{"order": "WEB-1", **ON_PROMISE, field: text}))
    assert found.value.field == field


def test_also_within_the_lines_of_an_order() -> None:
    with pytest.raises(BadField) as found:
        checked_order(order(**LINES, reference="A\x00"))
    assert found.value.field == "reference"


def test_an_order_on_lines_is_promised_as_it_stands() -> None:
    asked = order(
        **LINES, currency="EUR", channel="web", reference="cart-1", accept_conditional=True, po="4711"
    )
    assert checked_order(asked) is asked
    found = to_promise(asked)
    assert (found.customer, found.currency, found.channel, found.reference) == ("C", "EUR", "web", "cart-1")
    assert (found.accept_conditional, found.hold, found.lines[0].line) == (True, "", 1)


def test_an_order_on_a_promise_needs_no_more() -> None:
    asked = order(**ON_PROMISE, po="4711", wait=5)
    assert checked_order(asked) is asked
