"""Invoices of one order and of several, credit memos, payments, deductions, disputes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cash.some import (
    CHARGES,
    Application,
    DisputeClosed,
    DisputeOpened,
    InvoiceDelivered,
    PaymentReceived,
    applied,
    credited,
    d,
    fact,
    folded,
    goods,
    invoiced,
    money,
    placed,
    returned,
    shipped,
    to,
)  # fmt: skip
from sayso.cash.findings import findings
from sayso.cash.fold import fold
from sayso.cash.shapes import Fact, InvoiceState, State

SENT = shipped("S-1", goods(1, "A", "10"), goods(2, "C", "4"))
BOTH = (money(1, "A", "10", "20.00", "4.00"), money(2, "C", "4", "20.00", "4.00"))
INVOICE = invoiced("I-1", *BOTH)


def invoice_of(*facts: Fact) -> InvoiceState:
    return folded(placed(), SENT, *facts).invoices[0]


def settled(one: InvoiceState) -> str:
    """Paid, discounted, credited, written off, deducted, open."""
    return f"{one.paid} {one.discounted} {one.credited} {one.written_off} {one.deducted} {one.open}"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([], "0 0 0 0 0 48"),
        ([applied("AP-1", to("I-1", "48"))], "48 0 0 0 0 0"),
        ([applied("AP-1", to("I-1", "36", deduction="12"))], "36 0 0 0 12 12"),
        (
            [applied("AP-1", to("I-1", "36", deduction="12")), credited("CM", "I-1", total="12")],
            "36 0 12 0 0 0",
        ),
        (
            [applied("AP-1", to("I-1", "36", deduction="12")), applied("AP-2", to("I-1", "12"))],
            "48 0 0 0 0 0",
        ),
        ([applied("AP-1", to("I-1", "47", discount="1"))], "47 1 0 0 0 0"),
        ([applied("AP-1", to("I-1", "0", write_off="48"))], "0 0 0 48 0 0"),
        ([applied("AP-1", to("I-1", "50"))], "50 0 0 0 0 -2"),
        ([applied("AP-1", to("I-9", "50"), to("I-1", "8"))], "8 0 0 0 0 40"),
        ([applied("AP-1", to("I-1", "8")), applied("AP-1", revision=1)], "0 0 0 0 0 48"),
        ([applied("AP-1", to("I-1", "8")), applied("AP-1", to("I-1", "8"))], "8 0 0 0 0 40"),
        ([credited("CM-1", "I-1", money(1, "A", "2", "4.00", "0.80"))], "0 0 4.8 0 0 43.2"),
    ],
)
def test_what_became_of_an_invoices_total(facts: list[Fact], expected: str) -> None:
    assert settled(invoice_of(INVOICE, *facts)) == expected
    assert settled(invoice_of(*facts, INVOICE)) == expected


def test_a_total_that_is_told_counts_and_charges_belong_to_it() -> None:
    assert invoice_of(invoiced("I-1", *BOTH, charges=CHARGES)).total == 60
    assert invoice_of(invoiced("I-1", *BOTH, charges=CHARGES)).charges == 12
    assert invoice_of(invoiced("I-1", *BOTH, total=d("48.01"))).total == d("48.01")


def test_a_credit_on_lines_counts_for_the_lines() -> None:
    credit = credited("CM-1", "I-1", money(1, "A", "2", "4.00", "0.80"))
    line = folded(placed(), SENT, INVOICE, credit).lines[0]
    assert (line.credited, line.credited_amount) == (2, 4)


def test_a_credit_on_no_invoice_is_the_orders_all_the_same() -> None:
    state = folded(placed(), SENT, INVOICE, credited("CM-1", "", money(1, "A", "2", "4.00", "0.80")))
    assert (state.money.credited, state.money.open, state.lines[0].credited) == (d("4.8"), 48, 2)


def test_what_was_billed_of_a_substitute_counts_what_it_stood_for() -> None:
    sent = shipped("S-1", goods(1, "B", "3", "9"))
    line = folded(placed(), sent, invoiced("I-1", money(1, "B", "2", "12.00", shipment="S-1"))).lines[0]
    assert (line.invoiced, line.to_invoice) == (6, 3)
    line = folded(placed(), sent, invoiced("I-1", money(1, "B", "2", "12.00", stands_for=d("9")))).lines[0]
    assert (line.invoiced, line.to_invoice) == (9, 0)


# An invoice of two orders: 30.00 of the first, 70.01 of the second, and ten of freight.
SHARED = invoiced(
    "I-1", money(1, "A", "5", "30.00", order="WEB-1"), money(1, "A", "5", "70.01", order="WEB-2"),
    subject="", total=d("110.02"),
)  # fmt: skip


def of_both(*facts: Fact) -> tuple[State, State]:
    return folded(SHARED, *facts), fold("WEB-2", [SHARED, *facts])


def test_a_consolidated_invoice_is_shared_out_to_the_cent() -> None:
    one, other = of_both()
    assert one.invoices[0].orders == ("WEB-1", "WEB-2")
    assert (one.invoices[0].share, other.invoices[0].share) == (d("33"), d("77.02"))
    assert one.invoices[0].total == other.invoices[0].total == d("110.02")


def test_a_payment_of_a_consolidated_invoice_is_shared_out_with_nothing_left() -> None:
    one, other = of_both(applied("AP-1", to("I-1", "50.01")), applied("AP-2", to("I-1", "60.01")))
    assert (one.money.paid, other.money.paid) == (33, d("77.02"))
    assert (one.money.open, other.money.open) == (0, 0)
    one, other = of_both(applied("AP-1", to("I-1", "50.01")))
    assert one.money.paid + other.money.paid == d("50.01")
    assert one.money.open + other.money.open == d("60.01")


def test_a_credit_on_one_orders_line_is_that_orders() -> None:
    back = credited("CM-1", "I-1", money(1, "A", "5", "30.00", order="WEB-1"), subject="")
    one, other = of_both(back)
    assert (one.money.credited, other.money.credited) == (30, 0)
    assert one.money.open + other.money.open == d("80.02")
    assert one.lines[0].credited == 5
    assert other.lines[0].credited == 0


def test_an_invoice_of_other_orders_is_not_the_orders() -> None:
    other = invoiced("I-2", money(1, "A", "5", "30.00", order="WEB-2"))
    assert folded(placed(), other).invoices == ()


def dispute(document: str = "D-1", amount: str = "12", reason: str = "") -> Fact:
    data = DisputeOpened(document=document, invoice="I-1", amount=d(amount), currency="GBP", reason=reason)
    return fact(data, 80, "ar")


def test_disputes_are_open_until_they_are_closed() -> None:
    closed = fact(DisputeClosed(document="D-1", outcome="withdrawn"), 79, "ar")
    assert invoice_of(INVOICE, dispute(), dispute("D-2", "5")).disputed == 17
    assert invoice_of(INVOICE, closed, dispute(), dispute("D-2", "5")).disputed == 5


def test_why_it_was_deducted_or_disputed_is_told_while_it_is_open() -> None:
    less = applied("AP-1", Application(invoice="I-1", amount=d("36"), deduction=d("12"), reason="freight"))
    one = invoice_of(INVOICE, less, dispute(reason="damaged"))
    assert (one.disputes, one.reasons) == (("D-1",), ("damaged", "freight"))
    (deducted,) = [f for f in findings(folded(placed(), SENT, INVOICE, less)) if f.kind == "deduction_open"]
    assert deducted.facts["reason"] == "freight"
    assert invoice_of(INVOICE, less, credited("CM", "I-1", total="12")).reasons == ()


def test_an_invoice_that_is_spoken_of_and_was_not_told_is_missed() -> None:
    assert folded(placed(), dispute()).missing == ("invoice I-1",)
    assert folded(placed(), dispute(), INVOICE).missing == ()
    assert folded(placed(), applied("AP-1", to("I-9", "1"))).missing == ()


def test_an_invoice_is_delivered_when_it_was_first_acknowledged() -> None:
    acks = [fact(InvoiceDelivered(document=f"K-{n}", invoice="I-1"), n, "ar") for n in (9, 7)]
    found = invoice_of(INVOICE, *acks).delivered
    assert found is not None
    assert found == acks[1].occurred


def test_the_orders_money() -> None:
    order = placed(charges=CHARGES)
    before = folded(order).money
    assert (before.ordered, before.open_order, before.to_invoice) == (60, 60, 0)
    half = folded(order, shipped("S-1", goods(1, "A", "5"))).money
    assert (half.open_order, half.to_invoice) == (48, 12)
    billed = folded(
        order, shipped("S-1", goods(1, "A", "5")), invoiced("I-1", money(1, "A", "5", "10", "2"))
    ).money
    assert (billed.open_order, billed.to_invoice, billed.invoiced, billed.open) == (36, 0, 12, 12)
    back = folded(order, shipped("S-1", goods(1, "A", "5")), returned("R-1", (1, "A", "2"))).money
    assert back.to_invoice == d("7.2")


def test_a_received_payment_alone_changes_nothing_that_is_owed() -> None:
    came = PaymentReceived(document="BK", amount=Decimal(48), currency="GBP", received=INVOICE.data.issued)  # type: ignore[attr-defined]
    assert settled(invoice_of(INVOICE, fact(came))) == "0 0 0 0 0 48"
