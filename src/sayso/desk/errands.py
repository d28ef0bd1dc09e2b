"""What the lane is asked to do, each in two steps: look at what it needs locked, then settle it under the lock."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from sayso.canon.times import moment
from sayso.desk.batch import Again, Batch, Looked, Reference
from sayso.desk.changes import changed
from sayso.errors import Conflict, NotFound
from sayso.promise.asking import Request
from sayso.promise.decision import Decision, Question
from sayso.promise.ordering import OrderRequest
from sayso.store.promises import Order, OrderSettled, Promise, Recorded, Reservation, Settled

LIVE = ("held", "ordered")


class Needs(NamedTuple):
    """Rows to be locked before an errand can be settled. `said`: its answer is known, and has only to be written down."""

    accounts: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()
    promises: frozenset[str] = frozenset()
    said: Said | None = None


class Said(NamedTuple):
    """What an errand came to.

    `promise` and `made` name the decision; `decision` has its unsigned bytes where they are at hand. `body` is
    what else the reply says (of an order, a release, a renewal), kept for repeated calls.
    """

    promise: str = ""
    made: datetime | None = None
    decision: bytes | None = None
    body: bytes = b""
    status: int = 200
    replayed: bool = False
    state: str = ""


class Asked(NamedTuple):
    """Who asks, under which Idempotency-Key, with which body (by its hash), when, and for which customers (None: all)."""

    owner: str
    key: str | None
    hash: str
    now: datetime
    customers: frozenset[str] | None = None

    def sees(self, customer: str) -> bool:
        """Whether the caller may see what is this customer's."""
        return self.customers is None or customer in self.customers

    def seen(self, promise: Promise | None, number: str) -> Promise:
        """The promise, where there is one that the caller may see; else NotFound."""
        if promise is None or not self.sees(promise.customer):
            raise NotFound(
                f"there is no hold {number}", remedy="only what is held can be renewed, released or ordered"
            )
        return promise


class Errand(ABC):
    """One thing to do under the lock. What is not overridden needs nothing looked up."""

    asked: Asked

    def promises(self) -> Iterable[str]:
        """Promises to look up."""
        return ()

    def references(self) -> Iterable[Reference]:
        """References whose live holds to look up."""
        return ()

    def orders(self) -> Iterable[str]:
        """Orders to look up."""
        return ()

    def request(self) -> Request | None:
        """The request whose items and account have to be locked, if there is one."""
        return None

    def mark(self) -> tuple[str, datetime] | None:
        """The number and moment of the decision by which one can tell that this errand was committed."""
        return None

    @abstractmethod
    def look(self, looked: Looked) -> Said | Needs:
        """The answer, where it is known already; else what further rows to lock. May raise from errors.py."""

    @abstractmethod
    def settle(self, batch: Batch, looked: Looked) -> Said:
        """Do it, under the lock. Raises Again where what `look` saw has changed."""


