"""One line before sourcing: is the item known and for sale, in this unit and quantity, to this buyer, at what price?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import NamedTuple

from sayso.canon import units
from sayso.canon.decimals import plain
from sayso.promise.asking import Line, Request
from sayso.promise.cards import ZERO, AccountCard, Customer, ItemCard
from sayso.promise.facts import ItemFacts
from sayso.promise.price import Priced, Wanted, in_conflict, priced
from sayso.promise.reasons import CONDITIONAL, FIRM, REFUSED, Reason, Verdict, reason, worst
from sayso.promise.region import duty_percent, restricted, tax_percent
from sayso.promise.shelves import Good, Wish
from sayso.promise.world import World

_ONE = Decimal(1)
_USUAL_UNIT = "EA"
_FINEST = Decimal("0.000001")


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
    unit = unit_of(card, line.uom)
    if unit is None:
        sold = ", ".join(sorted({card.uom, *card.units}))
        return _unknown(line, facts, reason("unknown_uom", uom=line.uom, item=line.item, sold_in=sold))
    country, region = request.ship_to.country, request.ship_to.region
    uom, factor = unit
    quantity = line.quantity * factor
    verdict, reasons = _sellable_at_all(card, quantity)
    outcome, found = restricted(card, customer, world, country, region)
    verdict, reasons = worst(verdict, outcome), reasons + found
    wanted = Wanted(line.quantity, uom, factor, line.variant, currency, country, day)
    price = priced(card, customer, account, world, wanted)
    if price is None:
        verdict = worst(verdict, REFUSED if world.policy.price.without_price == "refuse" else CONDITIONAL)
        rivals = in_conflict(card, customer, account, world, wanted)
        conflict = {"conflict": " | ".join(rivals)} if rivals else {}
        reasons.append(reason("no_price", item=line.item, currency=currency, uom=uom, **conflict))
    wish = None
    if verdict != REFUSED:
        wish = _wish(line, facts, quantity, factor, items, world.policy.availability.backorder)
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


def unit_of(card: ItemCard, uom: str) -> tuple[str, Decimal] | None:
    """The unit that is meant and the base units in one of it; None if the item is not sold in it.

    A plain word or a standard's code for a unit stands for it, as it does in facts: pcs is EA, XCS is CS.
    """
    base = card.uom or _USUAL_UNIT
    if not uom or uom == base:
        return base, _ONE
    if uom not in card.units:
        uom = units.unit(uom) or ""
        if uom == base:
            return base, _ONE
    factor = card.units.get(uom)
    return (uom, factor) if factor is not None and factor > 0 else None


def in_units(quantity: Decimal, factor: Decimal) -> Decimal:
    """Base units in the asked unit; what no decimal can say is cut after six places."""
    if factor == 1:
        return quantity
    found = quantity / factor
    return found if found * factor == quantity else found.quantize(_FINEST, ROUND_DOWN)


def _sellable_at_all(card: ItemCard, quantity: Decimal) -> tuple[Verdict, list[Reason]]:
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
    line: Line, facts: ItemFacts, quantity: Decimal, factor: Decimal, items: Mapping[str, ItemFacts], backorder: bool
) -> Wish:  # fmt: skip
    card = facts.card
    return Wish(
        goods_of(line, facts, items), quantity, _step(quantity, factor, card.pack or ZERO),
        line.need_by.toordinal() if line.need_by else None, line.ship == "complete",
        card.available_from.toordinal() if card.available_from else None, card.lead_days,
        backorder and card.status != "discontinued",
    )  # fmt: skip


def _step(quantity: Decimal, factor: Decimal, pack: Decimal) -> Decimal:
    """What a line may be split by, in base units: whole packs, and whole units where it asks for whole units.

    Without either, whole base units; a fraction of a base unit may be split anywhere (0).
    """
    step = factor if factor != 1 and not quantity % factor else ZERO
    if step and pack:
        return _least_common(step, pack)
    return step or pack or (_ONE if quantity == quantity.to_integral_value() else ZERO)


def _least_common(one: Decimal, other: Decimal) -> Decimal:
    """The least common multiple."""
    product = one * other
    while other:
        one, other = other, one % other
    return product / one


def goods_of(line: Line, facts: ItemFacts, items: Mapping[str, ItemFacts]) -> tuple[Good, ...]:
    """What the line draws on: the components of a kit, the item itself, or nothing where it is not stocked.

    A component that nobody knows has no stock; KeyError for one that was not looked up.
    """
    card = facts.card
    if card.kit:
        return tuple(
            Good(items[part.component], "", part.quantity)
            for part in card.kit
            if items[part.component].card.stocked
        )
    return (Good(facts, line.variant, _ONE),) if card.stocked else ()
