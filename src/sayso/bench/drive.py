"""A closed loop: so many callers, each asking again as soon as it is answered, for a time after a warm-up.

Knows neither what is asked nor of whom. Times are seconds of the monotonic clock, which all processes of a
machine share.
"""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from resource import RUSAGE_SELF, getrusage
from time import monotonic

Ask = Callable[[int], Awaitable[bool]]


@dataclass(frozen=True)
class Window:
    """When callers begin, and between when and when it is counted."""

    begins: float
    opens: float
    closes: float


@dataclass
class Tally:
    """What came of it. `held` and `refused` were answered within the window, `acknowledged` are all holds ever
    answered; `latencies` are milliseconds of what was answered within the window; `cpu` is of this process."""

    held: int = 0
    refused: int = 0
    acknowledged: int = 0
    failed: int = 0
    cpu: float = 0.0
    latencies: array[float] = field(default_factory=lambda: array("d"))
    problem: str = ""

    def count(self, window: Window, asked: float, answered: float, held: bool) -> None:
        """One answer."""
        self.acknowledged += held
        if window.opens <= answered < window.closes:
            self.latencies.append((answered - asked) * 1000)
            if held:
                self.held += 1
            else:
                self.refused += 1


def cpu_seconds() -> float:
    """Processor time of this process so far, in user and kernel."""
    used = getrusage(RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def until(moment: float) -> None:
    """Sleep until a moment of the monotonic clock."""
    await asyncio.sleep(max(moment - monotonic(), 0))


async def cpu_within(window: Window) -> float:
    """Processor time of this process within the window."""
    await until(window.opens)
    before = cpu_seconds()
    await until(window.closes)
    return cpu_seconds() - before


async def driven(ask: Ask, callers: int, window: Window) -> Tally:
    """Run the loop; `ask` is given a number that no other call is given, and says whether a promise was held."""
    tally, numbers = Tally(), count()

    async def caller() -> None:
        await until(window.begins)
        while (asked := monotonic()) < window.closes:
            try:
                held = await ask(next(numbers))
            except Exception as problem:
                tally.failed += 1
                tally.problem = repr(problem)
                await asyncio.sleep(0.01)
                continue
            tally.count(window, asked, monotonic(), held)

    *_, tally.cpu = await asyncio.gather(*(caller() for _ in range(callers)), cpu_within(window))  # type: ignore[assignment]
    return tally


def merged(tallies: list[Tally]) -> Tally:
    """Several processes' tallies as one."""
    whole = Tally()
    for one in tallies:
        whole.held += one.held
        whole.refused += one.refused
        whole.acknowledged += one.acknowledged
        whole.failed += one.failed
        whole.cpu += one.cpu
        whole.latencies.extend(one.latencies)
        whole.problem = whole.problem or one.problem
    return whole


def percentile(sorted_values: list[float], share: float) -> float:
    """The value below which a share of the values lie; 0 of none."""
    if not sorted_values:
        return 0.0
    return sorted_values[min(int(len(sorted_values) * share), len(sorted_values) - 1)]
