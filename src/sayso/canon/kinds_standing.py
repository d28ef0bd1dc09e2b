"""The kinds of fact that change seldom: places, rules, items, customers, prices."""

from __future__ import annotations

from sayso.canon.columns import Column, Kind, Touch, Touches

WORLD = Touches(world="always")
ITEM = Touches(items=(Touch("item"),))


def variant() -> Column:
    """The key column that tells variants of an item apart."""
    return Column("variant", "text", "Variant of the item; blank for items without variants.", optional=True)


# fmt: off

SITES = Kind(
    "sites",
    "Places that stock and ship.",
    (Column("site", "text", "Code of the site."),),
    (
        Column("name", "text", "Name for people.", free=True),
        Column("company", "text", "Company (legal entity, business unit) it belongs to."),
        Column("country", "country", "Country it stands in."),
        Column("region", "text", "Region of that country, as lanes and rules name it."),
        Column(
            "timezone", "timezone", "IANA time zone in which its cut-off and its days are meant.",
            default="UTC",
        ),
        Column(
            "cutoff", "time",
            "Local time until which an order still ships on the same day; blank: midnight.",
        ),
        Column("calendar", "text", "Calendar of its working days; blank: it works every day."),
        Column("handling_days", "integer", "Working days from order to dispatch.", default="0", most=3650),
    ),
    WORLD,
)

CALENDARS = Kind(
    "calendars",
    "Days on which a calendar departs from its usual week, whose days of rest the policy names.",
    (
        Column("calendar", "text", "Code of the calendar, as sites and customers name it."),
        Column("date", "date", "The day."),
    ),
    (Column("working", "boolean", "Whether work is done on that day.", needed=True),),
    WORLD,
)

CURRENCIES = Kind(
    "currencies",
    "How amounts and unit prices of a currency are rounded, where it differs from ISO 4217.",
    (Column("currency", "currency", "ISO 4217 code."),),
    (
        Column("decimals", "integer", "Decimal places of amounts; blank: ISO 4217's minor unit.", most=9),
        Column(
            "price_precision", "decimal",
            "Step that unit prices are rounded to, e.g. 0.001; blank: not rounded.",
            sign="positive",
        ),
    ),
    WORLD,
)

RATES = Kind(
    "rates",
    "Exchange rates.",
    (
        Column("currency", "currency", "The currency of which one unit is valued."),
        Column("to", "currency", "The currency in which it is valued."),
        Column(
            "starts", "date", "First day on which it holds, until the next one; blank: since ever.",
            optional=True,
        ),
    ),
    (Column("rate", "decimal", "One unit of `currency`, in units of `to`.", sign="positive", needed=True),),
    WORLD,
)

LANES = Kind(
    "lanes",
    "Where a site ships to, how long that takes and what it costs.",
    (
        Column("site", "text", "Site that ships."),
        Column("country", "country", "Country shipped to; blank: any.", optional=True),
        Column("region", "text", "Region of that country; blank: any.", optional=True),
    ),
    (
        Column("transit_days", "integer", "Days from dispatch to delivery.", default="0", most=3650),
        Column(
            "cost", "decimal", "Cost of one shipment, in the company's currency; only compared.",
            default="0",
        ),
        Column("carrier", "text", "Carrier, for people."),
    ),
    WORLD,
)

RULES = Kind(
    "rules",
    "Restrictions of what may go where and to whom; a blank column means any.",
    (Column("rule", "text", "Code of the rule."),),
    (
        Column(
            "effect", "enum", "What it does: no sale, a sale only with the licence, or a person decides.",
            ("forbid", "require_licence", "hold"), needed=True,
        ),
        Column("item", "text", "Item it speaks of."),
        Column("category", "text", "Category of items it speaks of."),
        Column("hazard", "text", "Hazard class it speaks of."),
        Column("country", "country", "Country shipped to."),
        Column("region", "text", "Region of that country."),
        Column("licence", "text", "Licence that the customer must hold."),
        Column("reason", "text", "Why, in words for the buyer.", free=True),
    ),
    WORLD,
)

