"""What one process worked out step by step, another works out at once: else a replay would differ (law 7)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.promise.availability import NOBODY, Owner
from sayso.promise.cards import Allocation, Demand, Inbound, ItemCard, Stock, Taken
from sayso.promise.facts import ItemFacts, Take
from sayso.promise.policy import Policy

TODAY = date(2026, 3, 2)
ADA = Owner("ada")

quantities = st.integers(1, 3).map(Decimal)
days = st.integers(-1, 6).map(lambda days: TODAY + timedelta(days=days))
takes = st.lists(st.tuples(days, quantities, st.booleans()), max_size=8)


@st.composite
def cards(draw: st.DrawFn) -> ItemCard:
    """An item at one site with a few documents, on days that often coincide."""
    inbound = draw(st.lists(st.tuples(days, quantities), max_size=4))
    demand = draw(st.lists(st.tuples(days, quantities), max_size=3))
    allocated = draw(st.lists(st.tuples(days, quantities), max_size=1))
    return ItemCard(
        "lamp", True,
        stock=(Stock("LON", on_hand=draw(st.integers(0, 9).map(Decimal))),),
        inbound=tuple(Inbound(f"PO{n}", "1", "LON", quantity=q, due=due) for n, (due, q) in enumerate(inbound)),
        demand=tuple(Demand("LON", quantity=q, due=due) for due, q in demand),
        allocations=tuple(Allocation("BL", "1", "LON", quantity=q, due=due, customer="ada") for due, q in allocated),
    )  # fmt: skip


def shown(facts: ItemFacts, owner: Owner) -> list[object]:
    """Everything that an answer could show of an item."""
    curve = facts.curve("LON", "", owner, TODAY)
    today = TODAY.toordinal()
    return [
        curve.steps(),
        [curve.first_day_for(Decimal(quantity), today) for quantity in range(1, 12)],
        *(facts.explained("LON", "", owner, TODAY, today + day) for day in range(20)),
    ]


@settings(max_examples=300, deadline=None)
@given(cards(), takes, st.sampled_from([5, 365]))
def test_step_by_step_is_at_once(
    card: ItemCard, given: list[tuple[date, Decimal, bool]], horizon: int
) -> None:
    policy = Policy(availability=type(Policy().availability)(horizon_days=horizon))
    facts = ItemFacts(card, "digest", Taken(), policy)
    for day, quantity, back in given:
        for owner in (NOBODY, ADA):
            facts.curve("LON", "", owner, TODAY)
        take = Take(1, "lamp", "LON", "", max(day, TODAY), quantity)
        facts = facts.less(take)
        if back:
            facts = facts.more(take)
    anew = ItemFacts(card, "digest", facts.taken, policy)
    for owner in (NOBODY, ADA):
        assert shown(facts, owner) == shown(anew, owner)
