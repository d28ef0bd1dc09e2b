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
    """A reason code: whether time alone can change it, what it means, what to do, where it stands, its figures' names."""

    waiting_helps: bool
    meaning: str
    remedy: str
    stands_in: str
    facts: str


#: Every reason code. The order of declaration is the order of precedence in an answer.
KINDS: Mapping[str, Kind] = {
    "unknown_customer": Kind(
        False, "no customer of this number is known", "check the number, or load the customer", "the answer", "customer"
    ),
    "unknown_item": Kind(
        False, "no item of this number is known", "check the number, or load the item", "a line", "item"
    ),
    "unknown_uom": Kind(
        False, "the item is not sold in this unit of measure", "ask in one of the units it is sold in", "a line",
        "item uom sold_in",
    ),
    "customer_held": Kind(
        False, "the customer or its credit account is on hold", "ask who set the hold; no override lifts it", "credit",
        "hold customer account",
    ),
    "region_forbidden": Kind(
        False, "a rule forbids this item at this destination, or asks for a person's release",
        "another destination or item; where `effect` is hold, a person's release", "a line", "rule country effect reason",
    ),
    "licence_missing": Kind(
        False, "the buyer has no licence that a rule asks for", "record the buyer's licence", "a line",
        "rule country licence reason",
    ),
    "discontinued": Kind(
        False, "the item is blocked, or discontinued and sold out", "order what is left, or a substitute", "a line",
        "item status sellable asked",
    ),
    "below_minimum": Kind(
        False, "less than the item's minimum quantity", "order the minimum", "a line", "minimum asked uom"
    ),
    "not_a_pack": Kind(
        False, "not a whole number of packs", "order the multiple below or above", "a line", "pack asked uom below above"
    ),
    "no_price": Kind(
        False, "no price is known for this buyer, quantity, unit, currency and date, or rules are in `conflict`",
        "set a price, or a rate to the currency; give one of the rules a priority", "a line", "item currency uom conflict",
    ),
    "no_site": Kind(False, "no site ships to this destination", "declare a lane to it", "a line", "item"),
    "overdue": Kind(
        False, "the credit account has overdue receivables", "pay what is overdue; a named person may override",
        "credit", "overdue currency oldest days",
    ),
    "over_limit": Kind(
        False, "the credit account's exposure would exceed its limit",
        "prepay or pay down what `remedies` name, order less; a named person may override", "credit",
        "exposure limit over_by currency",
    ),
    "stock_short": Kind(
        True, "less is sellable than was asked", "order what is sellable, accept a backorder or a substitute", "a line",
        "sellable asked",
    ),
    "late": Kind(
        True, "a part arrives after the date it is needed by", "accept the later date, or less of it", "a line",
        "need_by deliver_by",
    ),
    "no_date": Kind(
        True, "a part has no date: no supply and no lead time is known", "order supply, or set the item's lead time",
        "a line", "quantity",
    ),
    "stale_facts": Kind(
        True, "the facts are older than the policy allows", "see why the feed is late", "the answer",
        "facts as_of most_seconds",
    ),
    "system_away": Kind(
        True, "a system that has to be asked cannot be reached", "see to the system", "the answer", "system"
    ),
}  # fmt: skip

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


_OPENING = """# Reason codes

Made from `src/sayso/promise/reasons.py`; a test keeps the two in step.

Why an answer is not a plain yes. They stand in an answer in this order: what no other reason can outweigh comes first.
Each has its `code`, the `facts` it was made from (decimal text), and whether waiting helps: whether time alone can
change it. A code stands where it belongs: on a line, in `credit`, or in the answer's own `reasons` where it concerns no
line in particular. [How to read an answer](../how-to/read-an-answer.md).

| code | stands in | means | what to do | waiting helps | facts |
| --- | --- | --- | --- | --- | --- |
"""


def reference() -> str:
    """The reference of all codes as Markdown (docs/reference/reasons.md), made from the codes themselves."""
    rows = (
        f"| `{code}` | {kind.stands_in} | {kind.meaning} | {kind.remedy} | {'yes' if kind.waiting_helps else 'no'} "
        f"| {', '.join(f'`{name}`' for name in kind.facts.split())} |"
        for code, kind in KINDS.items()
    )
    return _OPENING + "\n".join(rows) + "\n"
