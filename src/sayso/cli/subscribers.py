"""sayso subscribers: who is told what happens, by webhooks. A secret is shown once, when it is made."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import click
import msgspec

from sayso import wiring
from sayso.cli import options
from sayso.desk.calling import Caller, Reply
from sayso.desk.messages.subscribing import Again, Subscribing, Subscription
from sayso.errors import BadField

_EVERYTHING = Caller("terminal", frozenset({"admin"}))

Use = Callable[[Subscribing, datetime], Awaitable[Reply]]


@click.group()
def subscribers() -> None:
    """Who is told what happens, by webhooks."""


def _changing(verb: str, help_: str) -> Callable[..., Any]:
    """What the commands share that change one subscriber."""

    def decorate(function: Callable[..., None]) -> click.Command:
        command = options.settings(*options.DATABASE)(options.as_json(function))
        named = click.argument("subscriber")(command)
        made: click.Command = subscribers.command(
            name=verb, help=help_, epilog=f"Example: sayso subscribers {verb} shop"
        )(named)
        return made

    return decorate


@subscribers.command(
    epilog="Example: sayso subscribers add shop https://shop.example.com/hooks --type 'sayso.promise.*'"
)
@click.argument("subscriber")
@click.argument("url")
@click.option(
    "--type", "types", multiple=True, metavar="T", help="A type, or a pattern with *; repeatable. Else all."
)
@click.option("--customer", "customers", multiple=True, metavar="C", help="Only of this one; repeatable.")
@options.settings(*options.DATABASE)
@options.as_json
def add(
    flags: dict[str, Any],
    subscriber: str,
    url: str,
    types: tuple[str, ...],
    customers: tuple[str, ...],
    as_json: bool,
) -> None:
    """Tell someone what happens from now on, and print the secret that signs it, which is shown only now."""
    given = {"subscriber": subscriber, "url": url, "types": types, "customers": customers}
    try:
        asked = msgspec.convert(given, Subscription)
    except msgspec.ValidationError as wrong:
        raise BadField("subscriber", subscriber, str(wrong), remedy="see --help") from None
    made = _used(flags, lambda desk, now: desk.add(asked, b"", _EVERYTHING, None, now))
    _with_secret(made, as_json)


@subscribers.command(name="list", epilog="Example: sayso subscribers list --json")
@options.settings(*options.DATABASE)
@options.as_json
def show(flags: dict[str, Any], as_json: bool) -> None:
    """Everyone who is told, how far, and what is wrong."""
    found = _used(flags, lambda desk, now: desk.listed(_EVERYTHING))
    if as_json:
        options.say(found)
        return
    if not found["subscribers"]:
        click.echo("Nobody is told yet: sayso subscribers add NAME URL")
        return
    table = options.table(
        "subscriber",
        "url",
        "types",
        "customers",
        "state",
        "behind",
        "problem",
        right=("behind",),
        whole=("subscriber",),
    )
    for one in found["subscribers"]:
        table.add_row(
            one["subscriber"], one["url"], ", ".join(one["types"]), ", ".join(one["customers"] or ["all"]),
            "failing" if one["tries"] else one["state"], str(one["behind"]), one["problem"],
        )  # fmt: skip
    options.console().print(table)


@_changing("pause", "Tell it nothing until it is resumed; what happens meanwhile waits.")
def pause(flags: dict[str, Any], subscriber: str, as_json: bool) -> None:
    _stands(_used(flags, lambda desk, now: desk.pause(subscriber, _EVERYTHING, None, now)), as_json)


@_changing("resume", "Go on where it stood: after a pause, a long failure, or a 410.")
def resume(flags: dict[str, Any], subscriber: str, as_json: bool) -> None:
    _stands(_used(flags, lambda desk, now: desk.resume(subscriber, _EVERYTHING, None, now)), as_json)


@_changing("rotate", "Make another secret; the earlier one signs too for a day.")
def rotate(flags: dict[str, Any], subscriber: str, as_json: bool) -> None:
    _with_secret(_used(flags, lambda desk, now: desk.rotate(subscriber, _EVERYTHING, None, now)), as_json)


@_changing("remove", "Tell it nothing more, for good.")
def remove(flags: dict[str, Any], subscriber: str, as_json: bool) -> None:
    gone = _used(flags, lambda desk, now: desk.remove(subscriber, _EVERYTHING, None, now))
    if as_json:
        options.say(gone)
        return
    click.echo(f"{subscriber} is told nothing more.")


@subscribers.command(epilog="Example: sayso subscribers redeliver shop 41870")
@click.argument("subscriber")
@click.argument("number", type=click.IntRange(min=1))
@options.settings(*options.DATABASE)
@options.as_json
def redeliver(flags: dict[str, Any], subscriber: str, number: int, as_json: bool) -> None:
    """Tell it everything from a number on again, under the same ids."""
    found = _used(
        flags, lambda desk, now: desk.redeliver(subscriber, Again(number), b"", _EVERYTHING, None, now)
    )
    _stands(found, as_json)


def _used(flags: dict[str, Any], use: Use) -> dict[str, Any]:
    async def run() -> Reply:
        async with wiring.opened(**flags) as app:
            return await use(app.desk.subscribing, app.clock.now())

    found: dict[str, Any] = msgspec.json.decode(asyncio.run(run()).body)
    return found


def _stands(one: dict[str, Any], as_json: bool) -> None:
    if as_json:
        options.say(one)
        return
    click.echo(
        f"{one['subscriber']} is {one['state']}, told up to number {one['reached']}, {one['behind']} behind."
    )


def _with_secret(one: dict[str, Any], as_json: bool) -> None:
    if as_json:
        options.say(one)
        return
    click.echo(one["secret"])
    click.echo(
        f"This is the secret of {one['subscriber']}, shown only now. Its receiver checks with it.", err=True
    )
