"""sayso worker: the rounds that nobody asks for, in a process of their own."""

from __future__ import annotations

import asyncio
from typing import Any

import click
import structlog

from sayso import wiring
from sayso.api import logs, serve
from sayso.api.up import kept_database
from sayso.cli import options
from sayso.errors import Misconfigured

log = structlog.get_logger()


@click.command(epilog="Example: sayso worker --database-url postgresql://sayso@db/sayso")
@options.settings(*options.DATABASE, "policy", "follow", "log_level")
def worker(flags: dict[str, Any]) -> None:
    """A worker alone; as many as wanted, on any machine.

    Applies messages, asks systems for what was decided, calls subscribers, notices silence, ends holds whose time is
    up, until SIGTERM or Ctrl-C; what it has begun it finishes. sayso up has one already; any number may run on one
    database.
    """
    found = wiring.settings(**flags)
    if found.simulated:
        raise Misconfigured(
            "a worker has no request to tell it a simulated time, and by its own clock everything may be over",
            remedy="leave clock out of the settings",
        )
    logs.configure(found.log_level)
    wiring.following.check(found)
    with kept_database(found) as dsn:
        asyncio.run(wiring.brought_up(found, dsn))
        serve.lived(found, lambda stopping: serve.rounds(found, dsn, stopping, lambda: log.info("working")))
