"""sayso bench audit: lines audited a second, beside the same lines decided one by one by the same judgement, in one run."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from time import monotonic, perf_counter, process_time
from typing import TypeVar

import click
import msgspec
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from sayso.audit.engine import audited
from sayso.audit.engine_answers import NUMBER, asked, request
from sayso.audit.engine_findings import Findings, Terms, body
from sayso.audit.engine_order import Bench, Sides
from sayso.audit.engine_slice import gone_through, pieces
from sayso.audit.engine_tally import Found
from sayso.audit.journal import Placed, laid_out
from sayso.bench.auditing_world import Extent, Months
from sayso.promise.asking import Question
from sayso.promise.decision import decide
from sayso.promise.policy import Policy, profiled


class Pass(Struct, frozen=True):
    """All lines once: seconds, processor seconds of all processes, lines a second; beside one by one, in both."""

    what: str
    processes: int
    seconds: float
    processor_seconds: float
    per_second: float
    ratio: float
    processor_ratio: float
    peak_mib: int


class Report(Struct, frozen=True):
    """What was measured. `equal`: whether several processes found the same bytes as one."""

    lines: int
    orders: int
    days: int
    spots: int
    processors: int
    load: float
    equal: bool
    passes: tuple[Pass, ...]


class OneByOne(Bench):
    """Decides each line by a call of its own, and makes nothing of it."""

    def _judge(self, placed: Placed) -> list[Found]:
        order = placed.order
        customer = self._customer(order.customer)
        for line in order.lines:
            question = request(asked(order, [line], (), self.standing, customer), self.sides.terms)
            decide(
                Question(NUMBER, question, order.placed), self.standing.books.facts(question, self.sides.erp)
            )
        self.tally.lines += len(order.lines)
        return []


@click.command(epilog="Example: sayso bench audit --lines 100000 --json")
@click.option(
    "--lines", type=click.IntRange(1_000, 100_000_000), default=1_000_000, show_default=True, metavar="N"
)
@click.option("--items", type=click.IntRange(10, 1_000_000), default=5_000, show_default=True, metavar="N")
@click.option("--processes", type=click.IntRange(1, 256), metavar="N", help="Else one for each processor.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def audit(context: click.Context, lines: int, items: int, processes: int | None, as_json: bool) -> None:
    """An audit of generated orders of five lines, by one process and by several, beside every line decided by itself.

    Exit status 1: several processes did not find the same bytes as one.
    """
    begun = monotonic()
    extent = Extent(lines, items, max(items * 2 // 5, 1))
    found = measured(
        extent, processes or os.cpu_count() or 1,
        lambda text: click.echo(f"{monotonic() - begun:7.1f} s  {text}", err=True),
    )  # fmt: skip
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        _show(found, Console(highlight=False))
    context.exit(0 if found.equal else 1)


def measured(extent: Extent, processes: int, tell: Callable[[str], None]) -> Report:
    """The lines one by one, then the audit by one process, then by several."""
    policy, load = profiled("plain"), os.getloadavg()[0]
    tell(f"{extent.lines:,} lines, each decided by itself")
    alone, _ = _timed("one by one", 1, extent, None, lambda many: _one_by_one(extent, policy))
    passes: list[Pass] = [alone]
    found: list[Findings] = []
    for number in dict.fromkeys((1, processes)):
        tell(f"audited by {number} process{'es' if number > 1 else ''}")
        one, findings = _timed(
            "audit", number, extent, alone,
            lambda many: audited(Months(extent), policy, policy, processes=many),
        )  # fmt: skip
        passes.append(one)
        found.append(findings)
    spots = sum(figure.lines for figure in found[0].directions.values())
    return Report(
        found[0].lines, found[0].orders, extent.days, spots, os.cpu_count() or 1, round(load, 2),
        all(body(one) == body(found[0]) for one in found), tuple(passes),
    )  # fmt: skip


def _one_by_one(extent: Extent, policy: Policy) -> int:
    """The same journal, the same facts at each moment; every line a decision of its own."""
    with TemporaryDirectory(prefix="sayso-bench-") as name:
        layout = laid_out(Months(extent), Path(name), lambda stage, done: None)
        (piece,) = pieces(layout, 1, None)
        sides = Sides(policy, None, Terms())
        return gone_through(layout, piece, sides, lambda lines: None, judges=OneByOne).lines


_Result = TypeVar("_Result")


def _timed(
    what: str, many: int, extent: Extent, beside: Pass | None, run: Callable[[int], _Result]
) -> tuple[Pass, _Result]:
    begun, used = perf_counter(), _processor_seconds()
    result = run(many)
    seconds, used = perf_counter() - begun, _processor_seconds() - used
    ratio = beside.seconds / seconds if beside else 1.0
    processor_ratio = beside.processor_seconds / used if beside else 1.0
    peak = max(getrusage(who).ru_maxrss for who in (RUSAGE_SELF, RUSAGE_CHILDREN)) // 1024
    made = Pass(
        what, many, round(seconds, 2), round(used, 2), round(extent.lines / seconds, 1), round(ratio, 2),
        round(processor_ratio, 2), peak,
    )  # fmt: skip
    return made, result


def _processor_seconds() -> float:
    """Of this process and of those that it waited for."""
    children = getrusage(RUSAGE_CHILDREN)
    return process_time() + children.ru_utime + children.ru_stime


def _show(found: Report, console: Console) -> None:
    table = Table("", "processes", "seconds", "lines/s", "beside one by one", "by processor time", "peak MiB")
    for one in found.passes:
        table.add_row(
            one.what, str(one.processes), f"{one.seconds:,.1f}", f"{one.per_second:,.0f}", f"{one.ratio:.2f}x",
            f"{one.processor_ratio:.2f}x", f"{one.peak_mib:,}",
        )  # fmt: skip
    console.print(table)
    same = "the same bytes" if found.equal else "OTHER BYTES"
    console.print(
        f"{found.lines:,} lines of {found.orders:,} orders in {found.days} days; {found.spots:,} blind spots; "
        f"several processes find {same} as one; load {found.load} on {found.processors} processors"
    )