TAXES = Kind(
    "taxes",
    "Indicative tax on sales.",
    (
        Column("country", "country", "Country shipped to; blank: any.", optional=True),
        Column("region", "text", "Region of that country; blank: any.", optional=True),
        Column("category", "text", "Category of items; blank: any.", optional=True),
    ),
    (Column("rate", "decimal", "Tax in percent of the net amount: 20 is 20 %.", needed=True, most=1000),),
    WORLD,
)

DUTIES = Kind(
    "duties",
    "Indicative import duty.",
    (
        Column("country", "country", "Country imported into; blank: any.", optional=True),
        Column("hs_code", "text", "HS code or the beginning of one; blank: any.", optional=True),
        Column("origin", "country", "Country of origin; blank: any.", optional=True),
    ),
    (Column("rate", "decimal", "Duty in percent of the net amount: 4.7 is 4.7 %.", needed=True, most=1000),),
    WORLD,
)

CREDIT_GROUPS = Kind(
    "credit_groups",
    "Credit limits of customer groups and companies, for customers without a limit of their own.",
    (
        Column("group", "text", "Customer group; blank: the company's own limit, for who has no other.", optional=True),
        Column("company", "text", "Company it holds for; blank: any.", optional=True),
    ),
    (Column("credit_limit", "decimal", "Limit, in the company's currency; blank or 0: none."),),
    WORLD,
)

ITEMS = Kind(
    "items",
    "What is sold.",
    (Column("item", "text", "Code of the item (SKU)."),),
    (
        Column("name", "text", "Name for people.", free=True),
        Column("uom", "uom", "Base unit, in which stock and demand are counted.", default="EA"),
        Column(
            "status", "enum", "Whether it is sold.",
            ("active", "discontinued", "blocked"), default="active",
        ),
        Column(
            "stocked", "boolean", "Whether stock is kept of it; a service is not stocked.",
            default="true",
        ),
        Column("category", "text", "Category, as rules and taxes name it."),
        Column("discount_group", "text", "Item discount group, as prices name it."),
        Column(
            "pack", "decimal", "Sold in multiples of this, in base units; blank: any quantity.",
            sign="positive",
        ),
        Column("minimum", "decimal", "Least quantity of a line, in base units; blank: none."),
        Column("available_from", "date", "First day on which it is sold; before it, orders are pre-orders."),
        Column("origin", "country", "Country of origin."),
        Column("hs_code", "text", "Harmonized System code."),
        Column("hazard", "text", "Hazard class, as rules name it; blank: not hazardous."),
        Column("weight_kg", "decimal", "Weight of one base unit, in kilograms."),
        Column(
            "list_price", "decimal",
            "Price of one base unit where no price line fits, in `currency`, without tax.",
        ),
        Column("currency", "currency", "Currency of the list price; blank: the company's."),
        Column("lead_days", "integer", "Days until more of it can be had; blank: nobody knows.", most=3650),
    ),
    ITEM,
)

UNITS = Kind(
    "units",
    "Further units an item is sold in.",
    (Column("item", "text", "The item."), Column("uom", "uom", "The unit.")),
    (Column("factor", "decimal", "Base units in one of it.", sign="positive", needed=True),),
    ITEM,
)

SUBSTITUTES = Kind(
    "substitutes",
    "Items that may be shipped instead of another.",
    (
        Column("item", "text", "The item asked for."),
        Column("substitute", "text", "The item shipped instead."),
    ),
    (
        Column("rank", "integer", "Order of preference, the lowest first.", default="0", sign="any"),
        Column(
            "factor", "decimal", "Base units of it that stand for one of the item.",
            sign="positive", default="1",
        ),
    ),
    ITEM,
)

KITS = Kind(
    "kits",
    "Items that are put together from others when they are shipped.",
    (Column("item", "text", "The kit."), Column("component", "text", "An item in it.")),
    (Column("quantity", "decimal", "Base units of the component in one kit.", sign="positive", needed=True),),
    ITEM,
)

