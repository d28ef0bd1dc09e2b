"""Messages handed on: a batch is one transaction, a bad one holds back its own order only, what is begun is finished."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

import asyncpg
import pytest

from delivery.effects import NOW, Clock
from sayso.delivery.inbound import Inbound, sentence
from sayso.errors import BadField, StoreAway
from sayso.store import inbox
from sayso.store.inbox import Kept, Message, Verdict


class Desk:
    """Applies messages by writing them down in a table; `bad` raises for some, `says` gives verdicts of its own."""

    def __init__(self, bad: Callable[[Kept], Exception | None] = lambda _: None) -> None:
        self.bad = bad
        self.batches: list[int] = []

    async def __call__(self, connection: Any, some: list[Kept], now: datetime) -> list[Verdict]:
        assert now == NOW
        self.batches.append(len(some))
        for message in some:
            await connection.execute("INSERT INTO seen VALUES ($1, $2)", message.number, message.key)
            if error := self.bad(message):
                raise error
        return [Verdict(message.number) for message in some]


@pytest.fixture
async def seen(conn: Any) -> Callable[[], Any]:
    await conn.execute("CREATE TABLE seen (number bigint PRIMARY KEY, key text)")

    async def read() -> list[int]:
        return [row["number"] for row in await conn.fetch("SELECT number FROM seen ORDER BY number")]

    return read


def told(id_: str, key: str = "A") -> Message:
    return Message("wms", id_, "", "application/json", b"{}", key)


def _inbound(pool: Any, desk: Any, **more: Any) -> Inbound:
    return Inbound(pool, desk, Clock(), **more)


async def _all(inbound: Inbound) -> int:
    done = 0
    while some := await inbound.once():
        done += some
    return done


async def test_a_lane_is_one_batch_and_one_transaction(pool: Any, conn: Any, seen: Any) -> None:
    desk = Desk()
    await inbox.keep(conn, [told(str(number)) for number in range(7)], NOW)
    inbound = _inbound(pool, desk, most=5)
    assert (await inbound.once(), await inbound.once(), await inbound.once()) == (5, 2, 0)
    assert desk.batches == [5, 2]
    assert await seen() == [1, 2, 3, 4, 5, 6, 7]


async def test_one_that_fails_unforeseen_goes_into_quarantine_and_its_own_order_waits(
    pool: Any, conn: Any, seen: Any
) -> None:
    other = next(
        name for name in map(str, range(999)) if inbox.lane_of(name, "", "") == inbox.lane_of("A", "", "")
    )
    await inbox.keep(conn, [told("1"), told("2"), told("3", other), told("4"), told("5", other)], NOW)
    desk = Desk(lambda message: KeyError("secret") if message.id == "2" else None)
    assert await _all(_inbound(pool, desk)) == 4
    assert await seen() == [1, 3, 5]
    [held] = await inbox.held_back(conn)
    assert (held.id, held.behind) == ("2", 1)
    assert held.problem.startswith("Sayso failed on it in a way that was not foreseen (KeyError).")
    assert "secret" not in held.problem
    desk.bad = lambda _: None
    await inbox.release(conn, [held.number])
    assert await _all(_inbound(pool, desk)) == 2
    assert await seen() == [1, 2, 3, 4, 5]


async def test_what_it_wrote_before_it_failed_is_undone(pool: Any, conn: Any, seen: Any) -> None:
    await inbox.keep(conn, [told("1")], NOW)
    await _all(_inbound(pool, Desk(lambda _: BadField("unit", "CSE", "no unit CSE", remedy="Map it."))))
    assert await seen() == []
    [held] = await inbox.held_back(conn)
    assert held.problem == "no unit CSE. Map it."


async def test_a_verdict_that_overtakes_one_in_quarantine_undoes_the_batch(
    pool: Any, conn: Any, seen: Any
) -> None:
    async def hasty(connection: Any, some: list[Kept], _: datetime) -> list[Verdict]:
        for message in some:
            await connection.execute("INSERT INTO seen VALUES ($1, $2)", message.number, message.key)
        bad = [Verdict(one.number, "quarantined", "no") for one in some if one.id == "1"]
        return bad + [Verdict(one.number) for one in some if one.id != "1"]

    await inbox.keep(conn, [told("1"), told("2")], NOW)
    await _all(_inbound(pool, hasty))
    assert await seen() == [1]
    assert [(one.id, one.behind) for one in await inbox.held_back(conn)] == [("1", 1)]


async def test_what_gets_no_verdict_stays_and_nothing_spins(pool: Any, conn: Any) -> None:
    async def none(*_: Any) -> list[Verdict]:
        return []

    await inbox.keep(conn, [told("1"), told("2", "B")], NOW)
    assert await _inbound(pool, none).once() == 0
    assert (await inbox.standing(conn)).waiting == 2


@pytest.mark.parametrize("error", [asyncpg.SerializationError, asyncpg.DeadlockDetectedError])
async def test_a_deadlock_is_tried_again_and_blames_nobody(
    pool: Any, conn: Any, seen: Any, error: type
) -> None:
    left = [error("try again")] * 3
    await inbox.keep(conn, [told("1"), told("2")], NOW)
    desk = Desk(lambda _: left.pop() if left else None)
    assert await _all(_inbound(pool, desk)) == 2
    assert desk.batches == [2, 2, 2, 2]
    assert await inbox.held_back(conn) == []


async def test_a_database_that_goes_away_blames_nobody(pool: Any, conn: Any, seen: Any) -> None:
    await inbox.keep(conn, [told("1")], NOW)
    with pytest.raises(StoreAway):
        await _inbound(pool, Desk(lambda _: asyncpg.AdminShutdownError("going down"))).once()
    assert await inbox.held_back(conn) == []
    assert (await inbox.standing(conn)).waiting == 1


async def test_one_that_takes_too_long_is_blamed_only_the_third_time(pool: Any, conn: Any, seen: Any) -> None:
    await inbox.keep(conn, [told("1")], NOW)
    inbound = _inbound(pool, Desk(lambda _: TimeoutError()))
    for _ in range(2):
        with pytest.raises(StoreAway):
            await inbound.once()
        assert await inbox.held_back(conn) == []
    assert await inbound.once() == 1
    assert [one.problem for one in await inbox.held_back(conn)] == [sentence(TimeoutError())]


async def test_a_lane_whose_next_messages_all_stand_behind_does_not_end_the_search(
    pool: Any, conn: Any, seen: Any
) -> None:
    [first, *_] = await inbox.keep(conn, [told(str(number)) for number in range(30)], NOW)
    await inbox.settle(conn, [Verdict(first.number, "quarantined", "no")], NOW)
    await inbox.keep(conn, [told("x", "B")], NOW)
    assert await _inbound(pool, Desk(), most=4).once() == 1
    assert await seen() == [31]


async def test_run_works_everything_off_and_finishes_what_is_begun(pool: Any, conn: Any, seen: Any) -> None:
    begun, stopping = asyncio.Event(), asyncio.Event()
    desk = Desk()

    async def slow(connection: Any, some: list[Kept], now: datetime) -> list[Verdict]:
        begun.set()
        await asyncio.sleep(0.1)
        return await desk(connection, some, now)

    running = asyncio.create_task(_inbound(pool, slow, lanes=3).run(stopping))
    await asyncio.sleep(0.1)  # it idles
    await inbox.keep(conn, [told(str(number), f"K{number % 5}") for number in range(10)], NOW)
    await begun.wait()
    stopping.set()
    await asyncio.wait_for(running, 5)
    done = len(await seen())
    assert 0 < done <= 6
    assert (await inbox.standing(conn)).waiting == 10 - done


async def test_run_comes_back_from_a_database_that_was_away(pool: Any, conn: Any, seen: Any) -> None:
    stopping = asyncio.Event()
    running = asyncio.create_task(_inbound(pool, Desk()).run(stopping))
    await asyncio.sleep(0.1)
    await conn.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await inbox.keep(conn, [told("1")], NOW)
    for _ in range(200):
        if await seen():
            break
        await asyncio.sleep(0.05)
    stopping.set()
    await running
    assert await seen() == [1]


async def test_a_connection_that_is_lost_under_a_message_is_a_database_that_is_away(
    pool: Any, conn: Any, seen: Any
) -> None:
    async def cut(connection: Any, some: list[Kept], now: datetime) -> list[Verdict]:
        await conn.execute("SELECT pg_terminate_backend($1)", connection.get_server_pid())
        return await Desk()(connection, some, now)

    await inbox.keep(conn, [told("1")], NOW)
    with pytest.raises(StoreAway):
        await _inbound(pool, cut).once()
    assert await _inbound(pool, Desk()).once() == 1
    assert await seen() == [1]


@pytest.mark.parametrize(
    ("error", "spared"),
    [(asyncpg.DiskFullError, True), (asyncpg.SerializationError, True), (asyncpg.OutOfMemoryError, False)],
)
async def test_only_what_may_be_a_messages_doing_is_noted_of_its_lane(
    pool: Any, conn: Any, seen: Any, error: type, spared: bool
) -> None:
    """A full disk is nobody's fault, however often it is met: else all that waited would be held back in the end."""
    left = [error("no room")] * 4
    await inbox.keep(conn, [told("1"), told("2")], NOW)
    inbound = _inbound(pool, Desk(lambda _: left.pop() if left else None))
    for _ in range(4):
        with suppress(StoreAway):
            await inbound.once()
        noted = await conn.fetchval("SELECT max(tries) + max(suspected) FROM inbox_lanes")
        assert (noted == 0) == spared
    await _all(inbound)
    assert await seen() == [1, 2]
    assert await conn.fetchval("SELECT max(tries) FROM inbox_lanes") == 0
