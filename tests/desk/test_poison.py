"""One bad errand fails alone: its neighbours in the batch are answered as if it had not been there."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sayso.desk import errands
from sayso.errors import BadRequest, SaysoError
from world import Shop, asking

BAD_TEXTS = {
    "a NUL": "cart\x00",
    "a lone surrogate": "cart\ud800",
    "ten thousand characters": "x" * 10_000,
}
FIELDS = ("customer", "reference", "channel", "currency")


def with_text(field: str, text: str) -> dict[str, Any]:
    """A request with a text in one of its fields."""
    return {field: text}


async def side_by_side(shop: Shop, *bad: Any) -> list[Any]:
    """Bad errands in one batch with good ones; what became of the bad ones."""
    good = [shop.hold("bob", ("cup", 1), reference=f"good {place}") for place in range(6)]
    results = await asyncio.gather(*good[:3], *bad, *good[3:], return_exceptions=True)
    answers, rest = [*results[:3], *results[3 + len(bad) :]], results[3 : 3 + len(bad)]
    assert all(isinstance(one, dict) and one["held"] for one in answers), answers
    assert len({one["promise"] for one in answers}) == 6
    assert await shop.pool.fetchval("SELECT count(*) FROM promises WHERE reference LIKE 'good %'") == 6
    await shop.audit()
    return rest


@pytest.mark.parametrize("text", BAD_TEXTS)
@pytest.mark.parametrize("field", FIELDS)
async def test_a_text_that_no_database_holds_is_refused_by_name(shop: Shop, field: str, text: str) -> None:
    request = {"customer": "ada", field: BAD_TEXTS[text]}
    bad = [_desk_promise(shop, request), _desk_promise(shop, {**request, "hold": ""})]
    for refused in await side_by_side(shop, *bad):
        assert isinstance(refused, BadRequest)
        assert refused.facts["field"] == field


@pytest.mark.parametrize("text", BAD_TEXTS)
@pytest.mark.parametrize("field", ["item", "uom", "variant", "contract"])
async def test_a_text_in_a_line_is_refused_by_name(shop: Shop, field: str, text: str) -> None:
    line = {"item": "lamp", "quantity": "1", field: BAD_TEXTS[text]}
    (refused,) = await side_by_side(shop, _desk_promise(shop, {"customer": "ada", "lines": [line]}))
    assert isinstance(refused, BadRequest)
    assert refused.facts["field"] == f"lines[0].{field}"


async def _desk_promise(shop: Shop, request: dict[str, Any]) -> Any:
    """Ask the desk with texts that cannot be written as JSON."""
    from msgspec import convert

    from sayso.promise.asking import Request

    whole = {**asking("ada", ("lamp", 1), hold="PT15M"), **request}
    return await shop.desk.promise(convert(whole, Request, strict=False), b"bad", shop.caller, None, shop.now)


@pytest.mark.parametrize("where", ["look", "settle"])
async def test_an_errand_that_raises_fails_alone(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    true = getattr(errands.Ask, where)

    def step(errand: errands.Ask, *what: Any) -> Any:
        if errand.request().reference == "bad":  # type: ignore[union-attr]
            raise ZeroDivisionError("nobody foresaw this")
        return true(errand, *what)

    monkeypatch.setattr(errands.Ask, where, step)
    (failed,) = await side_by_side(shop, shop.hold("ada", ("lamp", 1), reference="bad"))
    assert type(failed) is SaysoError
    assert "ZeroDivisionError" in failed.detail
    assert await shop.sellable("lamp") == 10


async def test_an_errand_that_the_database_refuses_fails_alone(shop: Shop) -> None:
    """A text that came past every check, as a reason for a cancellation."""
    await shop.order("WEB-1", (await shop.hold("bob", ("lamp", 1)))["promise"])
    body = b'{"reason":"why"}'
    bad = shop.desk.cancel_order("WEB-1", "why\x00", body, shop.caller, None, shop.now)
    (failed,) = await side_by_side(shop, bad)
    assert isinstance(failed, SaysoError)
    assert (await shop.placed("WEB-1"))["state"] == "placed"


async def test_odd_but_sound_texts_are_kept_as_they_are(shop: Shop) -> None:
    odd = [
        '"',
        "\\",
        "{}",
        "{a,b}",
        "NULL",
        "'; DROP TABLE promises; --",
        "ünï",
        "😀",
        " ",
        "%s",
        "\\x41",
        '","',
    ]
    for text in odd:
        held = await shop.hold("bob", ("cup", 1), reference=text, channel=text, key=f"key {text}")
        again = await shop.hold("bob", ("cup", 1), reference=text, channel=text)
        assert (held["reference"], again["promise"]) == (text, held["promise"])
        assert (await shop.order(f"WEB {text}", held["promise"], po=text))["po"] == text
    assert await shop.pool.fetchval("SELECT count(*) FROM orders") == len(odd)
    assert await shop.sellable("cup") == 100 - len(odd)
    await shop.audit()
