"""The benchmark's processes: spawned once, given orders through a pipe, ended with the benchmark, however it ends."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import uvloop

from sayso import wiring
from sayso.api import serve
from sayso.bench.drive import Tally
from sayso.bench.seats import Order, Seat, as_settings, seated
from sayso.errors import SaysoError

_READY_SECONDS = 900.0
_LEAVING_SECONDS = 30.0
_SPAWN = multiprocessing.get_context("spawn")


@dataclass
class Hand:
    """A process of the benchmark, and the pipe it is spoken to by. `port`: where it serves HTTP."""

    process: BaseProcess
    pipe: Connection
    port: int = 0

    @property
    def number(self) -> int:
        """Its process id."""
        return self.process.pid or 0

    async def told(self, order: Order) -> Tally:
        """Give an order and wait until it is done."""
        self.pipe.send(order)
        tally: Tally = await asyncio.to_thread(self.answer)
        return tally

    async def ready(self) -> None:
        """Have it get ready for a round, and wait until it is."""
        self.pipe.send(None)
        await asyncio.to_thread(self.answer)

    def answer(self) -> Any:
        """What it says next. Raises SaysoError for what went wrong there."""
        if not self.pipe.poll(_READY_SECONDS):
            raise SaysoError("a process of the benchmark does not answer", remedy="give it less to do")
        try:
            answer = self.pipe.recv()
        except EOFError:
            raise SaysoError("a process of the benchmark has ended", remedy="see what it said last") from None
        if isinstance(answer, BaseException):
            raise answer
        return answer


@contextmanager
def seats_taken(seats: Sequence[Seat]) -> Iterator[list[Hand]]:
    """A process for each seat, all warm and ready for orders."""
    with _ended(hands := []):
        for seat in seats:
            hands.append(_hand(_sit, (seat,)))
        for hand in hands:
            hand.answer()
        yield hands


@contextmanager
def servers(dsn: str, schema: str, home: Path, number: int) -> Iterator[list[Hand]]:
    """So many of Sayso's own serving processes, as `sayso up` starts them, but on a port each: what asks them
    deals its connections out evenly. What they log goes to a file."""
    with _ended(hands := []):
        for place in range(number):
            listening = socket.create_server(("127.0.0.1", 0), backlog=serve.BACKLOG)
            log = home / f"http-{place}.log"
            hand = _hand(_serve, (log, as_settings(dsn, schema, home), listening))
            hand.port = listening.getsockname()[1]
            hands.append(hand)
            listening.close()
        for hand in hands:
            hand.answer()
        yield hands


@contextmanager
def at_work(target: Any, posts: Sequence[tuple[Any, ...]]) -> Iterator[list[Hand]]:
    """A process for each post that runs `target` with it and a pipe, and says when it is ready."""
    with _ended(hands := []):
        for post in posts:
            hands.append(_hand(target, post))
        for hand in hands:
            hand.answer()
        yield hands


def _hand(target: Any, arguments: tuple[Any, ...]) -> Hand:
    ours, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=target, args=(*arguments, theirs), daemon=True)
    process.start()
    theirs.close()
    return Hand(process, ours)


@contextmanager
def _ended(hands: list[Hand]) -> Iterator[None]:
    """Whatever happens, the processes are gone afterwards."""
    try:
        yield
    finally:
        for hand in hands:
            hand.pipe.close()
            hand.process.terminate()
        for hand in hands:
            hand.process.join(_LEAVING_SECONDS)
            if hand.process.is_alive():
                hand.process.kill()


def _serve(log: Path, found: wiring.Settings, listening: socket.socket, told: Connection) -> None:
    """A serving process, with its standard error in a file."""
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(handle, 2)
    serve.serve(found, found.database_url, listening, told)


def _sit(seat: Seat, pipe: Connection) -> None:
    """The life of a process on a seat: it ends when its pipe does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        uvloop.run(_work(seat, pipe))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except Exception as problem:
        pipe.send(SaysoError(f"{seat.role}: {problem!r}"))


async def _work(seat: Seat, pipe: Connection) -> None:
    loop = asyncio.get_running_loop()
    async with seated(seat) as work:
        pipe.send("ready")
        while True:
            order: Order | None = await loop.run_in_executor(None, pipe.recv)
            pipe.send(await (work.round(order) if order else work.ready()))
