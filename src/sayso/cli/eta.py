"""sayso eta: how well the arrival dates hold that are learned from receipts, tried on receipts that were held back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from sayso import wiring
from sayso.audit.eta import reading as eta_reading
from sayso.audit.eta import report as eta_report
from sayso.audit.eta.backtest import METHODS, Score, Trial, tried
from sayso.audit.eta.worlds import WORLDS
from sayso.canon.rows import Refusal
from sayso.canon.times import parse_date
from sayso.cli import options
from sayso.errors import BadRequest
from sayso.promise.eta import Receipt
from sayso.store import arrivals

_DOES_NOT_HOLD = 1
_MOST_REFUSALS = 20
_DEMO = ("vendors", *WORLDS)
_FIGURES = (
    ("P50 covers", "coverage_p50", " %"),
    ("P90 covers", "coverage_p90", " %"),
    ("P50 to P90", "width_days", " d"),
    ("Loss P50", "loss_p50_days", " d"),
    ("Loss P90", "loss_p90_days", " d"),
    ("Loss", "loss_days", " d"),
)


@click.group()
def eta() -> None:
    """Arrival dates: what is learned from receipts, and how well it holds."""


@eta.command(epilog="Example: sayso eta evaluate --receipts exports/receipts.csv --since 2011-01-01")
@options.settings(*options.DATABASE)
@click.option(
    "--receipts", "path", type=click.Path(path_type=Path), metavar="PATH",
    help="A file of receipts, or a folder with some; else those of the database.",
)  # fmt: skip
@click.option(
    "--demo", "demo", type=click.Choice([*_DEMO, "all"]),
    help="The demo distributor's vendors, or a made-up world that is hard to foretell.",
)  # fmt: skip
@click.option("--since", metavar="DATE", help="Hold back what came from this day on; else the later half.")
@options.as_json
@click.pass_context
def evaluate(
    context: click.Context,
    flags: dict[str, Any],
    path: Path | None,
    demo: str | None,
    since: str | None,
    as_json: bool,
) -> None:
    """Try the arrival dates on receipts that are held back: each line dated from what was known when it was ordered.

    Shows how often P50 and P90 were met, how far they lie apart, and how many days they lose, beside simpler ways to
    date an inbound. Only reads. Exit status 0: the P90 covers 90 % within three points, and less is lost than by the
    promised date, that date plus the mean lateness, and the order date plus the mean lead time. 1: it does not, or
    rows could not be read, which are named. 2: there is nothing to try on.
    """
    if path and demo:
        raise BadRequest("--receipts and --demo name two sources", remedy="give one of them")
    first = parse_date(since, field="--since") if since else None
    refused = _Refused(as_json)
    documents, holds = [], True
    for name, receipts in _sources(path, demo, flags, refused):
        with _progress(name) as progress:
            trial = tried(receipts, first, progress=progress)
        if trial is None:
            raise BadRequest(
                f"{name}: there are no receipts to hold back",
                remedy="load receipts that have a promised and a received day, or choose an earlier --since",
            )
        holds &= eta_report.judged(trial).holds
        documents.append(eta_report.document(name, trial))
        if not as_json:
            _show(name, trial)
    if as_json:
        options.say({"trials": documents, "refused": refused.count})
    refused.sum_up()
    context.exit(0 if holds and not refused.count else _DOES_NOT_HOLD)


class _Refused:
    """Rows that could not be read, said as they come."""

    def __init__(self, silent: bool) -> None:
        self.count, self._silent = 0, silent

    def __call__(self, refusal: Refusal) -> None:
        self.count += 1
        if self.count <= _MOST_REFUSALS and not self._silent:
            click.echo(str(refusal), err=True)

    def sum_up(self) -> None:
        """A partial result is not shown as a whole one."""
        if self.count and not self._silent:
            click.echo(
                f"{self.count:,} cells or rows could not be read; their rows are in no figure.", err=True
            )


def _sources(
    path: Path | None, demo: str | None, flags: Mapping[str, Any], refused: _Refused
) -> Iterator[tuple[str, list[Receipt]]]:
    """The receipts to try on, by what they are called."""
    if path is not None:
        yield str(path), eta_reading.read(eta_reading.files(path), refused)
    elif demo is None:
        yield "the database", asyncio.run(_stored(wiring.settings(**flags)))
    for name in _DEMO if demo == "all" else (demo,) if demo else ():
        yield f"demo {name}", _of_demo(flags) if name == "vendors" else list(WORLDS[name]())


def _of_demo(flags: Mapping[str, Any]) -> list[Receipt]:
    """What the demo distributor receives until its last order, and what was on its way then."""
    from sayso.demo import moving
    from sayso.demo.distributor import load

    data = wiring.settings(**flags).data
    purchases = load(Path(data) if data else None).plan("usual").purchases
    return eta_reading.of_rows(row for purchase in purchases for row in moving.receipts(purchase))


async def _stored(found: wiring.Settings) -> list[Receipt]:
    async with (
        wiring.opened_with(found) as app,
        app.pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        return [Receipt(*row) async for row in arrivals.receipts(connection)]


@contextmanager
def _progress(name: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, where that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    shown = Console(stderr=True)
    with Progress(console=shown, transient=True, disable=not shown.is_terminal) as bar:
        task = bar.add_task(name)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _show(name: str, trial: Trial) -> None:
    from rich.text import Text

    shown = options.console()
    shown.print(
        Text(
            f"\n{name}: lines received from {trial.since} to {trial.until}, dated when they were ordered",
            "bold",
        )
    )
    columns = [title for title, _, _ in _FIGURES]
    table = options.table("Dated by", "Lines", *columns, right=("Lines", *columns))
    for method in METHODS:
        table.add_row(eta_report.NAMES[method], *_cells(trial.by_method[method]))
    shown.print(table)
    vendors = options.table(
        "Vendor", "Lines", "Mean lateness", *columns, right=("Lines", "Mean lateness", *columns)
    )
    by_lines = sorted(trial.vendors.items(), key=lambda one: (-one[1].score.lines, one[0]))
    for vendor, one in by_lines[:_MOST_REFUSALS]:
        lines, *figures = _cells(one.score)
        vendors.add_row(Text(vendor or "(none)"), lines, f"{one.late / one.score.lines:.1f} d", *figures)
    shown.print(vendors)
    if len(by_lines) > _MOST_REFUSALS:
        shown.print(f"and {len(by_lines) - _MOST_REFUSALS:,} vendors with fewer lines; --json has all")
    for sentence in eta_report.judged(trial).sentences:
        shown.print(f"- {sentence}", markup=False)


def _cells(score: Score) -> list[str]:
    figures = score.figures()
    return [
        f"{score.lines:,.0f}",
        *(f"{figures[name]:.{1 if unit == ' %' else 2}f}{unit}" for _, name, unit in _FIGURES),
    ]
