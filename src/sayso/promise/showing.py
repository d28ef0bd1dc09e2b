"""What a storefront shows of an item before anybody asks for it: sellable, from when, from where. Nothing is held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct

from sayso.canon.decimals import plain
from sayso.canon.times import moment
from sayso.promise.answer import day_text
from sayso.promise.asking import Line
from sayso.promise.availability import Owner
from sayso.promise.browsing import BrowseQuery
from sayso.promise.calendars import Route
from sayso.promise.cards import ZERO, Customer, ItemCard
from sayso.promise.facts import ItemFacts
from sayso.promise.lines import goods_of, in_units, unit_of
from sayso.promise.reasons import REFUSED, Reason, in_order, reason
from sayso.promise.region import restricted
from sayso.promise.shelves import Shelves, Wish
from sayso.promise.world import World

_ONE = Decimal(1)


class Step(Struct, frozen=True):
    """From this day on, so much can leave."""

    date: str
    sellable: str


class AtSite(Struct, frozen=True):
    """What one site has. `earliest` is the day on which the asked quantity (or anything) can leave it."""

    site: str
    sellable: str
    earliest: str | None
    deliver_by: str | None
    steps: tuple[Step, ...]
    arithmetic: dict[str, dict[str, str]]


class Shown(Struct, frozen=True):
    """What is shown of one item, in `uom`. The steps sum over the sites.

    `earliest` is the day on which the asked quantity (or the least that is sold) can leave: the site that brings it
    first, else all of them together. `state` is that quantity's.
    """

    item: str
    uom: str
    sellable: str
    state: str
    earliest: str | None
    deliver_by: str | None
    by_site: tuple[AtSite, ...]
    steps: tuple[Step, ...]
    as_of: str | None
    reasons: tuple[Reason, ...]


def shown(
    name: str, query: BrowseQuery, items: Mapping[str, ItemFacts], customer: Customer, routes: Sequence[Route],
    world: World, country: str,
) -> Shown:  # fmt: skip
    """One item as this buyer would see it."""
    facts = items[name]
    card = facts.card
    unit = unit_of(card, query.uom) if card.known else None
    if unit is None:
        why = (
            reason("unknown_uom", uom=query.uom, item=name)
            if card.known
            else reason("unknown_item", item=name)
        )
        return Shown(name, query.uom, "0", "unknown", None, None, (), (), None, (why,))
    uom, factor = unit
    verdict, reasons = restricted(card, customer, world, country, query.region)
    if card.status == "blocked":
        verdict, reasons = REFUSED, [*reasons, reason("discontinued", item=name, status="blocked")]
    wish = _wish(card, query, factor, facts, items)
    shelves = Shelves(Owner(customer.customer, customer.group))
    found = (
        [_at_site(wish, route, shelves, factor, customer, items) for route in routes]
        if verdict != REFUSED
        else []
    )
    steps = _summed(found)
    asked = wish.quantity / factor
    arrives, earliest = _earliest(found, steps, asked, routes, world)
    sellable = sum((Decimal(site.sellable) for site in found), ZERO)
    as_of = min((good.facts.card.as_of for good in wish.goods if good.facts.card.as_of), default=None)
    return Shown(
        name, uom, plain(sellable), _state(card, verdict, sellable, asked, earliest, routes), earliest,
        arrives, tuple(found), steps, moment(as_of) if as_of else None, tuple(in_order(reasons)),
    )  # fmt: skip


def _earliest(
    found: Sequence[AtSite], steps: Sequence[Step], quantity: Decimal, routes: Sequence[Route], world: World
) -> tuple[str | None, str | None]:
    """The day of arrival and the day of leaving: of the best site that has it all, else of all sites together."""
    dated = [(site.deliver_by or "", site.earliest or "") for site in found if site.earliest]
    if dated:
        return min(dated)
    day = next((step.date for step in steps if Decimal(step.sellable) >= quantity), None)
    if day is None or not world.policy.sourcing.split:
        return None, None
    arrivals = []
    for site, route in zip(found, routes, strict=True):
        sent = [step.date for step in site.steps if step.date <= day and step.sellable != "0"]
        if sent:
            arrivals.append(route.arrival(route.ships(date.fromisoformat(sent[-1]).toordinal())))
    return day_text(max(arrivals)), day


def _wish(
    card: ItemCard, query: BrowseQuery, factor: Decimal, facts: ItemFacts, items: Mapping[str, ItemFacts]
) -> Wish:
    """The asked quantity, or the least that can be had, as a line would ask for it."""
    least = max(card.minimum or ZERO, card.pack or ZERO, _ONE if factor == 1 else factor)
    quantity = query.quantity * factor if query.quantity is not None else least
    line = Line(card.item, quantity, variant=query.variant)
    ready = card.available_from.toordinal() if card.available_from else None
    return Wish(goods_of(line, facts, items), quantity, ZERO, None, False, ready, card.lead_days, False)


def _at_site(
    wish: Wish,
    route: Route,
    shelves: Shelves,
    factor: Decimal,
    customer: Customer,
    items: Mapping[str, ItemFacts],
) -> AtSite:
    first = wish.first(route)
    leaves = shelves.first_day_for(wish, route, wish.quantity, first)
    everything = wish._replace(quantity=Decimal(10) ** 15)
    days = sorted(
        {first} | {day for good in wish.goods for day, _ in shelves.curve(good, route).steps() if day > first}
    )
    steps: list[tuple[int, Decimal]] = []
    for day in days:
        quantity = in_units(shelves.sellable(everything, route, day), factor)
        if not steps or steps[-1][1] != quantity:
            steps.append((day, quantity))
    figures = {}
    for good in wish.goods:
        owner = Owner(customer.customer, customer.group)
        figures[good.facts.card.item] = good.facts.explained(
            route.site, good.variant, owner, route.today, first
        )
    return AtSite(
        route.site, plain(max(steps[0][1], ZERO)), day_text(leaves),
        None if leaves is None else day_text(route.arrival(leaves)),
        tuple(Step(date.fromordinal(day).isoformat(), plain(quantity)) for day, quantity in steps), figures,
    )  # fmt: skip


def _state(
    card: ItemCard,
    verdict: str,
    sellable: Decimal,
    asked: Decimal,
    earliest: str | None,
    routes: Sequence[Route],
) -> str:
    if card.status == "blocked" or (card.status == "discontinued" and sellable <= 0):
        return "discontinued"
    if verdict == REFUSED:
        return "restricted"
    if card.available_from and routes and card.available_from.toordinal() > routes[0].first:
        return "pre_order"
    if sellable >= asked:
        return "in_stock"
    return "inbound" if earliest else "backorder"


def _summed(sites: Sequence[AtSite]) -> tuple[Step, ...]:
    """The steps of all sites together."""
    days = sorted({step.date for site in sites for step in site.steps})
    steps: list[Step] = []
    for day in days:
        total = ZERO
        for site in sites:
            total += next((Decimal(step.sellable) for step in reversed(site.steps) if step.date <= day), ZERO)
        if not steps or steps[-1].sellable != plain(total):
            steps.append(Step(day, plain(total)))
    return tuple(steps)
