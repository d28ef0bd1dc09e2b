"""What the file that says how a company is paid may say, and what it must not."""

from __future__ import annotations

import tomllib
from decimal import Decimal

import pytest

from sayso.cash.policy import CashPolicy, Invoicing, read, zone_of
from sayso.errors import Misconfigured


def parsed(text: str) -> CashPolicy:
    """The policy of a file with that text."""
    return read(tomllib.loads(text), "follow.toml")


def test_an_empty_file_works() -> None:
    assert parsed("") == CashPolicy()


def test_a_customer_s_settings_start_from_the_company_s() -> None:
    policy = parsed("""
        [invoicing]
        when = "daily"
        zone = "Europe/London"
        [[invoicing.customers]]
        customer = "13047"
        by = "erp"
        [[invoicing.sites]]
        site = "LON"
        when = "order_complete"
        [matching]
        price_percent = 0.5
        price_amount = "1.00"
        [applying]
        write_off_amount = 2
        [systems.erp]
        url = "not looked at"
    """)
    assert policy.invoicing_for("13047") == Invoicing(when="daily", by="erp", zone="Europe/London")
    assert policy.invoicing_for("13047", "LON").by == "erp"
    assert policy.invoicing_for("99", "LON").when == "order_complete"
    assert policy.invoicing_for("99", "").when == "daily"
    assert (policy.matching.price_percent, policy.matching.price_amount) == (Decimal("0.5"), Decimal(1))
    assert policy.applying.write_off_amount == 2


WRONG = [
    ("[invoicing]\nwhen = 'weekly'", "[invoicing]"),
    ("[invoicing]\nwen = 'daily'", "wen"),
    ("[invoicing]\nzone = 'Europe/Nowhere'", "zone"),
    ("invoicing = 3", "invoicing"),
    ("[matching]\nprice_percent = 101", "price_percent"),
    ("[matching]\nprice_amount = -1", "price_amount"),
    ("[matching]\ntax_amount = 'NaN'", "tax_amount"),
    ("[applying]\nmost_combined = 0", "most_combined"),
    ("[applying]\nwrite_off_amount = 'much'", "write_off_amount"),
    ("[[invoicing.customers]]\nby = 'erp'", "customer is missing"),
    ("[[invoicing.customers]]\ncustomer = '1'\n[[invoicing.customers]]\ncustomer = '1'", "twice"),
    ("[[invoicing.sites]]\nsite = 'LON'\nterms_days = -1", "LON"),
    ("[invoicing]\ncustomers = 'all'", "[[invoicing.customers]]"),
]


@pytest.mark.parametrize(("text", "names"), WRONG)
def test_what_is_wrong_is_named(text: str, names: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        parsed(text)
    assert names in refused.value.detail
    assert "follow.toml" in refused.value.detail
    assert refused.value.remedy


def test_time_zones() -> None:
    assert zone_of("UTC").key == "UTC"
    with pytest.raises(Misconfigured):
        zone_of("../etc/passwd")
