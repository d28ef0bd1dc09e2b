"""Whether an invoice agrees with the order and with what left: the three-way match, with tolerances by policy.

Knows the order's state and documents. What is not agreed is found and nothing more; who puts it right is a case's matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple, cast

import msgspec

from sayso.canon.decimals import ZERO, arithmetic, money, plain, rounded
from sayso.canon.events_money import InvoiceIssued, MoneyLine
from sayso.canon.findings import Finding
from sayso.cash.amounts import places_of
from sayso.cash.billing import Bill
from sayso.cash.papers import Paper, Papers, papers_of
from sayso.cash.policy import CashPolicy, Matching, zone_of
from sayso.cash.shapes import Fact, ShippedLine, State

_Place = tuple[int, str]


class _Match(NamedTuple):
    """What the invoices of an order are held against. `billed` counts, by line and shipment, what each invoice before
    had of it, less what was credited; `charged` the charges by code."""

    state: State
    papers: Papers
    bill: Bill
    policy: CashPolicy
    billed: dict[_Place, Decimal]
    first: dict[_Place, str]
    charged: dict[str, Decimal]

    @property
    def limits(self) -> Matching:
        """The tolerances."""
        return self.policy.matching

    def finding(
        self,
        kind: str,
        paper: Paper,
        about: str,
        amount: Decimal,
        line: MoneyLine | None = None,
        **facts: str,
    ) -> Finding:
        """One that stays the same as long as it is about the same part of the same invoice."""
        places = places_of(self.state.currency)
        return Finding(
            kind=kind, key=f"{self.state.order}/{paper.number}/{about}", order=self.state.order,
            customer=self.state.customer, document=paper.number, item=line.item if line else "",
            line=line.line if line else 0, amount=rounded(abs(amount), places), currency=self.state.currency,
            facts={**facts, **({"shipment": line.shipment} if line and line.shipment else {})},
        )  # fmt: skip


def match(state: State, facts: Sequence[Fact], policy: CashPolicy, bill_to: str = "") -> tuple[Finding, ...]:
    """What of this order's invoices does not agree, in the order of their dates and numbers.

    `facts` are those that `state` was folded from; `bill_to` is who pays for the customer, where that is another.
    Nothing is found as long as the order itself is not known. Of what one invoice bills for several orders only this
    order's lines are held against it, and neither date nor charges: they are nobody's alone.
    """
    if (
        not state.currency
        or state.placed is None
        or not any(fact.family == "invoice.issued" for fact in facts)
    ):
        return ()
    with arithmetic():
        papers = papers_of(facts)
        bill = Bill(state, papers, places_of(state.currency))
        held = _Match(state, papers, bill, policy, _credited(state, papers), {}, defaultdict(Decimal))
        found = [finding for paper in papers.invoices for finding in _of_an_invoice(held, paper, bill_to)]
        found += _not_invoiced(held)
        return _once(found)


def _once(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding for each trouble: an invoice may have several lines of one line of the order."""
    known: dict[tuple[str, str], Finding] = {}
    for one in found:
        before = known.get((one.kind, one.key))
        worth = (one.amount or ZERO) + (before.amount or ZERO if before else ZERO)
        known[one.kind, one.key] = msgspec.structs.replace(before or one, amount=worth)
    return tuple(known.values())


def match_invoice(
    state: State, facts: Sequence[Fact], invoice: str, policy: CashPolicy, bill_to: str = ""
) -> tuple[Finding, ...]:
    """The same, of one invoice alone."""
    return tuple(one for one in match(state, facts, policy, bill_to) if one.document == invoice)


def _of_an_invoice(held: _Match, paper: Paper, bill_to: str) -> Iterator[Finding]:
    told = cast(InvoiceIssued, paper.data)
    lines = paper.lines_of(held.state.order)
    yield from _of_the_head(held, paper, told, bill_to)
    if told.currency == held.state.currency:
        for line in lines:
            yield from _of_a_line(held, paper, line)
        if len(lines) == len(told.lines):
            yield from _of_charges(held, paper, told)
    yield from _of_the_total(held, paper, told)


