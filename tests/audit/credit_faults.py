"""Faults that somebody could make in the rules of credit, and the parity case that each of them fails."""

from __future__ import annotations

from promise.planting import Fault


def fault(what: str, where: str, right: str, wrong: str) -> Fault:
    """A rule that reads wrong; what notices it is a case, not a test."""
    return Fault(what, where, right, wrong, ())


#: By the case that dies.
FAULTS: tuple[tuple[str, Fault], ...] = (
    ("plain-the-whole-tree-is-held-to-the-limit-at-its-top", fault(
        "as much as the limit is over it", "credit._is_over", "exposure > limit or", "exposure >= limit or",
    )),
    ("plain-the-whole-tree-is-held-to-the-limit-at-its-top", fault(
        "what is shipped and not invoiced is forgotten", "exposure.Account._amounts",
        '("shipped_not_invoiced", shipped), ', '("shipped_not_invoiced", ZERO), ',
    )),
    ("plain-what-adds-and-what-takes-away", fault(
        "returns and prepayments add", "exposure.Account._amounts", "-other.amount if other.kind in LESS else ", "",
    )),
    ("plain-overdue-begins-the-day-after", fault(
        "a receivable is overdue on its day everywhere", "exposure.Account.lates",
        'self.policy.overdue_from == "due_day"', "True",
    )),
    ("bc-balance-due-counts-the-work-date", fault(
        "a receivable is overdue on its day nowhere", "exposure.Account.lates",
        'self.policy.overdue_from == "due_day"', "False",
    )),
    ("own-credits-are-not-set-off", fault(
        "credit memos are always set off", "exposure.Account.lates", "due.open > 0", "True",
    )),
    ("plain-a-limit-of-0-is-none", fault(
        "a limit of 0 asks the next", "exposure.Account.limit", 'self.policy.zero_limit == "next"', "True",
    )),
    ("erpnext-where-the-limit-comes-from", fault(
        "a limit of 0 never asks the next", "exposure.Account.limit", 'self.policy.zero_limit == "next"', "False",
    )),
    ("tryton-a-limit-of-0-is-one", fault(
        "a limit of 0 is never one", "exposure.Account.limit", 'self.policy.zero_limit == "nothing"', "False",
    )),
    ("erpnext-where-the-limit-comes-from", fault(
        "the company's limit is forgotten", "exposure.Account._limits", 'or source == "company"', "",
    )),
    ("erpnext-where-the-limit-comes-from", fault(
        "any company's limit will do", "exposure.Account._limits",
        "groups.get((group, self.company or company), groups.get((group, \"\")))",
        "next((limit for (name, _), limit in groups.items() if name == group), None)",
    )),
    ("bc-the-bill-to-customer-is-asked", fault(
        "the buyer's own account is asked", "exposure.holder_of", "customer.bill_to or customer.customer if",
        "customer.customer if",
    )),
    ("bc-the-bill-to-customer-is-asked", fault(
        "who is billed to another counts for nobody", "exposure.Account.counts", "((known and known.bill_to) or name)",
        "name",
    )),
    ("erpnext-the-customer-alone", fault(
        "who is billed counts", "exposure.Account.counts", 'scope == "customer" and name != self.holder', "False",
    )),
    ("odoo-exposure-is-per-company", fault(
        "every company counts", "exposure.Account.counts", 'seller in ("", self.company)', "True",
    )),
    ("odoo-exposure-is-per-company", fault(
        "the site's company is not asked", "exposure.Account.counts", "(where.company if where else \"\")", '""',
    )),
    ("odoo-exposure-is-per-company", fault(
        "the customer's company is not asked", "exposure.Account.counts", "(known.company if known else \"\")", '""',
    )),
    ("tryton-the-invoiced-party-and-its-own-sales", fault(
        "sales of others count for who is invoiced", "exposure.Account._own_orders", "placed_by == self.holder", "True",
    )),
    ("bc-a-quote-adds-its-whole-amount-and-never-counts", fault(
        "quotes count", "exposure.Account._own_orders", "self.order_status(one.status)", "True",
    )),
    ("bc-a-quote-adds-its-whole-amount-and-never-counts", fault(
        "a quote adds only its change", "credit_asked._replaced",
        'question.document == "quote" and not account.order_status("quote")', "False",
    )),
    ("bc-an-edited-order-adds-the-difference", fault(
        "an edited order adds its whole amount", "credit.judged", "exposure -= asked.replaced", "pass",
    )),
    ("bc-an-edited-order-adds-the-difference", fault(
        "a decrease is not checked", "credit._is_checked", "amount <= 0:", "amount <= asked.replaced or True:",
    )),
    ("odoo-an-invoice-replaces-its-order-down-to-zero", fault(
        "an invoice replaces more than its order", "credit_asked._replaced",
        "stored + min(max(billed, ZERO), max(open_, ZERO))", "stored + billed",
    )),
    ("odoo-an-invoice-replaces-its-order-down-to-zero", fault(
        "an invoice replaces the whole order", "credit_asked._replaced",
        "stored + min(max(billed, ZERO), max(open_, ZERO))", "stored + open_",
    )),
    ("odoo-an-invoice-replaces-its-order-down-to-zero", fault(
        "an amount that an invoice replaces may be more than the orders", "credit_asked._replaced",
        '"draft_invoice" not in account.policy.parts', "False",
    )),
    ("odoo-an-order-below-zero-counts-nothing", fault(
        "an order below 0 takes away", "exposure.Account._own_orders",
        'self.policy.negative_orders == "ignore"', "False",
    )),
    ("odoo-nothing-else-counts", fault(
        "an order at a factor of its own counts for nothing", "exposure.Account._below_zero", "if total < 0",
        "if total != 0",
    )),
    ("erpnext-what-is-outstanding", fault(
        "what is billed counts twice", "exposure.Account.open_part", "if billed else amount", "if False else amount",
    )),
    ("erpnext-what-is-checked", fault(
        "a quotation is checked", "credit._is_checked", "asked.document in policy.checked", "True",
    )),
    ("erpnext-what-is-checked", fault(
        "an invoice of orders is checked", "credit._is_checked",
        'asked.of_orders and policy.invoice_of_order == "unchecked"', "False",
    )),
    ("erpnext-what-is-checked", fault(
        "an invoice of an order and more is not checked", "credit_asked.examined",
        "question.replaced is None or question.replaced >= question.amount", "True",
    )),
    ("tryton-only-a-sale-above-0-is-checked", fault(
        "a sale of nothing is checked", "credit._is_checked", "amount <= 0:", "amount < 0:",
    )),
    ("tryton-receivable-with-tax-and-sales-without", fault(
        "sales count with tax", "exposure.Account.open_part", 'self.policy.orders_amount == "net"', "False",
    )),
    ("bc-each-document-at-its-own-factor-and-rounded", fault(
        "the sum is rounded everywhere", "exposure.Account._counts_for", 'self.policy.rounding == "document"', "False",
    )),
    ("bc-each-document-at-its-own-factor-and-rounded", fault(
        "the document's factor is forgotten", "exposure.Account._worth", "if factor:", "if False:",
    )),
    ("bc-each-document-at-its-own-factor-and-rounded", fault(
        "an account is in its customer's currency everywhere", "exposure.Account.__init__",
        'self.policy.account_currency == "customer"', "True",
    )),
    ("bc-overdue-warnings-alone", fault(
        "what is not warned of warns", "credit.judged", 'policy.warnings in ("both", "limit")', "True",
    )),
    ("bc-credit-limit-warnings-alone", fault(
        "ageing is looked at unasked", "exposure.Account.late_told", 'self.policy.warnings in ("both", "overdue")', "True",
    )),
    ("bc-overdue-warnings-alone", fault(
        "over the limit is approved where nothing warns of it", "credit.judged",
        "if limit is not None and over:", 'if limit is not None and over and policy.warnings in ("both", "limit"):',
    )),
    ("bc-blocked-customers", fault(
        "a hold of who is billed does not count", "credit._held",
        '{customer.hold, account.top.hold, bill_to.hold if bill_to else ""}', "{customer.hold}",
    )),
    ("own-from-the-limit-on", fault(
        "just the limit is always within it", "credit._is_over", 'policy.at_limit == "over"', "False",
    )),
    ("erpnext-a-promise-without-a-hold-is-checked-as-an-order", fault(
        "a promise without a hold is a quote", "decision._credit", "account.policy.quote_is", '"quote"',
    )),
    ("bc-a-promise-is-referred-and-not-held", fault(
        "a warning is no bar to a hold", "decision._may_hold", "credit.over_limit and not question.overridden_by", "False",
    )),
    ("plain-a-promise-counts-with-tax-and-is-not-held-over-the-limit", fault(
        "a promise counts without tax everywhere", "decision._totals", 'world.policy.credit.amount == "net"', "True",
    )),
)  # fmt: skip
