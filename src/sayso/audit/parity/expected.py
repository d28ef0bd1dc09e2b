"""Which question of a case each expectation belongs to, in whichever way expectations are written.

Alone, in a list in the order of the questions, under a question's name, or field by field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sayso.audit.parity.files import Trail, Value
from sayso.audit.parity.given import Trouble, shown

#: The fields of each question's answer. Where one is called as the question is, that is what a bare value means.
ANSWERED: Mapping[str, tuple[str, ...]] = {
    "sellable": ("sellable",),
    "earliest": ("earliest",),
    "warning": ("warning", "available_after"),
    "price": ("unit_price", "discount_percent", "line_amount", "rule", "currency", "includes_tax", "reason", "conflict"),
    "credit": (
        "verdict", "warning", "exposure", "parts", "limit", "available", "overdue", "account", "currency", "reasons",
    ),
    "overdue": ("overdue", "warning", "oldest", "days", "account", "currency"),
    "promise": ("promise", "verdict", "held", "expires", "lines", "credit", "totals", "evidence"),
}  # fmt: skip


class Written(NamedTuple):
    """A question as it is written, and where its parameters and what is expected stand.

    `label` is what the case calls it. `owns` says that its expectation stands within it.
    """

    name: str
    label: str
    parameters: Mapping[str, Value]
    expect: Value
    trail: Trail
    expected_at: Trail
    owns: bool = False


def expected_of(
    found: list[Written], expect: Value, trail: Trail, troubles: list[Trouble], *, said: bool = False
) -> list[Written]:
    """The questions with what is expected of each. What belongs to none is added to `troubles`.

    `said`: that there is an `expect`, so that none is what is expected of a question's one figure.
    """
    open_ones = [place for place, one in enumerate(found) if not one.owns]
    if not found or (expect is None and not (said and len(found) == 1 and _figure(found[0]))):
        return [one if one.owns else one._replace(expected_at=trail) for one in found]
    if not open_ones:
        detail = "each question has its own expect already"
        troubles.append(Trouble(trail, shown(expect), detail, "leave one of the two out"))
        return found
    told = dict(found_for([found[place] for place in open_ones], expect, trail, troubles))
    given = list(found)
    for number, place in enumerate(open_ones):
        value, at = told.get(number, (None, trail))
        given[place] = found[place]._replace(expect=value, expected_at=at, owns=True)
    return given


def found_for(
    asked: list[Written], expect: Value, trail: Trail, troubles: list[Trouble]
) -> Iterator[tuple[int, tuple[Value, Trail]]]:
    """Question by question, by its number, what is expected of it and where that stands."""
    if isinstance(expect, list):
        if len(expect) != len(asked):
            detail = f"{len(asked)} things are asked, so expect is a list of {len(asked)}"
            remedy = "or write expect beside each question"
            troubles.append(Trouble(trail, shown(expect), detail, remedy))
            yield from _silenced(asked, trail)
            return
        for number, (one, value) in enumerate(zip(asked, expect, strict=True)):
            yield number, (_one(one, value), (*trail, number))
    elif len(asked) == 1:
        yield 0, (_one(asked[0], expect), trail)
    elif isinstance(expect, dict):
        yield from _by_name(asked, expect, trail, troubles)
    else:
        detail = f"{len(asked)} things are asked, so expect is a list of {len(asked)}"
        troubles.append(Trouble(trail, shown(expect), detail, "or write expect beside each question"))
        yield from _silenced(asked, trail)


def _by_name(
    asked: list[Written], expect: dict[str, Value], trail: Trail, troubles: list[Trouble]
) -> Iterator[tuple[int, tuple[Value, Trail]]]:
    """By what the case or Sayso calls a question; and fields that only one question answers, by themselves."""
    told: dict[int, dict[str, Value]] = {}
    places: dict[int, Trail] = {}
    before = len(troubles)
    for name, value in expect.items():
        at = (*trail, name)
        whose = [number for number, one in enumerate(asked) if name == one.label] or [
            number for number, one in enumerate(asked) if name == one.name
        ]
        if whose and isinstance(value, list) and len(value) == len(whose) and name not in _LISTED:
            parts = zip(whose, value, [(*at, place) for place in range(len(value))], strict=True)
        elif len(whose) == 1 and (isinstance(value, dict) or _figure(asked[whose[0]])):
            parts = zip(whose, [value], [at], strict=True)
        else:
            whose = [number for number, one in enumerate(asked) if name in ANSWERED.get(one.name, ())]
            if len(whose) != 1:
                troubles.append(_whose(asked, name, value, at, several=len(whose) > 1))
                continue
            parts = zip(whose, [{name: value}], [trail], strict=True)
        for number, part, place in parts:
            fields = _one(asked[number], part)
            if not isinstance(fields, dict):
                troubles.append(_no_fields(fields, place))
                continue
            told.setdefault(number, {}).update(fields)
            places.setdefault(number, place)
    if len(troubles) > before:
        yield from _silenced(asked, trail)
        return
    for number, fields in told.items():
        yield number, (fields, places[number] if len(fields) > 1 or places[number] != trail else trail)


_LISTED = ("lines", "reasons", "parts")


def _one(asked: Written, expect: Value) -> Value:
    """What is expected of one question: its fields; under its own name as well; or the one figure that it is about."""
    own = _figure(asked)
    if isinstance(expect, dict):
        names = {asked.name, asked.label}
        inner: Value = next(iter(expect.values())) if len(expect) == 1 and names & expect.keys() else None
        return inner if isinstance(inner, dict) else expect
    return {own: expect} if own and not isinstance(expect, list) else expect


def _figure(asked: Written) -> str:
    """The field of the answer that is called as the question is, and is its one figure; "" where there is none."""
    own = asked.name in ANSWERED.get(asked.name, ()) and asked.name != "promise"
    return asked.name if own else ""


def _silenced(asked: list[Written], trail: Trail) -> Iterator[tuple[int, tuple[Value, Trail]]]:
    """Something that says nothing, where what is wrong was told already."""
    for number in range(len(asked)):
        yield number, ({"": None}, trail)


def _no_fields(value: Value, at: Trail) -> Trouble:
    detail = "what is expected is a mapping of the answer's fields to values"
    return Trouble(at, shown(value), detail, "write e.g. expect: {sellable: 10}")


def _whose(asked: list[Written], name: str, value: Value, at: Trail, *, several: bool) -> Trouble:
    said = "several of these questions answer it" if several else "none of these questions answers it"
    labels = ", ".join(dict.fromkeys(one.label for one in asked))
    return Trouble(at, shown(value), said, f"write expect as a list, or by the questions' names: {labels}")
