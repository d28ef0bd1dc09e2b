"""Kits are sold by their components: how many can be put together, from where, and what they take."""

from __future__ import annotations

from typing import Any

import pytest

from promise.making import LON, YRK, answer, ask, codes, decided, facts, inbound, iso, item, parts, world
from sayso.promise.cards import ItemCard

LANES = [{"site": "LON", "country": "GB"}, {"site": "YRK", "country": "GB", "transit_days": 1}]


def kit(**columns: Any) -> ItemCard:
    """One of A and two of B, or other components."""
    components = columns.pop("components", {"A": "1", "B": "2"})
    return item(
        "K", kit=[{"component": name, "quantity": number} for name, number in components.items()], **columns
    )


def found(*cards: ItemCard, quantity: Any = 3, more: tuple[Any, ...] = (), **asked: Any) -> Any:
    here = facts(*cards, world=world(sites=[LON, YRK], lanes=LANES))
    return decided(ask({"item": "K", "quantity": quantity, **asked}, *more, accept_conditional=True), here)


CASES: dict[str, tuple[list[ItemCard], dict[str, Any], list[tuple[Any, ...]]]] = {
    "all components at one site": ([kit(), item("A", 3), item("B", 6)], {}, [("in_stock", "LON", "3", 0, 0)]),
    "the scarcest says how many": (
        [kit(lead_days=9), item("A", 9), item("B", 5)], {},
        [("in_stock", "LON", "2", 0, 0), ("backorder", "LON", "1", 9, 9)],
    ),
    "components at different sites make no kit": (
        [kit(lead_days=9), item("A", {"LON": 9}), item("B", {"YRK": 9})], {}, [("backorder", "LON", "3", 9, 9)],
    ),
    "kits may come from two sites": (
        [kit(), item("A", {"LON": 2, "YRK": 1}), item("B", {"LON": 5, "YRK": 2})], {},
        [("in_stock", "LON", "2", 0, 0), ("in_stock", "YRK", "1", 0, 1)],
    ),
    "it waits for the last component": (
        [kit(), item("A", 3), item("B", inbound=[inbound("PO", 6, 4)])], {}, [("inbound", "LON", "3", 4, 4)],
    ),
    "what is not stocked is no obstacle": (
        [kit(components={"A": "1", "S": "1"}), item("A", 3), item("S", stocked=False)], {},
        [("in_stock", "LON", "3", 0, 0)],
    ),
    "a kit of services alone is always there": (
        [kit(components={"S": "1"}), item("S", stocked=False)], {}, [("in_stock", "LON", "3", 0, 0)],
    ),
    "a component that nobody knows is not there": (
        [kit(components={"A": "1", "X": "1"}), item("A", 9), item("X", known=False)], {},
        [("backorder", "LON", "3", None, None)],
    ),
    "the stock of the kit itself does not count": (
        [kit(stock=[{"site": "LON", "on_hand": "9"}]), item("A", 3), item("B", 4)], {"ship": "complete"},
        [("in_stock", "LON", "2", None, None), ("backorder", "LON", "1", None, None)],
    ),
    "parts of a component may be less than one": (
        [kit(components={"A": "0.5"}), item("A", "1.5")], {}, [("in_stock", "LON", "3", 0, 0)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_how_many_kits(case: str) -> None:
    cards, asked, expected = CASES[case]
    assert parts(found(*cards, **asked)) == expected


def test_a_kit_takes_of_each_component() -> None:
    took = found(kit(), item("A", 3), item("B", 6)).takes
    assert [(one.item, one.quantity, one.site, one.line) for one in took] == [
        ("A", 3, "LON", 1),
        ("B", 6, "LON", 1),
    ]


def test_kits_and_lines_that_share_a_component_do_not_get_it_twice() -> None:
    both = found(
        kit(lead_days=9), item("A", 3), item("B", 7, lead_days=9), more=({"item": "B", "quantity": 2},)
    )
    assert parts(both, 0) == [("in_stock", "LON", "3", 0, 0)]
    assert parts(both, 1) == [("in_stock", "LON", "1", 0, 0), ("backorder", "LON", "1", 9, 9)]


def test_the_arithmetic_is_told_by_component() -> None:
    line = answer(found(kit(), item("A", 3), item("B", 6)))["lines"][0]
    assert set(line["arithmetic"]) == {"LON A", "LON B"}
    assert line["arithmetic"]["LON B"] == {"on_hand": "6", "until": iso(0), "sellable": "6"}


def test_a_kit_leans_on_the_documents_of_all_its_components() -> None:
    coming = [kit(), item("A", inbound=[inbound("PA", 3, 2)]), item("B", inbound=[inbound("PB", 6, 4)])]
    leaned = found(*coming).answer.lines[0].parts[0].leans_on
    assert [(one.document, one.due) for one in leaned] == [("PA", iso(2)), ("PB", iso(4))]


def test_a_short_kit_tells_how_many_kits_there_are() -> None:
    short = found(kit(), item("A", 9), item("B", 5))
    assert codes(short) == ["stock_short", "no_date"]
    assert short.answer.lines[0].reasons[0].facts == {"sellable": "2", "asked": "3"}
