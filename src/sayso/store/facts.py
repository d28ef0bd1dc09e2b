"""The tables of facts: one statement that brings a chunk of rows in, one that sweeps after a snapshot.

Opens no transaction and decides nothing about refusals; the caller does both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg
import msgspec

from sayso.canon.columns import Kind
from sayso.canon.rows import Fact
from sayso.store.database import queries
from sayso.store.facts_sql import statements


@dataclass(frozen=True)
class Stamp:
    """What all rows of a load have in common."""

    as_of: datetime
    source: str
    load_id: int


@dataclass(frozen=True)
class Whom:
    """Whom written rows concern. `reported`: pairs of a Sayso order and an item that the ERP reported."""

    items: frozenset[str]
    customers: frozenset[str]
    world: bool
    reported: frozenset[tuple[str, str]]

    def __bool__(self) -> bool:
        return bool(self.items or self.customers or self.world or self.reported)

    def with_(self, other: Whom) -> Whom:
        """Whom either concerns."""
        return Whom(
            self.items | other.items,
            self.customers | other.customers,
            self.world or other.world,
            self.reported | other.reported,
        )


class Merged(NamedTuple):
    """What became of a chunk's rows; each is counted once, `doubles` included.

    `doubles`: the place of a row whose key came before in this load with other content, and the line of that
    row. `seen`: the places of rows that are held exactly so from another load; nothing marks them as this
    load's, so the caller remembers them.
    """

    inserted: int
    updated: int
    unchanged: int
    stale: int
    deleted: int
    doubles: list[tuple[int, int]]
    seen: list[int]
    whom: Whom


class Swept(NamedTuple):
    """How many rows became tombstones, the last one's key (None: there are no more), and whom it concerns."""

    removed: int
    last: list[str] | None
    whom: Whom


class Begun(NamedTuple):
    """A load as it is noted: its number, the rows that are already in, and the report until there."""

    load_id: int
    rows_read: int
    report: dict[str, Any]


async def merge(
    conn: Any, kind: Kind, facts: Sequence[Fact], stamp: Stamp, seen: Sequence[int | None] | None = None
) -> Merged:
    """Bring rows of different keys in. `seen`: for each, the line where this load had its key before, if any.

    Raises asyncpg.SerializationError or UniqueViolationError when another load wrote one of the rows at the
    same moment: roll back and try again.
    """
    columns = list(zip(*(fact.values for fact in facts), strict=True))
    row = await conn.fetchrow(
        statements(kind.name).merge, stamp.as_of, stamp.source, stamp.load_id, [fact.line for fact in facts],
        [fact.given for fact in facts], [fact.deleted for fact in facts], seen, *columns,
    )  # fmt: skip
    _all_written(row)
    doubles = [
        (place - 1, line) for place, line in zip(row["doubles"] or (), row["first_lines"] or (), strict=True)
    ]
    return Merged(
        row["inserted"], row["updated"], row["unchanged"], row["stale"], row["deleted"], doubles,
        [place - 1 for place in row["seen"] or ()], _whom(row),
    )  # fmt: skip


async def sweep(conn: Any, kind: Kind, stamp: Stamp, after: Sequence[str] | None, limit: int) -> Swept:
    """Make tombstones of up to `limit` rows of the stamp's source, older than it, beyond the key `after`.

    Raises asyncpg.SerializationError as `merge` does.
    """
    sql = statements(kind.name).sweep if after is None else statements(kind.name).sweep_on
    arguments = [stamp.as_of, stamp.source, stamp.load_id, limit]
    row = await conn.fetchrow(sql, *arguments, *([] if after is None else [after]))
    _all_written(row)
    last = row["last_key"] if row["to_update"] == limit else None
    return Swept(row["did_update"], last, _whom(row))


async def new_load(conn: Any) -> int:
    """A number for a load that cannot be resumed."""
    number: int = await conn.fetchval(queries("facts").new_load)
    return number


async def begin_load(
    conn: Any, resume_key: str, kind: Kind, source: str, as_of: datetime, now: datetime, restart: bool
) -> Begun:
    """The load with this key: where it was interrupted, or the beginning if it was not, or is to restart."""
    row = await conn.fetchrow(queries("facts").begin_load, resume_key, kind.name, source, as_of, now, restart)
    return Begun(row["load_id"], row["rows_read"], msgspec.json.decode(row["report"]))


async def advance_load(
    conn: Any,
    load_id: int,
    before: int,
    rows_read: int,
    report: dict[str, Any],
    now: datetime,
    finished: bool,
) -> bool:
    """Note that `rows_read` rows are in, where `before` were; False if somebody else has loaded on."""
    text = msgspec.json.encode(report).decode()
    done = await conn.fetchval(queries("facts").advance_load, load_id, before, rows_read, text, now, finished)
    return done is not None


async def note_feed(
    conn: Any, kind: Kind, source: str, as_of: datetime, now: datetime, snapshot: bool
) -> None:
    """Note that a source told of a kind as it was at `as_of`; with `snapshot`, wholly."""
    await conn.execute(queries("facts").note_feed, kind.name, source, as_of, now, snapshot)


def _all_written(row: Any) -> None:
    if row["to_update"] != row["did_update"]:
        raise asyncpg.SerializationError("a row was written by another load at the same moment")


def _whom(row: Any) -> Whom:
    return Whom(
        frozenset(row["items"] or ()),
        frozenset(row["customers"] or ()),
        row["world"],
        frozenset((order, item) for order, item in row["reported"] or ()),
    )
