"""From which sites, in which parts, on which days: each rule of sourcing in a case of its own."""

from __future__ import annotations

from typing import Any

import pytest

from promise.making import ask, codes, decided, demand, facts, inbound, iso, item, parts, policy, stock, world
from sayso.promise.cards import ItemCard
from sayso.promise.decision import Decision

# Three sites that ship to Britain: the later a site stands, the later it arrives and the less it costs.
SITES = [{"site": name, "country": "GB"} for name in ("LON", "YRK", "GLA")]
LANES = [
    {"site": name, "country": "GB", "transit_days": days, "cost": cost}
    for name, days, cost in (("LON", 1, "9"), ("YRK", 2, "6"), ("GLA", 3, "3"))
]
IN, SOON, LATER, PRE = "in_stock", "inbound", "backorder", "pre_order"


def here(
    *lines: Any, cards: tuple[ItemCard, ...] = (), lanes: Any = LANES, sites: Any = SITES,
    settings: dict[str, Any] | None = None, **columns: Any,
) -> Decision:  # fmt: skip
    """The decision on these lines; without cards, on item A with these columns."""
    there = world(policy(**(settings or {})), sites=sites, lanes=lanes)
    known = cards or (item("A", columns.pop("has", None), **columns),)
    return decided(ask(*lines, accept_conditional=True), facts(*known, world=there))


def line(quantity: Any, name: str = "A", **more: Any) -> dict[str, Any]:
    return {"item": name, "quantity": quantity, **more}


def by(number: int, quantity: Any = 10, **more: Any) -> dict[str, Any]:
    """A line that is needed by so many days from now."""
    return line(quantity, need_by=iso(number), **more)


