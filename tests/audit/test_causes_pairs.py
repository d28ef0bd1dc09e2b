"""Pairs of causes that touch the same stock or the same price, and each of these beside one that touches neither."""

from __future__ import annotations

from itertools import combinations
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from audit.worlds import D, Told, all_spots, line, on, shop


class Plan(NamedTuple):
    """A line of 25 pieces at a price of 10, and what is wrong with it."""

    stock: dict[str, int]
    coming: int = 0
    columns: tuple[tuple[str, Any], ...] = ()
    rows: tuple[tuple[str, dict[str, Any]], ...] = ()


def price(**values: Any) -> tuple[str, dict[str, Any]]:
    """A price for everybody."""
    row = {
        "line_type": "price", "source_type": "all", "source": "", "target_type": "item", "target": "A", "uom": "",
        "currency": "GBP", "variant": "", "min_quantity": 0, "starts": None,
    }  # fmt: skip
    return "prices", {**row, **values}


OVERDUE = ("receivables", {"document": "R", "customer": "C2", "open": 9, "due": on(-5), "currency": "GBP"})
STOCK = {
    "phantom_stock": Plan({"on_hand": -8}),
    "reserved_stock": Plan({"reserved": 8}),
    "safety_stock": Plan({"safety_stock": 7}),
    "late_inbound": Plan({"on_hand": -8}, 8),
}
PRICE = {
    "stale_price": Plan({}, columns=(("unit_price", 8),), rows=(price(price=8, ends=on(-2)),)),
    "lost_quantity_break": Plan({}, columns=(("unit_price", 10),), rows=(price(price=7, min_quantity=20),)),
}
OTHERS = {
    "credit_flag": Plan({}, rows=(("customers", {"customer": "C", "credit_limit": 30}),)),
    "overdue_elsewhere": Plan({}, rows=(("customers", {"customer": "C2", "parent": "C"}), OVERDUE)),
    "region": Plan({}, rows=(("rules", {"rule": "R", "effect": "forbid", "country": "GB"}),)),
    "units": Plan({}, rows=(("items", {"item": "A", "minimum": 30}),)),
}
PLANS = {**STOCK, **PRICE, **OTHERS}


def told(*causes: str) -> Told:
    """Exports with these causes in one line; what is shown is what there would be without them."""
    stock, coming, columns = {"on_hand": 30, "reserved": 0, "safety_stock": 0}, 0, {"unit_price": 10}
    found = shop()
    for cause in causes:
        plan = PLANS[cause]
        stock = {name: quantity + plan.stock.get(name, 0) for name, quantity in stock.items()}
        coming += plan.coming
        columns |= dict(plan.columns)
        for kind, values in plan.rows:
            found.fact(kind, **values)
    found.fact("stock", item="A", site="LON", **stock)
    if coming:
        found.fact("inbound", document="P", line="1", item="A", site="LON", quantity=coming, due=on(9))
    return found.order(line(25, shown_available=30, **columns), credit_ok=True)


@pytest.mark.parametrize("cause", PLANS)
def test_alone(cause: str) -> None:
    assert [spot.cause for spot in all_spots(told(cause))] == [cause]


# Who counts what is coming and shows still more than that may as well have miscounted: nothing tells the two apart.
PAIRS = [pair for pair in combinations(PLANS, 2) if pair != ("phantom_stock", "late_inbound")]
SAME_PRICE = ("stale_price", "lost_quantity_break")


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair != SAME_PRICE], ids="-".join)
def test_together(pair: tuple[str, str]) -> None:
    spots = all_spots(told(*pair))
    assert {spot.cause for spot in spots} == set(pair)
    wrong = {"stale_price": D(50), "lost_quantity_break": D(75)}
    whole = D(25) * (8 if "stale_price" in pair else 10)
    assert sum(spot.money for spot in spots) == (whole if set(pair) - set(PRICE) else wrong[pair[0]])


def test_the_old_price_of_a_smaller_quantity() -> None:
    found = shop().fact("stock", item="A", site="LON", on_hand=30)
    for kind, values in (price(price=8, ends=on(-2)), price(price=7, min_quantity=20)):
        found.fact(kind, **values)
    spots = all_spots(found.order(line(25, unit_price=8)))
    assert [(spot.cause, str(spot.money)) for spot in spots] == [
        ("stale_price", "12.50"), ("lost_quantity_break", "12.50"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "three", list(combinations(["reserved_stock", "stale_price", *OTHERS], 3)), ids="-".join
)
def test_three_at_once(three: tuple[str, ...]) -> None:
    spots = all_spots(told(*three))
    assert {spot.cause for spot in spots} == set(three)
    assert sum(spot.money for spot in spots) == D(25) * (8 if "stale_price" in three else 10)


@pytest.mark.parametrize("unit", range(1, 14))
def test_what_cannot_be_shared_evenly_is_the_main_ones(unit: int) -> None:
    found = told("reserved_stock", "safety_stock", "region").fact("items", item="A", list_price=unit)
    found._orders[0] = replace(found._orders[0], lines=(line(25, shown_available=30, unit_price=unit),))
    spots = all_spots(found)
    assert {spot.cause for spot in spots} == {"reserved_stock", "safety_stock", "region"}
    assert sum(spot.money for spot in spots) == 25 * unit
    assert spots[0].money >= spots[1].money >= spots[2].money > 0
