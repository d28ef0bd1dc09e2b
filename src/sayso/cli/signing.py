"""sayso keys signing: the keys that promises are signed with. Private halves stay in their files."""

from __future__ import annotations

from typing import Any

import click

from sayso import wiring
from sayso.canon.times import moment
from sayso.cli import options
from sayso.desk.signing import Key, Signer


@click.group()
def signing() -> None:
    """The keys that promises are signed with, oldest first. The newest signs; the others still verify."""


@signing.command(name="list", epilog="Example: sayso keys signing list --json")
@options.settings("config", "home")
@options.as_json
def show(flags: dict[str, Any], as_json: bool) -> None:
    """Every signing key by its id, and since when it signs."""
    found = wiring.settings(**flags)
    keys = Signer(found.keys).keys() if any(found.keys.glob("*.json")) else []
    if as_json:
        options.say({"folder": found.keys, "keys": [_shown(key) for key in keys]})
        return
    if not keys:
        click.echo(f"There is no key in {found.keys} yet: the first is made when Sayso first signs.")
    for place, key in enumerate(keys, 1):
        click.echo(f"{key.kid}  since {moment(key.made)}{'  signs' if place == len(keys) else ''}")


@signing.command(epilog="Example: sayso keys signing rotate")
@options.settings("config", "home")
@options.as_json
def rotate(flags: dict[str, Any], as_json: bool) -> None:
    """Make a new key, which signs from now on, in every process on this data folder within seconds.

    Promises that were signed before stay verifiable: their keys remain in the folder and in the JWK set. Other
    machines that serve the same database need the file too.
    """
    found = wiring.settings(**flags)
    wiring.check_home(found)
    key = Signer(found.keys).rotate(wiring.Clock().now())
    if as_json:
        options.say({"folder": found.keys, "keys": [_shown(key)]})
        return
    click.echo(f"{key.kid}  signs since {moment(key.made)}")


def _shown(key: Key) -> dict[str, Any]:
    return {"kid": key.kid, "made": moment(key.made), "jwk": key.jwk}
