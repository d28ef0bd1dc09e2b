"""Numbers as judgement counts them and as answers spell them."""

from __future__ import annotations

import asyncio
import re
from decimal import ROUND_HALF_UP, Decimal, DivisionByZero, FloatOperation, InvalidOperation, getcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.canon.decimals import CONTEXT, arithmetic, money, plain, rounded

amounts = st.decimals(min_value=-(10**18), max_value=10**18, allow_nan=False, allow_infinity=False, places=6)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("48", "48"),
        ("48.000000", "48"),
        ("0.5", "0.5"),
        ("5E-1", "0.5"),
        ("122.40", "122.4"),
        ("1E+3", "1000"),
        ("100", "100"),
        ("0.0000001", "0.0000001"),
        ("-0", "0"),
        ("-0.00", "0"),
        ("0E+5", "0"),
        ("-7.10", "-7.1"),
    ],
)
def test_plain_is_the_shortest_text_without_an_exponent(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text
    assert plain(Decimal(number)) == text, "and the same when it is asked again"


@given(amounts)
def test_plain_keeps_the_value_and_is_one_text_for_one_value(number: Decimal) -> None:
    text = plain(number)
    assert Decimal(text) == number
    assert "E" not in text
    assert text == plain(number + Decimal("0.000000")) == plain(number.normalize(CONTEXT))
    assert re.fullmatch(r"0|-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?", text)
    assert text != "-0"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1E+5000", "1E-5000"])
def test_plain_refuses_what_is_no_quantity(number: str) -> None:
    with pytest.raises(ValueError, match=r"finite|digits"):
        plain(Decimal(number))


def test_plain_stays_right_when_more_numbers_come_than_it_remembers() -> None:
    assert all(plain(Decimal(number)) == str(number) for number in range(40_000))
    assert plain(Decimal("7.0")) == "7"


@pytest.mark.parametrize(
    ("number", "places", "result"),
    [
        ("2.345", 2, "2.35"),
        ("-2.345", 2, "-2.35"),
        ("2.344999", 2, "2.34"),
        ("2.5", 0, "3"),
        ("-2.5", 0, "-3"),
        ("122.4", 2, "122.40"),
        ("-0.001", 2, "0.00"),
        ("0", 2, "0.00"),
        ("1E+3", 2, "1000.00"),
        ("0.00000005", 8, "0.00000005"),
        ("0", 8, "0.00000000"),
        ("0.1234565", 6, "0.123457"),
    ],
)
def test_money_rounds_halves_away_from_zero(number: str, places: int, result: str) -> None:
    assert money(Decimal(number), places) == result
    assert str(rounded(Decimal(number), places).quantize(Decimal(result))) == str(Decimal(result))


@given(amounts, st.integers(0, 5))
def test_rounding_moves_an_amount_by_half_a_unit_at_most(number: Decimal, places: int) -> None:
    result = rounded(number, places)
    assert result.as_tuple().exponent == -places
    assert abs(result - number) * 2 <= Decimal(10) ** -places
    assert rounded(result, places) == result
    assert rounded(-number, places) == -result, "credit memos mirror invoices"
    assert Decimal(money(number, places)) == number.quantize(Decimal(10) ** -places, ROUND_HALF_UP)


def test_an_amount_beyond_all_reason_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(InvalidOperation):
        rounded(Decimal(10) ** 34, 2)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_is_not_finite_cannot_be_rounded(number: str) -> None:
    with pytest.raises(InvalidOperation):
        rounded(Decimal(number), 2)


def test_arithmetic_is_the_same_whatever_the_caller_had_set() -> None:
    outside = getcontext()
    before = outside.prec
    outside.prec = 3
    try:
        with arithmetic():
            third = Decimal(1) / Decimal(3)
        assert getcontext().prec == 3, "and what was there before is back"
    finally:
        outside.prec = before
    assert third == Decimal("0." + "3" * 34)


def test_arithmetic_lets_no_float_and_no_infinity_through() -> None:
    with arithmetic():
        with pytest.raises(FloatOperation):
            Decimal(0.1)  # noqa: RUF032
        with pytest.raises(FloatOperation):
            _ = Decimal(1) < 1.5
        with pytest.raises(DivisionByZero):
            _ = Decimal(1) / Decimal(0)


def test_arithmetic_never_changes_the_context_it_copies() -> None:
    with arithmetic() as inside:
        inside.prec = 5
    assert CONTEXT.prec == 34
    with arithmetic():
        assert getcontext().prec == 34


async def test_arithmetic_of_one_task_does_not_reach_another() -> None:
    """Tasks share their parent's context object: only a copy, as `arithmetic` makes it, keeps them apart."""
    seen: list[int] = []

    async def other() -> None:
        seen.append(getcontext().prec)

    before = getcontext().prec
    with arithmetic():
        inside = asyncio.create_task(other())
    outside = asyncio.create_task(other())
    await asyncio.gather(inside, outside)
    assert seen == [34, before], "a task made inside inherits; one made outside does not"
