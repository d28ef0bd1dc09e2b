"""A shop for hypothesis: items with allocations, a kit and substitutes, three sites with hours, buyers on one account."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from promise import strategies as some
from promise.making import NOW, account, allocation, ask, customer, facts, iso, item, policy, price, world
from promise.naive_credit import Books
from sayso.promise.asking import Request
from sayso.promise.cards import ItemCard
from sayso.promise.facts import Facts

SITES = [
    {"site": "LON", "country": "GB", "timezone": "Europe/London", "cutoff": "12:00", "calendar": "week"},
    {"site": "YRK", "country": "GB", "handling_days": 1},
    {"site": "GLA", "country": "GB"},
]
LANES = [
    {"site": "LON", "country": "GB", "transit_days": 1, "cost": "5"},
    {"site": "YRK", "country": "GB", "transit_days": 1, "cost": "3"},
    {"site": "GLA", "country": "GB", "transit_days": 3, "cost": "1"},
]
COMPONENTS = [{"component": "A", "quantity": "1"}, {"component": "B", "quantity": "2"}]
KIT = item("K", kit=COMPONENTS, list_price="7.77", lead_days=4)
UNKNOWN = item("X", known=False)
HOLDS = [{"rule": "R2", "effect": "hold", "item": "C"}, {"rule": "R1", "effect": "hold", "item": "C"}]

allocations = st.lists(
    st.builds(
        lambda number, quantity, due, owner: allocation(f"AL{number}", quantity, due, **owner),
        st.integers(1, 9), st.integers(1, 8), st.sampled_from([None, 2]),
        st.sampled_from([{"customer": "C"}, {"group": "G"}, {"contract": "T"}, {"customer": "S"}]),
    ),
    max_size=2, unique_by=lambda one: one.key,
).map(tuple)  # fmt: skip
RULES = st.builds(
    lambda split, most, horizon, over, overdue, amount: policy(
        sourcing__split=split, sourcing__most_sites=most, availability__horizon_days=horizon, credit__over_limit=over,
        credit__overdue=overdue, credit__amount=amount,
    ),
    st.sampled_from([True, True, False]), st.integers(1, 3), st.sampled_from([2, 12]), st.sampled_from(["refer", "refuse"]),
    st.sampled_from(["ignore", "refer"]), st.sampled_from(["gross", "net"]),
)  # fmt: skip


class Shop(NamedTuple):
    """The facts, and the cards by name for those who reckon by hand."""

    facts: Facts
    cards: dict[str, ItemCard]

    def books(self) -> Books:
        assert self.facts.account is not None
        here = self.facts.world
        return Books(self.facts.account.card, here.card, here.policy, NOW.date())


def _shop(
    cards: tuple[ItemCard, ...], rules: Any, limit: Any, owed: list[Any], taxed: bool, forbidden: bool
) -> Shop:
    buyers = [
        customer("C", credit_limit=limit, group="G"),
        customer("S", parent="C", currency="EUR", tax_exempt=True),
        customer("H", parent="C", hold="ship"),
    ]
    here = world(
        rules, sites=SITES, lanes=LANES, taxes=[{"country": "GB", "rate": "20"}] if taxed else [],
        rates=[{"currency": "EUR", "to": "GBP", "rate": "0.85"}],
        rules=HOLDS if forbidden else [],
    )  # fmt: skip
    every = (*cards, KIT, UNKNOWN)
    found = facts(*every, world=here, account=account(*buyers, receivables=owed))
    return Shop(found, {one.item: one for one in every})


owed = st.lists(
    st.builds(
        lambda amount, due: {"open": str(amount), "currency": "GBP", "due": iso(due), "first": f"INV{amount}"},
        st.integers(1, 60), st.sampled_from([-20, 10]),
    ),
    max_size=2,
)  # fmt: skip
PRICES = [price("1.95", min_quantity=6), price("2.05", "C"), price(discount_percent="2.5", min_quantity=12)]
cards = st.tuples(
    st.builds(
        lambda card, kept: item(
            "A", stock=card.stock, inbound=card.inbound, demand=card.demand, lead_days=card.lead_days, list_price="2.35",
            allocations=kept, prices=PRICES, substitutes=[{"item": "B"}, {"item": "C", "factor": "0.5"}],
            units={"CS": "6"},
        ),
        some.stocked("A"), allocations,
    ),
    some.stocked("B", substitutes=[{"item": "C"}]), some.stocked("C", status="discontinued"),
)  # fmt: skip
SHOPS = st.builds(
    _shop,
    cards,
    RULES,
    st.sampled_from([None, 50, 120]),
    owed,
    st.booleans(),
    st.sampled_from([True, False, False]),
)

one_line = st.builds(
    lambda name, quantity, need_by, ship, substitute, contract: {
        "item": name, "quantity": str(quantity), "need_by": None if need_by is None else iso(need_by), "ship": ship,
        "substitute": substitute, "contract": contract,
    },
    st.sampled_from(["A", "A", "B", "C", "K", "X"]), st.sampled_from([1, 2, 3, 5, 6, 12, Decimal("1.5")]),
    st.sampled_from([None, None, 1, 4, 8]), st.sampled_from(["split", "split", "complete"]), st.booleans(),
    st.sampled_from(["", "", "T"]),
)  # fmt: skip


def requests(*buyers: str) -> SearchStrategy[Request]:
    """Requests of one to four lines."""
    return st.builds(
        lambda who, lines, accept, currency: ask(*lines, customer=who, accept_conditional=accept, currency=currency),
        st.sampled_from(buyers or ("C", "C", "S", "N", "H")), st.lists(one_line, min_size=1, max_size=4), st.booleans(),
        st.sampled_from(["", "", "GBP"]),
    )  # fmt: skip


moments: SearchStrategy[datetime] = st.integers(0, 9).map(lambda hours: NOW + timedelta(hours=hours))
