"""Whether a credit account can bear one more promise: exposure over its whole tree, limit, ageing and holds.

Exposure = open receivables + shipped not invoiced + open orders + further parts that the facts name + promises
in flight + this promise. It exceeds the limit when it is strictly greater.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_CEILING, Decimal
from functools import cached_property
from typing import Literal, NamedTuple

from sayso.canon.decimals import money, rounded
from sayso.promise.cards import ZERO, AccountCard, Customer
from sayso.promise.reasons import Reason, in_order, reason
from sayso.promise.world import World

Answer = Literal["approved", "refer", "refused"]

_RANK: Mapping[Answer, int] = {"approved": 0, "refer": 1, "refused": 2}
_OUTCOME: Mapping[str, Answer] = {"refer": "refer", "refuse": "refused"}
#: Parts of exposure that take away from it.
_LESS = frozenset({"draft_from_shipment", "return_order", "return_received", "prepayment"})


class Overdue(NamedTuple):
    """What is overdue: its sum in the account's currency, a part of a minor unit counted whole, and the oldest of it."""

    amount: Decimal
    document: str
    days: int
    oldest: Decimal


class Remedy(NamedTuple):
    """What would mend it, in money."""

    remedy: str
    amount: Decimal
    currency: str
    text: str


class Verdict(NamedTuple):
    """The answer on credit. `exposure` counts this promise; `available` = limit - exposure; None where unlimited."""

    verdict: Answer
    account: str
    currency: str
    exposure: Decimal
    parts: dict[str, Decimal]
    limit: Decimal | None
    available: Decimal | None
    reasons: list[Reason]
    remedies: list[Remedy]
    over_limit: bool


class Account:
    """An account card in the light of a world and a day: its sums, worked out once."""

    def __init__(self, card: AccountCard, digest: str, world: World, today: date) -> None:
        self.card = card
        self.digest = digest
        self.world = world
        self.today = today
        self.top = card.customers.get(card.account) or Customer(card.account)
        self.currency = self.top.currency or world.policy.company.currency

    @cached_property
    def parts(self) -> dict[str, Decimal]:
        """The parts of exposure that no promise changes, in the account's currency."""
        places = self.world.places(self.currency)
        statuses = self.world.policy.availability.demand_status
        orders = [one for one in self.card.orders if (one.status or "confirmed") in statuses]
        found = {
            "receivables": sum((self._worth(due.open, due.currency) for due in self.card.receivables), ZERO),
            "shipped_not_invoiced": sum(
                (self._worth(one.shipped_not_invoiced, one.currency, one.currency_factor) for one in orders),
                ZERO,
            ),
            "open_orders": sum(
                (self._worth(one.amount, one.currency, one.currency_factor) for one in orders), ZERO
            ),
        }
        for exposure in self.card.exposures:
            worth = self._worth(exposure.amount, exposure.currency)
            found[exposure.kind] = found.get(exposure.kind, ZERO) + (
                -worth if exposure.kind in _LESS else worth
            )
        return {name: rounded(amount, places) for name, amount in found.items()}

    @cached_property
    def standing(self) -> Decimal:
        """The sum of `parts`."""
        return sum(self.parts.values(), ZERO)

    @cached_property
    def limit(self) -> Decimal | None:
        """The limit at the top of the tree, else its group's, which is told in the company's currency.

        None when unlimited.
        """
        limit = self.top.credit_limit
        if limit is None and self.top.group:
            groups = self.world.groups
            limit = groups.get((self.top.group, self.top.company), groups.get((self.top.group, "")))
            if limit is not None:
                limit = self.in_own_currency(limit, self.world.policy.company.currency)
        if limit:
            return limit
        return None if self.world.policy.credit.without_limit == "unlimited" else ZERO

    @cached_property
    def overdue(self) -> Overdue | None:
        """What is overdue beyond the policy's grace and threshold; None when nothing is."""
        policy = self.world.policy.credit
        last = self.today.toordinal() - policy.grace_days
        late = [due for due in self.card.receivables if due.due is not None and due.due.toordinal() < last]
        amount = sum((self._worth(due.open, due.currency) for due in late), ZERO)
        if amount <= Decimal(policy.overdue_threshold):
            return None
        oldest = min(
            (due for due in late if due.open > 0), key=lambda due: (due.due or self.today, due.first)
        )
        days = self.today.toordinal() - (oldest.due or self.today).toordinal()
        return Overdue(self.in_full(amount), oldest.first, days, self._worth(oldest.open, oldest.currency))

    def in_full(self, amount: Decimal) -> Decimal:
        """An amount to be paid: a part of a minor unit is paid as a whole one, or what is owed would not be settled."""
        return amount.quantize(Decimal(1).scaleb(-self.world.places(self.currency)), ROUND_CEILING)

    def in_own_currency(self, amount: Decimal, currency: str) -> Decimal:
        """An amount in the account's currency, rounded to it."""
        if currency == self.currency:
            return amount
        return rounded(self._worth(amount, currency), self.world.places(self.currency))

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


