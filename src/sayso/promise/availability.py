"""Available-to-promise over time, for one item at one site.

The quantity that can leave on a day is the least projected balance at any day from then to the horizon, so
that no commitment made for a later day is broken by it. Balances start from on hand without what is reserved
and without safety stock; dated supply adds, dated demand, protected allocations and live reservations take.
Supply whose date has passed is not on hand; demand whose date has passed counts today.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from sayso.canon.decimals import plain
from sayso.promise.cards import ZERO, Allocation, Demand, Inbound, ItemCard, Stock, Taken, place_of
from sayso.promise.policy import Policy

_NO_STOCK = Stock("")


class Owner(NamedTuple):
    """For whom a quantity is sellable: protected allocations of one's own do not count against one."""

    customer: str = ""
    group: str = ""
    contract: str = ""

    def owns(self, allocation: Allocation) -> bool:
        """Whether every owner that the allocation names is this one."""
        return (
            allocation.customer in ("", self.customer)
            and allocation.group in ("", self.group)
            and allocation.contract in ("", self.contract)
            and bool(allocation.customer or allocation.group or allocation.contract)
        )


NOBODY = Owner()


class Supply(NamedTuple):
    """Dated supply that a part can lean on. By `p50` and `p90` it has arrived at even odds, and nine times in ten."""

    day: int
    document: str
    line: str
    quantity: Decimal
    p50: date | None = None
    p90: date | None = None


class Curve(NamedTuple):
    """Sellable quantity over time: from `days[i]` on, `sellable[i]` can leave. Never decreasing, days ascending.

    `days[0]` is today, as a proleptic ordinal. `lows[i]` is the day whose balance set `sellable[i]`. Quantities
    may be negative, where more is committed than there is; `at` shows them as zero. What leaves only after the
    `horizon` counts on its last day, so that nothing is promised twice.
    """

    days: tuple[int, ...]
    sellable: tuple[Decimal, ...]
    lows: tuple[int, ...]
    supply: tuple[Supply, ...]
    horizon: int

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
        """The least projected balance from a day on; below zero where more is committed than there will be."""
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
        """The days on which the sellable quantity rises, with the quantity from then on."""
        found: list[tuple[int, Decimal]] = []
        for day, quantity in zip(self.days, self.sellable, strict=True):
            shown = max(quantity, ZERO)
            if not found or shown != found[-1][1]:
                found.append((day, shown))
        return found


class Arithmetic(NamedTuple):
    """How a sellable quantity came about, before live reservations take theirs (`promised`).

    sellable = on_hand - reserved - safety_stock + inbound - demand - allocated - promised.

    `until` is the day up to which supply and demand were counted: the day with the least projected balance.
    """

    on_hand: Decimal
    reserved: Decimal
    safety_stock: Decimal
    inbound: Decimal
    demand: Decimal
    allocated: Decimal
    until: date

    @property
    def unpromised(self) -> Decimal:
        """What would be sellable without live reservations."""
        return self.on_hand - self.reserved - self.safety_stock + self.inbound - self.demand - self.allocated

    def shown(self) -> dict[str, str]:
        """The same as text; what is zero is left out, but for what is on hand."""
        figures = {"on_hand": plain(self.on_hand)}
        for name, value in zip(self._fields[1:6], self[1:6], strict=True):
            if value:
                figures[name] = plain(value)
        figures["until"] = self.until.isoformat()
        return figures


def curve(
    card: ItemCard, taken: Taken, site: str, variant: str, owner: Owner, today: date, policy: Policy
) -> Curve:
    """The curve of one item at one site for one owner."""
    start = today.toordinal()
    horizon = start + policy.availability.horizon_days
    changes: dict[int, Decimal] = {start: _opening(_stock(card, site, variant), policy)}
    supply = _supply(card, site, variant, start, policy)
    for inbound in supply:
        changes[inbound.day] = changes.get(inbound.day, ZERO) + inbound.quantity
    for day, quantity in _takings(card, taken, site, variant, owner, start, policy):
        changes[day] = changes.get(day, ZERO) - quantity
    for day, quantity in _promised(taken, site, variant, start, horizon):
        changes[day] = changes.get(day, ZERO) - quantity
    return _from_changes(changes, supply, horizon)


