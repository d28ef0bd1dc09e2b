"""Laws 1, 2, 3 and 5 through kill -9: of a process that promises, of the database, and of both, in the middle."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from faults.storm import ITEMS, SITES, Storm
from sayso.desk.batch import Batch
from sayso.store import database

_SEED = int(time.time())
_ATTEMPTS = 900
_ON_HAND = 700


@pytest.fixture
def storm(tmp_path: Path) -> Iterator[Storm]:
    sys.stdout.write(f"seed {_SEED}\n")
    found = Storm(tmp_path, _SEED)
    yield found
    found.close()


async def test_nothing_is_lost_or_done_twice_and_nothing_is_oversold(storm: Storm) -> None:
    await storm.open(_ON_HAND)
    for number in range(3):
        storm.start(number, _ATTEMPTS)
    _until(storm, 60)
    storm.kill(1)
    storm.start(1, _ATTEMPTS)  # the same questions under the same keys
    _until(storm, 400)
    storm.kill_postgres()
    _until(storm, 900)
    storm.kill(0)
    storm.kill_postgres()
    storm.start(0, _ATTEMPTS)
    storm.wait(180)
    given = storm.acknowledged()
    assert len({one["key"] for one in given}) == 3 * _ATTEMPTS
    assert len(given) > 3 * _ATTEMPTS, "the killed processes asked some things again"
    assert await storm.violations() == []
    assert await storm.held() == len({one["promise"] for one in given if one["held"]})
    assert any(not one["held"] for one in given), "there was not enough for everybody"


async def test_the_check_sees_what_a_broken_ledger_leaves(
    storm: Storm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same storm in one process, with a batch that forgets what it took: seen to be noticed."""
    from faults import storm as program

    def forget(self: Batch, takes: Any) -> None:
        """Take nothing."""

    await storm.open(30)
    monkeypatch.setattr(Batch, "take", forget)
    await program._ask(storm.dsn, storm.home, 0, _SEED, 400)
    monkeypatch.undo()
    found = await storm.violations()
    assert any(one.startswith("oversold") for one in found)
    assert any(one.startswith("drift") for one in found)


async def test_the_check_sees_a_lost_and_a_doubled_answer(storm: Storm) -> None:
    from faults import storm as program

    await storm.open(_ON_HAND)
    await program._ask(storm.dsn, storm.home, 0, _SEED, 50)
    connection = await database.connect(storm.dsn, "sayso")
    try:
        lost = await connection.fetchval("DELETE FROM promises WHERE state = 'held' RETURNING id")
        await connection.execute("UPDATE accounts SET promised = promised + 1 WHERE account = 'head'")
    finally:
        await connection.close()
    with program.log_of(storm.home, 9) as log:
        log.write(f'{{"key":"{_SEED}-0-1","promise":"prm_other","held":false}}\n'.encode())
    found = await storm.violations()
    assert any(one == f"lost hold: {lost}" for one in found)
    assert any("was answered with" in one for one in found)
    assert any(one.startswith("drift") for one in found)
    assert len(ITEMS) * len(SITES) == 12


def _until(storm: Storm, answers: int) -> None:
    """Until so many answers were given."""
    until = time.monotonic() + 120
    while len(storm.acknowledged()) < answers:
        assert time.monotonic() < until, "the storm stands still"
        time.sleep(0.05)
