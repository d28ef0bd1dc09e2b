"""The naive storefront: what it says, what its back office can keep, and what it misses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from sayso.demo.accounts import BIOSECURITY, Opening
from sayso.demo.naive import Storefront
from sayso.demo.orders import Correction

MONDAY = date(2011, 1, 10)
DAY = timedelta(days=1)


def at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def causes(lines) -> list[tuple[str, str]]:
    return [(line.item, cause) for line, cause in lines]


def test_two_orders_for_the_same_stock_both_get_a_yes(small, an_order):
    first, second = (an_order(str(n), at(MONDAY, 9 + n), ("A", 10), ("B", 1)) for n in (0, 1))
    store = Storefront(small([first, second], {"A": 15, "B": 9}), "usual")
    store.morning(MONDAY)
    assert store.ask(first).broken == ()
    answer = store.ask(second)
    assert len(answer.accepted) == 2
    assert causes(answer.broken) == [("A", "committed")]


def test_an_order_shipped_last_night_is_not_on_hand_this_morning(small, an_order):
    first = an_order("1", at(MONDAY, 9), ("A", 10))
    second = an_order("2", at(MONDAY + 2 * DAY, 9), ("A", 10))
    store = Storefront(small([first, second], {"A": 15}), "usual")
    for n in range(3):
        store.morning(MONDAY + n * DAY)
        if n == 0:
            assert store.ask(first).accepted
            assert store.books.on_hand["A", "LON"] == 15
        store.close(MONDAY + n * DAY) if n < 2 else None
    assert store.books.on_hand["A", "LON"] == 5
    answer = store.ask(second)
    assert answer.accepted == ()
    assert causes(answer.refused) == [("A", "on_hand")]
    assert answer.missed == ()


def test_safety_stock_is_not_for_sale(small, an_order):
    order = an_order("1", at(MONDAY, 9), ("A", 10))
    store = Storefront(small([order], {"A": 12}, protected=3), "usual")
    store.morning(MONDAY)
    assert causes(store.ask(order).broken) == [("A", "safety_stock")]


def test_credit_is_used_up_by_orders_of_the_same_week(small, an_order):
    orders = [an_order(str(n), at(MONDAY, 9 + n), ("A", 10)) for n in range(3)]
    store = Storefront(small(orders, {"A": 100}, limit=50), "usual")
    store.morning(MONDAY)
    answers = [store.ask(order) for order in orders]
    assert [causes(one.broken) for one in answers] == [[], [], [("A", "credit_limit")]]
    assert store.exposure("17850") == Decimal("48.00"), "what credit control stops is not allocated"
    assert store.books.allocated["A", "LON"] == 20


def test_an_overdue_invoice_is_seen_by_the_back_office_only_until_the_next_review(small, an_order):
    due = MONDAY - 7 * DAY
    owed = Opening("GEN-1", "17850", Decimal("9.00"), due, due, MONDAY + 9 * DAY)
    tuesday, monday, later = (an_order(str(n), at(MONDAY + n * DAY, 9), ("A", 1)) for n in (1, 7, 10))
    store = Storefront(small([tuesday, monday, later], {"A": 100}, openings=(owed,)), "usual")
    answers = {}
    for n in range(11):
        store.morning(MONDAY + n * DAY)
        for order in (tuesday, monday, later):
            if order.at.date() == MONDAY + n * DAY:
                answers[n] = store.ask(order)
        store.close(MONDAY + n * DAY)
    assert causes(answers[1].broken) == [("A", "overdue")], "the flag was fine on Monday"
    assert causes(answers[7].refused) == [("A", "credit_flag")]
    assert answers[7].missed == ()
    assert causes(answers[10].refused) == [("A", "credit_flag")]
    assert causes(answers[10].missed) == [("A", "flag_outdated")], "paid on Wednesday, reviewed on Monday"


def test_a_purchase_order_would_have_covered_what_it_refuses(small, an_order, a_purchase):
    order = an_order("1", at(MONDAY, 9), ("A", 10))
    soon = a_purchase("PO-1", MONDAY + 5 * DAY, MONDAY + 6 * DAY, ("A", 12))
    store = Storefront(small([order], {"A": 0}, (soon,)), "usual")
    store.morning(MONDAY)
    assert causes(store.ask(order).missed) == [("A", "dated_supply")]
    far = a_purchase("PO-1", MONDAY + 40 * DAY, MONDAY + 40 * DAY, ("A", 12))
    store = Storefront(small([order], {"A": 0}, (far,)), "usual")
    store.morning(MONDAY)
    assert store.ask(order).missed == ()


def test_who_waits_is_served_before_who_comes_later(small, an_order, a_purchase):
    first, second, third = (an_order(str(n), at(MONDAY, 9 + n), ("A", 10)) for n in range(3))
    fourth = an_order("4", at(MONDAY + 2 * DAY, 9), ("A", 6))
    soon = a_purchase("PO-1", MONDAY + 2 * DAY, MONDAY + 2 * DAY, ("A", 12))
    store = Storefront(small([first, second, third, fourth], {"A": 12}, (soon,)), "usual")
    store.morning(MONDAY)
    assert [bool(store.ask(order).broken) for order in (first, second, third)] == [False, True, True]
    for n in (0, 1):
        store.close(MONDAY + n * DAY)
        store.morning(MONDAY + (n + 1) * DAY)
    waiting = {(part.order, part.quantity): part.allocated for part in store.books.waiting(("A", "LON"))}
    assert waiting == {("1", 8): 8, ("2", 10): 4}
    assert causes(store.ask(fourth).broken) == [("A", "committed")]


def test_a_write_off_takes_from_who_came_last(small, an_order):
    first, second = (an_order(str(n), at(MONDAY, 9 + n), ("A", 10)) for n in range(2))
    store = Storefront(
        small([first, second], {"A": 20}, corrections=(Correction("A", -5, "damaged", at(MONDAY, 12)),)),
        "usual",
    )
    store.morning(MONDAY)
    store.ask(first)
    store.ask(second)
    store.close(MONDAY)
    assert [part.allocated for part in store.books.waiting(("A", "LON"))] == [10, 5]


@pytest.mark.parametrize(
    ("name", "country", "licences", "refused"),
    [
        ("COSY HOUR GIANT TUBE MATCHES", "AU", (BIOSECURITY,), True),
        ("COSY HOUR GIANT TUBE MATCHES", "DE", (), False),
        ("WHITE WOOD GARDEN PLANT LADDER", "AU", (), True),
        ("WHITE WOOD GARDEN PLANT LADDER", "AU", (BIOSECURITY,), False),
        ("WHITE WOOD GARDEN PLANT LADDER", "JP", (), False),
        ("WOODLAND CHARLOTTE BAG", "AU", (), False),
    ],
)
def test_rules_of_the_region_are_known_to_any_storefront(small, an_order, name, country, licences, refused):
    order = an_order("1", at(MONDAY, 9), ("A", 1), country=country)
    found = small([order], {"A": 5})
    found.trade.names["A"] = name
    account = found.book.accounts["17850"]
    found.book.accounts["17850"] = account._replace(licences=licences)
    store = Storefront(found, "usual")
    store.morning(MONDAY)
    assert causes(store.ask(order).refused) == ([("A", "region")] if refused else [])


def test_the_continent_is_served_from_the_site_that_is_quicker(small, an_order):
    order = an_order("1", at(MONDAY, 9), ("A", 10), country="DE")
    found = small([order], {"A": 6})
    found.plan("usual").opening["A", "AMS"] = 6
    store = Storefront(found, "usual")
    store.morning(MONDAY)
    assert store.ask(order).broken == ()
    assert [(part.site, part.quantity) for part in store.books.parts] == [("AMS", 6), ("LON", 4)]
