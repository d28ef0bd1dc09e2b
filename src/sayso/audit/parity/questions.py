"""What a case asks and expects, in whichever way it is written: each question with its parameters and expectation.

Knows the ways of writing, not what the questions mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

import msgspec

from sayso.audit.parity.asked import ASKED_IN, ask_named
from sayso.audit.parity.expected import Written, expected_of
from sayso.audit.parity.files import Trail, Value
from sayso.audit.parity.given import Trouble, shown
from sayso.errors import BadField

#: Fields of a case that are not about its questions.
ABOUT = ("id", "note", "profile", "policy", "given", "today", "as_of")
#: What may hold the parameters of a question beside its name.
BESIDE = ("with", "params", "parameters")
#: What may hold the name of a question among its parameters.
NAMED_BY = ("ask", "question", "type", "kind", "name")
FIELDS = (*ABOUT[:5], "ask", "with", "expect", "questions")
_LABELS = ("id", "note", "name")


def written(case: dict[str, Value], troubles: list[Trouble]) -> list[Written]:
    """The questions of a case; what cannot be understood of them is added to `troubles`, and left out."""
    if "questions" in case:
        _beyond(case, (), (*ABOUT, "ask", "expect", "questions", *BESIDE), troubles)
        return list(_under_questions(case, troubles))
    return _asked(case, (), ABOUT, troubles)


def _asked(
    holder: dict[str, Value], trail: Trail, about: Sequence[str], troubles: list[Trouble]
) -> list[Written]:
    """The questions under `ask` of a case, or of one of its `questions`, with the parameters beside it."""
    if holder.get("ask") in (None, "", [], {}):
        _beyond(holder, trail, (*about, "ask", "expect", *BESIDE), troubles)
        remedy = f"write ask: {{sellable: {{...}}}}; one of {', '.join(ASKED_IN)}"
        troubles.append(Trouble(trail, "", "nothing is asked", remedy))
        return []
    asks = list(_several(holder["ask"], (*trail, "ask"), "", troubles))
    beside = dict(_beside(holder, trail, troubles))
    known = {name for one in asks for name in _parameters(one.name)}
    loose = {name: value for name, value in holder.items() if name in known and name not in FIELDS}
    _beyond(holder, trail, (*about, "ask", "expect", *BESIDE, *loose), troubles)
    shared = {**beside, **loose}
    if len(asks) > 1:
        for name in sorted(beside.keys() - known):
            detail = "none of these questions has such a parameter"
            troubles.append(Trouble((*trail, "with", name), shown(beside[name]), detail, "leave it out"))
    found = [_sharing(one, shared, trail, alone=len(asks) == 1) for one in asks]
    at = (*trail, "expect")
    return expected_of(found, holder.get("expect"), at, troubles, said="expect" in holder)


def _sharing(one: Written, shared: Mapping[str, Value], trail: Trail, *, alone: bool) -> Written:
    """A question with the parameters that stand beside all: alone it is given each, else those that it knows."""
    known = _parameters(one.name)
    taken = {name: value for name, value in shared.items() if alone or name in known}
    if not taken:
        return one
    below = one.trail if one.parameters else (*trail, "with")
    return one._replace(parameters={**taken, **one.parameters}, trail=below)


def _under_questions(case: dict[str, Value], troubles: list[Trouble]) -> Iterator[Written]:
    listed = case["questions"]
    for name in ("ask", "expect", *BESIDE):
        if name in case:
            remedy = f"move {name} into a question"
            troubles.append(Trouble((name,), "", f"{name} and questions cannot stand together", remedy))
    if not isinstance(listed, list | dict) or not listed:
        remedy = "write - {ask: {...}, expect: {...}}"
        troubles.append(Trouble(("questions",), shown(listed), "questions are a list", remedy))
        return
    for place, one in listed.items() if isinstance(listed, dict) else enumerate(listed):
        trail: Trail = ("questions", place)
        if not isinstance(one, dict):
            troubles.append(Trouble(trail, shown(one), "a question is a mapping", "write ask: and expect:"))
        elif "ask" in one or not any(name in ASKED_IN or name in NAMED_BY for name in one):
            yield from _asked(one, trail, _LABELS, troubles)
        else:
            yield from expected_of(
                list(_several(one, trail, "", troubles)), None, (*trail, "expect"), troubles
            )


def _several(ask: Value, trail: Trail, label: str, troubles: list[Trouble]) -> Iterator[Written]:
    """The questions that `ask` names: one, a list, or a mapping of several by their names or by names of their own."""
    if isinstance(ask, str):
        yield Written(ask, label or ask, {}, None, trail, trail)
        return
    if isinstance(ask, list):
        for place, one in enumerate(ask):
            yield from _several(one, (*trail, place), label, troubles)
        return
    if isinstance(ask, dict):
        named = [name for name in ask if name in ASKED_IN and isinstance(ask[name], dict | list | None)]
        if named:
            yield from _by_name(ask, named, trail, label, troubles)
            return
        by = next((name for name in NAMED_BY if isinstance(ask.get(name), str)), None)
        if by is not None:
            yield _flat(ask, by, trail, label, troubles)
            return
        own = {name: one for name, one in ask.items() if name != "expect"}
        if own and all(isinstance(one, dict | list) for one in own.values()) and _all_ask(own.values()):
            found = [
                one for name, below in own.items() for one in _several(below, (*trail, name), name, troubles)
            ]
            yield from _with_own(ask, found, trail, troubles)
            return
        if len(own) == 1 and isinstance(below := next(iter(own.values())), dict | None):
            name = next(iter(own))
            yield Written(name, name, below or {}, None, (*trail, name), trail)
            return
    detail = "a question names one thing that is asked, and its parameters"
    troubles.append(Trouble(trail, shown(ask), detail, "write e.g. ask: {sellable: {item: A, site: LON}}"))


def _by_name(
    ask: dict[str, Value], named: Sequence[str], trail: Trail, label: str, troubles: list[Trouble]
) -> Iterator[Written]:
    """`{sellable: {...}, warning: {...}}`: several questions by their names; a list under a name asks that often."""
    alone = len(named) == 1
    beside = dict(_beside(ask, trail, troubles))
    known = {name for one in named for name in _parameters(one)}
    loose = {name: value for name, value in ask.items() if name in known and name not in named}
    _beyond(ask, trail, (*named, *_LABELS, "expect", *BESIDE, *loose), troubles)
    found = []
    for name in named:
        below = ask[name]
        if not isinstance(below, list):
            one = _within(name, label or name, below, (*trail, name), troubles)
            found += [_sharing(one, {**beside, **loose}, trail, alone=alone)] if one else []
            continue
        for place, each in enumerate(below):
            one = _within(name, label or name, each, (*trail, name, place), troubles)
            found += [_sharing(one, {**beside, **loose}, trail, alone=alone)] if one else []
    yield from _with_own(ask, found, trail, troubles)


def _within(name: str, label: str, below: Value, trail: Trail, troubles: list[Trouble]) -> Written | None:
    """A question whose parameters are `below`, and maybe what is expected of it."""
    if below is not None and not isinstance(below, dict):
        troubles.append(
            Trouble(trail, shown(below), "parameters are a mapping", "write {item: A, site: LON}")
        )
        return None
    held = dict(_beside(below or {}, trail, troubles))
    own = {one: value for one, value in (below or {}).items() if one not in ("expect", *BESIDE)}
    expect = below.get("expect") if below else None
    return Written(name, label, {**held, **own}, expect, trail, (*trail, "expect"), expect is not None)


def _flat(ask: dict[str, Value], by: str, trail: Trail, label: str, troubles: list[Trouble]) -> Written:
    """`{ask: sellable, item: A}`: the name among the parameters."""
    name = str(ask[by])
    labels = [one for one in ("id", "note") if one in ask and one not in _parameters(name)]
    rest = {one: value for one, value in ask.items() if one != by and one not in labels}
    found = _within(name, label or name, rest, trail, troubles)
    return found if found is not None else Written(name, label or name, {}, None, trail, trail)


def _with_own(
    ask: dict[str, Value], found: list[Written], trail: Trail, troubles: list[Trouble]
) -> list[Written]:
    """The questions of a mapping, with what it says itself is expected of them."""
    if ask.get("expect") is None:
        return found
    return expected_of(found, ask["expect"], (*trail, "expect"), troubles)


def _beside(
    holder: Mapping[str, Value], trail: Trail, troubles: list[Trouble]
) -> Iterator[tuple[str, Value]]:
    """The parameters that stand under `with`, or under another name for it."""
    for name in BESIDE:
        value = holder.get(name)
        if isinstance(value, dict):
            yield from value.items()
        elif value is not None:
            detail = "parameters are a mapping of names to values"
            troubles.append(Trouble((*trail, name), shown(value), detail, "write {item: A, site: LON}"))


def _all_ask(values: Iterable[Value]) -> bool:
    """Whether each of these is a question itself."""
    return all(
        isinstance(one, dict) and any(name in ASKED_IN or name in NAMED_BY for name in one) for one in values
    )


def _parameters(name: str) -> frozenset[str]:
    try:
        return frozenset(field.encode_name for field in msgspec.structs.fields(ask_named(name).parameters))
    except BadField:
        return frozenset()


def _beyond(holder: dict[str, Value], trail: Trail, known: Sequence[str], troubles: list[Trouble]) -> None:
    """What stands there and is no field of a case, nor a parameter of what it asks."""
    for name in holder:
        if name not in known:
            near = get_close_matches(name, known, 1)
            told = FIELDS if not trail else ("ask", "with", "expect", "note")
            remedy = f"did you mean {near[0]}?" if near else "leave it out; known are " + ", ".join(told)
            troubles.append(Trouble((*trail, name), "", "there is no such field", remedy))
