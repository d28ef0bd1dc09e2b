"""The books of an account: balances, payments, double entry, ageing; case by case, and their laws over drawn worlds."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import strategies as st

from cash.some import Application, Fact, credited, d, fact, invoiced, money, to
from promise.laws import law
from sayso.canon.events_money import (
    DisputeClosed,
    DisputeOpened,
    PaymentApplied,
    PaymentReceived,
    PaymentReversed,
)
from sayso.cash.ageing import ageing, top_of
from sayso.cash.postings import balance, postings, reposted
from sayso.cash.receivables import balance_of, findings, open_item, open_items, payment_state, receivables

ZERO = Decimal(0)
BILL = invoiced("I-1", money(1, "A", "10", "100.00", "20.00"), due=date(2011, 3, 1), total=d("120.00"))


def came(document: str, amount: str, hours: float = 60, **more: Any) -> Fact:
    """A payment of the customer."""
    told = {"customer": "13047", "currency": "GBP", "received": date(2011, 2, 20), **more}
    return fact(PaymentReceived(document=document, amount=d(amount), **told), hours, "bank", "")  # type: ignore[arg-type]


def used(payment: str, *lines: Application, revision: int = 0, document: str = "", hours: float = 70) -> Fact:
    """What it is used for."""
    name = document or f"app/{payment}"
    data = PaymentApplied(
        document=name, revision=revision, customer="13047", currency="GBP", payment=payment, lines=lines
    )
    return fact(data, hours, "sayso", "")


def back(payment: str, amount: str | None = None, hours: float = 90) -> Fact:
    """The bank took it back."""
    data = PaymentReversed(
        document=f"B-{payment}",
        payment=payment,
        amount=None if amount is None else d(amount),
        reason="no funds",
    )
    return fact(data, hours, "bank", "")


def figures(*facts: Fact) -> tuple[str, str, str, str]:
    """What is open of the first invoice, deducted, over; and unapplied."""
    books = receivables(facts)
    one = next(one for one in books.balances if one.document == "I-1")
    return str(one.open), str(one.deducted), str(one.over), str(books.unapplied)


CASES: list[tuple[tuple[Fact, ...], tuple[str, str, str, str]]] = [
    ((BILL,), ("120.00", "0", "0", "0")),
    ((BILL, came("P", "120.00")), ("120.00", "0", "0", "120.00")),
    ((BILL, came("P", "120.00"), used("P", to("I-1", "120.00"))), ("0.00", "0", "0", "0.00")),
    ((BILL, came("P", "114.00"), used("P", to("I-1", "114.00", deduction="6.00"))), ("6.00", "6.00", "0", "0.00")),
    ((BILL, came("P", "119.97"), used("P", to("I-1", "119.97", write_off="0.03"))), ("0.00", "0.00", "0", "0.00")),
    ((BILL, came("P", "117.60"), used("P", to("I-1", "117.60", discount="2.40"))), ("0.00", "0.00", "0", "0.00")),
    ((BILL, came("P", "50"), used("P", to("I-1", "50")), used("P", revision=1)), ("120.00", "0", "0", "50")),
    ((BILL, came("P", "50"), used("P", to("I-1", "50")), back("P")), ("120.00", "0", "0", "0")),
    ((BILL, came("P", "50"), used("P", to("I-1", "50")), back("P", "20")), ("90.00", "0", "0", "0")),
    ((BILL, came("P", "50"), used("P", to("I-1", "70"))), ("70.00", "0", "0", "0")),
    ((BILL, used("P", to("I-1", "70"))), ("50.00", "0", "0", "0")),
    ((BILL, credited("CM", "I-1", total="30")), ("90.00", "0", "0", "0")),
    (
        (BILL, came("P", "120.00"), used("P", to("I-1", "120.00")), credited("CM", "I-1", total="30")),
        ("0", "0", "30.00", "0.00"),
    ),
    ((BILL, used("", to("I-1", "0", write_off="120.00"), document="W-1")), ("0.00", "0.00", "0", "0")),
    ((BILL, used("", to("I-1", "60"), document="W-1")), ("120.00", "0", "0", "0")),  # money out of nothing
    (
        (BILL, credited("CM", "", total="30"), used("", to("I-1", "30"), to("CM", "-30"), document="S-1")),
        ("90.00", "0", "0", "0"),
    ),
    (
        (BILL, came("P", "114"), used("P", to("I-1", "114", deduction="6.00")), credited("CM", "I-1", total="6.00")),
        ("0.00", "0.00", "0", "0"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "expected"), CASES)
def test_the_books(facts: tuple[Fact, ...], expected: tuple[str, str, str, str]) -> None:
    assert [Decimal(one) for one in figures(*facts)] == [Decimal(one) for one in expected]
    assert receivables(facts)[:3] == receivables(facts[::-1] + facts)[:3]
    agree(facts)


def test_one_payment_and_one_invoice() -> None:
    facts = (BILL, came("P", "50.00", references=("I-1",)), used("P", to("I-1", "50.00"), revision=3))
    state = payment_state("P", facts)
    assert state is not None
    assert (state.applied, state.revision, state.references) == (d("50.00"), 3, ("I-1",))
    assert payment_state("Q", facts) is None
    one = balance_of("I-1", facts)
    assert one is not None
    assert (one.open, one.orders) == (d("70.00"), ("WEB-1",))
    assert [(item.invoice, item.open) for item in open_items(receivables(facts))] == [("I-1", d("70.00"))]


def test_what_was_paid_on_an_invoice_that_is_not_known_waits_on_it() -> None:
    facts = (came("P", "50.00"), used("P", to("I-1", "50.00")))
    (waiting,) = receivables(facts).balances
    assert (waiting.total, waiting.over, waiting.issued) == (ZERO, d("50.00"), None)
    agree(facts)
    with pytest.raises(ValueError, match="no invoice"):
        open_item(waiting)


def test_what_somebody_has_to_see_to() -> None:
    facts = (
        BILL, came("P", "114"), used("P", Application(invoice="I-1", amount=d(114), deduction=d(6), reason="freight")),
        fact(DisputeOpened(document="D-1", invoice="I-1", amount=d(50), currency="GBP", reason="damaged"), 80),
        came("Q", "10"), back("Q"),
    )  # fmt: skip
    found = {one.kind: one for one in findings(receivables(facts))}
    assert (found["deduction_open"].amount, found["deduction_open"].facts["reason"]) == (d(6), "freight")
    assert (found["dispute_open"].key, found["dispute_open"].amount) == ("D-1", d(6))
    assert (found["payment_reversed"].document, found["payment_reversed"].facts) == (
        "Q",
        {"reason": "no funds"},
    )
    closed = fact(DisputeClosed(document="D-1", outcome="withdrawn"), 85)
    assert "dispute_open" not in {one.kind for one in findings(receivables((*facts, closed)))}
    twice = (BILL, came("P", "130"), used("P", to("I-1", "130")))
    assert [(one.kind, one.amount) for one in findings(receivables(twice))] == [("overpaid", d("10.00"))]


def told(facts: Sequence[Fact]) -> dict[str, dict[str, str]]:
    """The postings of these facts by entry and account, credits below nothing."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for one in postings(facts, receivables(facts)):
        found[one.entry][one.account] = str(one.debit - one.credit)
    return dict(found)


