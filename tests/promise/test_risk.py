"""Which promises the facts no longer bear: the latest promise loses first, and only what is really missing is called so."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from hypothesis import strategies as st

from promise import strategies as some
from promise.laws import law
from promise.making import START, TODAY, allocation, demand, inbound, item, stock, take, taken_by
from promise.naive_stock import NOTHING, Shelf
from sayso.promise.availability import NOBODY
from sayso.promise.cards import ItemCard
from sayso.promise.facts import Take
from sayso.promise.policy import Policy
from sayso.promise.risk import at_risk


def risks(card: ItemCard, *takes: Take) -> list[tuple[int, str]]:
    """Which of these reservations, the latest promise first, lacks how much."""
    found = at_risk(card, taken_by(takes), takes, TODAY, Policy())
    return [(one.place, str(one.short)) for one in found]


def test_what_the_facts_bear_is_not_at_risk() -> None:
    assert risks(item("A", 10), take(4), take(6)) == []


def test_the_latest_promise_loses_first() -> None:
    assert risks(item("A", 8), take(4), take(6)) == [(0, "2")]
    assert risks(item("A", 3), take(4), take(6)) == [(0, "4"), (1, "3")]


def test_a_late_inbound_puts_what_leans_on_it_at_risk() -> None:
    late = item("A", inbound=[inbound("PO", 10, 9)])
    assert risks(late, take(4, 3), take(6, 9)) == [(0, "4")]
    assert risks(item("A", inbound=[inbound("PO", 10, 3)]), take(4, 3), take(6, 9)) == []


def test_demand_from_elsewhere_takes_what_was_promised() -> None:
    assert risks(item("A", stock=[stock(10)], demand=[demand(3, 1)]), take(4, 5), take(6)) == [(0, "3")]


def test_stock_that_was_protected_afterwards_is_missing() -> None:
    assert risks(item("A", stock=[stock(10)], allocations=[allocation("AL", 3, customer="C")]), take(8)) == [
        (0, "1")
    ]


def test_what_is_on_backorder_never_claimed_to_be_there() -> None:
    assert risks(item("A", 10), take(5, 9, state="backorder"), take(10)) == []
    assert risks(item("A", 0), take(5, 9, state="backorder")) == []


def test_not_even_where_it_is_due_before_the_others() -> None:
    assert risks(item("A", 10), take(5, 0, state="backorder"), take(10, 4)) == []


def test_a_promise_that_should_have_left_counts_today() -> None:
    assert risks(item("A", 3), take(4, -2)) == [(0, "1")]


def test_each_site_and_variant_stands_for_itself() -> None:
    card = item("A", stock=[stock(5), stock(5, "YRK"), stock(5, variant="R")])
    held = (take(6, site="YRK"), take(5), take(7, variant="R"))
    assert risks(card, *held) == [(0, "1"), (2, "2")]


class Case(NamedTuple):
    """An item, and reservations of it, the latest first; some are on backorder."""

    card: ItemCard
    takes: list[Take]
    rules: Policy

    def found(self) -> dict[int, Decimal]:
        found = at_risk(self.card, taken_by(self.takes), self.takes, TODAY, self.rules)
        return {one.place: one.short for one in found}

    def shelf(self, variant: str, missing: dict[int, Decimal]) -> Shelf:
        """As it looks with the promises that are not on backorder, less what is missing of them."""
        kept = [
            one._replace(quantity=one.quantity - missing.get(place, NOTHING))
            for place, one in enumerate(self.takes)
            if one.state != "backorder"
        ]
        return Shelf(self.card, kept, "LON", variant, NOBODY, TODAY, self.rules)


STATES = st.sampled_from(["in_stock", "inbound", "backorder"])
HELD = st.builds(lambda one, state: one._replace(allocation="", state=state), some.takes, STATES)
CASES = st.builds(Case, some.cards, st.lists(HELD, max_size=5), some.policies)


@law(150, case=CASES)
def test_without_what_is_called_missing_the_facts_bear_the_rest(case: Case) -> None:
    """On every day, as far as they would without any promise at all."""
    found = case.found()
    for variant in ("", "R"):
        bare, kept = case._replace(takes=[]).shelf(variant, {}), case.shelf(variant, found)
        for day in range(START, bare.horizon + 1):
            assert kept.balance(day) >= min(bare.balance(day), NOTHING)


@law(150, case=CASES)
def test_no_more_is_called_missing_than_is(case: Case) -> None:
    """One piece less would leave one too few on some day that comes, before any older promise is touched."""
    found = case.found()
    for place, short in found.items():
        one = case.takes[place]
        assert one.state != "backorder"
        assert 0 < short <= one.quantity
        later = {other: missing for other, missing in found.items() if other < place}
        with_less = case.shelf(one.variant, {**later, place: short - Decimal("0.5")})
        assert with_less.sellable(max(one.day, TODAY).toordinal()) < 0


@law(150, case=CASES)
def test_where_the_facts_bear_every_promise_none_is_at_risk(case: Case) -> None:
    shelves = [case.shelf(variant, {}) for variant in ("", "R")]
    if all(one.balance(day) >= 0 for one in shelves for day in range(START, one.horizon + 1)):
        assert case.found() == {}
