"""sayso status: how things stand, in a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from sayso import wiring
from sayso.cli import options
from sayso.insight.status import standing

#: What is shown of each part: its title, and the columns by the names of the values.
_PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "orders": ("Orders by stage", ("stage", "currency", "orders", "amount", "operational", "financial")),
    "cases": ("Open cases", ("owner", "kind", "cases", "amount", "currency", "overdue", "oldest")),
    "messages": ("Messages not applied", ("source", "state", "messages", "oldest")),
    "effects": ("To be done outside", ("system", "state", "effects", "oldest", "problem")),
    "breakers": ("Systems", ("system", "state", "failures", "until")),
    "feeds": ("Last heard", ("system", "last_heard", "due", "breached")),
}
_HEADS = {"operational": "Not shipped out", "financial": "Not paid"}
_FIGURES = (
    "orders",
    "amount",
    "operational",
    "financial",
    "cases",
    "overdue",
    "messages",
    "effects",
    "failures",
)


@click.command(epilog="Example: sayso status --json")
@options.settings(*options.DATABASE)
@options.as_json
def status(flags: dict[str, Any], as_json: bool) -> None:
    """How things stand: orders, cases, what is held back, what waits outside.

    Orders by stage with their money, open cases by owner, messages that are not applied, what systems are still to do and
    how they fare, and when each was last heard.
    """
    found = asyncio.run(_read(wiring.settings(**flags)))
    if as_json:
        options.say(found)
        return
    console = options.console()
    shown = False
    for name, (title, columns) in _PARTS.items():
        if found[name]:
            _show(console, title, columns, found[name])
            shown = True
    if not shown:
        click.echo("Nothing is followed yet.")


async def _read(found: wiring.Settings) -> dict[str, list[dict[str, Any]]]:
    async with wiring.opened_with(found) as app:
        return await standing(app.pool, app.clock.now())


def _show(console: Any, title: str, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    from rich.text import Text

    heads = [_HEADS.get(name, name.replace("_", " ").capitalize()) for name in columns]
    right = tuple(head for head, name in zip(heads, columns, strict=True) if name in _FIGURES)
    table = options.table(*heads, right=right)
    for row in rows:
        table.add_row(*(Text(_cell(row[name])) for name in columns))
    console.print(Text(title, style="bold"))
    console.print(table)
    console.print()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = str(value)
    if len(text) > 18 and text[10:11] == "T":
        return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M}"
    return text.replace("_", " ")
