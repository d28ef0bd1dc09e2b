"""What is kept of each answered request: a line of the access log, a count and a time. No key, path or body."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from time import monotonic, time

import msgspec
from msgspec import Struct

from sayso.api import logs, measures

_GATHER = 0.05  # seconds for which requests wait for each other before they are written down
_MOST = 256

_encode_lines = msgspec.json.Encoder().encode_lines


class Line(Struct, frozen=True, tag_field="event", tag="request"):
    """A line of the access log. `ms` is from the request's head to the end of its answer."""

    method: str
    route: str
    status: int
    ms: float
    caller: str
    request_id: str
    level: str
    timestamp: datetime


class Answered:
    """Gathers answered requests for a moment and writes them down together, which costs a third of one by one."""

    def __init__(self, lines: bool) -> None:
        self._lines = lines
        self._kept: list[tuple[str, str, int, float, str, str, float]] = []
        self._since = 0.0

    def note(
        self, method: str, route: str, status: int, seconds: float, caller: str, request_id: str
    ) -> None:
        """One request answered. Needs a running loop."""
        self._kept.append((method, route, status, seconds, caller, request_id, time()))
        if len(self._kept) == 1:
            self._since = monotonic()
            asyncio.get_running_loop().call_later(_GATHER, self.flush)
        elif len(self._kept) >= _MOST or monotonic() - self._since > 2 * _GATHER:
            self.flush()

    def flush(self) -> None:
        """Write down what was gathered."""
        kept, self._kept = self._kept, []
        for method, route, status, seconds, *_ in kept:
            measures.count(route, method, status, seconds)
        if self._lines and kept:
            logs.write(_encode_lines([_line(*each) for each in kept]))


def _line(
    method: str, route: str, status: int, seconds: float, caller: str, request_id: str, at: float
) -> Line:
    ms = round(seconds * 1000, 3)
    return Line(method, route, status, ms, caller, request_id, "info", datetime.fromtimestamp(at, UTC))
