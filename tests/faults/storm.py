"""A storm over one database: processes with many callers at a time who all want the same few things, and are killed.

Run as a program it is one such process: it asks for holds by a seed, under Idempotency-Keys that follow from the
seed, and writes down each answer it was given before it asks again. `Storm` starts several, kills what it is told
to, and says afterwards what does not hold.
"""

from __future__ import annotations

import asyncio
import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from sayso import wiring
from sayso.desk import ledger
from sayso.desk.calling import Caller
from sayso.errors import SaysoError, StoreAway
from sayso.promise.asking import Request
from sayso.store import database
from sayso.store.server import Server

ITEMS = [f"hot{number}" for number in range(6)]
SITES = ("LON", "AMS")
CUSTOMERS = [f"branch{number}" for number in range(8)]
LIMIT = 60_000
CALLERS = 150


def facts(on_hand: int) -> list[tuple[str, list[dict[str, str]]]]:
    """A few items that everybody wants, and one credit account with many branches."""
    head = {"customer": "head", "country": "GB", "currency": "GBP", "credit_limit": str(LIMIT)}
    branches = [
        {"customer": name, "parent": "head", "country": "GB", "currency": "GBP"} for name in CUSTOMERS
    ]
    return [
        ("sites", [{"site": site, "country": "GB", "timezone": "Europe/London"} for site in SITES]),
        ("items", [{"item": item, "uom": "EA", "list_price": "1.50", "currency": "GBP"} for item in ITEMS]),
        (
            "stock",
            [{"item": item, "site": site, "on_hand": str(on_hand)} for item in ITEMS for site in SITES],
        ),
        ("customers", [head, *branches]),
    ]


class Storm:
    """An embedded PostgreSQL with fsync on, the facts in it, and the processes that ask."""

    def __init__(self, home: Path, seed: int) -> None:
        self.home = home
        self.seed = seed
        self.server = Server(home / "postgres")
        self.dsn = self.server.ensure()
        self.processes: dict[int, subprocess.Popen[bytes]] = {}

    async def open(self, on_hand: int) -> None:
        """Migrate, and load the facts."""
        settings = self._settings()
        async with wiring.database_of(settings) as dsn, wiring.assembled(settings, dsn) as app:
            for kind, rows in facts(on_hand):
                body = json.dumps({"source": "erp", "as_of": "2026-01-01T00:00:00Z", "rows": rows}).encode()
                reply = await app.desk.load_facts(kind, body, _CALLER, None, app.clock.now())
                assert json.loads(reply.body)["refused"] == 0, reply.body

    def start(self, number: int, attempts: int) -> None:
        """Start (or start again, with the same questions under the same keys) the process of a number."""
        with open(self.home / f"storm-{number}.err", "ab") as log:
            self.processes[number] = subprocess.Popen(
                [sys.executable, __file__, self.dsn, str(self.home), str(number), str(self.seed), str(attempts)],
                stderr=log,
            )  # fmt: skip

    def kill(self, number: int) -> None:
        """kill -9."""
        self.processes[number].send_signal(signal.SIGKILL)
        self.processes[number].wait()

    def kill_postgres(self) -> None:
        """kill -9 of the postmaster; then whoever notices starts the server again."""
        postmaster = (self.home / "postgres" / "data" / "postmaster.pid").read_text().split()[0]
        subprocess.run(["kill", "-9", postmaster], check=True)
        time.sleep(0.2)
        assert self.server.ensure() == self.dsn

    def wait(self, seconds: float) -> None:
        """Until every process is done."""
        for number, process in self.processes.items():
            assert process.wait(seconds) == 0, (self.home / f"storm-{number}.err").read_text()[-2000:]

    def acknowledged(self) -> list[dict[str, Any]]:
        """Every answer that a caller was given, in the order in which it was written down."""
        lines = [line for path in self.home.glob("storm-*.log") for line in path.read_bytes().splitlines()]
        return [msgspec.json.decode(line) for line in lines if line.endswith(b"}")]

    async def violations(self) -> list[str]:
        """What does not hold: lost answers, two effects of one key, oversold stock, exposure over the limit, drift."""
        given = self.acknowledged()
        found: list[str] = []
        by_key: dict[str, str] = {}
        for one in given:
            if by_key.setdefault(one["key"], one["promise"]) != one["promise"]:
                found.append(f"key {one['key']} was answered with {by_key[one['key']]} and {one['promise']}")
        pool = await database.pool(self.dsn, "sayso", 2)
        try:
            async with pool.acquire() as connection:
                found += await self._in_the_books(connection, given)
            audit = await ledger.audit(pool)
            found += [f"drift {one}" for one in audit.drift] + [f"stray {one}" for one in audit.strays]
        finally:
            await pool.close()
        return found

    async def _in_the_books(self, connection: asyncpg.Connection, given: list[dict[str, Any]]) -> list[str]:
        there = {row["id"] for row in await connection.fetch("SELECT id FROM decisions")}
        held = {row["id"] for row in await connection.fetch("SELECT id FROM promises")}
        found = [f"lost: {one['promise']}" for one in given if one["promise"] not in there]
        found += [
            f"lost hold: {one['promise']}" for one in given if one["held"] and one["promise"] not in held
        ]
        found += [
            f"oversold: {row['item']} {row['site']} {row['taken']} of {row['on_hand']}"
            for row in await connection.fetch(
                """SELECT s.item, s.site, s.on_hand, sum(r.quantity) AS taken FROM stock s
                JOIN reservations r ON r.item = s.item AND r.site = s.site
                GROUP BY s.item, s.site, s.on_hand HAVING sum(r.quantity) > s.on_hand"""
            )
        ]
        owed = await connection.fetchval(
            "SELECT coalesce(sum(amount), 0) FROM reservations WHERE account = 'head'"
        )
        found += [f"exposure {owed} over {LIMIT}"] if owed > LIMIT else []
        keys = await connection.fetchval("SELECT count(*) - count(DISTINCT promise) FROM idempotency")
        return [*found, *([f"{keys} keys share a promise"] if keys else [])]

    async def held(self) -> int:
        """How many holds live."""
        connection = await database.connect(self.dsn, "sayso")
        try:
            found: int = await connection.fetchval("SELECT count(*) FROM promises WHERE state = 'held'")
            return found
        finally:
            await connection.close()

    def close(self) -> None:
        """End everything."""
        for process in self.processes.values():
            if process.poll() is None:
                process.kill()
                process.wait()
        self.server.stop(immediate=True)

    def _settings(self) -> wiring.Settings:
        return wiring.Settings(home=self.home, database_url=self.dsn)


