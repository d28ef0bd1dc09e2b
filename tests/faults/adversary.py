"""Callers that all want the same few things at once, and what must be true afterwards, whoever was killed meanwhile.

As a program it is one process of such callers over a desk of its own: adversary.py DSN JOURNAL SEED CALLERS ATTEMPTS
[FAULT]. Each attempt is written to the journal before it is made, and each answer when it has come; a line is in the
kernel's hands before anything follows from it, so that it outlives the process.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import asyncpg
import structlog

from sayso.errors import Busy, SaysoError, StoreAway
from world import Shop, shop_on

STOCK = 300
LIMIT = 500
ITEMS = ("red", "green", "blue")
CUSTOMERS = ("head", "branch", "free")  # head and branch share a limit
HOLD = "PT20H"

Line = dict[str, Any]
AWAY = (StoreAway, Busy, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)


class Door(Protocol):
    """Where an adversary knocks. Raises one of AWAY where it is to try again."""

    async def call(self, what: str, key: str, told: Line) -> Line: ...


class DeskDoor:
    """Straight to a desk."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    async def call(self, what: str, key: str, told: Line) -> Line:
        shop = self._shop
        if what == "hold":
            lines = [tuple(line) for line in told["lines"]]
            return await shop.hold(told["customer"], *lines, hold=HOLD, channel=told["channel"], key=key)
        if what == "order":
            return await shop.order(told["order"], told["promise"], key=key)
        if what == "cancel":
            return await shop.cancel(told["order"], key=key)
        return await shop.release(told["promise"], key=key)


class Nowhere:
    """No door yet."""

    async def call(self, what: str, key: str, told: Line) -> Line:
        raise StoreAway("there is no desk yet")


async def prepared(shop: Shop) -> None:
    """The goods and the buyers that everybody fights for."""
    await shop.opens()
    for item in ITEMS:
        await shop.item(item, STOCK)
    await shop.customer("head", LIMIT)
    await shop.customer("branch", parent="head")
    await shop.customer("free")


@dataclass
class Adversary:
    """Some hundred callers. `tell` writes a line to the journal."""

    door: Door
    tell: Callable[[Line], None]
    seed: str
    attempts: int
    made: int = 0
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, callers: int) -> None:
        """Until all attempts are made, or it is stopped."""
        await asyncio.gather(*(self._caller(number) for number in range(callers)))

    async def _caller(self, number: int) -> None:
        chance, turn = random.Random(f"{self.seed}/{number}"), 0
        while self.made < self.attempts and not self.stopped.is_set():
            self.made += 1
            turn += 1
            await self._attempt(chance, f"{self.seed}-{number}-{turn}")

    async def _attempt(self, chance: random.Random, name: str) -> None:
        items = chance.sample(ITEMS, chance.randint(1, 3))
        lines = [[item, chance.randint(1, 4)] for item in items]
        told = {"customer": chance.choice(CUSTOMERS), "lines": lines, "channel": name}
        held = await self._call("hold", name, told, twice=chance.random() < 0.2)
        if held is None or not held["held"]:
            return
        then = chance.random()
        if then < 0.5:
            await self._call("release", f"{name}-r", {"promise": held["promise"]}, twice=then < 0.1)
        elif then < 0.9:
            order = {"order": f"WEB-{name}", "promise": held["promise"]}
            placed = await self._call("order", f"{name}-o", order, twice=then < 0.6)
            if placed is not None and then < 0.85:
                await self._call("cancel", f"{name}-c", {"order": order["order"]}, twice=False)

    async def _call(self, what: str, key: str, told: Line, twice: bool) -> Line | None:
        """One call, repeated under its key until there is an answer; sometimes two at once, which must be one."""
        self.tell({"key": key, "what": what, "told": told})
        calls = [self.answered(what, key, told) for _ in range(1 + twice)]
        answers = await asyncio.gather(*calls)
        if None in answers:
            return None
        kept = kept_of(answers[0])
        if answers[0] != answers[-1]:
            kept["bad"] = "the same call was answered in two ways"
        self.tell({"key": key, "said": kept})
        return None if "bad" in kept else answers[0]

    async def answered(self, what: str, key: str, told: Line) -> Line | None:
        """The answer, however often one has to ask; None when it is stopped before."""
        while not self.stopped.is_set():
            try:
                return await self.door.call(what, key, told)
            except AWAY:
                await asyncio.sleep(0.05)
            except SaysoError as refused:
                return {"bad": f"{what} was refused: {refused.detail}"}
        return None


