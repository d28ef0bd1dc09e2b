"""sayso doctor: what is configured, reachable and fresh, and what is not. The examination itself is the desk's."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import click
from msgspec import to_builtins

from sayso import wiring
from sayso.cli import options
from sayso.desk import doctor as desk
from sayso.desk import doctor_follow
from sayso.desk.cash.policy import FollowPolicy
from sayso.desk.doctor import Finding
from sayso.errors import SaysoError
from sayso.store import database, migrate

_STATUS = {"ok": 0, "warn": 1, "fail": 3}
_STYLES = {"ok": "green", "warn": "bold yellow", "fail": "bold red"}
_PROBE = 2.0  # seconds


@click.command(epilog="Example: sayso doctor --json")
@options.settings(*options.DATABASE, "policy", "follow", "host", "port")
@options.as_json
@click.pass_context
def doctor(context: click.Context, flags: dict[str, Any], as_json: bool) -> None:
    """What is configured, reachable, fresh, and what is not.

    Each with its figures and a remedy. Changes nothing; starts Sayso's own PostgreSQL for as long as it looks, if it
    is there and does not run.

    Exit status 0: all is well. 1: something wants attention. 3: something is wrong.
    """
    in_force = wiring.in_force(**flags)
    findings = asyncio.run(_examined(in_force.settings))
    worst = max((_STATUS[one.state] for one in findings), default=0)
    if as_json:
        shown = {name: {"value": value, "from": origin} for name, value, origin in _settings(in_force)}
        options.say({"status": worst, "settings": shown, "findings": to_builtins(findings)})
    else:
        _show(in_force, findings)
    context.exit(worst)


async def _examined(found: wiring.Settings) -> list[Finding]:
    findings: list[Finding] = []
    try:
        policy = wiring.policy_of(found)
        findings.append(
            Finding(check="policy", state="ok", says=f"{found.policy or 'all defaults'}, {policy.hash}")
        )
    except SaysoError as problem:
        return [_failed("policy", problem), *desk.of_folder(found.home, found.keys)]
    try:
        follow = wiring.following.policy_of(found.follow)
        if found.follow:
            says = f"{found.follow}: {', '.join(follow.systems) or 'no system'}"
            findings.append(Finding(check="follow file", state="ok", says=says))
    except SaysoError as problem:
        return [*findings, _failed("follow file", problem), *desk.of_folder(found.home, found.keys)]
    findings += desk.of_folder(found.home, found.keys)
    if not found.database_url and not (found.home / "postgres" / "data").exists():
        remedy = "sayso up makes Sayso's own, or give --database-url"
        return [*findings, Finding(check="database", state="warn", says="there is none yet", remedy=remedy)]
    findings.append(await _served(found))
    patient = desk.Patient(wiring.Clock().now(), policy, found.simulated)
    try:
        async with wiring.reached(found) as dsn:
            findings += await _database(found, dsn, patient, follow)
    except SaysoError as problem:
        findings.append(_failed("database", problem))
    return findings


async def _database(
    found: wiring.Settings, dsn: str, patient: desk.Patient, follow: FollowPolicy
) -> list[Finding]:
    pool = await database.pool(dsn, found.schema, 2)
    try:
        async with pool.acquire() as connection:
            try:
                lacking = await migrate.plan(connection, found.schema)
            except SaysoError as problem:
                return [_failed("schema", problem)]
        if lacking:
            says = f"{found.schema} lacks {', '.join(lacking)}"
            return [
                Finding(check="schema", state="warn", says=says, remedy="sayso up, or sayso migrate apply")
            ]
        whole = Finding(check="schema", state="ok", says=f"{found.schema} is at {migrate.known()[-1]}")
        standing = await desk.of_database(pool, patient)
        return [whole, *standing, *await doctor_follow.of_follow(pool, patient, follow)]
    finally:
        await pool.close()


async def _served(found: wiring.Settings) -> Finding:
    """Whether something answers where the settings say that Sayso listens."""
    import httpx

    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(found.host, found.host)
    url = f"http://{f'[{host}]' if ':' in host else host}:{found.port}"
    try:
        async with httpx.AsyncClient(timeout=_PROBE) as client:
            answer = await client.get(f"{url}/readyz")
    except (httpx.HTTPError, httpx.InvalidURL):
        return Finding(
            check="API", state="warn", says=f"nothing answers at {url}", remedy="sayso up, or name its --port"
        )
    if answer.status_code == 200:
        return Finding(check="API", state="ok", says=f"ready at {url}")
    says = f"{url} answers {answer.status_code}, not ready"
    return Finding(
        check="API", state="fail", says=says, remedy="see its log; is it Sayso that listens there?"
    )


def _failed(check: str, problem: SaysoError) -> Finding:
    return Finding(check=check, state="fail", says=problem.detail, remedy=problem.remedy)


def _settings(in_force: wiring.Found) -> list[tuple[str, Any, str]]:
    """Name, value and origin; passwords and tokens are masked."""
    rows = []
    for name, origin in in_force.origins.items():
        value = getattr(in_force.settings, name)
        if name == "database_url":
            value = re.sub(r"(://[^:/@]*:).*@", r"\1***@", value)
            value = re.sub(r"(password=)[^&\s]*", r"\1***", value)
        elif name == "broker":  # what stands alone before the @ is a token
            value = re.sub(r"://.*@", "://***@", value)
        rows.append((name, str(value) if isinstance(value, Path) else value, origin))
    return rows


def _show(in_force: wiring.Found, findings: list[Finding]) -> None:
    from rich.text import Text

    shown = options.console()
    table = options.table("Setting", "Is", "From")
    for name, value, origin in _settings(in_force):
        if origin != "default" or name in ("home", "port"):
            table.add_row(name, Text(str(value)), Text(origin))
    shown.print(table)
    shown.print("The others have their defaults (docs/reference/settings.md).\n", style="dim")
    table = options.table("", "What", "How it stands")
    for one in findings:
        says = Text(one.says)
        if one.remedy:
            says.append(f"\n-> {one.remedy}", style="cyan")
        table.add_row(Text(one.state, style=_STYLES[one.state]), one.check, says)
    shown.print(table)
