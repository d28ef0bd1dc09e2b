"""From what a system says to the bytes that leave it, and when: late, twice, cut, renamed, or not at all.

Knows messages as JSON values only; what they mean is their system's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from sayso.canon.times import moment, parse_moment
from sayso.systems.simulated.chance import Chance
from sayso.systems.simulated.faults import Faults, Rule

_ENCODER = msgspec.json.Encoder()
_HOUR = timedelta(hours=1)
_QUANTITIES = ("qty", "quantity", "qtyOnHand", "amount", "grossTotal", "totalInclTax")


class Said(NamedTuple):
    """A message as its system means it. `at` is when it would leave."""

    system: str
    kind: str
    message: str
    order: str
    document: str
    body: dict[str, Any]
    at: datetime


class Leaving(NamedTuple):
    """Bytes and the moment at which they leave."""

    at: datetime
    body: bytes


class Misdelivery:
    """Turns what is said into what leaves."""

    def __init__(self, faults: Faults, chance: Chance) -> None:
        self._faults, self._chance = faults, chance

    def leaving(self, said: Said) -> tuple[list[Leaving], list[Leaving]]:
        """What leaves and when; and what was held back for good, to be sent on request (`at`: when it should have been)."""
        body = self._skewed(said, self._renamed(said, said.body))
        whole, at = _ENCODER.encode(body), self._delayed(said)
        leaves: list[Leaving] = []
        back: list[Leaving] = []
        lost = self._due(said, "lost")
        cut = None if lost else self._due(said, "truncated")
        broken = lost or cut
        if cut is not None:
            share = cut.share or 20 + self._chance.below(60, "cut", said.message)
            leaves.append(Leaving(at, whole[: len(whole) * share // 100]))
            self._play(said, "truncated", f"{share} % of {len(whole)} bytes")
        elif lost is not None:
            self._play(said, "lost")
        else:
            leaves.append(Leaving(at, whole))
        if broken is not None:
            (leaves if broken.resend is not None else back).append(
                Leaving(at + (broken.resend or _HOUR * 0), whole)
            )
        if lost is None:
            leaves += self._repeats(said, at, leaves[0].body)
            leaves += self._altered(said, at, body)
        return leaves, back

    def _due(self, said: Said, fault: str) -> Rule | None:
        return self._faults.due(said.system, fault, said.kind, said.order, said.message, said.at)

    def _play(self, said: Said, fault: str, detail: str = "") -> None:
        self._faults.play(said.at, said.system, fault, said.kind, said.order, said.document, detail)

    def _renamed(self, said: Said, body: dict[str, Any]) -> dict[str, Any]:
        rule = self._due(said, "schema_changed")
        if rule is None:
            return body
        self._play(said, "schema_changed", ", ".join(f"{old} is {new}" for old, new in rule.rename.items()))
        found: dict[str, Any] = _renamed(body, rule.rename)
        return found

    def _skewed(self, said: Said, body: dict[str, Any]) -> dict[str, Any]:
        rule = self._due(said, "clock_skew")
        if rule is None:
            return body
        shift = (rule.by or 7 * timedelta(minutes=1)) * (-1 if rule.behind else 1)
        self._play(said, "clock_skew", str(shift))
        return {
            name: moment(parse_moment(value) + shift) if _is_moment(name, value) else value
            for name, value in body.items()
        }

    def _delayed(self, said: Said) -> datetime:
        at = said.at
        for fault, usual in (("late", 6 * _HOUR), ("reordered", 24 * _HOUR)):
            rule = self._due(said, fault)
            if rule is not None:
                at += rule.by or usual
                self._play(said, fault, str(rule.by or usual))
        return at

    def _repeats(self, said: Said, at: datetime, body: bytes) -> Iterator[Leaving]:
        rule = self._due(said, "repeated")
        if rule is None:
            return
        self._play(said, "repeated", f"{rule.times} more")
        for time in range(1, rule.times + 1):
            yield Leaving(at + time * (rule.every or timedelta(seconds=30)), body)

    def _altered(self, said: Said, at: datetime, body: dict[str, Any]) -> Iterator[Leaving]:
        """The same message again, with the same id, saying something else."""
        rule = self._due(said, "another_body")
        if rule is None:
            return
        altered = _more(body)
        self._play(said, "another_body", f"the same {said.message}")
        yield Leaving(at + (rule.by or _HOUR), _ENCODER.encode(altered))


def _is_moment(name: str, value: Any) -> bool:
    return isinstance(value, str) and (name == "at" or name.endswith("At")) and value.endswith("Z")


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {names.get(name, name): _renamed(inner, names) for name, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, names) for inner in value]
    return value


def _more(body: dict[str, Any]) -> dict[str, Any]:
    """The body with one more of the first quantity or amount that is in it, else with another reason."""
    altered: dict[str, Any] = msgspec.json.decode(_ENCODER.encode(body))
    for part in (*altered.get("lines", ()), altered):
        for name in _QUANTITIES:
            if name in part:
                whole, point, rest = str(part[name]).partition(".")
                part[name] = f"{int(whole) + 1}{point}{rest}"
                return altered
    return altered | {"reason": "told otherwise before"}
