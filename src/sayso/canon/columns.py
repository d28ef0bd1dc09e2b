"""What a kind of fact is made of: its key, its columns, and which item, customer or world it tells about.

Knows shapes only; the kinds themselves are in kinds.py, how a value is read is in values.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Literal

ColumnType = Literal[
    "text", "list", "decimal", "integer", "boolean", "date", "time", "timezone", "country", "currency", "uom",
    "enum",
]  # fmt: skip
Sign = Literal["any", "not negative", "positive"]

SQL_TYPES: Mapping[ColumnType, str] = MappingProxyType(
    {
        "text": "text",
        "list": "text",
        "decimal": "numeric",
        "integer": "integer",
        "boolean": "boolean",
        "date": "date",
        "time": "text",
        "timezone": "text",
        "country": "text",
        "currency": "text",
        "uom": "text",
        "enum": "text",
    }
)
"""How a column is stored. A list stays one text, its members joined by `|`; a time of day is HH:MM."""

_NEUTRAL: Mapping[ColumnType, str] = MappingProxyType({"decimal": "0", "integer": "0", "date": "-infinity"})


@dataclass(frozen=True)
class Column:
    """One column. `doc` is a sentence with the unit; `default` is what a blank means to the judgement.

    `sign`: which numbers may stand here. `most`: the largest. `optional`: a key column that may be blank,
    which means any, and is stored as `neutral`. `needed`: may not be blank where it is given. `free`: a text
    for people, which may be long and in which a line break becomes a space.
    """

    name: str
    type: ColumnType
    doc: str
    choices: tuple[str, ...] = ()
    default: str = ""
    sign: Sign = "not negative"
    most: int = 10**12
    optional: bool = False
    needed: bool = False
    free: bool = False

    @property
    def neutral(self) -> str:
        """What is stored for a blank in a key: the empty text, 0, or the first of all days."""
        return _NEUTRAL.get(self.type, "")

    @property
    def sql_type(self) -> str:
        """The PostgreSQL type it is stored as."""
        return SQL_TYPES[self.type]


@dataclass(frozen=True)
class Touch:
    """A column whose value names an item or a customer that a row tells about, in rows where `when` holds."""

    column: str
    when: tuple[str, str] | None = None


@dataclass(frozen=True)
class Touches:
    """Whom a changed row concerns. `world`: always, never, or in rows naming neither item nor customer."""

    items: tuple[Touch, ...] = ()
    customers: tuple[Touch, ...] = ()
    world: Literal["never", "always", "otherwise"] = "never"


@dataclass(frozen=True)
class Kind:
    """A kind of fact: one table, one row for each value of the key.

    `named_by`: pairs of columns of which the second is blank exactly where the first says `all`.
    """

    name: str
    doc: str
    key: tuple[Column, ...]
    columns: tuple[Column, ...]
    touches: Touches
    named_by: tuple[tuple[str, str], ...] = ()

    @cached_property
    def all(self) -> tuple[Column, ...]:
        """The key's columns, then the others, in the order of the table."""
        return self.key + self.columns

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """Every column by its name."""
        return MappingProxyType({column.name: column for column in self.all})

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The names of the key's columns that may not be blank."""
        return tuple(column.name for column in self.key if not column.optional)
