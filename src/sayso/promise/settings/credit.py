"""Exposure, its limit, ageing and holds, and how each ERP has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

from sayso.promise.settings.availability import DemandStatus
from sayso.promise.settings.common import Days, Outcome, ProfileName

Hold = Literal["ship", "invoice", "all"]
Document = Literal["quote", "order", "invoice"]
LimitSource = Literal["customer", "group", "company"]
Part = Literal[
    "receivables", "shipped_not_invoiced", "open_orders", "unbilled_delivery", "draft_invoice", "draft_from_shipment",
    "return_order", "return_received", "prepayment",
]  # fmt: skip

_ALL_PARTS: tuple[Part, ...] = (
    "receivables", "shipped_not_invoiced", "open_orders", "unbilled_delivery", "draft_invoice", "draft_from_shipment",
    "return_order", "return_received", "prepayment",
)  # fmt: skip


class Credit(Struct, frozen=True, forbid_unknown_fields=True):
    """Exposure, ageing and holds."""

    account: Annotated[
        Literal["tree", "bill_to", "customer"],
        Meta(
            description="Whose account a promise is held to: the whole tree by `bill_to` and `parent`, the customer who"
            " is billed with all who are billed to it, or the customer alone."
        ),
    ] = "tree"
    orders_of: Annotated[
        Literal["account", "holder"],
        Meta(
            description="Whose open orders count: those of everybody on the account, or only those that its holder"
            " placed."
        ),
    ] = "account"
    per_company: Annotated[
        bool,
        Meta(
            description="Whether only what belongs to the selling company counts; what names none always does."
        ),
    ] = False
    selling_company: Annotated[
        str,
        Meta(
            max_length=200,
            extra={"written": "company, as the facts name it"},
            description="The company that sells; blank: the customer's own.",
        ),
    ] = ""
    account_currency: Annotated[
        Literal["customer", "company"],
        Meta(
            description="The currency of exposure and limit: the account's, or the company's, in which a customer's"
            " `credit_limit` is then meant."
        ),
    ] = "customer"
    parts: Annotated[
        tuple[Part, ...],
        Meta(description="What exposure is made of, besides promises in flight and the one that is asked."),
    ] = _ALL_PARTS
    amount: Annotated[
        Literal["gross", "net"],
        Meta(description="Whether a promise counts with tax (where its rate is known) or without."),
    ] = "gross"
    orders_amount: Annotated[
        Literal["gross", "net"],
        Meta(
            description="Whether open orders count with tax or without; where no amount without is told, the other."
        ),
    ] = "gross"
    order_status: Annotated[
        tuple[DemandStatus, ...],
        Meta(description="Statuses of orders that count; empty: those of `availability.demand_status`."),
    ] = ()
    negative_orders: Annotated[
        Literal["count", "ignore"],
        Meta(
            description="An order whose open amount is below 0, as one that was invoiced beyond its amount: counts, or"
            " takes nothing away."
        ),
    ] = "count"
    rounding: Annotated[
        Literal["part", "document"],
        Meta(
            description="What is rounded once it is converted: the sum of each part, or each document that was fixed at"
            " a factor of its own."
        ),
    ] = "part"
    limit_from: Annotated[
        tuple[LimitSource, ...],
        Meta(
            description="Where the limit comes from, the first that has one: the customer, its group, its company"
            " (a credit group whose name is blank)."
        ),
    ] = ("customer", "group")
    zero_limit: Annotated[
        Literal["none", "next", "nothing"],
        Meta(
            description="A limit of 0: is no limit, leaves the word to the next in `limit_from`, or lets nothing go on"
            " credit."
        ),
    ] = "none"
    without_limit: Annotated[
        Literal["unlimited", "refuse"],
        Meta(
            description="What a credit limit of nothing or 0 means: none at all, or that nothing goes on credit."
        ),
    ] = "unlimited"
    at_limit: Annotated[
        Literal["within", "over"],
        Meta(description="Exposure that is just the limit: within it, or over it already."),
    ] = "within"
    over_limit: Annotated[
        Literal["refer", "refuse"],
        Meta(
            description="Exposure over the limit: refused, or referred. Neither is held before a person overrides."
        ),
    ] = "refuse"
    checked: Annotated[
        tuple[Document, ...],
        Meta(
            description="Documents that limit and ageing are checked for. A promise over the limit is never held"
            " unapproved, whatever stands here."
        ),
    ] = ("quote", "order", "invoice")
    quote_is: Annotated[
        Document,
        Meta(description="The document that a promise without a hold is checked as."),
    ] = "order"
    invoice_of_order: Annotated[
        Literal["checked", "unchecked"],
        Meta(description="Whether an invoice is checked that bills nothing but orders."),
    ] = "checked"
    nothing_asked: Annotated[
        Literal["checked", "unchecked"],
        Meta(description="Whether a document is checked whose amount is 0 or less."),
    ] = "checked"
    warnings: Annotated[
        Literal["both", "limit", "overdue", "none"],
        Meta(
            description="What is checked and warned of. What is not checked is not looked at, but that exposure over the"
            " limit stays referred or refused."
        ),
    ] = "both"
    overdue: Annotated[Outcome, Meta(description="What overdue receivables do.")] = "refer"
    overdue_from: Annotated[
        Literal["day_after", "due_day"],
        Meta(
            description="From when on a receivable is overdue: the day after its due date, or that day itself."
        ),
    ] = "day_after"
    overdue_credits: Annotated[
        bool,
        Meta(description="Whether credit memos whose day has come are set off against what is overdue."),
    ] = True
    grace_days: Annotated[
        Days, Meta(description="How long after its due date a receivable is not yet overdue.")
    ] = 0
    overdue_threshold: Annotated[
        str,
        Meta(
            pattern=r"^[0-9]{1,15}(\.[0-9]{1,4})?$",
            extra={"unit": "the account's currency", "written": "decimal as text"},
            description="Overdue up to this sum is let pass.",
        ),
    ] = "0"  # fmt: skip
    refuse_holds: Annotated[
        tuple[Hold, ...], Meta(description="Values of a customer's hold that refuse a promise.")
    ] = ("ship", "all")
    refer_holds: Annotated[
        tuple[Hold, ...], Meta(description="Values of a customer's hold that refer a promise.")
    ] = ("invoice",)

    @property
    def apart(self) -> bool:
        """Whether a tree of customers is more than one account, so that it matters who of them was promised."""
        return self.account != "tree" or self.per_company


def _business_central() -> Credit:
    """The page "Check Credit Limit" (343), the codeunit "Cust-Check Cr. Limit" (312) and the table Customer (18)."""
    return Credit(
        # Every sum is filtered by the bill-to customer, in local currency; so is "Credit Limit (LCY)".
        account="bill_to", account_currency="company", limit_from=("customer",),
        # Balance, orders, shipped not invoiced, draft invoices less their part from posted shipments, return orders,
        # returns received, prepayments invoiced on open orders. There are no deliveries without an order.
        parts=tuple(part for part in _ALL_PARTS if part != "unbilled_delivery"),
        # Outstanding orders count whether they are released or not; quotes never do.
        order_status=("draft", "confirmed"),
        # Amounts of a document are in local currency at its own factor, each of them rounded.
        rounding="document",
        # It warns when exposure is over the limit and the limit is not 0; what it warns of is a setting ("Credit
        # Warnings"), of which both is the one that shows most. Law 2: the warning is a referral here.
        over_limit="refer",
        # "Balance Due (LCY)" sums all entries up to and with the work date, credits among them.
        overdue="refer", overdue_from="due_day",
        # Customer.CheckBlockedCustOnDocs: each value blocks a new quote or order.
        refuse_holds=("ship", "invoice", "all"), refer_holds=(),
    )  # fmt: skip


def _odoo() -> Credit:
    """account.move's and sale.order's credit warning, res.partner's credit and credit_to_invoice (16 to 18)."""
    return Credit(
        # The commercial partner's, in the current company and its currency.
        per_company=True, account_currency="company",
        # Posted receivables, and confirmed orders as far as they are not invoiced by a posted invoice: a draft invoice
        # is not part of it, nor is an order that was invoiced beyond its amount.
        parts=("receivables", "shipped_not_invoiced", "open_orders"), order_status=("confirmed",),
        negative_orders="ignore",
        # A limit that depends on the company, with the company's own as its default; 0 is none.
        limit_from=("customer", "company"),
        # More than the limit is a warning on a draft order or invoice; nothing is blocked, and ageing is not looked at.
        over_limit="refer", overdue="ignore",
    )  # fmt: skip


