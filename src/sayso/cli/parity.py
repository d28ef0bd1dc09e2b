"""sayso parity: does Sayso answer as the ERP does? Cases that are written down, asked one by one."""

from __future__ import annotations

import time
from pathlib import Path

import click

from sayso.audit.parity import run as cases
from sayso.audit.parity.schema import schema as schema_of_files
from sayso.cli import options
from sayso.cli.parity_shown import AsDocument, AsText
from sayso.errors import BadRequest


@click.command(epilog="Example: sayso parity parity/ --profile business_central")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--profile",
    default="",
    metavar="P",
    help="Every case under this profile (or policy file) instead of its own.",
)
@click.option(
    "--policy", default="", metavar="FILE", help="Every case under this policy, in TOML, instead of its own."
)
@click.option(
    "--only", multiple=True, metavar="ID", help="This case alone; * stands for anything; repeatable."
)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of a file of cases, and do nothing else.")
@options.as_json
def parity(
    files: tuple[Path, ...], profile: str, policy: str, only: tuple[str, ...], schema: bool, as_json: bool
) -> int:
    """Ask what cases ask, and compare with what they expect.

    A case gives facts, asks a question and expects an answer: see docs/reference/parity.md. Files are YAML or JSON
    Lines, or folders of them. Exit status: 0 all as expected, 1 differences, 2 a file could not be used.
    """
    if schema:
        options.say(schema_of_files())
        return 0
    if not files:
        raise BadRequest("no file is named", remedy="name files of cases, or a folder: sayso parity parity/")
    if profile and policy:
        raise BadRequest("--profile and --policy cannot stand together", remedy="leave one of them out")
    found = cases.files_of(files)
    tally, shown = cases.Tally(), AsDocument() if as_json else AsText()
    began = time.perf_counter()
    for one in cases.run(found, profile or _file(policy), only):
        tally.add(one)
        shown.add(one)
    if only and not tally.by and not tally.bad:
        raise BadRequest(f"no case is called {', '.join(only)}", remedy="name an id; * stands for anything")
    shown.end(tally, time.perf_counter() - began)
    return tally.exit_status


def _file(policy: str) -> str:
    """The path of a policy, told apart from a profile's name."""
    return str(Path(policy).absolute()) if policy else ""
