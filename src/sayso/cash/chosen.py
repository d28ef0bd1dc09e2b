"""Which tellings count: of each document the highest revision, and where one revision has two contents, one and the same.

Knows the keys of facts and nothing of what they say, but for the two families that are told in pieces: each change
of an order stays beside the others, and so does each part of a shipment that comes in several messages.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sayso.canon.events_goods import ShipmentDispatched
from sayso.cash.shapes import Fact

CHANGED = "order.changed"
DISPATCHED = "shipment.dispatched"

Key = tuple[str, str, int]


class Chosen:
    """The facts that count, by family (in no order), the documents told in two ways, and the span of time of all facts."""

    __slots__ = ("by_family", "conflicts", "documents", "first", "last")

    def __init__(self) -> None:
        self.by_family: dict[str, list[Fact]] = {}
        self.conflicts: tuple[str, ...] = ()
        self.documents: tuple[str, ...] = ()
        self.first: datetime | None = None
        self.last: datetime | None = None

    def of(self, family: str) -> list[Fact]:
        """Those of a family."""
        return self.by_family.get(family, [])

    def in_time(self, family: str) -> list[Fact]:
        """Those of a family in the order in which they happened; at one moment, by their documents' numbers."""
        found = self.by_family.get(family)
        if not found:
            return []
        return found if len(found) == 1 else sorted(found, key=moment_and_number)


def moment_and_number(fact: Fact) -> tuple[datetime, str, int]:
    """A total order of facts that count: when it happened, and of which document."""
    return fact.occurred, fact.document, fact.revision


def choose(facts: Iterable[Fact]) -> Chosen:
    """The tellings that count; a function of the set of facts."""
    best: dict[Key, Fact] = {}
    clashes: dict[Key, int] = {}
    first: datetime | None = None
    last: datetime | None = None
    for fact in facts:
        occurred = fact.occurred
        if first is None or occurred < first:
            first = occurred
        if last is None or occurred > last:
            last = occurred
        key = _key(fact)
        known = best.setdefault(key, fact)
        if known is fact:
            continue
        if known.revision == fact.revision and known.digest != fact.digest:
            clashes[key] = fact.revision
        if _counts_more(fact, known):
            best[key] = fact
    return _sorted_out(best, clashes, first, last)


def utc(moment: datetime) -> datetime:
    """The same moment as it is written in UTC, so that one moment has one text."""
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def _key(fact: Fact) -> Key:
    if fact.family == CHANGED:
        return fact.family, fact.document, fact.revision
    if fact.family == DISPATCHED and isinstance(fact.data, ShipmentDispatched) and not fact.data.series:
        return fact.family, fact.document, fact.data.part
    return fact.family, fact.document, 0


def _counts_more(fact: Fact, known: Fact) -> bool:
    if fact.revision != known.revision:
        return fact.revision > known.revision
    return _rank(fact) < _rank(known)


def _rank(fact: Fact) -> tuple[str, datetime, str, str]:
    return fact.digest, fact.occurred, fact.source, fact.subject


def _sorted_out(
    best: dict[Key, Fact], clashes: dict[Key, int], first: datetime | None, last: datetime | None
) -> Chosen:
    chosen = Chosen()
    by_family = chosen.by_family
    documents = set()
    for fact in best.values():
        documents.add(f"{fact.family} {fact.document}")
        if fact.family in by_family:
            by_family[fact.family].append(fact)
        else:
            by_family[fact.family] = [fact]
    chosen.documents = tuple(sorted(documents))
    if clashes:
        # A conflict that a later revision has overtaken is none any more.
        standing = {key: revision for key, revision in clashes.items() if best[key].revision == revision}
        chosen.conflicts = tuple(
            sorted(f"{key[0]} {key[1]} {revision}" for key, revision in standing.items())
        )
    chosen.first = utc(first) if first else None
    chosen.last = utc(last) if last else None
    return chosen
