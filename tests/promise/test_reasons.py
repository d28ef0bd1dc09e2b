"""The reason codes: the order of precedence that others rely on, and a page that is in step with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from promise.laws import law
from promise.making import answer, decided
from promise.shops import SHOPS, Shop, moments, requests
from sayso.promise.asking import Request
from sayso.promise.reasons import KINDS, in_order, reason, reference, worst

PAGE = Path(__file__).parents[2] / "docs/reference/reasons.md"


def test_the_order_of_precedence_is_the_published_one() -> None:
    assert list(KINDS) == [
        "unknown_customer", "unknown_item", "unknown_uom", "customer_held", "region_forbidden", "licence_missing",
        "discontinued", "below_minimum", "not_a_pack", "no_price", "no_site", "overdue", "over_limit", "stock_short",
        "late", "no_date", "stale_facts", "system_away",
    ]  # fmt: skip


def test_waiting_helps_where_time_alone_can_change_it() -> None:
    assert {code for code, kind in KINDS.items() if kind.waiting_helps} == {
        "stock_short", "late", "no_date", "stale_facts", "system_away",
    }  # fmt: skip


@pytest.mark.parametrize("code", KINDS)
def test_a_code_says_what_it_means_and_what_to_do(code: str) -> None:
    kind = KINDS[code]
    assert kind.meaning
    assert kind.remedy
    assert kind.stands_in in ("a line", "credit", "the answer")
    assert f"| `{code}` |" in reference()


def test_the_reference_is_in_step() -> None:
    assert PAGE.read_text("utf-8") == reference(), "write sayso.promise.reasons.reference() to the page"


@law(150, codes=st.lists(st.sampled_from(list(KINDS)), max_size=8))
def test_reasons_are_put_in_order_and_equal_ones_stay_as_they_were_found(codes: list[str]) -> None:
    found = [reason(code, place=str(place)) for place, code in enumerate(codes)]
    order = list(KINDS)
    expected = sorted(enumerate(codes), key=lambda one: (order.index(one[1]), one[0]))
    assert [(one.code, one.facts["place"]) for one in in_order(found)] == [
        (code, str(place)) for place, code in expected
    ]


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [("firm", "firm", "firm"), ("firm", "conditional", "conditional"), ("refused", "conditional", "refused"),
     ("firm", "refused", "refused")],
)  # fmt: skip
def test_the_worse_of_two_verdicts(one: Any, other: Any, found: str) -> None:
    assert worst(one, other) == worst(other, one) == found


@law(150, shop=SHOPS, request=requests(), now=moments)
def test_a_reason_stands_where_it_belongs_and_has_the_figures_that_are_documented(
    shop: Shop, request: Request, now: Any
) -> None:
    told = answer(decided(request, shop.facts, now))
    places = {
        "the answer": told["reasons"],
        "credit": told["credit"]["reasons"] if told["credit"] else [],
        "a line": [one for line in told["lines"] for one in line["reasons"]],
    }
    for place, reasons in places.items():
        for one in reasons:
            assert KINDS[one["code"]].stands_in == place
            assert one["facts"].keys() <= set(KINDS[one["code"]].facts.split())
            assert one["facts"]
