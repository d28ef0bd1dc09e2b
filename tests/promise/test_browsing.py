"""What a page of a storefront may ask, and what it may not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sayso.errors import BadField, TooLarge
from sayso.promise.browsing import BrowseQuery, checked_query

CASES: dict[str, tuple[dict[str, Any], tuple[str, str, str]]] = {
    "no item": ({"items": ()}, ("item", "at least one item is needed", "repeat item= once per item")),
    "a blank item": ({"items": ("A", "")}, ("item", "an item number is blank", "leave it out")),
    "nothing of it": (
        {"quantity": Decimal(0)},
        ("quantity", "a quantity is a positive number", 'send e.g. "12"'),
    ),
    "a country that is none": (
        {"country": "ZZ"},
        ("country", "not a country's code", "send ISO 3166-1 alpha-2, e.g. GB"),
    ),
    "a country that everybody knows": ({"country": "UK"}, ("country", "not a country's code", "send GB")),
}
UNSEEN = ("A\x00", "A\n", "A\ud800", "x" * 201)


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_used_is_named(case: str) -> None:
    fields, expected = CASES[case]
    with pytest.raises(BadField) as found:
        checked_query(BrowseQuery(**{"items": ("A",), **fields}))
    assert (found.value.field, found.value.detail, found.value.remedy) == expected


@pytest.mark.parametrize("field", ["item", "customer", "country", "region", "uom", "variant"])
@pytest.mark.parametrize("text", UNSEEN, ids=ascii)
def test_characters_that_are_not_seen_are_refused(field: str, text: str) -> None:
    given = {"items": ("B", text)} if field == "item" else {"items": ("B",), field: text}
    with pytest.raises(BadField) as found:
        checked_query(BrowseQuery(**given))  # type: ignore[arg-type]
    assert found.value.field == field


def test_too_many_items_are_too_many() -> None:
    with pytest.raises(TooLarge) as found:
        checked_query(BrowseQuery(("A", "B", "C")), 2)
    assert (found.value.detail, found.value.remedy) == ("3 items; the limit is 2", "ask in several calls")


def test_any_other_query_is_let_pass_as_it_is() -> None:
    query = BrowseQuery(("A", "B"), "C", "GB", "SCT", Decimal("1.5"), "CS", "red")
    assert checked_query(query) is query
    assert checked_query(BrowseQuery(("A",)))
