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
        first = route.first if self.ready is None else route.ships(max(self.ready, route.first))
        if route.waits and self.need_by is not None:
            return max(first, route.last_ship_day(self.need_by) or first)
        return first


class Part(NamedTuple):
    """So much from a site on a day; None where nobody knows the day. It is reserved from `held_from` on.

    `kept`: what is there then need not be there later, so that it is set aside on that day wherever it waits.
    """

    state: str
    route: Route
    quantity: Decimal
    ship_day: int | None
    arrival: int | None
    leans_on: tuple[Supply, ...]
    held_from: int
    kept: bool = False


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

    def most(self, wish: Wish, route: Route, first: int, last: int) -> Decimal:
        """How much of a line can leave a site on one of the days from `first` to `last`, both days on which it ships."""
        if first == last or self._rising(wish, route):
            return self.sellable(wish, route, last)
        turns = {day for good in wish.goods for day in self.curve(good, route).days if first < day <= last}
        return max(
            self.sellable(wish, route, day) for day in {first, last, *(route.ships(day) for day in turns)}
        )

    def first_day_for(self, wish: Wish, route: Route, quantity: Decimal, earliest: int) -> int | None:
        """The first day from `earliest` on which the site ships and so much can leave."""
        day = earliest
        while True:
            ready = self._there(wish, route, quantity, day)
            if ready is None:
                return None
            ships = route.ships(ready)
            if ships == ready or self._there(wish, route, quantity, ships) == ships:
                return ships
            day = ships

    def _there(self, wish: Wish, route: Route, quantity: Decimal, earliest: int) -> int | None:
        """The first day on which so much of everything that a line draws on is there."""
        day = earliest
        while True:
            before = day
            for good in wish.goods:
                ready = self.curve(good, route).first_day_for(quantity * good.per, day)
                if ready is None:
                    return None
                day = ready
            if day == before or len(wish.goods) == 1:
                return day

    def _rising(self, wish: Wish, route: Route) -> bool:
        """Whether what can leave never falls from one day to a later one."""
        return all(self.curve(good, route).ahead is None for good in wish.goods)

    def take(self, wish: Wish, part: Part) -> None:
        """Take a part from the shelf."""
        for good in wish.goods:
            key = (good.facts.card.item, good.variant, part.route.site)
            needed = part.quantity * good.per
            self._drawn[key] = lowered(self.curve(good, part.route), part.held_from, needed)

    def part(self, wish: Wish, route: Route, quantity: Decimal, first: int) -> Part:
        """A part that supply within the horizon covers, on the first day that it does, from `first` on."""
        ready = self.first_day_for(wish, route, quantity, first)
        day = route.ships(first) if ready is None else ready
        kept = not self._rising(wish, route)
        leans_on = self._leaning(wish, route, quantity, day if kept else None)
        state = "in_stock"
        if wish.ready is not None and wish.ready > route.first:
            state = "pre_order"
        elif leans_on:
            state = "inbound"
        return Part(state, route, quantity, day, route.arrival(day), leans_on, day, kept)

    def _leaning(self, wish: Wish, route: Route, quantity: Decimal, leaves: int | None) -> tuple[Supply, ...]:
        """The inbound documents that a part waits for; `leaves` is its day where what is there need not stay there.

        Of what has come in by the day on which there is enough, the latest that make up what today lacks: earlier
        supply goes to earlier commitments, and later supply is not waited for.
        """
        found: list[Supply] = []
        today = route.today.toordinal()
        for good in wish.goods:
            curve, needed = self.curve(good, route), quantity * good.per
            lacking = needed - curve.at(today)
            if leaves is not None:
                lacking = needed - min(
                    curve.at(day) for day in {today, *curve.days} if day < leaves or day == today
                )
                ready: int | None = leaves
            else:
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
        part._replace(
            ship_day=day, arrival=part.route.arrival(day), held_from=part.held_from if part.kept else day
        )
        for part, day in zip(parts, days, strict=True)
    ]
