"""A promise that the facts no longer bear is a case at once; it closes when they bear it again, or when it ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sayso.canon.times import moment
from sayso.desk.calling import CaseQuery
from sayso.promise.policy import read as policy_of
from world import Shop, day, read, shop_on


async def open_cases(shop: Shop) -> dict[str, Any]:
    """The short quantity of every open case, by customer."""
    return {case["customer"]: case["facts"]["short"] for case in await shop.cases()}


async def test_the_latest_promise_loses_first(shop: Shop) -> None:
    await shop.hold("ada", ("lamp", 4))
    shop.later(minutes=1)
    await shop.hold("bob", ("lamp", 5))
    await shop.count("lamp", 9)
    assert await open_cases(shop) == {}
    await shop.count("lamp", 6)
    assert await open_cases(shop) == {"bob": "3"}
    await shop.count("lamp", 1)
    assert await open_cases(shop) == {"bob": "5", "ada": "3"}
    await shop.count("lamp", 8)
    assert await open_cases(shop) == {"bob": "1"}
    await shop.count("lamp", 9)
    assert await open_cases(shop) == {}
    assert {case["closed_why"] for case in await shop.cases("closed")} == {"the facts bear the promise again"}
    assert len(await shop.cases("all")) == 2


async def test_a_case_names_the_promise_the_order_the_money_and_the_next_step(shop: Shop) -> None:
    held = await shop.hold("ada", ("lamp", 4))
    await shop.order("WEB-1", held["promise"])
    shop.later(hours=1)
    await shop.count("lamp", 1)
    (case,) = await shop.cases()
    assert case == case | {
        "case": case["case"],
        "kind": "promise_at_risk",
        "state": "open",
        "owner": "operations",
        "opened": moment(shop.now),
        "closed": None,
        "promise": held["promise"],
        "order": "WEB-1",
        "customer": "ada",
        "item": "lamp",
        "site": "LON",
        "amount": "60.00",
        "next_step": "3 of 4 are missing at LON for 2026-03-02: find supply, move it, or tell the customer",
        "facts": {"short": "3", "promised": "4", "ship_on": "2026-03-02", "line": "1"},
        "closed_why": None,
    }


async def test_a_promise_that_ends_closes_its_case_then(shop: Shop) -> None:
    held = await shop.hold("ada", ("lamp", 4))
    await shop.count("lamp", 1)
    shop.later(minutes=1)
    await shop.release(held["promise"])
    (case,) = await shop.cases("all")
    assert (case["state"], case["closed_why"], case["closed"]) == (
        "closed",
        "the promise ended",
        moment(shop.now),
    )


async def test_a_late_inbound_puts_at_risk_what_leans_on_it(shop: Shop) -> None:
    slip = {"document": "PO-1", "line": "1", "item": "lamp", "site": "LON", "quantity": "20"}
    await shop.told("inbound", {**slip, "due": day(3)})
    held = await shop.hold("bob", ("lamp", 25))
    assert [part["ship_on"] for part in held["lines"][0]["parts"]] == [day(0), day(3)]
    await shop.told("inbound", {**slip, "due": day(6)})
    assert await open_cases(shop) == {"bob": "15"}
    await shop.told("inbound", {**slip, "due": day(2)})
    assert await open_cases(shop) == {}
    await shop.told("inbound", {**slip, "status": "draft"})
    assert await open_cases(shop) == {"bob": "15"}


async def test_the_money_is_that_of_what_is_missing_whichever_part_it_is_of(shop: Shop) -> None:
    slip = {"document": "PO-1", "line": "1", "item": "lamp", "site": "LON", "quantity": "20"}
    await shop.told("inbound", {**slip, "due": day(3)})
    await shop.hold("bob", ("lamp", 25))
    await shop.told("inbound", {**slip, "due": day(6)})
    assert [case["amount"] for case in await shop.cases()] == ["300.00"]  # 15 of 25, at 20.00
    await shop.count("lamp", 6)
    assert [case["amount"] for case in await shop.cases()] == ["380.00"]


async def test_a_kit_has_its_money_at_stake_with_each_component(shop: Shop) -> None:
    await shop.told("items", {"item": "set", "uom": "EA", "list_price": "30.00"})
    for component, quantity in (("lamp", "1"), ("cup", "6")):
        await shop.told("kits", {"item": "set", "component": component, "quantity": quantity})
    await shop.hold("bob", ("set", 4))
    await shop.count("cup", 18)
    assert {case["item"]: case["amount"] for case in await shop.cases()} == {"cup": "30.00"}  # 6 of 24 cups
    await shop.count("lamp", 2)
    assert {case["item"]: case["amount"] for case in await shop.cases()} == {"cup": "30.00", "lamp": "60.00"}


async def test_demand_from_elsewhere_puts_promises_at_risk(shop: Shop) -> None:
    await shop.hold("ada", ("lamp", 8))
    await shop.told(
        "demand", {"document": "SO-9", "line": "1", "item": "lamp", "site": "LON", "quantity": "5"}
    )
    assert await open_cases(shop) == {"ada": "3"}


async def test_what_is_on_backorder_was_never_there(shop: Shop) -> None:
    await shop.hold("ada", ("lamp", 30), accept_conditional=True)
    await shop.count("lamp", 10)
    assert await open_cases(shop) == {}
    await shop.count("lamp", 7)
    assert await open_cases(shop) == {"ada": "3"}


async def test_two_parts_of_one_promise_are_one_case(shop: Shop) -> None:
    """Two lines of the same item, and a line that leaves in two parts."""
    await shop.told(
        "inbound",
        {"document": "PO-1", "line": "1", "item": "lamp", "site": "LON", "quantity": "9", "due": day(3)},
    )
    await shop.hold("bob", ("lamp", 4), ("lamp", 3), ("lamp", 6))
    await shop.told("inbound", {"document": "PO-1", "line": "1", "deleted": True})
    await shop.count("lamp", 1)
    assert await open_cases(shop) == {"bob": "12"}
    await shop.count("lamp", 2)
    assert await open_cases(shop) == {"bob": "11"}


async def test_an_order_that_the_erp_reports_is_still_watched(shop: Shop) -> None:
    held = await shop.hold("ada", ("lamp", 4))
    await shop.order("WEB-1", held["promise"])
    row = {"document": "SO-1", "line": "1", "order": "WEB-1", "item": "lamp", "site": "LON", "quantity": "4",
           "customer": "ada", "amount": "80"}  # fmt: skip
    await shop.told("demand", row)
    assert await open_cases(shop) == {}
    await shop.count("lamp", 1)
    (case,) = await shop.cases()
    assert (case["order"], case["promise"], case["facts"]["short"]) == ("WEB-1", held["promise"], "3")
    await shop.told("demand", {**row, "quantity": "1"})
    assert await open_cases(shop) == {}


async def test_a_case_does_not_close_because_the_erp_reports_the_order(shop: Shop) -> None:
    held = await shop.hold("ada", ("lamp", 4))
    await shop.order("WEB-1", held["promise"])
    await shop.count("lamp", 1)
    await shop.told("demand", {"document": "SO-1", "line": "1", "order": "WEB-1", "item": "lamp", "site": "LON",
                               "quantity": "4", "customer": "ada", "amount": "80"})  # fmt: skip
    assert await open_cases(shop) == {"ada": "3"}


async def test_the_policy_in_force_judges_what_is_at_risk(database: str) -> None:
    async with shop_on(database, policy_of({"availability": {"safety_stock": False}})) as shop:
        await shop.opens()
        await shop.item("lamp", 10)
        await shop.customer("ada")
        await shop.hold("ada", ("lamp", 10))
        body = b'{"source":"erp","as_of":"2026-03-02T08:00:00Z","rows":[{"item":"lamp","site":"LON","safety_stock":"5"}]}'
        await shop.desk.load_facts("stock", body, shop.caller, None, shop.now)
        assert await open_cases(shop) == {}


async def test_a_case_of_a_promise_has_its_history_and_its_time(shop: Shop) -> None:
    held = await shop.hold("bob", ("lamp", 4))
    await shop.count("lamp", 1)
    (case,) = await shop.cases()
    assert case["due"] == moment(shop.now + timedelta(days=1))
    await shop.count("lamp", 2)
    await shop.count("lamp", 9)
    await shop.count("lamp", 1)
    await shop.release(held["promise"])
    told = await shop.pool.fetch("SELECT action, note FROM case_history ORDER BY number")
    assert [row["action"] for row in told] == ["opened", "closed", "opened", "closed"]
    assert [row["note"] for row in told[1::2]] == ["the facts bear the promise again", "the promise ended"]


@pytest.mark.parametrize("limit", [1, 3])
async def test_the_work_list_is_read_page_by_page(shop: Shop, limit: int) -> None:
    for _ in range(4):
        await shop.hold("bob", ("lamp", 2))
        shop.later(seconds=1)
    await shop.count("lamp", 0)
    found, cursor = [], ""
    while True:
        query = CaseQuery(limit=limit, cursor=cursor)
        page = read(await shop.desk.casework.listed(query, shop.caller, shop.now))
        found += [case["case"] for case in page["cases"]]
        cursor = page["next"]
        if not cursor:
            break
    assert len(found) == len(set(found)) == 4
    assert found == sorted(found, reverse=True)