class Ask(Errand):
    """Decide a request: a quote, a hold, or (with `order`) an order in one step.

    `before` is the decision that this one is made in place of, after its hold had expired. `overridden_by`
    names the person who approves what credit would not.
    """

    def __init__(
        self, asked: Asked, promise: str, request: Request, hold_seconds: int, *, order: OrderRequest | None = None,
        before: Recorded | None = None, overridden_by: str = "",
    ) -> None:  # fmt: skip
        self.asked = asked
        self.promise = promise
        self._request = request
        self._hold_seconds = hold_seconds
        self._order = order
        self._before = before
        self._overridden_by = overridden_by

    def promises(self) -> Iterable[str]:
        return [self._before.id] if self._before else [self.promise] if self._overridden_by else []

    def references(self) -> Iterable[Reference]:
        request = self._request
        return [(request.customer, request.channel, request.reference)] if request.reference else []

    def orders(self) -> Iterable[str]:
        return [self._order.order] if self._order else []

    def request(self) -> Request | None:
        return self._request

    def mark(self) -> tuple[str, datetime] | None:
        # An override shares its number with others of the same moment: under a key, the key tells them apart.
        shared = self._overridden_by and self.asked.key
        return None if self._order or shared else (self.promise, self.asked.now)

    def look(self, looked: Looked) -> Said | Needs:
        if self._order is not None:
            found = looked.orders.get(self._order.order)
            if found is not None and found.state != "rejected":
                return same_order(found, self.asked)
        if self._before is not None and self._before.id in looked.promises:
            _still_free(looked.promises[self._before.id])
        if self._overridden_by and self.promise in looked.promises:
            state = looked.promises[self.promise].state
            raise Conflict(f"promise {self.promise} is {state}", remedy="ask for a new promise", state=state)
        old = self._own_hold(looked)
        if old is not None and self._hold_seconds and not self._order and self._same(old):
            return Said(old.id, old.made, body=_lives_until(old.expires), replayed=True, state="held")
        return Needs(promises=frozenset(promise.id for promise in self._replaced(looked)))

    def settle(self, batch: Batch, looked: Looked) -> Said:
        replaced = self._replaced(looked)
        for promise in replaced:
            if batch.state(promise.id) != promise.state:
                raise Again
        account = looked.tops[self._request.customer]
        question = Question(
            self.promise, self._request, self.asked.now, self._hold_seconds, self._overridden_by
        )
        decision = batch.decide(question, account, replaced, looked.reservations)
        batch.record(question, decision)
        if decision.held:
            for promise in replaced:
                batch.end(
                    promise, looked.reservations, self._end_of(promise), self.asked.now, f"by {self.promise}",
                    self.asked.owner,
                )  # fmt: skip
            batch.keep(question, decision, self.asked.hash, self._order.order if self._order else "")
        elif self._request.reference:
            batch.unsure = True
        if self._order and not decision.held and self._before and self._before.id in looked.promises:
            batch.say_too_late(
                self._before.id, self._order.order, self.promise, self.asked.now, self.asked.owner
            )
        return self._said(batch, decision)

    def _said(self, batch: Batch, decision: Decision) -> Said:
        said = Said(
            self.promise, self.asked.now, decision.body, state="held" if decision.held else "answered"
        )
        if self._order is None:
            return said
        differs = changed(self._before.answer, decision.body) if self._before else []
        order = Order(
            self._order.order, self.promise, self._request.customer, decision.account, self._order.po, self.asked.hash,
            "placed" if decision.held else "rejected", self.asked.now, msgspec.json.encode(differs).decode(),
        )  # fmt: skip
        batch.writes.orders.append(order)
        return said._replace(body=order_body(order), status=201 if decision.held else 200, state=order.state)

    def _same(self, old: Promise) -> bool:
        return old.asked == self.asked.hash and old.expires > self.asked.now

    def _own_hold(self, looked: Looked) -> Promise | None:
        return next(
            (looked.references[name] for name in self.references() if name in looked.references), None
        )

    def _replaced(self, looked: Looked) -> list[Promise]:
        """Live holds that this one would take the place of."""
        found = [self._own_hold(looked)]
        found += [looked.promises.get(name) for name in self.promises()]
        live = {one.id: one for one in found if one is not None and one.state == "held"}
        return list(live.values())

    def _end_of(self, promise: Promise) -> str:
        return "expired" if promise.expires <= self.asked.now else "replaced"


class Place(Errand):
    """An order on a promise that is still held: nothing is judged again."""

    def __init__(self, asked: Asked, order: OrderRequest) -> None:
        self.asked = asked
        self._order = order

    def promises(self) -> Iterable[str]:
        return [self._order.promise]

    def orders(self) -> Iterable[str]:
        return [self._order.order]

    def look(self, looked: Looked) -> Said | Needs:
        promise = looked.promises.get(self._order.promise)
        if promise is not None:
            self.asked.seen(promise, promise.id)
        found = looked.orders.get(self._order.order)
        if found is not None and found.state != "rejected":
            return same_order(found, self.asked)
        if promise is not None and promise.state == "ordered" and promise.order == self._order.order:
            return Needs(promises=frozenset([promise.id]))  # placed since the orders were read: look again
        if promise is not None:
            _still_free(promise)
        if promise is None or promise.state != "held" or promise.expires <= self.asked.now:
            return Said(state="anew")
        return Needs(promises=frozenset([promise.id]))

    def settle(self, batch: Batch, looked: Looked) -> Said:
        promise = looked.promises[self._order.promise]
        if batch.state(promise.id) != "held":
            raise Again
        batch.change(Settled(promise.id, "ordered", order=self._order.order))
        order = Order(
            self._order.order, promise.id, promise.customer, promise.account, self._order.po, self.asked.hash, "placed",
            self.asked.now,
        )  # fmt: skip
        batch.writes.orders.append(order)
        return Said(promise.id, promise.made, body=order_body(order), status=201, state="placed")


