"""Sums of money and quantity as a state holds them: rounded to the currency, shared out to the cent, one form each.

All is counted within `canon.decimals.arithmetic`, which whoever folds enters once.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from sayso.canon.codes import MINOR_UNITS
from sayso.canon.decimals import ZERO, plain

USUAL_PLACES = 2
"""Decimal places of a currency that is not known yet."""

_CENTS = tuple(Decimal(1).scaleb(-places) for places in range(7))
_MOST_KNOWN = 32_768


class _Forms(dict[Decimal, Decimal]):
    """Each number's shortest form, by the number: equal numbers are one key. A look-up costs less than a call."""

    def __missing__(self, number: Decimal) -> Decimal:
        shortest = Decimal(plain(number)) if number else ZERO
        if len(self) >= _MOST_KNOWN:
            self.clear()
        self[shortest] = shortest
        return shortest


FORMS = _Forms({ZERO: ZERO})
"""`FORMS[number]` is `normal(number)`, for where many numbers are written at once."""


def normal(number: Decimal) -> Decimal:
    """The same number in its shortest form without an exponent, so that 48.000 and 48 are written alike."""
    return FORMS[number]


def normal_or_none(number: Decimal | None) -> Decimal | None:
    """The same of a number that may not be known."""
    return None if number is None else FORMS[number]


def places_of(currency: str) -> int:
    """The decimal places that money of a currency is counted in."""
    return MINOR_UNITS.get(currency, USUAL_PLACES)


def to_cents(amount: Decimal, places: int) -> Decimal:
    """The amount rounded commercially to the smallest unit of its currency."""
    return amount.quantize(_CENTS[places], ROUND_HALF_UP)


def part_of(amount: Decimal, some: Decimal, whole: Decimal, places: int) -> Decimal:
    """What of an amount for `whole` belongs to `some` of it, rounded; all of it for all, nothing where whole is nothing."""
    if some == whole:
        return amount
    return to_cents(amount * some / whole, places) if whole else ZERO


def in_proportion(some: Decimal, worth: Decimal, of: Decimal) -> Decimal:
    """What `some` are worth where `of` are worth so many units, to a millionth of a unit: sums of such stay exact."""
    if some == of:
        return worth
    return (some * worth / of).quantize(_CENTS[6], ROUND_HALF_UP)


def split(amount: Decimal, weights: Sequence[Decimal], places: int) -> list[Decimal]:
    """An amount shared out by weights to the smallest unit, such that the shares sum to it exactly.

    By largest remainder; of equal remainders the earlier weight's counts more. Weights below nothing count as nothing;
    where all are nothing, the shares are equal. What is finer than the smallest unit goes with the first share.
    """
    if len(weights) == 1:
        return [amount]
    if amount < 0:
        return [-share for share in split(-amount, weights, places)]
    held = [weight if weight > 0 else ZERO for weight in weights]
    whole = sum(held, ZERO)
    if not whole:
        held = [Decimal(1)] * len(held)
        whole = Decimal(len(held))
    cent = _CENTS[places]
    exact = [amount * weight / whole for weight in held]
    shares = [share.quantize(cent, ROUND_FLOOR) for share in exact]
    left = amount - sum(shares, ZERO)
    nearest = sorted(range(len(shares)), key=lambda place: (shares[place] - exact[place], place))
    for place in nearest[: int(left / cent)]:
        shares[place] += cent
    shares[0] += left % cent
    return shares
