"""The work list: what went wrong, whose it is, the money at stake and the next step; and what a person does about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from sayso.canon.canonical import digest
from sayso.canon.times import format_duration, moment
from sayso.cases.acting import Action, check_person, checked
from sayso.cases.kinds import KINDS, kind_of, remedies_of
from sayso.cases.policy import CasePolicy
from sayso.desk.calling import Caller, CaseQuery, Reply
from sayso.desk.cases.agreeing import accept_difference
from sayso.desk.cases.remedies import REACHING, Done, Work
from sayso.desk.cases.settling import CaseScope, Settled, closing, settle_cases, tell_cases
from sayso.errors import Conflict, KeyReused, NotAllowed, NotFound
from sayso.store import cases as rows
from sayso.store import promises, transactions
from sayso.store.cases import Act, Asked, Closed, Row
from sayso.store.database import mapped
from sayso.store.promises import Answered

__all__ = ["CaseQuery", "CaseScope", "Casework", "Settled", "settle_cases"]

#: How many events of the order are shown beside a case.
EVENTS = 10
#: What somebody who acts for a customer may do: the rest is the company's to decide.
_OF_CUSTOMERS = ("accept_short", "note")
_ENCODER = msgspec.json.Encoder(decimal_format="string", order="sorted")


class Casework:
    """The use cases of cases. `roles` are the systems by role, for what is asked of them."""

    def __init__(
        self, pool: Any, policy: CasePolicy | None = None, roles: Mapping[str, str] | None = None
    ) -> None:
        self._pool = pool
        self._policy = policy or CasePolicy()
        self._roles = roles or {}

    async def listed(self, query: CaseQuery, caller: Caller, now: datetime) -> Reply:
        """A page of cases, newest first; `next` is the cursor of the following page."""
        asked = Asked(
            query.state, query.owner, query.kind, query.order, query.customer, query.assigned, query.overdue,
            _customers(caller), query.cursor,
        )  # fmt: skip
        with mapped():
            found = await rows.listed(self._pool, asked, now, query.limit + 1)
        page = [_shown(row, now) for row in found[: query.limit]]
        following = page[-1]["case"] if len(found) > query.limit else ""
        return Reply(200, msgspec.json.encode({"cases": page, "next": following}))

    async def shown(self, case: str, caller: Caller, now: datetime) -> Reply:
        """A case whole: what may be done about it, what was, and how its order stands."""
        with mapped():
            return Reply(200, msgspec.json.encode(await self._whole(self._pool, case, caller, now)))

    async def act(
        self, case: str, asked: Action, body: bytes, caller: Caller, key: str | None, now: datetime
    ) -> Reply:
        """Do what a person asks about a case, once under one Idempotency-Key; the case as it stands after it.

        Raises NotFound, BadField, Conflict where the case is closed or things are not so that it can be done, KeyReused.
        """
        hash_ = digest(f"case {case}\n".encode() + body)
        with mapped():
            async with self._pool.acquire() as connection, connection.transaction():
                await rows.hold(connection, case)
                if known := await _answered(connection, caller, key, hash_):
                    return known
                row = await self._seen(connection, case, caller)
                done = await self._done(connection, row, asked, caller, now)
                answer = {
                    "done": {"says": done.says, **done.found},
                    **await self._whole(connection, case, caller, now),
                }
                reply = Reply(200, msgspec.json.encode(answer))
                if key:
                    kept = Answered(caller.name, key, hash_, "", reply.status, reply.body, now)
                    if not await promises.keep_answer(connection, kept):
                        raise Conflict("this Idempotency-Key is in use at this moment", remedy="try again")
                return reply

    async def _done(self, connection: Any, row: Row, asked: Action, caller: Caller, now: datetime) -> Done:
        checked(asked, row.kind)
        if caller.customers is not None and asked.action not in _OF_CUSTOMERS:
            raise NotAllowed(
                f"a key bound to customers cannot {asked.action.replace('_', ' ')}",
                remedy="use a key that is bound to none; with this one: " + ", ".join(_OF_CUSTOMERS),
            )
        if row.state != "open" and asked.action != "note":
            raise Conflict(
                f"case {row.id} is closed: {row.closed_why}",
                remedy="only a note can be added",
                state=row.state,
            )
        actor = f"{asked.by.strip()} ({caller.name})" if asked.by.strip() else caller.name
        before = await rows.times(connection, row.id, asked.action)
        work = Work(row, asked, actor, now, before, self._roles)
        check_person(asked, work.amount, self._policy)
        reach = accept_difference if asked.action == "accept_difference" else REACHING.get(asked.action)
        done = await reach(connection, work) if reach else await _here(connection, work)
        facts = {
            name: value
            for name, value in msgspec.to_builtins(asked).items()
            if name not in ("action", "by", "note", "body")
        }
        act = Act(
            row.id,
            actor,
            asked.action,
            asked.note,
            _ENCODER.encode({**facts, **done.found, "says": done.says}).decode(),
        )
        await rows.write_down(connection, [act], now)
        return done

    async def _seen(self, connection: Any, case: str, caller: Caller) -> Row:
        row = await rows.one(connection, case)
        if row is None or not caller.sees(row.customer or ""):
            shown = case[:80] if case.isprintable() else "of this name"
            raise NotFound(f"there is no case {shown}", remedy="see GET /v1/cases")
        return row

    async def _whole(self, connection: Any, case: str, caller: Caller, now: datetime) -> dict[str, Any]:
        row = await self._seen(connection, case, caller)
        past = await rows.past(connection, case)
        return {
            **_shown(row, now),
            "trigger": kind_of(row.kind).trigger,
            "history": [
                {"at": moment(one.at), "by": one.by, "action": one.action, "note": one.note,
                 "facts": msgspec.json.decode(one.facts)}
                for one in past
            ],
            "context": await _context(connection, row.order or "", caller),
        }  # fmt: skip


async def _here(connection: Any, work: Work) -> Done:
    """What concerns the case alone: who works on it, a note, its end."""
    asked, case = work.asked, work.case
    if asked.action == "assign":
        await rows.assign(connection, case.id, asked.to)
        return Done(f"assigned to {asked.to}" if asked.to else "assigned to nobody", {})
    if asked.action == "close":
        await rows.close(connection, [case.id], asked.note, work.by, work.now)
        over = Closed(case.id, case.kind, case.order or "", case.customer or "")
        await tell_cases(connection, [closing(over, asked.note, work.by, work.now)])
        return Done("closed", {})
    return Done("noted", {})


async def _answered(connection: Any, caller: Caller, key: str | None, hash_: str) -> Reply | None:
    """What was answered under the key; KeyReused where that was to another request."""
    if not key:
        return None
    found = (await promises.answered(connection, [(caller.name, key)])).get((caller.name, key))
    if found is None:
        return None
    if found.asked != hash_:
        raise KeyReused(
            f"Idempotency-Key {key} was used with another request", remedy="give every new request a new key"
        )
    return Reply(found.status, found.body, replayed=True)


async def _context(connection: Any, order: str, caller: Caller) -> dict[str, Any] | None:
    """How the order stands: its stage, its money, what happened last."""
    row = await transactions.one(connection, order) if order else None
    if row is None or not caller.sees(row.customer):
        return None
    told = await transactions.documents(connection, order)
    state = msgspec.json.decode(row.state)
    return {
        "order": order, "customer": row.customer, "currency": row.currency, "stage": row.stage,
        "operational": row.operational, "financial": row.financial, "money": state.get("money", {}),
        "events": [
            {"at": moment(one.occurred), "type": one.type, "source": one.source, "document": one.document,
             "revision": one.revision}
            for one in told[-EVENTS:]
        ],
    }  # fmt: skip


def _customers(caller: Caller) -> list[str] | None:
    return sorted(caller.customers) if caller.customers is not None else None


def _shown(row: Row, now: datetime) -> dict[str, Any]:
    kind = kind_of(row.kind)
    open_ = row.state == "open"
    over = row.closed or now
    return {
        "case": row.id,
        "kind": row.kind,
        "title": kind.title if row.kind in KINDS else row.kind.replace("_", " "),
        "severity": kind.severity,
        "state": row.state,
        "owner": row.owner,
        "assigned": row.assigned,
        "opened": moment(row.opened),
        "due": moment(row.due) if row.due else None,
        "overdue": open_ and row.due is not None and row.due < now,
        "age": format_duration(
            max(over, row.opened).replace(microsecond=0) - row.opened.replace(microsecond=0)
        ),
        "closed": moment(row.closed) if row.closed else None,
        "promise": row.promise,
        "order": row.order,
        "customer": row.customer,
        "document": row.document,
        "item": row.item,
        "site": row.site,
        "line": row.line,
        "amount": row.amount,
        "currency": row.currency,
        "next_step": row.next_step,
        "facts": msgspec.json.decode(row.facts),
        "remedies": list(remedies_of(row.kind)) if open_ else ["note"],
        "closed_why": row.closed_why,
        "closed_by": row.closed_by,
        "reopened": row.reopened,
    }
