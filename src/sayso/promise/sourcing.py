"""From which sites, in which parts and on which days: fewest sites, then fewest shipments, then earliest, then cheapest.

A line that can be had in time (by its date, or at once where it names none) comes from the smallest set of
sites that can serve all such lines. A line that cannot is dated by supply, and what has none is backordered.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from sayso.promise.availability import Curve, Owner, Supply, lowered
from sayso.promise.calendars import Route
from sayso.promise.cards import ZERO
from sayso.promise.facts import ItemFacts
from sayso.promise.policy import Policy

_PLENTY = Decimal(10) ** 15
_MOST_ROUTES = 8


class Good(NamedTuple):
    """What one unit of a line draws on: an item and variant, `per` base units of it."""

    facts: ItemFacts
    variant: str
    per: Decimal


class Wish(NamedTuple):
    """A line to be sourced, in base units. Parts are whole multiples of `step`; days are ordinals.

    `goods` is empty for what is not stocked: there is always enough of it.
    """

    goods: tuple[Good, ...]
    quantity: Decimal
    step: Decimal
    need_by: int | None
    whole: bool
    ready: int | None
    lead_days: int | None
    backorder: bool


class Part(NamedTuple):
    """So much from a site on a day; None where nobody knows the day."""

    state: str
    route: Route
    quantity: Decimal
    ship_day: int | None
    arrival: int | None
    leans_on: tuple[Supply, ...]


Plan = list[list[Part]]


class Shelves:
    """The curves that one request sees, lowered by what its own lines took before."""

    def __init__(self, owner: Owner, drawn: dict[tuple[str, str, str], Curve] | None = None) -> None:
        self._owner = owner
        self._drawn = drawn or {}

    def copy(self) -> Shelves:
        """The same shelves, to try something on."""
        return Shelves(self._owner, dict(self._drawn))

    def curve(self, good: Good, route: Route) -> Curve:
        """What is left of a good at a site."""
        if self._drawn:
            known = self._drawn.get((good.facts.card.item, good.variant, route.site))
            if known is not None:
                return known
        return good.facts.curve(route.site, good.variant, self._owner, route.today)

    def sellable(self, wish: Wish, route: Route, day: int) -> Decimal:
        """How much of a line can leave a site on a day, in whole steps."""
        if len(wish.goods) == 1:
            good = wish.goods[0]
            quantity = self.curve(good, route).at(day)
            if good.per != 1:
                quantity = quantity / good.per
        else:
            quantity = min(
                (self.curve(good, route).at(day) // good.per for good in wish.goods), default=_PLENTY
            )
        return quantity if quantity >= wish.quantity else _floored(quantity, wish.step)

    def first_day_for(self, wish: Wish, route: Route, quantity: Decimal, earliest: int) -> int | None:
        """The first day on which so much can leave."""
        day = earliest
        for good in wish.goods:
            ready = self.curve(good, route).first_day_for(quantity * good.per, earliest)
            if ready is None:
                return None
            day = max(day, ready)
        return day

    def take(self, wish: Wish, route: Route, quantity: Decimal, day: int) -> None:
        """Take from the shelf."""
        for good in wish.goods:
            key = (good.facts.card.item, good.variant, route.site)
            self._drawn[key] = lowered(self.curve(good, route), day, quantity * good.per)


def planned(wishes: Sequence[Wish], routes: Sequence[Route], owner: Owner, policy: Policy) -> Plan:
    """The parts of every line. Without a route a line has no parts; a line's parts may sum to less than it asks."""
    at_once = _at_once(wishes, routes[0], owner) if routes else None
    if at_once is not None:
        return at_once
    shelves = Shelves(owner)
    routes = routes[:_MOST_ROUTES]
    spans = [[_span(wish, route) for route in routes] for wish in wishes]
    reach = [
        [
            ZERO if span is None else shelves.sellable(wish, route, span[1])
            for route, span in zip(routes, row, strict=True)
        ]
        for wish, row in zip(wishes, spans, strict=True)
    ]
    most = policy.sourcing.most_sites
    in_time = [
        place for place, wish in enumerate(wishes)
        if _enough(reach[place], wish, most, policy)
    ]  # fmt: skip
    plan: Plan = [[] for _ in wishes]
    chosen = _together(wishes, in_time, routes, spans, reach, shelves, policy)
    for place, parts in (chosen or {}).items():
        plan[place] = parts
        for part in parts:
            shelves.take(wishes[place], part.route, part.quantity, part.ship_day or part.route.first)
    for place, wish in enumerate(wishes):
        if not plan[place] and routes:
            plan[place] = _dated(wish, routes, shelves, policy)
    return plan


