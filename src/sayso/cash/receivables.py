"""The books of an account: what is open of each invoice, what is left of each payment. A function of the set of facts.

Knows facts about money; which invoices an account has, and who pays for whom, says who hands them in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple, cast

import msgspec

from sayso.canon.decimals import ZERO, arithmetic
from sayso.canon.events_money import (
    CreditMemoIssued,
    DisputeClosed,
    DisputeOpened,
    InvoiceIssued,
    PaymentApplied,
    PaymentReceived,
    PaymentReversed,
)
from sayso.canon.findings import Finding
from sayso.cash.applying import application_of
from sayso.cash.chosen import Chosen, choose
from sayso.cash.invoices import total_of
from sayso.cash.reversals import Applied, standing
from sayso.cash.shapes import AppliedLine, Balance, Fact, OpenItem, PaymentState


class Receivables(NamedTuple):
    """An account's books: balances of invoices and of credit memos on none, payments, and what was settled without
    money (write-offs, set-offs). Each sorted by number."""

    balances: tuple[Balance, ...]
    payments: tuple[PaymentState, ...]
    moneyless: tuple[AppliedLine, ...]
    chosen: Chosen

    @property
    def unapplied(self) -> Decimal:
        """What is left of all payments."""
        return sum((payment.unapplied for payment in self.payments), ZERO)


def receivables(facts: Iterable[Fact]) -> Receivables:
    """The books that these facts make: invoices, credit memos, payments, applications, reversals, disputes. Others are
    not looked at, so the same facts may be handed in that orders are folded from."""
    chosen = choose(facts)
    with arithmetic():
        payments = _payments(chosen)
        moneyless = _moneyless(chosen)
        lines = [line for payment in payments for line in payment.lines]
        return Receivables(_balances(chosen, [*lines, *moneyless]), payments, moneyless, chosen)


def payment_state(payment: str, facts: Iterable[Fact]) -> PaymentState | None:
    """One payment, from facts among which are all about it. None: there are none."""
    chosen = choose(facts)
    with arithmetic():
        return next((one for one in _payments(chosen) if one.payment == payment), None)


def balance_of(document: str, facts: Iterable[Fact]) -> Balance | None:
    """One invoice, from facts among which are all about it and about the payments that were applied to it."""
    return next((one for one in receivables(facts).balances if one.document == document), None)


def open_item(balance: Balance, references: tuple[str, ...] = ()) -> OpenItem:
    """An invoice as payments are matched to it. `references` are the customers' own numbers of its orders."""
    if balance.issued is None:
        raise ValueError(f"{balance.document} is no invoice that is known")
    return OpenItem(
        invoice=balance.document, customer=balance.customer, currency=balance.currency, open=balance.open,
        issued=balance.issued, due=balance.due, orders=balance.orders, references=references, charges=balance.charges,
    )  # fmt: skip


def open_items(books: Receivables) -> tuple[OpenItem, ...]:
    """The invoices of the books as payments are matched to them, settled ones with nothing open among them."""
    return tuple(open_item(one) for one in books.balances if one.issued is not None and one.total >= 0)


def findings(books: Receivables) -> tuple[Finding, ...]:
    """What the books show that somebody has to see to: deductions, disputes, invoices paid beyond their total, and
    payments that were taken back."""
    found = [finding for balance in books.balances for finding in _of_a_balance(books, balance)]
    for payment in books.payments:
        if payment.reversed:
            found.append(
                Finding(
                    kind="payment_reversed", key=payment.payment, customer=payment.customer, document=payment.payment,
                    amount=payment.reversed, currency=payment.currency, facts=_why_reversed(books, payment.payment),
                )
            )  # fmt: skip
    return tuple(found)


