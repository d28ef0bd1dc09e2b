"""What really happened in a simulated company, by order: to be compared with what Sayso believes. Only reads the books."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from msgspec import Struct

from sayso.systems.simulated.books import ZERO, OrderLine
from sayso.systems.simulated.company import Company
from sayso.systems.simulated.faults import Played


class LineTruth(Struct, frozen=True, kw_only=True):
    """A line, in units of the ordered item. `ordered` is as the ERP stored it."""

    item: str
    ordered: Decimal
    cancelled: Decimal
    shipped: Decimal
    short: Decimal
    returned: Decimal
    invoiced: Decimal
    credited: Decimal


class InvoiceTruth(Struct, frozen=True, kw_only=True):
    """An invoice in the books of receivables, with tax; `received` is what the customer has sent for it, what the bank took
    back not counted, and a second payment of the same not either."""

    customer: str
    orders: tuple[str, ...]
    total: Decimal
    paid: Decimal
    credited: Decimal
    settled: Decimal
    open: Decimal
    received: Decimal


def lines(company: Company) -> dict[OrderLine, LineTruth]:
    """Every line that the ERP took over."""
    wms, ar = company.wms.books(), company.ar.books()
    found = {}
    for order in company.erp.orders.values():
        for line in order.lines.values():
            key = (order.order, line.line)
            found[key] = LineTruth(
                item=line.item, ordered=line.quantity, cancelled=line.cancelled,
                shipped=wms["shipped"].get(key, ZERO), short=wms["short"].get(key, ZERO),
                returned=wms["returned"].get(key, ZERO), invoiced=ar["invoiced"].get(key, ZERO),
                credited=ar["credited"].get(key, ZERO),
            )  # fmt: skip
    return found


def invoices(company: Company) -> dict[str, InvoiceTruth]:
    """Every invoice, by number."""
    return {
        number: InvoiceTruth(**one, received=company.payers.paid.get(number, ZERO))
        for number, one in company.ar.books()["invoices"].items()
    }


def payments(company: Company) -> dict[str, Decimal]:
    """Every movement of the bank account, by its reference; what was taken back is below 0."""
    received: dict[str, Decimal] = company.bank.books()["received"]
    return received


def played(company: Company) -> dict[str, list[Played]]:
    """The faults that were played, by order; those of no order under ""."""
    found: dict[str, list[Played]] = defaultdict(list)
    for one in company.faults.played:
        found[one.order].append(one)
    return dict(found)
