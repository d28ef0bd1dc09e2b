"""Availability over time, held against a reckoning by hand of every day from today to the horizon."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from hypothesis import strategies as st

from promise import strategies as some
from promise.laws import law
from promise.making import START, TODAY, drawn, facts, item, take, world
from promise.naive_stock import NOTHING, Shelf
from sayso.promise.availability import NOBODY, Curve, Owner, lowered
from sayso.promise.cards import ItemCard
from sayso.promise.facts import ItemFacts, Take
from sayso.promise.policy import Policy

SOON = range(START, START + 13)
_ADD, _TAKE = ("on_hand", "inbound"), ("reserved", "safety_stock", "demand", "allocated", "promised")


class Case(NamedTuple):
    """An item at one site, what is taken of it, and who asks."""

    card: ItemCard
    takes: list[Take]
    owner: Owner
    variant: str
    rules: Policy

    def curve(self, more: list[Take] | None = None) -> Curve:
        return drawn(self.card, self.takes + (more or []), self.rules, self.owner, variant=self.variant)

    def by_hand(self, more: list[Take] | None = None) -> Shelf:
        takes = self.takes + (more or [])
        return Shelf(self.card, takes, "LON", self.variant, self.owner, TODAY, self.rules)

    def facts(self) -> ItemFacts:
        """The item's facts, with its curve drawn already, so that what is taken lowers it."""
        known = facts(self.card, world=world(self.rules), taken={"A": self.takes}).items["A"]
        known.curve("LON", self.variant, self.owner, TODAY)
        return known


CASES = st.builds(
    Case, some.cards, st.lists(some.takes, max_size=4), some.owners, some.variants, some.policies
)
MORE = st.lists(some.takes, min_size=1, max_size=3)


@law(150, case=CASES)
def test_what_can_leave_is_the_least_projected_balance_from_then_to_the_horizon(case: Case) -> None:
    found, by_hand = case.curve(), case.by_hand()
    for day in SOON:
        least = by_hand.sellable(day)
        assert found.balance(day) == least
        assert found.at(day) == max(least, NOTHING)


@law(100, case=CASES, earliest=some.ordinals)
def test_the_first_day_is_the_first_day(case: Case, earliest: int) -> None:
    """For any quantity: just what can leave on some day, a little more, and a little less."""
    earliest, by_hand, curve = max(earliest, START), case.by_hand(), case.curve()
    known = {day: by_hand.sellable(day) for day in range(earliest, START + 25)}
    for quantity in {
        one + more for one in known.values() for more in (Decimal("-0.5"), NOTHING, Decimal("0.5"))
    }:
        fitting = [day for day, there in known.items() if there >= quantity]
        assert curve.first_day_for(quantity, earliest) == (fitting[0] if fitting else None)


@law(100, case=CASES)
def test_the_steps_are_the_days_on_which_more_can_leave(case: Case) -> None:
    by_hand, steps, before = case.by_hand(), [], None
    for day in range(START, START + 25):
        quantity = max(by_hand.sellable(day), NOTHING)
        if quantity != before:
            steps.append((day, quantity))
        before = quantity
    assert case.curve().steps() == steps


@law(100, case=CASES)
def test_the_supply_is_what_can_be_leaned_on_in_its_order(case: Case) -> None:
    found = case.curve().supply
    assert sorted((one.day, one.quantity, one.document) for one in found) == sorted(case.by_hand().supply())
    assert [one.day for one in found] == sorted(one.day for one in found)


@law(150, case=CASES, more=MORE)
def test_a_curve_lowered_is_the_curve_drawn_anew(case: Case, more: list[Take]) -> None:
    """On every day; and the day that binds is a day on which the balance is just that."""
    more = [one._replace(variant=case.variant, allocation="") for one in more]
    found, anew, by_hand = case.curve(), case.curve(more), case.by_hand(more)
    for one in more:
        found = lowered(found, one.day.toordinal(), one.quantity)
    for day in SOON:
        assert found.balance(day) == anew.balance(day)
        for low, balance in (found.low(day), anew.low(day)):
            assert by_hand.balance(low) == balance == found.balance(day)


