"""A subscriber's receiver on a real socket: it checks signatures as a stranger would, and misbehaves as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, NamedTuple

#: What a receiver does with the n-th call (from 0): a status, "hang", "cut", or (status, headers).
Plan = Callable[[int], Any]


class Call(NamedTuple):
    """One call as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        return json.loads(self.body)


class Receiver:
    """Answers on 127.0.0.1; `calls` holds what came, in its order, and `taken` what got a yes."""

    def __init__(self, plan: Plan = lambda count: 200) -> None:
        self.plan = plan
        self.calls: list[Call] = []
        self.taken: list[Call] = []
        self.url = ""
        self._hanging: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Receiver:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/hooks"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in list(self._hanging):
            task.cancel()
        await asyncio.gather(*self._hanging, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._hanging.add(task)
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._hanging.discard(task)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(_pair(line) for line in head[1:] if line)
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        call = Call(head[0].split(" ")[1], headers, body)
        does = self.plan(len(self.calls))
        self.calls.append(call)
        if does == "hang":
            await asyncio.sleep(3600)
        if does == "cut":
            return False
        status, more = does if isinstance(does, tuple) else (does, {})
        if 200 <= status < 300:
            self.taken.append(call)
        lines = [f"HTTP/1.1 {status} So", "content-length: 0", *(f"{k}: {v}" for k, v in more.items())]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        await writer.drain()
        return True


def _pair(line: str) -> tuple[str, str]:
    name, _, value = line.partition(": ")
    return name.lower(), value
