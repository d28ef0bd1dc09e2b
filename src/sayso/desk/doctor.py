"""An examination: what is well, what wants attention, and what is wrong, each with its figures and a remedy.

Looks at the data folder and the database, and changes nothing. `now` is passed in.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from sayso.canon.times import moment
from sayso.desk import keys, ledger
from sayso.errors import SaysoError
from sayso.promise.policy import Policy
from sayso.store import vitals
from sayso.store.database import mapped
from sayso.store.keys import Listed

State = Literal["ok", "warn", "fail"]

_LEAST_FREE = 1 << 30  # bytes: below it PostgreSQL will soon have no room for its log
_LITTLE_FREE = 10 << 30
_LATE_SWEEP = timedelta(seconds=60)
_SKEW = timedelta(seconds=2)
_SOON = timedelta(days=14)
_NEEDED = ("sites", "items", "customers", "prices", "stock")
#: What each limit of the policy's freshness is about.
_FRESH = {"stock": ("stock",), "credit": ("receivables",)}


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing looked at. `facts` are its figures, as JSON values."""

    check: str
    state: State
    says: str
    remedy: str = ""
    facts: dict[str, Any] = {}


Check = Callable[[Any, "Patient"], Awaitable[list[Finding]]]


class Patient(Struct, frozen=True):
    """What the checks of the database are told: the moment, the policy in force, whether the clock is simulated."""

    now: datetime
    policy: Policy
    simulated: bool = False


def of_folder(home: Path, signing: Path) -> list[Finding]:
    """The data folder: is it there, can it be written to, is there room, and the keys that sign."""
    if not home.exists():
        return [
            Finding(check="home", state="warn", says=f"{home} is not there yet", remedy="sayso up makes it")
        ]
    found = [_writable(home), _room(home)]
    return [*found, _signing(signing)]


async def of_database(pool: Any, patient: Patient) -> list[Finding]:
    """The database, which is migrated: server, facts, holds, ledger, cases, keys. A check that fails is a finding."""
    found: list[Finding] = []
    for name, check in _CHECKS.items():
        try:
            with mapped():
                found += await check(pool, patient)
        except SaysoError as problem:
            found.append(Finding(check=name, state="fail", says=problem.detail, remedy=problem.remedy))
    return found


def _writable(home: Path) -> Finding:
    if not home.is_dir() or not os.access(home, os.W_OK | os.X_OK):
        return Finding(
            check="home",
            state="fail",
            says=f"{home} is no folder that can be written to",
            remedy="name another: --home",
        )
    return Finding(check="home", state="ok", says=f"{home} can be written to")


def _room(home: Path) -> Finding:
    free = shutil.disk_usage(home).free
    state: State = "fail" if free < _LEAST_FREE else "warn" if free < _LITTLE_FREE else "ok"
    return Finding(
        check="disk",
        state=state,
        says=f"{free / (1 << 30):,.1f} GiB free where the data folder is",
        remedy="" if state == "ok" else "free some space, or move the data folder: --home",
        facts={"free_bytes": free},
    )


def _signing(folder: Path) -> Finding:
    files = sorted(folder.glob("*.json")) if folder.is_dir() else []
    open_to_all = [file.name for file in files if file.stat().st_mode & 0o077]
    facts = {"folder": str(folder), "keys": len(files)}
    if open_to_all:
        says = f"others can read {', '.join(open_to_all)}"
        remedy = f"chmod 600 {folder}/*.json, then sayso keys signing rotate"
        return Finding(check="signing keys", state="fail", says=says, remedy=remedy, facts=facts)
    if not files:
        remedy = "sayso up makes one; on a second machine, copy those of the first"
        return Finding(
            check="signing keys", state="warn", says=f"none in {folder}", remedy=remedy, facts=facts
        )
    return Finding(check="signing keys", state="ok", says=f"{len(files)} in {folder}", facts=facts)


async def _server(pool: Any, patient: Patient) -> list[Finding]:
    found = await vitals.server(pool)
    says = f"PostgreSQL {found.version} answers, {found.bytes / (1 << 20):,.0f} MiB"
    facts = {
        "version": found.version,
        "bytes": found.bytes,
        "durable": found.durable,
        "follows": found.follows,
    }
    if found.follows:
        remedy = "point database_url at the primary"
        return [
            Finding(
                check="database",
                state="fail",
                says=f"{says}; it only follows another",
                remedy=remedy,
                facts=facts,
            )
        ]
    if not found.durable:
        remedy = "set fsync, full_page_writes and synchronous_commit to on"
        says += "; a crash of its machine may lose what was acknowledged"
        return [Finding(check="database", state="fail", says=says, remedy=remedy, facts=facts)]
    return [Finding(check="database", state="ok", says=says, facts=facts), *_clocks(found.now, patient)]


def _clocks(there: datetime, patient: Patient) -> list[Finding]:
    skew = abs(there - patient.now)
    if patient.simulated or skew <= _SKEW:
        return []
    says = f"this machine's clock and the database's differ by {skew.total_seconds():.1f} s"
    return [Finding(check="clock", state="warn", says=says, remedy="let both keep time by NTP")]


