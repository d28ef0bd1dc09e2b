"""The shipped slice: what it holds, and that it is an unchanged part of the full file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from sayso.demo.retail import read_lines, unpacked
from sayso.demo.slice import SHIPPED, cut, find, main
from sayso.errors import SaysoError

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


def test_the_slice_is_four_whole_months_and_small():
    reading = read_lines(SHIPPED)
    assert len(reading.lines) == 142_083
    assert not reading.faults
    assert not reading.unknown_countries
    assert {line.at.strftime("%Y-%m") for line in reading.lines} == {
        "2010-12",
        "2011-01",
        "2011-02",
        "2011-03",
    }
    assert SHIPPED.stat().st_size < 1_500_000


def test_a_cut_copies_whole_months_as_they_are(tmp_path):
    inside = '1,22139,"A, ""B""",6,2010-12-31 23:59:00,2.55,17850.0,United Kingdom\n'
    outside = "2,22139,C,6,2011-04-01 00:00:00,2.55,17850.0,United Kingdom\n"
    source, out = tmp_path / "full.csv", tmp_path / "part.csv.xz"
    source.write_text(HEADER + inside + outside, encoding="utf-8")
    ran = CliRunner().invoke(main, [str(source), str(out)])
    assert ran.exit_code == 0, ran.output
    assert unpacked(out).decode() == HEADER + inside
    assert cut(source) == out.read_bytes()


def test_the_full_file_is_found_in_a_folder_and_below_it(tmp_path):
    assert find(None) == SHIPPED
    with pytest.raises(SaysoError, match="no Online Retail file"):
        find(tmp_path)
    below = tmp_path / "somewhere"
    below.mkdir()
    file = below / "online_retail_2010-12_2011-08.csv.gz"
    file.write_bytes(b"")
    assert find(tmp_path) == find(below) == find(file) == file


@pytest.mark.skipif("SAYSO_DATA" not in os.environ, reason="SAYSO_DATA names no folder with the full file")
def test_the_slice_is_made_from_the_full_file_again():
    source = find(Path(os.environ["SAYSO_DATA"]))
    assert cut(source) == SHIPPED.read_bytes()
