"""How a company wants to be paid: when invoices are asked for and by whom, what may differ, how payments are applied.

Knows settings and their defaults. An empty file works; what is set for a customer counts before what is set for a site.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta, Struct

from sayso.errors import Misconfigured

When = Literal["per_shipment", "order_complete", "daily"]
By = Literal["sayso", "erp"]
Days = Annotated[int, Meta(ge=0, le=3650, extra={"unit": "days"})]
Percent = Annotated[Decimal, Meta(extra={"unit": "percent"})]
Amount = Annotated[Decimal, Meta(extra={"unit": "the document's currency"})]

_Section = TypeVar("_Section", bound=Struct)


class Invoicing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When an invoice is asked for, by whom, and for what."""

    when: Annotated[
        When,
        Meta(
            description="`per_shipment`: as soon as a shipment's evidence is whole. `order_complete`: once nothing of the "
            "order is open. `daily`: one invoice a day for all that left, by customer and currency."
        ),
    ] = "per_shipment"
    by: Annotated[
        By,
        Meta(
            description="`sayso`: Sayso asks for the invoice. `erp`: the ERP invoices by itself, and Sayso matches."
        ),
    ] = "sayso"
    role: Annotated[
        str, Meta(description="The role of the system that is asked to issue it.", min_length=1)
    ] = "ar"
    charges: Annotated[
        Literal["first", "last", "none"],
        Meta(description="On which invoice of the order its freight and other charges stand."),
    ] = "first"
    overshipped: Annotated[
        Literal["hold", "ordered", "shipped"],
        Meta(
            description="More left than was ordered. `hold`: that shipment waits, with a case. `ordered`: only what was "
            "ordered is invoiced. `shipped`: all that left is."
        ),
    ] = "hold"
    acceptance: Annotated[
        Literal["agreed", "not_differing", "any"],
        Meta(
            description="What the ERP must have said. `agreed`: it accepted what was promised. `not_differing`: it may "
            "have said nothing yet. `any`: a difference does not hold the invoice."
        ),
    ] = "not_differing"
    holds: Annotated[
        tuple[str, ...], Meta(description="Kinds of holds of an order during which it is not invoiced.")
    ] = ("invoice", "all")
    returns: Annotated[
        Literal["credit", "hold"],
        Meta(
            description="Goods came back after their invoice: a credit memo is asked for, or a case is opened."
        ),
    ] = "credit"
    corrections: Annotated[
        Literal["credit", "hold"],
        Meta(
            description="Less left than was invoiced, because the shipment was corrected: a credit memo is asked for, "
            "or a case is opened."
        ),
    ] = "credit"
    terms_days: Annotated[
        Days, Meta(description="Days until an invoice is due, where the customer has no terms of its own.")
    ] = 30
    zone: Annotated[
        str, Meta(description="The time zone of the day of issue, and of the day that `daily` gathers.")
    ] = "UTC"


class CustomerInvoicing(Struct, frozen=True, kw_only=True):
    """What is otherwise for one customer."""

    customer: str
    invoicing: Invoicing


class SiteInvoicing(Struct, frozen=True, kw_only=True):
    """What is otherwise for what leaves one site."""

    site: str
    invoicing: Invoicing


