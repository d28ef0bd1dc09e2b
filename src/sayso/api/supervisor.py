"""The parent of Sayso's processes: one socket for all of them, a dead one is started again, a signal drains them.

Serves nothing itself. What a process does is in serve.py.
"""

from __future__ import annotations

import multiprocessing
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from types import FrameType
from typing import Any, NamedTuple

import structlog
from prometheus_client.multiprocess import mark_process_dead

log = structlog.get_logger()

_SPAWN = multiprocessing.get_context(
    "spawn"
)  # a fork would share locks, threads and counters with its parent
_STEADY = 30.0  # seconds after which a process counts as having started well
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 30.0  # seconds before a dead process is started again
_MOST_FALLS = 5  # deaths in a row of a process before any was ever ready: then nothing will
_ONE_SIGNAL = (
    1.0  # seconds in which signals are one: who ends a group sends it to each process, and again to all
)
_GRACE = 10.0  # seconds beyond the draining time before a process is killed


class Role(NamedTuple):
    """A process to keep alive: its name in the log, what it runs, and with what. A pipe is added as last argument."""

    name: str
    target: Callable[..., None]
    arguments: tuple[Any, ...]


class _Child:
    """A role, and the process that fills it at the moment, if one does."""

    def __init__(self, role: Role) -> None:
        self.role = role
        self.process: Any = None
        self.told: Connection | None = None
        self.was_ready = False
        self.began = 0.0
        self.falls = 0
        self.due = 0.0

    def start(self) -> int:
        """Start a process for the role; its number."""
        self.told, telling = _SPAWN.Pipe(duplex=False)
        self.process = _SPAWN.Process(
            target=self.role.target, args=(*self.role.arguments, telling), name=self.role.name
        )
        self.process.start()
        telling.close()
        self.began = time.monotonic()
        number: int = self.process.pid
        return number

    def listen(self) -> None:
        """Take note of what the process said: that it is ready, or, by closing the pipe, nothing more."""
        assert self.told is not None
        try:
            self.told.recv()
            self.was_ready = True
        except (EOFError, OSError):
            pass
        self.told.close()
        self.told = None

    def bury(self) -> tuple[int, int]:
        """The process has ended: its number and exit code. Says when the next one is due."""
        self.process.join()
        number, code = self.process.pid, self.process.exitcode
        self.process = None
        if self.told is not None:
            self.told.close()
            self.told = None
        steady = time.monotonic() - self.began > _STEADY
        self.falls = 1 if steady else self.falls + 1
        self.due = time.monotonic() + min(_FIRST_PAUSE * 2 ** (self.falls - 1), _LONGEST_PAUSE)
        return number, code


class Supervisor:
    """Keeps a process alive for every role until SIGTERM or SIGINT.

    `listening` is the socket that the processes share; it is closed as soon as they are drained. `measures` is the
    folder in which they count together. `ready` is called once, when all have been ready.
    """

    def __init__(
        self,
        roles: Sequence[Role],
        listening: socket.socket,
        drain_seconds: float,
        measures: str,
        ready: Callable[[], None],
    ) -> None:
        self._children = [_Child(role) for role in roles]
        self._listening = listening
        self._drain_seconds = drain_seconds
        self._measures = measures
        self._ready: Callable[[], None] | None = ready
        self._asked = 0
        self._heard = 0.0
        self._last_code = 0

    def run(self) -> int:
        """Stay until asked to stop; 0, or the exit status of a process that never came to be ready."""
        with self._hearing() as ear:
            try:
                while not self._asked:
                    self._start_due()
                    self._attend(ear)
                    if self._hopeless():
                        log.error("gave up: no process came to be ready", tries=_MOST_FALLS)
                        return self._last_code if self._last_code > 0 else 3
            finally:
                self._drain(ear)
        return 0

    def _start_due(self) -> None:
        now = time.monotonic()
        for child in self._children:
            if child.process is None and child.due <= now:
                log.debug("process started", role=child.role.name, process=child.start())

    def _attend(self, ear: socket.socket, most: float = 60.0) -> None:
        """Wait until something happens, and take note of it."""
        now = time.monotonic()
        pauses = [child.due - now for child in self._children if child.process is None and not self._asked]
        things: list[Any] = [ear]
        for child in self._children:
            if child.process is not None:
                things += [child.process.sentinel, *([child.told] if child.told is not None else ())]
        happened = wait(things, max(0.0, min([most, *pauses])))
        if ear in happened:
            ear.recv(64)
        for child in self._children:
            if child.told is not None and child.told in happened:
                child.listen()
            if child.process is not None and child.process.sentinel in happened:
                self._bury(child)
        if self._ready is not None and all(child.was_ready for child in self._children):
            self._ready()
            self._ready = None

    def _bury(self, child: _Child) -> None:
        number, code = child.bury()
        mark_process_dead(number, self._measures)  # type: ignore[no-untyped-call]
        if not self._asked:
            self._last_code = code
            log.error("process ended", role=child.role.name, process=number, status=code, falls=child.falls)

    def _hopeless(self) -> bool:
        return not any(child.was_ready for child in self._children) and any(
            child.falls >= _MOST_FALLS for child in self._children
        )

    def _drain(self, ear: socket.socket) -> None:
        """Stop accepting, let what is under way be finished, and end. A second signal ends at once."""
        asked = self._asked = max(self._asked, 1)
        self._listening.close()
        until = time.monotonic() + self._drain_seconds + _GRACE
        for child in self._children:
            if child.process is not None:
                child.process.terminate()
        while any(child.process is not None for child in self._children):
            left = until - time.monotonic()
            if left <= 0 or self._asked > asked:
                for child in self._children:
                    if child.process is not None:
                        log.error("process killed", role=child.role.name, process=child.process.pid)
                        child.process.kill()
                until = time.monotonic() + _GRACE
                asked = self._asked
            self._attend(ear, max(left, 0.1))

    @contextmanager
    def _hearing(self) -> Iterator[socket.socket]:
        """Signals wake the wait through a socket, and are counted."""
        ear, mouth = socket.socketpair()
        ear.setblocking(False)
        mouth.setblocking(False)
        before = {number: signal.signal(number, self._hear) for number in (signal.SIGTERM, signal.SIGINT)}
        woken = signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)
        try:
            yield ear
        finally:
            signal.set_wakeup_fd(woken)
            for number, handler in before.items():
                signal.signal(number, handler)
            ear.close()
            mouth.close()

    def _hear(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if now - self._heard > _ONE_SIGNAL:
            self._heard = now
            self._asked += 1
