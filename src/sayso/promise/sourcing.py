"""From which sites, in which parts and on which days: fewest sites, then fewest shipments, then earliest, then cheapest.

A line that can be had in time (by its date, or at once where it names none) comes from the smallest set of
sites that can serve all such lines. A line that cannot is dated by supply, and what has none is backordered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from sayso.promise.availability import Owner
from sayso.promise.calendars import Route
from sayso.promise.cards import ZERO
from sayso.promise.policy import Policy
from sayso.promise.shelves import Part, Shelves, Wish, dated_together
from sayso.promise.waiting import waited_for

#: So many sites, the best of those that have anything, are tried together.
_MOST_TOGETHER = 8

Plan = list[list[Part]]
Span = tuple[int, int]


class _Search(NamedTuple):
    """What the search for a set of sites looks at: by line and site, the days and the quantity in time."""

    wishes: Sequence[Wish]
    routes: Sequence[Route]
    spans: list[list[Span | None]]
    reach: list[list[Decimal]]
    split: bool
    most: int


def planned(
    wishes: Sequence[Wish], routes: Sequence[Route], owner: Owner, policy: Policy, shelves: Shelves | None = None
) -> Plan:  # fmt: skip
    """The parts of every line, each on its own first day. Without a route a line has no parts.

    A line's parts may sum to less than it asks. What they take is taken from the `shelves`, where these are given.
    """
    if not routes:
        return [[] for _ in wishes]
    at_once = _at_once(wishes, routes[0], owner) if shelves is None else None
    if at_once is not None:
        return at_once
    shelves = Shelves(owner) if shelves is None else shelves
    search = _search(wishes, routes, shelves, policy)
    in_time = [place for place in range(len(wishes)) if _enough(search, place)]
    plan: Plan = [[] for _ in wishes]
    # Where no set of sites serves all of them, each is served as well as can be after those before it.
    for some in [in_time, *([place] for place in in_time)]:
        if some and not plan[some[0]]:
            for place, parts in (_together(search, some, shelves) or {}).items():
                plan[place] = _taken(wishes[place], parts, shelves)
    for place, wish in enumerate(wishes):
        if not plan[place]:
            plan[place] = _taken(wish, waited_for(wish, routes, shelves, policy), shelves)
    return plan


def _taken(wish: Wish, parts: list[Part], shelves: Shelves) -> list[Part]:
    for part in parts:
        shelves.take(wish, part)
    return parts


def _at_once(wishes: Sequence[Wish], route: Route, owner: Owner) -> Plan | None:
    """Everything from the best site's stock on its first day: then no other plan can be better, and none is looked for."""
    today, first, arrival = route.today, route.first, route.arrival(route.first)
    start = today.toordinal()
    plan: Plan = []
    seen: set[tuple[str, str]] = set()
    for wish in wishes:
        if wish.ready is not None or (wish.need_by is not None and (arrival > wish.need_by or route.waits)):
            return None
        for good in wish.goods:
            key = (good.facts.card.item, good.variant)
            curve = good.facts.curve(route.site, good.variant, owner, today)
            needed = wish.quantity if good.per == 1 else wish.quantity * good.per
            if key in seen or curve.at(first) < needed or curve.at(start) < needed:
                return None
            seen.add(key)
        plan.append([Part("in_stock", route, wish.quantity, first, arrival, (), first)])
    return plan


def _search(wishes: Sequence[Wish], routes: Sequence[Route], shelves: Shelves, policy: Policy) -> _Search:
    spans = [[_span(wish, route) for route in routes] for wish in wishes]
    reach = [
        [
            ZERO if span is None else shelves.most(wish, route, *span)
            for route, span in zip(routes, row, strict=True)
        ]
        for wish, row in zip(wishes, spans, strict=True)
    ]
    rules = policy.sourcing
    return _Search(wishes, routes, spans, reach, rules.split, rules.most_sites)


