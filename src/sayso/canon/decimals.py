"""Decimal numbers: the one context that judgement counts in, commercial rounding, and the texts of answers.

Knows numbers only; which currency has how many places, and what a unit is worth, is said by the caller.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from decimal import (
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    FloatOperation,
    InvalidOperation,
    Overflow,
    localcontext,
)
from functools import cache

ZERO = Decimal(0)

CONTEXT = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    capitals=1,
    clamp=0,
    traps=[InvalidOperation, DivisionByZero, Overflow, FloatOperation],
)
"""The arithmetic of every judgement: IEEE 754-2008 decimal128, 34 significant digits.

A quantity has at most 18 digits and a price at most 16, so a product is exact; a quotient is cut at the 34th
digit, long before the first rounding to money. What would be NaN or infinite is an error instead, and so is a
float that strays in. Never changed: it is entered by `arithmetic`, which copies it.
"""

_MOST_DIGITS = 64
_MOST_TEXTS = 16_384
_texts: dict[Decimal, str] = {}


def arithmetic() -> AbstractContextManager[Context]:
    """`with arithmetic(): ...` counts in a fresh copy of CONTEXT, and restores what was there before.

    The current context is a context variable. A new asyncio task starts with its parent's, the same object
    and not a copy, and a new thread with the interpreter's default of 28 digits; so a decision that leaned on
    "the current one" would depend on who called it. Entering costs about half a microsecond: once per
    decision, not once per sum. No `await` belongs inside.
    """
    return localcontext(CONTEXT)


def plain(number: Decimal) -> str:
    """The shortest text of the same value without an exponent: 48.000 gives "48", 5E-1 "0.5", -0 "0".

    Raises ValueError for what is not finite or has more than 64 digits before or after the point.
    """
    # Equal decimals have equal texts, so one entry serves 48, 48.0 and 48.000000; a look-up costs a third of
    # the plainest conversion, and the same few hundred quantities come again and again.
    text = _texts.get(number)
    return _remembered(number) if text is None else text


def rounded(number: Decimal, places: int) -> Decimal:
    """`number` with exactly `places` decimals, halves away from zero: 2.345 gives 2.35, -2.345 gives -2.35.

    Commercial rounding, as invoices have it (EN 16931-1, "round half up" on the absolute value); never -0.
    Raises decimal.InvalidOperation when the result would need more than 34 digits, and for NaN and infinity.
    """
    if not number.is_finite():
        raise InvalidOperation(f"{number} cannot be rounded")
    unit = _unit(places)
    if number.same_quantum(unit) and number:  # as most amounts are that were rounded before
        return number
    result = number.quantize(unit, ROUND_HALF_UP, CONTEXT)
    return result if result else result.copy_abs()


def money(number: Decimal, places: int) -> str:
    """The text of an amount with exactly `places` decimals, rounded commercially: 122.4 gives "122.40"."""
    amount = rounded(number, places)
    text = str(amount)
    return format(amount, "f") if "E" in text else text


@cache
def _unit(places: int) -> Decimal:
    return Decimal(1).scaleb(-places, CONTEXT)


def _remembered(number: Decimal) -> str:
    if not number.is_finite():
        raise ValueError(f"{number} is not a finite number and has no plain text")
    text = _spelled(number)
    if len(_texts) >= _MOST_TEXTS:
        _texts.clear()
    _texts[number] = text
    return text


def _spelled(number: Decimal) -> str:
    if not number:
        return "0"
    text = str(number)
    if "E" in text:
        if abs(number.adjusted()) > _MOST_DIGITS:
            raise ValueError(f"{number} has more than {_MOST_DIGITS} digits")
        text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
