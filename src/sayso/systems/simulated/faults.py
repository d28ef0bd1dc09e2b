"""What goes wrong, by a file: which fault, in which system, of which messages, effects or goods, how often, from when to
when. Knows no system from inside; it says whether a fault is due, and keeps the log of those that were played."""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from sayso.canon.times import parse_duration, parse_moment
from sayso.errors import BadField, Misconfigured
from sayso.systems.simulated.chance import Chance

MESSAGES = (
    "late", "repeated", "reordered", "lost", "truncated", "schema_changed", "clock_skew", "another_body",
)  # fmt: skip
EFFECTS = ("refusing", "rate_limiting", "unclear")
BUSINESS: dict[str, tuple[str, ...]] = {
    "erp": ("price_changed", "date_changed", "rejected", "held", "cancelled"),
    "wms": ("wrong_quantity", "substitution", "split", "short_pick", "returned"),
    "ar": (),
    "bank": (
        "short_payment", "duplicate_payment", "combined_payment", "sloppy_reference", "reversed_payment", "unpaid",
    ),
    "storefront": ("asks_twice", "abandoned"),
}  # fmt: skip
"""What a system may do otherwise than it was asked to, by its role."""
NAMES = (*MESSAGES, *EFFECTS, "down", *(name for names in BUSINESS.values() for name in names))
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_LENGTHS = ("by", "every", "resend", "lasting", "corrected")
_NEEDS = {"schema_changed": ("rename",), "down": ("lasting",)}


class Rule(Struct, frozen=True, kw_only=True):
    """One fault. `of` is a kind of message or effect, or `*`. It hits `orders` or `ordinals` (of what it could have hit,
    counted from 1) where they are named, else `percent` of all; `begins` and `ends` bound the time."""

    fault: str
    system: str
    place: int = 0
    of: str = "*"
    percent: Decimal = Decimal(100)
    orders: frozenset[str] = frozenset()
    ordinals: frozenset[int] = frozenset()
    begins: datetime | None = None
    ends: datetime | None = None
    by: timedelta | None = None
    every: timedelta | None = None
    resend: timedelta | None = None
    lasting: timedelta | None = None
    corrected: timedelta | None = None
    times: int = 1
    retry_after: int = 30
    units: int = 1
    share: int = 0
    rename: dict[str, str] = {}
    behind: bool = False
    agreed: bool = True
    does: bool = True
    what: str = ""


class Played(NamedTuple):
    """A fault that was played: what, in which system, of what (a kind), which order, which document or effect, when."""

    at: datetime
    system: str
    fault: str
    of: str
    order: str
    document: str
    detail: str = ""


class Faults:
    """The rules, with chance, and the log."""

    def __init__(self, rules: Iterable[Rule] = (), seed: int = 0) -> None:
        self.played: list[Played] = []
        self._chance = Chance(seed)
        self._rules: dict[tuple[str, str], list[Rule]] = defaultdict(list)
        self._counted: Counter[int] = Counter()
        for place, rule in enumerate(rules):
            placed = msgspec.structs.replace(rule, place=place)
            self._rules[rule.system, rule.fault].append(placed)

    def due(self, system: str, fault: str, of: str, order: str, subject: str, now: datetime) -> Rule | None:
        """The rule by which this happens to `subject` (a message, effect, task, invoice), or None. Each call counts for
        ordinals, so it is asked once for each subject."""
        for rule in self._rules.get((system, fault), ()):
            if rule.of not in ("*", of) or not _in_time(rule, now):
                continue
            self._counted[rule.place] += 1
            if self._hits(rule, order, subject):
                return rule
        return None

    def _hits(self, rule: Rule, order: str, subject: str) -> bool:
        if rule.orders or rule.ordinals:
            return order in rule.orders or self._counted[rule.place] in rule.ordinals
        return self._chance.hits(rule.percent, "fault", rule.place, rule.fault, subject)

    def down_until(self, system: str, now: datetime) -> datetime | None:
        """When a system that is down at this moment will be up; None where it is up.

        A rule without `every` is down for `lasting` from `begins`; with it, so often within each such stretch of
        time, at a moment of chance.
        """
        ends = None
        for rule in self._rules.get((system, "down"), ()):
            if rule.lasting is None or (rule.every and not _in_time(rule, now)):
                continue
            for starts in self._falls(rule, now):
                if starts <= now < starts + rule.lasting:
                    ends = max(ends or now, starts + rule.lasting)
        return ends

    def _falls(self, rule: Rule, now: datetime) -> Iterable[datetime]:
        if not rule.every or not rule.lasting:
            yield rule.begins or _EPOCH
            return
        stretch = (now - _EPOCH) // rule.every
        for number in (stretch - 1, stretch):
            if self._chance.hits(rule.percent, "down", rule.place, number):
                slack = max(rule.every - rule.lasting, timedelta(0))
                shift = self._chance.between((timedelta(0), slack), "falls", rule.place, number)
                yield _EPOCH + number * rule.every + shift

    def play(
        self, at: datetime, system: str, fault: str, of: str, order: str, document: str, detail: str = ""
    ) -> None:
        """Note that it happened."""
        self.played.append(Played(at, system, fault, of, order, document, detail))


