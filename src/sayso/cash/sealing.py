"""What was counted, as the values of a state: each number in its one form, the order's money summed up."""

from __future__ import annotations

from decimal import Decimal

from sayso.canon.decimals import ZERO
from sayso.canon.events_shared import Charge
from sayso.cash.amounts import FORMS, normal_or_none, part_of
from sayso.cash.chosen import utc
from sayso.cash.invoices import Bill, charges_of, portion_of
from sayso.cash.lines import Goods, Line, Lines
from sayso.cash.shapes import InvoiceState, LineState, Money, ShipmentState, ShippedLine
from sayso.cash.shipments import Load


def before_invoice(goods: Goods) -> Decimal:
    """What of these goods came back and was not invoiced."""
    return min(goods.returned, goods.counts - goods.invoiced)


def line_state(line: Line) -> LineState:
    """The line's state, with what follows from what was counted."""
    terms = line.terms
    open_ = line.ordered - line.cancelled - line.shipped
    delivered = before = billed = substituted = amount = ZERO
    unagreed = line.strange if open_ > 0 else ()
    for goods in line.goods:
        delivered += goods.delivered
        billed += goods.invoiced
        if goods.returned:
            before += before_invoice(goods)
        if goods.amount is not None:
            amount += goods.amount
        if terms is not None and goods.item != terms.item:
            substituted += goods.counts
            if not goods.agreed:
                unagreed += (goods.item,)
    return LineState(
        line=line.number,
        item=terms.item if terms else (line.named[1] if line.named else ""),
        ordered=FORMS[line.ordered],
        cancelled=FORMS[line.cancelled],
        allocated=FORMS[line.allocated],
        picked=FORMS[line.picked],
        short=FORMS[line.short],
        substituted=FORMS[substituted],
        shipped=FORMS[line.shipped],
        shipped_over=FORMS[-open_] if open_ < 0 else ZERO,
        open=FORMS[open_] if open_ > 0 else ZERO,
        delivered=FORMS[delivered],
        returned=FORMS[line.returned],
        returned_before_invoice=FORMS[before],
        invoiced=FORMS[line.invoiced],
        invoiced_over=FORMS[line.invoiced - billed],
        to_invoice=FORMS[line.shipped - billed - before],
        credited=FORMS[line.credited],
        unit_price=normal_or_none(line.price),
        ordered_amount=FORMS[line.amount],
        shipped_amount=FORMS[amount],
        invoiced_amount=FORMS[line.invoiced_amount],
        credited_amount=FORMS[line.credited_amount],
        ship_on=terms.ship_on if terms else None,
        deliver_by=terms.deliver_by if terms else None,
        promised=line.promised.ship_on if line.promised else None,
        promised_by=line.promised.deliver_by if line.promised else None,
        uom=terms.uom if terms else "",
        site=terms.site if terms else "",
        tax=FORMS[line.tax],
        listed=terms is not None,
        rejected=line.rejected,
        refused=FORMS[line.refused],
        withdrawn=FORMS[line.withdrawn],
        unagreed=tuple(sorted(set(unagreed))) if unagreed else (),
    )


def shipment_state(load: Load) -> ShipmentState:
    """The shipment's state."""
    told = load.told
    return ShipmentState(
        shipment=load.number,
        site=told.site,
        dispatched=utc(load.fact.occurred),
        lines=tuple([_shipped(goods) for goods in load.goods]),
        series=told.series,
        part=load.part,
        of=load.of,
        whole=not load.missing,
        missing=load.missing,
        delivered=utc(load.delivered) if load.delivered else None,
        carrier=told.carrier,
        tracking=told.tracking,
        source=load.fact.source,
    )


def _shipped(goods: Goods) -> ShippedLine:
    return ShippedLine(
        line=goods.line,
        item=goods.item,
        quantity=FORMS[goods.quantity],
        counts=FORMS[goods.counts],
        agreed=goods.agreed,
        unit_price=normal_or_none(goods.price),
        amount=normal_or_none(goods.amount),
        tax=FORMS[goods.tax],
        invoiced=FORMS[goods.invoiced],
        returned=FORMS[goods.returned],
    )


def invoice_state(bill: Bill, order: str) -> InvoiceState:
    """The whole invoice's state, and what of its total is the order's."""
    told, open_ = bill.told, bill.open()
    return InvoiceState(
        invoice=bill.fact.document,
        customer=told.customer,
        currency=told.currency,
        issued=told.issued,
        due=told.due,
        total=FORMS[bill.total],
        share=FORMS[bill.shares[order]],
        paid=FORMS[bill.paid],
        discounted=FORMS[bill.discounted],
        credited=FORMS[bill.credited],
        written_off=FORMS[bill.written_off],
        deducted=FORMS[min(bill.deducted, open_)] if open_ > 0 else ZERO,
        disputed=FORMS[bill.disputed],
        open=FORMS[open_],
        delivered=bill.delivered,
        charges=FORMS[charges_of(told)] if told.charges else ZERO,
        orders=tuple(sorted(bill.shares)),
        cause=told.cause,
        disputes=tuple(sorted(bill.disputes)),
        reasons=tuple(sorted(reason for reason in bill.reasons if reason and (open_ > 0 or bill.disputes))),
    )


def money_of(
    order: str, lines: Lines, charges: tuple[Charge, ...], bills: dict[str, Bill], loose: Decimal, places: int
) -> Money:
    """The order's money, with tax. Charges are still to come (`open_order`) until an invoice was issued."""
    ordered = open_order = to_invoice = ZERO
    for line in lines.values():
        gross = line.amount + line.tax
        ordered += gross
        left = line.open()
        if left:
            open_order += part_of(gross, left, line.ordered, places)
        for goods in line.goods:
            due = goods.counts - goods.invoiced
            if due and goods.amount is not None:
                if goods.returned:
                    due -= before_invoice(goods)
                to_invoice += part_of(goods.amount + goods.tax, due, goods.counts, places)
    extra = sum((charge.amount + charge.tax for charge in charges), ZERO)
    if extra and not bills and (open_order or to_invoice):
        open_order += extra
    invoiced = paid = credited = written_off = disputed = open_ = ZERO
    for bill in bills.values():
        mine = portion_of(bill, order, places)
        invoiced += mine.share
        paid += mine.paid
        credited += mine.credited
        written_off += mine.written_off + mine.discounted
        disputed += mine.disputed
        open_ += mine.open
    return Money(
        ordered=FORMS[ordered + extra],
        open_order=FORMS[open_order],
        to_invoice=FORMS[to_invoice],
        invoiced=FORMS[invoiced],
        paid=FORMS[paid],
        credited=FORMS[credited + loose],
        written_off=FORMS[written_off],
        disputed=FORMS[disputed],
        open=FORMS[open_],
    )