_CALLER = Caller("storm", frozenset({"admin"}))


def _request(chance: random.Random) -> tuple[Request, bytes]:
    """One to four lines over the hot items, the same item more than once now and then."""
    lines = [
        {"item": chance.choice(ITEMS), "quantity": str(chance.randint(1, 5))}
        for _ in range(chance.randint(1, 4))
    ]
    asked = {
        "customer": chance.choice(CUSTOMERS),
        "ship_to": {"country": "GB"},
        "hold": "PT12H",
        "lines": lines,
    }
    body = json.dumps(asked).encode()
    return msgspec.json.decode(body, type=Request), body


def log_of(home: Path, number: int) -> Any:
    """Where the process of a number writes down what it was answered; unbuffered, so that kill -9 loses nothing."""
    return open(home / f"storm-{number}.log", "ab", buffering=0)


async def _ask(dsn: str, home: Path, number: int, seed: int, attempts: int) -> None:
    """Be one process of the storm."""
    numbers = iter(range(attempts))
    settings = wiring.Settings(home=home, database_url=dsn)
    with log_of(home, number) as log:
        while True:
            try:
                async with wiring.assembled(settings, dsn) as app:
                    await asyncio.gather(
                        *(_caller(app, numbers, f"{seed}-{number}", log) for _ in range(CALLERS))
                    )
                return
            except StoreAway:  # at the start; later on, each caller waits for itself
                await asyncio.sleep(0.1)


async def _caller(app: wiring.App, numbers: Iterator[int], name: str, log: Any) -> None:
    """Ask, write down what was answered, ask again. Where the database is away, ask the same again."""
    for attempt in numbers:
        key = f"{name}-{attempt}"
        request, body = _request(random.Random(key))
        while True:
            try:
                reply = await app.desk.promise(request, body, _CALLER, key, app.clock.now())
                break
            except SaysoError as away:
                if away.status != 503:
                    raise
                await asyncio.sleep(0.1)
        answer = msgspec.json.decode(reply.body)
        given = {"key": key, "promise": answer["promise"], "held": answer["held"]}
        log.write(msgspec.json.encode(given) + b"\n")


if __name__ == "__main__":
    _dsn, _home, _number, _seed, _attempts = sys.argv[1:]
    asyncio.run(_ask(_dsn, Path(_home), int(_number), int(_seed), int(_attempts)))
