"""sayso profile: the ERP logic profiles, and policies of one's own, in sentences; and where two answer differently."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from sayso.audit.parity.policies import Policies
from sayso.audit.parity.profile_examples import Shown, examples
from sayso.cli import options
from sayso.promise.policy import PROFILE_NAMES, Policy, profiled
from sayso.promise.settings.sentences import ERPS, Apart, Told, apart, explained


@click.group()
def profile() -> None:
    """The ERP logic profiles, in sentences."""


@profile.command("list", epilog="Example: sayso profile list")
@options.as_json
def list_(as_json: bool) -> None:
    """The profiles by name, and how much of each is not plain."""
    rows = [
        {"profile": name, "of": ERPS[name], "differs": len(apart(profiled("plain"), profiled(name)))}
        for name in PROFILE_NAMES
    ]
    if as_json:
        options.say(rows)
        return
    table = options.table("Profile", "Is how it is done by", "Not as in plain", right=("Not as in plain",))
    for row in rows:
        table.add_row(row["profile"], row["of"], f"{row['differs']} settings" if row["differs"] else "-")
    options.console().print(table)


@profile.command(epilog="Example: sayso profile show business_central")
@click.argument("name")
@options.as_json
def show(name: str, as_json: bool) -> None:
    """A profile in sentences. NAME is a profile, or the path of a policy in TOML.

    A star stands before what is not as in the plain profile; each star says where the rule comes from, where it is the
    profile's own. What has no meaning beside the other settings is left out; --json has it too.
    """
    policy = _policy(name)
    chapters = explained(policy)
    if as_json:
        options.say({"name": name, "profile": policy.profile, "hash": policy.hash, "chapters": chapters})
        return
    click.secho(f"{name}: {_of(name, policy)}", bold=True)
    for chapter in chapters:
        click.echo()
        click.secho(chapter.title, bold=True)
        if chapter.short:
            click.echo(_wrapped(chapter.short, "  "))
            click.echo()
        _sentences([told for told in chapter.told if told.counts])


@profile.command(epilog="Example: sayso profile diff business_central odoo")
@click.argument("one")
@click.argument("other")
@options.as_json
def diff(one: str, other: str, as_json: bool) -> int:
    """Where two profiles answer differently, setting by setting, with an example. Each is a profile, or a policy in TOML.

    Exit status: 0 they are alike, 1 they differ.
    """
    first, second = _policy(one), _policy(other)
    found = [(each, examples(each.setting, first, second)) for each in apart(first, second)]
    if as_json:
        options.say({"one": one, "other": other, "differences": [_document(*each) for each in found]})
        return int(bool(found))
    if not found:
        click.echo(f"{one} and {other} answer alike.")
    names = (Path(one).name, Path(other).name)
    for each, shown in found:
        click.secho(each.setting, bold=True)
        width = max(map(len, names))
        for name, told in zip(names, (each.one, each.other), strict=True):
            said = told.sentence if told.counts else f"(This has no meaning here.) {told.sentence}"
            click.echo(_wrapped(said, f"  {name:<{width}}  "))
            source = ": ".join(text for text in (told.source, told.because) if text)
            if source:
                click.secho(_wrapped(f"source: {source}", " " * (width + 4)), dim=True)
        for example in shown:
            click.echo(_wrapped(f"For example: {example.sentence(*names)}", "  "))
        click.echo()
    return int(bool(found))


def _policy(name: str) -> Policy:
    """The policy of a profile's name or of a file. Raises Misconfigured."""
    return (
        Policies()
        .base(name if name in PROFILE_NAMES or not Path(name).is_file() else str(Path(name).absolute()))
        .policy
    )


def _of(name: str, policy: Policy) -> str:
    return (
        ERPS[policy.profile]
        if name in PROFILE_NAMES
        else f"starts from {policy.profile}, {ERPS[policy.profile]}"
    )


def _sentences(said: list[Told]) -> None:
    """The sentences; where the rules come from stands once, and what is said there where it is not said already."""
    known: set[str] = {""}
    for told in said:
        click.echo(_wrapped(told.sentence, "  * " if told.own else "    "))
        for text in (told.source, told.because):
            if text not in known:
                known.add(text)
                click.secho(_wrapped(text, "      "), dim=True)


def _wrapped(text: str, lead: str) -> str:
    """The text in lines of a page's width, under a lead that stands once."""
    return click.wrap_text(text, 110, lead, " " * len(lead))


def _document(each: Apart, shown: list[Shown]) -> dict[str, Any]:
    both = {"one": msgspec.to_builtins(each.one), "other": msgspec.to_builtins(each.other)}
    return {"setting": each.setting, **both, "examples": [msgspec.to_builtins(one) for one in shown]}
