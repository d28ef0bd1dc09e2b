"""What stands beside the events benchmark: the plain table holds every row, and the queue did every job in order."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.util import find_spec

import pytest

from sayso.bench import events_baseline
from sayso.bench.events_baseline import inserted, queued
from sayso.errors import SaysoError
from sayso.store.inbox import Message

NOW = datetime(2011, 1, 4, tzinfo=UTC)


def _messages(number: int) -> list[Message]:
    return [
        Message("wms", str(one), "SHIPCONF", "application/json", b"{}", f"K{one // 5}")
        for one in range(number)
    ]


async def test_the_plain_rows_are_all_there_and_the_schema_is_gone_afterwards(database: str, conn) -> None:
    found = await inserted(database, _messages(1_201), NOW, rounds=2)
    assert [one.rows for one in found] == [1_201, 1_201]
    assert found[0].per_second >= found[1].per_second > 0
    assert len(found[0].rates) == 2
    schemas = "SELECT count(*) FROM information_schema.schemata WHERE schema_name LIKE 'sayso_bench%'"
    assert await conn.fetchval(schemas) == 0


async def test_rows_that_are_lost_are_found_out(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def lossy(*_: object) -> None:
        return

    monkeypatch.setattr(events_baseline.benchmark_events, "copy_plain", lossy)
    with pytest.raises(SaysoError, match="does not hold every row"):
        await inserted(database, _messages(10), NOW, rounds=1)


@pytest.mark.skipif(find_spec("procrastinate") is None, reason="it is in requirements/bench.txt")
async def test_the_queue_does_every_job_under_its_lock(database: str) -> None:
    found = await queued(database, keys=5, each=2, rounds=1, concurrency=(2,))
    assert found is not None
    assert (found.rows, len(found.rates)) == (10, 1)
    assert found.per_second > 0


async def test_without_the_library_it_is_left_out(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_baseline, "find_spec", lambda _: None)
    assert await queued(database) is None
