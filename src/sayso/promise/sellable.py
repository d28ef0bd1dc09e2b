"""Three questions of stock and dates, each asked alone: how much on a day, from when, and would a salesman be warned?

The answers are those of the policy's ERP, with the arithmetic that led to them. Nothing is held, and no destination,
buyer or price is looked at; calendars and other lines' shipping times are said by the caller.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import replace

from sayso.canon.decimals import plain
from sayso.promise.availability import NOBODY, Curve, ahead_of, curve, explained
from sayso.promise.cards import ZERO, Component, Demand, ItemCard, Taken
from sayso.promise.counted import demand_of, leaving, stock_of
from sayso.promise.look_ahead import Ahead
from sayso.promise.order_promising import Line, first_day
from sayso.promise.policy import Policy

_NOTHING = Taken()


class Place(NamedTuple):
    """An item at a site: its card, the site, the variant, and what live reservations take."""

    card: ItemCard
    site: str
    variant: str = ""
    taken: Taken = _NOTHING


class Reckoned(NamedTuple):
    """A quantity in base units, None where none is counted; and how it was come to."""

    quantity: Decimal | None
    arithmetic: list[str]


class Warned(NamedTuple):
    """Whether a line makes a shortage, and what is left after it; None where nothing is counted."""

    warning: bool
    after: Decimal | None
    arithmetic: list[str]


class Dated(NamedTuple):
    """The earliest day, None where there is none; and how it was come to."""

    day: date | None
    arithmetic: list[str]


class Replaced(NamedTuple):
    """A line as it stood before it was changed: so many, and the demand that it is; None where no demand says so."""

    quantity: Decimal
    demand: Demand | None


class Own(NamedTuple):
    """The line of a document that is to be promised, as it stands among the demand: `day` is its shipment date.

    A special order has the day on which the supply that is linked to it is expected, where it is linked to any.
    """

    demand: Demand
    day: date
    linked: date | None = None


def sellable(place: Place, day: date, today: date, policy: Policy) -> Reckoned:
    """What can be sold of an item at a site on a day; what is not stocked is not counted."""
    if not place.card.stocked:
        return Reckoned(None, [f"{place.card.item} is not stocked: it is never checked"])
    there, told = _there(place, day, today, policy)
    if there < 0 and policy.availability.below_zero == "as_zero":
        return Reckoned(ZERO, [*told, "less than nothing is told as nothing"])
    return Reckoned(there, told)


def kits_of(parts: Mapping[Component, Reckoned]) -> Reckoned:
    """How many kits there are of what can be sold of each component; of what is not stocked there is always enough."""
    told = [
        f"{one.component}, {plain(one.quantity)} in each: {line}"
        for one, found in parts.items()
        for line in found.arithmetic
    ]
    counted = (found.quantity // one.quantity for one, found in parts.items() if found.quantity is not None)
    return Reckoned(min(counted, default=None), told)


def warning(
    place: Place, quantity: Decimal, day: date, replaced: Replaced | None, today: date, policy: Policy,
    fulfilment: str = "",
) -> Warned:  # fmt: skip
    """Whether a line of so many, to leave on a day, leaves less than nothing; what it replaces is left out first.

    Source: Business Central, codeunit "Item-Check Avail.", SalesLineShowWarning: the line's own old quantity is given
    back, and a line of nothing, or of what comes back, warns of nothing.
    """
    if not place.card.stocked:
        return Warned(False, None, [f"{place.card.item} is not stocked: it is never checked"])
    if fulfilment == "drop_ship":
        return Warned(False, None, ["a drop shipment takes nothing from stock: it is never checked"])
    own = None if replaced is None else replaced.demand
    without = place
    if replaced is not None and own is not None:
        stood = leaving(own, policy.availability) or today
        without = place._replace(card=_less(place.card, own, replaced.quantity, stood > day, policy))
    there, told = _there(without, day, today, policy)
    after = there - quantity
    if replaced is not None:
        gone = ", which no demand says" if own is None else ""
        told.insert(0, f"without the line's earlier {plain(replaced.quantity)}{gone}")
    told.append(f"{plain(there)} - {plain(quantity)} of this line = {plain(after)}")
    return Warned(quantity > 0 and after < 0, after, told)


def earliest(
    place: Place, quantity: Decimal, wanted: date, own: Own | None, today: date, policy: Policy
) -> Dated:
    """The first day on which so many can leave that are wanted on a day; a line's own demand does not stand against it.

    Other lines that are not to count are not on the card. No calendar is looked at.
    """
    if not place.card.stocked:
        return Dated(wanted, [f"{place.card.item} is not stocked: it is never checked"])
    if own is not None and own.demand.fulfilment == "drop_ship":
        return Dated(wanted, ["a drop shipment takes nothing from stock: it is never checked"])
    if own is not None and own.demand.fulfilment == "special_order":
        expected = f"expected on {own.linked}" if own.linked else "not linked to any"
        return Dated(own.linked, [f"a special order waits for its own supply, which is {expected}"])
    if policy.availability.look_ahead_rule == "until_surplus":
        return _promised(place, quantity, wanted, own, policy)
    without = place
    if own is not None:
        without = place._replace(card=_less(place.card, own.demand, own.demand.quantity, False, policy))
    found = _curve(without, today, policy)
    day = found.first_day_for(quantity, max(wanted, today).toordinal())
    steps = ", ".join(f"{plain(there)} from {date.fromordinal(when)}" for when, there in found.steps())
    return Dated(None if day is None else date.fromordinal(day), [f"can leave: {steps}"])


def _promised(place: Place, quantity: Decimal, wanted: date, own: Own | None, policy: Policy) -> Dated:
    """As Business Central promises an order line (codeunit AvailabilityManagement, CalcAvailableToPromiseLine)."""
    if own is not None and own.demand.quantity <= own.demand.reserved:
        return Dated(own.day, [f"all of the line is reserved: it leaves on its shipment date, {own.day}"])
    ever = ahead_of(
        place.card, place.taken, place.site, place.variant, NOBODY, 1, date.max.toordinal(), policy
    )
    line = None if own is None else Line(own.demand.quantity, own.day.toordinal())
    found = first_day(ever, quantity, wanted.toordinal(), line)
    return Dated(None if found.day is None else date.fromordinal(found.day), found.arithmetic)


def _curve(place: Place, today: date, policy: Policy) -> Curve:
    return curve(place.card, place.taken, place.site, place.variant, NOBODY, today, policy)


def _there(place: Place, day: date, today: date, policy: Policy) -> tuple[Decimal, list[str]]:
    """What can leave on a day, below zero where more is committed, and the sum that it is."""
    rules = policy.availability
    if day < today and rules.past_due_inbound == "today":
        today = day  # as that day saw it: what was due by then, and what came later
    found = _curve(place, today, policy)
    until, there = found.low(day.toordinal())
    if rules.count == "forecast" and found.ahead is not None:
        until, there = found.horizon, found.ahead.total
    card, site, variant, taken = place
    figures = explained(card, taken, site, variant, NOBODY, today, policy, until)
    told = _sum(figures.shown(), figures.unpromised, there)
    if figures.look_ahead and found.ahead is not None:
        told += _looked_at(found.ahead, until)
    return there, told


def _sum(figures: dict[str, str], unpromised: Decimal, there: Decimal) -> list[str]:
    """The figures as one sum, each with its sign."""
    until = figures.pop("until")
    promised = {} if there == unpromised else {"promised": plain(unpromised - there)}
    terms = [
        f"{'+' if name == 'inbound' else '-'} {value} {name}"
        for name, value in (figures | promised).items()
        if name != "on_hand"
    ]
    return [" ".join([f"{figures['on_hand']} on hand", *terms, f"= {plain(there)}, counted to {until}"])]


def _looked_at(ahead: Ahead, day: int) -> list[str]:
    """The buckets that were looked at after a day, and the one that ended it."""
    last = ahead.window.last(day)
    told: list[str] = []
    for bucket, comes, leaves in ahead.buckets:
        if bucket.last <= day:
            continue
        if last is not None and bucket.first > last:
            break
        name = f"{date.fromordinal(bucket.first)}"
        if bucket.first <= day:
            told.append(f"later within the bucket of {name} counts as it is")
        elif comes > leaves:
            told.append(f"{name} brings {plain(comes)} and needs {plain(leaves)}: no further")
            break
        else:
            told.append(f"{name} brings {plain(comes)} and needs {plain(leaves)}")
    return told


def _less(card: ItemCard, own: Demand, quantity: Decimal, later: bool, policy: Policy) -> ItemCard:
    """The card with so much less of a demand, and with what is reserved for that free again.

    The demand may be summed with others' that are alike. In Business Central the reserved quantity is given back with
    the line's own; a line that stood `later` than the day that is looked at is left out as it counts, what is reserved
    for it staying reserved.
    """
    alike = (replace(own, quantity=one.quantity, reserved=one.reserved) == one for one in card.demand)
    number = next((number for number, same in enumerate(alike) if same), None)
    if number is None:
        return card
    quantity = min(quantity, own.quantity)
    one, released = card.demand[number], min(own.reserved, quantity)
    if policy.availability.look_ahead_rule == "until_surplus":
        back, kept = ZERO, one.reserved - (released if later else ZERO)
    else:
        back = _given_back(card, one, quantity, released, policy)
        kept = one.reserved - (back if policy.availability.reserved == "netted" else released)
    left = replace(one, quantity=one.quantity - quantity, reserved=kept)
    rest = (left,) if left.quantity or left.reserved else ()
    stock = tuple(
        replace(at, reserved=at.reserved - back) if (at.site, at.variant) == (one.site, one.variant) else at
        for at in card.stock
    )
    return replace(card, demand=(*card.demand[:number], *rest, *card.demand[number + 1 :]), stock=stock)


def _given_back(card: ItemCard, one: Demand, quantity: Decimal, released: Decimal, policy: Policy) -> Decimal:
    """How much of the stock that is reserved is free without so much of a demand.

    Where reservations are part of the demand, as much stays reserved as the rest of the demand can account for.
    """
    rules = policy.availability
    held = stock_of(card, one.site, one.variant).reserved
    if rules.reserved == "netted" or rules.count == "free":
        return min(released, held)
    everything = sum((q for _, q in demand_of(card, one.site, one.variant, 1, policy)), ZERO)
    return max(min(held, everything) - max(everything - quantity, ZERO), ZERO)
