"""Approved substitutes: what of a line's shortfall another item can fill in time, where the line allows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from sayso.promise.availability import Owner
from sayso.promise.calendars import Route
from sayso.promise.cards import ZERO, ItemCard
from sayso.promise.facts import ItemFacts
from sayso.promise.lines import Considered
from sayso.promise.shelves import Good, Part, Shelves, Wish
from sayso.promise.sourcing import planned
from sayso.promise.world import World


class Filled(NamedTuple):
    """Parts that another item fills. Their quantities are the ordered item's; `factor` base units stand for one."""

    facts: ItemFacts
    factor: Decimal
    parts: list[Part]


def substituted(
    one: Considered, parts: list[Part], routes: Sequence[Route], owner: Owner, world: World,
    items: Mapping[str, ItemFacts], shelves: Shelves, allowed: Callable[[ItemCard], bool],
) -> list[Filled]:  # fmt: skip
    """Substitutes for what has no supply, in their rank's order; `parts` loses what they fill.

    The line's price stays. Only what has supply in time is substituted, and what may go there (`allowed`): a
    substitute is never itself backordered. What is filled is taken from the `shelves`.
    """
    if one.wish is None or world.policy.sourcing.substitutes == "never":
        return []
    short = [part for part in parts if part.state == "backorder"]
    left = one.wish.quantity - sum((part.quantity for part in parts if part.state != "backorder"), ZERO)
    found: list[Filled] = []
    for other in sorted(one.card.substitutes, key=lambda other: (other.rank, other.item)):
        facts = items.get(other.item)
        if facts is None or not facts.card.known or facts.card.status == "blocked" or other.factor <= 0:
            continue
        if left <= 0 or not allowed(facts.card):
            continue
        ready = facts.card.available_from
        wish = one.wish._replace(
            goods=(Good(facts, "", other.factor),), quantity=left, backorder=False,
            ready=ready.toordinal() if ready else None,
        )  # fmt: skip
        filled = _filled(wish, routes, owner, world, shelves)
        if filled:
            found.append(Filled(facts, other.factor, filled))
            left -= sum((part.quantity for part in filled), ZERO)
    if found:
        parts[:] = [part for part in parts if part.state != "backorder"]
        parts.extend(part._replace(quantity=left) for part in short[:1] if left > 0)
    return found


def _filled(wish: Wish, routes: Sequence[Route], owner: Owner, world: World, shelves: Shelves) -> list[Part]:
    """The parts that a substitute has in stock and in time, of what is left."""
    reach = sum((shelves.sellable(wish, route, wish.first(route)) for route in routes), ZERO)
    quantity = min(wish.quantity, reach)
    if quantity <= 0:
        return []
    tried = planned([wish._replace(quantity=quantity)], routes, owner, world.policy, shelves.copy())[0]
    in_time = [
        part
        for part in tried
        if part.state == "in_stock"
        and part.arrival is not None
        and (wish.need_by is None or part.arrival <= wish.need_by)
    ]
    for part in in_time:
        shelves.take(wish, part)
    return in_time
