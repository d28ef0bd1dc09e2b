"""Who may come in: keys, scopes, and the customers that a key is bound to (law 9)."""

from __future__ import annotations

import pytest

from sayso.api import examples, shapes_cases
from sayso.api.table import CALLS

HOLD = examples.HOLD
SCOPED = [call for call in CALLS if call.scope]
PUBLIC = [call for call in CALLS if not call.scope]


def path_of(call) -> str:
    id_ = shapes_cases.CASE["case"] if "/cases/" in call.path else examples.PROMISE_ID
    filled = call.path.replace("{id}", id_).replace("{order}", "WEB-1001")
    path = filled.replace("{kind}", "stock").replace("{system}", "wms").replace("{number}", "18")
    path = path.replace("{subscriber}", "shop")
    return path + "?item=85123A" if call.operation == "browseAvailability" else path


def body_of(call):
    return next(iter(call.asks.values()), None)


def name_of(call) -> str:
    return call.operation


@pytest.mark.parametrize("call", SCOPED, ids=name_of)
async def test_without_a_key_nothing_is_answered(app, desk, calling, call):
    async with calling(app, "") as http:
        answer = await http.request(call.method, path_of(call), json=body_of(call))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="sayso"'
    assert answer.headers["content-type"] == "application/problem+json"
    assert desk.asked == []


@pytest.mark.parametrize(
    "given", ["Bearer sk_wrong", "Bearer", "Bearer ", "Basic c2s6", "sk_admin", "Bearer a b"]
)
async def test_a_wrong_key_is_refused(app, desk, calling, given):
    async with calling(app, "") as http:
        answer = await http.get("/v1/cases", headers={"authorization": given})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert desk.asked == []


async def test_an_unknown_key_is_called_an_invalid_token(app, calling):
    async with calling(app, "sk_wrong") as http:
        answer = await http.get("/v1/cases")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert "sk_wrong" not in answer.text


@pytest.mark.parametrize("call", SCOPED, ids=name_of)
async def test_every_call_asks_for_its_own_scope(app, desk, calling, call):
    for scope in {each.scope for each in SCOPED} - {call.scope, *call.also, "admin"}:
        async with calling(app, f"sk_{scope}") as http:
            answer = await http.request(call.method, path_of(call), json=body_of(call))
        assert answer.status_code == 403, scope
        assert f'scope="{call.scope}"' in answer.headers["www-authenticate"]
    assert desk.asked == []
    async with calling(app, f"sk_{call.scope}") as http:
        answer = await http.request(call.method, path_of(call), json=body_of(call))
    assert answer.status_code in call.statuses
    assert len(desk.asked) == 1


async def test_a_storefront_key_cannot_write_facts(app, desk, calling):
    async with calling(app, "sk_shop") as http:
        answer = await http.put("/v1/facts/stock", json=examples.LOAD)
    assert answer.status_code == 403
    assert desk.asked == []


async def test_only_the_credit_scope_overrides(app, desk, calling):
    path = f"/v1/promises/{examples.PROMISE_ID}/override"
    async with calling(app, "sk_shop") as http:
        assert (await http.post(path, json=examples.OVERRIDE)).status_code == 403
    async with calling(app, "sk_credit") as http:
        assert (await http.post(path, json=examples.OVERRIDE)).status_code == 200
    assert [asked[0] for asked in desk.asked] == ["override_promise"]


@pytest.mark.parametrize("call", SCOPED, ids=name_of)
async def test_admin_covers_every_scope(http, call):
    answer = await http.request(call.method, path_of(call), json=body_of(call))
    assert answer.status_code in call.statuses


@pytest.mark.parametrize("call", PUBLIC, ids=name_of)
async def test_what_is_public_needs_no_key(app, calling, call):
    async with calling(app, "") as http:
        answer = await http.get(call.path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == call.media


async def test_a_bound_key_asks_for_its_own_customers_only(app, desk, calling):
    others = {**HOLD, "customer": "99999"}
    order = {**examples.ORDER_ON_LINES, "customer": "99999"}
    async with calling(app, "sk_bound") as http:
        assert (await http.post("/v1/promises", json=others)).status_code == 403
        assert (await http.post("/v1/orders", json=order)).status_code == 403
        assert (await http.get("/v1/availability?item=a&customer=99999")).status_code == 403
        assert desk.asked == []
        assert (await http.post("/v1/promises", json=HOLD)).status_code == 200
        assert (await http.post("/v1/orders", json=examples.ORDER_ON_LINES)).status_code == 201
        assert (await http.get("/v1/availability?item=a&customer=13047")).status_code == 200


async def test_a_bound_key_cannot_load_facts(app, desk, calling):
    async with calling(app, "sk_bound") as http:
        answer = await http.put("/v1/facts/stock", json=examples.LOAD)
    assert answer.status_code == 403
    assert desk.asked == []


async def test_the_desk_is_told_who_calls(app, desk, calling):
    async with calling(app, "sk_bound") as http:
        await http.get(f"/v1/promises/{examples.PROMISE_ID}")
    caller = desk.asked[0][2]
    assert (caller.name, caller.customers) == ("branch", frozenset({"13047"}))


async def test_keys_that_cannot_be_looked_up_are_a_503(app, keys, http):
    keys.away = True
    answer = await http.get("/v1/cases")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"


async def test_a_key_is_looked_up_before_a_body_is_read(app, calling):
    async with calling(app, "sk_wrong") as http:
        answer = await http.post("/v1/promises", content=_Unread())
    assert answer.status_code == 401


class _Unread:
    async def __aiter__(self):
        raise AssertionError("the body was read")
        yield b""
