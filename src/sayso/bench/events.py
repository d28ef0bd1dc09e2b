"""sayso bench events: durable, folded shipment events a second, beside a plain insert and a queue library's no-op."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

import click
import msgspec
from rich.console import Console

from sayso.bench import events_crew, events_report, loading, machine
from sayso.bench.events_baseline import NO_QUEUE, Baseline, queued
from sayso.bench.events_crew import Post
from sayso.bench.events_replay import Replayed, replayed
from sayso.bench.events_report import Report
from sayso.bench.events_rounds import Round, Rounds, middle
from sayso.bench.events_trade import LINES, SHAPES, Shape, Trade
from sayso.bench.world import Scale
from sayso.store import database
from sayso.wiring import Clock

Tell = Callable[[str], None]
_SITES = 5


@dataclass(frozen=True)
class Wanted:
    """What is to be measured, and where. 0 replayed events: no replay; 0 keys: without the queue."""

    events: int
    workers: tuple[int, ...]
    rounds: int
    scale: Scale
    replayed: int
    keys: int
    database_url: str | None


def _numbers(_: Any, __: Any, text: str) -> tuple[int, ...]:
    try:
        found = tuple(dict.fromkeys(int(part) for part in text.split(",")))
    except ValueError:
        found = ()
    if not found or not all(1 <= one <= 64 for one in found):
        raise click.BadParameter("name numbers of processes from 1 to 64: 1,2")
    return found


@click.command(epilog="Example: sayso bench events --events 5000 --replayed 0")
@click.option("--events", type=click.IntRange(1, 10_000_000), default=20_000, show_default=True, metavar="N",
              help="Order lines that leave in a round: an event each, or a third where orders leave whole.")  # fmt: skip
@click.option("--workers", default="1,2", show_default=True, metavar="N,N", callback=_numbers,
              help="Worker processes.")  # fmt: skip
@click.option("--rounds", type=click.IntRange(1, 100), default=3, show_default=True, metavar="N",
              help="Rounds of each; medians are shown.")  # fmt: skip
@click.option("--items", type=click.IntRange(5, 5_000_000), default=20_000, show_default=True, metavar="N")
@click.option("--replayed", "--replay", type=click.IntRange(0), default=1_000_000, show_default=True, metavar="N",
              help="Events to replay into a fresh schema; 0 for none.")  # fmt: skip
@click.option("--keys", type=click.IntRange(0, 100_000), default=200, show_default=True, metavar="N",
              help="Orders of the queue library's jobs, five each; 0 leaves it out.")  # fmt: skip
@click.option(
    "--database-url", metavar="URL", help="A PostgreSQL to measure on; else one of its own, gone afterwards."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def events(
    context: click.Context, events: int, workers: tuple[int, ...], rounds: int, items: int, replayed: int, keys: int,
    database_url: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Shipments of orders that are placed and accepted, kept durably and applied with all that follows from them.

    By one worker process and by two, beside a plain insert of the same rows and a queue library's no-op job under a
    lock. Then many events replayed into a fresh schema: the states must be equal. Exit status 1: something was not.
    """
    scale = Scale(items, _SITES, max(items // 5, 10))
    begun = time.monotonic()
    found = measured(
        Wanted(events, workers, rounds, scale, replayed, keys, database_url),
        lambda text: click.echo(f"{time.monotonic() - begun:7.1f} s  {text}", err=True),
    )
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        events_report.show(found, Console(highlight=False))
    context.exit(1 if found.problems else 0)


def measured(wanted: Wanted, tell: Tell) -> Report:
    """Measure it, in a place that is gone afterwards."""
    with loading.place(wanted.database_url) as place:
        loading.signing_key(place.home)
        return asyncio.run(_measured(place, wanted, tell))


async def _measured(place: loading.Place, wanted: Wanted, tell: Tell) -> Report:
    seen, rounds, beside = await _rounds(place, wanted, tell)
    missing = []
    if wanted.keys:
        tell("the queue's jobs")
        queue = await queued(place.dsn, keys=wanted.keys, rounds=wanted.rounds)
        beside += [queue] if queue else []
        missing += [] if queue else [NO_QUEUE]
    again = None
    if wanted.replayed:
        again = await replayed(place, wanted.scale, wanted.replayed, max(wanted.workers), tell)
    return reported(seen, wanted, rounds, beside, again, missing)


def reported(
    seen: machine.Machine, wanted: Wanted, rounds: list[Round], beside: list[Baseline], again: Replayed | None,
    missing: list[str],
) -> Report:  # fmt: skip
    """What was measured, with the ratios and the targets that follow from it."""
    results = middle(rounds)
    ratios = events_report.compared(results, beside)
    problems = [f"{one.shape}, {one.workers} workers: {said}" for one in rounds for said in one.problems]
    settings = {
        "events": wanted.events, "rounds": wanted.rounds, "items": wanted.scale.items, "customers": wanted.scale.customers,
        "replayed": wanted.replayed,
    }  # fmt: skip
    return Report(
        seen, settings, tuple(results), tuple(beside), tuple(ratios), tuple(events_report.aimed(ratios, again)),
        tuple(rounds), again, tuple(missing), (*problems, *(again.problems if again else ())),
    )  # fmt: skip


async def _rounds(
    place: loading.Place, wanted: Wanted, tell: Tell
) -> tuple[machine.Machine, list[Round], list[Baseline]]:
    """All rounds, interleaved, each followed by a plain insert of the same rows; medians of the inserts."""
    found: list[Round] = []
    beside: dict[str, list[Baseline]] = {}
    async with loading.schema(place.dsn) as schema:
        await loading.fill(place.dsn, schema, wanted.scale, Clock().now(), tell)
        post = Post(place.dsn, schema, place.home)
        connection = await database.connect(place.dsn, schema)
        try:
            seen = await machine.seen(connection, place.home if place.postmaster else None)
            with events_crew.workers(post, max(wanted.workers)) as hands:
                each = Rounds(post, place.postmaster, Trade(wanted.scale), hands, connection)
                for _ in range(wanted.rounds):
                    for shape in SHAPES:
                        for number in wanted.workers:
                            one, messages = await each.measured(shape, number, _events(wanted.events, shape))
                            found.append(one)
                            tell(events_report.line(one))
                    for plain in await each.beside(messages):
                        beside.setdefault(plain.what, []).append(plain)
        finally:
            await connection.close()
    return seen, found, [_middle(each_) for each_ in beside.values()]


def _events(events: int, shape: Shape) -> int:
    """So many events that as many lines leave, whichever the shape."""
    return max(events * SHAPES[shape] // LINES, 1)


def _middle(found: list[Baseline]) -> Baseline:
    rates = tuple(rate for one in found for rate in one.rates)
    return Baseline(found[0].what, found[0].rows, round(median(rates), 1), rates)
