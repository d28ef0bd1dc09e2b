"""What may be asked: the shape of a promise request, and the limits that make it answerable."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple
from unicodedata import category

from msgspec import Meta, Struct

from sayso.canon.codes import MISTAKEN_COUNTRIES, is_country
from sayso.canon.values import visible
from sayso.errors import BadField, TooLarge

MOST_QUANTITY = Decimal(10) ** 12
MOST_DECIMALS = 6
MOST_TEXT = 200
_CURRENCY = re.compile("[A-Z]{3}")
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})


class ShipTo(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where the goods go: ISO 3166-1 alpha-2 country, and a region of it where rules or lanes differ."""

    country: Annotated[str, Meta(extra_json_schema={"pattern": "^[A-Z]{2}$", "examples": ["GB"]})]
    region: str = ""


class Line(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line of a request. `quantity` is in `uom` (the item's own unit when left out)."""

    item: str
    quantity: Decimal
    line: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    uom: str = ""
    variant: str = ""
    contract: str = ""
    need_by: date | None = None
    ship: Literal["split", "complete"] = "split"
    substitute: bool = False


class Request(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A promise request. `hold` is an ISO 8601 duration; without it the answer is a quote."""

    customer: str
    ship_to: ShipTo
    lines: tuple[Line, ...]
    currency: Annotated[str, Meta(extra_json_schema={"pattern": "^([A-Z]{3})?$"})] = ""
    channel: str = ""
    reference: str = ""
    hold: str = ""
    accept_conditional: bool = False


class Question(NamedTuple):
    """What is asked, when, and under which number it will be answered.

    `hold_seconds` is 0 for a quote. `overridden_by` names the person who approved what credit would not.
    """

    promise: str
    request: Request
    now: datetime
    hold_seconds: int = 0
    overridden_by: str = ""


def checked(request: Request, most_lines: int = 500) -> Request:
    """The same request with its lines numbered, or BadField / TooLarge naming what cannot be used."""
    if not request.lines:
        raise BadField("lines", "[]", "a promise needs at least one line", remedy="send one line per item")
    if len(request.lines) > most_lines:
        raise TooLarge(f"{len(request.lines)} lines; the limit is {most_lines}", remedy="split the request")
    _check_texts(request)
    for place, line in enumerate(request.lines):
        check_quantity(f"lines[{place}].quantity", line.quantity)
        texts = line.item + line.uom + line.variant + line.contract
        if len(texts) > MOST_TEXT or not texts.isprintable():
            for name in ("item", "uom", "variant", "contract"):
                check_text(f"lines[{place}].{name}", getattr(line, name))
    return _numbered(request)


def _check_texts(request: Request) -> None:
    for name in ("customer", "currency", "channel", "reference"):
        check_text(name, getattr(request, name))
    check_text("ship_to.region", request.ship_to.region)
    check_country("ship_to.country", request.ship_to.country)
    if request.currency and not _CURRENCY.fullmatch(request.currency):
        raise BadField(
            "currency", request.currency, "not a currency's code", remedy="send ISO 4217, e.g. GBP"
        )


def check_text(field: str, text: str) -> None:
    """A text is short, and what people can see: no control character (NUL least of all), no half of a character."""
    if len(text) > MOST_TEXT:
        raise BadField(
            field, visible(text), f"the text is longer than {MOST_TEXT} characters", remedy="shorten it"
        )
    if text.isprintable():
        return
    unseen = next((one for one in text if category(one) in _UNSEEN), None)
    if unseen is not None:
        raise BadField(
            field, visible(text), "the text holds a character that is not seen", remedy="take it out"
        )


def check_country(field: str, country: str) -> None:
    """A country is an ISO 3166-1 alpha-2 code, in capitals."""
    if is_country(country):
        return
    check_text(field, country)
    meant = MISTAKEN_COUNTRIES.get(country.upper(), country.upper())
    remedy = f"send {meant}" if is_country(meant) else "send ISO 3166-1 alpha-2, e.g. GB"
    raise BadField(field, country, "not a country's code", remedy=remedy)


def check_quantity(field: str, quantity: Decimal) -> None:
    """A quantity is a finite, positive number of at most 12 digits before the point and 6 after."""
    if not quantity.is_finite() or quantity <= 0:
        raise BadField(field, str(quantity), "a quantity is a positive number", remedy='send e.g. "12"')
    exponent = quantity.as_tuple().exponent
    if quantity > MOST_QUANTITY or (isinstance(exponent, int) and exponent < -MOST_DECIMALS):
        raise BadField(
            field, str(quantity), f"a quantity is at most {MOST_QUANTITY:f} with {MOST_DECIMALS} decimals",
            remedy="check the unit of measure",
        )  # fmt: skip


def _numbered(request: Request) -> Request:
    numbers = [line.line for line in request.lines]
    if all(numbers) and len(set(numbers)) == len(numbers) and min(numbers) > 0:
        return request
    if any(numbers):
        raise BadField(
            "lines[].line", str(numbers), "line numbers are positive, and each stands once",
            remedy="number every line, or none",
        )  # fmt: skip
    lines = tuple(
        Line(
            line.item, line.quantity, place, line.uom, line.variant, line.contract, line.need_by, line.ship,
            line.substitute,
        )
        for place, line in enumerate(request.lines, 1)
    )  # fmt: skip
    return Request(
        request.customer, request.ship_to, lines, request.currency, request.channel, request.reference,
        request.hold, request.accept_conditional,
    )  # fmt: skip
