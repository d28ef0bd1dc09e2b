"""Several processes over one inbox: an order's work in order and never twice at once, and nothing lost by kill -9."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import sayso
from delivery import worker
from delivery.worker import NOW, TABLE, disorder, handler, overlaps
from sayso.delivery.inbound import Inbound
from sayso.store import inbox
from sayso.store.database import Queries
from sayso.store.inbox import Message

KEYS, EACH = 40, 15


class Crew:
    """Worker processes on a database."""

    def __init__(self, dsn: str, log: Path) -> None:
        self._dsn, self.log = dsn, log
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, lanes: int = 2) -> subprocess.Popen[bytes]:
        paths = (Path(sayso.__file__).parents[1], Path(__file__).parents[1])
        process = subprocess.Popen(
            [sys.executable, worker.__file__, self._dsn, str(self.log), str(lanes)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))},
        )
        self.started.append(process)
        return process


@pytest.fixture
def crew(database: str, tmp_path: Path) -> Iterator[Crew]:
    found = Crew(database, tmp_path / "log")
    yield found
    for process in found.started:
        process.kill()
        process.wait()


async def _filled(conn: Any) -> None:
    await conn.execute(TABLE)
    messages = [
        Message("wms", f"{key}/{number}", "", "application/json", b"{}", f"K{key}")
        for number in range(EACH)
        for key in range(KEYS)
    ]
    await inbox.keep(conn, messages, NOW)


async def _until_empty(conn: Any) -> None:
    for _ in range(600):
        if not (await inbox.standing(conn)).waiting:
            return
        await asyncio.sleep(0.05)
    pytest.fail("the workers did not come to an end")


def _lines(log: Path) -> list[str]:
    return log.read_text().splitlines() if log.exists() else []


async def _grown(log: Path, lines: int) -> None:
    for _ in range(2000):
        if len(_lines(log)) >= lines:
            return
        await asyncio.sleep(0.01)
    pytest.fail("the workers did nothing")


async def _rows(conn: Any) -> list[tuple[str, int]]:
    return [
        (row["key"], row["number"]) for row in await conn.fetch("SELECT key, number FROM seen ORDER BY place")
    ]


async def test_four_workers_in_two_processes_keep_the_order_of_each_key(conn: Any, crew: Crew) -> None:
    await _filled(conn)
    started = [crew.start(), crew.start()]
    await _until_empty(conn)
    for process in started:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    rows = await _rows(conn)
    assert len(rows) == KEYS * EACH
    assert disorder(rows) == []
    assert overlaps(crew.log) == []
    who = {line.split()[1] for line in _lines(crew.log)}
    assert len({one.split(".")[0] for one in who}) == 2  # both had their part
    assert len(who) >= 3


async def test_workers_that_do_not_hold_their_lane_are_found_out(
    conn: Any, pool: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: the lane is chosen and not held. The checks above must see it."""
    await _filled(conn)
    unheld = {
        "claim_lane": "SELECT lane FROM inbox WHERE state = 'waiting' AND $1 ORDER BY number LIMIT 1",
        "hold_lane": "SELECT tries FROM inbox_lanes WHERE lane = $1",
    }
    monkeypatch.setattr(inbox, "SQL", Queries({**{name: inbox.SQL[name] for name in inbox.SQL}, **unheld}))
    log = tmp_path / "log"
    workers = [Inbound(pool, handler(log), lambda: NOW, most=5) for _ in range(4)]
    await asyncio.gather(*(one.once() for one in workers), return_exceptions=True)
    assert overlaps(log)


async def test_what_is_worked_off_in_another_order_is_found_out(
    conn: Any, pool: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: what came last is taken first."""
    await _filled(conn)
    turned = inbox.SQL["read"].replace("ORDER BY i.number", "ORDER BY i.number DESC")
    monkeypatch.setattr(
        inbox, "SQL", Queries({**{name: inbox.SQL[name] for name in inbox.SQL}, "read": turned})
    )
    await Inbound(pool, handler(tmp_path / "log", 0), lambda: NOW, most=5).once()
    assert disorder(await _rows(conn))


async def test_kill_9_of_workers_loses_nothing_and_does_nothing_twice(conn: Any, crew: Crew) -> None:
    """Killed in the middle of a batch, again and again; `seen` has the message's number as its key."""
    await _filled(conn)
    chance = random.Random(4)
    killed_at_work = 0
    for _ in range(4):
        process = crew.start()
        other = crew.start()
        before = len(_lines(crew.log))
        await _grown(crew.log, before + 2)
        await asyncio.sleep(chance.uniform(0, 0.03))
        for one in (process, other):
            one.kill()
            one.wait()
        lines = _lines(crew.log)
        killed_at_work += sum(line.startswith("begin") for line in lines) > sum(
            line.startswith("end") for line in lines
        )
    assert killed_at_work, "no process was killed while it worked"
    crew.start()
    await _until_empty(conn)
    rows = await _rows(conn)
    assert sorted(number for _, number in rows) == list(range(1, KEYS * EACH + 1))
    assert disorder(rows) == []
    assert await conn.fetchval("SELECT count(*) FROM inbox WHERE state = 'applied'") == KEYS * EACH


async def test_a_message_that_kills_its_worker_ends_in_quarantine_and_takes_no_other_with_it(
    conn: Any, crew: Crew
) -> None:
    """It kills whoever applies it, at once: as one that needs more memory than there is."""
    await _filled(conn)
    [deadly] = await inbox.keep(
        conn, [Message("wms", "deadly", "kill", "application/json", b"{}", "K7")], NOW
    )
    after = Message("wms", "after", "", "application/json", b"{}", "K7")
    await inbox.keep(conn, [after], NOW)
    deaths = 0
    while (await inbox.standing(conn)).waiting:
        process = crew.start()
        for _ in range(1000):
            if process.poll() is not None or not (await inbox.standing(conn)).waiting:
                break
            await asyncio.sleep(0.02)
        deaths += process.poll() is not None
        assert deaths <= 10, "the message kills for ever"
        process.kill()
        process.wait()
    assert deaths == 5
    states = await conn.fetch("SELECT state, count(*) FROM inbox GROUP BY state")
    assert {row["state"]: row["count"] for row in states} == {
        "applied": KEYS * EACH, "quarantined": 1, "behind": 1
    }  # fmt: skip
    held = await inbox.message(conn, deadly.number)
    assert held.state == "quarantined"
    assert "died of it, 3 times" in held.problem
    assert disorder(await _rows(conn)) == []


async def test_workers_that_are_killed_by_others_hold_no_message_back(conn: Any, crew: Crew) -> None:
    """A deployment, an operator: deaths that no message is to blame for. What is tried alone goes through."""
    await _filled(conn)
    for _ in range(4):
        before = len(_lines(crew.log))
        process = crew.start()
        await _grown(crew.log, before + 2)
        process.kill()
        process.wait()
    await conn.execute("UPDATE inbox_lanes SET tries = 7")
    crew.start()
    await _until_empty(conn)
    assert await conn.fetchval("SELECT count(*) FROM inbox WHERE state = 'applied'") == KEYS * EACH
