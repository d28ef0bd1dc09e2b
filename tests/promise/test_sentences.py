"""Every setting, and every value that it may have, is said in a sentence; a policy of one's own like a profile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from msgspec import inspect as kinds

from promise.source_comments import page
from sayso.promise import policy as policies
from sayso.promise.policy import PROFILE_NAMES, Policy, profiled
from sayso.promise.settings import sources
from sayso.promise.settings.in_short import credit_in_short, price_in_short, stock_in_short
from sayso.promise.settings.saying import By, Each, Measure, counted, lasting, seconds, sentence
from sayso.promise.settings.sentences import ERPS, SAID, apart, explained, settings_of
from sayso.promise.settings.sources import SOURCES


@dataclass(frozen=True)
class Setting:
    """A setting, and the values (of a list: the members) that it may have; None where they are not few."""

    name: str
    values: tuple[Any, ...] | None
    listed: bool


def _settings() -> Iterator[Setting]:
    for group in msgspec.structs.fields(Policy):
        if group.name == "profile":
            continue
        for field in msgspec.structs.fields(group.type):
            kind = kinds.type_info(field.type)
            kind = kind.type if isinstance(kind, kinds.Metadata) else kind
            listed = isinstance(kind, kinds.VarTupleType)
            inner = kind.item_type if isinstance(kind, kinds.VarTupleType) else kind
            inner = inner.type if isinstance(inner, kinds.Metadata) else inner
            yield Setting(f"{group.name}.{field.name}", _few(inner), listed)


def _few(kind: kinds.Type) -> tuple[Any, ...] | None:
    if isinstance(kind, kinds.BoolType):
        return (True, False)
    if isinstance(kind, kinds.LiteralType):
        return tuple(kind.values)
    if isinstance(kind, kinds.IntType) and kind.ge == 1 and kind.le == 7:  # a weekday
        return tuple(range(1, 8))
    return None


SETTINGS = list(_settings())


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda one: one.name)
def test_a_setting_has_a_sentence_for_each_of_its_values(setting: Setting) -> None:
    assert setting.name in SAID, "say it in src/sayso/promise/settings/said_*.py"
    saying = SAID[setting.name].saying
    if setting.values is None:
        assert isinstance(saying, Measure)
    else:
        assert isinstance(saying, Each if setting.listed else By)
        assert set(saying.words) == set(setting.values), "words for just the values that it may have"


@pytest.mark.parametrize("name", SAID)
def test_what_has_a_sentence_is_a_setting(name: str) -> None:
    known = {setting.name: setting for setting in SETTINGS}
    assert name in known
    for other, some in SAID[name].where.items():
        values = known[other].values
        assert values is not None
        assert set(some) < set(values), "it means something beside some values, and not beside all"


@pytest.mark.parametrize("name", PROFILE_NAMES)
def test_a_profile_is_explained_setting_by_setting_in_whole_sentences(name: Any) -> None:
    told = [one for chapter in explained(profiled(name)) for one in chapter.told]
    assert [one.setting for one in told if one.setting in SAID] == [one.setting for one in told]
    assert {one.setting for one in told} == {setting.name for setting in SETTINGS}
    for one in told:
        assert one.sentence[0].isupper(), one.sentence
        assert one.sentence.endswith("."), one.sentence
        assert "{" not in one.sentence
        assert "  " not in one.sentence
    assert name in ERPS


@pytest.mark.parametrize("name", [name for name in PROFILE_NAMES if name != "plain"])
def test_what_a_profile_has_of_its_own_names_its_source(name: Any) -> None:
    own = [one for chapter in explained(profiled(name)) for one in chapter.told if one.own]
    assert own
    assert [one.setting for one in own if not one.source] == []


def test_the_sources_are_the_comments_beside_the_profiles() -> None:
    made = sources.__file__
    assert made
    with open(made, encoding="utf-8") as file:
        assert file.read() == page(), (
            "run: python tests/promise/source_comments.py > src/sayso/promise/settings/sources.py"
        )


def test_a_source_is_that_of_its_own_setting() -> None:
    assert SOURCES["business_central"]["availability.safety_stock"].startswith("Neither the warning nor")
    assert "Available to Promise" in SOURCES["business_central"]["availability"]
    assert "availability.below_zero" not in SOURCES["odoo"]


def test_a_policy_of_ones_own_is_explained_by_what_it_is() -> None:
    own = policies.read(
        {
            "profile": "business_central",
            "availability": {"look_ahead": "P2W", "safety_stock": True, "inbound_kinds": []},
            "credit": {"grace_days": 7},
        }
    )
    told = {one.setting: one for chapter in explained(own) for one in chapter.told}
    assert "of the next two weeks are looked at" in told["availability.look_ahead"].sentence
    assert told["availability.inbound_kinds"].sentence == "Nothing that comes in counts as supply."
    assert told["credit.grace_days"].sentence == "A receivable has seven days of grace."
    assert told["availability.safety_stock"].own is False
    # Its own rule has no source of the profile's; the profile's rule has.
    assert told["availability.look_ahead"].own
    assert told["availability.look_ahead"].source == ""
    assert told["availability.look_ahead_rule"].source
    assert "less what commitments of the next two weeks need" in stock_in_short(own)
    assert "plus nothing that come in by then" in stock_in_short(own)


def test_what_has_no_meaning_beside_the_rest_is_marked() -> None:
    told = {one.setting: one.counts for chapter in explained(profiled("odoo")) for one in chapter.told}
    assert told["availability.count"]
    assert not told["availability.look_ahead"]
    assert not told["availability.past_due_inbound"]


def test_the_sum_of_a_group_follows_its_settings() -> None:
    assert stock_in_short(profiled("plain")).startswith(
        "What can leave on a day is what is on hand without what is reserved and without the safety stock, plus"
    )
    assert stock_in_short(profiled("odoo")) == (
        "What can leave on a day is what is on hand without what is reserved; nothing else counts."
    )
    assert "whatever their dates" in stock_in_short(profiled("erpnext"))
    assert stock_in_short(profiled("tryton")).endswith("; later commitments are not looked at.")
    assert price_in_short(profiled("plain")).startswith(
        "The first that there is sets the price: the customer's own"
    )
    assert price_in_short(profiled("business_central")).startswith(
        "Of all prices that fit, whoever they are for, the lowest"
    )
    assert "a conflict" in price_in_short(profiled("erpnext"))
    assert "(the customer's own, then its group's, then the company's) is refused" in credit_in_short(
        profiled("erpnext")
    )
    assert "is referred to a person. What is overdue stops nothing." in credit_in_short(profiled("odoo"))


def test_two_policies_are_told_apart_by_what_counts_in_either() -> None:
    assert apart(profiled("plain"), profiled("plain")) == ()
    odoo = {one.setting for one in apart(profiled("plain"), profiled("odoo"))}
    assert "availability.count" in odoo
    assert "availability.past_due_inbound" in odoo  # counts in the plain one
    free = policies.read({"profile": "odoo", "availability": {"past_due_inbound": "ignore"}})
    assert apart(profiled("odoo"), free) == ()  # counts in neither
    (only,) = apart(profiled("plain"), policies.read({"credit": {"grace_days": 1}}))
    assert (only.setting, only.one.value, only.other.value) == ("credit.grace_days", "0", "1")
    assert only.other.sentence == "A receivable has one day of grace."


def test_settings_are_all_there_by_their_dotted_names() -> None:
    assert set(settings_of(Policy())) == {setting.name for setting in SETTINGS}
    assert settings_of(policies.read({"credit": {"grace_days": 3}}))["credit.grace_days"] == 3


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        ("P14D", "14 days"), ("P1W", "one week"), ("P1Y2M", "one year and two months"),
        ("P1M1W1D", "one month, one week and one day"), ("x", "x"),
    ],
)  # fmt: skip
def test_a_duration_in_words(duration: str, words: str) -> None:
    assert lasting(duration) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "no seconds"), (1, "one second"), (90, "90 seconds"), (900, "15 minutes"), (7200, "two hours"),
        (86400, "one day"),
    ],
)  # fmt: skip
def test_seconds_in_words(number: int, words: str) -> None:
    assert seconds(number) == words


def test_words_that_are_missing_are_an_error() -> None:
    assert counted(3650, "day") == "3,650 days"
    with pytest.raises(KeyError):
        sentence(By({"a": "A."}), "b")
    with pytest.raises(KeyError):
        sentence(Each("{all}.", {"a": "a"}, "None."), ("a", "b"))
