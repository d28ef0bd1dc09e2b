"""What the events benchmark measured: ratios beside what else there is, targets, tables for people."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from rich import box
from rich.console import Console
from rich.table import Column, Table

from sayso.bench.events_baseline import Baseline
from sayso.bench.events_replay import Replayed
from sayso.bench.events_rounds import Round
from sayso.bench.machine import Machine
from sayso.bench.measures import Target

#: Of a plain insert of the same rows; times the queue's job; of one worker; the last tenth beside the first.
_OF_INSERT, _OF_QUEUE, _SECOND, _FLAT = 0.1, 50.0, 1.0, 1.1


class Ratio(Struct, frozen=True):
    """Events a second applied by so many workers, beside something."""

    shape: str
    workers: int
    beside: str
    ratio: float


class Report(Struct, frozen=True):
    """Everything that a run measured."""

    machine: Machine
    settings: dict[str, int]
    results: tuple[Round, ...]
    baselines: tuple[Baseline, ...]
    ratios: tuple[Ratio, ...]
    targets: tuple[Target, ...]
    rounds: tuple[Round, ...]
    replay: Replayed | None
    missing: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def compared(results: Sequence[Round], baselines: Sequence[Baseline]) -> list[Ratio]:
    """Each result beside each baseline, and each number of workers beside one; nothing beside what was not measured."""
    found = [
        Ratio(one.shape, one.workers, beside.what, round(one.applied / beside.per_second, 3))
        for one in results
        for beside in baselines
    ]
    alone = {one.shape: one.applied for one in results if one.workers == 1}
    found += [
        Ratio(one.shape, one.workers, "one worker", round(one.applied / alone[one.shape], 3))
        for one in results
        if one.workers > 1 and one.shape in alone
    ]
    return found


def aimed(ratios: Sequence[Ratio], replay: Replayed | None) -> list[Target]:
    """The targets that could be measured."""
    found = []
    for one in ratios:
        wanted, what = _wanted(one)
        if wanted is not None:
            found.append(Target(f"{one.shape}, {what}", f">= {wanted:g}", one.ratio, one.ratio >= wanted))
    if replay is not None and replay.growth is not None:
        found.append(
            Target(
                "replay, last tenth beside the first", f"<= {_FLAT:g}", replay.growth, replay.growth <= _FLAT
            )
        )
    return found


def _wanted(one: Ratio) -> tuple[float | None, str]:
    if one.workers == 1 and one.beside.startswith("plain insert"):
        return _OF_INSERT, "one worker beside the plain insert"
    if one.workers == 1 and one.beside.startswith("procrastinate"):
        return _OF_QUEUE, "one worker beside the queue's no-op job"
    if one.workers == 2 and one.beside == "one worker":
        return _SECOND, "two workers beside one"
    return None, ""


def show(report: Report, console: Console) -> None:
    """The report on a terminal."""
    seen = report.machine
    flush = f", {seen.flush_us:,.0f} us a flush" if seen.flush_us else ""
    console.print(
        f"{seen.processors} processors ({seen.processor}), Python {seen.python}, PostgreSQL "
        f"{seen.postgres['server_version']}, fsync {seen.postgres['fsync']}, synchronous_commit "
        f"{seen.postgres['synchronous_commit']}{flush}, load {seen.load} at the start"
    )
    tables = [
        _results(report.results),
        _beside(report.baselines),
        _ratios(report.ratios),
        _targets(report.targets),
    ]
    if report.replay is not None:
        tables.append(_tenths(report.replay))
    for table in tables:
        console.print()
        console.print(table)
    for line in report.missing:
        console.print(f"not measured: {line}")
    for problem in report.problems:
        console.print(f"[bold red]wrong[/]: {problem}")


def line(one: Round) -> str:
    """A round in a line, while others are to come."""
    wrong = f"  WRONG: {'; '.join(one.problems)}" if one.problems else ""
    return (
        f"{one.shape:8} {one.workers} workers  {one.applied:9,.0f}/s  kept {one.kept:9,.0f}/s"
        f"  Python {one.python_us:6.0f} us  PostgreSQL {one.postgres_us or 0:6.0f} us{wrong}"
    )


def _table(*columns: str, left: int = 1) -> Table:
    shown = (Column(name, justify="left" if place < left else "right") for place, name in enumerate(columns))
    return Table(*shown, box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)


def _results(found: Sequence[Round]) -> Table:
    table = _table("orders leave", "workers", "events", "applied/s", "kept/s", "both/s", "Python us", "PostgreSQL us",
                   "log bytes")  # fmt: skip
    for one in found:
        table.add_row(
            one.shape, str(one.workers), f"{one.events:,}", f"{one.applied:,.0f}", f"{one.kept:,.0f}", f"{one.both:,.0f}",
            f"{one.python_us:,.0f}", "" if one.postgres_us is None else f"{one.postgres_us:,.0f}", f"{one.log_bytes:,.0f}",
        )  # fmt: skip
    return table


def _beside(found: Sequence[Baseline]) -> Table:
    table = _table("beside", "rows", "a second")
    for one in found:
        table.add_row(one.what, f"{one.rows:,}", f"{one.per_second:,.1f}")
    return table


def _ratios(found: Sequence[Ratio]) -> Table:
    table = _table("orders leave", "workers", "beside", "ratio", left=3)
    for one in found:
        table.add_row(one.shape, str(one.workers), one.beside, f"{one.ratio:,.3f} x")
    return table


def _targets(found: Sequence[Target]) -> Table:
    table = _table("target", "wanted", "found", "")
    for one in found:
        table.add_row(
            one.what, one.wanted, f"{one.found:,.3f}", "reached" if one.reached else "[bold]missed[/]"
        )
    return table


def _tenths(found: Replayed) -> Table:
    table = _table("replay", "events", "us each", "Python us", "PostgreSQL us")
    for place, one in enumerate(found.tenths, 1):
        table.add_row(
            f"tenth {place}", f"{one.events:,}", f"{one.wall_us:,.0f}", f"{one.python_us:,.0f}",
            "" if one.postgres_us is None else f"{one.postgres_us:,.0f}",
        )  # fmt: skip
    table.add_row(
        f"{found.equal:,} of {found.orders:,} orders equal", f"{found.events:,}", f"{found.per_second:,.0f}/s",
        "" if found.growth is None else f"grows {found.growth:.2f} x",
        "" if found.wall_growth is None else f"wall {found.wall_growth:.2f} x", style="bold",
    )  # fmt: skip
    return table
