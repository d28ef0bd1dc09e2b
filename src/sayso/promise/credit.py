"""Whether a credit account can bear one more promise: its exposure with it, limit, ageing and holds.

Exposure = what stands (see exposure.py) + promises in flight + this promise. Law 2: nothing is held over the limit
that no named person approved, whatever the policy only warns of.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, NamedTuple

from sayso.canon.decimals import money
from sayso.promise.cards import ZERO, Customer
from sayso.promise.exposure import Account as Account
from sayso.promise.exposure import Overdue
from sayso.promise.reasons import Reason, in_order, reason
from sayso.promise.settings.credit import Credit, Document

Answer = Literal["approved", "refer", "refused"]

_RANK: Mapping[Answer, int] = {"approved": 0, "refer": 1, "refused": 2}
_OUTCOME: Mapping[str, Answer] = {"refer": "refer", "refuse": "refused"}


class Asked(NamedTuple):
    """What is asked for credit beside its amount.

    `replaced` is what of the standing exposure it takes the place of, in the account's currency: the document as it is
    stored, or the orders that an invoice bills. `held`: goods and credit would be reserved, so that it is checked in any
    case. `of_orders`: an invoice that bills nothing but orders.
    """

    document: Document = "order"
    replaced: Decimal = ZERO
    held: bool = False
    of_orders: bool = False


_AN_ORDER = Asked()
#: Rounded up, the least amount of any currency.
_LEAST = Decimal("0.000000001")


class Remedy(NamedTuple):
    """What would mend it, in money."""

    remedy: str
    amount: Decimal
    currency: str
    text: str


class Verdict(NamedTuple):
    """The answer on credit. `exposure` counts this promise; `available` = limit - exposure; None where unlimited.

    `warning` is whether the ERP would say something; `over_limit` forbids a hold that nobody approved.
    """

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
    warning: bool = False


def judged(
    account: Account, customer: Customer, promised: Decimal, amount: Decimal, overridden: bool,
    asked: Asked = _AN_ORDER,
) -> Verdict:  # fmt: skip
    """The verdict on a promise of `amount` (account's currency) beside `promised`, which is in flight already.

    A named person's override approves what limit and overdue would refer or refuse; the reasons stay.
    """
    policy, limit = account.policy, account.limit
    exposure = account.standing + promised + amount
    if asked.replaced:
        exposure -= asked.replaced
    verdict: Answer = "approved"
    reasons: list[Reason] = []
    remedies: list[Remedy] = []
    hold = _held(account, customer)
    if hold in policy.refuse_holds or hold in policy.refer_holds:
        verdict = "refused" if hold in policy.refuse_holds else "refer"
        reasons.append(reason("customer_held", hold=hold, customer=customer.customer, account=account.holder))
    checked = (asked.held and amount > 0) or _is_checked(policy, asked, amount)
    late = account.late_told if checked else None
    if late is not None:
        verdict = _worse(verdict, "approved" if overridden else _OUTCOME[policy.overdue])
        reasons.append(_overdue_reason(account, late))
        remedies.append(_pay(account, late))
    over = limit is not None and exposure >= limit and checked and _is_over(policy, exposure, limit)
    if limit is not None and over:
        verdict = _worse(verdict, "approved" if overridden else _OUTCOME[policy.over_limit])
        shortfall = account.in_full(exposure - limit) or account.in_full(_LEAST)
        reasons.append(_over_reason(account, exposure, limit, shortfall))
        remedies.append(_prepay(account, shortfall, amount))
    parts = {**account.parts, "promises": promised, "this": amount}
    if asked.replaced:
        parts["replaced"] = -asked.replaced
    available = None if limit is None else limit - exposure
    warning = late is not None or (over and policy.warnings in ("both", "limit"))
    return Verdict(
        verdict, account.holder, account.currency, exposure, parts, limit, available, in_order(reasons), remedies, over,
        warning,
    )  # fmt: skip


def _is_checked(policy: Credit, asked: Asked, amount: Decimal) -> bool:
    """Whether limit and ageing are looked at for a document."""
    if policy.nothing_asked == "unchecked" and amount <= 0:
        return False
    if asked.held:
        return True
    if asked.of_orders and policy.invoice_of_order == "unchecked":
        return False
    return asked.document in policy.checked


def _is_over(policy: Credit, exposure: Decimal, limit: Decimal) -> bool:
    return exposure > limit or (exposure == limit and policy.at_limit == "over")


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
