"""Numbers, days and moments in every usual spelling; what can be read in two ways is refused, not guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sayso.audit.exports.values import (
    Evidence,
    Unreadable,
    day,
    day_shows,
    moment,
    number,
    shown_decimal,
    thousands_of,
)


@pytest.mark.parametrize(
    ("text", "decimal", "plain"),
    [
        ("1234.50", "", "1234.50"),
        ("1.234,50", "", "1234.50"),
        ("1,234.50", "", "1234.50"),
        ("1 234,50", "", "1234.50"),
        ("1'234.50", "", "1234.50"),
        ("1\u202f234,5", "", "1234.5"),
        ("1\u00a0234", "", "1234"),
        ("12,5", "", "12.5"),
        ("1,234,567", "", "1234567"),
        ("1.234.567,8", "", "1234567.8"),
        ("0,123", "", "0.123"),
        ("1,234", ",", "1.234"),
        ("1,234", ".", "1234"),
        ("1.234", ",", "1234"),
        ("1.234", ".", "1.234"),
        ("1.234", "", "1.234"),
        ("12345,678", "", "12345.678"),
        ("£2.55", "", "2.55"),
        ("12,50 €", "", "12.50"),
        ("EUR 12,50", "", "12.50"),
        ("2.55-", "", "-2.55"),
        ("(1,200.00)", "", "-1200.00"),
        ("\u22125", "", "-5"),
        ("+5", "", "+5"),
        ("+1.234,5", "", "1234.5"),
        ("-£5.10", "", "-5.10"),
        ("£-5.10", "", "-5.10"),
        ("7", ",", "7"),
    ],
)
def test_numbers(text, decimal, plain):
    assert number(text, decimal) == plain


@pytest.mark.parametrize(
    ("text", "decimal", "said"),
    [
        ("1,234", "", "thousands or decimals"),
        ("1.5", ",", "a decimal point, where"),
        ("1,5", ".", "a decimal comma"),
        ("1,23,4", "", "odd places"),
        ("12,34.5", "", "odd places"),
        ("abc", "", "not a number"),
        ("1e5", "", "not a number"),
        ("", "", "not a number"),
        ("1.2.3", "", "odd places"),
        ("--5", "", "not a number"),
        ("5 EA x", "", "not a number"),
    ],
)
def test_numbers_that_are_refused(text, decimal, said):
    with pytest.raises(Unreadable, match=said) as refused:
        number(text, decimal)
    assert refused.value.remedy


@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=3),
    st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", ".")]),
)
def test_every_usual_spelling_gives_the_number_back(value, marks):
    thousands, decimal = marks
    text = f"{value:,}".translate(str.maketrans({",": thousands, ".": decimal}))
    assert Decimal(number(text, decimal)) == value


@given(st.from_regex(r"[0-9]{1,3}([.,][0-9]{1,3}){0,2}", fullmatch=True))
def test_without_a_word_a_number_has_one_value_only(text):
    try:
        alone = number(text)
    except Unreadable:
        return
    assume(
        "." not in text or shown_decimal(text) != "?"
    )  # a point alone is a decimal point: canon's own spelling
    for decimal in (".", ","):
        assert _under(text, decimal) in (alone, "where the file has the other")


def _under(text, decimal):
    """The number under a decimal sign, or why not."""
    try:
        return number(text, decimal)
    except Unreadable as error:
        return error.detail.split(", ")[1]


def test_what_a_number_shows():
    assert [
        shown_decimal(one) for one in ("5", "1.5", "1,50", "1,234", "1.234", "1.234,5", "1,234,567", "0.123")
    ] == ["", ".", ",", "?", "?", ",", "", "."]
    assert [thousands_of(one) for one in ("1,234,567", "1.234.567", "1.234,5", "1,5")] == [",", ".", ".", ""]


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("2011-02-03", ""),
        ("20110203", ""),
        ("2011/02/03", ""),
        ("2011/2/3", ""),
        ("03.02.2011", ""),
        ("3.2.2011", ""),
        ("03/02/2011", "day first"),
        ("02/03/2011", "month first"),
        ("3-2-2011", "day first"),
        ("03/02/11", "day first"),
        ("3 Feb 2011", ""),
        ("03-Feb-2011", ""),
        ("3. Februar 2011", ""),
        ("February 3, 2011", ""),
        ("3 février 2011", ""),
        ("3 febrero 2011", ""),
        ("03-FEB-11", ""),
    ],
)
def test_days(text, dates):
    assert day(text, dates) == date(2011, 2, 3)


@pytest.mark.parametrize(
    ("text", "dates", "said"),
    [
        ("03/02/2011", "", "day or month first"),
        ("25/02/2011", "month first", "unlike in the rest"),
        ("31/02/2011", "", "no such day"),
        ("2011-02-30", "", "no such day"),
        ("0001-01-01", "", "between 1900"),
        ("40577", "", "spreadsheet"),
        ("soon", "", "not a date"),
        ("13/13/2011", "", "no such day"),
        ("3 Foo 2011", "", "not a date"),
    ],
)
def test_days_that_are_refused(text, dates, said):
    with pytest.raises(Unreadable, match=said):
        day(text, dates)


def test_what_a_day_shows():
    assert [
        day_shows(one)
        for one in ("25/02/2011", "02/25/2011", "03/02/2011", "03/03/2011", "25.02.2011", "2011-02-25")
    ] == ["day first", "month first", "?", "", "", ""]


@given(st.dates(min_value=date(1970, 1, 1), max_value=date(2069, 12, 31)), st.sampled_from(["/", "-"]))
def test_a_day_is_never_read_as_another(when, mark):
    text = f"{when.day:02}{mark}{when.month:02}{mark}{when.year}"
    assert day(text, "day first") == when
    try:
        assert day(text) == when
    except Unreadable:
        assert day_shows(text) == "?"


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2011-02-03T10:00:00Z", datetime(2011, 2, 3, 10, tzinfo=UTC)),
        ("2011-02-03T10:00:00-05:00", datetime(2011, 2, 3, 15, tzinfo=UTC)),
        ("2011-02-03 10:00", datetime(2011, 2, 3, 9, tzinfo=UTC)),
        ("2011-07-03 10:00", datetime(2011, 7, 3, 8, tzinfo=UTC)),
        ("2011-02-03", datetime(2011, 2, 2, 23, tzinfo=UTC)),
        ("25/02/2011 8:26", datetime(2011, 2, 25, 7, 26, tzinfo=UTC)),
        ("2/25/2011 8:26 PM", datetime(2011, 2, 25, 19, 26, tzinfo=UTC)),
        ("25.02.2011, 12:00:30", datetime(2011, 2, 25, 11, 0, 30, tzinfo=UTC)),
        ("3 Feb 2011 12:15 AM", datetime(2011, 2, 2, 23, 15, tzinfo=UTC)),
        ("1296727200", datetime(2011, 2, 3, 10, tzinfo=UTC)),
        ("1296727200000", datetime(2011, 2, 3, 10, tzinfo=UTC)),
        ("3.2.2011 10:00 +0200", datetime(2011, 2, 3, 8, tzinfo=UTC)),
        ("2011-02-03T10:00:00.250+0000", datetime(2011, 2, 3, 10, 0, 0, 250000, tzinfo=UTC)),
    ],
)
def test_moments(text, when):
    assert moment(text, "", BERLIN) == when


@pytest.mark.parametrize(
    "text", ["2011", "25/02/2011 25:00", "25/02/2011 8:61", "noon", "1/2/2011 8:26", "25/02/2011 x"]
)
def test_moments_that_are_refused(text):
    with pytest.raises(Unreadable):
        moment(text)


def test_a_moment_keeps_its_length_across_summer_time():
    before, after = (moment(f"2011-03-27 0{hour}:30", "", BERLIN) for hour in (1, 3))
    assert after - before == timedelta(hours=1)


def test_evidence_keeps_an_example_of_each():
    days = Evidence("day")
    days.look(
        ["2011-02-03", "03/02/2011 8:00", "04/02/2011", "25/02/2011"],
        {"03/02/2011 8:00": 3, "25/02/2011": 5}.__getitem__,
    )
    assert days.examples == {"?": (3, "03/02/2011 8:00"), "day first": (5, "25/02/2011")}
    numbers = Evidence("number")
    numbers.look(["5", "1.234", "9.876", "1.234.567"], lambda text: 7)
    assert numbers.examples == {"?.": (7, "1.234"), ",": (7, "1.234.567")}