def _of_a_balance(books: Receivables, balance: Balance) -> Iterable[Finding]:
    def found(kind: str, amount: Decimal, **facts: str) -> Finding:
        return Finding(
            kind=kind, key=balance.document, document=balance.document, customer=balance.customer, amount=amount,
            currency=balance.currency, facts=facts,
        )  # fmt: skip

    if balance.deducted > 0:
        yield found("deduction_open", balance.deducted, reason=", ".join(balance.reasons))
    if balance.over > 0 and balance.total > 0:
        yield found("overpaid", balance.over)
    closed = {fact.document for fact in books.chosen.of("dispute.closed")}
    for fact in books.chosen.in_time("dispute.opened"):
        told = cast(DisputeOpened, fact.data)
        if told.invoice == balance.document and fact.document not in closed and balance.open > 0:
            dispute = found(
                "dispute_open", min(told.amount, balance.open), invoice=told.invoice, reason=told.reason
            )
            yield msgspec.structs.replace(dispute, key=fact.document, document=fact.document)


def _why_reversed(books: Receivables, payment: str) -> dict[str, str]:
    told = [cast(PaymentReversed, fact.data) for fact in books.chosen.in_time("payment.reversed")]
    reasons = [one.reason for one in told if one.payment == payment and one.reason]
    return {"reason": ", ".join(dict.fromkeys(reasons))} if reasons else {}


def _payments(chosen: Chosen) -> tuple[PaymentState, ...]:
    received = chosen.of("payment.received")
    told = {fact.document: cast(PaymentReceived, fact.data) for fact in received}
    applied = chosen.of("payment.applied")
    by_payment: dict[str, list[Applied]] = defaultdict(list)
    for line in standing(applied, chosen.of("payment.reversed"), received):
        by_payment[line.payment].append(line)
    names = {*told, *(cast(PaymentApplied, fact.data).payment for fact in applied)} - {""}
    documents = {fact.document: fact for fact in applied}
    return tuple(
        _payment(name, told.get(name), by_payment[name], documents, _reversed(chosen, name, told.get(name)))
        for name in sorted(names)
    )


def _payment(
    name: str, told: PaymentReceived | None, lines: list[Applied], documents: dict[str, Fact], back: Decimal
) -> PaymentState:
    uses = [cast(PaymentApplied, fact.data) for fact in documents.values()]
    used = next((use for use in uses if use.payment == name), None)
    own = documents.get(application_of(name))
    left = None if told is None else told.amount - back
    kept = _within(left, lines, documents)
    applied = sum((line.amount for line in kept), ZERO)
    return PaymentState(
        payment=name, currency=told.currency if told else used.currency if used else "",
        customer=(told.customer if told else "") or (used.customer if used else ""),
        payer=told.payer if told else "", amount=told.amount if told else ZERO,
        received=told.received if told else None, reversed=back, applied=applied,
        unapplied=ZERO if left is None else left - applied, lines=kept,
        revision=own.revision if own is not None else -1, references=told.references if told else (),
    )  # fmt: skip


def _within(
    left: Decimal | None, lines: list[Applied], documents: dict[str, Fact]
) -> tuple[AppliedLine, ...]:
    """What is applied, never more than there is: what was told last falls first, and with the whole of a line's money
    what was given up beside it. None: how much there is was not told."""
    found: list[AppliedLine] = []
    for one in lines:
        line = one.line
        amount = line.amount if left is None else min(line.amount, left)
        if left is not None:
            left -= amount
        if amount <= 0 < line.amount:
            continue
        found.append(
            AppliedLine(
                document=one.document, invoice=line.invoice, amount=amount, deduction=line.deduction,
                write_off=line.write_off, discount=line.discount, reason=line.reason,
                customer=cast(PaymentApplied, documents[one.document].data).customer,
            )
        )  # fmt: skip
    return tuple(found)


def _reversed(chosen: Chosen, payment: str, told: PaymentReceived | None) -> Decimal:
    amounts = [
        data.amount
        for data in (cast(PaymentReversed, fact.data) for fact in chosen.of("payment.reversed"))
        if data.payment == payment
    ]
    if told is None:
        return sum((amount for amount in amounts if amount is not None), ZERO)
    if any(amount is None for amount in amounts):
        return told.amount
    return min(told.amount, sum((amount for amount in amounts if amount is not None), ZERO))


