"""The facts as the judgement is handed them: one card for an item, one for a credit account, one for the world.

A card is immutable, and its canonical bytes are archived under their content address, so that a recorded
decision can be made again from the very facts it was made from. What changes with every promise is not on a
card: the quantities taken by live reservations (`Taken`), and the money promised on an account.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from msgspec import Struct

ZERO = Decimal(0)


class PriceLine(Struct, frozen=True, omit_defaults=True):
    """A row of the kind `prices`. A price is per `uom`, or per base unit where `uom` is blank."""

    line_type: str
    source_type: str
    source: str = ""
    target_type: str = "item"
    target: str = ""
    uom: str = ""
    currency: str = ""
    variant: str = ""
    min_quantity: Decimal = ZERO
    starts: date | None = None
    ends: date | None = None
    price: Decimal | None = None
    discount_percent: Decimal | None = None
    margin_percent: Decimal | None = None
    includes_tax: bool = False
    priority: int = 0
    country: str = ""
    allow_discount: bool = True
    max_quantity: Decimal | None = None
    surcharge: Decimal | None = None
    round_to: Decimal | None = None


class Stock(Struct, frozen=True, omit_defaults=True):
    """What a site counts of a variant, in base units."""

    site: str
    variant: str = ""
    on_hand: Decimal = ZERO
    reserved: Decimal = ZERO
    safety_stock: Decimal = ZERO


class Inbound(Struct, frozen=True, omit_defaults=True):
    """One line of a supply document; `due` is the day it is expected, None when nobody knows.

    `p50` and `p90` are the days by which it has arrived at even odds and nine times in ten, by what receipts taught.
    """

    document: str
    line: str
    site: str
    variant: str = ""
    quantity: Decimal = ZERO
    reserved: Decimal = ZERO
    due: date | None = None
    status: str = ""
    kind: str = ""
    p50: date | None = None
    p90: date | None = None


class Demand(Struct, frozen=True, omit_defaults=True):
    """Open demand of one kind and date, summed over documents, in base units; apart where supply is bound to it."""

    site: str
    variant: str = ""
    quantity: Decimal = ZERO
    reserved: Decimal = ZERO
    due: date | None = None
    planned: date | None = None
    requested: date | None = None
    status: str = ""
    kind: str = ""
    fulfilment: str = ""
    supply_document: str = ""
    supply_line: str = ""


class Allocation(Struct, frozen=True, omit_defaults=True):
    """Stock protected for a customer, a customer group or a contract: everybody else's demand."""

    document: str
    line: str
    site: str
    variant: str = ""
    quantity: Decimal = ZERO
    due: date | None = None
    customer: str = ""
    group: str = ""
    contract: str = ""

    @property
    def key(self) -> str:
        """The allocation's document and line (and variant), as reservations that draw on it name it."""
        key = f"{self.document}/{self.line}"
        return f"{key}|{self.variant}" if self.variant else key


class Component(Struct, frozen=True):
    """So many base units of an item in one kit."""

    component: str
    quantity: Decimal


class Substitute(Struct, frozen=True, omit_defaults=True):
    """An item that may be shipped instead; `factor` of it stand for one base unit."""

    item: str
    rank: int = 0
    factor: Decimal = Decimal(1)


