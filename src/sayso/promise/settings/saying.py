"""How a setting is said in a sentence: by its value, by its members, or by its measure; and when it says anything.

Knows no setting; the sentences stand in said_*.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

_DURATION = re.compile(r"P(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)W)?(?:([0-9]+)D)?")
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


class By(NamedTuple):
    """A sentence for each value."""

    words: Mapping[Any, str]


class Each(NamedTuple):
    """A sentence with `{all}` in the place of the members, each in its words; `nothing` where there are none.

    `ordered` members are told as a sequence, others as a sum.
    """

    sentence: str
    words: Mapping[Any, str]
    nothing: str
    ordered: bool = False


class Measure(NamedTuple):
    """A sentence with `{value}` in the place of the value; `special` values have their own."""

    sentence: str
    special: Mapping[Any, str] = {}
    shown: Callable[[Any], str] = str


Saying = By | Each | Measure


class Said(NamedTuple):
    """How a setting is said, and the settings that give it a meaning: each with the values where it has one."""

    saying: Saying
    where: Mapping[str, Sequence[Any]] = {}


def sentence(saying: Saying, value: Any) -> str:
    """The sentence of a value. Raises KeyError for a value, or a member, that has no words."""
    if isinstance(saying, By):
        return saying.words[value]
    if isinstance(saying, Measure):
        special = saying.special.get(value)
        return special if special is not None else saying.sentence.format(value=saying.shown(value))
    if not value:
        return saying.nothing
    words = [saying.words[member] for member in value]
    return saying.sentence.format(all=in_order(words) if saying.ordered else together(words))


def together(words: Sequence[str]) -> str:
    """Several things in a row: a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def in_order(words: Sequence[str]) -> str:
    """Several things, each where those before it are not: a, then b, then c."""
    return ", then ".join(words)


def lasting(duration: str) -> str:
    """An ISO 8601 duration of days and more in words: P14D is 14 days."""
    found = _DURATION.fullmatch(duration)
    parts = zip(found.groups() if found else (), ("year", "month", "week", "day"), strict=False)
    said = [counted(int(number), name) for number, name in parts if number]
    return together(said) if said else duration


def seconds(number: int) -> str:
    """Seconds in the largest unit that they are a whole number of."""
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if number and number % size == 0:
            return counted(number // size, name)
    return counted(number, "second")


def counted(number: int, name: str) -> str:
    """So many things: one day, 14 days."""
    return f"{_WORDS[number] if number < len(_WORDS) else format(number, ',')} {name}{'' if number == 1 else 's'}"


def days(number: int) -> str:
    """A number of days."""
    return counted(number, "day")