def lowered(known: Curve, day: int, quantity: Decimal) -> Curve:
    """The curve after a reservation of so much on a day: every balance from that day on is lower by it.

    What can leave from that day on falls by the quantity; what could leave earlier is the least of what it was
    and what is left then. The same as drawing the curve anew with the reservation in it.
    """
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
    """The arithmetic of a day's projected balance, all but what live reservations take of it."""
    start = today.toordinal()
    stock = _stock(card, site, variant)
    supply = _supply(card, site, variant, start, policy)
    inbound = sum((one.quantity for one in supply if one.day <= until), ZERO)
    demand = sum((q for when, q in _demand(card, site, variant, start, policy) if when <= until), ZERO)
    allocated = sum(
        (q for when, q in _allocated(card, taken, site, variant, owner, start, policy) if when <= until), ZERO
    )
    safety = stock.safety_stock if policy.availability.safety_stock else ZERO
    return Arithmetic(
        stock.on_hand, stock.reserved, safety, inbound, demand, allocated, date.fromordinal(until)
    )


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


def _opening(stock: Stock, policy: Policy) -> Decimal:
    opening = stock.on_hand - stock.reserved
    return opening - stock.safety_stock if policy.availability.safety_stock else opening


def _stock(card: ItemCard, site: str, variant: str) -> Stock:
    for stock in card.stock:
        if stock.site == site and stock.variant == variant:
            return stock
    return _NO_STOCK


def _supply(card: ItemCard, site: str, variant: str, start: int, policy: Policy) -> tuple[Supply, ...]:
    rules, found = policy.availability, []
    for inbound in card.inbound:
        if inbound.site == site and inbound.variant == variant and _counts(inbound, policy):
            due = _expected(inbound, policy)
            day = due.toordinal() if due is not None else None
            if day is not None and day < start:
                day = start + 1 if rules.past_due_inbound == "next_day" else None
            if day is not None and day + rules.receiving_days <= start + rules.horizon_days:
                quantity = inbound.quantity - inbound.reserved
                ready = day + rules.receiving_days
                found.append(
                    Supply(ready, inbound.document, inbound.line, quantity, inbound.p50, inbound.p90)
                )
    return tuple(sorted(found)) if len(found) > 1 else tuple(found)


def _expected(inbound: Inbound, policy: Policy) -> date | None:
    """The day on which an inbound is expected: as its document states, or as receipts taught, where they did."""
    wanted = policy.availability.inbound_date
    if wanted == "stated":
        return inbound.due
    return (inbound.p50 if wanted == "p50" else inbound.p90) or inbound.due


def _counts(inbound: Inbound, policy: Policy) -> bool:
    rules = policy.availability
    return (inbound.status or "confirmed") in rules.inbound_status and (
        inbound.kind or "purchase"
    ) in rules.inbound_kinds


def _takings(
    card: ItemCard, taken: Taken, site: str, variant: str, owner: Owner, start: int, policy: Policy
) -> Iterable[tuple[int, Decimal]]:
    yield from _demand(card, site, variant, start, policy)
    if card.allocations:
        yield from _allocated(card, taken, site, variant, owner, start, policy)


def _demand(
    card: ItemCard, site: str, variant: str, start: int, policy: Policy
) -> Iterable[tuple[int, Decimal]]:
    for demand in card.demand:
        if demand.site == site and demand.variant == variant and _takes(demand, policy):
            due = demand.due or demand.planned or demand.requested
            yield max(due.toordinal(), start) if due else start, demand.quantity - demand.reserved


def _takes(demand: Demand, policy: Policy) -> bool:
    from_stock = demand.fulfilment in ("", "stock")
    return from_stock and (demand.status or "confirmed") in policy.availability.demand_status


def _allocated(
    card: ItemCard, taken: Taken, site: str, variant: str, owner: Owner, start: int, policy: Policy
) -> Iterable[tuple[int, Decimal]]:
    for allocation in card.allocations:
        if allocation.site == site and allocation.variant == variant and not owner.owns(allocation):
            left = allocation.quantity - taken.drawn.get(allocation.key, ZERO)
            if left > 0:
                yield max(allocation.due.toordinal(), start) if allocation.due else start, left


def _promised(
    taken: Taken, site: str, variant: str, start: int, horizon: int
) -> Iterable[tuple[int, Decimal]]:
    for day, quantity in taken.by_place.get(place_of(site, variant), {}).items():
        yield min(max(_ordinal(day), start), horizon), quantity


@lru_cache(maxsize=20000)
def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


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
