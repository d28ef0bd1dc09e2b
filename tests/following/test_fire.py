"""A world under fire: every fault at once, two workers that are killed all the time, and in the end all books agree.

And that the comparison sees what it is for: each fault that is planted here makes it speak.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import msgspec
import pytest

from following import within
from following.agreement import compared, disagreements
from following.fire import World, world_on
from sayso.cash.fold import fold
from sayso.cash.shapes import Effect, Fact, State
from sayso.desk.cash import consequences, following
from sayso.desk.messages import taking
from sayso.store import database as store_database
from sayso.store import inbox
from sayso.systems.seam import Ask
from sayso.systems.simulated.ar import Ar
from world import SCHEMA

SEEDS = (20, 728110)


@pytest.mark.parametrize("seed", SEEDS)
async def test_after_the_fire_all_books_agree(database: str, seed: int) -> None:
    async with world_on(database, seed) as world:
        await world.buy(25)
        await world.run(20)
        await world.calm()
        found = await compared(world.pool, world.company, world.acknowledged)
        assert found.differences == [], f"seed {seed}, {found.explained} explained, {world.killed} killed"
        assert len(world.acknowledged) > 200
        assert world.killed["connections"] > 3, "nobody was killed"
        assert len({one.fault for one in world.company.faults.played}) > 15


async def quiet(world: World, orders: int = 4) -> None:
    """Orders go their way, and nobody disturbs them."""
    await world.buy(orders)
    await world.run(60)


async def seen(world: World) -> set[str]:
    """What differs."""
    return {one.what for one in await disagreements(world.pool, world.company, world.acknowledged)}


async def test_a_message_that_is_acknowledged_and_lost_is_seen(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forgetful(connection: Any, messages: Any, now: Any) -> list[inbox.Came]:
        """One message in many is acknowledged and not kept."""
        if messages[0].kind == "POD" and not forgotten:
            forgotten.append(messages[0].id)
            return [inbox.Came("new", 10**6)]
        return await real(connection, messages, now)

    forgotten: list[str] = []
    real = inbox.keep
    async with world_on(database, 1, "none", kill=False) as world:
        monkeypatch.setattr(taking.inbox, "keep", forgetful)
        await quiet(world)
        assert forgotten
        assert "lost" in await seen(world)


async def test_an_effect_that_is_done_twice_is_seen(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(self: Ar, ask: Ask) -> list[dict[str, Any]]:
        if ask.kind == "issue_invoice":
            real(self, ask)
        return real(self, ask)

    real = Ar.perform
    async with world_on(database, 1, "none", kill=False) as world:
        monkeypatch.setattr(Ar, "perform", twice)
        await quiet(world)
        assert {"twice", "invoiced_beyond"} <= await seen(world)


async def test_an_invoice_for_more_than_left_is_seen(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def generous(*given: Any) -> Any:
        found = real(*given)
        return found._replace(effects=tuple(map(_one_more, found.effects)))

    real = consequences.to_invoice
    async with world_on(database, 1, "none", kill=False) as world:
        monkeypatch.setattr(consequences, "to_invoice", generous)
        await quiet(world)
        assert "invoiced_beyond" in await seen(world)


def _one_more(effect: Effect) -> Effect:
    if effect.kind != "issue_invoice":
        return effect
    lines: Any = effect.body["lines"]
    more = [{**line, "quantity": str(Decimal(line["quantity"]) + 1)} for line in lines]
    return msgspec.structs.replace(effect, body={**effect.body, "lines": more})


async def test_a_fold_that_depends_on_the_order_is_seen(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hasty(order: str, facts: Iterable[Fact]) -> State:
        """Whatever comes after a delivery is too late."""
        known = list(facts)
        ends = [place for place, one in enumerate(known) if one.family == "shipment.delivered"]
        return fold(order, known[: min(ends, default=len(known)) + 1])

    async with world_on(database, 1, "none", kill=False) as world:
        monkeypatch.setattr(following, "fold", hasty)
        monkeypatch.setattr(within, "fold", hasty)
        await quiet(world)
        assert "fold" in await seen(world)


def _unlogged(world: World) -> None:
    """Receivables write something down of which nobody was told."""
    next(iter(world.company.ar.invoices.values())).applied["nobody"] = Decimal(1)


def _more_out(world: World) -> None:
    world.company.wms.shipped["WEB-0", 1] += 1


def _no_cash(world: World) -> None:
    del world.company.bank.transfers[next(iter(world.company.bank.transfers))]


def _not_done(world: World) -> None:
    effects = world.company.wms.effects
    del effects[next(key for key in effects if key.startswith("release"))]


def _gone(world: World) -> None:
    world.company.erp.orders.pop("WEB-1")


ELSEWHERE = {
    "open": _unlogged,
    "shipped": _more_out,
    "payment": _no_cash,
    "effect": _not_done,
    "accepted": _gone,
}
HERE = (
    ("UPDATE inbox SET body = 'x' WHERE kind = 'POD'", "lost"),
    ("UPDATE inbox SET state = 'waiting' WHERE kind = 'POD'", "waits"),
    ("UPDATE inbox SET state = 'quarantined' WHERE kind = 'POD'", "unseen"),
    ("DELETE FROM transactions WHERE \"order\" = 'WEB-1'", "lost"),
    ("UPDATE transactions SET digest = 'x'", "fold"),
    ("UPDATE open_items SET open = open + 1", "open_item"),
    ("UPDATE payments SET unapplied = 1", "payment_kept"),
    ("UPDATE receivables SET open = open + 1", "exposure"),
    ("UPDATE demand SET quantity = 1, amount = 12", "exposure"),
    ("UPDATE accounts SET promised = promised + 1", "ledger"),
    ("INSERT INTO postings (entry, document, account, customer, currency, debit, posted) "
     "VALUES ('e', 'd', 'cash', 'ada', 'GBP', 1, now())", "postings"),
)  # fmt: skip


async def test_what_is_spoiled_here_or_there_is_seen(database: str, admin: asyncpg.Connection) -> None:
    """Each in a copy of one world that was right; what is spoiled in the systems' books, one after the other."""
    async with world_on(database, 1, "none", kill=False) as world:
        await quiet(world, 2)
        found = await compared(world.pool, world.company, world.acknowledged)
        assert (found.differences, found.explained) == ([], {})
        assert {row[0] for row in await world.pool.fetch("SELECT stage FROM transactions")} == {"closed"}
    name = urlsplit(database).path.strip("/")
    for number, (spoil, what) in enumerate(HERE):
        copy = f"{name}_{number}"
        await admin.execute(f"CREATE DATABASE {copy} TEMPLATE {name} STRATEGY FILE_COPY")
        async with pool_on(database.replace(name, copy)) as world.pool:
            await world.pool.execute(spoil)
            assert what in await seen(world), spoil
        await admin.execute(f"DROP DATABASE {copy} WITH (FORCE)")
    async with pool_on(database) as world.pool:
        for what, plant in ELSEWHERE.items():
            assert what not in await seen(world)
            plant(world)
            assert what in await seen(world)


@asynccontextmanager
async def pool_on(dsn: str) -> AsyncIterator[Any]:
    """A pool of one's own."""
    pool = await store_database.pool(dsn, SCHEMA, 2)
    try:
        yield pool
    finally:
        await pool.close()
