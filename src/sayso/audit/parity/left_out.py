"""What a row of a case may leave out, and what it then is: a number of its own, the only site there is, whom it is for.

Only of what a case gives; a load of facts leaves out nothing of a key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sayso.audit.parity.files import Value
from sayso.canon.kinds import KINDS

#: The site of everything in a case that names no site at all.
ONLY_SITE = "-"

#: Columns of a key that a row may leave out.
MAY_BE_LEFT_OUT = ("site", "document", "line", "receipt", "line_type", "source_type", "target_type")

_AT_SITES = ("stock", "inbound", "demand")

Row = dict[str, Value]


def sites_named(told: Iterable[tuple[str, Value]]) -> bool:
    """Whether any stock, supply or demand among these kinds and their rows is at a site."""
    return any(
        row.get("site")
        for kind, rows in told
        if kind in _AT_SITES
        for row in (rows if isinstance(rows, list) else [rows])
        if isinstance(row, dict)
    )


class LeftOut:
    """Rows of a case, one after the other, with what they leave out."""

    def __init__(self, *, one_site: bool) -> None:
        self.one_site = one_site
        self._lines: Counter[str] = Counter()

    def whole(self, kind: str, row: Row) -> Row:
        """The row with all of its key, as far as that can be known."""
        if kind in _AT_SITES and self.one_site and not row.get("site"):
            row = {**row, "site": ONLY_SITE}
        if kind == "prices":
            return {**_for_whom(row), **row}
        key = [column.name for column in KINDS[kind].key]
        if "document" in key:
            row = self._numbered(kind, row, [name for name in key if name in ("line", "receipt")])
        if kind == "receivables" and "open" not in row and "amount" in row:
            row = {**row, "open": row["amount"]}
        return row

    def _numbered(self, kind: str, row: Row, parts: list[str]) -> Row:
        """A document that has no number is one of its own; a line without one comes after those before it."""
        document = row.get("document")
        if document in (None, ""):
            self._lines[kind] += 1
            document = f"{kind} {self._lines[kind]}"
        self._lines[f"{kind} of {document}"] += 1
        number = str(self._lines[f"{kind} of {document}"])
        left_out = {name: number for name in parts if row.get(name) in (None, "")}
        return {**row, "document": document, **left_out}


def _for_whom(row: Row) -> Row:
    """What a price or discount is and whom and what it is for, by what else it says."""
    return {
        "line_type": "price" if row.get("price") is not None else "discount",
        "source_type": "customer" if row.get("source") else "all",
        "target_type": "item" if row.get("target") else "all",
    }
