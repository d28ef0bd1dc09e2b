"""A trade over real processes that are killed: `sayso up`, workers beside it, PostgreSQL; a simulated company over HTTP.

Sayso goes by the real clock; the company's own days pass faster. What is killed when comes from the seed, what is under
way at that moment from the machine.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import signal
import socket
import subprocess
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
import uvicorn

from following.clerk import Clerk
from following.fire import CUSTOMERS, ITEMS, STOCK, told
from processes import Folder
from sayso.desk.cases.casework import Casework
from sayso.desk.cash.working import Working
from sayso.errors import Conflict, StoreAway
from sayso.promise.policy import Policy
from sayso.store.server import Server
from sayso.store.server_process import postmaster
from sayso.systems.simulated import faults as faulty
from sayso.systems.simulated.app import company_app
from sayso.systems.simulated.company import Company
from sayso.systems.simulated.outlet import Posted
from sayso.systems.simulated.setting import Setting
from sayso.wiring.following import policy_of
from world import Shop, asking, shop_on

ROLES = ("erp", "wms", "ar", "bank")
_SYSTEM = """
[systems.{role}]
role = "{role}"
product = "simulated"
url = "{url}/{role}"
timeout = 5
retry = {{ attempts = 10000, base = 0.1, most = 1 }}
breaker = {{ failures = 1000, rest = 1 }}
"""
_AGAIN = (408, 425, 429, 500, 502, 503, 504)


class Siege:
    """What stands, who trades, and who kills. `speed` is how many of the company's days pass in a second."""

    def __init__(self, folder: Folder, seed: int, *, orders: int, speed: float, faults: str = "fire") -> None:
        self.folder, self.seed, self.orders, self.speed = folder, seed, orders, speed
        self.trading, self.fate = random.Random(seed), random.Random(-seed - 1)
        self.port, self.sayso = _free_port(), ""
        stock = {place: Decimal(many * (1 + orders // 100)) for place, many in STOCK.items()}
        self.start = datetime.now(UTC)
        setting = Setting(
            seed=seed, start=self.start, stock=stock, units={"cup": {"CS": Decimal(12)}},
            alternatives={"lamp": ("lamp-b", Decimal(1)), "mug": ("mug-b", Decimal(2))},
        )  # fmt: skip
        self.company = Company(setting, faulty.read(faults, seed))
        self.acknowledged: dict[int, set[bytes]] = {}
        self.placed: dict[str, str] = {}
        self.killed: Counter[str] = Counter()
        self.over = False
        self.passing: asyncio.Task[None]
        self.working: Any = None
        self.casework: Any = None
        self.workers: list[subprocess.Popen[bytes]] = []
        self.up: subprocess.Popen[bytes]
        self.pool: Any = None

    # What the clerk needs.

    @property
    def now(self) -> datetime:
        """The real time."""
        return datetime.now(UTC)

    async def cases(self) -> list[dict[str, Any]]:
        """The open cases."""
        rows = await self.pool.fetch(
            'SELECT id, kind, state, "order", amount, facts, next_step, document FROM cases '
            "WHERE state = 'open' ORDER BY id"
        )
        return [dict(row) | {"facts": msgspec.json.decode(row["facts"])} for row in rows]

    async def work(self) -> None:
        """The workers do that."""

    # Processes.

    def stand(self) -> None:
        """Sayso stands, and two workers beside it."""
        self.up, self.sayso = self.folder.up(
            "--port", str(self.port), "--processes", "2", "--log-level", "error"
        )
        while len(self.workers) < 2:
            self.workers.append(self.folder.popen("worker", "--log-level", "error"))

    def serving(self) -> list[int]:
        """The processes under the one that was started."""
        place = Path(f"/proc/{self.up.pid}/task/{self.up.pid}/children")
        return [int(one) for one in place.read_text().split()]

    def kill(self) -> str:
        """kill -9 of something."""
        what = self.fate.choices(("serving", "worker", "postgresql", "all"), (4, 4, 2, 1))[0]
        self.killed[what] += 1
        if what == "serving":
            os.kill(self.fate.choice(self.serving()), signal.SIGKILL)
        elif what == "worker":
            _kill(self.workers.pop(self.fate.randrange(len(self.workers))))
            self.workers.append(self.folder.popen("worker", "--log-level", "error"))
        elif what == "postgresql":
            number = postmaster(Server(self.folder.home / "postgres").home.data)
            if number is not None:
                os.kill(number, signal.SIGKILL)
        else:
            _kill(self.up)
            self.stand()
        return what

    def close(self) -> None:
        """Stop what was started."""
        for process in self.folder.started:
            if process.poll() is None:
                self.folder.end(process)
            elif process.stdout is not None:
                process.stdout.close()
        Server(self.folder.home / "postgres").stop(immediate=True)

    # The trade.

    async def storefront(self, client: httpx.AsyncClient, seconds: float) -> None:
        """Orders come in, spread over so many seconds, each asked for until it is answered."""
        for number in range(self.orders):
            lines = [
                (item, self.trading.randint(1, 30))
                for item in self.trading.sample(ITEMS, self.trading.randint(1, 3))
            ]
            await self._order(client, f"WEB-{number}", self.trading.choice(CUSTOMERS), lines)
            await asyncio.sleep(self.trading.expovariate(self.orders / seconds))

    async def _order(self, client: httpx.AsyncClient, order: str, customer: str, lines: list[Any]) -> None:
        held = await _until_answered(
            client, "/v1/promises", asking(customer, *lines, hold="PT15M"), f"hold-{order}"
        )
        if held.get("held"):
            said = await _until_answered(
                client, "/v1/orders", {"order": order, "promise": held["promise"]}, f"order-{order}"
            )
            self.placed[order] = said["state"]

    async def days(self) -> None:
        """The company's days pass; what it sends is sent until it is acknowledged."""
        while not self.over:
            passed = datetime.now(UTC) - self.start
            self.company.reach(self.start + passed * self.speed * 86400)
            await self.company.outlet.flush()
            await asyncio.sleep(0.05)

    async def acknowledge(self, response: httpx.Response) -> None:
        """What is acknowledged is written down."""
        if response.status_code == 202 and response.request.url.path.endswith("/messages"):
            await response.aread()
            for one in response.json()["messages"]:
                self.acknowledged.setdefault(one["number"], set()).add(response.request.content)

    async def rests(self, end: datetime) -> bool:
        """Whether everything that is due has been done, and nothing more comes before `end`."""
        if self.company.now < end or not (self.company.next is None or self.company.next > end):
            return False
        return not await self.pool.fetchval(
            "SELECT EXISTS (SELECT FROM inbox WHERE state = 'waiting') OR "
            "EXISTS (SELECT FROM outbox WHERE state IN ('waiting', 'sending', 'unclear'))"
        )

    async def standing(self) -> str:
        """What is left to do, for a person."""
        rows = await self.pool.fetch(
            "SELECT 'message ' || kind AS what, state, problem FROM inbox WHERE state = 'waiting' UNION ALL "
            "SELECT effect, state, problem FROM outbox WHERE state IN ('waiting', 'sending', 'unclear') LIMIT 9"
        )
        return f"{self.company.now} of the company, next {self.company.next}; {[tuple(row) for row in rows]}"


@asynccontextmanager
async def besieged(folder: Folder, seed: int, *, orders: int, speed: float) -> AsyncIterator[Siege]:
    """Everything stands; the company's days pass."""
    siege = Siege(folder, seed, orders=orders, speed=speed)
    server = _server(siege.company)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    file = folder.home.parent / "follow.toml"
    file.write_text("".join(_SYSTEM.format(role=role, url=url) for role in ROLES))
    (folder.home.parent / "sayso.toml").write_text(f'follow = "{file}"\n')
    try:
        await asyncio.to_thread(siege.stand)
        async with shop_on(Server(folder.home / "postgres").home.dsn()) as shop:
            shop.now = siege.now
            await told(shop, 1 + orders // 100)
        made = await asyncio.to_thread(
            folder.run, "keys", "create", "all", "--scope", "admin,messages,promises,orders", "--json"
        )
        assert made.returncode == 0, made.stderr
        headers = {"Authorization": f"Bearer {msgspec.json.decode(made.stdout)['key']}"}
        hooks = {"response": [siege.acknowledge]}
        async with httpx.AsyncClient(
            base_url=siege.sayso, headers=headers, timeout=15, trust_env=False, event_hooks=hooks
        ) as client:
            siege.company.outlet = siege.company.office.outlet = Posted(client, simulated=False)
            passing = siege.passing = asyncio.create_task(siege.days())
            siege.client = client
            try:
                yield siege
            finally:
                siege.over = True
                passing.cancel()
                await asyncio.gather(passing, return_exceptions=True)
    finally:
        await asyncio.to_thread(siege.close)
        server.should_exit = True
        await serving


async def trade_and_kill(siege: Siege, seconds: float, pause: float) -> None:
    """The orders come in while something is killed every now and then."""
    trading = asyncio.create_task(siege.storefront(siege.client, seconds))
    until = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < until or not trading.done():
        await asyncio.sleep(siege.fate.uniform(0.5, 1.5) * pause)
        if asyncio.get_running_loop().time() < until:
            await asyncio.to_thread(siege.kill)
    await trading


async def afterwards(siege: Siege, days: float, patience: float) -> None:
    """Nothing is killed any more: what was lost is sent again, the clerk works, until everything rests."""
    shop: Shop
    end = siege.company.now + timedelta(days=days)
    async with shop_on(Server(siege.folder.home / "postgres").home.dsn()) as shop:
        siege.pool = shop.pool
        await siege.pool.execute("UPDATE outbox SET leased_until = clock_timestamp() WHERE state = 'sending'")
        follow = policy_of(str(siege.folder.home.parent / "follow.toml"))
        siege.casework = Casework(shop.pool, follow.cases, follow.roles)
        siege.working = Working(shop.pool, Policy(), follow, {}, lambda: siege.now)
        clerk, before = Clerk(siege), Counter[str]()
        until = asyncio.get_running_loop().time() + patience
        for turn in itertools.count():
            siege.company.resend()
            while not await siege.rests(end if turn > 2 else siege.company.now):
                assert not siege.passing.done(), siege.passing.exception()
                assert asyncio.get_running_loop().time() < until, await siege.standing()
                await asyncio.sleep(0.2)
            if turn > 2 and clerk.did == before:
                return
            before = clerk.did.copy()
            with suppress(Conflict, StoreAway, asyncpg.PostgresError):
                await clerk.work_off()


async def _until_answered(client: httpx.AsyncClient, path: str, body: Any, key: str) -> dict[str, Any]:
    for _ in range(600):
        try:
            answer = await client.post(path, json=body, headers={"Idempotency-Key": key})
            if answer.status_code not in _AGAIN:
                assert answer.is_success, answer.text
                found: dict[str, Any] = answer.json()
                return found
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.1)
    raise AssertionError("nobody is answered any more")


def _server(company: Company) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(company_app(company), port=0, log_level="error", lifespan="off", ws="none")
    )


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    if process.stdout is not None:
        process.stdout.close()
