"""What the desk counts: decisions by verdict. The doors show it beside their own; nothing here knows them."""

from __future__ import annotations

from prometheus_client import Counter

_decisions = Counter("sayso_decisions", "Decisions made, by verdict.", ["verdict"])
_by_verdict = {verdict: _decisions.labels(verdict) for verdict in ("firm", "conditional", "refused")}


def count_decision(verdict: str, number: int = 1) -> None:
    """`number` decisions of a verdict were made (and committed, where they hold)."""
    _by_verdict[verdict].inc(number)
