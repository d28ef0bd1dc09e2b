"""sayso messages: what came in, replayed beside what is live."""

from __future__ import annotations

import asyncio
from dataclasses import replace as with_
from datetime import UTC, datetime
from typing import Any

import click
import msgspec

from sayso import wiring
from sayso.canon.times import parse_moment
from sayso.cli import options
from sayso.desk.cash.following import Following
from sayso.desk.messages.refolding import Compared, refold
from sayso.errors import BadField

_DIFFERENT = 1
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@click.group()
def messages() -> None:
    """Everything that came in, replayed beside what is live."""


@messages.command(epilog="Example: sayso messages replay --since 2011-02-01T00:00:00Z --into sayso_again")
@click.option("--since", metavar="TIME", help="What came from this moment on (RFC 3339); else everything.")
@click.option("--until", metavar="TIME", help="What came before this moment; else everything.")
@click.option(
    "--into", required=True, metavar="SCHEMA", help="A schema of the same database that is not there yet."
)
@options.settings(*options.DATABASE)
@options.as_json
@click.pass_context
def replay(context: click.Context, flags: dict[str, Any], since: str | None, until: str | None, into: str,
           as_json: bool) -> None:  # fmt: skip
    """Replay what came in into a fresh schema, and compare the state of every order with the live one.

    Nothing is sent. The schema stays, to be looked at; drop it afterwards. Exit status 1 where an order differs.
    """
    first = parse_moment(since, field="--since") if since else _BEGINNING
    last = parse_moment(until, field="--until") if until else None
    found = asyncio.run(_replayed(wiring.settings(**flags), into, first, last))
    if as_json:
        options.say({**msgspec.structs.asdict(found), "into": into})
    else:
        _show(found)
    context.exit(_DIFFERENT if found.differences else 0)


async def _replayed(found: wiring.Settings, into: str, since: datetime, until: datetime | None) -> Compared:
    if into == found.schema:
        raise BadField("--into", into, "this is the live schema", remedy="name one that is not there yet")
    fresh = with_(found, schema=into)
    async with wiring.database_of(found) as dsn, wiring.assembled(found, dsn) as live:
        await wiring.brought_up(fresh, dsn)
        async with wiring.assembled(fresh, dsn) as again:
            # What was decided here is among the messages: nothing is decided again.
            handler = Following(again.policy, again.follow.policy, acts=False).apply
            return await refold(live.pool, again.pool, handler, since, until or live.clock.now())


def _show(found: Compared) -> None:
    click.echo(f"{found.messages:,} messages replayed: {found.applied:,} applied, {found.held:,} held back.")
    beside = f", {found.partly:,} told of outside of this time" if found.partly else ""
    click.echo(f"{found.equal:,} orders are equal, {found.differences:,} are not{beside}.")
    for order, live, again in found.different:
        click.echo(f"  {order}: {live or 'not there'} live, {again or 'not there'} replayed")