def _span(wish: Wish, route: Route) -> Span | None:
    """The first and the last day on which a line may leave a site and be in time; None where it cannot."""
    first = wish.first(route)
    if wish.need_by is None:
        return first, first
    last = route.last_ship_day(wish.need_by)
    return None if last is None or last < first else (first, last)


def _enough(search: _Search, place: int) -> bool:
    """Whether a line can be had in time from as many sites as it may come from."""
    row, quantity = search.reach[place], search.wishes[place].quantity
    best = max(row)
    if best >= quantity or not search.split or search.most == 1 or len(row) == 1:
        return best >= quantity
    return sum(sorted(row, reverse=True)[: search.most], ZERO) >= quantity


def _together(search: _Search, places: list[int], shelves: Shelves) -> dict[int, list[Part]] | None:
    """The best way to serve these lines from the fewest sites; None if no set of sites serves all of them."""
    routes = search.routes
    for size in range(1, min(search.most, len(routes)) + 1):
        best: tuple[tuple[object, ...], dict[int, list[Part]]] | None = None
        for chosen in combinations(_candidates(search, places, size), size):
            if not all(_covers(search, place, chosen) for place in places):
                continue
            parts = _gathered(search, places, chosen, shelves)
            if parts is None:
                continue
            cost = _cost(search.wishes, parts)
            if best is None or cost < best[0]:
                best = (cost, parts)
            if size == 1 and all(part[0].ship_day == routes[chosen[0]].first for part in parts.values()):
                break  # routes come the earliest and cheapest first: no other single site can be better
        if best is not None:
            return best[1]
    return None


def _candidates(search: _Search, places: list[int], size: int) -> Iterable[int]:
    """The sites that sets of a size are made of: for more than one, the best of those that have something."""
    every = range(len(search.routes))
    if size == 1:
        return every
    return [one for one in every if any(search.reach[place][one] > 0 for place in places)][:_MOST_TOGETHER]


def _covers(search: _Search, place: int, chosen: tuple[int, ...]) -> bool:
    row, quantity = search.reach[place], search.wishes[place].quantity
    if len(chosen) == 1:
        return row[chosen[0]] >= quantity
    if not search.split:
        return max(row[one] for one in chosen) >= quantity
    return sum((row[one] for one in chosen), ZERO) >= quantity


def _gathered(
    search: _Search, places: list[int], chosen: tuple[int, ...], shelves: Shelves
) -> dict[int, list[Part]] | None:
    """Every line from the chosen sites, one after another; None where lines that share goods leave one short."""
    shelves = shelves.copy()
    found: dict[int, list[Part]] = {}
    for place in places:
        wish = search.wishes[place]
        parts: list[Part] = []
        left = wish.quantity
        whole = next((one for one in chosen if _holds(search, place, one, shelves)), None)
        for one in chosen if whole is None else (whole,):
            span, route = search.spans[place][one], search.routes[one]
            if span is None or left <= 0:
                continue
            quantity = min(left, shelves.most(wish, route, *span))
            if quantity > 0:
                parts.append(shelves.part(wish, route, quantity, span[0]))
                shelves.take(wish, parts[-1])
                left -= quantity
        if left > 0 or (len(parts) > 1 and not search.split):
            return None
        found[place] = parts
    return found


def _holds(search: _Search, place: int, one: int, shelves: Shelves) -> bool:
    """Whether one site has all of a line in time."""
    wish, span = search.wishes[place], search.spans[place][one]
    return span is not None and shelves.most(wish, search.routes[one], *span) >= wish.quantity


def _cost(wishes: Sequence[Wish], found: dict[int, list[Part]]) -> tuple[object, ...]:
    every = [
        part
        for place, parts in found.items()
        for part in (dated_together(parts) if wishes[place].whole else parts)
    ]
    shipments = {(part.route.site, part.ship_day): part.route.cost for part in every}
    latest = max((part.arrival or 0 for part in every), default=0)
    return len(shipments), latest, sum(shipments.values(), ZERO), sorted({part.route.site for part in every})
