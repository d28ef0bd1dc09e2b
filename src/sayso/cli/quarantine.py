"""sayso quarantine: messages held back, in a terminal: look, mend, try, replay, give up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import click
import msgspec

from sayso import wiring
from sayso.cli import options
from sayso.desk.calling import Caller, Reply
from sayso.desk.messages.quarantine import Edited, Which
from sayso.errors import BadField

_EVERYTHING = Caller("terminal", frozenset({"admin"}))
_HELD = 1

Function = Callable[..., Any]


def _which(function: Function) -> Function:
    """The options that say which messages are meant."""
    for option in (
        click.option("--problem", default="", metavar="WORDS", help="With these words in the sentence why."),
        click.option("--kind", default="", metavar="K", help="Of this kind."),
        click.option("--system", default="", metavar="S", help="Of this system."),
    ):
        function = option(function)
    return function


@click.group()
def quarantine() -> None:
    """Messages held back: look, mend, try, replay, give up."""


@quarantine.command(name="list", epilog="Example: sayso quarantine list --system wms")
@_which
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="At most so many.")
@click.option("--cursor", type=int, default=0, metavar="N", help="Those after this number.")
@options.settings(*options.DATABASE)
@options.as_json
def list_(
    flags: dict[str, Any], system: str, kind: str, problem: str, limit: int, cursor: int, as_json: bool
) -> None:
    """Messages held back, with the sentence why, what waits behind each, and the money at stake."""
    which = Which((), system, kind, problem)
    body = _ask(flags, lambda app: app.follow.quarantine.listed(which, _EVERYTHING, limit, cursor))
    if as_json:
        click.echo(body)
        return
    found = msgspec.json.decode(body)
    if not found["messages"]:
        click.echo("No message is held back.")
        return
    from rich.text import Text

    table = options.table(
        "Number", "System", "Kind", "Order", "Behind", "Amount", "Why", right=("Number", "Behind", "Amount")
    )
    for one in found["messages"]:
        amount = f"{one['amount']} {one['currency']}" if one["amount"] else ""
        cells = (
            one["number"],
            one["system"],
            one["kind"],
            one["order"],
            one["behind"],
            amount,
            one["problem"],
        )
        table.add_row(*(Text(str(cell)) for cell in cells))
    options.console().print(table)
    if found["next"]:
        click.echo(f"There are more: sayso quarantine list --cursor {found['next']}")


@quarantine.command(epilog="Example: sayso quarantine show 17")
@click.argument("number", type=int)
@options.settings(*options.DATABASE)
@options.as_json
def show(flags: dict[str, Any], number: int, as_json: bool) -> None:
    """A message: its body, everything that is wrong with it, and its edits."""
    body = _ask(flags, lambda app: app.follow.quarantine.shown(number, _EVERYTHING))
    click.echo(body) if as_json else _whole(msgspec.json.decode(body))


@quarantine.command(epilog="Example: sayso quarantine edit 17 --file mended.json --by 'Ada Lovelace'")
@click.argument("number", type=int, required=False)
@click.option("--file", type=click.File("rb"), metavar="FILE", help="The new body; - for standard input.")
@click.option(
    "--rename", default="", metavar="A=B", help="Rename a JSON field in all held messages that are meant."
)
@_which
@click.option("--by", required=True, metavar="NAME", help="Who edits; recorded.")
@click.option("--why", default="", metavar="TEXT", help="Why; recorded.")
@click.option("--dry-run", is_flag=True, help="With --rename: only say which messages it would change.")
@options.settings(*options.DATABASE)
@options.as_json
def edit(flags: dict[str, Any], number: int | None, file: Any, rename: str, system: str, kind: str, problem: str, by: str,
         why: str, dry_run: bool, as_json: bool) -> None:  # fmt: skip
    """Put another body in a message's place, or rename a field in many. The first body stays; nothing is released.

    --rename quantity=qty names every field quantity qty where there is no qty beside it.
    """
    if bool(file) == bool(rename) or (file and not number):
        raise BadField("--file", "", "an edit is a new body of one message, or a field renamed in many",
                       remedy="give NUMBER and --file, or --rename")  # fmt: skip
    if rename:
        which = Which((number,) if number else (), system, kind, problem)
        changed = asyncio.run(_renamed(wiring.settings(**flags), which, rename, by, why, not dry_run))
        if as_json:
            options.say({"kept": not dry_run, "messages": changed})
            return
        would = "would be" if dry_run else "are"
        click.echo(f"{len(changed)} messages {would} edited: {', '.join(map(str, changed)) or 'none'}")
        return
    which_one, edited = number or 0, Edited(by, why, file.read())
    body = _ask(
        flags,
        lambda app: app.follow.quarantine.edit(which_one, edited, b"", _EVERYTHING, None, app.clock.now()),
    )
    click.echo(body) if as_json else _whole(msgspec.json.decode(body))


@quarantine.command(epilog="Example: sayso quarantine replay --system wms --problem quantity --dry-run")
@click.argument("numbers", type=int, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that are held back.")
@_which
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@options.settings(*options.DATABASE)
@options.as_json
@click.pass_context
def replay(
    context: click.Context, flags: dict[str, Any], numbers: tuple[int, ...], everything: bool, system: str,
    kind: str, problem: str, dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Apply messages again, and those behind them, in order; or only see what that would change.

    Exit status 1 where some are still held back.
    """
    if not (numbers or everything or system or kind or problem):
        raise BadField("NUMBERS", "", "nothing says which messages are meant",
                       remedy="name numbers, or --system, --kind, --problem, or --all")  # fmt: skip
    which = Which(numbers, system, kind, problem)
    body = _ask(
        flags,
        lambda app: app.follow.quarantine.replay_many(
            which, _EVERYTHING, None, app.clock.now(), keep=not dry_run
        ),
    )
    found = msgspec.json.decode(body)
    click.echo(body) if as_json else _came(found)
    context.exit(_HELD if found["held"] else 0)


