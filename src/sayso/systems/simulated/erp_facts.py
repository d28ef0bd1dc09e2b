"""What the simulated ERP tells as facts: its demand, and the purchase orders it waits for. As rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from sayso.systems.simulated.books import ZERO, StoredLine, StoredOrder, text
from sayso.systems.simulated.setting import Place

Row = dict[str, Any]


@dataclass(slots=True)
class Purchase:
    """A line of a purchase order: `due` is what the vendor says, `open` what has not come."""

    document: str
    line: int
    item: str
    site: str
    quantity: Decimal
    due: date
    vendor: str
    open: Decimal


class ErpFacts:
    """Demand of the orders, and inbound; each told when it changed."""

    def __init__(self, orders: dict[str, StoredOrder]) -> None:
        self._orders = orders
        self._touched: dict[str, StoredOrder] = {}
        self._told: dict[tuple[str, str], Row] = {}
        self._purchases: dict[tuple[str, int], Purchase] = {}
        self._by_place: dict[Place, list[Purchase]] = defaultdict(list)
        self._moved: dict[tuple[str, int], Purchase] = {}

    def touch(self, order: StoredOrder) -> None:
        """Something of it changed."""
        self._touched[order.order] = order

    def expect(
        self, document: str, line: int, place: Place, quantity: Decimal, due: date, vendor: str = ""
    ) -> None:
        """A line was ordered from a vendor."""
        item, site = place
        one = Purchase(document, line, item, site, quantity, due, vendor, quantity)
        self._purchases[document, line] = self._moved[document, line] = one
        self._by_place[place].append(one)

    def postpone(self, document: str, line: int, due: date) -> None:
        """The vendor names another day."""
        one = self._purchases[document, line]
        one.due = due
        self._moved[document, line] = one

    def arrived(self, document: str, line: int, quantity: Decimal) -> None:
        """So much of it came."""
        one = self._purchases.get((document, line))
        if one is not None:
            one.open = max(one.open - quantity, ZERO)
            self._moved[document, line] = one
            if not one.open:
                self._by_place[one.item, one.site].remove(one)

    def incoming(self, place: Place) -> list[tuple[datetime, Decimal]]:
        """What is expected at a place: the day's beginning, and the quantity."""
        return [(datetime.combine(one.due, time(), UTC), one.open) for one in self._by_place.get(place, ())]

    def changed(self) -> dict[str, list[Row]]:
        """Rows that differ from those told before, by kind; kinds without any are left out."""
        demand = [
            row
            for order in self._touched.values()
            for line in order.lines.values()
            for row in self._demand(order, line)
        ]
        inbound = [_inbound(one) for one in self._moved.values()]
        self._touched.clear()
        self._moved.clear()
        return {kind: rows for kind, rows in (("demand", demand), ("inbound", inbound)) if rows}

    def _demand(self, order: StoredOrder, line: StoredLine) -> Iterator[Row]:
        """A row for each site that something of the line leaves from; the first has what is not invoiced."""
        uninvoiced = line.worth(max(min(line.shipped, line.quantity) - line.invoiced, ZERO))
        for place, (site, left) in enumerate(line.left.items()):
            name = f"{line.line}/{site}" if place else str(line.line)
            told, owed = self._told.get((order.number, name)), ZERO if place else uninvoiced
            if order.state == "taken" and told is None:
                continue
            if not left and not owed:
                if told is None or told.get("deleted"):
                    continue
                row: Row = {"document": order.number, "line": name, "deleted": True}
            else:
                row = _demand(order, line, site, left) | {
                    "line": name,
                    "amount_shipped_not_invoiced": str(owed),
                }
            if row != told:
                self._told[order.number, name] = row
                yield row


def _demand(order: StoredOrder, line: StoredLine, site: str, left: Decimal) -> Row:
    row: Row = {
        "document": order.number, "line": "", "order": order.order, "item": line.item, "site": site,
        "quantity": text(left), "requested": order.placed.date().isoformat(), "customer": order.customer,
        "status": "confirmed", "kind": "order", "fulfilment": "stock", "amount": str(line.worth(left)),
        "amount_shipped_not_invoiced": "0", "currency": order.currency,
    }  # fmt: skip
    if line.ship_on is not None:
        row["planned"] = row["due"] = line.ship_on.isoformat()
    return row


def _inbound(one: Purchase) -> Row:
    if not one.open:
        return {"document": one.document, "line": str(one.line), "deleted": True}
    return {
        "document": one.document, "line": str(one.line), "item": one.item, "site": one.site,
        "quantity": text(one.open), "due": one.due.isoformat(), "vendor": one.vendor, "status": "confirmed",
        "kind": "purchase",
    }  # fmt: skip
