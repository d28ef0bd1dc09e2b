"""sayso migrate: what the database's schema lacks, and bringing it there."""

from __future__ import annotations

import asyncio
from typing import Any

import click

from sayso import wiring
from sayso.cli import options
from sayso.store import database
from sayso.store import migrate as store

_LACKING = 1


@click.group()
def migrate() -> None:
    """The database's schema: what is to be done, and do it.

    sayso up, and every command that needs the database, does it by itself.
    """


@migrate.command(epilog="Example: sayso migrate plan --database-url postgresql://sayso@db/sayso")
@options.settings(*options.DATABASE)
@options.as_json
@click.pass_context
def plan(context: click.Context, flags: dict[str, Any], as_json: bool) -> None:
    """The migrations that apply would make now. Changes nothing.

    Exit status 0: the schema is as this Sayso expects it. 1: something is lacking. 2: a newer Sayso migrated it.
    """
    found = wiring.settings(**flags)
    lacking = asyncio.run(_planned(found))
    _show(lacking, found, as_json, "to be applied", "There is nothing to be done.")
    context.exit(_LACKING if lacking else 0)


@migrate.command(epilog="Example: sayso migrate apply")
@options.settings(*options.DATABASE)
@options.as_json
def apply(flags: dict[str, Any], as_json: bool) -> None:
    """Apply what is lacking, in order, each migration in a transaction. Any number may try at once."""
    found = wiring.settings(**flags)
    _show(asyncio.run(_applied(found)), found, as_json, "applied", "There was nothing to be done.")


async def _planned(found: wiring.Settings) -> list[str]:
    async with wiring.reached(found) as dsn:
        connection = await database.connect(dsn, found.schema)
        try:
            return await store.plan(connection, found.schema)
        finally:
            await connection.close()


async def _applied(found: wiring.Settings) -> list[str]:
    async with wiring.reached(found) as dsn:
        return await wiring.brought_up(found, dsn)


def _show(names: list[str], found: wiring.Settings, as_json: bool, done: str, nothing: str) -> None:
    if as_json:
        options.say({"schema": found.schema, done.replace(" ", "_"): names})
        return
    for name in names:
        click.echo(f"{name}  {done}")
    if not names:
        click.echo(nothing)
