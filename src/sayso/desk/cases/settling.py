"""Cases follow the facts: opened, brought up to date and closed as findings come and go, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from sayso.canon.findings import Finding
from sayso.canon.ids import new_id
from sayso.cases.kinds import FoundIn, kinds_found_in
from sayso.cases.policy import CasePolicy
from sayso.cases.wanted import Known, Wanted, differs, wanted
from sayso.store import cases as store
from sayso.store import outgoing
from sayso.store.cases import Act, Closed

SETTLED = "the facts have settled it"
_FACTS = msgspec.json.Encoder(order="sorted")


class CaseScope(NamedTuple):
    """What was looked at, so that a case whose finding is not told any more may be closed.

    Open cases of the kinds that are `found_in` there and are about one of these `orders`, or about no order and one of
    these `documents` (a payment, an invoice of several orders); those found in receivables of customers of these
    `accounts`; those of these (kind, key). `kinds`: all open cases of these kinds, whatever they are about.
    """

    orders: Collection[str] = ()
    documents: Collection[str] = ()
    accounts: Collection[str] = ()
    keys: Collection[tuple[str, str]] = ()
    kinds: Collection[str] = ()
    found_in: tuple[FoundIn, ...] = ("order",)


class Settled(NamedTuple):
    """How many cases were opened (for the first time or again), brought up to date, closed."""

    opened: int = 0
    changed: int = 0
    closed: int = 0


async def settle_cases(
    connection: Any,
    scope: CaseScope,
    findings: Sequence[Finding],
    now: datetime,
    policy: CasePolicy | None = None,
    by: str = "",
) -> Settled:
    """Bring the cases of a scope to what was found in it, within the caller's transaction.

    One query where nothing was found and nothing is open. `by` is who made it so, "" for the facts. Settling twice with
    the same findings changes nothing the second time.
    """
    cases = wanted(findings, policy or CasePolicy(), now)
    known = await _known(connection, scope, cases)
    if not cases and not known:
        return Settled()
    plan = differs(known, cases)
    fresh = [(new_id("cas", now), case) for case in plan.opened]
    new = await store.open_new(connection, fresh, now)
    renewed = await store.renew(connection, (*plan.reopened, *plan.changed))
    over = await store.close(connection, [one.id for one in plan.closed], SETTLED, "", now)
    opened = [(id_, case, "opened") for id_, case in fresh if id_ in new]
    opened += [(one.id, case, "reopened") for one, case in plan.reopened if one.id in renewed]
    changed = [(one.id, case, "changed") for one, case in plan.changed if one.id in renewed]
    acts = [Act(id_, by, action, case.next_step, _told(case)) for id_, case, action in (*opened, *changed)]
    acts += [Act(one.id, by, "closed", SETTLED) for one in over]
    await store.write_down(connection, acts, now)
    await tell_cases(
        connection,
        [
            *(_opened(id_, case, now) for id_, case, _ in opened),
            *(closing(one, SETTLED, by, now) for one in over),
        ],
    )
    return Settled(len(opened), len(changed), len(over))


async def _known(connection: Any, scope: CaseScope, cases: Sequence[Wanted]) -> list[Known]:
    keys = [*scope.keys, *((case.kind, case.key) for case in cases)]
    if scope.kinds:
        return await store.standing_of_kinds(connection, sorted(scope.kinds), keys)
    if not (scope.orders or scope.documents or scope.accounts or keys):
        return []
    accounts = (kinds_found_in("account"), scope.accounts)
    kinds = kinds_found_in(*scope.found_in)
    return await store.standing(connection, kinds, scope.orders, scope.documents, accounts, keys)


def _told(case: Wanted) -> str:
    amount = None if case.amount is None else str(case.amount)
    return _FACTS.encode({"amount": amount, "currency": case.currency, "facts": case.facts}).decode()


def _opened(id_: str, case: Wanted, now: datetime) -> outgoing.Said:
    data = {
        "case": id_, "kind": case.kind, "owner": case.owner, "due": case.due, "order": case.order,
        "customer": case.customer, "document": case.document, "amount": case.amount, "currency": case.currency,
        "next_step": case.next_step,
    }  # fmt: skip
    return outgoing.Said("sayso.case.opened.v1", case.order or id_, case.customer, now, data)


def closing(case: Closed, why: str, by: str, now: datetime) -> outgoing.Said:
    """What is told of a case that closes."""
    data = {"case": case.id, "kind": case.kind, "order": case.order, "why": why, "by": by}
    return outgoing.Said("sayso.case.closed.v1", case.order or case.id, case.customer, now, data)


async def tell_cases(connection: Any, rows: Sequence[outgoing.Said]) -> None:
    """Tell outside what became of cases, if and when this transaction commits."""
    await outgoing.add(connection, rows)
