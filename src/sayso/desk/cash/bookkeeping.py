"""The books by double entry, kept in step with what is told: a document that changes is posted back and posted anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from sayso.canon.events_money import PaymentApplied
from sayso.cash.chosen import choose
from sayso.cash.postings import of_application, of_document, of_payment, reposted
from sayso.cash.receivables import receivables
from sayso.cash.shapes import Fact, PaymentState, Posting
from sayso.store import following as store
from sayso.store.following import PostingRow

_DOCUMENTS = ("invoice.issued", "credit_memo.issued")


class Wanted:
    """What is to stand in the books, document by document."""

    def __init__(self) -> None:
        self.by_document: dict[str, list[Posting]] = {}

    def documents(self, facts: Iterable[Fact], numbers: set[tuple[str, str]]) -> None:
        """Invoices and credit memos, of (family, number), as they are told best in these facts."""
        chosen = choose(facts)
        for family in _DOCUMENTS:
            for fact in chosen.of(family):
                if (family, fact.document) in numbers:
                    self.by_document[f"{family}/{fact.document}"] = list(of_document(fact))

    def payment(self, payment: PaymentState, customers: Mapping[str, str]) -> None:
        """A payment, what was taken back of it, what it was used for; an application that is gone stands for nothing."""
        names = ("payment.received/", "payment.reversed/", "payment.applied/app/")
        found: dict[str, list[Posting]] = {name + payment.payment: [] for name in names}
        for one in of_payment(payment, customers):
            found.setdefault(one.document, []).append(one)
        self.by_document.update(found)

    def moneyless(self, facts: Iterable[Fact], numbers: set[str], customers: Mapping[str, str]) -> None:
        """Write-offs and set-offs by number: applications that use no payment."""
        books = receivables(facts)
        currencies = {
            fact.document: cast(PaymentApplied, fact.data).currency
            for fact in books.chosen.of("payment.applied")
        }
        for number in sorted(numbers & currencies.keys()):
            lines = [line for line in books.moneyless if line.document == number]
            self.by_document[f"payment.applied/{number}"] = list(
                of_application(number, "", "", lines, customers, currencies[number])
            )

    async def write(self, connection: Any, now: datetime) -> None:
        """Post what differs from what stands. Each entry balances, so the books do."""
        if not self.by_document:
            return
        standing, counts = await _standing(connection, sorted(self.by_document))
        rows: list[PostingRow] = []
        for document, wanted in sorted(self.by_document.items()):
            new = reposted(standing.get(document, ()), wanted, counts.get(document, 0))
            rows += [_row(one, now) for one in new]
        await store.write_postings(connection, rows)


async def _standing(
    connection: Any, documents: Sequence[str]
) -> tuple[dict[str, list[Posting]], dict[str, int]]:
    found: dict[str, list[Posting]] = {}
    counts: dict[str, int] = {}
    for one in await store.posted(connection, documents):
        counts[one.document] = one.entries
        if one.net:
            found.setdefault(one.document, []).append(
                Posting(
                    entry=one.document, document=one.document, account=one.account, customer=one.customer,
                    currency=one.currency, debit=max(one.net, Decimal(0)), credit=max(-one.net, Decimal(0)),
                )
            )  # fmt: skip
    return found, counts


def _row(one: Posting, now: datetime) -> PostingRow:
    return PostingRow(
        one.entry, one.document, one.account, one.customer, one.currency, one.debit, one.credit, now
    )