def test_what_is_posted() -> None:
    facts = (
        BILL, came("P", "130.00"),
        used("P", to("I-1", "110.00", deduction="6.00", write_off="1.00", discount="3.00")), back("P", "5.00"),
        credited("CM", "I-1", money(1, "A", "1", "10.00", "2.00")),
    )  # fmt: skip
    assert told(facts) == {
        "invoice.issued/I-1": {"receivable": "120.00", "revenue": "-100.00", "tax": "-20.00"},
        "credit_memo.issued/CM": {"receivable": "-12.00", "returns": "10.00", "tax": "2.00"},
        "payment.received/P": {"cash": "130.00", "unapplied": "-130.00"},
        "payment.reversed/P": {"cash": "-5.00", "unapplied": "5.00"},
        "payment.applied/app/P": {
            "unapplied": "105.00", "receivable": "-115.00", "written_off": "1.00", "discounts": "3.00",
            "deductions": "6.00",
        },
    }  # fmt: skip
    disputed = fact(DisputeOpened(document="D-1", invoice="I-1", amount=d(50), currency="GBP"), 80)
    assert told((*facts, disputed)) == told(facts)


def test_a_revised_document_is_posted_back_and_posted_anew() -> None:
    before = (BILL, came("P", "50.00"), used("P", to("I-1", "50.00")))
    after = (*before, used("P", to("I-1", "40.00"), revision=1))
    old = [one for one in postings(before, receivables(before)) if one.document == "payment.applied/app/P"]
    new = [one for one in postings(after, receivables(after)) if one.document == "payment.applied/app/P"]
    added = reposted(old, new, number=1)
    assert [one.entry for one in added] == ["payment.applied/app/P#2"] * 2 + ["payment.applied/app/P#3"] * 2
    assert balance([*old, *added]) == balance(new)
    assert reposted([*old, *added], new, number=3) == ()
    assert [one.entry for one in reposted((), new, number=0)] == ["payment.applied/app/P#1"] * 2
    assert balance([*old, *reposted(old, (), number=1)]) == dict.fromkeys(balance(old), ZERO)
    for entry in {one.entry for one in added}:
        assert not sum((one.debit - one.credit for one in added if one.entry == entry), ZERO)