class End(Errand):
    """A promise or an order ends before its time: released, cancelled, or expired."""

    def __init__(self, asked: Asked, promise: str, state: str, why: str = "") -> None:
        self.asked = asked
        self.promise = promise
        self._state = state
        self._why = why

    def promises(self) -> Iterable[str]:
        return [self.promise]

    def look(self, looked: Looked) -> Said | Needs:
        promise = self.asked.seen(looked.promises.get(self.promise), self.promise)
        if promise.state not in LIVE:
            return _ended(promise, promise.state)._replace(replayed=True)
        if promise.state == "ordered" and self._state != "cancelled":
            raise Conflict(
                f"promise {promise.id} became order {promise.order}",
                remedy="cancel the order instead",
                state="ordered",
            )
        return Needs(promises=frozenset([promise.id]))

    def settle(self, batch: Batch, looked: Looked) -> Said:
        promise = looked.promises[self.promise]
        if batch.state(promise.id) != promise.state:
            raise Again
        if self._state == "expired" and promise.expires > self.asked.now:
            return _ended(promise, promise.state)
        batch.end(promise, looked.reservations, self._state, self.asked.now, self._why, self.asked.owner)
        if promise.order and self._state == "cancelled":
            batch.change_order(OrderSettled(promise.order, "cancelled", self.asked.now, self._why))
        return _ended(promise, self._state)


class Renew(Errand):
    """A hold lives longer, from now on; never after its time is up."""

    def __init__(self, asked: Asked, promise: str, seconds: int) -> None:
        self.asked = asked
        self.promise = promise
        self._seconds = seconds

    def promises(self) -> Iterable[str]:
        return [self.promise]

    def look(self, looked: Looked) -> Said | Needs:
        promise = self.asked.seen(looked.promises.get(self.promise), self.promise)
        if promise.state != "held" or promise.expires <= self.asked.now:
            state = "expired" if promise.state == "held" else promise.state
            raise Conflict(
                f"promise {promise.id} is {state}", remedy="ask for a new promise", state=state,
                expires=moment(promise.expires),
            )  # fmt: skip
        return Needs(promises=frozenset([promise.id]))

    def settle(self, batch: Batch, looked: Looked) -> Said:
        promise = looked.promises[self.promise]
        if batch.state(promise.id) != "held":
            raise Again
        expires = self.asked.now + timedelta(seconds=self._seconds)
        batch.change(Settled(promise.id, "held", expires=expires))
        return Said(promise.id, promise.made, body=_lives_until(expires), state="held")


def items_held(reservations: Iterable[Reservation]) -> set[str]:
    """The items whose rows have to be locked to give reservations back."""
    return {one.item for one in reservations if one.quantity}


def order_body(order: Order, state: str = "") -> bytes:
    """What a reply says of an order beside its promise's decision, as a JSON object."""
    fields: dict[str, object] = {
        "order": order.order, "state": state or order.state, "promise": order.promise, "customer": order.customer,
        "po": order.po, "placed": moment(order.placed), "changed": msgspec.Raw(order.changed.encode()),
    }  # fmt: skip
    if order.why:
        fields["why"] = order.why
    return msgspec.json.encode(fields)


def same_order(found: Order, asked: Asked) -> Said:
    """The order is placed already: the same request is answered alike, another is refused."""
    if found.asked != asked.hash or not asked.sees(found.customer):
        facts = {"state": found.state} if asked.sees(found.customer) else {}
        raise Conflict(
            f"order {found.order} was placed with another request",
            remedy="give a new order its own number",
            **facts,
        )
    return Said(found.promise, body=order_body(found), status=200, replayed=True, state=found.state)


def _still_free(promise: Promise) -> None:
    """Conflict where a promise has become an order, or another promise stands in its place."""
    if promise.state in ("ordered", "cancelled", "replaced"):
        became = f"became order {promise.order}" if promise.order else f"was replaced {promise.why}"
        raise Conflict(f"promise {promise.id} {became}", remedy="ask for a new promise", state=promise.state)


def _lives_until(expires: datetime) -> bytes:
    return msgspec.json.encode({"expires": moment(expires)})


def _ended(promise: Promise, state: str) -> Said:
    body = msgspec.json.encode({"promise": promise.id, "state": state, "expires": moment(promise.expires)})
    return Said(promise.id, promise.made, body=body, state=state)
