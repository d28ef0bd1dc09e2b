"""A law of the inbox, by chance: whatever comes, fails, is mended or dropped, and when, a key's messages are applied in
their order, none while an earlier one of its key is in quarantine, each once, and in the end all of them."""

from __future__ import annotations

import random
from typing import Any

import pytest

from delivery.effects import NOW
from sayso.store import inbox
from sayso.store.database import Queries
from sayso.store.inbox import Message, Verdict

KEYS = ("", "A", "A", "A", "B", "B", "C")


class Trial:
    """One run: what was done with the inbox, and what must hold of it."""

    def __init__(self, conn: Any, seed: int) -> None:
        self.conn = conn
        self.chance = random.Random(seed)
        self.keys: dict[int, str] = {}
        self.held: set[int] = set()
        self.dropped: set[int] = set()
        self.applied: list[int] = []

    async def run(self, steps: int) -> None:
        for _ in range(steps):
            step = self.chance.choices((self.keep, self.work, self.release, self.drop), (4, 12, 1, 1))[0]
            await step()
        await inbox.release(self.conn, sorted(self.held))
        self.held.clear()
        while await self.work(failing=0.0):
            pass
        self.check()

    def check(self) -> None:
        assert sorted(self.applied) == sorted(set(self.keys) - self.dropped), "lost, or applied twice"
        for key in set(KEYS) - {""}:
            own = [number for number in self.applied if self.keys[number] == key]
            assert own == sorted(own), f"{key} was not applied in its order"

    async def keep(self) -> None:
        keys = self.chance.choices(KEYS, k=self.chance.randint(1, 6))
        first = len(self.keys)
        messages = [Message("wms", str(first + place), "", "", b"{}", key) for place, key in enumerate(keys)]
        for came, key in zip(await inbox.keep(self.conn, messages, NOW), keys, strict=True):
            self.keys[came.number] = key

    async def work(self, failing: float = 0.25) -> bool:
        async with self.conn.transaction():
            lane = await inbox.claim_lane(self.conn)
            if lane is None:
                return False
            verdicts = []
            behind, held = set[str](), set(self.held)
            for message in await inbox.waiting(self.conn, lane, self.chance.randint(1, 4)):
                number, key = message.number, message.key
                earlier = [one for one in held if self.keys[one] == key != "" and one < number]
                assert not earlier, f"{number} was handed on ahead of {earlier} in quarantine"
                if key in behind:
                    continue
                if self.chance.random() < failing:
                    verdicts.append(Verdict(number, "quarantined", "no"))
                    behind |= {key} - {""}
                    self.held.add(number)
                else:
                    verdicts.append(Verdict(number))
                    self.applied.append(number)
            await inbox.settle(self.conn, verdicts, NOW)
        return True

    async def release(self) -> None:
        some = self.chance.sample(sorted(self.held), min(len(self.held), self.chance.randint(1, 2)))
        await inbox.release(self.conn, some)
        self.held -= set(some)

    async def drop(self) -> None:
        if self.held:
            number = self.chance.choice(sorted(self.held))
            await inbox.drop(self.conn, number, "ann", "")
            self.held.remove(number)
            self.dropped.add(number)


@pytest.mark.parametrize("seed", range(6))
async def test_a_key_is_applied_in_its_order_whatever_happens_to_its_messages(conn: Any, seed: int) -> None:
    await Trial(conn, seed).run(100)


@pytest.mark.soak
async def test_a_key_is_applied_in_its_order_in_long_trials(conn: Any) -> None:
    for seed in range(100, 400):
        await conn.execute("TRUNCATE inbox")
        await Trial(conn, seed).run(150)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("next", "q.state = 'quarantined'", "q.state = 'forgotten'"),
        ("next", "q.number < w.number", "q.number < w.number - 1"),
        ("let_go", "state = 'behind'", "state = 'forgotten'"),
        ("read", "ORDER BY i.number", "ORDER BY i.number DESC"),
    ],
)
async def test_a_planted_fault_is_found_out(
    conn: Any, monkeypatch: pytest.MonkeyPatch, name: str, old: str, new: str
) -> None:
    texts = {one: inbox.SQL[one] for one in inbox.SQL}
    assert old in texts[name]
    texts[name] = new.join(texts[name].rsplit(old, 1))
    monkeypatch.setattr(inbox, "SQL", Queries(texts))
    with pytest.raises(AssertionError):
        await _trials(conn, 4)


async def _trials(conn: Any, number: int) -> None:
    for seed in range(number):
        await conn.execute("TRUNCATE inbox")
        await Trial(conn, seed).run(100)