def agree(facts: Sequence[Fact]) -> None:
    """Each entry balances; the accounts say what the balances and the payments say; nobody pays more than came."""
    books = receivables(facts)
    made = postings(facts, books)
    entries: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for one in made:
        assert min(one.debit, one.credit) == 0 < max(one.debit, one.credit)
        entries[one.entry, one.currency] += one.debit - one.credit
    assert not any(entries.values()), entries
    accounts = balance(made)
    owed: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for item in books.balances:
        assert min(item.open, item.over, item.disputed) >= 0
        assert item.deducted <= item.open
        settled = item.paid + item.discounted + item.credited + item.written_off
        assert item.total + item.over == settled + item.open
        owed[item.customer, item.currency] += item.open - item.over
    for (customer, currency), amount in owed.items():
        posted = accounts.get(("receivable", customer, currency), ZERO)
        posted += accounts.get(("deductions", customer, currency), ZERO)
        assert posted == amount
    for payment in books.payments:
        assert (
            payment.applied + payment.unapplied == payment.amount - payment.reversed
            or payment.received is None
        )
        assert payment.unapplied >= 0
        assert payment.applied == sum((line.amount for line in payment.lines), ZERO)


happenings = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 3), st.integers(0, 7), st.integers(0, 2)), max_size=16
)
SUMS = [d(text) for text in ("10.00", "3.33", "0.01", "50.00", "120.00", "60.00", "7.77", "99.99")]


def account(tape: Sequence[tuple[int, int, int, int]]) -> list[Fact]:
    """Facts about the money of one account, as a tape tells them."""
    facts: list[Fact] = []
    for place, (what, which, how, revision) in enumerate(tape):
        amount = SUMS[how]
        if what <= 1:
            facts.append(
                invoiced(f"I-{which}", money(1, "A", "1", str(amount), str(SUMS[how % 3])), revision=revision)
            )
        elif what == 2:
            facts.append(credited(f"CM-{which}", f"I-{how % 5}", total=str(amount / 2), revision=revision))
        elif what <= 4:
            facts.append(came(f"P-{which}", str(amount), hours=60 + place))
        elif what <= 7:
            lines = tuple(
                to(
                    f"I-{(which + n) % 5}",
                    str(SUMS[(how + n) % 8]),
                    deduction="1.00" if n else "0",
                    write_off="0.02",
                )
                for n in range(1 + how % 3)
            )
            facts.append(used(f"P-{which}", *lines, revision=revision, hours=70 + place))
        elif what == 8:
            facts.append(back(f"P-{which}", None if how % 3 == 0 else str(amount), hours=80 + place))
        else:
            facts.append(
                used(
                    "", to(f"I-{which}", "0", write_off=str(amount)), document=f"W-{which}", revision=revision
                )
            )
    return facts


