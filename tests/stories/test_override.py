"""A named person approves what credit referred or refused; nobody else takes an account over its limit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sayso.errors import BadField, Conflict, NotFound
from sayso.promise.policy import read as policy_of
from world import Shop, day, shop_on


async def test_over_the_limit_is_refused_with_a_remedy_in_money(shop: Shop) -> None:
    refused = await shop.hold("ada", ("cup", 100), ("cup", 400))
    credit = refused["credit"]
    assert (refused["verdict"], refused["held"], credit["verdict"]) == ("refused", False, "refused")
    assert credit["reasons"][0]["code"] == "over_limit"
    assert credit["remedies"][0] == {
        "remedy": "prepay", "amount": "250.00", "currency": "GBP", "text": "prepay 250.00 GBP, or order that much less",
    }  # fmt: skip
    assert await shop.exposure("ada") == 0


async def test_the_limit_itself_may_be_reached(shop: Shop) -> None:
    await shop.told("receivables", {"document": "INV-1", "customer": "ada", "open": "750.00", "due": day(30)})
    assert (await shop.hold("ada", ("cup", 100)))["held"]
    assert await shop.exposure("ada") == 1000
    assert not (await shop.hold("ada", ("cup", 1)))["held"]


async def test_a_named_person_overrides_and_it_is_recorded(shop: Shop) -> None:
    await shop.told("receivables", {"document": "INV-1", "customer": "ada", "open": "950.00", "due": day(30)})
    refused = await shop.hold("ada", ("lamp", 4))
    assert not refused["held"]
    shop.later(seconds=5)
    approved = await shop.override(refused["promise"])
    assert (approved["promise"], approved["verdict"], approved["held"]) == (refused["promise"], "firm", True)
    assert approved["credit"]["overridden_by"] == "Ann Lee: paid by phone"
    assert [one["code"] for one in approved["credit"]["reasons"]] == ["over_limit"]
    assert await shop.exposure("ada") == Decimal("1030.00")
    assert await shop.sellable("lamp") == 6
    decisions = await shop.pool.fetch(
        "SELECT verdict FROM decisions WHERE id = $1 ORDER BY made", refused["promise"]
    )
    assert [row["verdict"] for row in decisions] == ["refused", "firm"]
    assert (await shop.order("WEB-1", refused["promise"]))["state"] == "placed"
    await shop.audit()


async def test_an_override_may_come_in_the_same_moment(shop: Shop) -> None:
    """As with a clock that stands still, or one that ticks in seconds."""
    refused = await shop.hold("ada", ("cup", 100), ("cup", 400), accept_conditional=True)
    assert (await shop.override(refused["promise"]))["held"]
    assert (await shop.promise(refused["promise"]))["held"]
    await shop.audit()


async def test_overdue_is_referred_and_overridden(shop: Shop) -> None:
    await shop.told("receivables", {"document": "INV-1", "customer": "ada", "open": "50.00", "due": day(-3)})
    referred = await shop.hold("ada", ("lamp", 1))
    assert (referred["verdict"], referred["held"], referred["credit"]["verdict"]) == (
        "conditional",
        False,
        "refer",
    )
    assert referred["credit"]["reasons"][0]["code"] == "overdue"
    shop.later(seconds=5)
    assert (await shop.override(referred["promise"]))["held"]


async def test_an_override_does_not_make_stock_or_lift_a_hold(shop: Shop) -> None:
    await shop.told("receivables", {"document": "INV-1", "customer": "ada", "open": "990.00", "due": day(30)})
    short = await shop.hold("ada", ("lamp", 11))
    shop.later(seconds=5)
    assert not (await shop.override(short["promise"]))["held"]
    await shop.customer("ada", 1000, hold="all")
    refused = await shop.hold("ada", ("lamp", 1))
    shop.later(seconds=5)
    after = await shop.override(refused["promise"])
    assert (after["held"], after["credit"]["verdict"]) == (False, "refused")


async def test_an_override_is_by_a_person_with_a_reason_on_what_is_not_held(shop: Shop) -> None:
    held = await shop.hold("ada", ("lamp", 1))
    with pytest.raises(Conflict):
        await shop.override(held["promise"])
    quote = await shop.ask("ada", ("lamp", 1))
    for by, reason in (("", "why"), ("  ", "why"), ("Ann", " ")):
        with pytest.raises(BadField):
            await shop.override(quote["promise"], by=by, reason=reason)
    with pytest.raises(NotFound):
        await shop.override("prm_00000000000000000000000000")


async def test_accepting_conditions_never_accepts_an_exceeded_limit(database: str) -> None:
    async with shop_on(database, policy_of({"credit": {"over_limit": "refer"}})) as shop:
        await shop.opens()
        await shop.item("lamp", 10, list_price="20.00")
        await shop.customer("ada", 100)
        referred = await shop.hold("ada", ("lamp", 6), accept_conditional=True)
        assert (referred["verdict"], referred["held"]) == ("conditional", False)
        assert await shop.exposure("ada") == 0
        assert (await shop.order("WEB-1", referred["promise"]))["state"] == "rejected"
        shop.later(seconds=5)
        assert (await shop.override(referred["promise"]))["held"]


async def test_the_whole_tree_shares_one_limit(shop: Shop) -> None:
    await shop.customer("head", 100)
    await shop.customer("branch", parent="head")
    await shop.customer("shop 1", bill_to="branch")
    await shop.customer("shop 2", parent="branch", credit_limit="5000")
    assert (await shop.hold("shop 1", ("lamp", 3)))["held"]
    assert (await shop.exposure("head"), await shop.exposure("shop 2")) == (60, 60)
    refused = await shop.hold("shop 2", ("lamp", 3))
    assert (refused["credit"]["account"], refused["credit"]["limit"], refused["held"]) == (
        "head",
        "100.00",
        False,
    )
    assert (await shop.hold("head", ("lamp", 2)))["held"]
    assert not (await shop.hold("shop 1", ("cup", 1)))["held"]
    await shop.audit()
