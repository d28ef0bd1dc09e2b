"""Receivables of a simulated back office: invoices, credit memos and payments. Money in GBP with tax.

What was invoiced is what was paid in plus what is open; a credit memo is an invoice of a negative amount.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sayso.demo.accounts import Account, Book, days_late
from sayso.demo.calendars import working
from sayso.demo.chance import Chance
from sayso.demo.settings import LONDON, Generated

ZERO = Decimal(0)


@dataclass(slots=True)
class Invoice:
    """An invoice, or with a negative amount a credit memo."""

    document: str
    customer: str
    amount: Decimal
    open: Decimal
    issued: date
    due: date


class Ledger:
    """Who owes what, and when it is paid."""

    def __init__(self, book: Book, first: date, given: Generated) -> None:
        self.accounts, self.given = book.accounts, given
        self.chance = Chance(given.seed)
        self.invoices: dict[str, Invoice] = {}
        self.money_in = ZERO
        self._open: dict[str, dict[str, Invoice]] = defaultdict(dict)
        self._payments: dict[date, list[tuple[str, int]]] = defaultdict(list)
        for opening in book.openings:
            one = Invoice(
                opening.document,
                opening.customer,
                opening.amount,
                opening.amount,
                opening.issued,
                opening.due,
            )
            self._post(one)
            self._payments[working(LONDON, max(opening.paid_on, first))].append((one.document, 100))

    def issue(self, document: str, customer: str, amount: Decimal, day: date, order: str) -> Invoice:
        """Invoice what was shipped of an order; the customer will pay when it pays orders like this one."""
        account = self.accounts[customer]
        due = day + timedelta(days=account.terms_days)
        invoice = Invoice(document, customer, amount, amount, day, due)
        self._post(invoice)
        late = days_late(account.payer, customer, order, self.given)
        pays = working(LONDON, max(due + timedelta(days=late), day + timedelta(days=1)))
        if self.chance.percent(self.given.part_payment_percent, "part", customer, order):
            self._payments[pays].append((document, 50))
            pays = working(LONDON, pays + timedelta(days=self.given.second_payment_days))
        self._payments[pays].append((document, 100))
        return invoice

    def credit(self, document: str, customer: str, amount: Decimal, day: date) -> Invoice:
        """A credit memo: it waits on the account for the customer's next payment."""
        memo = Invoice(document, customer, -amount, -amount, day, day)
        self._post(memo)
        return memo

    def pay(self, day: date) -> list[Invoice]:
        """The payments that arrive on a day, less the customer's credit memos. Returns every document that
        changed."""
        changed: dict[str, Invoice] = {}
        for document, percent in self._payments.pop(day, ()):
            invoice = self.invoices[document]
            paid = (invoice.open * percent / 100).quantize(Decimal("0.01"))
            self.money_in += paid
            invoice.open -= paid
            changed[document] = invoice
            for memo in self._memos(invoice.customer):
                used = min(-memo.open, paid)
                memo.open += used
                paid -= used
                self.money_in -= used
                changed[memo.document] = memo
                self._settled(memo)
            self._settled(invoice)
        return list(changed.values())

    def open(self, customer: str) -> list[Invoice]:
        """The open documents on the account of a customer: its own, and those of its whole chain."""
        return list(self._open[self.accounts[customer].top].values())

    def owed(self, customer: str) -> Decimal:
        """What is open on the account."""
        return sum((one.open for one in self._open[self.accounts[customer].top].values()), ZERO)

    def overdue(self, customer: str, day: date) -> Decimal:
        """What is open on the account and due for longer than the grace."""
        last = day - timedelta(days=self.given.grace_days)
        return sum(
            (one.open for one in self._open[self.accounts[customer].top].values() if one.due < last), ZERO
        )

    def limit(self, customer: str) -> Decimal:
        """The credit limit of the account."""
        top: Account = self.accounts[self.accounts[customer].top]
        return top.credit_limit or ZERO

    def _memos(self, customer: str) -> list[Invoice]:
        return [one for one in self.open(customer) if one.open < 0 and one.customer == customer]

    def _post(self, invoice: Invoice) -> None:
        self.invoices[invoice.document] = invoice
        self._open[self.accounts[invoice.customer].top][invoice.document] = invoice

    def _settled(self, invoice: Invoice) -> None:
        if not invoice.open:
            self._open[self.accounts[invoice.customer].top].pop(invoice.document, None)
