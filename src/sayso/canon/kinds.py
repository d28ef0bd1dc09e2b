"""Every kind of fact that Sayso is told, as data: the tables, the readers and the reference are made from it.

The order is the order in which a folder is loaded: what others refer to comes first.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType

from sayso.canon import kinds_standing as standing
from sayso.canon.columns import Column, Kind, Touch, Touches
from sayso.canon.kinds_standing import ITEM, variant
from sayso.errors import BadField

_CUSTOMER = Touches(customers=(Touch("customer"),))

# fmt: off

_BASE = "in base units of the item"

_STOCK = Kind(
    "stock",
    "What a site has of an item.",
    (Column("item", "text", "The item."), Column("site", "text", "The site."), variant()),
    (
        Column(
            "on_hand", "decimal", f"Quantity on the shelf, {_BASE}; below 0 where the ERP counts so.",
            sign="any", default="0",
        ),
        Column(
            "reserved", "decimal", f"Part of it that the ERP has reserved for its own orders, {_BASE}.",
            default="0",
        ),
        Column("safety_stock", "decimal", f"Part of it that is never promised, {_BASE}.", default="0"),
    ),
    ITEM,
)

_INBOUND = Kind(
    "inbound",
    "What is on its way to a site.",
    (
        Column("document", "text", "Number of the supply document."),
        Column("line", "text", "Line of it."),
        variant(),
    ),
    (
        Column("item", "text", "The item.", needed=True),
        Column("site", "text", "Site it comes to."),
        Column("quantity", "decimal", f"Quantity still to come, {_BASE}.", default="0"),
        Column(
            "reserved", "decimal", f"Part of it that the ERP has reserved for its own orders, {_BASE}.",
            default="0",
        ),
        Column("due", "date", "Day on which it is expected; blank: nobody knows."),
        Column("vendor", "text", "Vendor, as receipts name it."),
        Column("status", "enum", "Whether it is certain.", ("draft", "confirmed"), default="confirmed"),
        Column(
            "kind", "enum", "What the document is.",
            ("purchase", "production", "transfer", "assembly", "sales_return", "planned"), default="purchase",
        ),
    ),
    ITEM,
)

_DEMAND = Kind(
    "demand",
    "What has been asked for and has not left: open order lines, and stock protected for somebody.",
    (
        Column("document", "text", "Number of the demand document."),
        Column("line", "text", "Line of it."),
        variant(),
    ),
    (
        Column(
            "order", "text",
            "Sayso's order that the ERP reports here; this row then replaces its own demand.",
        ),
        Column("item", "text", "The item; blank for lines that only count in money."),
        Column("site", "text", "Site it leaves from."),
        Column("quantity", "decimal", f"Quantity still to leave, {_BASE}.", default="0"),
        Column(
            "reserved", "decimal", f"Part of it for which the ERP has reserved supply, {_BASE}.",
            default="0",
        ),
        Column("requested", "date", "Day on which the customer wants it shipped."),
        Column("planned", "date", "Day on which it is planned to ship."),
        Column(
            "due", "date",
            "Day by which it has to leave; blank: `planned`, else `requested`, else at once.",
        ),
        Column("customer", "text", "Customer who asked for it, or for whom it is protected."),
        Column("group", "text", "Customer group for which it is protected."),
        Column("contract", "text", "Contract for which it is protected."),
        Column("status", "enum", "How certain it is.", ("draft", "quote", "confirmed"), default="confirmed"),
        Column(
            "kind", "enum",
            "What the document is; an allocation is stock protected for a customer, group or contract.",
            (
                "order", "work_order", "transfer", "allocation", "job", "component", "purchase_return",
                "planning",
            ),
            default="order",
        ),
        Column(
            "fulfilment", "enum",
            "Where it is taken from: stock, straight from the vendor, or a purchase of its own.",
            ("stock", "drop_ship", "special_order"), default="stock",
        ),
        Column("supply_document", "text", "Supply document that is bound to it."),
        Column("supply_line", "text", "Line of that document."),
        Column("amount", "decimal", "Open amount, with tax, in `currency`.", sign="any", default="0"),
        Column(
            "amount_shipped_not_invoiced", "decimal",
            "Amount shipped and not invoiced, with tax, in `currency`.",
            sign="any", default="0",
        ),
        Column("currency", "currency", "Currency of the amounts; blank: the company's."),
        Column(
            "currency_factor", "decimal",
            "Units of `currency` for one of the company's, as the document fixed it.",
            sign="positive",
        ),
        Column(
            "amount_net", "decimal", "Open amount without tax, in `currency`; blank: `amount`.", sign="any",
        ),
        Column(
            "amount_shipped_not_invoiced_net", "decimal",
            "Amount shipped and not invoiced without tax, in `currency`; blank: the one with tax.", sign="any",
        ),
        Column(
            "percent_billed", "decimal",
            "Percent of the amounts that is invoiced already; blank: they are what is open.", most=100,
        ),
        Column(
            "company", "text", "Company that sells; blank: the site's, else the customer's.",
        ),
    ),
    Touches(items=(Touch("item"),), customers=(Touch("customer"),)),
)

_RECEIVABLES = Kind(
    "receivables",
    "Posted invoices and credit memos that are not yet settled.",
    (Column("document", "text", "Number of the document."),),
    (
        Column("customer", "text", "Customer who owes.", needed=True),
        Column("amount", "decimal", "Amount, with tax, in `currency`; a credit memo is below 0.", sign="any"),
        Column(
            "open", "decimal", "Part of it still owed, in `currency`; a credit memo is below 0.",
            sign="any", default="0",
        ),
        Column("currency", "currency", "Currency of the amounts; blank: the company's."),
        Column("issued", "date", "Date of the document."),
        Column("due", "date", "Day by which it is to be paid; blank: never overdue."),
        Column("posted", "date", "Day on which it was posted."),
        Column("company", "text", "Company that is owed; blank: the customer's."),
    ),
    _CUSTOMER,
)

_EXPOSURES = Kind(
    "exposures",
    "Further parts of a customer's credit exposure; the kind says whether a part adds or takes away.",
    (Column("document", "text", "Number of the document."),),
    (
        Column("customer", "text", "The customer.", needed=True),
        Column(
            "kind", "enum",
            "What the amount is: a draft invoice adds, and so does what was delivered without an order and is not "
            "billed; the part of draft invoices from posted shipments, open return orders, returns received and "
            "prepayments take away.",
            (
                "draft_invoice", "draft_from_shipment", "return_order", "return_received", "prepayment",
                "unbilled_delivery",
            ),
            needed=True,
        ),
        Column(
            "amount", "decimal", "Amount, with tax, in `currency`, above 0 in either case.",
            sign="any", default="0",
        ),
        Column("currency", "currency", "Currency of the amount; blank: the company's."),
        Column("company", "text", "Company that sells; blank: the customer's."),
    ),
    _CUSTOMER,
)

_RECEIPTS = Kind(
    "receipts",
    "What arrived and when, beside when it was promised: the history from which arrival dates are estimated.",
    (
        Column("document", "text", "Number of the supply document."),
        Column("line", "text", "Line of it."),
        Column("receipt", "text", "Number of the receipt, for lines that come in parts."),
    ),
    (
        Column("item", "text", "The item."),
        Column("site", "text", "Site it came to."),
        Column("vendor", "text", "Vendor it came from."),
        Column("ordered", "date", "Day on which it was ordered."),
        Column("promised", "date", "Day on which the vendor promised it."),
        Column("received", "date", "Day on which it arrived."),
        Column("quantity", "decimal", f"Quantity that arrived, {_BASE}."),
    ),
    Touches(),
)

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            standing.CURRENCIES, standing.RATES, standing.CALENDARS, standing.SITES, standing.LANES,
            standing.RULES, standing.TAXES, standing.DUTIES, standing.CREDIT_GROUPS, standing.ITEMS,
            standing.UNITS, standing.SUBSTITUTES, standing.KITS, standing.CUSTOMERS, standing.PRICES,
            _STOCK, _INBOUND, _DEMAND, _RECEIVABLES, _EXPOSURES, _RECEIPTS,
        )
    }
)
"""Every kind by its name, in the order in which a folder of files is loaded."""


def kind_named(name: str) -> Kind:
    """The kind of this name. Raises BadField, with the nearest name, if there is none."""
    kind = KINDS.get(name)
    if kind is None:
        near = difflib.get_close_matches(name, KINDS, 1)
        remedy = f"did you mean {near[0]}?" if near else "one of " + ", ".join(KINDS)
        raise BadField("kind", name, "there is no such kind of facts", remedy=remedy)
    return kind
