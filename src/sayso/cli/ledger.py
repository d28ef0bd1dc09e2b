"""sayso ledger: the reservation ledger against its reservations, and the mending of what drifted."""

from __future__ import annotations

import asyncio
from typing import Any

import click

from sayso import wiring
from sayso.cli import options
from sayso.desk import ledger as desk
from sayso.desk.ledger import Audit
from sayso.errors import BadField

_DRIFTED = 1


@click.group()
def ledger() -> None:
    """The reservation ledger against its reservations."""


@ledger.command(epilog="Example: sayso ledger audit --json")
@options.settings(*options.DATABASE)
@options.as_json
@click.pass_context
def audit(context: click.Context, flags: dict[str, Any], as_json: bool) -> None:
    """Compare every figure of the ledger with the reservations it sums, in one snapshot.

    Exit status 0: nothing differs. 1: something does; the documents that make up the difference are named.
    """
    found = asyncio.run(_audited(wiring.settings(**flags)))
    _show(found, as_json, "mend it: sayso ledger mend --by NAME")
    context.exit(0 if found.clean else _DRIFTED)


@ledger.command(epilog="Example: sayso ledger mend --by 'Ada Lovelace'")
@options.settings(*options.DATABASE)
@click.option("--by", required=True, metavar="NAME", help="Who has it done; recorded.")
@options.as_json
def mend(flags: dict[str, Any], by: str, as_json: bool) -> None:
    """Set what drifted to what its reservations say, and record each change with who had it done.

    Takes the locks that promising takes, so it may run at any time.
    """
    if not by.strip():
        raise BadField("--by", by, "a mending has a person", remedy="give a name: --by 'Ada Lovelace'")
    found = asyncio.run(_mended(wiring.settings(**flags), by.strip()))
    _show(found, as_json, "set to what the reservations say, and recorded in ledger_mends")


async def _audited(found: wiring.Settings) -> Audit:
    async with wiring.opened_with(found) as app:
        return await desk.audit(app.pool)


async def _mended(found: wiring.Settings, by: str) -> Audit:
    async with wiring.opened_with(found) as app:
        return await desk.mend(app.pool, by, app.clock.now())


def _show(found: Audit, as_json: bool, what_now: str) -> None:
    if as_json:
        options.say(
            {"clean": found.clean, **{name: getattr(found, name) for name in found.__struct_fields__}}
        )
        return
    click.echo(
        f"{found.reservations:,} reservations of {found.promises:,} live promises, "
        f"{found.items:,} items, {found.accounts:,} accounts."
    )
    if found.clean:
        click.echo("The ledger says what its reservations say.")
        return
    from rich.text import Text

    table = options.table("What", "Key", "Where", "The ledger says", "The reservations say", "Documents")
    for one in found.drift:
        table.add_row(*(Text(one[name]) for name in ("kind", "key", "at", "stood", "says", "documents")))
    for one in found.strays:
        where = f"{one['site']}, promise {one['state']}"
        table.add_row(*map(Text, ("stray", one["item"], where, one["quantity"], "0", one["promise"])))
    options.console().print(table)
    click.echo(f"{len(found.drift) + len(found.strays)} figures: {what_now}.")