def _at_once(wishes: Sequence[Wish], route: Route, owner: Owner) -> Plan | None:
    """Everything from the best site's stock on its first day: then no other plan can be better, and none is looked for."""
    today, first, arrival = route.today, route.first, route.arrival(route.first)
    start = today.toordinal()
    plan: Plan = []
    seen: set[tuple[str, str]] = set()
    for wish in wishes:
        if wish.ready is not None or (wish.need_by is not None and arrival > wish.need_by):
            return None
        for good in wish.goods:
            key = (good.facts.card.item, good.variant)
            curve = good.facts.curve(route.site, good.variant, owner, today)
            needed = wish.quantity if good.per == 1 else wish.quantity * good.per
            if key in seen or curve.at(first) < needed or curve.at(start) < needed:
                return None
            seen.add(key)
        plan.append([Part("in_stock", route, wish.quantity, first, arrival, ())])
    return plan


def _span(wish: Wish, route: Route) -> tuple[int, int] | None:
    """The first and the last day on which a line may leave a site and be in time; None where it cannot."""
    first = route.ships(max(wish.ready, route.first)) if wish.ready is not None else route.first
    if wish.need_by is None:
        return first, first
    last = route.last_ship_day(wish.need_by)
    return None if last is None or last < first else (first, last)


def _enough(row: list[Decimal], wish: Wish, most: int, policy: Policy) -> bool:
    """Whether a line can be had in time from as many sites as it may come from."""
    if not row:
        return False
    best = max(row)
    if best >= wish.quantity or not policy.sourcing.split or most == 1 or len(row) == 1:
        return best >= wish.quantity
    return sum(sorted(row, reverse=True)[:most], ZERO) >= wish.quantity


def _together(
    wishes: Sequence[Wish], places: list[int], routes: Sequence[Route], spans: list[list[tuple[int, int] | None]],
    reach: list[list[Decimal]], shelves: Shelves, policy: Policy,
) -> dict[int, list[Part]] | None:  # fmt: skip
    """The best way to serve these lines from the fewest sites; None if no set of sites serves all of them."""
    if not places:
        return None
    for size in range(1, min(policy.sourcing.most_sites, len(routes)) + 1):
        best: tuple[tuple[object, ...], dict[int, list[Part]]] | None = None
        for chosen in combinations(range(len(routes)), size):
            if not all(_covers(reach[place], chosen, wishes[place], policy) for place in places):
                continue
            parts = _gathered(wishes, places, [(routes[one], one) for one in chosen], spans, shelves)
            if parts is None:
                continue
            cost = _cost(parts)
            if best is None or cost < best[0]:
                best = (cost, parts)
            if size == 1 and all(part[0].ship_day == routes[chosen[0]].first for part in parts.values()):
                break  # routes come the earliest and cheapest first: no other single site can be better
        if best is not None:
            return best[1]
    return None


def _covers(row: list[Decimal], chosen: tuple[int, ...], wish: Wish, policy: Policy) -> bool:
    if len(chosen) == 1:
        return row[chosen[0]] >= wish.quantity
    if not policy.sourcing.split:
        return max(row[one] for one in chosen) >= wish.quantity
    return sum((row[one] for one in chosen), ZERO) >= wish.quantity


def _gathered(
    wishes: Sequence[Wish], places: list[int], chosen: list[tuple[Route, int]],
    spans: list[list[tuple[int, int] | None]], shelves: Shelves,
) -> dict[int, list[Part]] | None:  # fmt: skip
    """Every line from the chosen sites, one after another; None where lines that share goods leave one short."""
    shelves = shelves.copy()
    found: dict[int, list[Part]] = {}
    for place in places:
        wish, left, parts = wishes[place], wishes[place].quantity, []
        whole = next((one for one in chosen if _holds(wish, one, spans[place], shelves)), None)
        for route, column in [whole] if whole else chosen:
            span = spans[place][column]
            if span is None or left <= 0:
                continue
            quantity = min(left, shelves.sellable(wish, route, span[1]))
            if quantity > 0:
                parts.append(_part(wish, route, quantity, span[0], shelves))
                shelves.take(wish, route, quantity, parts[-1].ship_day or route.first)
                left -= quantity
        if left > 0:
            return None
        found[place] = _together_dated(parts) if wish.whole else parts
    return found


def _holds(wish: Wish, one: tuple[Route, int], row: list[tuple[int, int] | None], shelves: Shelves) -> bool:
    span = row[one[1]]
    return span is not None and shelves.sellable(wish, one[0], span[1]) >= wish.quantity


def _part(wish: Wish, route: Route, quantity: Decimal, first: int, shelves: Shelves) -> Part:
    """A part that supply within the horizon covers, on the first day that it does."""
    ready = shelves.first_day_for(wish, route, quantity, first)
    day = route.ships(first if ready is None else ready)
    leans_on = _leaning(wish, route, quantity, day, shelves)
    state = (
        "pre_order"
        if wish.ready is not None and wish.ready > route.first
        else "inbound"
        if leans_on
        else "in_stock"
    )
    return Part(state, route, quantity, day, route.arrival(day), leans_on)


