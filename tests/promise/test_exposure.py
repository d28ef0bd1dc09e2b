"""Exposure under every profile: parts sum to it, no order of documents matters, and plain is what it was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import strategies as st
from msgspec.structs import replace

from promise.laws import law
from promise.making import TODAY, account, customer, made, policy, world
from promise.naive_credit import Books as Added
from sayso.canon.decimals import arithmetic
from sayso.promise import policy as policies
from sayso.promise.cards import AccountCard, Customer, WorldCard
from sayso.promise.credit import Asked, Verdict, judged
from sayso.promise.credit_asked import CreditQuestion, examined
from sayso.promise.exposure import LESS, Account, holder_of
from sayso.promise.gather import Books
from sayso.promise.policy import PROFILE_NAMES, Policy
from sayso.promise.settings.credit import Credit

NOTHING = Decimal(0)
BUYERS = ("TOP", "NORTH", "SHOP", "LONE")
cents = st.integers(-5000, 20000).map(lambda number: Decimal(number) / 100)
above = st.integers(0, 20000).map(lambda number: Decimal(number) / 100)
who = st.sampled_from(BUYERS)
companies = st.sampled_from(["", "", "ONE", "TWO"])
currencies = st.sampled_from(["", "GBP", "GBP", "EUR", "USD"])

customers = st.tuples(
    *(
        st.fixed_dictionaries({
            "credit_limit": st.none() | st.sampled_from([NOTHING, Decimal(50), Decimal("123.45")]),
            "company": companies, "group": st.sampled_from(["", "G"]), "currency": st.sampled_from(["", "GBP", "EUR"]),
            "hold": st.sampled_from(["", "", "", "ship", "invoice"]),
        })
        for _ in BUYERS
    )
)  # fmt: skip
TREE: Mapping[str, dict[str, str]] = {"NORTH": {"parent": "TOP"}, "SHOP": {"bill_to": "NORTH"}}
receivables = st.builds(
    lambda customer, open, currency, due, company: {
        "customer": customer, "open": open, "currency": currency, "company": company,
        "due": None if due is None else TODAY + timedelta(days=due),
    },
    who, cents, currencies, st.none() | st.integers(-4, 3), companies,
)  # fmt: skip
demands = st.builds(
    lambda number, customer, amount, net, shipped, currency, factor, status, company, site, billed: {
        "document": f"O{number}", "customer": customer, "amount": amount, "amount_net": net,
        "amount_shipped_not_invoiced": shipped, "currency": currency, "currency_factor": factor, "status": status,
        "company": company, "site": site, "percent_billed": billed,
    },
    st.integers(1, 3), who, cents, st.none() | cents, above, currencies, st.sampled_from([None, None, Decimal(3)]),
    st.sampled_from(["", "confirmed", "draft", "quote"]), companies, st.sampled_from(["", "W1", "W2"]),
    st.sampled_from([None, None, Decimal(25), Decimal(100)]),
)  # fmt: skip
exposures = st.builds(
    lambda customer, kind, amount, currency, company: {
        "customer": customer, "kind": kind, "amount": amount, "currency": currency, "company": company,
    },
    who, st.sampled_from([
        "draft_invoice", "draft_from_shipment", "return_order", "return_received", "prepayment", "unbilled_delivery",
    ]), above, currencies, companies,
)  # fmt: skip
facts = st.fixed_dictionaries({
    "customers": customers.map(
        lambda given: [{"customer": name, **TREE.get(name, {}), **one} for name, one in zip(BUYERS, given, strict=True)]
    ),
    "receivables": st.lists(receivables, max_size=5).map(lambda some: _numbered("I", some)),
    "demand": st.lists(demands, max_size=5).map(lambda some: [{**one, "line": str(n)} for n, one in enumerate(some)]),
    "exposures": st.lists(exposures, max_size=4).map(lambda some: _numbered("E", some)),
})  # fmt: skip
WORLD = {
    "sites": [{"site": "W1", "company": "ONE"}, {"site": "W2", "company": "TWO"}],
    "rates": [{"currency": "EUR", "to": "GBP", "rate": Decimal("0.83"), "starts": date.min}],
    "credit_groups": [
        {"group": "G", "company": "", "credit_limit": Decimal(200)},
        {"group": "", "company": "ONE", "credit_limit": Decimal(75)},
    ],
}  # fmt: skip
profiles = st.sampled_from(PROFILE_NAMES)


def _numbered(letter: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "document": f"{letter}{number}"} for number, row in enumerate(rows)]


def books(told: Mapping[str, list[dict[str, Any]]]) -> Books:
    return Books({**WORLD, **told})


def asked(
    told: Books,
    buyer: str,
    rules: Policy,
    amount: Decimal,
    promised: Decimal = NOTHING,
    how: Asked | None = None,
) -> Verdict:
    """The verdict on a buyer's document."""
    with arithmetic():
        here, customer = _account(told, buyer, rules)
        return judged(here, customer, promised, amount, False, how or Asked())


