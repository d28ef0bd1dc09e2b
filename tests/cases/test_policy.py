"""The follow file's [cases] and [silence]: what may be said, and how what may not is refused."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from decimal import Decimal

import pytest

from sayso.cases.policy import CasePolicy, read
from sayso.errors import Misconfigured

FILE = """
[cases]
named_over = "250.00"
[cases.short_pick]
owner = "night shift"
due = "PT2H"
[cases.contract_breached]
off = true
[silence]
zone = "Europe/London"
floor = "PT30M"
[silence.stages]
accepted = "PT30M"
delivered = "P5D"
acknowledged = ""
[silence.feeds.wms]
every = "PT1H"
days = ["mon", "tue"]
start = 8
end = 18
zone = "Europe/London"
[silence.feeds.bank]
off = true
"""


def test_what_is_said_counts_and_the_rest_is_as_it_was() -> None:
    policy = read(tomllib.loads(FILE), "follow.toml")
    assert (policy.owner("short_pick"), policy.due("short_pick")) == ("night shift", timedelta(hours=2))
    assert (policy.owner("on_hold"), policy.due("on_hold")) == ("finance", timedelta(days=1))
    assert not policy.wants("contract_breached")
    assert policy.named_over == Decimal(250)
    assert policy.silence.stages["accepted"] == timedelta(minutes=30)
    assert policy.silence.stages["paid"] == timedelta(days=3)
    assert "acknowledged" not in policy.silence.stages
    assert policy.silence.feeds["wms"].days == ("mon", "tue")
    assert policy.silence.floor == timedelta(minutes=30)


def test_an_empty_file_works() -> None:
    assert read({}, "follow.toml") == CasePolicy()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[cases.nonsense]\nowner = 'x'", "cases.nonsense"),
        ("[cases.on_hold]\nowned = 'x'", "owned"),
        ("[cases.on_hold]\ndue = 'tomorrow'", "cases.on_hold.due"),
        ("[cases]\nnamed_over = 'much'", "cases.named_over"),
        ("[cases]\nnamed_over = -1", "cases.named_over"),
        ("cases = 3", "cases"),
        ("[silence]\nzones = 'x'", "zones"),
        ("[silence]\nzone = 'Europe/Nowhere'", "silence.zone"),
        ("[silence]\nfloor = 5", "silence.floor"),
        ("[silence.stages]\nbaked = 'PT1H'", "baked"),
        ("[silence.stages]\nshipped = '1 day'", "silence.stages.shipped"),
        ("[silence.feeds.wms]\nevery = 'often'", "silence.feeds.wms.every"),
        ("[silence.feeds.wms]\ndays = ['someday']", "silence.feeds.wms.days"),
        ("[silence.feeds.wms]\nstart = 18\nend = 8", "silence.feeds.wms"),
        ("[silence.feeds.wms]\nzone = '../etc'", "silence.feeds.wms.zone"),
        ("[silence]\nfeeds = 'all'", "silence.feeds"),
    ],
)
def test_what_cannot_be_used_is_named(text: str, names: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        read(tomllib.loads(text), "follow.toml")
    assert names in refused.value.detail
    assert "follow.toml" in refused.value.detail
    assert refused.value.remedy
