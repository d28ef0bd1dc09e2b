"""What payments are still applied to invoices, once the bank has taken some of them back.

A payment that was taken back wholly is applied to nothing. Of one that was taken back in part the last application falls
first: of several documents the one that happened last, of its lines the last; what was deducted, written off or discounted
with an application falls with it once nothing of its money is left. An application that was told after the bank took a
part back is told knowing that, and stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple, cast

import msgspec

from sayso.canon.decimals import ZERO
from sayso.canon.events_money import Application, PaymentApplied, PaymentReceived, PaymentReversed
from sayso.cash.chosen import Chosen, moment_and_number
from sayso.cash.shapes import Fact


class Applied(NamedTuple):
    """One line of what a payment was used for, as it stands; `payment` is blank where no cash was moved."""

    payment: str
    document: str
    line: Application


def standing(applied: list[Fact], reversals: list[Fact], received: list[Fact]) -> list[Applied]:
    """The applications that stand. Takes the facts that count (`chosen.choose`), in any order.

    The more of a payment's applications are among the facts, the more exactly is told which of them falls first;
    `received` tells which reversals take a payment back wholly (those without an amount always do).
    """
    if not reversals:
        return [
            Applied(told.payment, fact.document, line) for fact, told in _each(applied) for line in told.lines
        ]
    amounts = {fact.document: cast(PaymentReceived, fact.data).amount for fact in received}
    taken: dict[str, list[Fact]] = {}
    for fact in reversals:
        taken.setdefault(cast(PaymentReversed, fact.data).payment, []).append(fact)
    found: list[Applied] = []
    by_payment: dict[str, list[Fact]] = {}
    for fact, told in _each(applied):
        by_payment.setdefault(told.payment, []).append(fact)
    for payment, facts in by_payment.items():
        back = taken.get(payment, []) if payment else []
        if not _wholly(back, amounts.get(payment)):
            found.extend(_left(payment, facts, back))
    return found


def standing_of(chosen: Chosen) -> list[Applied]:
    """The same, of an order's facts."""
    applied = chosen.of("payment.applied")
    if not applied:
        return []
    return standing(applied, chosen.of("payment.reversed"), chosen.of("payment.received"))


def _each(applied: list[Fact]) -> Iterator[tuple[Fact, PaymentApplied]]:
    for fact in applied if len(applied) < 2 else sorted(applied, key=moment_and_number):
        yield fact, cast(PaymentApplied, fact.data)


def _wholly(reversals: list[Fact], received: Decimal | None) -> bool:
    amounts = [cast(PaymentReversed, fact.data).amount for fact in reversals]
    if any(amount is None for amount in amounts):
        return True
    told = sum((amount for amount in amounts if amount is not None), ZERO)
    return received is not None and told >= received > 0


def _left(payment: str, facts: list[Fact], reversals: list[Fact]) -> list[Applied]:
    """The applications of one payment, after its partial reversals in the order in which they happened."""
    lines = [
        (fact, place, line)
        for fact in sorted(facts, key=moment_and_number)
        for place, line in enumerate(cast(PaymentApplied, fact.data).lines)
    ]
    for reversal in sorted(reversals, key=moment_and_number):
        back = cast(PaymentReversed, reversal.data).amount or ZERO
        kept: list[tuple[Fact, int, Application]] = []
        for fact, place, line in reversed(lines):
            if back > 0 and fact.occurred <= reversal.occurred and line.amount > 0:
                taken = min(back, line.amount)
                back -= taken
                if taken == line.amount:
                    continue
                line = msgspec.structs.replace(line, amount=line.amount - taken)
            kept.append((fact, place, line))
        lines = kept[::-1]
    return [Applied(payment, fact.document, line) for fact, _, line in lines]
