"""sayso replay: recorded decisions made again, proved equal, and tried under another policy."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from sayso import wiring
from sayso.audit.replay import run as replaying_run
from sayso.audit.replay.run import Checkpoint, Place, Plan
from sayso.audit.replay.whatif import Alternative
from sayso.cli import journal, options, replay_shown
from sayso.errors import BadRequest
from sayso.promise.policy import PROFILE_NAMES
from sayso.promise.settings.common import ProfileName
from sayso.store import database

_DIFFERS = 1


@click.command(epilog="Example: sayso replay --since 2026-02-01 --profile odoo --json")
@options.settings(*options.DATABASE)
@journal.chosen
@click.option(
    "--policy", "policy_file", metavar="FILE", help="Also decide under this policy, and show what changes."
)
@click.option(
    "--profile", type=click.Choice(PROFILE_NAMES), help="The same under an ERP logic profile's rules."
)
@click.option("--worst", type=click.IntRange(0, 100_000), default=20, show_default=True, metavar="N",
              help="How many differences, and changes, are shown one by one.")  # fmt: skip
@click.option(
    "--workers", type=click.IntRange(1, 256), metavar="N", help="Processes; else one for each processor."
)
@click.option("--resume", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Note in this file what is done; where it is there already, go on.")  # fmt: skip
@options.as_json
@click.pass_context
def replay(
    context: click.Context, /, flags: dict[str, Any], policy_file: str | None, profile: ProfileName | None, worst: int,
    workers: int | None, resume: Path | None, as_json: bool, **given: str | None,
) -> None:  # fmt: skip
    """Make recorded decisions again, and try them under another policy.

    Each is made again from its evidence, and proved to come out byte for byte.

    With --policy or --profile, also: which of them would have come out otherwise, why, what those are worth, and what
    it would have meant. Each decision is tried on its own evidence: that changed answers would have left more or less
    stock for later ones is not simulated.

    Exit status 0: all are equal. 1: some are not, or cards or decisions are missing. Decisions of another version of
    the judgement are counted apart: neither equal nor different.
    """
    if policy_file and profile:
        raise BadRequest(
            "--policy and --profile are two policies", remedy="give one: a policy file may name a profile"
        )
    journal.checked(given)
    found = wiring.settings(**flags)
    alternative = _alternative(found, policy_file, profile)
    checkpoint = Checkpoint(resume)
    with _reached(found) as (runner, place):
        plan = checkpoint.fits(
            Plan(runner.run(_asked(found, place, given)), alternative, worst), given["until"] is not None
        )
        if checkpoint.begun is None:
            checkpoint.begin(plan, runner.run(replaying_run.cut(place, plan.asked)))
        before, begun = len(checkpoint.done), time.monotonic()
        with _bar() as tell:
            tally = replaying_run.run(place, plan, checkpoint, workers or os.cpu_count() or 1, tell)
        seconds = time.monotonic() - begun
    shown = replay_shown.document(plan, tally, seconds, before, _named(policy_file, profile))
    if as_json:
        options.say(shown)
    else:
        replay_shown.show(plan, tally, shown, options.console())
    context.exit(0 if tally.clean else _DIFFERS)


def _alternative(found: wiring.Settings, file: str | None, profile: ProfileName | None) -> Alternative | None:
    if profile:
        return Alternative(profile=profile)
    return Alternative(wiring.policy_of(replace(found, policy=file)).body) if file else None


def _named(file: str | None, profile: str | None) -> str:
    return f"profile {profile}" if profile else file or ""


async def _asked(found: wiring.Settings, place: Place, given: dict[str, str | None]) -> Any:
    connection = await database.connect(place.dsn, place.schema)
    try:
        with database.mapped():
            return await journal.filter_of(connection, given, wiring.clock_of(found).now())
    finally:
        await connection.close()


@contextmanager
def _reached(found: wiring.Settings) -> Iterator[tuple[asyncio.Runner, Place]]:
    """The migrated database, and a loop to ask it in. No loop runs while processes are waited for: Ctrl-C ends them."""
    with asyncio.Runner() as runner:
        opened = wiring.database_of(found)
        dsn = runner.run(_entered(opened))
        try:
            yield runner, Place(dsn, found.schema)
        finally:
            runner.run(_left(opened))


async def _entered(opened: Any) -> str:
    dsn: str = await opened.__aenter__()
    return dsn


async def _left(opened: Any) -> None:
    await opened.__aexit__(None, None, None)


@contextmanager
def _bar() -> Iterator[Callable[[int, int, int], None]]:
    """How far it is, on standard error."""
    errors = Console(stderr=True, highlight=False, markup=False)
    columns = (
        TextColumn("replaying"), BarColumn(), TaskProgressColumn(), TextColumn("{task.completed:,} of {task.total:,}"),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task("", total=1)
        yield lambda seen, whole, _: bar.update(task, completed=seen, total=max(whole, 1))
