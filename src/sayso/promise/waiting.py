"""A line that cannot be had in time: from the one site that completes it first, else from all supply there is.

What no supply within the horizon covers is on backorder, by the item's lead time.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sayso.promise.calendars import Route
from sayso.promise.cards import ZERO
from sayso.promise.policy import Policy
from sayso.promise.shelves import Part, Shelves, Wish


def waited_for(wish: Wish, routes: Sequence[Route], shelves: Shelves, policy: Policy) -> list[Part]:
    """The parts of a line, each on its own first day. They may sum to less than it asks, where nothing is backordered."""
    split = policy.sourcing.split
    most_sites = policy.sourcing.most_sites if split else 1
    parts = _completed(wish, routes, shelves, split)
    if not parts:
        parts = _scraped(wish, routes, shelves, most_sites) if split else _most_of_it(wish, routes, shelves)
    left = wish.quantity - sum((part.quantity for part in parts), ZERO)
    if left > 0 and wish.backorder:
        sites = {part.route.site for part in parts}
        full = len(sites) == most_sites and routes[0].site not in sites
        parts.append(_backordered(wish, parts[0].route if full else routes[0], left))
    return parts


def _completed(wish: Wish, routes: Sequence[Route], shelves: Shelves, split: bool) -> list[Part]:
    """All of a line from one site: what is there at once, the rest on the day that completes it."""
    best: tuple[int, Decimal, str, Route, int] | None = None
    for route in routes:
        first = wish.first(route)
        ready = shelves.first_day_for(wish, route, wish.quantity, first)
        if ready is not None:
            found = (route.arrival(ready), route.cost, route.site, route, first)
            best = found if best is None or found[:3] < best[:3] else best
    if best is None:
        return []
    route, first = best[3], best[4]
    now = ZERO if wish.whole or not split else min(shelves.sellable(wish, route, first), wish.quantity)
    shelves = shelves.copy()
    parts = []
    if now > 0:
        parts.append(shelves.part(wish, route, now, first))
        shelves.take(wish, parts[0])
    if now < wish.quantity:
        parts.append(shelves.part(wish, route, wish.quantity - now, first))
    return parts


def _scraped(wish: Wish, routes: Sequence[Route], shelves: Shelves, most_sites: int) -> list[Part]:
    """All supply that sites have within the horizon, the earliest first, from as many sites as a line may come from."""
    shelves, parts, left = shelves.copy(), [], wish.quantity
    sites: set[str] = set()
    offers = sorted(
        (route.arrival(route.ships(day)), route.cost, route.site, route.ships(day), place)
        for place, route in enumerate(routes)
        for day in _days(wish, route, shelves)
    )
    for _, _, site, day, place in offers:
        if site not in sites and len(sites) == most_sites:
            continue
        quantity = min(left, shelves.sellable(wish, routes[place], day))
        if quantity > 0:
            sites.add(site)
            parts.append(shelves.part(wish, routes[place], quantity, wish.first(routes[place])))
            shelves.take(wish, parts[-1])
            left -= quantity
    return parts


def _most_of_it(wish: Wish, routes: Sequence[Route], shelves: Shelves) -> list[Part]:
    """What may not be split: as much of it as one site will have, from the site that will have most."""
    reach = [
        max(shelves.sellable(wish, route, route.ships(day)) for day in _days(wish, route, shelves))
        for route in routes
    ]
    most = max(reach, default=ZERO)
    if most <= 0:
        return []
    route = routes[reach.index(most)]
    return [shelves.part(wish, route, most, wish.first(route))]


def _days(wish: Wish, route: Route, shelves: Shelves) -> set[int]:
    """The days on which a site has more of a line than the day before."""
    first = wish.first(route)
    return {first} | {
        day for good in wish.goods for day, _ in shelves.curve(good, route).steps() if day > first
    }


def _backordered(wish: Wish, route: Route, quantity: Decimal) -> Part:
    """What has no supply: by the item's lead time from today, where it has one."""
    if wish.lead_days is None:
        return Part("backorder", route, quantity, None, None, (), wish.first(route))
    day = route.ships(max(route.today.toordinal() + wish.lead_days, wish.first(route)))
    return Part("backorder", route, quantity, day, route.arrival(day), (), day)
