"""Journals of decisions for the tests of replay: a shop that trades, and a replay of what it recorded."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sayso.audit.replay import run as replaying_run
from sayso.audit.replay.replaying import Tally
from sayso.audit.replay.run import Checkpoint, Place, Plan
from sayso.audit.replay.whatif import Alternative
from sayso.store import journal
from sayso.store.journal import Filter
from world import SCHEMA, Shop, day

EVER = Filter(journal.FIRST[1], datetime.fromisoformat("2999-01-01T00:00:00Z"))


async def goods(shop: Shop) -> None:
    """A kit, a substitute, an allocation, inbound, safety stock, taxes, a cut-off, a second site, two customers."""
    await shop.opens()
    await shop.item("lamp", 10, list_price="20.00")
    await shop.item("cup", 100, list_price="2.50")
    await shop.count("cup", 100, safety_stock="20")
    await shop.customer("ada", 1000)
    await shop.customer("bob")
    await shop.told("sites", {"site": "LON", "cutoff": "12:00", "calendar": "week"})
    await shop.told("taxes", {"country": "GB", "rate": "17.5"})
    await shop.item("set", list_price="30.00")
    await shop.told("kits", {"item": "set", "component": "lamp", "quantity": "1"},
                    {"item": "set", "component": "cup", "quantity": "6"})  # fmt: skip
    await shop.item("mug", 5, list_price="2.00")
    await shop.item("jug", 50, site="YRK")
    await shop.told("substitutes", {"item": "mug", "substitute": "jug", "factor": "2"})
    await shop.told("inbound", {"document": "PO", "line": "1", "item": "lamp", "site": "LON", "quantity": "7",
                                "due": day(5)})  # fmt: skip
    await shop.told("demand", {"document": "BL", "line": "1", "kind": "allocation", "item": "cup", "site": "LON",
                               "quantity": "30", "customer": "ada"})  # fmt: skip


async def trade(shop: Shop, asks: int, seed: int = 5) -> None:
    """Quotes, holds, releases, orders and counts over two months."""
    chance = random.Random(seed)
    for number in range(asks):
        items = chance.sample(["lamp", "cup", "mug", "set", "jug", "nothing"], chance.randint(1, 3))
        lines = [{"item": item, "quantity": str(chance.randint(1, 9)), "substitute": chance.random() < 0.5}
                 for item in items]  # fmt: skip
        hold = chance.choice(["", "PT10M", "PT1H"])
        held = await shop.ask(
            chance.choice(["ada", "bob", "eve"]), *lines, hold=hold, accept_conditional=chance.random() < 0.5
        )
        if held["held"] and chance.random() < 0.4:
            await shop.order(f"WEB-{number}", held["promise"])
            if chance.random() < 0.5:
                await shop.cancel(f"WEB-{number}")
        if chance.random() < 0.1:
            await shop.count("lamp", chance.randint(0, 12))
        shop.later(hours=60 * 24 / asks, minutes=1)


async def replay(
    dsn: str, asked: Filter = EVER, alternative: Alternative | None = None, *, workers: int = 1, size: int = 7,
    most: int = 20, resume: Path | None = None, tell: Callable[[int, int, int], None] = lambda *_: None,
) -> Tally:  # fmt: skip
    """Replay in slices of so many decisions, outside of the test's own loop."""
    place, plan, checkpoint = Place(dsn, SCHEMA), Plan(asked, alternative, most), Checkpoint(resume)
    plan = checkpoint.fits(plan, True)
    if checkpoint.begun is None:
        checkpoint.begin(plan, await replaying_run.cut(place, asked, size))
    return await asyncio.to_thread(replaying_run.run, place, plan, checkpoint, workers, tell)


async def every(shop: Shop) -> list[Any]:
    """The rows of the journal, in order."""
    return list(await shop.pool.fetch("SELECT id, made, verdict, customer FROM decisions ORDER BY id, made"))
