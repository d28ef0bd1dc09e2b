"""The cases of credit hold; a setting that reads otherwise fails one of its profile's, and so does a fault in any rule."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from msgspec.structs import replace

from audit.credit_faults import FAULTS
from promise.planting import Fault, planted
from sayso.audit.parity.run import Answered, run
from sayso.promise.settings import credit
from sayso.promise.settings.common import ProfileName
from sayso.promise.settings.credit import Credit

CASES = Path(__file__).parents[2] / "parity" / "credit.yaml"
HINTS = get_type_hints(Credit)
PREFIX = {"business_central": "bc"}

_EVERYTHING_IS_CHECKED = {("quote_is", "quote"), ("quote_is", "invoice")}
_REFUSED_BEFORE = {("refer_holds", ("invoice", "ship")), ("refer_holds", ("invoice", "all"))}
#: What changes no answer, because another setting has the say already.
ALIKE: dict[str, set[tuple[str, Any]]] = {
    "plain": {("selling_company", "ONE"), *_EVERYTHING_IS_CHECKED, *_REFUSED_BEFORE},
    "business_central": {
        ("selling_company", "ONE"), ("zero_limit", "next"), *_EVERYTHING_IS_CHECKED,
        *(("refer_holds", (hold,)) for hold in ("ship", "invoice", "all")),
    },
    "odoo": {("warnings", "limit"), *_EVERYTHING_IS_CHECKED, *_REFUSED_BEFORE},
    "erpnext": {("warnings", "limit"), ("orders_of", "holder"), ("quote_is", "invoice"), *_REFUSED_BEFORE},
    "tryton": {("warnings", "limit"), ("invoice_of_order", "unchecked"), *_REFUSED_BEFORE},
}  # fmt: skip


def _dead(*only: str) -> set[str]:
    """The cases that fail."""
    found = list(run([CASES], only=only))
    assert found, only
    return {one.case for one in found if not isinstance(one, Answered) or one.differences}


def _others(name: str, value: Any) -> Iterator[Any]:
    """What a setting could be instead: each other choice, one more or one less of several."""
    choices = get_args(HINTS[name])
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield value + 3
    elif isinstance(value, tuple):
        yield from (tuple(one for one in value if one != less) for less in value)
        several = get_args(choices[0])
        yield from (
            (*(value or ("confirmed",)), more) for more in several if more not in (*value, "confirmed")
        )
    elif choices:
        yield from (one for one in choices if one != value)
    else:
        yield {"selling_company": "ONE", "overdue_threshold": "1000"}[name]


def _changed() -> Iterator[tuple[ProfileName, str, Any]]:
    for profile, settings in credit.PROFILES.items():
        for name in Credit.__struct_fields__:
            for other in _others(name, getattr(settings, name)):
                if name != "order_status" or other:
                    yield profile, name, other


def test_every_case_holds() -> None:
    answered = list(run([CASES]))
    assert all(isinstance(one, Answered) and not one.differences for one in answered)
    assert len({one.case for one in answered}) >= 25
    asked = {(one.profile, one.ask) for one in answered if isinstance(one, Answered)}
    assert asked == {
        (profile, ask) for profile in credit.PROFILES for ask in ("credit", "overdue", "promise")
    }


@pytest.mark.parametrize(("profile", "name", "other"), list(_changed()))
def test_a_setting_that_reads_otherwise_fails_a_case_of_its_profile(
    profile: ProfileName, name: str, other: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = replace(credit.PROFILES[profile], **{name: other})
    monkeypatch.setitem(credit.PROFILES, profile, changed)  # type: ignore[arg-type]
    alike = (name, other) in ALIKE[profile]
    assert bool(_dead(f"{PREFIX.get(profile, profile)}-*", "own-*")) != alike


@pytest.mark.parametrize(
    ("case", "fault"), FAULTS, ids=lambda one: one.what if isinstance(one, Fault) else ""
)
def test_a_fault_fails_its_case(case: str, fault: Fault) -> None:
    assert not _dead(case)
    with planted(fault):
        assert _dead(case) == {case}
