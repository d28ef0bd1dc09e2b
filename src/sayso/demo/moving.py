"""The facts that change every day, as rows: stock, inbound, receipts, demand, receivables. All generated."""

from __future__ import annotations

from datetime import date

from sayso.demo.batches import Row, money
from sayso.demo.books import Part
from sayso.demo.ledger import Invoice
from sayso.demo.planner import Place, Purchase
from sayso.demo.standing import CURRENCY

_VENDOR = "generated-"


def stock(place: Place, on_hand: int, protected: int | None = None) -> Row:
    """What a site has of an item; the protected stock only where it is told anew."""
    row: Row = {"item": place[0], "site": place[1], "on_hand": str(on_hand)}
    if protected is not None:
        row["safety_stock"] = str(protected)
    return row


def inbound(purchase: Purchase, due: date) -> list[Row]:
    """A purchase order's lines, expected on a day."""
    return [
        {
            "document": purchase.document, "line": str(line.line), "item": line.item, "site": purchase.site,
            "quantity": str(line.quantity), "due": due.isoformat(), "vendor": _VENDOR + purchase.vendor,
            "status": "confirmed", "kind": "purchase",
        }
        for line in purchase.lines
    ]  # fmt: skip


def postponed(purchase: Purchase, due: date) -> list[Row]:
    """The same lines, expected on another day; all that is told is the day."""
    return [
        {"document": purchase.document, "line": str(line.line), "due": due.isoformat()}
        for line in purchase.lines
    ]


def arrived(purchase: Purchase) -> list[Row]:
    """The same lines, expected no more."""
    return [
        {"document": purchase.document, "line": str(line.line), "deleted": True} for line in purchase.lines
    ]


def receipts(purchase: Purchase) -> list[Row]:
    """What arrived and when, beside when it was promised."""
    return [
        {
            "document": purchase.document, "line": str(line.line), "receipt": "1", "item": line.item,
            "site": purchase.site, "vendor": _VENDOR + purchase.vendor,
            "ordered": purchase.placed.isoformat(),
            "promised": purchase.promised.isoformat(), "received": purchase.arrives.isoformat(),
            "quantity": str(line.quantity),
        }
        for line in purchase.lines
    ]  # fmt: skip


def demand(part: Part) -> Row:
    """A sales order line as the back office reports it first."""
    return {
        "document": part.document, "line": str(part.line), "order": part.order, "item": part.item,
        "site": part.site,
        "quantity": str(part.open), "requested": part.placed.date().isoformat(),
        "planned": part.ship_on.isoformat(),
        "due": part.ship_on.isoformat(), "customer": part.customer, "status": "confirmed", "kind": "order",
        "fulfilment": "stock", "amount": money(part.open_worth), "currency": CURRENCY,
    }  # fmt: skip


def less_demand(part: Part) -> Row:
    """The same line after something was shipped or cancelled: what is left of it, or that nothing is."""
    key: Row = {"document": part.document, "line": str(part.line)}
    if not part.open:
        return key | {"deleted": True}
    return key | {"quantity": str(part.open), "amount": money(part.open_worth)}


def receivable(invoice: Invoice) -> Row:
    """An invoice or credit memo; settled ones stay, with nothing open."""
    return {
        "document": invoice.document, "customer": invoice.customer, "amount": money(invoice.amount),
        "open": money(invoice.open), "currency": CURRENCY, "issued": invoice.issued.isoformat(),
        "due": invoice.due.isoformat(), "posted": invoice.issued.isoformat(),
    }  # fmt: skip
