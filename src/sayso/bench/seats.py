"""What a process of the benchmark can do: hold promises at the desk, work one by one, ask over HTTP.

Each runs in a process of its own, is warm before it says that it is ready, and is told what to do by crew.py.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from sayso import wiring
from sayso.bench import http_load, one_by_one
from sayso.bench.asks import LOADS, bodies
from sayso.bench.drive import Tally, Window, driven
from sayso.bench.world import Scale, account_number, country_of, customer_code, item_code
from sayso.desk.calling import Caller
from sayso.desk.cardfile import CardFile
from sayso.desk.signing import Signer
from sayso.promise.asking import Line, Request, ShipTo
from sayso.promise.policy import Policy
from sayso.store import cards, database

_ASKS = 20_000
_AT_ONCE = 64
_LINES_A_QUOTE = 100
_CARDS_AT_ONCE = 1_000
_CALLER = Caller("bench", frozenset({"promises"}))


@dataclass(frozen=True)
class Seat:
    """What a process is, and what it needs to know for that. `ports`: where HTTP is served, by a process each."""

    role: str
    dsn: str
    schema: str
    home: Path
    scale: Scale
    number: int
    pool: int = 24
    secret: str = ""
    ports: tuple[int, ...] = ()


@dataclass(frozen=True)
class Order:
    """What a process is to do now. `servers`: how many of those that serve HTTP are asked."""

    load: str
    callers: int
    window: Window
    servers: int = 1


@dataclass(frozen=True)
class Work:
    """What a seat does: get ready for a round, and the round."""

    ready: Callable[[], Awaitable[None]]
    round: Callable[[Order], Awaitable[Tally]]


def as_settings(dsn: str, schema: str, home: Path) -> wiring.Settings:
    """Sayso's settings in the benchmark: the defaults, in its own place."""
    return wiring.Settings(home=home, database_url=dsn, schema=schema)


@asynccontextmanager
async def seated(seat: Seat) -> AsyncIterator[Work]:
    """The work that a seat does, once it is warm."""
    role = {"desk": _desk, "one_by_one": _one_by_one, "with_cards": _one_by_one, "http": _http}[seat.role]
    async with role(seat) as found:
        yield found


def _asks(seat: Seat) -> dict[str, list[tuple[Request, bytes]]]:
    most = min(_ASKS, seat.scale.items * 20)
    return {load: bodies(seat.scale, load, most, seat.number) for load in LOADS}


def _quotes(scale: Scale) -> Iterator[Request]:
    """Questions about every item and every customer, without a hold: a process that has run a while has read them all."""
    buyers = iter(range(scale.customers))
    for start in range(0, scale.items, _LINES_A_QUOTE):
        numbers = range(start, min(start + _LINES_A_QUOTE, scale.items))
        lines = tuple(Line(item_code(number), Decimal(12), line) for line, number in enumerate(numbers, 1))
        yield _quote(next(buyers, 0), lines)
    for buyer in buyers:
        yield _quote(buyer, (Line(item_code(buyer % scale.items), Decimal(12), 1),))


def _quote(buyer: int, lines: tuple[Line, ...]) -> Request:
    return Request(customer_code(buyer), ShipTo(country_of(buyer)), lines)


@asynccontextmanager
async def _desk(seat: Seat) -> AsyncIterator[Work]:
    """Sayso as it runs, its desk asked directly: the assembled application, signature included."""
    asks = _asks(seat)
    async with wiring.assembled(as_settings(seat.dsn, seat.schema, seat.home), seat.dsn) as app:
        gc.collect()
        gc.freeze()  # as a serving process does
        await _read_cards(_cards_of(app), app.pool, seat.scale)

        async def work(order: Order) -> Tally:
            mine = asks[order.load]

            async def ask(number: int) -> bool:
                request, body = mine[number % len(mine)]
                reply = await app.desk.promise(request, body, _CALLER, None, app.clock.now())
                return b'"held":true' in reply.body

            return await driven(ask, order.callers, order.window)

        yield Work(lambda: _see_again(_cards_of(app), app.pool, seat.scale), work)


@asynccontextmanager
async def _one_by_one(seat: Seat) -> AsyncIterator[Work]:
    """One transaction for each request, on a pool."""
    asks, clock = _asks(seat), wiring.Clock()
    pool = await database.pool(seat.dsn, seat.schema, seat.pool)
    try:
        has_cards = seat.role == "with_cards"
        desk = one_by_one.OneByOne(pool, Policy(), Signer(seat.home / "keys"), has_cards=has_cards)
        gc.collect()
        gc.freeze()
        await _read_cards(desk.cards, pool, seat.scale)

        async def work(order: Order) -> Tally:
            return await driven(
                one_by_one.by_number(desk, asks[order.load], clock.now), order.callers, order.window
            )

        yield Work(lambda: _see_again(desk.cards, pool, seat.scale), work)
    finally:
        await pool.close()


def _cards_of(app: wiring.App) -> CardFile:
    """The cards that the desk's lanes share."""
    return app.desk._holds._cards


async def _read_cards(cardfile: CardFile, pool: Any, scale: Scale) -> None:
    """Read every card once, as a process that has run a while has."""
    async with pool.acquire() as connection:
        buyers = [customer_code(number) for number in range(scale.customers)]
        for start in range(0, len(buyers), _CARDS_AT_ONCE):
            await cardfile.tops(connection, buyers[start : start + _CARDS_AT_ONCE])
    await _see_again(cardfile, pool, scale)


async def _see_again(cardfile: CardFile, pool: Any, scale: Scale) -> None:
    """See how every item and account stands: between rounds the ledger was emptied behind everybody's back."""
    async with pool.acquire() as connection:
        items = [item_code(number) for number in range(scale.items)]
        for start in range(0, len(items), _CARDS_AT_ONCE):
            some = items[start : start + _CARDS_AT_ONCE]
            await cardfile.items(connection, await cards.versions(connection, some), some)
        accounts = sorted({customer_code(account_number(number)) for number in range(scale.customers)})
        for start in range(0, len(accounts), _CARDS_AT_ONCE):
            some = accounts[start : start + _CARDS_AT_ONCE]
            await cardfile.accounts(connection, await cards.account_versions(connection, some), some)


@asynccontextmanager
async def _http(seat: Seat) -> AsyncIterator[Work]:
    """The callers of the HTTP door; they warm the processes behind it first."""
    path = "/v1/promises"
    requests = {
        load: http_load.prebuilt(path, seat.secret, [body for _, body in found])
        for load, found in _asks(seat).items()
    }
    quotes = http_load.prebuilt(path, seat.secret, [msgspec.json.encode(one) for one in _quotes(seat.scale)])
    await asyncio.gather(*(http_load.once_each(port, quotes, _AT_ONCE) for port in seat.ports))

    async def work(order: Order) -> Tally:
        ports = seat.ports[: order.servers]
        return await http_load.loaded(ports, requests[order.load], order.callers, order.window)

    yield Work(_nothing, work)


async def _nothing() -> None:
    """Nothing to get ready."""
