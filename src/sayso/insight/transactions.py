"""Orders from promise to cash, as they are read: a page of them, or one with its whole story. Only reads."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from sayso.canon.decimals import plain
from sayso.canon.events import TYPES
from sayso.canon.times import moment
from sayso.cash.fold import fold, read_state, state_bytes
from sayso.cash.shapes import Fact
from sayso.errors import NotFound
from sayso.insight.timeline import Story, told
from sayso.store import transactions as rows
from sayso.store.database import mapped
from sayso.store.transactions import Asked, Case, Document, Effect, Held, Row

_DECODERS = {type_: msgspec.json.Decoder(data) for type_, data in TYPES.items()}
_ENCODER = msgspec.json.Encoder()


class Query(Struct, frozen=True):
    """Which transactions are asked for, and which page. Blank: any. `open`: operational or financial."""

    stage: str = ""
    customer: str = ""
    open: str = ""
    since: datetime | None = None
    limit: int = 50
    cursor: str = ""


class Transactions:
    """Reads transactions for a caller who sees all customers (None), or some."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def listed(self, query: Query, customers: Collection[str] | None) -> bytes:
        """A page of transactions by the number of the order; `next` is the cursor of the following page."""
        seen = None if customers is None else sorted(customers)
        asked = Asked(query.stage, query.customer, seen, query.open, query.since, query.cursor)
        with mapped():
            found = await rows.listed(self._pool, asked, query.limit + 1)
        page = found[: query.limit]
        following = page[-1].order if len(found) > query.limit else ""
        return _ENCODER.encode({"transactions": [_short(row) for row in page], "next": following})

    async def one(
        self, order: str, customers: Collection[str] | None, known_at: datetime | None = None
    ) -> bytes:
        """An order's state and its story: all that is known, or what was known at a moment.

        Raises NotFound where there is no such order, none that the caller sees, or none was known of yet.
        """
        with mapped():
            row = await rows.one(self._pool, order)
            stood = await rows.promise(self._pool, order)
            customer = row.customer if row else stood.customer if stood else ""
            if (row is None and stood is None) or not (customers is None or customer in customers):
                raise _unknown(order)
            documents = await rows.documents(self._pool, order, known_at)
            cases = await rows.cases(self._pool, order)
            story = Story(
                order=order, documents=documents, stood=stood,
                ends=await rows.promise_ends(self._pool, stood.promise) if stood else (),
                redatings=await rows.redatings(self._pool, stood.promise) if stood else (),
                effects=await rows.effects(self._pool, order), cases=cases,
                done=await rows.case_history(self._pool, [one.case for one in cases]),
                held=await rows.held_messages(self._pool, order),
            )  # fmt: skip
        return _whole(story, row, documents, known_at)


def _whole(story: Story, row: Row | None, documents: Sequence[Document], known_at: datetime | None) -> bytes:
    entries = told(story, known_at)
    if known_at is not None:
        if not entries:
            raise _unknown(story.order)
        state = state_bytes(fold(story.order, [_fact(one) for one in documents])) if documents else None
    else:
        state = row.state if row else None
    return _ENCODER.encode(
        {
            "order": story.order,
            "known_at": None if known_at is None else moment(known_at),
            "state": None if state is None else msgspec.Raw(state),
            "cases": [_case(one) for one in story.cases if _before(one.opened, known_at)],
            "effects": [_effect(one) for one in story.effects if _before(one.decided, known_at)],
            "held": [_held(one) for one in story.held if _before(one.received, known_at)],
            "timeline": entries,
        }
    )


def _before(at: datetime, known_at: datetime | None) -> bool:
    return known_at is None or at <= known_at


def _unknown(order: str) -> NotFound:
    return NotFound(
        f"there is no transaction {order}", remedy="check the number, and which customers the key is bound to"
    )


def _fact(one: Document) -> Fact:
    data = _DECODERS[one.type].decode(one.data)
    return Fact(
        one.family, one.document, one.revision, one.digest, one.occurred, one.source, one.subject, data
    )


def _short(row: Row) -> dict[str, Any]:
    state = read_state(row.state)
    return {
        "order": row.order, "customer": row.customer, "currency": row.currency, "stage": row.stage,
        "operational": row.operational, "financial": row.financial, "amount": plain(row.amount),
        "placed": moment(row.placed) if row.placed else None, "changed": moment(row.changed),
        "money": {name: plain(getattr(state.money, name)) for name in state.money.__struct_fields__},
        "missing": state.missing, "conflicts": state.conflicts,
    }  # fmt: skip


def _case(one: Case) -> dict[str, Any]:
    return {
        "case": one.case, "kind": one.kind, "state": one.state, "owner": one.owner, "opened": moment(one.opened),
        "closed": _moment(one.closed), "due": _moment(one.due), "line": one.line, "item": one.item or "",
        "amount": None if one.amount is None else plain(one.amount), "currency": one.currency or "",
        "next_step": one.next_step, "assigned": one.assigned,
    }  # fmt: skip


def _effect(one: Effect) -> dict[str, Any]:
    return {
        "effect": one.effect, "system": one.system, "kind": one.kind, "cause": one.cause, "state": one.state,
        "decided": moment(one.decided), "settled": _moment(one.settled), "tries": one.tries, "problem": one.problem or "",
        "amount": None if one.amount is None else plain(one.amount), "currency": one.currency,
    }  # fmt: skip


def _held(one: Held) -> dict[str, Any]:
    return {
        "number": one.number, "source": one.source, "id": one.id, "kind": one.kind, "state": one.state,
        "received": moment(one.received), "problem": one.problem or "",
    }  # fmt: skip


def _moment(at: datetime | None) -> str | None:
    return None if at is None else moment(at)
