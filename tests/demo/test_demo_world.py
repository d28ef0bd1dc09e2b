"""The simulated back office behind Sayso: what it ships, what it reports, and why a promise was broken."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from sayso.demo.orders import Correction, Return
from sayso.demo.world import Agreed, World

MONDAY = date(2011, 1, 10)
DAY = timedelta(days=1)


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def agreed(item: str, units: int, ship_on: date, *leans_on: str) -> Agreed:
    return Agreed(item, "LON", units, ship_on, Decimal(2 * units), Decimal(2 * units), leans_on)


def rows(batches, kind: str) -> list[dict[str, object]]:
    return [row for batch in batches if batch.kind == kind for row in batch.rows]


def live(world: World, day: date, *accepted) -> tuple[list, list]:
    """One day; `accepted` are pairs of an order and its agreed parts. Returns the morning's and evening's reports."""
    morning = world.morning(day)
    for order, parts in accepted:
        world.accept(order, f"WEB-{order.reference}", parts)
    evening = world.evening(day)
    world.close(day)
    return morning, evening


@pytest.fixture
def order(an_order):
    return an_order("1", at(MONDAY), ("A", 10))


def test_an_order_is_reported_in_the_evening_and_gone_when_it_has_shipped(small, order):
    world = World(small([order], {"A": 50}), "usual")
    _, evening = live(world, MONDAY, (order, [agreed("A", 10, MONDAY + DAY)]))
    assert [batch.kind for batch in evening] == ["demand"]
    reported = rows(evening, "demand")
    assert reported == [
        {
            "document": "SO-100001", "line": "1", "order": "WEB-1", "item": "A", "site": "LON", "quantity": "10",
            "requested": "2011-01-10", "planned": "2011-01-11", "due": "2011-01-11", "customer": "17850",
            "status": "confirmed", "kind": "order", "fulfilment": "stock", "amount": "24.00", "currency": "GBP",
        }
    ]  # fmt: skip
    morning, evening = live(world, MONDAY + DAY)
    assert morning == evening == []
    morning, _ = live(world, MONDAY + 2 * DAY)
    assert [batch.kind for batch in morning] == ["demand", "receivables", "stock"], "freed before it is taken"
    assert rows(morning, "demand") == [{"document": "SO-100001", "line": "1", "deleted": True}]
    assert rows(morning, "stock") == [{"item": "A", "site": "LON", "on_hand": "40"}]
    invoice = rows(morning, "receivables")[0]
    assert (invoice["open"], invoice["issued"], invoice["due"]) == ("24.00", "2011-01-11", "2011-02-10")
    assert world.books.parts[0].broken == ""


def test_a_payment_closes_the_invoice(small, order):
    world = World(small([order], {"A": 50}, terms_days=14), "usual")
    live(world, MONDAY, (order, [agreed("A", 10, MONDAY)]))
    paid = [row for n in range(1, 60) for row in rows(world.morning(MONDAY + n * DAY), "receivables")]
    assert [row["open"] for row in paid] in (["24.00", "0.00"], ["24.00", "12.00", "0.00"])
    assert world.ledger.money_in == Decimal("24.00")


def test_supply_that_slips_is_told_arrives_and_breaks_the_promise_that_leaned_on_it(small, order, a_purchase):
    late = a_purchase("PO-1", MONDAY + DAY, MONDAY + 3 * DAY, ("A", 10))
    world = World(small([order], {"A": 0}, (late,)), "usual")
    live(world, MONDAY, (order, [agreed("A", 10, MONDAY + DAY, "PO-1")]))
    morning, _ = live(world, MONDAY + DAY)
    assert rows(morning, "inbound") == [{"document": "PO-1", "line": "1", "due": "2011-01-13"}]
    assert world.books.parts[0].broken == "late_inbound"
    live(world, MONDAY + 2 * DAY)
    morning, _ = live(world, MONDAY + 3 * DAY)
    assert rows(morning, "inbound") == [{"document": "PO-1", "line": "1", "deleted": True}]
    assert rows(morning, "stock") == [{"item": "A", "site": "LON", "on_hand": "10"}]
    assert rows(morning, "receipts")[0]["received"] == "2011-01-13"
    assert world.books.parts[0].shipped == 10, "what is late leaves when it can"


def test_a_write_off_breaks_promises_and_says_so(small, order):
    lost = Correction("A", -45, "damaged", at(MONDAY))
    world = World(small([order], {"A": 50}, corrections=(lost,)), "usual")
    live(world, MONDAY, (order, [agreed("A", 10, MONDAY + DAY)]))
    morning, _ = live(world, MONDAY + DAY)
    assert rows(morning, "stock") == [{"item": "A", "site": "LON", "on_hand": "5"}]
    assert world.books.parts[0].broken == "stock_count"
    assert world.books.parts[0].open == 5


def test_what_nothing_explains_is_called_oversold(small, an_order):
    orders = [an_order(str(n), at(MONDAY, 9 + n), ("A", 10)) for n in (1, 2)]
    world = World(small(orders, {"A": 10}), "usual")
    live(world, MONDAY, *((order, [agreed("A", 10, MONDAY + DAY)]) for order in orders))
    live(world, MONDAY + DAY)
    assert [part.broken for part in world.books.parts] == ["", "oversold"]


def test_what_is_late_does_not_break_what_is_in_time(small, an_order, a_purchase):
    first, second = (an_order(str(n), at(MONDAY, 9 + n), ("A", 10)) for n in (1, 2))
    late = a_purchase("PO-1", MONDAY + DAY, MONDAY + 9 * DAY, ("A", 10))
    world = World(small([first, second], {"A": 10}, (late,)), "usual")
    live(
        world,
        MONDAY,
        (first, [agreed("A", 10, MONDAY + DAY, "PO-1")]),
        (second, [agreed("A", 10, MONDAY + 2 * DAY)]),
    )
    live(world, MONDAY + DAY)
    live(world, MONDAY + 2 * DAY)
    early, in_time = world.books.parts
    assert (in_time.broken, in_time.shipped) == ("", 10)
    assert (early.broken, early.shipped) == ("late_inbound", 0)


def test_what_comes_back_is_credited_and_on_hand_again(small, order):
    back = Return("C9", "17850", "A", 4, at(MONDAY + 2 * DAY))
    world = World(small([order], {"A": 50}, returns=(back,)), "usual")
    live(world, MONDAY, (order, [agreed("A", 10, MONDAY)]))
    for n in (1, 2):
        live(world, MONDAY + n * DAY)
    morning = world.morning(MONDAY + 3 * DAY)
    assert rows(morning, "stock") == [{"item": "A", "site": "LON", "on_hand": "44"}]
    memo = rows(morning, "receivables")[0]
    assert (memo["amount"], memo["open"]) == ("-9.60", "-9.60")


def test_what_is_cancelled_before_it_ships_is_demand_no_more(small, order):
    back = Return("C9", "17850", "A", 4, at(MONDAY))
    world = World(small([order], {"A": 50}, returns=(back,)), "usual")
    _, evening = live(world, MONDAY, (order, [agreed("A", 10, MONDAY + 2 * DAY)]))
    assert rows(evening, "demand")[0]["quantity"] == "10"
    morning, _ = live(world, MONDAY + DAY)
    assert rows(morning, "demand") == [
        {"document": "SO-100001", "line": "1", "quantity": "6", "amount": "14.40"}
    ]


def test_the_tax_rise_is_reported_on_its_day(small, an_order):
    day = date(2011, 1, 4)
    world = World(small([an_order("1", at(day), ("A", 1))], {"A": 5}), "usual")
    assert rows(world.morning(day), "taxes") == [{"country": "GB", "rate": "20"}]
    assert rows(world.morning(day + DAY), "taxes") == []


def test_new_purchase_orders_are_reported_on_the_day_they_are_placed(small, order, a_purchase):
    new = a_purchase("PO-2", MONDAY + 9 * DAY, MONDAY + 9 * DAY, ("A", 6), placed=MONDAY + DAY)
    world = World(small([order], {"A": 5}, (new,)), "usual")
    assert rows(world.morning(MONDAY), "inbound") == []
    assert rows(world.morning(MONDAY + DAY), "inbound")[0]["due"] == "2011-01-19"
