"""One decision: stock, price, credit, region and date for all lines of a request, in one verdict.

Pure: the same question on the same facts at the same moment gives the same bytes. Nothing is stored here; what
an accepted answer would take is returned beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from sayso.canon.canonical import digest
from sayso.canon.decimals import arithmetic, money, rounded
from sayso.canon.times import moment
from sayso.promise import answer as shown
from sayso.promise.answering import answered, reserved, sourced, supplied
from sayso.promise.asking import Question as Question
from sayso.promise.asking import Request
from sayso.promise.availability import Owner
from sayso.promise.calendars import Route
from sayso.promise.cards import ZERO, AccountCard, Customer
from sayso.promise.credit import Account, Asked, judged
from sayso.promise.credit import Verdict as CreditVerdict
from sayso.promise.evidence import recorded
from sayso.promise.exposure import holder_of
from sayso.promise.facts import Facts, Take
from sayso.promise.lines import Considered, considered
from sayso.promise.price import Priced
from sayso.promise.reasons import CONDITIONAL, FIRM, REFUSED, Reason, Verdict, in_order, reason, worst
from sayso.promise.world import World

#: The version of the deciding code. Raised with every change that can change an answer; replay compares it.
JUDGEMENT = "2"

_HUNDRED = Decimal(100)
_HOLD = Asked(held=True)
_QUOTE: Mapping[str, Asked] = {"quote": Asked("quote"), "order": Asked("order"), "invoice": Asked("invoice")}
_CREDIT_VERDICT: Mapping[str, Verdict] = {"approved": FIRM, "refer": CONDITIONAL, "refused": REFUSED}


class Decision(NamedTuple):
    """The answer's canonical bytes, the evidence to make it again, and what holding it takes.

    `amount` is what the promise adds to the exposure of `account`, in that account's currency.
    """

    verdict: Verdict
    held: bool
    body: bytes
    evidence: bytes
    takes: tuple[Take, ...]
    account: str
    amount: Decimal
    expires: datetime
    answer: shown.Answer


class Plain(NamedTuple):
    """A line to which nothing has to be said but its price. `at_once`: all of it is in stock."""

    price: Priced
    at_once: bool


def plainly(question: Question, facts: Facts) -> list[Plain] | None:
    """The prices of a request that is firm in every line with no reason at all, and approved; else None.

    The same judgement as `decide` makes, without the words, for those who have very many requests to which the answer
    is mostly yes. What is not plain is for `decide`.
    """
    with arithmetic():
        return _plain(question, facts)


def decide(question: Question, facts: Facts) -> Decision:
    """Decide. `facts.items` has every item that a line can draw on; an unknown one has a card that says so."""
    with arithmetic():
        return _decided(question, facts)


def _decided(question: Question, facts: Facts) -> Decision:
    request, world, now = question.request, facts.world, question.now
    account_card = facts.account.card if facts.account else AccountCard(request.customer)
    known = account_card.customers.get(request.customer)
    customer = known or Customer(request.customer)
    currency = request.currency or customer.currency or world.policy.company.currency
    today = now.date()
    lines = [
        considered(request, line, customer, account_card, world, facts.items, currency, today)
        for line in request.lines
    ]
    routes = world.routes(request.ship_to.country, request.ship_to.region, known, now)
    owner = Owner(customer.customer, customer.group, _contract(request))
    places = world.places(currency)
    found = sourced(lines, routes, owner, facts, customer, request.ship_to)
    told = [
        answered(one, its_parts, routes, owner, places) for one, its_parts in zip(lines, found, strict=True)
    ]
    takes = reserved(lines, found, owner)
    totals, credit_amount = _totals(told, lines, world, currency, places)
    verdict: Verdict = FIRM
    for line in told:
        verdict = worst(verdict, line.verdict)  # type: ignore[arg-type]
    whole = _of_the_whole(known, request, routes, world, facts, now)
    verdict = worst(verdict, whole[0])
    account = _account(facts, world, today, customer)
    credit = _credit(account, facts, customer, credit_amount, currency, question) if known else None
    if credit is not None:
        verdict = worst(verdict, _CREDIT_VERDICT[credit.verdict])
    return _made(question, facts, verdict, told, takes, credit, account, customer, totals, whole[1])


def _plain(question: Question, facts: Facts) -> list[Plain] | None:
    request, world, now, account_facts = question.request, facts.world, question.now, facts.account
    customer = account_facts.card.customers.get(request.customer) if account_facts else None
    if account_facts is None or customer is None:
        return None
    currency, today = request.currency or customer.currency or world.policy.company.currency, now.date()
    lines: list[Considered] = []
    for line in request.lines:
        one = considered(request, line, customer, account_facts.card, world, facts.items, currency, today)
        if one.verdict != FIRM or one.reasons or one.price is None:
            return None
        lines.append(one)
    routes = world.routes(request.ship_to.country, request.ship_to.region, customer, now)
    owner = Owner(customer.customer, customer.group, _contract(request))
    found = sourced(lines, routes, owner, facts, customer, request.ship_to)
    plain: list[Plain] = []
    for one, (parts, replaced) in zip(lines, found, strict=True):
        every = [*parts, *(part for other in replaced for part in other.parts)] if replaced else parts
        verdict, reasons = supplied(one, every, routes)
        if verdict != FIRM or reasons or one.price is None:
            return None
        plain.append(Plain(one.price, all(part.state == "in_stock" for part in every)))
    if _of_the_whole(customer, request, routes, world, facts, now) != (FIRM, []):
        return None
    _, amount = _totals(lines, lines, world, currency, world.places(currency))
    credit = _credit(_account(facts, world, today, customer), facts, customer, amount, currency, question)
    approved = credit is None or (credit.verdict == "approved" and not credit.reasons)
    return plain if approved else None


def _contract(request: Request) -> str:
    """The contract that the lines are bought under; all lines of a promise share one, the first that is named."""
    return next((line.contract for line in request.lines if line.contract), "")


def _totals(
    answered: Sequence[shown.Line | Considered],
    lines: Sequence[Considered],
    world: World,
    currency: str,
    places: int,
) -> tuple[shown.Totals, Decimal]:
    """Totals of what is not refused, and the amount that counts for credit."""
    net = tax = ZERO
    known = True
    for line, one in zip(answered, lines, strict=True):
        if line.verdict == REFUSED or one.price is None:
            continue
        amount, percent = one.price.amount, one.tax_percent
        if one.price.includes_tax and percent is not None:
            bare = rounded(amount * _HUNDRED / (_HUNDRED + percent), places)
            net, tax = net + bare, tax + amount - bare
        else:
            net += amount
            known = known and percent is not None
            tax += rounded(amount * percent / _HUNDRED, places) if percent else ZERO
    gross = net + tax if known else None
    totals = shown.Totals(
        money(net, places),
        money(tax, places) if known else None,
        None if gross is None else money(gross, places),
        currency,
    )
    return totals, net if gross is None or world.policy.credit.amount == "net" else gross


def _of_the_whole(
    known: Customer | None,
    request: Request,
    routes: Sequence[Route],
    world: World,
    facts: Facts,
    now: datetime,
) -> tuple[Verdict, list[Reason]]:
    """Reasons that belong to no line: an unknown buyer, facts that are too old."""
    verdict: Verdict = FIRM
    reasons: list[Reason] = []
    if known is None:
        verdict = REFUSED
        reasons.append(reason("unknown_customer", customer=request.customer))
    rules = world.policy.freshness
    if not rules.stock_seconds and not rules.credit_seconds:
        return verdict, reasons
    ages = (
        ("stock", _stock_as_of(facts), rules.stock_seconds),
        ("credit", _credit_as_of(facts), rules.credit_seconds),
    )
    for name, as_of, most in ages:
        if most and (as_of is None or (now - as_of).total_seconds() > most):
            verdict = worst(verdict, rules.when_stale)
            found = moment(as_of) if as_of else "never"
            reasons.append(reason("stale_facts", facts=name, as_of=found, most_seconds=str(most)))
    return verdict, in_order(reasons)


@lru_cache(maxsize=4096)
def _account_of(card_digest: str, world: World, today: date, card: _ByIdentity, holder: str) -> Account:
    return Account(card.card, card_digest, world, today, holder)


class _ByIdentity:
    """An account card that is told apart by its digest alone, so that it need not be hashed."""

    __slots__ = ("card", "digest")

    def __init__(self, card: AccountCard, digest: str) -> None:
        self.card, self.digest = card, digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and other.digest == self.digest


def _account(facts: Facts, world: World, today: date, customer: Customer) -> Account | None:
    if facts.account is None:
        return None
    card, address = facts.account.card, facts.account.digest
    holder = holder_of(customer, card, world.policy)
    return _account_of(address, world, today, _ByIdentity(card, address), holder)


def _credit(
    account: Account | None,
    facts: Facts,
    customer: Customer,
    amount: Decimal,
    currency: str,
    question: Question,
) -> CreditVerdict | None:
    if account is None or facts.account is None:
        return None
    own = account.in_own_currency(amount, currency)
    promised = account.promised(facts.account.promised, facts.account.by)
    asked = _HOLD if question.hold_seconds else _QUOTE[account.policy.quote_is]
    return judged(account, customer, promised, own, bool(question.overridden_by), asked)


def _made(
    question: Question, facts: Facts, verdict: Verdict, lines: list[shown.Line], takes: list[Take],
    credit: CreditVerdict | None, account: Account | None, customer: Customer, totals: shown.Totals, reasons: list[Reason],
) -> Decision:  # fmt: skip
    """The answer and its evidence, as bytes."""
    held = _may_hold(question, verdict, credit)
    world, now = facts.world, question.now
    seconds = question.hold_seconds or world.policy.holds.quote_seconds
    expires = now + timedelta(seconds=seconds)
    evidence = recorded(question, facts, JUDGEMENT)
    as_of = {"stock": _moment(_stock_as_of(facts)), "credit": _moment(_credit_as_of(facts))}
    places = world.places(credit.currency) if credit else 2
    amount = credit.parts["this"] if credit else ZERO
    answer = shown.Answer(
        question.promise, verdict, held, moment(now), moment(expires), question.request.customer,
        question.request.reference, tuple(lines),
        shown.credit_shown(credit, places, customer.terms_days, question.overridden_by or None) if credit else None,
        totals, tuple(reasons),
        shown.Evidence(world.policy.hash, JUDGEMENT, digest(evidence), as_of, {"stock": "local", "credit": "local"}),
    )  # fmt: skip
    return Decision(
        verdict, held, shown.encoded(answer), evidence, tuple(takes), account.card.account if account else "", amount,
        expires, answer,
    )  # fmt: skip


def _may_hold(question: Question, verdict: Verdict, credit: CreditVerdict | None) -> bool:
    """A firm promise is held when asked; a conditional one when that was accepted, but never over the limit unapproved."""
    if not question.hold_seconds or verdict == REFUSED:
        return False
    if credit is not None and credit.over_limit and not question.overridden_by:
        return False
    return verdict == FIRM or question.request.accept_conditional


def _stock_as_of(facts: Facts) -> datetime | None:
    return min([item.card.as_of for item in facts.items.values() if item.card.as_of], default=None)


def _credit_as_of(facts: Facts) -> datetime | None:
    return facts.account.card.as_of if facts.account else None


def _moment(when: datetime | None) -> str | None:
    return None if when is None else moment(when)
