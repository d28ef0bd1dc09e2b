"""Receipts from files of facts, or from facts as they came: only what arrival dates are learned from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from sayso.canon.kinds import KINDS
from sayso.canon.rows import Fact, Reading, Refusal, RowReader
from sayso.errors import BadRequest
from sayso.promise.eta import Receipt
from sayso.systems.files import FactFile, found

Value = TypeVar("Value")

_KIND = KINDS["receipts"]


def files(path: Path) -> list[FactFile]:
    """The file, or those files of a folder whose names begin with `receipts`. BadRequest where there is none."""
    if not path.is_dir():
        return found(path, _KIND.name)
    named = [one for one in sorted(path.iterdir()) if re.match(r"receipts(?![a-z])", one.name.lower())]
    if not named:
        raise BadRequest(
            f"{path}: no file of receipts in it", remedy="name it receipts.csv, .jsonl or .parquet"
        )
    return [file for one in named for file in found(one, _KIND.name)]


def read(files: Iterable[FactFile], refused: Callable[[Refusal], None]) -> list[Receipt]:
    """Every receipt of some files that can be read; the others are told of. BadRequest where a file is damaged."""
    # A list, because each held-back origin begins anew; equal texts, days and quantities are kept once.
    return list(_receipts((row for file in files for row in file.rows()), refused))


def of_rows(rows: Iterable[Mapping[str, Any]]) -> list[Receipt]:
    """Receipts of rows as they are sent over HTTP. BadRequest names the first that is none."""
    reader = RowReader(_KIND)

    def refuse(one: Refusal) -> None:
        raise BadRequest(str(one), remedy="send rows of the kind receipts")

    return list(_receipts((reader.mapping(line, row) for line, row in enumerate(rows, 1)), refuse))


def _receipts(rows: Iterable[Reading], refused: Callable[[Refusal], None]) -> Iterator[Receipt]:
    texts: dict[str | None, str] = {None: ""}
    days: dict[str | None, date | None] = {None: None}
    numbers: dict[str | None, Decimal | None] = {None: None}
    for row in rows:
        if not isinstance(row, Fact):
            for one in row:
                refused(one)
            continue
        if row.deleted:
            continue
        named = [texts.setdefault(one, one or "") for one in row.values[:6]]
        dated = [_kept(days, one, date.fromisoformat) for one in row.values[6:9]]
        yield Receipt(
            named[0], named[1], named[2], named[3], named[4], named[5], dated[0], dated[1], dated[2],
            _kept(numbers, row.values[9], Decimal),
        )  # fmt: skip


def _kept(
    known: dict[str | None, Value | None], text: str | None, make: Callable[[str], Value]
) -> Value | None:
    if text not in known and text is not None:
        known[text] = make(text)
    return known[text]
