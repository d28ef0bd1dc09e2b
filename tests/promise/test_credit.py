"""Whether an account can bear one more promise: each rule of credit in a case of its own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from promise.making import TODAY, account, customer, iso, policy, world
from sayso.canon.decimals import arithmetic
from sayso.promise.credit import Account, Verdict, judged

RATES = [{"currency": "EUR", "to": "GBP", "rate": "0.8"}]


def owes(amount: Any, due: int | None = 30, currency: str = "GBP", **more: Any) -> dict[str, Any]:
    """An open invoice."""
    return {
        "open": str(amount),
        "due": None if due is None else iso(due),
        "currency": currency,
        "first": "INV",
        **more,
    }


def orders(amount: Any, shipped: Any = 0, currency: str = "GBP", **more: Any) -> dict[str, Any]:
    """Open orders."""
    return {"amount": str(amount), "shipped_not_invoiced": str(shipped), "currency": currency, **more}


def part(kind: str, amount: Any, currency: str = "GBP") -> dict[str, str]:
    """A further part of exposure."""
    return {"kind": kind, "amount": str(amount), "currency": currency}


def verdict(
    amount: Any = 10, limit: Any = 100, promised: Any = 0, *, by: str = "", buyer: str = "", others: tuple[Any, ...] = (),
    top: dict[str, Any] | None = None, places: dict[str, Any] | None = None, settings: dict[str, Any] | None = None,
    **card: Any,
) -> Verdict:  # fmt: skip
    """The verdict on a promise of this amount."""
    first = customer(credit_limit=limit, **(top or {}))
    here = account(first, *others, **card).card
    with arithmetic():
        found = Account(here, "x", world(policy(**(settings or {})), rates=RATES, **(places or {})), TODAY)
        asks = here.customers[buyer] if buyer else first
        return judged(found, asks, Decimal(promised), Decimal(amount), bool(by))


def told(found: Verdict) -> tuple[str, str, list[str]]:
    """The answer, the exposure, and the codes of its reasons."""
    return found.verdict, str(found.exposure), [one.code for one in found.reasons]


APPROVED, REFER, REFUSED = "approved", "refer", "refused"
CASES: dict[str, tuple[dict[str, Any], tuple[str, str, list[str]]]] = {
    "within the limit": ({}, (APPROVED, "10.00", [])),
    "up to the limit": ({"amount": "100.00"}, (APPROVED, "100.00", [])),
    "a penny more is over": ({"amount": "100.01"}, (REFUSED, "100.01", ["over_limit"])),
    "or referred, where the policy says so": (
        {"amount": "100.01", "settings": {"credit__over_limit": "refer"}}, (REFER, "100.01", ["over_limit"]),
    ),
    "what is owed counts": ({"receivables": [owes(95)]}, (REFUSED, "105.00", ["over_limit"])),
    "credit memos take away": ({"receivables": [owes(95), owes(-5)]}, (APPROVED, "100.00", [])),
    "open orders count": ({"orders": [orders(95)]}, (REFUSED, "105.00", ["over_limit"])),
    "and what is shipped and not invoiced": ({"orders": [orders(60, 35)]}, (REFUSED, "105.00", ["over_limit"])),
    "a quote does not": ({"orders": [orders(95, status="quote")]}, (APPROVED, "10.00", [])),
    "promises in flight count": ({"promised": 95}, (REFUSED, "105.00", ["over_limit"])),
    "draft invoices count": ({"exposures": [part("draft_invoice", 95)]}, (REFUSED, "105.00", ["over_limit"])),
    "what of them was shipped counts once": (
        {"exposures": [part("draft_invoice", 95), part("draft_from_shipment", 5)]}, (APPROVED, "100.00", []),
    ),
    "returns take away": (
        {"receivables": [owes(95)], "exposures": [part("return_order", 3), part("return_received", 2)]},
        (APPROVED, "100.00", []),
    ),
    "so do prepayments": (
        {"receivables": [owes(95)], "exposures": [part("prepayment", 5)]}, (APPROVED, "100.00", []),
    ),
    "another currency counts at its rate": ({"receivables": [owes(100, currency="EUR")]}, (APPROVED, "90.00", [])),
    "an order at the factor that it was fixed with": (
        {"orders": [orders(100, currency="EUR", currency_factor="1.6")]}, (APPROVED, "72.50", []),
    ),
    "without a rate the figure stands as it is": (
        {"receivables": [owes(95, currency="USD")]}, (REFUSED, "105.00", ["over_limit"]),
    ),
    "what names no currency is in the company's": ({"receivables": [owes(50, currency="")]}, (APPROVED, "60.00", [])),
    "without a limit everything passes": ({"limit": None, "amount": 10**9}, (APPROVED, f"{10**9}.00", [])),
    "a limit of 0 is none": ({"limit": 0, "amount": 10**9}, (APPROVED, f"{10**9}.00", [])),
    "or nothing passes, where the policy says so": (
        {"limit": 0, "settings": {"credit__without_limit": "refuse"}}, (REFUSED, "10.00", ["over_limit"]),
    ),
    "the group's limit stands in": (
        {"limit": None, "top": {"group": "G"}, "places": {"credit_groups": [{"group": "G", "credit_limit": "9"}]}},
        (REFUSED, "10.00", ["over_limit"]),
    ),
    "that of the company before that of any": (
        {
            "limit": None, "top": {"group": "G", "company": "UK"},
            "places": {"credit_groups": [
                {"group": "G", "credit_limit": "9"}, {"group": "G", "company": "UK", "credit_limit": "11"},
            ]},
        },
        (APPROVED, "10.00", []),
    ),
    "another group's does not": (
        {"limit": None, "top": {"group": "H"}, "places": {"credit_groups": [{"group": "G", "credit_limit": "9"}]}},
        (APPROVED, "10.00", []),
    ),
    "the customer's own limit stands before the group's": (
        {"top": {"group": "G"}, "places": {"credit_groups": [{"group": "G", "credit_limit": "9"}]}},
        (APPROVED, "10.00", []),
    ),
    "a group's limit is in the company's currency": (
        {
            "limit": None, "top": {"group": "G", "currency": "EUR"}, "amount": 12,
            "places": {"credit_groups": [{"group": "G", "credit_limit": "9.60"}]},
        },
        (APPROVED, "12.00", []),
    ),
    "the limit is that of the top, not of the branch": (
        {"others": (customer("S", parent="C", credit_limit=5),), "buyer": "S"}, (APPROVED, "10.00", []),
    ),
    "nothing is overdue on its day": ({"receivables": [owes(9, 0)]}, (APPROVED, "19.00", [])),
    "the day after it is": ({"receivables": [owes(9, -1)]}, (REFER, "19.00", ["overdue"])),
    "within the grace it is not": (
        {"receivables": [owes(9, -7)], "settings": {"credit__grace_days": 7}}, (APPROVED, "19.00", []),
    ),
    "the day after the grace it is": (
        {"receivables": [owes(9, -8)], "settings": {"credit__grace_days": 7}}, (REFER, "19.00", ["overdue"]),
    ),
    "as much as the threshold is let pass": (
        {"receivables": [owes(9, -1)], "settings": {"credit__overdue_threshold": "9"}}, (APPROVED, "19.00", []),
    ),
    "more is not": (
        {"receivables": [owes("9.01", -1)], "settings": {"credit__overdue_threshold": "9"}},
        (REFER, "19.01", ["overdue"]),
    ),
    "what never falls due is never overdue": ({"receivables": [owes(9, None)]}, (APPROVED, "19.00", [])),
    "an overdue credit memo is set off": (
        {"receivables": [owes(9, -1), owes(-9, -3)]}, (APPROVED, "10.00", []),
    ),
    "overdue may refuse": (
        {"receivables": [owes(9, -1)], "settings": {"credit__overdue": "refuse"}}, (REFUSED, "19.00", ["overdue"]),
    ),
    "or be let be": ({"receivables": [owes(9, -1)], "settings": {"credit__overdue": "ignore"}}, (APPROVED, "19.00", [])),
    "the worse of two answers is the answer": (
        {"receivables": [owes(95, -1)]}, (REFUSED, "105.00", ["overdue", "over_limit"]),
    ),
    "a hold of all refuses": ({"top": {"hold": "all"}}, (REFUSED, "10.00", ["customer_held"])),
    "so does a hold of shipments": ({"top": {"hold": "ship"}}, (REFUSED, "10.00", ["customer_held"])),
    "a hold of invoices refers": ({"top": {"hold": "invoice"}}, (REFER, "10.00", ["customer_held"])),
    "the policy may let a hold pass": (
        {"top": {"hold": "ship"}, "settings": {"credit__refuse_holds": ["all"]}}, (APPROVED, "10.00", []),
    ),
    "a hold of the buyer counts": (
        {"others": (customer("S", parent="C", hold="all"),), "buyer": "S"}, (REFUSED, "10.00", ["customer_held"]),
    ),
    "so does one of who pays for it": (
        {"others": (customer("S", bill_to="B"), customer("B", parent="C", hold="ship")), "buyer": "S"},
        (REFUSED, "10.00", ["customer_held"]),
    ),
    "and one of the top": (
        {"others": (customer("S", parent="C"),), "buyer": "S", "top": {"hold": "all"}},
        (REFUSED, "10.00", ["customer_held"]),
    ),
    "not one of a sister": (
        {"others": (customer("S", parent="C"), customer("T", parent="C", hold="all")), "buyer": "S"},
        (APPROVED, "10.00", []),
    ),
    "the gravest of them": (
        {"others": (customer("S", parent="C", hold="invoice"),), "buyer": "S", "top": {"hold": "ship"}},
        (REFUSED, "10.00", ["customer_held"]),
    ),
    "a named person may let the limit be": (
        {"amount": "100.01", "by": "Ann Lee"}, (APPROVED, "100.01", ["over_limit"]),
    ),
    "and what is overdue": ({"receivables": [owes(9, -1)], "by": "Ann Lee"}, (APPROVED, "19.00", ["overdue"])),
    "but not a hold": ({"top": {"hold": "all"}, "by": "Ann Lee"}, (REFUSED, "10.00", ["customer_held"])),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_verdict(case: str) -> None:
    asked, (answer, exposure, reasons) = CASES[case]
    found = told(verdict(**asked))
    assert found[::2] == (answer, reasons)
    assert Decimal(found[1]) == Decimal(exposure)


def test_the_parts_are_told_and_sum_to_the_exposure() -> None:
    found = verdict(
        promised="7.50", amount="2.25", receivables=[owes("10.10"), owes("1", currency="EUR")], orders=[orders(20, 3)],
        exposures=[part("draft_invoice", 4), part("prepayment", "1.5")],
    )  # fmt: skip
    assert {name: str(amount) for name, amount in found.parts.items()} == {
        "receivables": "10.90", "shipped_not_invoiced": "3.00", "open_orders": "20.00", "draft_invoice": "4.00",
        "prepayment": "-1.50", "promises": "7.50", "this": "2.25",
    }  # fmt: skip
    assert found.exposure == sum(found.parts.values()) == Decimal("46.15")
    assert found.available == Decimal("53.85")


def test_an_unlimited_account_has_nothing_left_to_tell() -> None:
    found = verdict(limit=None)
    assert (found.limit, found.available, found.over_limit, found.remedies) == (None, None, False, [])


def test_the_reasons_carry_their_figures() -> None:
    found = verdict(receivables=[owes(90, -12, first="4711"), owes(5, -2, first="4712")], amount=15)
    assert [one.facts for one in found.reasons] == [
        {"overdue": "95.00", "currency": "GBP", "oldest": "4711", "days": "12"},
        {"exposure": "110.00", "limit": "100.00", "over_by": "10.00", "currency": "GBP"},
    ]
    assert [one.waiting_helps for one in found.reasons] == [False, False]


REMEDIES = {
    "prepay what is over": ({"amount": "1350"}, ["prepay 1,250.00 GBP, or order that much less"]),
    "pay down where the account was over before": (
        {"receivables": [owes(1120)]}, ["pay 1,030.00 GBP: the account is over its limit without this order"],
    ),
    "pay what is overdue": (
        {"receivables": [owes(50, -12, first="4711")]},
        ["pay 50.00 GBP that is overdue; the oldest, 4711, by 12 days"],
    ),
    "a part of a penny is a penny": (
        {"limit": "99.996", "amount": 100}, ["prepay 0.01 GBP, or order that much less"],
    ),
    "also of what is overdue": (
        {"receivables": [owes("0.005", -1, currency="EUR")]}, ["pay 0.01 GBP that is overdue; the oldest, INV, by 1 days"],
    ),
    "a hold has no price": ({"top": {"hold": "all"}}, []),
}  # fmt: skip


@pytest.mark.parametrize("case", REMEDIES)
def test_the_remedy(case: str) -> None:
    asked, texts = REMEDIES[case]
    assert [one.text for one in verdict(**asked).remedies] == texts
