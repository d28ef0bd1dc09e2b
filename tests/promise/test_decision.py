"""One verdict for the whole: how lines, credit and the age of facts make it, and when it may be held."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import localcontext
from typing import Any

import pytest

from promise.making import (
    NOW,
    account,
    allocation,
    answer,
    ask,
    codes,
    customer,
    decided,
    facts,
    inbound,
    iso,
    item,
    policy,
    price,
    stock,
    take,
    world,
)  # fmt: skip
from sayso.promise.asking import Question
from sayso.promise.decision import Decision, decide
from sayso.promise.facts import Facts

GB = [{"country": "GB", "rate": "20"}]
OWES_LATE = [{"open": "5", "currency": "GBP", "due": iso(-9), "first": "4711"}]


def plain(**more: Any) -> Facts:
    """Plenty of A, four of B; a credit limit of 100."""
    buyer = more.get("account") or account(customer(credit_limit="100"))
    a, b = more.get("a") or item("A", 1000), more.get("b") or item("B", 4)
    return facts(a, b, item("X", known=False), world=more.get("world"), account=buyer)


A, B, X = ("A", 10), ("B", 10), ("X", 1)
FIRM, CONDITIONAL, REFUSED = "firm", "conditional", "refused"
VERDICTS: dict[str, tuple[list[Any], dict[str, Any], tuple[str, list[str], str | None, list[str]]]] = {
    "everything is there": ([A], {}, (FIRM, [FIRM], "approved", [])),
    "the whole is its worst line": ([A, B], {}, (CONDITIONAL, [FIRM, CONDITIONAL], "approved", [])),
    "and a refused line is the worst": ([A, B, X], {}, (REFUSED, [FIRM, CONDITIONAL, REFUSED], "approved", [])),
    "credit that refers is a condition": (
        [A], {"account": account(customer(), receivables=OWES_LATE)}, (CONDITIONAL, [FIRM], "refer", []),
    ),
    "credit that refuses refuses": (
        [A], {"account": account(customer(hold="all"))}, (REFUSED, [FIRM], "refused", []),
    ),
    "an unknown customer is refused, and has no credit": (
        [A], {"account": account(customer("D"))}, (REFUSED, [FIRM], None, ["unknown_customer"]),
    ),
    "facts that are too old are a condition": (
        [A], {"world": world(policy(freshness__stock_seconds=60))}, (CONDITIONAL, [FIRM], "approved", ["stale_facts"]),
    ),
    "or refused, where the policy says so": (
        [A], {"world": world(policy(freshness__credit_seconds=60, freshness__when_stale="refused"))},
        (REFUSED, [FIRM], "approved", ["stale_facts"]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", VERDICTS)
def test_the_verdict(case: str) -> None:
    lines, more, expected = VERDICTS[case]
    told = answer(decided(ask(*lines), plain(**more)))
    credit = told["credit"] and told["credit"]["verdict"]
    reasons = [one["code"] for one in told["reasons"]]
    assert (told["verdict"], [line["verdict"] for line in told["lines"]], credit, reasons) == expected


HELD: dict[str, tuple[list[Any], dict[str, Any], bool]] = {
    "what is firm is held when asked": ([A], {}, True),
    "not when only a quote was asked": ([A], {"hold": 0}, False),
    "what is conditional is not held": ([B], {}, False),
    "unless that was accepted": ([B], {"accept": True}, True),
    "what is refused is never held": ([("A", 101)], {"accept": True}, False),
    "what credit refers is held where conditions were accepted": (
        [A], {"accept": True, "account": account(customer(), receivables=OWES_LATE)}, True,
    ),
    "but never over the limit, also where that only refers": (
        [("A", 101)], {"accept": True, "world": world(policy(credit__over_limit="refer"))}, False,
    ),
    "before a named person lets it": (
        [("A", 101)], {"by": "Ann Lee", "world": world(policy(credit__over_limit="refer"))}, True,
    ),
    "who may let pass what was refused": ([("A", 101)], {"by": "Ann Lee"}, True),
    "but not a hold of the customer": (
        [A], {"by": "Ann Lee", "accept": True, "account": account(customer(hold="all"))}, False,
    ),
    "nor what is short": ([B], {"by": "Ann Lee"}, False),
}  # fmt: skip


@pytest.mark.parametrize("case", HELD)
def test_whether_it_is_held(case: str) -> None:
    lines, more, held = HELD[case]
    by, asked = more.get("by", ""), ask(*lines, accept_conditional=more.get("accept", False))
    found = decided(asked, plain(**more), hold=more.get("hold", 900), by=by)
    assert (found.held, answer(found)["held"]) == (held, held)
    assert answer(found)["credit"]["overridden_by"] == (by or None)


def test_a_hold_expires_when_its_time_is_up_and_a_quote_when_the_policy_says() -> None:
    rules = world(policy(holds__quote_seconds=120))
    found = decided(ask(A), plain(world=rules), hold=900)
    assert (answer(found)["made"], answer(found)["expires"]) == (
        "2026-03-02T09:00:00Z",
        "2026-03-02T09:15:00Z",
    )
    assert found.expires == NOW + timedelta(seconds=900)
    assert answer(decided(ask(A), plain(world=rules), hold=0))["expires"] == "2026-03-02T09:02:00Z"


AS_OF = datetime(2026, 3, 2, 8, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "stale"), [({"stock": 60}, False), ({"stock": 59}, True), ({"credit": 120}, False), ({"credit": 119}, True)]
)  # fmt: skip
def test_facts_are_as_old_as_the_oldest_of_them(seconds: dict[str, int], stale: bool) -> None:
    rules = policy(**{f"freshness__{name}_seconds": most for name, most in seconds.items()})
    cards = [item("A", 9, as_of=AS_OF), item("B", 9, as_of=AS_OF + timedelta(seconds=30))]
    owes = account(customer(), as_of=AS_OF - timedelta(seconds=60))
    told = answer(decided(ask(("A", 1), ("B", 1)), facts(*cards, world=world(rules), account=owes)))
    assert bool(told["reasons"]) == stale
    assert told["evidence"]["as_of"] == {"stock": "2026-03-02T08:59:00Z", "credit": "2026-03-02T08:58:00Z"}
    if stale:
        name, most = next(iter(seconds.items()))
        assert told["reasons"][0] == {
            "code": "stale_facts", "waiting_helps": True,
            "facts": {"facts": name, "as_of": told["evidence"]["as_of"][name], "most_seconds": str(most)},
        }  # fmt: skip


def test_the_answer_says_which_policy_and_which_judgement_and_which_road() -> None:
    rules = policy(credit__grace_days=3)
    evidence = answer(decided(ask(A), plain(world=world(rules))))["evidence"]
    assert evidence["policy"] == rules.hash
    assert evidence["road"] == {"stock": "local", "credit": "local"}
    assert evidence["judgement"]


@pytest.mark.parametrize(
    ("asked", "buyers", "company", "currency"),
    [("EUR", "USD", "GBP", "EUR"), ("", "USD", "GBP", "USD"), ("", "", "GBP", "GBP")],
)
def test_the_currency_is_the_one_asked_else_the_buyers_else_the_companys(
    asked: str, buyers: str, company: str, currency: str
) -> None:
    rates = [{"currency": "GBP", "to": one, "rate": "2"} for one in ("EUR", "USD")]
    here = world(policy(company__currency=company), rates=rates)
    found = decided(
        ask(A, currency=asked), facts(item("A", 99), world=here, account=account(customer(currency=buyers)))
    )
    assert answer(found)["totals"]["currency"] == currency
    assert answer(found)["lines"][0]["price"]["currency"] == currency


AMOUNTS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "with tax": ({"world": world(taxes=GB)}, {}, "12.00"),
    "without, where the policy counts net": ({"world": world(policy(credit__amount="net"), taxes=GB)}, {}, "10.00"),
    "without, where no rate is known": ({}, {}, "10.00"),
    "what is refused does not count": (
        {"world": world(taxes=GB), "b": item("B", 4, status="discontinued")}, {"lines": [A, ("B", 5)]}, "12.00",
    ),
    "what is on backorder does": ({"world": world(taxes=GB)}, {"lines": [A, B]}, "24.00"),
    "in the account's currency": (
        {
            "world": world(rates=[{"currency": "EUR", "to": "GBP", "rate": "0.3333"}], currencies=[]),
            "account": account(customer(credit_limit="100")),
        },
        {"currency": "EUR", "lines": [("A", 7)]}, "7.00",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", AMOUNTS)
def test_what_a_promise_adds_to_the_exposure(case: str) -> None:
    more, fields, amount = AMOUNTS[case]
    asked = ask(*fields.get("lines", [A]), accept_conditional=True, currency=fields.get("currency", ""))
    found = decided(asked, plain(**more))
    assert answer(found)["credit"]["parts"]["this"] == amount
    assert str(found.amount) == amount


def test_all_lines_are_bought_under_the_contract_that_is_named_first() -> None:
    kept = item("A", stock=[stock(5)], allocations=[allocation("AL", 5, contract="K")])
    line = {"item": "A", "quantity": "5"}
    assert codes(decided(ask(line), facts(kept))) == ["stock_short", "no_date"]
    assert codes(decided(ask({**line, "contract": "K"}), facts(kept))) == []


def test_what_is_taken_of_an_allocation_says_so() -> None:
    kept = item("A", stock=[stock(9)], allocations=[allocation("AL", 5, customer="C")])
    found = decided(ask(("A", 7)), facts(kept))
    assert [(one.quantity, one.allocation) for one in found.takes] == [(5, "AL/1"), (2, "")]


def test_parts_and_lines_draw_on_an_allocation_one_after_another() -> None:
    """Until it is used up, then on the next; else a promise would seem to break what is protected."""
    kept = [allocation("AL", 5, customer="C"), allocation("AM", 4, customer="C")]
    found = decided(ask(("A", 3), ("A", 5)), facts(item("A", stock=[stock(9)], allocations=kept)))
    assert [(one.line, one.quantity, one.allocation) for one in found.takes] == [
        (1, 3, "AL/1"), (2, 2, "AL/1"), (2, 3, "AM/1"),
    ]  # fmt: skip


def test_what_is_protected_first_is_drawn_first_and_what_is_there_before_what_is_not() -> None:
    kept = [allocation("AL", 5, 3, customer="C"), allocation("AM", 4, customer="C")]
    found = decided(ask(("A", 6)), facts(item("A", stock=[stock(9)], allocations=kept)))
    assert [(one.quantity, one.allocation) for one in found.takes] == [(4, "AM/1"), (2, "AL/1")]
    short = item("A", stock=[stock(1)], allocations=[allocation("AL", 1, customer="C")])
    found = decided(ask(("A", 2), ("A", 1), accept_conditional=True), facts(short))
    assert [(one.line, one.state, one.allocation) for one in found.takes] == [
        (1, "backorder", ""), (2, "in_stock", "AL/1"),
    ]  # fmt: skip


def test_a_line_shows_its_arithmetic_with_what_others_were_promised() -> None:
    counted = item("A", stock=[stock(20, safety_stock=3)], inbound=[inbound("PO", 5, 3)])
    here = facts(counted, taken={"A": [take(4, 2)]})
    assert answer(decided(ask(("A", 1)), here))["lines"][0]["arithmetic"] == {
        "LON": {"on_hand": "20", "safety_stock": "3", "promised": "4", "sellable": "13", "until": iso(2)}
    }


def test_the_reasons_of_a_line_stand_in_their_order() -> None:
    """Whatever found them first: the item, its rules, its price, its supply."""
    here = world(
        policy(price__without_price="refer"), rules=[{"rule": "R", "effect": "hold"}],
        lanes=[{"site": "LON", "country": "GB", "transit_days": 3}],
    )  # fmt: skip
    short = item("A", 4, list_price=None, lead_days=9)
    found = decided(ask({"item": "A", "quantity": 10, "need_by": iso(2)}), facts(short, world=here))
    assert codes(found) == ["region_forbidden", "no_price", "stock_short", "late"]
    refused = item("A", 4, status="blocked", pack=3, minimum=50, list_price=None)
    here = world(
        rules=[{"rule": "R", "effect": "require_licence", "licence": "L"}, {"rule": "Q", "effect": "forbid"}]
    )
    assert codes(decided(ask(("A", 10)), facts(refused, world=here))) == [
        "region_forbidden", "licence_missing", "discontinued", "below_minimum", "not_a_pack", "no_price",
    ]  # fmt: skip


def test_who_calls_with_other_decimals_gets_the_same_answer() -> None:
    """Judgement counts in a context of its own, whatever its caller's is."""
    here = plain(a=item("A", 9, prices=[price("12345.675")]))
    bodies = set()
    for digits in (5, 28, 60):
        with localcontext() as context:
            context.prec = digits
            bodies.add(decide(Question("prm_1", ask(("A", 9)), NOW, 900), here).body)
    assert len(bodies) == 1


def test_a_decision_is_a_value() -> None:
    found: Decision = decided(ask(A), plain())
    assert found == decided(ask(A), plain())
    assert found.account == "C"
    assert found.answer.promise == "prm_1"
