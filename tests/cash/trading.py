"""An order that is shipped, corrected, returned and invoiced while a receivables system answers late.

The receivables system keeps its own books and does what it is asked, exactly; what is asked of it is what is under test.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import strategies as st

from cash.some import START, d, fact, line, placed
from sayso.canon.events_goods import GoodsLine, ReturnLine, ShipmentDispatched, ShipmentReturned
from sayso.canon.events_money import CreditMemoIssued, InvoiceIssued, MoneyLine
from sayso.canon.events_order import Substitute
from sayso.canon.events_shared import Charge, Told
from sayso.cash import fold as folding
from sayso.cash import triggering
from sayso.cash.policy import CashPolicy, Invoicing
from sayso.cash.shapes import Effect, Fact, State

ORDER = "WEB-1"
ZERO = Decimal(0)
NOW = START

Step = tuple[int, int, int]
"""What happens next, and two numbers that it reads as it likes."""

steps = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5), st.integers(0, 11)), min_size=2, max_size=14)
WAYS = [
    Invoicing(),
    Invoicing(charges="last"),
    Invoicing(when="order_complete"),
    Invoicing(when="order_complete", charges="last"),
    Invoicing(overshipped="ordered"),
    Invoicing(overshipped="shipped", charges="none"),
]
ways = st.sampled_from(WAYS)


def order(amount: str = "100.00") -> Fact:
    """Seven of A for an amount that cannot be divided by seven, with tax; three of C by their price."""
    swaps = (Substitute(item="B", factor=d(2)), Substitute(item="E", factor=d(1), unit_price=d("13.337")))
    lines = (
        line(1, "A", "7", "14.2857", amount=d(amount), tax=d("19.99"), substitutes=swaps),
        line(2, "C", "3", "0.333", tax=d("0.20")),
    )
    return placed(*lines, charges=(Charge("freight", d("5.00"), d("1.00")),))


class Trade:
    """The order's facts, what was asked for, and the receivables system with its books."""

    def __init__(self, how: Invoicing, first: Fact | None = None) -> None:
        self.policy = CashPolicy(invoicing=how)
        self.facts = [first or order()]
        self.effects: list[Effect] = []
        self.asked: set[str] = set()
        self.unanswered: list[Effect] = []
        self.answers = 0
        self.loads: dict[str, ShipmentDispatched] = {}
        self.backs: dict[str, ShipmentReturned] = {}

    @property
    def state(self) -> State:
        """The order as it stands."""
        return folding.fold(ORDER, self.facts)

    def hear(self, data: Told, hours: float) -> None:
        """Something is told, and what follows is asked for."""
        self.facts.append(fact(data, hours))
        self.look()

    def look(self) -> None:
        """What follows from what is known is asked for."""
        found = triggering.to_invoice(self.state, self.facts, self.policy, NOW, None, frozenset(self.asked))
        for effect in found.effects:
            assert effect.key not in {known.key for known in self.effects}, (
                f"{effect.key} was asked for before"
            )
            self.effects.append(effect)
            self.unanswered.append(effect)
            self.asked |= triggering.covers(effect)

    def answer(self, place: int) -> None:
        """The receivables system does one of the things it was asked."""
        if not self.unanswered:
            return
        effect = self.unanswered.pop(place % len(self.unanswered))
        self.answers += 1
        kind: Any = InvoiceIssued if effect.kind == "issue_invoice" else CreditMemoIssued
        known = {name: value for name, value in effect.body.items() if name in kind.__struct_fields__}
        number = f"{'I' if kind is InvoiceIssued else 'CM'}-{self.answers}"
        self.hear(msgspec.convert({**known, "document": number}, kind, strict=False), 100 + self.answers)

    def step(self, what: int, which: int, how: int) -> None:
        """One happening of a tape."""
        if what <= 2:
            self._ship(f"SH-{which}", how, corrected=False)
        elif what == 3:
            self._ship(f"SH-{which}", how, corrected=True)
        elif what == 4:
            self._return(which, how)
        elif what <= 7:
            self.answer(which)
        else:
            self.look()

    def end(self) -> None:
        """Everything that is asked for is answered."""
        self.look()
        while self.unanswered:
            self.answer(0)

    def _ship(self, number: str, how: int, corrected: bool) -> None:
        known = self.loads.get(number)
        if (known is not None) != corrected:
            return
        lines: list[GoodsLine] = []
        if how % 4 != 3:
            item = ("A", "A", "B", "E")[how % 4 + (how > 7)]
            lines.append(GoodsLine(line=1, item=item, quantity=d(1 + how % 3)))
        if how % 2:
            lines.append(GoodsLine(line=2, item="C", quantity=d(1)))
        revision = known.revision + 1 if known else 0
        self.loads[number] = ShipmentDispatched(
            document=number, revision=revision, lines=tuple(lines), site="LON"
        )
        self.hear(self.loads[number], 1 + int(number[-1]))

    def _return(self, which: int, how: int) -> None:
        """Something that left comes back: never more than did, of what is known to have left."""
        number = f"RET-{which}"
        left = {
            (load.document, one.line, one.item): one.quantity
            for load in self.loads.values()
            for one in load.lines
        }
        back = [(told.shipment, one.line, one.item) for told in self.backs.values() for one in told.lines]
        places = sorted(place for place in left if place not in back)
        if number in self.backs or not places:
            return
        shipment, of, item = places[how % len(places)]
        line_ = ReturnLine(line=of, item=item, quantity=d(1))
        self.backs[number] = ShipmentReturned(document=number, shipment=shipment, lines=(line_,))
        self.hear(self.backs[number], 50 + which)

    # What the receivables system's books say.

    def lines(self, kind: str) -> Iterator[MoneyLine]:
        """The lines of everything that was asked for of a kind."""
        for effect in self.effects:
            if effect.kind == kind:
                yield from msgspec.convert(effect.body["lines"], list[MoneyLine], strict=False)

    def billed(self, number: int) -> Decimal:
        """How many units of a line's item were invoiced, less what was credited."""
        return self._counts("issue_invoice", number) - self._counts("issue_credit", number)

    def _counts(self, kind: str, number: int) -> Decimal:
        told = (one for one in self.lines(kind) if one.line == number)
        return sum((one.quantity if one.stands_for is None else one.stands_for for one in told), ZERO)

    def charged(self) -> list[str]:
        """The codes of all charges that were asked for."""
        found: list[str] = []
        for effect in self.effects:
            charges: Any = effect.body["charges"]
            found += [charge["code"] for charge in charges]
        return found


def played(tape: Sequence[Step], how: Invoicing) -> Trade:
    """The trade that a tape tells, to its end."""
    trade = Trade(how)
    for step in tape:
        trade.step(*step)
    trade.end()
    return trade
