"""Processes that carry effects, killed in the middle of asking: the system's own book has each effect once, in order."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import sayso
from delivery import carrier
from delivery.effects import NOW, decide, effect, states
from sayso.store import outbox

KEYS, EACH = 12, 4


class Book:
    """A system that does whatever it is asked, as often as it is asked, and writes it down: it hides no double."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.looked_up = 0
        self.at_work = 0
        self.answers_after = 0.02

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/effects", self._do, methods=["POST"]),
                Route("/effects/{key:path}", self._find, methods=["GET"]),
            ]
        )

    async def _do(self, request: Request) -> Response:
        effect = (await request.json())["effect"]
        self.at_work += 1
        try:
            await asyncio.sleep(0.01)
            self.done.append(effect)
            await asyncio.sleep(self.answers_after)
        finally:
            self.at_work -= 1
        return self._answer(effect)

    async def _find(self, request: Request) -> Response:
        self.looked_up += 1
        effect = request.path_params["key"]
        return self._answer(effect) if effect in self.done else JSONResponse({"detail": "none"}, 404)

    @staticmethod
    def _answer(effect: str) -> Response:
        event = {
            "id": f"ack {effect}",
            "type": "sayso.order.accepted.v1",
            "subject": effect.partition("/")[0],
        }
        return JSONResponse({"events": [event]})


@pytest.fixture
async def served() -> AsyncIterator[tuple[Book, str]]:
    book = Book()
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(book.app(), log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    yield book, f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await serving
    listening.close()


def _start(dsn: str, url: str) -> subprocess.Popen[bytes]:
    paths = (Path(sayso.__file__).parents[1], Path(__file__).parents[1])
    return subprocess.Popen(
        [sys.executable, carrier.__file__, dsn, url],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))},
    )


async def _alone(conn: Any) -> bool:
    """Whether PostgreSQL has noticed that the others are gone; what they committed last is seen then."""
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    return not await conn.fetchval(others)


async def _settled(conn: Any, book: Book) -> bool:
    return not book.at_work and set((await states(conn)).values()) == {"done"}


async def test_kill_9_of_carriers_does_nothing_twice_and_loses_nothing(
    conn: Any, database: str, served: tuple[Book, str]
) -> None:
    book, url = served
    await decide(
        conn, *(effect(f"K{key}/{number}", f"K{key}") for number in range(EACH) for key in range(KEYS))
    )
    chance, lost = random.Random(7), set[str]()
    for _ in range(3):
        crew = [_start(database, url), _start(database, url)]
        before = len(book.done)
        for _ in range(1000):
            if len(book.done) > before + 2:
                break
            await asyncio.sleep(0.01)
        await asyncio.sleep(chance.uniform(0, 0.03))
        for process in crew:
            process.kill()
            process.wait()
        for _ in range(500):
            if not book.at_work and await _alone(conn):
                break
            await asyncio.sleep(0.01)
        lost |= {name for name, state in (await states(conn)).items() if state == "sending"}
        # Half a minute passes: the leases of those who are gone end.
        await conn.execute(
            "UPDATE outbox SET leased_until = now() - interval '1 second' WHERE state = 'sending'"
        )
    assert lost, "no process was killed while it asked"
    process = _start(database, url)
    for _ in range(600):
        if await _settled(conn, book):
            break
        await asyncio.sleep(0.05)
    process.terminate()
    assert process.wait(10) == 0
    assert sorted(book.done) == sorted(f"K{key}/{number}" for number in range(EACH) for key in range(KEYS))
    assert book.looked_up >= len(lost)
    for key in range(KEYS):
        own = [int(done.rpartition("/")[2]) for done in book.done if done.startswith(f"K{key}/")]
        assert own == sorted(own)
    assert await conn.fetchval("SELECT count(*) FROM inbox WHERE source = 'erp'") == KEYS * EACH


async def test_one_who_sends_again_without_looking_is_found_out(
    conn: Any, database: str, served: tuple[Book, str]
) -> None:
    """The planted fault: what was being sent when its process died counts as not sent. The book above must show it."""
    book, url = served
    book.answers_after = 1.0
    await decide(conn, effect("K0/0", "K0"))
    process = _start(database, url)
    for _ in range(5000):
        if book.done:
            break
        await asyncio.sleep(0.001)
    process.kill()
    process.wait()
    assert (await outbox.one(conn, "K0/0")).state == "sending"
    await conn.execute("UPDATE outbox SET state = 'waiting', leased_until = NULL, due = $1", NOW)
    book.answers_after = 0.0
    process = _start(database, url)
    for _ in range(200):
        if await _settled(conn, book):
            break
        await asyncio.sleep(0.05)
    process.terminate()
    process.wait()
    assert book.done == ["K0/0", "K0/0"]
