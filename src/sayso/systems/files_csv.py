"""CSV as it comes out of ERPs and spreadsheets: its encoding, its delimiter, and records that are none."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from typing import IO

from sayso.canon.rows import Reading, Refusal, RowReader
from sayso.errors import BadRequest

MOST_LINE = 1 << 20
"""Characters of a line. What is longer is no table."""

_DELIMITERS = ",;\t"
_SEP = re.compile(r"sep=(.)\s*", re.IGNORECASE)


def check(stream: IO[bytes], rows: RowReader) -> None:
    """BadRequest if the header cannot be read, or is not one of this kind."""
    with _text(stream) as text:
        _Table(text, rows)


def rows(stream: IO[bytes], rows: RowReader, skipped: int) -> Generator[Reading, None, None]:
    """Each record as a fact, or what is wrong with it, under the number of the line it begins in."""
    with _text(stream) as text:
        table = _Table(text, rows)
        fact = rows.cells(table.names).fact
        for line, cells in islice(table.records(), skipped, None):
            if isinstance(cells, str):
                remedy = "a quote within quotes is doubled; see that each one is closed"
                yield [Refusal(line, "", "", cells, remedy)]
            else:
                yield fact(line, cells)


class _Table:
    """A text as records of cells, its header read."""

    def __init__(self, text: IO[str], rows: RowReader) -> None:
        self._lines = _lines(text)
        self._before = 0
        first = self._first()
        named = _SEP.fullmatch(first)
        if named:
            self._before += 1
            first = self._first()
        if "\x00" in first:
            raise BadRequest(
                "NUL characters in its header: UTF-16 without a mark?", remedy="save it as UTF-8"
            )
        delimiter = named[1] if named else _delimiter(first, rows)
        self._reader = csv.reader(chain([first], self._lines), delimiter=delimiter, strict=True)
        _, header = next(self.records(), (0, "no column has a name"))
        if isinstance(header, str):
            remedy = "its first line names the columns; see that each quote is closed"
            raise BadRequest(f"its header cannot be read: {header}", remedy=remedy)
        self.names = rows.header(header)

    def records(self) -> Iterator[tuple[int, list[str] | str]]:
        """Each record's first line and its cells, or in their place what is wrong with the record."""
        reader = self._reader
        while True:
            line = self._before + reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                last = self._before + reader.line_num
                yield line, f"not CSV up to line {last}: {error}" if last > line else f"not CSV: {error}"
                continue
            if any(cells):  # spreadsheets leave rows of nothing but delimiters
                yield line, cells

    def _first(self) -> str:
        for line in self._lines:
            if line.strip():
                return line
            self._before += 1
        raise BadRequest("it is empty", remedy="its first line names the columns")


def _delimiter(header: str, rows: RowReader) -> str:
    """The delimiter under which most of the header's names are columns of the kind."""

    def known(delimiter: str) -> tuple[int, int]:
        names = [name.strip().strip('"').lower() for name in header.split(delimiter)]
        return sum(name in rows.names for name in names), len(names)

    return max(_DELIMITERS, key=known)


@contextmanager
def _text(stream: IO[bytes]) -> Iterator[IO[str]]:
    """The stream as text. Bytes that are not UTF-8 become lone surrogates, which tell the byte."""
    text = io.TextIOWrapper(stream, *_encoding(stream), newline="")
    try:
        yield text
    finally:
        text.detach()  # who opened the stream closes it


def _lines(text: IO[str]) -> Iterator[str]:
    number = 0
    while line := text.readline(MOST_LINE):
        number += 1
        if len(line) == MOST_LINE:
            detail = f"line {number} is longer than {MOST_LINE} characters"
            raise BadRequest(detail, remedy="is this a CSV file?")
        yield line


def _encoding(stream: IO[bytes]) -> tuple[str, str]:
    head: bytes = stream.peek(4)[:4]  # type: ignore[attr-defined]
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise BadRequest("it is UTF-32", remedy="save it as UTF-8")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", "replace"
    return "utf-8-sig", "surrogateescape"
