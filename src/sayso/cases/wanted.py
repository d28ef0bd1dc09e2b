"""Which cases the findings call for, and what that changes in those that are there. Knows no person and no table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from msgspec import Struct

from sayso.canon.canonical import canonical, digest
from sayso.canon.decimals import plain
from sayso.canon.findings import Finding
from sayso.cases.kinds import kind_of, sentence
from sayso.cases.policy import CasePolicy


class Wanted(Struct, frozen=True, kw_only=True):
    """A case as it is to be. `digest` tells two findings of one trouble apart: it covers all that the finding says."""

    kind: str
    key: str
    owner: str
    due: datetime
    order: str
    customer: str
    document: str
    item: str
    site: str
    line: int
    amount: Decimal | None
    currency: str
    next_step: str
    facts: dict[str, str]
    digest: str


class Known(NamedTuple):
    """A case that is there: the open one of its kind and key, else the last. `closed_by` is "" where the facts did it."""

    id: str
    kind: str
    key: str
    state: Literal["open", "closed"]
    digest: str
    closed_by: str = ""


class Changes(NamedTuple):
    """What the findings change: cases to open, to open again, to bring up to date, and to close."""

    opened: tuple[Wanted, ...] = ()
    reopened: tuple[tuple[Known, Wanted], ...] = ()
    changed: tuple[tuple[Known, Wanted], ...] = ()
    closed: tuple[Known, ...] = ()


def wanted(findings: Iterable[Finding], policy: CasePolicy, now: datetime) -> list[Wanted]:
    """The cases that findings call for, one for each kind and key, in the order of these.

    Of two findings of one kind and key the one with more money at stake counts, and of two with the same the smaller
    digest, whichever came first.
    """
    best: dict[tuple[str, str], Wanted] = {}
    for one in findings:
        if policy.wants(one.kind):
            case = _wanted(one, policy, now)
            other = best.get((one.kind, one.key))
            if other is None or _rank(case) < _rank(other):
                best[one.kind, one.key] = case
    return [best[name] for name in sorted(best)]


def differs(known: Sequence[Known], wanted: Sequence[Wanted]) -> Changes:
    """What the cases that are wanted change in those that are known.

    A case that is open and no longer wanted is closed, unless its kind is closed by people only. One that was closed and is
    wanted is opened again; but what a person has closed stays closed as long as the finding says what it said then.
    """
    there = {(one.kind, one.key): one for one in known}
    opened: list[Wanted] = []
    reopened: list[tuple[Known, Wanted]] = []
    changed: list[tuple[Known, Wanted]] = []
    for case in wanted:
        one = there.pop((case.kind, case.key), None)
        if one is None:
            opened.append(case)
        elif one.state == "open":
            if one.digest != case.digest:
                changed.append((one, case))
        elif not (one.closed_by and one.digest == case.digest):
            reopened.append((one, case))
    over = [one for one in there.values() if one.state == "open" and kind_of(one.kind).by_facts]
    return Changes(
        tuple(opened), tuple(reopened), tuple(changed), tuple(sorted(over, key=lambda one: one[1:3]))
    )


def _wanted(one: Finding, policy: CasePolicy, now: datetime) -> Wanted:
    said: dict[str, Any] = {
        "order": one.order, "customer": one.customer, "document": one.document, "item": one.item, "site": one.site,
        "line": one.line, "amount": one.amount, "currency": one.currency, "facts": one.facts,
    }  # fmt: skip
    kind = kind_of(one.kind)
    return Wanted(
        kind=one.kind,
        key=one.key,
        owner=policy.owner(one.kind),
        due=now + policy.due(one.kind),
        next_step=sentence(kind.step, _told(one)),
        # Two places tell of one trouble in words of their own: then the money says whether it is the same.
        digest=digest(canonical({"amount": one.amount, "currency": one.currency} if kind.also_in else said)),
        **said,
    )


def _told(one: Finding) -> dict[str, str]:
    """What a next step may tell: the finding's facts, and its own fields where no fact is of their name."""
    fields = {
        "order": one.order, "customer": one.customer, "document": one.document, "item": one.item, "site": one.site,
        "line": str(one.line) if one.line else "", "currency": one.currency,
        "amount": "" if one.amount is None else plain(one.amount),
    }  # fmt: skip
    return {**fields, **{name: text for name, text in one.facts.items() if text}}


def _rank(case: Wanted) -> tuple[Decimal, str]:
    return (-(case.amount or Decimal(0)), case.digest)
