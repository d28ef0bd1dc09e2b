"""Which beliefs about stock and dates may lie behind a promise that the ERP would not keep, the likeliest first.

What the storefront showed is held against what the ERP's own figures come to when something is left out of them:
what agrees to the unit is the likeliest. Whether a belief turns the answer is for the judgement to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations, product
from typing import NamedTuple

from sayso.audit.engine.causes_put import Beliefs, Matter
from sayso.audit.engine.findings import ZERO
from sayso.audit.shapes import Cause
from sayso.promise.availability import Owner, explained
from sayso.promise.cards import ItemCard
from sayso.promise.facts import Facts, ItemFacts

#: The order in which equally likely beliefs are tried.
_ORDER: tuple[Cause, ...] = (
    "phantom_stock", "reserved_stock", "safety_stock", "late_inbound", "dates", "units",
)  # fmt: skip
_SHELF: tuple[Cause, ...] = ("reserved_stock", "safety_stock", "late_inbound")


class Shelf(NamedTuple):
    """An item over the sites that ship to the buyer, in base units, as the ERP has it on the first day.

    `claimed` is open demand and protected stock: what counts until that day, and all of it. `coming` likewise is
    supply.
    """

    on_hand: Decimal
    reserved: Decimal
    safety: Decimal
    claimed: Decimal
    claimed_ever: Decimal
    coming: Decimal
    coming_ever: Decimal
    sellable: Decimal

    @property
    def claims(self) -> Decimal:
        """Everything that somebody else has a claim to."""
        return self.reserved + self.claimed_ever


def shelf(facts: Facts, item: ItemFacts, variant: str, sites: Sequence[tuple[str, date, int]]) -> Shelf:
    """The figures of an item; `sites` are their names with today there and the first day on which each can ship."""
    total = [ZERO] * 8
    for site, today, first in sites:
        one = _of_site(facts, item, variant, site, today, first)
        total = [sum_ + part for sum_, part in zip(total, one, strict=True)]
    return Shelf(*total)


def routes_of(matter: Matter) -> list[tuple[str, date, int]]:
    """The sites that ship to the buyer, with today there and the first day on which each can ship."""
    question, facts = matter.heard.request, matter.facts
    to = question.ship_to
    known = facts.account.card.customers.get(question.customer) if facts.account else None
    routes = facts.world.routes(to.country, to.region, known, matter.about.order.placed)
    return [(route.site, route.today, route.first) for route in routes]


def suspicions(matter: Matter) -> Iterator[Beliefs]:
    """Sets of beliefs about stock, dates and units, the likeliest first. Each may or may not turn the answer."""
    line, seen = matter.about.lines[matter.place], matter.about.shown[matter.place]
    item = matter.facts.items[line.item]
    found = shelf(matter.facts, item, line.variant, routes_of(matter))
    weights = _weights(matter, found, item.card)
    exact = _exact(matter, found, item.card) if seen.available is not None else set()
    every = [
        frozenset(some)
        for size in range(1, min(len(weights), 4) + 1)
        for some in combinations([cause for cause in _ORDER if cause in weights], size)
    ]
    shown = seen.available_base

    def rank(some: Beliefs) -> tuple[object, ...]:
        likely = len(some) if some in exact else sum(weights[cause] for cause in some)
        closeness = ZERO
        if shown is not None and some <= set(_SHELF):
            closeness = min(abs(shown - value) for value in _expected(found, some))
        return (
            likely,
            some not in exact,
            closeness,
            [_ORDER.index(cause) for cause in _ORDER if cause in some],
        )

    yield from sorted(every, key=rank)


def _of_site(
    facts: Facts, item: ItemFacts, variant: str, site: str, today: date, first: int
) -> list[Decimal]:
    card, policy = item.card, facts.world.policy
    nobody = Owner()
    curve = item.curve(site, variant, nobody, today)
    told = explained(card, item.taken, site, variant, nobody, today, policy, first)
    stock = next((one for one in card.stock if one.site == site and one.variant == variant), None)
    demand = [
        one.quantity - one.reserved
        for one in card.demand
        if one.site == site and one.variant == variant and one.fulfilment in ("", "stock")
    ]
    kept = [one.quantity for one in card.allocations if one.site == site and one.variant == variant]
    coming = [one.quantity for one in card.inbound if one.site == site and one.variant == variant]
    return [
        told.on_hand, told.reserved, stock.safety_stock if stock else ZERO, told.demand + told.allocated,
        sum(demand, ZERO) + sum(kept, ZERO), told.inbound, sum(coming, ZERO), curve.at(first),
    ]  # fmt: skip


def _weights(matter: Matter, found: Shelf, card: ItemCard) -> dict[Cause, int]:
    """How unlikely each belief is, where it could say anything at all; the beliefs of a set count together."""
    line, seen = matter.about.lines[matter.place], matter.about.shown[matter.place]
    dated = line.shown_date is not None or line.need_by is not None
    waiting = dated and (seen.available_base is None or seen.available_base < seen.asked_base)
    weights: dict[Cause, int] = {}
    if found.claims > 0 or card.kit:
        weights["reserved_stock"] = 4
    if (found.safety > 0 and matter.facts.world.policy.availability.safety_stock) or card.kit:
        weights["safety_stock"] = 4
    if found.coming_ever > 0:
        weights["late_inbound"] = 2 if waiting else 4
    elif waiting:
        weights["late_inbound"] = 9
    if dated:
        weights["dates"] = 3
    if seen.asked_base != line.quantity or card.units:
        weights["units"] = 9
    if card.stocked:
        weights["phantom_stock"] = _phantom(seen.available_base, found.on_hand)
    return weights


def _phantom(shown: Decimal | None, on_hand: Decimal) -> int:
    if shown is None:
        return 8
    return 3 if shown > on_hand else 12


def _exact(matter: Matter, found: Shelf, card: ItemCard) -> set[Beliefs]:
    """The sets that come to just what was shown: in the ERP's units, or as a number of base units."""
    line, seen = matter.about.lines[matter.place], matter.about.shown[matter.place]
    applicable = [cause for cause in _SHELF if cause in _weights(matter, found, card)]
    sets = [frozenset(some) for size in range(4) for some in combinations(applicable, size)]
    factor = seen.asked_base / line.quantity
    exact: set[Beliefs] = set()
    for some in sets:
        expected = _expected(found, some)
        if seen.available_base in expected or any(value // factor == seen.available for value in expected):
            exact.add(some)
        if factor != 1 and seen.available in expected:
            exact.add(some | {"units"})
    return exact - {frozenset()}


def _expected(found: Shelf, some: Beliefs) -> set[Decimal]:
    """What a storefront shows that leaves these things out of account, counting the rest in one way or another."""
    claims = {found.reserved, found.reserved + found.claimed, found.reserved + found.claimed_ever}
    left = {ZERO} if "reserved_stock" in some else claims
    safety = {ZERO} if "safety_stock" in some else {found.safety}
    coming = {found.coming_ever} if "late_inbound" in some else {ZERO, found.coming}
    return {found.on_hand - one - two + three for one, two, three in product(left, safety, coming)}
