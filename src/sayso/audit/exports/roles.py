"""What the rows of a file can be (its role): orders and feeds of a storefront, facts and outcomes of an ERP.

Knows for each role which columns there are, which are needed, and what type they have.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Literal, NamedTuple

from sayso.canon.columns import Column
from sayso.canon.kinds import KINDS

System = Literal["storefront", "erp"]


class Wanted(NamedTuple):
    """A column of a role. `moment` is a point in time, else the type is the column's.

    `of_order`: it says something of the whole order, so it may stand in only one of the order's rows.
    """

    column: Column
    needed: bool = False
    of_order: bool = False
    moment: bool = False

    @property
    def name(self) -> str:
        """Its name."""
        return self.column.name

    @property
    def type(self) -> str:
        """Its type, as the reference names it."""
        return "moment" if self.moment else self.column.type


class Role:
    """What the rows of a file are."""

    def __init__(self, name: str, system: System, doc: str, columns: tuple[Wanted, ...]) -> None:
        self.name = name
        self.system: System = system
        self.doc = doc
        self.columns = columns

    @cached_property
    def by_name(self) -> Mapping[str, Wanted]:
        """Its columns by their names."""
        return MappingProxyType({one.name: one for one in self.columns})

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """The columns without which there is nothing to read."""
        return tuple(one.name for one in self.columns if one.needed)


def _text(name: str, doc: str, *, needed: bool = False, of_order: bool = False) -> Wanted:
    return Wanted(Column(name, "text", doc), needed, of_order)


def _free(name: str, doc: str) -> Wanted:
    return Wanted(Column(name, "text", doc, free=True))


def _number(name: str, doc: str, *, needed: bool = False, of_order: bool = False) -> Wanted:
    return Wanted(Column(name, "decimal", doc, sign="any"), needed, of_order)


def _moment(name: str, doc: str, *, needed: bool = False, of_order: bool = False) -> Wanted:
    return Wanted(Column(name, "text", doc), needed, of_order, moment=True)


# fmt: off

_AS_OF = _moment("as_of", "From when on the row is true; blank: from the beginning.")

ORDERS = Role(
    "orders", "storefront", "Orders as the storefront took them or turned them away, a row a line.",
    (
        _text("order", "Number of the order.", needed=True),
        Wanted(Column("line", "integer", "Number of the line; without it, lines are numbered as they come.")),
        _moment("placed", "When it was placed.", needed=True, of_order=True),
        _text("customer", "Customer, by the ERP's number.", needed=True, of_order=True),
        Wanted(Column("country", "country", "Country shipped to; blank: the customer's own."), of_order=True),
        _text("region", "Region of that country.", of_order=True),
        _text("channel", "Where it was sold: web, app, EDI, a marketplace.", of_order=True),
        Wanted(Column("currency", "currency", "Currency of its prices."), of_order=True),
        _number("total", "What the storefront said the whole costs.", of_order=True),
        _number("tax", "Tax in the total; only to see that it adds up.", of_order=True),
        _number("freight", "Freight and charges in the total; only to see that it adds up.", of_order=True),
        Wanted(Column("credit_ok", "boolean", "The customer's credit flag at that moment."), of_order=True),
        Wanted(Column("includes_tax", "boolean", "Whether prices are with tax: they are not compared."), of_order=True),
        _text("item", "Item, by the ERP's code.", needed=True),
        _text("variant", "Variant of the item."),
        _number("quantity", "Quantity ordered; below 0 is a return.", needed=True),
        Wanted(Column("uom", "uom", "Unit of the quantity; blank: the item's own.")),
        _number("unit_price", "Price of one unit, discounts taken off."),
        _number("amount", "What the line costs, discounts taken off."),
        _number("discount", "Discount on the whole line, where unit_price is without it."),
        Wanted(Column("need_by", "date", "Day by which the buyer wanted it.")),
        _number("shown_available", "Stock that the storefront showed."),
        Wanted(Column("shown_date", "date", "Day of delivery that the storefront showed.")),
        Wanted(Column("answer", "enum", "Whether the storefront said yes; blank: yes.", ("yes", "no"))),
        _free("reason", "Why it said no."),
        Wanted(Column("aside", "boolean", "Yes: the row is no order of goods (cancelled in the cart, a charge).")),
    ),
)

SHOP_STOCK = Role(
    "stock", "storefront", "The storefront's stock feed: what it believed to be there.",
    (
        _text("item", "The item.", needed=True),
        _number("available", "Stock that it showed.", needed=True),
        _text("site", "Site, where it showed stock by site."), _text("variant", "Variant of the item."),
        Wanted(Column("uom", "uom", "Unit of the stock; blank: the item's own.")), _AS_OF,
    ),
)

SHOP_PRICES = Role(
    "prices", "storefront", "The storefront's price feed: what it charged.",
    (
        _text("item", "The item.", needed=True),
        _number("price", "Price of one unit.", needed=True),
        _text("customer", "Customer it was for; blank: all."), _text("group", "Price group it was for."),
        _text("variant", "Variant of the item."), Wanted(Column("uom", "uom", "Unit of the price.")),
        Wanted(Column("currency", "currency", "Currency of the price.")),
        _number("min_quantity", "Least quantity it holds for."), _AS_OF,
    ),
)

SHOP_CREDIT = Role(
    "customers", "storefront", "The storefront's customers, with the credit flag it went by.",
    (
        _text("customer", "The customer.", needed=True),
        Wanted(Column("credit_ok", "boolean", "Whether it let the customer buy on account."), needed=True), _AS_OF,
    ),
)

OUTCOMES = Role(
    "outcomes", "erp", "What became of the storefront's orders in the ERP.",
    (
        _text("order", "The storefront's number of the order.", needed=True),
        Wanted(Column("line", "integer", "Line of it; blank: the whole order.")),
        Wanted(
            Column("outcome", "enum", "What became of it.",
                   ("accepted", "rejected", "short", "late", "changed", "cancelled")),
            needed=True,
        ),
        _free("reason", "Why."), _number("quantity", "Quantity that it took."),
        Wanted(Column("on", "date", "Day that it gave.")), _number("unit_price", "Price that it charged."),
        _moment("at", "When."), _text("document", "The ERP's own number of it."),
    ),
)

# fmt: on


def _facts(name: str) -> Role:
    kind = KINDS[name]
    wanted = [Wanted(column, needed=not column.optional) for column in kind.key]
    wanted += [Wanted(column, needed=column.needed) for column in kind.columns]
    deleted = Wanted(Column("deleted", "boolean", "Whether the row is no longer there."))
    return Role(name, "erp", kind.doc, (*wanted, _AS_OF, deleted))


ROLES: Mapping[System, Mapping[str, Role]] = MappingProxyType(
    {
        "storefront": MappingProxyType(
            {role.name: role for role in (ORDERS, SHOP_STOCK, SHOP_PRICES, SHOP_CREDIT)}
        ),
        "erp": MappingProxyType({**{name: _facts(name) for name in KINDS}, "outcomes": OUTCOMES}),
    }
)
"""Every role of either system by its name."""
