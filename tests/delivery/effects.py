"""What the tests of effects share: a system in memory that can be made to misbehave, and rows of the outbox."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from sayso.store import outbox
from sayso.store.outbox import New
from sayso.systems.seam import Ask, Outcome

NOW = datetime(2011, 1, 4, 9, 0, tzinfo=UTC)
DONE = Outcome(came="done")
UNCLEAR = Outcome(came="unclear", detail="no answer came")
DOWN = Outcome(came="again", failure="down", detail="it is down")


class Clock:
    """Says what time it is, as the test has it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Fake:
    """A system that answers what it is told to (`says`, the last again and again) and keeps its own book of what it did."""

    def __init__(self, *says: Outcome, did: bool = True) -> None:
        self.says = list(says) or [DONE]
        self.did = did
        self.asked: list[str] = []
        self.found: list[str] = []
        self.done: Counter[str] = Counter()

    async def send(self, ask: Ask) -> Outcome:
        self.asked.append(ask.effect)
        said = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        if said.came == "done" or (said.came == "unclear" and self.did):
            self.done[ask.effect] += 1
        return said

    async def find(self, effect: str) -> Outcome | None:
        self.found.append(effect)
        return DONE if self.done[effect] else None

    async def close(self) -> None:
        pass


async def decide(connection: Any, *effects: New, now: datetime = NOW) -> None:
    await outbox.put(connection, effects, now)


def effect(name: str, key: str = "", system: str = "erp", share: outbox.Share = "sync") -> New:
    return New(name, system, "submit_order", key, "test", b'{"lines":[]}', share=share)


async def states(connection: Any) -> dict[str, str]:
    return {row["effect"]: row["state"] for row in await connection.fetch("SELECT effect, state FROM outbox")}