def _account(told: Books, buyer: str, rules: Policy) -> tuple[Account, Customer]:
    card = told.account(buyer)
    customer = card.customers[buyer]
    return Account(card, "x", told.world(rules), TODAY, holder_of(customer, card, rules)), customer


@law(200, told=facts, buyer=who, profile=profiles, amount=cents, promised=above, replaced=above)
def test_parts_sum_to_exposure_and_what_is_left_is_the_rest_of_the_limit(
    told: Any, buyer: str, profile: Any, amount: Decimal, promised: Decimal, replaced: Decimal
) -> None:
    rules = policies.profiled(profile)
    found = asked(books(told), buyer, rules, amount, promised, Asked(replaced=replaced))
    assert sum(found.parts.values()) == found.exposure
    assert set(found.parts) <= {*rules.credit.parts, "promises", "this", "replaced"}
    assert found.available == (None if found.limit is None else found.limit - found.exposure)
    assert found.over_limit <= (found.limit is not None and found.exposure > found.limit)


@law(150, told=facts, buyer=who, profile=profiles, chance=st.randoms())
def test_the_order_of_documents_never_matters(told: Any, buyer: str, profile: Any, chance: Random) -> None:
    rules = policies.profiled(profile)
    mixed = {kind: chance.sample(rows, len(rows)) for kind, rows in told.items()}
    assert asked(books(told), buyer, rules, Decimal(10)) == asked(books(mixed), buyer, rules, Decimal(10))


@law(150, told=facts, buyer=who, amount=above)
def test_law_2_over_the_limit_nothing_is_approved_whatever_the_erp_only_warns_of(
    told: Any, buyer: str, amount: Decimal
) -> None:
    for profile in PROFILE_NAMES:
        for checked in (
            policies.profiled(profile),
            policies.read({"profile": profile, "credit": {"warnings": "none"}}),
        ):
            found = asked(books(told), buyer, checked, amount, how=Asked(held=True))
            if found.limit is not None and found.exposure > found.limit and amount > 0:
                assert found.over_limit
                assert found.verdict != "approved"


@law(150, told=facts, buyer=who, profile=profiles, amount=above, more=above)
def test_more_is_never_approved_where_less_was_not(
    told: Any, buyer: str, profile: Any, amount: Decimal, more: Decimal
) -> None:
    rank = ["approved", "refer", "refused"].index
    rules = policies.profiled(profile)
    less = asked(books(told), buyer, rules, amount)
    assert rank(less.verdict) <= rank(asked(books(told), buyer, rules, amount + more).verdict)


@law(150, told=facts, buyer=who)
def test_plain_is_what_it_was_whatever_else_is_told_of_the_documents(told: Any, buyer: str) -> None:
    """Adding up by hand, as before other ERPs had a say: no company, no site, no tax, no share billed, no branch apart."""
    kept = {
        "demand": (
            "document", "line", "customer", "amount", "amount_shipped_not_invoiced", "currency", "currency_factor",
            "status",
        ),
        "receivables": ("document", "customer", "open", "currency", "due"),
        "exposures": ("document", "customer", "kind", "amount", "currency"),
    }  # fmt: skip
    unbilled = {**told, "demand": [{**row, "percent_billed": None} for row in told["demand"]]}
    bare = {kind: [{name: row[name] for name in kept[kind]} for row in unbilled[kind]] for kind in kept}
    before = books({"customers": told["customers"], **bare})
    rules = policy()
    found = asked(books(unbilled), buyer, rules, Decimal(10))
    assert found == asked(before, buyer, rules, Decimal(10))
    card, here = before.account(buyer), before.world_card()
    with arithmetic():
        by_hand = Added(card, here, rules, TODAY).parts()
    assert {name: amount for name, amount in found.parts.items() if amount and name != "this"} == {
        name: amount for name, amount in by_hand.items() if amount
    }


@law(150, told=facts, buyer=who, profile=profiles, by=st.dictionaries(who, above))
def test_what_others_of_the_tree_are_promised_counts_where_their_documents_do(
    told: Any, buyer: str, profile: Any, by: dict[str, Decimal]
) -> None:
    rules = policies.profiled(profile)
    with arithmetic():
        here, _ = _account(books(told), buyer, rules)
        total = sum(by.values(), NOTHING)
        members = {one: money for one, money in by.items() if one in here.card.customers}
        counted = here.promised(total, members)
        assert here.promised(total, None) == total
        if rules.credit.account == "tree" and not here.company:
            assert counted == total
            return
        alone = {one: here.promised(money, {one: money}) for one, money in members.items()}
        assert counted == sum(alone.values(), NOTHING)
        for one, money in members.items():
            owes = {"document": "NEW", "customer": one, "open": Decimal(7)}
            more = books({**told, "receivables": [*told["receivables"], owes]})
            after = asked(more, buyer, rules, NOTHING).parts["receivables"]
            grows = after != asked(books(told), buyer, rules, NOTHING).parts["receivables"]
            assert alone[one] == (money if grows else NOTHING)


