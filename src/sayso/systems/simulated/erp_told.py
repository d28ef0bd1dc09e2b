"""How the simulated ERP writes and reads: lines of orders, invoices, acceptances, in the words of its dialect."""

from __future__ import annotations

from datetime import date
from typing import Any

from sayso.systems.simulated.books import Invoice, StoredLine, StoredOrder, cents, number, text


def invoice_of(invoice: Invoice) -> dict[str, Any]:
    """An invoice as ERP and receivables both write it."""
    lines = []
    for one in invoice.lines:
        line: dict[str, Any] = {
            "orderRef": one.order, "orderLine": one.line, "itemNo": one.item, "quantity": text(one.quantity),
            "netAmount": str(one.amount), "taxAmount": str(one.tax), "shipmentNo": one.shipment,
        }  # fmt: skip
        if one.counts != one.quantity:
            line["standsFor"] = text(one.counts)
        lines.append(line)
    return {
        "invoiceNo": invoice.number, "revision": 1, "accountNo": invoice.customer, "currency": invoice.currency,
        "issuedOn": invoice.issued.isoformat(), "dueOn": invoice.due.isoformat(), "lines": lines,
        "charges": [
            {"code": code, "netAmount": str(amount), "taxAmount": "0.00"} for code, amount in invoice.charges.items()
        ],
        "grossTotal": str(invoice.total),
    }  # fmt: skip


def stored(line: dict[str, Any]) -> StoredLine:
    """A line as it was submitted. ValueError, KeyError and decimal errors for what cannot be read."""
    quantity, price = number(line["quantity"]), number(line.get("unit_price"))
    if quantity <= 0:
        raise ValueError(f"line {line['line']} has the quantity {quantity}")
    amount = number(line["amount"]) if line.get("amount") is not None else cents(price * quantity)
    return StoredLine(
        int(line["line"]), line["item"], quantity, line.get("uom") or "EA", price, amount, number(line.get("tax")),
        date.fromisoformat(line["ship_on"]) if line.get("ship_on") else None, line.get("site", ""),
    )  # fmt: skip


def line_of(line: StoredLine) -> dict[str, Any]:
    """A line of an acceptance or a change."""
    told_line = {
        "lineNo": line.line, "itemNo": line.item, "quantity": text(line.quantity), "unit": line.unit,
        "unitPrice": str(line.unit_price), "lineAmount": str(line.amount), "taxAmount": str(line.tax),
        "location": line.site,
    }  # fmt: skip
    if line.ship_on is not None:
        told_line["shipmentDate"] = line.ship_on.isoformat()
    return told_line


def accepted(order: StoredOrder) -> dict[str, Any]:
    """The acceptance as the data of an event."""
    lines = []
    for one in order.lines.values():
        line: dict[str, Any] = {
            "line": one.line, "item": one.item, "quantity": text(one.quantity), "uom": one.unit,
            "unit_price": str(one.unit_price), "amount": str(one.amount), "tax": str(one.tax),
        }  # fmt: skip
        if one.ship_on is not None:
            line["ship_on"] = one.ship_on.isoformat()
        if one.site:
            line["site"] = one.site
        lines.append(line)
    return {
        "document": order.number, "revision": 1, "currency": order.currency, "lines": lines,
        "total": str(cents(order.total)),
    }  # fmt: skip
