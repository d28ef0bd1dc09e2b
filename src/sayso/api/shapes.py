"""The wire shapes of answers, for the OpenAPI document. The desk makes the bytes; a test compares.

A field that may be missing is UNSET here; one that may be null says so. More fields may be added to an answer
within version 1, so a reader ignores the ones it does not know.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from sayso.promise.reasons import KINDS, Verdict

Number = Annotated[
    str, Meta(pattern=r"^-?\d+(\.\d+)?$", description="A decimal number as text, never rounded.")
]
Moment = Annotated[
    str,
    Meta(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$",
        extra_json_schema={"format": "date-time"},
        description="RFC 3339, always in UTC.",
    ),
]
SupplyState = Literal["in_stock", "inbound", "pre_order", "backorder"]
ItemState = Literal["in_stock", "inbound", "pre_order", "backorder", "discontinued", "restricted", "unknown"]
Code = Annotated[
    str, Meta(description="Why, in order of precedence.", extra_json_schema={"enum": list(KINDS)})
]


class Reason(Struct, frozen=True):
    """Why the answer is not a plain yes, with the figures it was made from."""

    code: Code
    waiting_helps: bool
    facts: dict[str, Any]


class LeansOn(Struct, frozen=True):
    """An inbound document line that a part waits for; `due` is the day its goods can leave."""

    document: str
    line: str
    due: date
    p50: date | UnsetType = UNSET
    p90: date | UnsetType = UNSET


class Part(Struct, frozen=True):
    """A part of a line, in the line's unit, that leaves one site on one day. `item` names a substitute."""

    state: SupplyState
    site: str
    quantity: Number
    ship_on: date | None
    deliver_by: date | None
    leans_on: tuple[LeansOn, ...]
    item: str | UnsetType = UNSET


class Price(Struct, frozen=True):
    """`unit` is per asked unit before discount, `amount` for the whole line after it; `rule` set it."""

    unit: Number
    amount: Number
    currency: str
    rule: str
    discount_percent: Number | UnsetType = UNSET
    includes_tax: bool | UnsetType = UNSET


class PromisedLine(Struct, frozen=True):
    """One line's answer. Null where nothing is known: price, tax_percent, duty_percent. `arithmetic` shows
    the quantities that the availability was made from, by site."""

    line: int
    item: str
    quantity: Number
    uom: str
    verdict: Verdict
    parts: tuple[Part, ...]
    price: Price | None
    tax_percent: Number | None
    duty_percent: Number | None
    reasons: tuple[Reason, ...]
    arithmetic: dict[str, dict[str, str]]


class Remedy(Struct, frozen=True):
    """What would turn credit's answer, in money and in words."""

    remedy: str
    amount: Number
    currency: str
    text: str


class Credit(Struct, frozen=True):
    """The credit account's answer: exposure is the sum of its parts. A null limit is no limit."""

    verdict: Literal["approved", "refer", "refused"]
    account: str
    currency: str
    exposure: Number
    parts: dict[str, Number]
    limit: Number | None
    available: Number | None
    terms_days: int | None
    reasons: tuple[Reason, ...]
    remedies: tuple[Remedy, ...]
    overridden_by: str | None


class Totals(Struct, frozen=True):
    """Money of the lines that are not refused. Tax is never guessed: null where a rate is not known."""

    net: Number
    tax: Number | None
    gross: Number | None
    currency: str


class Evidence(Struct, frozen=True):
    """What the decision rests on: policy and judgement by version, the facts by content address, their age,
    and who was asked (`road`)."""

    policy: str
    judgement: str
    facts: str
    as_of: dict[str, str | None]
    road: dict[str, str]


class RedatedPart(Struct, frozen=True):
    """So much of a line that cannot leave on the day it was `promised` for: `ship_on` is null where no supply says when."""

    line: int
    item: str
    site: str
    quantity: Number
    promised: date
    ship_on: date | None
    deliver_by: date | None
    because: str
    at: Moment


