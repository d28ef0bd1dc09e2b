"""The simulated systems' own books beside what Sayso says: by order line, by customer, by credit account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal

from sayso.canon.decimals import ZERO
from sayso.demo.accounts import Book
from sayso.demo.cash_figures import UNAPPLIED, Agreement, Difference
from sayso.demo.cash_talk import Case, Invoice, Line, Transaction
from sayso.systems.simulated import truth
from sayso.systems.simulated.company import Company

_FIRST = 20


class Comparing:
    """One comparison. `cases` are the open ones."""

    def __init__(
        self, company: Company, book: Book, orders: Sequence[Transaction], cases: Sequence[Case]
    ) -> None:
        self._company, self._orders = company, orders
        self._cases = [case for case in cases if case.state == "open"]
        self._of_order = {case.order for case in self._cases if case.order}
        self._top: Callable[[str], str] = lambda customer: (
            book.accounts[customer].top if customer in book.accounts else customer
        )
        self._invoices: dict[str, Invoice] = {
            invoice.invoice: invoice for one in orders if one.state for invoice in one.state.invoices
        }
        self.unapplied: dict[str, Decimal] = {}
        """By payment, what of it pays nothing, as the open cases say."""
        for case in self._cases:
            payment = str(case.facts.get("payment") or case.document)
            if case.kind in UNAPPLIED and payment in company.bank.transfers:
                self.unapplied[payment] = max(self.unapplied.get(payment, ZERO), case.money)
        self._found: list[Difference] = []

    @property
    def paid(self) -> Decimal:
        """What Sayso has applied to invoices, all together."""
        return sum((one.paid for one in self._invoices.values()), ZERO)

    def agreement(self) -> Agreement:
        """What differs, the unexplained first; no more than some of it is named."""
        lines, customers, accounts = self._lines(), self._customers(), self._bank()
        found = sorted(self._found, key=lambda one: (one.explained, one.what, one.about))
        explained = sum(one.explained for one in found)
        return Agreement(lines, customers, accounts, explained, len(found) - explained, found[:_FIRST])

    def _lines(self) -> int:
        really = truth.lines(self._company)
        told = {(one.order, line.line): line for one in self._orders if one.state for line in one.state.lines}
        for key in sorted(really.keys() | told.keys()):
            theirs, ours, order = really.get(key), told.get(key, Line(key[1])), key[0]
            for what in ("shipped", "invoiced", "returned"):
                self._compare(
                    what, f"{order} line {key[1]}", getattr(theirs, what, ZERO), getattr(ours, what),
                    order in self._of_order,
                )  # fmt: skip
        return len(really)

    def _customers(self) -> int:
        """What is open on the invoices of each customer."""
        theirs: dict[str, Decimal] = defaultdict(Decimal)
        ours: dict[str, Decimal] = defaultdict(Decimal)
        for one in truth.invoices(self._company).values():
            theirs[one.customer] += one.open
        for invoice in self._invoices.values():
            ours[invoice.customer] += invoice.open
        explained = self._customers_of(lambda _: True)
        for customer in sorted(theirs.keys() | ours.keys()):
            self._compare(
                "open", f"customer {customer}", theirs[customer], ours[customer], customer in explained
            )
        return len(theirs)

    def _bank(self) -> int:
        """What each credit account has paid: applied to its invoices, or in a case as not applied."""
        theirs: dict[str, Decimal] = defaultdict(Decimal)
        ours: dict[str, Decimal] = defaultdict(Decimal)
        transfers = self._company.bank.transfers
        for ref, amount in truth.payments(self._company).items():
            theirs[self._top(transfers[ref].customer)] += amount
        for invoice in self._invoices.values():
            ours[self._top(invoice.customer)] += invoice.paid
        for payment, amount in self.unapplied.items():
            ours[self._top(transfers[payment].customer)] += amount
        explained = {self._top(one) for one in self._customers_of(lambda case: "pa" in case.kind)}
        for account in sorted(theirs.keys() | ours.keys()):
            self._compare(
                "received", f"account {account}", theirs[account], ours[account], account in explained
            )
        return len(theirs)

    def _customers_of(self, counts: Callable[[Case], bool]) -> set[str]:
        whose = {one.order: one.state.customer for one in self._orders if one.state}
        return {case.customer or whose.get(case.order or "", "") for case in self._cases if counts(case)} - {
            ""
        }

    def _compare(self, what: str, about: str, theirs: Decimal, ours: Decimal, explained: bool) -> None:
        if theirs != ours:
            self._found.append(Difference(what, about, theirs, ours, explained))
