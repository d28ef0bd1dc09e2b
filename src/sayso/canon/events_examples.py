"""One event of every type, as it travels: the story of an order, for the reference and for who builds against it."""

from __future__ import annotations

from typing import Any

_LINE = {"line": 1, "item": "85123A", "quantity": "48", "uom": "EA"}
_PRICED = {
    **_LINE,
    "unit_price": "2.55",
    "amount": "122.40",
    "tax": "24.48",
    "ship_on": "2011-02-01",
    "site": "LON",
}
_FREIGHT = {"code": "freight", "amount": "5.00", "tax": "1.00"}
_BILLED = {
    "line": 1, "item": "85123A", "quantity": "48", "amount": "122.40", "tax": "24.48", "order": "WEB-1001",
    "shipment": "SH-1001",
}  # fmt: skip

_TOLD: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "sayso.order.placed.v1": ("storefront", "WEB-1001", "2011-02-01T08:58:00Z", {
        "document": "WEB-1001", "customer": "13047", "currency": "GBP", "promise": "prm_05xk9wz3r81vgq6m2d4t7bnehc",
        "po": "PO 4711", "channel": "web", "country": "GB", "charges": [_FREIGHT],
        "lines": [{**_PRICED, "substitutes": [{"item": "22423", "factor": "2", "unit_price": "5.10"}]}],
    }),
    "sayso.order.accepted.v1": ("erp", "WEB-1001", "2011-02-01T09:00:00Z", {
        "document": "SO-500001", "revision": 1, "currency": "GBP", "total": "152.88", "lines": [_PRICED],
        "charges": [_FREIGHT],
    }),
    "sayso.order.rejected.v1": ("erp", "WEB-1002", "2011-02-01T09:00:00Z", {
        "document": "SO-500002", "revision": 1, "reason": "the customer is blocked", "lines": [1],
    }),
    "sayso.order.changed.v1": ("erp", "WEB-1001", "2011-02-01T10:00:00Z", {
        "document": "SO-500001", "revision": 2, "lines": [{**_PRICED, "ship_on": "2011-02-03"}],
        "reason": "supply is late",
    }),
    "sayso.order.held.v1": ("erp", "WEB-1001", "2011-02-01T09:05:00Z", {
        "document": "HOLD-1", "revision": 1, "kind": "credit", "reason": "over the limit",
    }),
    "sayso.order.released.v1": ("erp", "WEB-1001", "2011-02-01T09:45:00Z", {
        "document": "HOLD-1", "revision": 1, "by": "h.meyer", "reason": "paid",
    }),
    "sayso.order.cancelled.v1": ("erp", "WEB-1001", "2011-02-01T11:00:00Z", {
        "document": "SO-500001", "revision": 1, "lines": [{"line": 1, "quantity": "2"}], "reason": "not wanted",
    }),
    "sayso.line.allocated.v1": ("erp", "WEB-1001", "2011-02-01T09:10:00Z", {
        "document": "AL-1", "revision": 1, "site": "LON", "lines": [{"line": 1, "quantity": "48"}],
    }),
    "sayso.pick.confirmed.v1": ("wms", "WEB-1001", "2011-02-01T13:00:00Z", {
        "document": "PK-1001", "revision": 1, "site": "LON", "lines": [{**_LINE, "quantity": "46", "short": "2"}],
    }),
    "sayso.shipment.dispatched.v1": ("wms", "WEB-1001", "2011-02-01T15:30:00Z", {
        "document": "SH-1001", "revision": 1, "site": "LON", "carrier": "DPD", "tracking": "15501550", "series": "WO-1",
        "part": 1, "of": 2,
        "lines": [
            {**_LINE, "quantity": "24", "original": {"quantity": "2", "uom": "CS"}},
            {"line": 2, "item": "22423", "quantity": "6", "stands_for": "12"},
        ],
    }),
    "sayso.shipment.delivered.v1": ("wms", "WEB-1001", "2011-02-03T10:42:00Z", {
        "document": "POD-1001", "revision": 1, "shipment": "SH-1001", "received_by": "J. Smith",
    }),
    "sayso.shipment.returned.v1": ("wms", "WEB-1001", "2011-02-10T09:00:00Z", {
        "document": "RT-1", "revision": 1, "shipment": "SH-1001", "site": "LON",
        "lines": [{**_LINE, "quantity": "2", "restock": False, "reason": "broken"}],
    }),
    "sayso.stock.counted.v1": ("wms", "85123A/LON", "2011-02-01T20:00:00Z", {
        "document": "CT-77", "revision": 1, "item": "85123A", "site": "LON", "quantity": "240",
    }),
    "sayso.receipt.posted.v1": ("wms", "85123A/LON", "2011-02-02T08:10:00Z", {
        "document": "RC-12", "revision": 1, "item": "85123A", "site": "LON", "quantity": "120", "received": "2011-02-02",
        "inbound": "PO-7", "inbound_line": "1", "original": {"quantity": "10", "uom": "CS"},
    }),
    "sayso.invoice.issued.v1": ("ar", "WEB-1001", "2011-02-02T09:00:00Z", {
        "document": "INV-1001", "revision": 1, "customer": "13047", "currency": "GBP", "issued": "2011-02-02",
        "due": "2011-03-04", "total": "152.88", "cause": "shipment SH-1001", "lines": [_BILLED], "charges": [_FREIGHT],
    }),
    "sayso.invoice.delivered.v1": ("ar", "WEB-1001", "2011-02-02T12:00:00Z", {
        "document": "ACK-INV-1001", "revision": 1, "invoice": "INV-1001", "to": "13047",
    }),
    "sayso.credit_memo.issued.v1": ("ar", "WEB-1001", "2011-02-20T09:00:00Z", {
        "document": "CM-1", "revision": 1, "customer": "13047", "currency": "GBP", "issued": "2011-02-20",
        "invoice": "INV-1001", "total": "6.00", "reason": "freight agreed as free", "charges": [_FREIGHT],
    }),
    "sayso.payment.received.v1": ("bank", "", "2011-03-04T06:00:00Z", {
        "document": "BK-1", "amount": "146.88", "currency": "GBP", "received": "2011-03-04", "customer": "13047",
        "payer": "ACME LTD", "references": ["INV-1001 less freight"],
    }),
    "sayso.payment.applied.v1": ("ar", "", "2011-03-05T09:00:00Z", {
        "document": "AP-1", "revision": 1, "customer": "13047", "currency": "GBP", "payment": "BK-1", "by": "receivables",
        "lines": [{"invoice": "INV-1001", "amount": "146.88", "deduction": "6.00", "reason": "freight"}],
    }),
    "sayso.payment.reversed.v1": ("bank", "", "2011-03-08T06:00:00Z", {
        "document": "BK-9", "payment": "BK-1", "amount": "146.88", "reason": "no cover",
    }),
    "sayso.dispute.opened.v1": ("ar", "WEB-1001", "2011-02-18T09:00:00Z", {
        "document": "DSP-1", "revision": 1, "invoice": "INV-1001", "amount": "6.00", "currency": "GBP",
        "reason": "freight was to be free", "lines": [1],
    }),
    "sayso.dispute.closed.v1": ("ar", "WEB-1001", "2011-02-20T09:10:00Z", {
        "document": "DSP-1", "revision": 1, "outcome": "credited", "invoice": "INV-1001", "amount": "6.00",
        "credit_memo": "CM-1",
    }),
    "sayso.promise.made.v1": ("sayso", "cart-8812", "2011-02-01T08:55:00Z", {
        "promise": "prm_05xk9wz3r81vgq6m2d4t7bnehc", "customer": "13047", "verdict": "firm", "reference": "cart-8812",
        "channel": "web", "made": "2011-02-01T08:55:00Z", "expires": "2011-02-01T09:10:00Z", "amount": "146.88",
        "currency": "GBP",
        "lines": [{"line": 1, "item": "85123A", "quantity": "48", "site": "LON", "ship_on": "2011-02-01",
                   "deliver_by": "2011-02-03"}],
    }),
    "sayso.promise.redated.v1": ("sayso", "WEB-1001", "2011-02-01T10:00:00Z", {
        "promise": "prm_05xk9wz3r81vgq6m2d4t7bnehc", "customer": "13047", "order": "WEB-1001",
        "at": "2011-02-01T10:00:00Z",
        "lines": [{"line": 1, "item": "85123A", "quantity": "48", "promised": "2011-02-01", "ship_on": "2011-02-03",
                   "site": "LON", "because": "inbound_late"}],
    }),
    "sayso.promise.expired.v1": ("sayso", "cart-8812", "2011-02-01T09:10:00Z", {
        "promise": "prm_05xk9wz3r81vgq6m2d4t7bnehc", "customer": "13047", "ended": "2011-02-01T09:10:00Z",
        "reference": "cart-8812",
    }),
    "sayso.promise.kept.v1": ("sayso", "WEB-1001", "2011-02-01T15:30:00Z", {
        "promise": "prm_05xk9wz3r81vgq6m2d4t7bnehc", "customer": "13047", "ended": "2011-02-01T15:30:00Z",
        "order": "WEB-1001", "cause": "shipped",
    }),
    "sayso.promise.broken.v1": ("sayso", "WEB-1001", "2011-02-03T15:30:00Z", {
        "promise": "prm_05xk9wz3r81vgq6m2d4t7bnehc", "customer": "13047", "how": "late", "cause": "shipped_late",
        "ended": "2011-02-03T15:30:00Z", "order": "WEB-1001",
    }),
    "sayso.case.opened.v1": ("sayso", "WEB-1001", "2011-03-05T09:00:00Z", {
        "case": "case_05xk9wz3r81vgq6m2d4t7bnehc", "kind": "deduction", "owner": "receivables",
        "due": "2011-03-08T09:00:00Z", "order": "WEB-1001", "customer": "13047", "document": "INV-1001", "amount": "6.00",
        "currency": "GBP", "next_step": "Agree the deduction, or ask for the money",
    }),
    "sayso.case.closed.v1": ("sayso", "WEB-1001", "2011-03-06T09:00:00Z", {
        "case": "case_05xk9wz3r81vgq6m2d4t7bnehc", "kind": "deduction", "order": "WEB-1001", "why": "written off",
        "by": "h.meyer",
    }),
}  # fmt: skip


def example(type_: str) -> dict[str, Any]:
    """A CloudEvent of a type, as JSON values; of what has no order, the subject is left out. KeyError for no type."""
    source, subject, time, data = _TOLD[type_]
    head = {"specversion": "1.0", "id": f"{source}-{data.get('document', data.get('case', 'evt-1'))}", "source": source,
            "type": type_, "subject": subject, "time": time, "datacontenttype": "application/json"}  # fmt: skip
    return {name: value for name, value in head.items() if value} | {"data": data}
