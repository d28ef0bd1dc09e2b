"""The journal of decisions: read in slices, in the order of their numbers, and found by what they are about.

Numbers sort by the moment they were made. A filter looks into the recorded bytes themselves, row by row: whoever looks
bounds the range (see docs/decisions/0009-find-decisions-by-looking.md).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from msgspec import Struct

from sayso.store.database import queries
from sayso.store.promises import Recorded

_FITS = """made >= $6 AND made < $7
    AND ($1::text[] IS NULL OR id = ANY ($1)) AND ($2::text[] IS NULL OR customer = ANY ($2))
    AND ($5::text IS NULL OR verdict = $5)
    AND ($4::text IS NULL OR position(convert_to('"code":"' || $4 || '"', 'UTF8') in answer) > 0)
    AND CASE WHEN $3::text IS NULL THEN true
        WHEN position(convert_to(to_json($3::text)::text, 'UTF8') in evidence) = 0 THEN false
        ELSE convert_from(evidence, 'UTF8')::jsonb -> 'items' ? $3 END"""
SQL = {name: queries("journal")[name].replace("{fits}", _FITS) for name in queries("journal")}

_NAMED = re.compile(r"decisions_(\d{4})(\d{2})")
_LONG = 3600.0
_LOOK = 60.0
FIRST = ("", datetime(1, 1, 1, tzinfo=UTC))
LAST = ("prm_" + "z" * 27, datetime(9999, 12, 31, tzinfo=UTC))


class Filter(Struct, frozen=True, omit_defaults=True):
    """Which decisions: made in [since, until), and where they are given under these numbers, of this customer (and of
    none but `customers`), that looked at this item, with this reason code, with this verdict."""

    since: datetime
    until: datetime
    promises: tuple[str, ...] | None = None
    customer: str | None = None
    item: str | None = None
    reason: str | None = None
    verdict: str | None = None
    customers: tuple[str, ...] | None = None

    @property
    def buyers(self) -> list[str] | None:
        """The customers that are meant; None: all."""
        if self.customer is None:
            return None if self.customers is None else list(self.customers)
        return [self.customer] if self.customers is None or self.customer in self.customers else []


class Slice(Struct, frozen=True):
    """Decisions of one month whose numbers lie in [first, beyond); None: to the end. `decisions` is how many there are."""

    since: datetime
    until: datetime
    first: str
    beyond: str | None
    decisions: int


class Outcome(NamedTuple):
    """What became of a promise. `how` and `cause` are the promise ledger's last word."""

    promise: str
    made: datetime
    channel: str
    state: str
    order: str | None
    how: str | None
    cause: str | None
    at_risk: bool


class Found(NamedTuple):
    """A recorded decision, and how the promise stands that came of it; None where nothing was held."""

    recorded: Recorded
    state: str | None
    order: str | None


async def months(connection: Any) -> list[tuple[datetime, datetime]]:
    """The months on record: from, until."""
    found = []
    for row in await connection.fetch(SQL["months"]):
        if named := _NAMED.fullmatch(row["relname"]):
            year, month = int(named[1]), int(named[2])
            following = (year + month // 12, month % 12 + 1)
            found.append((datetime(year, month, 1, tzinfo=UTC), datetime(*following, 1, tzinfo=UTC)))
    return found


async def size(connection: Any) -> int:
    """Bytes on disk of the journal, its indexes included."""
    found: int = await connection.fetchval(SQL["size"])
    return found


async def slices(connection: Any, since: datetime, until: datetime, size: int) -> list[Slice]:
    """The journal of a range in slices of about so many decisions, none of them across two months."""
    found: list[Slice] = []
    for first, beyond in await months(connection):
        opens, closes = max(first, since), min(beyond, until)
        if opens >= closes:
            continue
        number = await connection.fetchval(
            "SELECT count(*) FROM decisions WHERE made >= $1 AND made < $2", opens, closes, timeout=_LONG
        )
        cuts = await connection.fetch(SQL["cuts"], opens, closes, size, timeout=_LONG)
        starts = list(dict.fromkeys(["", *(row["id"] for row in cuts)]))
        for place, start in enumerate(starts):
            ends = starts[place + 1] if place + 1 < len(starts) else None
            many = size if ends else max(number - size * place, 0)
            found.append(Slice(opens, closes, start, ends, many))
    return found


async def page(
    connection: Any, asked: Filter, piece: Slice, after: tuple[str, datetime], most: int
) -> list[Recorded]:
    """Decisions of a slice that are as asked, from behind a key (FIRST to begin with)."""
    rows = await connection.fetch(
        SQL["page"], *_filter(asked, piece.since, piece.until), piece.first, piece.beyond, *after, most, timeout=_LONG
    )  # fmt: skip
    return [Recorded(*row) for row in rows]


async def unrecorded(connection: Any, asked: Filter, piece: Slice) -> list[tuple[str, datetime]]:
    """Promises of a slice whose decision is not there, by number and moment."""
    rows = await connection.fetch(
        SQL["unrecorded"], piece.first, piece.beyond, piece.since, piece.until,
        None if asked.promises is None else list(asked.promises), asked.buyers, timeout=_LONG,
    )  # fmt: skip
    return [(row["id"], row["made"]) for row in rows]


async def outcomes(connection: Any, promises: Sequence[str]) -> dict[tuple[str, datetime], Outcome]:
    """What became of promises, by number and moment of their decision."""
    rows = await connection.fetch(SQL["outcomes"], list(promises))
    return {(row["id"], row["made"]): Outcome(*row) for row in rows}


async def troubled(connection: Any, places: Sequence[tuple[str, str, datetime]]) -> set[int]:
    """Which of these (item, site, since) had a promise at risk since then, by their places in the sequence."""
    if not places:
        return set()
    columns = [list(column) for column in zip(*places, strict=True)]
    return {row["place"] - 1 for row in await connection.fetch(SQL["troubled"], *columns)}


async def newest(
    connection: Any, asked: Filter, before: tuple[str, datetime], most: int, looks: int
) -> tuple[list[Found], tuple[str, datetime] | None]:
    """Decisions that are as asked, the newest first, and the key behind which to look on; None: there are no more.

    Looks at no more than `looks` decisions, so that a page may be short, or empty, though there are more.
    """
    end = None
    if asked.promises is None:
        end = await connection.fetchrow(
            SQL["window_end"], asked.since, asked.until, *before, looks - 1, timeout=_LOOK
        )
    until = (end["id"], end["made"]) if end else FIRST
    rows = await connection.fetch(
        SQL["newest"], *_filter(asked, asked.since, asked.until), *before, *until, most, timeout=_LOOK
    )
    found = [Found(Recorded(*list(row)[:7]), row["state"], row["order"]) for row in rows]
    if len(found) == most:
        return found, (found[-1].recorded.id, found[-1].recorded.made)
    return found, until if end else None


async def of_order(connection: Any, order: str) -> list[str]:
    """The numbers of the promises that an order stands on."""
    return [row["promise"] for row in await connection.fetch(SQL["of_order"], order)]


def _filter(asked: Filter, since: datetime, until: datetime) -> list[Any]:
    promises = None if asked.promises is None else list(asked.promises)
    return [promises, asked.buyers, asked.item, asked.reason, asked.verdict, since, until]
