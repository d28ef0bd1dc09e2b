"""The question a controller asks: what would the ERP say of credit for this document, and by which arithmetic?

The same exposure and the same verdict as a promise's; only what the document takes the place of is worked out here.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from sayso.canon.decimals import arithmetic, money, plain
from sayso.promise.cards import ZERO, AccountCard, Customer
from sayso.promise.credit import Asked, Verdict, judged
from sayso.promise.exposure import Account, Counted
from sayso.promise.settings.credit import Document

_TO_INVOICE = ("open_orders", "shipped_not_invoiced")


class CreditQuestion(NamedTuple):
    """A document of `amount` (in `currency`, at `factor` where it was fixed at one) that credit is asked for.

    `stored`: the document as it stands in the facts already, as a card of nothing else. `orders`: likewise the orders
    that an invoice bills. `replaced`: an amount that it replaces, in its currency; of its orders, or what it was itself.
    """

    document: Document
    amount: Decimal
    currency: str = ""
    factor: Decimal | None = None
    stored: AccountCard | None = None
    orders: AccountCard | None = None
    replaced: Decimal | None = None


class CreditAnswer(NamedTuple):
    """The verdict, what is overdue (in the account's currency), and the arithmetic behind both, in lines."""

    verdict: Verdict
    overdue: Decimal
    arithmetic: list[str]


def examined(
    account: Account, customer: Customer, promised: Decimal, question: CreditQuestion
) -> CreditAnswer:
    """The answer for a document of a customer, beside `promised` money (account's currency)."""
    with arithmetic():
        currency = question.currency or account.currency
        amount = account.in_own_currency(question.amount, currency, question.factor)
        replaced = _replaced(account, question, amount)
        whole = question.replaced is None or question.replaced >= question.amount
        bills_orders = question.document == "invoice" and question.orders is not None and whole
        asked = Asked(question.document, replaced, of_orders=bills_orders)
        verdict = judged(account, customer, promised, amount, False, asked)
        late = max(account.late, ZERO)
        told = [*_parts_told(account), *_sum_told(account, verdict), *_limit_told(account, verdict)]
        return CreditAnswer(verdict, late, [*told, *overdue_told(account)])


def overdue_told(account: Account) -> Iterator[str]:
    """How the overdue sum is made, in lines."""
    rule = "on or before" if account.policy.overdue_from == "due_day" else "before"
    grace = f", less {account.policy.grace_days} days of grace" if account.policy.grace_days else ""
    places = account.world.places(account.currency)
    for due in account.lates:
        yield f"overdue: {plain(due.open)} {_code(account, due.currency)} due {due.due} ({due.first})"
    yield (
        f"overdue: {money(account.late, places)} {account.currency} in all, due {rule}"
        f" {account.today.isoformat()}{grace}"
    )


def _replaced(account: Account, question: CreditQuestion, amount: Decimal) -> Decimal:
    """What of the standing exposure the document takes the place of.

    A document that stands already is replaced whole by what it becomes. An invoice replaces the orders that it bills as
    far as it bills them and as far as they are open, so that they never count less than nothing.
    """
    stored = ZERO if question.stored is None else _standing(account, question.stored)
    given = question.replaced
    if given is not None:
        given = account.in_own_currency(given, question.currency or account.currency, question.factor)
    if question.orders is not None:
        open_ = _standing(account, question.orders)
        billed = amount if given is None else given
        return stored + min(max(billed, ZERO), max(open_, ZERO))
    if given is None:
        return stored
    if question.document == "quote" and not account.order_status("quote"):
        return ZERO
    if question.document == "invoice" and "draft_invoice" not in account.policy.parts:
        # Drafts of invoices do not count, so that it can only be orders that it replaces.
        open_ = sum((account.parts.get(part, ZERO) for part in _TO_INVOICE), ZERO)
        return min(max(min(given, amount), ZERO), max(open_, ZERO))
    return given


def _standing(account: Account, card: AccountCard) -> Decimal:
    """What these documents alone add to the exposure."""
    return Account(card, "", account.world, account.today, account.holder).standing


def _parts_told(account: Account) -> Iterator[str]:
    places = account.world.places(account.currency)
    by_part: dict[str, list[Counted]] = {}
    for one in account.counted:
        if one.amount:
            by_part.setdefault(one.part, []).append(one)
    for part, some in by_part.items():
        sums = " + ".join(_counted_told(account, one) for one in some)
        yield f"{part}: {sums} = {money(account.parts[part], places)} {account.currency}"


def _counted_told(account: Account, one: Counted) -> str:
    amount = f"{plain(one.amount)} {one.currency}"
    if one.currency == account.currency:
        return amount
    return f"{amount} {f'/ {plain(one.factor)}' if one.factor else 'at the rate of the day'}"


def _sum_told(account: Account, verdict: Verdict) -> Iterator[str]:
    places = account.world.places(account.currency)
    sums = " + ".join(f"{name} {money(amount, places)}" for name, amount in verdict.parts.items() if amount)
    exposure = money(verdict.exposure, places)
    yield f"exposure of {account.holder}: {sums or 'nothing'} = {exposure} {account.currency}"


def _limit_told(account: Account, verdict: Verdict) -> Iterator[str]:
    places = account.world.places(account.currency)
    if verdict.limit is None or verdict.available is None:
        yield "limit: none"
        return
    limit, exposure = money(verdict.limit, places), money(verdict.exposure, places)
    left = money(verdict.available, places)
    yield f"available: limit {limit} - exposure {exposure} = {left} {account.currency}"
    if verdict.available < 0 and not verdict.over_limit:
        yield "the document is not checked for credit"


def _code(account: Account, currency: str) -> str:
    return currency or account.world.policy.company.currency
