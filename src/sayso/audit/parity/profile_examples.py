"""Small situations in which two policies answer differently because of one setting, worked out by asking both.

The situations stand in profile_examples.yaml; none is told where the setting alone makes no difference in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from sayso.audit.parity.asked import Ask, ask_named
from sayso.audit.parity.compared import as_text
from sayso.audit.parity.files import Value, cases_of
from sayso.audit.parity.given import Given, Trouble, given
from sayso.audit.parity.parameters import parameters
from sayso.audit.parity.policies import changed
from sayso.errors import SaysoError
from sayso.promise.policy import Policy

_FILE = Path(__file__).with_name("profile_examples.yaml")


class Shown(Struct, frozen=True):
    """A situation, and what the first and the second policy tell in it.

    `swapped`: the second was asked, and then with the setting as the first has it; else the other way round.
    """

    situation: str
    one: str
    other: str
    swapped: bool = False

    def sentence(self, one: str, other: str) -> str:
        """The example, with the policies' names."""
        if self.swapped:
            return f"{self.situation} is {self.other} in {other}, and would be {self.one} with this rule of {one}."
        return (
            f"{self.situation} is {self.one} in {one}, and would be {self.other} with this rule of {other}."
        )


class _Situation(NamedTuple):
    says: str
    facts: Given
    ask: Ask
    asked: Struct
    tells: tuple[str, ...]
    policy: Value


def examples(setting: str, one: Policy, other: Policy) -> list[Shown]:
    """Situations in which the setting alone makes a difference between the two."""
    found = []
    for situation in _situations().get(setting, ()):
        first, second = _under(situation, one), _under(situation, other)
        told, with_other = _told(situation, first), _told(situation, _swapped(first, second, setting))
        if told != with_other:
            found.append(Shown(situation.says, told, with_other))
            continue
        told, with_one = _told(situation, second), _told(situation, _swapped(second, first, setting))
        if told != with_one:
            found.append(Shown(situation.says, with_one, told, swapped=True))
    return found


def _under(situation: _Situation, policy: Policy) -> Policy:
    """The policy with what the situation supposes."""
    if not isinstance(situation.policy, dict):
        return policy
    troubles: list[Trouble] = []
    found = changed(policy, situation.policy, troubles)
    assert found is not None, troubles
    return found


def _swapped(policy: Policy, other: Policy, setting: str) -> Policy:
    """The policy with one setting as another has it."""
    group, _, name = setting.partition(".")
    part = replace(getattr(policy, group), **{name: getattr(getattr(other, group), name)})
    return replace(policy, **{group: part})


def _told(situation: _Situation, policy: Policy) -> str:
    facts = situation.facts
    try:
        answer: Any = situation.ask.answer(facts.books, situation.asked, facts.today, policy).answer
    except SaysoError as refused:
        return refused.detail
    for step in situation.tells:
        if answer is None:
            break
        answer = answer[int(step)] if step.isdigit() else answer[step]
    return as_text(answer)


@cache
def _situations() -> Mapping[str, list[_Situation]]:
    found: dict[str, list[_Situation]] = {}
    for case in cases_of(_FILE):
        value = case.value
        assert isinstance(value, dict), case
        assert not case.flaws, case.flaws
        troubles: list[Trouble] = []
        facts = given(value["given"], troubles)
        ((name, below),) = value["ask"].items()
        ask = ask_named(name)
        asked = parameters(ask.parameters, below or {}, facts.today, ("ask",), troubles)
        assert asked is not None, troubles
        assert not troubles, troubles
        says, tells = str(value["says"]), tuple(str(value["tells"]).split("."))
        situation = _Situation(says, facts, ask, asked, tells, value.get("policy"))
        found.setdefault(str(value["setting"]), []).append(situation)
    return found
