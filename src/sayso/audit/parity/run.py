"""Parity cases, read from files and asked one by one: what fails, where, and how Sayso came to its answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from sayso.audit.parity.asked import Told
from sayso.audit.parity.cases import Case, Question, read_case
from sayso.audit.parity.compared import Difference, compared
from sayso.audit.parity.files import LINES_NAMES, YAML_NAMES, Flaw, Found, Places, Unreadable, cases_of
from sayso.audit.parity.given import Trouble
from sayso.audit.parity.policies import Policies
from sayso.errors import BadRequest, SaysoError


class Bad(NamedTuple):
    """Something in a file that cannot be used: where, in which case, which field, and what to do."""

    file: str
    line: int
    column: int
    case: str
    field: str
    value: str
    detail: str
    remedy: str

    def __str__(self) -> str:
        about = [f"{self.file}:{self.line}:{self.column}", *(one for one in (self.case, self.field) if one)]
        value = f" ({self.value!r} was given)" if self.value else ""
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{': '.join(about)}: {self.detail}{value}{remedy}"


class Answered(NamedTuple):
    """A question of a case with what was told; it passes where there are no differences."""

    file: str
    line: int
    column: int
    case: str
    number: int
    profile: str
    ask: str
    today: date
    differences: Sequence[Difference]
    told: Told


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The files of cases that these paths name, folders with all that are in them. BadRequest where there are none."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            within = sorted(one for one in path.rglob("*") if one.suffix.lower() in YAML_NAMES + LINES_NAMES)
            if not within:
                raise BadRequest(f"{path} has no cases", remedy="name a folder of .yaml or .jsonl files")
            found += within
        elif path.is_file():
            found.append(path)
        else:
            raise BadRequest(f"there is no {path}", remedy="name a file of cases, or a folder of such files")
    return found


def run(files: Iterable[Path], instead: str = "", only: Sequence[str] = ()) -> Iterator[Answered | Bad]:
    """Ask every case of these files, one after the other; a file is read as it is asked.

    `instead` names a profile or a policy in TOML for every case, in place of its own; `only` are ids, in which * stands
    for anything. Raises Misconfigured where `instead` cannot be read.
    """
    policies = Policies(instead)
    if instead:
        policies.base(instead)
    for file in files:
        policies.folder = file.parent
        seen: dict[str, int] = {}
        try:
            for found in cases_of(file):
                yield from _case(str(file), found, policies, only, seen)
        except Unreadable as broken:
            yield _flawed(str(file), "", broken.flaw)
        except OSError as problem:
            yield Bad(str(file), 1, 1, "", "", "", f"cannot be read: {problem.strerror}", "check the file")


def _case(
    file: str, found: Found, policies: Policies, only: Sequence[str], seen: dict[str, int]
) -> Iterator[Answered | Bad]:
    name = str(found.value.get("id") or "") if isinstance(found.value, dict) else ""
    if only and not any(fnmatchcase(name, one) for one in only):
        return
    if found.flaws:
        yield from (_flawed(file, name, flaw) for flaw in found.flaws)
        return
    case = read_case(found.value, policies)
    if isinstance(case, list):
        yield from (_troubled(file, name, one, found.places) for one in case)
        return
    if case.id in seen:
        detail = f"the id stands on line {seen[case.id]} already"
        yield Bad(file, *found.places.at(("id",)), name, "id", name, detail, "give each case its own")
        return
    if len(seen) < _MOST_IDS:
        seen[case.id] = found.places.line
    for number, question in enumerate(case.questions, 1):
        yield _asked(file, case, number, question, found.places)


def _asked(file: str, case: Case, number: int, question: Question, places: Places) -> Answered | Bad:
    try:
        told = question.ask.answer(case.given.books, question.asked, case.today, case.policy)
    except SaysoError as refused:
        field, value = str(refused.facts.get("field", "")), str(refused.facts.get("value", ""))
        line, column = places.at(question.asked_at)
        return Bad(file, line, column, case.id, field, value, refused.detail, refused.remedy)
    except Exception as fault:  # one case that brings out a fault stops no other
        line, column = places.at(question.asked_at)
        detail = f"an unexpected {type(fault).__name__}: {fault}"
        return Bad(file, line, column, case.id, question.name, "", detail, _A_FAULT)
    differences = compared(question.expect, told.answer, case.today)
    line, column = places.at(question.trail) if differences else (0, 0)
    return Answered(
        file, line, column, case.id, number, case.profile, question.name, case.today, differences, told
    )


def _troubled(file: str, case: str, trouble: Trouble, places: Places) -> Bad:
    line, column = places.at(trouble.trail)
    return Bad(file, line, column, case, trouble.field, trouble.value, trouble.detail, trouble.remedy)


def _flawed(file: str, case: str, flaw: Flaw) -> Bad:
    return Bad(file, flaw.line, flaw.column, case, "", flaw.value, flaw.detail, flaw.remedy)


_A_FAULT = "this is a fault in Sayso: report it with the case"

#: Ids of one file that are remembered, to tell that one stands there twice.
_MOST_IDS = 100_000


class Tally:
    """How many questions passed and failed, by profile and ask; and how much could not be asked."""

    def __init__(self) -> None:
        self.by: dict[tuple[str, str], list[int]] = {}
        self.cases = 0
        self.bad = 0
        self._last: tuple[str, str] = ("", "")

    def add(self, one: Answered | Bad) -> None:
        """Count one."""
        if isinstance(one, Bad):
            self.bad += 1
            return
        if self._last != (one.file, one.case):
            self._last = (one.file, one.case)
            self.cases += 1
        counts = self.by.setdefault((one.profile, one.ask), [0, 0])
        counts[bool(one.differences)] += 1

    @property
    def passed(self) -> int:
        """Questions that were answered as expected."""
        return sum(counts[0] for counts in self.by.values())

    @property
    def failed(self) -> int:
        """Questions that were answered otherwise."""
        return sum(counts[1] for counts in self.by.values())

    @property
    def exit_status(self) -> int:
        """0 all as expected, 1 differences, 2 something could not be asked, or nothing was."""
        return 2 if self.bad or not self.by else int(self.failed > 0)

    def as_rows(self) -> list[dict[str, Any]]:
        """The counts by profile and ask, sorted."""
        return [
            {"profile": profile, "ask": ask, "passed": counts[0], "failed": counts[1]}
            for (profile, ask), counts in sorted(self.by.items())
        ]
