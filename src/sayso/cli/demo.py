"""sayso demo: the demo distributor in a data folder of its own, beside whatever else there is.

Starts Sayso as `sayso up` does, with a simulated clock and two processes, and speaks to it over HTTP only.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from importlib.resources import files
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import click

from sayso import wiring
from sayso.api import up
from sayso.cli import demo_audit, demo_cash, options
from sayso.demo.cash import Act, Doors
from sayso.demo.cash_figures import Cash
from sayso.demo.distributor import Distributor, load
from sayso.demo.report import printed
from sayso.demo.run import run_setting
from sayso.demo.settings import BUFFERS
from sayso.demo.summary import Summary
from sayso.desk import keys
from sayso.errors import Conflict, Misconfigured, SaysoError
from sayso.store import server_locks
from sayso.store.server import Server

_SCOPES = ("facts", "promises", "orders", "availability", "cases", "messages", "insight", "admin")
_MARK = "This folder belongs to `sayso demo`, which empties it whenever it starts.\n"
_KEPT = "usual"  # the setting that is run last, where all are
_CASH_DAYS = 10


@click.command(epilog="Example: sayso demo --once --json --days 30")
@options.settings("home", "port")
@click.option("--once", is_flag=True, help="End when the orders are through; else stay up.")
@click.option("--days", type=click.IntRange(min=1), metavar="N", help="Only the first N days; else all.")
@click.option(
    "--stock",
    type=click.Choice([*BUFFERS, "all"]),
    default=_KEPT,
    show_default=True,
    help="How much stock the distributor keeps.",
)
@click.option(
    "--cash-days",
    type=click.IntRange(min=0),
    default=_CASH_DAYS,
    show_default=True,
    metavar="N",
    help="Follow the orders of the first N days to cash (0: none), of no more days than --days.",
)
@options.as_json
def demo(
    flags: dict[str, Any], once: bool, days: int | None, stock: str, cash_days: int, as_json: bool
) -> None:
    """The demo distributor: real orders, answered live.

    A wholesaler's orders, replayed in time order: each promised, held and ordered over HTTP. Shown beside it: what
    a storefront that reads on-hand and a credit flag would have promised. Then the same orders are followed to cash,
    across simulated systems that misbehave. Begins with an empty database of its own, in the folder demo of the data
    folder; nothing else there is touched.
    """
    asked = wiring.settings(**flags)
    port = flags["port"] or (0 if once else asked.port)
    folder = asked.home / "demo"
    with _emptied(folder):
        distributor = load(Path(asked.data) if asked.data else None)
        names = [stock] if stock != "all" else [*(one for one in BUFFERS if one != _KEPT), _KEPT]
        summaries: list[Summary] = []
        told: dict[str, Any] = {}
        for place, name in enumerate(names, 1):
            last = place == len(names)
            found = _settings(folder, name, port if last and not cash_days else 0)
            with _served(found) as (url, process):
                secret = asyncio.run(_key(found))
                exports = folder / "exports" if last else None
                replayed = run_setting(url, secret, distributor, setting=name, days=days, exports=exports)
                summaries.append(asyncio.run(replayed))
                if exports:
                    told = _shown(summaries, exports, distributor, as_json)
                    if as_json and not cash_days:
                        options.say(told)
                    if not once and not cash_days:
                        _tell(found, url, secret, distributor, summaries[-1])
                        with suppress(KeyboardInterrupt):
                            process.join()
        if cash_days:
            cash = _Cash(folder, port, min(cash_days, days or cash_days), once, as_json)
            cash.follow(distributor, told)


class _Cash:
    """The act "to cash", in a Sayso of its own that stays up unless `once`."""

    def __init__(self, folder: Path, port: int, days: int, once: bool, as_json: bool) -> None:
        self._folder, self._port, self._days = folder, port, days
        self._once, self._as_json = once, as_json

    def follow(self, distributor: Distributor, told: dict[str, Any]) -> None:
        """Run it; `told` is what the acts before have to say in JSON."""
        with demo_cash.listening() as systems:
            found = _settings(
                self._folder, "cash", self._port, follow=str(demo_cash.follow_file(self._folder, systems))
            )
            with _served(found) as (url, process):
                secret = asyncio.run(_key(found))

                async def stay(cash: Cash, act: Act) -> None:
                    if self._as_json:
                        options.say({**told, "cash": cash.document()})
                    if not self._once:
                        demo_cash.tell(found, url, secret, act, cash)
                        await _ended(process)

                doors = Doors(url, secret, systems)
                with suppress(KeyboardInterrupt):
                    asyncio.run(demo_cash.followed(doors, distributor, self._days, not self._as_json, stay))


def _settings(folder: Path, setting: str, port: int, **more: str) -> wiring.Settings:
    """Those of the demo, whatever is set elsewhere; kept in its folder, for whoever wants to look."""
    policy, config = folder / "policy.toml", folder / "sayso.toml"
    policy.write_bytes((files("sayso.demo") / "data" / "policy.toml").read_bytes())
    given = {
        "home": str(folder), "schema": f"demo_{setting}", "policy": str(policy), "clock": "simulated", **more
    }  # fmt: skip
    config.write_text(
        "".join(f"{name} = {options.toml(value)}\n" for name, value in given.items()), encoding="utf-8"
    )
    return wiring.settings(
        config,
        **given,
        database_url="",
        host="127.0.0.1",
        port=port,
        processes=2,
        requests_per_second=0,
        log_level="warning",
    )


@contextmanager
def _emptied(folder: Path) -> Iterator[None]:
    """The demo's folder, empty, for this demo alone."""
    wiring.check_home(wiring.Settings(home=folder.parent))
    lock = server_locks.take(folder.parent / "demo.lock")
    if lock is None:
        raise Conflict(f"a demo is running in {folder}", remedy="end it with Ctrl-C, or name another --home")
    try:
        mark = folder / "README"
        if folder.exists() and any(folder.iterdir()) and not mark.exists():
            raise Misconfigured(
                f"{folder} is not empty, and no demo made it", remedy="move it away, or name another --home"
            )
        Server(folder / "postgres").stop(immediate=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o711)
        mark.write_text(_MARK)
        yield
    finally:
        server_locks.release(lock)


