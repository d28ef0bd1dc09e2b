"""sayso audit: what a storefront promised that its ERP would refuse, and the other way round, from exports alone."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from sayso.audit.engine.audited import audited
from sayso.audit.engine.findings import Findings, Terms
from sayso.audit.exports.folders import Folders
from sayso.audit.exports.mapping import Map, parse
from sayso.audit.exports.opening import opened
from sayso.audit.exports.written import written
from sayso.audit.report.document import document
from sayso.audit.report.rows import rows_into
from sayso.audit.shapes import Intake
from sayso.cli import audit_shown, options
from sayso.cli.journal import moment_of
from sayso.errors import BadField, BadRequest
from sayso.promise import policy as policies
from sayso.promise.policy import PROFILE_NAMES, Policy

_FOLDER = click.Path(path_type=Path)
_FILE = click.Path(path_type=Path, dir_okay=False)
_DAYS = click.IntRange(0, 3650)
_USUAL = Terms()

_folders = (
    click.option(
        "--storefront", type=_FOLDER, metavar="DIR", help="The storefront's exports: orders, feeds."
    ),
    click.option("--erp", type=_FOLDER, metavar="DIR", help="The ERP's exports: facts, and what became of orders."),
    click.option("--map", "map_file", type=_FILE, metavar="FILE", help="Which file and column is what; else guessed."),
)  # fmt: skip


def _with_folders(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_folders):
        function = option(function)
    return function


@click.group(
    invoke_without_command=True,
    epilog="Example: sayso audit --storefront exports/shop --erp exports/erp --profile business_central --html audit.html",
)
@_with_folders
@click.option("--profile", default="plain", metavar="NAME|FILE", show_default=True,
              help="The ERP's logic: a profile, or a policy file of its own.")  # fmt: skip
@click.option("--policy", "policy_file", type=_FILE, metavar="FILE",
              help="The company's own policy; else the ERP's logic is all there is.")  # fmt: skip
@click.option("--html", "html_file", type=_FILE, metavar="FILE", help="Write one page that says it all.")
@click.option("--csv", "csv_file", type=_FILE, metavar="FILE", help="Write every blind spot, a row each.")
@click.option("--strict", is_flag=True, help="Exit status 2 if anything in the exports could not be used.")
@click.option("--since", metavar="TIME", help="Orders placed then or later: a day, or a time (RFC 3339).")
@click.option("--until", metavar="TIME", help="Orders placed before then.")
@click.option("--patience-days", type=_DAYS, default=_USUAL.patience_days, show_default=True, metavar="N",
              help="A no is a sale lost where the ERP could have delivered within N days.")  # fmt: skip
@click.option("--within-days", type=_DAYS, default=_USUAL.within_days, show_default=True, metavar="N",
              help="A yes without a date: the goods leave N days after the first possible day at the latest.")  # fmt: skip
@click.option(
    "--workers", type=click.IntRange(1, 256), metavar="N", help="Processes; else one for each processor."
)
@options.as_json
@click.pass_context
def audit(
    context: click.Context, storefront: Path | None, erp: Path | None, map_file: Path | None, profile: str,
    policy_file: Path | None, html_file: Path | None, csv_file: Path | None, strict: bool, since: str | None,
    until: str | None, patience_days: int, within_days: int, workers: int | None, as_json: bool,
) -> None:  # fmt: skip
    """Find what the storefront promised and the ERP would refuse, from exports.

    And the other way round. No server, no database. Every order is decided again on the ERP's facts as they stood then.
    What the files and columns are is guessed unless --map says it; `sayso audit map` writes the guess.

    Exit status 0: storefront, ERP and policy agree. 1: they do not. 2: the exports cannot be used, or, with --strict,
    not all of them.
    """
    if context.invoked_subcommand:
        context.ensure_object(dict)
        context.obj = (storefront, erp, map_file)
        return
    if storefront is None or erp is None:
        raise BadRequest("an audit needs both exports", remedy="give --storefront DIR and --erp DIR")
    erp_logic = _policy(profile)
    own = policies.parse(_text(policy_file), str(policy_file)) if policy_file else erp_logic
    span = _moment(since, "--since"), _moment(until, "--until")
    with audit_shown.progress() as tell:
        exports = Folders(storefront, erp, _map(map_file), *span, progress=tell)
        audit_shown.told_guesses(exports, guessed=map_file is None, as_json=as_json)
        with _spots(csv_file) as spots:
            findings = audited(
                exports, erp_logic, own, Terms(within_days, patience_days),
                processes=workers or os.cpu_count() or 1, progress=tell, spots=spots,
            )  # fmt: skip
    if not findings.intake.lines:
        raise _nothing(findings.intake, exports)
    if html_file:
        _write(html_file, audit_shown.page(findings, exports.problems))
    if as_json:
        click.echo(document(findings, exports.problems))
    else:
        audit_shown.show(findings, exports.problems)
    context.exit(_status(findings, strict))


@audit.command(
    name="map", epilog="Example: sayso audit map --storefront exports/shop --erp exports/erp > audit.toml"
)
@_with_folders
@options.as_json
@click.pass_context
def map_(
    context: click.Context, storefront: Path | None, erp: Path | None, map_file: Path | None, as_json: bool
) -> None:
    """Guess which file is what, and which column: a map to correct and give as --map.

    Each guess says how sure it is. What has to be said and cannot be guessed stands at the top.
    """
    above = context.obj or (None, None, None)
    storefront, erp, map_file = storefront or above[0], erp or above[1], map_file or above[2]
    if storefront is None or erp is None:
        raise BadRequest("a map needs both exports", remedy="give --storefront DIR and --erp DIR")
    with audit_shown.progress() as tell:
        found = opened(storefront, erp, _map(map_file) or Map(), tell, ask=False)
    if as_json:
        asked = [one._asdict() for one in found.questions]
        options.say({"map": tomllib.loads(written(found)), "questions": asked})
    else:
        click.echo(written(found), nl=False)


def _status(findings: Findings, strict: bool) -> int:
    if strict and not findings.intake.whole:
        click.echo(
            f"sayso: {findings.intake.problems:,} problems in the exports, and --strict allows none", err=True
        )
        return 2
    return 0 if findings.clean else 1


def _policy(name: str) -> Policy:
    """A profile by its name, or a policy file."""
    for known in PROFILE_NAMES:
        if known == name:
            return policies.profiled(known)
    if not Path(name).is_file():
        remedy = f"name one of {', '.join(PROFILE_NAMES)}, or a policy file"
        raise BadField("--profile", name, "there is no such profile and no such file", remedy=remedy)
    return policies.parse(_text(Path(name)), name)


def _map(path: Path | None) -> Map | None:
    return parse(_text(path), str(path)) if path else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as away:
        raise BadRequest(f"{path}: {away.strerror}", remedy="name a file that can be read") from None
    except UnicodeDecodeError as broken:
        raise BadRequest(f"{path}: {broken}", remedy="the file is TOML in UTF-8") from None


def _moment(text: str | None, option: str) -> datetime | None:
    return moment_of(text, option) if text else None


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as away:
        raise BadRequest(f"{path}: {away.strerror}", remedy="name a file that can be written") from None


@contextmanager
def _spots(path: Path | None) -> Iterator[Callable[[Any], None] | None]:
    """What every blind spot is handed to, a row of the CSV file."""
    if path is None:
        yield None
        return
    try:
        file = path.open("w", encoding="utf-8", newline="")
    except OSError as away:
        raise BadRequest(f"{path}: {away.strerror}", remedy="name a file that can be written") from None
    with file:
        yield rows_into(file)


def _nothing(intake: Intake, exports: Folders) -> BadRequest:
    """Nothing is left to audit: that is no agreement."""
    first = "; ".join(str(audit_shown.place(one)) for one in exports.problems[:3])
    counted = (
        f"{intake.rows:,} rows of orders, {intake.dropped:,} of them not usable, {intake.outside:,} outside"
    )
    detail = f"no order line is left to audit ({counted}){': ' + first if first else ''}"
    return BadRequest(
        detail, remedy="correct the exports or the map; sayso audit map shows what is read as what"
    )