PO = [inbound("PO", 10, 4)]
CASES: dict[str, tuple[list[Any], dict[str, Any], list[Any]]] = {
    "the earliest site that has it all": (
        [line(10)], {"has": {"LON": 10, "YRK": 99}}, [(IN, "LON", "10", 0, 1)],
    ),
    "one site alone, though another is earlier with a part": (
        [line(10)], {"has": {"LON": 9, "GLA": 10}}, [(IN, "GLA", "10", 0, 3)],
    ),
    "of sites that arrive on one day the cheapest": (
        [line(10)], {"has": {"LON": 10, "YRK": 10}, "lanes": [{**one, "transit_days": 1} for one in LANES]},
        [(IN, "YRK", "10", 0, 1)],
    ),
    "of sites alike the first by name": (
        [line(10)], {"has": {"LON": 10, "YRK": 10, "GLA": 10}, "lanes": []}, [(IN, "GLA", "10", 0, 0)],
    ),
    "two sites, where one does not suffice": (
        [line(10)], {"has": {"LON": 6, "YRK": 6}}, [(IN, "LON", "6", 0, 1), (IN, "YRK", "4", 0, 2)],
    ),
    "of two sites the two that arrive first": (
        [line(10)], {"has": {"LON": 6, "YRK": 6, "GLA": 9}}, [(IN, "LON", "6", 0, 1), (IN, "YRK", "4", 0, 2)],
    ),
    "three, where two do not": (
        [line(10)], {"has": {"LON": 4, "YRK": 4, "GLA": 4}},
        [(IN, "LON", "4", 0, 1), (IN, "YRK", "4", 0, 2), (IN, "GLA", "2", 0, 3)],
    ),
    "but no more than the policy wants: then it waits": (
        [line(10)], {
            "stock": [stock(4), stock(4, "YRK"), stock(4, "GLA")], "lead_days": 20,
            "settings": {"sourcing__most_sites": 2},
        },
        [(IN, "LON", "4", 0, 1), (IN, "YRK", "4", 0, 2), (LATER, "LON", "2", 20, 21)],
    ),
    "also where there is room for one site alone": (
        [line(10)], {
            "stock": [stock(4, "YRK"), stock(4, "GLA")], "lead_days": 20, "settings": {"sourcing__most_sites": 1},
        },
        [(IN, "YRK", "4", 0, 2), (LATER, "YRK", "6", 20, 22)],
    ),
    "what is not there leaves when it comes": ([line(10)], {"inbound": PO}, [(SOON, "LON", "10", 4, 5)]),
    "what is there leaves at once, the rest when it comes": (
        [line(12)], {"has": 5, "inbound": PO}, [(IN, "LON", "5", 0, 1), (SOON, "LON", "7", 4, 5)],
    ),
    "unless the line ships complete": (
        [line(12, ship="complete")], {"has": 5, "inbound": PO}, [(SOON, "LON", "12", 4, 5)],
    ),
    "or lines may not be split at all": (
        [line(12)], {"has": 5, "inbound": PO, "settings": {"sourcing__split": False}}, [(SOON, "LON", "12", 4, 5)],
    ),
    "what may not be split comes from one site": (
        [line(10)], {"has": {"LON": 6, "YRK": 6, "GLA": 10}, "settings": {"sourcing__split": False}},
        [(IN, "GLA", "10", 0, 3)],
    ),
    "and waits there, all of it on one day": (
        [line(10)], {"has": {"LON": 4, "YRK": 7}, "lead_days": 30, "settings": {"sourcing__split": False}},
        [(IN, "YRK", "7", 30, 32), (LATER, "YRK", "3", 30, 32)],
    ),
    "a line that ships complete may come from two sites, on one day": (
        [line(10, ship="complete")], {"has": {"LON": 6, "YRK": 6}}, [(IN, "LON", "6", 0, 1), (IN, "YRK", "4", 0, 2)],
    ),
    "or wait for the last of it": (
        [line(20, ship="complete")], {"has": {"LON": 6, "YRK": 6}, "inbound": [inbound("PO", 3, 4)], "lead_days": 9},
        [(IN, "LON", "6", 9, 10), (IN, "YRK", "6", 9, 11), (SOON, "LON", "3", 9, 10), (LATER, "LON", "5", 9, 10)],
    ),
    "what is there on the first day a site works, and not today, is waited for and named": (
        [line(10)],
        {"inbound": [inbound("PO", 10, 1)], "sites": [{**SITES[0], "handling_days": 2}], "lanes": LANES[:1]},
        [(SOON, "LON", "10", 2, 3)],
    ),
    "a date just met is met": ([by(1)], {"has": {"LON": 10}}, [(IN, "LON", "10", 0, 1)]),
    "in time is early enough": ([by(5)], {"has": {"GLA": 10}, "inbound": PO}, [(IN, "GLA", "10", 0, 3)]),
    "inbound that is in time serves as well as stock": (
        [by(5)], {"inbound": PO}, [(SOON, "LON", "10", 4, 5)],
    ),
    "a day too early, and it is late": ([by(4)], {"inbound": PO}, [(SOON, "LON", "10", 4, 5)]),
    "where there is time it comes in one part": (
        [by(9, 12)], {"has": 5, "inbound": PO}, [(SOON, "LON", "12", 4, 5)],
    ),
    "a site too far away does not serve in time": (
        [by(2)], {"has": {"LON": 6, "YRK": 4, "GLA": 10}}, [(IN, "LON", "6", 0, 1), (IN, "YRK", "4", 0, 2)],
    ),
    "one site for all lines, though for each another is earlier": (
        [line(5), line(5, "B")],
        {"cards": (item("A", {"LON": 5, "GLA": 5}), item("B", {"YRK": 5, "GLA": 5}))},
        [(IN, "GLA", "5", 0, 3)],
    ),
    "a line that no site has is no reason to spread the others": (
        [line(5), line(5, "B")], {"cards": (item("A", {"YRK": 5}), item("B", lead_days=9))}, [(IN, "YRK", "5", 0, 2)],
    ),
    "a line that can be served is served, though another takes what both wanted": (
        [line(15), line(15)], {"has": {"LON": 10, "YRK": 10}, "inbound": [inbound("PO", 100, 30)]},
        [(IN, "LON", "10", 0, 1), (IN, "YRK", "5", 0, 2)],
    ),
    "what has no supply comes by lead time": ([line(10)], {"lead_days": 9}, [(LATER, "LON", "10", 9, 10)]),
    "after what there is": (
        [line(10)], {"has": {"YRK": 4}, "lead_days": 9}, [(IN, "YRK", "4", 0, 2), (LATER, "LON", "6", 9, 10)],
    ),
    "or on a day that nobody knows": ([line(10)], {}, [(LATER, "LON", "10", None, None)]),
    "which dates all of a line that ships complete": (
        [line(10, ship="complete")], {"has": 4}, [(IN, "LON", "4", None, None), (LATER, "LON", "6", None, None)],
    ),
    "what is no longer made is not waited for": (
        [line(10)], {"has": 4, "status": "discontinued", "lead_days": 9}, [(IN, "LON", "4", 0, 1)],
    ),
    "nor is anything, where the policy wants no backorder": (
        [line(10)], {"has": 4, "lead_days": 9, "settings": {"availability__backorder": False}}, [(IN, "LON", "4", 0, 1)],
    ),
    "all supply there is, the earliest first, from any site": (
        [line(20)],
        {"has": {"GLA": 3}, "inbound": [inbound("P1", 5, 4), inbound("P2", 5, 2, "YRK")], "lead_days": 50},
        [(IN, "GLA", "3", 0, 3), (SOON, "YRK", "5", 2, 4), (SOON, "LON", "5", 4, 5), (LATER, "LON", "7", 50, 51)],
    ),
    "the site that completes it first": (
        [line(10)], {"inbound": [inbound("P1", 10, 6), inbound("P2", 10, 3, "YRK")]}, [(SOON, "YRK", "10", 3, 5)],
    ),
    "what is sold only later leaves later": (
        [line(10)], {"has": 10, "available_from": iso(6)}, [(PRE, "LON", "10", 6, 7)],
    ),
    "or when it has come": (
        [line(10)], {"inbound": [inbound("PO", 10, 8)], "available_from": iso(6)}, [(PRE, "LON", "10", 8, 9)],
    ),
    "what is sold from today on is not pre-ordered": (
        [line(10)], {"has": 10, "available_from": iso(0)}, [(IN, "LON", "10", 0, 1)],
    ),
    "a fraction is split wherever it has to be": (
        [line("2.5")], {"has": {"LON": "1.2"}, "lead_days": 9}, [(IN, "LON", "1.2", 0, 1), (LATER, "LON", "1.3", 9, 10)],
    ),
    "what has been sold for long is not pre-ordered": (
        [line(10)], {"has": 10, "available_from": iso(-6)}, [(IN, "LON", "10", 0, 1)],
    ),
    "a site that does not ship there is no site": (
        [line(10)], {"has": {"LON": 10, "YRK": 10}, "lanes": [LANES[1], {**LANES[0], "country": "DE"}]},
        [(IN, "YRK", "10", 0, 2)],
    ),
    "where none ships there are no parts": (
        [line(10)], {"has": 10, "lanes": [{**one, "country": "DE"} for one in LANES]}, [],
    ),
    "packs are not broken over sites": (
        [line(12)], {"has": {"LON": 8, "YRK": 8}, "pack": 6}, [(IN, "LON", "6", 0, 1), (IN, "YRK", "6", 0, 2)],
    ),
    "what is not stocked is always there": ([line(10)], {"stocked": False}, [(IN, "LON", "10", 0, 1)]),
    "what is committed to others cannot be spared": (
        [line(10)], {"has": {"LON": 10, "GLA": 10}, "demand": [demand(1, 8)]}, [(IN, "GLA", "10", 0, 3)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_parts_of_the_first_line(case: str) -> None:
    lines, more, expected = CASES[case]
    assert parts(here(*lines, **more)) == expected


def test_stock_at_the_ninth_site_is_found() -> None:
    """However many sites there are, and however far away the one that has something."""
    sites = [{"site": f"S{number}", "country": "GB"} for number in range(12)]
    lanes = [{"site": one["site"], "country": "GB", "transit_days": place} for place, one in enumerate(sites)]
    more = {"sites": sites, "lanes": lanes}
    assert parts(here(line(10), has={"S9": 10}, **more)) == [(IN, "S9", "10", 0, 9)]
    assert parts(here(line(10), has={"S9": 6, "S11": 6}, **more)) == [
        (IN, "S9", "6", 0, 9),
        (IN, "S11", "4", 0, 11),
    ]
    assert parts(here(line(10), has={"S9": 6}, **more))[0] == (IN, "S9", "6", 0, 9)


LEANS: dict[str, tuple[Any, dict[str, Any], list[str]]] = {
    "stock leans on nothing": (line(5), {"has": 5, "inbound": PO}, []),
    "what comes is named": (line(5), {"inbound": PO}, ["PO"]),
    "all that it takes": (line(15), {"inbound": [inbound("P1", 10, 2), inbound("P2", 10, 4)]}, ["P1", "P2"]),
    "no more than it takes": (line(5), {"inbound": [inbound("P1", 10, 2), inbound("P2", 10, 4)]}, ["P1"]),
    "not what comes later, though it could wait for it": (
        line(5), {"inbound": [inbound("P1", 10, 2), inbound("P2", 10, 4)], "available_from": iso(6)}, ["P1"],
    ),
    "earlier supply is for earlier commitments": (
        line(5), {"inbound": [inbound("P1", 10, 2), inbound("P2", 10, 4)], "demand": [demand(10, 3)]}, ["P2"],
    ),
    "a document of nothing helps nobody": (
        line(5), {"inbound": [inbound("P1", 5, 2), inbound("P9", 3, 2, reserved=3)]}, ["P1"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", LEANS)
def test_the_documents_that_it_waits_for(case: str) -> None:
    asked, more, documents = LEANS[case]
    found = here(asked, **more).answer.lines[0].parts[0]
    assert [one.document for one in found.leans_on] == documents


def test_a_document_is_named_with_its_line_and_the_day_its_goods_can_leave() -> None:
    found = here(
        line(5), inbound=[inbound("PO", 9, 4, line="20")], settings={"availability__receiving_days": 2}
    )
    leaned = found.answer.lines[0].parts[0].leans_on[0]
    assert (leaned.document, leaned.line, leaned.due) == ("PO", "20", iso(6))


REASONS: dict[str, tuple[Any, dict[str, Any], tuple[str, list[str]]]] = {
    "all of it in time": (by(1), {"has": 10}, ("firm", [])),
    "all of it there, and too late all the same": (by(0), {"has": 10}, ("conditional", ["late"])),
    "on its way": (line(10), {"inbound": PO}, ("firm", [])),
    "too late": (by(4), {"inbound": PO}, ("conditional", ["late"])),
    "on backorder": (line(10), {"has": 4, "lead_days": 9}, ("conditional", ["stock_short"])),
    "and too late": (by(4), {"has": 4, "lead_days": 9}, ("conditional", ["stock_short", "late"])),
    "without a date": (line(10), {"has": 4}, ("conditional", ["stock_short", "no_date"])),
    "sold out for good": (line(10), {"has": 4, "status": "discontinued"}, ("refused", ["discontinued"])),
    "not to be waited for": (
        line(10), {"has": 4, "settings": {"availability__backorder": False}}, ("refused", ["stock_short"]),
    ),
    "nowhere to ship from": (
        line(10), {"has": 10, "lanes": [{**one, "country": "DE"} for one in LANES]}, ("refused", ["no_site"]),
    ),
    "not yet for sale": (line(10), {"has": 10, "available_from": iso(6)}, ("firm", [])),
}  # fmt: skip


@pytest.mark.parametrize("case", REASONS)
def test_what_supply_and_dates_make_of_a_line(case: str) -> None:
    asked, more, expected = REASONS[case]
    found = here(asked, **more)
    assert (found.answer.lines[0].verdict, codes(found)) == expected


def test_the_figures_of_what_is_short_late_or_undated() -> None:
    found = here(by(4), has=4)
    assert [(one.code, one.waiting_helps, one.facts) for one in found.answer.lines[0].reasons] == [
        ("stock_short", True, {"sellable": "4", "asked": "10"}),
        ("no_date", True, {"quantity": "6"}),
    ]
    late = here(by(4), inbound=PO).answer.lines[0].reasons[0]
    assert (late.waiting_helps, late.facts) == (True, {"need_by": iso(4), "deliver_by": iso(5)})


def test_a_part_that_waits_for_the_rest_is_held_from_the_day_on_which_it_is_there() -> None:
    """Not from today: today's stock is not made to pay for it."""
    found = here(line(10, ship="complete"), inbound=[inbound("PO", 4, 3)])
    assert [(one.state, one.quantity, one.day.isoformat()) for one in found.takes] == [
        ("inbound", 4, iso(3)), ("backorder", 6, iso(0)),
    ]  # fmt: skip
