"""How long is waited, and what a follow file may say of it."""

from __future__ import annotations

import pytest

from sayso.delivery import webhooks_policy
from sayso.delivery.webhooks_policy import WebhookPolicy
from sayso.errors import Misconfigured


def test_waits_grow_to_the_longest_and_are_not_all_alike():
    policy = WebhookPolicy(first=5, factor=4, longest=100, jitter=0.2)
    assert [policy.wait(tries, 0.5).total_seconds() for tries in (1, 2, 3, 4, 500)] == [5, 20, 80, 100, 100]
    assert policy.wait(1, 0).total_seconds() == 4
    assert policy.wait(1, 1).total_seconds() == 6


@pytest.mark.parametrize(
    ("section", "named"),
    [
        ({"timout": 3}, "timout"), ({"timeout": "3s"}, "timeout"), ({"timeout": 0}, "timeout"),
        ({"jitter": 1.5}, "jitter"), ({"at_once": 0}, "at_once"), ({"factor": 0.5}, "factor"),
    ],
)  # fmt: skip
def test_a_policy_that_cannot_be_used_is_refused_by_name(section, named):
    with pytest.raises(Misconfigured, match=named):
        webhooks_policy.read(section, "follow.toml: webhooks")


def test_an_empty_section_is_the_defaults():
    assert webhooks_policy.read({}, "follow.toml: webhooks") == WebhookPolicy()
