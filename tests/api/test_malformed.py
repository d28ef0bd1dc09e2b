"""Whatever bytes arrive: an answer or a problem, never a server error, and never a quantity that was not sent."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sayso.api import examples
from sayso.api.table import CALLS

READING = [call for call in CALLS if call.reads is not None]

texts = st.text(max_size=30) | st.sampled_from(
    ["", "0", "-1", "1e999", "NaN", "2011-02-30", "\x00", "PT1M", "GB"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)


@st.composite
def changed(draw: st.DrawFn, base: object) -> object:
    """A valid request in which some values were replaced, dropped or added."""
    if isinstance(base, dict):
        kept = {name: draw(changed(value)) for name, value in base.items() if draw(st.integers(0, 9))}
        if not draw(st.integers(0, 9)):
            kept[draw(texts)] = draw(values)
        return kept
    if isinstance(base, list):
        return [draw(changed(value)) for value in base] * draw(st.integers(0, 2))
    return base if draw(st.integers(0, 4)) else draw(values)


@st.composite
def bodies(draw: st.DrawFn) -> tuple[int, bytes]:
    """The number of a call that reads a body, and a body that may be right, wrong, cut short or no JSON at all."""
    place = draw(st.integers(0, len(READING) - 1))
    base = draw(st.sampled_from(list(READING[place].asks.values())))
    body = json.dumps(draw(changed(base)), ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    kind = draw(st.integers(0, 9))
    if kind == 0:
        body = body[: draw(st.integers(0, len(body)))]
    elif kind == 1:
        at = draw(st.integers(0, len(body)))
        body = body[:at] + draw(st.binary(min_size=1, max_size=4)) + body[at + 1 :]
    elif kind == 2:
        body = draw(st.binary(max_size=200))
    return place, body


def path_of(call) -> str:
    filled = call.path.replace("{id}", examples.PROMISE_ID).replace("{order}", "WEB-1001")
    return filled.replace("{kind}", "stock").replace("{system}", "wms").replace("{number}", "18")


@pytest.fixture(scope="module")
def attempt(request):
    """Sends one body, in a loop of its own, and gives the answer."""
    loop = asyncio.new_event_loop()
    made = request.getfixturevalue("patient")

    def send(method: str, path: str, **more) -> httpx.Response:
        return loop.run_until_complete(made.request(method, path, **more))

    yield send
    loop.close()


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bodies())
@example((0, b'{"customer":"1","ship_to":{"country":"GB"},"lines":[{"item":"\\\\","quantity":1e400}]}'))
@example((0, b'{"` - at `$[' + b"9" * 4400 + b']`":1}'))
def test_no_body_is_a_server_error(attempt, drawn):
    place, body = drawn
    call = READING[place]
    answer = attempt(call.method, path_of(call), content=body, headers={"content-type": "application/json"})
    assert answer.status_code in {*call.statuses, 400, 404, 413}, answer.text
    if answer.status_code >= 400:
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["detail"]
        assert problem["remedy"]
        for error in problem.get("errors", ()):
            assert error["field"]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([call for call in CALLS if call.scope]),
    st.lists(st.tuples(st.sampled_from(["item", "quantity", "state", "limit", "x"]), st.text(max_size=20)), max_size=4),
    st.dictionaries(
        st.sampled_from(["idempotency-key", "x-request-id", "sayso-now", "content-type", "content-encoding"]),
        st.binary(max_size=20).filter(lambda value: not set(value) & set(b"\r\n\x00")),
    ),
    st.text(min_size=1, max_size=12),
)  # fmt: skip
def test_no_head_is_a_server_error(attempt, call, query, headers, name):
    path = call.path
    for place in ("{id}", "{order}", "{kind}", "{case}", "{system}", "{number}"):
        path = path.replace(place, httpx.QueryParams({"": name}).__str__()[1:] or "x")
    answer = attempt(call.method, path, params=query, headers=headers, content=b"{}")
    assert answer.status_code < 500, answer.text
    assert answer.headers["x-request-id"].isascii()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.decimals(min_value="0.000001", max_value=10**12, places=6), st.booleans())
def test_a_quantity_arrives_as_it_was_sent(attempt, patient_desk, quantity, quoted):
    number = f'"{quantity:f}"' if quoted else f"{quantity:f}"
    body = f'{{"customer": "1", "ship_to": {{"country": "GB"}}, "lines": [{{"item": "a", "quantity": {number}}}]}}'
    answer = attempt("POST", "/v1/promises", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 200
    assert patient_desk.asked[-1][1].lines[0].quantity == quantity
    patient_desk.asked.clear()
