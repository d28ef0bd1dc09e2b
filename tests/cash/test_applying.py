"""What payments are applied to, case by case; and the laws of applying."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import strategies as st

from cash.some import d
from promise.laws import law
from sayso.canon.events_money import PaymentReceived
from sayso.cash import applying
from sayso.cash.policy import Applying, CashPolicy
from sayso.cash.shapes import AppliedLine, OpenItem, PaymentState

ZERO = Decimal(0)


def item(number: str, amount: str, **more: Any) -> OpenItem:
    """An open invoice of customer C."""
    more.setdefault("issued", date(2011, 1, 10))
    return OpenItem(invoice=number, currency="GBP", open=d(amount), **{"customer": "C", **more})


FREIGHT = (("freight", d("6.00")),)
OPEN = (
    item("INV-1001", "100.00", charges=FREIGHT, orders=("WEB-1",), references=("PO 88/12",)),
    item("INV-1002", "50.00", issued=date(2011, 1, 11), orders=("WEB-2",), references=("PO-9",)),
    item("INV-001003", "75.55", issued=date(2011, 1, 12)),
    item("INV-12", "9.00", issued=date(2011, 1, 13)),
    item("INV-1005", "50.00", issued=date(2011, 1, 14)),
    item("RE/2011/0042", "31.00", issued=date(2011, 1, 15)),
)


def paid(amount: str, *references: str, document: str = "P-1", **more: Any) -> PaymentReceived:
    """A payment of customer C."""
    told = {"customer": "C", "payer": "Acme", "currency": "GBP", "received": date(2011, 2, 1), **more}
    return PaymentReceived(document=document, amount=d(amount), references=references, **told)  # type: ignore[arg-type]


def use(
    payment: PaymentReceived,
    items: Sequence[OpenItem] = OPEN,
    earlier: Sequence[PaymentReceived] = (),
    **how: Any,
) -> tuple[list[str], list[str], str]:
    """What it is applied to (with what is left out of it), the kinds of findings, and what is left."""
    done = applying.apply_payment(payment, items, CashPolicy(applying=Applying(**how)), earlier)
    lines = done.application.lines if done.application else ()
    told = [
        " ".join([
            line.invoice, str(line.amount),
            *(f"{word}={value}" for word, value in (
                ("deduction", line.deduction), ("write_off", line.write_off), ("discount", line.discount),
            ) if value),
            *([line.reason] if line.reason else []),
        ])
        for line in lines
    ]  # fmt: skip
    return told, [one.kind for one in done.findings], str(done.unapplied)


REFERENCES = [
    (("100.00", "INV-1001"), ["INV-1001 100.00"]),
    (("100.00", "inv1001"), ["INV-1001 100.00"]),
    (("100.00", "Invoice no. 1001, thank you"), ["INV-1001 100.00"]),
    (("100.00", "Rechnung 0001001"), ["INV-1001 100.00"]),
    (("150.00", "1001,1002"), ["INV-1001 100.00", "INV-1002 50.00"]),
    (("150.00", "INV-1002 50.00", "INV-1001 100.00"), ["INV-1001 100.00", "INV-1002 50.00"]),
    (("75.55", "INV 1003"), ["INV-001003 75.55"]),
    (("100.00", "order web-1"), ["INV-1001 100.00"]),
    (("100.00", "your po 88-12"), ["INV-1001 100.00"]),
    (("31.00", "re 2011 42 of 2011-01-15"), ["RE/2011/0042 31.00"]),
    (("9.00", "inv 12"), ["INV-12 9.00"]),
    (("94.00", "INV-1001 less freight"), ["INV-1001 94.00 deduction=6.00 freight"]),
    (("90.00", "INV-1001 less damaged goods 10.00"), ["INV-1001 90.00 deduction=10.00 damaged goods"]),
    (("90.00", "INV-1001"), ["INV-1001 90.00 deduction=10.00 short"]),
    (("99.97", "INV-1001"), ["INV-1001 99.97 write_off=0.03 small difference"]),
    (("149.97", "1001 1002"), ["INV-1001 99.97 write_off=0.03 small difference", "INV-1002 50.00"]),
    (("120.00", "1001 1002"), ["INV-1001 100.00", "INV-1002 20.00 deduction=30.00 short"]),
    (("60.00", "1001 1002"), ["INV-1001 60.00 deduction=40.00 short"]),
]


@pytest.mark.parametrize(("told", "expected"), REFERENCES)
def test_by_reference(told: tuple[str, ...], expected: list[str]) -> None:
    assert use(paid(*told))[0] == expected
    assert use(paid(*told), OPEN[::-1])[0] == expected


BY_AMOUNT = [
    ("75.55", ["INV-001003 75.55"], []),
    ("50.00", [], ["payment_ambiguous"]),  # two invoices of 50.00
    ("40.00", ["INV-12 9.00", "RE/2011/0042 31.00"], []),  # the one set of two
    ("150.00", [], ["payment_ambiguous"]),  # 1001 + 1002, or 1001 + 1005
    ("200.00", ["INV-1001 100.00", "INV-1002 50.00", "INV-1005 50.00"], []),
    ("12.34", [], ["overpaid"]),
]


@pytest.mark.parametrize(("amount", "expected", "kinds"), BY_AMOUNT)
def test_by_amount(amount: str, expected: list[str], kinds: list[str]) -> None:
    lines, found, left = use(paid(amount))
    assert (lines, found) == (expected, kinds)
    assert Decimal(left) == (ZERO if expected else d(amount))


NOT_APPLIED = [
    (paid("100.00", "INV-7777"), ["payment_for_unknown_invoice"]),
    (paid("9.00", "12 boxes", customer=""), ["payment_unidentified"]),
    (paid("100.00", customer=""), ["payment_unidentified"]),
    (paid("100.00", "1001", customer=""), ["payment_unidentified"]),
    (paid("100.00", "INV-1001", currency="EUR"), ["payment_currency_differs"]),
    (paid("100.00", "10012"), ["payment_for_unknown_invoice"]),
    (paid("100.00", "INV-10012"), ["payment_for_unknown_invoice"]),
    (paid("100.00", "INV-7"), ["payment_for_unknown_invoice"]),
    (paid("100.00", "inv 7"), ["payment_for_unknown_invoice"]),
    (paid("100.00", "Invoice no. 7"), ["payment_for_unknown_invoice"]),
    (paid("33.00", "po 12 of 1002.50"), ["overpaid"]),
]


@pytest.mark.parametrize(("payment", "kinds"), NOT_APPLIED)
def test_what_is_not_known_is_not_applied(payment: PaymentReceived, kinds: list[str]) -> None:
    assert use(payment) == ([], kinds, str(payment.amount))


def test_short_numbers() -> None:
    """Alone they may be anything; with the letters before them they name an invoice."""
    assert use(paid("8.00", "12"))[0] == []
    assert use(paid("8.00", "INV-12"))[0] == ["INV-12 8.00 deduction=1.00 short"]
    assert use(paid("8.00", "INV-12", customer=""))[0] == []


def test_a_charge_that_is_kept_back_is_named() -> None:
    assert use(paid("94.00", "INV-1001"))[0] == ["INV-1001 94.00 deduction=6.00 freight"]
    of_two = use(paid("144.00", "1001 1002"))[0]
    assert of_two == ["INV-1001 94.00 deduction=6.00 freight", "INV-1002 50.00"]
    charges = (("freight", d("6.00")), ("handling", d("4.00")))
    both = use(paid("90.00", "INV-1001"), (item("INV-1001", "100.00", charges=charges),))[0]
    assert both == ["INV-1001 90.00 deduction=10.00 freight and handling"]


def test_a_stranger_who_names_an_invoice_in_full() -> None:
    assert use(paid("100.00", "INV-1001", customer=""))[0] == ["INV-1001 100.00"]


def test_more_than_is_owed_is_kept() -> None:
    assert use(paid("120.00", "INV-1001")) == (["INV-1001 100.00"], ["overpaid"], "20.00")
    lines, kinds, left = use(paid("120.00", "INV-1001", "INV-7777"))
    assert (lines, kinds, left) == (["INV-1001 100.00"], ["payment_for_unknown_invoice"], "20.00")


def test_paid_twice() -> None:
    settled = (item("INV-1001", "0"),)
    first, second = (
        paid("100.00", "INV-1001"),
        paid("100.00", "inv 1001", document="P-2", received=date(2011, 2, 3)),
    )
    assert use(second, settled, [first]) == ([], ["payment_duplicate"], "100.00")
    assert use(second, settled) == ([], ["overpaid"], "100.00")
    assert use(second, settled, [first], duplicate_days=1) == ([], ["overpaid"], "100.00")
    # Both wait for an invoice that is not known: the first is none.
    assert use(second, (), [first])[1] == ["payment_duplicate"]
    assert use(first, (), [second])[1] == ["payment_for_unknown_invoice"]
    # As long as the invoice is open it is paid.
    assert use(second, OPEN, [first])[0] == ["INV-1001 100.00"]


def test_paid_early() -> None:
    how = {"discount_percent": d(2), "discount_days": 22}
    assert use(paid("98.00", "INV-1001"), **how)[0] == ["INV-1001 98.00 discount=2.00 paid early"]
    assert use(paid("98.00"), **how)[0] == ["INV-1001 98.00 discount=2.00 paid early"]
    late = use(paid("98.00", "INV-1001", received=date(2011, 2, 2)), **how)
    assert late[:2] == (["INV-1001 98.00 deduction=2.00 short"], ["deduction_open"])


def test_by_policy() -> None:
    assert use(paid("99.97", "INV-1001"), write_off_amount=ZERO)[1] == ["deduction_open"]
    assert use(paid("99.97", "INV-1001"), write_off_percent=d("0.02"))[1] == ["deduction_open"]
    assert use(paid("94.00", "INV-1001"), deductions="hold") == ([], ["deduction_open"], "94.00")
    assert use(paid("75.55"), by_amount=False) == ([], ["overpaid"], "75.55")
    assert use(paid("200.00"), most_combined=2)[1] == ["overpaid"]
    assert use(paid("40.00"), most_searched=4)[1] == ["overpaid"]


def test_an_invoice_that_comes_later_is_paid_then() -> None:
    payment = paid("180.00", "1001 9001")
    policy = CashPolicy()
    first = applying.apply_payment(payment, OPEN, policy)
    assert first.application is not None
    assert (first.application.document, first.application.revision, first.unapplied) == (
        "app/P-1",
        0,
        d("80.00"),
    )
    line = AppliedLine(document="app/P-1", invoice="INV-1001", amount=d("100.00"))
    state = PaymentState(payment="P-1", currency="GBP", unapplied=d("80.00"), lines=(line,), revision=0)
    rest = (item("INV-1001", "0"), *OPEN[1:])
    assert applying.reapply(payment, state, rest, policy).application is None
    again = applying.reapply(payment, state, (*rest, item("INV-9001", "80.00")), policy)
    assert again.application is not None
    assert [(one.invoice, one.amount) for one in again.application.lines] == [
        ("INV-1001", d("100.00")), ("INV-9001", d("80.00")),
    ]  # fmt: skip
    assert (again.application.revision, again.unapplied) == (1, ZERO)
    done = msgspec.structs.replace(state, unapplied=ZERO)
    assert applying.reapply(payment, done, OPEN, policy).application is None


def test_of_an_account_any_customer_s_invoice() -> None:
    branch = (item("INV-1001", "100.00", customer="C-2"), item("INV-1006", "33.00", customer="D"))
    family = frozenset({"C", "C-2"})
    done = applying.apply_payment(paid("100.00"), branch, CashPolicy(), family=family)
    assert done.application is not None
    assert applying.apply_payment(paid("100.00"), branch, CashPolicy()).application is None
    assert applying.apply_payment(paid("33.00"), branch, CashPolicy(), family=family).application is None
    named = applying.apply_payment(paid("33.00", "INV-1006"), branch, CashPolicy(), family=family)
    assert named.application is not None


amounts = st.integers(1, 400).map(lambda cents: Decimal(cents) / 100)
words = st.sampled_from(
    ["INV-1", "INV-2000", "2000", "inv 2001", "2002 less freight", "WEB-3", "x", "2001,2002", "99999"]
)


@law(
    200,
    amounts=st.lists(amounts, min_size=0, max_size=7), pay=st.integers(0, 1500).map(lambda cents: Decimal(cents) / 100),
    references=st.lists(words, max_size=3), known=st.booleans(), chance=st.randoms(use_true_random=False),
    discount=st.sampled_from([0, 2]),
)  # fmt: skip
def test_never_more_than_came_and_never_more_than_is_open(
    amounts: list[Decimal], pay: Decimal, references: list[str], known: bool, chance: Any, discount: int
) -> None:
    items = [
        item(f"INV-{2000 + place}", str(amount), orders=(f"WEB-{place}",), charges=(("freight", d("0.50")),))
        for place, amount in enumerate(amounts)
    ]
    policy = CashPolicy(applying=Applying(discount_percent=d(discount), discount_days=30))
    payment = paid(str(pay), *references, customer="C" if known else "")
    done = applying.apply_payment(payment, items, policy)
    chance.shuffle(items)
    assert applying.apply_payment(payment, items, policy) == done
    opens = {one.invoice: one.open for one in items}
    lines = done.application.lines if done.application else ()
    applied = sum((line.amount for line in lines), ZERO)
    assert applied + done.unapplied == pay
    assert done.unapplied >= 0
    assert len({line.invoice for line in lines}) == len(lines)
    for line in lines:
        assert min(line.amount, line.deduction, line.write_off, line.discount) >= 0
        assert line.amount + line.write_off + line.discount + line.deduction <= opens[line.invoice]
    if pay and not lines:
        assert done.findings
