"""What the door costs: processor time of a promise through it, beside a bare Starlette route. Not a test.

Run `python tests/api/cost.py`. Three servers (uvicorn, uvloop, httptools) answer the same request with the same
bytes; rounds are interleaved, and the lower quartile is shown, so that other work on the machine counts little.
"""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sayso.api import Settings, build, examples, logs
from sayso.desk.calling import Reply
from sayso.desk.keys import Keys
from sayso.promise import asking

ROUNDS, CONNECTIONS, EACH = 30, 32, 60
KEY = "sk_" + "a" * 43
ANSWER = msgspec.json.encode(examples.FIRM)
LINES = [{**examples.HOLD["lines"][0], "line": line} for line in range(1, 6)]
BODY = msgspec.json.encode({**examples.HOLD, "lines": LINES})
HEAD = (
    f"POST /v1/promises HTTP/1.1\r\nhost: sayso\r\nauthorization: Bearer {KEY}\r\naccept: */*\r\n"
    f"content-type: application/json\r\nidempotency-key: k-1\r\ncontent-length: {len(BODY)}\r\n\r\n"
).encode()


class _Desk:
    """Answers at once."""

    async def promise(self, *asked: Any) -> Reply:
        return Reply(200, ANSWER)


class _Table:
    """The table of API keys, with one in it."""

    async def fetchrow(self, *asked: Any) -> dict[str, Any]:
        return {"name": "shop", "scopes": ["promises"], "customers": None, "expires": None, "stale": False}


def door() -> Any:
    """The door, with its access log (to nowhere) and its measures."""
    logs.configure(stream=Path(os.devnull).open("wb"))  # noqa: SIM115 (for as long as the process lives)
    desk: Any = _Desk()
    return build(desk, keys=Keys(_Table()), settings=Settings(clock=lambda: datetime.now(UTC)))


def decoding() -> Any:
    """A bare route that decodes the body."""
    decode = msgspec.json.Decoder(asking.Request).decode
    return _bare(decode)


def checking() -> Any:
    """A bare route that decodes the body and checks its lines."""
    decode = msgspec.json.Decoder(asking.Request).decode
    return _bare(lambda body: asking.checked(decode(body)))


def _bare(read: Any) -> Starlette:
    async def promise(request: Request) -> Response:
        read(await request.body())
        return Response(ANSWER, media_type="application/json")

    return Starlette(routes=[Route("/v1/promises", promise, methods=["POST"])])


def _start(name: str) -> tuple[subprocess.Popen[bytes], int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "uvicorn", "--app-dir", str(Path(__file__).parent), "--factory", f"cost:{name}",
        "--port", str(port), "--no-access-log", "--log-level", "warning", "--loop", "uvloop", "--http", "httptools",
    ]  # fmt: skip
    process = subprocess.Popen(command)
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return process, port


async def _connection(port: int) -> None:
    reading, writing = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(EACH):
        writing.write(HEAD + BODY)
        head = await reading.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        await reading.readexactly(len(ANSWER))
    writing.close()


async def _round(port: int) -> None:
    await asyncio.gather(*(_connection(port) for _ in range(CONNECTIONS)))


def _spent(process: subprocess.Popen[bytes]) -> float:
    """Microseconds of processor time that a process has used, all its threads together (Linux)."""
    threads = Path(f"/proc/{process.pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1000


def main() -> None:
    """Measure and show."""
    servers = {name: _start(name) for name in ("decoding", "checking", "door")}
    costs: dict[str, list[float]] = {name: [] for name in servers}
    try:
        for turn in range(ROUNDS + 1):
            for name, (process, port) in servers.items():
                before = _spent(process)
                uvloop.run(_round(port))
                if turn:  # the first one warms up
                    costs[name].append((_spent(process) - before) / (CONNECTIONS * EACH))
    finally:
        for process, _ in servers.values():
            process.terminate()
            process.wait()
    usual = {name: statistics.quantiles(found, n=4)[0] for name, found in costs.items()}
    for name, cost in usual.items():
        click.echo(f"{name:9} {cost:6.1f} us a request; beside the door {cost / usual['door']:.2f}")


if __name__ == "__main__":
    main()
