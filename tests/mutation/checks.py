"""What a mutant has to get past: first the parity cases that come with Sayso, then the tests of the judgement.

Each check can be run alone, in this process, and tells whether it failed; and which functions or lines it goes through.
"""

from __future__ import annotations

import inspect
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import Phase, settings

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests" / "promise"

#: Tests that plant faults of their own, or ask only how things are said.
LEFT_OUT = frozenset({"test_faults", "test_eta_faults", "test_sentences"})


class Check(NamedTuple):
    """A case or a test: its name, the file that it stands in, and a call that raises where it fails."""

    name: str
    file: Path
    run: Callable[[], None]


class Gone(NamedTuple):
    """What a check went through: lines as (file, line) or functions as (file, line of its first), and its seconds."""

    seconds: float
    through: frozenset[tuple[str, int]]


def cases() -> list[Check]:
    """The shipped cases, each with all its questions."""
    from sayso.audit.parity.files import cases_of
    from sayso.audit.parity.run import files_of

    folder = Path(tempfile.mkdtemp(prefix="sayso-mutation-"))
    found = []
    for file in files_of([ROOT / "parity"]):
        for number, one in enumerate(cases_of(file)):
            alone = folder / f"{file.stem}-{number}.jsonl"
            alone.write_bytes(msgspec.json.encode(one.value))
            found.append(Check(str(one.value["id"]), file, partial(_case, alone)))
    return found


def _case(file: Path) -> None:
    from sayso.audit.parity.run import Answered, run

    answers = list(run([file]))
    assert answers
    assert all(isinstance(one, Answered) and not one.differences for one in answers)


def tests() -> list[Check]:
    """The tests of the judgement, a check for each row of a table; laws with always the same examples."""
    settings.register_profile(
        "mutation", database=None, derandomize=True, deadline=None, phases=[Phase.generate]
    )
    settings.load_profile("mutation")
    return [
        one
        for file in sorted(TESTS.glob("test_*.py"))
        if file.stem not in LEFT_OUT
        for one in _in_module(file)
    ]


def _in_module(file: Path) -> Iterator[Check]:
    from promise.planting import _arguments

    module = import_module(f"promise.{file.stem}")
    for name, test in vars(module).items():
        if name.startswith("test_") and inspect.isfunction(test) and test.__module__ == module.__name__:
            for number, row in enumerate(_arguments(test)):
                yield Check(
                    f"{file.stem}.{name}[{number}]", file, partial(getattr(test, "quick", test), **row)
                )


def failed(check: Check) -> bool:
    """Whether a check fails, in whatever way."""
    try:
        check.run()
    except (Exception, pytest.fail.Exception):
        return True
    return False


def gone_through(check: Check, folder: str, lines: bool) -> Gone | None:
    """Run a check and see what it goes through in a folder: every line, or only every function. None if it fails."""
    through: set[tuple[str, int]] = set()

    def entered(frame: FrameType, event: str, argument: Any) -> Any:
        code: CodeType = frame.f_code
        if code.co_filename.startswith(folder):
            through.add((code.co_filename, code.co_firstlineno))
            return line if lines else None
        return None

    def line(frame: FrameType, event: str, argument: Any) -> Any:
        through.add((frame.f_code.co_filename, frame.f_lineno))
        return line

    started = time.process_time()
    sys.settrace(entered)
    try:
        fails = failed(check)
    finally:
        sys.settrace(None)
    return None if fails else Gone(time.process_time() - started, frozenset(through))