def _in_time(rule: Rule, now: datetime) -> bool:
    return (rule.begins is None or rule.begins <= now) and (rule.ends is None or now < rule.ends)


def read(path: Path | str, seed: int = 0) -> Faults:
    """The faults of a TOML file, or of one that comes along: none, ordinary, fire. Raises Misconfigured, naming the key.

    The file is a list `[[fault]]`; durations are ISO 8601, moments RFC 3339.
    """
    shipped = files("sayso.systems.simulated").joinpath("faults", f"{path}.toml")
    where = str(path)
    try:
        text = shipped.read_text("utf-8") if shipped.is_file() else Path(path).read_text("utf-8")
        tables = tomllib.loads(text, parse_float=Decimal)
    except OSError:
        raise Misconfigured(
            f"{where} cannot be read", remedy="name a file, or none, ordinary or fire"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise Misconfigured(f"{where} is not TOML: {broken}", remedy="mend the file") from None
    return Faults(parsed(tables, where), seed)


def parsed(tables: dict[str, Any], where: str) -> list[Rule]:
    """The rules of a file that was read. Raises Misconfigured."""
    for name in tables:
        if name != "fault":
            raise Misconfigured(f"{where}: {name} is not known", remedy="faults stand under [[fault]]")
    return [_rule(table, f"{where}: fault {place}") for place, table in enumerate(tables.get("fault", []), 1)]


def _rule(table: dict[str, Any], where: str) -> Rule:
    values = dict(table)
    for theirs, ours in (("from", "begins"), ("until", "ends")):
        if theirs in values:
            values[ours] = values.pop(theirs)
    unknown = sorted(set(values) - (set(Rule.__struct_fields__) - {"place"}))
    if unknown:
        raise Misconfigured(f"{where}: {unknown[0]} is not known", remedy="see the page on simulated systems")
    name, system = str(values.get("fault", "")), str(values.get("system", ""))
    if name not in NAMES:
        raise Misconfigured(f"{where}: there is no fault {name!r}", remedy=f"one of {', '.join(NAMES)}")
    if system not in BUSINESS:
        raise Misconfigured(f"{where}: there is no system {system!r}", remedy=f"one of {', '.join(BUSINESS)}")
    if name not in (*MESSAGES, *EFFECTS, "down", *BUSINESS[system]):
        raise Misconfigured(f"{where}: {name} is no fault of {system}", remedy="name the system that has it")
    for needed in _NEEDS.get(name, ()):
        if needed not in values:
            raise Misconfigured(f"{where}: {name} needs {needed}", remedy=f"add {needed}")
    try:
        for field in _LENGTHS:
            if field in values:
                values[field] = parse_duration(str(values[field]), field=field)
        for field in ("begins", "ends"):
            if field in values:
                values[field] = _moment(values[field], field)
        return msgspec.convert(values, Rule)
    except BadField as wrong:
        key = {"begins": "from", "ends": "until"}.get(wrong.field, wrong.field)
        said = f"{where}: {key} is {wrong.facts['value']}, {wrong.detail}"
        raise Misconfigured(said, remedy=wrong.remedy) from None
    except msgspec.ValidationError as wrong:
        raise Misconfigured(f"{where}: {wrong}", remedy="mend the value") from None


def _moment(value: Any, field: str) -> datetime:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    return parse_moment(str(value), field=field)
