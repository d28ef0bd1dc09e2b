"""A line after sourcing: what supply and dates make of it, how it is told, and what it reserves.

Knows one line at a time; what the lines take from each other's goods is settled when they are sourced.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sayso.canon.decimals import plain
from sayso.promise import answer as shown
from sayso.promise.asking import ShipTo
from sayso.promise.availability import Owner
from sayso.promise.calendars import Route
from sayso.promise.cards import ZERO, Customer
from sayso.promise.facts import Facts, ItemFacts, Take
from sayso.promise.lines import Considered, in_units
from sayso.promise.reasons import CONDITIONAL, FIRM, REFUSED, Reason, Verdict, in_order, reason, worst
from sayso.promise.region import restricted
from sayso.promise.shelves import Good, Part, Shelves, dated_together
from sayso.promise.sourcing import planned
from sayso.promise.substitution import Filled, substituted

Parts = tuple[list[Part], list[Filled]]


def sourced(
    lines: Sequence[Considered], routes: Sequence[Route], owner: Owner, facts: Facts, customer: Customer, to: ShipTo
) -> list[Parts]:  # fmt: skip
    """The parts of each line, and what substitutes fill of it; nothing for a line that is refused already."""
    policy = facts.world.policy
    wished = [(place, one.wish) for place, one in enumerate(lines) if one.wish is not None]
    found: list[Parts] = [([], []) for _ in lines]
    plan = planned([wish for _, wish in wished], routes, owner, policy)
    for (place, _), parts in zip(wished, plan, strict=True):
        found[place][0].extend(parts)
    if any(lines[place].line.substitute for place, _ in wished):
        shelves = Shelves(owner)
        for place, wish in wished:
            for part in found[place][0]:
                shelves.take(wish, part)
        for place, _ in wished:
            found[place][1].extend(
                substituted(
                    lines[place], found[place][0], routes, owner, facts.world, facts.items, shelves,
                    lambda card: restricted(card, customer, facts.world, to.country, to.region)[0] == FIRM,
                )
            )  # fmt: skip
    for place, wish in wished:
        if wish.whole or not policy.sourcing.split:
            _date_together(*found[place])
    return found


def _date_together(parts: list[Part], replaced: list[Filled]) -> None:
    """One date for a line that ships complete, with all that fills it."""
    every = iter(dated_together([*parts, *(part for other in replaced for part in other.parts)]))
    for some in (parts, *(other.parts for other in replaced)):
        some[:] = [next(every) for _ in some]


def answered(one: Considered, found: Parts, routes: Sequence[Route], owner: Owner, places: int) -> shown.Line:
    """A line's answer; `places` are those of an amount of its currency."""
    parts, replaced = found
    outcome, reasons = supplied(one, [*parts, *(part for other in replaced for part in other.parts)], routes)
    texts = [_part(part, one.factor, "") for part in parts]
    for other in replaced:
        texts.extend(_part(part, one.factor, other.facts.card.item) for part in other.parts)
    return shown.Line(
        one.line.line, one.line.item, plain(one.line.quantity), one.uom, worst(one.verdict, outcome), tuple(texts),
        shown.price_shown(one.price, places) if one.price else None,
        None if one.tax_percent is None else plain(one.tax_percent),
        None if one.duty_percent is None else plain(one.duty_percent), tuple(in_order(one.reasons + reasons)),
        _figures(one, parts, owner),
    )  # fmt: skip


