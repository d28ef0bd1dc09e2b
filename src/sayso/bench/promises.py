"""sayso bench promises: durable held promises a second, beside what else one could do, on this machine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import click
import msgspec
from rich.console import Console

from sayso.bench import growing, judging, loading, machine, report, rounds
from sayso.bench.asks import LOADS
from sayso.bench.measures import SYSTEMS, Round, medians, ratios, targets
from sayso.bench.pgbench import program
from sayso.bench.report import Report
from sayso.bench.rounds import Plan
from sayso.bench.world import Scale
from sayso.errors import BadField
from sayso.store import database
from sayso.wiring import Clock

_PARTS = ("promises", "http", "decision", "history", "availability")
_PLACES = (1_000, 1_000_000)


@dataclass(frozen=True)
class Wanted:
    """What is to be measured, and where."""

    parts: tuple[str, ...]
    plan: Plan
    scale: Scale
    history: int
    decisions: int
    places: tuple[int, int]
    database_url: str | None


@click.command(epilog="Example: sayso bench promises --callers 1,64 --seconds 5")
@click.option("--seconds", type=click.FloatRange(0.1, 600), default=4.0, show_default=True, metavar="S",
              help="How long each round is counted, after its warm-up.")  # fmt: skip
@click.option("--rounds", "times", type=click.IntRange(1, 100), default=3, show_default=True, metavar="N",
              help="Rounds of each; medians are shown.")  # fmt: skip
@click.option("--callers", default="1,16,64,256", show_default=True, metavar="N,N", help="Callers at a time.")
@click.option("--loads", default=",".join(LOADS), show_default=True, metavar="L,L", help="Which loads.")
@click.option("--items", type=click.IntRange(5, 5_000_000), default=100_000, show_default=True, metavar="N")
@click.option("--sites", type=click.IntRange(1, 50), default=5, show_default=True, metavar="N")
@click.option("--customers", type=click.IntRange(10, 900_000), default=20_000, show_default=True, metavar="N")
@click.option("--history", type=click.IntRange(101), metavar="N",
              help="Also measure after so many recorded promises (2000000 takes minutes and some gigabytes).")  # fmt: skip
@click.option("--pool", type=click.IntRange(1, 150), default=24, show_default=True, metavar="N",
              help="Connections of the one-by-one competitor.")  # fmt: skip
@click.option("--only", metavar="PART,PART", help=f"Only these of {', '.join(_PARTS)}; else the first three.")
@click.option(
    "--quick", is_flag=True, help="One short round of each at 1 and 64 callers, in a smaller world."
)
@click.option(
    "--database-url", metavar="URL", help="A PostgreSQL to measure on; else one of its own, gone afterwards."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def promises(
    context: click.Context, seconds: float, times: int, callers: str, loads: str, items: int, sites: int,
    customers: int, history: int | None, pool: int, only: str | None, quick: bool, database_url: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Durable held promises of five lines a second, and how long they take, at several numbers of callers.

    Sayso in one and two processes, asked directly and over HTTP, beside (a) one transaction a request on a
    connection pool, and (b) pgbench with the least transaction that does the same writes; in interleaved rounds,
    on a PostgreSQL with fsync on. After every round the books are checked. Exit status 1: something was wrong.
    """
    plan = Plan(
        tuple(SYSTEMS),
        _of("--loads", loads, LOADS),
        _numbers(callers),
        times,
        seconds,
        min(seconds, 1.5),
        pool,
    )
    parts = _of("--only", only, _PARTS) if only else _PARTS[:3] + (("history",) if history else ())
    wanted = Wanted(
        parts, plan, Scale(items, sites, customers), history or 2_000_000, 4_000, _PLACES, database_url
    )
    if quick:
        wanted = replace(
            wanted, plan=replace(plan, callers=(1, 64), rounds=1, seconds=min(seconds, 1.0), warmup=0.5),
            scale=Scale(min(items, 5_000), sites, min(customers, 1_000)), decisions=1_000, places=(1_000, 20_000),
        )  # fmt: skip
    found = asyncio.run(measured(wanted, _teller()))
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        report.show(found, _console())
    context.exit(1 if found.problems else 0)


def _console() -> Console:
    shown = Console(highlight=False)
    if not shown.is_terminal:
        shown.width = max(shown.width, 150)
    return shown


