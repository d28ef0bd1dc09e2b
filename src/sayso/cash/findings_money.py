"""What does not agree about an order's invoices, credits and payments, from its state alone."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from sayso.canon.decimals import plain
from sayso.canon.findings import Finding
from sayso.cash.amounts import normal, places_of, to_cents
from sayso.cash.shapes import InvoiceState, LineState, State
from sayso.cash.stages import to_credit


def of_credits(state: State) -> Iterator[Finding]:
    """What is to be given back: goods that came back after their invoice, and what was invoiced beyond what left.

    A line of which nothing has left is no finding here: an invoice may be heard before its shipment, and is held against
    it by who matches invoices.
    """
    for line in state.lines:
        if not (line.returned or line.invoiced_over):
            continue
        back, over = to_credit(line)
        key = f"{state.order}/{line.line}"
        if back and line.invoiced:
            facts = {
                "quantity": plain(back),
                "returned": plain(line.returned),
                "credited": plain(line.credited),
            }
            yield _of_line(state, line, "return_not_credited", key, back, "", facts)
        if over and line.shipped:
            last = (
                max(state.invoices, key=lambda one: (one.issued, one.invoice)).invoice
                if state.invoices
                else ""
            )
            facts = {"over": plain(over), "shipped": plain(line.shipped), "invoiced": plain(line.invoiced)}
            yield _of_line(state, line, "invoiced_over", key, over, last, facts | {"document": last})


def of_invoices(state: State) -> Iterator[Finding]:
    """Deductions, disputes and payments beyond what is owed: of the whole invoice, so the same for each of its orders."""
    for invoice in state.invoices:
        if invoice.deducted:
            yield _of_invoice(state, invoice, "deduction_open", invoice.deducted)
        if invoice.disputed:
            yield _of_invoice(state, invoice, "dispute_open", invoice.disputed)
        if invoice.open < 0:
            yield _of_invoice(state, invoice, "overpaid", -invoice.open)


def _of_line(
    state: State, line: LineState, kind: str, key: str, some: Decimal, document: str, facts: dict[str, str]
) -> Finding:
    return Finding(
        kind=kind, key=key, order=state.order, customer=state.customer, document=document, item=line.item,
        site=line.site, line=line.line, amount=_as_invoiced(state, line, some), currency=state.currency,
        facts={**facts, "item": line.item, "line": str(line.line)},
    )  # fmt: skip


def _as_invoiced(state: State, line: LineState, some: Decimal) -> Decimal | None:
    """What so much of it was invoiced at, with tax at the order's rate; None where nothing was."""
    if not line.invoiced:
        return None
    net = line.invoiced_amount * some / line.invoiced
    if line.ordered_amount:
        net += net * line.tax / line.ordered_amount
    return normal(to_cents(net, places_of(state.currency)))


def _of_invoice(state: State, invoice: InvoiceState, kind: str, amount: Decimal) -> Finding:
    of_one = len(invoice.orders) < 2
    told = {"reason": ", ".join(invoice.reasons), "disputes": ", ".join(invoice.disputes)}
    said = {name: text for name, text in told.items() if text and kind != "overpaid"}
    return Finding(
        kind=kind, key=invoice.invoice, order=state.order if of_one else "", customer=invoice.customer,
        document=invoice.invoice, amount=amount, currency=invoice.currency,
        facts={
            "amount": plain(amount), "currency": invoice.currency, "document": invoice.invoice,
            "invoice": invoice.invoice, "open": plain(invoice.open), "total": plain(invoice.total), **said,
        },
    )  # fmt: skip
