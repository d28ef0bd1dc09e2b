"""What is refused of a body, and how clearly: each answer names the field, the value and the remedy."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from sayso.api import examples
from sayso.api.bodies import MOST_TEXT, read
from sayso.errors import TooLarge

JSON = {"content-type": "application/json"}


def asked(line: str = '{"item": "a", "quantity": "1"}', more: str = "") -> bytes:
    return f'{{"customer": "1", "ship_to": {{"country": "GB"}}, "lines": [{line}]{more}}}'.encode()


async def refused(http, body: bytes, status: int = 400, path: str = "/v1/promises", headers=JSON) -> dict:
    answer = await http.post(path, content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["detail"]
    assert problem["remedy"]
    return problem


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "empty"),
        (b"   ", "empty"),
        (b"{", "not JSON"),
        (asked() + b" x", "not JSON"),
        (asked('{"item": "a", "quantity": NaN}'), "NaN"),
        (asked('{"item": "a", "quantity": Infinity}'), "NaN"),
        (asked('{"item": "a", "quantity": 01}'), "not JSON"),
        (b'{"customer": "\\ud800"}', "not JSON"),
        (b'{"customer": "\xff"}', "not UTF-8"),
        (b"\xef\xbb\xbf" + asked(), "not JSON"),
        ("{}".encode("utf-16"), "not JSON"),
    ],
)
async def test_what_is_not_json(http, desk, body, says):
    problem = await refused(http, body)
    assert says in problem["detail"]
    assert problem["type"] == "urn:sayso:problem:bad-request"
    assert desk.asked == []


@pytest.mark.parametrize(
    ("body", "field", "value", "says"),
    [
        (b"[]", "body", "[]", "an object"),
        (b"null", "body", "null", "an object"),
        (b"{}", "customer", "", "missing"),
        (asked('{"quantity": "1"}'), "lines[0].item", "", "missing"),
        (asked('{"item": "a", "quantity": "1", "qty": 3}'), "lines[0].qty", "3", "not a field"),
        (asked(more=', "holds": "PT1M"'), "holds", "PT1M", "not a field"),
        (asked('{"item": 7, "quantity": "1"}'), "lines[0].item", "7", "expected text"),
        (asked('{"item": "a", "quantity": true}'), "lines[0].quantity", "true", "decimal"),
        (asked('{"item": "a", "quantity": null}'), "lines[0].quantity", "null", "decimal"),
        (asked('{"item": "a", "quantity": "many"}'), "lines[0].quantity", "many", "decimal"),
        (asked('{"item": "a", "quantity": "1_000"}'), "lines[0].quantity", "1_000", "decimal"),
        (asked('{"item": "a", "quantity": " 5 "}'), "lines[0].quantity", " 5 ", "decimal"),
        (asked('{"item": "a", "quantity": "٣"}'), "lines[0].quantity", "٣", "decimal"),
        (asked('{"item": "a", "quantity": "\\u0663"}'), "lines[0].quantity", "٣", "decimal"),
        (asked('{"item": "a", "quantity": "+5"}'), "lines[0].quantity", "+5", "decimal"),
        (asked('{"item": "a", "quantity": "NaN"}'), "lines[0].quantity", "NaN", "decimal"),
        (asked('{"item": "a", "quantity": "Infinity"}'), "lines[0].quantity", "Infinity", "decimal"),
        (asked('{"item": "a", "quantity": "0"}'), "lines[0].quantity", "0", "positive"),
        (asked('{"item": "a", "quantity": "-3"}'), "lines[0].quantity", "-3", "positive"),
        (asked('{"item": "a", "quantity": -3}'), "lines[0].quantity", "-3", "positive"),
        (asked('{"item": "a", "quantity": 1e400}'), "lines[0].quantity", "1E+400", "at most"),
        (asked('{"item": "a", "quantity": "1e999999999999"}'), "lines[0].quantity", "1E+999999999999", "at most"),
        (asked('{"item": "a", "quantity": "0.0000001"}'), "lines[0].quantity", "1E-7", "at most"),
        (asked('{"item": "a", "quantity": "1", "need_by": "2011-02-30"}'), "lines[0].need_by", "2011-02-30", "date"),
        (asked('{"item": "a", "quantity": "1", "need_by": 5}'), "lines[0].need_by", "5", "a date or null"),
        (asked('{"item": "a", "quantity": "1", "ship": "later"}'), "lines[0].ship", "later", "values"),
        (asked('{"item": "a", "quantity": "1", "line": 1.5}'), "lines[0].line", "1.5", "whole number"),
        (asked(more=', "ship_to": "GB"'), "ship_to", "GB", "an object"),
        (asked(more=', "accept_conditional": "yes"'), "accept_conditional", "yes", "true or false"),
        (asked('{"item": "a\\u0000", "quantity": "1"}'), "lines[0].item", "a␀", "NUL"),
    ],
)  # fmt: skip
async def test_what_is_not_a_request(http, desk, body, field, value, says):
    problem = await refused(http, body)
    assert problem["type"] == "urn:sayso:problem:bad-field"
    (error,) = problem["errors"]
    assert (error["field"], error["value"]) == (field, value)
    assert says in error["detail"]
    assert error["remedy"]
    assert desk.asked == []


async def test_a_name_that_is_nearly_right_is_suggested(http):
    problem = await refused(http, asked('{"item": "a", "quantiti": "1"}'))
    assert problem["remedy"] == "did you mean quantity?"


async def test_values_that_may_stand_are_listed(http):
    problem = await refused(http, asked('{"item": "a", "quantity": "1", "ship": "later"}'))
    assert "split" in problem["remedy"]
    assert "complete" in problem["remedy"]


@pytest.mark.parametrize("number", ["123456789012.123456", "0.1", "48", "1e2", '"48.50"', '"007"', '"1E+2"'])
async def test_a_quantity_is_taken_by_its_digits(http, desk, number):
    answer = await http.post(
        "/v1/promises", content=asked(f'{{"item": "a", "quantity": {number}}}'), headers=JSON
    )
    assert answer.status_code == 200, answer.text
    assert desk.asked[0][1].lines[0].quantity == Decimal(number.strip('"'))


async def test_no_quantity_passes_through_a_float(http, desk):
    digits = "123456789012.123456"
    assert Decimal(float(digits)) != Decimal(digits)  # 18 digits are more than a double holds
    await http.post("/v1/promises", content=asked(f'{{"item": "a", "quantity": {digits}}}'), headers=JSON)
    assert str(desk.asked[0][1].lines[0].quantity) == digits


async def test_texts_of_the_longest_length_pass_and_longer_ones_do_not(http, desk):
    long = "ü" * MOST_TEXT
    answer = await http.post("/v1/promises", json={**examples.HOLD, "reference": long})
    assert answer.status_code == 200
    for longer in (long + "x", "x" * (MOST_TEXT + 1)):
        problem = await refused(http, json.dumps({**examples.HOLD, "reference": longer}).encode())
        assert problem["errors"][0]["field"] == "reference"
        assert len(problem["errors"][0]["value"]) <= 80


async def test_a_reason_may_be_longer_than_a_name(http):
    path = "/v1/orders/WEB-1001/cancel"
    assert (await http.post(path, json={"reason": "x" * 1000})).status_code == 200
    problem = await refused(http, json.dumps({"reason": "x" * 1001}).encode(), path=path)
    assert problem["errors"][0]["field"] == "reason"
    problem = await refused(http, b'{"reason": "  "}', path=path)
    assert "blank" in problem["detail"]


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"customer":' * 50_000, b'{"lines":[{"x":' + b"[" * 500_000]
)
async def test_deep_nesting_is_refused(http, body):
    await refused(http, body)


@pytest.mark.parametrize(
    "name", ["` - at `$[" + "9" * 5000 + "]`", "` - at `$[" + "9" * 5000 + "]", "x" * 100_000, "a`b", ""]
)
async def test_a_strange_name_of_a_field_is_refused_like_any_other(http, name):
    problem = await refused(http, json.dumps({name: 1}).encode())
    assert len(json.dumps(problem)) < 2000


@pytest.mark.parametrize("digits", [5_000, 500_000])
async def test_a_number_of_endless_digits_is_refused(http, digits):
    await refused(http, asked('{"item": "\\\\", "quantity": %s}' % ("9" * digits)))
    await refused(http, asked('{"item": "a", "quantity": "%s"}' % ("9" * digits)))
    await refused(http, asked('{"item": "a", "quantity": "1", "line": %s}' % ("9" * digits)))


async def test_too_many_lines(http, desk):
    lines = ",".join(['{"item":"a","quantity":1}'] * 501)
    problem = await refused(http, asked(lines), 413)
    assert "500" in problem["detail"]
    assert desk.asked == []


async def test_no_lines(http):
    assert (await refused(http, asked("")))["errors"][0]["field"] == "lines"


@pytest.mark.parametrize("size", [1 << 20, (1 << 20) + 1])
async def test_the_limit_is_exact(http, desk, size):
    body = asked()
    body += b" " * (size - len(body))
    answer = await http.post("/v1/promises", content=body, headers=JSON)
    assert answer.status_code == (200 if size == 1 << 20 else 413)


async def test_facts_have_a_limit_of_their_own(http, desk):
    body = json.dumps(examples.LOAD).encode()
    body += b" " * ((2 << 20) - len(body))
    assert (await http.put("/v1/facts/stock", content=body, headers=JSON)).status_code == 200
    assert desk.asked[0][:3] == ("load_facts", "stock", body)
    answer = await http.put("/v1/facts/stock", content=b" " * ((32 << 20) + 1), headers=JSON)
    assert answer.status_code == 413


async def test_a_body_in_chunks_is_read_no_further_than_the_limit(http, desk):
    sent = 0

    async def endless():
        nonlocal sent
        while True:
            sent += 1 << 16
            yield b" " * (1 << 16)

    answer = await http.post("/v1/promises", content=endless(), headers=JSON)
    assert answer.status_code == 413
    assert sent <= (1 << 20) + 2 * (1 << 16)


async def test_a_body_in_chunks_is_put_together(http, desk):
    async def chunks():
        for byte in asked():
            yield bytes([byte])

    answer = await http.post("/v1/promises", content=chunks(), headers=JSON)
    assert answer.status_code == 200
    assert desk.asked[0][2] == asked()


@pytest.mark.parametrize(
    "headers",
    [
        {}, {"content-type": "text/plain"}, {"content-type": "application/json; charset=latin-1"},
        {"content-type": "application/x-www-form-urlencoded"}, {"content-type": "application/jsonx"},
        {**JSON, "content-encoding": "gzip"},
    ],
)  # fmt: skip
async def test_other_media_types_are_refused(http, headers):
    answer = await http.post("/v1/promises", content=asked(), headers=headers)
    assert answer.status_code == 415
    assert answer.headers["accept"] == "application/json"
    assert answer.json()["type"] == "urn:sayso:problem:unsupported-media-type"


@pytest.mark.parametrize("given", ["application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"'])
async def test_json_in_utf8_may_say_so(http, given):
    answer = await http.post("/v1/promises", content=asked(), headers={"content-type": given})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("order", "field"),
    [
        ({}, "order"),
        ({"order": "A"}, "promise"),
        ({"order": "", "promise": "prm"}, "order"),
        ({"order": " A", "promise": "prm"}, "order"),
        ({"order": "A\n", "promise": "prm"}, "order"),
        ({"order": "A" * 101, "promise": "prm"}, "order"),
        ({"order": "A", "promise": "prm", "lines": [{"item": "a", "quantity": "1"}]}, "lines"),
        ({"order": "A", "promise": "prm", "customer": "1"}, "customer"),
        ({"order": "A", "promise": "prm", "wait": 31}, "wait"),
        ({"order": "A", "promise": "prm", "wait": -1}, "wait"),
        ({"order": "A", "promise": "prm", "wait": "5"}, "wait"),
        ({"order": "A", "promise": "prm", "hold": "PT1M"}, "hold"),
        ({"order": "A", "lines": [{"item": "a", "quantity": "1"}]}, "customer"),
        ({"order": "A", "customer": "1", "lines": [{"item": "a", "quantity": "1"}]}, "ship_to"),
        (
            {"order": "A", "customer": "1", "ship_to": {"country": "GB"}, "lines": [{"item": "a", "quantity": "0"}]},
            "lines[0].quantity",
        ),
    ],
)  # fmt: skip
async def test_what_is_not_an_order(http, desk, order, field):
    problem = await refused(http, json.dumps(order).encode(), path="/v1/orders")
    assert problem["errors"][0]["field"] == field
    assert desk.asked == []


@pytest.mark.parametrize("size", [100, 101])
async def test_a_whole_body_in_one_message_without_a_length(size):
    async def receive():
        return {"type": "http.request", "body": b" " * size, "more_body": False}

    if size > 100:
        with pytest.raises(TooLarge):
            await read(receive, {}, 100)
    else:
        assert await read(receive, {}, 100) == b" " * 100
