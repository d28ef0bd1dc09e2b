"""Exposure, limit, ageing and holds, in sentences."""

from __future__ import annotations

from collections.abc import Mapping

from sayso.promise.settings.said_stock import STATUS
from sayso.promise.settings.saying import By, Each, Measure, Said, days

PARTS = {
    "receivables": "what is owed on posted documents",
    "shipped_not_invoiced": "what is shipped and not invoiced",
    "open_orders": "open orders",
    "unbilled_delivery": "deliveries of no order that are not billed",
    "draft_invoice": "draft invoices",
    "draft_from_shipment": "less their part from posted shipments",
    "return_order": "less open return orders",
    "return_received": "less returns received and not credited",
    "prepayment": "less prepayments invoiced on open orders",
}
FROM = {"customer": "the customer's own", "group": "its group's", "company": "the company's"}
_HOLDS = {"ship": "shipments", "invoice": "invoices", "all": "everything"}
_AGEING = {"credit.warnings": ("both", "overdue"), "credit.overdue": ("refer", "refuse")}

CREDIT: Mapping[str, Said] = {
    "credit.account": Said(
        By(
            {
                "tree": "A promise is held to the account of the whole tree: bill-to customer, parent, and all their"
                " branches.",
                "bill_to": "A promise is held to the account of the customer who is billed, with all who are billed to it.",
                "customer": "A promise is held to the customer's own account, whoever is billed.",
            }
        )
    ),
    "credit.orders_of": Said(
        By(
            {
                "account": "The open orders of everybody on the account count.",
                "holder": "Of open orders only those that the account's holder placed count.",
            }
        )
    ),
    "credit.per_company": Said(
        By(
            {
                True: "Exposure is counted for the selling company alone.",
                False: "Exposure is counted over all companies.",
            }
        )
    ),
    "credit.selling_company": Said(
        Measure("The selling company is {value}.", {"": "The selling company is the customer's own."}),
        {"credit.per_company": (True,)},
    ),
    "credit.account_currency": Said(
        By(
            {
                "customer": "Exposure and limit are in the account's currency.",
                "company": "Exposure and limit are in the company's currency.",
            }
        )
    ),
    "credit.parts": Said(
        Each(
            "Exposure is {all}, beside promises in flight and what is asked.",
            PARTS,
            "Exposure is nothing but promises in flight and what is asked.",
        )
    ),
    "credit.amount": Said(
        By({"gross": "What is asked counts with tax.", "net": "What is asked counts without tax."})
    ),
    "credit.orders_amount": Said(
        By({"gross": "Open orders count with tax.", "net": "Open orders count without tax."})
    ),
    "credit.order_status": Said(
        Each(
            "Of open orders, {all} counts.", STATUS, "Open orders count by the status that counts as demand."
        )
    ),
    "credit.negative_orders": Said(
        By(
            {
                "count": "An order whose open amount is below 0 takes away from exposure.",
                "ignore": "An order whose open amount is below 0 takes nothing away from exposure.",
            }
        )
    ),
    "credit.rounding": Said(
        By(
            {
                "part": "Foreign amounts are converted and the sum of each part is rounded.",
                "document": "Foreign amounts are converted and rounded document by document.",
            }
        )
    ),
    "credit.limit_from": Said(
        Each("The limit is {all}.", FROM, "There is no limit, whatever the facts say.", ordered=True)
    ),
    "credit.zero_limit": Said(
        By(
            {
                "none": "A limit of 0 is no limit.",
                "next": "A limit of 0 leaves the word to the next in line.",
                "nothing": "A limit of 0 is a limit: nothing goes on credit.",
            }
        )
    ),
    "credit.without_limit": Said(
        By(
            {
                "unlimited": "Without a limit, anything goes on credit.",
                "refuse": "Without a limit, nothing goes on credit.",
            }
        )
    ),
    "credit.at_limit": Said(
        By(
            {
                "within": "Exposure that is just the limit is within it.",
                "over": "Exposure that is just the limit is over it.",
            }
        )
    ),
    "credit.over_limit": Said(
        By(
            {
                "refer": "Over the limit the ERP warns: a person has to approve, and nothing is held before.",
                "refuse": "Over the limit it is refused, and nothing is held before a person overrides.",
            }
        )
    ),
    "credit.checked": Said(
        Each(
            "Limit and ageing are checked for {all}.",
            {"quote": "quotes", "order": "orders", "invoice": "invoices"},
            "Limit and ageing are checked for no document by itself.",
        )
    ),
    "credit.quote_is": Said(
        By(
            {
                "quote": "A promise without a hold is checked as a quote.",
                "order": "A promise without a hold is checked as an order.",
                "invoice": "A promise without a hold is checked as an invoice.",
            }
        )
    ),
    "credit.invoice_of_order": Said(
        By(
            {
                "checked": "An invoice that bills nothing but orders is checked like any other.",
                "unchecked": "An invoice that bills nothing but orders is not checked.",
            }
        )
    ),
    "credit.nothing_asked": Said(
        By(
            {
                "checked": "A document whose amount is 0 or less is checked like any other.",
                "unchecked": "A document whose amount is 0 or less is not checked.",
            }
        )
    ),
    "credit.warnings": Said(
        By(
            {
                "both": "Both the limit and what is overdue are warned of.",
                "limit": "The limit is warned of, what is overdue is not.",
                "overdue": "What is overdue is warned of, the limit is not.",
                "none": "Neither the limit nor what is overdue is warned of.",
            }
        )
    ),
    "credit.overdue": Said(
        By(
            {
                "ignore": "What is overdue stops nothing.",
                "refer": "What is overdue has to be approved by a person.",
                "refuse": "What is overdue refuses a promise.",
            }
        )
    ),
    "credit.overdue_from": Said(
        By(
            {
                "day_after": "A receivable is overdue from the day after its due date on.",
                "due_day": "A receivable is overdue from its due date on.",
            }
        )
    ),
    "credit.overdue_credits": Said(
        By(
            {
                True: "Credit memos whose day has come are set off against what is overdue.",
                False: "Credit memos are not set off against what is overdue.",
            }
        )
    ),
    "credit.grace_days": Said(
        Measure("A receivable has {value} of grace.", {0: "A receivable has no days of grace."}, days)
    ),
    "credit.overdue_threshold": Said(
        Measure(
            "Overdue up to {value}, in the account's currency, is let pass.",
            {"0": "Any sum that is overdue counts."},
        ),
        _AGEING,
    ),
    "credit.refuse_holds": Said(
        Each("A customer on hold for {all} is refused.", _HOLDS, "No hold of a customer refuses a promise.")
    ),
    "credit.refer_holds": Said(
        Each(
            "A customer on hold for {all} is referred to a person.",
            _HOLDS,
            "No hold of a customer refers a promise.",
        )
    ),
}
