"""Receivables as they follow from what is told: open items, payments and what they are used for.

An account's payments are decided on one at a time: whoever works on an account holds its lock, and each payment sees what
those before it paid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import msgspec
from msgspec import Struct

from sayso.canon.events import Event
from sayso.canon.events_money import (
    Application,
    CreditMemoIssued,
    InvoiceIssued,
    PaymentApplied,
    PaymentReceived,
    PaymentReversed,
)
from sayso.canon.events_order import OrderPlaced
from sayso.cash.applying import Applied, application_of, apply_payment, reapply
from sayso.cash.receivables import findings, receivables
from sayso.cash.shapes import Effect, Fact, InvoiceState, OpenItem, PaymentState
from sayso.desk.cash import bookkeeping
from sayso.desk.cash.folded import Folded
from sayso.desk.cash.placing import OURSELVES
from sayso.desk.cash.policy import FollowPolicy
from sayso.desk.cash.telling import Ready, fact_of
from sayso.store import following as store
from sayso.store.following import OpenRow, PaymentRow

if TYPE_CHECKING:
    from sayso.desk.cash.consequences import Consequences

#: Tellings that change what a payment is, or what is left of it.
_OF_PAYMENTS = ("payment.received", "payment.applied", "payment.reversed")
_NOBODY = ""  # the account of payers that are not known
_NEVER = date(1, 1, 1)


class _Payment(Struct):
    """A payment as it is kept: as the bank told it, what stands of it, and the first invoice that it was put to here."""

    told: PaymentReceived | None
    state: PaymentState
    first: str = ""


_PAYMENT = msgspec.json.Decoder(_Payment)
_ITEM = msgspec.json.Decoder(OpenItem)


class Receivables:
    """The receivables' part of one batch."""

    def __init__(self, follow: FollowPolicy, now: datetime) -> None:
        self._follow = follow
        self._now = now

    async def settle(
        self,
        connection: Any,
        folded: Mapping[str, Folded],
        fresh: Sequence[Ready],
        consequences: Consequences,
    ) -> list[Event]:
        """Keep open items and payments, and decide what payments are used for; the decisions, as events of our own."""
        invoices = _invoices(folded.values())
        await store.write_open_items(connection, [_open_row(*one) for one in invoices])
        touched = await self._payments(connection, fresh, consequences)
        await self._post(connection, folded, fresh, touched)
        posts = list(_posted(fresh, touched))
        orders = await self._orders(connection, {one.first for one in posts})
        consequences.ask([one.asked(orders) for one in posts])
        customers = {item.customer for _, item, _ in invoices} | {one.state.customer for one in touched}
        if not customers:
            return []
        accounts = set((await store.accounts_of(connection, sorted(customers))).values())
        if any(one.telling.family == "invoice.issued" for one in fresh):
            accounts.add(_NOBODY)  # whose money nobody knew may be for one of these
        return await self._apply(connection, accounts, touched, consequences)

    async def _payments(
        self, connection: Any, fresh: Sequence[Ready], consequences: Consequences
    ) -> list[_Payment]:
        """Payments that something was told of, as they stand now."""
        names = sorted({_payment_of(one) for one in fresh if one.telling.family in _OF_PAYMENTS} - {""})
        if not names:
            return []
        facts: dict[str, list[Fact]] = {name: [] for name in names}
        for row in await store.known(connection, [f"payment {name}" for name in names]):
            facts[row.key.removeprefix("payment ")].append(fact_of(row))
        found = []
        for name, told in facts.items():
            books = receivables(told)
            state = next((one for one in books.payments if one.payment == name), None)
            if state is None:
                continue
            received = next(
                (cast(PaymentReceived, one.data) for one in books.chosen.of("payment.received")), None
            )
            found.append(_Payment(received, state, _first(told)))
            consequences.on_payment(name, [one for one in findings(books) if one.kind == "payment_reversed"])
            consequences.booking.cash(state)
        await store.write_payments(connection, [_payment_row(one) for one in found])
        return found

    async def _post(
        self,
        connection: Any,
        folded: Mapping[str, Folded],
        fresh: Sequence[Ready],
        touched: Sequence[_Payment],
    ) -> None:
        """Keep the books in step with the documents that were told, and with what payments were used for."""
        wanted, facts = bookkeeping.Wanted(), [fact for one in folded.values() for fact in one.facts]
        told = {(one.telling.family, one.telling.document) for one in fresh}
        told |= _waited(facts, {number for family, number in told if family == "invoice.issued"})
        wanted.documents(facts, told)
        customers = {item.invoice: item.customer for one in folded.values() for item in one.after.invoices}
        for one in touched:
            wanted.payment(one.state, customers)
        bare = {number for family, number in told if family == "payment.applied"}
        bare -= {line.document for one in touched for line in one.state.lines}
        if bare:
            wanted.moneyless(facts, bare, customers)
        await wanted.write(connection, self._now)

    async def _apply(
        self,
        connection: Any,
        accounts: Iterable[str],
        touched: Sequence[_Payment],
        consequences: Consequences,
    ) -> list[Event]:
        """Use the cash of these accounts for what is open on them."""
        known = await self._known(connection, accounts, touched)
        left = {account for account, one in known if one.state.unapplied > 0}
        if not left:
            return []
        # What brought us here may hold orders of these accounts and not the accounts: others may be at it.
        await store.lock(connection, [f"receivables {account}" for account in left])
        known = await self._known(connection, accounts, touched)
        events: list[Event] = []
        items: dict[str, list[OpenItem]] = {}
        families: dict[str, frozenset[str]] = {}
        for account, one in known:
            if one.told is None or one.state.unapplied <= 0:
                continue
            if account not in items:
                items[account] = await self._items(connection, account)
                families[account] = frozenset(item.customer for item in items[account])
                items[account] += await self._named(connection, account, known, items[account])
            others = [
                other.told for whose, other in known if whose == account and other.told and other is not one
            ]
            done = self._used(one, items[account], others, families[account])
            consequences.on_payment(one.state.payment, done.findings)
            if done.application is not None:
                items[account] = _less(items[account], done.application, one.state)
                events.append(_event(done.application, self._now))
        return events

    async def _known(
        self, connection: Any, accounts: Iterable[str], touched: Sequence[_Payment]
    ) -> list[tuple[str, _Payment]]:
        """Payments that may be of use, or tell something of those that are, with their accounts."""
        since = self._now.date() - timedelta(days=self._follow.cash.applying.duplicate_days)
        numbers = [one.state.payment for one in touched]
        rows = await store.payments(connection, sorted(accounts), numbers, since)
        return [(account, _PAYMENT.decode(state)) for _, account, state in rows]

    def _used(
        self,
        one: _Payment,
        items: Sequence[OpenItem],
        others: Sequence[PaymentReceived],
        family: frozenset[str],
    ) -> Applied:
        assert one.told is not None
        family = family | {one.told.customer} if one.told.customer else frozenset()
        if one.state.revision < 0 and not one.state.lines:
            return apply_payment(one.told, items, self._follow.cash, others, family)
        return reapply(one.told, one.state, items, self._follow.cash, others, family)

    async def _orders(self, connection: Any, invoices: Iterable[str]) -> dict[str, str]:
        """The order of each invoice, the first of several."""
        found = [_ITEM.decode(state) for state in await store.items(connection, sorted({*invoices} - {""}))]
        return {item.invoice: item.orders[0] for item in found if item.orders}

    async def _items(self, connection: Any, account: str) -> list[OpenItem]:
        """What is open on an account; of a payer that nobody knows, what is open on all."""
        found = await store.open_items(connection, None if account == _NOBODY else [account])
        return [_ITEM.decode(state) for state in found]

    async def _named(
        self, connection: Any, account: str, known: Iterable[tuple[str, _Payment]], items: Iterable[OpenItem]
    ) -> list[OpenItem]:
        """Invoices that are settled, or another account's, and whose numbers stand in what these payments say."""
        said = {
            word.strip(".,;:()")
            for whose, one in known
            if whose == account and one.told is not None and one.state.unapplied > 0
            for reference in one.told.references
            for word in reference.upper().split() + reference.split()
        }
        there = {item.invoice for item in items}
        found = await store.items_named(connection, sorted(said - there - {""}))
        return [_ITEM.decode(state) for state in found]


