"""The books by double entry: what each document about money posts, and how a document that was revised is put right.

Knows documents and what stands of payments; each entry balances in its currency. What a customer owes, receivable and
deductions together, is what its invoices have open, less what was paid or credited beyond them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import cast

from sayso.canon.decimals import ZERO, arithmetic
from sayso.canon.events_money import CreditMemoIssued, InvoiceIssued
from sayso.cash.chosen import choose
from sayso.cash.invoices import total_of
from sayso.cash.receivables import Receivables
from sayso.cash.shapes import AppliedLine, Fact, PaymentState, Posting

RECEIVABLE, CASH, REVENUE, TAX, UNAPPLIED = "receivable", "cash", "revenue", "tax", "unapplied"
DEDUCTIONS, WRITTEN_OFF, DISCOUNTS, RETURNS = "deductions", "written_off", "discounts", "returns"

_Side = tuple[str, str, Decimal]
"""An account, a customer, and how much it is debited with; credited, where that is below nothing."""


def postings(facts: Iterable[Fact], books: Receivables) -> tuple[Posting, ...]:
    """All entries that these facts make, where `books` are what was made of them. Disputes post nothing: what is
    disputed is still owed.

    An entry is named by its document's family and number; its postings sum to nothing.
    """
    chosen = choose(facts)
    with arithmetic():
        found: list[Posting] = []
        for fact in (*chosen.in_time("invoice.issued"), *chosen.in_time("credit_memo.issued")):
            found += of_document(fact)
        customers = {balance.document: balance.customer for balance in books.balances}
        for payment in books.payments:
            found += of_payment(payment, customers)
        for document in sorted({line.document for line in books.moneyless}):
            lines = [line for line in books.moneyless if line.document == document]
            found += of_application(
                document, "", "", lines, customers, _currency(chosen.of("payment.applied"), document)
            )
        return tuple(found)


def of_document(fact: Fact) -> tuple[Posting, ...]:
    """What an invoice or a credit memo posts; other documents nothing by themselves."""
    told = fact.data
    if isinstance(told, InvoiceIssued):
        sign, account = Decimal(1), REVENUE
    elif isinstance(told, CreditMemoIssued):
        sign, account = Decimal(-1), RETURNS
    else:
        return ()
    with arithmetic():
        total, tax = total_of(told), _tax(told)
        sides = (
            (RECEIVABLE, told.customer, sign * total),
            (account, told.customer, -sign * (total - tax)),
            (TAX, told.customer, -sign * tax),
        )
        return _entry(f"{fact.family}/{fact.document}", told.currency, sides)


def of_payment(payment: PaymentState, customers: Mapping[str, str]) -> tuple[Posting, ...]:
    """What stands of a payment posts: the money, what was taken back of it, and each application. `customers` says whose
    an invoice is; one that is not known counts to the application's customer."""
    with arithmetic():
        whose = payment.customer
        found = [
            *_entry(
                f"payment.received/{payment.payment}", payment.currency,
                ((CASH, whose, payment.amount), (UNAPPLIED, whose, -payment.amount)),
            ),
            *_entry(
                f"payment.reversed/{payment.payment}", payment.currency,
                ((CASH, whose, -_taken(payment)), (UNAPPLIED, whose, _taken(payment))),
            ),
        ]  # fmt: skip
        for document in dict.fromkeys(line.document for line in payment.lines):
            lines = [line for line in payment.lines if line.document == document]
            found += of_application(document, payment.payment, whose, lines, customers, payment.currency)
        return tuple(found)


def of_application(
    document: str,
    payment: str,
    payer: str,
    lines: Iterable[AppliedLine],
    customers: Mapping[str, str],
    currency: str,
) -> tuple[Posting, ...]:
    """What an application posts: money from unapplied to the invoice; what was kept back, given up and taken off from
    the invoice to accounts of their own."""
    sides: list[_Side] = []
    for line in lines:
        whose = customers.get(line.invoice, line.customer)
        sides += [
            (UNAPPLIED, payer if payment else whose, line.amount),
            (RECEIVABLE, whose, -line.amount - line.write_off - line.discount - line.deduction),
            (WRITTEN_OFF, whose, line.write_off),
            (DISCOUNTS, whose, line.discount),
            (DEDUCTIONS, whose, line.deduction),
        ]
    return _entry(f"payment.applied/{document}", currency, sides)


def reposted(standing: Iterable[Posting], wanted: Iterable[Posting], number: int) -> tuple[Posting, ...]:
    """What has to be posted so that of one document `wanted` stands where `standing` does: all that was posted for it,
    back and forth. Nothing where they are the same.

    What stood is posted back in one entry and what is wanted posted anew in another, so that rows are only added.
    `number` counts the entries of that document so far.
    """
    stood, wished = list(standing), list(wanted)
    with arithmetic():
        if _net(stood) == _net(wished):
            return ()
        back = [
            Posting(
                entry=f"{entry}#{number + 1}", account=account, customer=customer, currency=currency, document=entry,
                debit=max(-net, ZERO), credit=max(net, ZERO),
            )
            for (entry, account, customer, currency), net in sorted(_net(stood).items())
        ]  # fmt: skip
        anew = f"#{number + 2 if back else number + 1}"
        return (*back, *(_named(posting, f"{posting.document}{anew}") for posting in wished))


def balance(postings_: Iterable[Posting]) -> dict[tuple[str, str, str], Decimal]:
    """What stands on each account, by account, customer and currency: debits less credits."""
    found: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    with arithmetic():
        for one in postings_:
            found[one.account, one.customer, one.currency] += one.debit - one.credit
    return dict(found)


def _taken(payment: PaymentState) -> Decimal:
    """What was taken back of money that came in: as long as that was not told, there is nothing to take it from."""
    return ZERO if payment.received is None else payment.reversed


def _tax(told: InvoiceIssued | CreditMemoIssued) -> Decimal:
    """The tax told by line and charge. A credit of an amount alone has none: whose tax it is, is not known."""
    lines = sum((line.tax for line in told.lines), ZERO)
    return lines + sum((charge.tax for charge in told.charges), ZERO)


def _entry(document: str, currency: str, sides: Iterable[_Side]) -> tuple[Posting, ...]:
    """One entry: an account and customer once, and only where something is posted."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for account, customer, amount in sides:
        sums[account, customer] += amount
    return tuple(
        Posting(
            entry=document, document=document, account=account, customer=customer, currency=currency,
            debit=max(amount, ZERO), credit=max(-amount, ZERO),
        )
        for (account, customer), amount in sums.items()
        if amount
    )  # fmt: skip


def _net(stood: Iterable[Posting]) -> dict[tuple[str, str, str, str], Decimal]:
    found: dict[tuple[str, str, str, str], Decimal] = defaultdict(Decimal)
    for one in stood:
        found[one.document, one.account, one.customer, one.currency] += one.debit - one.credit
    return {place: net for place, net in found.items() if net}


def _named(posting: Posting, entry: str) -> Posting:
    return Posting(
        entry=entry, account=posting.account, customer=posting.customer, currency=posting.currency,
        debit=posting.debit, credit=posting.credit, document=posting.document,
    )  # fmt: skip


def _currency(applied: Iterable[Fact], document: str) -> str:
    found = (cast("str", getattr(fact.data, "currency", "")) for fact in applied if fact.document == document)
    return next(found, "")