def _erpnext() -> Credit:
    """selling/doctype/customer/customer.py: check_credit_limit, get_customer_outstanding, get_credit_limit."""
    return Credit(
        # The balance of the customer in the company, in the company's currency.
        account="customer", per_company=True, account_currency="company",
        # Ledger, orders as far as not billed, delivery notes that belong to no order as far as not billed. Advances
        # and credit notes stand in the ledger.
        parts=("receivables", "shipped_not_invoiced", "open_orders", "unbilled_delivery"),
        # Submitted and not closed.
        order_status=("confirmed",),
        # The customer's, else its group's, else the company's; 0 asks the next.
        limit_from=("customer", "group", "company"), zero_limit="next",
        # An error for everybody but the credit controller. Orders, and invoices with an item of no order; quotations not.
        over_limit="refuse", checked=("order", "invoice"), invoice_of_order="unchecked",
        overdue="ignore",
    )  # fmt: skip


def _tryton() -> Credit:
    """account_credit_limit's and sale_credit_limit's party.py and sale.py (8.0); dunning is a hold."""
    return Credit(
        # The party who is invoiced; of the sales those in which it is the party itself. Per company.
        account="bill_to", orders_of="holder", per_company=True, account_currency="company",
        # All receivable lines with tax, and what of confirmed and processing sales is not invoiced, without.
        parts=("receivables", "shipped_not_invoiced", "open_orders"), order_status=("confirmed",),
        amount="net", orders_amount="net", negative_orders="ignore",
        # A sale's amount is rounded as a whole.
        rounding="document",
        # No value is no limit, 0 is one; the configuration's is the default.
        limit_from=("customer", "company"), zero_limit="nothing",
        # Checked as a sale is confirmed, and only where its amount is above 0. Overdue alone stops nothing.
        over_limit="refuse", checked=("order",), nothing_asked="unchecked",
        overdue="ignore",
    )  # fmt: skip


def _profiles() -> Mapping[ProfileName, Credit]:
    """How each ERP has it; a comment in each names the source of what is not plain."""
    return {
        "plain": Credit(),
        "business_central": _business_central(),
        "odoo": _odoo(),
        "erpnext": _erpnext(),
        "tryton": _tryton(),
    }


#: The settings of this group by the name of the profile.
PROFILES: Mapping[ProfileName, Credit] = _profiles()
