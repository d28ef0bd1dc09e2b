"""The map: what it says over what is guessed, what is wrong in one, and the one that is written for a start."""

from __future__ import annotations

import tomllib

import pytest

from audit.exported import Written, line, orders
from sayso.audit.exports.mapping import Map, parse, quoted
from sayso.audit.exports.opening import opened
from sayso.audit.exports.written import written
from sayso.errors import BadRequest


@pytest.fixture
def exported(tmp_path):
    found = Written(tmp_path)
    found.write("shop/orders.csv", orders(line()))
    return found


def first(exports):
    return next(exports.orders())


def test_a_map_goes_over_the_guess_and_the_rest_is_guessed(exported):
    exported.write(
        "shop/orders.csv", "order,placed,customer,buyer,sku,qty,answer\nW1,2011-02-03 10:00,X,C7,A,2,JAWOHL\n"
    )
    mapped = """
    [storefront]
    timezone = "Europe/Berlin"
    [storefront.orders.columns]
    customer = "buyer"
    [storefront.orders.fixed]
    channel = "web"
    [storefront.orders.words.answer]
    JAWOHL = "yes"
    [storefront.orders.words.customer]
    C7 = "10007"
    """
    order = first(exported.open(mapped))
    assert (order.customer, order.channel, order.lines[0].item) == ("10007", "web", "A")
    assert order.placed.hour == 9


def test_a_column_that_the_file_does_not_have_is_left_out(exported):
    order = first(exported.open('[storefront.orders.columns]\ncurrency = ""\n'))
    assert order.currency == ""


def test_parts_for_files_and_what_holds_for_all(exported):
    exported.write(
        "shop/ebay-1.csv",
        "nr,d,c,i,q\nE1,04/02/2011,C1,A,1\n".replace("d,c,i,q", "order date,customer,item,qty"),
    )
    mapped = """
    [[storefront.orders]]
    dates = "day first"
    [storefront.orders.fixed]
    channel = "web"
    [[storefront.orders]]
    files = ["ebay*.csv"]
    [storefront.orders.columns]
    order = "nr"
    [storefront.orders.fixed]
    channel = "ebay"
    """
    found = {one.order: one for one in exported.open(mapped).orders()}
    assert (found["W1"].channel, found["E1"].channel, found["E1"].placed.month) == ("web", "ebay", 2)


def test_encoding_and_delimiter_of_a_role(exported):
    exported.write("erp/stock.csv", "item^site^on_hand\nŁ^LON^5\n".encode("cp1250"))
    (fact,) = exported.open('[erp.stock]\nencoding = "windows-1250"\ndelimiter = "^"\n').facts()
    assert fact.values["item"] == "Ł"


def test_as_of_of_a_file(exported):
    exports = exported.open('[erp.stock]\nas_of = "2011-01-31"\n')
    assert [one.as_of.day for one in exports.facts()] == [31]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[shop]\n", "shop"), ("[storefront.order]\n", "did you mean storefront.orders"),
        ("[storefront.orders]\ndate = 1\n", "unknown field"),
        ('[storefront.orders.columns]\ncustomr = "x"\n', "did you mean customer"),
        ('[erp.stock]\ndates = "dmy"\n', "Invalid enum value"),
        ('[erp]\ntimezone = "Europe/Lundon"\n', "Europe/London"),
        ("x = ", "TOML"), ('[erp.stock]\ndecimal = ";"\n', "Invalid enum value"),
        ('[erp.stock.fixed]\non_hand = 5\n', "Expected `str`"), ('[erp.stock]\ndelimiter = "ab"\n', "length"),
        ('[erp.stock]\nencoding = "utf-99"\n', "not an encoding"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_map(text, said):
    with pytest.raises(BadRequest) as refused:
        parse(text, "audit.toml")
    told = f"{refused.value.facts.get('field', '')} {refused.value.detail} {refused.value.remedy}"
    assert "audit.toml" in told
    assert said in told


@pytest.mark.parametrize(
    ("mapped", "said"),
    [
        (
            '[storefront.orders.columns]\ncustomer = "Buyer"\n',
            "is the column 'Buyer', and there is none",
        ),
        ('[storefront.orders.fixed]\ncountry = "Freedonia"\n', "fixed country = 'Freedonia': not an ISO"),
        ('[erp.stock]\nas_of = "soon"\n', "as_of = 'soon'"),
    ],
)
def test_a_map_that_does_not_fit_the_files(exported, mapped, said):
    with pytest.raises(BadRequest) as asked:
        exported.open(mapped)
    assert said in asked.value.detail


def test_the_map_that_is_written_reads_as_what_was_guessed(exported):
    exported.write(
        "shop/orders.csv",
        'Auftrag;Datum;Kunde;Artikel;Menge;Preis "netto"\nW1;25/02/2011;C1;A;2;2,55\n',
    )
    exported.write("shop/stock-1.csv", "sku,available\nA,5\n")
    exported.write("shop/stock-2.csv", "sku,qty\nA,5\n")
    found = opened(exported.shop, exported.erp, Map(), lambda *_: None, ask=False)
    text = written(found)
    tables = tomllib.loads(text)
    assert tables["storefront"]["orders"]["dates"] == "day first"
    assert tables["storefront"]["orders"]["decimal"] == ","
    assert tables["storefront"]["orders"]["columns"]["customer"] == "Kunde"
    assert [one["columns"]["available"] for one in tables["storefront"]["stock"]] == ["available", "qty"]
    again = exported.open(text)
    assert [dict(one.columns) for one in again.sources] == [dict(one.columns) for one in found.sources]
    assert first(again) == first(exported.open())


def test_the_map_that_is_written_says_what_is_missing(exported):
    exported.write("shop/orders.csv", "order,placed,foo\nW1,03/02/2011,x\n")
    text = written(opened(exported.shop, exported.erp, Map(), lambda *_: None, ask=False))
    tomllib.loads(text)
    assert "# To be said before an audit can run:" in text
    assert '# customer = "..."  # needed. Customer, by the ERP\'s number.' in text
    assert "# not used: foo" in text


@pytest.mark.parametrize("text", ['a "b"', "ü\\n", "tab\t", "", "x\x7f", "line\nbreak"])
def test_texts_in_toml(text):
    assert tomllib.loads(f"x = {quoted(text)}")["x"] == text
