"""What several commands share: the options that are settings, tables, one JSON document. Does nothing by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

Function = TypeVar("Function", bound=Callable[..., Any])

_FILE = click.Path(path_type=Path, dir_okay=False)

#: The options that are settings, by the setting's name. One that is not given leaves the setting alone.
_SETTINGS: Mapping[str, Callable[[Any], Any]] = {
    "config": click.option(
        "--config", type=_FILE, metavar="FILE", help="Settings; else ./sayso.toml if it is there."
    ),
    "home": click.option("--home", metavar="DIR", help="The data folder; else ~/.sayso."),
    "database_url": click.option(
        "--database-url", metavar="URL", help="The PostgreSQL to use; else Sayso's own."
    ),
    "schema": click.option("--schema", metavar="NAME", help="The schema in the database; else sayso."),
    "policy": click.option("--policy", metavar="FILE", help="The policy, in TOML; else the defaults."),
    "follow": click.option(
        "--follow", metavar="FILE", help="How orders are followed, in TOML; else the defaults."
    ),
    "host": click.option("--host", metavar="ADDRESS", help="Where to listen; else 127.0.0.1."),
    "port": click.option(
        "--port", type=int, metavar="N", help="Where to listen (0: any that is free); else 8080."
    ),
    "processes": click.option("--processes", type=int, metavar="N", help="How many processes serve; else 1."),
    "log_level": click.option(
        "--log-level", metavar="LEVEL", help="debug, info, warning or error; else info."
    ),
}
DATABASE = ("config", "home", "database_url", "schema")

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def settings(*names: str) -> Callable[[Function], Function]:
    """Options that are settings. The command gets those that were given as one mapping, `flags`."""

    def decorate(function: Function) -> Function:
        @wraps(function)
        def gathered(**values: Any) -> Any:
            flags = {name: values.pop(name) for name in names}
            return function(flags=flags, **values)

        for name in reversed(names):
            gathered = _SETTINGS[name](gathered)
        return gathered  # type: ignore[return-value]

    return decorate


def say(document: Any) -> None:
    """One JSON document on standard output."""
    click.echo(msgspec.json.encode(document, enc_hook=str))


def console() -> Any:
    """Standard output for people. Where it is no terminal, lines are wide enough for a table."""
    from rich.console import Console

    shown = Console(highlight=False, soft_wrap=False)
    if not shown.is_terminal:
        shown.width = max(shown.width, 120)
    return shown


def table(*columns: str, right: tuple[str, ...] = (), whole: tuple[str, ...] = ()) -> Any:
    """A table for people; the columns named in `right` are figures, those in `whole` are never cut or broken."""
    from rich import box
    from rich.table import Column, Table

    return Table(
        *(
            Column(name, justify="right" if name in right else "left", no_wrap=name in whole)
            for name in columns
        ),
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
    )


def toml(value: object) -> str:
    """A text or a number as a value of a TOML file."""
    if not isinstance(value, str):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
