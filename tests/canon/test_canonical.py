"""One value, one sequence of bytes."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from sayso.canon.canonical import canonical, digest

texts = st.text(st.characters(exclude_categories=["Cs"]))
plain_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


class Verdict(StrEnum):
    FIRM = "firm"


class Rank(Enum):
    FIRST = 1


class Line(Struct, frozen=True, omit_defaults=True):
    quantity: Decimal
    item: str
    note: str = ""


class Loose(Struct):
    anything: Any


def test_the_published_example_of_key_order_and_escapes() -> None:
    """RFC 8785, 3.2.2 and 3.2.3: the strings and the key order of its sample (it has no floats here)."""
    value = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    assert list(json.loads(canonical(value))) == [
        "\r",
        "1",
        "\u0080",
        "\u00f6",
        "\u20ac",
        "\U0001f600",
        "\ufb33",
    ]
    assert canonical('\u20ac$\u000f\nA\'B"\\\\"/') == b'"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (None, b"null"),
        (True, b"true"),
        (0, b"0"),
        (-(2**53) + 1, b"-9007199254740991"),
        ([], b"[]"),
        ({}, b"{}"),
        ((1, "a"), b'[1,"a"]'),
        ({"b": 1, "a": [False, None]}, b'{"a":[false,null],"b":1}'),
        (Decimal("48.000"), b'"48"'),
        (Decimal("1E+3"), b'"1000"'),
        ([Decimal("-0.50")], b'["-0.5"]'),
        (date(2011, 2, 1), b'"2011-02-01"'),
        (datetime(2011, 2, 1, 6, tzinfo=UTC), b'"2011-02-01T06:00:00Z"'),
        ({"verdict": Verdict.FIRM, "rank": Rank.FIRST}, b'{"rank":1,"verdict":"firm"}'),
        (Line(Decimal("2.0"), "A"), b'{"item":"A","quantity":"2"}'),
        ({"lines": [Line(Decimal(3), "A", "x")]}, b'{"lines":[{"item":"A","note":"x","quantity":"3"}]}'),
        ("\x7f\x1f\u2028é", b'"\x7f\\u001f\xe2\x80\xa8\xc3\xa9"'),
        ({"ö": 1, "z": {"ä": 2, "b": 3}}, '{"z":{"b":3,"ä":2},"ö":1}'.encode()),
    ],
)
def test_every_kind_of_value_has_its_form(value: Any, data: bytes) -> None:
    assert canonical(value) == data


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        0.5,
        float("nan"),
        float("inf"),
        [1.5],
        {"a": {"b": [2.5]}},
        (0.0,),
        Loose(1.5),
        Loose({"a": [0.5]}),
    ],
)
def test_floats_are_refused_wherever_they_hide(value: Any) -> None:
    with pytest.raises(TypeError, match="float"):
        canonical(value)


@pytest.mark.parametrize(
    "value", [{1: 2}, {None: 1}, {"a": {2: 1}}, {"a", "b"}, b"bytes", object(), [frozenset()]]
)
def test_what_has_no_json_form_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical(value)


@pytest.mark.parametrize(
    "value",
    [2**53, -(2**53), {"a": 10**30}, Decimal("NaN"), [Decimal("Infinity")], datetime(2011, 2, 1), "\ud800"],  # noqa: DTZ001
)
def test_what_readers_would_read_differently_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=re.compile("2\\*\\*53|finite|zone|surrogates")):
        canonical(value)


@given(plain_values)
def test_the_form_keeps_the_value_and_is_a_fixed_point(value: Any) -> None:
    data = canonical(value)
    assert json.loads(data) == value
    assert canonical(json.loads(data)) == data


@given(st.dictionaries(texts, st.integers(0, 9), min_size=2, max_size=8), st.randoms())
def test_the_order_in_which_keys_were_put_in_does_not_show(value: dict[str, int], chance: Any) -> None:
    keys = list(value)
    chance.shuffle(keys)
    assert canonical({key: value[key] for key in keys}) == canonical(value)
    assert list(json.loads(canonical(value))) == sorted(value, key=lambda key: key.encode("utf-16-be"))


def test_one_number_in_three_spellings_has_one_form() -> None:
    assert len({canonical({"quantity": Decimal(text)}) for text in ("48", "48.000000", "4.8E+1")}) == 1


def test_a_digest_is_the_start_of_sha_256() -> None:
    assert digest(b"") == "47DEQpj8HBSa-_TImW-5JA"
    assert digest(b"sayso") != digest(b"sayso ")


@given(st.binary(max_size=64))
def test_a_digest_is_22_characters_that_need_no_escape(data: bytes) -> None:
    assert re.fullmatch("[A-Za-z0-9_-]{22}", digest(data))
