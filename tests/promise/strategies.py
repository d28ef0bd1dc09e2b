"""Small worlds for hypothesis: few sites, few days, small quantities, so that everything meets everything."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from promise.making import TODAY, allocation, day, demand, inbound, iso, item, policy, stock, take
from sayso.promise.availability import Owner
from sayso.promise.cards import ItemCard

days = st.integers(-2, 9)
maybe_days = days | days | st.none()
variants = st.sampled_from([*[""] * 7, "R"])
small = st.integers(0, 6).map(Decimal)
halves = st.integers(0, 24).map(lambda number: Decimal(number) / 2)
few = st.integers(1, 8).map(lambda number: Decimal(number) / 2)
none_or_one = st.sampled_from([0, 0, 0, 1])
owners = st.sampled_from([Owner(), Owner("C"), Owner("D", "G"), Owner("C", "G", "K")])

stocks = st.builds(
    lambda on_hand, reserved, safety, variant: stock(
        on_hand, reserved=reserved, safety_stock=safety, variant=variant
    ),
    st.integers(-2, 20) | st.integers(8, 20), none_or_one, none_or_one, variants,
)  # fmt: skip

inbounds = st.builds(
    lambda number, quantity, reserved, due, variant, status, kind: inbound(
        f"PO{number}", quantity, due, reserved=reserved, variant=variant, status=status, kind=kind
    ),
    st.integers(1, 9), halves, none_or_one, maybe_days, variants,
    st.sampled_from([*[""] * 4, "confirmed", "draft"]), st.sampled_from([*[""] * 4, "purchase", "planned", "transfer"]),
)  # fmt: skip

demands = st.builds(
    lambda quantity, reserved, due, planned, requested, variant, status, fulfilment: demand(
        quantity, due, reserved=reserved, planned=day(planned), requested=day(requested), variant=variant,
        status=status, fulfilment=fulfilment,
    ),
    few, none_or_one, maybe_days, maybe_days, maybe_days, variants,
    st.sampled_from([*[""] * 4, "confirmed", "quote", "draft"]),
    st.sampled_from([*[""] * 4, "stock", "drop_ship", "special_order"]),
)  # fmt: skip

allocations = st.builds(
    lambda number, quantity, due, variant, owner: allocation(
        f"AL{number}", quantity, due, variant=variant, customer=owner[0], group=owner[1], contract=owner[2]
    ),
    st.integers(1, 2), small, maybe_days, variants,
    st.sampled_from([("C", "", ""), ("", "G", ""), ("", "", "K"), ("C", "G", ""), ("D", "", ""), ("", "", "")]),
)  # fmt: skip

cards = st.builds(
    lambda stocks, inbounds, demands, allocations: item(
        stock=stocks, inbound=inbounds, demand=demands, allocations=allocations
    ),
    st.lists(stocks, min_size=1, max_size=2, unique_by=lambda one: one.variant),
    st.lists(inbounds, min_size=1, max_size=4, unique_by=lambda one: one.document),
    st.lists(demands, max_size=3),
    st.lists(allocations, max_size=2, unique_by=lambda one: one.key),
)

takes = st.builds(
    lambda quantity, on, variant, drawn: take(
        quantity, on, variant=variant, allocation=f"{drawn}|{variant}" if drawn and variant else drawn
    ),
    st.integers(1, 5), st.integers(-2, 14), variants, st.sampled_from(["", "", "AL1/1", "AL2/1"]),
)  # fmt: skip

policies = st.builds(
    lambda horizon, receiving, safety, past_due, statuses, planned: policy(
        availability__horizon_days=horizon,
        availability__receiving_days=receiving,
        availability__safety_stock=safety,
        availability__past_due_inbound=past_due,
        availability__demand_status=statuses,
        availability__inbound_kinds=["purchase", "transfer", "planned"] if planned else ["purchase", "transfer"],
    ),
    st.sampled_from([0, 3, 9, 12, 12]), st.sampled_from([0, 0, 1, 2]), st.booleans(),
    st.sampled_from(["ignore", "next_day"]),
    st.sampled_from([["confirmed"], ["confirmed", "quote"]]), st.booleans(),
)  # fmt: skip

ordinals = st.integers(-1, 12).map(lambda number: TODAY.toordinal() + number)


def stocked(name: str, **columns: Any) -> SearchStrategy[ItemCard]:
    """An item that three sites count, wait for and owe, in small quantities."""
    places = st.sampled_from(["LON", "YRK", "GLA"])
    counted = st.lists(
        st.builds(lambda site, on_hand: stock(on_hand, site), places, st.integers(0, 12)),
        max_size=3, unique_by=lambda one: one.site,
    )  # fmt: skip
    coming = st.lists(
        st.builds(
            lambda number, quantity, due, site: inbound(f"{name}{number}", quantity, due, site),
            st.integers(1, 9), st.integers(1, 10), st.integers(0, 9), places,
        ),
        max_size=3, unique_by=lambda one: one.document,
    )  # fmt: skip
    owed = st.lists(st.builds(demand, st.integers(1, 5), st.integers(0, 9), places), max_size=2)
    return st.builds(
        lambda counted, coming, owed, pack, lead: item(
            name, stock=counted, inbound=coming, demand=owed, pack=pack, lead_days=lead, **columns
        ),
        counted, coming, owed, st.sampled_from([None, None, "2", "3"]), st.sampled_from([None, 3, 14]),
    )  # fmt: skip


MAY_HURRY = st.none() | st.none() | st.integers(0, 9)
MAY_BE_WHOLE = st.sampled_from(["split", "split", "complete"])


def lines(
    *names: str,
    most: int = 4,
    need_by: SearchStrategy[int | None] = MAY_HURRY,
    ship: SearchStrategy[str] = MAY_BE_WHOLE,
) -> SearchStrategy[list[dict[str, Any]]]:
    """Lines of a request for these items, with and without a date, split and complete; many in whole packs."""
    one = st.builds(
        lambda name, number, need_by, ship: {
            "item": name, "quantity": number, "need_by": None if need_by is None else iso(need_by), "ship": ship
        },
        st.sampled_from(names), st.integers(1, 6).map(lambda number: number * 6) | st.integers(1, 9), need_by, ship,
    )  # fmt: skip
    return st.lists(one, min_size=1, max_size=most)
