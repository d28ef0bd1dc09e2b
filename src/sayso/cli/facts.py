"""sayso facts: load files of facts, with progress, and say of every refused row where it stands and why."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table
from rich.text import Text

from sayso import wiring
from sayso.canon.rows import Refusal
from sayso.canon.times import parse_date, parse_moment
from sayso.desk.facts import Load, LoadReport, load
from sayso.desk.facts_report import MOST_REFUSALS
from sayso.errors import BadRequest
from sayso.systems.files import FactFile, found

_COUNTS = ("inserted", "updated", "unchanged", "stale", "deleted", "removed", "refused")


@click.group(name="facts")
def facts() -> None:
    """Facts: what the back office knows, one table per kind."""


@facts.command(
    name="load",
    epilog="Example: sayso facts load exports/ --source erp --as-of 2011-02-01T06:00:00Z --snapshot",
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--kind", metavar="K", help="The kind of facts; else told by the file's name (stock-2011.csv).")
@click.option("--source", metavar="S", default="file", show_default=True, help="The system that knew them.")
@click.option(
    "--as-of", "as_of", metavar="TIME", help="When it knew them (RFC 3339); else the file's own time."
)
@click.option("--snapshot", is_flag=True, help="The rows are all that the source has: its older ones go.")
@click.option("--strict", is_flag=True, help="Load a file only if none of its rows is refused.")
@click.option("--no-resume", is_flag=True, help="Begin anew, even if this load was interrupted.")
@click.option("--database-url", metavar="URL", help="The PostgreSQL to use; else Sayso's own.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def load_files(
    context: click.Context,
    path: Path,
    kind: str | None,
    source: str,
    as_of: str | None,
    snapshot: bool,
    strict: bool,
    no_resume: bool,
    database_url: str | None,
    as_json: bool,
) -> None:
    """Load PATH, a file or a folder: CSV, JSON Lines or Parquet, .gz or not, each row an upsert by its key.

    Exit status 0: all rows are in. 1: some were refused, the others are in. 2: nothing was loaded of a file
    that cannot be read, or, with --strict, that has a refused row. An interrupted load goes on when repeated.
    """
    files = found(path, kind)
    _check(files, snapshot)
    asked = _Asked(source, _moment(as_of) if as_of else None, snapshot, strict, no_resume)
    screen = _Screen(as_json)
    try:
        asyncio.run(_load(files, asked, database_url, screen))
    except BaseException:
        if not as_json:  # which is one document: the error's
            screen.show()
        raise
    screen.show()
    context.exit(screen.exit_status)


@dataclass(frozen=True)
class _Asked:
    """What was asked for, of every file alike."""

    source: str
    as_of: datetime | None
    snapshot: bool
    strict: bool
    restart: bool


@dataclass(frozen=True)
class _Done:
    """A file that was loaded, and how long it took, in seconds."""

    file: FactFile
    report: LoadReport
    seconds: float


def _check(files: Sequence[FactFile], snapshot: bool) -> None:
    """Refuse before anything is loaded what cannot be loaded at all."""
    for file in files:
        file.check()
    kinds = [file.kind.name for file in files]
    twice = sorted({kind for kind in kinds if kinds.count(kind) > 1})
    if snapshot and twice:
        # The second would be taken for all there is, and remove what only the first has.
        raise BadRequest(
            f"several files of {', '.join(twice)} cannot each be a snapshot of the same source",
            remedy="put them into one file, or load each with a --source of its own",
        )


def _moment(text: str) -> datetime:
    """RFC 3339, or a day, which is its beginning in UTC."""
    if len(text) == len("2011-02-01"):
        day = parse_date(text, field="--as-of")
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    return parse_moment(text, field="--as-of")


async def _load(files: Sequence[FactFile], asked: _Asked, database_url: str | None, screen: _Screen) -> None:
    async with wiring.opened(database_url=database_url) as app:
        for file in files:
            now = app.clock.now()
            with screen.reading(file) as progress:
                what = Load(
                    file.kind,
                    asked.source,
                    asked.as_of or min(file.modified, now),
                    snapshot=asked.snapshot,
                    strict=asked.strict,
                    resume_key=file.resume_key(asked.source, asked.as_of or file.modified, asked.snapshot),
                    restart=asked.restart,
                    progress=progress,
                    refused=screen.refused,
                    file=file.name,
                )
                began = time.monotonic()
                report = await load(app.pool, what, file.rows, now, app.policy)
                screen.done.append(_Done(file, report, time.monotonic() - began))


class _Screen:
    """What a person sees on standard error while it goes on, and the result on standard output."""

    def __init__(self, as_json: bool) -> None:
        self.done: list[_Done] = []
        self._errors = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
        self._as_json = as_json
        self._refused = 0

    @property
    def exit_status(self) -> int:
        """0: all rows are in; 1: some were refused; 2: a strict load was rejected."""
        if any(one.report.rejected for one in self.done):
            return 2
        return 1 if any(one.report.refused for one in self.done) else 0

    @contextmanager
    def reading(self, file: FactFile) -> Iterator[Callable[[int], None]]:
        """A bar for a file; yields what is told the rows that are in."""
        self._refused = 0
        columns = (
            TextColumn("{task.description}"), BarColumn(), DownloadColumn(),
            TextColumn("{task.fields[rows]:,} rows"), TimeRemainingColumn(),
        )  # fmt: skip
        unseen = not self._errors.is_terminal
        with Progress(*columns, console=self._errors, transient=True, disable=unseen) as bar:
            task = bar.add_task(Path(file.name).name, total=max(file.size, 1), rows=0)
            yield lambda rows: bar.update(task, completed=file.bytes_read, rows=rows)
        if self._refused > MOST_REFUSALS and not self._as_json:
            self._errors.print(f"{file.name}: and {self._refused - MOST_REFUSALS:,} more")

    def refused(self, refusal: Refusal) -> None:
        """Say why a row was refused, unless too many were."""
        self._refused += 1
        if self._refused <= MOST_REFUSALS and not self._as_json:
            self._errors.print(str(refusal))

    def show(self) -> None:
        """What each load did."""
        if self._as_json:
            loads = [
                {"file": one.file.name, **one.report.as_dict(), "seconds": round(one.seconds, 3)}
                for one in self.done
            ]
            click.echo(msgspec.json.encode({"loads": loads}))
        elif self.done:
            Console().print(_table(self.done))
            for one in self.done:
                for remark in _remarks(one):
                    self._errors.print(f"{one.file.name}: {remark}")


def _table(done: Sequence[_Done]) -> Table:
    """A line for each file; of the counts, those that count anything."""
    counts = [name for name in _COUNTS if any(getattr(one.report, name) for one in done)]
    shown = ("rows", *counts, "rows/s")
    table = Table(
        "File", "Kind", *(Column(name.capitalize(), justify="right", no_wrap=True) for name in shown)
    )
    for one in done:
        report = one.report
        numbers = [f"{getattr(report, name):,}" for name in ("read", *counts)]
        speed = (report.read - report.resumed_at) / max(one.seconds, 0.001)
        table.add_row(Text(Path(one.file.name).name), report.kind, *numbers, f"{speed:,.0f}")
    return table


def _remarks(one: _Done) -> Iterator[str]:
    report = one.report
    if report.rejected:
        yield "nothing of it was loaded, because rows were refused and the load is strict"
    if report.resumed_at:
        yield f"went on after the {report.resumed_at:,} rows that an interrupted load had brought in"
    if report.withheld:
        yield "nothing was removed: rows of the snapshot were refused, so it is not known to be whole"
