"""The benchmark of replay: what it makes live it makes again, and says how fast beside."""

from __future__ import annotations

import asyncio

from sayso.bench import replay
from sayso.bench.replay import Report, Wanted
from sayso.bench.world import Scale


async def measured(database: str, decisions: int) -> Report:
    """A short run in a small world, on the test's own database."""
    wanted = Wanted(decisions, 8, 2, Scale(60, 2, 30), database)
    return await asyncio.to_thread(replay.measured, wanted, lambda _: None)


async def test_every_decision_comes_out_equal(database: str) -> None:
    found = await measured(database, 300)
    assert (found.decisions, found.equal, found.problems) == (300, 300, {})
    assert [one.workers for one in found.passes] == [1, 2, 2]
    assert all(abs(one.per_second / found.live_per_second - one.ratio) < 0.01 for one in found.passes)
    assert found.flips > 0
    assert found.journal_mib > 0


async def test_what_is_not_equal_is_counted(database: str, monkeypatch) -> None:
    """A fault planted between the two: the answers of the record lose their last byte."""
    true = replay.replaying_run.cut

    async def cut(place, asked, *size):
        connection = await replay.database.connect(place.dsn, place.schema)
        await connection.execute(
            "UPDATE decisions SET answer = substr(answer, 1, length(answer) - 1) WHERE verdict = 'firm'"
        )
        await connection.close()
        return await true(place, asked, *size)

    monkeypatch.setattr(replay.replaying_run, "cut", cut)
    found = await measured(database, 60)
    assert found.equal < found.decisions == 60
    assert found.problems == {"different": 60 - found.equal}
