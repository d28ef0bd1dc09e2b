"""What one transaction of the lane works on: rows as they were found, facts as they stand, writes as they gather.

Errands are settled one after another, each seeing what those before it in the batch have taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import msgspec

from sayso.promise.asking import Request
from sayso.promise.decision import Decision, Question, decide
from sayso.promise.facts import AccountFacts, Facts, ItemFacts, Take
from sayso.promise.lines import drawn_on
from sayso.promise.world import World
from sayso.store.endings import Ending
from sayso.store.promises import (
    Answered,
    Order,
    OrderSettled,
    Promise,
    Recorded,
    Reservation,
    Settled,
    Writes,
)  # fmt: skip

Reference = tuple[str, str, str]

#: The promise ledger's word and cause for the states in which a promise ends.
_ENDS = {
    "expired": ("expired", "time_up"),
    "released": ("released", "given_back"),
    "replaced": ("released", "replaced"),
    "cancelled": ("cancelled", "order_cancelled"),
}


class Again(Exception):
    """What was looked up before the lock no longer holds: the errand has to be looked at afresh."""


class Looked(NamedTuple):
    """Rows read before the locks were taken; what matters of them is read again under the lock."""

    answers: Mapping[tuple[str, str], Answered]
    promises: Mapping[str, Promise]
    references: Mapping[Reference, Promise]
    orders: Mapping[str, Order]
    reservations: Mapping[str, list[Reservation]]
    tops: Mapping[str, str]


class Batch:
    """The facts and writes of one transaction."""

    def __init__(
        self,
        world: World,
        items: dict[str, ItemFacts],
        accounts: dict[str, AccountFacts],
        states: Mapping[str, str],
    ) -> None:
        self.world = world
        self.writes = Writes()
        self.items = items
        self.accounts = accounts
        self._states = dict(states)
        self._taken: set[str] = set()
        self._owing: set[str] = set()
        self.addresses: set[str] = {world.digest, world.policy.hash}
        #: Whether something was refused that another hold on its own reference may stand in the way of.
        self.unsure = False

    def know(
        self, items: Mapping[str, ItemFacts], accounts: Mapping[str, AccountFacts], states: Mapping[str, str]
    ) -> None:
        """More rows; what is in the batch already stays as it is."""
        self.items.update(items)
        self.accounts.update(accounts)
        for promise, state in states.items():
            self._states.setdefault(promise, state)

    def state(self, promise: str) -> str:
        """The state of a locked promise; Again where it is not locked."""
        try:
            return self._states[promise]
        except KeyError:
            raise Again from None

    def decide(
        self,
        question: Question,
        account: str,
        without: Iterable[Promise],
        held: Mapping[str, list[Reservation]],
    ) -> Decision:
        """Decide a question as if the promises `without` were not there."""
        request = question.request
        facts = self._facts_for(request, account)
        for promise in without:
            facts = _without(facts, promise, held.get(promise.id, ()))
        decision = decide(question, facts)
        self.addresses.update(item.digest for item in facts.items.values())
        if facts.account is not None:
            self.addresses.add(facts.account.digest)
        return decision

    def _facts_for(self, request: Request, account: str) -> Facts:
        found = self.accounts.get(account)
        if found is not None and request.customer not in found.card.customers:
            found = None
        items: dict[str, ItemFacts] = {}
        for line in request.lines:
            known = self.item(line.item)
            items[line.item] = known
            if known.card.kit or (line.substitute and known.card.substitutes):
                for name in drawn_on(known.card, line.substitute):
                    items[name] = self.item(name)
        return Facts(self.world, found, items)

    def item(self, name: str) -> ItemFacts:
        """An item of the batch; Again where its row was not locked, as when a kit got a new component."""
        try:
            return self.items[name]
        except KeyError:
            raise Again from None

    def take(self, takes: Iterable[Take]) -> None:
        """Reservations are made."""
        for take in takes:
            self.items[take.item] = self.item(take.item).less(take)
            self._taken.add(take.item)

    def owe(self, account: str, customer: str, amount: Decimal) -> None:
        """The money promised on an account, to one of its customers, changes by an amount."""
        facts = self.accounts.get(account)
        if facts is not None and amount:
            self.accounts[account] = facts.plus(customer, amount)
            self._owing.add(account)

    def end(
        self,
        promise: Promise,
        held: Mapping[str, list[Reservation]],
        state: str,
        now: datetime,
        why: str = "",
        by: str = "",
    ) -> None:
        """A promise ends: what it took is given back, and its row and the promise ledger say how it ended."""
        for one in held.get(promise.id, ()):
            if one.quantity:
                self.items[one.item] = self.item(one.item).more(taken_by(one))
                self._taken.add(one.item)
            self.owe(one.account, promise.customer, -one.amount)
        self.change(Settled(promise.id, state, ended=now, why=why))
        self.writes.released.append(promise.id)
        how, cause = _ENDS[state]
        self.writes.endings.append(Ending(promise.id, now, how, cause, by, facts_of(why=why)))

    def say_too_late(self, promise: str, order: str, instead: str, now: datetime, by: str) -> None:
        """An order came on a promise that had expired, and was refused: the promise ledger says what that cost."""
        facts = facts_of(order=order, instead=instead)
        self.writes.endings.append(Ending(promise, now, "expired", "ordered_too_late", by, facts))

    def change(self, settled: Settled) -> None:
        """A promise changes its state; the last change in a batch is the one that is written."""
        self._states[settled.id] = settled.state
        self.writes.settled = [one for one in self.writes.settled if one.id != settled.id]
        self.writes.settled.append(settled)

    def change_order(self, settled: OrderSettled) -> None:
        """An order changes its state."""
        self.writes.orders_settled.append(settled)

    def record(self, question: Question, decision: Decision) -> None:
        """The decision goes into the record, held or not."""
        self.writes.decisions.append(
            Recorded(
                question.promise,
                question.now,
                question.request.customer,
                decision.account,
                decision.verdict,
                decision.body,
                decision.evidence,
            )
        )

    def keep(self, question: Question, decision: Decision, asked: str, order: str = "") -> None:
        """The promise is held, or ordered: its rows, its reservations, its money."""
        request, account = question.request, decision.account
        state = "ordered" if order else "held"
        self._states[question.promise] = state
        self.writes.promises.append(
            Promise(
                question.promise,
                state,
                request.customer,
                account,
                request.channel,
                request.reference,
                asked,
                decision.verdict,
                decision.amount,
                question.now,
                decision.expires,
                order,
            )
        )
        shares = _shares(decision)
        kits = {line.line for line in request.lines if self.items[line.item].card.kit}
        for place, take in enumerate(decision.takes):
            self.writes.reservations.append(
                Reservation(
                    question.promise,
                    place,
                    take.line,
                    take.item,
                    take.site,
                    take.variant,
                    take.day,
                    take.quantity,
                    take.allocation,
                    account,
                    Decimal(0) if take.line in kits else shares.pop(take.line, Decimal(0)),
                    take.state,
                )
            )
        self._keep_money(question, len(decision.takes), account, shares)
        self.take(decision.takes)
        self.owe(account, request.customer, decision.amount)

    def _keep_money(
        self, question: Question, place: int, account: str, shares: Mapping[int, Decimal]
    ) -> None:
        """Money that goes with no stock of its item, as for a service or a kit, is a reservation of none of it.

        It ends when the ERP reports the line: the components of a kit are reported beside it.
        """
        day, items = question.now.date(), {line.line: line.item for line in question.request.lines}
        for line, amount in shares.items():
            if amount:
                kept = (
                    question.promise,
                    place,
                    line,
                    items[line],
                    "",
                    "",
                    day,
                    Decimal(0),
                    "",
                    account,
                    amount,
                )
                self.writes.reservations.append(Reservation(*kept))
                place += 1

    def finish(self) -> None:
        """Everything that changed, in the form it is written in."""
        for name in self._taken:
            self.writes.items[name] = msgspec.json.encode(self.items[name].taken).decode()
        for account in self._owing:
            self.writes.accounts[account] = self.accounts[account].promised

    def standing(self) -> dict[str, tuple[str, ItemFacts]]:
        """The changed items as they stand once this is committed."""
        return {name: (taken, self.items[name]) for name, taken in self.writes.items.items()}


def facts_of(**told: str) -> str:
    """What a word of the promise ledger has to tell, as a JSON object."""
    return msgspec.json.encode({name: text for name, text in told.items() if text}).decode()


def taken_by(reservation: Reservation) -> Take:
    """A reservation's row as the judgement knows it."""
    return Take(
        reservation.line, reservation.item, reservation.site, reservation.variant, reservation.day, reservation.quantity,
        reservation.allocation, reservation.state,
    )  # fmt: skip


def _without(facts: Facts, promise: Promise, held: Iterable[Reservation]) -> Facts:
    """The facts without what a promise takes of them, of the items that matter here and of the account."""
    items, account = dict(facts.items), facts.account
    for one in held:
        if one.quantity and one.item in items:
            items[one.item] = items[one.item].more(taken_by(one))
        if account is not None and one.account == account.card.account:
            account = account.plus(promise.customer, -one.amount)
    return Facts(facts.world, account, items)


def _shares(decision: Decision) -> dict[int, Decimal]:
    """The promise's amount spread over its lines by their net amounts; what rounding leaves is on the last."""
    amounts = {
        line.line: Decimal(line.price.amount) if line.price else Decimal(0) for line in decision.answer.lines
    }
    whole = sum(amounts.values(), Decimal(0))
    if not decision.amount:
        return {}
    if not whole:
        return {next(iter(amounts)): decision.amount}
    shares, left = {}, decision.amount
    for number, amount in amounts.items():
        shares[number] = (decision.amount * amount / whole).quantize(Decimal("0.0001"))
        left -= shares[number]
    shares[number] += left
    return shares
