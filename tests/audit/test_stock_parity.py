"""The cases of stock and dates hold; a setting put back to plain fails one of its profile's, and so does any fault."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from audit.stock_faults import FAULTS
from promise.planting import Fault, planted
from sayso.audit.parity.run import Answered, run
from sayso.promise.settings import availability, fulfilment
from sayso.promise.settings.common import ProfileName

FOLDER = Path(__file__).parents[2] / "parity"
CASES = [FOLDER / "availability.yaml", FOLDER / "dates.yaml"]


def _dead(*only: str) -> set[str]:
    """The cases that fail."""
    found = list(run(CASES, only=only))
    assert found, only
    return {one.case for one in found if not isinstance(one, Answered) or one.differences}


def _changed() -> Iterator[tuple[ModuleType, ProfileName, str]]:
    for group in (availability, fulfilment):
        plain = group.PROFILES["plain"]
        for profile, settings in group.PROFILES.items():
            for name in settings.__struct_fields__:
                if getattr(settings, name) != getattr(plain, name):
                    yield group, profile, name


def test_every_case_holds() -> None:
    answered = [one for one in run(CASES) if isinstance(one, Answered)]
    assert not _dead()
    assert len({one.case for one in answered}) >= 60
    assert {one.profile for one in answered} == set(availability.PROFILES)
    assert {one.ask for one in answered} == {"sellable", "earliest", "warning", "promise"}


@pytest.mark.parametrize(("group", "profile", "name"), list(_changed()))
def test_a_setting_put_back_to_plain_fails_a_case_of_its_profile(
    group: ModuleType, profile: ProfileName, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = getattr(group.PROFILES["plain"], name)
    usual = msgspec.structs.replace(group.PROFILES[profile], **{name: plain})
    monkeypatch.setitem(group.PROFILES, profile, usual)
    assert _dead()


@pytest.mark.parametrize(
    ("case", "fault"), FAULTS, ids=lambda one: one.what if isinstance(one, Fault) else ""
)
def test_a_fault_fails_its_case(case: str, fault: Fault) -> None:
    with planted(fault):
        assert _dead(case) == {case}
