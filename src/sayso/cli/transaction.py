"""sayso transaction: one order from promise to cash, in a terminal."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import click
import msgspec

from sayso import wiring
from sayso.canon.times import parse_moment
from sayso.cli import options


@click.command(epilog="Example: sayso transaction WEB-1001 --known-at 2011-02-03T08:00:00Z")
@click.argument("order")
@click.option("--known-at", metavar="TIME", help="As it was known then (RFC 3339).")
@options.settings(*options.DATABASE)
@options.as_json
def transaction(flags: dict[str, Any], order: str, known_at: str | None, as_json: bool) -> None:
    """One order from promise to cash, with its story.

    Stage, lines and money; what is open; and everything that happened, in its order, with when it was known.
    """
    at = parse_moment(known_at, field="--known-at") if known_at else None
    body = asyncio.run(_read(wiring.settings(**flags), order, at))
    if as_json:
        click.echo(body)
        return
    found = msgspec.json.decode(body)
    console = options.console()
    for block in (_head, _lines, _work, _story):
        block(found, console)


async def _read(found: wiring.Settings, order: str, at: datetime | None) -> bytes:
    async with wiring.opened_with(found) as app:
        return await app.follow.transactions.one(order, None, at)


def _head(found: dict[str, Any], console: Any) -> None:
    from rich.text import Text

    state = found["state"]
    known = f", as it was known at {found['known_at']}" if found["known_at"] else ""
    if state is None:
        console.print(Text(f"{found['order']}: nothing was told of it yet{known}"))
        return
    head = Text.assemble((found["order"], "bold"), "  ", (state["stage"].replace("_", " "), "bold cyan"))
    head.append(f"  customer {state.get('customer') or 'unknown'}{known}")
    console.print(head)
    done = [f"{name}ly {'complete' if state.get(field) else 'open'}"
            for name, field in (("operational", "operational"), ("financial", "financial"))]  # fmt: skip
    console.print(Text(", ".join(done)))
    money = [
        f"{name.replace('_', ' ')} {amount}" for name, amount in state["money"].items() if _counts(amount)
    ]
    console.print(Text(f"{state.get('currency', '')}  {', '.join(money) or 'nothing'}"))
    for name in ("missing", "conflicts"):
        if state.get(name):
            console.print(Text(f"{name}: {', '.join(state[name])}", style="yellow"))


def _counts(amount: Any) -> bool:
    return isinstance(amount, str) and bool(amount.strip("0.-"))


def _lines(found: dict[str, Any], console: Any) -> None:
    from rich.text import Text

    if found["state"] is None or not found["state"]["lines"]:
        return
    names = (
        "ordered",
        "cancelled",
        "picked",
        "short",
        "shipped",
        "open",
        "delivered",
        "returned",
        "invoiced",
        "credited",
    )
    lines = found["state"]["lines"]
    shown = [name for name in names if name == "ordered" or any(_counts(line.get(name)) for line in lines)]
    table = options.table("Line", "Item", *(name.capitalize() for name in shown), right=("Line",))
    for line in lines:
        table.add_row(
            str(line["line"]), Text(line["item"]), *(_cell(line.get(name, "0"), name) for name in shown)
        )
    console.print()
    console.print(table)


def _cell(value: str, name: str) -> str:
    return value if _counts(value) or name == "ordered" else ""


def _work(found: dict[str, Any], console: Any) -> None:
    from rich.text import Text

    open_ = [one for one in found["cases"] if one["state"] == "open"]
    waits = [one for one in found["effects"] if one["state"] not in ("done", "dropped")]
    for one in open_:
        money = f", {one['amount']} {one['currency']}" if one["amount"] else ""
        says = f"case {one['case']} for {one['owner']}: {one['kind'].replace('_', ' ')}{money}. {one['next_step']}"
        console.print(Text(says, style="yellow"))
    for one in waits:
        problem = f" ({one['problem']})" if one["problem"] else ""
        console.print(Text(f"{one['system']} is to {one['kind'].replace('_', ' ')}: {one['state']}{problem}"))
    for one in found["held"]:
        console.print(
            Text(
                f"message {one['number']} of {one['source']}: {one['state']} {one['problem']}", style="yellow"
            )
        )


def _story(found: dict[str, Any], console: Any) -> None:
    from rich.text import Text

    table = options.table("Happened", "Known", "By", "What", whole=("Happened", "Known"))
    for one in found["timeline"]:
        style = "dim" if one["superseded"] else ""
        late = "" if one["known"] == one["at"] else _when(one["known"])
        says = one["says"] + (" (a later revision counts)" if one["superseded"] else "")
        table.add_row(*(Text(cell, style=style) for cell in (_when(one["at"]), late, one["by"], says)))
    console.print()
    console.print(table)


def _when(text: str) -> str:
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M}"
