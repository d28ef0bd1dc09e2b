"""What may be asked: each field that cannot be used is named, with its value and what to do instead."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import strategies as st

from promise.laws import law
from promise.making import iso
from sayso.errors import BadField, TooLarge
from sayso.promise.asking import Line, Request, checked

LINE = {"item": "A", "quantity": "1"}
ASKED = {"customer": "C", "ship_to": {"country": "GB"}, "lines": [LINE]}


def request(**fields: Any) -> Request:
    """A request as it is read from JSON."""
    return msgspec.convert({**ASKED, **fields}, Request)


def refused(**fields: Any) -> tuple[str, str, str, str]:
    """The field, the value, the detail and the remedy of what cannot be used."""
    with pytest.raises(BadField) as found:
        checked(request(**fields))
    problem = found.value
    return problem.field, problem.facts["value"], problem.detail, problem.remedy


CASES: dict[str, tuple[dict[str, Any], tuple[str, str, str, str]]] = {
    "no line": ({"lines": []}, ("lines", "[]", "a promise needs at least one line", "send one line per item")),
    "nothing of something": (
        {"lines": [LINE, {**LINE, "quantity": "0"}]},
        ("lines[1].quantity", "0", "a quantity is a positive number", 'send e.g. "12"'),
    ),
    "less than nothing": (
        {"lines": [{**LINE, "quantity": "-1"}]},
        ("lines[0].quantity", "-1", "a quantity is a positive number", 'send e.g. "12"'),
    ),
    "no number": (
        {"lines": [{**LINE, "quantity": "NaN"}]},
        ("lines[0].quantity", "NaN", "a quantity is a positive number", 'send e.g. "12"'),
    ),
    "without end": (
        {"lines": [{**LINE, "quantity": "Infinity"}]},
        ("lines[0].quantity", "Infinity", "a quantity is a positive number", 'send e.g. "12"'),
    ),
    "absurdly much": (
        {"lines": [{**LINE, "quantity": "1000000000001"}]},
        (
            "lines[0].quantity", "1000000000001", "a quantity is at most 1000000000000 with 6 decimals",
            "check the unit of measure",
        ),
    ),
    "absurdly fine": (
        {"lines": [{**LINE, "quantity": "0.0000001"}]},
        (
            "lines[0].quantity", "1E-7", "a quantity is at most 1000000000000 with 6 decimals",
            "check the unit of measure",
        ),
    ),
    "numbers twice": (
        {"lines": [{**LINE, "line": 1}, {**LINE, "line": 1}]},
        ("lines[].line", "[1, 1]", "line numbers are positive, and each stands once", "number every line, or none"),
    ),
    "some numbers": (
        {"lines": [{**LINE, "line": 1}, LINE]},
        ("lines[].line", "[1, 0]", "line numbers are positive, and each stands once", "number every line, or none"),
    ),
    "a country that is none": (
        {"ship_to": {"country": "ZZ"}},
        ("ship_to.country", "ZZ", "not a country's code", "send ISO 3166-1 alpha-2, e.g. GB"),
    ),
    "no country": (
        {"ship_to": {"country": ""}},
        ("ship_to.country", "", "not a country's code", "send ISO 3166-1 alpha-2, e.g. GB"),
    ),
    "a country in small letters": (
        {"ship_to": {"country": "gb"}}, ("ship_to.country", "gb", "not a country's code", "send GB"),
    ),
    "a country that everybody knows": (
        {"ship_to": {"country": "UK"}}, ("ship_to.country", "UK", "not a country's code", "send GB"),
    ),
    "a currency's sign": (
        {"currency": "£"}, ("currency", "£", "not a currency's code", "send ISO 4217, e.g. GBP"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_used_is_named(case: str) -> None:
    fields, expected = CASES[case]
    assert refused(**fields) == expected


TEXTS = {
    "customer": lambda text: {"customer": text},
    "currency": lambda text: {"currency": text},
    "channel": lambda text: {"channel": text},
    "reference": lambda text: {"reference": text},
    "ship_to.country": lambda text: {"ship_to": {"country": text}},
    "ship_to.region": lambda text: {"ship_to": {"country": "GB", "region": text}},
    "lines[1].item": lambda text: {"lines": [LINE, {**LINE, "item": text}]},
    "lines[1].uom": lambda text: {"lines": [LINE, {**LINE, "uom": text}]},
    "lines[1].variant": lambda text: {"lines": [LINE, {**LINE, "variant": text}]},
    "lines[1].contract": lambda text: {"lines": [LINE, {**LINE, "contract": text}]},
}
UNSEEN = {
    "\x00": "\\x00", "\n": "\\n", "\x1b[2J": "\\x1b", "\x7f": "\\x7f", "\x85": "\\x85", "\u2028": "\\u2028",
    "\ud800": "\\ud800",
}  # fmt: skip


@pytest.mark.parametrize("field", TEXTS)
@pytest.mark.parametrize("unseen", UNSEEN, ids=lambda one: ascii(one))
def test_characters_that_are_not_seen_are_refused_in_every_text(field: str, unseen: str) -> None:
    fields = TEXTS[field](f"A{unseen}B")
    with pytest.raises(BadField) as found:
        checked(Request(**{**vars_of(request()), **made(fields)}))
    assert found.value.field == field
    assert UNSEEN[unseen] in found.value.facts["value"]
    assert found.value.remedy


def vars_of(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__struct_fields__}


def made(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields as a program would make them: half a character does not come through JSON."""
    ready = dict(fields)
    if "ship_to" in fields:
        ready["ship_to"] = msgspec.structs.replace(request().ship_to, **fields["ship_to"])
    if "lines" in fields:
        ready["lines"] = tuple(
            Line(**{**one, "quantity": Decimal(one["quantity"])}) for one in fields["lines"]
        )
    return ready


