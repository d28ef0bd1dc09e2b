"""From a message to its consequences, in the transaction of whoever hands it over: read, kept, folded, acted upon.

A batch of messages is one set of tellings: their orders are folded once, with everything known of them. Nothing here
depends on the order in which messages came.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sayso.canon.events import Event
from sayso.cash.fold import fold, read_state, state_bytes, state_digest
from sayso.cash.shapes import Fact, State
from sayso.desk.cash.consequences import Consequences
from sayso.desk.cash.folded import Folded
from sayso.desk.cash.placing import message_of
from sayso.desk.cash.policy import FollowPolicy
from sayso.desk.cash.receiving import Receivables
from sayso.desk.cash.telling import OF_STOCK, Ready, document_of, fact_of, ready
from sayso.desk.messages.reading import Reader
from sayso.errors import SaysoError
from sayso.promise.policy import Policy
from sayso.store import following as store
from sayso.store import inbox
from sayso.store.inbox import Kept, Verdict

_MOST_TURNS = 20
_ORDER = "order "


class Following:
    """The one way in for what systems tell. With `acts` off, states are folded and nothing is decided: for a replay."""

    def __init__(self, policy: Policy, follow: FollowPolicy, *, acts: bool = True) -> None:
        self._policy = policy
        self._follow = follow
        self._acts = acts
        self._reader = Reader()

    async def apply(self, connection: Any, messages: Sequence[Kept], now: datetime) -> list[Verdict]:
        """Apply messages in the caller's transaction; a verdict for each, but for those behind one held back now."""
        read = await self._reader.read(connection, messages)
        tellings = [
            ready(event, message.number, message.received)
            for message in messages
            for event in read.events.get(message.number, ())
        ]
        consequences = Consequences(self._policy, self._follow, now)
        consequences.read(read)
        await self._take(connection, tellings, consequences, now)
        if self._acts:
            await consequences.write(connection)
        return read.verdicts

    async def _take(
        self, connection: Any, tellings: list[Ready], consequences: Consequences, now: datetime
    ) -> None:
        """Take tellings in, and what is decided on them, until nothing more follows."""
        receivables = Receivables(self._follow, now)
        for _ in range(_MOST_TURNS):
            folded, fresh = await self._kept(connection, tellings, now)
            consequences.folded(folded, fresh)
            if not self._acts:
                return
            events = await receivables.settle(connection, folded, fresh, consequences)
            if not events:
                return
            tellings = await self._own(connection, events, now)
        raise SaysoError(
            "what is decided on these messages comes to no end", remedy="this is a fault: report it"
        )

    async def _own(self, connection: Any, events: Sequence[Event], now: datetime) -> list[Ready]:
        """What is decided here is told like everything else, and kept as a message that is applied already."""
        messages = [message_of(event, event.subject)._replace(received=now) for event in events]
        came = await inbox.keep(connection, messages, now)
        await inbox.settle(connection, [Verdict(one.number) for one in came if one.how == "new"], now)
        return [ready(event, one.number, now) for event, one in zip(events, came, strict=True)]

    async def _kept(
        self, connection: Any, tellings: Sequence[Ready], now: datetime
    ) -> tuple[dict[str, Folded], list[Ready]]:
        """Keep tellings and fold the orders they are about; the orders that changed, and the tellings that are new."""
        about = [one for one in tellings if one.telling.family not in OF_STOCK]
        named = await self._locked(connection, about)
        rows, claims = [], []
        for one in about:
            orders = {_ORDER + order for order in one.orders}.union(
                *(named.get(name, ()) for name in one.names)
            )
            own = {one.introduces} if one.telling.family == "payment.received" else set()
            rows.append(one.telling._replace(keys=tuple(sorted(orders | one.names | own))))
            claimed = one.introduces or _payment(one)
            claims += [(claimed, order) for order in orders if claimed]
        new = set(await store.keep(connection, rows))
        await store.claim(connection, claims)
        keys = {key for row in rows for key in row.keys if key.startswith(_ORDER)}
        touched = sorted(key.removeprefix(_ORDER) for key in keys)
        fresh = [about[place] for place in sorted(new)]
        fresh += [one for one in tellings if one.telling.family in OF_STOCK]
        return await self._folded(connection, touched, now), fresh

    async def _locked(self, connection: Any, about: Sequence[Ready]) -> dict[str, set[str]]:
        """The orders of documents that are only named, found under the locks of all that tellings are about."""
        names = [document_of(name) for name in sorted({name for one in about for name in one.names})]
        keys = {_ORDER + order for one in about for order in one.orders}
        keys |= {name for one in about for name in one.names}
        keys |= {one.introduces for one in about if one.introduces}
        customers = sorted({one.customer for one in about if one.customer})
        accounts = await store.accounts_of(connection, customers) if customers else {}
        keys |= {f"receivables {account}" for account in accounts.values()}
        before = await store.orders_of(connection, names)
        await store.lock(connection, keys.union(*before.values()))
        if not names:
            return {}
        found = await store.orders_of(connection, names)
        late = set().union(*found.values()) - set().union(*before.values()) - keys
        await store.lock(connection, late)
        return found

    async def _folded(self, connection: Any, orders: Sequence[str], now: datetime) -> dict[str, Folded]:
        """Fold orders with all that is known of them, and write what has changed."""
        if not orders:
            return {}
        facts: dict[str, list[Fact]] = {order: [] for order in orders}
        for row in await store.known(connection, [_ORDER + order for order in orders]):
            facts[row.key.removeprefix(_ORDER)].append(fact_of(row))
        known = await store.states(connection, orders)
        found, rows = {}, []
        for order, told in facts.items():
            after = fold(order, told)
            body = state_bytes(after)
            digest = state_digest(body)
            before = known.get(order)
            if before is not None and before[0] == digest:
                continue
            found[order] = Folded(read_state(before[1]) if before else None, after, tuple(told))
            rows.append(_row(after, body, digest, now))
        await store.write_states(connection, rows)
        return found


def _payment(one: Ready) -> str:
    """The key of the payment that an application is about: what is told of it is about the invoices' orders too."""
    payment = getattr(one.data, "payment", "") if one.telling.family == "payment.applied" else ""
    return f"payment {payment}" if payment else ""


def _row(state: State, body: bytes, digest: str, now: datetime) -> store.Transaction:
    return store.Transaction(
        state.order, state.customer, state.currency, state.stage, state.operational, state.financial,
        state.money.ordered, state.placed, now, digest, body,
    )  # fmt: skip


def orders_in(folded: Iterable[Folded]) -> list[str]:
    """The numbers of folded orders."""
    return [one.after.order for one in folded]