class Promise(Struct, frozen=True):
    """The same shape for yes and no. `expires` is blank unless it is held. `credit` is null where the
    customer is not known. `signature` is a JWS (EdDSA) over the canonical form of the rest."""

    promise: str
    verdict: Verdict
    held: bool
    made: Moment
    expires: str
    customer: str
    reference: str
    lines: tuple[PromisedLine, ...]
    credit: Credit | None
    totals: Totals
    reasons: tuple[Reason, ...]
    evidence: Evidence
    signature: str
    state: Annotated[str, Meta(description="How it stands now; beside the signature.")] | UnsetType = UNSET
    redated: (
        Annotated[
            tuple[RedatedPart, ...],
            Meta(description="Parts that leave on another day than was promised; beside the signature."),
        ]
        | UnsetType
    ) = UNSET


class Released(Struct, frozen=True):
    """How a hold ended: released now, or whatever ended it before."""

    promise: str
    state: str
    expires: Moment


class Change(Struct, frozen=True, rename={"now": "is"}):
    """A difference from the expired promise: of a line, or (null) of the whole."""

    line: int | None
    field: str
    was: Any
    now: Any


class Order(Struct, frozen=True):
    """An order, and the decision it stands on. `changed`: what differs from an expired promise, by line."""

    order: str
    state: Literal["placed", "countersigned", "held", "rejected", "cancelled", "complete"]
    promise: str
    customer: str
    po: str
    placed: Moment
    changed: tuple[Change, ...]
    decision: Promise | None
    why: str | UnsetType = UNSET


class Step(Struct, frozen=True):
    """From this date on, so much can leave (until the next step)."""

    date: date
    sellable: Number


class SiteAvailability(Struct, frozen=True):
    """What one site can sell of an item; `earliest` is for the asked quantity. `arithmetic`: how it was made."""

    site: str
    sellable: Number
    earliest: date | None
    deliver_by: date | None
    steps: tuple[Step, ...]
    arithmetic: dict[str, dict[str, str]]


class ItemAvailability(Struct, frozen=True):
    """What can be sold of an item, in `uom`, from when, and how it changes over time. Nothing is held."""

    item: str
    uom: str
    sellable: Number
    state: ItemState
    earliest: date | None
    deliver_by: date | None
    by_site: tuple[SiteAvailability, ...]
    steps: tuple[Step, ...]
    as_of: Moment | None
    reasons: tuple[Reason, ...]


class Availability(Struct, frozen=True):
    """One answer for each item that was asked, in that order."""

    items: tuple[ItemAvailability, ...]


class RefusedRow(Struct, frozen=True):
    """A row that was not loaded: its place (from 1), the field, its value, why, and what to do."""

    row: int
    field: str
    value: str
    detail: str
    remedy: str


class LoadReport(Struct, frozen=True):
    """What a load did. Every row is counted once.

    `removed`: not in the snapshot; `withheld`: nothing was removed, because rows of it were refused;
    `resumed_at`: rows that an interrupted load had brought in before. The first refusals are listed.
    """

    kind: str
    source: str
    as_of: Moment
    rows: int
    inserted: int
    updated: int
    unchanged: int
    stale: int
    deleted: int
    removed: int
    refused: int
    refusals: tuple[RefusedRow, ...]
    withheld: bool
    rejected: bool
    resumed_at: int


class Health(Struct, frozen=True):
    """The process answers."""

    status: Literal["ok"]
    version: str


class Readiness(Struct, frozen=True):
    """The process and its database answer."""

    status: Literal["ready"]
    details: dict[str, Any]


class Key(Struct, frozen=True):
    """A public key (RFC 8037)."""

    kty: str
    crv: str
    x: str
    kid: str
    alg: str | UnsetType = UNSET
    use: str | UnsetType = UNSET


class KeySet(Struct, frozen=True):
    """The public keys that promises are signed with (RFC 7517)."""

    keys: tuple[Key, ...]


class FieldProblem(Struct, frozen=True):
    """What is wrong with one field, and what to do."""

    field: str
    value: str
    detail: str
    remedy: str


class Problem(Struct, frozen=True):
    """Problem details (RFC 9457). `type` is stable; `detail` and `remedy` are for people."""

    type: str
    title: str
    status: int
    detail: str
    remedy: str
    instance: str
    request_id: str
    errors: tuple[FieldProblem, ...] | UnsetType = UNSET
    facts: dict[str, Any] | UnsetType = UNSET


class LookedAhead(Struct, frozen=True):
    """`learned`: whether receipts taught anything new. `items`: of so many, supply was looked at anew."""

    learned: bool
    items: int
