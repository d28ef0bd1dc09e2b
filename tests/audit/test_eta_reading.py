"""Receipts from files: what is read, what is refused and where, what a folder has."""

from __future__ import annotations

import gzip
from datetime import date
from decimal import Decimal

import pytest

from sayso.audit.eta import reading as eta_reading
from sayso.canon.rows import Refusal
from sayso.errors import BadRequest
from sayso.promise.eta import Receipt

HEAD = "document,line,receipt,item,site,vendor,ordered,promised,received,quantity\n"
ROW = "PO1,1,R1,HEART,LON,ACME,2024-05-02,2024-05-20,2024-05-23,12.5\n"
READ = Receipt(
    "PO1",
    "1",
    "R1",
    "HEART",
    "LON",
    "ACME",
    date(2024, 5, 2),
    date(2024, 5, 20),
    date(2024, 5, 23),
    Decimal("12.5"),
)


def read(path) -> tuple[list[Receipt], list[Refusal]]:
    refused: list[Refusal] = []
    return eta_reading.read(eta_reading.files(path), refused.append), refused


def test_a_table_is_read_with_its_types(tmp_path):
    (tmp_path / "anything.csv").write_text(HEAD + ROW)
    assert read(tmp_path / "anything.csv") == ([READ], [])


def test_json_lines_say_the_same(tmp_path):
    (tmp_path / "receipts.jsonl").write_text(
        '{"document": "PO1", "line": "1", "receipt": "R1", "item": "HEART", "site": "LON", "vendor": "ACME",'
        ' "ordered": "2024-05-02", "promised": "2024-05-20", "received": "2024-05-23", "quantity": 12.5}\n'
    )
    assert read(tmp_path) == ([READ], [])


def test_what_is_blank_or_left_out_is_not_known(tmp_path):
    (tmp_path / "receipts.csv").write_text("document,line,receipt,promised,vendor\nPO1,1,R1,,\n")
    assert read(tmp_path)[0] == [Receipt("PO1", "1", "R1", "", "", "", None, None, None, None)]


def test_a_folder_gives_all_its_files_of_receipts_and_no_others(tmp_path):
    (tmp_path / "receipts-2023.csv").write_text(HEAD + ROW)
    with gzip.open(tmp_path / "receipts_2024.csv.gz", "wt") as packed:
        packed.write(HEAD + ROW.replace("PO1", "PO2"))
    (tmp_path / "notes.csv").write_text("whatever")
    (tmp_path / "stock.csv").write_text("item,site,on_hand\nA,LON,5\n")
    assert [one.document for one in read(tmp_path)[0]] == ["PO1", "PO2"]


def test_a_deleted_row_is_no_receipt(tmp_path):
    (tmp_path / "receipts.csv").write_text("document,line,receipt,deleted\nPO1,1,R1,true\n")
    assert read(tmp_path) == ([], [])


def test_a_row_that_cannot_be_read_is_named_with_its_line(tmp_path):
    (tmp_path / "receipts.csv").write_text(HEAD + ROW + ROW.replace("2024-05-20", "20.5.24") + ROW)
    found, refused = read(tmp_path)
    assert found == [READ, READ]
    assert [(one.line, one.field, one.value) for one in refused] == [(3, "promised", "20.5.24")]
    assert "receipts.csv:3" in str(refused[0])


def test_a_folder_without_receipts_is_refused(tmp_path):
    with pytest.raises(BadRequest, match="no file of receipts"):
        eta_reading.files(tmp_path)


def test_rows_as_they_are_sent():
    row = {"document": "PO1", "line": "1", "receipt": "1", "received": "2024-05-23"}
    assert eta_reading.of_rows([row])[0].received == date(2024, 5, 23)
    with pytest.raises(BadRequest, match="received"):
        eta_reading.of_rows([row | {"received": "soon"}])
