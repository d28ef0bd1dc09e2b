"""A parity case: its id, profile and settings, what is given, what is asked and what is expected.

Reads one case as it is written into what can be asked, or into everything that is wrong with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any, NamedTuple

from msgspec import Struct

from sayso.audit.asked import ASKED_IN, Ask, ask_named
from sayso.audit.parity_given import Given, Trouble, given, shown
from sayso.audit.parity_parameters import parameters
from sayso.audit.parity_policies import Policies
from sayso.audit.parity_yaml import Trail, Value
from sayso.errors import BadField
from sayso.promise.gather_arrivals import learn_arrivals
from sayso.promise.policy import Policy

FIELDS = ("id", "note", "profile", "policy", "given", "ask", "with", "expect", "questions")
_BESIDE_ASK = ("ask", "with", "expect", "note")


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
    troubles = [_unknown((), name, FIELDS) for name in value if name not in FIELDS]
    name = value.get("id")
    if not isinstance(name, str):
        troubles.append(
            Trouble(("id",), shown(name), "every case has an id, a text", "write id: what-it-shows")
        )
        name = ""
    found = policies.of(value.get("profile"), value.get("policy"), troubles)
    facts = given(value.get("given"), troubles)
    questions = _questions(value, facts.today, troubles)
    if troubles or found is None:
        return troubles
    if facts.books.rows("receipts"):
        learn_arrivals(facts.books, facts.today, found.policy)
    return Case(name, found.profile, found.policy, facts, questions)


def _questions(case: dict[str, Value], today: date, troubles: list[Trouble]) -> list[Question]:
    """The questions of a case: under `questions`, or under `ask` and `expect`, alone or as lists."""
    if "questions" in case:
        return _under_questions(case, today, troubles)
    asks, expects = case.get("ask"), case.get("expect")
    if asks is None:
        troubles.append(
            Trouble(
                (), "", "nothing is asked", f"write ask: {{sellable: {{...}}}}; one of {', '.join(ASKED_IN)}"
            )
        )
        return []
    if not isinstance(asks, list):
        if isinstance(asks, dict) and "expect" in asks and expects is None:
            within = {name: one for name, one in asks.items() if name != "expect"}
            return _only(
                _question(within, None, asks["expect"], ("ask",), ("ask", "expect"), today, troubles)
            )
        return _only(_question(asks, case.get("with"), expects, ("ask",), ("expect",), today, troubles))
    several = expects if isinstance(expects, list) else [None] * len(asks)
    if len(several) != len(asks) or (expects is not None and not isinstance(expects, list)):
        detail = f"{len(asks)} things are asked, so expect is a list of {len(asks)}"
        troubles.append(Trouble(("expect",), shown(expects), detail, "or write expect beside each question"))
        return []
    found = []
    for place, (ask, expect) in enumerate(zip(asks, several, strict=True)):
        own: Trail = ("expect", place)
        if isinstance(ask, dict) and "expect" in ask:
            expect, own = ask["expect"], ("ask", place, "expect")
            ask = {name: one for name, one in ask.items() if name != "expect"}
        found += _only(_question(ask, None, expect, ("ask", place), own, today, troubles))
    return found


def _under_questions(case: dict[str, Value], today: date, troubles: list[Trouble]) -> list[Question]:
    listed = case["questions"]
    for name in ("ask", "expect", "with"):
        if name in case:
            remedy = f"move {name} into a question"
            troubles.append(Trouble((name,), "", f"{name} and questions cannot stand together", remedy))
    if not isinstance(listed, list) or not listed:
        remedy = "write - {ask: {...}, expect: {...}}"
        troubles.append(Trouble(("questions",), shown(listed), "questions are a list", remedy))
        return []
    found = []
    for place, one in enumerate(listed):
        trail: Trail = ("questions", place)
        if not isinstance(one, dict):
            troubles.append(Trouble(trail, shown(one), "a question is a mapping", "write ask: and expect:"))
            continue
        troubles += [_unknown(trail, name, _BESIDE_ASK) for name in one if name not in _BESIDE_ASK]
        found += _only(
            _question(
                one.get("ask"), one.get("with"), one.get("expect"), (*trail, "ask"), (*trail, "expect"), today, troubles
            )
        )  # fmt: skip
    return found


def _question(
    ask: Value, beside: Value, expect: Value, trail: Trail, expected_at: Trail, today: date, troubles: list[Trouble]
) -> Question | None:  # fmt: skip
    """One question: `{sellable: {item: A}}`, `{ask: sellable, item: A}`, or `sellable` with the rest in `with`."""
    before = len(troubles)
    found = _named(ask, beside, trail, troubles)
    if not isinstance(expect, dict) or not expect:
        detail = "what is expected is a mapping of the answer's fields to values"
        troubles.append(Trouble(expected_at, shown(expect), detail, "write e.g. expect: {sellable: 10}"))
    if found is None or not isinstance(expect, dict):
        return None
    name, given_parameters, below = found
    try:
        known = ask_named(name)
    except BadField as wrong:
        troubles.append(Trouble(below, name, wrong.detail, wrong.remedy))
        return None
    asked = parameters(known.parameters, given_parameters, today, below, troubles)
    return (
        Question(name, known, asked, expect, expected_at, trail)
        if asked and len(troubles) == before
        else None
    )


def _named(
    ask: Value, beside: Value, trail: Trail, troubles: list[Trouble]
) -> tuple[str, Mapping[str, Value], Trail] | None:
    """The name of a question, its parameters, and where these stand."""
    if isinstance(ask, str) and (beside is None or isinstance(beside, dict)):
        return ask, beside or {}, (*trail[:-1], "with") if beside else trail
    if isinstance(ask, dict) and isinstance(name := ask.get("ask"), str):
        return name, {key: value for key, value in ask.items() if key != "ask"}, trail
    if isinstance(ask, dict) and len(ask) == 1:
        name, below = next(iter(ask.items()))
        if below is None or isinstance(below, dict):
            return name, below or {}, (*trail, name)
    detail = "a question names one thing that is asked, and its parameters"
    troubles.append(Trouble(trail, shown(ask), detail, "write e.g. ask: {sellable: {item: A, site: LON}}"))
    return None


def _unknown(trail: Trail, name: str, known: Sequence[str]) -> Trouble:
    near = get_close_matches(name, known, 1)
    remedy = f"did you mean {near[0]}?" if near else "leave it out; known are " + ", ".join(known)
    return Trouble((*trail, name), "", "there is no such field", remedy)


def _only(found: Any) -> list[Any]:
    return [found] if found is not None else []
