"""sayso contracts: what systems agreed to send. Look, put a version in force, try a contract on messages before."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from sayso import wiring
from sayso.canon.events import as_json
from sayso.canon.times import moment
from sayso.cli import options
from sayso.contracts.contract import Contract
from sayso.contracts.reading import needs_of, read_message
from sayso.contracts.shapes import Lookups, Needs, Unusable
from sayso.errors import NotFound
from sayso.store import contracts as store
from sayso.store.identities import lookups as looked_up
from sayso.systems.contracts import contract_file, shipped

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def contracts() -> None:
    """What systems agreed to send, and what it means."""


@contracts.command(name="list", epilog="Example: sayso contracts list")
@options.settings(*options.DATABASE)
@options.as_json
def show_all(flags: dict[str, Any], as_json: bool) -> None:
    """Every contract in force."""
    found = [each for kinds in asyncio.run(_in_force(flags)).values() for each in kinds.values()]
    if as_json:
        options.say({"contracts": [_row(each) for each in found]})
        return
    if not found:
        click.echo("No contract is in force: sayso contracts put FILE")
        return
    table = options.table("system", "kind", "version", "mode", "owner", "tells", right=("version",))
    for each in found:
        table.add_row(
            each.system, each.kind, str(each.version), each.mode, each.owner, ", ".join(_row(each)["tells"])
        )
    options.console().print(table)


@contracts.command(epilog="Example: sayso contracts show wms SHIPCONF")
@click.argument("system")
@click.argument("kind")
@options.settings(*options.DATABASE)
@options.as_json
def show(flags: dict[str, Any], system: str, kind: str, as_json: bool) -> None:
    """A contract as it is in force, with its earlier versions."""
    found = asyncio.run(_versions(flags, system, kind))
    if not found:
        raise NotFound(f"no contract is in force for {kind} of {system}", remedy="see sayso contracts list")
    history = [
        {"version": one.version, "mode": one.mode, "since": one.since, "by": one.by or "sayso"}
        for one in found
    ]
    body = msgspec.to_builtins(found[-1].contract)
    if as_json:
        options.say({"contract": body, "versions": history})
        return
    click.echo(msgspec.json.format(msgspec.json.encode(body), indent=2).decode())
    for one in found:
        click.echo(
            f"Version {one.version} ({one.mode}) since {moment(one.since)}, by {one.by or 'sayso'}.", err=True
        )


@contracts.command(epilog="Example: sayso contracts put north/*.yaml --by h.meyer")
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("--by", metavar="NAME", default="terminal", help="Who puts it; else terminal.")
@options.settings(*options.DATABASE)
@options.as_json
def put(flags: dict[str, Any], files: tuple[Path, ...], by: str, as_json: bool) -> None:
    """Put contracts in force, each as the version that it names; all of them, or none."""
    read = [contract_file(path) for path in files]
    asyncio.run(_put(flags, read, by))
    if as_json:
        options.say({"contracts": [_row(each) for each in read]})
        return
    for each in read:
        click.echo(f"{each.system}/{each.kind} version {each.version} ({each.mode}) is in force.")


@contracts.command(name="try", epilog="Example: sayso contracts try north/loaded.yaml sample.json")
@click.argument("file", type=_FILE)
@click.argument("messages", nargs=-1, type=_FILE)
@click.option("--units", is_flag=True, help="Look up units and identities in the database too.")
@options.settings(*options.DATABASE)
@options.as_json
def try_out(
    flags: dict[str, Any], file: Path, messages: tuple[Path, ...], units: bool, as_json: bool
) -> None:
    """Read messages by a contract that is not in force yet; without a message, its own examples. Keeps nothing.

    Exit status 1 where a message would be held back.
    """
    contract = contract_file(file)
    bodies = [(str(path), _bytes(path)) for path in messages] or [
        (f"example {number}", msgspec.json.encode(each)) for number, each in enumerate(contract.examples, 1)
    ]
    if not bodies:
        raise NotFound(
            "there is nothing to try it on", remedy="give a file with a message, or write examples"
        )
    lookups = asyncio.run(_lookups(flags, contract, [body for _, body in bodies])) if units else Lookups()
    found = [{"message": name, **_tried(contract, body, lookups)} for name, body in bodies]
    if as_json:
        options.say({"messages": found})
    else:
        for one in found:
            _say_tried(one)
    if any(one["problem"] for one in found):
        raise SystemExit(1)


@contracts.command(epilog="Example: sayso contracts file wms SHIPCONF > shipconf.json")
@click.argument("system")
@click.argument("kind")
@options.as_json
def file(system: str, kind: str, as_json: bool) -> None:
    """A contract that comes with Sayso (erp, wms, ar, bank), to begin one's own with."""
    found = shipped(system).get(kind)
    if found is None:
        known = ", ".join(shipped(system)) or "none"
        raise NotFound(f"no contract for {kind} of {system} comes with Sayso", remedy=f"there are {known}")
    if as_json:
        options.say(found)
        return
    click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())


def _row(contract: Contract) -> dict[str, Any]:
    return {
        "system": contract.system, "kind": contract.kind, "version": contract.version, "mode": contract.mode,
        "owner": contract.owner, "about": contract.about, "tells": [each.type for each in contract.map],
    }  # fmt: skip


def _tried(contract: Contract, body: bytes, lookups: Lookups) -> dict[str, Any]:
    try:
        read = read_message(
            contract.system, "application/json", contract.kind, body, {contract.kind: contract}, lookups
        )
    except Unusable as unusable:
        return {
            "problem": unusable.detail,
            "events": [],
            "breaches": [each.sentence for each in unusable.breaches],
        }
    return {
        "problem": "", "events": [as_json(event) for event in read.events],
        "breaches": [each.sentence for each in read.warnings],
    }  # fmt: skip


def _say_tried(one: dict[str, Any]) -> None:
    click.echo(f"{one['message']}: {'held back' if one['problem'] else 'read'}")
    for breach in one["breaches"]:
        click.echo(f"  - {breach}")
    for event in one["events"]:
        click.echo("  " + msgspec.json.encode(event, enc_hook=str).decode())


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror}", remedy="check the name") from None


async def _in_force(flags: dict[str, Any]) -> dict[str, dict[str, Contract]]:
    async with wiring.opened(**flags) as app:
        return await store.in_force(app.pool)


async def _versions(flags: dict[str, Any], system: str, kind: str) -> list[store.Version]:
    async with wiring.opened(**flags) as app:
        return await store.versions(app.pool, system, kind)


async def _put(flags: dict[str, Any], found: list[Contract], by: str) -> None:
    async with wiring.opened(**flags) as app, app.pool.acquire() as conn, conn.transaction():
        now: datetime = app.clock.now()
        for each in found:
            await store.put(conn, each, by, now)


async def _lookups(flags: dict[str, Any], contract: Contract, bodies: list[bytes]) -> Lookups:
    needs = Needs()
    for body in bodies:
        needs |= needs_of(contract.system, "application/json", contract.kind, body, {contract.kind: contract})
    async with wiring.opened(**flags) as app:
        return await looked_up(app.pool, needs)
