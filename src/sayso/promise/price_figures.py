"""What a price line comes to in the asked unit, currency and tax, and what a line of a document comes to by it."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from typing import NamedTuple

from sayso.canon.decimals import CONTEXT, rounded
from sayso.promise.cards import ZERO, ItemCard, PriceLine
from sayso.promise.price_lines import Wanted, per_base_unit
from sayso.promise.settings.price import Price
from sayso.promise.world import World

_HUNDRED = Decimal(100)


class Candidate(NamedTuple):
    """A price that fits, in comparable terms: per asked unit, in the asked currency, before and after its discount.

    `line` is None for the item card's own price; `base` marks what holds where no line or rule wins.
    """

    line: PriceLine | None
    unit: Decimal
    discount: Decimal
    net: Decimal
    base: bool = False


def candidate(
    line: PriceLine,
    item: ItemCard,
    discount: Decimal,
    world: World,
    wanted: Wanted,
    base: Candidate | None = None,
) -> Candidate | None:
    """A line with what its unit costs; one without a price applies to `base`. None where that cannot be told."""
    rules = world.policy.price
    if line.price is None:
        unit = base.unit if base is not None else None
    else:
        price = line.price
        if wanted.factor != 1 and per_base_unit(line, item, rules):
            price *= wanted.factor
        if line.margin_percent:
            price = price * (_HUNDRED + line.margin_percent) / _HUNDRED
        unit = asked_terms(price, line.currency, line.includes_tax, item, world, wanted)
    if unit is None:
        return None
    percent = line.discount_percent or ZERO
    on_top = rules.discount_lines == "on_top"
    if on_top and not (percent and rules.own_discount == "instead"):
        percent = discount if line.allow_discount else ZERO
    if line.surcharge or line.round_to:
        unit = _by_formula(line, unit, ZERO if on_top else percent, item, world, wanted)
        percent = percent if on_top else ZERO
    elif line.price is None and line.margin_percent:
        unit = _stepped(unit * (_HUNDRED + line.margin_percent) / _HUNDRED, world, wanted)
    return None if unit is None else off(line, unit, percent, world, wanted)


def listed(item: ItemCard, discount: Decimal, world: World, wanted: Wanted) -> Candidate | None:
    """The item card's own price; None where it has none, or none in the asked currency."""
    if item.list_price is None:
        return None
    unit = asked_terms(item.list_price * wanted.factor, item.currency, False, item, world, wanted)
    return None if unit is None else off(None, unit, discount, world, wanted)._replace(base=True)


def off(line: PriceLine | None, unit: Decimal, percent: Decimal, world: World, wanted: Wanted) -> Candidate:
    """A unit price with a discount taken off it, shown apart or in the price."""
    rules = world.policy.price
    net = unit
    if percent:
        net = unit * (_HUNDRED - percent) / _HUNDRED
        shown = rules.discount_shown
        if shown == "in_price" or (shown == "by_row" and line is not None and line.line_type == "price"):
            net = _stepped(net, world, wanted)
            return Candidate(line, net, ZERO, net)
    if rules.line_amount == "rounded_net":
        net = nearest(net, world.places(wanted.currency), rules)
    return Candidate(line, unit, percent, net)


def asked_terms(
    price: Decimal, currency: str, includes_tax: bool, item: ItemCard, world: World, wanted: Wanted
) -> Decimal | None:
    """A price with or without tax, in the asked currency, rounded to its unit-price precision; None without a rate."""
    rules = world.policy.price
    if rules.tax != "as_stated" and (percent := _tax_moved(includes_tax, item, world, wanted)):
        share = (_HUNDRED + percent) / _HUNDRED
        price = price / share if includes_tax else price * share
    source = currency or world.policy.company.currency
    if source != wanted.currency:
        rate = world.rate(source, wanted.currency, wanted.day)
        if rate is None:
            return None
        price = price * rate
        return _stepped(price, world, wanted, changed=True)
    if rules.unit_step == "0" and world.precision(source) is None:
        return price
    return _stepped(price, world, wanted)


def with_tax(candidate: Candidate, item: ItemCard, world: World, wanted: Wanted) -> bool:
    """Whether a price is with tax, as it is compared and charged."""
    stated = candidate.line.includes_tax if candidate.line is not None else False
    return stated if _tax_moved(stated, item, world, wanted) is None else not stated


def amount_of(unit: Decimal, percent: Decimal, net: Decimal, world: World, wanted: Wanted) -> Decimal:
    """What a line comes to, rounded as the policy has it."""
    rules = world.policy.price
    places = world.places(wanted.currency)
    if rules.line_amount != "gross_less_discount":
        return nearest(net * wanted.quantity, places, rules)
    gross = nearest(unit * wanted.quantity, places, rules)
    return gross - nearest(gross * percent / _HUNDRED, places, rules) if percent else gross


def nearest(number: Decimal, places: int, rules: Price) -> Decimal:
    """A number with so many places, its halves as the policy has them."""
    if rules.halves == "away_from_zero":
        return rounded(number, places)
    found = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN, CONTEXT)
    return found if found else found.copy_abs()


def _by_formula(
    line: PriceLine, unit: Decimal, percent: Decimal, item: ItemCard, world: World, wanted: Wanted
) -> Decimal | None:
    """Margin, discount, rounding and surcharge, in this order: to end in .99, round to 1 and add -0.01."""
    if line.price is None and line.margin_percent:
        unit = unit * (_HUNDRED + line.margin_percent) / _HUNDRED
    unit = unit * (_HUNDRED - percent) / _HUNDRED
    if line.round_to:
        unit = nearest(unit / line.round_to, 0, world.policy.price) * line.round_to
    if line.surcharge:
        each = line.surcharge * (wanted.factor if per_base_unit(line, item, world.policy.price) else 1)
        more = asked_terms(each, line.currency, line.includes_tax, item, world, wanted)
        if more is None:
            return None
        unit += more
    return _stepped(unit, world, wanted)


def _tax_moved(includes_tax: bool, item: ItemCard, world: World, wanted: Wanted) -> Decimal | None:
    """The tax in percent that is taken out of a price or put on it; None where it stays as it stands."""
    rule = world.policy.price.tax
    if rule == "as_stated" or includes_tax == (rule == "included"):
        return None
    return world.tax_rate(wanted.country, "", item.category)


def _stepped(price: Decimal, world: World, wanted: Wanted, changed: bool = False) -> Decimal:
    rules = world.policy.price
    step = world.precision(wanted.currency) or _step(rules.unit_step)
    if step:
        return nearest(price / step, 0, rules) * step
    return rounded(price, world.places(wanted.currency) + 2) if changed else price


@cache
def _step(text: str) -> Decimal:
    return Decimal(text)
