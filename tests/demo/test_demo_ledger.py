"""Receivables: what was invoiced is what came in plus what is open."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.demo.accounts import Account, Book, Opening
from sayso.demo.ledger import Ledger
from sayso.demo.settings import GENERATED

FIRST = date(2011, 1, 3)
PROMPT = GENERATED.payers[0]


def book(*openings: Opening) -> Book:
    accounts = {
        "HEAD": Account("HEAD", "GB", "HEAD", 30, Decimal(1000), PROMPT),
        "SHOP": Account("SHOP", "GB", "HEAD", 30, None, PROMPT),
        "OTHER": Account("OTHER", "GB", "OTHER", 14, Decimal(500), PROMPT),
    }
    return Book(accounts, openings)


DEALS = st.lists(
    st.tuples(
        st.sampled_from(["issue", "credit"]), st.sampled_from(["HEAD", "SHOP", "OTHER"]), st.integers(1, 99_999),
        st.integers(0, 60),
    ),
    max_size=30,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(DEALS)
def test_money_in_is_what_was_invoiced_less_what_is_open(deals):
    ledger = Ledger(book(), FIRST, GENERATED)
    for day in range(150):
        today = FIRST + timedelta(days=day)
        ledger.pay(today)
        for number, (kind, customer, pence, on) in enumerate(deals):
            amount = Decimal(pence) / 100
            if on == day and kind == "issue":
                ledger.issue(f"INV-{number}", customer, amount, today, f"WEB-{number}")
            elif on == day:
                ledger.credit(f"CM-{number}", customer, amount, today)
        found = ledger.invoices.values()
        owed = sum((one.open for one in found), Decimal(0))
        assert sum((one.amount for one in found), Decimal(0)) == ledger.money_in + owed
        assert ledger.owed("HEAD") + ledger.owed("OTHER") == owed
        assert all(0 <= one.open <= one.amount for one in found if one.amount > 0)
        assert all(one.amount <= one.open <= 0 for one in found if one.amount < 0)
    assert not [one for one in ledger.invoices.values() if one.open > 0], "a prompt payer has paid by then"


def test_a_chain_is_owed_and_overdue_as_one():
    opening = Opening("GEN-1", "SHOP", Decimal("100.00"), FIRST, FIRST, FIRST + timedelta(days=90))
    ledger = Ledger(book(opening), FIRST, GENERATED)
    assert ledger.owed("HEAD") == ledger.owed("SHOP") == Decimal("100.00")
    assert ledger.owed("OTHER") == 0
    assert ledger.limit("SHOP") == 1000
    last_day_of_grace = FIRST + timedelta(days=GENERATED.grace_days)
    assert ledger.overdue("HEAD", last_day_of_grace) == 0
    assert ledger.overdue("HEAD", last_day_of_grace + timedelta(days=1)) == Decimal("100.00")


def test_a_credit_memo_waits_for_the_next_payment_of_the_same_customer():
    opening = Opening("GEN-1", "SHOP", Decimal("100.00"), FIRST, FIRST, FIRST + timedelta(days=1))
    ledger = Ledger(book(opening), FIRST, GENERATED)
    ledger.credit("CM-1", "SHOP", Decimal("30.00"), FIRST)
    ledger.credit("CM-2", "HEAD", Decimal("5.00"), FIRST)
    changed = {one.document: one.open for one in ledger.pay(FIRST + timedelta(days=1))}
    assert changed == {"GEN-1": 0, "CM-1": 0}
    assert ledger.money_in == Decimal("70.00")
    assert ledger.owed("HEAD") == Decimal("-5.00")
