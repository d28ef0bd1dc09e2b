"""Sets of facts such as back offices tell: revisions, two contents of one, parts, substitutes.

A world is read from a tape of small numbers, a happening each, so that hypothesis can draw and shrink it and a plain random
generator can write one as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from random import Random

from hypothesis import strategies as st

from cash.some import (
    Application,
    Charge,
    CreditMemoIssued,
    DisputeClosed,
    DisputeOpened,
    Fact,
    GoodsLine,
    InvoiceDelivered,
    InvoiceIssued,
    LineAllocated,
    LineQuantity,
    MoneyLine,
    OrderAccepted,
    OrderCancelled,
    OrderChanged,
    OrderHeld,
    OrderLine,
    OrderPlaced,
    OrderRejected,
    OrderReleased,
    PaymentApplied,
    PaymentReceived,
    PaymentReversed,
    PickConfirmed,
    PickLine,
    ReturnLine,
    ShipmentDelivered,
    ShipmentDispatched,
    ShipmentReturned,
    Substitute,
    Told,
    fact,
)  # fmt: skip

ORDERS = ("WEB-1", "WEB-2")
QUANTITIES = [Decimal(text) for text in ("1", "2", "2.5", "3", "4", "5", "10", "12", "0")]
AMOUNTS = [Decimal(text) for text in ("10.00", "0.01", "33.33", "20.40", "7.5", "100", "3.14")]
ITEMS = {1: ("A", "B", "X"), 2: ("C", "C", "X"), 3: ("D", "E", "X"), 4: ("Q", "Q", "X")}
"""Of each line the ordered item, a substitute that the order knows (line 2 has none), and one that it does not know."""

Happening = tuple[int, int, int, int, int]
"""What happens (see `_TOLD`), to which document of its family, and three numbers that the happening reads as it likes."""


def _ordered(number: int, how: int) -> OrderLine:
    quantity = QUANTITIES[how % 8]
    factor = Decimal(("2", "0.5", "1")[how % 3])
    swap = Substitute(item=ITEMS[number][1], factor=factor, unit_price=Decimal("1.99") if how % 2 else None)
    whole = {"amount": AMOUNTS[how % 7]} if how % 4 == 1 else {}
    return OrderLine(
        line=number, item=ITEMS[number][0], quantity=quantity, unit_price=None if how % 4 == 2 else Decimal("2.55"),
        tax=AMOUNTS[how % 5], ship_on=date(2011, 2, 1 + how % 4), substitutes=() if number == 2 else (swap,), **whole,
    )  # fmt: skip


def _item(number: int, how: int) -> str:
    return ITEMS[number][(0, 0, 1, 0, 2, 1)[how % 6]]


def _numbers(how: int) -> list[int]:
    """Which lines a document names: one, or several, now and then one that the order does not have."""
    return ([1], [2], [1, 2], [1, 2, 3], [3], [2, 3], [4], [1, 1, 2])[how % 8]


def _stands_for(how: int) -> Decimal | None:
    return QUANTITIES[how % 7] if how % 5 == 3 else None


def _placed(document: int, revision: int, b: int, c: int) -> Told:
    charges = (Charge("freight", Decimal("9.99"), Decimal("2.00")),) if c % 3 == 0 else ()
    lines = tuple(_ordered(number, b + number) for number in (1, 2, 3)[: 1 + c % 3])
    return OrderPlaced(
        document=ORDERS[0], revision=0, customer="13047", currency="GBP", lines=lines, charges=charges
    )


def _accepted(document: int, revision: int, b: int, c: int) -> Told:
    lines = tuple(_ordered(number, b + number) for number in (1, 2, 3)[: 1 + c % 3])
    return OrderAccepted(document=f"SO-{document % 4 // 3}", revision=revision, lines=lines, currency="GBP")


def _changed(document: int, revision: int, b: int, c: int) -> Told:
    lines = tuple(_ordered(number, c + number) for number in sorted(set(_numbers(b))))
    return OrderChanged(document=ORDERS[0], revision=revision, lines=lines)


def _rejected(document: int, revision: int, b: int, c: int) -> Told:
    lines = () if c % 2 else tuple(sorted(set(_numbers(b))))
    return OrderRejected(document=f"RJ-{document}", revision=revision, reason="no", lines=lines)


def _cancelled(document: int, revision: int, b: int, c: int) -> Told:
    lines = tuple(LineQuantity(line=number, quantity=QUANTITIES[c % 9]) for number in _numbers(b))
    return OrderCancelled(document=f"CX-{document}", revision=revision, lines=() if c % 5 == 4 else lines)


def _held(document: int, revision: int, b: int, c: int) -> Told:
    return OrderHeld(document=f"H-{document}", revision=revision, kind="credit")


def _released(document: int, revision: int, b: int, c: int) -> Told:
    return OrderReleased(document=f"H-{document}", revision=revision)


def _allocated(document: int, revision: int, b: int, c: int) -> Told:
    lines = tuple(LineQuantity(line=number, quantity=QUANTITIES[c % 9]) for number in _numbers(b))
    return LineAllocated(document=f"AL-{document}", revision=revision, lines=lines)


def _picked(document: int, revision: int, b: int, c: int) -> Told:
    lines = tuple(
        PickLine(line=number, item=_item(number, b), quantity=QUANTITIES[c % 9], short=QUANTITIES[-1 - c % 4])
        for number in _numbers(b)
    )
    return PickConfirmed(
        document=f"P-{document}", revision=revision, lines=lines, unmentioned="none" if c % 3 else ""
    )


def _shipped(document: int, revision: int, b: int, c: int) -> Told:
    lines = tuple(
        GoodsLine(
            line=number,
            item=_item(number, c + place),
            quantity=QUANTITIES[c % 9],
            stands_for=_stands_for(b + c),
        )
        for place, number in enumerate(_numbers(b))
    )
    series, part, of = (("", 1, 1), ("", 1, 1), ("WO", document + 1, 3), ("", 1 + c % 2, 2))[c % 4]
    return ShipmentDispatched(
        document=f"S-{document}", revision=revision, lines=lines, series=series, part=part, of=of
    )


def _delivered(document: int, revision: int, b: int, c: int) -> Told:
    lines = (
        tuple(LineQuantity(line=number, quantity=QUANTITIES[c % 9]) for number in _numbers(b))
        if c % 2
        else ()
    )
    return ShipmentDelivered(
        document=f"POD-{document}", revision=revision, shipment=f"S-{b % 4}", lines=lines
    )


def _returned(document: int, revision: int, b: int, c: int) -> Told:
    lines = tuple(
        ReturnLine(line=number, item=_item(number, c), quantity=QUANTITIES[c % 9], stands_for=_stands_for(c))
        for number in _numbers(b)
    )
    named = f"S-{b % 4}" if c % 3 else ""
    return ShipmentReturned(document=f"R-{document}", revision=revision, shipment=named, lines=lines)


def _money(b: int, c: int, two: bool) -> tuple[MoneyLine, ...]:
    return tuple(
        MoneyLine(
            line=number, item=_item(number, c), quantity=QUANTITIES[c % 9], amount=AMOUNTS[(b + place) % 7],
            tax=AMOUNTS[c % 3], order=ORDERS[place % 2] if two else "", shipment=f"S-{c % 4}" if b % 3 else "",
            stands_for=_stands_for(b),
        )
        for place, number in enumerate(_numbers(b))
    )  # fmt: skip


def _invoiced(document: int, revision: int, b: int, c: int) -> Told:
    charges = (Charge("freight", Decimal("10.00"), Decimal("0.07")),) if c % 4 == 0 else ()
    return InvoiceIssued(
        document=f"I-{document}", revision=revision, customer="13047", currency="GBP", lines=_money(b, c, c % 3 == 1),
        issued=date(2011, 2, 1 + b % 20), charges=charges, total=AMOUNTS[b % 7] if c % 7 == 6 else None,
    )  # fmt: skip


def _acknowledged(document: int, revision: int, b: int, c: int) -> Told:
    return InvoiceDelivered(document=f"AK-{document}", revision=revision, invoice=f"I-{b % 4}")


def _credited(document: int, revision: int, b: int, c: int) -> Told:
    alone = c % 3 == 0
    return CreditMemoIssued(
        document=f"CM-{document}", revision=revision, customer="13047", currency="GBP", issued=date(2011, 2, 20),
        invoice=f"I-{b % 4}" if c % 5 else "", lines=() if alone else _money(b, c, c % 3 == 1),
        total=AMOUNTS[c % 7] if alone else None,
    )  # fmt: skip


def _received(document: int, revision: int, b: int, c: int) -> Told:
    return PaymentReceived(
        document=f"BK-{document}",
        revision=revision,
        amount=AMOUNTS[c % 7],
        currency="GBP",
        received=date(2011, 2, 21),
    )


def _applied(document: int, revision: int, b: int, c: int) -> Told:
    zero = Decimal(0)
    lines = tuple(
        Application(
            invoice=f"I-{place % 4}", amount=AMOUNTS[(c + place) % 7], deduction=AMOUNTS[c % 2] if c % 3 == 0 else zero,
            write_off=Decimal("0.02") if c % 4 == 1 else zero, discount=Decimal("1.50") if c % 5 == 2 else zero,
        )
        for place in range(b % 4, b % 4 + 1 + c % 2)
    )  # fmt: skip
    return PaymentApplied(
        document=f"AP-{document}", revision=revision, customer="13047", currency="GBP", lines=lines if c % 6 else (),
        payment=f"BK-{document}" if b % 5 else "",
    )  # fmt: skip


def _reversed(document: int, revision: int, b: int, c: int) -> Told:
    return PaymentReversed(
        document=f"RV-{document}",
        revision=revision,
        payment=f"BK-{b % 4}",
        amount=AMOUNTS[c % 7] if c % 2 else None,
    )


def _disputed(document: int, revision: int, b: int, c: int) -> Told:
    return DisputeOpened(
        document=f"D-{document}",
        revision=revision,
        invoice=f"I-{b % 4}",
        amount=AMOUNTS[c % 7],
        currency="GBP",
    )


def _settled(document: int, revision: int, b: int, c: int) -> Told:
    return DisputeClosed(document=f"D-{document}", revision=revision, outcome="withdrawn")


_TOLD: Sequence[Callable[[int, int, int, int], Told]] = (
    _accepted, _changed, _rejected, _cancelled, _held, _released, _allocated, _picked, _shipped, _shipped, _shipped,
    _delivered, _returned, _invoiced, _invoiced, _acknowledged, _credited, _received, _applied, _applied, _reversed,
    _disputed, _settled, _placed,
)  # fmt: skip
_SPOKEN = (13, 14, 16)
"""Happenings that may name another order, or none, as their subject."""


def world(tape: Sequence[Happening], unplaced: bool = False) -> list[Fact]:
    """The facts of a tape: the order (unless it has not come), then what happened, each some hours after the one before."""
    found = [] if unplaced else [fact(_placed(0, 0, 2, 2), 0, "shop")]
    for hours, (what, document, revision, b, c) in enumerate(tape, start=1):
        what %= len(_TOLD)
        subject = ORDERS[b % 2] if what in _SPOKEN and c % 4 == 2 else ORDERS[0]
        data = _TOLD[what](document % 4, revision % 3, b, c)
        found.append(fact(data, hours, ("erp", "wms")[c % 7 == 5], subject))
    return found


class _Story:
    """An order as it usually goes; each step may be left out or be partial, as the numbers say."""

    def __init__(self, choices: Sequence[int]) -> None:
        self._choices = choices
        self._place = 0
        self.told: list[Told] = []

    def chance(self, of: int) -> int:
        """The next number, below `of`."""
        self._place += 1
        return self._choices[self._place % len(self._choices)] % of

    def sent(self, number: int, lines: tuple[OrderLine, ...]) -> tuple[GoodsLine, ...]:
        """Picked, shipped and delivered, now and then one less of each line."""
        less = Decimal(self.chance(4) == 3)
        rows = tuple(
            GoodsLine(line=one.line, item=one.item, quantity=max(one.quantity - less, Decimal(0)))
            for one in lines
        )
        picks = tuple(
            PickLine(line=one.line, item=one.item, quantity=one.quantity, short=less) for one in rows
        )
        self.told += [PickConfirmed(document=f"P-{number}", lines=picks)]
        self.told += [ShipmentDispatched(document=f"S-{number}", lines=rows)]
        if self.chance(3):
            self.told += [ShipmentDelivered(document=f"POD-{number}", shipment=f"S-{number}")]
        return rows

    def billed(self, number: int, rows: tuple[GoodsLine, ...]) -> tuple[MoneyLine, ...]:
        """Invoiced, paid (now and then short by one), and that taken back."""
        bill = tuple(
            MoneyLine(
                line=one.line, item=one.item, quantity=one.quantity, amount=one.quantity * 2, tax=Decimal("0.40"),
                shipment=f"S-{number}",
            )
            for one in rows
        )  # fmt: skip
        short = Decimal(self.chance(5) == 4)
        amount = sum((one.amount + one.tax for one in bill), -short)
        paid = (Application(invoice=f"I-{number}", amount=amount, deduction=short),)
        common = {"customer": "13047", "currency": "GBP"}
        if self.chance(5):
            self.told += [
                InvoiceIssued(document=f"I-{number}", lines=bill, issued=date(2011, 2, 4), **common)
            ]
        if self.chance(4):
            self.told += [
                PaymentApplied(document=f"AP-{number}", payment=f"BK-{number}", lines=paid, **common)
            ]
        if self.chance(6) == 5:
            self.told += [PaymentReversed(document=f"RV-{number}", payment=f"BK-{number}")]
        return bill

    def back(self, number: int, rows: tuple[GoodsLine, ...], bill: tuple[MoneyLine, ...]) -> None:
        """Now and then returned, and credited."""
        if self.chance(5) == 4:
            lines = tuple(ReturnLine(line=one.line, item=one.item, quantity=one.quantity) for one in rows)
            self.told += [ShipmentReturned(document=f"R-{number}", shipment=f"S-{number}", lines=lines)]
            if self.chance(2):
                memo = CreditMemoIssued(
                    document=f"CM-{number}", invoice=f"I-{number}", customer="13047", currency="GBP", lines=bill,
                    issued=date(2011, 2, 9),
                )  # fmt: skip
                self.told += [memo]


def story(choices: Sequence[int]) -> list[Fact]:
    """An order as it usually goes, in one load or two, cash and all."""
    one = _Story(choices or (0,))
    order = _placed(0, 0, 3 * one.chance(4), one.chance(3))
    assert isinstance(order, OrderPlaced)
    one.told = [order, OrderAccepted(document="SO-0", lines=order.lines, currency="GBP")]
    loads = [order.lines[:1], order.lines[1:]] if one.chance(2) and len(order.lines) > 1 else [order.lines]
    for number, lines in enumerate(loads):
        rows = one.sent(number, lines)
        one.back(number, rows, one.billed(number, rows))
    if one.chance(4) == 3:
        one.told += [OrderCancelled(document="CX-9")]
    return [fact(data, 10 * hours, "shop" if data is order else "wms") for hours, data in enumerate(one.told)]


_small = st.integers(0, 23)
HAPPENINGS = st.tuples(_small, st.integers(0, 3), st.integers(0, 2), _small, _small)
_TAPED = st.builds(world, st.lists(HAPPENINGS, max_size=14), st.integers(0, 9).map(lambda one: one == 0))
_USUAL = st.builds(
    lambda choices, more: [*story(choices), *world(more, unplaced=True)],
    st.lists(st.integers(0, 59), min_size=1, max_size=16),
    st.lists(HAPPENINGS, max_size=3),
)
WORLDS = _TAPED | _USUAL
"""Sets of facts of WEB-1, some of which tell of WEB-2 as well."""


def written(seed: int, happenings: int = 12) -> list[Fact]:
    """A world by a plain random generator: the same for a seed in every run."""
    chance = Random(seed)

    def tape(most: int) -> list[Happening]:
        return [
            (
                chance.randrange(24),
                chance.randrange(4),
                chance.randrange(3),
                chance.randrange(24),
                chance.randrange(24),
            )
            for _ in range(chance.randrange(most + 1))
        ]

    if seed % 2:
        return world(tape(happenings), unplaced=seed % 10 == 9)
    return [*story([chance.randrange(60) for _ in range(16)]), *world(tape(3), unplaced=True)]
