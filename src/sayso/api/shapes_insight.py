"""The wire shapes of what is on record: decisions in short, and how promises ended. See shapes.py."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from sayso.api.shapes import Code, Moment, Number, Totals
from sayso.promise.reasons import Verdict

How = Literal["kept", "late", "short", "refused_by_erp", "expired", "released", "cancelled"]


class DecidedLine(Struct, frozen=True):
    """A line of a recorded decision in short: what was asked, the verdict, the codes of its reasons."""

    line: int
    item: str
    quantity: Number
    uom: str
    verdict: Verdict
    reasons: tuple[Code, ...]


class DecidedCredit(Struct, frozen=True):
    """What credit said, and the codes of its reasons."""

    verdict: Literal["approved", "refer", "refused"]
    reasons: tuple[Code, ...]


class MadeFrom(Struct, frozen=True):
    """What a decision was made from: the version of the judgement, and the content addresses of policy and cards."""

    judgement: str
    policy: str
    world: str
    account: str | None
    items: dict[str, str]
    overridden_by: str


class Decision(Struct, frozen=True):
    """A recorded decision in short. `state`: how the promise stands that came of it, `answered` where nothing was held."""

    promise: str
    made: Moment
    customer: str
    account: str
    verdict: Verdict
    held: bool
    state: Literal["answered", "held", "ordered", "released", "expired", "replaced", "cancelled"]
    order: str
    reference: str
    totals: Totals
    reasons: tuple[Code, ...]
    lines: tuple[DecidedLine, ...]
    credit: DecidedCredit | None
    evidence: MadeFrom


class Decisions(Struct, frozen=True):
    """A page of decisions, the newest first. `next` is the cursor of the following page, "" at the end: a page that
    looked back as far as it may is short, or empty, though there are more. `looked_back_to`: how far; null, to the end."""

    decisions: tuple[Decision, ...]
    looked_back_to: Moment | None
    next: str


class EarlierWord(Struct, frozen=True):
    """A word on a promise that a later one has overtaken."""

    ended: Moment
    how: How
    cause: str
    by: str


class End(Struct, frozen=True):
    """How a promise ended and why: its last word. `by` is who did it, "" where it was nobody; `amount` is in the account's
    currency."""

    promise: str
    ended: Moment
    how: How
    cause: str
    by: str
    facts: dict[str, Any]
    customer: str
    channel: str
    reference: str
    order: str
    verdict: Verdict
    amount: Number
    made: Moment
    earlier: tuple[EarlierWord, ...]


class Ends(Struct, frozen=True):
    """A page of ends, the last to end first. `next` is the cursor of the following page, "" at the end."""

    ends: tuple[End, ...]
    next: str
