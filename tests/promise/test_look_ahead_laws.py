"""What can leave on a day by every profile and by policies of all kinds, held against a reckoning by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import permutations
from typing import Any, NamedTuple

import msgspec
from hypothesis import strategies as st

from promise import strategies as some
from promise.laws import law
from promise.making import START, TODAY, ask, decided, drawn, facts, item, taken_by, world
from promise.naive_ahead import Counter
from promise.naive_stock import NOTHING
from promise.test_sourcing_laws import KIT
from sayso.promise import policy as policies
from sayso.promise.availability import NOBODY, Curve, Owner, lowered
from sayso.promise.cards import Demand, ItemCard
from sayso.promise.facts import Take
from sayso.promise.policy import PROFILE_NAMES, Policy
from sayso.promise.risk import at_risk

DAYS = [TODAY.fromordinal(number) for number in range(START, START + 16)]


def _rules(base: Policy, **changes: Any) -> Policy:
    group = msgspec.structs.replace(base.availability, **changes)
    return msgspec.structs.replace(base, availability=group)


LOOK_AHEAD = st.sampled_from(["unlimited", "none", "P1D", "P3D", "P1W", "P1M"])
RULES = st.builds(
    lambda profile, look_ahead, bucket, rule, counted: _rules(
        policies.profiled(profile), look_ahead=look_ahead, bucket=bucket, look_ahead_rule=rule, horizon_days=40, **counted
    ),
    st.sampled_from(PROFILE_NAMES), LOOK_AHEAD, st.sampled_from(["day", "day", "week", "month"]),
    st.sampled_from(["until_surplus", "until_surplus", "least_balance"]),
    st.fixed_dictionaries(
        {},
        optional={
            "reserved": st.sampled_from(["netted", "within_demand"]),
            "past_due_inbound": st.sampled_from(["ignore", "next_day", "today"]),
            "past_due_demand": st.sampled_from(["today", "reserved"]),
            "demand_date": st.sampled_from(["due", "planned", "requested"]),
            "drop_ship_inbound": st.sampled_from(["counts", "left_out"]),
            "demand_kinds": st.sampled_from([("order",), ("order", "job")]),
            "demand_fulfilments": st.sampled_from([("stock",), ("stock", "special_order")]),
            "count": st.sampled_from(["dated", "dated", "free", "forecast"]),
            "safety_stock": st.booleans(),
        },
    ),
)  # fmt: skip
PROFILES = st.sampled_from(PROFILE_NAMES).map(policies.profiled)
BOUND = st.lists(
    st.builds(
        lambda number, line: Demand(
            "LON", fulfilment="drop_ship", quantity=Decimal(1), supply_document=f"PO{number}", supply_line=line
        ),
        st.integers(1, 9), st.sampled_from(["1", "", "2"]),
    ),
    max_size=2,
)  # fmt: skip
KINDS = st.lists(
    st.builds(
        lambda kind, quantity: Demand("LON", kind=kind, quantity=quantity, due=TODAY),
        st.sampled_from(["order", "job", "transfer"]), some.few,
    ),
    max_size=2,
)  # fmt: skip
CARDS = st.builds(
    lambda card, *more: msgspec.structs.replace(card, demand=(*card.demand, *more[0], *more[1])),
    some.cards, BOUND, KINDS,
)  # fmt: skip
MORE = st.lists(some.takes, min_size=1, max_size=3)


class Case(NamedTuple):
    """An item at one site, what is taken of it, who asks, and the policy."""

    card: ItemCard
    takes: list[Take]
    owner: Owner
    variant: str
    rules: Policy

    def curve(self, more: list[Take] | None = None) -> Curve:
        return drawn(self.card, self.takes + (more or []), self.rules, self.owner, variant=self.variant)

    def by_hand(self, more: list[Take] | None = None) -> Counter:
        takes = self.takes + (more or [])
        return Counter(self.card, takes, self.variant, self.owner, TODAY, self.rules)


CASES = st.builds(Case, CARDS, st.lists(some.takes, max_size=3), some.owners, some.variants, RULES)


@law(400, case=CASES)
def test_what_can_leave_is_what_the_policy_says(case: Case) -> None:
    found, by_hand = case.curve(), case.by_hand()
    for day in DAYS:
        there = by_hand.sellable(day)
        assert found.balance(day.toordinal()) == there
        assert found.at(day.toordinal()) == max(there, NOTHING)


@law(100, case=CASES, earliest=st.integers(0, 6))
def test_the_first_day_is_the_first_day(case: Case, earliest: int) -> None:
    """Also where what can leave falls again."""
    found, by_hand = case.curve(), case.by_hand()
    known = {day: by_hand.sellable(day) for day in DAYS[earliest:]}
    for quantity in {*known.values(), max(known.values()) + 1}:
        fitting = [day.toordinal() for day, there in known.items() if there >= quantity]
        first = found.first_day_for(quantity, DAYS[earliest].toordinal())
        assert first == fitting[0] if fitting else first is None or first > DAYS[-1].toordinal()


@law(200, case=CASES, more=MORE)
def test_a_curve_lowered_is_the_curve_drawn_anew(case: Case, more: list[Take]) -> None:
    more = [one._replace(variant=case.variant, allocation="") for one in more]
    found, by_hand = case.curve(), case.by_hand(more)
    for one in more:
        found = lowered(found, one.day.toordinal(), one.quantity)
    for day in DAYS:
        assert found.balance(day.toordinal()) == by_hand.sellable(day)


@law(200, case=CASES, more=MORE, on=st.integers(0, 15))
def test_the_arithmetic_adds_up(case: Case, more: list[Take], on: int) -> None:
    """And, without promises, to what can leave."""
    known = facts(case.card, world=world(case.rules), taken={"A": case.takes}).items["A"]
    for one in more:
        known = known.less(one)
    told = known.explained("LON", case.variant, case.owner, TODAY, DAYS[on].toordinal())
    figures = {name: Decimal(value) for name, value in told.items() if name != "until"}
    sellable, adds = figures.pop("sellable"), figures.pop("on_hand") + figures.pop("inbound", NOTHING)
    assert sellable == case.by_hand(more).sellable(DAYS[on])
    assert sellable == adds - sum(figures.values(), NOTHING)
    figures.pop("promised", None)
    rules = case.rules.availability
    if rules.count == "dated" and rules.look_ahead_rule == "until_surplus" and not case.card.allocations:
        bare = Counter(case.card, [], case.variant, case.owner, TODAY, case.rules)
        assert adds - sum(figures.values(), NOTHING) == bare.sellable(date.fromisoformat(told["until"]))


@law(
    150, cards=st.tuples(some.stocked("A"), some.stocked("B")), rules=PROFILES | RULES,
    lines=some.lines("A", "B", "K", most=3), at_work=st.booleans(),
)  # fmt: skip
def test_no_decision_takes_what_its_profile_says_is_not_there(
    cards: tuple[ItemCard, ...], rules: Policy, lines: list[dict[str, Any]], at_work: bool
) -> None:
    """Law 1: in some order of the lines, each part is there on its day when it is taken; but for backorders."""
    sites = [
        {"site": one, "country": "GB", "calendar": "K" if at_work else ""} for one in ("LON", "YRK", "GLA")
    ]
    rests = {"K": {day.isoformat(): day.day % 3 != 0 for day in DAYS}}
    here = facts(*cards, KIT, world=world(rules, sites=sites, calendars=rests))
    found = decided(ask(*lines, accept_conditional=True), here)
    numbers = sorted({one.line for one in found.takes})
    assert any(
        _each_is_there(cards, [one for number in order for one in found.takes if one.line == number], rules)
        for order in permutations(numbers)
    )


def _each_is_there(cards: tuple[ItemCard, ...], takes: list[Take], rules: Policy) -> bool:
    for number, one in enumerate(takes):
        if one.state == "backorder":
            continue
        card = next(card for card in cards if card.item == one.item)
        at_site = msgspec.structs.replace(
            card,
            stock=tuple(msgspec.structs.replace(s, site="LON") for s in card.stock if s.site == one.site),
            inbound=tuple(msgspec.structs.replace(s, site="LON") for s in card.inbound if s.site == one.site),
            demand=tuple(msgspec.structs.replace(s, site="LON") for s in card.demand if s.site == one.site),
        )
        before = [other for other in takes[:number] if (other.item, other.site) == (one.item, one.site)]
        if Counter(at_site, before, "", NOBODY, TODAY, rules).sellable(one.day) < one.quantity:
            return False
    return True


@law(150, case=CASES, more=MORE)
def test_what_is_at_risk_is_what_is_not_there_on_its_day(case: Case, more: list[Take]) -> None:
    """Where nothing is below zero nothing is at risk; what is set aside makes good what is missing on its day."""
    card = msgspec.structs.replace(case.card, allocations=())
    more = [one._replace(variant=case.variant, allocation="") for one in more]
    found = at_risk(card, taken_by(more), more, TODAY, case.rules)
    there = Counter(card, more, case.variant, NOBODY, TODAY, case.rules)
    short = [one for one in more if there.sellable(max(one.day, TODAY)) < 0]
    assert bool(found) == bool(short)
    assert all(0 < one.short <= one.take.quantity for one in found)


def test_a_day_may_have_less_than_the_day_before() -> None:
    """Ten are there, ten leave on the fifth: with no look-ahead ten can leave before, and none from then on."""
    rules = policies.profiled("tryton")
    curve = drawn(item("A", 10, demand=[Demand("LON", quantity=Decimal(10), due=DAYS[4])]), (), rules)
    assert [curve.at(day.toordinal()) for day in DAYS[:6]] == [10, 10, 10, 10, 0, 0]
