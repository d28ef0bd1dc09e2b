"""Which price lines speak to a buyer about an item, and whether one fits what is asked, or why not.

Knows rows of the kind `prices`; what a line costs is in price_figures.py, which of them wins in price_ranking.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

import msgspec

from sayso.promise.cards import AccountCard, Customer, ItemCard, PriceLine
from sayso.promise.settings.price import Price
from sayso.promise.world import World

#: Why a line does not fit; blank where it does.
Misfit = Literal["", "unit", "break", "most", "currency", "variant", "country", "not yet", "over"]


class Wanted(NamedTuple):
    """What is to be priced: quantity in the asked unit, of which each is `factor` base units."""

    quantity: Decimal
    uom: str
    factor: Decimal
    variant: str
    currency: str
    country: str
    day: date


#: Price lines and discount lines.
Lines = tuple[tuple[PriceLine, ...], tuple[PriceLine, ...]]


def buyer_of(customer: Customer, account: AccountCard, rules: Price) -> Customer:
    """Whose prices are asked for: the buyer, or who is invoiced for it; one who is not known has the buyer's groups."""
    payer = customer.bill_to
    if rules.buyer != "bill_to" or not payer or payer == customer.customer:
        return customer
    return account.customers.get(payer) or msgspec.structs.replace(customer, customer=payer)


def lines_of(item: ItemCard, customer: Customer, account: AccountCard, world: World) -> Lines:
    """Price lines and discount lines aimed at this item whose source is this buyer, its groups, or everybody."""
    key = (world.mark, customer.price_group, customer.discount_group, customer.campaigns)
    rules = world.policy.price
    general: Lines | None = item.memo.get(key)
    if general is None:
        general = item.memo[key] = _parted(_general(item, customer, world), rules)
    own = account.prices
    if not own:
        return general
    mine = [line for line in own.get(customer.customer, ()) if aims(line, item)]
    if rules.buyer == "both" and customer.bill_to and customer.bill_to != customer.customer:
        mine += [line for line in own.get(customer.bill_to, ()) if aims(line, item)]
    if not mine:
        return general
    prices, discounts = _parted(mine, rules)
    return prices + general[0], discounts + general[1]


def _general(item: ItemCard, customer: Customer, world: World) -> list[PriceLine]:
    group = item.discount_group
    aimed = (
        *item.prices,
        *(world.prices("discount_group", group) if group else ()),
        *world.prices("all", ""),
    )
    return [line for line in aimed if speaks_to(line, customer, world.policy.price)]


def _parted(lines: Iterable[PriceLine], rules: Price) -> Lines:
    """Lines that may win, and lines that are a discount on top of what wins."""
    prices: list[PriceLine] = []
    discounts: list[PriceLine] = []
    competes, joins = rules.discount_lines == "compete", rules.own_discount == "competes"
    for line in lines:
        if line.line_type == "discount":
            if line.source_type in rules.discount_sources:
                (prices if competes else discounts).append(line)
            continue
        if (competes or line.price is not None) and line.source_type in rules.price_sources:
            prices.append(line)
        if joins and not competes and line.source_type in rules.discount_sources:
            discounts.append(line)
    return tuple(prices), tuple(discounts)


def aims(line: PriceLine, item: ItemCard) -> bool:
    """Whether a line is a price of this item: its own, its discount group's, or everything's."""
    if line.target_type == "item":
        return line.target == item.item
    if line.target_type == "discount_group":
        return bool(item.discount_group) and line.target == item.discount_group
    return True


def speaks_to(line: PriceLine, customer: Customer, rules: Price) -> bool:
    """Whether a line that is for no single customer is for this one."""
    source = line.source_type
    if source == "all":
        return not (rules.lists == "own_else_general" and customer.price_group)
    if source == "price_group":
        return line.source == customer.price_group
    if source == "discount_group":
        return line.source == customer.discount_group
    return source == "campaign" and line.source in customer.campaigns


def per_base_unit(line: PriceLine, item: ItemCard, rules: Price) -> bool:
    """Whether the price and the break of a line count base units, whatever the unit that is asked for."""
    return not line.uom or (line.uom == item.uom and rules.base_unit == "any_unit")


def misfit(
    line: PriceLine, item: ItemCard, wanted: Wanted, rules: Price, whatever_quantity: bool = False
) -> Misfit:
    """Why a line does not fit: unit, quantity, currency, variant, country or dates; blank where it fits.

    A break is in the line's own unit. Days count at both ends, and a blank one has no end.
    """
    uom = line.uom
    in_base = not uom or (uom == item.uom and rules.base_unit == "any_unit")
    if not in_base and uom != wanted.uom:
        return "unit"
    if line.currency and line.currency != wanted.currency:
        return "currency"
    if line.variant and line.variant != wanted.variant:
        return "variant"
    if line.country and line.country != wanted.country:
        return "country"
    if line.starts is not None and line.starts > wanted.day:
        return "not yet"
    if line.ends is not None and line.ends < wanted.day:
        return "over"
    if whatever_quantity:
        return ""
    quantity = wanted.quantity * wanted.factor if in_base else wanted.quantity
    if line.min_quantity and quantity < line.min_quantity:
        return "break"
    return "most" if line.max_quantity is not None and quantity > line.max_quantity else ""


def fits(line: PriceLine, item: ItemCard, wanted: Wanted, rules: Price) -> bool:
    """Whether a line fits what is asked."""
    return not misfit(line, item, wanted, rules)


def breaks(lines: Lines, item: ItemCard, wanted: Wanted, rules: Price) -> tuple[Decimal, ...] | None:
    """The quantity breaks in base units; None where a line ends at a quantity, which no break can tell.

    One in a stated unit is reached at that many of the unit.
    """
    own_unit = rules.base_unit == "own_unit"
    reached = set()
    for line in (*lines[0], *lines[1]):
        if line.max_quantity is not None:
            return None
        uom = line.uom
        in_base = not uom or (uom == item.uom and not own_unit)
        reached.add(line.min_quantity if in_base else line.min_quantity * wanted.factor)
    return tuple(sorted(reached))
