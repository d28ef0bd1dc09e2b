"""Files as they come: encodings, delimiters, damage, order; each row with the line it begins in."""

from __future__ import annotations

import gzip
import tracemalloc
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.canon.rows import Fact
from sayso.errors import BadField, BadRequest
from sayso.systems.files import found

HEAD = "item,site,on_hand\n"


def read(tmp_path, content, name="stock.csv", kind=None):
    """What a file of this content gives: facts as (line, values), refusals as (line, field, detail)."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (file,) = found(path, kind)
    file.check()
    shown = []
    for row in file.rows():
        if isinstance(row, Fact):
            shown.append((row.line, *row.values[:2], row.values[3]))
        else:
            assert all(one.file == str(path) and one.remedy for one in row)
            shown += [(one.line, one.field, one.detail) for one in row]
    assert file.bytes_read == file.size
    return shown


def test_a_plain_file(tmp_path):
    assert read(tmp_path, HEAD + "A,L,5\nB,L,6\n") == [(2, "A", "L", "5"), (3, "B", "L", "6")]


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + HEAD + "Ä,L,5\n", (HEAD + "Ä,L,5").encode("utf-16"), (HEAD + "Ä,L,5\n").encode("utf-8-sig"),
        b"\xfe\xff" + (HEAD + "Ä,L,5\n").encode("utf-16-be"), HEAD.replace("\n", "\r\n") + "Ä,L,5\r\n",
        HEAD.replace("\n", "\r") + "Ä,L,5\r", "item;site;on_hand\nÄ;L;5\n", "item\tsite\ton_hand\nÄ\tL\t5\n",
        '"Item";"SITE";"on_hand"\n"Ä";"L";"5"\n',
    ],
)  # fmt: skip
def test_encodings_delimiters_and_line_ends(tmp_path, content):
    assert read(tmp_path, content) == [(2, "Ä", "L", "5")]


def test_excels_first_line_names_the_delimiter(tmp_path):
    assert read(tmp_path, "sep=;\nitem;site;on_hand\nA;L;5\n") == [(3, "A", "L", "5")]


def test_lines_are_counted_as_an_editor_does(tmp_path):
    content = '\n\nname,item\n"two\nlines",A\n\n,\n"x",B\n"quote "" within",C\n'
    path = tmp_path / "items.csv"
    path.write_text(content)
    (file,) = found(path)
    facts = list(file.rows())
    assert [(fact.line, fact.values[0], fact.values[1]) for fact in facts] == [
        (4, "A", "two lines"), (8, "B", "x"), (9, "C", 'quote " within')
    ]  # fmt: skip


def test_rows_that_are_wrong_stop_no_other(tmp_path):
    content = HEAD.encode() + b'A,L\nB,L,5,6\nCaf\xe9,L,5\n"C"x,L,5\nD,L,7\nE,L,"5\nF,L,6\n'
    assert read(tmp_path, content) == [
        (2, "", "the row has 2 cells, the header 3"),
        (3, "", "the row has 4 cells, the header 3"),
        (4, "item", "byte 0xE9 is not UTF-8 (in Windows-1252 it would be é)"),
        (5, "", "not CSV: ',' expected after '\"'"),
        (6, "D", "L", "7"),
        (7, "", "not CSV up to line 8: unexpected end of data"),
    ]


def test_a_quote_that_is_never_closed_costs_no_memory(tmp_path):
    content = HEAD + '"A,L,5\n' + "B,L,5\n" * 60_000
    shown = read(tmp_path, content)
    assert shown[0][0] == 2
    assert "field larger than field limit" in shown[0][2]
    assert shown[-1] == (60_002, "B", "L", "5")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"), (b"\n\n", "it is empty"), ("item,site,on_hand\n".encode("utf-16-le"), "UTF-16"),
        ("item,site\n".encode("utf-32"), "UTF-32"), (b"item,on_hand\nA,5\n", "needs the key column site"),
        (b"item,site,colour\n", "stock has no such column"), (b"item,site,item\n", "twice"),
        (b'"item,site\n', "header cannot be read"), (b",\n", "no column has a name"),
        (b"\x89PNG\r\n\x1a\n", "no such column"),
        (b"x" * 2_000_000, "longer than"), (b"Artikel;Lager;Bestand\n1;2;3\n", "no such column"),
    ],
)  # fmt: skip
def test_a_file_of_which_nothing_can_be_loaded(tmp_path, content, said):
    with pytest.raises(BadRequest, match=said) as refused:
        read(tmp_path, content)
    assert refused.value.detail.startswith(str(tmp_path / "stock.csv") + ": ")
    assert refused.value.remedy


def test_a_header_alone_is_a_file_without_rows(tmp_path):
    assert read(tmp_path, HEAD) == []


def test_json_lines(tmp_path):
    content = (
        b'\xef\xbb\xbf{"item": "A", "site": "L", "on_hand": 2.50}\n\nrubbish\n'
        b'{"item": "B", "site": "L", "on_hand": "1e3"}\n'
        b'{"item": "caf\xe9"}\n[1]\n{"item": "C", "site": "L", "on_hand": NaN}\n{"item": 7, "site": "L"}'
    )
    shown = read(tmp_path, content, "stock.jsonl")
    assert shown[0] == (1, "A", "L", "2.5")
    assert shown[1] == (3, "", "not JSON: invalid character (byte 0)")
    assert shown[2][:2] == (4, "on_hand")
    assert shown[3][0] == 5
    assert "byte 0xE9" in shown[3][2]
    assert shown[4] == (6, "", "a row is a JSON object")
    assert shown[5][0] == 7
    assert "NaN and Infinity" in shown[5][2]
    assert shown[6] == (8, "7", "L", None)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b'[{"item": "A"}]', "JSON array"),
        ('{"item": 1}'.encode("utf-16"), "not UTF-8"),
    ],
)
def test_json_lines_that_are_none(tmp_path, content, said):
    with pytest.raises(BadRequest, match=said):
        read(tmp_path, content, "stock.ndjson")


def test_a_line_of_json_that_never_ends_is_one_refused_row(tmp_path):
    content = b'{"item": "' + b"x" * 3_000_000 + b'"}\n{"item": "B", "site": "L"}\n'
    shown = read(tmp_path, content, "stock.jsonl")
    assert "longer than" in shown[0][2]
    assert shown[1] == (2, "B", "L", None)


@pytest.mark.parametrize("name", ["stock.csv.gz", "stock.jsonl.gz"])
def test_packed_files(tmp_path, name):
    content = HEAD + "A,L,5\n" if "csv" in name else '{"item": "A", "site": "L", "on_hand": 5}\n'
    whole = gzip.compress(content.encode() * (1 if "csv" in name else 500))
    assert read(tmp_path, whole, name)[0][1:] == ("A", "L", "5")
    with pytest.raises(BadRequest, match="damaged"):
        read(tmp_path, whole[:-12], name)
    with pytest.raises(BadRequest, match="damaged"):
        read(tmp_path, content.encode(), name)


def test_parquet(tmp_path):
    table = pa.table(
        {
            "item": pa.array(["A", "B", "C"]).dictionary_encode(),
            "pack": pa.array([Decimal("1.50"), None, Decimal("-1.00")], pa.decimal128(10, 2)),
            "list_price": pa.array([2.55, 0.1, None]),
            "lead_days": pa.array([3, None, 5], pa.int16()),
            "available_from": pa.array([date(2011, 2, 1), None, date(1, 1, 1)]),
            "stocked": pa.array([True, False, None]),
            "weight_kg": pa.array([1.0, 0.1 + 0.2, 2.0]),
        }
    )
    pq.write_table(table, tmp_path / "items.parquet", row_group_size=2)
    (file,) = found(tmp_path / "items.parquet")
    file.check()
    first, second, third = file.rows()
    values = dict(zip((column.name for column in file.kind.all), first.values, strict=True))
    assert first.line == 1
    assert {name: values[name] for name in table.column_names} == {
        "item": "A", "pack": "1.5", "list_price": "2.55", "lead_days": "3", "available_from": "2011-02-01",
        "stocked": "true", "weight_kg": "1",
    }  # fmt: skip
    assert [(one.line, one.field) for one in second] == [(2, "weight_kg")]  # 0.30000000000000004
    assert {one.field for one in third} == {"pack", "available_from"}
    assert [row.line if isinstance(row, Fact) else row[0].line for row in file.rows(1)] == [2, 3]


@pytest.mark.parametrize(
    "days",
    [
        pa.array([datetime(2011, 2, 1)], pa.timestamp("ns")), pa.array([datetime(2011, 2, 1)], pa.timestamp("ms", "UTC")),  # noqa: DTZ001
        pa.array([date(2011, 2, 1)], pa.date64()), pa.array(["2011-02-01"]),
    ],
)  # fmt: skip
def test_dates_in_parquet(tmp_path, days):
    pq.write_table(pa.table({"item": ["A"], "available_from": days}), tmp_path / "items.parquet")
    (file,) = found(tmp_path / "items.parquet")
    (fact,) = file.rows()
    assert "2011-02-01" in fact.values


def test_a_number_with_a_point_is_no_code(tmp_path):
    pq.write_table(pa.table({"customer": [13047.0]}), tmp_path / "customers.parquet")
    (file,) = found(tmp_path / "customers.parquet")
    ((refusal,),) = file.rows()
    assert (refusal.field, refusal.detail) == (
        "customer",
        "a number with a decimal point, where text is expected",
    )


def test_a_parquet_file_that_is_none(tmp_path):
    for content in (b"", b"PAR1 rubbish PAR1"):
        with pytest.raises(BadRequest, match="not a Parquet file"):
            read(tmp_path, content, "stock.parquet")
    pq.write_table(pa.table({"item": ["A"], "colour": ["red"]}), tmp_path / "items.parquet")
    with pytest.raises(BadField, match="no such column"):
        found(tmp_path / "items.parquet")[0].check()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("stock.csv", "stock"), ("STOCK-2011-02.CSV", "stock"), ("stock_lon.csv.gz", "stock"),
        ("credit_groups.jsonl", "credit_groups"),
        ("items2011.ndjson", "items"),
    ],
)  # fmt: skip
def test_a_kind_is_told_by_the_name(tmp_path, name, kind):
    (tmp_path / name).write_bytes(b"")
    assert found(tmp_path / name)[0].kind.name == kind


def test_names_that_tell_nothing(tmp_path):
    for name, said in (
        ("stocks.csv", "did you mean stock"),
        ("export.csv", "--kind"),
        ("stock.xlsx", "use .csv"),
    ):
        (tmp_path / name).write_bytes(b"")
        with pytest.raises(BadRequest) as refused:
            found(tmp_path / name)
        assert said in refused.value.remedy
    assert found(tmp_path / "export.csv", "stock")[0].kind.name == "stock"
    with pytest.raises(BadRequest, match="no such file"):
        found(tmp_path / "nothing.csv")
    with pytest.raises(BadField, match="no such kind"):
        found(tmp_path / "export.csv", "stocks")


def test_a_folder_is_loaded_with_items_before_what_names_them(tmp_path):
    with pytest.raises(BadRequest, match="no files of facts"):
        found(tmp_path)
    for name in (
        "demand.csv",
        "stock-b.csv",
        "stock-a.csv",
        "items.jsonl",
        "README.txt",
        ".items.csv",
        "customers.csv",
    ):
        (tmp_path / name).write_bytes(b"")
    assert [file.path.name for file in found(tmp_path)] == [
        "items.jsonl", "customers.csv", "stock-a.csv", "stock-b.csv", "demand.csv"
    ]  # fmt: skip


def test_a_file_that_cannot_be_opened(tmp_path):
    (tmp_path / "stock.csv").mkdir()
    with pytest.raises(BadRequest, match="no files of facts"):
        found(tmp_path / "stock.csv")
    path = tmp_path / "items.csv"
    path.write_text("item\nA\n")
    (file,) = found(path)
    path.unlink()
    with pytest.raises(BadRequest, match="cannot be read"):
        file.check()


def test_leaving_out_the_first_rows_leaves_the_others_as_they_are(tmp_path):
    path = tmp_path / "stock.csv"
    path.write_text(HEAD + 'A,L,5\n\nB,L,x\n"C"x,L,5\n,,\nD,L,6\nE,L,7\n')
    (file,) = found(path)
    whole = list(file.rows())
    for skipped in range(len(whole) + 2):
        assert list(file.rows(skipped)) == whole[skipped:]


def test_what_a_load_is_named_by(tmp_path):
    path = tmp_path / "stock.csv"
    path.write_text(HEAD)
    when = datetime(2011, 2, 1).astimezone()
    key = found(path)[0].resume_key("erp", when, False)
    assert found(path)[0].resume_key("erp", when, False) == key
    assert found(path)[0].resume_key("wms", when, False) != key
    assert found(path)[0].resume_key("erp", when, True) != key
    path.write_text(HEAD + "A,L,5\n")
    assert found(path)[0].resume_key("erp", when, False) != key


@pytest.mark.parametrize("name", ["stock.csv", "stock.jsonl", "stock.parquet"])
def test_memory_does_not_grow_with_the_file(tmp_path, name):
    def peak(rows):
        path = tmp_path / name
        if name.endswith("csv"):
            path.write_text(HEAD + "".join(f"I{number},L,{number}\n" for number in range(rows)))
        elif name.endswith("jsonl"):
            path.write_text(
                "".join(f'{{"item":"I{number}","site":"L","on_hand":{number}}}\n' for number in range(rows))
            )
        else:
            names = [f"I{number}" for number in range(rows)]
            pq.write_table(pa.table({"item": names, "site": ["L"] * rows, "on_hand": range(rows)}), path)
            del names
        (file,) = found(path)
        tracemalloc.start()
        count = sum(1 for _ in file.rows())
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == rows
        return used

    assert peak(60_000) < peak(12_000) + 3_000_000


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400))
def test_no_bytes_break_the_reader(tmp_path, content):
    for name in ("stock.csv", "stock.jsonl"):
        path = tmp_path / name
        path.write_bytes((HEAD.encode() if name.endswith("csv") else b"") + content)
        (file,) = found(path)
        for row in file.rows():
            if not isinstance(row, Fact):
                assert row
                for one in row:
                    str(one).encode("utf-8")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
def test_no_bytes_break_the_check(tmp_path, content):
    for name in ("stock.csv", "stock.jsonl", "stock.csv.gz", "stock.parquet"):
        path = tmp_path / name
        path.write_bytes(content)
        (file,) = found(path)
        try:
            file.check()
        except BadRequest as error:
            error.detail.encode("utf-8")
