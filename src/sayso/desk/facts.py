"""Facts as programs tell them: one kind, a batch of rows in a JSON body. Files are read by systems/files.py."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from sayso.canon.columns import Kind
from sayso.canon.kinds import kind_named
from sayso.canon.rows import Reading, RowReader
from sayso.canon.times import parse_moment
from sayso.canon.values import json_number, visible
from sayso.desk.facts_load import Load, Rows, load
from sayso.desk.facts_report import LoadReport
from sayso.errors import BadField, BadRequest
from sayso.promise.policy import Policy

__all__ = ["Batch", "Load", "LoadReport", "kind_named", "load", "load_batch", "read_batch", "rows_of"]

_FIELDS = ("source", "as_of", "rows", "snapshot")
# A number keeps the digits it was sent with: the decimal is made from its text, never from a float.
_decode = msgspec.json.Decoder(float_hook=json_number).decode


class Batch(NamedTuple):
    """A batch as it was read. `rows` reads each row when it is asked for."""

    source: str
    as_of: datetime
    snapshot: bool
    rows: Rows


def rows_of(kind: Kind, rows: Sequence[Mapping[str, Any]]) -> Rows:
    """Rows given as mappings of column to value (text, int, Decimal, date, bool), numbered from 1."""
    reader = RowReader(kind)

    def read(skipped: int) -> Iterable[Reading]:
        return (reader.mapping(number, row) for number, row in islice(enumerate(rows, 1), skipped, None))

    return read


def read_batch(kind: Kind, body: bytes) -> Batch:
    """`{"source", "as_of", "rows", "snapshot"}` as a batch. Raises BadRequest for what is no such object.

    What is wrong with a row is found when it is read, and stops no other row.
    """
    try:
        given = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        hint = " (NaN and Infinity are no JSON)" if b"NaN" in body or b"Infinity" in body else ""
        raise BadRequest(f"the body is not JSON: {error}{hint}", remedy="send valid JSON in UTF-8") from None
    if not isinstance(given, dict):
        raise BadRequest(
            "the body is not a JSON object", remedy='send {"source": ..., "as_of": ..., "rows": [...]}'
        )
    unknown = [name for name in given if name not in _FIELDS]
    if unknown:
        near = difflib.get_close_matches(unknown[0], _FIELDS, 1)
        remedy = f"did you mean {near[0]}?" if near else "leave it out; known are " + ", ".join(_FIELDS)
        raise BadField(visible(unknown[0][:80]), "", "there is no such field", remedy=remedy)
    source, as_of = _text(given, "source", "erp"), _text(given, "as_of", "2011-02-01T06:00:00Z")
    rows, snapshot = given.get("rows"), given.get("snapshot", False)
    if not isinstance(rows, list):
        raise BadField(
            "rows", repr(rows)[:80], "rows is a list of objects", remedy='send "rows": [{...}, ...]'
        )
    if not isinstance(snapshot, bool):
        raise BadField(
            "snapshot", repr(snapshot)[:80], "snapshot is true or false", remedy="leave it out for false"
        )
    return Batch(source, parse_moment(as_of, field="as_of"), snapshot, rows_of(kind, rows))


async def load_batch(
    pool: Any, kind: str, body: bytes, now: datetime, policy: Policy | None = None
) -> dict[str, Any]:
    """Load a JSON body of rows of a kind, and report as JSON shows it (see LoadReport.as_dict).

    Raises BadField for an unknown kind, what read_batch raises, and what load raises.
    """
    found = kind_named(kind)
    batch = read_batch(found, body)
    what = Load(found, batch.source, batch.as_of, snapshot=batch.snapshot)
    return (await load(pool, what, batch.rows, now, policy)).as_dict()


def _text(given: dict[str, Any], name: str, example: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value.strip():
        shown = "" if value is None else repr(value)[:80]
        detail = f"{name} is missing" if value is None else f"{name} is a text"
        raise BadField(name, shown, detail, remedy=f'send e.g. "{name}": "{example}"')
    return value.strip()
