"""Facts as they are loaded: rows by kind, with where they come from and when they were true."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

Row = dict[str, Any]

REAL = "uci-online-retail"
"""The source of facts that stand in the data or follow from it."""
GENERATED = "generated-by-sayso-demo"
"""The source of facts that no real company ever had: said wherever they show."""


class Batch(NamedTuple):
    """Rows of one kind. The columns are those of the interface; numbers and dates are text."""

    kind: str
    source: str
    as_of: datetime
    rows: tuple[Row, ...]


def batch(kind: str, source: str, as_of: datetime, rows: list[Row]) -> list[Batch]:
    """A batch in a list, or an empty list where there are no rows."""
    return [Batch(kind, source, as_of, tuple(rows))] if rows else []


def money(amount: Decimal) -> str:
    """An amount as text."""
    return format(amount, "f")


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment of a day, UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
