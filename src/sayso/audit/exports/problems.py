"""What could not be used, collected: everything is counted, the first of each sort is kept with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sayso.audit.shapes import Problem, ProblemCount

MOST_OF_A_SORT = 20
MOST = 2000


class Problems:
    """The problems of one pass over the files."""

    def __init__(self) -> None:
        self.kept: list[Problem] = []
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._dropped: Counter[tuple[str, str, str]] = Counter()

    def __len__(self) -> int:
        return self._counts.total()

    def add(self, problem: Problem, rows: int = 1) -> None:
        """One more; `rows` are lost by it if it drops any."""
        sort = (problem.file, problem.column, problem.detail)
        self._counts[sort] += 1
        if problem.dropped:
            self._dropped[sort] += rows
        if self._counts[sort] <= MOST_OF_A_SORT and len(self.kept) < MOST:
            self.kept.append(problem)

    def counts(self) -> list[ProblemCount]:
        """How often there was each sort of problem, the most frequent first."""
        return [
            ProblemCount(*sort, count=count, dropped=self._dropped[sort])
            for sort, count in self._counts.most_common()
        ]


def together(collected: Iterable[Problems]) -> tuple[list[Problem], list[ProblemCount]]:
    """The problems of several passes."""
    several = list(collected)
    counts = [one for each in several for one in each.counts()]
    return [one for each in several for one in each.kept], sorted(counts, key=lambda one: -one.count)
