"""Which price a buyer pays: the one that wins, as a ladder of quantities remembers it, and by which rule.

Contract, group, campaign and list prices with quantity breaks. What fits is in price_lines.py, what it comes to in
price_figures.py, what wins in price_weighing.py and price_ranking.py; how each ERP has it is settings/price.py.
"""

from __future__ import annotations

from bisect import bisect_right
from decimal import Decimal
from typing import NamedTuple

from sayso.canon.decimals import plain, rounded
from sayso.promise.cards import AccountCard, Customer, ItemCard
from sayso.promise.price_figures import Candidate as Candidate
from sayso.promise.price_figures import amount_of, with_tax
from sayso.promise.price_lines import Wanted as Wanted
from sayso.promise.price_lines import breaks, buyer_of, lines_of
from sayso.promise.price_ranking import in_order
from sayso.promise.price_weighing import weighed
from sayso.promise.world import World

_MOST_REMEMBERED = 256


class Priced(NamedTuple):
    """The price of a line. `unit` is per asked unit, before the discount; `amount` is rounded to the currency."""

    unit: Decimal
    amount: Decimal
    currency: str
    rule: str
    discount_percent: Decimal
    includes_tax: bool


class Rung(NamedTuple):
    """What a line costs from a quantity on. `simply`: its amount is quantity times `net`, halves away from zero."""

    unit: Decimal
    discount: Decimal
    net: Decimal
    rule: str
    includes_tax: bool
    simply: bool


def priced(
    item: ItemCard, customer: Customer, account: AccountCard, world: World, wanted: Wanted
) -> Priced | None:
    """The price that wins, or None where none is known or prices are in conflict."""
    if world.payer_prices:
        customer = buyer_of(customer, account, world.policy.price)
    if customer.customer in account.prices or (customer.bill_to and customer.bill_to in account.prices):
        rung = _rung(item, customer, account, world, wanted)
    else:
        rung = _climbed(item, customer, account, world, wanted)
    if rung is None:
        return None
    if rung.simply:
        amount = rounded(rung.net * wanted.quantity, world.places(wanted.currency))
    else:
        amount = amount_of(rung.unit, rung.discount, rung.net, world, wanted)
    return Priced(rung.unit, amount, wanted.currency, rung.rule, rung.discount, rung.includes_tax)


_Ladder = tuple[tuple[Decimal, ...] | None, dict[int, "Rung | None"]]


def _climbed(
    item: ItemCard, customer: Customer, account: AccountCard, world: World, wanted: Wanted
) -> Rung | None:
    """The rung that a quantity reaches; worked out once for all buyers alike, for a card and a day.

    Which lines fit changes with the quantity only where a quantity break is reached: between two breaks, one look
    says all.
    """
    key = (
        world.mark, customer.price_group, customer.discount_group, customer.campaigns, wanted.uom, wanted.variant,
        wanted.currency, wanted.country, wanted.day,
    )  # fmt: skip
    known: _Ladder | None = item.memo.get(key)
    if known is None:
        reached = breaks(lines_of(item, customer, account, world), item, wanted, world.policy.price)
        if len(item.memo) > _MOST_REMEMBERED:
            item.memo.clear()
        known = item.memo[key] = (reached, {})
    reached, rungs = known
    if reached is None:
        return _rung(item, customer, account, world, wanted)
    place = bisect_right(reached, wanted.quantity * wanted.factor)
    if place not in rungs:
        rungs[place] = _rung(item, customer, account, world, wanted)
    return rungs[place]


def _rung(
    item: ItemCard, customer: Customer, account: AccountCard, world: World, wanted: Wanted
) -> Rung | None:
    winner = weighed(item, customer, account, world, wanted).winner
    if winner is None:
        return None
    rules = world.policy.price
    if rules.tax != "as_stated":
        taxed = with_tax(winner, item, world, wanted)
    else:
        taxed = winner.line.includes_tax if winner.line else False
    simply = rules.halves == "away_from_zero" and rules.line_amount != "gross_less_discount"
    return Rung(winner.unit, winner.discount, winner.net, rule_of(winner, item), taxed, simply)


def ranked(
    item: ItemCard, customer: Customer, account: AccountCard, world: World, wanted: Wanted
) -> list[Candidate]:
    """Every price that fits, the winner first, then the losers in the order in which they would have won."""
    buyer = buyer_of(customer, account, world.policy.price)
    found, winner, _ = weighed(item, buyer, account, world, wanted)
    losers = in_order([one for one in found if one is not winner], world)
    return losers if winner is None else [winner, *losers]


def in_conflict(
    item: ItemCard, customer: Customer, account: AccountCard, world: World, wanted: Wanted
) -> list[str]:
    """The rules that stand beside each other so that none of them wins; none where there is a price."""
    if world.policy.price.conflicts != "refused":
        return []
    buyer = buyer_of(customer, account, world.policy.price)
    return sorted(rule_of(one, item) for one in weighed(item, buyer, account, world, wanted).rivals)


def rule_of(candidate: Candidate, item: ItemCard) -> str:
    """The rule in words: `customer 13047, from 12, 2011-01-01 to 2011-03-31`."""
    line = candidate.line
    if line is None:
        return f"item {item.item} list price"
    words = [f"{line.source_type} {line.source}".strip() if line.source_type != "all" else "list"]
    if line.target_type != "item":
        words.append(f"{line.target_type} {line.target}".strip())
    if line.min_quantity > 0:
        words.append(f"from {plain(line.min_quantity)} {line.uom}".strip())
    if line.max_quantity is not None:
        words.append(f"up to {plain(line.max_quantity)} {line.uom}".strip())
    if line.starts or line.ends:
        words.append(f"{line.starts or ''} to {line.ends or ''}".strip())
    return ", ".join(words)