async def _facts(pool: Any, patient: Patient) -> list[Finding]:
    rows, feeds = await vitals.facts(pool), await vitals.feeds(pool)
    found = []
    for kind, number in rows.items():
        sources = [feed for feed in feeds if feed.kind == kind]
        if number or sources:
            found.append(_kind(kind, number, sources, patient))
    missing = [kind for kind in _NEEDED if not rows.get(kind)]
    if missing:
        says = f"none of {', '.join(missing)}: what needs them is refused"
        remedy = "sayso facts load PATH"
        found.append(
            Finding(check="facts", state="warn", says=says, remedy=remedy, facts={"missing": missing})
        )
    return found


def _kind(kind: str, rows: int, feeds: Sequence[vitals.Feed], patient: Patient) -> Finding:
    sources = {feed.source: moment(feed.as_of) for feed in feeds}
    facts = {"rows": rows, "sources": sources}
    number = f"{rows:,} row{'' if rows == 1 else 's'}"
    ages = ", ".join(f"{feed.source} as of {moment(feed.as_of)}" for feed in feeds) or "source unknown"
    most = _most_seconds(patient.policy).get(kind, 0)
    stale = [feed.source for feed in feeds if most and patient.now - feed.as_of > timedelta(seconds=most)]
    if stale:
        says = f"{number}; {ages}: older than the {most} s that the policy allows"
        remedy = f"load them anew from {', '.join(stale)}"
        return Finding(check=f"facts: {kind}", state="warn", says=says, remedy=remedy, facts=facts)
    return Finding(check=f"facts: {kind}", state="ok", says=f"{number}; {ages}", facts=facts)


def _most_seconds(policy: Policy) -> Mapping[str, int]:
    limits = {"stock": policy.freshness.stock_seconds, "credit": policy.freshness.credit_seconds}
    return {kind: limits[name] for name, kinds in _FRESH.items() for kind in kinds}


async def _holds(pool: Any, patient: Patient) -> list[Finding]:
    found = await vitals.holds(pool, patient.now)
    facts = {"live": found.live, "waiting": found.waiting}
    says = f"{found.live:,} live"
    if found.oldest is not None and patient.now - found.oldest > _LATE_SWEEP and not patient.simulated:
        says += (
            f"; {found.waiting:,} whose time is up were not ended, the oldest since {moment(found.oldest)}"
        )
        remedy = "no worker runs: sayso up, or sayso worker"
        return [Finding(check="holds", state="warn", says=says, remedy=remedy, facts=facts)]
    return [Finding(check="holds", state="ok", says=says, facts=facts)]


async def _ledger(pool: Any, patient: Patient) -> list[Finding]:
    audit = await ledger.audit(pool)
    figures = f"{audit.reservations:,} reservations of {audit.promises:,} live promises"
    if audit.clean:
        return [Finding(check="ledger", state="ok", says=f"says what its {figures} say")]
    drifts = [
        f"{one['kind']} {one['key']} {one['at']}: {one['stood']} stands, {one['says']} by {one['documents'] or 'nothing'}"
        for one in audit.drift
    ]
    drifts += [
        f"{one['promise']} ({one['state']}) still reserves {one['quantity']} of {one['item']}"
        for one in audit.strays
    ]
    more = f"; and {len(drifts) - 3:,} more" if len(drifts) > 3 else ""
    return [
        Finding(
            check="ledger",
            state="fail",
            says=f"{len(drifts):,} figures drifted: {'; '.join(drifts[:3])}{more}",
            remedy="see sayso ledger audit, then sayso ledger mend --by NAME",
            facts={"drift": audit.drift, "strays": audit.strays},
        )
    ]


async def _cases(pool: Any, patient: Patient) -> list[Finding]:
    number, oldest = await vitals.cases(pool)
    if not number:
        return [Finding(check="cases", state="ok", says="none open")]
    since = f", the oldest since {moment(oldest)}" if oldest else ""
    return [
        Finding(
            check="cases", state="ok", says=f"{number:,} open{since}: sayso cases", facts={"open": number}
        )
    ]


async def _keys(pool: Any, patient: Patient) -> list[Finding]:
    live = [key for key in await keys.everyone(pool) if _lives(key, patient.now)]
    if not live:
        remedy = "sayso keys create NAME --scope S[,S...]"
        return [
            Finding(check="API keys", state="warn", says="none that lives: nobody can call", remedy=remedy)
        ]
    ending = [key.name for key in live if key.expires is not None and key.expires - patient.now < _SOON]
    facts = {"live": len(live), "ending": ending}
    if ending:
        remedy = "make new ones before they end: sayso keys create"
        says = f"{len(live):,} live; {', '.join(ending)} within {_SOON.days} days no longer"
        return [Finding(check="API keys", state="warn", says=says, remedy=remedy, facts=facts)]
    return [Finding(check="API keys", state="ok", says=f"{len(live):,} live", facts=facts)]


def _lives(key: Listed, now: datetime) -> bool:
    return key.revoked is None and (key.expires is None or key.expires > now)


_CHECKS: Mapping[str, Check] = {
    "database": _server,
    "facts": _facts,
    "holds": _holds,
    "ledger": _ledger,
    "cases": _cases,
    "API keys": _keys,
}
