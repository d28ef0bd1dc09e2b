"""Sourcing, held against trying every set of sites and every day; and no plan takes what is not there."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from hypothesis import assume
from hypothesis import strategies as st
from msgspec.structs import replace

from promise import strategies as some
from promise.laws import law
from promise.making import START, TODAY, ask, decided, facts, iso, item, policy, world
from promise.naive_sourcing import Asked, Place, Town, oversold
from promise.naive_stock import NOTHING, Shelf
from sayso.promise.availability import NOBODY
from sayso.promise.cards import Inbound, ItemCard
from sayso.promise.decision import Decision
from sayso.promise.facts import Take
from sayso.promise.policy import Policy

PLACES = st.tuples(*[st.tuples(st.integers(0, 3), st.integers(0, 3)) for _ in range(3)]).map(
    lambda found: [Place(site, *one) for site, one in zip(("LON", "YRK", "GLA"), found, strict=True)]
)
RULES = st.builds(
    lambda split, most, horizon: policy(
        sourcing__split=split, sourcing__most_sites=most, availability__horizon_days=horizon
    ),
    st.sampled_from([True, True, False]), st.integers(1, 3), st.sampled_from([0, 3, 12]),
)  # fmt: skip


class Case(NamedTuple):
    """Items in three places."""

    cards: Sequence[ItemCard]
    places: Sequence[Place]
    rules: Policy

    def decided(self, *lines: dict[str, Any]) -> Decision:
        sites = [{"site": one.site, "country": "GB"} for one in self.places]
        lanes = [
            {"site": one.site, "country": "GB", "transit_days": one.transit, "cost": str(one.cost)}
            for one in self.places
        ]
        here = facts(*self.cards, world=world(self.rules, sites=sites, lanes=lanes))
        return decided(ask(*lines, accept_conditional=True), here)

    @property
    def town(self) -> Town:
        return Town(self.places, self.rules)

    def asked(self, line: dict[str, Any]) -> Asked:
        card = next(one for one in self.cards if one.item == line["item"])
        need_by = [number for number in range(12) if iso(number) == line.get("need_by")]
        return Asked(
            card, Decimal(line["quantity"]), card.pack or Decimal(1), need_by[0] if need_by else None
        )


A_AND_B = st.builds(lambda *cards: list(cards), some.stocked("A"), some.stocked("B"), some.stocked("C"))
CASES = st.builds(Case, A_AND_B, PLACES, RULES)
KIT = item("K", kit=[{"component": "A", "quantity": "1"}, {"component": "B", "quantity": "2"}], lead_days=5)
PAIR = item("P", kit=[{"component": "A", "quantity": "3"}])


@law(200, case=CASES, lines=some.lines("A", "B", "K", "P"), pick=st.integers(0, 3))
def test_no_plan_takes_what_is_not_there(case: Case, lines: list[dict[str, Any]], pick: int) -> None:
    """At any site, on any day: also where an item is asked twice, or as a part of kits beside itself."""
    wide = case._replace(cards=[*case.cards, KIT, PAIR])
    found = wide.decided(*lines, lines[pick % len(lines)])
    assert not oversold({one.item: one for one in wide.cards}, [], found.takes, case.rules)


@law(150, case=CASES, lines=some.lines("A", "B", "K"))
def test_the_parts_sum_to_what_was_asked_or_to_less_where_it_is_refused(
    case: Case, lines: list[dict[str, Any]]
) -> None:
    found = case._replace(cards=[*case.cards, KIT]).decided(*lines)
    for line, told in zip(lines, found.answer.lines, strict=True):
        total = sum((Decimal(part.quantity) for part in told.parts), NOTHING)
        assert total == line["quantity"] or told.verdict == "refused"
        assert total <= line["quantity"]
        taken = sum((one.quantity for one in found.takes if one.line == told.line), NOTHING)
        assert taken == total * (3 if line["item"] == "K" else 1)


@law(120, case=CASES, lines=some.lines("A", "B", "C", most=3, need_by=st.none()))
def test_lines_that_can_leave_today_come_from_the_best_of_the_smallest_sets_of_sites(
    case: Case, lines: list[dict[str, Any]]
) -> None:
    lines = list({line["item"]: line for line in lines}.values())
    prompt = [line for line in lines if _sold(case, line) and case.town.sets([case.asked(line)])]
    assume(prompt)
    best = case.town.sets([case.asked(line) for line in prompt])
    found = case.decided(*lines)
    if not best:
        for line in prompt:
            alone = case.town.sets([case.asked(line)])[0]
            assert _sites(found, lines, [line]) == {one.site for one in alone}
        return
    assert _sites(found, lines, prompt) == {one.site for one in best[0]}
    for line in prompt:
        told = found.answer.lines[lines.index(line)]
        assert told.verdict == "firm"
        assert {(part.state, part.ship_on) for part in told.parts} == {("in_stock", iso(0))}


@law(120, case=CASES, lines=some.lines("A", most=1, need_by=st.integers(0, 9), ship=st.just("split")))
def test_a_line_is_in_time_where_it_can_be_from_as_few_sites_as_can_be(
    case: Case, lines: list[dict[str, Any]]
) -> None:
    line = lines[0]
    asked = case.asked(line)
    assume(_sold(case, line))
    sets, found = case.town.sets([asked]), case.decided(line)
    told = found.answer.lines[0]
    assert (told.verdict == "firm") == bool(sets)
    if sets:
        assert len(_sites(found, lines, lines)) == len(sets[0])
        assert all(part.deliver_by is not None and part.deliver_by <= line["need_by"] for part in told.parts)
    else:
        assert {"late", "stock_short"} & {one.code for one in told.reasons}


@law(150, case=CASES, lines=some.lines("A", most=1, need_by=st.none()))
def test_a_line_that_has_to_wait_comes_from_where_it_is_complete_first(
    case: Case, lines: list[dict[str, Any]]
) -> None:
    line = lines[0]
    asked = case.asked(line)
    assume(_sold(case, line) and not case.town.sets([asked]))
    complete, found = case.town.completes(asked), case.decided(line)
    told = found.answer.lines[0]
    arrivals = [part.deliver_by for part in told.parts]
    if complete is not None:
        assert {part.site for part in told.parts} == {complete[1].site}
        assert max(one for one in arrivals if one) == iso(complete[0])
        return
    supplied = sum((Decimal(part.quantity) for part in told.parts if part.state != "backorder"), NOTHING)
    if len(case.places) <= case.rules.sourcing.most_sites or not case.rules.sourcing.split:
        assert supplied == case.town.ever(asked)
    assert supplied <= case.town.ever(asked)
    assert told.verdict == ("conditional" if supplied < asked.quantity else "firm")
    if line["ship"] == "complete" or not case.rules.sourcing.split:
        assert len({part.ship_on for part in told.parts}) == 1


@law(200, case=CASES, lines=some.lines("A", "B"))
def test_no_line_comes_from_more_sites_than_the_policy_wants(case: Case, lines: list[dict[str, Any]]) -> None:
    found = case.decided(*lines)
    most = case.rules.sourcing.most_sites if case.rules.sourcing.split else 1
    assert all(len({part.site for part in told.parts}) <= most for told in found.answer.lines)


@law(150, case=CASES, lines=some.lines("A", most=1, ship=st.just("split")))
def test_a_part_leans_on_what_it_waits_for_and_on_nothing_else(
    case: Case, lines: list[dict[str, Any]]
) -> None:
    card, told = case.cards[0], case.decided(lines[0]).answer.lines[0]
    assume(case.rules.sourcing.split)
    before: list[Take] = []
    for part in told.parts:
        quantity = Decimal(part.quantity)
        shelf = Shelf(card, before, part.site, "", NOBODY, TODAY, case.rules)
        lacking = quantity - max(shelf.sellable(START), NOTHING)
        if part.state == "backorder":
            assert not part.leans_on
        else:
            ready = next(day for day in range(START, START + 20) if shelf.sellable(day) >= quantity)
            leaned = [
                one for one in card.inbound if one.document in {lean.document for lean in part.leans_on}
            ]
            _check_leaning(card, shelf, leaned, lacking, ready, quantity)
            assert part.ship_on == iso(ready - START)
            before.append(Take(1, "A", part.site, "", TODAY.fromordinal(ready), quantity))


def _check_leaning(
    card: ItemCard, shelf: Shelf, leaned: list[Inbound], lacking: Decimal, ready: int, quantity: Decimal
) -> None:
    """What comes by then, no less than it takes and no more; without what comes on that very day it waits."""
    here, due = shelf.place[0], {one.document: one.due.toordinal() for one in card.inbound if one.due}
    assert bool(leaned) == (lacking > 0)
    if not leaned:
        return
    assert all(one.site == here for one in leaned)
    assert max(due[one.document] for one in leaned) == ready
    by_then = [one for one in card.inbound if one.site == here and due[one.document] <= ready]
    total, first = sum(one.quantity for one in leaned), min(due[one.document] for one in leaned)
    assert total >= lacking or len(leaned) == len(by_then)
    assert total - sum(one.quantity for one in leaned if due[one.document] == first) < lacking
    others = tuple(one for one in card.inbound if one.site != here or due[one.document] != ready)
    without = Shelf(replace(card, inbound=others), shelf.takes, *shelf.place, NOBODY, TODAY, shelf.rules)
    assert without.sellable(ready) < quantity


def _sold(case: Case, line: dict[str, Any]) -> bool:
    return not case.asked(line).quantity % case.asked(line).pack


def _sites(found: Decision, lines: list[dict[str, Any]], of: list[dict[str, Any]]) -> set[str]:
    told = [found.answer.lines[lines.index(line)] for line in of]
    return {part.site for line in told for part in line.parts}