def _of_the_head(held: _Match, paper: Paper, told: InvoiceIssued, bill_to: str) -> Iterator[Finding]:
    state, total = held.state, _sum(told)
    if told.currency != state.currency:
        yield held.finding(
            "invoice_differs",
            paper,
            "currency",
            total,
            what="currency",
            expected=state.currency,
            found=told.currency,
        )
    if told.customer not in {state.customer, bill_to or state.customer}:
        yield held.finding(
            "invoice_differs",
            paper,
            "customer",
            total,
            what="customer",
            expected=state.customer,
            found=told.customer,
        )


def _of_the_total(held: _Match, paper: Paper, told: InvoiceIssued) -> Iterator[Finding]:
    if told.total is None:
        return
    total = _sum(told)
    if abs(told.total - total) > held.limits.total_amount:
        places = places_of(told.currency)
        yield held.finding(
            "invoice_total_wrong", paper, "total", told.total - total,
            expected=money(total, places), found=money(told.total, places),
        )  # fmt: skip


def _sum(told: InvoiceIssued) -> Decimal:
    lines = sum((line.amount + line.tax for line in told.lines), ZERO)
    return lines + sum((charge.amount + charge.tax for charge in told.charges), ZERO)


def _of_a_line(held: _Match, paper: Paper, line: MoneyLine) -> Iterator[Finding]:
    """Shipped at all, not invoiced before, as much as left, at the price agreed."""
    goods = _goods(held.state, line)
    if not goods:
        yield held.finding(
            "invoice_without_shipment", paper, f"{line.line}/{line.shipment}/{line.item}", line.amount + line.tax, line,
            quantity=plain(line.quantity),
        )  # fmt: skip
        return
    yield from _too_early(held, paper, line)
    yield from _of_quantity(held, paper, line, goods)
    yield from _of_price(held, paper, line, goods[0])


def _goods(state: State, line: MoneyLine) -> list[ShippedLine]:
    """What left of that line and item, with the shipment that the invoice names or with any."""
    return [
        shipped
        for shipment in state.shipments
        if line.shipment in ("", shipment.shipment)
        for shipped in shipment.lines
        if (shipped.line, shipped.item) == (line.line, line.item) and shipped.counts > 0
    ]


def _of_quantity(
    held: _Match, paper: Paper, line: MoneyLine, goods: Iterable[ShippedLine]
) -> Iterator[Finding]:
    place = (line.line, line.shipment)
    counts = held.papers.counts(held.state, line, line.shipment)
    left = sum((shipped.counts for shipped in _any_item(held.state, *place)), ZERO)
    before = held.billed[place]
    allowed = max(ZERO, left - before)
    held.billed[place] = before + counts
    other = held.first.setdefault(place, paper.number)
    if counts <= allowed + left * held.limits.quantity_percent / 100:
        return
    worth = (line.amount + line.tax) * (counts - allowed) / counts
    about = f"{line.line}/{line.shipment}"
    if not allowed and other != paper.number:
        yield held.finding("invoice_duplicate", paper, about, worth, line, other=other, found=plain(counts))
    else:
        yield held.finding(
            "invoice_quantity_differs",
            paper,
            about,
            worth,
            line,
            expected=plain(allowed),
            found=plain(counts),
        )


def _any_item(state: State, line: int, shipment: str) -> list[ShippedLine]:
    return [
        shipped
        for load in state.shipments
        if shipment in ("", load.shipment)
        for shipped in load.lines
        if shipped.line == line
    ]


def _of_price(held: _Match, paper: Paper, line: MoneyLine, goods: ShippedLine) -> Iterator[Finding]:
    counts = held.papers.counts(held.state, line, line.shipment)
    if not goods.agreed or not held.bill.priced(goods):
        return  # what nobody agreed to has no price to differ from, and is found as such
    expected = held.bill.worth(goods, counts)
    places = places_of(held.state.currency)
    # Parts of a line are rounded such that they sum to it: one may be a cent off what it would be by itself.
    cent = Decimal(1).scaleb(-places)
    limit = max(cent, held.limits.price_amount, expected * held.limits.price_percent / 100)
    if abs(line.amount - expected) > limit:
        yield held.finding(
            "invoice_price_differs", paper, f"{line.line}/{line.shipment}/{line.item}", line.amount - expected, line,
            expected=money(expected, places), found=money(line.amount, places),
        )  # fmt: skip
    elif any(ordered.tax for ordered in held.state.lines):
        tax = held.bill.tax_on(goods, line.amount)
        if abs(line.tax - tax) > max(cent, held.limits.tax_amount):
            yield held.finding(
                "invoice_differs", paper, f"{line.line}/{line.shipment}/{line.item}/tax", line.tax - tax, line,
                what="tax", expected=money(tax, places), found=money(line.tax, places),
            )  # fmt: skip


