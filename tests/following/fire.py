"""A trade under fire, in one process: every fault of the company, two workers on one database, connections that are ended
and workers that are dropped in the middle, and a clerk who mends what can be mended.

Everything follows from one seed but the moments at which something is killed: there the machine has a say.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import msgspec

from followed import ASKED, START, SYSTEMS, Trade
from following.clerk import Clerk
from sayso.delivery.policy import Breaker, Retry, SystemPolicy
from sayso.desk.cash.policy import FollowPolicy
from sayso.desk.cash.working import Working
from sayso.desk.messages.taking import Given
from sayso.errors import StoreAway
from sayso.store import contracts
from sayso.store import database as store_database
from sayso.systems.contracts import shipped
from sayso.systems.simulated import faults as faulty
from sayso.systems.simulated.company import Company
from sayso.systems.simulated.outlet import Delivery, Kept
from sayso.systems.simulated.remote import InProcess
from sayso.systems.simulated.setting import Setting
from world import SCHEMA, Shop, shop_on

STOCK = {("lamp", "LON"): 4000, ("cup", "LON"): 4000, ("cup", "YRK"): 4000, ("mug", "YRK"): 4000, ("tray", "LON"): 4000,
         ("lamp-b", "LON"): 500, ("mug-b", "YRK"): 500}  # fmt: skip
ITEMS = ("lamp", "cup", "mug", "tray")
CUSTOMERS = ("ada", "bob", "cid", "ada-2")
PACE = Retry(attempts=200, base=60, most=600)


class World(Trade):
    """The trade, its workers, and who kills them. `acknowledged` is every message that was taken: (source, id), bytes."""

    def __init__(self, shop: Shop, company: Company, follow: FollowPolicy, dsn: str, seed: int) -> None:
        super().__init__(shop, company, follow, tuple(ASKED))
        self.dsn, self.seed = dsn, seed
        self.random, self.fate = random.Random(seed), random.Random(-seed)
        self.acknowledged: dict[int, set[bytes]] = {}
        self.clerk = Clerk(self)
        self.killing = True
        self.killed = {"connections": 0, "workers": 0}
        self.workers: list[Working] = []
        self.pools: list[Any] = []
        self.admin: Any = None

    async def open(self) -> None:
        """Two workers with connections of their own, and somebody who ends connections."""
        self.admin = await asyncpg.connect(self.dsn, server_settings={"application_name": "fire"})
        self.pools = [await store_database.pool(self.dsn, SCHEMA, 4) for _ in range(2)]
        self.workers = [self._worker(pool) for pool in self.pools]

    def _worker(self, pool: Any) -> Working:
        remotes = {name: InProcess(self.company.systems[name]) for name in ASKED}
        return Working(pool, self.shop.desk.policy, self.follow, remotes, lambda: self.now)

    async def close(self) -> None:
        """Let go of the database."""
        for pool in self.pools:
            pool.terminate()
        await self.admin.close()

    async def work(self, rounds: bool = False) -> None:
        """Everything that is due, by both workers at once; who is interrupted begins again."""
        self.shop.now = self.now
        killer = asyncio.create_task(self._kill()) if self.killing else None
        try:
            await asyncio.gather(*(self._settled(number, rounds) for number in range(2)))
        finally:
            if killer is not None:
                killer.cancel()

    async def _settled(self, number: int, rounds: bool) -> None:
        for _ in range(100):
            doing = asyncio.create_task(self.workers[number].settle(rounds=rounds))
            dropped = self.killing and self.fate.random() < 0.02
            try:
                if dropped:
                    done, _ = await asyncio.wait((doing,), timeout=self.fate.uniform(0.001, 0.03))
                    if not done:
                        await self._drop(number, doing)
                        continue
                await doing
                return
            except (StoreAway, asyncpg.TransactionRollbackError):
                continue
        raise AssertionError("the workers come to no end")

    async def _drop(self, number: int, doing: asyncio.Task[int]) -> None:
        """The worker is gone from one moment to the next, and what it held; another takes its place."""
        self.killed["workers"] += 1
        doing.cancel()
        await asyncio.gather(doing, return_exceptions=True)
        self.workers[number] = self._worker(self.pools[number])
        await self._end_leases()

    async def _end_leases(self) -> None:
        """A lease ends by PostgreSQL's own clock: here a minute is over at once."""
        await self.admin.execute(
            "UPDATE sayso.outbox SET leased_until = clock_timestamp() - interval '1s' WHERE state = 'sending'"
        )

    async def _kill(self) -> None:
        while True:
            await asyncio.sleep(self.fate.expovariate(4))
            self.killed["connections"] += await self.admin.fetchval(
                "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity "
                "WHERE datname = current_database() AND application_name = 'sayso' ORDER BY random() LIMIT 1) one"
            )

    async def send(self, one: Delivery) -> None:
        """A message comes in; its sender repeats it until it is acknowledged."""
        given = Given(one.system, one.content_type, one.body)
        reply = await self.again(self.taking.message, given, SYSTEMS, None, max(one.at, self.now))
        assert reply.status == 202, reply
        for told in msgspec.json.decode(reply.body)["messages"]:
            self.acknowledged.setdefault(told["number"], set()).add(one.body)

    async def again(self, doing: Any, *args: Any) -> Any:
        """Do something until the database is there."""
        for _ in range(50):
            try:
                return await doing(*args)
            except (StoreAway, asyncpg.TransactionRollbackError):
                await asyncio.sleep(0.01)
        raise AssertionError("nobody is answered any more")

    async def run(self, days: float, step: timedelta = timedelta(hours=3)) -> None:
        """Let time pass: from what happens to what happens next, and at least so often as a day has rounds."""
        end = self.now + timedelta(days=days)
        while self.now < end:
            following = self.company.next or end
            self.now = min(end, max(following, self.now) + step)
            self.company.reach(self.now)
            for delivery in self.deliveries():
                await self.send(delivery)
            await self.work()

    async def buy(self, orders: int, hours: float = 2) -> None:
        """Orders come in, at some distance from each other."""
        for number in range(orders):
            lines = self.random.sample(ITEMS, self.random.randint(1, 3))
            asked = [(item, self.random.randint(1, 30)) for item in lines]
            await self.again(self._placed, f"WEB-{number}", self.random.choice(CUSTOMERS), asked)
            await self.run(hours / 24, timedelta(hours=hours))

    async def _placed(self, number: str, customer: str, asked: list[tuple[str, int]]) -> None:
        self.shop.now = self.now
        held = await self.shop.hold(customer, *asked, key=f"hold {number}")
        if held["held"]:
            await self.shop.order(number, held["promise"], key=f"order {number}")

    async def calm(self, days: float = 150) -> None:
        """The fire is out: what was lost is sent again, and the clerk works until there is nothing left to mend."""
        self.killing = False
        await self._end_leases()
        for _ in range(12):
            self.company.resend()
            await self.run(days / 12, timedelta(hours=12))
            await self.work(rounds=True)
            await self.clerk.work_off()
            await self.work()


