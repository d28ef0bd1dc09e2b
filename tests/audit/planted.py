"""Precision and recall of the audit's causes, on worlds whose faults are known: `python -m audit.planted` in tests/.

Prints docs/reference/audit-quality.md. A fault is found where the audit names its line, its direction and its cause.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from audit import planted_faults, planted_others
from audit.planted_files import written
from audit.planted_others import LAX, planted
from audit.planted_world import Journal, Label, Trade
from sayso.audit.engine.audited import audited
from sayso.audit.exports.folders import Folders
from sayso.audit.exports.mapping import parse
from sayso.audit.shapes import CAUSES, Spot
from sayso.promise import policy as policies
from sayso.promise.policy import profiled


class World(NamedTuple):
    """A journal and what it is to show."""

    name: str
    seed: int
    journal: Journal
    lax: bool = False
    odd: bool = False


class Found(NamedTuple):
    """What was planted in a world, and what the audit named."""

    world: World
    planted: frozenset[Label]
    named: frozenset[Label]
    spots: tuple[Spot, ...]


def alone(seed: int) -> Iterator[World]:
    """A world for every fault, in which nothing else is wrong."""
    ways = (("yes_no", planted_faults.WRONGLY_YES), ("no_yes", planted_others.WRONGLY_NO),
            ("yes_policy_no", planted_others.AGAINST_POLICY))  # fmt: skip
    for direction, causes in ways:
        for cause, some in causes.items():
            for fault in some:
                journal = _small(seed)
                planted(journal, 1, [fault], {cause}, direction)
                yield World(f"{direction} {fault.__name__}", seed, journal, lax=direction == "yes_policy_no")


def in_pairs(seed: int) -> Iterator[World]:
    """A world for every two faults that one line may have."""
    for pair, some in planted_others.pairs():
        journal = _small(seed)
        planted(journal, 1, some, set(pair), "yes_no")
        yield World(f"{pair.first} and {pair.second}", seed, journal)


def decoys(seed: int) -> Iterator[World]:
    """A world for each thing that looks wrong and is not."""
    for decoy in planted_others.DECOYS:
        journal = _small(seed)
        planted(journal, 1, [decoy], set(), "yes_no")
        yield World(f"decoy {decoy.__name__}", seed, journal)


def together(seed: int, lax: bool = False, odd: bool = False) -> World:
    """Many faults of every cause, pairs and decoys in the trade of five weeks."""
    journal = Journal(seed, 35)
    Trade(journal, items=40, buyers=12, orders=120)
    plants: list[tuple[list[planted_faults.Fault], set[str], str]] = []
    for cause, some in planted_faults.WRONGLY_YES.items():
        if not lax or cause in planted_others.STILL_WRONG:
            plants += [([fault], {cause}, "yes_no") for fault in some for _ in range(3)]
    if lax:
        for cause, some in planted_others.AGAINST_POLICY.items():
            plants += [([fault], {cause}, "yes_policy_no") for fault in some for _ in range(3)]
    else:
        plants += [(some, set(pair), "yes_no") for pair, some in planted_others.pairs()]
        for cause, some in planted_others.WRONGLY_NO.items():
            plants += [([fault], {cause}, "no_yes") for fault in some for _ in range(3)]
        plants += [([decoy], set(), "yes_no") for decoy in planted_others.DECOYS for _ in range(3)]
    journal.chance.shuffle(plants)
    for number, (some, causes, direction) in enumerate(plants, 1):
        planted(journal, number, some, causes, direction)
    how = "the ERP's logic lax" if lax else "odd columns and encodings" if odd else "many at once"
    return World(how, seed, journal, lax, odd)


def _small(seed: int) -> Journal:
    journal = Journal(seed, 35)
    Trade(journal, items=5, buyers=4, orders=6)
    return journal


def measured(world: World) -> Found:
    """The world written to files, and audited by the public way."""
    spots: list[Spot] = []
    with TemporaryDirectory(prefix="sayso-planted-") as name:
        root = Path(name)
        mapped = written(world.journal, root, world.odd)
        exports = Folders(root / "shop", root / "erp", parse(mapped, "audit.toml") if mapped else None)
        own = profiled("plain")
        audited(exports, policies.parse(LAX, "lax.toml") if world.lax else own, own, spots=spots.append)
        assert exports.intake.whole, exports.problems
        assert exports.intake.lines == world.journal.lines
    named = frozenset(Label(one.order, one.line, one.direction, one.cause) for one in spots)
    return Found(world, frozenset(world.journal.labels), named, tuple(spots))


class Score(NamedTuple):
    """How many were planted, of these named, and how many were named in all."""

    planted: int
    hit: int
    named: int

    @property
    def precision(self) -> float:
        """Of what was named, how much was planted."""
        return self.hit / self.named if self.named else 1.0

    @property
    def recall(self) -> float:
        """Of what was planted, how much was named."""
        return self.hit / self.planted if self.planted else 1.0


def scores(found: Iterable[Found]) -> dict[tuple[str, str], Score]:
    """By direction and cause."""
    sums: dict[tuple[str, str], list[int]] = {}
    for one in found:
        for label in one.planted | one.named:
            count = sums.setdefault((label.direction, label.cause), [0, 0, 0])
            count[0] += label in one.planted
            count[1] += label in one.planted and label in one.named
            count[2] += label in one.named
    return {
        key: Score(*sums[key])
        for key in sorted(sums, key=lambda key: (key[0] != "yes_no", key[0], _place(key[1])))
    }


def confusion(found: Iterable[Found]) -> Counter[tuple[str, str]]:
    """What was planted against what was named, by line; what has no counterpart stands against nothing."""
    counts: Counter[tuple[str, str]] = Counter()
    for one in found:
        for line in {label[:3] for label in one.planted | one.named}:
            there = {label.cause for label in one.planted if label[:3] == line}
            said = {label.cause for label in one.named if label[:3] == line}
            counts.update((cause, cause) for cause in there & said)
            counts.update((cause, other) for cause in there - said for other in (said - there or {""}))
            if said - there and not there - said:
                counts.update(("", other) for other in said - there)
    return counts


def _place(cause: str) -> int:
    return list(CAUSES).index(cause)  # type: ignore[arg-type]


if __name__ == "__main__":
    from audit.planted_page import page

    print(page(), end="")  # noqa: T201
