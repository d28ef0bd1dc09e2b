"""What an order's documents add up to, told plainly and slowly: the fold is held against it.

Shares no line with the fold: where both read a rule, they read it on their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sayso.cash.shapes import Fact, State

ZERO = Decimal(0)


def counting(facts: Iterable[Fact], family: str) -> list[Any]:
    """The data of each document of a family, by its highest revision, and of that the smallest content."""
    documents: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.family == family:
            documents[fact.document].append(fact)
    found = []
    for tellings in documents.values():
        highest = max(fact.revision for fact in tellings)
        found.append(
            min((fact for fact in tellings if fact.revision == highest), key=lambda fact: fact.digest)
        )
    return found


def shipments(facts: list[Fact]) -> list[Any]:
    """The data of the messages of shipments that count: of a shipment told in parts, each part's."""
    found = []
    for lead in counting_of_parts(facts):
        found.append(lead.data)
    return found


def counting_of_parts(facts: list[Fact]) -> list[Fact]:
    """Of each shipment the telling that counts, and of one told in parts that of each part."""
    by_part: dict[tuple[str, int], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.family == "shipment.dispatched":
            by_part[fact.document, 0 if fact.data.series else fact.data.part].append(fact)  # type: ignore[attr-defined]
    best: dict[str, dict[int, Fact]] = defaultdict(dict)
    for (document, part), tellings in by_part.items():
        highest = max(fact.revision for fact in tellings)
        best[document][part] = min(
            (fact for fact in tellings if fact.revision == highest), key=lambda fact: fact.digest
        )
    found = []
    for parts in best.values():
        lead = min(parts.items(), key=lambda one: (-one[1].revision, one[1].data.part, one[1].digest))  # type: ignore[attr-defined]
        found.append(lead[1])
        if lead[0]:
            of = lead[1].data.of  # type: ignore[attr-defined]
            found += [fact for part, fact in parts.items() if part and part != lead[0] and part <= of]
    return found


def agreed_lines(facts: list[Fact]) -> dict[int, Any]:
    """Each line as the highest revision that mentions it has it."""
    lines = {
        line.line: line for data in (f.data for f in counting(facts, "order.placed")) for line in data.lines
    }
    changes: dict[int, list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.family == "order.changed":
            changes[fact.revision].append(fact)
    for revision in sorted(changes):
        for line in min(changes[revision], key=lambda fact: fact.digest).data.lines:  # type: ignore[attr-defined]
            lines[line.line] = line
    return lines


def in_ordered_units(
    lines: dict[int, Any], number: int, item: str, quantity: Decimal, told: Decimal | None
) -> Decimal:
    """What so much of an item stands for."""
    line = lines.get(number)
    if line is not None and item in ("", line.item):
        return quantity
    if told is not None:
        return told
    factors = {one.item: one.factor for one in line.substitutes} if line else {}
    return quantity * factors.get(item, Decimal(1))


def recount(order: str, facts: list[Fact]) -> dict[str, dict[int, Decimal]]:
    """By figure and line: ordered, shipped, picked, allocated."""
    lines = agreed_lines(facts)
    found: dict[str, dict[int, Decimal]] = {
        name: defaultdict(Decimal) for name in ("ordered", "shipped", "picked")
    }
    for number, line in lines.items():
        found["ordered"][number] = line.quantity
    for data in shipments(facts):
        for one in data.lines:
            if one.quantity > 0:
                units = in_ordered_units(lines, one.line, one.item, one.quantity, one.stands_for)
                found["shipped"][one.line] += units
    for fact in counting(facts, "pick.confirmed"):
        for one in fact.data.lines:
            found["picked"][one.line] += in_ordered_units(
                lines, one.line, one.item, one.quantity, one.stands_for
            )
    return found


def billed(order: str, facts: list[Fact]) -> dict[str, tuple[Decimal, Decimal]]:
    """Of each invoice that has a line of the order: its total, and what it charges for the order's lines, net."""
    found = {}
    for fact in counting(facts, "invoice.issued"):
        data: Any = fact.data
        mine = [line for line in data.lines if (line.order or fact.subject) == order]
        if mine or (not data.lines and fact.subject == order):
            total = data.total
            if total is None:
                total = sum((line.amount + line.tax for line in data.lines), ZERO)
                total += sum((charge.amount + charge.tax for charge in data.charges), ZERO)
            found[fact.document] = (total, sum((line.amount for line in mine), ZERO))
    return found


def disagreements(order: str, facts: list[Fact], state: State) -> list[str]:
    """Where the state says another figure than the recount."""
    found = []
    plainly = recount(order, facts)
    lines = {line.line: line for line in state.lines}
    for figure, by_line in plainly.items():
        for number, expected in by_line.items():
            counted = getattr(lines[number], figure) if number in lines else ZERO
            if counted != expected:
                found.append(f"{figure} of line {number}: {counted}, plainly {expected}")
    totals = billed(order, facts)
    for invoice in state.invoices:
        if invoice.invoice not in totals or invoice.total != totals[invoice.invoice][0]:
            found.append(f"{invoice.invoice}: {invoice.total}, plainly {totals.get(invoice.invoice)}")
    if {one.invoice for one in state.invoices} != set(totals):
        found.append(f"invoices {sorted(totals)} are the order's")
    net = sum((amount for _, amount in totals.values()), ZERO)
    if sum((line.invoiced_amount for line in state.lines), ZERO) != net:
        found.append(f"invoiced net of tax, plainly {net}")
    return found
