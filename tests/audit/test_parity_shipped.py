"""The cases that come with Sayso hold, each under the profile that it names, and leave no profile and question out."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from sayso.audit.parity.asked import ASKED_IN
from sayso.audit.parity.files import cases_of
from sayso.audit.parity.run import Answered, Bad, files_of, run
from sayso.promise.policy import PROFILE_NAMES

FOLDER = Path(__file__).resolve().parents[2] / "parity"
LEAST = 60


def shipped() -> list[tuple[str, str]]:
    """The file and the id of every case."""
    found = []
    for file in files_of([FOLDER]):
        for number, one in enumerate(cases_of(file), 1):
            name = one.value.get("id") if isinstance(one.value, dict) else None
            found.append((file.stem, str(name or f"case {number}")))
    return found


@cache
def outcomes() -> dict[tuple[str, str], list[Answered | Bad]]:
    """What became of every question, by file and case."""
    found: dict[tuple[str, str], list[Answered | Bad]] = {}
    for one in run(files_of([FOLDER])):
        found.setdefault((Path(one.file).stem, one.case), []).append(one)
    return found


CASES = shipped()


@pytest.mark.parametrize(("file", "case"), CASES, ids=["/".join(one) for one in CASES])
def test_a_shipped_case_holds(file: str, case: str) -> None:
    found = outcomes().get((file, case), [])
    assert found, "it was not asked"
    for one in found:
        assert isinstance(one, Answered), str(one)
        said = [str(difference) for difference in one.differences]
        assert not said, "\n".join([f"{one.ask} (question {one.number})", *said, *one.told.arithmetic])


def test_there_are_enough_of_them_and_each_has_a_name_of_its_own() -> None:
    assert len(CASES) >= LEAST
    twice = [name for name, count in Counter(case for _, case in CASES).items() if count > 1]
    assert not twice


def test_every_question_is_asked_under_every_profile() -> None:
    asked = {
        (one.profile, one.ask) for some in outcomes().values() for one in some if isinstance(one, Answered)
    }
    missing = [
        f"{ask} under {profile}"
        for profile in PROFILE_NAMES
        for ask in ASKED_IN
        if (profile, ask) not in asked
    ]
    assert not missing