@asynccontextmanager
async def world_on(dsn: str, seed: int, file: str = "fire", *, kill: bool = True) -> AsyncIterator[World]:
    """A world under the faults of a file."""
    stock = {place: Decimal(many) for place, many in STOCK.items()}
    setting = Setting(
        seed=seed, start=START, stock=stock, units={"cup": {"CS": Decimal(12)}},
        alternatives={"lamp": ("lamp-b", Decimal(1)), "mug": ("mug-b", Decimal(2))},
    )  # fmt: skip
    company = Company(setting, faulty.read(file, seed), Kept())
    follow = FollowPolicy(systems={
        name: SystemPolicy(role=name, retry=PACE, breaker=Breaker(failures=50, rest=60)) for name in ASKED
    })  # fmt: skip
    async with shop_on(dsn) as shop:
        shop.now = START
        await told(shop)
        world = World(shop, company, follow, dsn, seed)
        world.killing = kill
        await world.open()
        try:
            yield world
        finally:
            await world.close()


async def told(shop: Shop, times: int = 1) -> None:
    """The facts of this world, with so many times its stock, and its contracts."""
    await shop.opens()
    for (item, site), many in STOCK.items():
        await shop.item(item, many * times, site, list_price="10.00" if item != "cup" else "2.35")
    await shop.told("taxes", {"country": "GB", "region": "", "category": "", "rate": "20"})
    await shop.told("units", {"item": "cup", "uom": "CS", "factor": "12"})
    await shop.customer("ada", 1_000_000, terms_days=30)
    await shop.customer("ada-2", parent="ada", terms_days=30)
    await shop.customer("bob", terms_days=14)
    await shop.customer("cid", 500_000, terms_days=7)
    for system in ("erp", "wms", "ar", "bank"):
        await contracts.install(shop.pool, shipped(system).values(), START)
