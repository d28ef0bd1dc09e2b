"""A believed value in the place of the ERP's fact: the same facts, but for what the storefront believed of one line.

Each belief is named as its cause. What is made here goes to the one judgement; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from sayso.audit.engine.answers import Asked, Heard, heard, request
from sayso.audit.engine.findings import ZERO, Terms
from sayso.audit.shapes import Cause
from sayso.canon.canonical import digest
from sayso.promise.cards import AccountCard, Customer, ItemCard, Lane, Stock, WorldCard
from sayso.promise.facts import AccountFacts, Facts, ItemFacts
from sayso.promise.lines import drawn_on
from sayso.promise.policy import Policy
from sayso.promise.world import World

_STOCK: frozenset[Cause] = frozenset({"phantom_stock", "reserved_stock", "safety_stock", "late_inbound"})
#: What the storefront charged is not among the facts.
_OF_PRICE: frozenset[Cause] = frozenset({"stale_price", "lost_quantity_break"})
#: Believed of the whole order, whichever line is looked at.
_OF_ORDER: frozenset[Cause] = frozenset({"credit_flag", "overdue_elsewhere", "region"})
_ENOUGH = Decimal(10) ** 13
_ONE = Decimal(1)

Beliefs = frozenset[Cause]


class Matter(NamedTuple):
    """One line on which storefront and judgement do not agree: the question, the answer and what they rest on.

    `worth` is the line's amount and `off` what its price is off, both in the currency of the answer. `told` keeps
    what was answered before; `common` what is the same for all lines of the order.
    """

    about: Asked
    place: int
    heard: Heard
    facts: Facts
    terms: Terms
    worth: Decimal
    off: Decimal
    told: dict[Beliefs, Heard]
    common: dict[Beliefs, Heard]


def again(matter: Matter, beliefs: Beliefs) -> Heard:
    """The judgement's answer if the facts were as the storefront believed them; asked once."""
    beliefs -= _OF_PRICE
    if not beliefs:
        return matter.heard
    told = matter.common if beliefs <= _OF_ORDER else matter.told
    known = told.get(beliefs)
    if known is None:
        known = told[beliefs] = _asked_again(matter, beliefs)
    return known


def reduced(matter: Matter) -> Matter:
    """The same line among those only that take the same goods, where it makes no difference to the answer.

    An order may have a hundred lines; nothing but its goods, its destination and the buyer's credit ties one to the
    others. Where credit speaks against the order, or the line alone would be judged otherwise, the whole is asked.
    """
    about, facts = matter.about, matter.facts
    credit = matter.heard.answer.credit
    if credit is None or credit.verdict != "approved" or matter.heard.answer.reasons:
        return matter
    taken = _taken_by(about.lines[matter.place].item, facts)
    places = [
        place
        for place, line in enumerate(about.lines)
        if place == matter.place or taken & _taken_by(line.item, facts)
    ]
    if len(places) == len(about.lines):
        return matter
    fewer = about._replace(
        lines=tuple(about.lines[place] for place in places),
        shown=tuple(about.shown[place] for place in places),
        nos=sum(place < about.nos for place in places),
    )
    said = heard(fewer, request(fewer, matter.terms), facts, matter.terms)
    place = places.index(matter.place)
    before, after = matter.heard, said
    if (before.fine[matter.place], before.kept[matter.place]) != (after.fine[place], after.kept[place]):
        return matter
    if before.answer.lines[matter.place].verdict != after.answer.lines[place].verdict:
        return matter
    return matter._replace(about=fewer, place=place, heard=said, told={}, common={})


def _taken_by(item: str, facts: Facts) -> set[str]:
    return set(drawn_on(facts.items[item].card, False))


def _asked_again(matter: Matter, beliefs: Beliefs) -> Heard:
    undated = frozenset({matter.place}) if "dates" in beliefs else frozenset()
    about = matter.about
    if undated:
        line = replace(about.lines[matter.place], need_by=None, shown_date=None)
        lines = (*about.lines[: matter.place], line, *about.lines[matter.place + 1 :])
        about = about._replace(lines=lines)
    question = request(about, matter.terms, undated)
    return heard(about, question, put(matter, beliefs), matter.terms)


def put(matter: Matter, beliefs: Beliefs) -> Facts:
    """The facts with these beliefs in them."""
    world, account, items = matter.facts
    line = matter.about.lines[matter.place]
    cards = dict(items)
    if beliefs & _STOCK:
        for name, per in goods(matter):
            cards[name] = changed(items[name], _shelved(matter, items[name].card, beliefs, per), world.policy)
    if line.item in cards and ("units" in beliefs or "other" in beliefs):
        card = cards[line.item].card
        if "units" in beliefs:
            units = {**card.units, line.uom: _ONE} if line.uom else card.units
            card = replace(card, units=units, pack=None, minimum=None)
        if "other" in beliefs:
            card = replace(card, status="")
        cards[line.item] = changed(cards[line.item], card, world.policy)
    if account is not None and beliefs & {"credit_flag", "overdue_elsewhere", "other"}:
        account = _trusted(account, beliefs)
    if "region" in beliefs:
        world = _open(world)
    return Facts(world, account, cards)


