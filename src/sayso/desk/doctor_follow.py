"""The examination of what follows orders: the inbox, quarantine, what is to be done outside, systems and their feeds.

Looks at the database and the follow file's policy, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sayso.canon.times import moment
from sayso.desk.cash.policy import FollowPolicy
from sayso.desk.doctor import Finding, Patient, State
from sayso.errors import SaysoError
from sayso.store import vitals
from sayso.store.database import mapped
from sayso.store.vitals import Asked, Silent

#: Longer than this nothing waits while a worker runs and keeps up.
_LATE = timedelta(minutes=2)
_WORKER = "is a worker running? sayso up has one, sayso worker is one"


async def of_follow(pool: Any, patient: Patient, follow: FollowPolicy) -> list[Finding]:
    """What follows orders, in a database that is migrated."""
    try:
        with mapped():
            found = await vitals.following(pool)
    except SaysoError as problem:
        return [Finding(check="following", state="fail", says=problem.detail, remedy=problem.remedy)]
    return [
        _inbox(found, patient),
        _quarantine(found),
        *_systems(found.asked, follow, patient),
        *_feeds(found.silent),
    ]


def _inbox(found: vitals.Following, patient: Patient) -> Finding:
    facts = {"waiting": found.waiting, "oldest": _when(found.oldest)}
    if found.oldest is None:
        return Finding(check="inbox", state="ok", says="nothing waits", facts=facts)
    says = f"{found.waiting:,} wait, the oldest since {moment(found.oldest)}"
    late = patient.now - found.oldest > _LATE and not patient.simulated
    return Finding(
        check="inbox", state="warn" if late else "ok", says=says, remedy=_WORKER if late else "", facts=facts
    )


def _quarantine(found: vitals.Following) -> Finding:
    facts = {"quarantined": found.quarantined, "behind": found.behind, "oldest": _when(found.oldest_held)}
    if found.oldest_held is None:
        return Finding(check="quarantine", state="ok", says="no message is held back", facts=facts)
    says = f"{found.quarantined:,} held back, the oldest since {moment(found.oldest_held)}; {found.behind:,} behind them"
    remedy = "sayso quarantine list, mend what is wrong, then sayso quarantine replay"
    return Finding(check="quarantine", state="warn", says=says, remedy=remedy, facts=facts)


def _systems(asked: Sequence[Asked], follow: FollowPolicy, patient: Patient) -> list[Finding]:
    stand = {one.system: one for one in asked}
    names = [*follow.systems, *(name for name in stand if name not in follow.systems)]
    return [_system(name, stand.get(name) or Asked(name), follow, patient) for name in names]


def _system(name: str, one: Asked, follow: FollowPolicy, patient: Patient) -> Finding:
    """One system: whether it is asked at all, left alone by its breaker, and since when it owes what it was asked."""
    policy = follow.systems.get(name)
    state, says, remedy = _asking(name, one, bool(policy and policy.url))
    late = one.oldest is not None and patient.now - one.oldest > _LATE and not patient.simulated
    if one.oldest is not None:
        says += f"; {one.waiting:,} to be done, the oldest since {moment(one.oldest)}"
        if late and state == "ok":
            state, remedy = "warn", _WORKER
    if one.failed:
        says += f"; {one.failed:,} refused or given up"
        state, remedy = ("warn", remedy or "sayso cases --kind effect_failed, and effect_refused")
    facts = {
        "role": policy.role if policy else "", "asked": bool(policy and policy.url), "breaker": one.breaker,
        "waiting": one.waiting, "oldest": _when(one.oldest), "unclear": one.unclear, "failed": one.failed,
    }  # fmt: skip
    return Finding(check=f"system {name}", state=state, says=says, remedy=remedy, facts=facts)


def _asking(name: str, one: Asked, address: bool) -> tuple[State, str, str]:
    if not address:
        if one.waiting:
            return "fail", "has no address", f"name its url in the follow file, [systems.{name}]"
        return "ok", "is heard, and not asked", ""
    if one.breaker == "closed":
        return "ok", "is asked", ""
    until = f" until {moment(one.until)}" if one.until else ""
    return (
        "warn",
        f"is left alone{until}, after {one.failures} failures in a row",
        f"see whether {name} answers",
    )


def _feeds(silent: Sequence[Silent]) -> list[Finding]:
    found = []
    for one in silent:
        facts = {"last": moment(one.last), "due": _when(one.due)}
        says = f"last heard {moment(one.last)}"
        if one.breached is None:
            found.append(Finding(check=f"feed {one.system}", state="ok", says=says, facts=facts))
        else:
            says += f", and should have been by {moment(one.due) if one.due else 'now'}"
            remedy = f"see whether {one.system} still sends: sayso cases --kind feed_silent"
            found.append(
                Finding(check=f"feed {one.system}", state="warn", says=says, remedy=remedy, facts=facts)
            )
    return found


def _when(at: datetime | None) -> str | None:
    return None if at is None else moment(at)
