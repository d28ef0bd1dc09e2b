"""Whether what the ERP stored is what was ordered: quantity, item, price, day, total, line by line.

Knows the order's terms and the acceptance; what follows from a difference is for others.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import cast

from msgspec.structs import replace

from sayso.canon.decimals import ZERO, plain
from sayso.canon.events_order import OrderAccepted, OrderLine, OrderPlaced
from sayso.canon.events_shared import Charge
from sayso.cash.amounts import normal, to_cents
from sayso.cash.lines import Terms, terms_of
from sayso.cash.shapes import Difference, Fact, Tolerance


def the_acceptance(told: list[Fact]) -> Fact | None:
    """The acceptance that counts: of several documents that of the highest revision, told last."""
    if not told:
        return None
    return max(told, key=lambda fact: (fact.revision, fact.occurred, fact.document))


def differences(
    placed: OrderPlaced, changes: list[Fact], now: Terms, told: list[Fact], tolerance: Tolerance, places: int
) -> tuple[Difference, ...]:
    """What the acceptance that counts does not have as it was ordered.

    The ERP is held to the order as it was when it accepted, and is right as well where it agrees with the order as it is
    now. A change that came after is for the next acceptance.
    """
    fact = the_acceptance(told)
    if fact is None:
        return ()
    accepted = cast(OrderAccepted, fact.data)
    charges = charges_of(placed, changes)
    found = _compared(now, charges, placed.currency, accepted, tolerance, places)
    if found and changes:
        then = terms_of(placed, changes, fact.occurred)
        found = min(found, _compared(then, charges, placed.currency, accepted, tolerance, places), key=len)
    if len(told) > 1:
        numbers = ", ".join(sorted(one.document for one in told))
        worth = _total(now.values(), charges, places)
        found.append(
            Difference(
                what="twice", line=0, expected="one order", found=numbers, amount=normal(worth or ZERO)
            )
        )
    return tuple(found)


def charges_of(placed: OrderPlaced, changes: list[Fact]) -> tuple[Charge, ...]:
    """The order's charges, as the last change that names any has them."""
    for change in reversed(changes):
        charges = getattr(change.data, "charges", None)
        if charges is not None:
            return cast("tuple[Charge, ...]", charges)
    return placed.charges


def agreed(
    difference: Difference, ours: Terms, charges: tuple[Charge, ...], accepted: OrderAccepted, places: int
) -> tuple[tuple[OrderLine, ...], tuple[Charge, ...] | None]:
    """What changes of the order's lines and charges (None: nothing) where a person agrees to a difference.

    Only what differs is taken over, so that another difference of the same line stays one. A line that the ERP does not
    have is wanted no more; a total that differs by itself is a charge from now on. Nothing at all where this cannot be
    agreed to: the currency, or that the order was taken over twice.
    """
    mine = ours.get(difference.line)
    theirs = next((one for one in accepted.lines if one.line == difference.line), None)
    if difference.what == "total" and accepted.total is not None:
        if accepted.charges:
            return (), accepted.charges
        more = accepted.total - (_total(ours.values(), charges, places) or ZERO)
        return (), (*charges, Charge(code="agreed", amount=more))
    if difference.what == "line_missing" and mine is not None:
        return (_of(mine, ZERO, mine.unit_price, places),), None
    if theirs is None or difference.what in ("currency", "total", "twice"):
        return (), None
    if mine is None or difference.what == "item":
        return (_whole(theirs, mine),), None
    if difference.what == "ship_on":
        return (_on(mine, theirs.ship_on),), None
    quantity = theirs.quantity if difference.what == "quantity" else mine.quantity
    price = mine.unit_price if difference.what == "quantity" else theirs.unit_price
    if (quantity, price) == (theirs.quantity, theirs.unit_price):
        return (
            replace(mine, quantity=quantity, unit_price=price, amount=theirs.amount, tax=theirs.tax),
        ), None
    return (_of(mine, quantity, price if price is not None else _price(mine), places),), None


def _of(line: OrderLine, quantity: Decimal, price: Decimal | None, places: int) -> OrderLine:
    """The line with another quantity or price; its tax in proportion."""
    before, amount = _worth(line, places), None if price is None else to_cents(price * quantity, places)
    tax = to_cents(line.tax * amount / before, places) if before and amount is not None else ZERO
    return replace(line, quantity=quantity, unit_price=price, amount=amount, tax=tax, original=None)


def _whole(theirs: OrderLine, mine: OrderLine | None) -> OrderLine:
    """The line as the ERP has it; where it says no day and no site, those of ours."""
    if mine is None:
        return theirs
    return replace(
        theirs, ship_on=theirs.ship_on or mine.ship_on, deliver_by=theirs.deliver_by or mine.deliver_by,
        site=theirs.site or mine.site, substitutes=theirs.substitutes or mine.substitutes,
    )  # fmt: skip


