"""What the checking and the translation of messages hand to others: breaches, what is to be looked up, what was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct

from sayso.canon.events import Event
from sayso.errors import BadRequest


class Breach(Struct, frozen=True, kw_only=True):
    """One thing in a message that is not as its contract says.

    `kind` is missing, renamed, extra, type, value, sign, unit, currency, decimals, date, sum, or unreadable; `where` a JSON
    pointer (RFC 6901) into the message; `said` the sentence, with field and value; `expected` what should stand there.
    `fatal`: what the message means cannot be told without it, so no mode lets it pass.
    """

    kind: str
    where: str
    said: str
    value: str = ""
    expected: str = ""
    remedy: str = ""
    fatal: bool = False

    @property
    def sentence(self) -> str:
        """What is wrong and what to do about it, for people."""
        if not self.remedy:
            return self.said
        end = "" if self.said.endswith("?") else "."
        return f"{self.said}{end} {self.remedy[0].upper()}{self.remedy[1:]}."


class Read(Struct, frozen=True):
    """A message understood: its events, and what was let pass because its contract is only audited."""

    events: tuple[Event, ...]
    warnings: tuple[Breach, ...] = ()


class Unusable(BadRequest):
    """A message that cannot be used: it is held back with this sentence. `breaches` are all that were found."""

    slug = "message-unusable"
    title = "The message cannot be used"

    def __init__(self, problem: str, breaches: Iterable[Breach] = (), *, remedy: str = "") -> None:
        super().__init__(problem, remedy=remedy)
        self.breaches = tuple(breaches)

    @classmethod
    def of(cls, breaches: tuple[Breach, ...]) -> Unusable:
        """The sentence of the gravest breach, and how many more there are."""
        first = next((each for each in breaches if each.fatal), breaches[0])
        more = len(breaches) - 1
        tail = f" (and {more} more)" if more else ""
        return cls(first.sentence + tail, breaches, remedy=first.remedy)


class Needs(Struct, frozen=True):
    """What has to be looked up before messages are translated.

    `identities` are (system, kind, theirs), kind one of order, customer, item, site; `units` are (system, item as it was
    told, unit code; "" where none was told).
    """

    identities: frozenset[tuple[str, str, str]] = frozenset()
    units: frozenset[tuple[str, str, str]] = frozenset()

    def __or__(self, other: Needs) -> Needs:
        return Needs(self.identities | other.identities, self.units | other.units)

    def __bool__(self) -> bool:
        return bool(self.identities or self.units)


class Lookups(Struct, frozen=True):
    """What was found: (system, kind, theirs) to ours, where they differ; (item, unit) to how many base units one is; an
    item's base unit; a currency's decimal places. Items and units are Sayso's own."""

    identities: Mapping[tuple[str, str, str], str] = {}
    factors: Mapping[tuple[str, str], Decimal] = {}
    bases: Mapping[str, str] = {}
    currencies: Mapping[str, int] = {}


def shown(value: Any) -> str:
    """A value as a sentence shows it: short, in one line."""
    text = value if isinstance(value, str) else str(value)
    text = "".join(one if one.isprintable() else " " for one in text[:200])
    return text if len(text) <= 80 else text[:77] + "..."
