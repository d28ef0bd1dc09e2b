"""The reader of Online Retail: what each line is, and what cannot be read."""

from __future__ import annotations

import gzip
import lzma
from datetime import datetime
from decimal import Decimal

import pytest

from sayso.demo.retail import is_note, read_lines
from sayso.errors import BadField, SaysoError

SALE = '536365,85123A,"WHITE HANGING HEART, T-LIGHT HOLDER",6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom'


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (SALE, "sale"),
        ("536366,85123A,HEART,6,2010-12-01 08:26:00,2.55,,United Kingdom", "counter"),
        ("C536379,85123A,HEART,-1,2010-12-01 08:26:00,2.55,14527,United Kingdom", "returned"),
        ("C536379,85123A,HEART,-1,2010-12-01 08:26:00,2.55,,United Kingdom", "counter_returned"),
        ("536414,22139,,56,2010-12-01 11:52:00,0,,United Kingdom", "found"),
        ("536414,22139,RETROSPOT TEA SET,56,2010-12-01 11:52:00,0,,United Kingdom", "free"),
        ("536414,22139,found,56,2010-12-01 11:52:00,0,14527,United Kingdom", "free"),
        ("536589,21777,damaged,-10,2010-12-01 16:50:00,0,,United Kingdom", "write_off"),
        ("536370,POST,POSTAGE,3,2010-12-01 08:45:00,18,12583,France", "carriage"),
        ("536544,DOT,DOTCOM POSTAGE,1,2010-12-01 14:32:00,569.77,,United Kingdom", "carriage"),
        ("540117,C2,CARRIAGE,1,2011-01-05 09:55:00,50,14911,EIRE", "carriage"),
        ("C536379,D,Discount,-1,2010-12-01 09:41:00,27.5,14527,United Kingdom", "discount"),
        ("536569,m,Manual,1,2010-12-01 15:35:00,1.25,16274,United Kingdom", "manual"),
        ("536779,BANK CHARGES,Bank Charges,1,2010-12-02 15:08:00,15,15823,United Kingdom", "fee"),
        ("C541651,AMAZONFEE,AMAZON FEE,-1,2011-01-20 11:48:00,1.0,,United Kingdom", "fee"),
        ("C564763,CRUK,CRUK Commission,-1,2011-08-30 10:49:00,1.6,14096,United Kingdom", "fee"),
        ("C536548,S,SAMPLES,-1,2010-12-05 10:00:00,33.05,,United Kingdom", "sample"),
        ("560004,PADS,PADS TO MATCH,1,2011-07-14 12:00:00,0.001,12748,United Kingdom", "sample"),
        ("539958,gift_0001_50,Voucher,1,2010-12-23 13:26:00,42.55,,United Kingdom", "voucher"),
        ("A563185,B,Adjust bad debt,1,2011-08-12 14:50:00,11062.06,,United Kingdom", "adjustment"),
        ("563185,ZZTOP,What,1,2011-08-12 14:50:00,1,17850,United Kingdom", "unknown_code"),
        ("563185,DCGSSGIRL,GIRLS PARTY BAG,1,2011-08-12 14:50:00,1,17850,United Kingdom", "sale"),
    ],
)
def test_each_line_is_taken_for_what_it_is(csv_file, line, kind):
    reading = read_lines(csv_file(line))
    assert [found.kind for found in reading.lines] == [kind]
    assert reading.counts() == {kind: 1}


def test_a_sale_is_read_field_by_field(csv_file):
    found = read_lines(csv_file(SALE)).lines[0]
    assert found.invoice == "536365"
    assert found.description == "WHITE HANGING HEART, T-LIGHT HOLDER"
    assert (found.quantity, found.price, found.customer) == (6, Decimal("2.55"), "17850")
    assert found.at == datetime(2010, 12, 1, 8, 26)  # noqa: DTZ001 (the file's own clock)
    assert found.country == "GB"


@pytest.mark.parametrize("code", ["85123a", " 85123A ", "85123A", "85123 a"])
def test_an_item_code_is_one_whatever_its_letters(csv_file, code):
    line = f"536365,{code},HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom"
    assert read_lines(csv_file(line)).lines[0].item == "85123A"