@law(100, told=facts, profile=profiles, new=above)
def test_an_order_that_is_edited_counts_as_if_it_had_been_told_anew(
    told: Any, profile: Any, new: Decimal
) -> None:
    """Stored at one amount and asked at another is the same exposure as not stored and asked at the other."""
    rules = policies.read({"profile": profile, "credit": {"negative_orders": "count"}})
    rows = [row for row in told["demand"] if row["document"] != "O1"]
    stored = [{**row, "customer": "NORTH"} for row in told["demand"] if row["document"] == "O1"]
    with_it, without = books({**told, "demand": [*rows, *stored]}), books({**told, "demand": rows})
    only = books({"customers": told["customers"], "demand": stored})
    with arithmetic():
        here, north = _account(with_it, "NORTH", rules)
        there, _ = _account(without, "NORTH", rules)
    edited = examined(here, north, NOTHING, CreditQuestion("order", new, stored=only.account("NORTH")))
    anew = examined(there, north, NOTHING, CreditQuestion("order", new))
    assert abs(edited.verdict.exposure - anew.verdict.exposure) <= Decimal("0.05")  # what rounding leaves


def test_the_arithmetic_says_what_was_added() -> None:
    card = account(
        customer(credit_limit=100),
        receivables=[
            {"open": "30", "due": (TODAY - timedelta(days=2)).isoformat(), "currency": "EUR", "first": "I1"}
        ],
        orders=[
            {
                "amount": "9",
                "shipped_not_invoiced": "0",
                "currency": "EUR",
                "currency_factor": "1.5",
                "document": "O1",
            }
        ],
    ).card
    rules = policies.read({"profile": "business_central", "company": {"currency": "GBP"}})
    here = Account(card, "x", world(rules, rates=[{"currency": "EUR", "to": "GBP", "rate": "0.8"}]), TODAY)
    told = examined(here, card.customers["C"], Decimal(5), CreditQuestion("order", Decimal(80)))
    assert told.arithmetic == [
        "receivables: 30 EUR at the rate of the day = 24.00 GBP",
        "open_orders: 9 EUR / 1.5 = 6.00 GBP",
        "exposure of C: receivables 24.00 + open_orders 6.00 + promises 5.00 + this 80.00 = 115.00 GBP",
        "available: limit 100.00 - exposure 115.00 = -15.00 GBP",
        f"overdue: 30 EUR due {TODAY - timedelta(days=2)} (I1)",
        f"overdue: 24.00 GBP in all, due on or before {TODAY}",
    ]
    assert (told.overdue, told.verdict.verdict, told.verdict.warning) == (24, "refer", True)


@pytest.mark.parametrize("name", Credit.__struct_fields__)
def test_a_profile_sets_what_plain_has_otherwise(name: str) -> None:
    """Every setting is one that some ERP has otherwise, or that a company may want otherwise."""
    own = {
        "at_limit",
        "selling_company",
        "quote_is",
        "warnings",
        "overdue_credits",
        "grace_days",
        "overdue_threshold",
        "without_limit",
    }
    values = {repr(getattr(policies.profiled(profile).credit, name)) for profile in PROFILE_NAMES}
    assert (len(values) > 1) != (name in own)


def test_a_card_of_before_is_read_as_it_was() -> None:
    """Archived cards name no customer, company or document: all of it is the account's own."""
    card = made(
        AccountCard, account="C", customers={"C": customer(credit_limit=50)},
        orders=[{"currency": "GBP", "amount": "20"}], receivables=[{"currency": "GBP", "open": "10"}],
        exposures=[{"kind": "prepayment", "currency": "GBP", "amount": "5"}],
    )  # fmt: skip
    for profile in PROFILE_NAMES:
        rules = replace(policies.profiled(profile), company=policies.Company(currency="GBP"))
        here = Account(card, "x", world(rules), TODAY, "C")
        assert here.standing == (25 if "prepayment" in rules.credit.parts else 30)
    assert WorldCard().sites == ()


def test_the_page_names_every_part() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/credit.md").read_text("utf-8")
    rows = page.split("## The parts of exposure")[1].split("##")[0].splitlines()
    named = [
        (row.split("`")[1], row.rstrip(" |").endswith("takes away")) for row in rows if row.startswith("| `")
    ]
    assert [name for name, _ in named] == [*Credit().parts, "promises", "this", "replaced"]
    assert {name for name, less in named if less} == {*LESS, "replaced"}