class Matching(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By how much an invoice may differ from order and shipment before it is a case. Where a percentage and an amount
    are set, the larger of the two counts. The smallest unit of the currency is always within: lines are rounded."""

    price_percent: Annotated[Percent, Meta(description="Of a line's net amount by the agreed price.")] = (
        Decimal(0)
    )
    price_amount: Annotated[Amount, Meta(description="Of a line's net amount.")] = Decimal(0)
    quantity_percent: Annotated[Percent, Meta(description="Of what was shipped of a line.")] = Decimal(0)
    tax_amount: Annotated[Amount, Meta(description="Of a line's tax.")] = Decimal(0)
    charge_amount: Annotated[Amount, Meta(description="Of a charge, net.")] = Decimal(0)
    total_amount: Annotated[
        Amount, Meta(description="Between an invoice's total and the sum of its lines, charges and taxes.")
    ] = Decimal(0)
    days_before: Annotated[
        Days, Meta(description="How many days before its goods leave an invoice may be dated.")
    ] = 0


class Applying(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How payments are applied to invoices."""

    write_off_amount: Annotated[
        Amount, Meta(description="A difference of at most so much, short, is given up. 0: nothing is.")
    ] = Decimal("0.05")
    write_off_percent: Annotated[
        Percent, Meta(description="And of at most this part of what the invoices have open.")
    ] = Decimal(1)
    discount_percent: Annotated[
        Percent, Meta(description="What may be taken off for paying early. 0: nothing.")
    ] = Decimal(0)
    discount_days: Annotated[
        Days, Meta(description="Early is so many days after the invoice's date, that day included.")
    ] = 0
    by_amount: Annotated[
        bool,
        Meta(description="A payment that names no invoice is applied to the one with exactly its amount."),
    ] = True
    most_combined: Annotated[
        int,
        Meta(description="Of how many invoices a combination may be made. 1: none is tried.", ge=1, le=12),
    ] = 6
    most_searched: Annotated[
        int, Meta(description="Among how many open invoices, the oldest first.", ge=1, le=60)
    ] = 30
    deductions: Annotated[
        Literal["apply", "hold"],
        Meta(
            description="A payment is short by more than is given up. `apply`: what came is applied, and what was kept "
            "back is marked on the invoice. `hold`: the payment stays unapplied. A case is opened in both."
        ),
    ] = "apply"
    duplicate_days: Annotated[
        Days,
        Meta(description="The same payer, amount and references again within so many days is one twice."),
    ] = 14


class CashPolicy(Struct, frozen=True, kw_only=True):
    """All settings from shipment to cash. Made by `read`."""

    invoicing: Invoicing = Invoicing()
    customers: tuple[CustomerInvoicing, ...] = ()
    sites: tuple[SiteInvoicing, ...] = ()
    matching: Matching = Matching()
    applying: Applying = Applying()

    def invoicing_for(self, customer: str, site: str = "") -> Invoicing:
        """What counts for what leaves `site` for `customer`: the customer's own, else the site's, else all others'."""
        for by_customer in self.customers:
            if by_customer.customer == customer:
                return by_customer.invoicing
        for by_site in self.sites:
            if site and by_site.site == site:
                return by_site.invoicing
        return self.invoicing


def read(document: Mapping[str, Any], where: str) -> CashPolicy:
    """The policy from the tables `invoicing`, `matching` and `applying` of a document called `where`; others are not
    looked at. Amounts and percentages may be text or numbers.

    Raises Misconfigured, which names the key.
    """
    invoicing = _table(document, "invoicing", where)
    plain = {name: value for name, value in invoicing.items() if name not in ("customers", "sites")}
    customers = _overrides(invoicing, plain, "customers", "customer", where)
    sites = _overrides(invoicing, plain, "sites", "site", where)
    return CashPolicy(
        invoicing=_invoicing(plain, f"{where}: [invoicing]"),
        customers=tuple(CustomerInvoicing(customer=name, invoicing=found) for name, found in customers),
        sites=tuple(SiteInvoicing(site=name, invoicing=found) for name, found in sites),
        matching=_section(_table(document, "matching", where), Matching, f"{where}: [matching]"),
        applying=_section(_table(document, "applying", where), Applying, f"{where}: [applying]"),
    )


@cache
def zone_of(name: str) -> ZoneInfo:
    """The time zone of that name. Raises Misconfigured for one that is not known."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Misconfigured(
            f"no time zone is called {name!r}", remedy="write it as Europe/London or UTC"
        ) from None


def _table(document: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    found = document.get(name, {})
    if not isinstance(found, Mapping):
        raise Misconfigured(f"{where}: {name} is not a table", remedy=f"write it as [{name}]")
    return found


def _overrides(
    invoicing: Mapping[str, Any], plain: Mapping[str, Any], plural: str, name: str, where: str
) -> list[tuple[str, Invoicing]]:
    """The tables of one kind: each is the company's settings with what it changes."""
    place = f"{where}: [[invoicing.{plural}]]"
    tables = invoicing.get(plural, [])
    if not isinstance(tables, list) or not all(isinstance(one, Mapping) for one in tables):
        raise Misconfigured(f"{place} is not an array of tables", remedy=f"write [[invoicing.{plural}]]")
    found: dict[str, Invoicing] = {}
    for table in tables:
        whose = table.get(name)
        if not isinstance(whose, str) or not whose:
            raise Misconfigured(f"{place}: {name} is missing", remedy=f'name one: {name} = "..."')
        if whose in found:
            raise Misconfigured(f"{place}: {name} {whose!r} is there twice", remedy="keep one of them")
        changed = {key: value for key, value in table.items() if key != name}
        found[whose] = _invoicing({**plain, **changed}, f"{place} {whose}")
    return list(found.items())


def _invoicing(table: Mapping[str, Any], place: str) -> Invoicing:
    found = _section(table, Invoicing, place)
    try:
        zone_of(found.zone)
    except Misconfigured as unknown:
        raise Misconfigured(f"{place}: zone: {unknown.detail}", remedy=unknown.remedy) from None
    return found


def _section(table: Mapping[str, Any], kind: type[_Section], place: str) -> _Section:
    remedy = "see docs/reference/follow.md for every setting and its values"
    try:
        found = msgspec.convert(dict(table), kind, strict=True)
    except msgspec.ValidationError as refused:
        raise Misconfigured(f"{place}: {refused}", remedy=remedy) from None
    for name in kind.__struct_fields__:
        value = getattr(found, name)
        if not isinstance(value, Decimal):
            continue
        most = Decimal(100) if name.endswith("_percent") else None
        if not value.is_finite() or value < 0 or (most is not None and value > most):
            limit = "from 0 to 100" if most is not None else "0 or more"
            raise Misconfigured(f"{place}: {name} is {value}, and has to be {limit}", remedy=remedy)
    return found
