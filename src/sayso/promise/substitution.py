"""Approved substitutes: what of a line's shortfall another item can fill at once, where the line allows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from sayso.promise.availability import Owner
from sayso.promise.calendars import Route
from sayso.promise.cards import ZERO
from sayso.promise.facts import ItemFacts, Take
from sayso.promise.lines import Considered
from sayso.promise.sourcing import Good, Part, Shelves, Wish, planned
from sayso.promise.world import World

Filled = tuple[str, list[Part], list[Take]]


def substituted(
    one: Considered,
    parts: list[Part],
    routes: Sequence[Route],
    owner: Owner,
    world: World,
    items: Mapping[str, ItemFacts],
) -> list[Filled]:
    """Substitutes for what would be backordered, in their rank's order; `parts` loses what they fill.

    A substitute's parts are counted in the ordered item's units: `factor` of it stand for one. The line's price
    stays. Only what has supply in time is substituted: a substitute is never itself backordered.
    """
    if one.wish is None or world.policy.sourcing.substitutes == "never":
        return []
    short = [part for part in parts if part.state == "backorder"]
    left = sum((part.quantity for part in short), ZERO)
    found: list[Filled] = []
    for other in sorted(one.card.substitutes, key=lambda other: (other.rank, other.item)):
        if left <= 0:
            break
        facts = items.get(other.item)
        if facts is None or not facts.card.known or facts.card.status == "blocked" or other.factor <= 0:
            continue
        filled = _filled(one.wish, Good(facts, "", other.factor), left, routes, owner, world)
        if filled:
            found.append((other.item, filled, _takes(one.line.line, facts, other.factor, filled, owner)))
            left -= sum((part.quantity for part in filled), ZERO)
    if found:
        parts[:] = [part for part in parts if part.state != "backorder"]
        if left > 0:
            parts.append(short[0]._replace(quantity=left))
    return found


def _filled(
    wish: Wish, good: Good, left: Decimal, routes: Sequence[Route], owner: Owner, world: World
) -> list[Part]:
    """The parts that a substitute has in time, of what is left."""
    shelves = Shelves(owner)
    in_time = wish._replace(goods=(good,), quantity=left, backorder=False, ready=None)
    reach = sum((shelves.sellable(in_time, route, route.first) for route in routes), ZERO)
    quantity = min(left, reach)
    if quantity <= 0:
        return []
    parts = planned([in_time._replace(quantity=quantity)], routes, owner, world.policy)[0]
    return [part for part in parts if part.state == "in_stock"]


def _takes(line: int, facts: ItemFacts, factor: Decimal, parts: Sequence[Part], owner: Owner) -> list[Take]:
    return [
        Take(
            line,
            facts.card.item,
            part.route.site,
            "",
            date.fromordinal(part.ship_day or part.route.first),
            quantity,
            allocation,
            part.state,
        )
        for part in parts
        for allocation, quantity in facts.draws(part.route.site, "", owner, part.quantity * factor)
    ]
