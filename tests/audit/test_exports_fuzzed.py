"""Whatever stands in the files: every row of the orders is counted once, or the request is refused. Nothing else."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from audit.exported import HEAD, Written, balanced, line, orders
from sayso.errors import BadRequest

CELL = st.one_of(
    st.sampled_from(
        ["", "W1", "W2", "1", "2", "-3", "0", "2.50", "2,50", "1.234", "1,234", "03/02/2011", "25/02/2011",
         "2011-02-03", "2011-02-03T10:00:00Z", "GB", "Deutschland", "XX", "GBP", "EA", "a big box", "yes", "nein", "NULL",
         "NaN", "\ud800", "9" * 20, "1e9", "=1+1", "\x00"]
    ),
    st.text(max_size=6),
)  # fmt: skip
ROWS = st.lists(st.lists(CELL, min_size=12, max_size=12), max_size=12)


def read(name, content, mapped=""):
    """Read all of two folders of which one file is this."""
    with tempfile.TemporaryDirectory() as root:
        written = Written(Path(root))
        written.write("shop/orders.csv", orders(line()))
        written.write(name, content)
        try:
            exports = written.open(mapped)
        except BadRequest as refused:
            refused.detail.encode("utf-8", "backslashreplace")
            return
        found = list(exports.orders())
        for part in (exports.beliefs(), exports.facts(), exports.outcomes()):
            list(part)
        assert balanced(exports), exports.intake
        assert len(found) == exports.intake.orders
        assert sum(len(one.lines) for one in found) == exports.intake.lines
        assert all(one.quantity > 0 for order in found for one in order.lines)
        assert [one.placed for one in found] == sorted(one.placed for one in found)
        assert len({one.order for one in found}) == len(found)
        assert exports.intake.problems or not exports.intake.dropped
        assert all(one.remedy and one.file for one in exports.problems)


MAPPED = '[storefront]\ndates = "day first"\ndecimal = "."\n'


@settings(max_examples=150, deadline=None)
@given(rows=ROWS)
def test_rows_of_odd_cells(rows):
    text = "\n".join([HEAD, *(",".join(f'"{cell.replace(chr(34), "")}"' for cell in row) for row in rows)])
    read("shop/orders.csv", text.encode("utf-8", "surrogatepass"), MAPPED)
    read("shop/orders.csv", text.encode("utf-8", "surrogatepass"))


@settings(max_examples=60, deadline=None)
@given(rows=ROWS)
def test_documents_of_odd_values(rows):
    names = HEAD.split(",")
    found = [dict(zip(names, row, strict=True)) for row in rows]
    read(
        "shop/orders.json",
        json.dumps([{"id": 1, "placed": "2011-02-03", "customer": "C", "lines": found}]).encode(),
        MAPPED,
    )
    read("shop/orders-2.jsonl", "\n".join(json.dumps(one) for one in found).encode(), MAPPED)


@settings(max_examples=150, deadline=None)
@given(
    content=st.binary(max_size=200),
    name=st.sampled_from(["orders.csv", "orders.json", "orders.csv.gz", "stock.csv", "x.txt"]),
)
def test_any_bytes(content, name):
    for head in (b"", HEAD.encode() + b"\n", b"item,available\n"):
        read(f"shop/{name}", head + content)
        read(f"erp/{name}", head + content)
