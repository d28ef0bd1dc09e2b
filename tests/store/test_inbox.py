"""Messages as rows: kept once, counted when they come again, shared out by lanes, held back behind their own only."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from explained import scanned
from sayso.errors import Conflict, NotFound
from sayso.store import database as store_database
from sayso.store import inbox
from sayso.store.inbox import Came, Message, Verdict

NOW = datetime(2011, 1, 4, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def told(id_: str, key: str = "", body: bytes = b"{}", source: str = "wms") -> Message:
    return Message(source, id_, "SHIPCONF", "application/json", body, key)


async def keep(conn: Any, *messages: Message) -> list[int]:
    return [came.number for came in await inbox.keep(conn, messages, NOW)]


async def work(conn: Any, bad: tuple[str, ...] = ()) -> list[str]:
    """Work everything off as a worker does, those in `bad` into quarantine; the ids in the order of their work."""
    done: list[str] = []
    while True:
        async with conn.transaction():
            lane = await inbox.claim_lane(conn)
            if lane is None:
                return done
            for message in (await inbox.waiting(conn, lane, 500))[:1]:
                done.append(message.id)
                state = "quarantined" if message.id in bad else "applied"
                verdict = Verdict(message.number, state, "no such unit" if message.id in bad else None)
                await inbox.settle(conn, [verdict], LATER)


async def test_a_message_is_kept_byte_for_byte_and_told_apart_when_it_comes_again(conn: Any) -> None:
    body = bytes(range(256))
    assert await inbox.keep(conn, [told("1", "A", body), told("2", "B")], NOW) == [
        Came("new", 1),
        Came("new", 2),
    ]
    again = await inbox.keep(conn, [told("1", "A", body), told("2", "B", b"[]"), told("3")], LATER)
    assert [came.how for came in again] == ["repeated", "conflicting", "new"]
    assert [came.number for came in again[:2]] == [1, 2]
    first = await inbox.message(conn, 1)
    assert (first.kept.body, first.kept.received, first.repeats, first.conflicts) == (body, NOW, 1, 0)
    second = await inbox.message(conn, 2)
    assert (second.kept.body, second.conflicts) == (b"{}", 1)
    assert await inbox.conflicts(conn, 2) == [(LATER, b"[]")]


async def test_a_batch_may_hold_a_message_twice(conn: Any) -> None:
    came = await inbox.keep(conn, [told("1"), told("2"), told("1"), told("1", body=b"[]")], NOW)
    assert [one.how for one in came] == ["new", "new", "repeated", "conflicting"]
    assert came[0].number == came[2].number == came[3].number
    assert await inbox.keep(conn, [], NOW) == []


async def test_the_same_id_from_another_source_is_another_message(conn: Any) -> None:
    came = await inbox.keep(conn, [told("1"), told("1", source="erp")], NOW)
    assert [one.how for one in came] == ["new", "new"]


async def test_a_conflict_that_comes_again_is_kept_once(conn: Any) -> None:
    [number] = await keep(conn, told("1"))
    for _ in range(3):
        await keep(conn, told("1", body=b"other"))
    assert len(await inbox.conflicts(conn, number)) == 1
    assert (await inbox.message(conn, number)).repeats == 3


async def test_what_is_replayed_keeps_the_time_when_it_was_received_first(conn: Any) -> None:
    [came] = await inbox.keep(conn, [told("1")._replace(received=NOW)], LATER)
    assert (await inbox.message(conn, came.number)).kept.received == NOW


async def test_a_keys_messages_are_taken_as_they_came(conn: Any) -> None:
    await keep(conn, *(told(str(number), "AB"[number % 2]) for number in range(20)))
    done = [int(id_) for id_ in await work(conn)]
    assert sorted(done) == list(range(20))
    for remainder in (0, 1):
        assert [one for one in done if one % 2 == remainder] == list(range(remainder, 20, 2))


async def test_lanes_are_served_in_turn(conn: Any) -> None:
    """Of a lane with much work and others with little, the much does not go first until it is through."""
    await keep(conn, *(told(f"a{number}", "A") for number in range(50)))
    await keep(conn, *(told(f"{key}", key) for key in ("B", "C", "D", "E")))
    done = await work(conn)
    assert max(done.index(key) for key in ("B", "C", "D", "E")) <= 6


async def test_two_never_hold_one_lane(conn: Any, database: str) -> None:
    await keep(conn, told("1", "A"), told("2", "B"))
    other = await store_database.connect(database, "sayso")
    async with conn.transaction(), other.transaction():
        held = {await inbox.claim_lane(conn), await inbox.claim_lane(other)}
        assert len(held) == 2
        assert None not in held
        async with other.transaction():
            assert await inbox.claim_lane(other) in held  # its own: a lane may be taken again by who has it
    await other.close()


async def test_a_message_in_quarantine_holds_back_its_own_key_only(conn: Any) -> None:
    await keep(conn, told("1", "A"), told("2", "A"), told("3", "B"), told("4"), told("5"), told("6", "A"))
    assert sorted(await work(conn, bad=("2", "4"))) == ["1", "2", "3", "4", "5"]
    held = await inbox.held_back(conn)
    assert [(one.id, one.key, one.behind, one.problem) for one in held] == [
        ("2", "A", 1, "no such unit"),
        ("4", "", 0, "no such unit"),
    ]
    await keep(conn, told("7", "A"))
    assert await work(conn) == []
    assert (await inbox.standing(conn))[:3] == (0, 2, 2)
    assert [one.id for one in await inbox.held_back(conn, key="A")] == ["2"]
    assert await inbox.held_back(conn, source="erp") == []
    assert [one.id for one in await inbox.held_back(conn, after=held[0].number)] == ["4"]


async def test_what_is_released_goes_first_and_then_what_stood_behind_it(conn: Any) -> None:
    numbers = await keep(conn, told("1", "A"), told("2", "A"), told("3", "A"))
    await work(conn, bad=("1",))
    await inbox.edit(conn, numbers[0], b'{"unit":"EA"}', "ann", "the unit was renamed", LATER)
    assert await work(conn) == []
    await inbox.release(conn, numbers[:1])
    async with conn.transaction():
        some = await inbox.waiting(conn, await inbox.claim_lane(conn), 10)
    assert [(one.id, one.edited, one.body) for one in some] == [
        ("1", True, b'{"unit":"EA"}'), ("2", False, b"{}"), ("3", False, b"{}"),
    ]  # fmt: skip
    assert await work(conn) == ["1", "2", "3"]
    whole = await inbox.message(conn, numbers[0])
    assert (whole.first, whole.state, whole.problem) == (b"{}", "applied", "")
    [edit] = await inbox.edits(conn, numbers[0])
    assert (edit.by, edit.why) == ("ann", "the unit was renamed")


async def test_of_two_in_quarantine_the_earlier_goes_on_holding_back(conn: Any) -> None:
    numbers = await keep(conn, *(told(str(number), "A") for number in range(4)))
    for number in (numbers[0], numbers[2]):
        await inbox.settle(conn, [Verdict(number, "quarantined", "no")], NOW)
    await inbox.release(conn, [numbers[2]])
    assert await work(conn) == []
    await inbox.release(conn, [numbers[0]])
    assert await work(conn) == ["0", "1", "2", "3"]


async def test_what_is_dropped_lets_the_others_go_on(conn: Any) -> None:
    numbers = await keep(conn, told("1", "A"), told("2", "A"))
    await work(conn, bad=("1",))
    await inbox.drop(conn, numbers[0], "ann", "sent by mistake")
    assert await work(conn) == ["2"]
    whole = await inbox.message(conn, numbers[0])
    assert (whole.state, whole.problem) == ("dropped", "Dropped by ann: sent by mistake")


async def test_a_key_that_was_learned_late_puts_the_message_into_its_lane(conn: Any) -> None:
    numbers = await keep(conn, told("1"), told("2", "A"))
    await inbox.settle(conn, [Verdict(numbers[0], "quarantined", "no", key="A")], NOW)
    assert await work(conn) == []
    await inbox.edit(conn, numbers[0], b"{}", "ann", "", NOW, key="B")
    await inbox.release(conn, numbers[:1])
    assert (await inbox.message(conn, numbers[0])).kept.key == "B"
    assert sorted(await work(conn)) == ["1", "2"]


async def test_only_what_is_in_quarantine_can_be_mended(conn: Any) -> None:
    [number] = await keep(conn, told("1"))
    for refused in (
        inbox.edit(conn, number, b"", "ann", "", NOW),
        inbox.release(conn, [number]),
        inbox.drop(conn, number, "ann", ""),
    ):
        with pytest.raises(Conflict, match="is not in quarantine; it is waiting"):
            await refused
    for unknown in (inbox.release(conn, [number + 1]), inbox.message(conn, number + 1)):
        with pytest.raises(NotFound):
            await unknown
    assert await inbox.edits(conn, number) == []


async def test_a_time_is_read_by_pages_without_what_was_dropped(conn: Any) -> None:
    moments = [NOW + timedelta(minutes=number) for number in range(10)]
    messages = [told(str(number))._replace(received=moment) for number, moment in enumerate(moments)]
    numbers = [came.number for came in await inbox.keep(conn, messages, NOW)]
    await inbox.settle(conn, [Verdict(numbers[4], "quarantined", "no")], NOW)
    await inbox.drop(conn, numbers[4], "ann", "")

    async def read(**more: Any) -> list[list[str]]:
        pages = inbox.between(conn, moments[2], moments[8], most=2, **more)
        return [[one.id for one in page] async for page in pages]

    assert await read() == [["2", "3"], ["5", "6"], ["7"]]
    assert await read(after=numbers[5]) == [["6", "7"]]
    assert [page async for page in inbox.between(conn, LATER, LATER)] == []


async def test_no_query_reads_the_whole_inbox_whatever_is_known_of_it(conn: Any) -> None:
    await conn.execute(
        "INSERT INTO inbox (source, id, received, body, digest, key, lane, state)"
        " SELECT 'wms', g::text, $1::timestamptz + g * interval '1 second', repeat('x', 300)::bytea, 'd', 'K' || g / 10,"
        " g / 10 % 64, CASE WHEN g % 500 = 1 THEN 'quarantined' WHEN g % 500 BETWEEN 2 AND 9 THEN 'behind'"
        " WHEN g < 20000 THEN 'applied' ELSE 'waiting' END FROM generate_series(1, 24000) g",
        NOW,
    )
    await conn.execute(
        "INSERT INTO inbox_edits (message, edited, by, body) SELECT number, received, 'ann', body FROM inbox"
        " WHERE state = 'quarantined'"
    )
    for known in ("SELECT 1", "ANALYZE"):
        await conn.execute(known)
        for name in inbox.SQL:
            if name not in ("standing", "span"):  # what is counted is read
                assert not await scanned(conn, inbox.SQL[name], ("inbox", "inbox_edits")), name
        # A join would be with all that waits, at every claim.
        assert not [
            row for row in await conn.fetch("EXPLAIN " + inbox.SQL["claim_lane"], True) if "Join" in row[0]
        ]
    planted = inbox.SQL["number_of"].replace("source =", "source || '' =").replace("id =", "id || '' =")
    assert await scanned(conn, planted, ("inbox",))


async def test_more_than_a_page_behind_one_in_quarantine_stays_behind(conn: Any) -> None:
    [first, *_] = await keep(conn, *(told(str(number), "A") for number in range(9)))
    await inbox.settle(conn, [Verdict(first, "quarantined", "no")], NOW)
    async with conn.transaction():
        lane = await inbox.claim_lane(conn)
        assert [await inbox.waiting(conn, lane, 3) for _ in range(3)] == [[], [], []]
    assert (await inbox.standing(conn))[:3] == (0, 1, 8)


async def test_two_that_keep_the_same_messages_in_another_order_both_come_through(
    conn: Any, database: str
) -> None:
    """Each has what the other wants next; PostgreSQL breaks off the one whose patience is shorter, and it tries again."""
    other = await store_database.connect(database, "sayso")
    await conn.execute("SET deadlock_timeout = '200ms'")
    await other.execute("SET deadlock_timeout = '10s'")
    async with other.transaction():
        await keep(other, told("2"))
        waits = asyncio.create_task(inbox.keep(conn, [told("1"), told("2")], NOW))
        await asyncio.sleep(0.05)
        assert not waits.done()
        await keep(other, told("1"))
    assert [came.how for came in await waits] == ["repeated", "repeated"]
    await other.close()
    assert (await inbox.standing(conn)).waiting == 2