def goods(matter: Matter) -> list[tuple[str, Decimal]]:
    """The items whose stock the line takes, and how much of each for one of it."""
    item = matter.about.lines[matter.place].item
    card = matter.facts.items[item].card
    per = {part.component: part.quantity for part in card.kit}
    return [(name, per.get(name, _ONE)) for name in drawn_on(card, False) if name in matter.facts.items]


def changed(facts: ItemFacts, card: ItemCard, policy: Policy) -> ItemFacts:
    """The facts of an item with another card."""
    return ItemFacts(card, _address(card), facts.taken, policy)


def _shelved(matter: Matter, card: ItemCard, beliefs: Collection[Cause], per: Decimal) -> ItemCard:
    """The card with another count, other reservations, another safety stock, or what is coming as if it were there."""
    stock = {(one.site, one.variant): one for one in card.stock}
    if "reserved_stock" in beliefs:
        stock = {place: replace(one, reserved=ZERO) for place, one in stock.items()}
        card = replace(card, demand=(), allocations=())
    if "safety_stock" in beliefs:
        stock = {place: replace(one, safety_stock=ZERO) for place, one in stock.items()}
    sites, variant = _sites(matter), matter.about.lines[matter.place].variant
    if sites and "late_inbound" in beliefs:
        _arrived(card, stock, sites[0], variant, _unseen(matter) * per)
        card = replace(card, inbound=())
    if sites and "phantom_stock" in beliefs:
        held = sum((stock[site, variant].on_hand for site in sites if (site, variant) in stock), ZERO)
        _add(stock, sites[0], variant, _counted(matter, held, per) - held)
    return replace(card, stock=tuple(stock[place] for place in sorted(stock)))


def _counted(matter: Matter, held: Decimal, per: Decimal) -> Decimal:
    """What the storefront counted: what it showed, where that is more than there is; else as much as it sold."""
    seen = matter.about.shown[matter.place]
    if seen.available_base is not None and seen.available_base * per > held:
        return seen.available_base * per
    return held + seen.asked_base * per


def _unseen(matter: Matter) -> Decimal:
    """What the storefront waited for, though the ERP may not know of it: where it named a day and showed too little."""
    line, seen = matter.about.lines[matter.place], matter.about.shown[matter.place]
    if line.shown_date is None and line.need_by is None:
        return ZERO
    if seen.available_base is not None and seen.available_base >= seen.asked_base:
        return ZERO
    return seen.asked_base


def _arrived(
    card: ItemCard, stock: dict[tuple[str, str], Stock], first: str, variant: str, least: Decimal
) -> None:
    coming = ZERO
    for inbound in card.inbound:
        _add(stock, inbound.site, inbound.variant, inbound.quantity - inbound.reserved)
        if inbound.variant == variant:
            coming += inbound.quantity
    if coming < least:
        _add(stock, first, variant, least - coming)


def _add(stock: dict[tuple[str, str], Stock], site: str, variant: str, quantity: Decimal) -> None:
    before = stock.get((site, variant)) or Stock(site, variant)
    stock[site, variant] = replace(before, on_hand=before.on_hand + quantity)


def _sites(matter: Matter) -> list[str]:
    """The sites that ship to the buyer, the best first; any site where none does."""
    world, to = matter.facts.world, matter.heard.request.ship_to
    account = matter.facts.account
    known = account.card.customers.get(matter.heard.request.customer) if account else None
    routes = world.routes(to.country, to.region, known, matter.about.order.placed)
    return [route.site for route in routes] or [site.site for site in world.card.sites]


def _trusted(account: AccountFacts, beliefs: Collection[Cause]) -> AccountFacts:
    """The account without a limit, without anything overdue, or without holds."""
    card = account.card
    customers: Mapping[str, Customer] = card.customers
    if "credit_flag" in beliefs:
        customers = {card.account: Customer(card.account), **customers}
        customers = {name: replace(one, credit_limit=_ENOUGH) for name, one in customers.items()}
    if "other" in beliefs:
        customers = {name: replace(one, hold="") for name, one in customers.items()}
    receivables = card.receivables
    if "overdue_elsewhere" in beliefs:
        receivables = tuple(replace(one, due=None) for one in receivables)
    changed: AccountCard = replace(card, customers=dict(customers), receivables=receivables)
    return AccountFacts(changed, _address(changed), account.promised)


@lru_cache(maxsize=64)
def _open(world: World) -> World:
    """The world without restrictions, in which a site without a lane to the buyer ships, too."""
    ways = {lane.site for lane in world.card.lanes if not lane.country and not lane.region}
    closest: dict[str, Lane] = {}
    for lane in world.card.lanes:
        known = closest.get(lane.site)
        if lane.site not in ways and (known is None or lane.transit_days < known.transit_days):
            closest[lane.site] = lane
    anywhere = tuple(replace(lane, country="", region="") for _, lane in sorted(closest.items()))
    card: WorldCard = replace(world.card, rules=(), lanes=(*world.card.lanes, *anywhere))
    policy = replace(world.policy, sourcing=replace(world.policy.sourcing, undeclared_lanes="anywhere"))
    return World(card, _address(card), policy)


def _address(card: Any) -> str:
    return digest(msgspec.json.encode(msgspec.to_builtins(card), order="sorted"))
