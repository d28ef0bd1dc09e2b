"""Sees to it that the embedded PostgreSQL answers, and starts it again where it does not. Changes nothing in it."""

from __future__ import annotations

import threading

import structlog

from sayso.errors import SaysoError
from sayso.store.server import Server
from sayso.store.server_process import Answer, ask

log = structlog.get_logger()

_EVERY = 1.0  # seconds
_LONGEST_PAUSE = 30.0


class Keeper:
    """Keeps one server, in a thread of its own, between `start` and `stop`."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="postgresql", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more; a start that is under way is waited for."""
        self._stopping.set()
        self._thread.join()

    def _keep(self) -> None:
        pause = _EVERY
        while not self._stopping.wait(pause):
            if ask(self._server.home.address()) is Answer.READY:
                continue
            log.warning("PostgreSQL does not answer", home=str(self._server.home.path))
            try:
                self._server.ensure()
            except SaysoError as problem:
                pause = min(pause * 2, _LONGEST_PAUSE)
                log.error("PostgreSQL cannot be started", detail=problem.detail, remedy=problem.remedy)
                continue
            pause = _EVERY
            log.warning("PostgreSQL answers again")
