"""Tables as other systems export them: cells of text under the file's own names, batch by batch.

Every row knows its line. Knows no kinds of facts, no mapping and no types: that is the reader's.
"""

from __future__ import annotations

from pathlib import Path

from sayso.systems.files_batches import How, Table
from sayso.systems.files_columns import Columnar
from sayso.systems.files_delimited import Delimited
from sayso.systems.files_documents import Documents

_PACKED = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json")
SUFFIXES = (*_PACKED, ".parquet", *(f"{suffix}.gz" for suffix in _PACKED))
"""The endings that are read."""


def suffix_of(path: Path) -> str:
    """The ending of a file that can be read, .gz included; blank for another."""
    name = path.name.lower()
    return next((one for one in sorted(SUFFIXES, key=len, reverse=True) if name.endswith(one)), "")


def table(path: Path, how: How | None = None) -> Table:
    """A file as a table. BadRequest, without the file's name, if it is empty, damaged, or none."""
    how = how or How()
    suffix = suffix_of(path)
    packed = suffix.endswith(".gz")
    match suffix.removesuffix(".gz"):
        case ".parquet":
            return Columnar(path)
        case ".json" | ".jsonl" | ".ndjson":
            return Documents(path, packed, how)
        case _:
            return Delimited(path, packed, how)
