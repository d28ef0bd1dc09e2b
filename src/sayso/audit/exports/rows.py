"""Rows of feeds, facts and outcomes: what each says, checked for what it has to say.

Knows rows of typed values. Orders have more to them: they are read by reading_orders.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from msgspec import structs

from sayso.audit.exports.columns import Bad
from sayso.audit.exports.problems import Problems
from sayso.audit.exports.sources import Rows, Source
from sayso.audit.shapes import Belief, FactRow, Outcome, Problem
from sayso.canon.columns import Kind
from sayso.canon.kinds import KINDS

_ZERO = Decimal(0)
_MOST_KEYS = 3_000_000

#: What a price list without these columns means by a row: who and what is named in it is whom and what it is for.
DEFAULTED = {("prices", "line_type"), ("prices", "source_type"), ("prices", "target_type")}


def beliefs(source: Source, problems: Problems) -> Iterator[Belief]:
    """The rows of a storefront's feed."""
    role = source.role.name
    for batch in source.read(problems):
        for line, row in _whole(source, batch, problems):
            as_of = row.get("as_of") or source.as_of
            item, variant = row.get("item") or "", row.get("variant") or ""
            if role == "stock":
                yield Belief(
                    "stock", as_of, item, variant, row.get("site") or "", uom=row.get("uom") or "",
                    available=row["available"],
                )  # fmt: skip
            elif role == "prices":
                if row["price"] < 0:
                    problems.add(_below(source, line, "price", row["price"]))
                    continue
                yield Belief(
                    "price", as_of, item, variant, "", row.get("customer") or "", row.get("group") or "",
                    row.get("uom") or "", row.get("currency") or "", row.get("min_quantity") or _ZERO,
                    price=row["price"],
                )  # fmt: skip
            else:
                yield Belief("credit", as_of, customer=row["customer"], credit_ok=row["credit_ok"])


def outcomes(source: Source, problems: Problems) -> Iterator[Outcome]:
    """The rows that say what became of orders."""
    for batch in source.read(problems):
        for _, row in _whole(source, batch, problems):
            yield Outcome(
                row["order"], row["outcome"], row.get("line") or 0, row.get("reason") or "",
                row.get("quantity"), row.get("on"), row.get("unit_price"), row.get("at"),
                document=row.get("document") or "",
            )  # fmt: skip


def facts(source: Source, problems: Problems, seen: dict[int, int]) -> Iterator[FactRow]:
    """The rows of facts of a kind. `seen` remembers keys, so that a row that contradicts an earlier one is named."""
    kind = KINDS[source.role.name]
    blanks = {column.name: _neutral(column.type) for column in kind.key if column.optional}
    for batch in source.read(problems):
        for line, row in _whole(source, batch, problems):
            own = row.pop("as_of", None)
            as_of = own or source.as_of
            deleted = bool(row.pop("deleted", None))
            for name, neutral in blanks.items():
                if row.get(name) is None:
                    row[name] = neutral
            if kind.name == "prices":
                _complete_price(row)
            wrong = _unpaired(kind, row)
            if wrong:
                problems.add(Problem(source.file, line, source.columns.get(wrong, wrong), "", *_UNPAIRED))
                continue
            again = _again(source, kind, row, as_of, deleted, seen)
            if again:
                problems.add(structs.replace(again, row=line))
                if not again.dropped:
                    continue
            yield FactRow(kind.name, as_of, row, deleted, own is None and as_of is not None)


_UNPAIRED = (
    "the row says for whom or for what it is, and does not name it, or names it although it is for all",
    "name the customer, group or item, or write all and leave it blank",
)


def _whole(source: Source, batch: Rows, problems: Problems) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each row that can be used, as a mapping. One with a value that cannot be read, or without one it needs, is not."""
    names = list(batch.values)
    columns = [batch.values[name] for name in names]
    vital = [name for name in source.role.needed if (source.role.name, name) not in DEFAULTED]
    safe = not batch.bad and not any(None in batch.values.get(name, (None,)) for name in vital)
    for line, *values in zip(batch.lines, *columns, strict=True):
        row = dict(zip(names, values, strict=True))
        if safe or _is_whole(source, line, row, batch.bad, vital, problems):
            yield line, row


def _is_whole(
    source: Source,
    line: int,
    row: dict[str, Any],
    bad: Sequence[str],
    vital: Sequence[str],
    problems: Problems,
) -> bool:
    if not any(value is not None for name, value in row.items() if name in source.columns):
        return False  # spreadsheets leave rows of nothing but delimiters
    wrong = [name for name in bad if type(row[name]) is Bad]
    for name in wrong:
        problems.add(source.problem(line, name, row[name], dropped=True), name == wrong[0])
    missing = [name for name in vital if row.get(name) is None]
    if missing and row.get("deleted"):  # to take a row away, its key is enough
        keys = {column.name for column in KINDS[source.role.name].key}
        missing = [name for name in missing if name in keys]
    for name in missing:
        detail = f"a {source.role.name} row needs it, and it is blank"
        remedy = "fill it in, or leave the row out"
        problems.add(
            Problem(source.file, line, source.columns.get(name, name), "", detail, remedy),
            not wrong and name == missing[0],
        )
    return not wrong and not missing


def _below(source: Source, line: int, name: str, value: Decimal) -> Problem:
    column = source.columns.get(name, name)
    return Problem(source.file, line, column, str(value), f"a {name} below 0", "check the sign")


def _neutral(kind: str) -> Any:
    """What a blank in a key is: as `typed` gives what is stored for it."""
    return _ZERO if kind == "decimal" else None if kind == "date" else ""


def _complete_price(row: dict[str, Any]) -> None:
    if row.get("line_type") is None:
        row["line_type"] = "price" if row.get("price") is not None else "discount"
    if row.get("source_type") is None:
        row["source_type"] = "customer" if row.get("source") else "all"
    if row.get("target_type") is None:
        row["target_type"] = "item" if row.get("target") else "all"


def _unpaired(kind: Kind, row: dict[str, Any]) -> str:
    """The column that should name somebody and does not, or does and should not."""
    for type_name, name in kind.named_by:
        if (row[type_name] == "all") == bool(row[name]):
            return name
    return ""


def _again(
    source: Source, kind: Kind, row: dict[str, Any], as_of: Any, deleted: bool, seen: dict[int, int]
) -> Problem | None:
    """A problem if the key stood there before at the same time: not dropped if all of the row is the same."""
    key = hash((kind.name, as_of, *(row[column.name] for column in kind.key)))
    said = hash((deleted, *row.items()))
    before = seen.get(key)
    if before is None:
        if len(seen) < _MOST_KEYS:
            seen[key] = said
        return None
    shown = ", ".join(str(row[column.name]) for column in kind.key if row[column.name])
    names = ", ".join(column.name for column in kind.key)
    if before == said:
        detail, remedy = "the same row stands there again: it counts once", "export each row once"
        return Problem(source.file, 0, names, shown, detail, remedy, dropped=False)
    detail = "the key stands there again at the same time with other content: the later row was taken"
    return Problem(source.file, 0, names, shown, detail, "export each key once, or give as_of", dropped=True)
