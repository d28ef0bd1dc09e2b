"""Both systems' exports, read and mapped: two folders in; orders, beliefs, facts and outcomes out.

Opening looks at every file once: what it is, how it spells numbers and days, whether its orders are in time. What
has to be known and cannot be told is asked for at once, before anything is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sayso.audit.exports.mapping import Map
from sayso.audit.exports.opening import Opened, opened
from sayso.audit.exports.orders import Counted, Orders
from sayso.audit.exports.problems import Problems, together
from sayso.audit.exports.rows import beliefs, facts, outcomes
from sayso.audit.exports.sources import Source
from sayso.audit.exports.timeline import gathered, in_time, stream
from sayso.audit.shapes import Belief, FactRow, FileRead, Intake, Outcome, Problem, ShopOrder
from sayso.canon.kinds import KINDS

Progress = Callable[[str, int, int], None]
"""Told what is read, how many bytes of it were, and how many there are."""


class Folders:
    """The exports in two folders (see the Protocol `Exports` in shapes.py)."""

    def __init__(
        self,
        storefront: Path,
        erp: Path,
        mapped: Map | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Open both. BadRequest says what is not there, or all that has to be said in the map first.

        `since` and `until`: only orders placed from then on, and before then.
        """
        self._since, self._until = since, until
        self._progress = progress or (lambda what, done, whole: None)
        self._opened: Opened = opened(storefront, erp, mapped or Map(), self._progress)
        self._counted = Counted()
        self._problems: dict[str, Problems] = {"files": self._opened.problems}

    @property
    def sources(self) -> Sequence[Source]:
        """The files that are read, with what each of their columns is."""
        return self._opened.sources

    @property
    def problems(self) -> Sequence[Problem]:
        """What could not be used so far: of each sort the first few; all are counted in `intake`."""
        return together(self._problems.values())[0]

    @property
    def intake(self) -> Intake:
        """What was read so far, counted."""
        counts = together(self._problems.values())[1]
        orders = self._of("storefront", "orders")
        files = [
            FileRead(one.file, one.role.system, one.role.name, one.rows, tuple(one.said), dict(one.columns))
            for one in self._opened.sources
        ]
        return Intake(
            files=(*files, *self._opened.unused), rows=sum(one.rows for one in orders),
            **vars(self._counted), problems=sum(one.count for one in counts), problem_counts=tuple(counts),
        )  # fmt: skip

    def orders(self) -> Iterator[ShopOrder]:
        """The storefront's orders, by the time at which they were placed, each in one piece."""
        sources = self._of("storefront", "orders")
        self._counted = Counted()
        orders = Orders(sources, self._begun("orders"), self._counted)
        places = in_time([(source, self._opened.order[source.file]) for source in sources])
        read = gathered(orders) if places is None or self._opened.joined else stream(orders, places)
        for number, order in enumerate(read):
            if number % 256 == 0:
                self._tell("orders", sources)
            if self._is_outside(order.placed):
                self._counted.orders -= 1
                self._counted.lines -= len(order.lines)
                self._counted.outside += len(order.lines)
            else:
                yield order
        self._tell("orders", sources)

    def beliefs(self) -> Iterator[Belief]:
        """The storefront's feeds."""
        sources = [one for role in ("stock", "prices", "customers") for one in self._of("storefront", role)]
        yield from self._each("feeds", sources, beliefs)

    def facts(self) -> Iterator[FactRow]:
        """The ERP's facts, kind by kind."""
        sources = [one for kind in KINDS for one in self._of("erp", kind)]
        seen: dict[int, int] = {}
        yield from self._each("facts", sources, lambda source, problems: facts(source, problems, seen))

    def outcomes(self) -> Iterator[Outcome]:
        """What became of the orders."""
        yield from self._each("outcomes", self._of("erp", "outcomes"), outcomes)

    def _each(
        self, what: str, sources: Sequence[Source], read: Callable[[Source, Problems], Iterator[Any]]
    ) -> Iterator[Any]:
        problems = self._begun(what)
        for source in sources:
            for number, row in enumerate(read(source, problems)):
                if number % 4096 == 0:
                    self._tell(what, sources)
                yield row
        self._tell(what, sources)

    def _of(self, system: str, role: str) -> list[Source]:
        return [one for one in self._opened.sources if one.role.system == system and one.role.name == role]

    def _begun(self, what: str) -> Problems:
        """A new pass: what an earlier one found is found again."""
        self._problems[what] = Problems()
        return self._problems[what]

    def _is_outside(self, placed: datetime) -> bool:
        return (self._since is not None and placed < self._since) or (
            self._until is not None and placed >= self._until
        )

    def _tell(self, what: str, sources: Sequence[Source]) -> None:
        done, whole = sum(one.table.bytes_read for one in sources), sum(one.table.size for one in sources)
        self._progress(what, done, max(whole, 1))
