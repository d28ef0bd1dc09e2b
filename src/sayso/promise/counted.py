"""Which rows of an item count at a site, how many of each, and on which day: stock, supply, demand, what is protected.

Days are ordinals; what is dated before `start` counts as the policy says, what comes after the horizon is no supply.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from sayso.promise.cards import ZERO, Allocation, Demand, Inbound, ItemCard, Stock, Taken, place_of
from sayso.promise.policy import Policy
from sayso.promise.settings.availability import Availability

_NO_STOCK = Stock("")


class Owner(NamedTuple):
    """For whom a quantity is sellable: protected allocations of one's own do not count against one."""

    customer: str = ""
    group: str = ""
    contract: str = ""

    def owns(self, allocation: Allocation) -> bool:
        """Whether every owner that the allocation names is this one."""
        return (
            allocation.customer in ("", self.customer)
            and allocation.group in ("", self.group)
            and allocation.contract in ("", self.contract)
            and bool(allocation.customer or allocation.group or allocation.contract)
        )


NOBODY = Owner()


class Supply(NamedTuple):
    """Dated supply that a part can lean on. By `p50` and `p90` it has arrived at even odds, and nine times in ten."""

    day: int
    document: str
    line: str
    quantity: Decimal
    p50: date | None = None
    p90: date | None = None


def stock_of(card: ItemCard, site: str, variant: str) -> Stock:
    """What a site counts of a variant; nothing where it has no row."""
    for stock in card.stock:
        if stock.site == site and stock.variant == variant:
            return stock
    return _NO_STOCK


def reserved_of(card: ItemCard, stock: Stock, variant: str, start: int, policy: Policy) -> Decimal:
    """What of the stock counts as reserved; where that is part of the demand, only what no demand accounts for."""
    if policy.availability.reserved == "netted" or policy.availability.count == "free":
        return stock.reserved
    every = (quantity for _, quantity in demand_of(card, stock.site, variant, start, policy))
    return max(stock.reserved - sum(every, ZERO), ZERO)


def opening_of(card: ItemCard, site: str, variant: str, start: int, policy: Policy) -> Decimal:
    """What is there before anything comes or leaves: on hand less what is reserved, and less the safety stock."""
    stock = stock_of(card, site, variant)
    opening = stock.on_hand - (
        reserved_of(card, stock, variant, start, policy) if stock.reserved else stock.reserved
    )
    return opening - stock.safety_stock if policy.availability.safety_stock else opening


def supply_of(
    card: ItemCard, site: str, variant: str, start: int, horizon: int, policy: Policy
) -> tuple[Supply, ...]:
    """What comes in up to the horizon, by the day on which it can leave."""
    rules, found = policy.availability, []
    bound, netted = _bound(card, rules), rules.reserved == "netted"
    for inbound in card.inbound:
        if inbound.site == site and inbound.variant == variant and _counts(inbound, bound, rules):
            due = inbound.due if rules.inbound_date == "stated" else _expected(inbound, rules)
            day = due.toordinal() if due is not None else None
            if day is not None and day < start:
                day = _overdue(start, rules)
            if day is not None and day + rules.receiving_days <= horizon:
                ready = day + rules.receiving_days
                quantity = inbound.quantity - inbound.reserved if netted else inbound.quantity
                found.append(
                    Supply(ready, inbound.document, inbound.line, quantity, inbound.p50, inbound.p90)
                )
    return tuple(sorted(found)) if len(found) > 1 else tuple(found)


def _overdue(start: int, rules: Availability) -> int | None:
    """The day on which past-due inbound is expected, by the first day that is looked at; None: it is not."""
    if rules.past_due_inbound == "ignore":
        return None
    return start + 1 if rules.past_due_inbound == "next_day" else start