def _payment_of(one: Ready) -> str:
    return one.telling.document if one.telling.family == "payment.received" else cast(Any, one.data).payment


def _waited(facts: Iterable[Fact], invoices: set[str]) -> set[tuple[str, str]]:
    """Credit memos and write-offs that came before their invoices, which are here now."""
    found = set()
    for fact in facts:
        data = fact.data
        names: set[str] = set()
        if isinstance(data, CreditMemoIssued):
            names = {data.invoice}
        elif isinstance(data, PaymentApplied) and not data.payment:
            names = {line.invoice for line in data.lines}
        if names & invoices:
            found.add((fact.family, fact.document))
    return found


def _invoices(folded: Iterable[Folded]) -> list[tuple[InvoiceState, OpenItem, Decimal]]:
    """The invoices of folded orders, with the customers' own numbers of the orders they are for."""
    found: dict[str, tuple[InvoiceState, OpenItem, Decimal]] = {}
    for one in folded:
        told = {
            fact.document: cast(InvoiceIssued, fact.data)
            for fact in one.facts
            if fact.family == "invoice.issued"
        }
        own = {cast(OrderPlaced, fact.data).po for fact in one.facts if fact.family == "order.placed"} - {""}
        for invoice in one.after.invoices:
            charges = told[invoice.invoice].charges if invoice.invoice in told else ()
            before = found[invoice.invoice][1].references if invoice.invoice in found else ()
            item = OpenItem(
                invoice=invoice.invoice, customer=invoice.customer, currency=invoice.currency, open=invoice.open,
                issued=invoice.issued, due=invoice.due, orders=invoice.orders,
                references=tuple(sorted({*before, *own})),
                charges=tuple((charge.code, charge.amount + charge.tax) for charge in charges),
            )  # fmt: skip
            found[invoice.invoice] = (invoice, item, invoice.disputed)
    return [found[number] for number in sorted(found)]


