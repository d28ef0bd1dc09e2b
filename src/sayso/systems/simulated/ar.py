"""The simulated receivables tool: invoices and credit memos as it was asked for, what was paid on them, disputes.

Its open items follow from what it was told alone; whether that is right, it cannot know.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sayso.canon.times import moment
from sayso.systems.seam import Ask
from sayso.systems.simulated.books import ZERO, ChargedLine, Invoice, OrderLine, number
from sayso.systems.simulated.erp_told import invoice_of
from sayso.systems.simulated.office import Office
from sayso.systems.simulated.system import Refused, System


class Ar(System):
    """Receivables."""

    role = "ar"

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self.invoices: dict[str, Invoice] = {}
        self.credits: dict[str, dict[str, Any]] = {}
        self.applications: dict[str, list[dict[str, Any]]] = {}
        """By payment (or the document of a write-off): the last application that was posted."""
        self.disputes: dict[str, dict[str, Any]] = {}
        office.when_invoiced.append(self._take_over)

    def perform(self, ask: Ask) -> list[dict[str, Any]]:
        """issue_invoice, issue_credit, post_application or open_dispute."""
        doing = {
            "issue_invoice": self._invoice, "issue_credit": self._credit, "post_application": self._apply,
            "open_dispute": self._dispute,
        }.get(ask.kind)  # fmt: skip
        return doing(ask) if doing else super().perform(ask)

    # Invoices.

    def _number(self, stem: str, ask: Ask) -> str:
        found = f"{stem}-{self.chance.number(9, stem, ask.effect)}"
        while found in self.invoices or found in self.credits:
            found += "1"
        return found

    def _invoice(self, ask: Ask) -> list[dict[str, Any]]:
        body = ask.body
        issued = date.fromisoformat(body["issued"]) if body.get("issued") else self.now.date()
        due = (
            date.fromisoformat(body["due"])
            if body.get("due")
            else issued + timedelta(days=self.setting.terms_days)
        )
        lines = [_charged(line, ask.order) for line in body["lines"]]
        charges = {
            one["code"]: number(one["amount"]) + number(one.get("tax")) for one in body.get("charges", ())
        }
        total = sum((one.amount + one.tax for one in lines), sum(charges.values(), ZERO))
        if body.get("total") is not None and number(body["total"]) != total:
            raise Refused(f"the lines and charges make {total}, not {body['total']}")
        invoice = Invoice(
            self._number("INV", ask),
            body["customer"],
            body["currency"],
            issued,
            due,
            lines,
            charges,
            total,
            ask.cause,
        )
        for tell in self.office.when_invoiced:
            tell(invoice, self.now)
        return [self.event(ask, "invoice.issued", {
            "document": invoice.number, "revision": 1, "customer": invoice.customer, "currency": invoice.currency,
            "lines": body["lines"], "issued": issued.isoformat(), "due": due.isoformat(),
            "charges": list(body.get("charges", ())), "total": str(total), "cause": body.get("cause") or ask.cause,
        })]  # fmt: skip

    def _take_over(self, invoice: Invoice, at: datetime) -> None:
        """Into the books, its own and those of the ERP; the customer acknowledges it."""
        self.invoices[invoice.number] = invoice
        after = self.chance.between(self.setting.pace.invoice_received, "received", invoice.number)
        self.later(at + after, f"acknowledge {invoice.number}", lambda: self._acknowledge(invoice))

    def carry_forward(
        self, number: str, customer: str, currency: str, amount: Decimal, issued: date, due: date
    ) -> None:
        """An invoice from before the simulation begins: told as it stands, and paid as any other."""
        invoice = Invoice(number, customer, currency, issued, due, [], {"carried_forward": amount}, amount)
        self.invoices[number] = invoice
        for tell in self.office.when_carried:
            tell(invoice, self.now)
        self.say("INVOICED", "", number, {**invoice_of(invoice), "at": moment(self.now)})

    def _acknowledge(self, invoice: Invoice) -> None:
        self.say("INVOICEACK", _order_of(invoice), invoice.number, {
            "invoiceNo": invoice.number, "revision": 1, "ackNo": f"ACK-{invoice.number}",
            "accountNo": invoice.customer, "currency": invoice.currency, "at": moment(self.now),
        })  # fmt: skip

    # Credit memos.

    def _credit(self, ask: Ask) -> list[dict[str, Any]]:
        body = ask.body
        lines = [_charged(line, ask.order) for line in body.get("lines", ())]
        charges = sum(
            (number(one["amount"]) + number(one.get("tax")) for one in body.get("charges", ())), ZERO
        )
        total = sum((one.amount + one.tax for one in lines), charges)
        if body.get("total") is not None:
            total = number(body["total"])
        invoice = self._known(body["invoice"]) if body.get("invoice") else None
        if total <= 0:
            raise Refused("there is nothing to give back")
        issued = date.fromisoformat(body["issued"]) if body.get("issued") else self.now.date()
        memo = self._number("CM", ask)
        self._post_credit(memo, body["customer"], invoice, total, lines)
        data = {
            "document": memo, "revision": 1, "customer": body["customer"], "currency": body["currency"],
            "issued": issued.isoformat(), "invoice": body.get("invoice", ""), "lines": list(body.get("lines", ())),
            "charges": list(body.get("charges", ())), "total": str(total), "reason": body.get("reason", ""),
            "cause": body.get("cause") or ask.cause,
        }  # fmt: skip
        return [self.event(ask, "credit_memo.issued", data)]

    def _post_credit(
        self, memo: str, customer: str, invoice: Invoice | None, total: Decimal, lines: list[ChargedLine]
    ) -> None:
        self.credits[memo] = {
            "customer": customer, "invoice": invoice.number if invoice else "", "total": total, "lines": lines,
        }  # fmt: skip
        if invoice is not None:
            invoice.credited[memo] = total

    # Applications.

    def _apply(self, ask: Ask) -> list[dict[str, Any]]:
        body = ask.body
        lines = list(body.get("lines", ()))
        invoices = [self._known(line["invoice"]) for line in lines]
        name = body.get("payment") or f"document {body.get('document') or ask.effect}"
        for invoice in self.invoices.values() if name in self.applications else ():
            invoice.applied.pop(name, None)
            invoice.settled.pop(name, None)
        self.applications[name] = lines
        for invoice, line in zip(invoices, lines, strict=True):
            money = number(line.get("amount"))
            gone = number(line.get("write_off")) + number(line.get("discount"))
            invoice.applied[name] = invoice.applied.get(name, ZERO) + (money if body.get("payment") else ZERO)
            invoice.settled[name] = invoice.settled.get(name, ZERO) + gone
        return []

    # Disputes.

    def _dispute(self, ask: Ask) -> list[dict[str, Any]]:
        body = ask.body
        invoice = self._known(body["invoice"])
        document = f"DSP-{self.chance.number(9, 'dispute', ask.effect)}"
        amount = number(body["amount"])
        invoice.disputed[document] = amount
        self.disputes[document] = {"invoice": invoice.number, "amount": amount, "state": "open"}
        after = self.chance.between(self.setting.pace.dispute, "dispute", document)
        self.later(self.now + after, f"close {document}", lambda: self._close(document, invoice, amount))
        data = {
            "document": document, "revision": 1, "invoice": invoice.number, "amount": str(amount),
            "currency": body.get("currency") or invoice.currency, "reason": body.get("reason", ""),
            "lines": list(body.get("lines", ())),
        }  # fmt: skip
        return [self.event(ask, "dispute.opened", data)]

    def _close(self, document: str, invoice: Invoice, amount: Decimal) -> None:
        """Seven of ten are credited, the others withdrawn; what is not owed any more is not credited."""
        amount = min(amount, invoice.open)
        credited = amount > 0 and self.chance.hits(Decimal(70), "outcome", document)
        outcome, memo = ("credited", f"CM-{document}") if credited else ("withdrawn", "")
        self.disputes[document]["state"] = outcome
        invoice.disputed.pop(document, None)
        order = _order_of(invoice)
        for tell in () if credited else self.office.when_withdrawn:
            tell(invoice, self.now)
        if credited:
            self._post_credit(memo, invoice.customer, invoice, amount, [])
            self.say("CREDITED", order, memo, {
                "creditNo": memo, "revision": 1, "invoiceNo": invoice.number, "accountNo": invoice.customer,
                "currency": invoice.currency, "issuedOn": self.now.date().isoformat(), "lines": [], "charges": [],
                "grossTotal": str(amount), "reason": "dispute", "at": moment(self.now),
            })  # fmt: skip
        self.say("DISPUTECLOSED", order, document, {
            "disputeNo": document, "revision": 1, "invoiceNo": invoice.number, "accountNo": invoice.customer,
            "currency": invoice.currency, "amount": str(amount), "outcome": outcome, "creditNo": memo,
            "at": moment(self.now),
        })  # fmt: skip

    def disputes_line(self, invoice: str, line: int, amount: Decimal, reason: str) -> None:
        """A customer tells receivables that it will not pay a line."""
        one = self.invoices[invoice]
        document = f"DSP-{invoice}-{line}"
        one.disputed[document] = amount
        self.disputes[document] = {"invoice": invoice, "amount": amount, "state": "open"}
        self.say("DISPUTE", _order_of(one), document, {
            "disputeNo": document, "revision": 1, "invoiceNo": invoice, "accountNo": one.customer,
            "currency": one.currency, "amount": str(amount), "reason": reason, "orderLines": [line],
            "at": moment(self.now),
        })  # fmt: skip
        after = self.chance.between(self.setting.pace.dispute, "dispute", document)
        self.later(self.now + after, f"close {document}", lambda: self._close(document, one, amount))

    def _known(self, invoice: str) -> Invoice:
        found = self.invoices.get(invoice)
        if found is None:
            raise Refused(f"there is no invoice {invoice}")
        return found

    def books(self) -> dict[str, Any]:
        """`invoiced` and `credited`: by (order, line), in units of the ordered item; `open_items` by invoice;
        `customer_balance` by customer, with tax; `invoices`: by number, total, paid, credited, settled, open."""
        invoiced: dict[OrderLine, Decimal] = defaultdict(Decimal)
        credited: dict[OrderLine, Decimal] = defaultdict(Decimal)
        balance: dict[str, Decimal] = defaultdict(Decimal)
        for one in self.invoices.values():
            for line in one.lines:
                invoiced[line.order, line.line] += line.counts
            balance[one.customer] += one.open
        for memo in self.credits.values():
            for line in memo["lines"]:
                credited[line.order, line.line] += line.counts
            if not memo["invoice"]:
                balance[memo["customer"]] -= memo["total"]
        return {
            "invoiced": dict(invoiced), "credited": dict(credited), "customer_balance": dict(balance),
            "open_items": {one.number: one.open for one in self.invoices.values() if one.open},
            "invoices": {one.number: _account(one) for one in self.invoices.values()},
            "disputes": {name: dict(one) for name, one in self.disputes.items()},
        }  # fmt: skip


def _account(invoice: Invoice) -> dict[str, Any]:
    return {
        "customer": invoice.customer, "total": invoice.total, "paid": invoice.paid, "open": invoice.open,
        "credited": sum(invoice.credited.values(), ZERO), "settled": sum(invoice.settled.values(), ZERO),
        "orders": tuple(sorted({line.order for line in invoice.lines})),
    }  # fmt: skip


def _order_of(invoice: Invoice) -> str:
    return invoice.lines[0].order if invoice.lines else ""


def _charged(line: dict[str, Any], order: str) -> ChargedLine:
    quantity = number(line["quantity"])
    counts = number(line["stands_for"]) if line.get("stands_for") is not None else quantity
    return ChargedLine(
        line.get("order") or order, int(line["line"]), line["item"], quantity, counts, number(line["amount"]),
        number(line.get("tax")), line.get("shipment", ""),
    )  # fmt: skip
