"""What was measured, as figures: rounds, their medians, ratios between systems, and the targets that are to be reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

from msgspec import Struct

from sayso.bench.drive import Tally, percentile


class System(NamedTuple):
    """Something that is measured: its processes, and what it is in words."""

    title: str
    role: str
    processes: int


SYSTEMS: Mapping[str, System] = {
    "sayso": System("Sayso, in process", "desk", 1),
    "sayso_2": System("Sayso, in two processes", "desk", 2),
    "one_by_one": System("(a) one transaction a request", "one_by_one", 1),
    "with_cards": System("(a+) the same, given Sayso's cards", "with_cards", 1),
    "pgbench": System("(b) pgbench, the writes alone", "pgbench", 0),
    "http": System("Sayso over HTTP", "http", 1),
    "http_2": System("Sayso over HTTP, two processes", "http", 2),
}


class Round(Struct, frozen=True):
    """One round. Rates are per second; p50 and p99 milliseconds; processor times microseconds per answer, of the
    processes that decide (`python_us`), of those that only ask (`client_us`), and of PostgreSQL."""

    system: str
    load: str
    callers: int
    held: float
    answered: float
    refused_share: float
    p50: float
    p99: float
    python_us: float | None
    client_us: float | None
    postgres_us: float | None
    wal_bytes: float
    per_transaction: float
    problems: tuple[str, ...] = ()


class Used(NamedTuple):
    """What a round used beside the callers' time: processor seconds, bytes of log."""

    python: float | None
    client: float | None
    postgres: float | None
    wal: int
    per_transaction: float


def as_round(
    system: str, load: str, callers: int, seconds: float, tally: Tally, used: Used, problems: Sequence[str]
) -> Round:
    """A round out of its tally."""
    times, answered = sorted(tally.latencies), tally.held + tally.refused

    def each(cpu: float | None) -> float | None:
        return None if cpu is None or not answered else round(cpu / answered * 1e6, 1)

    return Round(
        system, load, callers, round(tally.held / seconds, 1), round(answered / seconds, 1),
        round(tally.refused / answered, 4) if answered else 0.0, round(percentile(times, 0.5), 3),
        round(percentile(times, 0.99), 3), each(used.python), each(used.client), each(used.postgres),
        round(used.wal / max(tally.acknowledged + tally.refused, 1), 1), round(used.per_transaction, 1), tuple(problems),
    )  # fmt: skip


class Median(Struct, frozen=True):
    """The medians of a system's rounds at one load and number of callers; `rates` are held promises a second, by round."""

    system: str
    load: str
    callers: int
    held: float
    answered: float
    refused_share: float
    p50: float
    p99: float
    python_us: float | None
    client_us: float | None
    postgres_us: float | None
    wal_bytes: float
    per_transaction: float
    rates: tuple[float, ...]


_FIGURES = ("held", "answered", "refused_share", "p50", "p99", "python_us", "client_us", "postgres_us", "wal_bytes",
            "per_transaction")  # fmt: skip


def medians(rounds: Iterable[Round]) -> list[Median]:
    """One row for each system, load and number of callers, in the order in which they were first measured."""
    gathered: dict[tuple[str, str, int], list[Round]] = {}
    for one in rounds:
        gathered.setdefault((one.load, one.system, one.callers), []).append(one)
    return [
        Median(system, load, callers, **_medians(some), rates=tuple(one.held for one in some))
        for (load, system, callers), some in gathered.items()
    ]


def _medians(rounds: Sequence[Round]) -> dict[str, Any]:
    """The median of each figure; None where no round has it."""
    found: dict[str, Any] = {}
    for figure in _FIGURES:
        values = [value for one in rounds if (value := getattr(one, figure)) is not None]
        found[figure] = round(median(values), 4) if values else None
    return found


class Ratio(Struct, frozen=True):
    """A system's held promises a second in parts of another's, and its p99 likewise."""

    load: str
    callers: int
    system: str
    beside: str
    rate: float
    p99: float


_BESIDE = (
    ("sayso", "one_by_one"),
    ("sayso", "with_cards"),
    ("sayso", "pgbench"),
    ("http_2", "sayso_2"),
    ("sayso_2", "sayso"),
    ("http", "sayso"),
)


def ratios(found: Iterable[Median]) -> list[Ratio]:
    """Every ratio that can be had, each within one load and number of callers."""
    by = {(one.load, one.callers, one.system): one for one in found}
    made = []
    for load, callers in dict.fromkeys((load, callers) for load, callers, _ in by):
        for system, beside in _BESIDE:
            ours, theirs = by.get((load, callers, system)), by.get((load, callers, beside))
            if ours and theirs and theirs.held and theirs.p99:
                rate, p99 = round(ours.held / theirs.held, 2), round(ours.p99 / theirs.p99, 3)
                made.append(Ratio(load, callers, system, beside, rate, p99))
    return made


class Target(Struct, frozen=True):
    """Something that is to be reached, and whether it was."""

    what: str
    wanted: str
    found: float
    reached: bool


#: (what, load, callers, system, beside, figure, bound, whether it is the least)
_TARGETS = (
    ("held a second beside (a), spread", "spread", 64, "sayso", "one_by_one", "rate", 4.0, True),
    ("held a second beside (a), one hot item", "hot", 64, "sayso", "one_by_one", "rate", 8.0, True),
    ("p99 beside (a), spread", "spread", 64, "sayso", "one_by_one", "p99", 0.2, False),
    ("p99 beside (a), one hot item", "hot", 64, "sayso", "one_by_one", "p99", 0.2, False),
    ("held a second beside (b), spread", "spread", 64, "sayso", "pgbench", "rate", 0.5, True),
    ("held a second beside (b), one hot item", "hot", 64, "sayso", "pgbench", "rate", 1.0, True),
    ("over HTTP beside in process, two processes", "spread", 64, "http_2", "sayso_2", "rate", 0.5, True),
    ("a lone caller beside (a)", "spread", 1, "sayso", "one_by_one", "rate", 0.8, True),
)


def targets(found: Iterable[Ratio]) -> list[Target]:
    """The targets that the measured ratios tell something of."""
    by = {(one.load, one.callers, one.system, one.beside): one for one in found}
    judged = []
    for what, load, callers, system, beside, figure, bound, least in _TARGETS:
        ratio = by.get((load, callers, system, beside))
        if ratio is not None:
            value: float = getattr(ratio, figure)
            wanted = f"{'at least' if least else 'at most'} {bound:g}"
            judged.append(
                Target(
                    f"{what}, {callers} callers", wanted, value, value >= bound if least else value <= bound
                )
            )
    return judged