def _open_row(invoice: InvoiceState, item: OpenItem, disputed: Decimal) -> OpenRow:
    return OpenRow(
        item.invoice, item.customer, item.currency, invoice.total, item.open, disputed, item.issued, item.due,
        msgspec.json.encode(item),
    )  # fmt: skip


def _payment_row(one: _Payment) -> PaymentRow:
    state = one.state
    return PaymentRow(
        state.payment, state.customer, state.currency, state.amount, state.applied, state.unapplied, state.reversed,
        state.received or _NEVER, msgspec.json.encode(one),
    )  # fmt: skip


def _less(items: Sequence[OpenItem], application: PaymentApplied, before: PaymentState) -> list[OpenItem]:
    """What is open once an application is made; what it repeats of an earlier one was counted then."""
    was: dict[str, Decimal] = {}
    for line in before.lines:
        was[line.invoice] = was.get(line.invoice, Decimal(0)) + line.amount + line.write_off + line.discount
    now = {line.invoice: line.amount + line.write_off + line.discount for line in application.lines}
    return [
        msgspec.structs.replace(
            item, open=item.open - now.get(item.invoice, Decimal(0)) + was.get(item.invoice, Decimal(0))
        )
        if item.invoice in now
        else item
        for item in items
    ]


def _event(application: PaymentApplied, now: datetime) -> Event:
    return Event(
        id=f"{application.document}/{application.revision}", source=OURSELVES, type="sayso.payment.applied.v1",
        subject="", time=now, data=application,
    )  # fmt: skip


class _Post(NamedTuple):
    """What receivables are to be told: all that a payment is used for, in the place of what was said of it before.

    All that is said of a payment goes the way of one order, the `first` invoice's: so the last word is the last to arrive.
    """

    application: PaymentApplied
    cause: str
    lines: tuple[Application, ...]
    first: str

    def asked(self, orders: Mapping[str, str]) -> Effect:
        """As an effect; `orders` are those of invoices."""
        told = self.application
        return Effect(
            key=f"post_application/{self.cause}", role="ar", kind="post_application",
            order=orders.get(self.first) or told.customer, cause=told.document,
            amount=sum((line.amount for line in self.lines), Decimal(0)), currency=told.currency,
            body={
                "payment": told.payment, "customer": told.customer, "currency": told.currency,
                "document": told.document, "revision": told.revision, "lines": msgspec.to_builtins(self.lines),
            },
        )  # fmt: skip


def _first(told: Iterable[Fact]) -> str:
    """The first invoice that a payment was put to, by whatever was decided here first."""
    own = [fact for fact in told if fact.family == "payment.applied" and fact.source == OURSELVES]
    first = min(own, key=lambda fact: (fact.revision, fact.document, fact.digest), default=None)
    lines = cast(PaymentApplied, first.data).lines if first is not None else ()
    return lines[0].invoice if lines else ""


def _posted(fresh: Sequence[Ready], touched: Sequence[_Payment]) -> Iterator[_Post]:
    """What was decided here of payments, by whomever, and what the bank took back of that."""
    payments = {one.state.payment: one for one in touched}
    for one in fresh:
        data, telling = one.data, one.telling
        if isinstance(data, PaymentApplied) and telling.source == OURSELVES:
            known = payments.get(data.payment)
            lines = data.lines if known is None else _standing(known.state)
            first = known.first if known is not None else data.lines[0].invoice if data.lines else ""
            yield _Post(data, f"{data.document}/{data.revision}", lines, first)
        elif isinstance(data, PaymentReversed) and data.payment in payments:
            known = payments[data.payment]
            state = known.state
            if state.revision >= 0:
                used = PaymentApplied(
                    document=application_of(state.payment), revision=state.revision, customer=state.customer,
                    currency=state.currency, payment=state.payment, lines=(),
                )  # fmt: skip
                cause = f"{used.document}/{telling.document}/{telling.revision}"
                yield _Post(used, cause, _standing(state), known.first)


def _standing(state: PaymentState) -> tuple[Application, ...]:
    """What a payment is used for, all that was told of it."""
    return tuple(
        Application(
            invoice=line.invoice, amount=line.amount, deduction=line.deduction, write_off=line.write_off,
            discount=line.discount, reason=line.reason,
        )
        for line in state.lines
    )  # fmt: skip
