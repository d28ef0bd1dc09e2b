"""Why an answer is not a plain yes. A business "no" is a value: its code, its figures, and whether waiting helps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from msgspec import Struct

Verdict = Literal["firm", "conditional", "refused"]

FIRM: Verdict = "firm"
CONDITIONAL: Verdict = "conditional"
REFUSED: Verdict = "refused"
SEVERITY: Mapping[str, int] = {FIRM: 0, CONDITIONAL: 1, REFUSED: 2}


class Kind(NamedTuple):
    """What a reason code means, in one sentence, and whether time alone can change it."""

    waiting_helps: bool
    meaning: str


#: Every reason code. The order of declaration is the order of precedence in an answer.
KINDS: Mapping[str, Kind] = {
    "unknown_customer": Kind(False, "no customer of this number is known"),
    "unknown_item": Kind(False, "no item of this number is known"),
    "unknown_uom": Kind(False, "the item is not sold in this unit of measure"),
    "customer_held": Kind(False, "the customer or its credit account is on hold"),
    "region_forbidden": Kind(
        False, "a rule forbids this item at this destination, or asks for a person's release"
    ),
    "licence_missing": Kind(False, "the buyer has no licence that a rule asks for"),
    "discontinued": Kind(False, "the item is blocked, or discontinued and sold out"),
    "below_minimum": Kind(False, "less than the item's minimum quantity"),
    "not_a_pack": Kind(False, "not a whole number of packs"),
    "no_price": Kind(False, "no price is known for this buyer, quantity, unit, currency and date"),
    "no_site": Kind(False, "no site ships to this destination"),
    "overdue": Kind(False, "the credit account has overdue receivables"),
    "over_limit": Kind(False, "the credit account's exposure would exceed its limit"),
    "stock_short": Kind(True, "less is sellable than was asked"),
    "late": Kind(True, "a part arrives after the date it is needed by"),
    "no_date": Kind(True, "a part has no date: no supply and no lead time is known"),
    "stale_facts": Kind(True, "the facts are older than the policy allows"),
    "system_away": Kind(True, "a system that has to be asked cannot be reached"),
}

_PLACE = {code: place for place, code in enumerate(KINDS)}


class Reason(Struct, frozen=True):
    """One reason: a code of KINDS, the figures it was made from (decimal strings), whether waiting helps."""

    code: str
    waiting_helps: bool
    facts: dict[str, str]


def reason(code: str, **facts: str) -> Reason:
    """A reason with its figures; the figures are already text."""
    return Reason(code, KINDS[code].waiting_helps, facts)


def in_order(reasons: list[Reason]) -> list[Reason]:
    """Reasons by precedence; equal codes keep the order in which they were found."""
    if len(reasons) < 2:
        return reasons
    return sorted(reasons, key=lambda found: _PLACE[found.code])


def worst(one: Verdict, other: Verdict) -> Verdict:
    """The more severe of two verdicts."""
    return one if SEVERITY[one] >= SEVERITY[other] else other
