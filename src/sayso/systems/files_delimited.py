"""Delimited text (CSV and its kin) as a table: plain blocks of lines by Arrow, all others record by record.

A block is plain if no cell or each one is in quotes and every line is a row of as many cells as the header has: then
both ways are the same.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sayso.canon.values import visible
from sayso.errors import BadRequest
from sayso.systems.files_batches import Batch, Fault, How, named
from sayso.systems.files_text import Damaged, TextFile

DELIMITERS = ",;\t|"
_SEP = re.compile(r"sep=(.)\s*", re.IGNORECASE)


class Delimited:
    """A file of delimited text with a header."""

    def __init__(self, path: Path, packed: bool, how: How) -> None:
        self._text = TextFile(path, packed, how.encoding)
        self.said = [self._text.said] if self._text.said else []
        self.size = path.stat().st_size
        self._delimiter = how.delimiter
        feed = self._begun()
        self._ends_in_line = feed.line
        self._types: Any = None

    @property
    def bytes_read(self) -> int:
        """How far it was read."""
        return self._text.bytes_read

    def batches(self) -> Iterator[Batch | Fault]:
        """Its rows, a block of lines at a time."""
        feed = self._begun()
        lines = feed.rest()
        while True:
            try:
                block = lines or next(feed.blocks, b"")
                if not block:
                    return
                lines = b""
                plain = self._plain(block)
                if plain is None:
                    yield from self._records(feed, block)
                    continue
                count = len(plain[0])
                yield Batch(range(feed.line + 1, feed.line + 1 + count), plain)
                feed.line += count
            except Damaged as error:
                detail = f"damaged from here on: {error}"
                yield Fault(feed.line + 1, "", detail, "pack or export it again", 0)
                return

    def _begun(self) -> _Feed:
        """What feeds the lines, its header read."""
        feed = _Feed(self._text.blocks())
        try:
            first = feed.first()
            said = _SEP.fullmatch(first)
            if said:
                self._delimiter = self._delimiter or said[1]
                first = feed.first()
        except Damaged as error:
            raise BadRequest(f"damaged: {error}", remedy="pack or export it again") from None
        if "\x00" in first:
            raise BadRequest("NUL characters in its header", remedy="save it as UTF-8")
        self._delimiter = self._delimiter or _delimiter(first, feed.next_lines())
        feed.back(first)
        try:
            header = next(csv.reader(feed, delimiter=self._delimiter, strict=True))
        except csv.Error as error:
            raise BadRequest(
                f"its header cannot be read: {error}", remedy="see that each quote is closed"
            ) from None
        self.names = named(header)
        return feed

    def _plain(self, block: bytes) -> list[Any] | None:
        """The columns of a plain block; None for any other."""
        import pyarrow as pa
        from pyarrow import csv as arrow

        quoted = b'"' in block
        if block.count(b"\r") != block.count(b"\r\n") or (quoted and not self._is_neat(block)):
            return None
        if self._types is None:
            self._types = {str(place): pa.string() for place in range(len(self.names))}
        names = list(self._types)
        try:
            read = arrow.read_csv(
                pa.BufferReader(block),
                arrow.ReadOptions(use_threads=False, block_size=len(block) + 1, column_names=names),
                arrow.ParseOptions(delimiter=self._delimiter, quote_char='"' if quoted else False),
                arrow.ConvertOptions(column_types=self._types, strings_can_be_null=False),
            )
        except pa.ArrowInvalid:
            return None
        if read.num_rows != block.count(b"\n") + (not block.endswith(b"\n")):
            return None
        return [column.chunk(0) if column.num_chunks == 1 else column.combine_chunks() for column in read]

    def _is_neat(self, block: bytes) -> bool:
        """Whether every cell is in quotes and none is within: then all quotes are those between cells and rows."""
        rows = block.replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n")
        if block.count(b'"') != 2 * len(rows) * len(self.names):
            return False
        between, edges = b'"' + self._delimiter.encode() + b'"', len(self.names) - 1
        return all(
            row[:1] == row[-1:] == b'"' and len(row) > 1 and row.count(between, 1, -1) == edges
            for row in rows
        )

    def _records(self, feed: _Feed, block: bytes) -> Iterator[Batch | Fault]:
        """A block, and as much of the next as its last record needs, record by record."""
        feed.load(block)
        reader = csv.reader(feed, delimiter=self._delimiter, strict=True)
        lines: list[int] = []
        rows: list[list[str]] = []
        faults: list[Fault] = []
        while feed.more:
            line = feed.line + 1
            try:
                cells = next(reader)
            except csv.Error as error:
                faults.append(_no_csv(line, feed.line, error))
                continue
            if len(cells) == len(self.names):
                lines.append(line)
                rows.append(cells)
            elif any(cells):  # spreadsheets leave rows of nothing but delimiters
                faults.append(self._wrong(line, cells, feed))
        if rows:
            yield Batch(lines, [list(column) for column in zip(*rows, strict=True)])
        yield from faults

    def _wrong(self, line: int, cells: Sequence[str], feed: _Feed) -> Fault:
        shown = visible(self._delimiter.join(cells))[:80]
        count, wanted = len(cells), len(self.names)
        if feed.cut_off and count < wanted:
            detail = f"the last line is cut off: {count} cells of {wanted}"
            return Fault(line, shown, detail, "export it again: more may be missing")
        detail = f"the row has {count} cells, the header {wanted}"
        return Fault(line, shown, detail, "a cell that holds the delimiter or a line break stands in quotes")


class _Feed:
    """Lines out of blocks, counted. `line` is the number of the last one that was handed out."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self.blocks = blocks
        self.line = 0
        self._lines: list[str] = []
        self._place = 0

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if not self.more:
            self.load(next(self.blocks))
        line = self._lines[self._place]
        self._place += 1
        self.line += 1
        return line

    @property
    def more(self) -> bool:
        """Whether there are lines of the blocks that were loaded."""
        return self._place < len(self._lines)

    @property
    def cut_off(self) -> bool:
        """Whether the line that was handed out last is the file's last, and has no end."""
        return not self.more and not self._lines[-1].endswith("\n") and next(self.blocks, None) is None

    def load(self, block: bytes) -> None:
        """Lines to hand out next."""
        lines = block.decode("utf-8", "surrogateescape").split("\n")
        last = lines.pop()
        self._lines = [line + "\n" for line in lines] + ([last] if last else [])
        self._place = 0

    def first(self) -> str:
        """The next line that is not blank. BadRequest if there is none."""
        for line in self:
            if line.strip():
                return line
        raise BadRequest("it is empty", remedy="its first line names the columns")

    def back(self, line: str) -> None:
        """Hand a line out once more."""
        self._place -= 1
        self.line -= 1
        self._lines[self._place] = line

    def next_lines(self) -> list[str]:
        """A few lines, without taking them."""
        return self._lines[self._place : self._place + 20]

    def rest(self) -> bytes:
        """What was loaded and not handed out."""
        lines, self._lines = self._lines[self._place :], []
        self._place = 0
        return "".join(lines).encode("utf-8", "surrogateescape")


def _no_csv(line: int, last: int, error: Exception) -> Fault:
    remedy = "a quote within quotes is doubled; see that each one is closed"
    if last > line:
        return Fault(line, "", f"not CSV up to line {last}: {error}", remedy, last - line + 1)
    return Fault(line, "", f"not CSV: {error}", remedy)


def _delimiter(header: str, following: Sequence[str]) -> str:
    """The delimiter that divides the header into most cells, and the lines after it into as many."""

    def fits(delimiter: str) -> tuple[int, int]:
        cells = _count(header, delimiter)
        same = sum(_count(line, delimiter) == cells for line in following)
        return (same if cells > 1 else 0), cells

    return max(DELIMITERS, key=fits)


def _count(line: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=delimiter)))
    except (csv.Error, StopIteration):
        return 0