@contextmanager
def _served(found: wiring.Settings) -> Iterator[tuple[str, BaseProcess]]:
    """Sayso in processes of its own while the block runs: where it answers, and the parent of them."""
    context = multiprocessing.get_context("spawn")
    told, telling = context.Pipe(duplex=False)
    process = context.Process(target=up.apart, args=(found, telling), name="sayso up")
    process.start()
    telling.close()
    try:
        try:
            standing = told.recv()
        except EOFError:
            raise SaysoError(
                "the demo's server ended before it was ready", remedy="see its log above"
            ) from None
        if not isinstance(standing, up.Standing):
            detail, remedy = standing
            raise SaysoError(detail, remedy=remedy)
        yield standing.url, process
    finally:
        told.close()
        process.terminate()
        process.join()


async def _ended(process: BaseProcess) -> None:
    """Return when the process has ended; what else runs in the loop goes on."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(process.sentinel, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(process.sentinel)


async def _key(found: wiring.Settings) -> str:
    async with wiring.opened_with(found) as app:
        return await keys.create(app.pool, "demo", _SCOPES, (), wiring.Clock().now())


def _shown(
    summaries: list[Summary], exports: Path, distributor: Distributor, as_json: bool
) -> dict[str, Any]:
    """The settings beside each other, from tight to loose, and the audit of the last one's naive storefront.

    Shown, unless it is to be JSON: then it is given back.
    """
    order, last = list(BUFFERS), summaries[-1]
    summaries = sorted(summaries, key=lambda one: order.index(one.setting))
    if not as_json:
        printed(summaries, options.console())
    findings, page = demo_audit.audited_exports(exports, distributor.given)
    if as_json:
        told = {"setting": last.setting, **demo_audit.document(findings, last.naive), "exports": str(exports)}
        return {"settings": [one.document() for one in summaries], "audit": told}
    demo_audit.show(findings, last.naive, exports, page, distributor.given)
    return {}


def _tell(found: wiring.Settings, url: str, secret: str, distributor: Distributor, summary: Summary) -> None:
    """Where to look."""
    last = date.fromisoformat(summary.data.first) + timedelta(days=summary.days - 1)
    now, order = f"{last}T12:00:00Z", distributor.trade.orders[0]
    item, here = order.lines[0].item, f"--config {found.home}/sayso.toml --home {found.home}"
    lines = [
        f"\nSayso answers at {url} with the {summary.setting} stock; its clock is what a request says.",
        f"  key        {secret}",
        f"  API        {url}/openapi.json   {url}/metrics",
        f"  browse     curl -H 'Authorization: Bearer {secret}' -H 'Sayso-Now: {now}' \\",
        f"               '{url}/v1/availability?item={item}&country={order.country}'",
        f"  ask        sayso promise {here} --now {now} \\",
        f"               --customer {order.customer} --ship-to {order.country} --line {item}:12 --explain",
        f"  look       sayso ledger audit {here}",
        "Ctrl-C ends it.",
    ]
    for line in lines:
        click.echo(line, err=True)
