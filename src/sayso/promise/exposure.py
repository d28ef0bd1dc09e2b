"""What a credit account owes, may owe, and is late with: whose documents count, at what worth, up to which limit.

The policy says what counts; a profile is nothing but its settings. Knows what stands, not what is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_CEILING, Decimal
from functools import cached_property
from typing import NamedTuple

from msgspec.structs import replace

from sayso.canon.decimals import rounded
from sayso.promise.cards import ZERO, AccountCard, Customer, Due, OpenOrders
from sayso.promise.policy import Policy
from sayso.promise.world import World

#: Parts of exposure that take away from it.
LESS = frozenset({"draft_from_shipment", "return_order", "return_received", "prepayment"})
_ALWAYS_TOLD = ("receivables", "shipped_not_invoiced", "open_orders")
_HUNDRED = Decimal(100)
_Amount = tuple[str, Decimal, str, Decimal | None, str]


class Overdue(NamedTuple):
    """What is overdue: its sum in the account's currency, a part of a minor unit counted whole, and the oldest of it."""

    amount: Decimal
    document: str
    days: int
    oldest: Decimal


class Counted(NamedTuple):
    """An amount that counts in a part of exposure, as its documents have it, and its worth in the account's currency."""

    part: str
    amount: Decimal
    currency: str
    factor: Decimal | None
    document: str
    worth: Decimal


def holder_of(customer: Customer, card: AccountCard, policy: Policy) -> str:
    """Whose credit a buyer's promise is held to: the top of the tree, who is billed, or the buyer alone."""
    scope = policy.credit.account
    if scope == "tree":
        return card.account
    return customer.bill_to or customer.customer if scope == "bill_to" else customer.customer