def _leaning(wish: Wish, route: Route, quantity: Decimal, day: int, shelves: Shelves) -> tuple[Supply, ...]:
    """The inbound documents without which a part could not leave: the latest that make up what today lacks."""
    found: list[Supply] = []
    for good in wish.goods:
        curve = shelves.curve(good, route)
        lacking = quantity * good.per - curve.at(route.today.toordinal())
        for supply in reversed(curve.supply):
            if lacking <= 0:
                break
            if supply.day <= day and supply.quantity > 0:
                found.append(supply)
                lacking -= supply.quantity
    return tuple(sorted(found))


def _cost(parts: dict[int, list[Part]]) -> tuple[object, ...]:
    every = [part for line in parts.values() for part in line]
    shipments = {(part.route.site, part.ship_day): part.route.cost for part in every}
    latest = max((part.arrival or 0 for part in every), default=0)
    return len(shipments), latest, sum(shipments.values(), ZERO), sorted({part.route.site for part in every})


def _dated(wish: Wish, routes: Sequence[Route], shelves: Shelves, policy: Policy) -> list[Part]:
    """A line that cannot be had in time: from the one site that completes it first, else from all supply there is."""
    parts = _completed(wish, routes, shelves) or _scraped(wish, routes, shelves, policy)
    left = wish.quantity - sum((part.quantity for part in parts), ZERO)
    if left > 0 and wish.backorder:
        parts.append(_backordered(wish, routes, left))
    for part in parts:
        shelves.take(wish, part.route, part.quantity, part.ship_day or part.route.first)
    return _together_dated(parts) if wish.whole or not policy.sourcing.split else parts


def _completed(wish: Wish, routes: Sequence[Route], shelves: Shelves) -> list[Part]:
    """All of a line from one site: what is there at once, the rest on the day that completes it."""
    best: tuple[int, Decimal, str, Route, int] | None = None
    for route in routes:
        first = _first(wish, route)
        ready = shelves.first_day_for(wish, route, wish.quantity, first)
        if ready is not None:
            found = (route.arrival(route.ships(ready)), route.cost, route.site, route, first)
            best = found if best is None or found[:3] < best[:3] else best
    if best is None:
        return []
    route, first = best[3], best[4]
    now = ZERO if wish.whole else min(shelves.sellable(wish, route, first), wish.quantity)
    shelves = shelves.copy()
    parts = []
    if now > 0:
        parts.append(_part(wish, route, now, first, shelves))
        shelves.take(wish, route, now, first)
    if now < wish.quantity:
        parts.append(_part(wish, route, wish.quantity - now, first, shelves))
    return parts


def _scraped(wish: Wish, routes: Sequence[Route], shelves: Shelves, policy: Policy) -> list[Part]:
    """All supply that any site has within the horizon, the earliest first."""
    shelves, parts, left = shelves.copy(), [], wish.quantity
    offers = sorted(
        (route.arrival(route.ships(day)), route.cost, route.site, route.ships(day), place)
        for place, route in enumerate(routes)
        for day in _days(wish, route, shelves)
    )
    for _, _, _, day, place in offers:
        route = routes[place]
        quantity = min(left, shelves.sellable(wish, route, day))
        if quantity > 0:
            parts.append(_part(wish, route, quantity, _first(wish, route), shelves))
            shelves.take(wish, route, quantity, parts[-1].ship_day or day)
            left -= quantity
            if not policy.sourcing.split:
                break
    return parts


def _days(wish: Wish, route: Route, shelves: Shelves) -> set[int]:
    first = _first(wish, route)
    return {first} | {
        day for good in wish.goods for day, _ in shelves.curve(good, route).steps() if day > first
    }


def _backordered(wish: Wish, routes: Sequence[Route], quantity: Decimal) -> Part:
    """What has no supply: by the item's lead time from today, where it has one."""
    route = routes[0]
    if wish.lead_days is None:
        return Part("backorder", route, quantity, None, None, ())
    day = route.ships(max(route.today.toordinal() + wish.lead_days, _first(wish, route)))
    return Part("backorder", route, quantity, day, route.arrival(day), ())


def _first(wish: Wish, route: Route) -> int:
    return route.first if wish.ready is None else route.ships(max(wish.ready, route.first))


def _together_dated(parts: list[Part]) -> list[Part]:
    """A line that ships complete leaves when its last part can, or on no known day."""
    if len(parts) < 2:
        return parts
    if any(part.ship_day is None for part in parts):
        return [part._replace(ship_day=None, arrival=None) for part in parts]
    last = max(part.ship_day or 0 for part in parts)
    days = [part.route.ships(last) for part in parts]
    return [
        part._replace(ship_day=day, arrival=part.route.arrival(day))
        for part, day in zip(parts, days, strict=True)
    ]


def _floored(quantity: Decimal, step: Decimal) -> Decimal:
    return quantity - quantity % step if step else quantity
