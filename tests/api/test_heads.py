"""Heads of requests: methods, paths, queries, Idempotency-Key, X-Request-Id, Sayso-Now."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from sayso.api import examples
from sayso.desk.calling import CaseQuery
from sayso.errors import Conflict
from sayso.promise.browsing import BrowseQuery

PROMISE = f"/v1/promises/{examples.PROMISE_ID}"


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/v1/promises", "POST"),
        ("PATCH", PROMISE, "DELETE, GET, HEAD"),
        ("POST", "/v1/facts/stock", "PUT"),
        ("POST", "/openapi.json", "GET, HEAD"),
        ("GET", "/v1/orders/A/cancel", "POST"),
        ("OPTIONS", "/v1/promises", "POST"),
        ("QUERY", "/v1/availability", "GET, HEAD"),
    ],
)
async def test_a_wrong_method_is_told_the_right_ones(http, method, path, allow):
    answer = await http.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == allow
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v2/promises", "/v1/promises/", "/healthz/", "/v1/promises/a/b"]
)
async def test_an_unknown_path(http, path):
    answer = await http.get(path)
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:sayso:problem:not-found"


async def test_head_is_get_without_a_body(http):
    got, head = await http.get("/healthz"), await http.head("/healthz")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == str(len(got.content))
    assert (await http.head("/v1/promises/prm_x")).content == b""


@pytest.mark.parametrize("promise", ["prm_x", "%00", "a" * 3000, examples.PROMISE_ID.upper(), "prm_%FF"])
async def test_what_cannot_be_a_promise_is_not_found(http, desk, promise):
    assert (await http.get(f"/v1/promises/{promise}")).status_code == 404
    assert desk.asked == []


@pytest.mark.parametrize("order", ["%00", "a" * 3000, "a%0Ab"])
async def test_what_cannot_be_an_order_is_not_found(http, desk, order):
    assert (await http.get(f"/v1/orders/{order}")).status_code == 404
    assert (await http.post(f"/v1/orders/{order}/cancel", json=examples.CANCELLATION)).status_code == 404
    assert desk.asked == []


async def test_an_order_number_may_hold_a_slash(http, desk):
    assert (await http.get("/v1/orders/2011%2F0042")).json()["order"] == "2011/0042"
    answer = await http.post("/v1/orders/2011%2F0042/cancel", json=examples.CANCELLATION)
    assert answer.json()["state"] == "cancelled"


async def test_a_placed_order_says_where_it_is(http):
    answer = await http.post("/v1/orders", json={**examples.ORDER_ON_PROMISE, "order": "Æ 1"})
    assert answer.status_code == 201
    assert answer.headers["location"] == "/v1/orders/%C3%86%201"


async def test_a_kind_of_facts_that_cannot_be(http, desk):
    for kind in ("stocks", "St0ck", "%00"):
        assert (await http.put(f"/v1/facts/{kind}", json=examples.LOAD)).status_code == 404
    assert desk.asked == []


async def test_availability_is_asked_as_it_was_written(http, desk):
    await http.get(
        "/v1/availability?item=a&item=b%2Bc&item=a&customer=1&country=GB&region=S&quantity=12.50&uom=CS&variant=R"
    )
    assert desk.asked[0][1] == BrowseQuery(
        items=("a", "b+c"),
        customer="1",
        country="GB",
        region="S",
        quantity=Decimal("12.50"),
        uom="CS",
        variant="R",
    )


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "item"), ("item=", "item"), ("item=a&items=b", "items"), ("item=a&country=GB&country=FR", "country"),
        ("item=a&quantity=x", "quantity"), ("item=a&quantity=0", "quantity"), ("item=a&quantity=-1", "quantity"),
        ("item=a&quantity=1_0", "quantity"), ("item=a&quantity=NaN", "quantity"), ("item=a%00", "item"),
        ("item=" + "a" * 201, "item"), ("item=a&quantity=1e999", "quantity"),
    ],
)  # fmt: skip
async def test_a_query_that_cannot_be_used(http, desk, query, field):
    answer = await http.get(f"/v1/availability?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field
    assert desk.asked == []


async def test_the_number_of_items_is_limited(http, desk):
    items = [f"item={number}" for number in range(201)]
    assert (await http.get("/v1/availability?" + "&".join(items[:200]))).status_code == 200
    assert (await http.get("/v1/availability?" + "&".join(items))).status_code == 413
    assert (await http.get("/v1/availability?" + "&".join(["item=a"] * 1001))).status_code == 413
    assert len(desk.asked) == 1


async def test_a_query_that_is_not_utf8(http, desk):
    answer = await http.get("/v1/availability?item=%FF")
    assert answer.status_code == 400
    assert "UTF-8" in answer.json()["detail"]
    assert desk.asked == []


async def test_a_query_where_there_is_none_is_refused(http):
    answer = await http.get(PROMISE + "?verbose=1")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "verbose"
    assert (await http.get("/healthz?probe=1")).status_code == 200


async def test_cases_have_pages(http, desk):
    await http.get("/v1/cases")
    await http.get("/v1/cases?state=all&limit=7&cursor=abc")
    await http.get(
        "/v1/cases?overdue=true&owner=warehouse&kind=short_pick&order=WEB-1&customer=ada&assigned=ann"
    )
    assert [each[1] for each in desk.asked] == [
        CaseQuery(),
        CaseQuery(state="all", limit=7, cursor="abc"),
        CaseQuery(
            owner="warehouse", kind="short_pick", order="WEB-1", customer="ada", assigned="ann", overdue=True
        ),
    ]
    for query in (
        "overdue=yes",
        "kind=none",
        "state=some",
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=٣",
        "state=",
        "limit=",
    ):
        assert (await http.get(f"/v1/cases?{query}")).status_code == 400


async def test_an_idempotency_key_reaches_the_desk(http, desk):
    await http.post("/v1/promises", json=examples.HOLD, headers={"idempotency-key": "k-1"})
    await http.post("/v1/promises", json=examples.HOLD)
    assert [each[4] for each in desk.asked] == ["k-1", None]


async def test_a_replayed_answer_says_so(http):
    headers = {"idempotency-key": "k-1"}
    first = await http.post("/v1/promises", json=examples.HOLD, headers=headers)
    again = await http.post("/v1/promises", json=examples.HOLD, headers=headers)
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.content == first.content


async def test_a_key_with_another_body_is_refused(http):
    headers = {"idempotency-key": "k-1"}
    await http.post("/v1/promises", json=examples.HOLD, headers=headers)
    answer = await http.post("/v1/promises", json=examples.QUOTE, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:sayso:problem:idempotency-key-reused"


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, b"\xc3\xa9", b"a\tb"])
async def test_an_idempotency_key_that_cannot_be_kept(http, desk, key):
    answer = await http.post("/v1/promises", json=examples.HOLD, headers={"idempotency-key": key})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
    assert desk.asked == []


async def test_a_request_id_is_echoed_everywhere(http):
    answer = await http.get("/v1/promises/prm_x", headers={"x-request-id": "cart-8812:1"})
    assert answer.headers["x-request-id"] == "cart-8812:1"
    assert answer.json()["request_id"] == "cart-8812:1"
    assert answer.json()["instance"] == "urn:sayso:request:cart-8812:1"


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, '"}', "é"])
async def test_a_request_id_of_another_form_is_replaced(http, given):
    answer = await http.get("/healthz", headers={"x-request-id": given.encode()})
    assert answer.headers["x-request-id"].startswith("req_")


async def test_request_ids_differ(http):
    made = {(await http.get("/healthz")).headers["x-request-id"] for _ in range(20)}
    assert len(made) == 20


async def test_time_is_set_only_where_it_is_simulated(http, desk, served, calling):
    header = {"sayso-now": "2011-03-01T10:00:00+01:00"}
    answer = await http.get("/v1/cases", headers=header)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "Sayso-Now"
    assert desk.asked == []
    app, simulated = served(simulated=True)
    async with calling(app) as other:
        await other.get("/v1/cases", headers=header)
        await other.get("/v1/cases")
    assert [each[3] for each in simulated.asked] == [
        datetime(2011, 3, 1, 9, tzinfo=UTC), datetime(2011, 2, 1, 9, 30, tzinfo=UTC),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "given", ["yesterday", "2011-03-01", "2011-03-01T10:00:00", "0001-01-01T00:00:00+10:00"]
)
async def test_a_simulated_time_is_rfc_3339(served, calling, given):
    app, _ = served(simulated=True)
    async with calling(app) as http:
        answer = await http.get("/v1/cases", headers={"sayso-now": given})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "Sayso-Now"


async def test_what_the_desk_refuses_is_a_problem(http, desk):
    desk.error = Conflict("the hold has expired", remedy="ask anew", promise=examples.PROMISE_ID)
    answer = await http.post(PROMISE + "/renew", json=examples.RENEWAL)
    assert answer.status_code == 409
    problem = answer.json()
    assert (problem["detail"], problem["remedy"]) == ("the hold has expired", "ask anew")
    assert problem["facts"] == {"promise": examples.PROMISE_ID}
