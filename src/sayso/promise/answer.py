"""The answer's shape, the same for yes and no, and its canonical bytes: what is signed is what is read."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from sayso.canon.canonical import canonical
from sayso.canon.decimals import money, plain
from sayso.canon.times import moment
from sayso.promise.credit import Verdict as CreditVerdict
from sayso.promise.price import Priced
from sayso.promise.reasons import Reason

_DAYS: dict[int, str] = {}


class LeansOn(Struct, frozen=True, omit_defaults=True):
    """An inbound document line that a part waits for; `due` is the day its goods can leave.

    `p50` and `p90` are the days by which it has arrived at even odds and nine times in ten, where receipts taught any.
    """

    document: str
    line: str
    due: str
    p50: str = ""
    p90: str = ""


class Part(Struct, frozen=True, omit_defaults=True):
    """So much of a line, in its own unit, from a site on a day; `item` names a substitute."""

    state: str
    site: str
    quantity: str
    ship_on: str | None
    deliver_by: str | None
    leans_on: tuple[LeansOn, ...]
    item: str = ""


class Price(Struct, frozen=True, omit_defaults=True):
    """Price of a line: `unit` per asked unit before discount, `amount` for all of it after discount."""

    unit: str
    amount: str
    currency: str
    rule: str
    discount_percent: str = ""
    includes_tax: bool = False


class Line(Struct, frozen=True):
    """What is answered on one line."""

    line: int
    item: str
    quantity: str
    uom: str
    verdict: str
    parts: tuple[Part, ...]
    price: Price | None
    tax_percent: str | None
    duty_percent: str | None
    reasons: tuple[Reason, ...]
    arithmetic: dict[str, dict[str, str]]


class Remedy(Struct, frozen=True):
    """What would turn the answer, in money and in words."""

    remedy: str
    amount: str
    currency: str
    text: str


class Credit(Struct, frozen=True):
    """The credit account's answer. exposure = the sum of parts; exposure + available = limit."""

    verdict: str
    account: str
    currency: str
    exposure: str
    parts: dict[str, str]
    limit: str | None
    available: str | None
    terms_days: int | None
    reasons: tuple[Reason, ...]
    remedies: tuple[Remedy, ...]
    overridden_by: str | None


class Totals(Struct, frozen=True):
    """Sums over the lines that are not refused; tax and gross are None where a rate is not known."""

    net: str
    tax: str | None
    gross: str | None
    currency: str


class Evidence(Struct, frozen=True):
    """What the answer rests on. `facts` is the content address of the recorded evidence."""

    policy: str
    judgement: str
    facts: str
    as_of: dict[str, str | None]
    road: dict[str, str]


class Answer(Struct, frozen=True):
    """One decision, as it is signed and sent."""

    promise: str
    verdict: str
    held: bool
    made: str
    expires: str
    customer: str
    reference: str
    lines: tuple[Line, ...]
    credit: Credit | None
    totals: Totals
    reasons: tuple[Reason, ...]
    evidence: Evidence


def encoded(answer: Answer) -> bytes:
    """The canonical bytes (RFC 8785: every value is text, a small whole number, a truth value, null or a list of such)."""
    return _canonical(answer)


def with_expiry(body: bytes, expires: datetime) -> bytes:
    """The same answer with another moment of expiry, for a hold that was renewed."""
    answer: dict[str, Any] = msgspec.json.decode(body)
    answer["expires"] = moment(expires)
    return _canonical(answer)


def _canonical(answer: Answer | dict[str, Any]) -> bytes:
    data = msgspec.json.encode(answer, order="sorted")
    # The encoder sorts by code point, RFC 8785 by UTF-16 code unit; for ASCII they are one.
    return data if data.isascii() else canonical(answer)


def day_text(day: int | None) -> str | None:
    """An ordinal day as ISO 8601."""
    if day is None:
        return None
    text = _DAYS.get(day)
    if text is None:
        if len(_DAYS) > 20000:
            _DAYS.clear()
        text = _DAYS[day] = date.fromordinal(day).isoformat()
    return text


def price_shown(price: Priced, places: int) -> Price:
    """A price as text: the unit price keeps the places it has, at least the currency's."""
    unit = unit_text(price.unit, places)
    discount = plain(price.discount_percent) if price.discount_percent else ""
    # The amount was rounded to the currency's places, so that its text has just these.
    return Price(unit, str(price.amount), price.currency, price.rule, discount, price.includes_tax)


def credit_shown(
    verdict: CreditVerdict, places: int, terms_days: int | None, overridden_by: str | None
) -> Credit:
    """A verdict on credit as text."""
    limit, available = verdict.limit, verdict.available
    return Credit(
        verdict.verdict, verdict.account, verdict.currency, money(verdict.exposure, places),
        {name: money(amount, places) for name, amount in verdict.parts.items()},
        None if limit is None else money(limit, places), None if available is None else money(available, places),
        terms_days, tuple(verdict.reasons),
        tuple(Remedy(one.remedy, money(one.amount, places), one.currency, one.text) for one in verdict.remedies),
        overridden_by,
    )  # fmt: skip


@lru_cache(maxsize=65536)
def unit_text(unit: Decimal, places: int) -> str:
    """A unit price keeps the places that it has, at least the currency's."""
    text = plain(unit)
    point = text.find(".")
    decimals = len(text) - point - 1 if point >= 0 else 0
    return text if decimals >= places else money(unit, places)
