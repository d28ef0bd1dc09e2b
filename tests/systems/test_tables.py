"""Files as tables: every encoding and delimiter, damage, documents; each row with the line it begins in."""

from __future__ import annotations

import csv
import gzip
import io
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sayso.errors import BadRequest
from sayso.systems import files_delimited
from sayso.systems.files_batches import Batch, Fault, How, named
from sayso.systems.files_tables import suffix_of, table

HEAD = "item,site,on_hand\n"


def read(path, how=None):
    """A file's names, its rows as (line, cells ...), and its faults as (line, detail)."""
    found = table(path, how)
    rows, faults = [], []
    for one in found.batches():
        if isinstance(one, Fault):
            assert one.remedy
            faults.append((one.line, one.detail))
        else:
            cells = [list(c) if isinstance(c, list) else c.to_pylist() for c in one.columns]
            rows += zip(one.lines, *cells, strict=True)
    assert found.bytes_read <= found.size or suffix_of(path) == ".parquet"
    return found.names, rows, faults


def wrote(tmp_path, content, name="stock.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ((HEAD + "Ä,L,5\n").encode(), "utf-8"),
        ((HEAD + "Ä,L,5\n").encode("utf-8-sig"), "utf-8"),
        ((HEAD + "Ä,L,5\n").encode("utf-16"), "UTF-16"),
        (b"\xfe\xff" + (HEAD + "Ä,L,5\n").encode("utf-16-be"), "UTF-16"),
        ((HEAD + "Ä,L,5\n").encode("utf-16-le"), "UTF-16"),
        ((HEAD + "Ä,L,5\n").encode("cp1252"), "Windows-1252"),
        ((HEAD + "Ä,L,5\n").encode("latin-1") + b"\x81,L,6\n", "Latin-1"),
        (HEAD.replace("\n", "\r\n").encode() + "Ä,L,5\r\n".encode(), "utf-8"),
        (HEAD.replace("\n", "\r").encode() + "Ä,L,5\r".encode(), "utf-8"),
        ("item;site;on_hand\nÄ;L;5\n".encode(), "utf-8"),
        ("item\tsite\ton_hand\nÄ\tL\t5\n".encode(), "utf-8"),
        ("item|site|on_hand\nÄ|L|5".encode(), "utf-8"),
        ('"item";"site";"on_hand"\n"Ä";"L";"5"\n'.encode(), "utf-8"),
        (gzip.compress((HEAD + "Ä,L,5\n").encode("utf-16")), "UTF-16"),
    ],
)
def test_encodings_delimiters_and_line_ends(tmp_path, content, encoding):
    name = "stock.csv.gz" if content[:2] == b"\x1f\x8b" else "stock.csv"
    path = wrote(tmp_path, content, name)
    names, rows, faults = read(path)
    assert names == ["item", "site", "on_hand"]
    assert rows[0] == (2, "Ä", "L", "5")
    assert faults == []
    said = " ".join(table(path).said)
    assert (encoding in said) == (encoding != "utf-8")


def test_an_encoding_that_is_said_is_taken(tmp_path):
    path = wrote(tmp_path, (HEAD + "Łódź,L,5\n").encode("cp1250"))
    assert read(path, How(encoding="windows-1250"))[1] == [(2, "Łódź", "L", "5")]
    with pytest.raises(BadRequest, match="not an encoding"):
        table(path, How(encoding="windows-99"))


def test_two_encodings_in_one_file_are_told(tmp_path):
    path = wrote(tmp_path, (HEAD + "Ä,L,5\n").encode() + b"\xc4,L,6\nB,L,7\n")
    names, rows, _ = read(path)
    del names
    assert rows == [(2, "Ä", "L", "5"), (3, "\udcc4", "L", "6"), (4, "B", "L", "7")]
    assert "not all of it is UTF-8" in table(path).said[0]


def test_lines_are_counted_as_an_editor_does(tmp_path):
    content = '\nsep=;\nname;item\n"two\nlines";A\n\n;\n"x";B\n"a ""b"" c";C\n'
    names, rows, faults = read(wrote(tmp_path, content))
    assert names == ["name", "item"]
    assert rows == [(4, "two\nlines", "A"), (7, "", ""), (8, "x", "B"), (9, 'a "b" c', "C")]
    assert faults == []


def test_rows_that_are_none_stop_no_other(tmp_path):
    content = HEAD + 'A,L\nB,L,5,6\n"C"x,L,5\nD,L,7\nE,L,"5\nF,L,6\n'
    _, rows, faults = read(wrote(tmp_path, content))
    assert rows == [(5, "D", "L", "7")]
    assert faults == [
        (2, "the row has 2 cells, the header 3"),
        (3, "the row has 4 cells, the header 3"),
        (4, "not CSV: ',' expected after '\"'"),
        (6, "not CSV up to line 7: unexpected end of data"),
    ]


