"""sayso bench replay: decisions made again a second, beside decisions made live a second, in one run."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click
import msgspec
from msgspec import Struct
from rich.console import Console

from sayso import wiring
from sayso.audit.replay import run as replaying_run
from sayso.audit.replay.replaying import Tally
from sayso.audit.replay.run import Checkpoint, Place, Plan
from sayso.audit.replay.whatif import Alternative
from sayso.bench import loading, machine
from sayso.bench.asks import bodies
from sayso.bench.machine import Machine
from sayso.bench.seats import as_settings
from sayso.bench.world import Scale
from sayso.desk.calling import Caller
from sayso.promise.policy import read
from sayso.store import database, journal
from sayso.store.journal import Filter
from sayso.wiring import Clock

_CALLER = Caller("bench", frozenset({"promises"}))
_OTHER = {"availability": {"safety_stock": False}, "credit": {"over_limit": "refer"}}
_ASKS = 20_000
_MIB = 1 << 20


class Pass(Struct, frozen=True):
    """The journal once through: processes, seconds, decisions a second, and how many live decisions that is worth."""

    what: str
    workers: int
    seconds: float
    per_second: float
    ratio: float


class Report(Struct, frozen=True):
    """What was measured. `equal` are those that came out byte for byte; `ratio` is beside the live rate of this run."""

    machine: Machine
    items: int
    callers: int
    decisions: int
    equal: int
    live_seconds: float
    live_per_second: float
    passes: tuple[Pass, ...]
    flips: int
    journal_mib: float
    problems: dict[str, int]


@dataclass(frozen=True)
class Wanted:
    """What is to be measured, and where."""

    decisions: int
    callers: int
    workers: int
    scale: Scale
    database_url: str | None


@click.command(epilog="Example: sayso bench replay --decisions 20000 --json")
@click.option("--decisions", type=click.IntRange(100, 50_000_000), default=100_000, show_default=True, metavar="N",
              help="How many are made live, and made again.")  # fmt: skip
@click.option("--callers", type=click.IntRange(1, 5_000), default=64, show_default=True, metavar="N")
@click.option(
    "--workers", type=click.IntRange(1, 256), metavar="N", help="Processes; else one for each processor."
)
@click.option("--items", type=click.IntRange(5, 5_000_000), default=20_000, show_default=True, metavar="N")
@click.option(
    "--database-url", metavar="URL", help="A PostgreSQL to measure on; else one of its own, gone afterwards."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def replay(
    context: click.Context, decisions: int, callers: int, workers: int | None, items: int, database_url: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Decisions of five lines made live by one process, then made again from their evidence and proved equal.

    In one process and in several, and tried under another policy as well. Exit status 1: some were not equal.
    """
    scale = Scale(items, 5, max(items // 5, 10))
    begun = time.monotonic()
    found = measured(
        Wanted(decisions, callers, workers or os.cpu_count() or 1, scale, database_url),
        lambda text: click.echo(f"{time.monotonic() - begun:7.1f} s  {text}", err=True),
    )
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        _show(found, Console(highlight=False))
    context.exit(0 if found.equal == found.decisions and not found.problems else 1)


def measured(wanted: Wanted, tell: Callable[[str], None]) -> Report:
    """Measure it, in a place that is gone afterwards."""
    with loading.place(wanted.database_url) as place, asyncio.Runner() as runner:
        loading.signing_key(place.home)
        schema = loading.schema(place.dsn)
        name = runner.run(schema.__aenter__())
        try:
            runner.run(loading.fill(place.dsn, name, wanted.scale, Clock().now(), tell))
            tell(f"deciding {wanted.decisions:,} requests live")
            seconds, seen = runner.run(_decided(place, name, wanted))
            return _replayed(wanted, runner, Place(place.dsn, name), seconds, seen, tell)
        finally:
            runner.run(schema.__aexit__(None, None, None))


async def _decided(place: loading.Place, schema: str, wanted: Wanted) -> tuple[float, Machine]:
    """Seconds that so many live decisions took, each held where that could be, by callers in a closed loop."""
    asks = bodies(wanted.scale, "spread", min(_ASKS, wanted.decisions))
    async with wiring.assembled(as_settings(place.dsn, schema, place.home), place.dsn) as app:
        left = iter(range(wanted.decisions))

        async def caller() -> None:
            for number in left:
                request, body = asks[number % len(asks)]
                await app.desk.promise(request, body, _CALLER, None, app.clock.now())

        begun = time.monotonic()
        await asyncio.gather(*(caller() for _ in range(wanted.callers)))
        seconds = time.monotonic() - begun
        async with app.pool.acquire() as connection:
            return seconds, await machine.seen(connection, None)


def _replayed(
    wanted: Wanted,
    runner: asyncio.Runner,
    place: Place,
    live: float,
    seen: Machine,
    tell: Callable[[str], None],
) -> Report:
    live_rate = wanted.decisions / live
    tell(f"{live_rate:,.0f} live decisions a second; making them again")
    asked = Filter(journal.FIRST[1], Clock().now())
    passes: list[Pass] = []
    tallies: list[Tally] = []
    tries = [("made again", 1, None), ("made again", wanted.workers, None),
             ("made again, and under another policy", wanted.workers, Alternative(read(_OTHER).body))]  # fmt: skip
    for what, workers, alternative in tries:
        checkpoint, plan = Checkpoint(None), Plan(asked, alternative)
        begun = time.monotonic()
        checkpoint.begin(plan, runner.run(replaying_run.cut(place, asked)))
        tallies.append(replaying_run.run(place, plan, checkpoint, workers, lambda *_: None))
        seconds = time.monotonic() - begun
        rate = tallies[-1].decisions / seconds
        passes.append(Pass(what, workers, round(seconds, 2), round(rate, 1), round(rate / live_rate, 3)))
        tell(f"{what} by {workers}: {rate:,.0f} a second, {rate / live_rate:.2f} x live")
    figures = tallies[-1].figures
    flips = sum(one.count for one in figures.flips.values()) if figures else 0
    return Report(
        seen, wanted.scale.items, wanted.callers, tallies[0].decisions, min(one.equal for one in tallies),
        round(live, 2), round(live_rate, 1), tuple(passes), flips,
        round(runner.run(_size(place)) / _MIB, 1), tallies[0].problems,
    )  # fmt: skip


async def _size(place: Place) -> int:
    connection = await database.connect(place.dsn, place.schema)
    try:
        return await journal.size(connection)
    finally:
        await connection.close()


def _show(found: Report, console: Any) -> None:
    seen = found.machine
    console.print(
        f"{seen.processors} processors ({seen.processor}), Python {seen.python}, load {seen.load} at the start"
    )
    console.print(
        f"{found.decisions:,} decisions of five lines made live in {found.live_seconds:,.1f} s "
        f"({found.live_per_second:,.0f} a second, {found.callers} callers, one process); {found.journal_mib:,.0f} MiB"
    )
    for one in found.passes:
        by = "one process" if one.workers == 1 else f"{one.workers} processes"
        console.print(f"{one.what} by {by}: {one.per_second:,.0f} a second, {one.ratio:.2f} x the live rate")
    console.print(
        f"{found.equal:,} of {found.decisions:,} equal byte for byte; {found.flips:,} flip under the other policy"
    )
    for kind, count in found.problems.items():
        console.print(f"[bold red]wrong[/]: {count:,} {kind}")
