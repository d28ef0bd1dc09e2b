"""The policy: every setting is documented, has a default, and refuses what it cannot be; equal settings, equal hashes."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
import pytest
from hypothesis import strategies as st

from promise.laws import law
from promise.strategies import policies as some_policies
from sayso.errors import Misconfigured
from sayso.promise import policy as policies
from sayso.promise.policy import Policy, parse, read, thaw
from sayso.promise.settings.reference import reference

PAGE = Path(__file__).parents[2] / "docs/reference/policy.md"
GROUPS = {one.name: one.type for one in msgspec.structs.fields(Policy) if one.name != "profile"}
SETTINGS = [(name, setting) for name, group in GROUPS.items() for setting in get_type_hints(group)]


def refused(settings: dict[str, Any]) -> str:
    with pytest.raises(Misconfigured) as found:
        read(settings)
    assert "docs/reference/policy.md" in found.value.remedy
    return found.value.detail


@pytest.mark.parametrize(("group", "setting"), SETTINGS, ids=".".join)
def test_a_setting_is_documented_with_its_default_and_unit(group: str, setting: str) -> None:
    hint = get_type_hints(GROUPS[group], include_extras=True)[setting]
    meta = [one for one in hint.__metadata__ if isinstance(one, msgspec.Meta)]
    assert next(one.description for one in meta if one.description).endswith(".")
    assert getattr(GROUPS[group](), setting) is not None
    row = next(line for line in reference().splitlines() if line.startswith(f"| {setting} |"))
    if setting.endswith(("_days", "_seconds")):
        assert row.split("|")[3].strip() == setting.rpartition("_")[2]


def test_the_reference_is_in_step() -> None:
    assert PAGE.read_text("utf-8") == reference(), (
        "write sayso.promise.settings.reference.reference() to the page"
    )


def test_the_defaults_may_all_be_written_down() -> None:
    assert read(msgspec.to_builtins(Policy())) == Policy()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"credits": {}}, "unknown field `credits`"),
        ({"credit": {"grace_day": 3}}, "unknown field `grace_day` - at `$.credit`"),
        ({"credit": {"grace_days": "3"}}, "at `$.credit.grace_days`"),
        ({"credit": {"grace_days": -1}}, "at `$.credit.grace_days`"),
        ({"credit": {"overdue": "maybe"}}, "Invalid enum value 'maybe' - at `$.credit.overdue`"),
        ({"credit": {"overdue_threshold": "much"}}, "at `$.credit.overdue_threshold`"),
        ({"credit": {"overdue_threshold": 5}}, "at `$.credit.overdue_threshold`"),
        ({"credit": {"refuse_holds": ["shipping"]}}, "Invalid enum value 'shipping' - at `$.credit.refuse_holds[0]`"),
        ({"price": {"order": ["custmer"]}}, "Invalid enum value 'custmer' - at `$.price.order[0]`"),
        ({"dates": {"weekend": [0]}}, "at `$.dates.weekend[0]`"),
        ({"company": {"currency": "pounds"}}, "at `$.company.currency`"),
        ({"availability": {"demand_status": ["sure"]}}, "at `$.availability.demand_status[0]`"),
        ({"availability": {"horizon_days": 365.5}}, "at `$.availability.horizon_days`"),
        ({"sourcing": {"most_sites": 0}}, "at `$.sourcing.most_sites`"),
        ({"holds": {"longest_seconds": 0}}, "at `$.holds.longest_seconds`"),
    ],
)  # fmt: skip
def test_what_a_setting_cannot_be_is_refused_by_name(settings: dict[str, Any], says: str) -> None:
    assert says in refused(settings)


def test_a_file_is_read_and_named_where_it_is_wrong() -> None:
    found = parse('[credit]\noverdue = "refuse"\n[price]\norder = ["all"]\n', "policy.toml")
    assert (found.credit.overdue, found.price.order, found.dates.weekend) == ("refuse", ("all",), (6, 7))
    for text in ("[credit", "[credit]\noverdue = 1\n"):
        with pytest.raises(Misconfigured) as problem:
            parse(text, "policy.toml")
        assert problem.value.detail.startswith("policy.toml: ")
        assert problem.value.remedy
    assert parse("", "policy.toml") == Policy()


@law(100, one=some_policies, other=some_policies)
def test_equal_settings_have_equal_hashes_and_others_have_others(one: Policy, other: Policy) -> None:
    assert (one.hash == other.hash) == (one == other)
    again = thaw(one.body)
    assert (again, again.hash, again.body) == (one, one.hash, one.body)


@law(60, rules=some_policies, seed=st.randoms())
def test_the_order_in_which_settings_are_written_does_not_matter(rules: Policy, seed: Any) -> None:
    groups = list(msgspec.to_builtins(rules).items())
    seed.shuffle(groups)
    assert read(dict(groups)).hash == rules.hash


def test_the_page_shows_a_file_that_can_be_read() -> None:
    shown = reference().split("```toml\n")[1].split("```")[0]
    assert read(tomllib.loads(shown)) != Policy()
    assert policies.read({}) == Policy()
