"""One line before sourcing: is the item known, for sale, in this unit and quantity, and at a price?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import strategies as st

from promise.laws import law
from promise.making import (
    LON,
    YRK,
    answer,
    ask,
    codes,
    decided,
    facts,
    item,
    parts,
    policy,
    price,
    stock,
    world,
)
from sayso.promise.lines import drawn_on

CASES_OF = {"units": {"CS": "12", "TRAY6": "6"}}


def line(asked: dict[str, Any], columns: dict[str, Any], **settings: Any) -> tuple[str, list[str]]:
    """The verdict on one line of item A, of which there is plenty, and the codes of its reasons."""
    there = item("A", 1000, **columns)
    found = decided(
        ask({"item": "A", "quantity": 12, **asked}), facts(there, world=world(policy(**settings)))
    )
    return answer(found)["lines"][0]["verdict"], codes(found)


LINES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any], tuple[str, list[str]]]] = {
    "an item for sale": ({}, {}, {}, ("firm", [])),
    "one that nobody knows": ({}, {"known": False}, {}, ("refused", ["unknown_item"])),
    "in its own unit, named": ({"uom": "EA"}, {}, {}, ("firm", [])),
    "in another of its units": ({"uom": "CS"}, CASES_OF, {}, ("firm", [])),
    "in a plain word for it": ({"uom": "case"}, CASES_OF, {}, ("firm", [])),
    "in the code of the standard for it": ({"uom": "XCS"}, CASES_OF, {}, ("firm", [])),
    "in a plain word for its own": ({"uom": "pcs"}, {}, {}, ("firm", [])),
    "an item without a unit is counted in pieces": ({"uom": "EA"}, {"uom": ""}, {}, ("firm", [])),
    "in a unit of the company's": ({"uom": "tray6"}, CASES_OF, {}, ("firm", [])),
    "in a unit it is not sold in": ({"uom": "PL"}, CASES_OF, {}, ("refused", ["unknown_uom"])),
    "in what is no unit": ({"uom": "a whole lot of"}, CASES_OF, {}, ("refused", ["unknown_uom"])),
    "a unit of nothing is none": ({"uom": "CS"}, {"units": {"CS": "0"}}, {}, ("refused", ["unknown_uom"])),
    "as much as the minimum": ({}, {"minimum": 12}, {}, ("firm", [])),
    "less than the minimum": ({}, {"minimum": "12.5"}, {}, ("refused", ["below_minimum"])),
    "the minimum counts base units": ({"quantity": 1, "uom": "CS"}, {**CASES_OF, "minimum": 12}, {}, ("firm", [])),
    "whole packs": ({}, {"pack": 6}, {}, ("firm", [])),
    "not whole packs": ({}, {"pack": 5}, {}, ("refused", ["not_a_pack"])),
    "packs count base units": ({"quantity": "0.5", "uom": "CS"}, {**CASES_OF, "pack": 6}, {}, ("firm", [])),
    "both are told": ({}, {"pack": 5, "minimum": 100}, {}, ("refused", ["below_minimum", "not_a_pack"])),
    "blocked": ({}, {"status": "blocked"}, {}, ("refused", ["discontinued"])),
    "discontinued and still there": ({}, {"status": "discontinued"}, {}, ("firm", [])),
    "without a price": ({}, {"list_price": None}, {}, ("refused", ["no_price"])),
    "without a price, where a person may name one": (
        {}, {"list_price": None}, {"price__without_price": "refer"}, ("conditional", ["no_price"]),
    ),
    "a service is always there": ({"quantity": 5000}, {"stocked": False}, {}, ("firm", [])),
}  # fmt: skip


@pytest.mark.parametrize("case", LINES)
def test_a_line(case: str) -> None:
    asked, columns, settings, expected = LINES[case]
    assert line(asked, columns, **settings) == expected


def reasons(asked: dict[str, Any], **columns: Any) -> list[dict[str, str]]:
    found = decided(ask({"item": "A", **asked}), facts(item("A", 1000, **columns)))
    return [one["facts"] for one in answer(found)["lines"][0]["reasons"]]


def test_a_reason_carries_the_figures_it_was_made_from() -> None:
    assert reasons({"quantity": 7}, pack=5) == [
        {"pack": "5", "asked": "7", "uom": "EA", "below": "5", "above": "10"}
    ]
    assert reasons({"quantity": "0.5", "uom": "CS"}, minimum=12, **CASES_OF) == [
        {"minimum": "12", "asked": "6", "uom": "EA"}
    ]
    assert reasons({"quantity": 1, "uom": "PL"}, **CASES_OF) == [
        {"uom": "PL", "item": "A", "sold_in": "CS, EA, TRAY6"}
    ]
    assert reasons({"quantity": 1}, list_price=None) == [{"item": "A", "currency": "GBP", "uom": "EA"}]
    assert reasons({"quantity": 1}, status="blocked") == [{"item": "A", "status": "blocked"}]


def test_what_is_answered_is_in_the_unit_that_was_asked() -> None:
    there = facts(item("A", 30, prices=[price(20, uom="CS")], **CASES_OF))
    found = decided(ask({"item": "A", "quantity": 3, "uom": "case"}, accept_conditional=True), there)
    told = answer(found)["lines"][0]
    assert (told["uom"], told["quantity"], told["price"]["amount"]) == ("CS", "3", "60.00")
    assert [part["quantity"] for part in told["parts"]] == ["2", "1"]
    assert told["reasons"][0]["facts"] == {"sellable": "2", "asked": "3"}
    assert [one.quantity for one in found.takes] == [24, 12]


def test_a_component_that_was_not_looked_up_is_not_taken_for_granted() -> None:
    kit = item("A", kit=[{"component": "B", "quantity": "1"}, {"component": "X", "quantity": "1"}])
    with pytest.raises(KeyError):
        decided(ask(("A", 1)), facts(kit, item("B", 5)))


def test_what_a_line_draws_on() -> None:
    plain = item("A", substitutes=[{"item": "S"}])
    kit = item("A", kit=[{"component": "B", "quantity": "1"}, {"component": "X", "quantity": "2"}])
    assert (drawn_on(plain, False), drawn_on(plain, True)) == (["A"], ["A", "S"])
    assert (drawn_on(kit, False), drawn_on(kit, True)) == (["B", "X"], ["B", "X"])


@law(
    120, pack=st.sampled_from([None, "2", "3", "4", "2.5"]), factor=st.sampled_from([1, 2, 3, 6, "0.5"]),
    number=st.integers(1, 12), here=st.integers(0, 30), there=st.integers(0, 30),
)  # fmt: skip
def test_what_is_split_over_sites_is_split_by_packs_and_by_units(
    pack: str | None, factor: Any, number: int, here: int, there: int
) -> None:
    """Each part is a whole number of packs, and of the unit that was asked (or of pieces of it, where packs are not)."""
    quantity = number * Decimal(factor)
    sold = item("A", {"LON": here, "YRK": there}, pack=pack, units={"U": str(factor)})
    found = decided(
        ask({"item": "A", "quantity": number, "uom": "U"}), facts(sold, world=world(sites=[LON, YRK]))
    )
    if pack is not None and quantity % Decimal(pack):
        assert codes(found) == ["not_a_pack"]
        return
    in_units = [Decimal(part[2]) for part in parts(found)]
    assert sum(in_units) == number
    for one in in_units:
        assert one == one.to_integral_value()
        assert pack is None or not one * Decimal(factor) % Decimal(pack)


def test_a_fraction_of_a_unit_is_split_into_whole_packs() -> None:
    """1.5 cases of 6 are 9 pieces, and 3 packs of 3: neither site is asked for a broken pack."""
    sold = item("A", pack=3, units={"CS": "6"}, stock=[stock(5), stock(7, "YRK")])
    asked = ask({"item": "A", "quantity": "1.5", "uom": "CS"})
    found = decided(asked, facts(sold, world=world(sites=[LON, YRK])))
    assert sorted(one.quantity for one in found.takes) == [3, 6]
