"""The back office behind Sayso: it ships what Sayso promised, receives, counts, invoices and is paid, day
by day.

Driven by what was accepted, the site, quantity and day of each part; what it reports are facts as the
interface has them. It never asks and never judges; it notes where a promise could not be kept, and why.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sayso.demo import moving
from sayso.demo.accounts import Taxes
from sayso.demo.batches import GENERATED, REAL, Batch, Row, at, batch
from sayso.demo.books import Books, Part
from sayso.demo.distributor import Distributor
from sayso.demo.ledger import Invoice, Ledger
from sayso.demo.orders import LOCAL, Order, Return, by_day
from sayso.demo.planner import Place, Purchase
from sayso.demo.settings import LONDON
from sayso.demo.standing import taxes

MORNING, EVENING = 5, 23
"""Hours (UTC) at which the back office reports: after the night's bookings, and after the day's last
order."""


class Agreed(NamedTuple):
    """A part of a promise that became an order. `net` is without tax, as promised; `paid` as the real
    customer paid."""

    item: str
    site: str
    quantity: int
    ship_on: date
    net: Decimal
    paid: Decimal
    leans_on: tuple[str, ...]


class World:
    """The simulated back office of one stock setting."""

    def __init__(self, distributor: Distributor, setting: str) -> None:
        self.distributor, self.plan = distributor, distributor.plan(setting)
        self.books = Books(self.plan.opening)
        self.ledger = Ledger(distributor.book, distributor.first, distributor.given)
        self.coming: dict[Place, list[tuple[Purchase, int]]] = defaultdict(list)
        self._expected: list[Purchase] = []
        self._new: list[Part] = []
        self._due: dict[date, set[Place]] = defaultdict(set)
        self._late: set[Place] = set()
        self._orders = 0
        self._told_stock: dict[Place, int] = dict(self.plan.opening)
        self._changed_stock: set[Place] = set()
        self._changed_parts: dict[int, Part] = {}
        self._changed_invoices: dict[str, Invoice] = {}
        self._returns = by_day(distributor.trade.returns)
        self._corrections = by_day(distributor.trade.corrections)
        for purchase in self.plan.purchases:
            if purchase.placed < distributor.first <= purchase.arrives:
                self._expect(purchase)

    def morning(self, day: date) -> list[Batch]:
        """The night's bookings, as reports. What frees stock or credit is reported before what takes it."""
        for invoice in self.ledger.pay(day):
            self._changed_invoices[invoice.document] = invoice
        arrived, later, placed = self._supply(day)
        as_of, reports = at(day, MORNING), []
        reports += batch(
            "demand", GENERATED, as_of, [moving.less_demand(part) for part in self._changed_parts.values()]
        )
        reports += batch(
            "receivables",
            GENERATED,
            as_of,
            [moving.receivable(one) for one in self._changed_invoices.values()],
        )
        reports += batch("stock", GENERATED, as_of, self._stock_rows())
        supply = [row for one in arrived for row in moving.arrived(one)]
        supply += [row for one in later for row in moving.postponed(one, one.due(day))]
        supply += [row for one in placed for row in moving.inbound(one, one.promised)]
        reports += batch("inbound", GENERATED, as_of, supply)
        reports += batch(
            "receipts", GENERATED, as_of, [row for one in arrived for row in moving.receipts(one)]
        )
        if day == Taxes.changed:
            reports += batch("taxes", REAL, as_of, taxes(self.distributor.countries, day))
        self._changed_parts.clear()
        self._changed_invoices.clear()
        return reports

    def accept(self, order: Order, number: str, agreed: Sequence[Agreed]) -> None:
        """An order as Sayso accepted it, under Sayso's number; the back office gives it one of its own."""
        self._orders += 1
        document, day = f"SO-{100000 + self._orders}", order.at.astimezone(LOCAL).date()
        for line, one in enumerate(agreed, 1):
            part = Part(
                document, line, number, order.customer, one.item, one.site, one.quantity, max(one.ship_on,
                day),
                Taxes.gross(one.net, order.country, day), one.paid, order.at, len(self.books.parts),
                one.leans_on,
            )  # fmt: skip
            self.books.accept(part)
            self._new.append(part)
            self._due[part.ship_on].add(part.place)

    def evening(self, day: date) -> list[Batch]:
        """The back office reports the day's orders as its own demand, under its own numbers."""
        rows = [moving.demand(part) for part in self._new]
        self._new.clear()
        return batch("demand", GENERATED, at(day, EVENING), rows)

    def close(self, day: date) -> None:
        """After the reports: goods come back, stock is corrected, and what is due leaves and is invoiced."""
        for one in self._returns.pop(day, ()):
            self._give_back(one, day)
        for correction in self._corrections.pop(day, ()):
            place = (correction.item, LONDON)
            if place in self.books.on_hand and self.books.correct(place, correction.quantity, day):
                self._changed_stock.add(place)
        invoiced: dict[str, list[tuple[Part, Decimal]]] = defaultdict(list)
        for place in sorted(self._due.pop(day, set()) | self._late):
            for part, worth in self._leave(place, day):
                invoiced[part.document].append((part, worth))
        for document, parts in invoiced.items():
            part = parts[0][0]
            amount = sum((worth for _, worth in parts), Decimal(0))
            name = f"INV-{document[3:]}-{day:%y%m%d}"
            self._changed_invoices[name] = self.ledger.issue(name, part.customer, amount, day, part.order)

    def _leave(self, place: Place, day: date) -> list[tuple[Part, Decimal]]:
        """What is due at a place leaves; then what is late, or leans on what is, as far as nobody else's promise
        is broken by it."""
        left: list[tuple[Part, Decimal]] = []
        waiting = self.books.waiting(place)
        missing = {one.document for one, _ in self.coming[place] if one.promised <= day}
        due = [part for part in waiting if part.ship_on == day]
        behind = [part for part in waiting if part.ship_on < day]
        for part in due:
            if missing.isdisjoint(part.leans_on):
                self._ship(part, self.books.on_hand[place], left)
            else:
                behind.append(part)
        if behind:
            spare = self.books.on_hand[place] - self._reserve(place, waiting, day)
            for part in behind:
                spare -= self._ship(part, spare, left)
        for part in due:
            if part.open:
                part.broken = self._cause(place, day)
        if any(part.open and part.ship_on <= day for part in waiting):
            self._late.add(place)
        else:
            self._late.discard(place)
        return left

    def _ship(self, part: Part, there: int, left: list[tuple[Part, Decimal]]) -> int:
        units = min(part.open, there)
        if units <= 0:
            return 0
        left.append((part, self.books.ship(part, units)))
        self._changed_parts[part.sequence] = part
        self._changed_stock.add(part.place)
        return units

    def _reserve(self, place: Place, waiting: list[Part], day: date) -> int:
        """What has to stay for promises of later days, beyond what is expected to arrive for them in time."""
        need = most = 0
        for part in (part for part in waiting if part.ship_on > day):
            need += part.open
            arriving = sum(units for one, units in self.coming[place] if day < one.due(day) <= part.ship_on)
            most = max(most, need - arriving)
        return most

    def _cause(self, place: Place, day: date) -> str:
        """Why promises of a place cannot be kept: late supply explains what lacks, or what was written off
        does.

        What neither explains is `oversold`: that Sayso must never be the cause of.
        """
        waiting = [part for part in self.books.waiting(place) if part.ship_on <= day]
        lacking = sum(part.open for part in waiting)
        late = sum(units for one, units in self.coming[place] if one.promised <= day)
        if lacking <= late:
            return "late_inbound"
        since = min(part.placed for part in waiting).date()
        if lacking <= late + self.books.written_off(place, since):
            return "stock_count"
        return "oversold"

    def _give_back(self, one: Return, day: date) -> None:
        for number, back in enumerate(self.books.give_back(one.customer, one.item, one.quantity)):
            part = back.part
            if back.cancelled:
                self._changed_parts[part.sequence] = part
                continue
            self._changed_stock.add(part.place)
            worth = part.worth(part.returned) - part.worth(part.returned - back.returned)
            if worth:
                name = f"CM-{one.document}-{one.item}-{part.sequence}-{number}"
                self._changed_invoices[name] = self.ledger.credit(name, one.customer, worth, day)

    def _supply(self, day: date) -> tuple[list[Purchase], list[Purchase], list[Purchase]]:
        """Purchase orders that arrive on a day, that get another date, and that are placed."""
        arrived = [one for one in self._expected if one.arrives == day]
        for purchase in arrived:
            for line in purchase.lines:
                place = (line.item, purchase.site)
                self.books.receive(place, line.quantity)
                self.coming[place] = [found for found in self.coming[place] if found[0] is not purchase]
                self._changed_stock.add(place)
        self._expected = [one for one in self._expected if one.arrives != day]
        later = [one for one in self._expected if any(on == day for on, _ in one.told)]
        placed = [one for one in self.plan.purchases if one.placed == day]
        for purchase in placed:
            self._expect(purchase)
        return arrived, later, placed

    def _expect(self, purchase: Purchase) -> None:
        self._expected.append(purchase)
        for line in purchase.lines:
            self.coming[line.item, purchase.site].append((purchase, line.quantity))

    def _stock_rows(self) -> list[Row]:
        rows = []
        for place in sorted(self._changed_stock):
            on_hand = self.books.on_hand[place]
            if self._told_stock.get(place) != on_hand:
                self._told_stock[place] = on_hand
                rows.append(moving.stock(place, on_hand))
        self._changed_stock.clear()
        return rows
