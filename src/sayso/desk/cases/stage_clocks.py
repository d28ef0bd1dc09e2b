"""By when the next step of an order is to be heard of, from its state; and what is found when it is not. Knows no clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from sayso.canon.decimals import plain
from sayso.canon.findings import Finding
from sayso.canon.times import moment
from sayso.cases.policy import SilencePolicy
from sayso.cash.shapes import InvoiceState, State

#: Stages in which nothing is waited for: nobody placed it, or nothing more is to come.
_QUIET = frozenset({"unknown", "rejected", "cancelled", "closed"})
_DAY = timedelta(days=1)


class Expected(NamedTuple):
    """A step that is to be heard of by `due`, and what is found if it is not."""

    stage: str
    due: datetime
    finding: Finding


def expectations(state: State, policy: SilencePolicy) -> list[Expected]:
    """What is to be heard of an order, the soonest first."""
    if state.stage in _QUIET:
        return []
    found = [*_goods(state, policy), *_money(state, policy)]
    return sorted(found, key=lambda one: (one.due, one.finding.key))


def _goods(state: State, policy: SilencePolicy) -> Iterator[Expected]:
    wait = policy.stages
    open_ = [line for line in state.lines if line.open > 0]
    if "accepted" in wait and state.placed and not state.accepted and not state.rejected and open_:
        yield _of(state, "accepted", state.placed + wait["accepted"], "acceptance_missing", since=moment(state.placed),
                  amount=state.money.open_order)  # fmt: skip
    days = [line.ship_on for line in open_ if line.ship_on]
    if "shipped" in wait and days and not state.holds:
        items = ", ".join(dict.fromkeys(line.item for line in open_ if line.ship_on == min(days)))
        quantity = plain(sum((line.open for line in open_), Decimal(0)))
        yield _of(state, "shipped", _end(min(days)) + wait["shipped"], "shipment_late", since=min(days).isoformat(),
                  amount=state.money.open_order, open=quantity, items=items)  # fmt: skip
    if "delivered" in wait:
        for shipment in state.shipments:
            if shipment.delivered is None:
                yield _of(state, "delivered", shipment.dispatched + wait["delivered"], "delivery_late",
                          key=f"{state.order}/{shipment.shipment}", document=shipment.shipment, carrier=shipment.carrier,
                          since=moment(shipment.dispatched))  # fmt: skip


def _money(state: State, policy: SilencePolicy) -> Iterator[Expected]:
    wait = policy.stages
    left = [
        shipment.dispatched
        for shipment in state.shipments
        if any(line.counts > line.invoiced + line.returned for line in shipment.lines)
    ]
    if "invoiced" in wait and left and any(line.to_invoice > 0 for line in state.lines):
        yield _of(state, "invoiced", min(left) + wait["invoiced"], "invoice_late", since=moment(min(left)),
                  amount=state.money.to_invoice)  # fmt: skip
    for invoice in state.invoices:
        if "acknowledged" in wait and invoice.delivered is None and invoice.open > 0:
            due = _end(invoice.issued) + wait["acknowledged"]
            yield _of_invoice(state, invoice, "acknowledged", due, "invoice_not_acknowledged", invoice.issued)
        if "paid" in wait and invoice.due and invoice.open - invoice.disputed - invoice.deducted > 0:
            due = _end(invoice.due) + wait["paid"]
            yield _of_invoice(state, invoice, "paid", due, "invoice_overdue", invoice.due)


def _of(
    state: State, stage: str, due: datetime, kind: str, *, key: str = "", document: str = "",
    amount: Decimal | None = None, **facts: str,
) -> Expected:  # fmt: skip
    finding = Finding(
        kind=kind, key=key or state.order, order=state.order, customer=state.customer, document=document, amount=amount,
        currency=state.currency, facts={name: told for name, told in facts.items() if told},
    )  # fmt: skip
    return Expected(stage, due, finding)


def _of_invoice(
    state: State, invoice: InvoiceState, stage: str, due: datetime, kind: str, since: date
) -> Expected:
    """An invoice of several orders is one case of none of them."""
    finding = Finding(
        kind=kind, key=invoice.invoice, order=state.order if len(invoice.orders) < 2 else "", customer=invoice.customer,
        document=invoice.invoice, amount=invoice.open, currency=invoice.currency,
        facts={"open": plain(invoice.open), "since": since.isoformat(), "invoice": invoice.invoice},
    )  # fmt: skip
    return Expected(stage, due, finding)


def _end(day: date) -> datetime:
    """When a day is over."""
    return datetime.combine(day + _DAY, time(), UTC)
