"""sayso policy show: every setting of the policy in force, with its default, unit and meaning."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin, get_type_hints

import click
import msgspec

from sayso import wiring
from sayso.cli import options
from sayso.promise.policy import Policy

_UNITS = {"days": "days", "seconds": "seconds", "threshold": "money", "percent": "percent", "sites": "sites"}


@click.group()
def policy() -> None:
    """How the company wants to be decided for."""


@policy.command(epilog="Example: sayso policy show --policy policy.toml --json")
@options.settings("config", "policy")
@options.as_json
def show(flags: dict[str, Any], as_json: bool) -> None:
    """The policy in force: every setting, what it is, its default, its unit, what it means."""
    found = wiring.settings(**flags)
    in_force = wiring.policy_of(found)
    rows = settings_of(in_force)
    if as_json:
        options.say(
            {
                "file": found.policy or None,
                "profile": in_force.profile,
                "hash": in_force.hash,
                "settings": rows,
            }
        )
        return
    from rich.text import Text

    table = options.table("Setting", "Is", "Unit", "Default", "Meaning")
    for row in rows:
        changed = row["value"] != row["default"]
        table.add_row(
            row["setting"],
            Text(_plain(row["value"]), style="bold" if changed else ""),
            row["unit"],
            Text(_plain(row["default"]) if changed else "the same", style="" if changed else "dim"),
            Text(row["meaning"] + (f" One of: {', '.join(row['one_of'])}." if row["one_of"] else "")),
        )
    shown = options.console()
    shown.print(table)
    stands = f"{found.policy or 'No policy file'}; profile {in_force.profile}; hash {in_force.hash}"
    shown.print(stands, markup=False)


def settings_of(in_force: Policy) -> list[dict[str, Any]]:
    """Each setting as `group.name`, with its value, default, unit, meaning and, where they are few, what it may be."""
    rows = []
    defaults = Policy()
    for group in msgspec.structs.fields(Policy):
        if group.name == "profile":
            continue
        part, usual = getattr(in_force, group.name), getattr(defaults, group.name)
        for name, hint in get_type_hints(type(part), include_extras=True).items():
            rows.append(
                {
                    "setting": f"{group.name}.{name}",
                    "value": getattr(part, name),
                    "default": getattr(usual, name),
                    "unit": _UNITS.get(name.rpartition("_")[2], ""),
                    "meaning": _meaning(hint),
                    "one_of": _choices(hint),
                }
            )
    return rows


def _meaning(hint: Any) -> str:
    said = (getattr(one, "description", None) for one in get_args(hint)[1:])
    return next((text for text in said if text), "")


def _choices(hint: Any) -> list[str]:
    kind = get_args(hint)[0]
    return [str(one) for one in get_args(kind)] if get_origin(kind) is Literal else []


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return str(value)
