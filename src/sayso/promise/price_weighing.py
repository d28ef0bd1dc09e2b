"""All prices that fit what is asked, and the one that wins: on top of prices a discount, or prices and rules as rivals."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from sayso.promise.cards import ZERO, AccountCard, Customer, ItemCard, PriceLine
from sayso.promise.price_figures import Candidate, candidate, listed
from sayso.promise.price_lines import Wanted, fits, lines_of, misfit
from sayso.promise.price_ranking import best, standing, unrivalled
from sayso.promise.settings.price import Price
from sayso.promise.world import World


class Weighed(NamedTuple):
    """Every price that fits, and the winner; None where nothing fits, or where `rivals` are in conflict."""

    found: list[Candidate]
    winner: Candidate | None
    rivals: Sequence[Candidate] = ()


def weighed(item: ItemCard, buyer: Customer, account: AccountCard, world: World, wanted: Wanted) -> Weighed:
    """What fits, and what wins, for the customer whose prices are asked for (see price_lines.buyer_of)."""
    rules = world.policy.price
    prices, discounts = lines_of(item, buyer, account, world)
    if rules.discount_lines == "compete":
        found = _competing(prices, item, world, wanted)
    else:
        found = _discounted(prices, top_discount(discounts, item, world, wanted), item, world, wanted)
    if not found:
        return Weighed(found, None)
    if rules.conflicts == "refused":
        contested = unrivalled([one for one in found if not one.base])
        if len(contested) > 1:
            return Weighed(found, None, contested)
        if contested:
            return Weighed(found, contested[0])
    return Weighed(found, best(found, world))


def top_discount(discounts: Sequence[PriceLine], item: ItemCard, world: World, wanted: Wanted) -> Decimal:
    """The percentage of the discount lines that is taken on top: the highest, or that of the most particular lines."""
    rules = world.policy.price
    fitting = [line for line in discounts if line.discount_percent and fits(line, item, wanted, rules)]
    if rules.discount == "particular" and len(fitting) > 1:
        best = min(standing(line, world) for line in fitting)
        fitting = [line for line in fitting if standing(line, world) == best]
    return max((line.discount_percent or ZERO for line in fitting), default=ZERO)


def _discounted(
    prices: Sequence[PriceLine], discount: Decimal, item: ItemCard, world: World, wanted: Wanted
) -> list[Candidate]:
    rules = world.policy.price
    found = [
        one for line in prices
        if not misfit(line, item, wanted, rules) and (one := candidate(line, item, discount, world, wanted))
    ]  # fmt: skip
    card = listed(item, discount, world, wanted)
    return found if card is None else [*found, card]


def _competing(lines: Sequence[PriceLine], item: ItemCard, world: World, wanted: Wanted) -> list[Candidate]:
    """Prices and rules as rivals, and the base price that rules without a price apply to."""
    rules = world.policy.price
    base = listed(item, ZERO, world, wanted)
    if rules.base_price == "item_prices":
        plain = [line for line in lines if _item_price(line)]
        lines = [line for line in lines if not _item_price(line)]
        base = _base_of(plain, item, world, wanted) or base
    hidden = _hiding(lines, item, wanted, rules)
    found = [
        one for line in lines
        if _target(line) <= hidden and fits(line, item, wanted, rules)
        and (one := candidate(line, item, ZERO, world, wanted, base))
    ]  # fmt: skip
    return found if base is None else [*found, base]


def _hiding(lines: Sequence[PriceLine], item: ItemCard, wanted: Wanted, rules: Price) -> int:
    """Where conflicts are refused, the most particular target there is a rule for, whatever the quantity.

    One that has a priority hides none of the others: the highest priority of all wins (ERPNext, get_pricing_rules).
    """
    if rules.conflicts != "refused":
        return len(_TARGETS)
    fitting = [line for line in lines if not misfit(line, item, wanted, rules, whatever_quantity=True)]
    nearest = min(map(_target, fitting), default=len(_TARGETS))
    prior = any(line.priority > 0 for line in fitting if _target(line) == nearest)
    return len(_TARGETS) if prior else nearest


_TARGETS = ("item", "discount_group", "all")


def _target(line: PriceLine) -> int:
    return _TARGETS.index(line.target_type) if line.target_type in _TARGETS else len(_TARGETS)


def _item_price(line: PriceLine) -> bool:
    """Whether a line is a plain price of an item, which is no rule but what rules apply to."""
    return (
        line.price is not None
        and line.target_type == "item"
        and line.source_type in ("customer", "all")
        and not (line.min_quantity or line.priority or line.country or line.max_quantity is not None)
        and not (line.discount_percent or line.margin_percent or line.surcharge or line.round_to)
    )


def _base_of(lines: Sequence[PriceLine], item: ItemCard, world: World, wanted: Wanted) -> Candidate | None:
    """The item price that holds: the variant's; the customer's, the general one, the general one of the stock unit.

    Of several one in the asked currency, then the latest, then one that names the asked unit.
    """
    anywhere = wanted._replace(quantity=Decimal(1))
    found = []
    for line in lines:
        tier = 0 if line.source_type == "customer" else 1
        if tier and line.uom == item.uom and line.uom != wanted.uom:
            tier, known = 2, _without_unit(line)
        else:
            known = line
        if fits(known, item, anywhere, world.policy.price):
            one = candidate(known, item, ZERO, world, wanted)
            if one is not None:
                starts = line.starts.toordinal() if line.starts else 0
                order = (not line.variant, tier, not line.currency, -starts, not line.uom)
                found.append((*order, one.unit, one._replace(line=line, base=True)))
    return min(found, key=lambda one: one[:-1])[-1] if found else None


def _without_unit(line: PriceLine) -> PriceLine:
    """The same line as a price of base units in any unit."""
    return msgspec.structs.replace(line, uom="")
