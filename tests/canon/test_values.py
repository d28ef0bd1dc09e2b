"""A value is kept as one text, or refused with what is wrong and what to do."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.canon.columns import Column
from sayso.canon.values import json_number, reader, text_of, typed, visible
from sayso.errors import BadField


def read(kind, text, **more):
    return reader(Column("it", kind, "It.", **more))(text)


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        ("text", "  85123A ", "85123A"), ("text", "   ", None), ("text", "O'Neill \\ Söhne", "O'Neill \\ Söhne"),
        ("list", "A | B||A", "A|B"), ("list", " | ", None),
        ("decimal", "48", "48"), ("decimal", "048.500", "48.5"), ("decimal", ".5", "0.5"), ("decimal", "5.", "5"),
        ("decimal", "-0.0", "0"), ("decimal", "+7", "7"), ("decimal", "1000000000000", "1000000000000"),
        ("integer", "7", "7"), ("integer", "7.0", "7"), ("integer", "007", "7"),
        ("boolean", "TRUE", "true"), ("boolean", "no", "false"), ("boolean", "1", "true"), ("boolean", "0", "false"),
        ("date", "2011-02-01", "2011-02-01"), ("date", "2011-02-01T00:00:00Z", "2011-02-01"),
        ("date", "2011-02-01 00:00:00.000000", "2011-02-01"),
        ("time", "9:30", "09:30"), ("time", "16:30:00", "16:30"), ("time", "00:00", "00:00"),
        ("timezone", "Europe/London", "Europe/London"), ("timezone", "UTC", "UTC"),
        ("country", "gb", "GB"), ("currency", "gbp", "GBP"), ("uom", "pcs", "EA"),
    ],
)  # fmt: skip
def test_what_is_kept(kind, text, kept):
    assert read(kind, text) == kept


@pytest.mark.parametrize(
    ("kind", "text", "remedy"),
    [
        ("decimal", "1,234", "1234"), ("decimal", "1 234.5", "1234.5"), ("decimal", "1'234", "1234"),
        ("decimal", "12,5", "12.5"), ("decimal", "1.234,56", "1234.56"), ("decimal", "1.5E+12", "all its digits"),
        ("decimal", "NaN", "blank"), ("decimal", "Infinity", "blank"), ("decimal", "-inf", "blank"),
        ("decimal", "5-", "-5"), ("decimal", "(5)", "-5"), ("decimal", "£5", "12.5"), ("decimal", "-5", "sign"),
        ("decimal", "1000000000001", "unit of measure"), ("decimal", "0.1234567891", "round"), ("decimal", ".", "12.5"),
        ("decimal", "٣", "12.5"), ("integer", "7.5", "round"), ("integer", "2000000000", "unit"),
        ("boolean", "maybe", "true or false"), ("date", "01/02/2011", "2011-02-01"), ("date", "2011-02-30", "check"),
        ("date", "0001-01-01", "blank"), ("date", "2201-01-01", "blank"), ("date", "2011-02-01T09:00:00", "2011-02-01"),
        ("time", "24:00", "23:59"), ("time", "4pm", "16:30"), ("timezone", "Europe/Lodnon", "Europe/London"),
        ("timezone", "../../etc/passwd", "Europe/London"), ("country", "UK", "write GB"), ("country", "England", "GB"),
        ("currency", "XXX", "GBP"), ("currency", "£", "GBP"), ("uom", "per piece!", "EA"),
        ("text", "a\x00b", "take it out"), ("text", "a\nb", "take it out"), ("text", "a\u200bb", "take it out"),
        ("text", "Caf\udce9", "UTF-8"), ("text", "x" * 101, "shorten"), ("decimal", "5\udce9", "UTF-8"),
    ],
)  # fmt: skip
def test_what_is_refused_says_what_to_do(kind, text, remedy):
    with pytest.raises(BadField) as refused:
        read(kind, text)
    assert refused.value.field == "it"
    assert remedy in refused.value.remedy
    str(refused.value.facts["value"]).encode("utf-8")


def test_a_word_of_a_list_is_proposed():
    with pytest.raises(BadField, match="not one of"):
        read("enum", "activ", choices=("active", "blocked"))
    assert read("enum", "Active", choices=("active", "blocked")) == "active"


def test_signs():
    assert read("decimal", "-5", sign="any") == "-5"
    with pytest.raises(BadField, match="above 0"):
        read("decimal", "0", sign="positive")
    with pytest.raises(BadField, match="at most 100"):
        read("decimal", "101", most=100)


def test_a_text_for_people_may_have_line_breaks_which_become_spaces():
    assert read("text", "Main\n\tStreet  1", free=True) == "Main Street 1"
    with pytest.raises(BadField):
        read("text", "bell \x07", free=True)


def test_an_undecodable_byte_is_named():
    with pytest.raises(BadField, match=r"0xE9 is not UTF-8 \(in Windows-1252 it would be é\)"):
        read("text", "Caf\udce9")


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("decimal", 12, "12"), ("decimal", Decimal("1E+2"), "100"), ("decimal", 2.55, "2.55"),
        ("boolean", True, "true"), ("text", 85123, "85123"), ("date", date(2011, 2, 1), "2011-02-01"),
        ("list", ["A", "B"], "A|B"), ("text", None, ""), ("integer", 7.0, "7.0"),
    ],
)  # fmt: skip
def test_typed_values_become_text(kind, value, text):
    assert text_of(Column("it", kind, "It."), value) == text


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", 13047.0), ("decimal", float("nan")), ("decimal", Decimal("1E+400")), ("text", {"a": 1}),
        ("list", ["A|B"]), ("list", [1]), ("text", b"x"),
    ],
)  # fmt: skip
def test_typed_values_that_cannot_stand(kind, value):
    with pytest.raises(BadField):
        text_of(Column("it", kind, "It."), value)


def test_a_json_number_keeps_its_digits():
    assert str(json_number("1.10")) == "1.10"
    assert json_number("1e99999999999999999999") == "1e99999999999999999999"


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=9))
def test_every_decimal_in_range_comes_back_as_it_was(number):
    column = Column("it", "decimal", "It.", sign="any")
    assert typed(column, reader(column)(format(number, "f"))) == number


@given(
    st.text(max_size=300),
    st.sampled_from(["text", "list", "decimal", "integer", "date", "time", "uom", "country"]),
)
def test_whatever_is_written_is_kept_or_refused_and_kept_text_stays(text, kind):
    column = Column("it", kind, "It.")
    try:
        kept = reader(column)(text)
    except BadField:
        return
    assert kept is None or reader(column)(kept) == kept


@given(st.text())
def test_what_is_shown_can_be_printed(text):
    assert visible(text).isprintable()
    visible(text).encode("utf-8")
