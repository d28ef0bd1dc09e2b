"""What Sayso itself tells of promises and cases: CloudEvents that go out and are never taken in."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from msgspec import Struct


class OutLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """So much of a line as leaves a site on one day, in the item's base unit. `ship_on` is None where nobody knows yet."""

    line: int
    item: str
    quantity: Decimal
    site: str = ""
    ship_on: date | None = None
    deliver_by: date | None = None


class RedatedLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part that leaves on another day than was promised: `ship_on` None where nobody knows when. A `quantity` of 0: all
    of it leaves on its promised day again. `because` says why, in words."""

    line: int
    item: str
    quantity: Decimal
    promised: date
    ship_on: date | None = None
    site: str = ""
    because: str = ""


class PromiseMade(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A promise was given and holds until `expires`. `amount` is what it is worth, with tax."""

    promise: str
    customer: str
    verdict: Literal["firm", "conditional"]
    lines: tuple[OutLine, ...]
    made: datetime
    expires: datetime | None = None
    reference: str = ""
    order: str = ""
    channel: str = ""
    amount: Decimal | None = None
    currency: str = ""


class PromiseRedated(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Parts of a promise leave on other days than was promised, because supply fell or slipped."""

    promise: str
    customer: str
    lines: tuple[RedatedLine, ...]
    at: datetime
    reference: str = ""
    order: str = ""


class PromiseExpired(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A hold was not ordered in time; what it held is free again."""

    promise: str
    customer: str
    ended: datetime
    reference: str = ""


class PromiseKept(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that was promised left as promised, or better."""

    promise: str
    customer: str
    ended: datetime
    order: str = ""
    cause: str = ""


class PromiseBroken(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A promise was not kept: late, short, or refused by the ERP. `cause` is a code of the promise ledger."""

    promise: str
    customer: str
    how: Literal["late", "short", "refused_by_erp"]
    cause: str
    ended: datetime
    order: str = ""


class CaseOpened(Struct, frozen=True, kw_only=True):
    """Something needs a person. `due` is by when, `amount` the money at stake with tax, `next_step` what to do first."""

    case: str
    kind: str
    owner: str
    due: datetime | None
    order: str
    customer: str
    document: str
    amount: Decimal | None
    currency: str
    next_step: str


class CaseClosed(Struct, frozen=True, kw_only=True):
    """A case is over: `why` in words, `by` a person, or "" where the facts closed it."""

    case: str
    kind: str
    order: str
    why: str
    by: str


TYPES_OUT: dict[str, type[Struct]] = {
    "sayso.promise.made.v1": PromiseMade,
    "sayso.promise.redated.v1": PromiseRedated,
    "sayso.promise.expired.v1": PromiseExpired,
    "sayso.promise.kept.v1": PromiseKept,
    "sayso.promise.broken.v1": PromiseBroken,
    "sayso.case.opened.v1": CaseOpened,
    "sayso.case.closed.v1": CaseClosed,
}
"""The types that only go out, and what their `data` is."""
