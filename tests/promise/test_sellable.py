"""The three questions of stock and dates agree with one another, and with what can leave by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

import msgspec
from hypothesis import strategies as st

from promise import strategies as some
from promise.laws import law
from promise.making import TODAY, taken_by
from promise.naive_ahead import Counter
from promise.naive_stock import NOTHING
from promise.test_look_ahead_laws import CARDS, RULES
from sayso.promise.availability import NOBODY
from sayso.promise.cards import Demand, ItemCard
from sayso.promise.facts import Take
from sayso.promise.policy import Policy
from sayso.promise.sellable import Own, Place, Replaced, earliest, sellable, warning


class Case(NamedTuple):
    """An item at LON, what is taken of it, and the policy."""

    card: ItemCard
    takes: list[Take]
    rules: Policy

    def place(self, *more: Demand) -> Place:
        card = msgspec.structs.replace(self.card, demand=(*self.card.demand, *more), allocations=())
        return Place(card, "LON", "", taken_by(self.plain_takes()))

    def accounted(self) -> Case:
        """The same with nothing reserved that no demand accounts for: whose it is would not be known."""
        if self.rules.availability.reserved == "netted":
            return self
        stock = tuple(msgspec.structs.replace(one, reserved=NOTHING) for one in self.card.stock)
        return self._replace(card=msgspec.structs.replace(self.card, stock=stock))

    def plain_takes(self) -> list[Take]:
        return [one._replace(allocation="") for one in self.takes]

    def by_hand(self) -> Counter:
        return Counter(self.place().card, self.plain_takes(), "", NOBODY, TODAY, self.rules)


CASES = st.builds(Case, CARDS, st.lists(some.takes, max_size=2), RULES)
DAYS = st.integers(0, 9).map(lambda number: TODAY + timedelta(days=number))
QUANTITIES = st.integers(1, 9).map(Decimal)


@law(200, case=CASES, day=DAYS)
def test_what_is_sellable_is_what_can_leave(case: Case, day: date) -> None:
    """But what is projected whatever its date, which need not have come in yet."""
    found = sellable(case.place(), day, TODAY, case.rules)
    by_hand = case.by_hand()
    there = by_hand.sellable(day)
    if case.rules.availability.count == "forecast":
        undated = sum((quantity for _, quantity in by_hand.comes(undated=True)), NOTHING)
        there = by_hand.balance(by_hand.horizon) + undated
    if case.rules.availability.below_zero == "as_zero":
        there = max(there, NOTHING)
    assert found.quantity == there
    assert found.arithmetic


@law(150, case=CASES, day=DAYS, quantity=QUANTITIES)
def test_a_line_leaves_what_is_sellable_less_itself(case: Case, day: date, quantity: Decimal) -> None:
    place = case.place()
    told = msgspec.structs.replace(case.rules.availability, below_zero="as_it_is")
    rules = msgspec.structs.replace(case.rules, availability=told)
    found = warning(place, quantity, day, None, TODAY, rules)
    there = sellable(place, day, TODAY, rules).quantity
    assert there is not None
    assert found.after == there - quantity
    assert found.warning == (found.after < 0)


@law(200, case=CASES, day=DAYS, quantity=QUANTITIES, old=QUANTITIES, stood=DAYS)
def test_a_line_that_is_changed_does_not_stand_against_itself(
    case: Case, day: date, quantity: Decimal, old: Decimal, stood: date
) -> None:
    """Whether it was there before or not, there is as much left after it; wherever it stood."""
    case = case.accounted()
    own = Demand("LON", quantity=old, due=stood, planned=stood, requested=stood)
    before = warning(case.place(), quantity, day, None, TODAY, case.rules)
    changed = warning(case.place(own), quantity, day, Replaced(old, own), TODAY, case.rules)
    assert (changed.warning, changed.after) == (before.warning, before.after)


@law(150, case=CASES, wanted=DAYS, quantity=QUANTITIES)
def test_the_earliest_day_is_the_first_on_which_so_much_can_leave(
    case: Case, wanted: date, quantity: Decimal
) -> None:
    """Wherever it is not Business Central's order promising, which has a test of its own."""
    if case.rules.availability.look_ahead_rule == "until_surplus":
        return
    by_hand, day = case.by_hand(), wanted
    while by_hand.sellable(day) < quantity and day <= by_hand.horizon:
        day += timedelta(days=1)
    found = earliest(case.place(), quantity, wanted, None, TODAY, case.rules).day
    assert found == (day if day <= by_hand.horizon else None)


@law(150, case=CASES, wanted=DAYS, quantity=QUANTITIES, stood=DAYS)
def test_a_line_that_is_promised_does_not_stand_against_itself(
    case: Case, wanted: date, quantity: Decimal, stood: date
) -> None:
    if case.rules.availability.look_ahead_rule == "until_surplus":
        return
    case = case.accounted()
    own = Demand("LON", quantity=quantity, due=stood, planned=stood, requested=stood)
    without = earliest(case.place(), quantity, wanted, None, TODAY, case.rules)
    line = Own(own, stood)
    promised = earliest(case.place(own), quantity, wanted, line, TODAY, case.rules)
    assert promised.day == without.day
