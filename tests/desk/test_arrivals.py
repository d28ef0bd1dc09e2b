"""Receipts teach when inbound lines arrive; promises lean on it as the policy says, and are dated anew when it changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sayso.desk.looking_ahead import look_ahead
from sayso.promise.policy import read as policy_of
from world import MONDAY, Shop, day, shop_on

PO = {"document": "PO-1", "line": "1", "item": "lamp", "site": "LON", "quantity": "20", "vendor": "slow"}


async def received(shop: Shop, late: int, vendor: str = "slow", since: int = 300, count: int = 40) -> None:
    """So many receipts of one vendor, each so many days late, the first so many days ago."""
    rows: list[dict[str, Any]] = []
    for number in range(count):
        promised = MONDAY - timedelta(days=since - 7 * number)
        rows.append(
            {
                "document": f"{vendor}-{since}-{number}", "line": "1", "receipt": "1", "item": "lamp", "site": "LON",
                "vendor": vendor, "ordered": (promised - timedelta(days=30)).date().isoformat(),
                "promised": promised.date().isoformat(),
                "received": (promised + timedelta(days=late)).date().isoformat(), "quantity": "10",
            }
        )  # fmt: skip
    await shop.told("receipts", *rows)


@pytest.fixture
async def wary(database: str) -> Any:
    """A shop that promises by the day on which nine of ten have come."""
    async with shop_on(database, policy_of({"availability": {"inbound_date": "p90"}})) as found:
        await found.opens()
        await found.item("lamp", 10)
        await found.customer("bob")
        yield found


async def leans_on(shop: Shop) -> tuple[str, Any]:
    quote = await shop.ask("bob", ("lamp", 25))
    part = quote["lines"][0]["parts"][-1]
    return part["ship_on"], part["leans_on"]


async def test_without_receipts_a_document_is_believed(wary: Shop) -> None:
    await wary.told("inbound", {**PO, "due": day(14)})
    assert await look_ahead(wary.pool, wary.now, wary.desk.policy)
    assert await leans_on(wary) == (day(14), [{"document": "PO-1", "line": "1", "due": day(14)}])


async def test_a_vendor_that_is_always_a_week_late_is_promised_a_week_late(wary: Shop) -> None:
    await received(wary, 7)
    assert (await look_ahead(wary.pool, wary.now, wary.desk.policy)).learned
    await wary.told("inbound", {**PO, "due": day(14)})
    shipped, found = await leans_on(wary)
    assert shipped >= day(21)
    assert found == [{"document": "PO-1", "line": "1", "due": shipped, "p50": day(21), "p90": shipped}]


async def test_both_dates_are_told_whichever_is_promised(shop: Shop) -> None:
    await received(shop, 7)
    await look_ahead(shop.pool, shop.now, shop.desk.policy)
    await shop.told("inbound", {**PO, "due": day(14)})
    shipped, (found,) = await leans_on(shop)
    assert (shipped, found["due"], found["p50"]) == (day(14), day(14), day(21))
    assert found["p90"] >= found["p50"]


async def test_what_receipts_teach_dates_promises_anew(wary: Shop) -> None:
    await wary.told("inbound", {**PO, "due": day(14)})
    promise = (await wary.hold("bob", ("lamp", 25)))["promise"]
    await received(wary, 7)
    assert (await look_ahead(wary.pool, wary.now, wary.desk.policy)).items == 1
    (late,) = (await wary.promise(promise))["redated"]
    assert (late["promised"], late["quantity"]) == (day(14), "15")
    assert late["ship_on"] >= day(21)


async def test_learning_the_same_again_changes_nothing(wary: Shop) -> None:
    await received(wary, 7)
    await wary.told("inbound", {**PO, "due": day(14)})
    first = await look_ahead(wary.pool, wary.now, wary.desk.policy)
    again = await look_ahead(wary.pool, wary.now, wary.desk.policy)
    assert (first.learned, first.items) == (True, 1)
    assert (again.learned, again.items) == (False, 0)


async def test_a_line_that_gets_another_date_gets_another_arrival_at_once(wary: Shop) -> None:
    await received(wary, 7)
    await look_ahead(wary.pool, wary.now, wary.desk.policy)
    await wary.told("inbound", {**PO, "due": day(14)})
    before, _ = await leans_on(wary)
    await wary.told("inbound", {**PO, "due": day(28)})
    after, _ = await leans_on(wary)
    assert before < day(28) <= after


async def test_learning_by_call_is_answered_alike_under_its_key(wary: Shop) -> None:
    await received(wary, 7)
    await wary.told("inbound", {**PO, "due": day(14)})
    first = await wary.desk.learn_arrivals(wary.caller, "k1", wary.now)
    again = await wary.desk.learn_arrivals(wary.caller, "k1", wary.now)
    other = await wary.desk.learn_arrivals(wary.caller, "k2", wary.now)
    assert first.body == again.body == b'{"learned":true,"items":1}'
    assert again.replayed
    assert other.body == b'{"learned":false,"items":0}'


async def test_what_was_postponed_is_not_called_late_twice(wary: Shop) -> None:
    """A week late is what this vendor is: a line postponed by a week comes on its new day, or hardly after it."""
    await received(wary, 7)
    await look_ahead(wary.pool, wary.now, wary.desk.policy)
    await wary.told("inbound", {**PO, "due": day(14)})
    await wary.told("inbound", {**PO, "due": day(21)})
    shipped, (found,) = await leans_on(wary)
    assert (found["p50"], shipped) == (day(21), found["p90"])
    assert shipped < day(28)
    await wary.told("inbound", {**PO, "due": day(7)})
    sooner, _ = await leans_on(wary)
    assert day(14) <= sooner < day(21)
