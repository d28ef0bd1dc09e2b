"""The simulated ERP: takes orders over as it stores them, accepts, holds, rejects, allocates, changes, cancels, and, where
the company wants it so, invoices what has left. Facts of its demand and inbound are told by `erp_facts`."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sayso.canon.times import moment
from sayso.systems.seam import Ask
from sayso.systems.simulated import erp_told as told
from sayso.systems.simulated.books import (
    ZERO,
    ChargedLine,
    Invoice,
    Shipment,
    StoredLine,
    StoredOrder,
    cents,
    number,
    text,
)
from sayso.systems.simulated.erp_facts import ErpFacts
from sayso.systems.simulated.office import Office
from sayso.systems.simulated.siting import Siting, less
from sayso.systems.simulated.system import Refused, System

_DAY = timedelta(days=1)


class Erp(System):
    """The ERP of record."""

    role = "erp"

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self.orders: dict[str, StoredOrder] = {}
        self.facts_of = ErpFacts(self.orders)
        self.siting = Siting(self.facts_of.incoming)
        self.siting.on_hand = lambda item: office.on_hand(item)
        self.invoices: list[Invoice] = []
        office.when_shipped.append(self._shipped)
        office.when_invoiced.append(lambda invoice, _: self._invoiced(invoice))
        office.incoming = self.facts_of.incoming

    def perform(self, ask: Ask) -> list[dict[str, Any]]:
        """submit_order or cancel_order."""
        if ask.kind == "submit_order":
            return self._take(ask)
        if ask.kind == "cancel_order":
            return self._cancel(ask)
        return super().perform(ask)

    # Orders.

    def _take(self, ask: Ask) -> list[dict[str, Any]]:
        body = ask.body
        if body["order"] in self.orders:
            raise Refused(f"{body['order']} was taken over before")
        lines = [told.stored(line) for line in body["lines"]]
        charges = sum(
            (number(one["amount"]) + number(one.get("tax")) for one in body.get("charges", ())), ZERO
        )
        order = StoredOrder(
            body["order"], f"SO-{body['order']}", body["customer"], body["currency"], self.now,
            {line.line: line for line in lines}, charges,
        )  # fmt: skip
        self._as_stored(order)
        for line in lines:
            self.siting.enter(line, self.now.date())
            self.office.sites[order.order, line.line] = dict(line.left)
        self.orders[order.order] = order
        self.facts_of.touch(order)
        if self.setting.accepts_at_once:
            order.state = "open"
            return [self.event(ask, "order.accepted", told.accepted(order))]
        at = self.now + self.chance.between(self.setting.pace.accept, "accept", order.order)
        self.later(at, f"accept {order.order}", lambda: self._decide(order))
        return []

    def _as_stored(self, order: StoredOrder) -> None:
        """An ERP prices an order by its own list: most often that agrees."""
        for line in order.lines.values():
            subject = f"{order.order}/{line.line}"
            rule = self.office.faults.due(
                self.role, "price_changed", "ORDERACK", order.order, subject, self.now
            )
            if rule is not None and line.amount:
                percent = Decimal(rule.share or 3 + self.chance.below(12, "dearer", subject))
                before = line.unit_price
                line.unit_price = cents(before * (100 + percent) / 100)
                rate = line.tax / line.amount
                line.amount = cents(line.unit_price * line.quantity)
                line.tax = cents(line.amount * rate)
                detail = f"line {line.line}: {text(before)} became {text(line.unit_price)}"
                self.office.faults.play(
                    self.now, self.role, "price_changed", "ORDERACK", order.order, order.number, detail
                )

    def _decide(self, order: StoredOrder) -> None:
        """Reject, hold, or accept: holds are told before the acceptance that follows their release."""
        name = order.order
        if order.state != "taken":
            return
        if self._plays("rejected", "ORDERREJ", order):
            order.state = "rejected"
            for line in order.lines.values():
                _without(line, line.open)
            self.facts_of.touch(order)
            self._say("ORDERREJ", order, {"reason": "the customer's account is blocked for orders"})
            return
        rule = self.office.faults.due(self.role, "held", "ORDERHOLD", name, name, self.now)
        if rule is None:
            self._accept(order)
            return
        order.state = "held"
        self.office.faults.play(self.now, self.role, "held", "ORDERHOLD", name, order.number)
        hold: dict[str, Any] = {
            "holdNo": f"HOLD-{name}",
            "holdKind": rule.what or "credit",
            "reason": "looked at by a person",
        }
        self._say("ORDERHOLD", order, hold)
        over = self.now + (rule.by or _DAY)
        self.later(over, f"release {name}", lambda: self._release(order, hold))

    def _release(self, order: StoredOrder, hold: dict[str, Any]) -> None:
        if order.state == "held":
            self._say("ORDERRELEASE", order, hold)
            self._accept(order)

    def _accept(self, order: StoredOrder) -> None:
        order.state = "open"
        self._say("ORDERACK", order, {"lines": [told.line_of(one) for one in order.lines.values()]})
        if self.setting.allocates:
            at = self.now + self.chance.between(self.setting.pace.allocate, "allocate", order.order)
            self.later(at, f"allocate {order.order}", lambda: self._allocate(order))
        if self.office.faults.due(self.role, "cancelled", "ORDERCANCEL", order.order, order.order, self.now):
            at = self.now + self.chance.between(self.setting.pace.allocate, "gives up", order.order)
            self.later(at, f"give up {order.order}", lambda: self._give_up(order))
        rule = self.office.faults.due(
            self.role, "date_changed", "ORDERCHANGE", order.order, order.order, self.now
        )
        if rule is not None:
            by = rule.by or 2 * _DAY
            self.later(
                self.now + timedelta(hours=1), f"change {order.order}", lambda: self._redate(order, by)
            )

    def _allocate(self, order: StoredOrder) -> None:
        lines = [
            {"lineNo": one.line, "itemNo": one.item, "quantity": text(one.open), "unit": one.unit,
             "location": one.site}
            for one in order.lines.values() if one.open
        ]  # fmt: skip
        if order.state == "open" and lines:
            document = f"AL-{order.order}"
            self._say("ALLOC", order, {"lines": lines, "allocationNo": document})

    def _redate(self, order: StoredOrder, by: timedelta) -> None:
        lines = [one for one in order.lines.values() if one.open and one.ship_on]
        if order.state != "open" or not lines:
            return
        order.revision += 1
        for one in lines:
            assert one.ship_on is not None
            one.ship_on += by
        self.facts_of.touch(order)
        self.office.faults.play(
            self.now,
            self.role,
            "date_changed",
            "ORDERCHANGE",
            order.order,
            order.number,
            f"by {by.days} days",
        )
        changed = [told.line_of(one) for one in lines]
        self._say("ORDERCHANGE", order, {"lines": changed, "reason": "supply is late"})

    def _cancel(self, ask: Ask) -> list[dict[str, Any]]:
        """Asked to: whoever asked knows, so no message follows."""
        order = self.orders.get(ask.body["order"])
        if order is None:
            raise Refused(f"there is no order {ask.body['order']}")
        wanted = {int(one["line"]): number(one["quantity"]) for one in ask.body.get("lines") or ()}
        whole_order = not wanted
        wanted = wanted or {line.line: line.open for line in order.lines.values() if line.open}
        known = (order.order, ask.cause)
        if known not in self.office.cancelled:
            enough = all(units <= order.lines[line].open for line, units in wanted.items())
            self.office.cancelled[known] = enough and self.office.stop(order.order, wanted)
        if not self.office.cancelled[known]:
            raise Refused(f"{order.order} has left, or is packed")
        for line, units in wanted.items():
            _without(order.lines[line], min(units, order.lines[line].open))
        if whole_order and order.state in ("taken", "held"):
            order.state = "cancelled"
        self.facts_of.touch(order)
        return []

    def _give_up(self, order: StoredOrder) -> None:
        """The ERP cancels a line by itself, where it can still be stopped."""
        lines = [one for one in order.lines.values() if one.open]
        if order.state != "open" or not lines:
            return
        line = self.chance.choice(lines, "cancelled", order.order)
        if not self.office.stop(order.order, {line.line: line.open}):
            return
        line.given_up += line.open
        _without(line, line.open)
        order.cancels += 1
        self.facts_of.touch(order)
        self.office.faults.play(
            self.now, self.role, "cancelled", "ORDERCANCEL", order.order, order.number, f"line {line.line}"
        )
        # What was cancelled up to now, so that the last word of several is right alone.
        given_up = [
            {"lineNo": one.line, "itemNo": one.item, "quantity": text(one.given_up), "unit": one.unit}
            for one in order.lines.values() if one.given_up
        ]  # fmt: skip
        self._say("ORDERCANCEL", order, {"lines": given_up, "reason": "discontinued"}, order.cancels)

    def put_right(self, order: str) -> bool:
        """A person gives the lines the prices that the order came with, and it is accepted anew; whether it can be."""
        stored = self.orders.get(order)
        asked: list[dict[str, Any]] = next(
            (ask.body["lines"] for ask, _ in self.effects.values() if (ask.order, ask.kind) == (order, "submit_order")), []
        )  # fmt: skip
        if stored is None or stored.state != "open":
            return False
        for line in map(told.stored, asked):
            mine = stored.lines[line.line]
            mine.unit_price, mine.amount, mine.tax = line.unit_price, line.amount, line.tax
        stored.revision += 1
        self.facts_of.touch(stored)
        self._say("ORDERACK", stored, {"lines": [told.line_of(one) for one in stored.lines.values()]})
        return True

    # What others of the company tell.

    def _shipped(self, shipment: Shipment) -> None:
        order = self.orders.get(shipment.order)
        if order is None:
            return
        for one in shipment.lines:
            if one.line in order.lines:
                less(order.lines[one.line], shipment.site, min(one.counts, order.lines[one.line].open))
                order.lines[one.line].shipped += one.counts
        self.facts_of.touch(order)
        if self.setting.invoices_from_erp:
            self.later(
                self.now + timedelta(hours=1),
                f"invoice {shipment.number}",
                lambda: self._invoice(order, shipment),
            )

    def _invoiced(self, invoice: Invoice) -> None:
        for one in invoice.lines:
            order = self.orders.get(one.order)
            if order is not None and one.line in order.lines:
                order.lines[one.line].invoiced += one.counts
                self.facts_of.touch(order)

    def _invoice(self, order: StoredOrder, shipment: Shipment) -> None:
        lines = []
        for load in shipment.lines:
            stored = order.lines.get(load.line)
            if stored is None or not stored.quantity:
                continue
            amount = cents(stored.amount * load.counts / stored.quantity)
            tax = cents(stored.tax * load.counts / stored.quantity)
            lines.append(
                ChargedLine(
                    order.order,
                    load.line,
                    load.item,
                    load.quantity,
                    load.counts,
                    amount,
                    tax,
                    shipment.number,
                )
            )
        issued = self.now.date()
        invoice = Invoice(
            f"INV-{shipment.number}", order.customer, order.currency, issued,
            issued + timedelta(days=self.setting.terms_days), lines, {},
            sum((one.amount + one.tax for one in lines), ZERO),
        )  # fmt: skip
        rule = self.office.faults.due(
            self.role, "price_changed", "INVOICE", order.order, invoice.number, self.now
        )
        if rule is not None and lines:
            more = cents(lines[0].amount * (rule.share or 5) / 100)
            lines[0].amount += more
            invoice.total += more
            self.office.faults.play(
                self.now, self.role, "price_changed", "INVOICE", order.order, invoice.number, f"{more} more"
            )
        self.invoices.append(invoice)
        self.say(
            "INVOICE",
            order.order,
            invoice.number,
            {"erpOrderNo": order.number, **told.invoice_of(invoice), "at": moment(self.now)},
        )
        for tell in self.office.when_invoiced:
            tell(invoice, self.now)

    # Words.

    def _plays(self, fault: str, kind: str, order: StoredOrder) -> bool:
        rule = self.office.faults.due(self.role, fault, kind, order.order, order.order, self.now)
        if rule is not None:
            self.office.faults.play(self.now, self.role, fault, kind, order.order, order.number)
        return rule is not None

    def _say(self, kind: str, order: StoredOrder, more: dict[str, Any], revision: int = 0) -> None:
        revision = revision or order.revision
        body = {
            "orderRef": order.order, "erpOrderNo": order.number, "revision": revision,
            "currency": order.currency, **more, "at": moment(self.now),
        }  # fmt: skip
        if kind == "ORDERACK":
            body["totalInclTax"] = str(cents(order.total))
        document = more.get("holdNo") or more.get("allocationNo") or order.number
        self.say(kind, order.order, document, body, revision)

    def facts(self) -> dict[str, list[dict[str, Any]]]:
        """What changed since the last time, as rows by kind: demand, inbound. The warehouse tells stock."""
        return self.facts_of.changed()

    def books(self) -> dict[str, Any]:
        """`orders`: by order its number, state, total, and by line what was ordered, cancelled, shipped and invoiced."""
        return {
            "orders": {
                order.order: {
                    "number": order.number, "state": order.state, "total": order.total,
                    "lines": {
                        one.line: {
                            "item": one.item, "quantity": one.quantity, "unit_price": one.unit_price,
                            "cancelled": one.cancelled, "shipped": one.shipped, "invoiced": one.invoiced,
                        }
                        for one in order.lines.values()
                    },
                }
                for order in self.orders.values()
            }
        }  # fmt: skip


def _without(line: StoredLine, units: Decimal) -> None:
    less(line, "", units)
    line.cancelled += units