@pytest.mark.parametrize("field", TEXTS)
def test_texts_are_as_long_as_a_code_may_be(field: str) -> None:
    with pytest.raises(BadField) as found:
        checked(request(**TEXTS[field]("x" * 201)))
    assert found.value.field == field
    if field not in ("currency", "ship_to.country"):
        assert found.value.detail == "the text is longer than 200 characters"
        assert checked(request(**TEXTS[field]("x" * 200)))


@pytest.mark.parametrize("text", ["Straße 5", "茶", "a\u00a0b", "½", "A/B-1 (blue)", "👍", "a\u200db"])
def test_what_people_write_is_let_pass(text: str) -> None:
    assert checked(request(customer=text, reference=text)).customer == text


def test_lines_without_numbers_are_numbered() -> None:
    asked = request(
        lines=[LINE, {**LINE, "need_by": iso(3), "ship": "complete", "substitute": True, "contract": "K"}]
    )
    found = checked(asked)
    assert [one.line for one in found.lines] == [1, 2]
    assert [msgspec.structs.replace(one, line=0) for one in found.lines] == list(asked.lines)
    assert msgspec.structs.replace(found, lines=()) == msgspec.structs.replace(asked, lines=())


def test_numbers_that_were_given_stay() -> None:
    asked = request(lines=[{**LINE, "line": 20}, {**LINE, "line": 10}])
    assert checked(asked) is asked


def test_too_many_lines_are_too_many() -> None:
    assert len(checked(request(lines=[LINE] * 3), 3).lines) == 3
    with pytest.raises(TooLarge) as found:
        checked(request(lines=[LINE] * 4), 3)
    assert (found.value.detail, found.value.remedy) == ("4 lines; the limit is 3", "split the request")


@pytest.mark.parametrize("quantity", ["1", "0.000001", "1000000000000", "999999999999.999999", "1E+3"])
def test_any_other_quantity_is_one(quantity: str) -> None:
    assert checked(request(lines=[{**LINE, "quantity": quantity}])).lines[0].quantity == Decimal(quantity)


@law(200, text=st.text(max_size=8), place=st.sampled_from(sorted(TEXTS)))
def test_a_text_is_either_refused_by_name_or_can_be_stored(text: str, place: str) -> None:
    """What passes has no control character, so PostgreSQL and a log line take it as it is."""
    refused_field = _refused(Request(**{**vars_of(request()), **made(TEXTS[place](text))}))
    if refused_field is not None:
        assert refused_field == place
        return
    assert not any(ord(one) < 32 or 0x7F <= ord(one) < 0xA0 for one in text)
    text.encode("utf-8")


def _refused(asked: Request) -> str | None:
    try:
        checked(asked)
    except BadField as problem:
        return problem.field
    return None
