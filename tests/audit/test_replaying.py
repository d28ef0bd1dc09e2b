"""Law 7 over whole journals: each decision comes out byte for byte, and what does not is named, never passed over."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from audit.journals import EVER, every, replay, trade
from sayso.audit.replay import run as replaying_run
from sayso.audit.replay.replaying import Tally
from sayso.audit.replay.run import Checkpoint, Place, Plan
from sayso.audit.replay.whatif import Alternative
from sayso.errors import BadField, SaysoError
from sayso.promise.policy import read
from world import MONDAY, SCHEMA, Shop


async def test_every_decision_comes_out_equal(shop: Shop, database: str) -> None:
    await trade(shop, 60)
    rows = await every(shop)
    assert len({row["made"].month for row in rows}) > 1
    assert {row["verdict"] for row in rows} == {"firm", "conditional", "refused"}
    found = await replay(database)
    assert (found.decisions, found.equal) == (len(rows), len(rows))
    assert found.clean
    assert (found.older, found.examples) == ({}, [])


async def test_several_processes_say_the_same(shop: Shop, database: str) -> None:
    await trade(shop, 40)
    await shop.pool.execute("UPDATE decisions SET verdict = 'firm' WHERE verdict = 'refused'")
    alone = await replay(database, size=1000)
    assert alone.problems
    assert await replay(database, workers=2) == alone
    assert await replay(database, size=3) == alone


async def evidence_of(shop: Shop, promise: str) -> Any:
    return msgspec.json.decode(
        await shop.pool.fetchval("SELECT evidence FROM decisions WHERE id = $1", promise)
    )


def swapped(column: str, was: str, becomes: str) -> str:
    """A statement that changes a text in the recorded bytes of every decision."""
    text = f"replace(convert_from({column}, 'UTF8'), '{was}', '{becomes}')"
    return f"UPDATE decisions SET {column} = convert_to({text}, 'UTF8')"  # noqa: S608


FAULTS = {
    "an answer's byte": (
        "different", swapped("answer", '"60.00"', '"61.00"'), "answer: lines[0].price.amount: recorded"
    ),
    "an evidence's byte": (
        "different", swapped("evidence", '"hold_seconds":900', '"hold_seconds":901'), "answer: "
    ),
    "a blank in the answer": ("different", "UPDATE decisions SET answer = answer || ' '", "its form"),
    "evidence that is no JSON": ("unreadable", "UPDATE decisions SET evidence = '{'", "cannot be read"),
    "the verdict's column": ("different", "UPDATE decisions SET verdict = 'refused'", "verdict"),
    "a decision that is gone": ("unrecorded", "DELETE FROM decisions", "not on record"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_planted_fault_in_the_record_is_named(shop: Shop, database: str, fault: str) -> None:
    held = await shop.hold("ada", ("lamp", 3))
    await shop.hold("ada", ("lamp", 1))
    kind, sql, where = FAULTS[fault]
    await shop.pool.execute(f"{sql} WHERE id = $1", held["promise"])
    found = await replay(database)
    assert found.problems == {kind: 1}
    (one,) = found.examples
    assert (one.promise, one.kind) == (held["promise"], kind)
    assert where in one.detail
    assert found.equal == 1
    assert not found.clean


@pytest.mark.parametrize("which", ["items", "world", "account", "policy"])
@pytest.mark.parametrize("how", ["damaged", "missing"])
async def test_a_planted_fault_in_a_card_is_named(shop: Shop, database: str, which: str, how: str) -> None:
    held = await shop.hold("ada", ("cup", 3))
    await shop.ask("eve", ("no such item", 1))
    evidence = await evidence_of(shop, held["promise"])
    address = {"items": lambda: evidence["items"]["cup"][0], "account": lambda: evidence["account"][0]}.get(
        which, lambda: evidence[which]
    )()
    if how == "missing":
        await shop.pool.execute("DELETE FROM cards WHERE address = $1", address)
    else:  # a blank behind the last byte: the answer would be the same
        await shop.pool.execute("UPDATE cards SET body = body || ' ' WHERE address = $1", address)
    found = await replay(database)
    assert found.problems.keys() == {f"{how}_card"}
    assert held["promise"] in {one.promise for one in found.examples}
    assert all(address in one.detail for one in found.examples)
    assert found.equal + sum(found.problems.values()) == found.decisions == 2


async def test_another_judgement_is_no_difference_and_never_equal(shop: Shop, database: str) -> None:
    first, _ = await shop.ask("ada", ("cup", 1)), await shop.ask("ada", ("cup", 2))
    evidence = {**await evidence_of(shop, first["promise"]), "judgement": "0"}
    await shop.pool.execute(
        "UPDATE decisions SET evidence = $2 WHERE id = $1", first["promise"], msgspec.json.encode(evidence)
    )
    found = await replay(database)
    assert (found.decisions, found.equal, found.older, found.clean) == (2, 1, {"0": 1}, True)


async def test_an_override_is_found_beside_what_it_overrode(shop: Shop, database: str) -> None:
    refused = await shop.hold("ada", ("lamp", 60), accept_conditional=True)
    assert refused["verdict"] == "refused"
    assert (await shop.override(refused["promise"]))["held"]
    found = await replay(database, size=1)
    assert (found.decisions, found.equal, found.clean) == (2, 2, True)


async def test_filters(shop: Shop, database: str) -> None:
    await trade(shop, 40)
    rows = await every(shop)
    one = rows[7]

    async def counted(**asked: Any) -> int:
        found = await replay(database, msgspec.structs.replace(EVER, **asked))
        assert found.clean
        return found.decisions

    assert await counted(promises=(one["id"],)) == 1
    assert await counted(customer="ada") == sum(row["customer"] == "ada" for row in rows)
    assert await counted(verdict="refused") == sum(row["verdict"] == "refused" for row in rows)
    assert await counted(since=one["made"]) == sum(row["made"] >= one["made"] for row in rows)
    assert await counted(until=one["made"]) == sum(row["made"] < one["made"] for row in rows)
    bodies = await shop.pool.fetch("SELECT answer, evidence FROM decisions")
    short = [row for row in bodies if b'"code":"stock_short"' in row["answer"]]
    assert await counted(reason="stock_short") == len(short) > 0
    cups = [row for row in bodies if "cup" in msgspec.json.decode(row["evidence"])["items"]]
    assert await counted(item="cup") == len(cups) > 0
    assert await counted(item="cu") == 0


class Enough(Exception):
    """The test has seen enough."""


async def test_what_was_interrupted_goes_on(shop: Shop, database: str, tmp_path: Path) -> None:
    await trade(shop, 30)
    await shop.pool.execute("UPDATE decisions SET verdict = 'firm' WHERE verdict = 'refused'")
    other = Alternative(read({"availability": {"backorder": False}}).body)
    whole = await replay(database, alternative=other)
    assert whole.figures is not None
    assert whole.figures.flips
    note = tmp_path / "note"
    told: list[tuple[int, int, int]] = []

    def tell(*seen: int) -> None:
        told.append(seen)  # type: ignore[arg-type]
        if len(told) == 3:
            raise Enough

    with pytest.raises(Enough):
        await replay(database, alternative=other, resume=note, tell=tell)
    assert len(note.read_bytes().splitlines()) == 3
    with note.open("ab") as file:
        file.write(b'{"slice":2,"tal')  # cut off
    told.clear()
    again = await replay(database, alternative=other, resume=note, tell=lambda *seen: told.append(seen))
    assert again == whole
    assert told[0][2] == 2
    assert await replay(database, alternative=other, resume=note) == whole


PROGRAM = """
import sys, time
from pathlib import Path
from audit.journals import EVER
from sayso.audit.replay.run import Checkpoint, Place, Plan, run

