"""A light load over HTTP/1.1: keep-alive connections with bytes made before, in a process of their own.

It runs on the same cores as what it measures, so it does as little as it can: no HTTP library, no JSON.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from itertools import count
from math import inf
from time import monotonic
from typing import cast

from sayso.bench.drive import Tally, Window, cpu_within, until
from sayso.errors import SaysoError

_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


def prebuilt(path: str, secret: str, bodies: list[bytes]) -> list[bytes]:
    """Whole requests, ready to be written."""
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {secret}\r\nContent-Type: application/json\r\n"
    return [f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body for body in bodies]


async def loaded(ports: Sequence[int], requests: Sequence[bytes], callers: int, window: Window) -> Tally:
    """The closed loop over HTTP; connections are dealt out to the ports in turn, as a balancer would."""
    loop, tally, numbers = asyncio.get_running_loop(), Tally(), count()
    lines = []
    for place in range(callers):
        lines.append(line := _Line(requests, numbers, window, tally))
        await loop.create_connection(_given(line), "127.0.0.1", ports[place % len(ports)])
    await until(window.begins)
    for line in lines:
        line.ask()
    tally.cpu = await cpu_within(window)
    await asyncio.wait_for(asyncio.gather(*(line.done for line in lines)), timeout=60)
    return tally


async def once_each(port: int, requests: Sequence[bytes], callers: int) -> None:
    """Send each request once; raises SaysoError if one is not answered with 200."""
    tally, numbers, open_end = Tally(), count(), Window(0.0, 0.0, inf)
    lines = [_Line(requests, numbers, open_end, tally, once=True) for _ in range(callers)]
    for line in lines:
        await asyncio.get_running_loop().create_connection(_given(line), "127.0.0.1", port)
        line.ask()
    await asyncio.gather(*(line.done for line in lines))
    if tally.failed:
        raise SaysoError(f"{tally.failed} of {len(requests)} requests failed, as: {tally.problem}")


def _given(line: _Line) -> Callable[[], _Line]:
    return lambda: line


class _Line(asyncio.Protocol):
    """One caller on one connection."""

    def __init__(
        self,
        requests: Sequence[bytes],
        numbers: count[int],
        window: Window,
        tally: Tally,
        *,
        once: bool = False,
    ) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._requests, self._numbers, self._window, self._tally = requests, numbers, window, tally
        self._once = once
        self._asked = 0.0
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def ask(self) -> None:
        """Send the next request, or leave when the time is over."""
        self._asked, number = monotonic(), next(self._numbers)
        if self._asked >= self._window.closes or (self._once and number >= len(self._requests)):
            self._transport.close()
            return
        self._transport.write(self._requests[number % len(self._requests)])

    def data_received(self, data: bytes) -> None:
        self._got = got = self._got + data if self._got else data
        end = got.find(_END)
        if end < 0:
            return
        place = got.find(_LENGTH, 0, end)
        length = int(got[place + len(_LENGTH) : got.find(b"\r\n", place)])
        if len(got) < end + len(_END) + length:
            return
        self._got = b""
        if got.startswith(b"HTTP/1.1 200 "):
            self._tally.count(self._window, self._asked, monotonic(), b'"held":true' in got)
        else:
            self._tally.failed += 1
            self._tally.problem = got[:400].decode("latin-1")
        self.ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            self._tally.problem = repr(exc)
            self._tally.failed += 1
        if not self.done.done():
            self.done.set_result(None)
