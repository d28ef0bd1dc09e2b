"""sayso export: what is on record, for the tools of others."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from sayso import wiring
from sayso.canon.times import parse_moment
from sayso.cli import options
from sayso.insight import ocel as log


@click.group()
def export() -> None:
    """What is on record, for the tools of others."""


@export.command(epilog="Example: sayso export ocel orders.sqlite")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--since", metavar="TIME", help="Only what happened from this moment on (RFC 3339).")
@options.settings(*options.DATABASE)
@options.as_json
def ocel(flags: dict[str, Any], file: Path, since: str | None, as_json: bool) -> None:
    """Orders from promise to cash as an object-centric event log, OCEL 2.0: JSON or SQLite, as FILE's name ends.

    Objects are orders, lines, shipments, invoices, credit memos, payments, cases and customers.
    """
    at = parse_moment(since, field="--since") if since else None
    counts = asyncio.run(_write(wiring.settings(**flags), file, at))
    if as_json:
        options.say({"file": str(file), **counts})
        return
    click.echo(f"{file}: {counts['events']:,} events of {counts['objects']:,} objects.")


async def _write(found: wiring.Settings, file: Path, since: datetime | None) -> dict[str, int]:
    async with wiring.opened_with(found) as app:
        return await log.export(app.pool, file, since)