@pytest.mark.parametrize(
    ("end", "detail"), [("B,L", "the last line is cut off: 2 cells of 3"), ("B,L\n", "the row has 2 cells")]
)
def test_a_last_line_that_is_cut_off(tmp_path, end, detail):
    _, rows, ((line, said),) = read(wrote(tmp_path, HEAD + "A,L,5\n" + end))
    assert rows == [(2, "A", "L", "5")]
    assert line == 3
    assert said.startswith(detail)


def test_a_damaged_archive_gives_what_there_is_and_says_so(tmp_path):
    rows = "".join(f"I{number},L,{number * 7919}\n" for number in range(300_000))
    whole = gzip.compress((HEAD + rows).encode())
    _, rows, faults = read(wrote(tmp_path, whole[: len(whole) // 2], "stock.csv.gz"))
    assert 0 < len(rows) < 300_000
    assert faults[-1][1].startswith("damaged from here on")
    assert faults[-1][0] >= rows[-1][0] + 1
    with pytest.raises(BadRequest, match="damaged"):
        table(wrote(tmp_path, b"rubbish", "x.csv.gz"))


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.csv", "empty"), (b"\n \n", "a.csv", "empty"), (b"", "a.json", "empty"), (b" \n", "a.jsonl", "empty"),
        ("item\n".encode("utf-32"), "a.csv", "UTF-32"), (b"x" * 3_000_000, "a.csv", "longer than"),
        (b"PAR1", "a.parquet", "not a Parquet file"), (b'"item,site\n', "a.csv", "header cannot be read"),
        (b"\x00\x00\x00\x00\n", "a.csv", "NUL"),
    ],
)  # fmt: skip
def test_a_file_of_which_nothing_can_be_read(tmp_path, content, name, said):
    with pytest.raises(BadRequest, match=said) as refused:
        read(wrote(tmp_path, content, name))
    assert refused.value.remedy


def test_names_of_a_header():
    assert named([" Order  No. ", "", "Qty", "Qty", "Qty"]) == [
        "Order No.",
        "column 2",
        "Qty",
        "Qty (2)",
        "Qty (3)",
    ]


CELLS = st.text(alphabet='ab,;"\n\r é\x00\u2028', max_size=4)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=30), quoting=st.sampled_from([0, 1]))
def test_what_a_writer_wrote_is_read(tmp_path, rows, quoting):
    text = io.StringIO()
    writer = csv.writer(text, quoting=quoting, lineterminator="\n")
    writer.writerows([["item", "site", "note"], *rows])
    path = wrote(tmp_path, text.getvalue().encode())
    lone = "\r" in "".join("".join(row) for row in rows)
    _, found, faults = read(path, How(delimiter=","))
    if not lone:  # a bare carriage return in a cell is quoted by the writer, and ends lines nowhere else
        assert faults == []
    kept = [tuple(row) for row in rows]
    assert [row[1:] for row in found] == kept or lone


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.text(alphabet='ab,,é\r ""', max_size=8), max_size=20), end=st.booleans())
@example(lines=['a,"b",c', '"a,",b,c', '"C"x,L,5', '",x",L,5'], end=True)
@example(lines=['x",y,"w', "a,b,c"], end=True)
@example(lines=[',,""a', '"a"",b,c', '"","",""'], end=True)
def test_the_quick_way_and_the_slow_way_agree(tmp_path, lines, end, monkeypatch):
    path = wrote(tmp_path, (HEAD + "\n".join(lines) + ("\n" if end else "")).encode())
    quick = read(path)
    with monkeypatch.context() as patched:
        patched.setattr(files_delimited.Delimited, "_plain", lambda self, block: None)
        slow = read(path)
    assert quick == slow


def test_blocks_that_end_within_a_record(tmp_path, monkeypatch):
    monkeypatch.setattr("sayso.systems.files_text.BLOCK", 64)
    rows = [[f"I{number}", "two\nlines" if number % 3 == 0 else "one", str(number)] for number in range(200)]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([["item", "note", "n"], *rows])
    _, found, faults = read(wrote(tmp_path, text.getvalue()))
    assert faults == []
    assert [list(row[1:]) for row in found] == rows
    lines = [row[0] for row in found]
    assert lines[:4] == [2, 4, 5, 6]
    assert lines[-1] == 201 + len([one for one in range(199) if one % 3 == 0])


