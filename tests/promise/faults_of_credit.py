"""Faults that somebody could make in the rules of credit, and the tests that they fail."""

from __future__ import annotations

from promise import test_credit, test_credit_laws
from promise.planting import Fault

THE_VERDICT = test_credit.test_the_verdict
SUM = test_credit_laws.test_exposure_is_the_sum_of_what_the_documents_say

CREDIT = (
    Fault(
        "as much as the limit is over it", "credit._is_over", "exposure > limit", "exposure >= limit", (THE_VERDICT,),
    ),
    Fault(
        "promises in flight do not count", "credit.judged", "account.standing + promised + amount",
        "account.standing + amount", (THE_VERDICT,),
    ),
    Fault(
        "quotes are open orders", "exposure.Account._own_orders", "self.order_status(one.status)", "True",
        (THE_VERDICT,),
    ),
    Fault(
        "prepayments add to the exposure", "exposure.Account._amounts",
        "-other.amount if other.kind in LESS else other.amount", "other.amount",
        (THE_VERDICT, SUM),
    ),
    Fault(
        "amounts of other currencies count as they stand", "exposure.Account._worth",
        "amount if rate is None else amount * rate", "amount", (THE_VERDICT, SUM),
    ),
    Fault(
        "a group's limit counts in the account's currency", "exposure.Account._limits",
        "self.in_own_currency(limit, home)", "limit", (THE_VERDICT, SUM),
    ),
    Fault(
        "a limit of 0 stops everything", "exposure.Account.limit", 'without_limit == "unlimited"', 'without_limit == ""',
        (THE_VERDICT,),
    ),
    Fault(
        "an invoice is overdue on its day", "exposure.Account.lates", "due.due.toordinal() < last",
        "due.due.toordinal() <= last", (THE_VERDICT,),
    ),
    Fault(
        "the grace is forgotten", "exposure.Account.lates", "- self.policy.grace_days", "", (THE_VERDICT,),
    ),
    Fault(
        "as much as the threshold is too much", "exposure.Account.overdue", "amount <= Decimal(", "amount < Decimal(",
        (THE_VERDICT,),
    ),
    Fault(
        "only the buyer's own hold counts", "credit._held",
        '{customer.hold, account.top.hold, bill_to.hold if bill_to else ""}', "{customer.hold}", (THE_VERDICT,),
    ),
    Fault(
        "an override lifts a hold", "credit.judged", "if hold in policy.refuse_holds or",
        "if not overridden and hold in policy.refuse_holds or", (THE_VERDICT,),
    ),
    Fault(
        "a remedy is a penny short", "exposure.Account.in_full", "ROUND_CEILING", "'ROUND_FLOOR'",
        (test_credit.test_the_remedy, test_credit_laws.test_who_does_what_the_remedies_say_is_approved),
    ),
    Fault(
        "the remedy is the exposure, not what is over", "credit.judged", "account.in_full(exposure - limit)",
        "account.in_full(exposure)", (test_credit_laws.test_a_penny_less_would_not_do,),
    ),
)  # fmt: skip
