"""How the demo ends: the audit of its own naive storefront, from nothing but what that and its back office exported."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from sayso.audit.engine.audited import audited
from sayso.audit.engine.findings import Figure, Findings, Terms
from sayso.audit.exports.folders import Folders
from sayso.audit.shapes import Direction
from sayso.cli import audit_shown, options
from sayso.demo.exported import back_office
from sayso.demo.settings import Generated
from sayso.demo.summary import Naive, Tally
from sayso.promise import policy as policies

#: The storefront's own count of what it could not keep, and of what it turned away without need, by direction.
_COUNTED: Mapping[Direction, str] = {"yes_no": "broken", "no_yes": "missed"}


def wrote_policy(folder: Path, given: Generated) -> Path:
    """The back office's logic as a policy file beside its exports."""
    settings, _ = back_office(given)
    lines = ["# How the demo's back office judges: Sayso's plain profile, but for these."]
    for group, found in settings.items():
        lines += [f"[{group}]", *(f"{name} = {options.toml(value)}" for name, value in found.items())]
    path = folder / "erp.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def audited_exports(folder: Path, given: Generated) -> tuple[Findings, Path]:
    """The audit of the exports in a folder; its page is written beside them."""
    path = wrote_policy(folder, given)
    policy = policies.parse(path.read_text(encoding="utf-8"), str(path))
    with audit_shown.progress() as tell:
        exports = Folders(folder / "storefront", folder / "erp", progress=tell)
        findings = audited(
            exports, policy, policy, Terms(patience_days=back_office(given)[1]), processes=os.cpu_count() or 1,
            progress=tell,
        )  # fmt: skip
    page = folder / "audit.html"
    page.write_text(audit_shown.page(findings, exports.problems), encoding="utf-8")
    return findings, page


def document(findings: Findings, naive: Naive) -> dict[str, Any]:
    """What the audit found beside what the storefront counted itself, as plain JSON values."""
    return {
        direction: {"audit": _figure(findings.directions[direction]), "counted": _sum(_tallies(naive, counted))}
        for direction, counted in _COUNTED.items()
    }  # fmt: skip


def show(findings: Findings, naive: Naive, folder: Path, page: Path, given: Generated) -> None:
    """The audit's own summary, and whether it is what the storefront counted itself."""
    click.echo("\nThe audit of the naive storefront, from its exports and its back office's alone:\n")
    audit_shown.show(findings, ())
    same = all(told["audit"] == told["counted"] for told in document(findings, naive).values())
    click.echo(
        "\nThese are, line by line and to the penny, the figures that the storefront counted itself."
        if same
        else "\nTHESE ARE NOT THE FIGURES that the storefront counted itself: this is a fault, report it."
    )
    click.echo(f"The page to forward: {page}\nAgain: sayso audit --storefront {folder}/storefront \\")
    click.echo(
        f"         --erp {folder}/erp --profile {folder}/erp.toml --patience-days {back_office(given)[1]}"
    )


def _tallies(naive: Naive, counted: str) -> list[Tally]:
    found: dict[str, Tally] = getattr(naive, counted)
    return list(found.values())


def _sum(tallies: list[Tally]) -> dict[str, Any]:
    return {"lines": sum(one.lines for one in tallies), "money": f"{sum(one.money for one in tallies):.2f}"}


def _figure(figure: Figure) -> dict[str, Any]:
    return {"lines": figure.lines, "money": f"{figure.money:.2f}"}