CUSTOMERS = Kind(
    "customers",
    "Who buys.",
    (Column("customer", "text", "Number of the customer."),),
    (
        Column("name", "text", "Name for people.", free=True),
        Column(
            "bill_to", "text",
            "Customer who is invoiced, whose credit account this one's is; blank: itself.",
        ),
        Column("parent", "text", "Customer it is a branch of; the top of the tree holds the credit limit."),
        Column("company", "text", "Company it belongs to."),
        Column("group", "text", "Customer group, as credit groups and allocations name it."),
        Column("price_group", "text", "Price group, as prices name it."),
        Column("discount_group", "text", "Customer discount group, as prices name it."),
        Column("campaigns", "list", "Campaigns it takes part in."),
        Column("segment", "text", "Segment, for reports."),
        Column("country", "country", "Country it is in."),
        Column("region", "text", "Region of that country."),
        Column(
            "currency", "currency",
            "Currency it is invoiced in, and of its credit limit; blank: the company's.",
        ),
        Column("terms_days", "integer", "Days from invoice to due date.", most=3650),
        Column(
            "credit_limit", "decimal",
            "Credit limit, in `currency` (or the company's, as the policy says); blank or 0: as the policy says, else "
            "none.",
        ),
        Column(
            "hold", "enum", "What is blocked by hand: shipments, invoices, all; blank: nothing.",
            ("ship", "invoice", "all"),
        ),
        Column(
            "shipping_days", "integer", "Days of transit to it, instead of the lane's; blank: the lane's.",
            most=3650,
        ),
        Column("calendar", "text", "Calendar of the days on which it receives; blank: every day."),
        Column("tax_exempt", "boolean", "Whether no tax is charged.", default="false"),
        Column("licences", "list", "Licences it holds, as rules name them."),
    ),
    # The customer it was a branch of, or was billed to, has another exposure from now on as well.
    Touches(customers=(Touch("customer"), Touch("bill_to"), Touch("parent"))),
)

PRICES = Kind(
    "prices",
    "Prices and discounts, by who buys, what, how much and when.",
    (
        Column("line_type", "enum", "Whether the row sets a price or a discount.", ("price", "discount")),
        Column(
            "source_type", "enum", "Whom it is for.",
            ("customer", "price_group", "discount_group", "campaign", "all"),
        ),
        Column("source", "text", "The customer, group or campaign; blank for all.", optional=True),
        Column("target_type", "enum", "What it is for.", ("item", "discount_group", "all")),
        Column("target", "text", "The item or item discount group; blank for all.", optional=True),
        Column("uom", "uom", "Unit it holds for; blank: any, and the price is per base unit.", optional=True),
        Column(
            "currency", "currency", "Currency of the price; blank: the company's, for any.",
            optional=True,
        ),
        variant(),
        Column(
            "min_quantity", "decimal", "Least quantity, in `uom`, or in base units where that is blank.",
            optional=True,
        ),
        Column("starts", "date", "First day on which it holds; blank: since ever.", optional=True),
    ),
    (
        Column("ends", "date", "Last day on which it holds; blank: until further notice."),
        Column("price", "decimal", "Price of one `uom`, or of one base unit, in `currency`."),
        Column("discount_percent", "decimal", "Discount in percent of the price: 5 is 5 %.", most=100),
        Column(
            "margin_percent", "decimal", "Margin in percent put on the price before any discount.",
            sign="any",
        ),
        Column("includes_tax", "boolean", "Whether the price is with tax.", default="false"),
        Column(
            "priority", "integer", "Among rows that fit equally, the highest wins.",
            sign="any", default="0",
        ),
        Column("country", "country", "Country shipped to; blank: any."),
        Column("allow_discount", "boolean", "Whether discounts apply on top of the price.", default="true"),
        Column(
            "max_quantity", "decimal", "Greatest quantity, counted as `min_quantity` is; blank: none.",
            sign="positive",
        ),
        Column(
            "round_to", "decimal", "Step that what the row comes to is rounded to, after its discount; blank: none.",
            sign="positive",
        ),
        Column(
            "surcharge", "decimal", "Added to it after that, per `uom` or base unit, in `currency`; below 0: taken off.",
            sign="any",
        ),
    ),
    Touches(
        items=(Touch("target", ("target_type", "item")),),
        customers=(Touch("source", ("source_type", "customer")),),
        world="otherwise",
    ),
    named_by=(("source_type", "source"), ("target_type", "target")),
)
