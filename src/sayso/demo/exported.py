"""What the naive storefront and its back office would export: CSV files as people get them out of such systems.

The storefront's: its orders with what it showed and answered, its stock feed, its credit flags. The back office's:
its facts as a journal (each row from `as_of` on), and what became of the orders. Prices are not in the orders: the
storefront has its price list from the back office.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from sayso.demo import moving
from sayso.demo.accounts import Taxes
from sayso.demo.batches import Row, at
from sayso.demo.books import Part
from sayso.demo.distributor import Distributor, opening_facts
from sayso.demo.naive import Answer, Storefront
from sayso.demo.orders import OrderLine
from sayso.demo.settings import Generated
from sayso.demo.standing import CURRENCY, taxes
from sayso.demo.world import EVENING, MORNING

_ORDERS = (
    "order", "line", "placed", "customer", "country", "channel", "currency", "item", "quantity", "shown_available",
    "credit_ok", "answer", "reason",
)  # fmt: skip
_OUTCOMES = ("order", "line", "outcome", "reason", "at")
_INSTANT = timedelta(milliseconds=1)


class Exports:
    """Writes both folders while a storefront trades. Call each method right after the storefront's own."""

    def __init__(self, storefront: Storefront, setting: str, folder: Path) -> None:
        self._shop, self._setting = storefront, setting
        self._files: dict[str, IO[str]] = {}
        self._writers: dict[str, Any] = {}
        self._folder = folder
        self._flags: set[str] = set()
        self._open: dict[str, Decimal] = {}
        self._last = datetime.min.replace(tzinfo=UTC)
        for name in ("storefront", "erp"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Exports:
        """The files stay open until the end; what was there before is written over."""
        self._opening(self._shop.distributor)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.close()

    def morning(self, day: date) -> None:
        """What the night brought."""
        as_of = at(day, MORNING)
        distributor = self._shop.distributor
        if day == Taxes.changed:
            self._told("taxes", as_of, taxes(distributor.countries, day))
        for purchase in self._shop.plan.purchases:
            if purchase.arrives == day and day >= distributor.first:
                self._told("inbound", as_of, moving.arrived(purchase))
                self._told("receipts", as_of, moving.receipts(purchase))
            elif purchase.placed == day:
                self._told("inbound", as_of, moving.inbound(purchase, purchase.promised))
            elif purchase.placed < day < purchase.arrives and any(on == day for on, _ in purchase.told):
                self._told("inbound", as_of, moving.inbound(purchase, purchase.due(day)))
        self._changed(as_of, feed=True)
        self._receivables(as_of)
        self._flagged(as_of)

    def asked(self, answer: Answer) -> None:
        """An order, what it was shown and told, and what the back office made of it."""
        order = answer.order
        placed = max(order.at, self._last + _INSTANT)
        self._last = placed
        refused, broken = dict(answer.refused), dict(answer.broken)
        for number, line in enumerate(order.lines, 1):
            self._write(
                "storefront/orders.csv", _ORDERS,
                {
                    "order": order.reference, "line": number, "placed": placed.isoformat(),
                    "customer": order.customer, "country": order.country, "channel": "web",
                    "currency": CURRENCY, "item": line.item, "quantity": line.quantity,
                    "shown_available": self._shop.shown(line, order.country),
                    "credit_ok": "no" if order.customer in self._shop.blocked else "yes",
                    "answer": "no" if line in refused else "yes", "reason": refused.get(line, ""),
                },
            )  # fmt: skip
            if line not in refused:
                self._became(order.reference, number, line, broken, placed)
        self._changed(placed + _INSTANT / 2)

    def close(self, day: date) -> None:
        """What the evening brought."""
        self._changed(at(day, EVENING), feed=True)
        self._receivables(at(day, EVENING))

    def _became(
        self, order: str, number: int, line: OrderLine, broken: Mapping[OrderLine, str], placed: datetime
    ) -> None:
        why = broken.get(line, "")
        outcome = "accepted" if not why else "rejected" if why in ("overdue", "credit_limit") else "short"
        told = {"order": order, "line": number, "outcome": outcome, "reason": why, "at": placed.isoformat()}
        self._write("erp/outcomes.csv", _OUTCOMES, told)

    def _opening(self, distributor: Distributor) -> None:
        for batch in opening_facts(distributor, self._setting):
            self._told(batch.kind, None, batch.rows)
            if batch.kind == "stock":
                self._feed(None, ((row["item"], row["site"]) for row in batch.rows))
        self._open = {one.document: one.open for one in self._shop.ledger.invoices.values()}
        self._shop.books.moved.clear()
        self._flagged(None)

    def _changed(self, as_of: datetime, feed: bool = False) -> None:
        """Stock and demand that changed."""
        books, plan = self._shop.books, self._shop.plan
        places = sorted(books.moved)
        self._told(
            "stock",
            as_of,
            (
                {
                    **moving.stock(place, books.on_hand[place], plan.protected.get(place, 0)),
                    "reserved": str(books.allocated[place]),
                }
                for place in places
            ),
        )
        self._told("demand", as_of, (_demand(part) for _, part in sorted(books.altered.items())))
        if feed:
            self._feed(as_of, places)
        books.moved.clear()
        books.altered.clear()

    def _feed(self, as_of: datetime | None, places: Iterable[tuple[str, str]]) -> None:
        for item, site in places:
            told = {
                "item": item,
                "site": site,
                "available": self._shop.books.on_hand[item, site],
                "as_of": _said(as_of),
            }
            self._write("storefront/stock.csv", tuple(told), told)

    def _receivables(self, as_of: datetime) -> None:
        invoices = self._shop.ledger.invoices
        changed = [one for one in invoices.values() if self._open.get(one.document) != one.open]
        self._told("receivables", as_of, map(moving.receivable, changed))
        self._open.update((one.document, one.open) for one in changed)

    def _flagged(self, as_of: datetime | None) -> None:
        blocked = self._shop.blocked
        every = self._shop.distributor.book.accounts if as_of is None else blocked ^ self._flags
        for customer in sorted(every):
            told = {
                "customer": customer,
                "credit_ok": "no" if customer in blocked else "yes",
                "as_of": _said(as_of),
            }
            self._write("storefront/customers.csv", tuple(told), told)
        self._flags = set(blocked)

    def _told(self, kind: str, as_of: datetime | None, rows: Iterable[Row]) -> None:
        for row in rows:
            told = {**row, "as_of": _said(as_of)}
            self._write(f"erp/{kind}.csv", _COLUMNS[kind], told)

    def _write(self, name: str, columns: tuple[str, ...], row: Mapping[str, Any]) -> None:
        if name not in self._files:
            file = self._files[name] = (self._folder / name).open("w", encoding="utf-8", newline="")
            self._writers[name] = csv.DictWriter(file, columns)
            self._writers[name].writeheader()
        self._writers[name].writerow(row)


def _demand(part: Part) -> Row:
    """An order line as it stands: what of it belongs to it already is reserved."""
    row = {**moving.demand(part), "line": f"{part.line}-{part.sequence}"}
    if not part.open:
        return {"document": row["document"], "line": row["line"], "deleted": True}
    return {**row, "reserved": str(part.allocated)}


def _said(as_of: datetime | None) -> str:
    return as_of.isoformat() if as_of else ""


_DOCUMENT = ("document", "line")
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "calendars": ("calendar", "date", "working", "as_of"),
    "sites": ("site", "name", "country", "timezone", "calendar", "cutoff", "handling_days", "as_of"),
    "lanes": ("site", "country", "transit_days", "cost", "as_of"),
    "rules": ("rule", "effect", "hazard", "category", "country", "licence", "reason", "as_of"),
    "taxes": ("country", "rate", "as_of"),
    "items": (
        "item", "name", "uom", "status", "stocked", "currency", "list_price", "lead_days", "hazard", "category", "as_of",
    ),
    "prices": (
        "line_type", "source_type", "target_type", "target", "currency", "min_quantity", "price", "starts", "ends", "as_of",
    ),
    "customers": (
        "customer", "name", "country", "currency", "terms_days", "tax_exempt", "credit_limit", "licences", "bill_to",
        "parent", "as_of",
    ),
    "stock": ("item", "site", "on_hand", "reserved", "safety_stock", "as_of"),
    "inbound": (
        *_DOCUMENT, "item", "site", "quantity", "due", "vendor", "status", "kind", "deleted", "as_of",
    ),
    "receipts": (
        *_DOCUMENT, "receipt", "item", "site", "vendor", "ordered", "promised", "received", "quantity", "as_of",
    ),
    "demand": (
        *_DOCUMENT, "order", "item", "site", "quantity", "reserved", "requested", "planned", "due", "customer",
        "status", "kind", "fulfilment", "amount", "currency", "deleted", "as_of",
    ),
    "receivables": (
        "document", "customer", "amount", "open", "currency", "issued", "due", "posted", "as_of",
    ),
}  # fmt: skip


def back_office(given: Generated) -> tuple[dict[str, Any], int]:
    """How the back office judges, as settings of a policy; and within how many days a buyer would have waited."""
    return {"credit": {"grace_days": given.grace_days, "overdue": "refuse"}}, given.patience_days
