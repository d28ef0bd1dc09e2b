"""Why the ERP would not keep what the storefront promised: which beliefs, put in place of its facts, turn the answer.

Every belief is put to the one judgement. Several together share a line's money by what each of them turns, averaged
over all orders in which they could be put right (the Shapley value): shares add up to the line's money, what turns
nothing has none, and beliefs that do the same have the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from itertools import combinations
from math import factorial
from typing import NamedTuple

from sayso.audit.engine.answers import Heard
from sayso.audit.engine.causes_price import price_causes
from sayso.audit.engine.causes_put import Beliefs, Matter, again
from sayso.audit.engine.causes_stock import suspicions
from sayso.audit.engine.findings import ZERO
from sayso.audit.shapes import CAUSES, Cause
from sayso.canon.decimals import rounded
from sayso.promise.reasons import Reason

_OF_REASON: Mapping[str, Cause] = {
    "region_forbidden": "region",
    "licence_missing": "region",
    "no_site": "region",
    "unknown_uom": "units",
    "below_minimum": "units",
    "not_a_pack": "units",
    "over_limit": "credit_flag",
    "overdue": "overdue_elsewhere",
    "unknown_customer": "other",
    "unknown_item": "other",
    "customer_held": "other",
    "discontinued": "other",
    "no_price": "other",
    "stale_facts": "other",
    "system_away": "other",
}
_PLACE = {cause: place for place, cause in enumerate(CAUSES)}
_ONE = Decimal(1)
_MOST_ROUNDS = 5
_MOST_SUSPICIONS = 40
_NONE: Beliefs = frozenset()


class Share(NamedTuple):
    """A cause, and its part of the line's money."""

    cause: Cause
    money: Decimal


def shares(matter: Matter, places: int, known: Beliefs = _NONE) -> list[Share]:
    """The causes of a line that would not be kept, or whose price is off; the main one first. Money adds up exactly.

    `known` are beliefs that are suspected before all others.
    """
    # What is given away costs nothing, and is not kept for some reason all the same.
    free = not matter.worth and not matter.off
    matter = matter._replace(worth=_ONE) if free else matter
    priced = price_causes(matter)
    suspected = _suspected(matter, known)
    players = sorted(suspected | priced, key=_PLACE.__getitem__)
    whole = _left(matter, _NONE, priced)
    told: dict[Beliefs, Decimal] = {_NONE: ZERO}

    def gained(beliefs: Beliefs) -> Decimal:
        if beliefs not in told:
            told[beliefs] = whole - _left(matter, beliefs, priced)
        return told[beliefs]

    unexplained = whole - gained(frozenset(players))
    found = _rounded(shapley(players, gained), unexplained, whole, places)
    return [Share(one.cause, ZERO) for one in found] if free else found


def shapley(players: Sequence[Cause], gained: Callable[[Beliefs], Decimal]) -> dict[Cause, Decimal]:
    """What each gains on average, over all orders in which they may come."""
    many = len(players)
    found: dict[Cause, Decimal] = {}
    for player in players:
        others = [one for one in players if one != player]
        total = ZERO
        for size in range(many):
            weight = factorial(size) * factorial(many - size - 1)
            for some in combinations(others, size):
                before = frozenset(some)
                total += weight * (gained(before | {player}) - gained(before))
        found[player] = total / factorial(many)
    return found


def _left(matter: Matter, beliefs: Beliefs, priced: Beliefs) -> Decimal:
    """What of a line's money is still at risk with these beliefs in place of the facts."""
    if not again(matter, beliefs).kept[matter.place]:
        return matter.worth
    return ZERO if priced <= beliefs else abs(matter.off)


def _suspected(matter: Matter, known: Beliefs) -> Beliefs:
    """Beliefs which, all together, make the ERP say yes; found from the reasons that it gives, one after another."""
    found: Beliefs = _NONE
    if known and again(matter, known).kept[matter.place]:
        return known
    for _ in range(_MOST_ROUNDS):
        heard = again(matter, found)
        if heard.kept[matter.place]:
            break
        more = _named(heard, matter.place) - found
        if not more:
            more = _shelved(matter, found) - found
        if not more:
            break
        found |= more
    return found


def _named(heard: Heard, place: int) -> Beliefs:
    """The causes that the judgement's reasons name outright."""
    line, credit = heard.answer.lines[place], heard.answer.credit
    reasons: list[Reason] = [*heard.answer.reasons, *line.reasons]
    if credit is not None and credit.verdict != "approved":
        reasons += credit.reasons
    return frozenset(_OF_REASON[one.code] for one in reasons if one.code in _OF_REASON and not _sold_out(one))


def _sold_out(one: Reason) -> bool:
    """Discontinued and sold out: then it is the stock that is wanting."""
    return one.code == "discontinued" and "sellable" in one.facts


def _shelved(matter: Matter, others: Beliefs) -> Beliefs:
    """The likeliest beliefs about stock and dates that turn the answer, together with the others."""
    line = matter.about.lines[matter.place]
    if line.item not in matter.facts.items:
        return _NONE
    for number, some in enumerate(suspicions(matter)):
        if number >= _MOST_SUSPICIONS:
            break
        if again(matter, some | others).fine[matter.place]:
            return some
    return _NONE


def _rounded(found: Mapping[Cause, Decimal], rest: Decimal, whole: Decimal, places: int) -> list[Share]:
    """Shares in whole minor units. What that leaves over is the main one's; the `rest`, that nothing explains, other."""
    cent = _ONE.scaleb(-places)
    cut = {cause: money.quantize(cent, ROUND_DOWN) for cause, money in found.items() if money > 0}
    if rest > 0 or not cut:
        cut["other"] = cut.get("other", ZERO) + rounded(rest, places)
    order = sorted(cut, key=lambda cause: (-cut[cause], _PLACE[cause]))
    cut[order[0]] += whole - sum(cut.values(), ZERO)
    return [Share(cause, cut[cause]) for cause in order]


def in_words(causes: Iterable[Cause]) -> str:
    """The causes as a person would list them."""
    return ", ".join(cause.replace("_", " ") for cause in causes)
