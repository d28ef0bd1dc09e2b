"""What the follow file says of systems, and what is said when it says it wrong."""

from __future__ import annotations

from typing import Any

import pytest

from sayso.delivery.policy import Budget, Pace, SystemPolicy, read
from sayso.desk.cash import policy as follow_policy
from sayso.errors import Misconfigured


def test_an_empty_section_is_no_systems_and_a_role_is_enough_for_one() -> None:
    assert read({}, "follow.toml") == {}
    found = read({"erp": {"role": "erp"}}, "follow.toml")
    assert found == {"erp": SystemPolicy(role="erp")}
    assert found["erp"].budget == Budget(requests=0)


def test_everything_can_be_set() -> None:
    found = read(
        {
            "depot": {
                "role": "wms", "product": "Fictional WMS", "url": "https://wms.example/api", "key": "secret", "timeout": 5,
                "concurrency": 8, "retry": {"attempts": 3, "base": 2, "throttled": {"base": 30.0}},
                "breaker": {"failures": 2, "rest": 60},
                "budget": {"requests": 60, "seconds": 60, "shares": {"replay": 0.2}},
            }
        },
        "follow.toml",
    )["depot"]  # fmt: skip
    assert (found.timeout, found.concurrency, found.lease) == (5.0, 8, 40.0)
    assert found.retry.of("throttled") == Pace(base=30.0)
    assert found.retry.of("down") == Pace(base=2.0)
    assert found.retry.of("of no kind that is known") == Pace(base=2.0)
    assert found.budget.shares.replay == 0.2
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"role": "crm"}, "systems.erp: Invalid enum value 'crm' - at `systems.erp.role`"),
        ({}, "systems.erp: Object missing required field `role`"),
        ({"role": "erp", "retires": 3}, "unknown field `retires`"),
        ({"role": "erp", "url": "erp.example"}, "`systems.erp.url`"),
        ({"role": "erp", "retry": {"attempts": "3"}}, "`systems.erp.retry.attempts`"),
        ({"role": "erp", "retry": {"base": 0}}, "`systems.erp.retry.base`"),
        (
            {"role": "erp", "retry": {"base": 9.0, "most": 3.0}},
            "systems.erp.retry: base is 9 s, longer than most, 3 s",
        ),
        ({"role": "erp", "retry": {"down": {"base": 900.0}}}, "systems.erp.retry.down: base is 900 s"),
        (
            {"role": "erp", "budget": {"shares": {"sync": 0.9}}},
            "systems.erp.budget.shares: together they are 1.5",
        ),
        ("erp", "systems.erp: Expected `object`, got `str`"),
    ],
)
def test_what_is_wrong_is_named(given: Any, named: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        read({"erp": given}, "follow.toml")
    assert refused.value.detail.startswith("follow.toml: systems.erp")
    assert named in refused.value.detail
    assert refused.value.remedy


@pytest.mark.parametrize("name", ["sayso", "Sayso", "a b", "../wms", "", "w" * 61, "w\n"])
def test_a_system_is_named_as_its_door_is(name: str) -> None:
    with pytest.raises(Misconfigured, match="no name of a system"):
        read({name: {"role": "wms"}}, "follow.toml")


@pytest.mark.parametrize(
    "url",
    ["http://x y", "http://[::1", "http://:80", "https://x:99999", "https://x\n.example", "http://ü.example"],
)
def test_an_address_can_be_asked(url: str) -> None:
    with pytest.raises(Misconfigured, match=r"no address|`systems.wms.url`"):
        read({"wms": {"role": "wms", "url": url}}, "follow.toml")


@pytest.mark.parametrize("key", ["a\nb", " a", "ü"])
def test_a_key_can_travel_in_a_header_and_is_not_shown(key: str) -> None:
    with pytest.raises(Misconfigured, match=r"systems\.wms\.key") as refused:
        read({"wms": {"role": "wms", "url": "http://x", "key": key}}, "follow.toml")
    assert repr(key) not in str(refused.value)


@pytest.mark.parametrize("name", ["systems", "webhooks"])
def test_a_section_is_a_table(name: str) -> None:
    with pytest.raises(Misconfigured, match=f"{name} is not a table"):
        follow_policy.read({name: 3}, "follow.toml")
