"""JSON Lines: one object a line. A line that cannot be read stops no other."""

from __future__ import annotations

import codecs
from collections.abc import Generator, Iterator
from typing import IO

import msgspec

from sayso.canon.rows import Reading, Refusal, RowReader
from sayso.canon.values import json_number
from sayso.errors import BadRequest

MOST_LINE = 1 << 20
"""Bytes of a line."""

_decode = msgspec.json.Decoder(float_hook=json_number).decode


def check(stream: IO[bytes], rows: RowReader) -> None:
    """BadRequest if this is empty, or no JSON Lines at all."""
    for _, line in _lines(stream):
        if line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\x00" in line[:4]:
            raise BadRequest("it is not UTF-8", remedy="save it as UTF-8")
        if line.startswith(b"["):
            raise BadRequest(
                "it is a JSON array", remedy="write one object a line, without brackets and commas"
            )
        return
    raise BadRequest("it is empty", remedy="write one JSON object a line")


def rows(stream: IO[bytes], rows: RowReader, skipped: int) -> Generator[Reading, None, None]:
    """Each line as a fact, or what is wrong with it."""
    for count, (number, line) in enumerate(_lines(stream)):
        if count < skipped:
            continue
        try:
            row = _decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            yield [_unreadable(number, line, error)]
        else:
            yield rows.mapping(number, row)


def _lines(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Each line that is not blank, with its number; of one that is too long, only the beginning."""
    number = 0
    while line := stream.readline(MOST_LINE):
        number += 1
        rest = line
        while len(rest) == MOST_LINE and not rest.endswith(b"\n"):
            rest = stream.readline(MOST_LINE)
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        if not line.isspace() and line:
            yield number, line


def _unreadable(number: int, line: bytes, error: Exception) -> Refusal:
    shown = line[:80].decode("utf-8", "replace").strip()
    if len(line) == MOST_LINE:
        return Refusal(
            number, "", shown, f"the line is longer than {MOST_LINE} bytes", "write one object a line"
        )
    if isinstance(error, UnicodeDecodeError):
        byte, place = error.object[error.start], error.start + 1
        return Refusal(
            number, "", shown, f"byte 0x{byte:02X} (byte {place} of a text) is not UTF-8", "save it as UTF-8"
        )
    if isinstance(error, RecursionError):
        return Refusal(number, "", shown, "nested too deeply", "a row is a flat JSON object")
    said = str(error).removeprefix("JSON is malformed: ")
    hint = "; NaN and Infinity are no JSON" if b"NaN" in line or b"Infinity" in line else ""
    return Refusal(number, "", shown, f"not JSON: {said}{hint}", "write one JSON object a line")
