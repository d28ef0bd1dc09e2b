"""Credit, held against adding up by hand; and the remedies, by doing what they say."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from hypothesis import strategies as st
from msgspec.structs import replace

from promise.laws import law
from promise.making import TODAY, account, customer, day, policy, world
from promise.naive_credit import NOTHING, Books
from sayso.canon.decimals import arithmetic
from sayso.promise.cards import AccountCard, Customer, Exposure
from sayso.promise.credit import Account, Verdict, judged
from sayso.promise.world import World

amounts = st.integers(-2000, 20000).map(lambda number: Decimal(number) / 100)
above = st.integers(0, 20000).map(lambda number: Decimal(number) / 100)
currencies = st.sampled_from(["GBP", "GBP", "", "EUR", "USD", "SEK"])
RATES = [{"currency": "EUR", "to": "GBP", "rate": "0.83"}, {"currency": "GBP", "to": "USD", "rate": "1.3"}]
KINDS = ["draft_invoice", "draft_from_shipment", "return_order", "return_received", "prepayment"]
HOLDS = st.sampled_from(["", "", "", "", "invoice", "ship", "all"])

invoices = st.builds(
    lambda amount, currency, due: {"open": str(amount), "currency": currency, "due": day(due), "first": "INV"},
    amounts, currencies, st.none() | st.integers(-12, 5),
)  # fmt: skip
open_orders = st.builds(
    lambda amount, shipped, currency, factor, status: {
        "amount": str(amount), "shipped_not_invoiced": str(shipped), "currency": currency, "currency_factor": factor,
        "status": status,
    },
    above, above, currencies, st.sampled_from([None, "1.25"]), st.sampled_from(["", "confirmed", "quote"]),
)  # fmt: skip
exposures = st.builds(
    lambda kind, amount, currency: {"kind": kind, "amount": str(amount), "currency": currency},
    st.sampled_from(KINDS), above, currencies,
)  # fmt: skip
RULES = st.builds(
    lambda without, over, overdue, grace, threshold, statuses: policy(
        credit__without_limit=without, credit__over_limit=over, credit__overdue=overdue, credit__grace_days=grace,
        credit__overdue_threshold=threshold, availability__demand_status=statuses,
    ),
    st.sampled_from(["unlimited", "refuse"]), st.sampled_from(["refer", "refuse"]),
    st.sampled_from(["ignore", "refer", "refuse"]), st.sampled_from([0, 0, 1, 7]), st.sampled_from(["0", "50", "12.34"]),
    st.sampled_from([["confirmed"], ["confirmed", "quote"]]),
)  # fmt: skip
LIMITS = st.none() | st.integers(0, 40000).map(lambda number: Decimal(number) / 100)


class Case(NamedTuple):
    """An account, and one more promise on it."""

    card: AccountCard
    world: World
    buyer: Customer
    promised: Decimal
    amount: Decimal

    def judged(self, by: bool = False, more: Decimal = NOTHING) -> Verdict:
        with arithmetic():
            found = Account(self.card, "x", self.world, TODAY)
            return judged(found, self.buyer, self.promised, self.amount + more, by)

    def books(self) -> Books:
        return Books(self.card, self.world.card, self.world.policy, TODAY)


def _case(
    limit: Any,
    holds: tuple[str, str, str],
    group: str,
    currency: str,
    card: dict[str, Any],
    rules: Any,
    **more: Any,
) -> Case:
    top = customer("C", credit_limit=limit, group=group, currency=currency, hold=holds[0])
    pays, buyer = (
        customer("B", parent="C", hold=holds[1]),
        customer("S", parent="C", bill_to="B", hold=holds[2]),
    )
    groups = [{"group": "G", "credit_limit": "123.45"}, {"group": "G", "company": "UK", "credit_limit": "1"}]
    here = world(rules, rates=RATES, credit_groups=groups)
    return Case(account(top, pays, buyer, **card).card, here, buyer, **more)


CASES = st.builds(
    _case, LIMITS, st.tuples(HOLDS, HOLDS, HOLDS), st.sampled_from(["", "G", "H"]), st.sampled_from(["GBP", "", "EUR"]),
    st.fixed_dictionaries({
        "receivables": st.lists(invoices, max_size=4), "orders": st.lists(open_orders, max_size=2),
        "exposures": st.lists(exposures, max_size=2),
    }),
    RULES, promised=above, amount=above,
)  # fmt: skip


@law(200, case=CASES)
def test_exposure_is_the_sum_of_what_the_documents_say(case: Case) -> None:
    found = case.judged()
    with arithmetic():
        parts, limit = case.books().parts(), case.books().limit()
    assert found.exposure == sum(found.parts.values())
    assert {
        kind: amount for kind, amount in found.parts.items() if amount and kind not in ("promises", "this")
    } == {kind: amount for kind, amount in parts.items() if amount}
    assert (found.parts["promises"], found.parts["this"]) == (case.promised, case.amount)
    assert found.limit == limit
    assert found.available == (None if limit is None else limit - found.exposure)


@law(200, case=CASES, by=st.booleans())
def test_the_verdict_follows_from_the_figures(case: Case, by: bool) -> None:
    found, rules = case.judged(by), case.world.policy.credit
    with arithmetic():
        limit, overdue = case.books().limit(), case.books().overdue()
    holds = {one.hold for one in (case.buyer, case.card.customers["B"], case.card.customers["C"])}
    over = limit is not None and found.exposure > limit
    late = overdue > 0 and rules.overdue != "ignore"
    answers = ["refused" if {"all", "ship"} & holds else "refer" if "invoice" in holds else "approved"]
    if late and not by:
        answers.append("refused" if rules.overdue == "refuse" else "refer")
    if over and not by:
        answers.append("refused" if rules.over_limit == "refuse" else "refer")
    assert found.verdict == max(answers, key=["approved", "refer", "refused"].index)
    assert found.over_limit == over
    expected = [("customer_held", holds != {""}), ("overdue", late), ("over_limit", over)]
    assert [one.code for one in found.reasons] == [code for code, holds_true in expected if holds_true]


@law(250, case=CASES)
def test_who_does_what_the_remedies_say_is_approved(case: Case) -> None:
    if any(one.hold for one in case.card.customers.values()):
        return
    if case.judged().remedies:
        assert _paid(case).judged().verdict == "approved"


@law(200, case=CASES)
def test_a_penny_less_would_not_do(case: Case) -> None:
    for one in case.judged().remedies:
        if one.remedy in ("prepay", "pay_down"):
            assert "over_limit" in _codes_after(case, one.amount - Decimal("0.01"))
            assert "over_limit" not in _codes_after(case, one.amount)


@law(100, case=CASES, more=above)
def test_more_is_never_approved_where_less_was_not(case: Case, more: Decimal) -> None:
    rank = ["approved", "refer", "refused"].index
    assert rank(case.judged().verdict) <= rank(case.judged(more=more).verdict)


def _codes_after(case: Case, prepaid: Decimal) -> list[str]:
    """The reasons that are left once so much is paid in advance."""
    more = (*case.card.exposures, Exposure("prepayment", case.books().currency, prepaid))
    return [one.code for one in case._replace(card=replace(case.card, exposures=more)).judged().reasons]


def _paid(case: Case) -> Case:
    """The account after the remedies: what is overdue is paid, the oldest first, and the rest is paid in advance."""
    receivables, prepaid = list(case.card.receivables), list(case.card.exposures)
    books, rules = case.books(), case.world.policy.credit
    for one in case.judged().remedies:
        if one.remedy != "pay_overdue":
            prepaid.append(Exposure("prepayment", one.currency, one.amount))
            continue
        left = one.amount
        for place, due in enumerate(receivables):
            if due.due is None or (TODAY - due.due).days <= rules.grace_days or due.open <= 0:
                continue
            with arithmetic():
                worth = books.worth(due.open, due.currency)
                pays = min(left, worth)
                receivables[place] = replace(
                    due, open=due.open * (worth - pays) / worth if worth else NOTHING
                )
            left -= pays
    return case._replace(card=replace(case.card, receivables=tuple(receivables), exposures=tuple(prepaid)))
