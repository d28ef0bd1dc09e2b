"""Messages applied again: a bad one holds back what is behind it and no more, and what was only tried is undone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from sayso.desk.messages.mending import apply_again
from sayso.errors import Busy, Conflict, NotFound
from sayso.store import database as store_database
from sayso.store import inbox
from sayso.store.inbox import Message, Verdict
from world import MONDAY


@pytest_asyncio.fixture
async def pool(database: str) -> AsyncIterator[Any]:
    """Three messages of W-1 of which the first is held back, and one of W-2 that is."""
    found = await store_database.pool(database, "sayso", 3)
    names = [("a", "W-1"), ("b", "W-1"), ("c", "W-1"), ("d", "W-2")]
    messages = [Message("wms", id_, "X", "text/plain", id_.encode(), key) for id_, key in names]
    async with found.acquire() as connection:
        await inbox.keep(connection, messages, MONDAY)
        await inbox.settle(connection, [Verdict(n, "quarantined", "no") for n in (1, 4)], MONDAY)
        for lane in {inbox.lane_of(key, "", "") for _, key in names}:
            await inbox.waiting(connection, lane, 10)
    yield found
    await found.close()


class Handler:
    """Applies messages, but for those whose body is in `bad`: it raises on a batch with one of them."""

    def __init__(self, bad: str = "", error: type[Exception] = RuntimeError) -> None:
        self.bad = bad.encode()
        self.error = error
        self.seen: list[list[int]] = []

    async def __call__(self, connection: Any, messages: Any, now: Any) -> list[Verdict]:
        self.seen.append([one.number for one in messages])
        if any(one.body in self.bad for one in messages):
            raise self.error("it cannot be")
        return [Verdict(one.number) for one in messages]


async def states(pool: Any) -> list[str]:
    return [row["state"] for row in await pool.fetch("SELECT state FROM inbox ORDER BY number")]


async def test_those_behind_go_with_it_and_others_stay(pool):
    handler = Handler()
    came = await apply_again(pool, handler, [1], MONDAY, keep=True)
    assert handler.seen == [[1, 2, 3]], "in their order, at once"
    assert [one.state for one in came.verdicts] == ["applied"] * 3
    assert await states(pool) == ["applied", "applied", "applied", "quarantined"]


async def test_what_is_only_tried_is_undone(pool):
    came = await apply_again(pool, Handler(), [1, 4], MONDAY, keep=False)
    assert len(came.verdicts) == 4
    assert await states(pool) == ["quarantined", "behind", "behind", "quarantined"]


async def test_a_bad_one_holds_back_only_what_is_behind_it(pool):
    came = await apply_again(pool, Handler("b"), [1, 4], MONDAY, keep=True)
    assert {one.number: one.state for one in came.verdicts} == {1: "applied", 2: "quarantined", 4: "applied"}
    assert await states(pool) == ["applied", "quarantined", "behind", "applied"]
    (problem,) = (one.problem for one in came.verdicts if one.problem)
    assert "RuntimeError" in problem


async def test_what_is_not_held_back_is_refused(pool):
    with pytest.raises(Conflict):
        await apply_again(pool, Handler(), [2], MONDAY, keep=True)
    with pytest.raises(NotFound):
        await apply_again(pool, Handler(), [99], MONDAY, keep=True)


async def test_others_at_work_on_the_same_blame_no_message(pool):
    with pytest.raises(Busy):
        await apply_again(pool, Handler("a", asyncpg.DeadlockDetectedError), [1], MONDAY, keep=True)
    assert (await states(pool))[0] == "quarantined"
