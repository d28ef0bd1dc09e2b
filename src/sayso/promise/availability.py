"""Available-to-promise over time, for one item at one site.

Plainly, the quantity that can leave on a day is the least projected balance at any day from then to the horizon, so
that no commitment made for a later day is broken by it. Other policies look ahead for a while only, or count without
dates (see look_ahead.py). Which rows count, and on which day, is in counted.py; live reservations always take theirs.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sayso.canon.decimals import plain
from sayso.promise.cards import ZERO, ItemCard, Taken
from sayso.promise.counted import (
    NOBODY,
    Owner,
    Supply,
    demand_of,
    opening_of,
    promised_of,
    protected_of,
    reserved_of,
    stock_of,
    supply_of,
    undated_of,
)
from sayso.promise.look_ahead import WHOLE, Ahead, window
from sayso.promise.policy import Policy

__all__ = [
    "NOBODY", "Arithmetic", "Curve", "Owner", "Supply", "ahead_of", "curve", "explained", "lowered", "own_allocation",
]  # fmt: skip


class Curve(NamedTuple):
    """Sellable quantity over time: from `days[i]` on, `sellable[i]` can leave. Days ascend.

    `days[0]` is today, as a proleptic ordinal. `lows[i]` is the day whose balance set `sellable[i]`. Quantities
    may be negative, where more is committed than there is; `at` shows them as zero. What leaves only after the
    `horizon` counts on its last day, so that nothing is promised twice. Quantities never decrease, unless the policy
    looks ahead for a while only: then `ahead` is what they were worked out from.
    """

    days: tuple[int, ...]
    sellable: tuple[Decimal, ...]
    lows: tuple[int, ...]
    supply: tuple[Supply, ...]
    horizon: int
    ahead: Ahead | None = None

    def at(self, day: int) -> Decimal:
        """What can leave on a day, never below zero; a day before today has nothing."""
        days = self.days
        if len(days) == 1 or day < days[1]:
            if day < days[0]:
                return ZERO
            quantity = self.sellable[0]
        else:
            quantity = self.sellable[bisect_right(days, day) - 1]
        return quantity if quantity > 0 else ZERO

    def balance(self, day: int) -> Decimal:
        """What can leave on a day; below zero where more is committed than there will be."""
        return self.sellable[max(bisect_right(self.days, day) - 1, 0)]

    def first_day_for(self, quantity: Decimal, earliest: int) -> int | None:
        """The first day from `earliest` on when so much can leave, None when supply within the horizon never suffices."""
        place = max(bisect_right(self.days, earliest) - 1, 0)
        for later in range(place, len(self.days)):
            if self.sellable[later] >= quantity:
                return max(self.days[later], earliest)
        return None

    def low(self, day: int) -> tuple[int, Decimal]:
        """The day whose projected balance says what can leave on a day, and that balance."""
        place = max(bisect_right(self.days, day) - 1, 0)
        return self.lows[place], self.sellable[place]

    def steps(self) -> list[tuple[int, Decimal]]:
        """The days on which the sellable quantity changes, with the quantity from then on."""
        found: list[tuple[int, Decimal]] = []
        for day, quantity in zip(self.days, self.sellable, strict=True):
            shown = max(quantity, ZERO)
            if not found or shown != found[-1][1]:
                found.append((day, shown))
        return found


class Arithmetic(NamedTuple):
    """How a sellable quantity came about, before live reservations take theirs (`promised`).

    sellable = on_hand - reserved - safety_stock + inbound - demand - allocated - look_ahead - promised.

    `until` is the day up to which supply and demand were counted: the day with the least projected balance, or the
    day that was asked for, and then `look_ahead` is what later commitments take of it.
    """

    on_hand: Decimal
    reserved: Decimal
    safety_stock: Decimal
    inbound: Decimal
    demand: Decimal
    allocated: Decimal
    look_ahead: Decimal
    until: date

    @property
    def unpromised(self) -> Decimal:
        """What would be sellable without live reservations."""
        there = self.on_hand - self.reserved - self.safety_stock + self.inbound
        return there - self.demand - self.allocated - self.look_ahead

    def shown(self) -> dict[str, str]:
        """The same as text; what is zero is left out, but for what is on hand."""
        figures = {"on_hand": plain(self.on_hand)}
        for name, value in zip(self._fields[1:7], self[1:7], strict=True):
            if value:
                figures[name] = plain(value)
        figures["until"] = self.until.isoformat()
        return figures


def curve(
    card: ItemCard, taken: Taken, site: str, variant: str, owner: Owner, today: date, policy: Policy
) -> Curve:
    """The curve of one item at one site for one owner."""
    start, rules = today.toordinal(), policy.availability
    horizon = start + rules.horizon_days
    if rules.count == "free":
        left = opening_of(card, site, variant, start, policy) - sum(
            (q for _, q in _kept(card, taken, site, variant, owner, start, horizon)), ZERO
        )
        return Curve((start,), (left,), (start,), (), horizon)
    if (
        rules.count == "forecast"
        or rules.look_ahead != "unlimited"
        or rules.look_ahead_rule == "until_surplus"
    ):
        supply = supply_of(card, site, variant, start, horizon, policy)
        return _seen(ahead_of(card, taken, site, variant, owner, start, horizon, policy), supply)
    changes: dict[int, Decimal] = {start: opening_of(card, site, variant, start, policy)}
    supply = supply_of(card, site, variant, start, horizon, policy)
    for inbound in supply:
        changes[inbound.day] = changes.get(inbound.day, ZERO) + inbound.quantity
    for day, quantity in demand_of(card, site, variant, start, policy):
        changes[day] = changes.get(day, ZERO) - quantity
    for day, quantity in _kept(card, taken, site, variant, owner, start, horizon):
        changes[day] = changes.get(day, ZERO) - quantity
    return _from_changes(changes, supply, horizon)


def ahead_of(
    card: ItemCard, taken: Taken, site: str, variant: str, owner: Owner, start: int, horizon: int, policy: Policy
) -> Ahead:  # fmt: skip
    """What comes in and what has to leave from one day to another, and how far past a day the policy looks."""
    rules = policy.availability
    comes: dict[int, Decimal] = {}
    for supply in supply_of(card, site, variant, start, horizon, policy):
        comes[supply.day] = comes.get(supply.day, ZERO) + supply.quantity
    leaves: dict[int, Decimal] = {}
    for some in (
        demand_of(card, site, variant, start, policy),
        _kept(card, taken, site, variant, owner, start, horizon),
    ):
        for day, quantity in some:
            if day <= horizon:
                leaves[day] = leaves.get(day, ZERO) + quantity
    opening = opening_of(card, site, variant, start, policy)
    if rules.count == "forecast":
        undated = undated_of(card, site, variant, policy)
        return Ahead(opening, comes, leaves, start, horizon, WHOLE, undated)
    seen = window(rules.look_ahead, rules.bucket, rules.look_ahead_rule)
    return Ahead(opening, comes, leaves, start, horizon, seen)


def lowered(known: Curve, day: int, quantity: Decimal) -> Curve:
    """The curve after a reservation of so much on a day: every balance from that day on is lower by it.

    What can leave from that day on falls by the quantity; what could leave earlier is the least of what it was
    and what is left then. The same as drawing the curve anew with the reservation in it, which is done where the
    policy looks ahead for a while only.
    """
    if known.ahead is not None:
        return _seen(known.ahead.less(day, quantity), known.supply)
    day = min(day, known.horizon)
    if len(known.days) == 1:
        low = known.lows[0]
        left = known.sellable[0] - quantity
        return Curve(known.days, (left,), (max(low, day),), known.supply, known.horizon)
    place = max(bisect_right(known.days, day) - 1, 0)
    later = tuple(value - quantity for value in known.sellable[place:])
    rest = later[0]
    low = known.lows[place] if known.lows[place] >= day else day
    earlier, lows = [], []
    for value, its_low in zip(known.sellable[:place], known.lows[:place], strict=True):
        earlier.append(min(value, rest))
        lows.append(its_low if value < rest else low)
    return known._replace(sellable=(*earlier, *later), lows=(*lows, low, *known.lows[place + 1 :]))


def explained(
    card: ItemCard,
    taken: Taken,
    site: str,
    variant: str,
    owner: Owner,
    today: date,
    policy: Policy,
    until: int,
) -> Arithmetic:
    """The arithmetic of what can leave on a day, all but what live reservations take of it."""
    start, rules = today.toordinal(), policy.availability
    horizon = start + rules.horizon_days
    stock = stock_of(card, site, variant)
    reserved = reserved_of(card, stock, variant, start, policy)
    safety = stock.safety_stock if rules.safety_stock else ZERO
    when = date.fromordinal(until)
    protected = list(protected_of(card, taken, site, variant, owner, start))
    if rules.count == "free":
        allocated = sum((q for _, q in protected), ZERO)
        return Arithmetic(stock.on_hand, reserved, safety, ZERO, ZERO, allocated, ZERO, when)
    supply = supply_of(card, site, variant, start, horizon, policy)
    inbound = sum((one.quantity for one in supply if one.day <= until), ZERO)
    if rules.count == "forecast" and until >= horizon:
        inbound += undated_of(card, site, variant, policy)
    demand = sum((q for when, q in demand_of(card, site, variant, start, policy) if when <= until), ZERO)
    allocated = sum((q for when, q in protected if when <= until), ZERO)
    later = ZERO
    if rules.count == "dated" and rules.look_ahead_rule == "until_surplus":
        unpromised = Taken(drawn=taken.drawn)
        later = ahead_of(card, unpromised, site, variant, owner, start, horizon, policy).forward(until)
    return Arithmetic(stock.on_hand, reserved, safety, inbound, demand, allocated, later, when)


def own_allocation(
    card: ItemCard, taken: Taken, site: str, variant: str, owner: Owner, quantity: Decimal
) -> list[tuple[str, Decimal]]:
    """How a reservation draws on the owner's allocations there: (allocation or "", quantity) parts that sum to it.

    It draws first on what is protected from the earliest day: else that would go on being kept from others, beside
    what is taken.
    """
    parts: list[tuple[str, Decimal]] = []
    for allocation in sorted(card.allocations, key=lambda one: (one.due or date.min, one.key)):
        if (allocation.site, allocation.variant) != (site, variant) or not owner.owns(allocation):
            continue
        drawn = min(quantity, allocation.quantity - taken.drawn.get(allocation.key, ZERO))
        if drawn > 0:
            parts.append((allocation.key, drawn))
            quantity -= drawn
    if quantity > 0 or not parts:
        parts.append(("", quantity))
    return parts


def _kept(
    card: ItemCard, taken: Taken, site: str, variant: str, owner: Owner, start: int, horizon: int
) -> Iterable[tuple[int, Decimal]]:
    """What is kept from this owner though no demand asks for it: protected for others, or promised."""
    if card.allocations:
        yield from protected_of(card, taken, site, variant, owner, start)
    yield from promised_of(taken, site, variant, start, horizon)


def _seen(ahead: Ahead, supply: tuple[Supply, ...]) -> Curve:
    days, sellable, lows = ahead.pieces()
    return Curve(days, sellable, lows, supply, ahead.horizon, ahead)


def _from_changes(changes: dict[int, Decimal], supply: tuple[Supply, ...], horizon: int) -> Curve:
    days = sorted(changes)
    balances, balance = [], ZERO
    for day in days:
        balance += changes[day]
        balances.append(balance)
    while len(days) > 1 and days[-1] > horizon:
        days.pop(), balances.pop()
    sellable, lows = list(balances), list(days)
    for place in range(len(days) - 2, -1, -1):
        if sellable[place + 1] <= sellable[place]:
            sellable[place], lows[place] = sellable[place + 1], lows[place + 1]
    return Curve(tuple(days), tuple(sellable), tuple(lows), supply, horizon)
