"""What can leave on a day by any policy, reckoned by hand: every row, every day, every bucket, one after the other.

Written from what the settings say, without a look at the product; slow and plain.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from promise.naive_stock import NOTHING
from sayso.promise.availability import Owner
from sayso.promise.cards import Demand, ItemCard
from sayso.promise.facts import Take
from sayso.promise.policy import Policy

ONE = timedelta(days=1)
_PERIODS = {"P1D": 1, "P3D": 3, "P1W": 7, "P2W": 14, "none": 0}


def same_bucket(bucket: str) -> Callable[[date], Hashable]:
    """What days of one bucket have in common."""
    return {
        "day": lambda day: day,
        "week": lambda day: day.isocalendar()[:2],
        "month": lambda day: (day.year, day.month),
        "quarter": lambda day: (day.year, (day.month + 2) // 3),
        "year": lambda day: day.year,
    }[bucket]


def after(day: date, period: str) -> date:
    """The day a period later."""
    if period in _PERIODS:
        return day + timedelta(days=_PERIODS[period])
    months = {"P1M": 1, "P3M": 3}[period]
    year, month = day.year, day.month + months
    while month > 12:
        year, month = year + 1, month - 12
    number = day.day
    while True:
        try:
            return date(year, month, number)
        except ValueError:
            number -= 1


class Counter:
    """One item at one site, for one owner, as a policy counts it."""

    def __init__(
        self, card: ItemCard, takes: Sequence[Take], variant: str, owner: Owner, today: date, policy: Policy
    ) -> None:
        self.card, self.variant, self.owner, self.today = card, variant, owner, today
        self.rules = policy.availability
        self.takes = [one for one in takes if one.variant == variant]
        self.horizon = today + timedelta(days=self.rules.horizon_days)
        self.key = same_bucket(self.rules.bucket)
        self.events = [*self.comes(), *((day, -quantity) for day, quantity in self.leaves())]

    def stands(self, one: Demand) -> date | None:
        first = getattr(one, self.rules.demand_date)
        return first or one.due or one.planned or one.requested

    def demand(self) -> list[tuple[date, Decimal]]:
        """What open orders and the like take."""
        found = []
        for one in self.card.demand:
            if (
                (one.site, one.variant) != ("LON", self.variant)
                or (one.status or "confirmed") not in self.rules.demand_status
                or (one.kind or "order") not in self.rules.demand_kinds
                or (one.fulfilment or "stock") not in self.rules.demand_fulfilments
            ):
                continue
            day, whole = self.stands(one), self.rules.reserved == "within_demand"
            quantity = one.quantity if whole else one.quantity - one.reserved
            if day is not None and day < self.today and self.rules.past_due_demand == "reserved":
                quantity = min(one.quantity, one.reserved) if whole else NOTHING
            found.append((max(day or self.today, self.today), quantity))
        return found

    def kept(self) -> list[tuple[date, Decimal]]:
        """What is protected for others, and what is promised."""
        found = []
        for one in self.card.allocations:
            if (one.site, one.variant) != ("LON", self.variant) or self.owner.owns(one):
                continue
            left = one.quantity - sum((t.quantity for t in self.takes if t.allocation == one.key), NOTHING)
            found.append((max(one.due or self.today, self.today), max(left, NOTHING)))
        found += [(min(max(one.day, self.today), self.horizon), one.quantity) for one in self.takes]
        return found

    def leaves(self) -> list[tuple[date, Decimal]]:
        return [*self.demand(), *self.kept()]

    def comes(self, undated: bool = False) -> list[tuple[date, Decimal]]:
        """What comes in, by day; or what nobody knows the day of."""
        bound = {
            (one.supply_document, one.supply_line)
            for one in self.card.demand
            if one.fulfilment == "drop_ship"
        }
        found = []
        for one in self.card.inbound:
            if (one.site, one.variant) != ("LON", self.variant) or (one.due is None) != undated:
                continue
            if (one.status or "confirmed") not in self.rules.inbound_status:
                continue
            if (one.kind or "purchase") not in self.rules.inbound_kinds:
                continue
            named = (one.document, one.line) in bound or (one.document, "") in bound
            if named and self.rules.drop_ship_inbound == "left_out":
                continue
            day = one.due or self.today
            if day < self.today:
                if self.rules.past_due_inbound == "ignore":
                    continue
                day = self.today + (ONE if self.rules.past_due_inbound == "next_day" else 0 * ONE)
            day += timedelta(days=self.rules.receiving_days)
            quantity = one.quantity - (one.reserved if self.rules.reserved == "netted" else NOTHING)
            if undated or day <= self.horizon:
                found.append((day, quantity))
        return found

    def opening(self) -> Decimal:
        """On hand, less what is reserved as the policy has it, less what is never promised."""
        found = [one for one in self.card.stock if (one.site, one.variant) == ("LON", self.variant)]
        if not found:
            return NOTHING
        stock = found[0]
        reserved = stock.reserved
        if self.rules.reserved == "within_demand" and self.rules.count != "free":
            reserved = max(NOTHING, reserved - sum((quantity for _, quantity in self.demand()), NOTHING))
        return stock.on_hand - reserved - (stock.safety_stock if self.rules.safety_stock else NOTHING)

    def balance(self, day: date) -> Decimal:
        """What is there at the end of a day."""
        return self.opening() + sum((quantity for when, quantity in self.events if when <= day), NOTHING)

    def net(self, first: date, last: date) -> Decimal:
        """What comes in from one day to another, less what leaves."""
        return sum((quantity for when, quantity in self.events if first <= when <= last), NOTHING)

    def seen_until(self, day: date) -> date:
        """The last day that is looked at from a day."""
        if self.rules.look_ahead == "unlimited":
            return self.horizon
        last = after(day, self.rules.look_ahead)
        while self.key(last + ONE) == self.key(last):
            last += ONE
        return min(last, self.horizon)

    def forward(self, day: date) -> Decimal:
        """Bucket after bucket, until one brings more than it needs."""
        last, here = self.seen_until(day), day + ONE
        while here <= last and self.key(here) == self.key(day):
            here += ONE
        total = -self.net(day + ONE, here - ONE)
        while here <= last:
            ends = here
            while ends + ONE <= last and self.key(ends + ONE) == self.key(here):
                ends += ONE
            net = self.net(here, ends)
            if net > 0:
                break
            total -= net
            here = ends + ONE
        return max(total, NOTHING)

    def sellable(self, day: date) -> Decimal:
        """What can leave on a day, as the policy says; it may be below zero."""
        if self.rules.count == "free":
            return self.opening() - sum((quantity for _, quantity in self.kept()), NOTHING)
        day = min(day, self.horizon)
        if self.rules.count == "forecast":
            undated = sum((quantity for _, quantity in self.comes(undated=True)), NOTHING)
            return min(self.balance(day), self.balance(self.horizon) + undated)
        if self.rules.look_ahead_rule == "until_surplus":
            return self.balance(day) - self.forward(day)
        last, days = self.seen_until(day), [day]
        while days[-1] < last:
            days.append(days[-1] + ONE)
        return min(self.balance(one) for one in days)
