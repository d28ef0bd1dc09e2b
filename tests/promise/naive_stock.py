"""Availability as one would reckon it by hand, day by day: slow, plain, and written without a look at the product.

A reservation is told by the list of takes, not by the ledger's sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sayso.promise.availability import Owner
from sayso.promise.cards import ItemCard
from sayso.promise.facts import Take
from sayso.promise.policy import Policy

NOTHING = Decimal(0)


class Shelf:
    """One item at one site, for one owner, as it looks on a day."""

    def __init__(
        self,
        card: ItemCard,
        takes: Sequence[Take],
        site: str,
        variant: str,
        owner: Owner,
        today: date,
        policy: Policy,
    ) -> None:
        self.card = card
        self.takes = [one for one in takes if (one.item, one.site, one.variant) == (card.item, site, variant)]
        self.place = (site, variant)
        self.owner = owner
        self.today = today.toordinal()
        self.rules = policy
        self.policy = policy.availability
        self.horizon = self.today + self.policy.horizon_days

    def on_hand(self) -> Decimal:
        """What is counted, less what the ERP reserved of it, less what is never promised."""
        found = [one for one in self.card.stock if (one.site, one.variant) == self.place]
        if not found:
            return NOTHING
        kept = found[0].safety_stock if self.policy.safety_stock else NOTHING
        return found[0].on_hand - found[0].reserved - kept

    def arrived(self, day: int) -> Decimal:
        """Supply that can leave by a day."""
        return sum((one[1] for one in self.supply() if one[0] <= day), NOTHING)

    def supply(self) -> list[tuple[int, Decimal, str]]:
        """Each inbound that counts: the day its goods can leave, how many, the document."""
        found = []
        for one in self.card.inbound:
            status, kind = one.status or "confirmed", one.kind or "purchase"
            if (one.site, one.variant) != self.place or one.due is None:
                continue
            if status not in self.policy.inbound_status or kind not in self.policy.inbound_kinds:
                continue
            due = one.due.toordinal()
            if due < self.today:
                if self.policy.past_due_inbound == "ignore":
                    continue
                due = self.today + 1
            ready = due + self.policy.receiving_days
            if ready <= self.horizon:
                found.append((ready, one.quantity - one.reserved, one.document))
        return found

    def demanded(self, day: int) -> Decimal:
        """Open demand that has to leave by a day."""
        total = NOTHING
        for one in self.card.demand:
            status = one.status or "confirmed"
            if (one.site, one.variant) != self.place or status not in self.policy.demand_status:
                continue
            if one.fulfilment not in ("", "stock"):
                continue
            due = one.due or one.planned or one.requested
            if due is None or due.toordinal() <= max(day, self.today):
                total += one.quantity - one.reserved
        return total

    def protected(self, day: int) -> Decimal:
        """What is kept for others and not yet drawn, from the day it is kept for."""
        total = NOTHING
        for one in self.card.allocations:
            mine = self.owner
            named = [one.customer, one.group, one.contract]
            fits = [
                one.customer in ("", mine.customer),
                one.group in ("", mine.group),
                one.contract in ("", mine.contract),
            ]
            if (one.site, one.variant) != self.place or (any(named) and all(fits)):
                continue
            left = one.quantity - sum(
                (take.quantity for take in self.takes if take.allocation == one.key), NOTHING
            )
            if left > 0 and (one.due is None or one.due.toordinal() <= max(day, self.today)):
                total += left
        return total

    def promised(self, day: int) -> Decimal:
        """What live reservations take by a day; one that leaves after the horizon counts on its last day."""
        total = NOTHING
        for one in self.takes:
            leaves = min(max(one.day.toordinal(), self.today), self.horizon)
            if leaves <= day:
                total += one.quantity
        return total

    def balance(self, day: int) -> Decimal:
        """The projected balance at the end of a day."""
        return (
            self.on_hand() + self.arrived(day) - self.demanded(day) - self.protected(day) - self.promised(day)
        )

    def sellable(self, day: int) -> Decimal:
        """The least projected balance at any day from this one to the horizon; it may be below zero."""
        first = min(day, self.horizon)
        return min(self.balance(one) for one in range(first, self.horizon + 1))
