"""Which price wins and what becomes of it, in sentences."""

from __future__ import annotations

from collections.abc import Mapping

from sayso.promise.settings.saying import By, Each, Measure, Said

SOURCE = {
    "customer": "the customer's own",
    "price_group": "the price group's",
    "discount_group": "the discount group's",
    "campaign": "a campaign's",
    "all": "the one for everybody",
}
_CRITERION = {
    "source": "its source, in the order above",
    "target": "its target (the item before its group before all items)",
    "variant": "naming the variant",
    "currency": "naming the currency",
    "country": "naming the country",
    "named": "how many of variant and foreign currency it names",
    "priority": "its priority",
}
_WHOSE = {
    "customer": "the customer",
    "price_group": "price groups",
    "discount_group": "discount groups",
    "campaign": "campaigns",
    "all": "everybody",
}
_RESOLVED = {"price.conflicts": ("resolved",)}

PRICE: Mapping[str, Said] = {
    "price.order": Said(
        Each(
            "Prices are looked for in this order: {all}, and the item's own last.",
            SOURCE,
            "No source of prices stands before another.",
            ordered=True,
        )
    ),
    "price.particular": Said(
        Each(
            "A price line beats another, dearer or not, by {all}.",
            _CRITERION,
            "No price line beats another by being more particular.",
            ordered=True,
        ),
        _RESOLVED,
    ),
    "price.among_equals": Said(
        By(
            {
                "lowest": "Of lines that are equal in that, the lowest net price wins.",
                "largest_break": "Of lines that are equal in that, the one with the largest quantity break that is reached"
                " wins.",
            }
        )
    ),
    "price.conflicts": Said(
        By(
            {
                "resolved": "Rules that stand beside each other are settled: one of them wins.",
                "refused": "Rules that stand beside each other are a conflict unless target, priority or the one respect in"
                " which they differ tells them apart; then there is no price.",
            }
        )
    ),
    "price.price_sources": Said(
        Each("Prices may stand with {all}.", _WHOSE, "No price line counts, whoever it is for.")
    ),
    "price.discount_sources": Said(
        Each("Discounts may stand with {all}.", _WHOSE, "No discount line counts, whoever it is for.")
    ),
    "price.buyer": Said(
        By(
            {
                "both": "A buyer has its own prices and those of whoever is invoiced.",
                "buyer": "A buyer has its own prices alone, whoever is invoiced.",
                "bill_to": "A buyer has the prices, groups and campaigns of whoever is invoiced.",
            }
        )
    ),
    "price.lists": Said(
        By(
            {
                "all_that_fit": "General price lines count beside those of the buyer's price group.",
                "own_else_general": "General price lines count only for a buyer without a price group.",
            }
        )
    ),
    "price.base_unit": Said(
        By(
            {
                "any_unit": "A price of the base unit holds for other units too, times their factor.",
                "own_unit": "A price that names the base unit holds for that unit alone; only one that names no unit holds"
                " for all.",
            }
        )
    ),
    "price.quantity_sign": Said(
        By(
            {
                "ignored": "A return reaches the quantity breaks that a sale of as many reaches.",
                "counts": "A return reaches no quantity break.",
            }
        )
    ),
    "price.discount_lines": Said(
        By(
            {
                "on_top": "A discount line is taken off the price that wins.",
                "compete": "A discount line is a rule among the prices: if it wins, it applies to the base price.",
            }
        )
    ),
    "price.discount": Said(
        By(
            {
                "highest": "Of several discounts the highest is taken.",
                "particular": "Of several discounts the highest of those that name most of variant and foreign currency is"
                " taken.",
            }
        ),
        {"price.discount_lines": ("on_top",)},
    ),
    "price.own_discount": Said(
        By(
            {
                "instead": "A price line's own discount is taken instead of any other.",
                "competes": "A price line's own discount is one more discount, taken off whichever price wins.",
            }
        ),
        {"price.discount_lines": ("on_top",)},
    ),
    "price.discount_shown": Said(
        By(
            {
                "apart": "The discount is shown beside the unit price.",
                "in_price": "The discount is in the unit price.",
                "by_row": "The discount of a discount row is shown beside the unit price; that of a price row is in it.",
            }
        )
    ),
    "price.base_price": Said(
        By(
            {
                "list_price": "The base price is the item's list price.",
                "item_prices": "The base price is a plain price line of the item where there is one, else its list price.",
            }
        )
    ),
    "price.tax": Said(
        By(
            {
                "as_stated": "Prices are compared as they stand, with or without tax.",
                "excluded": "Prices are compared, and told, without tax.",
                "included": "Prices are compared, and told, with tax.",
            }
        )
    ),
    "price.unit_step": Said(
        Measure(
            "Unit prices are rounded to {value}, where the currency says nothing else.",
            {"0": "Unit prices are not rounded, where the currency says nothing else."},
        )
    ),
    "price.halves": Said(
        By(
            {
                "away_from_zero": "Halves are rounded away from zero: 0.125 is 0.13.",
                "to_even": "Halves are rounded to the even digit: 0.125 is 0.12.",
            }
        )
    ),
    "price.line_amount": Said(
        By(
            {
                "net": "A line's amount is quantity times net price, rounded once.",
                "rounded_net": "A line's amount is quantity times the net price as it was rounded.",
                "gross_less_discount": "A line's amount is quantity times price, rounded, less the discount of that,"
                " rounded by itself.",
            }
        )
    ),
    "price.fixed": Said(
        By(
            {
                "document_date": "The prices of the document's date hold.",
                "entry": "The prices of the day on which the line was entered hold.",
            }
        )
    ),
    "price.without_price": Said(
        By(
            {
                "refer": "A line without a price is referred to a person.",
                "refuse": "A line without a price is refused.",
            }
        )
    ),
}
