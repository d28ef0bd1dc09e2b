"""Which price wins, and how each ERP chooses it.

One judgement reads these settings; a profile is nothing but values of them. What is not plain names its source.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

from sayso.promise.settings.common import ProfileName

Source = Literal["customer", "price_group", "discount_group", "campaign", "all"]
Criterion = Literal["source", "target", "variant", "currency", "country", "named", "priority"]

_EVERY_SOURCE: tuple[Source, ...] = ("customer", "price_group", "discount_group", "campaign", "all")


class Price(Struct, frozen=True, forbid_unknown_fields=True):
    """Which price wins, what is taken off it, and how it is rounded."""

    order: Annotated[
        tuple[Source, ...],
        Meta(
            description="Sources in the order in which the first that has a price wins; one that is not named comes"
            " after them, and the item's own list price last. Only where `particular` names `source`."
        ),
    ] = ("customer", "price_group", "campaign", "all")
    particular: Annotated[
        tuple[Criterion, ...],
        Meta(
            description="What a line wins by, dearer or not, the first first: its source's place in `order`; its target"
            " (item, discount group, all); naming the variant, the currency, the country; how many of variant and"
            " foreign currency it names; its priority. Lines alike in all of these are equals."
        ),
    ] = ("source", "variant", "currency", "country", "priority")
    among_equals: Annotated[
        Literal["lowest", "largest_break"],
        Meta(
            description="Which of equal lines wins: the lowest net price, or the largest quantity break reached."
        ),
    ] = "lowest"
    conflicts: Annotated[
        Literal["resolved", "refused"],
        Meta(
            description="Rules that stand beside each other: one wins as `particular` and `among_equals` say, or there"
            " is no price until a priority says which. Refused, these decide: the target, before quantities are looked"
            " at (a rule of the item hides those of its group, unless it has a priority); the priority; the one respect"
            " in which rules differ (variant; or customer over customer group over country). Rules that differ in"
            " more, or in none, are in conflict."
        ),
    ] = "resolved"
    price_sources: Annotated[tuple[Source, ...], Meta(description="Sources whose price lines count.")] = (
        _EVERY_SOURCE
    )
    discount_sources: Annotated[
        tuple[Source, ...], Meta(description="Sources whose discount lines count.")
    ] = _EVERY_SOURCE
    buyer: Annotated[
        Literal["both", "buyer", "bill_to"],
        Meta(
            description="Whose prices are a buyer's: its own and those of who is invoiced, with its own groups; its own"
            " alone; or those of who is invoiced alone, with that one's groups and campaigns."
        ),
    ] = "both"
    lists: Annotated[
        Literal["all_that_fit", "own_else_general"],
        Meta(
            description="Whether general lines count beside those of the buyer's price group, or only for a buyer"
            " without one."
        ),
    ] = "all_that_fit"
    base_unit: Annotated[
        Literal["any_unit", "own_unit"],
        Meta(
            description="Whether a line that names the base unit is a price of that many base units in any unit, as one"
            " that names no unit always is, or of the base unit alone."
        ),
    ] = "any_unit"
    quantity_sign: Annotated[
        Literal["ignored", "counts"],
        Meta(
            description="Whether a return reaches the quantity breaks that a sale of as many reaches, or none."
        ),
    ] = "ignored"
    discount_lines: Annotated[
        Literal["on_top", "compete"],
        Meta(
            description="What a line without a price is: a discount on top of the price that wins, or a rule that"
            " competes with prices to win and then applies to the base price."
        ),
    ] = "on_top"
    discount: Annotated[
        Literal["highest", "particular"],
        Meta(
            description="Which discount is taken on top: the highest, or the highest of those that name most of variant"
            " and foreign currency."
        ),
    ] = "highest"
    own_discount: Annotated[
        Literal["instead", "competes"],
        Meta(
            description="What a price line's own discount is: taken from that price instead of any other, or one more"
            " discount that is taken on top of whichever price wins."
        ),
    ] = "instead"
    discount_shown: Annotated[
        Literal["apart", "in_price", "by_row"],
        Meta(
            description="Whether the discount is shown beside the unit price, or is in it; by row, that of a discount row"
            " is shown, and that of a price row is in the price which it sets."
        ),
    ] = "apart"
    base_price: Annotated[
        Literal["list_price", "item_prices"],
        Meta(
            description="What competing rules without a price apply to, and what holds without rules: the item's own"
            " list price, or first a plain price line of the item for the customer or for all (no break, priority,"
            " country, discount or margin), which then is no rule."
        ),
    ] = "list_price"
    tax: Annotated[
        Literal["as_stated", "excluded", "included"],
        Meta(
            description="What prices are converted to before they are compared; without a known rate, and as stated, a"
            " price stays as it stands."
        ),
    ] = "as_stated"
    unit_step: Annotated[
        str,
        Meta(
            pattern=r"^[0-9]{1,3}(\.[0-9]{1,9})?$",
            extra={"unit": "the document's currency", "written": "decimal as text"},
            description="Step that unit prices are rounded to where the currency has none of its own; 0: none.",
        ),
    ] = "0"  # fmt: skip
    halves: Annotated[
        Literal["away_from_zero", "to_even"],
        Meta(description="Where a half is rounded to, in unit prices and amounts."),
    ] = "away_from_zero"
    line_amount: Annotated[
        Literal["net", "rounded_net", "gross_less_discount"],
        Meta(
            description="A line's amount: quantity times net unit price; times the net unit price rounded as amounts"
            " are; or quantity times unit price, rounded, less the discount of that, rounded by itself."
        ),
    ] = "net"
    fixed: Annotated[
        Literal["document_date", "entry"],
        Meta(
            description="The day whose prices hold: the document's date, or the day on which the line was entered,"
            " where that is told."
        ),
    ] = "document_date"
    without_price: Annotated[
        Literal["refer", "refuse"], Meta(description="What becomes of a line without a price.")
    ] = "refuse"


#: Dynamics 365 Business Central, price calculation "lowest price" (codeunits 7002, 7008 and 7020 of its base application,
#: and their tests in codeunit 134159).
_BUSINESS_CENTRAL = Price(
    # Codeunit 7020, AddCustomerSources: all customers, the customer, its price group and its campaigns are searched on
    # one level, so that no source stands before another; 7002, IsImprovedLine and IsDegradedLine: a line that names
    # the currency or the variant clears one that does not, and one that names both clears one that names either.
    particular=("named",),
    among_equals="lowest",
    # Codeunits 7033 and 7034, IsForAmountType: a price group has prices, a discount group discounts.
    price_sources=("customer", "price_group", "campaign", "all"),
    discount_sources=("customer", "discount_group", "campaign", "all"),
    # 7020, AddCustomerSources: the customer is the one who is invoiced; groups come from its card to the document.
    buyer="bill_to",
    # 7008, IsInMinQty and ConvertAmountByUnitOfMeasure: only a blank unit is multiplied and counted in base units.
    base_unit="own_unit",
    # 7020, FillBuffer: the quantity is taken without its sign.
    quantity_sign="ignored",
    # 7002, ApplyDiscount and PickBestLine: the discount is found first and by the same rule, the highest percentage;
    # a line of prices and discounts takes part in both searches; 7008, SetLineDiscountPctForPickBestLine: what was
    # found is taken from every price that allows it.
    discount="particular",
    own_discount="competes",
    # 7008, ConvertAmountByTax, for a document whose prices are without VAT.
    tax="excluded",
    # Unit-amount rounding precision of general ledger setup and currencies, where nothing else is set.
    unit_step="0.00001",
    # Table 37: line discount amount = round(round(quantity x unit price) x discount %), line amount = the rest.
    line_amount="gross_less_discount",
    fixed="entry",
)

#: Odoo, product pricelists (product.pricelist, product.pricelist.item) and sale order lines.
_ODOO = Price(
    # A buyer has one pricelist. Its rules stand in the order: variant, product, category, all; then the largest minimum
    # quantity; the first that applies is used (product.pricelist.item, _order and _is_applicable_for).
    lists="own_else_general",
    buyer="buyer",
    particular=("source", "target", "variant"),
    among_equals="largest_break",
    # A percentage or formula rule stands among the fixed prices, and applies to the sales price (_compute_price).
    discount_lines="compete",
    # _show_discount: with discounts on lines enabled, a percentage is shown on the line; what a formula comes to is the
    # unit price. Without them, set in_price.
    discount_shown="by_row",
    quantity_sign="counts",
    # Decimal precision "Product Price": two places.
    unit_step="0.01",
    # sale.order.line computes when product, quantity or unit change; the order's date alone changes nothing.
    fixed="entry",
)

#: ERPNext, item prices and pricing rules (pricing_rule/utils.py and its tests).
_ERPNEXT = Price(
    # get_pricing_rules: rules of the item code hide those of its group, unless they have a priority;
    # filter_pricing_rules: the highest priority, then the internal priority of the one set of fields that differs, then
    # MultiplePricingRuleConflict.
    conflicts="refused",
    discount_lines="compete",
    # get_item_details: the price of the price list, the customer's before the general one, which a rule replaces (rate)
    # or applies to (discount, margin).
    base_price="item_prices",
    buyer="buyer",
    # A rule with a unit holds for that unit; one without for all, its rate per stock unit.
    base_unit="own_unit",
    quantity_sign="counts",
    # taxes_and_totals: rate with margin, then less discount, each rounded as currency fields are. The usual rounding
    # method takes halves to even only where there are no places, which the others do always or never.
    unit_step="0.01",
    line_amount="rounded_net",
)

#: Tryton, modules product_price_list and sale_price_list.
_TRYTON = Price(
    # The party's price list, else the configured one; the first of its lines that matches, by their sequence, which
    # `priority` carries; without one the more particular line stands first, as the modules' own scenarios have it.
    lists="own_else_general",
    buyer="buyer",
    particular=("source", "priority", "target", "variant"),
    among_equals="largest_break",
    # Each line is a formula on the product's list price; the sale line has no discount of its own.
    discount_lines="compete",
    discount_shown="in_price",
    # price_list.compute: quantities in the product's default unit, without their sign.
    quantity_sign="ignored",
    # sale_price_list: of a list with taxes, the tax is taken out of the price.
    tax="excluded",
    # Price digits of the configuration: four; currencies round halves to even.
    unit_step="0.0001",
    halves="to_even",
)

#: The settings of this group by the name of the profile.
PROFILES: Mapping[ProfileName, Price] = {
    "plain": Price(),
    "business_central": _BUSINESS_CENTRAL,
    "odoo": _ODOO,
    "erpnext": _ERPNEXT,
    "tryton": _TRYTON,
}