def _too_early(held: _Match, paper: Paper, line: MoneyLine) -> Iterator[Finding]:
    """An invoice that is older than what it bills."""
    zone = zone_of(held.policy.invoicing_for(held.state.customer).zone)
    left = [
        load.dispatched.astimezone(zone).date()
        for load in held.state.shipments
        if line.shipment in ("", load.shipment) and any(one.line == line.line for one in load.lines)
    ]
    if not left or (min(left) - paper.data.issued).days <= held.limits.days_before:
        return
    yield held.finding(
        "invoice_differs", paper, f"{line.line}/{line.shipment}/date", line.amount + line.tax, line,
        what="date", expected=min(left).isoformat(), found=paper.data.issued.isoformat(),
    )  # fmt: skip


def _of_charges(held: _Match, paper: Paper, told: InvoiceIssued) -> Iterator[Finding]:
    """What is charged beyond what the order agreed on, over all of its invoices."""
    places = places_of(held.state.currency)
    for charge in told.charges:
        agreed = sum((one.amount for one in held.state.charges if one.code == charge.code), ZERO)
        before = held.charged[charge.code]
        held.charged[charge.code] = before + charge.amount
        left = max(agreed - before, ZERO)
        if charge.amount > left + held.limits.charge_amount:
            tax = charge.tax * (charge.amount - left) / charge.amount
            yield held.finding(
                "invoice_charge_unagreed", paper, f"charge/{charge.code}", charge.amount - left + tax,
                code=charge.code, expected=money(left, places), found=money(charge.amount, places),
            )  # fmt: skip


def _credited(state: State, papers: Papers) -> dict[_Place, Decimal]:
    """What was given back of each line and shipment beyond what came back: an invoice may bill it again."""
    credited: dict[_Place, Decimal] = defaultdict(Decimal)
    for paper in papers.credits:
        for line in paper.lines_of(state.order):
            credited[line.line, line.shipment] += papers.counts(state, line, line.shipment)
    found: dict[_Place, Decimal] = defaultdict(Decimal)
    for place, counts in credited.items():
        returned = sum((one.returned for one in _any_item(state, *place)), ZERO)
        found[place] = -max(ZERO, counts - returned)
    return found


def _not_invoiced(held: _Match) -> Iterator[Finding]:
    """Where the ERP invoices: shipments of which an invoice has less than left. Where Sayso asks, it asks for the rest."""
    state = held.state
    for load in state.shipments:
        if held.policy.invoicing_for(state.customer, load.site).by != "erp":
            continue
        for line in load.lines:
            rest = line.counts - line.invoiced - line.returned
            paper = _names(held.papers, state.order, line.line, load.shipment)
            if paper is None or rest <= line.counts * held.limits.quantity_percent / 100:
                continue
            told = MoneyLine(
                line=line.line, item=line.item, quantity=line.invoiced, amount=ZERO, shipment=load.shipment
            )
            worth = ((line.amount or ZERO) + line.tax) * rest / line.counts
            yield held.finding(
                "invoice_quantity_differs", paper, f"{line.line}/{load.shipment}/less", worth, told,
                expected=plain(line.counts - line.returned), found=plain(line.invoiced),
            )  # fmt: skip


def _names(papers: Papers, order: str, line: int, shipment: str) -> Paper | None:
    """The last invoice that names that line of that shipment."""
    found = [
        paper
        for paper in papers.invoices
        if any((one.line, one.shipment) == (line, shipment) for one in paper.lines_of(order))
    ]
    return found[-1] if found else None