@law(150, case=CASES, more=MORE, on=some.ordinals)
def test_the_arithmetic_adds_up_and_each_figure_is_what_it_says(
    case: Case, more: list[Take], on: int
) -> None:
    """sellable = on_hand - reserved - safety_stock + inbound - demand - allocated - promised."""
    on, known, by_hand = max(on, START), case.facts(), case.by_hand(more)
    for one in more:
        known = known.less(one)
    told: dict[str, Any] = known.explained("LON", case.variant, case.owner, TODAY, on)
    figures = {name: Decimal(told.get(name, "0")) for name in (*_ADD, *_TAKE, "sellable")}
    assert figures["sellable"] == by_hand.sellable(on)
    assert figures["sellable"] == sum(figures[name] for name in _ADD) - sum(figures[name] for name in _TAKE)
    until = date.fromisoformat(told["until"]).toordinal()
    assert by_hand.balance(until) == by_hand.sellable(on)
    assert figures["inbound"] == by_hand.arrived(until)
    assert figures["demand"] == by_hand.demanded(until)
    assert figures["allocated"] == by_hand.protected(until)
    assert figures["promised"] == by_hand.promised(until)


@law(100, case=CASES, one=some.takes)
def test_what_is_taken_and_given_back_leaves_no_trace(case: Case, one: Take) -> None:
    before = case.facts()
    again = before.less(one).more(one)
    assert again.taken == before.taken
    drawn_before, drawn_again = (
        known.curve("LON", case.variant, case.owner, TODAY) for known in (before, again)
    )
    assert [drawn_before.balance(day) for day in SOON] == [drawn_again.balance(day) for day in SOON]


@law(100, case=CASES)
def test_a_reservation_draws_first_on_what_is_protected_for_its_owner(case: Case) -> None:
    """Whatever it takes: all of that first, none of it twice, and nothing is lost on the way."""
    left = {}
    for one in case.card.allocations:
        if case.owner.owns(one) and one.variant == case.variant:
            drawn_already = sum((t.quantity for t in case.takes if t.allocation == one.key), NOTHING)
            left[one.key] = max(one.quantity - drawn_already, NOTHING)
    for quantity in map(Decimal, range(1, 15)):
        parts = case.facts().draws("LON", case.variant, case.owner, quantity)
        named = {key: part for key, part in parts if key}
        assert sum(part for _, part in parts) == quantity
        assert all(0 < part <= left[key] for key, part in named.items())
        assert sum(named.values()) == min(quantity, sum(left.values()))


def test_a_curve_once_drawn_serves_the_sites_that_nothing_was_taken_from() -> None:
    known = facts(item(on_hand={"LON": 5, "YRK": 5})).items["A"]
    here, there = (known.curve(site, "", NOBODY, TODAY) for site in ("LON", "YRK"))
    after = known.less(take(2))
    assert after.curve("YRK", "", NOBODY, TODAY) is there
    assert after.curve("LON", "", NOBODY, TODAY).at(START) == 3
    assert here.at(START) == 5


def test_the_cases_that_laws_are_tried_on_are_no_empty_shelves() -> None:
    """A law over items that nothing ever comes for would hold for nothing."""
    seen: Counter[str] = Counter()

    @law(200, case=CASES)
    def look(case: Case) -> None:
        found = case.curve()
        low = found.low(START)[0]
        seen.update(
            name
            for name, happens in {
                "rises": len(found.steps()) > 1, "waits": bool(found.supply) and low < found.supply[-1].day,
                "binds later": low > START, "owes": found.balance(START) < 0,
                "owned": any(map(case.owner.owns, case.card.allocations)),
                "drawn": any(one.allocation and one.variant == case.variant for one in case.takes),
            }.items() if happens
        )  # fmt: skip

    look.quick()
    assert all(seen[name] >= 15 for name in ("rises", "waits", "binds later", "owes", "owned", "drawn")), seen