def _on(line: OrderLine, day: date | None) -> OrderLine:
    """The line on another day; it arrives as much later as it leaves."""
    arrives = line.deliver_by
    if arrives is not None and line.ship_on is not None and day is not None:
        arrives += day - line.ship_on
    return replace(line, ship_on=day, deliver_by=arrives)


def _compared(
    terms: Terms,
    charges: tuple[Charge, ...],
    currency: str,
    accepted: OrderAccepted,
    tolerance: Tolerance,
    places: int,
) -> list[Difference]:
    found: list[Difference] = []
    if accepted.currency and accepted.currency != currency:
        worth = _total(terms.values(), charges, places)
        found.append(_told("currency", 0, currency, accepted.currency, worth or ZERO))
    heard = {line.line: line for line in accepted.lines}
    for number in sorted(terms.keys() | heard.keys()):
        ours, theirs = terms.get(number), heard.get(number)
        if ours is None and theirs is not None:
            found.append(
                _told("line_added", number, "", plain(theirs.quantity), _worth(theirs, places) or ZERO)
            )
        elif theirs is None and ours is not None:
            if ours.quantity:
                found.append(
                    _told("line_missing", number, plain(ours.quantity), "", _worth(ours, places) or ZERO)
                )
        elif ours is not None and theirs is not None:
            found.extend(_line(ours, theirs, tolerance, places))
    _compare_total(found, _total(terms.values(), charges, places), accepted.total, tolerance)
    return found


def _line(ours: OrderLine, theirs: OrderLine, tolerance: Tolerance, places: int) -> list[Difference]:
    if (
        ours.item == theirs.item
        and ours.quantity == theirs.quantity
        and ours.unit_price == theirs.unit_price
        and ours.amount == theirs.amount
        and ours.ship_on == theirs.ship_on
    ):
        return []
    found: list[Difference] = []
    number, worth, price = ours.line, _worth(ours, places) or ZERO, _price(ours)
    if ours.item != theirs.item:
        found.append(_told("item", number, ours.item, theirs.item, worth))
    gap = abs(ours.quantity - theirs.quantity)
    if gap > tolerance.quantity:
        at_stake = to_cents(gap * price, places) if price is not None else ZERO
        found.append(_told("quantity", number, plain(ours.quantity), plain(theirs.quantity), at_stake))
    found.extend(_price_apart(ours, theirs, tolerance, places))
    if ours.ship_on and theirs.ship_on and abs((ours.ship_on - theirs.ship_on).days) > tolerance.days:
        found.append(_told("ship_on", number, ours.ship_on.isoformat(), theirs.ship_on.isoformat(), worth))
    return found


def _price_apart(ours: OrderLine, theirs: OrderLine, tolerance: Tolerance, places: int) -> list[Difference]:
    """Unit prices where both are told, else the lines' amounts where the quantities agree."""
    if ours.unit_price is not None and theirs.unit_price is not None:
        apart = abs(ours.unit_price - theirs.unit_price)
        # Systems round unit prices to places of their own: what comes to less than half the smallest coin is none.
        if apart > tolerance.price and 2 * apart * theirs.quantity > Decimal(1).scaleb(-places):
            at_stake = to_cents(apart * theirs.quantity, places)
            return [_told("price", ours.line, plain(ours.unit_price), plain(theirs.unit_price), at_stake)]
    if ours.quantity == theirs.quantity:
        mine, other = _worth(ours, places), _worth(theirs, places)
        if mine is None or other is None:
            return []
        apart = abs(mine - other)
        if apart > max(tolerance.total, tolerance.price * ours.quantity):
            return [_told("amount", ours.line, plain(mine), plain(other), apart)]
    return []


def _compare_total(
    found: list[Difference], ours: Decimal | None, theirs: Decimal | None, tolerance: Tolerance
) -> None:
    if ours is not None and theirs is not None and abs(ours - theirs) > tolerance.total:
        found.append(_told("total", 0, plain(ours), plain(theirs), abs(ours - theirs)))


def _told(what: str, line: int, expected: str, found: str, amount: Decimal) -> Difference:
    return Difference(what=what, line=line, expected=expected, found=found, amount=normal(amount))


def _price(line: OrderLine) -> Decimal | None:
    if line.unit_price is None and line.amount is not None and line.quantity:
        return line.amount / line.quantity
    return line.unit_price


def _worth(line: OrderLine, places: int) -> Decimal | None:
    if line.amount is None and line.unit_price is not None:
        return to_cents(line.unit_price * line.quantity, places)
    return line.amount


def _total(lines: Iterable[OrderLine], charges: tuple[Charge, ...], places: int) -> Decimal | None:
    """With tax and charges; None where a line has no price."""
    whole = ZERO
    for line in lines:
        worth = _worth(line, places)
        if worth is None:
            return None
        whole += worth + line.tax
    return sum((charge.amount + charge.tax for charge in charges), whole)