if __name__ == "__main__":
    run(Place(sys.argv[1], "sayso"), Plan(EVER), Checkpoint(Path(sys.argv[2])), 2, lambda *_: time.sleep(0.3))
"""


def _killed_under_way(words: list[str], note: Path) -> None:
    """Start a program, and kill -9 it once some slices are noted."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen([sys.executable, *words], env=environment)
    until = time.monotonic() + 60
    while len(note.read_bytes().splitlines()) < 4 and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait(10)


async def test_a_replay_that_is_killed_goes_on(shop: Shop, database: str, tmp_path: Path) -> None:
    await trade(shop, 40)
    whole = await replay(database)
    note, program = tmp_path / "note", tmp_path / "program.py"
    program.write_text(PROGRAM)
    place, checkpoint = Place(database, SCHEMA), Checkpoint(note)
    checkpoint.begin(Plan(EVER), await replaying_run.cut(place, EVER, 3))
    await asyncio.to_thread(_killed_under_way, [str(program), database, str(note)], note)
    done = Checkpoint(note)
    assert done.begun is not None
    assert 2 < len(done.done) < len(done.begun.slices)
    assert await replay(database, resume=note) == whole


def _kill_the_first_process() -> None:
    """kill -9 of whatever process the replay has started, as soon as there is one."""
    for _ in range(1000):
        for children in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
            for child in children.read_text().split():
                if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                    os.kill(int(child), signal.SIGKILL)
                    return
        time.sleep(0.005)


async def test_a_process_that_ends_is_told(shop: Shop, database: str) -> None:
    await trade(shop, 20)
    replaying = asyncio.create_task(replay(database, workers=2))
    await asyncio.to_thread(_kill_the_first_process)
    with pytest.raises(SaysoError, match="has ended"):
        await replaying


async def test_a_checkpoint_of_something_else_is_refused(shop: Shop, database: str, tmp_path: Path) -> None:
    await trade(shop, 5)
    note = tmp_path / "note"
    await replay(database, resume=note)
    with pytest.raises(BadField, match="other options"):
        await replay(database, msgspec.structs.replace(EVER, customer="ada"), resume=note)
    note.write_bytes(b"what is this?\n")
    with pytest.raises(BadField, match="no checkpoint"):
        await replay(database, resume=note)


async def test_nothing_on_record(database: str) -> None:
    assert await replay(database) == Tally()


async def test_a_month_that_is_not_asked_for_is_not_read(shop: Shop, database: str) -> None:
    await trade(shop, 20)
    later = msgspec.structs.replace(EVER, since=MONDAY.replace(month=4, day=1, hour=0))
    pieces = await replaying_run.cut(Place(database, SCHEMA), later, 5)
    assert {piece.since.month for piece in pieces} >= {4}
    assert all(piece.since.month >= 4 for piece in pieces)
    assert sum(piece.decisions for piece in pieces) == sum(
        row["made"].month >= 4 for row in await every(shop)
    )
