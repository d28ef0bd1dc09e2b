"""Why a storefront's price is not the judgement's: another day's, another quantity's, another unit's, or nobody's.

Asks the judgement's own pricing for the price of a smaller quantity, of an earlier day, of a base unit.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from sayso.audit.engine.causes_put import Beliefs, Matter
from sayso.canon.decimals import rounded
from sayso.promise.cards import AccountCard, Customer, ItemCard, PriceLine
from sayso.promise.lines import unit_of
from sayso.promise.price import Wanted, priced

_ONE = Decimal(1)
_DAY = timedelta(days=1)


class _Buyer(NamedTuple):
    """Whose price it is, and of what."""

    card: ItemCard
    customer: Customer
    account: AccountCard
    lines: tuple[PriceLine, ...]


def price_causes(matter: Matter) -> Beliefs:
    """The beliefs that come to the storefront's price; a stale price where nothing does. Empty where it is not off."""
    if not matter.off:
        return frozenset()
    line, question, facts = matter.about.lines[matter.place], matter.heard.request, matter.facts
    card = facts.items[line.item].card
    unit = unit_of(card, line.uom)
    if unit is None or facts.account is None:
        return frozenset({"stale_price"})
    account = facts.account.card
    customer = account.customers.get(question.customer) or Customer(question.customer)
    answered = matter.heard.answer.lines[matter.place].price
    currency = answered.currency if answered else question.currency
    now = Wanted(
        line.quantity, unit[0], unit[1], line.variant, currency, question.ship_to.country,
        matter.about.order.placed.date(),
    )  # fmt: skip
    buyer = _Buyer(card, customer, account, _lines(matter, card, customer, account))
    for beliefs, wanted in _told_wrong(buyer, now, unit):
        if _agrees(matter, buyer, wanted):
            return beliefs
    return frozenset({"stale_price"})


def _told_wrong(buyer: _Buyer, now: Wanted, unit: tuple[str, Decimal]) -> Iterator[tuple[Beliefs, Wanted]]:
    """What may have been priced instead, the likeliest first."""
    lost: Beliefs = frozenset({"lost_quantity_break"})
    stale: Beliefs = frozenset({"stale_price"})
    counted: Beliefs = frozenset({"units"})
    smaller = [now._replace(quantity=quantity) for quantity in _smaller(buyer, now)]
    yield from ((lost, wanted) for wanted in smaller)
    if unit[1] != 1:
        yield counted, now._replace(uom=buyer.card.uom or "EA", factor=_ONE)
    days = list(_earlier(buyer, now.day))
    yield from ((stale, now._replace(day=day)) for day in days)
    yield from ((stale | lost, wanted._replace(day=day)) for wanted in smaller for day in days)


def _agrees(matter: Matter, buyer: _Buyer, wanted: Wanted) -> bool:
    """Whether the storefront's price is the one of what is wanted."""
    found = priced(buyer.card, buyer.customer, buyer.account, matter.facts.world, wanted)
    if found is None:
        return False
    line, seen = matter.about.lines[matter.place], matter.about.shown[matter.place]
    places = matter.facts.world.places(wanted.currency)
    net = found.unit * (100 - found.discount_percent) / 100
    amount = rounded(net * line.quantity, places)
    if seen.amount is not None:
        return rounded(seen.amount, places) == amount
    if seen.unit is None:
        return False
    exponent = seen.unit.as_tuple().exponent
    told = max(-exponent if isinstance(exponent, int) else 0, places)
    return rounded(net, told) == rounded(seen.unit, told)


def _lines(matter: Matter, card: ItemCard, customer: Customer, account: AccountCard) -> tuple[PriceLine, ...]:
    """The lines that may say something of this item."""
    own = (*account.prices.get(customer.customer, ()), *account.prices.get(customer.bill_to, ()))
    world = matter.facts.world
    return (
        *card.prices, *own, *world.prices("discount_group", card.discount_group), *world.prices("all", ""),
    )  # fmt: skip


def _smaller(buyer: _Buyer, now: Wanted) -> list[Decimal]:
    """Quantities that reach fewer breaks: the breaks below, and one."""
    found = {one.min_quantity for one in buyer.lines if 0 < one.min_quantity < now.quantity} | {_ONE}
    if now.factor != 1:
        found |= {one / now.factor for one in found if one >= now.factor}
    return sorted((quantity for quantity in found if quantity < now.quantity), reverse=True)


def _earlier(buyer: _Buyer, today: date) -> list[date]:
    """Days before today on which another line may have held: the last day of each that ended, the day before a start."""
    days = {one.ends for one in buyer.lines if one.ends is not None and one.ends < today}
    days |= {
        one.starts - _DAY for one in buyer.lines if one.starts is not None and date.min < one.starts <= today
    }
    return sorted(days, reverse=True)
