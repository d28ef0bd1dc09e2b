"""A parity case: its id, profile and settings, what is given, what is asked and what is expected.

Reads one case as it is written into what can be asked, or into everything that is wrong with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from msgspec import Struct

from sayso.audit.parity.asked import Ask, ask_named
from sayso.audit.parity.expected import Written
from sayso.audit.parity.files import Trail, Value
from sayso.audit.parity.given import BESIDE, Given, Trouble, given, shown
from sayso.audit.parity.parameters import parameters
from sayso.audit.parity.policies import Policies
from sayso.audit.parity.questions import written
from sayso.errors import BadField
from sayso.promise.gather_arrivals import learn_arrivals
from sayso.promise.policy import Policy


class Question(NamedTuple):
    """One question of a case: its name, its parameters, what is expected, and where in the case both stand."""

    name: str
    ask: Ask
    asked: Struct
    expect: dict[str, Value]
    trail: Trail
    asked_at: Trail


@dataclass(frozen=True)
class Case:
    """A case that can be asked."""

    id: str
    profile: str
    policy: Policy
    given: Given
    questions: Sequence[Question]

    @property
    def today(self) -> date:
        """The day on which everything is asked."""
        return self.given.today


def read_case(value: Value, policies: Policies) -> Case | list[Trouble]:
    """A case, or what is wrong with it, all of it."""
    if not isinstance(value, dict):
        return [Trouble((), shown(value), "a case is a mapping of names to values", "write - id: ...")]
    troubles: list[Trouble] = []
    name = value.get("id")
    if not isinstance(name, str):
        troubles.append(
            Trouble(("id",), shown(name), "every case has an id, a text", "write id: what-it-shows")
        )
        name = ""
    found = policies.of(value.get("profile"), value.get("policy"), troubles)
    asked = written(value, troubles)
    facts = given(value.get("given"), troubles, {name: value[name] for name in BESIDE if name in value})
    questions = [_question(one, facts.today, troubles) for one in asked]
    if troubles or found is None:
        return troubles
    if facts.books.rows("receipts"):
        learn_arrivals(facts.books, facts.today, found.policy)
    return Case(name, found.profile, found.policy, facts, [one for one in questions if one])


def _question(one: Written, today: date, troubles: list[Trouble]) -> Question | None:
    """A question as it is written, with its parameters in their shape."""
    before = len(troubles)
    expect = one.expect
    if not isinstance(expect, dict) or not expect:
        detail = "what is expected is a mapping of the answer's fields to values"
        troubles.append(Trouble(one.expected_at, shown(expect), detail, "write e.g. expect: {sellable: 10}"))
    try:
        known = ask_named(one.name)
    except BadField as wrong:
        troubles.append(Trouble(one.trail, one.name, wrong.detail, wrong.remedy))
        return None
    asked = parameters(known.parameters, one.parameters, today, one.trail, troubles)
    if asked is None or not isinstance(expect, dict) or len(troubles) > before:
        return None
    return Question(one.name, known, asked, expect, one.expected_at, one.trail)
