"""Parquet as a table: every flat column as text, numbers with their own digits; a row's number is its line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sayso.errors import BadRequest
from sayso.systems.files_batches import BATCH, Batch, Fault


class Columnar:
    """A Parquet file. Columns of lists and structs are left out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.size = path.stat().st_size
        self.bytes_read = 0
        schema = self._opened().schema_arrow
        flat = [one.name for one in schema if not _nested(one.type)]
        self.names = [name for name in flat if flat.count(name) == 1]
        left = [one.name for one in schema if one.name not in self.names]
        self.said = [f"columns that are no plain values were left out: {', '.join(left)}"] if left else []

    def batches(self) -> Iterator[Batch | Fault]:
        """Its rows, numbered from 1."""
        import pyarrow as pa

        file = self._opened()
        done, all_rows = 0, max(file.metadata.num_rows, 1)
        try:
            for batch in file.iter_batches(batch_size=BATCH, columns=self.names):
                columns = [_text(batch.column(name)) for name in self.names]
                yield Batch(range(done + 1, done + 1 + batch.num_rows), columns)
                done += batch.num_rows
                self.bytes_read = self.size * done // all_rows
        except (pa.ArrowException, OSError) as error:
            detail = f"damaged after row {done}: {error}"
            yield Fault(done + 1, "", detail, "export it again", all_rows - done)

    def _opened(self) -> Any:
        import pyarrow as pa
        import pyarrow.parquet

        try:
            return pa.parquet.ParquetFile(self._path, pre_buffer=False, buffer_size=1 << 20)
        except (pa.ArrowException, OSError) as error:
            raise BadRequest(f"not a Parquet file: {error}", remedy="export it again") from None


def _nested(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_nested(kind))


def _text(column: Any) -> Any:
    """A column as text, blank for null. An amount in cents is not rounded on its way: decimals keep their digits."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not pa.types.is_string(column.type):
        column = column.cast(pa.string())
    return column.fill_null("")
