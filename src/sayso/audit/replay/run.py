"""A replay of months: slices of the journal over several processes, noted as they are done, so that it can go on later.

Each process has a connection and its own cards, and works on one slice at a time; what it returns is small whatever the
journal's size. The same slices give the same summary, in whichever order they are done.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from sayso.audit.replay.replaying import Replayer, Tally
from sayso.audit.replay.whatif import Alternative
from sayso.errors import BadField, SaysoError, StoreAway
from sayso.promise.decision import JUDGEMENT
from sayso.store import database, journal
from sayso.store.database import mapped
from sayso.store.journal import Filter, Slice

SLICE = 5_000
_SPAWN = multiprocessing.get_context("spawn")
_LEAVING_SECONDS = 5


class Plan(Struct, frozen=True):
    """What is to be replayed. `most` is how many examples, and changes, are kept. `judgement` is the version at work."""

    asked: Filter
    alternative: Alternative | None = None
    most: int = 20
    judgement: str = JUDGEMENT


class Begun(Struct, frozen=True):
    """The first line of a checkpoint."""

    sayso_replay: int
    plan: Plan
    slices: tuple[Slice, ...]


class Done(Struct, frozen=True):
    """A further line of a checkpoint: what came of a slice."""

    slice: int
    tally: Tally


class Place(Struct, frozen=True):
    """Where the journal is."""

    dsn: str
    schema: str


class Checkpoint:
    """A file that a replay notes in what is done. Without a path it notes nothing."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.begun: Begun | None = None
        self.done: dict[int, Tally] = {}
        if path is not None and path.exists():
            self._read(path)

    def _read(self, path: Path) -> None:
        try:
            whole = path.read_bytes().split(b"\n")[:-1]  # a line that was cut off was never noted
        except OSError as away:
            raise _bad(path, str(away.strerror), "name a file that can be read and written") from None
        try:
            if whole:
                self.begun = msgspec.json.decode(whole[0], type=Begun)
                notes = [msgspec.json.decode(line, type=Done) for line in whole[1:]]
                self.done = {one.slice: one.tally for one in notes}
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise _bad(
                path,
                "it is no checkpoint of a replay",
                "name the file of an interrupted replay, or a new one",
            ) from None

    def fits(self, plan: Plan, until_given: bool) -> Plan:
        """The plan that was begun, if this is the same; without --until it goes on to the moment it was begun with.

        Raises BadField where it was begun for something else."""
        if self.begun is None or self.path is None:
            return plan
        before = self.begun.plan
        asked = plan.asked if until_given else msgspec.structs.replace(plan.asked, until=before.asked.until)
        wanted = msgspec.structs.replace(plan, asked=asked)
        if wanted != before:
            raise _bad(self.path, "it was begun with other options, or by another version of the judgement",
                       "give the options it was begun with, or another file")  # fmt: skip
        return before

    def begin(self, plan: Plan, slices: Sequence[Slice]) -> None:
        """Note what is going to be done."""
        self.begun = Begun(1, plan, tuple(slices))
        self._note(self.begun, "wb")

    def note(self, done: Done) -> None:
        """Note a slice."""
        self._note(done, "ab")

    def _note(self, line: Begun | Done, mode: str) -> None:
        if self.path is None:
            return
        try:
            if mode == "ab":
                self._mend()
            with self.path.open(mode) as file:
                file.write(msgspec.json.encode(line) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as away:
            raise _bad(self.path, str(away.strerror), "name a file that can be written") from None

    def _mend(self) -> None:
        """Take off a last line that was cut off."""
        assert self.path is not None
        whole = self.path.read_bytes()
        if not whole.endswith(b"\n"):
            self.path.write_bytes(whole[: whole.rfind(b"\n") + 1])


def _bad(path: Path, detail: str, remedy: str) -> BadField:
    return BadField("--resume", str(path), detail, remedy=remedy)


async def cut(place: Place, asked: Filter, size: int = SLICE) -> list[Slice]:
    """The slices of what is asked."""
    connection = await database.connect(place.dsn, place.schema)
    try:
        with mapped():
            return await journal.slices(connection, asked.since, asked.until, size)
    finally:
        await connection.close()


def run(
    place: Place, plan: Plan, checkpoint: Checkpoint, workers: int, tell: Callable[[int, int, int], None]
) -> Tally:
    """Replay what is not done yet. `tell` hears of (decisions looked at, decisions in all, slices done before).

    Raises StoreAway, and SaysoError where a process ended; what was noted until then is done.
    """
    begun = checkpoint.begun
    assert begun is not None
    left = [number for number in range(len(begun.slices)) if number not in checkpoint.done]
    whole = sum(piece.decisions for piece in begun.slices)
    seen = sum(begun.slices[number].decisions for number in checkpoint.done)
    before = len(checkpoint.done)
    tell(seen, whole, before)
    for done in _done(place, plan, begun.slices, left, min(workers, len(left))):
        checkpoint.note(done)
        checkpoint.done[done.slice] = done.tally
        seen += begun.slices[done.slice].decisions
        tell(seen, whole, before)
    total = Tally()
    for number in sorted(checkpoint.done):
        total.add(checkpoint.done[number], plan.most)
    return total


def _done(
    place: Place, plan: Plan, slices: Sequence[Slice], left: Sequence[int], workers: int
) -> Iterator[Done]:
    """The slices as they are done."""
    if workers <= 1:
        with asyncio.Runner() as runner:
            hand = _Worker(place, plan)
            try:
                for number in left:
                    yield Done(number, runner.run(hand.slice(slices[number])))
            finally:
                runner.run(hand.close())
        return
    waiting = list(reversed(left))
    with _crew(place, plan, workers) as pipes:
        for pipe in pipes:
            _order(pipe, waiting, slices)
        busy = set(pipes)
        while busy:
            for ready in wait(list(busy)):
                assert isinstance(ready, Connection)
                yield _answer(ready)
                if not _order(ready, waiting, slices):
                    busy.remove(ready)


def _order(pipe: Connection, waiting: list[int], slices: Sequence[Slice]) -> bool:
    if not waiting:
        return False
    number = waiting.pop()
    with suppress(BrokenPipeError):  # that it has ended shows when it is asked for its answer
        pipe.send_bytes(msgspec.json.encode((number, slices[number])))
    return True


def _answer(pipe: Connection) -> Done:
    try:
        said = pipe.recv_bytes()
    except (EOFError, ConnectionResetError):
        raise SaysoError(
            "a process of the replay has ended", remedy="go on with --resume, and fewer --workers"
        ) from None
    if said.startswith(b"!"):
        detail, remedy = msgspec.json.decode(said[1:], type=tuple[str, str])
        raise StoreAway(detail, remedy=remedy)
    return msgspec.json.decode(said, type=Done)


@contextmanager
def _crew(place: Place, plan: Plan, number: int) -> Iterator[list[Connection]]:
    """So many processes, gone afterwards whatever happens."""
    members: list[tuple[Any, Connection]] = []
    try:
        for _ in range(number):
            ours, theirs = _SPAWN.Pipe()
            process = _SPAWN.Process(target=_work, args=(theirs, place, plan), daemon=True)
            process.start()
            theirs.close()
            members.append((process, ours))
        yield [pipe for _, pipe in members]
    finally:
        for process, pipe in members:
            pipe.close()
            process.terminate()
        for process, _ in members:
            process.join(_LEAVING_SECONDS)
            if process.is_alive():
                process.kill()


class _Worker:
    """One process's connection and cards."""

    def __init__(self, place: Place, plan: Plan) -> None:
        self._place = place
        self._plan = plan
        self._connection: Any = None
        self._replayer: Replayer | None = None

    async def slice(self, piece: Slice) -> Tally:
        """Replay a slice. Raises StoreAway."""
        with mapped():
            if self._replayer is None:
                self._connection = await database.connect(self._place.dsn, self._place.schema)
                plan = self._plan
                self._replayer = Replayer(self._connection, plan.asked, plan.alternative, plan.most)
            return await self._replayer.slice(piece)

    async def close(self) -> None:
        """Leave."""
        if self._connection is not None:
            await self._connection.close()


def _work(pipe: Connection, place: Place, plan: Plan) -> None:
    """The life of a process: it ends when its pipe does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    worker = _Worker(place, plan)
    with asyncio.Runner() as runner, suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            number, piece = msgspec.json.decode(pipe.recv_bytes(), type=tuple[int, Slice])
            try:
                done = Done(number, runner.run(worker.slice(piece)))
            except SaysoError as problem:
                pipe.send_bytes(b"!" + msgspec.json.encode((problem.detail, problem.remedy)))
                return
            pipe.send_bytes(msgspec.json.encode(done))
