"""Laws 1, 2, 3 and 5 over HTTP: serving processes, PostgreSQL, and the whole of `sayso up` are killed under its callers."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from faults.adversary import HOLD, Adversary, Line, prepared, retried, violations
from processes import Folder
from sayso.errors import StoreAway
from sayso.store.server import Server
from sayso.store.server_process import postmaster
from world import asking, shop_on

CALLERS = 60
FOREVER = 10**9


class HttpDoor:
    """The public API. `url` changes when it is started anew."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self._client = client
        self.url = url

    async def call(self, what: str, key: str, told: Line) -> Line:
        try:
            reply = await self._asked(what, told, {"Idempotency-Key": key})
        except httpx.HTTPError as gone:
            raise StoreAway(str(gone)) from None
        if reply.status_code >= 500:
            raise StoreAway(reply.text)
        found: Line = reply.json()
        return found if reply.is_success else {"bad": f"{what}: {reply.text}"}

    async def _asked(self, what: str, told: Line, head: dict[str, str]) -> httpx.Response:
        if what == "hold":
            lines = [tuple(line) for line in told["lines"]]
            body = asking(told["customer"], *lines, hold=HOLD, channel=told["channel"])
            return await self._client.post(f"{self.url}/v1/promises", json=body, headers=head)
        if what == "order":
            return await self._client.post(f"{self.url}/v1/orders", json=told, headers=head)
        if what == "cancel":
            where = f"{self.url}/v1/orders/{told['order']}/cancel"
            return await self._client.post(where, json={"reason": "no"}, headers=head)
        return await self._client.delete(f"{self.url}/v1/promises/{told['promise']}", headers=head)


class Served:
    """`sayso up` on a data folder of its own."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.server = Server(folder.home / "postgres")
        self.process, self.url = folder.up("--processes", "2", "--log-level", "warning")
        made = folder.run("keys", "create", "shop", "--scope", "promises,orders", "--json")
        assert made.returncode == 0, made.stderr
        self.head = {"Authorization": f"Bearer {json.loads(made.stdout)['key']}"}

    @property
    def dsn(self) -> str:
        return self.server.home.dsn()

    def serving(self) -> list[int]:
        """The processes under the one that was started."""
        return [
            int(one)
            for one in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        ]

    def kill_postgresql(self) -> None:
        """kill -9; who serves starts it again."""
        number = postmaster(self.server.home.data)
        assert number is not None
        os.kill(number, signal.SIGKILL)

    def start_anew(self) -> None:
        """kill -9 of the process that keeps the others, and up again, on another port."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process, self.url = self.folder.up("--processes", "2", "--log-level", "warning")


@pytest.fixture
def served() -> Iterator[Served]:
    place = Path(tempfile.mkdtemp(prefix="sayso-"))  # pytest's own folders make too long a socket path
    folder = Folder(place / "home")
    try:
        yield Served(folder)
    finally:
        for process in folder.started:
            if process.poll() is None:
                folder.end(process)
        Server(folder.home / "postgres").stop(immediate=True)
        shutil.rmtree(place)


@asynccontextmanager
async def traded(served: Served, said: list[Line]) -> AsyncIterator[HttpDoor]:
    """Callers trade as long as the block lasts."""
    limits = httpx.Limits(max_connections=CALLERS)
    async with httpx.AsyncClient(headers=served.head, timeout=15, limits=limits, trust_env=False) as client:
        door = HttpDoor(client, served.url)
        adversary = Adversary(door, said.append, "http", FOREVER)
        work = asyncio.create_task(adversary.run(CALLERS))
        yield door
        adversary.stopped.set()
        await asyncio.wait_for(work, 60)


async def test_the_api_is_killed(served: Served) -> None:
    async with shop_on(served.dsn) as shop:
        await prepared(shop)
    said: list[Line] = []
    async with traded(served, said) as door:
        await _more(said, 150)
        os.kill(served.serving()[0], signal.SIGKILL)
        await _more(said, 150)
        served.kill_postgresql()
        await _more(said, 150)
        for number in served.serving()[:2]:
            os.kill(number, signal.SIGKILL)
        await _more(said, 150)
        await asyncio.to_thread(served.start_anew)
        door.url = served.url
        await _more(said, 150)
    tried: dict[str, Any] = {}
    for line in said:
        tried.setdefault(line["key"], {}).update(line)
    async with httpx.AsyncClient(headers=served.head, timeout=30, trust_env=False) as client:
        await retried(HttpDoor(client, served.url), tried)
    async with shop_on(served.dsn) as shop:
        assert await violations(shop, tried) == []


async def _more(said: list[Line], answers: int) -> None:
    """Until so many more answers have come."""
    wanted = len(said) + 2 * answers
    for _ in range(1200):
        if len(said) >= wanted:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("nobody is answered any more")
