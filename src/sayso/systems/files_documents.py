"""JSON as a table: flat objects, or documents with lines in them, which become one row a line.

A member of a member is named by its path, `customer.id`; a member of a line by the list it is in,
`line_items.sku`, and its place there is `line_items.#`. Knows nothing of what the names mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from sayso.canon.values import json_number
from sayso.errors import BadRequest
from sayso.systems.files_batches import BATCH, Batch, Fault, How
from sayso.systems.files_text import Damaged, TextFile

_SAMPLE = 5000
_LINES = frozenset({
    "lines", "lineitems", "orderlines", "orderitems", "items", "products", "positions", "positionen", "entries",
    "details", "salesorderlines", "purchaseorderlines", "salesquotelines", "salesinvoicelines",
})  # fmt: skip
"""What a list of a document's lines is called, in small letters and without signs between them."""
_PAGING = frozenset({
    "hasmore", "total", "count", "page", "pages", "next", "previous", "limit", "offset", "links", "meta", "perpage",
    "totalpages", "nextlink", "context", "odatacontext", "odatanextlink", "odatacount", "odataetag", "cursor",
    "pagination",
})  # fmt: skip
_ENVELOPES = ("data", "body", "payload", "resource")

_KINDS = frozenset({dict, list})
_decode = msgspec.json.Decoder(float_hook=json_number).decode


class Documents:
    """A file of JSON: one document, an array of them, a page of an API's answer, or one in each line."""

    def __init__(self, path: Path, packed: bool, how: How) -> None:
        self._text = TextFile(path, packed, how.encoding)
        self.said = [self._text.said] if self._text.said else []
        self.size = path.stat().st_size
        names: dict[str, None] = {}
        for row in islice((row for row in self._rows() if not isinstance(row, Fault)), _SAMPLE):
            names.update(dict.fromkeys(row[1]))
        if not names and next(self._rows(), None) is None:
            raise BadRequest("it is empty", remedy="write one JSON object a line, or an array of them")
        self.names = list(names)

    @property
    def bytes_read(self) -> int:
        """How far it was read."""
        return self._text.bytes_read

    def batches(self) -> Iterator[Batch | Fault]:
        """Its rows. A document's rows have the line (in an array: the place) of the document."""
        rows = self._rows()
        while taken := list(islice(rows, BATCH)):
            good = [row for row in taken if not isinstance(row, Fault)]
            if good:
                columns = [[values.get(name, "") for _, values in good] for name in self.names]
                yield Batch([line for line, _ in good], columns)
            yield from (row for row in taken if isinstance(row, Fault))

    def _rows(self) -> Iterator[tuple[int, dict[str, str]] | Fault]:
        for line, document in self._documents():
            if isinstance(document, Fault):
                yield document
            elif isinstance(document, dict):
                if _KINDS.isdisjoint(map(type, document.values())):
                    yield (
                        line,
                        {name: one if type(one) is str else _text(one) for name, one in document.items()},
                    )
                    continue
                for values in _flat(document):
                    yield line, values
            else:
                yield Fault(line, repr(document)[:80], "not a JSON object", 'write e.g. {"item": "85123A"}')

    def _documents(self) -> Iterator[tuple[int, Any]]:
        """Each document with its line, or in an array with its place."""
        blocks = self._text.blocks()
        try:
            first = next(blocks, b"")
        except Damaged as error:
            raise BadRequest(f"damaged: {error}", remedy="pack or export it again") from None
        head = first.lstrip()
        line, _, more = head.partition(b"\n")
        if head.startswith(b"{") and more.strip() and _is_whole(line):
            yield from _lines(first, blocks)
            return
        try:
            whole = first + b"".join(blocks)
        except (Damaged, BadRequest) as error:
            said = error.detail if isinstance(error, BadRequest) else f"damaged: {error}"
            raise BadRequest(said, remedy="write one JSON object a line") from None
        if not whole.strip():
            return
        try:
            value = _decode(whole)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            yield from _lines(whole, iter(()))
            return
        yield from enumerate(_unwrapped(value), 1)


