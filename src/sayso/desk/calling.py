"""Who calls, what the desk answers, and what a door may ask of it. Knows scopes; neither HTTP nor SQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from sayso.cases.acting import Action
from sayso.promise import asking
from sayso.promise.browsing import BrowseQuery
from sayso.promise.ordering import OrderRequest

if TYPE_CHECKING:
    from sayso.desk.messages.subscribing import Subscribing

#: Every scope a key may carry, and what it opens.
SCOPES: Mapping[str, str] = {
    "availability": "read sellable quantities and dates",
    "promises": "ask for, hold, read, renew and release promises",
    "orders": "place, read and cancel orders",
    "credit": "override what credit referred or refused, as a named person",
    "facts": "load facts",
    "events": "send events",
    "messages": "send raw partner messages",
    "cases": "read and work cases",
    "governance": "change contracts, consumers and ownership",
    "insight": "read transactions, measures and exports",
    "admin": "all of these",
}


class Caller(Struct, frozen=True):
    """A known key: its name (which owns its Idempotency-Keys), scopes, the customers it is bound to, and the systems in
    whose name it may send (None: any)."""

    name: str
    scopes: frozenset[str]
    customers: frozenset[str] | None = None
    systems: frozenset[str] | None = None

    def may(self, scope: str) -> bool:
        """Whether the key carries this scope, or admin, which covers all."""
        return scope in self.scopes or "admin" in self.scopes

    def sees(self, customer: str) -> bool:
        """Whether the key is bound to no customer, or to this one."""
        return self.customers is None or customer in self.customers

    def speaks_for(self, system: str) -> bool:
        """Whether the key may send in the name of this system."""
        return self.systems is None or system in self.systems


class Reply(Struct, frozen=True):
    """An answer ready to be sent: HTTP status, JSON bytes, whether given before, where it can be read."""

    status: int
    body: bytes
    replayed: bool = False
    location: str = ""


class DecisionQuery(Struct, frozen=True):
    """Which recorded decisions are asked for, and which page of them. Blank: any."""

    promise: str = ""
    order: str = ""
    customer: str = ""
    item: str = ""
    reason: str = ""
    verdict: str = ""
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 50
    cursor: str = ""


class EndsQuery(Struct, frozen=True):
    """Which ends of promises are asked for, and which page of them. Blank: any."""

    how: str = ""
    cause: str = ""
    customer: str = ""
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 50
    cursor: str = ""


class CaseQuery(Struct, frozen=True):
    """Which cases are asked for, and which page of them. Blank: any."""

    state: str = "open"
    owner: str = ""
    kind: str = ""
    order: str = ""
    customer: str = ""
    assigned: str = ""
    overdue: bool | None = None
    limit: int = 50
    cursor: str = ""


class Casework(Protocol):
    """The use cases of cases."""

    async def listed(self, query: CaseQuery, caller: Caller, now: datetime) -> Reply: ...

    async def shown(self, case: str, caller: Caller, now: datetime) -> Reply: ...

    async def act(
        self, case: str, asked: Action, body: bytes, caller: Caller, key: str | None, now: datetime
    ) -> Reply: ...


class Desk(Protocol):
    """The use cases behind the doors. `key` is an Idempotency-Key, `body` the request's bytes, for its hash.

    Each may raise what the tree in errors.py names; a business "no" is a Reply.
    """

    async def promise(
        self, request: asking.Request, body: bytes, caller: Caller, key: str | None, now: datetime
    ) -> Reply: ...

    async def read_promise(self, promise_id: str, caller: Caller, now: datetime) -> Reply: ...

    async def renew_promise(
        self, promise_id: str, hold: str, body: bytes, caller: Caller, key: str | None, now: datetime
    ) -> Reply: ...

    async def release_promise(
        self, promise_id: str, caller: Caller, key: str | None, now: datetime
    ) -> Reply: ...

    async def override_promise(
        self,
        promise_id: str,
        by: str,
        reason: str,
        body: bytes,
        caller: Caller,
        key: str | None,
        now: datetime,
    ) -> Reply: ...

    async def order(
        self, request: OrderRequest, body: bytes, caller: Caller, key: str | None, now: datetime
    ) -> Reply: ...

    async def read_order(self, order: str, caller: Caller, now: datetime) -> Reply: ...

    async def cancel_order(
        self, order: str, reason: str, body: bytes, caller: Caller, key: str | None, now: datetime
    ) -> Reply: ...

    async def availability(self, query: BrowseQuery, caller: Caller, now: datetime) -> Reply: ...

    async def load_facts(
        self, kind: str, body: bytes, caller: Caller, key: str | None, now: datetime
    ) -> Reply: ...

    async def learn_arrivals(self, caller: Caller, key: str | None, now: datetime) -> Reply: ...

    @property
    def casework(self) -> Casework: ...

    @property
    def subscribing(self) -> Subscribing: ...

    async def decisions(self, query: DecisionQuery, caller: Caller, now: datetime) -> Reply: ...

    async def ends(self, query: EndsQuery, caller: Caller, now: datetime) -> Reply: ...

    def jwks(self) -> bytes: ...

    async def ready(self) -> dict[str, object]: ...


class Keys(Protocol):
    """Finds the caller behind a secret; NotAuthenticated for one that is not known, expired or revoked."""

    async def find(self, secret: str, now: datetime) -> Caller: ...