def test_json_lines_and_arrays_and_pages(tmp_path):
    lines = (
        b'{"item": "A", "n": 2.50, "ok": true}\n\nrubbish\n{"item": "B", "n": 1234567890.123456789}\n{"item'
    )
    names, rows, faults = read(wrote(tmp_path, lines, "a.jsonl"))
    assert names == ["item", "n", "ok"]
    assert rows == [(1, "A", "2.50", "true"), (4, "B", "1234567890.123456789", "")]
    assert [line for line, _ in faults] == [3, 5]
    assert faults[1][1] == "the document is cut off"
    for body in (
        b'[{"item": "A"}, {"item": "B"}]', b'{"value": [{"item": "A"}, {"item": "B"}], "@odata.nextLink": "x"}',
        b'{"items": [{"item": "A"}, {"item": "B"}], "has_more": false}',
        b'[{"event": "x", "data": {"item": {"item": "A"}}}, {"event": "x", "data": {"item": {"item": "B"}}}]',
        '[{"item": "A"}, {"item": "B"}]'.encode("utf-16"),
    ):  # fmt: skip
        assert [row[-1] for row in read(wrote(tmp_path, body, "a.json"))[1]] == ["A", "B"]


def test_a_document_is_a_row_for_each_of_its_lines(tmp_path):
    body = b"""{"order": {"id": 7, "customer": {"id": "C"}, "tags": ["x", "y"],
      "taxes": [{"price": "1.10"}, {"price": "2"}],
      "line_items": [{"sku": "A", "quantity": 1, "tax_lines": [{"price": 0.10}]}, {"sku": "B", "quantity": 2}]}}"""
    names, rows, faults = read(wrote(tmp_path, body, "a.json"))
    assert faults == []
    first, second = (dict(zip(names, row[1:], strict=True)) for row in rows)
    assert first == {
        "id": "7", "customer.id": "C", "tags": "x|y", "taxes.count": "2", "taxes.price": "3.10",
        "line_items.#": "1", "line_items.sku": "A", "line_items.quantity": "1", "line_items.tax_lines.count": "1",
        "line_items.tax_lines.price": "0.10",
    }  # fmt: skip
    assert (second["line_items.#"], second["line_items.sku"], second["id"]) == ("2", "B", "7")


def test_lines_in_the_shape_of_graphql(tmp_path):
    body = (
        b'{"data": {"orders": {"nodes": [{"name": "#1", "lineItems": {"edges": [{"node": {"sku": "A"}}]}}]}}}'
    )
    names, rows, _ = read(wrote(tmp_path, body, "a.json"))
    assert dict(zip(names, rows[0][1:], strict=True))["lineItems.sku"] == "A"


def test_parquet_keeps_every_digit(tmp_path):
    content = pa.table(
        {
            "item": pa.array(["A", "B", None]).dictionary_encode(),
            "price": pa.array([Decimal("2.55"), Decimal("0.10"), None], pa.decimal128(10, 2)),
            "weight": pa.array([0.1, 2.55, None]),
            "n": pa.array([1, None, 3]),
            "day": pa.array([date(2011, 2, 1), None, date(2011, 2, 3)]),
            "at": pa.array([datetime(2011, 2, 1, 6, tzinfo=UTC)] * 3, pa.timestamp("us", "UTC")),
            "tags": pa.array([["x"], [], None]),
        }
    )
    pq.write_table(content, tmp_path / "a.parquet")
    names, rows, faults = read(tmp_path / "a.parquet")
    assert faults == []
    assert names == ["item", "price", "weight", "n", "day", "at"]
    assert rows[0] == (1, "A", "2.55", "0.1", "1", "2011-02-01", "2011-02-01 06:00:00.000000Z")
    assert rows[2][:5] == (3, "", "", "", "3")
    assert "tags" in table(tmp_path / "a.parquet").said[0]


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_memory_does_not_grow_with_the_file(tmp_path, suffix):
    def peak(rows):
        path = tmp_path / f"a.{suffix}"
        if suffix == "csv":
            path.write_text(HEAD + "".join(f"I{number},L,{number}\n" for number in range(rows)))
        elif suffix == "jsonl":
            path.write_text("".join(f'{{"item":"I{number}","on_hand":{number}}}\n' for number in range(rows)))
        else:
            pq.write_table(pa.table({"item": [f"I{number}" for number in range(rows)]}), path)
        found = table(path)
        tracemalloc.start()
        count = sum(len(one.lines) for one in found.batches() if isinstance(one, Batch))
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == rows
        return used

    peak(10)  # what is imported once
    assert peak(200_000) < peak(100_000) + 2_000_000


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
def test_no_bytes_break_a_table(tmp_path, content):
    for name in ("a.csv", "a.csv.gz", "a.json", "a.jsonl", "a.parquet", "a.tsv"):
        for head in (b"", HEAD.encode()):
            try:
                read(wrote(tmp_path, head + content, name))
            except BadRequest as error:
                error.detail.encode("utf-8")
