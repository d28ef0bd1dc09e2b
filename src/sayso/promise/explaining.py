"""Why a price is what it is: for each line of a question every price that fits, the one that won first."""

from __future__ import annotations

from msgspec import Struct

from sayso.promise.answer import unit_text
from sayso.promise.asking import Line, Question
from sayso.promise.cards import AccountCard, Customer
from sayso.promise.facts import Facts
from sayso.promise.lines import unit_of
from sayso.promise.price import Wanted, in_conflict, ranked, rule_of


class Offer(Struct, frozen=True):
    """A price that fits: its rule, per asked unit before and after discount, and whether it is the one that is asked."""

    line: int
    item: str
    rule: str
    unit: str
    net: str
    currency: str
    wins: bool


def offers(question: Question, facts: Facts) -> list[Offer]:
    """The prices of all lines; none for a line whose buyer, item or unit is not known."""
    request, world = question.request, facts.world
    account = facts.account.card if facts.account else AccountCard(request.customer)
    customer = account.customers.get(request.customer) or Customer(request.customer)
    currency = request.currency or customer.currency or world.policy.company.currency
    found: list[Offer] = []
    for line in request.lines:
        found += _of_line(question, line, facts, customer, account, currency)
    return found


def _of_line(
    question: Question, line: Line, facts: Facts, customer: Customer, account: AccountCard, currency: str
) -> list[Offer]:
    item = facts.items[line.item].card if line.item in facts.items else None
    unit = unit_of(item, line.uom) if item is not None and item.known else None
    if item is None or unit is None:
        return []
    uom, factor = unit
    places = facts.world.places(currency)
    country, day = question.request.ship_to.country, question.now.date()
    wanted = Wanted(line.quantity, uom, factor, line.variant, currency, country, day)
    contested = bool(in_conflict(item, customer, account, facts.world, wanted))
    return [
        Offer(
            line.line,
            item.item,
            rule_of(one, item),
            unit_text(one.unit, places),
            unit_text(one.net, places),
            currency,
            place == 0 and not contested,
        )
        for place, one in enumerate(ranked(item, customer, account, facts.world, wanted))
    ]
