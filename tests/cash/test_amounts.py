"""Numbers in one form, and sums shared out to the cent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.canon.decimals import arithmetic
from sayso.cash.amounts import in_proportion, normal, normal_or_none, part_of, places_of, split

CENTS = st.integers(-10_000_000, 10_000_000).map(lambda number: Decimal(number) / 100)
WEIGHTS = st.lists(CENTS, min_size=1, max_size=7)


@pytest.mark.parametrize(
    ("text", "form"), [("48.000", "48"), ("4.8E+1", "48"), ("-0.00", "0"), ("0.50", "0.5"), ("-7.10", "-7.1")]
)
def test_one_form(text: str, form: str) -> None:
    assert str(normal(Decimal(text))) == form


def test_a_number_that_is_not_known_stays_so() -> None:
    assert normal_or_none(None) is None
    assert str(normal_or_none(Decimal("1.0"))) == "1"


@pytest.mark.parametrize(
    ("amount", "weights", "shares"),
    [
        ("100.00", ["1", "1", "1"], ["33.34", "33.33", "33.33"]),
        ("0.05", ["1", "2", "1"], ["0.01", "0.03", "0.01"]),
        ("-100.00", ["1", "1", "1"], ["-33.34", "-33.33", "-33.33"]),
        ("10.00", ["0", "0"], ["5.00", "5.00"]),
        ("10.00", ["-5", "5"], ["0.00", "10.00"]),
        ("10.00", ["7"], ["10.00"]),
    ],
)
def test_shares(amount: str, weights: list[str], shares: list[str]) -> None:
    with arithmetic():
        assert split(Decimal(amount), [Decimal(one) for one in weights], 2) == [
            Decimal(one) for one in shares
        ]


@given(amount=CENTS, weights=WEIGHTS)
def test_shares_sum_to_the_amount_and_are_within_a_cent_of_their_part(
    amount: Decimal, weights: list[Decimal]
) -> None:
    with arithmetic():
        shares = split(amount, weights, 2)
        assert sum(shares) == amount
        held = [max(one, Decimal(0)) for one in weights]
        if sum(held) and len(weights) > 1:
            parts = [amount * one / sum(held) for one in held]
            assert all(abs(share - part) < Decimal("0.01") for share, part in zip(shares, parts, strict=True))


@given(weights=WEIGHTS.filter(lambda found: all(one > 0 for one in found)))
def test_a_sum_of_the_weights_is_shared_out_as_they_are(weights: list[Decimal]) -> None:
    with arithmetic():
        assert split(sum(weights, Decimal(0)), weights, 2) == weights


def test_parts() -> None:
    with arithmetic():
        assert part_of(Decimal("10.00"), Decimal(1), Decimal(3), 2) == Decimal("3.33")
        assert part_of(Decimal("10.00"), Decimal(3), Decimal(3), 2) == Decimal("10.00")
        assert part_of(Decimal("10.00"), Decimal(1), Decimal(0), 2) == 0
        assert in_proportion(Decimal(1), Decimal(10), Decimal(3)) == Decimal("3.333333")


def test_places() -> None:
    assert [places_of(currency) for currency in ("GBP", "JPY", "KWD", "")] == [2, 0, 3, 2]
