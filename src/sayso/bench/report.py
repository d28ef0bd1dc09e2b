"""What was measured, for people: tables. The JSON document has the same figures and every round."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct
from rich import box
from rich.console import Console
from rich.table import Column, Table

from sayso.bench.growing import Growth
from sayso.bench.judging import Judging
from sayso.bench.machine import Machine
from sayso.bench.measures import SYSTEMS, Median, Ratio, Round, Target

_LOADS = {"spread": "five lines by Zipf(1.0) over all items", "hot": "all want one item, beside four others"}
_PROFILED = 15


class Report(Struct, frozen=True, omit_defaults=True):
    """Everything that one run measured. What was not asked for is left out."""

    machine: Machine
    settings: dict[str, Any]
    results: tuple[Median, ...] = ()
    ratios: tuple[Ratio, ...] = ()
    targets: tuple[Target, ...] = ()
    rounds: tuple[Round, ...] = ()
    problems: tuple[str, ...] = ()
    decision: Judging | None = None
    history: Growth | None = None
    availability: tuple[Growth, ...] = ()


def show(report: Report, console: Console) -> None:
    """The report on a terminal."""
    machine = report.machine
    flush = f", {machine.flush_us:,.0f} us a flush" if machine.flush_us else ""
    console.print(
        f"{machine.processors} processors ({machine.processor}), Python {machine.python}, "
        f"PostgreSQL {machine.postgres['server_version']}, fsync {machine.postgres['fsync']}, "
        f"synchronous_commit {machine.postgres['synchronous_commit']}{flush}, load {machine.load} at the start"
    )
    for load in dict.fromkeys(one.load for one in report.results):
        console.print(f"\n[bold]{load}[/]: {_LOADS[load]}")
        console.print(_results([one for one in report.results if one.load == load]))
    for table in (_ratios(report.ratios), _targets(report.targets), _decision(report.decision)):
        if table is not None:
            console.print()
            console.print(table)
    grown = [*([report.history] if report.history else []), *report.availability]
    if grown:
        console.print()
        console.print(_grown(grown))
    for problem in report.problems:
        console.print(f"[bold red]wrong[/]: {problem}")


def line(one: Round) -> str:
    """One round in a line, while the others are still to come."""
    wrong = f"  WRONG: {'; '.join(one.problems)}" if one.problems else ""
    return (
        f"{one.load:7} {one.callers:4} callers  {SYSTEMS[one.system].title:32} {one.held:9,.0f}/s  p50 {one.p50:8.2f} ms"
        f"  p99 {one.p99:8.2f} ms{wrong}"
    )


def _table(*columns: str, left: int = 1) -> Table:
    shown = (Column(name, justify="left" if place < left else "right") for place, name in enumerate(columns))
    return Table(*shown, box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


def _results(found: Sequence[Median]) -> Table:
    table = _table("", "callers", "held/s", "p50 ms", "p99 ms", "refused", "Python us", "callers us", "PostgreSQL us",
                   "log bytes", "a commit")  # fmt: skip
    for one in sorted(found, key=lambda one: (one.callers, list(SYSTEMS).index(one.system))):
        table.add_row(
            SYSTEMS[one.system].title, str(one.callers), f"{one.held:,.0f}", f"{one.p50:,.2f}", f"{one.p99:,.2f}",
            f"{one.refused_share:.1%}", _figure(one.python_us), _figure(one.client_us), _figure(one.postgres_us),
            _figure(one.wal_bytes), f"{one.per_transaction:.1f}",
        )  # fmt: skip
    return table


def _ratios(found: Sequence[Ratio]) -> Table | None:
    if not found:
        return None
    table = _table("load", "", "beside", "callers", "held/s", "p99", left=3)
    for one in found:
        table.add_row(
            one.load,
            SYSTEMS[one.system].title,
            SYSTEMS[one.beside].title,
            str(one.callers),
            f"{one.rate:.2f} x",
            f"{one.p99:.2f} x",
        )
    return table


def _targets(found: Sequence[Target]) -> Table | None:
    if not found:
        return None
    table = _table("target", "wanted", "found", "")
    for one in found:
        table.add_row(
            one.what, one.wanted, f"{one.found:.2f}", "reached" if one.reached else "[bold]missed[/]"
        )
    return table


def _decision(found: Judging | None) -> Table | None:
    if found is None:
        return None
    table = _table("one decision of five lines", "calls", "own us", "with calls us")
    table.add_row("measured without profiling", "1", "", f"{found.decide_us:,.1f}", style="bold")
    table.add_row("taking what it holds", "1", "", f"{found.take_us:,.1f}")
    table.add_row(
        f"beside: json.dumps of the same answer ({found.answer_bytes:,} bytes)",
        "",
        "",
        f"{found.json_us:,.1f}",
    )
    table.add_row("beside: a storefront's look at on-hand and list price", "", "", f"{found.naive_us:,.1f}")
    for one in found.functions[:_PROFILED]:
        table.add_row(one.name, f"{one.calls:.1f}", f"{one.own_us:.1f}", f"{one.whole_us:.1f}")
    return table


def _grown(found: Iterable[Growth]) -> Table:
    table = _table("", "with", "takes", "with", "takes", "ratio")
    for one in found:
        table.add_row(
            one.what, f"{one.small:,} {one.of}", f"{one.at_small:,.2f} {one.unit}", f"{one.large:,} {one.of}",
            f"{one.at_large:,.2f} {one.unit}", f"{one.ratio:.2f}",
        )  # fmt: skip
    return table