def _moneyless(chosen: Chosen) -> tuple[AppliedLine, ...]:
    """Lines of applications without a payment. Amounts count only where those of the document make up for each other:
    a set-off; others would be money out of nothing."""
    found: list[AppliedLine] = []
    for fact in chosen.in_time("payment.applied"):
        told = cast(PaymentApplied, fact.data)
        if told.payment:
            continue
        even = not sum((line.amount for line in told.lines), ZERO)
        for line in told.lines:
            found.append(
                AppliedLine(
                    document=fact.document, invoice=line.invoice, amount=line.amount if even else ZERO,
                    deduction=line.deduction, write_off=line.write_off, discount=line.discount, reason=line.reason,
                    customer=told.customer,
                )
            )  # fmt: skip
    return tuple(found)


class _Sums:
    """The money of one invoice while it is counted."""

    __slots__ = ("credited", "deducted", "discounted", "paid", "reasons", "written_off")

    def __init__(self) -> None:
        self.paid = self.discounted = self.credited = self.written_off = self.deducted = ZERO
        self.reasons: set[str] = set()


def _balances(chosen: Chosen, lines: list[AppliedLine]) -> tuple[Balance, ...]:
    heads = {
        fact.document: _head(fact.subject, cast(InvoiceIssued, fact.data))
        for fact in chosen.of("invoice.issued")
    }
    currencies = {
        fact.document: cast(PaymentApplied, fact.data).currency for fact in chosen.of("payment.applied")
    }
    sums: dict[str, _Sums] = defaultdict(_Sums)
    for fact in chosen.of("credit_memo.issued"):
        memo = cast(CreditMemoIssued, fact.data)
        if memo.invoice in heads:
            sums[memo.invoice].credited += total_of(memo)
        else:
            heads[fact.document] = Balance(
                document=fact.document, customer=memo.customer, currency=memo.currency, total=-total_of(memo),
                issued=memo.issued,
            )  # fmt: skip
    for line in lines:
        if line.invoice not in heads:
            # An invoice that is not known yet: what was paid on it waits on its number.
            heads[line.invoice] = Balance(
                document=line.invoice, customer=line.customer, currency=currencies[line.document], total=ZERO
            )
        own = sums[line.invoice]
        own.paid += line.amount
        own.discounted += line.discount
        own.written_off += line.write_off
        own.deducted += line.deduction
        if line.deduction and line.reason:
            own.reasons.add(line.reason)
    disputed = _disputed(chosen)
    return tuple(
        _balanced(heads[number], sums[number], disputed.get(number, ZERO)) for number in sorted(heads)
    )


def _head(subject: str, told: InvoiceIssued) -> Balance:
    charges: dict[str, Decimal] = defaultdict(Decimal)
    for charge in told.charges:
        charges[charge.code] += charge.amount + charge.tax
    return Balance(
        document=told.document, customer=told.customer, currency=told.currency, total=total_of(told), issued=told.issued,
        due=told.due, orders=tuple(sorted({line.order or subject for line in told.lines} - {""})),
        charges=tuple(charges.items()),
    )  # fmt: skip


def _balanced(head: Balance, sums: _Sums, disputed: Decimal) -> Balance:
    left = head.total - sums.paid - sums.discounted - sums.credited - sums.written_off
    still = max(left, ZERO)
    return msgspec.structs.replace(
        head, paid=sums.paid, discounted=sums.discounted, credited=sums.credited, written_off=sums.written_off,
        open=still, over=max(-left, ZERO), deducted=min(sums.deducted, still), disputed=min(disputed, still),
        reasons=tuple(sorted(sums.reasons)),
    )  # fmt: skip


def _disputed(chosen: Chosen) -> dict[str, Decimal]:
    closed = {cast(DisputeClosed, fact.data).document for fact in chosen.of("dispute.closed")}
    found: dict[str, Decimal] = defaultdict(Decimal)
    for fact in chosen.of("dispute.opened"):
        if fact.document not in closed:
            told = cast(DisputeOpened, fact.data)
            found[told.invoice] += told.amount
    return found
