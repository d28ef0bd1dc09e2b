"""What the judgement says of an order as the storefront took it: line by line, would that be kept?

A line is kept when the judgement is firm by the day that the storefront named (without one: from what can leave at
once), the buyer is known, and credit approves. Asks the one judgement, and compares; decides nothing of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from sayso.audit.engine.findings import ZERO, Terms
from sayso.audit.engine.standing import Standing
from sayso.audit.shapes import ShopLine, ShopOrder
from sayso.canon.decimals import rounded
from sayso.promise import answer as shown
from sayso.promise.asking import Line, Question, Request, ShipTo
from sayso.promise.cards import Customer
from sayso.promise.decision import decide
from sayso.promise.facts import Facts
from sayso.promise.lines import unit_of
from sayso.promise.reasons import FIRM, REFUSED

#: No promise is made; the question has a number all the same.
NUMBER = "audit"


class Shown(NamedTuple):
    """What the storefront believed of a line: told with the line, else by its feeds. None where nobody knows.

    `available` is the number that it showed, `available_base` and `asked_base` are in base units by the ERP's factor.
    """

    available: Decimal | None
    available_base: Decimal | None
    asked_base: Decimal
    unit: Decimal | None
    amount: Decimal | None
    credit_ok: bool | None


class Heard(NamedTuple):
    """The judgement's answer to an order. A line is `kept` if it is fine by itself and so is the buyer's credit."""

    request: Request
    answer: shown.Answer
    fine: tuple[bool, ...]
    kept: tuple[bool, ...]


class Asked(NamedTuple):
    """One question to the judgement: lines of an order, and from which of them on a no is asked for (`nos`)."""

    order: ShopOrder
    lines: tuple[ShopLine, ...]
    shown: tuple[Shown, ...]
    nos: int
    customer: Customer


def asked(
    order: ShopOrder, yes: Sequence[ShopLine], no: Sequence[ShopLine], standing: Standing, customer: Customer
) -> Asked:
    """What is asked about the lines that the storefront took, and after them of those that it did not."""
    lines = (*yes, *no)
    beliefs = tuple(believed(order, line, standing, customer) for line in lines)
    return Asked(order, lines, beliefs, len(yes), customer)


def request(about: Asked, terms: Terms, undated: frozenset[int] = frozenset()) -> Request:
    """The question as the judgement is asked it; the lines in `undated` without their date."""
    order, customer = about.order, about.customer
    country = order.country or customer.country
    patience = order.placed.date() + timedelta(days=terms.patience_days)
    lines = tuple(
        Line(
            line.item,
            line.quantity,
            place + 1,
            line.uom,
            line.variant,
            need_by=None
            if place in undated
            else (line.need_by or patience)
            if place >= about.nos
            else line.shown_date or line.need_by,
        )
        for place, line in enumerate(about.lines)
    )
    return Request(
        order.customer, ShipTo(country, order.region), lines, order.currency, order.channel, order.order
    )


def heard(about: Asked, question: Request, facts: Facts, terms: Terms, now: datetime | None = None) -> Heard:
    """What the judgement says, and which lines would be kept."""
    now = now or about.order.placed
    answer = decide(Question(NUMBER, question, now), facts).answer
    fine = tuple(
        _kept(about, place, question, line, facts, terms, now) for place, line in enumerate(answer.lines)
    )
    whole = answer.credit is not None and answer.credit.verdict == "approved" and not answer.reasons
    return Heard(question, answer, fine, fine if whole else (False,) * len(fine))


def _kept(
    about: Asked, place: int, question: Request, line: shown.Line, facts: Facts, terms: Terms, now: datetime
) -> bool:
    """Whether a line would be had as it was promised, credit aside."""
    if place < about.nos and sometime(about, place):
        return line.verdict != REFUSED
    if line.verdict != FIRM:
        return False
    if question.lines[place].need_by is not None:
        return True
    late = [part for part in line.parts if part.state != "in_stock"]
    if not late:
        return True
    limits = first_days(about, question, facts, terms, now)
    return all(part.ship_on is not None and part.ship_on <= limits[part.site] for part in late)


def sometime(about: Asked, place: int) -> bool:
    """Whether the storefront knowingly took more than it showed, without a date: then any date keeps its word."""
    line, seen = about.lines[place], about.shown[place]
    if line.shown_date is not None or line.need_by is not None:
        return False
    if seen.available is None or seen.available_base is None:
        return False
    return line.quantity > seen.available and seen.asked_base > seen.available_base


def first_days(about: Asked, question: Request, facts: Facts, terms: Terms, now: datetime) -> dict[str, str]:
    """By site the last day that is still at once."""
    to = question.ship_to
    known = facts.account.card.customers.get(question.customer) if facts.account else None
    routes = facts.world.routes(to.country, to.region, known, now)
    return {route.site: shown.day_text(route.first + terms.within_days) or "" for route in routes}


def believed(order: ShopOrder, line: ShopLine, standing: Standing, customer: Customer) -> Shown:
    """What the storefront showed with the line, and where it did not, what its feeds had told it."""
    feed = standing.feed
    available, base, asked_base = line.shown_available, None, line.quantity
    if line.uom:
        unit = unit_of(standing.books.item(line.item), line.uom)
        if unit is not None and unit[1] != 1:
            asked_base = line.quantity * unit[1]
            base = None if available is None else available * unit[1]
    if available is None and feed.stock:
        available, base = _of_the_feed(line, standing)
    price = line.unit_price
    if price is None and line.amount is None and feed.prices:
        currency = order.currency or customer.currency
        price = feed.price(line.item, line.variant, customer, line.uom, currency, line.quantity)
    credit = order.credit_ok
    if credit is None and feed.credit:
        credit = feed.credit.get(order.customer)
    return Shown(available, available if base is None else base, asked_base, price, line.amount, credit)


def _of_the_feed(line: ShopLine, standing: Standing) -> tuple[Decimal | None, Decimal | None]:
    """The feed's quantity over all sites, as it stands and in base units; a row of no site is of all sites."""
    rows = standing.feed.stock.get((line.item, line.variant))
    every = [rows[""]] if rows and "" in rows else list(rows.values()) if rows else []
    told = [(one.available, one.uom) for one in every if one.available is not None]
    if not told:
        return None, None
    card = standing.books.item(line.item)
    units = [unit_of(card, uom) if uom else None for _, uom in told]
    base = [number * (unit[1] if unit else 1) for (number, _), unit in zip(told, units, strict=True)]
    return sum((number for number, _ in told), ZERO), sum(base, ZERO)


def off(about: Asked, place: int, line: shown.Line, places: int) -> Decimal:
    """What the storefront's price of a line is off the judgement's, for the whole line; 0 where both agree.

    Below 0 where it charged too little. A unit price is compared to as many places as it was shown with.
    """
    price = line.price
    if price is None:
        return ZERO
    percent = Decimal(price.discount_percent) if price.discount_percent else ZERO
    return off_by(
        about.shown[place],
        about.lines[place].quantity,
        Decimal(price.unit),
        Decimal(price.amount),
        percent,
        places,
    )


def off_by(
    seen: Shown, quantity: Decimal, unit: Decimal, amount: Decimal, percent: Decimal, places: int
) -> Decimal:
    """The same of a price that is told in figures: per unit before a discount in percent, and for the whole line."""
    if seen.amount is not None:
        return rounded(seen.amount, places) - amount
    if seen.unit is None or (seen.unit == unit and not percent):
        return ZERO
    exponent = seen.unit.as_tuple().exponent
    told = max(-exponent if isinstance(exponent, int) else 0, places)
    net = unit * (100 - percent) / 100
    charged = rounded(seen.unit * quantity, places)
    if charged == amount or rounded(net, told) == rounded(seen.unit, told):
        return ZERO
    return charged - amount
