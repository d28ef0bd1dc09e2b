"""How the outcome of parity cases is shown: to people as they come, or as one JSON document, written as they come."""

from __future__ import annotations

from typing import Any, Protocol

import click
import msgspec

from sayso.audit.parity.compared import as_text
from sayso.audit.parity.run import Answered, Bad, Tally
from sayso.cli import options

_WIDEST = 160


class Shown(Protocol):
    """Takes what was answered, one by one, and ends with the counts."""

    def add(self, one: Answered | Bad) -> None:
        """Show one answer, or what could not be asked."""

    def end(self, tally: Tally, seconds: float) -> None:
        """Show the counts."""


class AsText:
    """For people: what differs as it comes, with its arithmetic, then a table by profile and ask."""

    def add(self, one: Answered | Bad) -> None:
        """What failed, and what cannot be used; nothing for what passes."""
        if isinstance(one, Bad):
            click.secho("cannot be asked ", fg="yellow", bold=True, nl=False)
            click.echo(str(one))
            return
        if not one.differences:
            return
        click.secho("differs ", fg="red", bold=True, nl=False)
        number = f" (question {one.number})" if one.number > 1 else ""
        click.echo(
            f"{one.case}{number}: {one.ask}, {one.profile}, on {one.today}  {one.file}:{one.line}:{one.column}"
        )
        for difference in one.differences:
            click.echo(f"    {_cut(str(difference))}")
        if one.told.arithmetic:
            click.echo("  how Sayso came to it:")
            for line in one.told.arithmetic:
                click.echo(f"    {line}")
        click.echo()

    def end(self, tally: Tally, seconds: float) -> None:
        """The table, and the sum of it."""
        table = options.table("Profile", "Ask", "As expected", "Differ", right=("As expected", "Differ"))
        for row in tally.as_rows():
            table.add_row(row["profile"], row["ask"], f"{row['passed']:,}", f"{row['failed'] or '-'}")
        if tally.by:
            options.console().print(table)
        bad = f"; {tally.bad} that cannot be asked" if tally.bad else ""
        rate = tally.cases / seconds if seconds else 0
        click.echo(
            f"{tally.cases:,} cases, {tally.passed + tally.failed:,} questions: {tally.passed:,} as expected,"
            f" {tally.failed:,} differ{bad}. {seconds:.1f} s, {rate:,.0f} cases a second."
        )


class AsDocument:
    """One JSON document, of which nothing is kept: what differs is written as it comes, the counts at its end."""

    def __init__(self) -> None:
        self._begun = False

    def add(self, one: Answered | Bad) -> None:
        """A finding, where it is one."""
        found = _bad(one) if isinstance(one, Bad) else _answered(one) if one.differences else None
        if found is not None:
            click.echo(("," if self._begun else '{"findings":[') + _json(found), nl=False)
            self._begun = True

    def end(self, tally: Tally, seconds: float) -> None:
        """The rest of the document."""
        counts = {
            "cases": tally.cases,
            "questions": tally.passed + tally.failed,
            "passed": tally.passed,
            "failed": tally.failed,
            "cannot_be_asked": tally.bad,
            "seconds": round(seconds, 3),
            "by": tally.as_rows(),
        }
        click.echo(("]," if self._begun else '{"findings":[],') + _json(counts)[1:])


def _answered(one: Answered) -> dict[str, Any]:
    return {
        "finding": "differs",
        **_place(one),
        "question": one.number,
        "profile": one.profile,
        "ask": one.ask,
        "today": one.today,
        "differences": [difference._asdict() for difference in one.differences],
        "told": one.told.answer,
        "arithmetic": one.told.arithmetic,
    }


def _bad(one: Bad) -> dict[str, Any]:
    said = {"field": one.field, "value": one.value, "detail": one.detail, "remedy": one.remedy}
    return {"finding": "cannot_be_asked", **_place(one), **said}


def _place(one: Answered | Bad) -> dict[str, Any]:
    return {"case": one.case, "file": one.file, "line": one.line, "column": one.column}


def _json(value: Any) -> str:
    return msgspec.json.encode(value, enc_hook=as_text).decode()


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST * 4 else text[: _WIDEST * 4] + " ..."