def _is_whole(line: bytes) -> bool:
    try:
        _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _lines(first: bytes, blocks: Iterator[bytes]) -> Iterator[tuple[int, Any]]:
    """JSON Lines: what each line holds, or what is wrong with it."""
    number, block, broken = 0, first, 0
    while block:
        for line in block.split(b"\n"):
            number += 1
            if not line.strip():
                continue
            try:
                value = _decode(line)
                if type(value) is dict and len(value) > 1 and _KINDS.isdisjoint(map(type, value.values())):
                    yield number, value
                    continue
                found = _unwrapped(value)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                broken += 1
                yield number, _unreadable(number, line, error)
            else:
                yield from ((number, one) for one in found)
        number -= block.endswith(b"\n")
        try:
            block = next(blocks, b"")
        except Damaged as error:
            detail = f"damaged from here on: {error}"
            yield number, Fault(number + 1, "", detail, "pack or export it again", 0)
            return


def _unreadable(number: int, line: bytes, error: Exception) -> Fault:
    shown = line[:80].decode("utf-8", "replace").strip()
    if "truncated" in str(error):
        return Fault(number, shown, "the document is cut off", "export it again: more may be missing")
    said = str(error).removeprefix("JSON is malformed: ")
    return Fault(number, shown, f"not JSON: {said}", "write one JSON object a line")


def _unwrapped(value: Any) -> list[Any]:
    """The documents in a value: of an array, of an API's page, of a webhook's envelope."""
    if isinstance(value, list):
        return [one for member in value for one in _unwrapped(member)]
    if not isinstance(value, dict):
        return [value]
    for name in _ENVELOPES:
        if isinstance(value.get(name), dict | list) and value[name]:
            return _unwrapped(value[name])
    inner = {name: one for name, one in value.items() if _plain(name) not in _PAGING}
    if len(inner) == 1:
        ((name, one),) = inner.items()
        paged = len(inner) < len(value) or _plain(name) not in _LINES
        if isinstance(one, dict) or (_is_objects(one) and paged):
            return _unwrapped(one)
    return [value]


def _flat(document: Mapping[str, Any]) -> list[dict[str, str]]:
    """A document as rows: one for each of its lines, or one if it has none."""
    common: dict[str, str] = {}
    lines: list[Any] = []
    within = ""
    for name, value in document.items():
        found = _members(value)
        if not within and found is not None and _plain(name) in _LINES:
            within, lines = name, found
        else:
            _put(common, name, value)
    if not within:
        return [common]
    rows = []
    for place, line in enumerate(lines, 1):
        row = {**common, f"{within}.#": str(place)}
        _put(row, within, line)
        rows.append(row)
    return rows or [common]


def _members(value: Any) -> list[Any] | None:
    """A list of objects, also in the shape that GraphQL gives them."""
    if isinstance(value, dict):
        if "nodes" in value:
            return _members(value["nodes"])
        edges = value.get("edges")
        return [one.get("node") for one in edges] if isinstance(edges, list) else None
    return value if isinstance(value, list) and all(isinstance(one, dict) for one in value) else None


def _put(row: dict[str, str], name: str, value: Any) -> None:
    """A value under its name; of an object each member; of a list of objects the sums of their figures."""
    if isinstance(value, Mapping):
        for member, inner in value.items():
            _put(row, f"{name}.{member}", inner)
    elif _is_objects(value):
        row[f"{name}.count"] = str(len(value))
        for figure in ("amount", "price", "total", "total_tax"):
            if all(figure in one for one in value):
                row[f"{name}.{figure}"] = _sum(one[figure] for one in value)
    else:
        row[name] = _text(value)


def _sum(values: Any) -> str:
    try:
        return format(sum((Decimal(_text(one) or 0) for one in values), Decimal(0)), "f")
    except ArithmeticError:
        return ""


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f") if abs(value.adjusted()) < 40 else str(value)
    if isinstance(value, Sequence):
        return "|".join(_text(one) for one in value)
    return str(value)


def _is_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())
