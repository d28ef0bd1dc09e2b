"""The derived price list: staircases that fit best, and lists that change."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from sayso.demo.orders import Order, OrderLine
from sayso.demo.pricelist import LINES_PER_BREAK, Break, Seen, derived, staircase

DAY = date(2011, 1, 5)


def seen(*pairs: tuple[int, str], times: int = 1) -> list[Seen]:
    return [Seen(DAY, quantity, Decimal(price)) for quantity, price in pairs for _ in range(times)]


def order(day: date, quantity: int, price: str, reference: str = "1") -> Order:
    line = OrderLine("85123A", quantity, quantity * Decimal(price))
    return Order(reference, "17850", "GB", datetime(day.year, day.month, day.day, 12, tzinfo=UTC), (line,))


def test_a_lower_price_at_larger_quantities_is_a_break():
    score, steps = staircase(seen((1, "2.95"), (6, "2.95"), (32, "2.55"), (64, "2.55"), times=4))
    assert steps == (Break(0, Decimal("2.95")), Break(32, Decimal("2.55")))
    assert score == 16 - LINES_PER_BREAK


def test_a_break_has_to_earn_its_place():
    lines = seen((1, "2.95"), (6, "2.95"), times=4) + seen((32, "2.55"), times=LINES_PER_BREAK)
    assert staircase(lines)[1] == (Break(0, Decimal("2.95")),)
    assert len(staircase(lines + seen((33, "2.55")))[1]) == 2


def test_a_price_never_rises_with_the_quantity():
    assert staircase(seen((1, "2.00"), (10, "3.00"), times=9))[1] in (
        (Break(0, Decimal("2.00")),),
        (Break(0, Decimal("3.00")),),
    )


LINES = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from(["1.00", "2.00", "3.00"])), min_size=1, max_size=24
)


@given(LINES)
def test_no_other_staircase_fits_better(pairs):
    lines = seen(*pairs)
    score, steps = staircase(lines)
    assert score == _score(lines, steps), "the score is what the steps say"
    prices = sorted({one.price for one in lines})
    quantities = sorted({one.quantity for one in lines})
    for chosen in product(prices, repeat=len(quantities)):
        if list(chosen) == sorted(chosen, reverse=True):
            other = [Break(0, chosen[0])]
            for quantity, price in zip(quantities[1:], chosen[1:], strict=True):
                if price != other[-1].price:
                    other.append(Break(quantity, price))
            assert _score(lines, tuple(other)) <= score


def _score(lines: list[Seen], steps: tuple[Break, ...]) -> int:
    exact = sum(
        one.price
        == max((step for step in steps if step.quantity <= one.quantity), key=lambda s: s.quantity).price
        for one in lines
    )
    return exact - LINES_PER_BREAK * (len(steps) - 1)


def test_a_list_that_changes_has_periods():
    orders = [order(date(2011, 1, day), 1, "4.65") for day in range(3, 13)]
    orders += [order(date(2011, 2, day), 1, "4.95") for day in range(3, 13)]
    prices = derived(orders)
    assert prices.unit("85123A", 1, date(2011, 2, 2)) == Decimal("4.65")
    assert prices.unit("85123A", 1, date(2011, 2, 3)) == Decimal("4.95")
    assert prices.unit("22139", 1, date(2011, 2, 3)) is None
    assert prices.reproduced(orders) == (20, 20)


def test_a_single_odd_price_changes_no_list():
    orders = [order(date(2011, 1, day), 1, "4.65") for day in range(3, 13)] + [
        order(date(2011, 1, 8), 1, "4.00")
    ]
    prices = derived(orders)
    assert len(prices.items["85123A"]) == 1
    assert prices.reproduced(orders) == (10, 11)


def test_the_slice_is_reproduced_as_the_documentation_says(distributor):
    exact, lines = distributor.prices_reproduced
    assert (exact, lines) == (89_390, 91_809)
    period = distributor.prices.period("85123A", DAY)
    assert period is not None
    assert period.breaks == (Break(0, Decimal("2.95")), Break(32, Decimal("2.55")))
    for periods in distributor.prices.items.values():
        for one in periods:
            prices = [step.price for step in one.breaks]
            assert prices == sorted(set(prices), reverse=True)
