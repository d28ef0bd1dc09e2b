"""Which price a buyer pays: the candidates, the one that wins, and why the others lost.

Contract, group, campaign and list prices with quantity breaks; the first source of the policy's order that has
a fitting line wins, and within it the most particular line, then the lowest net price (or the largest break).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sayso.canon.decimals import plain, rounded
from sayso.promise.cards import ZERO, AccountCard, Customer, ItemCard, PriceLine
from sayso.promise.world import World

_HUNDRED = Decimal(100)


class Wanted(NamedTuple):
    """What is to be priced: quantity in the asked unit, of which each is `factor` base units."""

    quantity: Decimal
    uom: str
    factor: Decimal
    variant: str
    currency: str
    country: str
    day: date


class Priced(NamedTuple):
    """The price of a line. `unit` is per asked unit, before the discount; `amount` is rounded to the currency."""

    unit: Decimal
    amount: Decimal
    currency: str
    rule: str
    discount_percent: Decimal
    includes_tax: bool


class Candidate(NamedTuple):
    """A line that fits, in comparable terms: per asked unit, in the asked currency, discount included."""

    line: PriceLine | None
    unit: Decimal
    discount: Decimal
    net: Decimal
    rule: str


def priced(item: ItemCard, customer: Customer, account: AccountCard, world: World, wanted: Wanted) -> Priced | None:
    """The price that wins, or None where none is known."""
    winner = next(iter(ranked(item, customer, account, world, wanted)), None)
    if winner is None:
        return None
    amount = rounded(winner.net * wanted.quantity, world.places(wanted.currency))
    includes_tax = winner.line.includes_tax if winner.line else False
    return Priced(winner.unit, amount, wanted.currency, winner.rule, winner.discount, includes_tax)


def ranked(
    item: ItemCard, customer: Customer, account: AccountCard, world: World, wanted: Wanted
) -> list[Candidate]:
    """Every price that fits, the winner first, then the losers in the order in which they would have won."""
    lines = [line for line in _lines(item, customer, account, world) if line.discount_percent is None or line.price is not None]
    prices = [line for line in lines if line.line_type != "discount" and _fits(line, item, wanted)]
    discount = _discount(item, customer, account, world, wanted)
    found = [candidate for line in prices if (candidate := _candidate(line, item, discount, world, wanted))]
    listed = _listed(item, discount, world, wanted)
    if len(found) > 1:
        order = world.policy.price.order
        lowest = world.policy.price.among_equals == "lowest"
        found.sort(key=lambda candidate: _rank(candidate, order, lowest))
    return [*found, listed] if listed else found


def _lines(item: ItemCard, customer: Customer, account: AccountCard, world: World) -> Iterator[PriceLine]:
    """The lines aimed at this item whose source is this buyer, its groups and campaigns, or everybody."""
    for line in account.prices.get(customer.customer, ()):
        if _aims(line, item):
            yield line
    bill_to = customer.bill_to
    if bill_to and bill_to != customer.customer:
        for line in account.prices.get(bill_to, ()):
            if _aims(line, item):
                yield line
    for line in item.prices:
        if _speaks_to(line, customer):
            yield line
    group = item.discount_group
    for line in world.prices("discount_group", group) if group else ():
        if _speaks_to(line, customer):
            yield line
    for line in world.prices("all", ""):
        if _speaks_to(line, customer):
            yield line


def _aims(line: PriceLine, item: ItemCard) -> bool:
    if line.target_type == "item":
        return line.target == item.item
    if line.target_type == "discount_group":
        return bool(item.discount_group) and line.target == item.discount_group
    return True


def _speaks_to(line: PriceLine, customer: Customer) -> bool:
    source = line.source_type
    if source == "all":
        return True
    if source == "price_group":
        return line.source == customer.price_group
    if source == "discount_group":
        return line.source == customer.discount_group
    return source == "campaign" and line.source in customer.campaigns


def _fits(line: PriceLine, item: ItemCard, wanted: Wanted) -> bool:
    """Unit, currency, variant, country, dates and the quantity break; a break is in the line's own unit."""
    in_base = line.uom in ("", item.uom)
    if not in_base and line.uom != wanted.uom:
        return False
    quantity = wanted.quantity * wanted.factor if in_base else wanted.quantity
    return (
        line.min_quantity <= quantity
        and line.currency in ("", wanted.currency)
        and line.variant in ("", wanted.variant)
        and line.country in ("", wanted.country)
        and (line.starts is None or line.starts <= wanted.day)
        and (line.ends is None or line.ends >= wanted.day)
    )


def _candidate(
    line: PriceLine, item: ItemCard, discount: Decimal, world: World, wanted: Wanted
) -> Candidate | None:
    if line.price is None:
        return None
    percent = (line.discount_percent or ZERO) if line.discount_percent else (discount if line.allow_discount else ZERO)
    factor = wanted.factor if line.uom in ("", item.uom) else Decimal(1)
    unit = _in_currency(line.price * factor, line.currency, world, wanted)
    if unit is None:
        return None
    net = unit * (_HUNDRED - percent) / _HUNDRED if percent else unit
    return Candidate(line, unit, percent, net, _name(line))


def _listed(item: ItemCard, discount: Decimal, world: World, wanted: Wanted) -> Candidate | None:
    """The price on the item card: the last resort."""
    if item.list_price is None:
        return None
    unit = _in_currency(item.list_price * wanted.factor, item.currency, world, wanted)
    if unit is None:
        return None
    net = unit * (_HUNDRED - discount) / _HUNDRED if discount else unit
    return Candidate(None, unit, discount, net, f"item {item.item} list price")


def _in_currency(price: Decimal, currency: str, world: World, wanted: Wanted) -> Decimal | None:
    source = currency or world.policy.company.currency
    if source != wanted.currency:
        rate = world.rate(source, wanted.currency, wanted.day)
        if rate is None:
            return None
        price = price * rate
    step = world.precision(wanted.currency)
    if step:
        return rounded(price / step, 0) * step
    return price if source == wanted.currency else rounded(price, world.places(wanted.currency) + 2)


def _discount(item: ItemCard, customer: Customer, account: AccountCard, world: World, wanted: Wanted) -> Decimal:
    """The highest discount percentage that fits."""
    fitting = (
        line.discount_percent
        for line in _lines(item, customer, account, world)
        if line.line_type == "discount" and line.discount_percent is not None and _fits(line, item, wanted)
    )
    return max(fitting, default=ZERO)


def _rank(candidate: Candidate, order: Iterable[str], lowest: bool) -> tuple[object, ...]:
    line = candidate.line
    assert line is not None
    places = list(order)
    source = places.index(line.source_type) if line.source_type in places else len(places)
    particular = (bool(line.variant), bool(line.currency), bool(line.country), line.priority)
    starts = line.starts.toordinal() if line.starts else 0
    by_price = (candidate.net, -line.min_quantity) if lowest else (-line.min_quantity, candidate.net)
    return (source, *(-int(one) for one in particular), *by_price, -starts)


def _name(line: PriceLine) -> str:
    """The rule in words: `customer 13047, from 12, 2011-01-01 to 2011-03-31`."""
    words = [f"{line.source_type} {line.source}".strip() if line.source_type != "all" else "list"]
    if line.target_type != "item":
        words.append(f"{line.target_type} {line.target}".strip())
    if line.min_quantity > 0:
        words.append(f"from {plain(line.min_quantity)} {line.uom}".strip())
    if line.starts or line.ends:
        words.append(f"{line.starts or ''} to {line.ends or ''}".strip())
    return ", ".join(words)
