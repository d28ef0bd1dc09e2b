"""Systems that tell what happened, and a worker that is asked to work: for tests of what follows orders."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from sayso.desk.cash.policy import FollowPolicy
from sayso.desk.cash.working import Working
from sayso.desk.messages.taking import Taking
from sayso.desk.messages.taking import event as taken
from sayso.promise.policy import Policy
from sayso.store import contracts
from sayso.store.inbox import Message
from sayso.systems.contracts import shipped, simulated
from world import ANYONE, MONDAY


def event(id_: str, family: str, order: str, at: str, source: str = "wms", **data: Any) -> dict[str, Any]:
    """A CloudEvent."""
    return {
        "specversion": "1.0", "id": id_, "source": source, "type": f"sayso.{family}.v1", "subject": order, "time": at,
        "datacontenttype": "application/json", "data": data,
    }  # fmt: skip


def as_message(told: dict[str, Any]) -> Message:
    """The same, as it is kept."""
    return taken(json.dumps(told).encode())


class Told:
    """Over a pool: what is told is kept and worked on, a minute later each time."""

    def __init__(self, pool: Any) -> None:
        self.pool = pool
        self.now = MONDAY
        self.working = Working(pool, Policy(), FollowPolicy(), {}, lambda: self.now)

    async def agree(self) -> None:
        """Put the contracts of the simulated systems in force."""
        for system in simulated():
            await contracts.install(self.pool, shipped(system).values(), MONDAY - timedelta(days=1))

    async def __call__(self, *messages: Message) -> None:
        self.now += timedelta(minutes=1)
        await Taking(self.pool).events(messages, b"", ANYONE, None, self.now)
        await self.working.settle(rounds=False)
