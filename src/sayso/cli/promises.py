"""sayso promises ended: the promise ledger in a terminal."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import click
import msgspec
from rich.text import Text

from sayso import wiring
from sayso.cli import journal, options
from sayso.desk import records
from sayso.desk.calling import Caller, EndsQuery
from sayso.store.endings import HOW, KEYS

_EVERYTHING = Caller("terminal", frozenset({"admin"}))
_SHOWN = 12
_DAY = 10


@click.group()
def promises() -> None:
    """The promise ledger: how promises ended, and why."""


@promises.command(epilog="Example: sayso promises ended --since 2026-02-01 --json")
@options.settings(*options.DATABASE)
@click.option("--since", metavar="TIME", help="Ended then or later: a day, or a time (RFC 3339).")
@click.option("--until", metavar="TIME", help="Ended before then.")
@click.option("--how", type=click.Choice(HOW), help="List those that ended so.")
@click.option("--cause", default="", metavar="CODE", help="List those that ended for this cause.")
@click.option("--customer", default="", metavar="C", help="List those of this customer.")
@click.option("--limit", type=click.IntRange(0, records.MOST), default=20, show_default=True, metavar="N",
              help="How many are listed, the last to end first.")  # fmt: skip
@options.as_json
def ended(
    flags: dict[str, Any], since: str | None, until: str | None, how: str | None, cause: str, customer: str, limit: int,
    as_json: bool,
) -> None:  # fmt: skip
    """How promises ended: rates by cause, customer, channel and item, and the last of them one by one.

    The rates are of all that ended in the range; --how, --cause and --customer choose what is listed. By item, a
    promise counts once for each of its lines.
    """
    query = EndsQuery(
        how or "", cause, customer, journal.moment_of(since, "--since") if since else None,
        journal.moment_of(until, "--until") if until else None, limit,
    )  # fmt: skip
    page, rates = asyncio.run(_ended(wiring.settings(**flags), query))
    if as_json:
        options.say({"rates": rates, **page})
        return
    if not rates["cause"]:
        click.echo("No promise has ended.")
        return
    console = options.console()
    for by in KEYS:
        console.print(_rates(by, rates[by]))
        console.print()
    if page["ends"]:
        console.print(_ends(page["ends"]))


async def _ended(
    found: wiring.Settings, query: EndsQuery
) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    async with wiring.opened_with(found) as app:
        rates = await records.rates(app.pool, query, _EVERYTHING)
        if not query.limit:
            return {"ends": [], "next": ""}, rates
        reply = await app.desk.ends(query, _EVERYTHING, app.clock.now())
        return msgspec.json.decode(reply.body), rates


def _rates(by: str, rows: list[dict[str, Any]]) -> Any:
    table = options.table(
        f"By {by}", "Ended", "Promises", "Share", "Amount", right=("Promises", "Share", "Amount")
    )
    for row in rows[:_SHOWN]:
        share = f"{float(row['share']):.1%}"
        cells = (
            row["key"] or "(none)",
            row["how"].replace("_", " "),
            f"{row['promises']:,}",
            share,
            _money(row["amount"]),
        )
        table.add_row(*map(Text, cells))
    if len(rows) > _SHOWN:
        table.add_row(f"and {len(rows) - _SHOWN} more: --json", style="dim")
    return table


def _ends(rows: list[dict[str, Any]]) -> Any:
    figures = ("Promise", "Ended", "Customer", "Amount")
    table = options.table(
        "Promise", "Ended", "How", "Order", "Customer", "Amount", "What is known", right=("Amount",), whole=figures
    )  # fmt: skip
    for one in rows:
        how = f"{one['how'].replace('_', ' ')}: {one['cause']}" if one["cause"] else one["how"]
        cells = (
            one["promise"],
            one["ended"][:_DAY],
            how,
            one["order"],
            one["customer"],
            _money(one["amount"]),
        )
        table.add_row(*map(Text, (*cells, _known(one))))
    return table


def _known(one: dict[str, Any]) -> str:
    """Who ended it and the facts of its end, in a line: what only holds or not by its name, and nothing twice."""
    by = f"by {one['by']}" if one["by"] else ""
    told = {name: value for name, value in one["facts"].items() if value not in (one["order"], by)}
    facts = (name if value is True else f"{name} {value}" for name, value in sorted(told.items(), key=_last))
    return ", ".join(filter(None, (by, *facts)))


def _last(fact: tuple[str, Any]) -> tuple[bool, str]:
    return fact[1] is True, fact[0]


def _money(amount: str) -> str:
    return f"{Decimal(amount):,.2f}"
