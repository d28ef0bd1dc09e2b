"""How a company wants cases: whose each kind is, by when, which it does not want, and what silence is too long."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct, field

from sayso.canon.times import parse_duration
from sayso.cases.kinds import KINDS, kind_of
from sayso.errors import BadField, Misconfigured

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
STAGES: Mapping[str, str] = {
    "accepted": "PT4H", "shipped": "P1D", "delivered": "", "invoiced": "P2D", "acknowledged": "P1D", "paid": "P3D",
}  # fmt: skip
"""How long each step of an order may take, counted from the one before (shipped, delivered and paid: from the day that
was promised or due). "" is not watched."""


class KindPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """What differs for a kind from the table: its owner, its time (ISO 8601), or that it is not wanted at all."""

    owner: str = ""
    due: str = ""
    off: bool = False


class FeedPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """What is declared of a feed: it sends at least once in `every` (ISO 8601), counted on `days` only, from the hour
    `start` to the hour `end` of `zone`. Without `every` its rhythm is learned. `off`: it is not watched."""

    every: str = ""
    days: tuple[str, ...] = DAYS
    start: int = 0
    end: int = 24
    zone: str = "UTC"
    off: bool = False


class SilencePolicy(Struct, frozen=True):
    """What silence is too long. A learned rhythm alarms no sooner than `floor` after the longest usual gap."""

    feeds: Mapping[str, FeedPolicy] = {}
    stages: Mapping[str, timedelta] = field(
        default_factory=lambda: {name: parse_duration(text) for name, text in STAGES.items() if text}
    )
    zone: str = "UTC"
    floor: timedelta = timedelta(minutes=15)


class CasePolicy(Struct, frozen=True):
    """All settings of cases. A remedy worth more than `named_over`, in the case's currency, needs a named person."""

    kinds: Mapping[str, KindPolicy] = {}
    named_over: Decimal | None = None
    silence: SilencePolicy = field(default_factory=SilencePolicy)

    def owner(self, kind: str) -> str:
        """The team whose cases of this kind are."""
        return self._of(kind).owner or kind_of(kind).owner

    def due(self, kind: str) -> timedelta:
        """The time that a case of this kind has."""
        return parse_duration(self._of(kind).due or kind_of(kind).due)

    def wants(self, kind: str) -> bool:
        """Whether cases of this kind are opened."""
        return not self._of(kind).off

    def _of(self, kind: str) -> KindPolicy:
        return self.kinds.get(kind, _AS_IT_IS)


_AS_IT_IS = KindPolicy()


def read(document: Mapping[str, Any], where: str) -> CasePolicy:
    """The settings of cases: [cases] and [silence] of the follow file. Misconfigured names the key that is amiss."""
    kinds: dict[str, KindPolicy] = {}
    over: Decimal | None = None
    for name, given in _table(document.get("cases", {}), f"{where}: cases").items():
        key = f"{where}: cases.{name}"
        if name == "named_over":
            over = _amount(given, key)
            continue
        if name not in KINDS:
            raise Misconfigured(f"{key}: there is no such kind of case", remedy="see docs/reference/cases.md")
        kinds[name] = _converted(given, KindPolicy, key)
        if kinds[name].due:
            _duration(kinds[name].due, f"{key}.due")
    return CasePolicy(
        kinds,
        over,
        read_silence(_table(document.get("silence", {}), f"{where}: silence"), f"{where}: silence"),
    )


def read_silence(section: Mapping[str, Any], where: str) -> SilencePolicy:
    """The settings of silence from the follow file's [silence]; Misconfigured names the key that is amiss."""
    usual = SilencePolicy()
    for name in section:
        if name not in ("feeds", "stages", "zone", "floor"):
            raise Misconfigured(
                f"{where}: there is no setting {name!r}", remedy="known: feeds, stages, zone, floor"
            )
    stages = {**STAGES, **_table(section.get("stages", {}), f"{where}.stages")}
    for name in stages:
        if name not in STAGES:
            raise Misconfigured(
                f"{where}.stages: no stage is called {name!r}", remedy="known: " + ", ".join(STAGES)
            )
    feeds = {
        name: _feed(given, f"{where}.feeds.{name}")
        for name, given in _table(section.get("feeds", {}), f"{where}.feeds").items()
    }
    return SilencePolicy(
        feeds,
        {name: _duration(text, f"{where}.stages.{name}") for name, text in stages.items() if text != ""},
        _zone(section.get("zone", usual.zone), f"{where}.zone"),
        _duration(section["floor"], f"{where}.floor") if "floor" in section else usual.floor,
    )


def _feed(given: Any, where: str) -> FeedPolicy:
    found: FeedPolicy = _converted(given, FeedPolicy, where)
    if found.every:
        _duration(found.every, f"{where}.every")
    if wrong := [day for day in found.days if day not in DAYS]:
        raise Misconfigured(f"{where}.days: {wrong[0]!r} is no day", remedy="known: " + ", ".join(DAYS))
    if not found.days or not 0 <= found.start < found.end <= 24:
        raise Misconfigured(
            f"{where}: there is no hour to count", remedy='e.g. days = ["mon"], start = 8, end = 18'
        )
    _zone(found.zone, f"{where}.zone")
    return found


def _converted(given: Any, type_: type[Any], where: str) -> Any:
    try:
        return msgspec.convert(given, type_)
    except msgspec.ValidationError as refused:
        raise Misconfigured(f"{where}: {refused}", remedy="see docs/how-to/work-the-cases.md") from None


def _table(given: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise Misconfigured(f"{where} is a table, not {given!r}", remedy="see docs/how-to/work-the-cases.md")
    return given


def _duration(given: Any, where: str) -> timedelta:
    try:
        return parse_duration(given if isinstance(given, str) else "", field=where)
    except BadField:
        raise Misconfigured(
            f"{where}: {given!r} is not an ISO 8601 duration", remedy="e.g. PT4H, P1D"
        ) from None


def _amount(given: Any, where: str) -> Decimal:
    try:
        found = msgspec.convert(given, Decimal)
    except msgspec.ValidationError:
        found = Decimal("NaN")
    if not found.is_finite() or found < 0:
        raise Misconfigured(f"{where}: {given!r} is not an amount", remedy='e.g. named_over = "250.00"')
    return found


def _zone(given: Any, where: str) -> str:
    try:
        ZoneInfo(given)
    except (ValueError, TypeError, OSError, KeyError):
        raise Misconfigured(f"{where}: {given!r} is no time zone", remedy="e.g. Europe/London") from None
    return str(given)
