"""sayso cases: the work list in a terminal."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import click
import msgspec

from sayso import wiring
from sayso.cli import options
from sayso.desk.calling import Caller

_EVERYTHING = Caller("terminal", frozenset({"admin"}))


@click.command(epilog="Example: sayso cases --state open --json")
@options.settings(*options.DATABASE)
@click.option(
    "--state", type=click.Choice(["open", "closed", "all"]), default="open", show_default=True, help="Which."
)
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=50,
    show_default=True,
    help="At most so many, newest first.",
)
@click.option("--cursor", default="", metavar="CASE", help="Those after this one: `next` of the page before.")
@options.as_json
def cases(flags: dict[str, Any], state: str, limit: int, cursor: str, as_json: bool) -> None:
    """The work list: promises at risk, with the money and the next step."""
    page = asyncio.run(_page(wiring.settings(**flags), state, limit, cursor))
    if as_json:
        click.echo(page)
        return
    found = msgspec.json.decode(page)
    if not found["cases"]:
        click.echo("There is no case." if state == "all" else f"There is no {state} case.")
        return
    from rich.text import Text

    table = options.table(
        "Case", "Since", "What", "Whose", "Order", "Customer", "Item", "Amount", "Next step"
    )
    for one in found["cases"]:
        what = one["kind"].replace("_", " ") + ("" if one["state"] == "open" else f" ({one['closed_why']})")
        cells = (one["case"], _day(one["opened"]), what, one["owner"], one["order"] or one["promise"])
        more = (one["customer"], one["item"], one["amount"], one["next_step"])
        table.add_row(*(Text(str(cell or "")) for cell in (*cells, *more)))
    options.console().print(table)
    if found["next"]:
        click.echo(f"There are more: sayso cases --cursor {found['next']}")


async def _page(found: wiring.Settings, state: str, limit: int, cursor: str) -> bytes:
    async with wiring.opened_with(found) as app:
        return (await app.desk.cases(state, _EVERYTHING, app.clock.now(), limit, cursor)).body


def _day(text: str) -> str:
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M}"
