"""What is told outside comes in one sequence that no reader can fall out of."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from sayso.store import database as store
from sayso.store import outgoing
from sayso.store.outgoing import Reader, Said

NOW = datetime(2011, 2, 1, 9, 30, tzinfo=UTC)


def said(subject: str, **more) -> Said:
    return Said("sayso.promise.kept.v1", subject, "13047", NOW, more or {"quantity": Decimal("1.50")})


@pytest.fixture
async def pool(database):
    async with await store.pool(database, "sayso", 5) as made:
        yield made


async def subjects(pool, number: int, most: int = 100) -> list[str]:
    return [row.subject for row in await outgoing.after(pool, number, most)]


async def test_a_row_is_a_cloud_event(pool):
    await outgoing.add(pool, [said("WEB-1")])
    assert await outgoing.after(pool, 0, 10) == []  # not numbered yet
    assert await outgoing.give_numbers(pool) == 1
    (row,) = await outgoing.after(pool, 0, 10)
    assert json.loads(row.body) == {
        "specversion": "1.0", "id": row.id, "source": "sayso", "type": "sayso.promise.kept.v1", "subject": "WEB-1",
        "time": "2011-02-01T09:30:00Z", "datacontenttype": "application/json", "data": {"quantity": "1.50"},
    }  # fmt: skip
    assert (row.number, row.customer, row.at) == (1, "13047", NOW)


async def test_an_event_that_is_passed_on_keeps_its_source_and_id(pool):
    await outgoing.add(pool, [Said("sayso.order.placed.v1", "WEB-1", "", NOW, {}, source="shop", id="7")])
    await outgoing.give_numbers(pool)
    (row,) = await outgoing.after(pool, 0, 10)
    body = json.loads(row.body)
    assert (body["source"], body["id"]) == ("shop", "7")
    assert row.id.startswith("evt_")


async def test_nothing_is_told_of_what_is_rolled_back(pool):
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await outgoing.add(connection, [said("WEB-1")])
        await transaction.rollback()
    assert await outgoing.give_numbers(pool) == 0


async def test_a_row_that_commits_late_is_lost_by_a_naive_reader_and_not_by_ours(pool):
    """A is written first and commits last. Whoever reads by the order of writing has gone past it by then."""
    async with pool.acquire() as slow:
        transaction = slow.transaction()
        await transaction.start()
        await outgoing.add(slow, [said("A")])
        await outgoing.add(pool, [said("B")])

        naive = "SELECT written, subject FROM outgoing WHERE written > $1 ORDER BY written"
        seen = [tuple(row) for row in await pool.fetch(naive, 0)]
        assert [subject for _, subject in seen] == ["B"]
        reached = seen[-1][0]
        assert await outgoing.give_numbers(pool) == 1
        assert await subjects(pool, 0) == ["B"]

        await transaction.commit()
    assert [row["subject"] for row in await pool.fetch(naive, reached)] == []  # A is lost
    assert await outgoing.give_numbers(pool) == 2
    assert await subjects(pool, 1) == ["A"]  # ours finds it


async def test_one_transaction_that_stays_open_holds_up_nobody(pool):
    async with pool.acquire() as slow:
        transaction = slow.transaction()
        await transaction.start()
        await outgoing.add(slow, [said("A")])
        for count in range(1, 4):
            await outgoing.add(pool, [said(f"B{count}")])
            assert await outgoing.give_numbers(pool) == count
        await transaction.rollback()


async def test_two_tellings_of_one_order_keep_their_order_whichever_transaction_began_first(pool):
    """The later transaction has the older transaction number: it began first and then waited for the order's row."""
    await pool.execute("INSERT INTO clocks VALUES ('WEB-1', 'stage', now(), now())")
    lock = "SELECT FROM clocks WHERE clock = 'WEB-1' FOR UPDATE"
    async with pool.acquire() as first, pool.acquire() as second:
        early, late = first.transaction(), second.transaction()
        await early.start()
        await late.start()
        await first.fetchval("SELECT pg_current_xact_id()::text")
        await second.execute(lock)
        waiting = asyncio.create_task(first.execute(lock))
        await asyncio.sleep(0.05)
        await outgoing.add(second, [said("WEB-1", step=1)])
        await late.commit()
        await waiting
        await outgoing.add(first, [said("WEB-1", step=2)])
        await early.commit()
    await outgoing.give_numbers(pool)
    steps = [json.loads(row.body)["data"]["step"] for row in await outgoing.after(pool, 0, 10)]
    assert steps == [1, 2]


async def test_many_writers_and_numberers_lose_nothing_and_number_nothing_twice(pool):
    async def write(name: int) -> None:
        for step in range(20):
            async with pool.acquire() as connection, connection.transaction():
                await outgoing.add(connection, [said(f"{name}-{step}"), said(f"{name}-{step}b")])
                await asyncio.sleep(0.001 * (name % 3))

    read: list[str] = []
    numbers: list[int] = []
    writing = asyncio.gather(*(write(name) for name in range(3)))
    while not (done := writing.done()) or await pool.fetchval(
        "SELECT count(*) FROM outgoing WHERE number IS NULL"
    ):
        await asyncio.gather(outgoing.give_numbers(pool, 7), outgoing.give_numbers(pool, 7))
        rows = await outgoing.after(pool, numbers[-1] if numbers else 0, 1000)
        read += [row.subject for row in rows]
        numbers += [row.number for row in rows]
    assert done
    await writing
    rows = await outgoing.after(pool, numbers[-1], 1000)
    read += [row.subject for row in rows]
    numbers += [row.number for row in rows]
    assert numbers == list(range(1, 121))
    assert sorted(read) == sorted(
        f"{name}-{step}{more}" for name in range(3) for step in range(20) for more in ("", "b")
    )


async def test_a_reader_has_one_holder_until_its_lease_runs_out(pool):
    one, other = Reader(pool, "nats"), Reader(pool, "nats")
    await outgoing.add(pool, [said("A")])
    await outgoing.give_numbers(pool)
    await one.start(from_first=True)
    await other.start()
    soon = NOW + timedelta(seconds=30)
    assert await one.hold(NOW, soon) == 0
    assert await other.hold(NOW, soon) is None
    assert await one.advance(1, soon)
    assert await one.renew(soon)
    assert await other.hold(soon, soon + timedelta(seconds=30)) == 1
    assert not await one.advance(2, soon)
    await other.release()
    assert not await one.renew(soon)  # lost is lost: it must ask how far the other was
    assert await one.hold(NOW, soon) == 1


async def test_a_reader_begins_at_the_end_unless_told_otherwise(pool):
    await outgoing.add(pool, [said("A")])
    await outgoing.give_numbers(pool)
    reader = Reader(pool, "nats")
    await reader.start()
    assert await reader.hold(NOW, NOW) == 1


async def test_what_everybody_was_told_is_forgotten_and_nothing_else(pool):
    await outgoing.add(pool, [said("A"), said("B")])
    await outgoing.give_numbers(pool)
    reader = Reader(pool, "nats")
    await reader.start(from_first=True)
    later = NOW + timedelta(days=1)
    assert await outgoing.forget(pool, later) == 0
    await reader.hold(NOW, later)
    await reader.advance(1, later)
    assert await outgoing.forget(pool, NOW) == 0
    assert await outgoing.forget(pool, later) == 1
    assert await subjects(pool, 0) == ["B"]
