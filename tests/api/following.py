"""The real doors that follow orders, on a real database, with a worker that is asked to work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx

from sayso.api import Settings, build
from sayso.api.call import Follow
from sayso.desk.cash.following import Following
from sayso.desk.cash.policy import FollowPolicy
from sayso.desk.cash.working import Working
from sayso.desk.messages.quarantine import Quarantine
from sayso.desk.messages.taking import Taking
from sayso.insight.transactions import Transactions
from sayso.promise.policy import Policy
from sayso.store import contracts
from sayso.systems.contracts import shipped, simulated
from world import Shop

JSON = {"content-type": "application/json"}


class House:
    """A client of the doors, and the worker behind them. `now` is the shop's."""

    def __init__(self, shop: Shop, http: httpx.AsyncClient, working: Working) -> None:
        self.shop = shop
        self.http = http
        self.working = working

    async def told(self, *events: dict[str, Any]) -> dict[str, Any]:
        """Events are sent, and worked on."""
        headers = {"content-type": "application/cloudevents-batch+json"}
        answer = await self.http.post("/v1/events", json=list(events), headers=headers)
        assert answer.status_code == 202, answer.text
        await self.worked()
        return answer.json()

    async def says(self, system: str, body: dict[str, Any]) -> int:
        """A system sends a message in its own format; its number."""
        answer = await self.http.post(f"/v1/systems/{system}/messages", json=body)
        assert answer.status_code == 202, answer.text
        await self.worked()
        return answer.json()["messages"][0]["number"]

    async def worked(self) -> None:
        """The worker does what there is."""
        self.shop.later(minutes=1)
        await self.working.settle(rounds=False)

    async def read(self, path: str) -> dict[str, Any]:
        """What a GET answers."""
        answer = await self.http.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def act(self, path: str, body: Any = None) -> dict[str, Any]:
        """What a POST answers."""
        answer = await self.http.post(path, json=body) if body is not None else await self.http.post(path)
        assert answer.status_code == 200, answer.text
        return answer.json()


def doors_of(pool: Any) -> Follow:
    """What stands behind the doors, over a pool."""
    handler = Following(Policy(), FollowPolicy()).apply
    return Follow(Taking(pool), Quarantine(pool, handler), Transactions(pool))


@asynccontextmanager
async def house_of(shop: Shop, keys: Any, calling: Any) -> AsyncIterator[House]:
    """The doors over a shop's database."""
    working = Working(shop.pool, Policy(), FollowPolicy(), {}, lambda: shop.now)
    doors = doors_of(shop.pool)
    async with shop.pool.acquire() as connection:
        for system in simulated():
            await contracts.install(connection, shipped(system).values(), shop.now - timedelta(days=1))
    app = build(
        shop.desk, keys=keys, settings=Settings(clock=lambda: shop.now, access_log=False), follow=doors
    )
    async with calling(app) as http:
        yield House(shop, http, working)
