"""The last act of `sayso demo`: the same orders followed to cash in a Sayso of their own, with simulated systems."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from importlib.resources import files
from pathlib import Path

import click

from sayso import wiring
from sayso.canon.times import moment
from sayso.cli import options
from sayso.demo import cash_served
from sayso.demo.cash import Act, Doors, following
from sayso.demo.cash_figures import Cash
from sayso.demo.cash_report import printed
from sayso.demo.distributor import Distributor
from sayso.demo.run import progress_bar

listening = cash_served.listening


def follow_file(folder: Path, systems: socket.socket) -> Path:
    """The follow file of the act, which names where the simulated systems will answer."""
    text = (files("sayso.demo") / "data" / "follow.toml").read_text("utf-8")
    file = folder / "follow.toml"
    file.write_text(text.replace("{address}", cash_served.address(systems)), encoding="utf-8")
    return file


async def followed(
    doors: Doors,
    distributor: Distributor,
    days: int,
    show: bool,
    then: Callable[[Cash, Act], Awaitable[None]],
) -> None:
    """Follow the orders and show what was found; `then` still has the systems there to be asked."""
    async with following(doors, distributor, days=days) as act:
        with progress_bar("to cash") as act.progress:
            found = await act.run()
        if show:
            printed(found, options.console())
        await then(found, act)


def tell(found: wiring.Settings, url: str, secret: str, act: Act, cash: Cash) -> None:
    """Where to look."""
    here = f"--config {found.home}/sayso.toml --home {found.home}"
    order = next((one.order for one in cash.open_cases if one.order.startswith("WEB-")), act.example)
    lines = [
        f"\nSayso answers at {url} with these orders; its clock is what a request says, now {moment(act.now)}.",
        f"  key        {secret}",
        f"  API        {url}/openapi.json   {url}/asyncapi.json   {url}/metrics",
        f"  order      sayso transaction {order} {here}",
        f"  cases      sayso cases {here}",
        f"  status     sayso status {here}",
        f"  one case   sayso cases {here} show {cash.open_cases[0].case}" if cash.open_cases else "",
        f"  promises   sayso promises ended {here}",
        f"  ledger     sayso ledger audit {here}",
        "Ctrl-C ends it.",
    ]
    for line in filter(None, lines):
        click.echo(line, err=True)
