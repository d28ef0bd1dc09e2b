"""What does not agree between an order, what left and an invoice, case by case."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from cash.some import (
    CHARGES,
    credited,
    d,
    fact,
    folded,
    goods,
    invoiced,
    line,
    money,
    placed,
    returned,
    shipped,
)  # fmt: skip
from sayso.canon.events_money import InvoiceIssued
from sayso.canon.events_shared import Charge
from sayso.cash.matching import match, match_invoice
from sayso.cash.policy import CashPolicy, Invoicing, Matching
from sayso.cash.shapes import Fact

ORDERED = placed(charges=CHARGES)
LEFT = shipped("SH-1", goods(1, "A", "4"), goods(2, "C", "4"))
FOUR_OF_A = money(1, "A", "4", "8.00", "1.60", shipment="SH-1")
FOUR_OF_C = money(2, "C", "4", "20.00", "4.00", shipment="SH-1")
FREIGHT = Charge("freight", d("10.00"), d("2.00"))


def found(*facts: Fact, by: Any = "sayso", **limits: Any) -> list[tuple[str, str, str]]:
    """Kind, what of the invoice, and the money at stake."""
    policy = CashPolicy(
        matching=Matching(**{name: d(value) for name, value in limits.items()}), invoicing=Invoicing(by=by)
    )
    told = (ORDERED, LEFT, *facts)
    return [
        (one.kind, one.key.removeprefix("WEB-1/"), str(one.amount))
        for one in match(folded(*told), told, policy)
    ]


def test_an_invoice_that_agrees() -> None:
    assert found(invoiced("I-1", FOUR_OF_A, FOUR_OF_C, charges=(FREIGHT,), total=d("45.60"))) == []


CASES: list[tuple[tuple[Fact, ...], list[tuple[str, str, str]]]] = [
    (
        (invoiced("I-1", money(1, "A", "5", "10.00", "2.00", shipment="SH-1")),),
        [("invoice_quantity_differs", "I-1/1/SH-1", "2.40")],
    ),
    (
        (invoiced("I-1", money(1, "A", "4", "8.40", "1.60", shipment="SH-1")),),
        [("invoice_price_differs", "I-1/1/SH-1/A", "0.40")],
    ),
    (
        (invoiced("I-1", money(1, "A", "4", "8.00", "1.70", shipment="SH-1")),),
        [("invoice_differs", "I-1/1/SH-1/A/tax", "0.10")],
    ),
    (
        (invoiced("I-1", money(1, "A", "4", "8.00", "1.60", shipment="SH-7")),),
        [("invoice_without_shipment", "I-1/1/SH-7/A", "9.60")],
    ),
    (
        (invoiced("I-1", money(3, "Z", "1", "8.00")),),
        [("invoice_without_shipment", "I-1/3//Z", "8.00")],
    ),
    (
        (invoiced("I-1", FOUR_OF_A), invoiced("I-2", FOUR_OF_A, hours=6)),
        [("invoice_duplicate", "I-2/1/SH-1", "9.60")],
    ),
    (
        (invoiced("I-1", FOUR_OF_A, FOUR_OF_A, money(1, "A", "1", "2.00", "0.40", shipment="SH-1")),),
        [("invoice_quantity_differs", "I-1/1/SH-1", "12.00")],
    ),
    (
        (invoiced("I-1", FOUR_OF_A, total=d("9.00")),),
        [("invoice_total_wrong", "I-1/total", "0.60")],
    ),
    (
        (invoiced("I-1", FOUR_OF_A, charges=(Charge("fuel", d("3.00"), d("0.60")),)),),
        [("invoice_charge_unagreed", "I-1/charge/fuel", "3.60")],
    ),
    (
        (invoiced("I-1", FOUR_OF_A, charges=(FREIGHT,)), invoiced("I-2", FOUR_OF_C, charges=(FREIGHT,))),
        [("invoice_charge_unagreed", "I-2/charge/freight", "12.00")],
    ),
    (
        (invoiced("I-1", FOUR_OF_A, issued=date(2011, 1, 31)),),
        [("invoice_differs", "I-1/1/SH-1/date", "9.60")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "expected"), CASES)
def test_what_differs(facts: tuple[Fact, ...], expected: list[tuple[str, str, str]]) -> None:
    assert found(*facts) == expected
    assert found(*facts[::-1]) == expected


@pytest.mark.parametrize(("name", "value"), [("price_percent", "0.7"), ("price_amount", "0.05")])
def test_a_price_within_tolerance(name: str, value: str) -> None:
    dear = invoiced("I-1", money(1, "A", "4", "8.05", "1.60", shipment="SH-1"))
    assert found(dear)
    assert found(dear, **{name: value}) == []


def test_other_tolerances() -> None:
    assert (
        found(invoiced("I-1", money(1, "A", "4.2", "8.40", "1.68", shipment="SH-1")), quantity_percent="5")
        == []
    )
    assert found(invoiced("I-1", FOUR_OF_A, total=d("9.61")), total_amount="0.01") == []
    assert found(invoiced("I-1", FOUR_OF_A, charges=(Charge("fuel", d("1.00")),)), charge_amount="1") == []


def test_a_cent_of_rounding_is_no_difference() -> None:
    ordered = placed(line(1, "A", "3", "3.3333", amount=d("10.00"), tax=d("2.00")))
    left = shipped("SH-1", goods(1, "A", "1"))
    told = (ordered, left, invoiced("I-1", money(1, "A", "1", "3.34", "0.66", shipment="SH-1")))
    assert match(folded(*told), told, CashPolicy()) == ()


def test_a_substitute_is_held_against_what_it_stands_for() -> None:
    told = (
        placed(),
        shipped("SH-1", goods(1, "B", "2")),
        invoiced("I-1", money(1, "B", "2", "8.00", "1.60")),
    )
    assert match(folded(*told), told, CashPolicy()) == ()
    told = (
        placed(),
        shipped("SH-1", goods(1, "B", "2")),
        invoiced("I-1", money(1, "A", "4", "8.00", "1.60")),
    )
    assert [one.kind for one in match(folded(*told), told, CashPolicy())] == ["invoice_without_shipment"]


def test_the_customer_or_who_pays_for_it() -> None:
    told = (ORDERED, LEFT, invoiced("I-1", FOUR_OF_A))
    state = msgspec.structs.replace(folded(*told), customer="99")
    (other,) = match(state, told, CashPolicy())
    assert (other.kind, other.facts["what"], other.facts["found"]) == ("invoice_differs", "customer", "13047")
    assert match(state, told, CashPolicy(), bill_to="13047") == ()


def test_another_currency_is_found_and_nothing_is_compared() -> None:
    data = InvoiceIssued(
        document="I-1", customer="13047", currency="EUR", lines=(FOUR_OF_A,), issued=date(2011, 2, 3)
    )
    told = (ORDERED, LEFT, fact(data, 5))
    (other,) = match(folded(*told), told, CashPolicy())
    assert (other.facts["expected"], other.facts["found"]) == ("GBP", "EUR")


def test_what_was_credited_may_be_invoiced_again() -> None:
    wrong, right = invoiced("I-1", FOUR_OF_A), invoiced("I-2", FOUR_OF_A, issued=date(2011, 2, 10))
    back = credited("CM-1", "I-1", money(1, "A", "4", "8.00", "1.60", shipment="SH-1"))
    assert found(wrong, right) != []
    assert found(wrong, back, right) == []
    # Unless it was credited because it came back.
    came = returned("RET-1", (1, "A", "4"), shipment="SH-1")
    assert [kind for kind, _, _ in found(wrong, back, came, right)] == ["invoice_duplicate"]


def test_where_the_erp_invoices_too_little_is_found() -> None:
    short = invoiced("I-1", money(1, "A", "3", "6.00", "1.20", shipment="SH-1"), FOUR_OF_C)
    assert found(short) == []
    assert found(short, by="erp") == [("invoice_quantity_differs", "I-1/1/SH-1/less", "2.40")]


def test_an_invoice_of_an_order_that_is_not_known_waits() -> None:
    told = (LEFT, invoiced("I-1", FOUR_OF_A))
    assert match(folded(*told), told, CashPolicy()) == ()


def test_one_invoice_alone() -> None:
    told = (ORDERED, LEFT, invoiced("I-1", FOUR_OF_A), invoiced("I-2", FOUR_OF_A, hours=6))
    state = folded(*told)
    assert match_invoice(state, told, "I-1", CashPolicy()) == ()
    assert len(match_invoice(state, told, "I-2", CashPolicy())) == 1
