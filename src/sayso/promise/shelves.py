"""What is left on the shelves while one request is sourced, and the parts that are taken from them.

Knows quantities, days and the documents that a part leans on; which site is asked first is said by the caller.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from sayso.promise.availability import Curve, Owner, Supply, lowered
from sayso.promise.calendars import Route
from sayso.promise.facts import ItemFacts

_PLENTY = Decimal(10) ** 15


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

    def first(self, route: Route) -> int:
        """The first day on which it may leave a site at all."""
        return route.first if self.ready is None else route.ships(max(self.ready, route.first))


class Part(NamedTuple):
    """So much from a site on a day; None where nobody knows the day. It is reserved from `held_from` on."""

    state: str
    route: Route
    quantity: Decimal
    ship_day: int | None
    arrival: int | None
    leans_on: tuple[Supply, ...]
    held_from: int


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
        if quantity >= wish.quantity or not wish.step:
            return quantity
        return quantity - quantity % wish.step

    def first_day_for(self, wish: Wish, route: Route, quantity: Decimal, earliest: int) -> int | None:
        """The first day on which so much can leave."""
        day = earliest
        for good in wish.goods:
            ready = self.curve(good, route).first_day_for(quantity * good.per, earliest)
            if ready is None:
                return None
            day = max(day, ready)
        return day

    def take(self, wish: Wish, part: Part) -> None:
        """Take a part from the shelf."""
        for good in wish.goods:
            key = (good.facts.card.item, good.variant, part.route.site)
            needed = part.quantity * good.per
            self._drawn[key] = lowered(self.curve(good, part.route), part.held_from, needed)

    def part(self, wish: Wish, route: Route, quantity: Decimal, first: int) -> Part:
        """A part that supply within the horizon covers, on the first day that it does, from `first` on."""
        ready = self.first_day_for(wish, route, quantity, first)
        day = route.ships(first if ready is None else ready)
        leans_on = self._leaning(wish, route, quantity)
        state = "in_stock"
        if wish.ready is not None and wish.ready > route.first:
            state = "pre_order"
        elif leans_on:
            state = "inbound"
        return Part(state, route, quantity, day, route.arrival(day), leans_on, day)

    def _leaning(self, wish: Wish, route: Route, quantity: Decimal) -> tuple[Supply, ...]:
        """The inbound documents that a part waits for.

        Of what has come in by the day on which there is enough, the latest that make up what today lacks: earlier
        supply goes to earlier commitments, and later supply is not waited for.
        """
        found: list[Supply] = []
        today = route.today.toordinal()
        for good in wish.goods:
            curve, needed = self.curve(good, route), quantity * good.per
            lacking = needed - curve.at(today)
            ready = curve.first_day_for(needed, today) if lacking > 0 else None
            if ready is None:
                continue
            for supply in reversed(curve.supply):
                if lacking <= 0:
                    break
                if supply.day <= ready and supply.quantity > 0:
                    found.append(supply)
                    lacking -= supply.quantity
        return tuple(sorted(found))


def dated_together(parts: list[Part]) -> list[Part]:
    """A line that ships complete leaves when its last part can, or on no known day.

    On no known day, each part is held from the day on which it is there.
    """
    if len(parts) < 2:
        return parts
    if any(part.ship_day is None for part in parts):
        return [part._replace(ship_day=None, arrival=None) for part in parts]
    last = max(part.ship_day or 0 for part in parts)
    days = [part.route.ships(last) for part in parts]
    return [
        part._replace(ship_day=day, arrival=part.route.arrival(day), held_from=day)
        for part, day in zip(parts, days, strict=True)
    ]
