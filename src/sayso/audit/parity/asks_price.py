"""What the ERP would charge for a quantity of an item, asked of books: unit price, discount, amount, and the rule."""

from __future__ import annotations

from datetime import date as Day
from decimal import Decimal
from typing import Any

from msgspec import Struct

from sayso.audit.parity.asked import Asks, Told
from sayso.canon.decimals import plain
from sayso.errors import BadField
from sayso.promise.answer import unit_text
from sayso.promise.cards import Customer
from sayso.promise.charging import Charge, charged
from sayso.promise.gather import Books
from sayso.promise.lines import unit_of
from sayso.promise.policy import Policy
from sayso.promise.price_lines import Wanted

_MOST = Decimal(10) ** 12
_FIGURES = ("unit_price", "discount_percent", "line_amount", "rule")


class Price(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A quantity of an item for a customer; below 0 it is a return.

    `date` is the document's, today unless told; `entered` the day on which the line was, which counts where the
    policy fixes the price then (`price.fixed`). `country` is where it goes, unless told the customer's. What the
    document is makes no difference to the price.
    """

    item: str
    customer: str = ""
    variant: str = ""
    quantity: Decimal = Decimal(1)
    uom: str = ""
    currency: str = ""
    date: Day | None = None
    entered: Day | None = None
    country: str = ""
    document_type: str = "order"


def price(books: Books, asked: Price, today: Day, policy: Policy) -> Told:
    """The figures of the line; none of them, and the reason, without a price. Raises BadField for no quantity."""
    quantity = asked.quantity
    if not quantity.is_finite() or abs(quantity) > _MOST:
        raise BadField(
            "quantity", str(quantity), "this is no quantity", remedy=f"write a number up to {_MOST}"
        )
    item = books.item(asked.item)
    account = books.account(asked.customer)
    customer = account.customers.get(asked.customer) or Customer(asked.customer)
    # A case may give prices of an item alone, which then has its base unit and nothing else.
    known = item.known or any(line.target_type == "item" for line in item.prices)
    unit = unit_of(item, asked.uom) if known else None
    if unit is None:
        why = "unknown_uom" if known else "unknown_item"
        return Told(_nothing(why), [f"asked: {asked.item} in {asked.uom or 'its base unit'}: {why}"])
    world = books.world(policy)
    currency = asked.currency or customer.currency or policy.company.currency
    day = asked.entered if asked.entered and policy.price.fixed == "entry" else asked.date or today
    wanted = Wanted(quantity, *unit, asked.variant, currency, asked.country or customer.country, day)
    found = charged(item, customer, account, world, wanted)
    return Told(_answer(found, world.places(currency)), list(found.arithmetic))


def _answer(found: Charge, places: int) -> dict[str, Any]:
    one = found.priced
    if one is None:
        return {**_nothing("conflict" if found.conflict else "no_price"), "conflict": list(found.conflict)}
    return {
        "unit_price": unit_text(one.unit, places),
        "discount_percent": plain(one.discount_percent),
        "line_amount": str(one.amount),
        "currency": one.currency,
        "rule": one.rule,
        "includes_tax": one.includes_tax,
        "reason": None,
        "conflict": [],
    }


def _nothing(why: str) -> dict[str, Any]:
    return {**dict.fromkeys(_FIGURES), "currency": None, "includes_tax": None, "reason": why, "conflict": []}


ASKS: Asks = {"price": (Price, price)}
