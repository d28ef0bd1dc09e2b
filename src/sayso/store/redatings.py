"""What became of the dates of promises, as rows that are only added. Knows SQL; decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sayso.store.database import queries

SQL = queries("redatings")


class Redating(NamedTuple):
    """The last word on the date of a part: `quantity` of it leaves on `day` (None: nobody knows), not as promised.

    A quantity of 0 says that all of it leaves on its promised day again.
    """

    promise: str
    line: int
    item: str
    site: str
    variant: str
    promised: date
    day: date | None
    quantity: Decimal
    because: str
    at: datetime

    @property
    def part(self) -> tuple[str, int, str, str, str, date]:
        """Which part of which promise it speaks of."""
        return self[:6]


async def latest(connection: Any, promises: Sequence[str]) -> list[Redating]:
    """The last word on each part of promises that were ever dated anew."""
    return [Redating(*row) for row in await connection.fetch(SQL["latest"], promises)]


async def add(connection: Any, found: Iterable[Redating]) -> None:
    """Add words."""
    columns = [list(column) for column in zip(*found, strict=True)]
    await connection.execute(SQL["add"], *columns)


async def overdue_items(connection: Any, since: date, until: date) -> list[str]:
    """Items that promises wait for, of which an inbound was due on a day from `since` to before `until`."""
    return [row["item"] for row in await connection.fetch(SQL["overdue_items"], since, until)]
