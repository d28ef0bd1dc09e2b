"""Terms, credit limits, chains, payers and opening receivables of the real customers. All generated, by
named draws."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from sayso.demo.chance import Chance
from sayso.demo.orders import LOCAL, Order
from sayso.demo.settings import Generated, Payer

CENT = Decimal("0.01")
BIOSECURITY = "biosecurity"
"""The licence that Australian buyers need, in the demo, for what is made of plants or animals."""
_FORTNIGHT = 14


class Account(NamedTuple):
    """A customer's terms. `top` is where its exposure is held to a limit: itself, or the head of its chain.

    `credit_limit` is the limit at the top, None for a branch. Money in GBP with tax.
    """

    customer: str
    country: str
    top: str
    terms_days: int
    credit_limit: Decimal | None
    payer: Payer
    licences: tuple[str, ...] = ()


class Opening(NamedTuple):
    """An invoice from before the replay that is still open on its first morning, and when it will be paid."""

    document: str
    customer: str
    amount: Decimal
    issued: date
    due: date
    paid_on: date


@dataclass(frozen=True, slots=True)
class Book:
    """All accounts, and what was open on the first morning."""

    accounts: dict[str, Account]
    openings: tuple[Opening, ...]


class Taxes:
    """Value added tax in percent by country and day: the real British rates, and none for what is sold
    abroad."""

    changed = date(2011, 1, 4)
    before, after = Decimal("17.5"), Decimal(20)

    @classmethod
    def percent(cls, country: str, day: date) -> Decimal:
        """The rate on a day. Sources: Finance (No. 2) Act 2010, s. 3: 20 % from 4 January 2011; 17.5 %
        before."""
        if country != "GB":
            return Decimal(0)
        return cls.before if day < cls.changed else cls.after

    @classmethod
    def gross(cls, net: Decimal, country: str, day: date) -> Decimal:
        """An amount with its tax, rounded to the penny."""
        return (net * (100 + cls.percent(country, day)) / 100).quantize(CENT, ROUND_HALF_UP)


def opened(orders: Sequence[Order], first: date, last: date, given: Generated) -> Book:
    """The accounts of everybody who orders from `first` to `last`."""
    chance = Chance(given.seed)
    theirs: dict[str, list[Order]] = defaultdict(list)
    for order in orders:
        theirs[order.customer].append(order)
    own = {
        customer: _account(customer, found, first, last, given, chance)
        for customer, found in sorted(theirs.items())
    }
    accounts = _chained(own, theirs, given, chance)
    openings = [
        opening
        for customer, found in sorted(theirs.items())
        for opening in _openings(accounts[customer], found, first, last, given, chance)
    ]
    return Book(accounts, tuple(openings))


def days_late(payer: Payer, customer: str, document: str, given: Generated) -> int:
    """How late a customer pays a document; the same in every world, because it depends on names alone."""
    return Chance(given.seed).pick(payer.days_late, "pays", customer, document)


def _account(
    customer: str, orders: list[Order], first: date, last: date, given: Generated, chance: Chance
) -> Account:
    """The limit: what would be owed at the customer's own pace, and at least an average order, times a
    drawn percentage."""
    weights = tuple((place, payer.weight) for place, payer in enumerate(given.payers))
    payer = given.payers[chance.pick(weights, "payer", customer)]
    terms = chance.pick(given.terms_days, "terms", customer)
    spent = sum((_gross(order) for order in orders), Decimal(0))
    expected = spent * (terms + _FORTNIGHT) / ((last - first).days + 1)
    wanted = max(expected, spent / len(orders)) * chance.pick(given.limit_percent, "limit", customer) / 100
    countries = [order.country for order in orders]
    country = max(sorted(set(countries)), key=countries.count)
    limit = max(_stepped(wanted, given), given.least_limit)
    licensed = country == "AU" and chance.percent(given.licence_percent, "licence", customer)
    return Account(customer, country, customer, terms, limit, payer, (BIOSECURITY,) if licensed else ())


def _chained(
    own: dict[str, Account], theirs: dict[str, list[Order]], given: Generated, chance: Chance
) -> dict[str, Account]:
    """Some British customers with more than one order become a head office and its branches, with one
    limit."""
    able = [one for one in own.values() if one.country == "GB" and len(theirs[one.customer]) > 1]
    able.sort(key=lambda one: (chance.below(1 << 32, "chain", one.customer), one.customer))
    accounts, size = dict(own), given.chain_branches + 1
    for start in range(0, min(given.chains * size, len(able) - size + 1), size):
        members = able[start : start + size]
        head = members[0]
        limits = sum((one.credit_limit or Decimal(0) for one in members), Decimal(0))
        limit = _stepped(limits * given.chain_limit_percent / 100, given)
        for one in members:
            accounts[one.customer] = one._replace(
                top=head.customer, terms_days=head.terms_days, credit_limit=limit if one is head else None
            )
    return accounts


def _openings(
    account: Account, orders: list[Order], first: date, last: date, given: Generated, chance: Chance
) -> list[Opening]:
    """Invoices at the customer's own pace in the months before, each for the amount of one of its real
    orders."""
    if len(orders) < 2:
        return []
    pace = max(((last - first).days + 1) // len(orders), 2)
    found, back = [], 1 + chance.below(pace, "before", account.customer)
    while back <= given.history_days:
        issued = first - timedelta(days=back)
        document = f"GEN-{account.customer}-{issued:%y%m%d}"
        due = issued + timedelta(days=account.terms_days)
        late = days_late(account.payer, account.customer, document, given)
        paid_on = max(due + timedelta(days=late), issued + timedelta(days=1))
        if paid_on >= first:
            order = orders[chance.below(len(orders), "amount", document)]
            found.append(Opening(document, account.customer, _gross(order), issued, due, paid_on))
        back += pace
    return found


def _gross(order: Order) -> Decimal:
    return Taxes.gross(order.paid, order.country, order.at.astimezone(LOCAL).date())


def _stepped(amount: Decimal, given: Generated) -> Decimal:
    return -(-amount // given.limit_step) * given.limit_step
