"""The examples of profiles are worked out by asking, and each shows what its setting does."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from msgspec.structs import replace

from sayso.audit.parity.profile_examples import _situations, _told, examples
from sayso.audit.parity.profile_reference import reference
from sayso.promise.policy import PROFILE_NAMES, Policy, profiled
from sayso.promise.settings.sentences import SAID, apart, settings_of

ROOT = Path(__file__).resolve().parents[2]
PAIRS = [(profiled(one), profiled(other)) for one, other in combinations(PROFILE_NAMES, 2)]
DIFFERENT = sorted({each.setting for one, other in PAIRS for each in apart(one, other)})


def others(setting: str) -> list[Policy]:
    """The plain policy with each other value of a setting that can be named."""
    group, _, name = setting.partition(".")
    part = getattr(Policy(), group)
    field = next(one for one in msgspec.structs.fields(type(part)) if one.name == name)
    value = getattr(part, name)
    choices: list[Any] = list(getattr(SAID[setting].saying, "words", {}))
    if isinstance(value, tuple):
        choices = [()]
    elif not choices:
        choices = [9] if isinstance(value, int) else ["9"]
    assert get_args(field.type) or choices
    return [replace(Policy(), **{group: replace(part, **{name: one})}) for one in choices if one != value]


@pytest.mark.parametrize("setting", DIFFERENT)
def test_a_setting_in_which_two_profiles_differ_has_an_example_of_it(setting: str) -> None:
    assert any(examples(setting, one, other) for one, other in PAIRS), "add one to profile_examples.yaml"


@pytest.mark.parametrize("setting", sorted(_situations()))
def test_every_situation_shows_what_its_setting_does(setting: str) -> None:
    assert setting in settings_of(Policy())
    pairs = PAIRS + [(Policy(), other) for other in others(setting)]
    shown = {found.situation for one, other in pairs for found in examples(setting, one, other)}
    assert shown == {situation.says for situation in _situations()[setting]}


def test_an_example_is_what_the_profiles_answer() -> None:
    (found,) = examples("availability.safety_stock", profiled("plain"), profiled("odoo"))
    assert (found.one, found.other, found.swapped) == ("2", "10", False)
    assert found.sentence("plain", "odoo") == (
        "with 10 lamps on hand, 8 of them safety stock, the sellable quantity is 2 in plain, and would be 10 with this"
        " rule of odoo."
    )
    (situation,) = _situations()["availability.safety_stock"]
    assert _told(situation, profiled("plain")) == "2"
    assert _told(situation, profiled("odoo")) == "10"


def test_where_the_first_makes_no_difference_the_second_is_asked() -> None:
    (found,) = examples("availability.later_requests", profiled("odoo"), profiled("business_central"))
    assert found.swapped
    assert found.sentence("odoo", "bc").endswith(
        "is 2026-03-02 in bc, and would be none with this rule of odoo."
    )


def test_alike_settings_have_no_example() -> None:
    assert examples("availability.safety_stock", profiled("odoo"), profiled("tryton")) == []


def test_the_reference_is_made_from_the_settings() -> None:
    made = (ROOT / "docs" / "reference" / "profiles.md").read_text()
    assert made == reference(), (
        "run: python -m sayso.audit.parity.profile_reference > docs/reference/profiles.md"
    )
