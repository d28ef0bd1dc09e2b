"""One line before sourcing: is the item known and for sale, in this unit and quantity, to this buyer, at what price?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sayso.canon.decimals import plain
from sayso.promise.asking import Line, Request
from sayso.promise.cards import ZERO, AccountCard, Customer, ItemCard
from sayso.promise.facts import ItemFacts
from sayso.promise.price import Priced, Wanted, priced
from sayso.promise.reasons import CONDITIONAL, FIRM, REFUSED, Reason, Verdict, reason, worst
from sayso.promise.region import duty_percent, restricted, tax_percent
from sayso.promise.sourcing import Good, Wish
from sayso.promise.world import World

_ONE = Decimal(1)


class Considered(NamedTuple):
    """A line as far as it can be judged without looking at sites. `wish` is None where that is refused already."""

    line: Line
    card: ItemCard
    uom: str
    factor: Decimal
    verdict: Verdict
    reasons: list[Reason]
    price: Priced | None
    tax_percent: Decimal | None
    duty_percent: Decimal | None
    wish: Wish | None


def considered(
    request: Request, line: Line, customer: Customer, account: AccountCard, world: World,
    items: Mapping[str, ItemFacts], currency: str, day: date,
) -> Considered:  # fmt: skip
    """Everything about a line that needs no site."""
    facts = items.get(line.item)
    if facts is None or not facts.card.known:
        return _unknown(line, facts, reason("unknown_item", item=line.item))
    card = facts.card
    factor = factor_of(card, line.uom)
    if factor is None:
        sold = ", ".join(sorted({card.uom, *card.units}))
        return _unknown(line, facts, reason("unknown_uom", uom=line.uom, item=line.item, sold_in=sold))
    country, region = request.ship_to.country, request.ship_to.region
    uom, quantity = line.uom or card.uom, line.quantity * factor
    verdict, reasons = _sellable_at_all(card, quantity, factor)
    outcome, found = restricted(card, customer, world, country, region)
    verdict, reasons = worst(verdict, outcome), reasons + found
    price = priced(
        card,
        customer,
        account,
        world,
        Wanted(line.quantity, uom, factor, line.variant, currency, country, day),
    )
    if price is None:
        verdict = worst(verdict, REFUSED if world.policy.price.without_price == "refuse" else CONDITIONAL)
        reasons.append(reason("no_price", item=line.item, currency=currency, uom=uom))
    wish = None if verdict == REFUSED else _wish(line, facts, quantity, factor, items)
    return Considered(
        line, card, uom, factor, verdict, reasons, price, tax_percent(card, customer, world, country, region),
        duty_percent(card, world, country), wish,
    )  # fmt: skip


def drawn_on(card: ItemCard, substitute: bool) -> list[str]:
    """The items whose stock a line for this item may take: itself or its components, and its substitutes if wanted."""
    own = [component.component for component in card.kit] if card.kit else [card.item]
    return own + [other.item for other in card.substitutes] if substitute else own


def _unknown(line: Line, facts: ItemFacts | None, why: Reason) -> Considered:
    card = facts.card if facts else ItemCard(line.item)
    return Considered(line, card, line.uom, _ONE, REFUSED, [why], None, None, None, None)


def factor_of(card: ItemCard, uom: str) -> Decimal | None:
    """Base units in one asked unit; None if the item is not sold in it."""
    if not uom or uom == card.uom:
        return _ONE
    factor = card.units.get(uom)
    return factor if factor is not None and factor > 0 else None


def _sellable_at_all(card: ItemCard, quantity: Decimal, factor: Decimal) -> tuple[Verdict, list[Reason]]:
    """Blocked, below the minimum, not a whole number of packs: quantities in base units."""
    reasons: list[Reason] = []
    if card.status == "blocked":
        reasons.append(reason("discontinued", item=card.item, status="blocked"))
    if card.minimum is not None and quantity < card.minimum:
        reasons.append(
            reason("below_minimum", minimum=plain(card.minimum), asked=plain(quantity), uom=card.uom)
        )
    if card.pack is not None and card.pack > 0 and quantity % card.pack:
        below = quantity - quantity % card.pack
        reasons.append(
            reason(
                "not_a_pack",
                pack=plain(card.pack),
                asked=plain(quantity),
                uom=card.uom,
                below=plain(below),
                above=plain(below + card.pack),
            )
        )
    return (REFUSED if reasons else FIRM), reasons


def _wish(
    line: Line, facts: ItemFacts, quantity: Decimal, factor: Decimal, items: Mapping[str, ItemFacts]
) -> Wish:
    card = facts.card
    step = max(card.pack or ZERO, factor if factor != 1 else ZERO)
    if quantity % step if step else False:
        step = ZERO
    return Wish(
        goods_of(line, facts, items), quantity, step or (_ONE if quantity == quantity.to_integral_value() else ZERO),
        line.need_by.toordinal() if line.need_by else None, line.ship == "complete",
        card.available_from.toordinal() if card.available_from else None, card.lead_days,
        card.status != "discontinued",
    )  # fmt: skip


def goods_of(line: Line, facts: ItemFacts, items: Mapping[str, ItemFacts]) -> tuple[Good, ...]:
    """What the line draws on: the components of a kit, the item itself, or nothing where it is not stocked."""
    card = facts.card
    if card.kit:
        return tuple(
            Good(items[part.component], "", part.quantity)
            for part in card.kit
            if part.component in items and items[part.component].card.stocked
        )
    return (Good(facts, line.variant, _ONE),) if card.stocked else ()
