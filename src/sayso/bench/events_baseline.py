"""What the events benchmark is put beside: the same rows plainly inserted, and a queue library's bare no-op jobs.

Both are given what suits them. The inserts keep the messages and do nothing else. The jobs do nothing at all, are
queued beforehand, and are few: the queue gets slower with what waits in it.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from importlib.util import find_spec
from itertools import islice
from time import perf_counter
from typing import Any

import msgspec
from msgspec import Struct

from sayso.errors import SaysoError
from sayso.store import benchmark, benchmark_events, database
from sayso.store.inbox import Message

BATCH = 500
NO_QUEUE = (
    "procrastinate is not installed, so its no-op job is not measured: "
    "pip install --require-hashes -r requirements/bench.txt"
)

# As its documentation has it: an app, a task, jobs under a lock, one worker that stops when nothing is left. Which job
# may go is decided by the library, job by job; that is what is measured.
_QUEUE = """
import asyncio, json, sys, time
from procrastinate import App, PsycopgConnector

async def main(dsn, schema, keys, each, concurrency):
    options = {"options": f"-c search_path={schema}"}
    app = App(connector=PsycopgConnector(conninfo=dsn, kwargs=options, min_size=concurrency, max_size=concurrency + 2))
    done = []

    @app.task(name="nothing")
    async def nothing(key, number):
        done.append((key, number))

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        begun = time.perf_counter()
        for number in range(each):
            for key in range(keys):
                await nothing.configure(lock=f"order {key}").defer_async(key=key, number=number)
        queued = time.perf_counter()
        await app.run_worker_async(
            wait=False, concurrency=concurrency, listen_notify=False, install_signal_handlers=False
        )
        ended = time.perf_counter()
    in_order = all([n for k, n in done if k == key] == list(range(each)) for key in range(keys))
    print(json.dumps({"queued": queued - begun, "seconds": ended - queued, "done": len(done), "in_order": in_order}))

asyncio.run(main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])))
"""


class Baseline(Struct, frozen=True):
    """Something that was measured beside: `rates` are rows or jobs a second, by round, `per_second` their median."""

    what: str
    rows: int
    per_second: float
    rates: tuple[float, ...]
    note: str = ""


async def inserted(
    dsn: str, messages: Sequence[Message], now: datetime, *, rounds: int = 3
) -> tuple[Baseline, ...]:
    """The rows into a plain table by one connection, 500 a transaction: by one INSERT, and by COPY; the faster first.

    The table has a number and holds each source and id once, and nothing reads it.
    """
    ways: dict[str, Callable[[Any, Sequence[Message], datetime], Awaitable[None]]] = {
        "plain insert, 500 a transaction": benchmark_events.insert_plain,
        "plain COPY, 500 a transaction": benchmark_events.copy_plain,
    }
    rates: dict[str, list[float]] = {what: [] for what in ways}
    async with _schema(dsn) as (connection, schema):
        await benchmark_events.make_plain(connection, schema)
        for _ in range(rounds):
            for what, put in ways.items():
                await benchmark_events.empty_plain(connection)
                rates[what].append(await _timed(connection, messages, put, now))
    found = [_baseline(what, len(messages), each) for what, each in rates.items()]
    return tuple(sorted(found, key=lambda one: -one.per_second))


async def _timed(
    connection: Any,
    messages: Sequence[Message],
    put: Callable[[Any, Sequence[Message], datetime], Awaitable[None]],
    now: datetime,
) -> float:
    begun, left = perf_counter(), iter(messages)
    while batch := list(islice(left, BATCH)):
        await put(connection, batch, now)
    rate = len(messages) / (perf_counter() - begun)
    if await benchmark_events.count_plain(connection) != len(messages):
        raise SaysoError("the plain table does not hold every row", remedy="see that no row is there twice")
    return rate


async def queued(
    dsn: str, *, keys: int = 200, each: int = 5, rounds: int = 3, concurrency: tuple[int, ...] = (1, 8)
) -> Baseline | None:
    """Jobs that do nothing, `each` of them under the lock of each of `keys` orders, drained by one worker; of the
    concurrencies tried, the fastest. None where the library is not installed (see NO_QUEUE)."""
    if find_spec("procrastinate") is None or find_spec("psycopg") is None:
        return None
    found: list[tuple[float, int, list[float]]] = []
    for at_once in concurrency:
        rates = [await _drained(dsn, keys, each, at_once) for _ in range(rounds)]
        found.append((sorted(rates)[len(rates) // 2], at_once, rates))
    _, at_once, rates = max(found)
    told = f"fastest of {', '.join(map(str, concurrency))} jobs at once: {at_once}"
    return _baseline("procrastinate, a no-op job under a lock", keys * each, rates, told)


async def _drained(dsn: str, keys: int, each: int, at_once: int) -> float:
    """Jobs a second of a queue of its own."""
    async with _schema(dsn) as (connection, schema):
        await benchmark_events.make_schema(connection, schema)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _QUEUE, dsn, schema, str(keys), str(each), str(at_once),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        said, errors = await process.communicate()
    if process.returncode:
        raise SaysoError(f"procrastinate failed: {errors.decode()[-500:]}", remedy="see what it says")
    answer = msgspec.json.decode(said)
    if answer["done"] != keys * each or not answer["in_order"]:
        raise SaysoError(
            "procrastinate did not do every job once and in order", remedy="do not use its figure"
        )
    return float(keys * each / answer["seconds"])


def _baseline(what: str, rows: int, rates: Sequence[float], note: str = "") -> Baseline:
    middle = sorted(rates)[len(rates) // 2]
    return Baseline(what, rows, round(middle, 1), tuple(round(rate, 1) for rate in rates), note)


@asynccontextmanager
async def _schema(dsn: str) -> AsyncIterator[tuple[Any, str]]:
    """A connection, and the name of a schema to make that is dropped afterwards."""
    name = f"sayso_bench_{secrets.token_hex(4)}"
    connection = await database.connect(dsn, name)
    try:
        yield connection, name
    finally:
        await benchmark.drop_schema(connection, name)
        await connection.close()
