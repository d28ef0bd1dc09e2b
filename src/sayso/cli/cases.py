"""sayso cases: the work list in a terminal, one case whole, and what can be done about it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import click
import msgspec
from rich.text import Text

from sayso import wiring
from sayso.cases.acting import Action, Remedy
from sayso.cases.kinds import KINDS
from sayso.cli import options
from sayso.desk.calling import Caller, CaseQuery, Reply
from sayso.errors import BadField

_EVERYTHING = Caller("terminal", frozenset({"admin"}))
_FILTERS = (
    click.option(
        "--state",
        type=click.Choice(["open", "closed", "all"]),
        default="open",
        show_default=True,
        help="Which.",
    ),
    click.option("--owner", default="", metavar="TEAM", help="Of this team."),
    click.option(
        "--kind",
        type=click.Choice(list(KINDS)),
        metavar="KIND",
        help="Of this kind: docs/reference/cases.md.",
    ),
    click.option("--order", default="", help="About this order."),
    click.option("--customer", default="", help="About this customer."),
    click.option("--assigned", default="", metavar="PERSON", help="Worked on by this person."),
    click.option("--overdue", is_flag=True, help="Only those whose time is up."),
    click.option(
        "--limit",
        type=click.IntRange(1, 1000),
        default=50,
        show_default=True,
        help="At most so many, newest first.",
    ),
    click.option(
        "--cursor", default="", metavar="CASE", help="Those after this one: `next` of the page before."
    ),
)


def _filters(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_FILTERS):
        command = option(command)
    return command


@click.group(invoke_without_command=True, epilog="Example: sayso cases --owner warehouse --overdue")
@options.settings(*options.DATABASE)
@_filters
@options.as_json
@click.pass_context
def cases(context: click.Context, /, flags: dict[str, Any], as_json: bool, **asked: Any) -> None:
    """The work list: what went wrong, whose it is, by when, and the next step."""
    context.obj = flags
    if context.invoked_subcommand is None:
        _list(flags, as_json, **asked)


@cases.command("list", epilog="Example: sayso cases list --kind short_pick --json")
@_filters
@options.as_json
@click.pass_obj
def list_(flags: dict[str, Any], /, as_json: bool, **asked: Any) -> None:
    """The same as `sayso cases`."""
    _list(flags, as_json, **asked)


@cases.command(epilog="Example: sayso cases show cas_05xk9wz3r81vgq6m2d4t7bnehc")
@click.argument("case")
@options.as_json
@click.pass_obj
def show(flags: dict[str, Any], /, case: str, as_json: bool) -> None:
    """A case whole: what may be done about it, what was, and how its order stands."""

    async def read(app: wiring.App) -> Reply:
        return await app.desk.casework.shown(case, _EVERYTHING, app.clock.now())

    _tell(_asked(flags, read), as_json)


@cases.command(
    epilog="Example: sayso cases act cas_05xk9wz3r81vgq6m2d4t7bnehc accept_short --by 'Ann Reed' --note 'agreed by phone'"
)
@click.argument("case")
@click.argument("remedy", type=click.Choice(get_args(Remedy)), metavar="REMEDY")
@click.option("--by", default="", metavar="PERSON", help="Who decides it.")
@click.option("--note", default="", help="Why: it is recorded.")
@click.option("--to", default="", metavar="PERSON", help="Whom it is assigned to.")
@click.option("--line", type=click.IntRange(1), help="The order's line.")
@click.option("--item", default="", help="The substitute.")
@click.option(
    "--factor",
    default="",
    metavar="NUMBER",
    help="How many of the ordered item one of the substitute stands for.",
)
@click.option("--unit-price", default="", metavar="MONEY", help="The price of one of the substitute.")
@click.option("--quantity", default="", metavar="NUMBER", help="How much, in base units.")
@click.option("--amount", default="", metavar="MONEY", help="With tax, in the case's currency.")
@click.option("--document", default="", help="The hold, the invoice, the document that is meant.")
@click.option("--order", default="", help="The order that the document is about.")
@click.option("--message", type=click.IntRange(1), help="The number of the message.")
@click.option(
    "--body",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with the mended message.",
)
@options.as_json
@click.pass_obj
def act(
    flags: dict[str, Any], /, case: str, remedy: str, as_json: bool, body: Path | None, **given: Any
) -> None:
    """Do something about a case: a remedy that `show` names, or assign, note, close."""
    asked = {"action": remedy, **{name: value for name, value in given.items() if value}}
    if body is not None:
        asked["body"] = body.read_text(encoding="utf-8")
    try:
        action = msgspec.convert(asked, Action, strict=False)
    except msgspec.ValidationError as refused:
        raise BadField(remedy, str(refused), "a value cannot be used", remedy="see --help") from None

    async def do(app: wiring.App) -> Reply:
        return await app.desk.casework.act(case, action, b"", _EVERYTHING, None, app.clock.now())

    _tell(_asked(flags, do), as_json)


def _asked(flags: dict[str, Any], use: Callable[[wiring.App], Awaitable[Reply]]) -> bytes:
    async def ask() -> bytes:
        async with wiring.opened_with(wiring.settings(**flags)) as app:
            return (await use(app)).body

    return asyncio.run(ask())


def _list(flags: dict[str, Any], as_json: bool, overdue: bool, kind: str | None, **asked: Any) -> None:
    query = CaseQuery(overdue=True if overdue else None, kind=kind or "", **asked)

    async def read(app: wiring.App) -> Reply:
        return await app.desk.casework.listed(query, _EVERYTHING, app.clock.now())

    page = _asked(flags, read)
    if as_json:
        click.echo(page)
        return
    found = msgspec.json.decode(page)
    if not found["cases"]:
        click.echo("There is no case." if query.state == "all" else f"There is no {query.state} case.")
        return
    table = options.table(
        "Case",
        "Due",
        "What",
        "Whose",
        "About",
        "Amount",
        "Next step",
        whole=("Case",),
    )
    for one in found["cases"]:
        what = one["title"] + ("" if one["state"] == "open" else f" ({one['closed_why']})")
        due = f"{_day(one['due'])}{' late' if one['overdue'] else ''}" if one["due"] else ""
        whose = f"{one['owner']}, {one['assigned']}" if one["assigned"] else one["owner"]
        money = f"{one['amount'] or ''} {one['currency'] or ''}".strip()
        about = " ".join(filter(None, (one["order"] or one["promise"], one["customer"], one["item"])))
        cells = (one["case"], due, what, whose, about, money, one["next_step"])
        table.add_row(*(Text(str(cell or "")) for cell in cells))
    options.console().print(table)
    if found["next"]:
        click.echo(f"There are more: sayso cases --cursor {found['next']}")


def _tell(body: bytes, as_json: bool) -> None:
    if as_json:
        click.echo(body)
        return
    found = msgspec.json.decode(body)
    if "done" in found:
        click.echo(f"Done: {found['done']['says']}." if found["done"]["says"] else "Done.")
    state = found["state"] if found["state"] == "open" else f"closed, {found['closed_why']}"
    click.echo(f"{found['title']} ({found['kind']}), {state}. {found['trigger']}")
    lines = {
        "whose": found["owner"] + (f", {found['assigned']}" if found["assigned"] else ""),
        "since": _day(found["opened"]) + (f", due {_day(found['due'])}" if found["due"] else "")
        + (", late" if found["overdue"] else ""),
        "about": ", ".join(
            f"{name} {found[name]}" for name in ("order", "customer", "document", "item", "line", "promise") if found[name]
        ),
        "money": f"{found['amount'] or ''} {found['currency'] or ''}".strip(),
        "next": found["next_step"],
        "remedies": ", ".join(found["remedies"]),
    }  # fmt: skip
    for name, told in lines.items():
        if told:
            click.echo(f"  {name}: {told}")
    for past in found["history"]:
        click.echo(
            f"  {_day(past['at'])} {past['by'] or 'the facts'}: {past['action']} {past['note']}".rstrip()
        )
    if order := found["context"]:
        money = ", ".join(f"{name} {told}" for name, told in order["money"].items() if told != "0")
        click.echo(f"Order {order['order']} of {order['customer']} is {order['stage']}. {money}".rstrip())
        for event in order["events"]:
            click.echo(f"  {_day(event['at'])} {event['type']} {event['document']} from {event['source']}")


def _day(text: str) -> str:
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M}"