def undated_of(card: ItemCard, site: str, variant: str, policy: Policy) -> Decimal:
    """What comes in on a day that nobody knows."""
    rules = policy.availability
    bound, netted = _bound(card, rules), rules.reserved == "netted"
    return sum(
        (
            one.quantity - one.reserved if netted else one.quantity
            for one in card.inbound
            if (one.site, one.variant, one.due) == (site, variant, None) and _counts(one, bound, rules)
        ),
        ZERO,
    )


def _bound(card: ItemCard, rules: Availability) -> Collection[tuple[str, str]]:
    """The supply lines that drop-shipped demand names as its own; a blank line stands for all of its document."""
    if rules.drop_ship_inbound == "counts":
        return ()
    return {
        (one.supply_document, one.supply_line)
        for one in card.demand
        if one.fulfilment == "drop_ship" and one.supply_document
    }


def _expected(inbound: Inbound, rules: Availability) -> date | None:
    """The day by which an inbound has arrived, as receipts taught; where they taught nothing, as its document states."""
    return (inbound.p50 if rules.inbound_date == "p50" else inbound.p90) or inbound.due


def _counts(inbound: Inbound, bound: Collection[tuple[str, str]], rules: Availability) -> bool:
    if (inbound.status or "confirmed") not in rules.inbound_status:
        return False
    if bound and ((inbound.document, inbound.line) in bound or (inbound.document, "") in bound):
        return False
    return (inbound.kind or "purchase") in rules.inbound_kinds


def demand_of(
    card: ItemCard, site: str, variant: str, start: int, policy: Policy
) -> Iterable[tuple[int, Decimal]]:
    """What open demand takes, and on which day."""
    rules = policy.availability
    usual = rules.reserved == "netted" and rules.past_due_demand == "today"
    for demand in card.demand:
        if demand.site == site and demand.variant == variant and takes(demand, rules):
            due = demand.due or demand.planned or demand.requested
            if rules.demand_date != "due":
                due = leaving(demand, rules)
            day = due.toordinal() if due else start
            quantity = demand.quantity - demand.reserved if usual else _needed(demand, day < start, rules)
            yield day if day > start else start, quantity


def leaving(demand: Demand, rules: Availability) -> date | None:
    """The date on which a demand counts, as it stands; None where it has none."""
    usual = demand.due or demand.planned or demand.requested
    if rules.demand_date == "due":
        return usual
    return (demand.planned if rules.demand_date == "planned" else demand.requested) or usual


def takes(demand: Demand, rules: Availability) -> bool:
    """Whether a demand takes from what is sellable at its site."""
    return (
        (demand.status or "confirmed") in rules.demand_status
        and (demand.fulfilment or "stock") in rules.demand_fulfilments
        and (demand.kind or "order") in rules.demand_kinds
    )


def _needed(demand: Demand, overdue: bool, rules: Availability) -> Decimal:
    """How many of a demand count."""
    if overdue and rules.past_due_demand == "reserved":
        return min(demand.reserved, demand.quantity) if rules.reserved == "within_demand" else ZERO
    return demand.quantity - demand.reserved if rules.reserved == "netted" else demand.quantity


def protected_of(
    card: ItemCard, taken: Taken, site: str, variant: str, owner: Owner, start: int
) -> Iterable[tuple[int, Decimal]]:
    """What is left of allocations that are not the owner's, and from which day it is protected."""
    for allocation in card.allocations:
        if allocation.site == site and allocation.variant == variant and not owner.owns(allocation):
            left = allocation.quantity - taken.drawn.get(allocation.key, ZERO)
            if left > 0:
                yield max(allocation.due.toordinal(), start) if allocation.due else start, left


def promised_of(
    taken: Taken, site: str, variant: str, start: int, horizon: int
) -> Iterable[tuple[int, Decimal]]:
    """What live reservations take, and on which day; what leaves after the horizon counts on its last day."""
    for day, quantity in taken.by_place.get(place_of(site, variant), {}).items():
        yield min(max(_ordinal(day), start), horizon), quantity


@lru_cache(maxsize=20000)
def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()