class Account:
    """An account card in the light of a world and a day: its sums, worked out once.

    `holder` is whose account is meant, where the policy does not take the tree as one (see `holder_of`).
    """

    def __init__(self, card: AccountCard, digest: str, world: World, today: date, holder: str = "") -> None:
        self.card = card
        self.digest = digest
        self.world = world
        self.today = today
        self.holder = holder or card.account
        self.policy = world.policy.credit
        self.top = card.customers.get(self.holder) or Customer(self.holder)
        self.currency = world.policy.company.currency
        if self.policy.account_currency == "customer":
            self.currency = self.top.currency or self.currency
        self.company = (self.policy.selling_company or self.top.company) if self.policy.per_company else ""
        #: Everything on the card counts.
        self.whole = self.policy.account == "tree" and not self.company

    @cached_property
    def parts(self) -> dict[str, Decimal]:
        """The parts of exposure that no promise changes, in the account's currency."""
        places, wanted, worth = self.world.places(self.currency), self.policy.parts, self._counts_for
        found: dict[str, Decimal] = {part: ZERO for part in _ALWAYS_TOLD if part in wanted}
        for part, amount, currency, factor, _ in self._amounts():
            if part in wanted:
                found[part] = found.get(part, ZERO) + worth(amount, currency, factor)
        return {name: rounded(amount, places) for name, amount in found.items()}

    @cached_property
    def counted(self) -> list[Counted]:
        """Every amount that exposure is made of; what takes away is below 0."""
        company = self.world.policy.company.currency
        return [
            Counted(part, amount, currency or company, factor, document, self._counts_for(amount, currency, factor))
            for part, amount, currency, factor, document in self._amounts() if part in self.policy.parts
        ]  # fmt: skip

    @cached_property
    def standing(self) -> Decimal:
        """The sum of `parts`."""
        return sum(self.parts.values(), ZERO)

    @cached_property
    def limit(self) -> Decimal | None:
        """The first limit that is told, by the policy's order; a group's and a company's are in the company's currency.

        None when unlimited.
        """
        for told in self._limits():
            if told is None or (not told and self.policy.zero_limit == "next"):
                continue
            if told or self.policy.zero_limit == "nothing":
                return told
            break
        return None if self.policy.without_limit == "unlimited" else ZERO

    @cached_property
    def overdue(self) -> Overdue | None:
        """What is overdue beyond the policy's grace and threshold; None when nothing is."""
        late, amount = self.lates, self.late
        if amount <= Decimal(self.policy.overdue_threshold):
            return None
        oldest = min(
            (due for due in self._by_day(late) if due.open > 0),
            key=lambda due: (due.due or self.today, due.first),
        )
        days = self.today.toordinal() - (oldest.due or self.today).toordinal()
        return Overdue(self.in_full(amount), oldest.first, days, self._worth(oldest.open, oldest.currency))

    @cached_property
    def late_told(self) -> Overdue | None:
        """What is overdue, where the policy looks at it and does anything about it."""
        looked_at = self.policy.overdue != "ignore" and self.policy.warnings in ("both", "overdue")
        return self.overdue if looked_at else None

    def promised(self, total: Decimal, by: Mapping[str, Decimal] | None) -> Decimal:
        """What of the money promised on the whole tree counts here; all of it where it is not known by customer."""
        if by is None or self.whole:
            return total
        return sum((money for customer, money in by.items() if self.counts(customer, "", "")), ZERO)

    def counts(self, customer: str, company: str, site: str) -> bool:
        """Whether what belongs to a customer of the tree counts: it is the holder's, and the selling company's."""
        if self.whole:
            return True
        name = customer or self.card.account
        known = self.card.customers.get(name)
        scope = self.policy.account
        if scope == "customer" and name != self.holder:
            return False
        if scope == "bill_to" and ((known and known.bill_to) or name) != self.holder:
            return False
        if not self.company:
            return True
        where = self.world.sites.get(site)
        seller = company or (where.company if where else "") or (known.company if known else "")
        return seller in ("", self.company)

    def in_full(self, amount: Decimal) -> Decimal:
        """An amount to be paid: a part of a minor unit is paid as a whole one, or what is owed would not be settled."""
        return amount.quantize(Decimal(1).scaleb(-self.world.places(self.currency)), ROUND_CEILING)

    def in_own_currency(self, amount: Decimal, currency: str, factor: Decimal | None = None) -> Decimal:
        """An amount in the account's currency, rounded to it; `factor` is the one that its document was fixed at."""
        if currency == self.currency:
            return amount
        return rounded(self._worth(amount, currency, factor), self.world.places(self.currency))

    def order_status(self, status: str) -> bool:
        """Whether orders of a status count."""
        wanted = self.policy.order_status or self.world.policy.availability.demand_status
        return (status or "confirmed") in wanted

    def open_part(self, with_tax: Decimal, without: Decimal | None, billed: Decimal | None) -> Decimal:
        """What is open of an order's amount: with tax or without, less the percentage that is billed."""
        net = self.policy.orders_amount == "net" and without is not None
        amount = without if net and without is not None else with_tax
        return amount * (_HUNDRED - billed) / _HUNDRED if billed else amount

    def _amounts(self) -> Iterator[_Amount]:
        """Part, amount, currency, factor and document of everything that may count."""
        for due in self.dues:
            yield "receivables", due.open, due.currency, None, ""
        for one in self._merged(self._own_orders()):
            shipped = self.open_part(
                one.shipped_not_invoiced, one.shipped_not_invoiced_net, one.percent_billed
            )
            ordered = self.open_part(one.amount, one.net, one.percent_billed)
            for part, amount in (("shipped_not_invoiced", shipped), ("open_orders", ordered)):
                yield part, amount, one.currency, one.currency_factor, one.document
        for other in self.card.exposures:
            if self.counts(other.customer, other.company, ""):
                amount = -other.amount if other.kind in LESS else other.amount
                yield other.kind, amount, other.currency, None, ""

    def _own_orders(self) -> Iterator[OpenOrders]:
        """Open orders that count, but for those below 0 where the policy lets them take nothing away."""
        ignored = self._below_zero() if self.policy.negative_orders == "ignore" else ()
        for one in self.card.orders:
            placed_by = one.customer or self.card.account
            if (
                self.order_status(one.status)
                and self.counts(one.customer, one.company, one.site)
                and (self.policy.orders_of == "account" or placed_by == self.holder)
            ):
                yield replace(one, amount=ZERO, net=None) if one.document in ignored else one

    def _below_zero(self) -> set[str]:
        totals: dict[str, Decimal] = {}
        for one in self.card.orders:
            if one.document:
                totals[one.document] = totals.get(one.document, ZERO) + one.amount
        return {document for document, total in totals.items() if total < 0}

    @cached_property
    def dues(self) -> Sequence[Due]:
        """Open receivables that count."""
        if self.whole:
            return self.card.receivables
        return [one for one in self.card.receivables if self.counts(one.customer, one.company, "")]

    def _by_day(self, dues: Iterable[Due]) -> Iterable[Due]:
        """One for each currency and due date (and sign, where credits are told apart)."""
        apart = not self.policy.overdue_credits
        found: dict[tuple[object, ...], Due] = {}
        for one in dues:
            key = (one.currency, one.due, apart and one.open < 0)
            known = found.get(key)
            found[key] = one if known is None else _joined(known, one)
        return found.values()

    @cached_property
    def late(self) -> Decimal:
        """The sum of what is overdue, whatever the threshold; below 0 where credits are more."""
        return sum((self._worth(due.open, due.currency) for due in self.lates), ZERO)

    @cached_property
    def lates(self) -> list[Due]:
        """Receivables that are overdue after the policy's grace."""
        last = self.today.toordinal() - self.policy.grace_days
        if self.policy.overdue_from == "due_day":
            last += 1
        return [
            due for due in self.dues
            if due.due is not None and due.due.toordinal() < last and (self.policy.overdue_credits or due.open > 0)
        ]  # fmt: skip

    def _limits(self) -> Iterator[Decimal | None]:
        company, groups = self.top.company, self.world.groups
        for source in self.policy.limit_from:
            if source == "customer":
                yield self.top.credit_limit
                continue
            group = self.top.group if source == "group" else ""
            if group or source == "company":
                limit = groups.get((group, self.company or company), groups.get((group, "")))
                home = self.world.policy.company.currency
                yield None if limit is None else self.in_own_currency(limit, home)

    def _merged(self, orders: Iterable[OpenOrders]) -> Iterable[OpenOrders]:
        """Where the sum is rounded, one for each currency, factor and status, so that it is converted as a whole."""
        if self.policy.rounding == "document":
            return orders
        found: dict[tuple[object, ...], OpenOrders] = {}
        for one in orders:
            shipped = self.open_part(
                one.shipped_not_invoiced, one.shipped_not_invoiced_net, one.percent_billed
            )
            ordered = self.open_part(one.amount, one.net, one.percent_billed)
            key = (one.currency, one.currency_factor, one.status)
            known = found.get(key)
            if known is not None:
                shipped, ordered = shipped + known.shipped_not_invoiced, ordered + known.amount
            found[key] = OpenOrders(one.currency, ordered, shipped, one.currency_factor, one.status)
        return found.values()

    @property
    def _counts_for(self) -> Callable[[Decimal, str, Decimal | None], Decimal]:
        """What a document's amount counts for: its worth, rounded by itself where the policy says so."""
        return self._rounded_worth if self.policy.rounding == "document" else self._worth

    def _rounded_worth(self, amount: Decimal, currency: str, factor: Decimal | None) -> Decimal:
        return rounded(self._worth(amount, currency, factor), self.world.places(self.currency))

    def _worth(self, amount: Decimal, currency: str, factor: Decimal | None = None) -> Decimal:
        company = self.world.policy.company.currency
        currency = currency or company
        if not amount or currency == self.currency:
            return amount
        if factor:
            amount, currency = amount / factor, company
        rate = self.world.rate(currency, self.currency, self.today)
        # Without a rate the figure is taken as it stands: to leave it out would hide exposure.
        return amount if rate is None else amount * rate


def _joined(one: Due, other: Due) -> Due:
    return Due(
        one.currency,
        one.open + other.open,
        one.due,
        one.documents + other.documents,
        min(one.first, other.first),
    )