@quarantine.command(
    epilog="Example: sayso quarantine drop 17 --by 'Ada Lovelace' --why 'a test message of theirs'"
)
@click.argument("number", type=int)
@click.option("--by", required=True, metavar="NAME", help="Who gives it up; kept.")
@click.option("--why", required=True, metavar="TEXT", help="Why; kept.")
@options.settings(*options.DATABASE)
@options.as_json
def drop(flags: dict[str, Any], number: int, by: str, why: str, as_json: bool) -> None:
    """Give a message up, for good. What waits behind it goes on."""
    body = _ask(
        flags, lambda app: app.follow.quarantine.drop(number, by, why, _EVERYTHING, None, app.clock.now())
    )
    click.echo(body) if as_json else _whole(msgspec.json.decode(body))


def _ask(flags: dict[str, Any], use: Callable[[wiring.App], Awaitable[Reply]]) -> bytes:
    async def asked() -> bytes:
        async with wiring.opened_with(wiring.settings(**flags)) as app:
            return (await use(app)).body

    return asyncio.run(asked())


async def _renamed(
    found: wiring.Settings, which: Which, words: str, by: str, why: str, keep: bool
) -> list[int]:
    async with wiring.opened_with(found) as app:
        return await app.follow.quarantine.rename(
            which, words, by, why, _EVERYTHING, app.clock.now(), keep=keep
        )


def _whole(found: dict[str, Any]) -> None:
    click.echo(
        f"Message {found['number']} of {found['system']}, {found['kind'] or 'of no known kind'}: {found['state']}"
    )
    if found["problem"]:
        click.echo(f"  {found['problem']}")
    for one in found["breaches"]:
        click.echo(f"  {one['where'] or 'the whole'}: {one['says']}")
    for one in found["edits"]:
        click.echo(f"  edited {one['edited']} by {one['by']}{': ' + one['why'] if one['why'] else ''}")
    click.echo()
    click.echo(found["body"])


def _came(found: dict[str, Any]) -> None:
    would = "" if found["kept"] else "would be "
    click.echo(f"{found['applied']} {would}applied, {found['held']} {would}held back again.")
    for one in found["messages"]:
        if one["problem"]:
            click.echo(f"  {one['number']}: {one['problem']}")
    for one in found["changes"]:
        click.echo(
            f"  {one['order']} {one['where'] or 'the order'}: {_short(one['was'])} -> {_short(one['becomes'])}"
        )
    for one in found["effects"]:
        money = f", {one['amount']} {one['currency']}" if one["amount"] else ""
        click.echo(
            f"  {one['system']} {would or 'is '}asked to {one['kind'].replace('_', ' ')} for {one['order']}{money}"
        )
    for name in ("opened", "closed"):
        for one in found[f"cases_{name}"]:
            click.echo(f"  case {would or 'is '}{name}: {one['kind'].replace('_', ' ')} of {one['order']}")


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= 60 else text[:57] + "..."