class ItemCard(Struct, frozen=True, omit_defaults=True, dict=True):
    """Everything about one item that no other item and no promise changes."""

    item: str
    known: bool = False
    uom: str = ""
    status: str = ""
    stocked: bool = True
    category: str = ""
    discount_group: str = ""
    pack: Decimal | None = None
    minimum: Decimal | None = None
    available_from: date | None = None
    origin: str = ""
    hs_code: str = ""
    hazard: str = ""
    list_price: Decimal | None = None
    currency: str = ""
    lead_days: int | None = None
    units: dict[str, Decimal] = {}
    stock: tuple[Stock, ...] = ()
    inbound: tuple[Inbound, ...] = ()
    demand: tuple[Demand, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    kit: tuple[Component, ...] = ()
    substitutes: tuple[Substitute, ...] = ()
    prices: tuple[PriceLine, ...] = ()
    as_of: datetime | None = None

    @cached_property
    def memo(self) -> dict[Any, Any]:
        """What was worked out from this card alone, or from it and what the key names; never part of its value."""
        return {}


class Customer(Struct, frozen=True, omit_defaults=True):
    """What a decision needs of a customer; no name, no address."""

    customer: str
    bill_to: str = ""
    parent: str = ""
    company: str = ""
    group: str = ""
    price_group: str = ""
    discount_group: str = ""
    campaigns: tuple[str, ...] = ()
    country: str = ""
    region: str = ""
    currency: str = ""
    terms_days: int | None = None
    credit_limit: Decimal | None = None
    hold: str = ""
    shipping_days: int | None = None
    calendar: str = ""
    tax_exempt: bool = False
    licences: tuple[str, ...] = ()


class Due(Struct, frozen=True, omit_defaults=True):
    """Open receivables of one customer, company, currency, due date and sign; `first` is the number of one of them.

    A blank customer is the account's own here and below; a blank company is not told.
    """

    currency: str
    open: Decimal
    due: date | None = None
    documents: int = 1
    first: str = ""
    customer: str = ""
    company: str = ""


class OpenOrders(Struct, frozen=True, omit_defaults=True):
    """Open order amounts of one customer, company (or site), currency, factor, status and percent billed.

    With tax, and without where that is another figure. `document` stands where the order has a factor of its own or
    a line below 0.
    """

    currency: str
    amount: Decimal
    shipped_not_invoiced: Decimal = ZERO
    currency_factor: Decimal | None = None
    status: str = ""
    customer: str = ""
    company: str = ""
    site: str = ""
    document: str = ""
    percent_billed: Decimal | None = None
    net: Decimal | None = None
    shipped_not_invoiced_net: Decimal | None = None


class Exposure(Struct, frozen=True, omit_defaults=True):
    """A further part of exposure, by its customer, company, kind and currency."""

    kind: str
    currency: str
    amount: Decimal
    customer: str = ""
    company: str = ""


class AccountCard(Struct, frozen=True, omit_defaults=True, dict=True):
    """A credit account: the customers of its whole tree, and what they owe."""

    account: str
    customers: dict[str, Customer] = {}
    receivables: tuple[Due, ...] = ()
    orders: tuple[OpenOrders, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    prices: dict[str, tuple[PriceLine, ...]] = {}
    as_of: datetime | None = None


class Site(Struct, frozen=True, omit_defaults=True):
    """A place that ships. `cutoff` is local, HH:MM; `handling_days` are working days."""

    site: str
    country: str = ""
    region: str = ""
    timezone: str = "UTC"
    cutoff: str = ""
    calendar: str = ""
    handling_days: int = 0
    company: str = ""


class Lane(Struct, frozen=True, omit_defaults=True):
    """A way from a site to a country or region of it; blank means any."""

    site: str
    country: str = ""
    region: str = ""
    transit_days: int = 0
    cost: Decimal = ZERO
    carrier: str = ""


class Rule(Struct, frozen=True, omit_defaults=True):
    """A restriction; a blank column means any."""

    rule: str
    effect: str
    item: str = ""
    category: str = ""
    hazard: str = ""
    country: str = ""
    region: str = ""
    licence: str = ""
    reason: str = ""


class Tax(Struct, frozen=True, omit_defaults=True):
    """An indicative rate in percent of the net amount."""

    rate: Decimal
    country: str = ""
    region: str = ""
    category: str = ""


class Duty(Struct, frozen=True, omit_defaults=True):
    """An indicative rate in percent of the net amount, by destination, HS code and origin."""

    rate: Decimal
    country: str = ""
    hs_code: str = ""
    origin: str = ""


class Currency(Struct, frozen=True, omit_defaults=True):
    """Places of amounts and of unit prices."""

    currency: str
    decimals: int | None = None
    price_precision: Decimal | None = None


class Rate(Struct, frozen=True, omit_defaults=True):
    """One unit of `currency` in `to`, from a day on."""

    currency: str
    to: str
    rate: Decimal
    starts: date | None = None


class GroupLimit(Struct, frozen=True, omit_defaults=True):
    """The credit limit of a customer group in a company."""

    group: str
    company: str = ""
    credit_limit: Decimal | None = None


class WorldCard(Struct, frozen=True, omit_defaults=True, dict=True):
    """Everything that belongs to no single item or account."""

    sites: tuple[Site, ...] = ()
    lanes: tuple[Lane, ...] = ()
    calendars: dict[str, dict[date, bool]] = {}
    rules: tuple[Rule, ...] = ()
    taxes: tuple[Tax, ...] = ()
    duties: tuple[Duty, ...] = ()
    currencies: tuple[Currency, ...] = ()
    rates: tuple[Rate, ...] = ()
    credit_groups: tuple[GroupLimit, ...] = ()
    prices: tuple[PriceLine, ...] = ()


class Taken(Struct, frozen=True, omit_defaults=True):
    """What live reservations take of one item, in base units.

    `by_place`: site, or site|variant, to ISO day to quantity. `drawn`: allocation document/line to the part of it
    that reservations of its owner already take, so that it is not counted twice.
    """

    by_place: dict[str, dict[str, Decimal]] = {}
    drawn: dict[str, Decimal] = {}

    def plus(self, place: str, day: str, quantity: Decimal, allocation: str = "") -> Taken:
        """The same with a reservation added (a negative quantity takes one back)."""
        days = dict(self.by_place.get(place, {}))
        _add(days, day, quantity)
        by_place = {**self.by_place, place: days}
        if not days:
            del by_place[place]
        if not allocation:
            return Taken(by_place, self.drawn)
        drawn = dict(self.drawn)
        _add(drawn, allocation, quantity)
        return Taken(by_place, drawn)


def place_of(site: str, variant: str) -> str:
    """The key of a site and variant in `Taken`."""
    return f"{site}|{variant}" if variant else site


def _add(sums: dict[str, Decimal], key: str, quantity: Decimal) -> None:
    total = sums.get(key, ZERO) + quantity
    if total:
        sums[key] = total
    else:
        sums.pop(key, None)
