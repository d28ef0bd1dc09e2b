"""Approved substitutes: what of a shortfall another item fills, and what it may not do."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import strategies as st

from promise import strategies as some
from promise.laws import law
from promise.making import LON, YRK, answer, ask, codes, decided, facts, inbound, iso, item, policy, world
from promise.naive_sourcing import oversold
from promise.naive_stock import NOTHING
from sayso.promise.cards import ItemCard
from sayso.promise.decision import Decision
from sayso.promise.policy import Policy

BY_B = {"substitutes": [{"item": "B"}]}


def filled(
    *cards: ItemCard, quantity: Any = 10, more: tuple[Any, ...] = (), where: Any = None, **asked: Any
) -> Decision:
    """The decision on a line of A that may be filled with a substitute."""
    line = {"item": "A", "quantity": quantity, "substitute": True, **asked}
    return decided(ask(line, *more, accept_conditional=True), facts(*cards, world=where))


def told(found: Decision, line: int = 0) -> list[tuple[str, ...]]:
    """The parts as (item, state, quantity)."""
    return [(part.item or "A", part.state, part.quantity) for part in found.answer.lines[line].parts]


CASES: dict[str, tuple[list[ItemCard], dict[str, Any], list[tuple[str, ...]]]] = {
    "what is there is not substituted": (
        [item("A", 10, **BY_B), item("B", 10)], {}, [("A", "in_stock", "10")],
    ),
    "what is not there is filled": (
        [item("A", 4, **BY_B), item("B", 10)], {}, [("A", "in_stock", "4"), ("B", "in_stock", "6")],
    ),
    "all of it, where nothing is there": ([item("A", **BY_B), item("B", 10)], {}, [("B", "in_stock", "10")]),
    "where the line asks for it": (
        [item("A", 4, **BY_B), item("B", 10)], {"substitute": False}, [("A", "in_stock", "4"), ("A", "backorder", "6")],
    ),
    "and the policy lets it": (
        [item("A", 4, **BY_B), item("B", 10)], {"where": world(policy(sourcing__substitutes="never"))},
        [("A", "in_stock", "4"), ("A", "backorder", "6")],
    ),
    "what the substitute has not is still on backorder": (
        [item("A", 4, **BY_B), item("B", 5)], {},
        [("A", "in_stock", "4"), ("A", "backorder", "1"), ("B", "in_stock", "5")],
    ),
    "the best in rank first, then the next": (
        [item("A", substitutes=[{"item": "B", "rank": 2}, {"item": "C", "rank": 1}]), item("B", 9), item("C", 4)], {},
        [("C", "in_stock", "4"), ("B", "in_stock", "6")],
    ),
    "equal ranks by name": (
        [item("A", substitutes=[{"item": "C"}, {"item": "B"}]), item("B", 4), item("C", 9)], {},
        [("B", "in_stock", "4"), ("C", "in_stock", "6")],
    ),
    "so many of it as stand for one": (
        [item("A", substitutes=[{"item": "B", "factor": "2"}]), item("B", 7)], {},
        [("A", "backorder", "7"), ("B", "in_stock", "3")],
    ),
    "what comes later is no substitute": (
        [item("A", **BY_B), item("B", inbound=[inbound("PO", 10, 3)])], {}, [("A", "backorder", "10")],
    ),
    "what is no longer sold is the more in need of one": (
        [item("A", 4, status="discontinued", **BY_B), item("B", 10)], {}, [("A", "in_stock", "4"), ("B", "in_stock", "6")],
    ),
    "a blocked item is no substitute": (
        [item("A", **BY_B), item("B", 10, status="blocked")], {}, [("A", "backorder", "10")],
    ),
    "nor one that nobody knows": ([item("A", **BY_B), item("B", 10, known=False)], {}, [("A", "backorder", "10")]),
    "nor one that is sold only later": (
        [item("A", **BY_B), item("B", 10, available_from=iso(3))], {}, [("A", "backorder", "10")],
    ),
    "nor one that may not go there": (
        [item("A", **BY_B), item("B", 10, hazard="3")],
        {"where": world(rules=[{"rule": "R", "effect": "forbid", "hazard": "3", "country": "GB"}])},
        [("A", "backorder", "10")],
    ),
    "nor one that a person has to release": (
        [item("A", **BY_B), item("B", 10)], {"where": world(rules=[{"rule": "R", "effect": "hold", "item": "B"}])},
        [("A", "backorder", "10")],
    ),
    "nor one that would come too late": (
        [item("A", **BY_B), item("B", 10)],
        {
            "where": world(lanes=[{"site": "LON", "country": "GB", "transit_days": 3}]), "need_by": iso(2),
        },
        [("A", "backorder", "10")],
    ),
    "it may come from another site": (
        [item("A", {"LON": 4}, **BY_B), item("B", {"YRK": 9})], {"where": world(sites=[LON, YRK])},
        [("A", "in_stock", "4"), ("B", "in_stock", "6")],
    ),
    "in whole packs of what was asked": (
        [item("A", 4, pack=2, **BY_B), item("B", 5)], {},
        [("A", "in_stock", "4"), ("A", "backorder", "2"), ("B", "in_stock", "4")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_filled_by_what(case: str) -> None:
    cards, more, expected = CASES[case]
    assert told(filled(*cards, **more)) == expected


def test_what_is_filled_is_firm_at_the_price_of_what_was_asked() -> None:
    found = filled(item("A", 4, list_price=2, **BY_B), item("B", 10, list_price=99))
    line = answer(found)["lines"][0]
    assert (line["verdict"], line["reasons"], line["price"]["amount"]) == ("firm", [], "20.00")


def test_what_is_filled_is_taken_from_the_substitute() -> None:
    found = filled(item("A", 4, substitutes=[{"item": "B", "factor": "1.5"}]), item("B", 20))
    assert [(one.item, one.quantity, one.line) for one in found.takes] == [("A", 4, 1), ("B", 9, 1)]


def test_a_substitute_that_another_line_takes_is_not_promised_twice() -> None:
    """Neither where that line comes after, nor to two lines that both fall short."""
    cards = [item("A", **BY_B), item("B", 10)]
    found = filled(*cards, more=({"item": "B", "quantity": 8},))
    assert told(found) == [("A", "backorder", "8"), ("B", "in_stock", "2")]
    found = filled(*cards, quantity=6, more=({"item": "A", "quantity": 6, "substitute": True},))
    assert [told(found, line)[-1] for line in (0, 1)] == [("B", "in_stock", "6"), ("B", "in_stock", "4")]


def test_a_line_that_ships_complete_is_not_held_up_by_what_was_filled() -> None:
    """The day of the backorder that is no more does not date the rest."""
    found = filled(item("A", 4, lead_days=30, **BY_B), item("B", 10), ship="complete")
    assert {part.ship_on for part in found.answer.lines[0].parts} == {iso(0)}
    assert codes(found) == []


PAIRS = st.tuples(
    some.stocked("A", substitutes=[{"item": "B", "rank": 1}, {"item": "C", "factor": "2"}]),
    some.stocked("B", substitutes=[{"item": "C"}]), some.stocked("C"),
)  # fmt: skip


@law(150, cards=PAIRS, lines=some.lines("A", "B", "C"), wide=st.booleans())
def test_no_substitution_takes_what_is_not_there(
    cards: tuple[ItemCard, ...], lines: list[dict[str, Any]], wide: bool
) -> None:
    where = world(sites=[LON, YRK] if wide else [LON])
    found = decided(
        ask(*({**line, "substitute": True} for line in lines), accept_conditional=True),
        facts(*cards, world=where),
    )
    assert not oversold({one.item: one for one in cards}, [], found.takes, Policy())
    for line, shown in zip(lines, found.answer.lines, strict=True):
        total = sum((Decimal(part.quantity) for part in shown.parts), NOTHING)
        assert total == line["quantity"] or shown.verdict == "refused"
        assert total <= line["quantity"]
