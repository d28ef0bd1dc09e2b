"""The cases of price hold; a setting put back to plain fails one of its profile's, and so does a fault in any rule."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from audit.price_faults import FAULTS
from promise.planting import Fault, planted
from sayso.audit.parity.run import Answered, run
from sayso.promise.settings import price
from sayso.promise.settings.common import ProfileName

CASES = Path(__file__).parents[2] / "parity" / "price.yaml"
PLAIN = price.PROFILES["plain"]


def _dead(*only: str) -> set[str]:
    """The cases that fail."""
    found = list(run([CASES], only=only))
    assert found, only
    return {one.case for one in found if not isinstance(one, Answered) or one.differences}


def _changed() -> Iterator[tuple[ProfileName, str]]:
    for profile, settings in price.PROFILES.items():
        for name in settings.__struct_fields__:
            if getattr(settings, name) != getattr(PLAIN, name):
                yield profile, name


def test_every_case_holds() -> None:
    answered = list(run([CASES]))
    assert all(isinstance(one, Answered) and not one.differences for one in answered)
    assert len({one.case for one in answered}) >= 25
    profiles = {one.profile for one in answered if isinstance(one, Answered)}
    assert profiles == set(price.PROFILES)


@pytest.mark.parametrize(("profile", "name"), list(_changed()))
def test_a_setting_put_back_to_plain_fails_a_case_of_its_profile(
    profile: ProfileName, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = msgspec.structs.replace(price.PROFILES[profile], **{name: getattr(PLAIN, name)})
    monkeypatch.setitem(price.PROFILES, profile, usual)  # type: ignore[arg-type]
    assert _dead()


@pytest.mark.parametrize(
    ("case", "fault"), FAULTS, ids=lambda one: one.what if isinstance(one, Fault) else ""
)
def test_a_fault_fails_its_case(case: str, fault: Fault) -> None:
    with planted(fault):
        assert _dead(case) == {case}
