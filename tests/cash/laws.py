"""What holds of every state, whatever was told: each law says in words what breaks it, and nothing where it holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from cash import naive
from sayso.canon.decimals import plain
from sayso.cash import fold as folding
from sayso.cash.exposure import worth
from sayso.cash.shapes import Fact, State
from sayso.cash.transitions import STAGES, allowed

ORDER = "WEB-1"
ZERO = Decimal(0)


def the_same_bytes(told: Sequence[Fact], otherwise: Sequence[Fact]) -> Iterator[str]:
    """The same facts in another order, some of them more than once, give the same bytes."""
    one = folding.state_bytes(folding.fold(ORDER, told))
    other = folding.state_bytes(folding.fold(ORDER, otherwise))
    if one != other:
        yield f"{one.decode()} and {other.decode()}"


def bytes_are_the_value(state: State) -> Iterator[str]:
    """The state is read back from its bytes, and every number in it is in its shortest form."""
    data = folding.state_bytes(state)
    if folding.read_state(data) != state or folding.state_bytes(folding.read_state(data)) != data:
        yield "another state is read from the bytes"
    for number in _numbers(msgspec.to_builtins(state, builtin_types=(Decimal,))):
        if str(number) != plain(number):
            yield f"{number} is not in its shortest form"


def goods_add_up(state: State) -> Iterator[str]:
    """Nothing of a line is lost or made, and nothing is below nothing."""
    for line in state.lines:
        if line.ordered + line.shipped_over != line.cancelled + line.shipped + line.open:
            yield f"line {line.line}: ordered, and where it is"
        if line.cancelled > line.ordered or line.shipped_over > line.shipped:
            yield f"line {line.line}: more cancelled than ordered, or over than shipped"
        billed = line.invoiced + line.to_invoice + line.returned_before_invoice - line.invoiced_over
        if line.shipped != billed:
            yield f"line {line.line}: shipped, and what became of it"
        figures = msgspec.to_builtins(line, builtin_types=(Decimal,))
        for name, value in figures.items():
            if isinstance(value, Decimal) and value < 0 and not name.endswith("amount"):
                yield f"line {line.line}: {name} is {value}"
        if line.delivered > line.shipped or (line.open and line.shipped_over):
            yield f"line {line.line}: more delivered than left, or open and over at once"
        by_shipment = sum(
            (one.counts for ship in state.shipments for one in ship.lines if one.line == line.line), ZERO
        )
        if by_shipment != line.shipped:
            yield f"line {line.line}: shipments have {by_shipment}, the line {line.shipped}"


def never_beyond_shipped(state: State) -> Iterator[str]:
    """What is to be invoiced and what was invoiced of it are never more than left, of no shipment and of no line."""
    for line in state.lines:
        if not ZERO <= line.to_invoice <= line.shipped:
            yield f"line {line.line}: {line.to_invoice} to invoice of {line.shipped}"
        if line.invoiced + line.to_invoice > max(line.shipped, line.invoiced):
            yield f"line {line.line}: would be invoiced beyond what left"
    for shipment in state.shipments:
        for one in shipment.lines:
            if not ZERO <= one.invoiced <= one.counts or not ZERO <= one.returned <= one.counts:
                yield f"{shipment.shipment}: {one.invoiced} invoiced, {one.returned} returned of {one.counts}"


def money_adds_up(state: State) -> Iterator[str]:
    """An invoice's total is settled or open; what was deducted is a part of what is open."""
    for one in state.invoices:
        if one.total != one.paid + one.discounted + one.credited + one.written_off + one.open:
            yield f"{one.invoice}: its total, and what became of it"
        if not ZERO <= one.deducted <= max(one.open, ZERO):
            yield f"{one.invoice}: {one.deducted} deducted of {one.open} open"


def exposed_once(state: State) -> Iterator[str]:
    """What the lines count for in exposure is what the order's money says is not invoiced yet, to the last coin."""
    counted = sum((sum(worth(state, line)) for line in state.lines), ZERO)
    if counted != state.money.open_order + state.money.to_invoice:
        yield f"lines count {counted}, the order {state.money.open_order} + {state.money.to_invoice}"


def shares_add_up(facts: Sequence[Fact]) -> Iterator[str]:
    """Over the orders of all invoices, shares sum to the totals, and each kind of money to the invoices' own."""
    first = folding.fold(ORDER, facts)
    orders = {ORDER, *(fact.subject for fact in facts)}
    orders |= {order for one in first.invoices for order in one.orders}
    states = {order: folding.fold(order, facts) for order in sorted(orders)}
    invoices = {one.invoice: one for state in states.values() for one in state.invoices}
    for number, one in invoices.items():
        shares = [
            told.share for state in states.values() for told in state.invoices if told.invoice == number
        ]
        if sum(shares, ZERO) != one.total or len(shares) != len(one.orders):
            yield f"{number}: shares {shares} of {one.total}"
    money: dict[str, tuple[str, ...]] = {
        "invoiced": ("total",), "paid": ("paid",), "open": ("open",), "disputed": ("disputed",),
        "written_off": ("written_off", "discounted"),
    }  # fmt: skip
    for name, parts in money.items():
        of_orders = sum((getattr(state.money, name) for state in states.values()), ZERO)
        of_invoices = sum((getattr(one, part) for one in invoices.values() for part in parts), ZERO)
        if of_orders != of_invoices:
            yield f"{name}: {of_orders} over the orders, {of_invoices} over the invoices"


def complete_means_complete(state: State) -> Iterator[str]:
    """Nothing that is to be sent, billed, credited or paid is left where it says so."""
    if state.operational and (
        any(line.open for line in state.lines) or state.holds or state.stage == "unknown"
    ):
        yield "operationally complete, and something is left"
    to_come = state.money.open_order or state.money.to_invoice
    if state.financial and (to_come or any(one.open or one.disputed for one in state.invoices)):
        yield "financially complete, and money is to come"
    if state.stage == "closed" and not state.financial:
        yield "closed, and money is to come"
    if state.stage not in STAGES:
        yield f"{state.stage} is no stage"


def told_plainly(facts: list[Fact]) -> Iterator[str]:
    """A plain recount of the documents gives the same figures."""
    yield from naive.disagreements(ORDER, facts, folding.fold(ORDER, facts))


def by_the_table(facts: Sequence[Fact]) -> Iterator[str]:
    """Facts that come in the order in which they happened, one more at a time, take the table's transitions only."""
    stage, told, documents = "", list[Fact](), set[tuple[str, str]]()
    for fact in sorted(
        facts, key=lambda one: (one.occurred, one.family, one.document, one.revision, one.digest)
    ):
        again = (fact.family, fact.document) in documents
        documents.add((fact.family, fact.document))
        told.append(fact)
        found = folding.fold(ORDER, told).stage
        if stage and not allowed(fact.family, stage, found, again):
            yield f"{fact.family} moved the order from {stage} to {found}"
        stage = found


def of_a_state(state: State) -> Iterator[str]:
    """All laws that are about one state."""
    for law in (
        bytes_are_the_value,
        goods_add_up,
        never_beyond_shipped,
        money_adds_up,
        complete_means_complete,
    ):
        for broken in law(state):
            yield f"{law.__name__}: {broken}"


def _numbers(value: Any) -> Iterator[Decimal]:
    if isinstance(value, Decimal):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _numbers(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _numbers(one)