def journal(path: Path) -> Callable[[Line], None]:
    """Appends lines to a file, each in one write."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    return lambda line: void(os.write(file, json.dumps(line).encode() + b"\n"))


def void(_: object) -> None:
    """Nothing."""


def entries(*paths: Path) -> dict[str, Line]:
    """What was tried, by key, with `said` where an answer came. A last line that was cut off was never written."""
    found: dict[str, Line] = {}
    for path in paths:
        for text in path.read_bytes().split(b"\n")[:-1]:
            line = json.loads(text)
            found.setdefault(line["key"], {}).update(line)
    return found


async def retried(door: Door, tried: dict[str, Line]) -> None:
    """Whoever got no answer asks again, under the same key, in the order in which it was asked."""
    for key, entry in tried.items():
        if "said" not in entry:
            answer = await Adversary(door, void, key, 1).answered(entry["what"], key, entry["told"])
            assert answer is not None
            entry["said"] = kept_of(answer)


def kept_of(answer: Line) -> Line:
    """What of an answer is written down."""
    return {
        name: answer[name] for name in ("held", "promise", "state", "bad") if answer.get(name) is not None
    }


def ends(tried: dict[str, Line]) -> dict[str, tuple[str, Line]]:
    """How each promise that was held must stand: its state, and what it was asked for."""
    found: dict[str, tuple[str, Line]] = {}
    orders: dict[str, str] = {}
    for entry in tried.values():
        promise, what = entry["said"].get("promise"), entry["what"]
        if what == "hold" and entry["said"].get("held"):
            found[promise] = ("held", entry["told"])
        elif what == "order":
            orders[entry["told"]["order"]] = promise
    state = {"release": "released", "order": "ordered", "cancel": "cancelled"}
    for entry in tried.values():
        if entry["what"] in state:
            promise = (
                orders.get(entry["told"]["order"]) if entry["what"] == "cancel" else entry["told"]["promise"]
            )
            if promise in found and found[promise][0] != "cancelled":
                found[promise] = (state[entry["what"]], found[promise][1])
    return found


async def violations(shop: Shop, tried: dict[str, Line]) -> list[str]:
    """What is not as it must be, once everybody has had an answer."""
    found = [f"{key}: {entry['said']['bad']}" for key, entry in tried.items() if "bad" in entry["said"]]
    expected = ends(tried)
    stand = {row["id"]: row["state"] for row in await shop.pool.fetch("SELECT id, state FROM promises")}
    for promise, (state, _) in expected.items():
        if stand.get(promise) != state:
            found.append(f"{promise} was acknowledged as {state} and is {stand.get(promise, 'lost')}")
    found += [f"{promise} was held for nobody" for promise in stand.keys() - expected.keys()]
    live = [told for state, told in expected.values() if state in ("held", "ordered")]
    for item in ITEMS:
        sold = sum(quantity for told in live for name, quantity in told["lines"] if name == item)
        sold_there = await shop.pool.fetchval(
            "SELECT coalesce(sum(quantity), 0) FROM reservations WHERE item = $1", item
        )
        if sold > STOCK or sold_there > STOCK or sold != sold_there:
            found.append(f"{sold} {item} are acknowledged, {sold_there} reserved, there are {STOCK}")
    owed = sum(quantity for told in live if told["customer"] != "free" for _, quantity in told["lines"])
    promised = await shop.pool.fetchval("SELECT promised FROM accounts WHERE account = 'head'")
    if owed > LIMIT or promised > LIMIT or owed != promised:
        found.append(f"{owed} are acknowledged, {promised} promised, the limit is {LIMIT}")
    found += [f"{one} ended, and the promise ledger does not say so" for one in await _untold(shop)]
    try:
        await shop.audit()
    except AssertionError as drift:
        found.append(f"the ledger has drifted: {str(drift)[:300]}")
    return found


async def _untold(shop: Shop) -> list[str]:
    """Promises that ended without a word in the promise ledger, or have one though they live."""
    rows = await shop.pool.fetch(
        "SELECT id FROM promises p WHERE (ended IS NOT NULL) <> EXISTS (SELECT FROM promise_ends WHERE promise = p.id)"
    )
    return [row["id"] for row in rows]


def planted(fault: str) -> None:
    """Break the product in this process."""
    from faults.faulty import FAULTS

    FAULTS[fault]()


async def main(dsn: str, path: str, seed: str, callers: str, attempts: str, fault: str = "") -> None:
    """One process of adversaries."""
    structlog.configure(processors=[_quiet])
    if fault:
        planted(fault)
    adversary = Adversary(Nowhere(), journal(Path(path)), seed, int(attempts))
    while True:
        try:
            async with shop_on(dsn) as shop:
                adversary.door = DeskDoor(shop)
                return await adversary.run(int(callers))
        except StoreAway:  # before anybody could ask
            await asyncio.sleep(0.1)


def _quiet(*_: Any) -> Any:
    raise structlog.DropEvent


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
