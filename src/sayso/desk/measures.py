"""What the desk counts: decisions by verdict, and how what follows orders stands. The doors show it beside their own;
nothing here knows them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from prometheus_client import Counter, Gauge

from sayso.store.vitals import Following

_decisions = Counter("sayso_decisions", "Decisions made, by verdict.", ["verdict"])
_MODE: Final = "livemostrecent"  # of several processes the one that looked last speaks
_waiting = Gauge("sayso_inbox_waiting", "Messages that wait to be applied.", multiprocess_mode=_MODE)
_lag = Gauge("sayso_inbox_lag_seconds", "Since when the first of them waits.", multiprocess_mode=_MODE)
_held = Gauge("sayso_quarantine_messages", "Messages that are held back.", multiprocess_mode=_MODE)
_asked = Gauge("sayso_outbox_waiting", "What a system is still to do.", ["system"], multiprocess_mode=_MODE)
_owed = Gauge(
    "sayso_outbox_lag_seconds", "Since when the first of it waits.", ["system"], multiprocess_mode=_MODE
)
_alone = Gauge(
    "sayso_system_left_alone",
    "1 while a system's breaker is not closed.",
    ["system"],
    multiprocess_mode=_MODE,
)
_cases = Gauge("sayso_cases_open", "Open cases, by kind.", ["kind"], multiprocess_mode=_MODE)
_shown: set[str] = set()

_by_verdict = {verdict: _decisions.labels(verdict) for verdict in ("firm", "conditional", "refused")}


def count_decision(verdict: str, number: int = 1) -> None:
    """`number` decisions of a verdict were made (and committed, where they hold)."""
    _by_verdict[verdict].inc(number)


def stand(found: Following, now: datetime) -> None:
    """How what follows orders stands at a moment."""
    _waiting.set(found.waiting)
    _lag.set(_seconds(found.oldest, now))
    _held.set(found.quarantined)
    for one in found.asked:
        _asked.labels(one.system).set(one.waiting)
        _owed.labels(one.system).set(_seconds(one.oldest, now))
        _alone.labels(one.system).set(one.breaker != "closed")
    _shown.update(found.cases)
    for kind in _shown:
        _cases.labels(kind).set(found.cases.get(kind, 0))


def _seconds(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