def judged(
    account: Account, customer: Customer, promised: Decimal, amount: Decimal, overridden: bool
) -> Verdict:
    """The verdict on a promise of `amount` (account's currency) beside `promised`, which is in flight already.

    A named person's override approves what limit and overdue would refer or refuse; the reasons stay.
    """
    policy, limit = account.world.policy.credit, account.limit
    exposure = account.standing + promised + amount
    verdict: Answer = "approved"
    reasons: list[Reason] = []
    remedies: list[Remedy] = []
    hold = _held(account, customer)
    if hold in policy.refuse_holds or hold in policy.refer_holds:
        verdict = "refused" if hold in policy.refuse_holds else "refer"
        reasons.append(
            reason("customer_held", hold=hold, customer=customer.customer, account=account.card.account)
        )
    late = account.overdue if policy.overdue != "ignore" else None
    if late is not None:
        verdict = _worse(verdict, "approved" if overridden else _OUTCOME[policy.overdue])
        reasons.append(_overdue_reason(account, late))
        remedies.append(_pay(account, late))
    over = limit is not None and exposure > limit
    if limit is not None and over:
        verdict = _worse(verdict, "approved" if overridden else _OUTCOME[policy.over_limit])
        shortfall = account.in_full(exposure - limit)
        reasons.append(_over_reason(account, exposure, limit, shortfall))
        remedies.append(_prepay(account, shortfall, amount))
    parts = {**account.parts, "promises": promised, "this": amount}
    available = None if limit is None else limit - exposure
    return Verdict(
        verdict, account.card.account, account.currency, exposure, parts, limit, available, in_order(reasons),
        remedies, over,
    )  # fmt: skip


def _held(account: Account, customer: Customer) -> str:
    """The gravest hold of the buyer, its bill-to and the top of the account."""
    bill_to = account.card.customers.get(customer.bill_to) if customer.bill_to else None
    holds = {customer.hold, account.top.hold, bill_to.hold if bill_to else ""}
    return next((hold for hold in ("all", "ship", "invoice") if hold in holds), max(holds))


def _worse(one: Answer, other: Answer) -> Answer:
    return one if _RANK[one] >= _RANK[other] else other


def _amount(account: Account, amount: Decimal) -> str:
    return money(amount, account.world.places(account.currency))


def _overdue_reason(account: Account, late: Overdue) -> Reason:
    return reason(
        "overdue", overdue=_amount(account, late.amount), currency=account.currency, oldest=late.document,
        days=str(late.days),
    )  # fmt: skip


def _over_reason(account: Account, exposure: Decimal, limit: Decimal, shortfall: Decimal) -> Reason:
    return reason(
        "over_limit", exposure=_amount(account, exposure), limit=_amount(account, limit),
        over_by=_amount(account, shortfall), currency=account.currency,
    )  # fmt: skip


def _pay(account: Account, late: Overdue) -> Remedy:
    shown = f"{_grouped(_amount(account, late.amount))} {account.currency}"
    text = f"pay {shown} that is overdue; the oldest, {late.document}, by {late.days} days"
    return Remedy("pay_overdue", late.amount, account.currency, text)


def _prepay(account: Account, shortfall: Decimal, amount: Decimal) -> Remedy:
    if shortfall > amount:
        pay = f"pay {_grouped(_amount(account, shortfall))} {account.currency}"
        text = f"{pay}: the account is over its limit without this order"
        return Remedy("pay_down", shortfall, account.currency, text)
    text = f"prepay {_grouped(_amount(account, shortfall))} {account.currency}, or order that much less"
    return Remedy("prepay", shortfall, account.currency, text)


def _grouped(amount: str) -> str:
    whole, point, places = amount.partition(".")
    return f"{int(whole):,}{point}{places}"
