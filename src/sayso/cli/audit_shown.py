"""What an audit shows in a terminal: progress, what was guessed, the figures, and what could not be used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from sayso.audit.engine.findings import Findings
from sayso.audit.exports.folders import Folders
from sayso.audit.report.terminal import summary
from sayso.audit.report.words import partial
from sayso.audit.shapes import Problem
from sayso.cli import options

_SHOWN_PROBLEMS = 15


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on standard error, if that is a terminal; yields what is told how far it is."""
    errors = _errors()
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task("")

        def tell(what: str, done: int, whole: int) -> None:
            # What is read is told twice: in rows by who asks for them, in bytes, of how many, by who reads.
            if whole:
                bar.update(task, description=what, completed=done, total=whole)

        yield tell


def told_guesses(exports: Folders, *, guessed: bool, as_json: bool) -> None:
    """Say on standard error what the files were taken for, where nobody said it."""
    if not guessed or as_json:
        return
    errors = _errors()
    errors.print("No --map: what the files and columns are was guessed (sayso audit map writes it down).")
    alike: dict[tuple[str, ...], list[str]] = {}
    for one in exports.sources:
        renamed = ", ".join(f"{name} = {theirs}" for name, theirs in one.columns.items() if name != theirs)
        alike.setdefault((one.role.name, *one.said, renamed), []).append(one.file)
    for (role, *said), files in alike.items():
        more = f" and {len(files) - 1:,} more" if len(files) > 1 else ""
        told = "; ".join(filter(None, said))
        errors.print(f"  {files[0]}{more}: {role}{': ' + told if told else ''}")


def show(findings: Findings, problems: Sequence[Problem]) -> None:
    """The figures on standard output, what could not be used on standard error."""
    options.console().print(summary(findings))
    told(findings, problems)


def told(findings: Findings, problems: Sequence[Problem]) -> None:
    """What could not be used, on standard error: a part is never shown as if it were the whole."""
    intake = findings.intake
    if intake.whole:
        return
    errors = _errors()
    errors.print(f"{partial(findings)} The first of each sort:", style="bold yellow")
    for count in intake.problem_counts[:_SHOWN_PROBLEMS]:
        first = next((one for one in problems if (one.file, one.column, one.detail)
                      == (count.file, count.column, count.detail)), None)  # fmt: skip
        if first:
            more = f" ({count.count - 1:,} more)" if count.count > 1 else ""
            errors.print(f"  {place(first)}{more}")
    if len(intake.problem_counts) > _SHOWN_PROBLEMS:
        errors.print(f"  and {len(intake.problem_counts) - _SHOWN_PROBLEMS} other sorts; --json has them all")


def place(problem: Problem) -> str:
    """A problem in one line: where it stands, what is wrong, what to do."""
    where = f"{problem.file}:{problem.row}" if problem.row else problem.file
    about = [one for one in (problem.column, repr(problem.value) if problem.value else "") if one]
    said = f"{problem.detail}; {problem.remedy}" if problem.remedy else problem.detail
    return ": ".join([where, *about, said])


def page(findings: Findings, problems: Sequence[Problem]) -> str:
    """The page that says it all, from the report."""
    from sayso.audit.report.page import page as made  # which brings a template engine

    return made(findings, problems)


def _errors() -> Console:
    return Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
