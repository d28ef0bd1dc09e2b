"""sayso bench audit: an audit of generated export files, beside a scan of the same files by a column database and beside
the live judgement that decides the same lines one by one; seconds, processor time and memory, in one run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, perf_counter, process_time

import click
import msgspec
from msgspec import Struct
from rich.console import Console

from sayso.audit.engine.answers import NUMBER, asked, request
from sayso.audit.engine.findings import Terms
from sayso.audit.engine.journal import Placed, laid_out
from sayso.audit.engine.order import Bench, Sides
from sayso.audit.engine.slices import gone_through, pieces
from sayso.audit.engine.tally import Found
from sayso.audit.exports.folders import Folders
from sayso.bench.audits_world import Extent, sampled, written
from sayso.bench.processes import Used, watched
from sayso.errors import SaysoError
from sayso.promise.asking import Question
from sayso.promise.decision import decide
from sayso.promise.policy import profiled

_SAMPLE = 10_000
_NO_DUCKDB = "duckdb is not installed: pip install --require-hashes -r requirements/bench.txt"
# All columns of each file, as a person would write it: types are told from the values.
_SCAN = """
import sys, duckdb
duckdb.sql(f"SET threads TO {sys.argv[1]}")
for path in sys.argv[2:]:
    duckdb.execute("SELECT count(*), max(COLUMNS(*))::VARCHAR FROM read_csv(?, header=true)", [path]).fetchall()
