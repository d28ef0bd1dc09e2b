"""How old what is owed is, by customer and by who pays for them. Knows balances and days; sends no reminder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from msgspec import Struct

from sayso.canon.decimals import ZERO, arithmetic
from sayso.cash.shapes import Balance, OpenItem, PaymentState

STEPS = (30, 60, 90)
"""Days overdue at which a bucket ends: not due, 1 to 30, 31 to 60, 61 to 90, over 90."""


class Aged(Struct, frozen=True, kw_only=True):
    """What a customer owes in one currency, by age: `buckets` has what is not due first, then one amount for each step,
    then all that is older. `unapplied` is money of the customer on no invoice, `credit` what was credited or paid
    beyond invoices; owed = sum of buckets, net = owed - unapplied - credit. `oldest` is the most days overdue."""

    customer: str
    currency: str
    buckets: tuple[Decimal, ...]
    owed: Decimal
    unapplied: Decimal = ZERO
    credit: Decimal = ZERO
    net: Decimal = ZERO
    oldest: int = 0
    disputed: Decimal = ZERO


class Ageing(NamedTuple):
    """By customer, and by account: each customer with all who are billed to it, however far down. Both sorted."""

    customers: tuple[Aged, ...]
    accounts: tuple[Aged, ...]


def ageing(
    items: Iterable[Balance | OpenItem], payments: Iterable[PaymentState], day: date, parents: Mapping[str, str],
    steps: Sequence[int] = STEPS,
) -> Ageing:  # fmt: skip
    """What is owed on `day`, by its end. `parents` says to whom a customer is billed; who is not in it pays for itself.

    An invoice without a due day is due on its date. It is overdue from the day after. In `accounts` stands who pays at the
    top of each tree. A circle of parents is cut at the least of its numbers.
    """
    with arithmetic():
        found: dict[tuple[str, str], _Sums] = defaultdict(lambda: _Sums(len(steps) + 2))
        for item in items:
            if item.issued is None or item.issued <= day:
                found[item.customer, item.currency].add(item, day, steps)
        for payment in payments:
            if payment.received is not None and payment.received <= day and payment.unapplied:
                found[payment.customer, payment.currency].unapplied += payment.unapplied
        tops: dict[tuple[str, str], _Sums] = defaultdict(lambda: _Sums(len(steps) + 2))
        for (customer, currency), sums in found.items():
            tops[top_of(customer, parents), currency].include(sums)
        return Ageing(_aged(found), _aged(tops))


def top_of(customer: str, parents: Mapping[str, str]) -> str:
    """Who pays for a customer in the end."""
    way = [customer]
    while (above := parents.get(way[-1], "")) and above != way[-1]:
        if above in way:
            return min(way[way.index(above) :])
        way.append(above)
    return way[-1]


class _Sums:
    """What is owed while it is added up."""

    __slots__ = ("buckets", "credit", "disputed", "oldest", "unapplied")

    def __init__(self, buckets: int) -> None:
        self.buckets = [ZERO] * buckets
        self.unapplied = self.credit = self.disputed = ZERO
        self.oldest = 0

    def add(self, item: Balance | OpenItem, day: date, steps: Sequence[int]) -> None:
        """An invoice; of a credit memo, or one that was paid twice, what is over."""
        if isinstance(item, Balance):
            self.credit += item.over
            self.disputed += item.disputed
        if item.open <= 0:
            return
        due = item.due or item.issued
        late = (day - due).days if due is not None else 0
        place = 0 if late <= 0 else 1 + sum(1 for step in steps if late > step)
        self.buckets[place] += item.open
        self.oldest = max(self.oldest, late)

    def include(self, other: _Sums) -> None:
        """Another's sums on top of these."""
        self.buckets = [one + more for one, more in zip(self.buckets, other.buckets, strict=True)]
        self.unapplied += other.unapplied
        self.credit += other.credit
        self.disputed += other.disputed
        self.oldest = max(self.oldest, other.oldest)


def _aged(found: Mapping[tuple[str, str], _Sums]) -> tuple[Aged, ...]:
    rows = []
    for (customer, currency), sums in sorted(found.items()):
        owed = sum(sums.buckets, ZERO)
        if owed or sums.unapplied or sums.credit:
            rows.append(
                Aged(
                    customer=customer, currency=currency, buckets=tuple(sums.buckets), owed=owed,
                    unapplied=sums.unapplied, credit=sums.credit, net=owed - sums.unapplied - sums.credit,
                    oldest=sums.oldest, disputed=sums.disputed,
                )
            )  # fmt: skip
    return tuple(rows)
