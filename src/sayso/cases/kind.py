"""What a kind of case says of itself, and how its next step is put into words. The kinds stand in `kinds_*`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

FoundIn = Literal["order", "account", "message", "effect", "clock", "promise"]
Severity = Literal["low", "normal", "high"]

_PART = re.compile(r"\[([^\]]*)\]")
_NAME = re.compile(r"\{([a-z_]+)\}")


class Kind(Struct, frozen=True, kw_only=True):
    """One kind of trouble.

    `found_in` says who finds it, and so who may say that it is over: the fold of an order, the receivables of an account,
    the messages of a system, what systems are asked, a clock, a promise; `also_in` is a second place. `trigger` is a
    sentence; `step` one with names of facts in braces, where what stands in square brackets is left out if a fact in it
    is not told. `due` is counted from the opening. `remedies` are in the order in which they are usually tried.
    `by_facts`: facts that no longer show the trouble close the case; else a person does.
    """

    kind: str
    title: str
    found_in: FoundIn
    trigger: str
    owner: str
    due: str
    severity: Severity = "normal"
    step: str
    remedies: tuple[str, ...] = ()
    also_in: FoundIn | None = None
    by_facts: bool = True


def sentence(template: str, facts: Mapping[str, str]) -> str:
    """The template with its facts. A part in square brackets that names a fact which is blank or not told is left out.

    Raises KeyError for such a fact outside brackets: the table's test sees to it that there is none.
    """

    def part(found: re.Match[str]) -> str:
        names = _NAME.findall(found[1])
        return _filled(found[1], facts) if all(facts.get(name) for name in names) else ""

    return _filled(_PART.sub(part, template), facts)


def named(template: str) -> tuple[str, ...]:
    """The facts that a template may tell, each once, in its order."""
    return tuple(dict.fromkeys(_NAME.findall(template)))


def _filled(text: str, facts: Mapping[str, str]) -> str:
    return _NAME.sub(lambda found: facts[found[1]], text)
