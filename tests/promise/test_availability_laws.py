"""Availability over time, held against a reckoning by hand of every day from today to the horizon."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from promise import strategies as some
from promise.laws import law
from promise.making import NOW, START, TODAY, drawn, facts, policy, take, world
from promise.naive_stock import NOTHING, Shelf
from sayso.promise.availability import Owner, lowered
from sayso.promise.cards import ItemCard
from sayso.promise.facts import Take
from sayso.promise.policy import Policy

TAKES = st.lists(some.takes, max_size=4)
OWNED = {"card": some.cards, "takes": TAKES, "owner": some.owners, "variant": some.variants, "rules": some.policies}


def shelf(card: ItemCard, takes: list[Take], owner: Owner, variant: str, rules: Policy) -> Shelf:
    return Shelf(card, takes, "LON", variant, owner, TODAY, rules)


@law(300, **OWNED)
def test_what_can_leave_is_the_least_projected_balance_from_then_to_the_horizon(
    card: ItemCard, takes: list[Take], owner: Owner, variant: str, rules: Policy
) -> None:
    found, by_hand = drawn(card, takes, rules, owner, variant=variant), shelf(card, takes, owner, variant, rules)
    for day in range(START, START + 13):
        least = by_hand.sellable(day)
        assert found.balance(day) == least
        assert found.at(day) == max(least, NOTHING)


@law(200, **OWNED, quantity=some.halves, earliest=some.ordinals)
def test_the_first_day_is_the_first_day(
    card: ItemCard, takes: list[Take], owner: Owner, variant: str, rules: Policy, quantity: Decimal, earliest: int
) -> None:
    earliest, by_hand = max(earliest, START), shelf(card, takes, owner, variant, rules)
    fitting = [day for day in range(earliest, START + 40) if by_hand.sellable(day) >= quantity]
    found = drawn(card, takes, rules, owner, variant=variant).first_day_for(quantity, earliest)
    assert found == (fitting[0] if fitting else None)


@law(200, **OWNED)
def test_the_steps_are_the_days_on_which_more_can_leave(
    card: ItemCard, takes: list[Take], owner: Owner, variant: str, rules: Policy
) -> None:
    by_hand, steps, before = shelf(card, takes, owner, variant, rules), [], None
    for day in range(START, START + 40):
        quantity = max(by_hand.sellable(day), NOTHING)
        if quantity != before:
            steps.append((day, quantity))
        before = quantity
    assert drawn(card, takes, rules, owner, variant=variant).steps() == steps


@law(200, **OWNED)
def test_the_supply_is_what_can_be_leaned_on_in_its_order(
    card: ItemCard, takes: list[Take], owner: Owner, variant: str, rules: Policy
) -> None:
    found = drawn(card, takes, rules, owner, variant=variant).supply
    by_hand = shelf(card, takes, owner, variant, rules).supply()
    assert sorted((one.day, one.quantity, one.document) for one in found) == sorted(by_hand)
    assert [one.day for one in found] == sorted(one.day for one in found)


@law(200, **OWNED, more=st.lists(some.takes, min_size=1, max_size=3))
def test_a_curve_lowered_is_the_curve_drawn_anew(
    card: ItemCard, takes: list[Take], owner: Owner, variant: str, rules: Policy, more: list[Take]
) -> None:
    """On every day; and the day that binds is a day on which the balance is just that."""
    more = [one._replace(variant=variant, allocation="") for one in more]
    found = drawn(card, takes, rules, owner, variant=variant)
    for one in more:
        found = lowered(found, one.day.toordinal(), one.quantity)
    anew, by_hand = drawn(card, takes + more, rules, owner, variant=variant), shelf(card, takes + more, owner, variant, rules)
    for day in range(START, START + 13):
        assert found.balance(day) == anew.balance(day)
        low, balance = found.low(day)
        assert by_hand.balance(low) == balance == found.balance(day)


@law(200, **OWNED, more=st.lists(some.takes, max_size=3), on=some.ordinals)
def test_the_arithmetic_adds_up_and_each_figure_is_what_it_says(
    card: ItemCard, takes: list[Take], owner: Owner, variant: str, rules: Policy, more: list[Take], on: int
) -> None:
    """sellable = on_hand - reserved - safety_stock + inbound - demand - allocated - promised."""
    known = facts(card, world=world(rules), taken={"A": takes}).items["A"]
    known.curve("LON", variant, owner, TODAY)  # drawn before, so that what follows lowers it
    for one in more:
        known = known.less(one)
    by_hand = shelf(card, takes + more, owner, variant, rules)
    told: dict[str, Any] = known.explained("LON", variant, owner, TODAY, max(on, START))
    figures = {name: Decimal(told.get(name, "0")) for name in (*_ADD, *_TAKE, "sellable")}
    assert figures["sellable"] == by_hand.sellable(max(on, START))
    assert figures["sellable"] == sum(figures[name] for name in _ADD) - sum(figures[name] for name in _TAKE)
    until = date.fromisoformat(told["until"]).toordinal()
    assert figures["inbound"] == by_hand.arrived(until)
    assert figures["demand"] == by_hand.demanded(until)
    assert figures["allocated"] == by_hand.protected(until)
    assert figures["promised"] == by_hand.promised(until)
    assert by_hand.balance(until) == by_hand.sellable(max(on, START))


_ADD, _TAKE = ("on_hand", "inbound"), ("reserved", "safety_stock", "demand", "allocated", "promised")


@law(150, **OWNED, one=some.takes)
def test_what_is_taken_and_given_back_leaves_no_trace(
    card: ItemCard, takes: list[Take], owner: Owner, variant: str, rules: Policy, one: Take
) -> None:
    before = facts(card, world=world(rules), taken={"A": takes}).items["A"]
    before.curve("LON", variant, owner, TODAY)
    again = before.less(one).more(one)
    assert again.taken == before.taken
    assert again.curve("LON", variant, owner, TODAY) == before.curve("LON", variant, owner, TODAY)


@law(150, card=some.cards, takes=TAKES, owner=some.owners, variant=some.variants, quantity=st.integers(1, 20))
def test_a_reservation_draws_first_on_what_is_protected_for_its_owner(
    card: ItemCard, takes: list[Take], owner: Owner, variant: str, quantity: int
) -> None:
    known = facts(card, taken={"A": takes}).items["A"]
    parts = known.draws("LON", variant, owner, Decimal(quantity))
    assert sum(part for _, part in parts) == quantity
    left = {
        one.key: max(one.quantity - sum((t.quantity for t in takes if t.allocation == one.key), NOTHING), NOTHING)
        for one in card.allocations
        if owner.owns(one) and one.variant == variant
    }
    named = {key: part for key, part in parts if key}
    assert all(part <= left[key] for key, part in named.items())
    assert sum(named.values()) == min(Decimal(quantity), sum(left.values()))


def test_a_curve_that_was_drawn_serves_the_sites_that_nothing_was_taken_from() -> None:
    known = facts(world=world()).items
    assert known == {}
    card = facts(some_item(), world=world(policy())).items["A"]
    here, there = (card.curve(site, "", Owner(), TODAY) for site in ("LON", "YRK"))
    after = card.less(take(2))
    assert after.curve("YRK", "", Owner(), TODAY) is there
    assert after.curve("LON", "", Owner(), TODAY) is not here
    assert after.curve("LON", "", Owner(), NOW.date()).at(START) == 3


def some_item() -> ItemCard:
    from promise.making import item

    return item(on_hand={"LON": 5, "YRK": 5})