@law(200, tape=happenings, chance=st.randoms(use_true_random=False))
def test_the_books_agree_whatever_is_told(
    tape: list[tuple[int, int, int, int]], chance: random.Random
) -> None:
    facts = account(tape)
    agree(facts)
    otherwise = [*facts, *facts[: len(facts) // 2]]
    chance.shuffle(otherwise)
    assert receivables(otherwise)[:3] == receivables(facts)[:3]
    assert sorted(map(str, postings(otherwise, receivables(otherwise)))) == sorted(
        map(str, postings(facts, receivables(facts)))
    )


@law(80, tape=happenings)
def test_posted_as_it_comes_it_ends_the_same(tape: list[tuple[int, int, int, int]]) -> None:
    """Rows are only added, document by document, as each fact is heard; what stands in the end is what one look gives."""
    facts = account(tape)
    rows: list[Any] = []
    for upto in range(1, len(facts) + 1):
        wanted = postings(facts[:upto], receivables(facts[:upto]))
        for document in sorted({one.document for one in (*rows, *wanted)}):
            stood = [one for one in rows if one.document == document]
            rows += reposted(
                stood, [one for one in wanted if one.document == document], len({one.entry for one in stood})
            )
    left = {place: amount for place, amount in balance(rows).items() if amount}
    wanted_ones = balance(postings(facts, receivables(facts)))
    assert left == {place: amount for place, amount in wanted_ones.items() if amount}


@pytest.mark.soak
def test_the_books_at_length() -> None:
    for seed in range(4_000):
        chance = random.Random(seed)
        tape = [
            (chance.randrange(10), chance.randrange(4), chance.randrange(8), chance.randrange(3))
            for _ in range(chance.randint(1, 24))
        ]
        test_the_books_agree_whatever_is_told.hypothesis.inner_test(tape=tape, chance=chance)


DAY = date(2011, 4, 1)


def owing(number: str, amount: str, due: date, customer: str = "13047") -> Fact:
    """An invoice that falls due on a day."""
    one = invoiced(number, money(1, "A", "1", amount), due=due)
    return one._replace(data=msgspec.structs.replace(one.data, customer=customer))


def test_how_old_what_is_owed_is() -> None:
    facts = (
        owing("I-1", "1", DAY), owing("I-2", "2", date(2011, 3, 31)), owing("I-3", "4", date(2011, 3, 2)),
        owing("I-4", "8", date(2011, 3, 1)), owing("I-5", "16", date(2010, 12, 31)), owing("I-6", "32", DAY, "BRANCH"),
        came("P", "5"), credited("CM", "", total="3"), came("Q", "7", customer="TOP"),
    )  # fmt: skip
    books = receivables(facts)
    found = ageing(books.balances, books.payments, DAY, {"13047": "TOP", "BRANCH": "13047"})
    by_customer = {one.customer: one for one in found.customers}
    assert by_customer["13047"].buckets == (d(1), d(6), d(8), d(0), d(16))
    assert (by_customer["13047"].owed, by_customer["13047"].unapplied, by_customer["13047"].credit) == (
        d(31),
        d(5),
        d(3),
    )
    assert (by_customer["13047"].net, by_customer["13047"].oldest) == (d(23), 91)
    (top,) = found.accounts
    assert (top.customer, top.owed, top.net) == ("TOP", d(63), d(48))
    assert sum((one.net for one in found.customers), ZERO) == top.net
    before = ageing(books.balances, books.payments, date(2011, 2, 1), {})
    assert before.customers == ()


def test_who_pays_in_the_end() -> None:
    parents = {"A": "B", "B": "C", "X": "Y", "Y": "X", "S": "S"}
    assert [top_of(one, parents) for one in "ABCXYSZ"] == ["C", "C", "C", "X", "X", "S", "Z"]
