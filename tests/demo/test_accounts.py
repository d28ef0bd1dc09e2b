"""Generated credit: terms, limits, chains and what was open before."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sayso.demo.accounts import Taxes, opened
from sayso.demo.settings import GENERATED


def test_the_same_seed_gives_the_same_accounts(distributor):
    again = opened(distributor.trade.orders, distributor.first, distributor.last, GENERATED)
    assert again == distributor.book


def test_everybody_who_orders_has_terms_and_somebody_who_bears_the_limit(distributor):
    accounts = distributor.book.accounts
    assert set(accounts) == {order.customer for order in distributor.trade.orders}
    for account in accounts.values():
        top = accounts[account.top]
        assert top.top == top.customer
        assert top.credit_limit is not None
        assert top.credit_limit >= GENERATED.least_limit
        assert (account.credit_limit is None) == (account.top != account.customer)


def test_there_are_as_many_chains_as_said(distributor):
    branches = [one for one in distributor.book.accounts.values() if one.top != one.customer]
    assert len(branches) == GENERATED.chains * GENERATED.chain_branches
    assert len({one.top for one in branches}) == GENERATED.chains
    assert {one.country for one in branches} == {"GB"}


def test_what_is_open_was_invoiced_before_and_is_paid_later(distributor):
    openings = distributor.book.openings
    assert len(openings) > 500
    assert len({one.document for one in openings}) == len(openings)
    for one in openings:
        assert one.issued < distributor.first <= one.paid_on
        assert one.amount > 0


def test_british_tax_rose_on_the_fourth_of_january():
    assert Taxes.gross(Decimal(100), "GB", date(2011, 1, 3)) == Decimal("117.50")
    assert Taxes.gross(Decimal(100), "GB", date(2011, 1, 4)) == Decimal("120.00")
    assert Taxes.gross(Decimal(100), "FR", date(2011, 1, 4)) == Decimal("100.00")
    assert Taxes.gross(Decimal("0.03"), "GB", date(2011, 1, 3)) == Decimal("0.04"), "halves and more go up"


def test_some_australian_customers_hold_a_licence(distributor):
    accounts = distributor.book.accounts.values()
    holders = {one.country for one in accounts if one.licences}
    assert holders == {"AU"}
    assert any(one.country == "AU" and not one.licences for one in accounts)
