"""What a storefront shows of an item before anybody asks for it: how many, from when, from where."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import strategies as st

from promise import strategies as some
from promise.laws import law
from promise.making import (
    LON,
    NOW,
    START,
    TODAY,
    YRK,
    account,
    allocation,
    customer,
    facts,
    inbound,
    iso,
    item,
    policy,
    stock,
    take,
    world,
)  # fmt: skip
from promise.naive_stock import NOTHING, Shelf
from sayso.canon.decimals import arithmetic
from sayso.promise.availability import Owner
from sayso.promise.browsing import BrowseQuery
from sayso.promise.cards import ItemCard
from sayso.promise.facts import Facts, Take
from sayso.promise.showing import Shown, shown

SITES = [LON, {**YRK, "calendar": "week"}]
LANES = [
    {"site": "LON", "country": "GB", "transit_days": 2, "cost": "1"},
    {"site": "YRK", "country": "GB", "transit_days": 1, "cost": "2"},
]


def look(here: Facts, name: str = "A", country: str = "GB", **query: Any) -> Shown:
    """What customer C sees of an item."""
    buyer = here.account.card.customers["C"] if here.account else customer()
    routes = here.world.routes(country, "", buyer, NOW) if country else here.world.every_route(NOW)
    asked = BrowseQuery((name,), "C", country, **query)
    with arithmetic():
        return shown(name, asked, here.items, buyer, routes, here.world, country)


def of(card: ItemCard, *others: ItemCard, settings: dict[str, Any] | None = None, **query: Any) -> Shown:
    """What is seen of A in a world of two sites."""
    return look(
        facts(card, *others, world=world(policy(**(settings or {})), sites=SITES, lanes=LANES)), **query
    )


CASES: dict[str, tuple[ItemCard, dict[str, Any], tuple[str, str, int | None, int | None]]] = {
    "all that all sites have, from the one that is there first": (
        item("A", {"LON": 5, "YRK": 7}), {}, ("12", "in_stock", 0, 1),
    ),
    "for a quantity the site that has it": (
        item("A", {"LON": 5, "YRK": 3}), {"quantity": Decimal(4)}, ("8", "in_stock", 0, 2),
    ),
    "or all of them together": (item("A", {"LON": 5, "YRK": 3}), {"quantity": Decimal(8)}, ("8", "in_stock", 0, 2)),
    "together when the last of it has come": (
        item("A", {"LON": 5}, inbound=[inbound("PO", 4, 3, "YRK")]), {"quantity": Decimal(8)}, ("5", "inbound", 3, 4),
    ),
    "but from one site where lines are not split": (
        item("A", {"LON": 5, "YRK": 3}), {"quantity": Decimal(8), "settings": {"sourcing__split": False}},
        ("8", "in_stock", None, None),
    ),
    "what is on its way": (item("A", inbound=[inbound("PO", 9, 3)]), {}, ("0", "inbound", 3, 5)),
    "a site that rests when it comes sends it later": (
        item("A", inbound=[inbound("PO", 9, 5, "YRK")]), {}, ("0", "inbound", 7, 8),
    ),
    "what nobody has": (item("A"), {}, ("0", "backorder", None, None)),
    "too little of it": (item("A", 5), {"quantity": Decimal(6)}, ("5", "backorder", None, None)),
    "in another unit": (item("A", 30, units={"CS": "12"}), {"uom": "CS"}, ("2.5", "in_stock", 0, 2)),
    "in a plain word for it": (item("A", 30, units={"CS": "12"}), {"uom": "case"}, ("2.5", "in_stock", 0, 2)),
    "a third of a unit is cut": (item("A", 1, units={"CS": "3"}), {"uom": "CS"}, ("0.333333", "backorder", None, None)),
    "less than a pack is too little": (item("A", 5, pack=6), {}, ("5", "backorder", None, None)),
    "of a variant": (
        item("A", stock=[stock(5), stock(2, variant="R")]), {"variant": "R"}, ("2", "in_stock", 0, 2),
    ),
    "what is sold only later": (item("A", 5, available_from=iso(6)), {}, ("5", "pre_order", 6, 8)),
    "what is no longer made": (item("A", 5, status="discontinued"), {}, ("5", "in_stock", 0, 2)),
    "and is sold out": (item("A", 0, status="discontinued"), {}, ("0", "discontinued", None, None)),
    "what is blocked is not for sale, though it is there": (
        item("A", 5, status="blocked"), {}, ("0", "discontinued", None, None),
    ),
    "what is kept for others": (
        item("A", stock=[stock(5)], allocations=[allocation("AL", 3, customer="D")]), {}, ("2", "in_stock", 0, 2),
    ),
    "what is kept for this buyer": (
        item("A", stock=[stock(5)], allocations=[allocation("AL", 3, customer="C")]), {}, ("5", "in_stock", 0, 2),
    ),
    "where no site ships to": (item("A", 5), {"country": "FR"}, ("0", "backorder", None, None)),
    "nowhere in particular": (item("A", 5), {"country": ""}, ("5", "in_stock", 0, 0)),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_shown(case: str) -> None:
    card, query, (sellable, state, earliest, arrives) = CASES[case]
    found = of(card, **query)
    assert (found.sellable, found.state) == (sellable, state)
    assert found.earliest == (None if earliest is None else iso(earliest))
    assert found.deliver_by == (None if arrives is None else iso(arrives))


def test_what_nobody_knows_says_so() -> None:
    unknown, unit = of(item("A", known=False)), of(item("A", 5), uom="PL")
    assert (unknown.sellable, unknown.state, unknown.by_site) == ("0", "unknown", ())
    assert [(one.code, one.facts) for one in unknown.reasons] == [("unknown_item", {"item": "A"})]
    assert [(one.code, one.facts) for one in unit.reasons] == [("unknown_uom", {"uom": "PL", "item": "A"})]


def test_what_is_blocked_and_what_is_forbidden_say_why() -> None:
    blocked = of(item("A", 5, status="blocked"))
    assert [one.code for one in blocked.reasons] == ["discontinued"]
    here = world(sites=SITES, rules=[{"rule": "R", "effect": "forbid"}])
    forbidden = look(facts(item("A", 5), world=here))
    assert (forbidden.sellable, forbidden.state, forbidden.by_site) == ("0", "restricted", ())
    assert [one.code for one in forbidden.reasons] == ["region_forbidden"]
    held = look(facts(item("A", 5), world=world(rules=[{"rule": "R", "effect": "hold"}])))
    assert (held.sellable, held.state, [one.code for one in held.reasons]) == (
        "5",
        "in_stock",
        ["region_forbidden"],
    )


def test_the_arithmetic_and_the_age_of_the_facts_are_shown() -> None:
    card = item("A", stock=[stock(9, safety_stock=2)], as_of=NOW - timedelta(hours=1))
    found = look(facts(card, world=world(), taken={"A": [take(3)]}))
    assert found.by_site[0].arithmetic == {
        "A": {"on_hand": "9", "safety_stock": "2", "promised": "3", "sellable": "4", "until": iso(0)}
    }
    assert found.as_of == "2026-03-02T08:00:00Z"


def test_a_kit_is_as_old_as_its_oldest_component() -> None:
    parts = [item("B", 4, as_of=NOW - timedelta(hours=2)), item("S", stocked=False), item("D", 9, as_of=NOW)]
    kit = item("A", kit=[{"component": name, "quantity": "2"} for name in ("B", "S", "D")])
    found = of(kit, *parts)
    assert (found.sellable, found.as_of) == ("2", "2026-03-02T07:00:00Z")
    assert set(found.by_site[0].arithmetic) == {"B", "D"}


NAMES = ("LON", "YRK", "GLA")
NEAR = policy(availability__horizon_days=10)
HELD = st.lists(some.takes.map(lambda one: one._replace(variant="", allocation="")), max_size=2)


@law(120, card=some.stocked("A"), held=HELD, quantity=st.none() | st.integers(1, 12))
def test_each_step_is_what_can_leave_from_that_day(
    card: ItemCard, held: list[Take], quantity: int | None
) -> None:
    """By site, and over all; the earliest day of a quantity is the first on which a site has it, else all have."""
    sites = [{"site": name, "country": "GB"} for name in NAMES]
    here = facts(card, world=world(NEAR, sites=sites), taken={"A": held}, account=account())
    found = look(here, quantity=None if quantity is None else Decimal(quantity))
    shelves = {name: Shelf(card, held, name, "", Owner("C"), TODAY, NEAR) for name in NAMES}
    least, one_has, all_have = Decimal(quantity or max(card.pack or 1, 1)), [], []
    for day in range(START, START + 14):
        by_hand = {name: max(one.sellable(day), NOTHING) for name, one in shelves.items()}
        assert {one.site: _at(one.steps, day) for one in found.by_site} == by_hand
        assert _at(found.steps, day) == sum(by_hand.values())
        one_has += [day] if max(by_hand.values()) >= least else []
        all_have += [day] if sum(by_hand.values()) >= least else []
    first = one_has or all_have
    assert found.earliest == (iso(first[0] - START) if first else None)


def _at(steps: Any, day: int) -> Decimal:
    return [Decimal(one.sellable) for one in steps if one.date <= iso(day - START)][-1]
