"""Cases of what goes wrong between systems and is written down there: systems that are down, effects that stay unclear,
messages with two bodies; and the end of those whose message or effect went through after all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from sayso.canon.findings import Finding
from sayso.cases.policy import CasePolicy
from sayso.desk.cases.settling import CaseScope, Settled, settle_cases
from sayso.store import watching as store

#: How long an effect may be unclear before a person is asked.
UNCLEAR = timedelta(hours=1)


async def watch(connection: Any, now: datetime, policy: CasePolicy) -> Settled:
    """Open and close what can be told from inbox, outbox and breakers, within the caller's transaction."""
    over = await store.over(connection)
    found = [one async for one in _found(connection, now)]
    came = await settle_cases(connection, CaseScope(keys=over), found, now, policy)
    down = [
        Finding(kind="system_down", key=system, facts={"system": system})
        for system, _ in await store.down(connection)
    ]
    systems = await settle_cases(connection, CaseScope(kinds=("system_down",)), down, now, policy)
    return Settled(*(one + other for one, other in zip(came, systems, strict=True)))


async def _found(connection: Any, now: datetime) -> AsyncIterator[Finding]:
    for one in await store.conflicts(connection):
        facts = {"system": one.source, "id": one.id, "message": str(one.number)}
        yield Finding(
            kind="message_conflict",
            key=f"message {one.number}",
            order=one.about,
            document=one.id,
            facts=facts,
        )
    for effect in await store.unclear(connection, now - UNCLEAR):
        facts = {
            "system": effect.system,
            "action": effect.kind.replace("_", " "),
            "problem": effect.problem or "",
        }
        yield Finding(
            kind="effect_unclear", key=effect.effect, order=effect.about, document=effect.effect, amount=effect.amount,
            currency=effect.currency, facts={name: told for name, told in facts.items() if told},
        )  # fmt: skip
