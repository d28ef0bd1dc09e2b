"""What a batch of messages brings about, gathered first and written in one go: effects, cases, words, facts, news.

The order of writing is that in which rows are locked everywhere: what orders have of their own first, then accounts
and items by the facts that change, then what the storefront and the promise ledger are told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import msgspec

from sayso.canon.events_goods import ReceiptPosted, StockCounted
from sayso.canon.events_out import PromiseBroken, PromiseKept
from sayso.canon.findings import Finding
from sayso.cash.findings import findings
from sayso.cash.kept import ended
from sayso.cash.matching import match
from sayso.cash.shapes import Effect, State
from sayso.cash.triggering import to_invoice
from sayso.desk.cases import silence
from sayso.desk.cases.settling import CaseScope, settle_cases
from sayso.desk.cash import booked, deciding
from sayso.desk.cash.folded import Folded
from sayso.desk.cash.policy import FollowPolicy
from sayso.desk.cash.telling import Ready
from sayso.promise.policy import Policy
from sayso.store import endings, outbox, outgoing
from sayso.store import following as store
from sayso.store.endings import Ending

if TYPE_CHECKING:
    from sayso.desk.messages.reading import Understood

#: Words of the promise ledger that the facts say; what a storefront or its buyer did is not taken back by them.
_BY_FACTS = frozenset({"kept", "late", "short", "refused_by_erp"})
_NOTHING: frozenset[str] = frozenset()


class Consequences:
    """Everything that follows from a batch."""

    def __init__(self, policy: Policy, follow: FollowPolicy, now: datetime) -> None:
        self.findings: list[Finding] = []
        self.booking = booked.Booking()
        self._policy = policy
        self._follow = follow
        self._roles = follow.roles
        self._now = now
        self._orders: dict[str, Folded] = {}
        self._before: dict[str, State | None] = {}
        self._effects: list[Effect] = []
        self._news: list[Ready] = []
        self._payments: dict[str, tuple[int, list[Finding]]] = {}
        self._turn = 0
        self._read: Understood | None = None

    def read(self, read: Understood) -> None:
        """What was found when the messages were read: systems that were heard, contracts that were not kept."""
        self._read = read
        self.findings += read.findings

    def folded(self, folded: Mapping[str, Folded], fresh: Sequence[Ready]) -> None:
        """Orders that changed, and the tellings that are new."""
        self._turn += 1
        for order, one in folded.items():
            before = self._before.setdefault(order, one.before)
            self._orders[order] = one._replace(before=before)
        for new in fresh:
            if isinstance(new.data, StockCounted):
                self.booking.counted(new.data)
            elif isinstance(new.data, ReceiptPosted):
                self.booking.received(new.data)
            self._news.append(new)

    def on_payment(self, payment: str, found: Iterable[Finding]) -> None:
        """What is found of a payment now; what was found of it before, and is not any more, is over.

        So it is within a batch: what one turn found of a payment does not outlive the next that looks at it.
        """
        turn, known = self._payments.get(payment, (0, []))
        self._payments[payment] = (self._turn, [*(known if turn == self._turn else ()), *found])

    @property
    def of_payments(self) -> list[Finding]:
        """What was found of payments when each was looked at last."""
        return [one for _, some in self._payments.values() for one in some]

    def ask(self, effects: Iterable[Effect]) -> None:
        """Something else that systems are to be asked."""
        self._effects += effects

    async def write(self, connection: Any) -> None:
        """Decide what follows, and write all of it."""
        customers = sorted({one.after.customer for one in self._orders.values() if one.after.customer})
        asked = await store.asked_for(connection, [*sorted(self._orders), *self._daily(customers)])
        terms = await store.terms(connection, customers) if customers else {}
        for one in self._orders.values():
            self._decide(one, asked, terms)
        await self._write_effects(connection, asked.effects)
        await outgoing.add(connection, [self._said(one) for one in self._news])
        shared = {
            bill.invoice
            for one in self._orders.values()
            for bill in one.after.invoices
            if len(bill.orders) > 1
        }
        scope = CaseScope(sorted(self._orders), sorted(shared), found_in=("order", "account"))
        await settle_cases(connection, scope, self.findings, self._now, self._follow.cases)
        if self._payments:
            scope = CaseScope(documents=sorted(self._payments), found_in=("account",))
            found = self.of_payments
            await settle_cases(connection, scope, found, self._now, self._follow.cases)
        states = [one.after for one in self._orders.values()]
        await silence.follow(connection, states, self._now, self._follow.cases)
        if self._read is not None and self._read.heard:
            await silence.heard(connection, self._read.heard, self._now, self._follow.cases)
        await self.booking.write(connection, self._now, self._policy)
        await self._tell(connection)

    def _decide(self, one: Folded, asked: store.Asked, terms: Mapping[str, int | None]) -> None:
        state = one.after
        requested = asked.money.get(state.order, _NOTHING) | asked.money.get(state.customer, _NOTHING)
        triggered = to_invoice(
            state, one.facts, self._follow.cash, self._now, terms.get(state.customer), requested
        )
        # What is asked for already needs nobody; where nobody can be asked it does.
        over = triggered.answered if self._follow.cash.invoicing.role in self._follow.roles else ()
        self.findings += [one for one in findings(state) if (one.kind, one.key) not in over]
        self.findings += triggered.held
        self._effects += triggered.effects
        self._effects += deciding.effects(state, one.facts, self._roles, asked.effects)
        self.findings += match(state, one.facts, self._follow.cash)
        self.booking.state(one.before, state, self._now.date())

    def _daily(self, customers: Iterable[str]) -> list[str]:
        """Customers whose invoices may be asked for by the day: such a request is theirs, not an order's."""
        policy = self._follow.cash
        if any(site.invoicing.when == "daily" for site in policy.sites):
            return list(customers)
        return [one for one in customers if policy.invoicing_for(one).when == "daily"]

    async def _write_effects(self, connection: Any, decided: Collection[str]) -> None:
        """What is to be asked of whom, and was not decided before; a role that nobody has is asked nothing."""
        roles = self._roles
        rows = [
            outbox.New(
                effect.key, roles[effect.role], effect.kind, effect.order, effect.cause, msgspec.json.encode(effect.body),
                effect.amount, effect.currency, "checkout" if effect.kind == "submit_order" else "sync",
            )
            for effect in self._effects if effect.role in roles and effect.key not in decided
        ]  # fmt: skip
        if rows:
            await outbox.put(connection, rows, self._now)

    async def _tell(self, connection: Any) -> None:
        """The storefront's orders and the promise ledger, as the back office now says."""
        told = [one for state in self._orders.values() if (one := deciding.told(state.after, self._now))]
        await store.tell_orders(connection, told)
        standing = {one.after.promise: one.after for one in self._orders.values() if one.after.promise}
        words: list[tuple[str, str, str, dict[str, str]]] = []
        zones = await store.zones(connection) if standing else {}
        for promise, state in standing.items():
            if (word := ended(state, zones)) is not None:
                words.append((promise, word[0], word[1], dict(word[2])))
            elif (early := deciding.differing(state)) is not None:
                words.append((promise, early[0], early[1], {"order": state.order}))
        known = await store.last_words(connection, [promise for promise, _, _, _ in words]) if words else {}
        rows = [
            Ending(promise, self._now, how, cause, "", msgspec.json.encode(facts).decode())
            for promise, how, cause, facts in words
            if known.get(promise) != (how, cause) and known.get(promise, ("kept", ""))[0] in _BY_FACTS
        ]
        await endings.write(connection, rows)
        said = [_of_promise(one, standing[one.promise]) for one in rows]
        await outgoing.add(connection, [one for one in said if one is not None])

    def _said(self, one: Ready) -> outgoing.Said:
        """What was taken in is told on, as it came, to those who may see the order's customer."""
        telling = one.telling
        orders = [self._orders[name] for name in one.orders if name in self._orders]
        customer = one.customer or next((order.after.customer for order in orders), "")
        return outgoing.Said(
            telling.type,
            telling.subject,
            customer,
            telling.occurred,
            msgspec.Raw(telling.data),
            telling.source,
            one.event,
        )


def _of_promise(word: Ending, state: State) -> outgoing.Said | None:
    """How a promise ended, for those who want to know; that it was cancelled, its customer said."""
    told: PromiseKept | PromiseBroken
    if word.how == "kept":
        told = PromiseKept(
            promise=word.promise, customer=state.customer, ended=word.ended, order=state.order, cause=word.cause
        )  # fmt: skip
    elif word.how in ("late", "short", "refused_by_erp"):
        told = PromiseBroken(
            promise=word.promise, customer=state.customer, how=cast(Any, word.how), cause=word.cause, ended=word.ended,
            order=state.order,
        )  # fmt: skip
    else:
        return None
    kind = "kept" if isinstance(told, PromiseKept) else "broken"
    data = msgspec.to_builtins(told)
    return outgoing.Said(f"sayso.promise.{kind}.v1", state.order, state.customer, word.ended, data)
