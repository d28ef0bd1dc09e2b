"""Durations, moments and dates: read strictly, written in one form."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.canon.times import format_duration, moment, parse_date, parse_duration, parse_moment
from sayso.errors import BadField

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 30), timezones=zones)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT15M", timedelta(minutes=15)),
        ("PT2H", timedelta(hours=2)),
        ("P7D", timedelta(days=7)),
        ("P2W", timedelta(weeks=2)),
        ("P1DT2H3M4S", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("PT0.5S", timedelta(milliseconds=500)),
        ("PT0,25S", timedelta(milliseconds=250)),
        ("PT90M", timedelta(minutes=90)),
        ("PT0S", timedelta(0)),
        ("P0D", timedelta(0)),
    ],
)
def test_a_duration_is_read(text: str, length: timedelta) -> None:
    assert parse_duration(text) == length


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "P1DT", "15", "15m", "pt15m", "PT15", "PT-5M", "-PT5M", " PT5M", "PT5M\n", "P1H", "PT1D",
     "PT5M5H", "P١D", "P1.5D", "PT1.5H", "P99999999999D", "a fortnight"],
)  # fmt: skip
def test_what_is_no_duration_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadField) as refused:
        parse_duration(text, field="hold")
    assert refused.value.field == "hold"
    assert refused.value.facts["value"] == text
    assert "PT15M" in refused.value.remedy


@pytest.mark.parametrize("text", ["P1M", "P1Y", "P1Y2M3D", "P2W1M", "P0.5Y", "P1MT5M"])
@pytest.mark.parametrize("short", [False, True])
def test_years_and_months_are_refused_because_they_have_no_fixed_length(text: str, short: bool) -> None:
    with pytest.raises(BadField, match="no fixed length") as refused:
        parse_duration(text, short=short)
    assert "P30D" in refused.value.remedy


def test_minutes_are_not_taken_for_months() -> None:
    with pytest.raises(BadField, match="not an ISO 8601 duration"):
        parse_duration("PT1M5X")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(weeks=2)),
        ("30s", timedelta(seconds=30)),
        ("1h30m", timedelta(minutes=90)),
        ("PT15M", timedelta(minutes=15)),
    ],
)
def test_short_forms_are_read_on_request_only(text: str, length: timedelta) -> None:
    assert parse_duration(text, short=True) == length
    if not text.startswith("P"):
        with pytest.raises(BadField):
            parse_duration(text)


@pytest.mark.parametrize("text", ["", "m", "15", "15M", "15 m", "30m1h", "1.5h", "1mo"])
def test_short_forms_have_their_limits(text: str) -> None:
    with pytest.raises(BadField) as refused:
        parse_duration(text, short=True)
    assert "15m" in refused.value.remedy


def test_a_duration_longer_than_can_be_counted_is_refused() -> None:
    with pytest.raises(BadField, match="cannot be counted"):
        parse_duration("P999999999W")


@given(st.timedeltas(min_value=timedelta(0)))
def test_a_duration_comes_back_as_it_was_written(length: timedelta) -> None:
    assert parse_duration(format_duration(length)) == length


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(minutes=15), "PT15M"),
        (timedelta(days=1, hours=2), "P1DT2H"),
        (timedelta(weeks=1), "P7D"),
        (timedelta(0), "PT0S"),
        (timedelta(seconds=1, microseconds=50), "PT1.00005S"),
    ],
)
def test_a_duration_has_one_text(length: timedelta, text: str) -> None:
    assert format_duration(length) == text


def test_a_negative_duration_has_no_text() -> None:
    with pytest.raises(ValueError, match="negative"):
        format_duration(timedelta(seconds=-1))


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2011-02-01T06:00:00Z", datetime(2011, 2, 1, 6, tzinfo=UTC)),
        ("2011-02-01t06:00:00z", datetime(2011, 2, 1, 6, tzinfo=UTC)),
        ("2011-02-01 06:00:00Z", datetime(2011, 2, 1, 6, tzinfo=UTC)),
        ("2011-02-01T06:00:00+05:30", datetime(2011, 2, 1, 0, 30, tzinfo=UTC)),
        ("2011-02-01T06:00:00-00:00", datetime(2011, 2, 1, 6, tzinfo=UTC)),
        ("2011-02-01T06:00:00.5Z", datetime(2011, 2, 1, 6, 0, 0, 500_000, tzinfo=UTC)),
        ("2011-02-01T06:00:00.123456789Z", datetime(2011, 2, 1, 6, 0, 0, 123_456, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_into_utc(text: str, utc: datetime) -> None:
    read = parse_moment(text)
    assert read == utc
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    ["", "2011-02-01", "2011-02-01T06:00:00", "2011-02-01T06:00Z", "20110201T060000Z",
     "2011-02-01T06:00:00+0530", "2011-02-01T06:00:00+05",
     "2011-W05-2T06:00:00Z", "2011-02-01T06:00:00Z ", "2011-02-01T06:00:00.Z",
     "2011-02-01T06:00:00,5Z", "٢٠١١-02-01T06:00:00Z", "1296540000", "now"],
)  # fmt: skip
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(BadField, match="RFC 3339") as refused:
        parse_moment(text, field="as_of")
    assert refused.value.field == "as_of"


@pytest.mark.parametrize(
    "text",
    ["2011-02-29T00:00:00Z", "2011-13-01T00:00:00Z", "2011-02-01T24:00:00Z", "2016-12-31T23:59:60Z",
     "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00",
     "2011-02-01T00:00:00+24:00"],
)  # fmt: skip
def test_a_moment_that_never_was_is_refused(text: str) -> None:
    with pytest.raises(BadField, match="no such point in time"):
        parse_moment(text)


@given(moments)
def test_a_moment_comes_back_to_the_millisecond(when: datetime) -> None:
    text = moment(when)
    assert text.endswith("Z")
    assert timedelta(0) <= when - parse_moment(text) < timedelta(milliseconds=1)
    assert moment(parse_moment(text)) == text


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (datetime(2011, 2, 1, 6, tzinfo=UTC), "2011-02-01T06:00:00Z"),
        (datetime(2011, 2, 1, 6, 0, 0, 999, tzinfo=UTC), "2011-02-01T06:00:00Z"),
        (datetime(2011, 2, 1, 6, 0, 0, 1999, tzinfo=UTC), "2011-02-01T06:00:00.001Z"),
        (datetime(2011, 2, 1, 6, tzinfo=timezone(timedelta(hours=2))), "2011-02-01T04:00:00Z"),
    ],
)
def test_a_moment_has_one_text(when: datetime, text: str) -> None:
    assert moment(when) == text


def test_a_moment_without_a_zone_has_no_text() -> None:
    with pytest.raises(ValueError, match="zone"):
        moment(datetime(2011, 2, 1))  # noqa: DTZ001


@given(st.dates())
def test_a_date_comes_back(day: date) -> None:
    assert parse_date(day.isoformat()) == day


@pytest.mark.parametrize(
    "text", ["", "20110201", "2011-W05-2", "01/02/2011", "2011-2-1", "2011-02-01T00:00:00Z"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(BadField, match="not a date"):
        parse_date(text, field="need_by")


@pytest.mark.parametrize("text", ["2011-02-29", "2011-00-10", "0000-01-01"])
def test_a_day_that_never_was_is_refused(text: str) -> None:
    with pytest.raises(BadField, match="no such day"):
        parse_date(text)
