"""Effects as rows: decided once, leased in their order, settled by whoever has the lease, taken up again by people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from explained import scanned
from sayso.errors import Conflict, NotFound
from sayso.store import outbox
from sayso.store.outbox import New, Word

NOW = datetime(2011, 1, 4, 9, 0, tzinfo=UTC)
SHARES = ("checkout", "sync", "replay")


def effect(name: str, key: str = "", system: str = "erp") -> New:
    return New(name, system, "submit_order", key, "placed", b"{}", Decimal("30.60"), "GBP")


async def claim(
    conn: Any, lease: str = "one", most: int = 10, now: datetime = NOW, seconds: float = 60
) -> Any:
    return await outbox.claim(conn, "erp", "sync", most, lease, seconds, now)


async def test_what_was_decided_before_stays_as_it_is(conn: Any) -> None:
    assert await outbox.put(conn, [effect("1", "A"), effect("2", "A")], NOW) == {"1", "2"}
    changed = effect("1", "A")._replace(body=b"[]")
    assert await outbox.put(conn, [changed, effect("3")], NOW + timedelta(1)) == {"3"}
    kept = await outbox.one(conn, "1")
    assert (kept.body, kept.decided, kept.amount, kept.state) == (b"{}", NOW, Decimal("30.60"), "waiting")
    assert [one.effect for one in await outbox.of_key(conn, "A")] == ["1", "2"]
    assert await outbox.put(conn, [], NOW) == set()


async def test_only_the_first_of_a_key_is_leased_and_only_when_it_is_due(conn: Any) -> None:
    await outbox.put(conn, [effect("1", "A"), effect("2", "A"), effect("3", "B")], NOW)
    await outbox.put(conn, [effect("4", "C")], NOW + timedelta(minutes=1))
    leased = await claim(conn)
    assert [one.kept.effect for one in leased] == ["1", "3"]
    assert await claim(conn, "two") == []
    await outbox.settle(conn, leased[0], Word("waiting", "it is down", NOW + timedelta(minutes=5)), NOW)
    assert await claim(conn, "two") == []
    after = NOW + timedelta(minutes=5)
    assert [one.kept.effect for one in await claim(conn, "two", now=after)] == ["4", "1"]


async def test_a_lease_that_ran_out_makes_it_unclear_and_its_word_counts_no_more(conn: Any) -> None:
    await outbox.put(conn, [effect("1", "A")], NOW)
    [lost] = await claim(conn, seconds=-1)
    assert await outbox.wanted(conn, "erp", SHARES, NOW) == ["sync"]
    await outbox.expire(conn, "erp", NOW)
    assert not await outbox.settle(conn, lost, Word("done", None, NOW), NOW)
    [found] = await claim(conn, "two")
    assert (found.unclear, found.kept.tries) == (True, 2)
    assert not await outbox.settle(conn, lost, Word("done", None, NOW), NOW)
    assert await outbox.settle(conn, found, Word("done", None, NOW, b"[]"), NOW)
    assert not await outbox.settle(conn, found, Word("refused", "no", NOW), NOW)
    assert (await outbox.one(conn, "1")).state == "done"


async def test_a_lease_that_runs_is_left_alone(conn: Any) -> None:
    await outbox.put(conn, [effect("1")], NOW)
    await claim(conn)
    await outbox.expire(conn, "erp", NOW + timedelta(days=9))  # leases go by PostgreSQL's clock
    assert await outbox.wanted(conn, "erp", SHARES, NOW + timedelta(days=9)) == []


async def test_people_take_up_again_or_drop_what_ended_badly_and_nothing_else(conn: Any) -> None:
    await outbox.put(conn, [effect("1"), effect("2"), effect("3")], NOW)
    leased = {one.kept.effect: one for one in await claim(conn)}
    for changed in (outbox.retry(conn, "1", NOW), outbox.drop(conn, "1", "ann", "", NOW)):
        with pytest.raises(Conflict, match="the effect 1 is sending"):
            await changed
    await outbox.settle(conn, leased["1"], Word("refused", "no such customer", NOW), NOW)
    await outbox.settle(conn, leased["2"], Word("failed", "given up", NOW), NOW)
    assert [one.effect for one in await outbox.problems(conn)] == ["1", "2"]
    await outbox.retry(conn, "1", NOW)
    await outbox.retry(conn, "2", NOW)
    again = {one.kept.effect: one for one in await claim(conn)}
    assert {name: (one.unclear, one.kept.tries) for name, one in again.items()} == {
        "1": (False, 1),
        "2": (True, 1),
    }
    await outbox.settle(conn, again["1"], Word("refused", "no such customer", NOW), NOW)
    await outbox.drop(conn, "1", "ann", "entered by hand", NOW)
    assert (await outbox.one(conn, "1")).problem == "Dropped by ann: entered by hand"
    with pytest.raises(NotFound):
        await outbox.retry(conn, "none", NOW)
    assert {(one.state, one.effects) for one in await outbox.standing(conn)} == {("sending", 2)}


async def test_no_query_reads_the_whole_outbox_whatever_is_known_of_it(conn: Any) -> None:
    await conn.execute(
        "INSERT INTO outbox (effect, system, kind, key, cause, body, decided, state, due, leased_until, share)"
        " SELECT g::text, (ARRAY['erp', 'wms'])[1 + g % 2], 'k', 'K' || g / 4, 'c', repeat('x', 300)::bytea, $1,"
        " CASE WHEN g < 15000 THEN 'done' WHEN g % 100 = 0 THEN 'failed' WHEN g % 101 = 0 THEN 'sending'"
        " WHEN g % 50 = 1 THEN 'unclear' ELSE 'waiting' END, $1::timestamptz + g * interval '1 second', $1,"
        " (ARRAY['checkout', 'sync', 'replay'])[1 + g % 3] FROM generate_series(1, 20000) g",
        NOW,
    )
    for known in ("SELECT 1", "ANALYZE"):
        await conn.execute(known)
        for name in outbox.SQL:
            if name != "standing":  # what is counted is read
                assert not await scanned(conn, outbox.SQL[name], ("outbox",)), name
