"""sayso keys: make, list and revoke API keys. A secret is shown once, when its key is made."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import click

from sayso import wiring
from sayso.canon.times import moment, parse_moment
from sayso.cli import options
from sayso.desk import keys as desk
from sayso.desk.calling import SCOPES
from sayso.store.keys import Listed


@click.group()
def keys() -> None:
    """API keys: who may call, and what for."""


@keys.command(
    epilog="Example: sayso keys create storefront-uk --scope availability,promises,orders --customer 13047"
)
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, required=True, metavar="S[,S...]",
    help="What it may do: " + ", ".join(SCOPES) + ".",
)  # fmt: skip
@click.option(
    "--customer", "customers", multiple=True, metavar="C", help="Bind it to this customer; repeatable."
)
@click.option(
    "--system", "systems", multiple=True, metavar="S",
    help="Let it send events and messages in the name of this system alone; repeatable.",
)  # fmt: skip
@click.option("--expires", metavar="TIME", help="When it stops working (RFC 3339); else never.")
@options.settings(*options.DATABASE)
@options.as_json
def create(
    flags: dict[str, Any],
    name: str,
    scopes: tuple[str, ...],
    customers: tuple[str, ...],
    systems: tuple[str, ...],
    expires: str | None,
    as_json: bool,
) -> None:
    """Make a key and print its secret, which is shown only now."""
    asked = [scope.strip() for given in scopes for scope in given.split(",")]
    until = parse_moment(expires, field="expires") if expires else None
    secret = asyncio.run(_create(flags, name, asked, customers, systems, until))
    if as_json:
        bound = list(dict.fromkeys(customers)) or None
        sends = list(dict.fromkeys(systems)) or None
        options.say(
            {"name": name, "key": secret, "scopes": sorted(set(asked)), "customers": bound, "systems": sends}
        )
        return
    click.echo(secret)
    click.echo(f"This is the key {name}, shown only now. Send it as Authorization: Bearer KEY.", err=True)


@keys.command(name="list", epilog="Example: sayso keys list --json")
@options.settings(*options.DATABASE)
@options.as_json
def show(flags: dict[str, Any], as_json: bool) -> None:
    """Every key that was ever made, without its secret."""
    found, now = asyncio.run(_list(flags))
    if as_json:
        options.say({"keys": found})
        return
    if not found:
        click.echo("No key was made yet: sayso keys create NAME --scope S")
        return
    table = options.table("name", "scopes", "customers", "sends as", "state", "made", "last used")
    for key in found:
        bound = "all" if key.customers is None else ", ".join(key.customers)
        table.add_row(
            key.name,
            ", ".join(key.scopes),
            bound,
            "any" if key.systems is None else ", ".join(key.systems),
            _state(key, now),
            moment(key.created),
            _when(key.last_used),
        )
    options.console().print(table)


@keys.command(epilog="Example: sayso keys revoke storefront-uk")
@click.argument("name")
@options.settings(*options.DATABASE)
@options.as_json
def revoke(flags: dict[str, Any], name: str, as_json: bool) -> None:
    """Revoke a key for good, in every process within five seconds."""
    since = asyncio.run(_revoke(flags, name))
    if as_json:
        options.say({"name": name, "revoked": since})
        return
    click.echo(f"The key {name} is revoked since {moment(since)}.")


async def _create(
    flags: dict[str, Any], name: str, scopes: list[str], customers: tuple[str, ...], systems: tuple[str, ...],
    expires: datetime | None,
) -> str:  # fmt: skip
    async with wiring.opened(**flags) as app:
        return await desk.create(app.pool, name, scopes, customers, app.clock.now(), expires, systems)


async def _list(flags: dict[str, Any]) -> tuple[list[Listed], datetime]:
    async with wiring.opened(**flags) as app:
        return await desk.everyone(app.pool), app.clock.now()


async def _revoke(flags: dict[str, Any], name: str) -> datetime:
    async with wiring.opened(**flags) as app:
        return await desk.revoke(app.pool, name, app.clock.now())


def _state(key: Listed, now: datetime) -> str:
    if key.revoked is not None:
        return f"revoked {moment(key.revoked)}"
    if key.expires is None:
        return "live"
    return f"{'expired' if key.expires <= now else 'live until'} {moment(key.expires)}"


def _when(at: datetime | None) -> str:
    return "never" if at is None else moment(at)