def test_codes_that_were_mended_are_counted(csv_file):
    assert read_lines(csv_file(SALE, SALE.replace("85123A", "85123a"))).recoded == 1


@pytest.mark.parametrize("at", ["12/1/2010 8:26", "2010-12-01T08:26", "12/01/2010 08:26"])
def test_other_ways_to_write_the_date_are_read(csv_file, at):
    line = SALE.replace("2010-12-01 08:26:00", at)
    assert read_lines(csv_file(line)).lines[0].at == datetime(2010, 12, 1, 8, 26)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        (",6,", ",six,", "Quantity"),
        (",6,", ",6.5,", "Quantity"),
        ("2.55", "NaN", "UnitPrice"),
        ("2.55", "free", "UnitPrice"),
        ("2010-12-01 08:26:00", "yesterday", "InvoiceDate"),
        ("17850.0", "Mr Smith", "CustomerID"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_does_not_stop_the_others(csv_file, old, new, field):
    reading = read_lines(csv_file(SALE.replace(old, new, 1), SALE))
    assert len(reading.lines) == 1
    assert [(fault.line, fault.field) for fault in reading.faults] == [(2, field)]


def test_a_line_that_is_too_short_is_named(csv_file):
    reading = read_lines(csv_file("536365,85123A", "", SALE))
    assert [fault.line for fault in reading.faults] == [2]
    assert len(reading.lines) == 1


def test_a_missing_column_is_named(csv_file):
    with pytest.raises(BadField, match="no column Country"):
        read_lines(
            csv_file(SALE, header="InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID")
        )


def test_columns_in_another_order_and_spelling_are_found(csv_file):
    header = "Country,Customer ID,Price,InvoiceDate,Quantity,Description,StockCode,Invoice"
    line = "France,12583,3.75,2010-12-01 08:45:00,24,ALARM CLOCK,22728,536370"
    found = read_lines(csv_file(line, header=header)).lines[0]
    assert (found.invoice, found.item, found.country, found.kind) == ("536370", "22728", "FR", "sale")


def test_packed_files_and_western_letters_are_read(csv_file):
    body = csv_file(SALE.replace("HEART, T-LIGHT HOLDER", "VOUCHER £20")).read_text(encoding="utf-8")
    for name, packed in (
        ("a.csv.gz", gzip.compress(body.encode("utf-8"))),
        ("b.csv.xz", lzma.compress(body.encode("cp1252"))),
    ):
        path = csv_file(SALE).with_name(name)
        path.write_bytes(packed)
        assert read_lines(path).lines[0].description.endswith("£20")


def test_a_broken_file_says_what_to_do(csv_file):
    path = csv_file(SALE).with_name("c.csv.gz")
    path.write_bytes(b"no gzip at all")
    with pytest.raises(SaysoError, match="cannot be read"):
        read_lines(path)


def test_a_country_that_nobody_knows_is_counted_and_taken_to_be_at_home(csv_file):
    reading = read_lines(csv_file(SALE.replace("United Kingdom", "Atlantis")))
    assert reading.lines[0].country == "GB"
    assert reading.unknown_countries == {"Atlantis": 1}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("EIRE", "IE"), ("Channel Islands", "JE"), ("USA", "US"), ("RSA", "ZA"), ("European Community", "BE"),
        ("Unspecified", "GB"), ("United Arab Emirates", "AE"), ("Hong Kong", "HK"),
    ],
)  # fmt: skip
def test_countries_become_iso_codes(csv_file, name, code):
    reading = read_lines(csv_file(SALE.replace("United Kingdom", name)))
    assert reading.lines[0].country == code
    assert not reading.unknown_countries


@pytest.mark.parametrize(
    ("description", "note"),
    [
        ("damaged", True),
        ("?", True),
        ("", True),
        ("Found", True),
        ("RED KITCHEN SCALES", False),
        ("BAG 125g SWIRLY", False),
    ],
)
def test_notes_are_told_from_names(description, note):
    assert is_note(description) is note