def reserved(lines: Sequence[Considered], found: Sequence[Parts], owner: Owner) -> list[Take]:
    """What the parts of all lines take, in their order.

    What is supplied draws on the owner's protected allocations before what is on backorder: it is that stock.
    """
    wanted = [
        (one.line.line, part, good)
        for one, (parts, replaced) in zip(lines, found, strict=True)
        if one.wish is not None
        for some, goods in (
            (parts, one.wish.goods),
            *((other.parts, (Good(other.facts, "", other.factor),)) for other in replaced),
        )
        for part in some
        for good in goods
    ]
    if not any(good.facts.card.allocations for _, _, good in wanted):
        return [_take(line, part, good, "", part.quantity * good.per) for line, part, good in wanted]
    drawn: dict[str, ItemFacts] = {}
    takes: dict[int, list[Take]] = {}
    for place, (line, part, good) in sorted(
        enumerate(wanted), key=lambda one: one[1][1].state == "backorder"
    ):
        name = good.facts.card.item
        facts = drawn.get(name, good.facts)
        draws = facts.draws(part.route.site, good.variant, owner, part.quantity * good.per)
        takes[place] = [_take(line, part, good, allocation, quantity) for allocation, quantity in draws]
        for take in takes[place]:
            facts = facts.less(take)
        drawn[name] = facts
    return [take for place in sorted(takes) for take in takes[place]]


def _take(line: int, part: Part, good: Good, allocation: str, quantity: Decimal) -> Take:
    leaves = date.fromordinal(part.held_from)
    name = good.facts.card.item
    return Take(line, name, part.route.site, good.variant, leaves, quantity, allocation, part.state)


def supplied(one: Considered, parts: list[Part], routes: Sequence[Route]) -> tuple[Verdict, list[Reason]]:
    """What supply and dates make of a line: no site, sold out, short, late, no date."""
    if one.wish is None:
        return FIRM, []
    if not routes:
        return REFUSED, [reason("no_site", item=one.line.item)]
    need_by, asked, factor = one.wish.need_by, one.wish.quantity, one.factor
    if len(parts) == 1:
        only = parts[0]
        supplied_whole = only.state != "backorder" and only.quantity == asked
        if supplied_whole and only.arrival is not None and (need_by is None or only.arrival <= need_by):
            return FIRM, []
    supplied = sum((part.quantity for part in parts if part.state != "backorder"), ZERO)
    verdict, reasons = FIRM, []
    if supplied < asked:
        figures = {"sellable": plain(in_units(supplied, factor)), "asked": plain(one.line.quantity)}
        gone = one.card.status == "discontinued"
        placed = sum((part.quantity for part in parts), ZERO)
        verdict = REFUSED if placed < asked else CONDITIONAL
        reasons.append(reason("discontinued" if gone else "stock_short", **figures))
    last = max((part.arrival or 0 for part in parts), default=0)
    if need_by is not None and last > need_by:
        verdict = worst(verdict, CONDITIONAL)
        reasons.append(
            reason("late", need_by=shown.day_text(need_by) or "", deliver_by=shown.day_text(last) or "")
        )
    undated = sum((part.quantity for part in parts if part.ship_day is None), ZERO)
    if undated:
        verdict = worst(verdict, CONDITIONAL)
        reasons.append(reason("no_date", quantity=plain(in_units(undated, factor))))
    return verdict, reasons


def _figures(one: Considered, parts: list[Part], owner: Owner) -> dict[str, dict[str, str]]:
    """The arithmetic of each site that is taken from."""
    figures: dict[str, dict[str, str]] = {}
    if one.wish is None:
        return figures
    for part in parts:
        site = part.route.site
        for good in one.wish.goods:
            facts = good.facts
            place = site if facts.card.item == one.line.item else f"{site} {facts.card.item}"
            figures[place] = facts.explained(site, good.variant, owner, part.route.today, part.held_from)
    return figures


def _part(part: Part, factor: Decimal, item: str) -> shown.Part:
    leans_on = tuple(
        shown.LeansOn(
            supply.document, supply.line, shown.day_text(supply.day) or "", _day(supply.p50), _day(supply.p90)
        )
        for supply in part.leans_on
    )
    return shown.Part(
        part.state, part.route.site, plain(in_units(part.quantity, factor)), shown.day_text(part.ship_day),
        shown.day_text(part.arrival), leans_on, item,
    )  # fmt: skip


def _day(when: date | None) -> str:
    return when.isoformat() if when is not None else ""
