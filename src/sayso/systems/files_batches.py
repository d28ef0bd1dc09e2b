"""What a table of cells is: batches of rows under the file's own names, each row with its line, and what is no row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

Cells = Any
"""A column of a batch: a list of texts, or an Arrow array of them."""

BATCH = 8192


class Batch(NamedTuple):
    """Rows: the line in which each begins, and the cells of each column in the order of the table's names."""

    lines: Sequence[int]
    columns: Sequence[Cells]


class Fault(NamedTuple):
    """What is no row. `rows` is how many are lost by it, as far as can be told: 0 where it may be any number."""

    line: int
    value: str
    detail: str
    remedy: str
    rows: int = 1


@dataclass(frozen=True)
class How:
    """How to read a file, where it is said; blank is found out."""

    encoding: str = ""
    delimiter: str = ""


class Table(Protocol):
    """A file of rows. `said` tells what was found out about it that is worth a word; `bytes_read` grows."""

    names: list[str]
    said: list[str]
    size: int

    @property
    def bytes_read(self) -> int: ...

    def batches(self) -> Iterator[Batch | Fault]:
        """The rows from the start. Raises BadRequest where the file cannot be read at all."""


def named(names: Sequence[str]) -> list[str]:
    """The names of a header: without space around them, none blank, none twice."""
    found: list[str] = []
    for place, name in enumerate(names, 1):
        plain = " ".join(name.split()) or f"column {place}"
        again = sum(one == plain or one.startswith(f"{plain} (") for one in found)
        found.append(f"{plain} ({again + 1})" if again else plain)
    return found
