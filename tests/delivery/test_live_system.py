"""Effects over real HTTP to a system that misbehaves: each is done once, who asks to be spared is, shutdown drains."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import monotonic
from typing import Any

import pytest
import pytest_asyncio
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from delivery.effects import decide, effect, states
from delivery.running import now, until
from sayso.delivery.outbound import Outbound
from sayso.delivery.policy import read
from sayso.systems.http_remote import HttpRemote


class Erp:
    """A system behind HTTP. `moods` are what it does with the next requests, the last again and again."""

    def __init__(self) -> None:
        self.moods = ["well"]
        self.done: Counter[str] = Counter()
        self.asked: list[tuple[float, str, str]] = []
        self.url = ""

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/effects", self.effects, methods=["POST"]), Route("/effects/{key:path}", self.find),
            ]
        )  # fmt: skip

    def _mood(self) -> str:
        return self.moods.pop(0) if len(self.moods) > 1 else self.moods[0]

    async def effects(self, request: Request) -> Response:
        key, mood = request.headers["idempotency-key"], self._mood()
        self.asked.append((monotonic(), "post", key))
        if mood == "busy":
            return JSONResponse({"detail": "not so fast"}, 429, {"retry-after": "1"})
        if mood == "down":
            return Response(status_code=503)
        self.done[key] += 1
        if mood == "slow":
            await asyncio.sleep(1)
        if mood == "fails":
            return Response(status_code=500)
        return Response(b"<html>") if mood == "mumbles" else JSONResponse({"events": []})

    async def find(self, request: Request) -> Response:
        key = request.path_params["key"]
        self.asked.append((monotonic(), "get", key))
        return JSONResponse({"events": []}) if self.done[key] else Response(status_code=404)


@pytest_asyncio.fixture
async def erp() -> AsyncIterator[Erp]:
    found = Erp()
    server = uvicorn.Server(
        uvicorn.Config(found.application(), port=0, log_level="error", lifespan="off", ws="none")
    )
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    found.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield found
    server.should_exit = True
    await task


@asynccontextmanager
async def carried(pool: Any, erp: Erp, **settings: Any) -> AsyncIterator[asyncio.Event]:
    """A worker carries effects; in the end it is told to stop, and drains."""
    retry = {"base": 0.05, "most": 0.2, "jitter": 0.0, "attempts": 30}
    policy = read({"erp": {"role": "erp", "url": erp.url, "retry": retry, "timeout": 5, **settings}}, "test")
    remote = HttpRemote(erp.url, timeout=5)
    stopping = asyncio.Event()
    working = asyncio.create_task(Outbound(pool, {"erp": remote}, policy, now).run(stopping))
    try:
        yield stopping
    finally:
        stopping.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(working, 10)
        await remote.close()


def are(conn: Any, state: str, names: set[str]) -> Any:
    async def met() -> bool:
        return {name for name, its in (await states(conn)).items() if its == state} == names

    return met


@pytest.mark.parametrize("mood", ["fails", "mumbles"])
async def test_what_was_done_and_badly_answered_is_looked_up_and_not_done_again(
    pool: Any, conn: Any, erp: Erp, mood: str
) -> None:
    erp.moods = [mood]
    await decide(conn, effect("a", "A"), effect("b", "B"), now=now())
    async with carried(pool, erp):
        await until(are(conn, "done", {"a", "b"}))
    assert erp.done == {"a": 1, "b": 1}
    assert [how for _, how, key in erp.asked if key == "a"] == ["post", "get"]


async def test_who_asks_to_be_spared_is_spared(pool: Any, conn: Any, erp: Erp) -> None:
    erp.moods = ["busy", "well"]
    await decide(conn, effect("a", "A"), now=now())
    async with carried(pool, erp):
        await until(are(conn, "done", {"a"}))
    (first, *_), (second, *_) = erp.asked
    assert second - first >= 0.95
    assert erp.done == {"a": 1}


async def test_who_is_down_is_left_alone_and_gets_everything_when_it_is_back(
    pool: Any, conn: Any, erp: Erp
) -> None:
    """An hour, in small: many effects, and a breaker that lets one request through in each rest."""
    erp.moods = ["down"]
    names = {f"e{number}" for number in range(20)}
    await decide(conn, *(effect(name, name) for name in sorted(names)), now=now())
    async with carried(pool, erp, breaker={"failures": 3, "rest": 0.3}):
        await asyncio.sleep(1.5)
        assert len(erp.asked) <= 15, "it was not left alone"
        erp.moods = ["well"]
        await until(are(conn, "done", names))
    assert erp.done == dict.fromkeys(names, 1)


async def test_a_replay_never_starves_the_checkout(pool: Any, conn: Any, erp: Erp) -> None:
    budget = {"requests": 10, "seconds": 1.0, "shares": {"checkout": 0.5, "sync": 0.3, "replay": 0.1}}
    await decide(conn, *(effect(f"r{at}", f"r{at}")._replace(share="replay") for at in range(60)), now=now())
    async with carried(pool, erp, budget=budget, concurrency=20):
        await until(lambda: _true(len(erp.asked) >= 10))
        began = monotonic()
        await decide(
            conn, *(effect(f"c{at}", f"c{at}")._replace(share="checkout") for at in range(5)), now=now()
        )
        await until(lambda: _true(sum(key[0] == "c" for _, _, key in erp.asked) == 5))
        assert monotonic() - began < 2.5
        assert sum(key[0] == "r" for _, _, key in erp.asked) < 40, "the replay had gone before"


async def _true(met: bool) -> bool:
    return met


async def test_what_is_on_its_way_is_settled_before_the_end(pool: Any, conn: Any, erp: Erp) -> None:
    erp.moods = ["slow"]
    await decide(conn, *(effect(name, name) for name in "abcd"), now=now())
    async with carried(pool, erp) as stopping:
        await until(lambda: _true(len(erp.asked) == 4))
        await decide(conn, effect("late", "late"), now=now())
        stopping.set()
    assert await states(conn) == {**dict.fromkeys("abcd", "done"), "late": "waiting"}