def _teller() -> Callable[[str], None]:
    """Says on standard error how far it is."""
    begun = time.monotonic()
    return lambda text: click.echo(f"{time.monotonic() - begun:7.1f} s  {text}", err=True)


def _of(option: str, given: str, known: tuple[str, ...]) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(one.strip() for one in given.split(",") if one.strip()))
    for one in chosen or ("",):
        if one not in known:
            raise BadField(
                option, one, "there is no such thing to measure", remedy="choose of: " + ", ".join(known)
            )
    return chosen


def _numbers(given: str) -> tuple[int, ...]:
    try:
        found = tuple(dict.fromkeys(int(one) for one in given.split(",")))
    except ValueError:
        found = ()
    if not found or min(found) < 1 or max(found) > 5_000:
        raise BadField(
            "--callers", given, "callers are whole numbers of 1 to 5000", remedy="give e.g. 1,16,64"
        )
    return found


async def measured(wanted: Wanted, tell: Callable[[str], None]) -> Report:
    """Measure what is wanted, in a place that is gone afterwards."""
    with loading.place(wanted.database_url) as place:
        loading.signing_key(place.home)
        async with loading.schema(place.dsn) as schema:
            connection = await database.connect(place.dsn, schema)
            try:
                own = place.home if place.postmaster else None
                found = Report(await machine.seen(connection, own), _settings(wanted))
                if {"promises", "http", "decision"} & set(wanted.parts):
                    await loading.fill(place.dsn, schema, wanted.scale, Clock().now(), tell)
                    found = await _here(wanted, found, place, schema, connection, tell)
            finally:
                await connection.close()
        return await _grown(wanted, found, place, tell)


async def _here(
    wanted: Wanted,
    found: Report,
    place: loading.Place,
    schema: str,
    connection: Any,
    tell: Callable[[str], None],
) -> Report:
    """What is measured in one world: the decision, and the rounds."""
    if "decision" in wanted.parts:
        tell("measuring the decision alone")
        judged = await judging.measured(connection, wanted.scale, wanted.decisions, Clock().now())
        found = msgspec.structs.replace(found, decision=judged)
    systems = _systems(wanted.parts, tell)
    if not systems:
        return found
    plan = replace(wanted.plan, systems=systems)
    async with rounds.ring(place, schema, wanted.scale, plan, tell) as ring:
        done = await rounds.run(ring, lambda one: tell(report.line(one)))
    results = medians(done)
    compared = ratios(results)
    return msgspec.structs.replace(
        found, rounds=tuple(done), results=tuple(results), ratios=tuple(compared), targets=tuple(targets(compared)),
        problems=_problems(done),
    )  # fmt: skip


def _systems(parts: tuple[str, ...], tell: Callable[[str], None]) -> tuple[str, ...]:
    wanted = [
        name for name, system in SYSTEMS.items()
        if ("http" in parts if system.role == "http" else "promises" in parts) or ("http" in parts and name == "sayso_2")
    ]  # fmt: skip
    if "pgbench" in wanted and program() is None:
        tell("left out: there is no pgbench beside this PostgreSQL")
        wanted.remove("pgbench")
    return tuple(wanted)


async def _grown(wanted: Wanted, found: Report, place: loading.Place, tell: Callable[[str], None]) -> Report:
    """What is measured at two sizes each."""
    if "history" in wanted.parts:
        callers = (64,) if 64 in wanted.plan.callers else wanted.plan.callers[-1:]
        plan = replace(wanted.plan, systems=("sayso",), loads=("spread",), callers=callers)
        grown, problems = await growing.history(place, wanted.scale, plan, wanted.history, tell)
        found = msgspec.structs.replace(found, history=grown, problems=(*found.problems, *problems))
    if "availability" in wanted.parts:
        browsed = await growing.availability(place, wanted.scale, wanted.places, tell)
        found = msgspec.structs.replace(found, availability=browsed)
    return found


def _problems(done: list[Round]) -> tuple[str, ...]:
    return tuple(
        f"{one.system}, {one.load}, {one.callers} callers: {problem}"
        for one in done
        for problem in one.problems
    )


def _settings(wanted: Wanted) -> dict[str, Any]:
    plan, scale = wanted.plan, wanted.scale
    return {
        "items": scale.items, "sites": scale.sites, "customers": scale.customers, "seed": scale.seed,
        "seconds": plan.seconds, "warmup": plan.warmup, "rounds": plan.rounds, "pool": plan.pool,
    }  # fmt: skip