"""


class Pass(Struct, frozen=True):
    """What was run once: seconds, processor seconds and peak memory of all its processes; lines a second."""

    what: str
    lines: int
    seconds: float
    processor_seconds: float
    per_second: float
    per_processor_second: float
    peak_mib: int | None = None


class Report(Struct, frozen=True):
    """What was measured. Ratios are of the audit to each other pass, by lines a second and by lines a processor second.

    `same`: whether one process found the same bytes, None where that was not run. `skipped` says what was not measured.
    """

    lines: int
    orders: int
    days: int
    bytes: int
    spots: int
    processors: int
    load: float
    passes: tuple[Pass, ...]
    ratios: dict[str, float]
    processor_ratios: dict[str, float]
    same: bool | None = None
    skipped: tuple[str, ...] = ()


class Live(Bench):
    """Decides as a serving process would, with all words and nothing kept between two questions but the facts."""

    by_line = True
    used = 0.0
    taken = 0.0

    def _judge(self, placed: Placed) -> list[Found]:
        order = placed.order
        customer = self._customer(order.customer)
        for lines in [[line] for line in order.lines] if self.by_line else [list(order.lines)]:
            question = request(asked(order, lines, (), self.standing, customer), self.sides.terms)
            begun, used = perf_counter(), process_time()
            decide(
                Question(NUMBER, question, order.placed), self.standing.books.facts(question, self.sides.erp)
            )
            Live.taken += perf_counter() - begun
            Live.used += process_time() - used
        self.tally.lines += len(order.lines)
        return []


class LiveOrders(Live):
    """The same, a whole order at once."""

    by_line = False


@click.command(epilog="Example: sayso bench audit --lines 100000 --json")
@click.option(
    "--lines", type=click.IntRange(1_000, 100_000_000), default=1_000_000, show_default=True, metavar="N"
)
@click.option("--items", type=click.IntRange(100, 1_000_000), default=20_000, show_default=True, metavar="N")
@click.option(
    "--workers", type=click.IntRange(1, 256), metavar="N", help="Processes; else one for each processor."
)
@click.option("--one", is_flag=True, help="By one process as well: does it find the same bytes?")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def audit(
    context: click.Context, lines: int, items: int, workers: int | None, one: bool, as_json: bool
) -> None:
    """An audit of generated exports, beside a DuckDB scan of the files and beside deciding line by line.

    Exit status 1: one process did not find the same bytes as several.
    """
    begun = monotonic()
    found = measured(
        Extent(lines, items), workers or os.cpu_count() or 1, one,
        lambda text: click.echo(f"{monotonic() - begun:7.1f} s  {text}", err=True),
    )  # fmt: skip
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        _show(found, Console(highlight=False))
    context.exit(1 if found.same is False else 0)


def measured(extent: Extent, workers: int, one: bool, tell: Callable[[str], None]) -> Report:
    """Write the files, then run everything on them, one after another."""
    load = os.getloadavg()[0]
    skipped = [] if find_spec("duckdb") else [_NO_DUCKDB]
    with TemporaryDirectory(prefix="sayso-bench-") as name:
        folder = Path(name)
        tell(f"writing {extent.lines:,} lines")
        shop, erp = written(extent, folder)
        files = sorted([*shop.iterdir(), *erp.iterdir()])
        tell(f"sayso audit, {workers} processes")
        passes, bodies = [], []
        for number in (workers, 1) if one and workers > 1 else (workers,):
            used = _audited(shop, erp, number)
            bodies.append(used.out)
            passes.append(
                _pass(f"sayso audit, {number} process{'es' if number > 1 else ''}", extent.lines, used)
            )
        if not skipped:
            tell("DuckDB")
            scan = _ran([sys.executable, "-c", _SCAN, str(workers), *map(str, files)], "DuckDB", (0,))
            passes.append(_pass("DuckDB, every column of every file", extent.lines, scan))
        tell("one by one")
        sample = sampled(extent, min(_SAMPLE, extent.lines), folder / "sample")
        passes += [
            _live(Live, "decided line by line", sample, erp),
            _live(LiveOrders, "decided order by order", sample, erp),
        ]
        size = sum(file.stat().st_size for file in files)
    return _report(extent, load, size, tuple(passes), bodies, tuple(skipped))


def _audited(shop: Path, erp: Path, workers: int) -> Used:
    """The command itself, as a person would run it."""
    return _ran(
        [
            sys.executable, "-m", "sayso", "audit", "--storefront", str(shop), "--erp", str(erp), "--json", "--workers",
            str(workers),
        ],
        "sayso audit", (0, 1),
    )  # fmt: skip


def _ran(command: list[str], what: str, good: tuple[int, ...]) -> Used:
    """What a command used; one that failed has measured nothing."""
    used = watched(command)
    if used.status not in good:
        raise SaysoError(
            f"{what} ended with status {used.status}", remedy="run it by itself: it says what is wrong"
        )
    return used


def _pass(what: str, lines: int, used: Used) -> Pass:
    return Pass(
        what, lines, round(used.seconds, 2), round(used.processor_seconds, 2), round(lines / used.seconds, 1),
        round(lines / max(used.processor_seconds, 0.01), 1), used.peak_mib,
    )  # fmt: skip


def _live(judges: type[Live], what: str, shop: Path, erp: Path) -> Pass:
    """The first lines, on the facts as they stood at each; only what deciding takes is counted."""
    Live.used = Live.taken = 0.0
    with TemporaryDirectory(prefix="sayso-bench-") as name:
        layout = laid_out(Folders(shop, erp), Path(name), lambda stage, done: None)
        (piece,) = pieces(layout, 1, None)
        lines = gone_through(
            layout, piece, Sides(profiled("plain"), None, Terms()), lambda lines: None, judges=judges
        ).lines
    return _pass(what, lines, Used(0, Live.taken, Live.used, None, b""))


def _report(
    extent: Extent,
    load: float,
    size: int,
    passes: tuple[Pass, ...],
    bodies: list[bytes],
    skipped: tuple[str, ...],
) -> Report:
    found = msgspec.json.decode(bodies[0])
    first = passes[0]
    return Report(
        found["lines"], found["orders"], extent.days, size, sum(one["lines"] for one in found["directions"].values()),
        os.cpu_count() or 1, round(load, 2), passes,
        {one.what: round(first.per_second / one.per_second, 3) for one in passes[1:]},
        {one.what: round(first.per_processor_second / one.per_processor_second, 3) for one in passes[1:]},
        len({sha256(body).digest() for body in bodies}) == 1 if len(bodies) > 1 else None, skipped,
    )  # fmt: skip


def _show(found: Report, console: Console) -> None:
    for one in found.passes:
        peak = f", {one.peak_mib:,} MiB" if one.peak_mib is not None else ""
        console.print(
            f"{one.what:34} {one.per_second:>11,.0f} lines/s, {one.per_processor_second:>11,.0f} a processor second; "
            f"{one.lines:,} lines in {one.seconds:,.1f} s{peak}", soft_wrap=True,
        )  # fmt: skip
        if one.what in found.ratios:
            beside = f"{found.ratios[one.what]:.2f} times, {found.processor_ratios[one.what]:.2f} by processor time"
            console.print(f"{'':34} the audit beside it: {beside}", soft_wrap=True)
    console.print(
        f"{found.lines:,} lines of {found.orders:,} orders in {found.days} days, {found.bytes / 2**20:,.0f} MiB of files; "
        f"{found.spots:,} blind spots; load {found.load} on {found.processors} processors before it began",
        soft_wrap=True,
    )
    if found.same is not None:
        console.print("One process finds the same bytes." if found.same else "One process finds OTHER BYTES.")
    for reason in found.skipped:
        console.print(f"Not measured: {reason}")
