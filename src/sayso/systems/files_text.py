"""Text files as they come: which encoding, packed or not; handed on as blocks of whole lines in UTF-8.

Knows bytes and lines. What the lines mean is for the formats to say.
"""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from sayso.errors import BadRequest

BLOCK = 1 << 20
"""Bytes that are read at once, and the longest line that is one."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")
)  # fmt: skip
_DAMAGED = (gzip.BadGzipFile, EOFError, zlib.error)
# Bytes that Windows-1252 leaves free: a file that has them is Latin-1, or no text of western Europe.
_FREE_IN_1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")


class Damaged(Exception):
    """A packed file cannot be unpacked from here on."""


@dataclass
class TextFile:
    """A file of text. `encoding` is Python's name of it; `said` how it was found, where that is worth a word."""

    path: Path
    packed: bool
    encoding: str = ""
    said: str = ""
    bytes_read: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        """Find the encoding, unless it is given. BadRequest for a name that is none."""
        if self.encoding:
            try:
                self.encoding = codecs.lookup(self.encoding).name
            except LookupError:
                raise BadRequest(
                    f"{self.encoding!r} is not an encoding", remedy="write e.g. utf-8, utf-16, windows-1252"
                ) from None
        else:
            self._find()

    def blocks(self) -> Iterator[bytes]:
        """Its text in UTF-8, without a mark, cut at ends of lines. Bytes that are no UTF-8 stay as they are.

        Lines that end in a carriage return alone are ended by a line feed. Raises Damaged after what could be
        unpacked, BadRequest for a line without an end.
        """
        rest = b""
        for block in self._utf8():
            block = rest + block
            cut = block.rfind(b"\n") + 1
            if not cut and len(block) > BLOCK:
                raise BadRequest(
                    f"a line is longer than {BLOCK} bytes", remedy="is it a table, and the encoding right?"
                )
            rest = block[cut:]
            if cut:
                yield block[:cut]
        if rest:
            yield rest

    def _utf8(self) -> Iterator[bytes]:
        first = True
        lone = False
        decoder = None
        for block in self._raw():
            if first:
                block, decoder = self._begun(block)
            text = block if decoder is None else decoder.decode(block).encode("utf-8", "surrogatepass")
            if first:
                lone = b"\r" in text and b"\n" not in text
            first = False
            yield text.replace(b"\r", b"\n") if lone else text
        if decoder is not None:
            yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")

    def _begun(self, block: bytes) -> tuple[bytes, codecs.IncrementalDecoder | None]:
        """The first block without its mark, and what decodes it and the others."""
        encoding = self.encoding
        for mark, name in _MARKS:
            if block.startswith(mark) and encoding in (name, "utf-16", "utf-8-sig"):
                block, encoding = block[len(mark) :], name
        if encoding in ("utf-8", "utf-8-sig", "ascii"):
            return block, None
        return block, codecs.getincrementaldecoder(encoding)("replace")

    def _raw(self) -> Iterator[bytes]:
        with _opened(self.path) as raw:
            stream: IO[bytes] = gzip.GzipFile(fileobj=raw) if self.packed else raw  # type: ignore[assignment]
            try:
                while block := stream.read(BLOCK):
                    self.bytes_read = raw.tell()
                    yield block
            except _DAMAGED as error:
                raise Damaged(str(error)) from None

    def _find(self) -> None:
        """By its mark, by the zeros of UTF-16, else by whether all of it is UTF-8."""
        head = self._head()
        if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
            raise BadRequest("it is UTF-32", remedy="save it as UTF-8")
        for mark, name in _MARKS:
            if head.startswith(mark):
                self.encoding = name
                self.said = "" if name == "utf-8" else f"it is {name.upper()}"
                return
        if len(head) >= 4 and head[:4].count(0) == 2 and head[0] + head[2] != head[1] + head[3]:
            self.encoding = "utf-16-le" if head[1] == head[3] == 0 else "utf-16-be"
            self.said = f"it looks like {self.encoding.upper()} without a mark"
            return
        self._survey()

    def _head(self) -> bytes:
        try:
            return next(self._raw(), b"")[:4]
        except Damaged:
            return b""

    def _survey(self) -> None:
        """UTF-8 if all of it, or at least its letters beyond ASCII, are; else Windows-1252 or Latin-1."""
        decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        broken: set[str] = set()
        whole = False
        try:
            for block in self._raw():
                if block.isascii() and not decoder.getstate()[0]:
                    continue
                beyond = {one for one in decoder.decode(block) if one > "\x7f"}
                strange = {one for one in beyond if "\udc80" <= one <= "\udcff"}
                whole = whole or beyond > strange
                broken |= strange
        except Damaged:
            pass  # told where the rows are read
        if not broken or whole:
            self.encoding = "utf-8"
            self.said = "not all of it is UTF-8: parts are in another encoding" if broken else ""
            return
        free = any(ord(one) - 0xDC00 in _FREE_IN_1252 for one in broken)
        self.encoding = "latin-1" if free else "cp1252"
        name = "Latin-1" if free else "Windows-1252"
        self.said = f"it is not UTF-8; it was read as {name}"


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    try:
        with path.open("rb") as raw:
            yield raw
    except OSError as error:
        # BadGzipFile is an OSError as well, but was turned into Damaged further in.
        raise BadRequest(f"cannot be read: {error.strerror or error}", remedy="check it") from None
