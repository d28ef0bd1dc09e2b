"""Loading facts: chunk by chunk, each in a transaction of its own whose last step settles what it touched.

Knows neither files nor HTTP. What an older row, a doubled one or a snapshot means is said by
store/queries/facts.sql; what follows for promises, by desk/handover.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import asyncpg

from sayso.canon.columns import Kind
from sayso.canon.rows import Fact, Reading, Refusal
from sayso.canon.times import moment
from sayso.desk.facts_chunk import Chunk, Tally, chunks, doubled
from sayso.desk.facts_report import MOST_REFUSALS, LoadReport
from sayso.desk.handover import Touched, settle_load
from sayso.errors import BadField, Busy, Conflict
from sayso.promise.policy import Policy
from sayso.store import facts as store
from sayso.store.database import mapped

CHUNK = 5000
"""Rows in one transaction: enough to make a commit cheap, few enough that no promise waits for long."""

_TRIES = 8
_AHEAD = timedelta(days=1)
_AGAIN = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.UniqueViolationError)

_Result = TypeVar("_Result")

Rows = Callable[[int], Iterable[Reading]]
"""The rows of a load without the first ones, as many as it is told; it may be asked more than once."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is loaded, and how.

    `snapshot`: the rows are all that the source has, so its older ones go. `strict`: all rows or none.
    `resume_key` names the load for going on after an interruption, unless it is to `restart`. `progress` is
    told the rows in so far after each commit, `refused` each refusal as it comes. `file`: where they stand.
    """

    kind: Kind
    source: str
    as_of: datetime
    snapshot: bool = False
    strict: bool = False
    resume_key: str = ""
    restart: bool = False
    progress: Callable[[int], None] | None = None
    refused: Callable[[Refusal], None] | None = None
    file: str = ""


async def load(pool: Any, what: Load, rows: Rows, now: datetime, policy: Policy | None = None) -> LoadReport:
    """Bring the rows in and report. Repeating it, or going on with it after an interruption, is safe.

    Promises that the new facts no longer bear become cases, as `policy` (else the plain one) judges.

    Raises BadField for a source or an as_of that cannot be, Conflict if another process loads the same file
    at the same time, Busy if other loads keep writing the same rows, StoreAway; what was committed stays.
    """
    _check(what, now)
    if what.strict:
        report = await asyncio.to_thread(_rehearsed, what, rows)
        if report.rejected:
            return report
    return await _Run(pool, what, now, policy).run(rows)


def _check(what: Load, now: datetime) -> None:
    source, as_of = what.source, what.as_of
    if not source.strip() or len(source) > 200 or not source.isprintable():
        raise BadField("source", source, "a source is a short name", remedy="send e.g. erp")
    if as_of.utcoffset() is None:
        raise BadField("as_of", as_of.isoformat(), "no time zone", remedy="send e.g. 2011-02-01T06:00:00Z")
    if as_of > now + _AHEAD:
        # It would hold off every true row until that day.
        raise BadField(
            "as_of", moment(as_of), "as_of is in the future", remedy="send when the rows were read"
        )


def _rehearsed(what: Load, rows: Rows) -> LoadReport:
    """What would be refused if these rows were loaded: a report that is `rejected` if anything would."""
    report, width = LoadReport(what.kind.name, what.source, what.as_of), len(what.kind.key)
    seen: dict[int, tuple[int, int]] = {}
    read = 0
    for read, row in enumerate(rows(0), 1):  # noqa: B007
        wrong = row if isinstance(row, list) else []
        if isinstance(row, Fact):
            line, content = seen.setdefault(hash(row.values[:width]), (row.line, hash(row[1:])))
            if content != hash(row[1:]):
                wrong = [doubled(what.kind, row, line, what.file)]
        if wrong:
            report = replace(report.plus([wrong]), rejected=True)
            if what.refused and report.refused <= MOST_REFUSALS:
                _each(what.refused, [wrong])
    return replace(report, read=read)


class _Run:
    """One load under way."""

    def __init__(self, pool: Any, what: Load, now: datetime, policy: Policy | None) -> None:
        self._pool = pool
        self._what = what
        self._now = now
        self._policy = policy
        self._stamp = store.Stamp(what.as_of, what.source, 0)
        # Lines of keys whose rows were held exactly so from another load: no mark in the table tells that
        # this load had them. Only a load repeated in other words, at the same as_of, has any.
        self._seen: dict[int, int] = {}

    async def run(self, rows: Rows) -> LoadReport:
        """Load all chunks, the next one being read while one is written; then sweep, if it is a snapshot."""
        report = await self._begin()
        pieces = chunks(rows(report.read), self._what.kind, CHUNK)
        reading = _ahead(pieces)
        try:
            more = True
            while more:
                chunk = await reading
                more = chunk.read == CHUNK
                if more:
                    reading = _ahead(pieces)
                report = await self._written(chunk, report, last=not more)
        finally:
            # The thread cannot be stopped, and its file is about to be closed.
            await asyncio.wait({reading})
            reading.exception()
        if self._what.snapshot and not report.withheld:
            report = await self._swept(report)
        return report

    async def _begin(self) -> LoadReport:
        what = self._what
        report = LoadReport(what.kind.name, what.source, what.as_of)
        with mapped():
            async with self._pool.acquire() as conn:
                if not what.resume_key:
                    self._stamp = replace(self._stamp, load_id=await store.new_load(conn))
                    return report
                begun = await store.begin_load(
                    conn, what.resume_key, what.kind, what.source, what.as_of, self._now, what.restart
                )
        self._stamp = replace(self._stamp, load_id=begun.load_id)
        return report.resumed(begun.rows_read, begun.report)

    async def _written(self, chunk: Chunk, before: LoadReport, last: bool) -> LoadReport:
        """The report with a chunk's rows, which are in the table by then."""
        what = self._what

        async def work(conn: Any) -> tuple[LoadReport, list[list[Refusal]], dict[int, int]]:
            tally = Tally(what.kind, what.file, chunk, self._seen)
            while tally.facts:
                tally.count(await store.merge(conn, what.kind, tally.facts, self._stamp, tally.lines()))
            after, refused = tally.added_to(before)
            after = replace(after, withheld=last and what.snapshot and after.refused > 0)
            await self._noted(conn, before, after, final=last and (not what.snapshot or after.withheld))
            await self._settled(conn, tally.whom)
            return after, refused, tally.seen

        after, refused, seen = await self._in_transaction(work)
        self._seen |= seen
        if what.refused:
            _each(what.refused, refused)
        if what.progress:
            what.progress(after.read)
        return after

    async def _swept(self, report: LoadReport) -> LoadReport:
        """What the source had before and its snapshot has not is gone, chunk by chunk."""
        key: list[str] | None = None
        while True:

            async def work(
                conn: Any, before: LoadReport = report, after_key: list[str] | None = key
            ) -> tuple[LoadReport, list[str] | None]:
                swept = await store.sweep(conn, self._what.kind, self._stamp, after_key, CHUNK)
                after = replace(before, removed=before.removed + swept.removed)
                await self._noted(conn, before, after, final=swept.last is None)
                await self._settled(conn, swept.whom)
                return after, swept.last

            report, key = await self._in_transaction(work)
            if key is None:
                return report

    async def _noted(self, conn: Any, before: LoadReport, after: LoadReport, final: bool) -> None:
        what = self._what
        if what.resume_key and not await store.advance_load(
            conn, self._stamp.load_id, before.read, after.read, after.saved(), self._now, final
        ):
            raise Conflict(
                "another process is loading the same file", remedy="let it finish, then load again"
            )
        if final:
            whole = what.snapshot and not after.withheld
            await store.note_feed(conn, what.kind, what.source, what.as_of, self._now, whole)

    async def _settled(self, conn: Any, whom: store.Whom) -> None:
        if whom:
            touched = Touched(whom.items, whom.customers, whom.world, whom.reported)
            await settle_load(conn, touched, self._now, self._policy)

    async def _in_transaction(self, work: Callable[[Any], Awaitable[_Result]]) -> _Result:
        """Do the work in a transaction, again if another load was at the same rows at the same moment."""
        for attempt in range(_TRIES):
            try:
                with mapped():
                    async with self._pool.acquire() as conn, conn.transaction(isolation="read_committed"):
                        return await work(conn)
            except _AGAIN as error:
                reason = error
                await asyncio.sleep(0.01 * 2**attempt)
        raise Busy("other loads keep writing the same rows", remedy="try again after a moment") from reason


def _ahead(pieces: Iterator[Chunk]) -> asyncio.Task[Chunk]:
    """The next chunk, read in a thread while the database is at work on the one before."""
    return asyncio.create_task(asyncio.to_thread(next, pieces))


def _each(told: Callable[[Refusal], None], refused: list[list[Refusal]]) -> None:
    for row in refused:
        for refusal in row:
            told(refusal)
