"""sayso decisions: recorded decisions found, with their evidence in short."""

from __future__ import annotations

import asyncio
from typing import Any

import click
import msgspec
from rich.text import Text

from sayso import wiring
from sayso.cli import journal, options
from sayso.desk import records
from sayso.desk.calling import Caller, DecisionQuery

_EVERYTHING = Caller("terminal", frozenset({"admin"}))
_MINUTE = 16
_STYLES = {"firm": "green", "conditional": "yellow", "refused": "red"}


@click.command(epilog="Example: sayso decisions --item 85123A --reason stock_short --since 2026-02-01")
@options.settings(*options.DATABASE)
@journal.chosen
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, metavar="N",
              help="At most so many, the newest first.")  # fmt: skip
@options.as_json
def decisions(flags: dict[str, Any], limit: int, as_json: bool, **given: str | None) -> None:
    """Find recorded decisions, and show them with their evidence in short.

    Promise and order are looked up; all else is found by looking, the newest first, so a --since makes it quick.
    `sayso replay` with the same options makes them again.
    """
    journal.checked(given)
    query = DecisionQuery(
        **{name: given[name] or "" for name in ("promise", "order", "customer", "item", "reason", "verdict")},
        since=journal.moment_of(given["since"], "--since") if given["since"] else None,
        until=journal.moment_of(given["until"], "--until") if given["until"] else None,
        limit=limit,
    )
    found = asyncio.run(_found(wiring.settings(**flags), query))
    if as_json:
        options.say({"decisions": found})
        return
    if not found:
        click.echo("There is no such decision on record.")
        return
    table = options.table(
        "Promise",
        "Made",
        "Customer",
        "Verdict",
        "State",
        "Items",
        "Net",
        "Why",
        right=("Net",),
        whole=("Promise", "Made", "Customer", "Verdict", "Net"),
    )
    for one in found:
        table.add_row(*_row(one))
    options.console().print(table)


async def _found(found: wiring.Settings, query: DecisionQuery) -> list[dict[str, Any]]:
    """Page after page, until there are as many as were asked for, or no more."""
    shown: list[dict[str, Any]] = []
    async with wiring.opened_with(found) as app:
        while len(shown) < query.limit:
            asked = msgspec.structs.replace(query, limit=min(query.limit - len(shown), records.MOST))
            reply = await app.desk.decisions(asked, _EVERYTHING, app.clock.now())
            page = msgspec.json.decode(reply.body)
            shown += page["decisions"]
            if not page["next"]:
                break
            query = msgspec.structs.replace(query, cursor=page["next"])
    return shown


def _row(one: dict[str, Any]) -> tuple[Text, ...]:
    lines = [f"{line['item']} x {line['quantity']}" for line in one["lines"]]
    codes = [*one["reasons"], *(code for line in one["lines"] for code in line["reasons"])]
    codes += (one["credit"] or {"reasons": []})["reasons"]
    state = f"{one['state']} {one['order']}".strip()
    made = one["made"][:_MINUTE].replace("T", " ")
    verdict = Text(one["verdict"], style=_STYLES[one["verdict"]])
    what = ", ".join(lines[:4]) + (f" and {len(lines) - 4} more" if len(lines) > 4 else "")
    net = f"{one['totals']['net']} {one['totals']['currency']}"
    why = ", ".join(dict.fromkeys(codes))
    before, after = map(Text, (one["promise"], made, one["customer"])), map(Text, (state, what, net, why))
    return (*before, verdict, *after)
