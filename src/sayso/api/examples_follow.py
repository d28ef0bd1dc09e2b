"""Requests and answers of the calls that follow orders, for the OpenAPI document. See examples.py."""

from __future__ import annotations

from typing import Any

ORDER = "WEB-1001"

_SHIPPED = {
    "document": "SH-1001", "revision": 1, "site": "LON", "carrier": "DPD", "series": "WO-1", "part": 1, "of": 2,
    "lines": [{"line": 1, "item": "85123A", "quantity": "12"}],
}  # fmt: skip

EVENT: dict[str, Any] = {
    "specversion": "1.0", "id": "wms-7711", "source": "wms", "type": "sayso.shipment.dispatched.v1", "subject": ORDER,
    "time": "2011-02-02T16:20:00Z", "datacontenttype": "application/json", "data": _SHIPPED,
}  # fmt: skip

MESSAGE: dict[str, Any] = {
    "message": "SHIPCONF", "messageId": "wms-7711", "sentAt": "2011-02-02T16:21:00Z", "warehouse": "LON", "orderRef": ORDER,
    "documentNo": "SH-1001", "revision": 1, "series": "WO-1", "loadNo": 1, "loadsTotal": 2, "carrier": "DPD",
    "shippedAt": "2011-02-02T16:20:00Z", "lines": [{"orderLine": 1, "sku": "85123A", "qty": "12", "uom": "EA"}],
}  # fmt: skip

TAKEN: dict[str, Any] = {
    "taken": 1, "repeated": 0, "conflicting": 0, "messages": [{"id": "wms-7711", "state": "taken", "number": 17}],
}  # fmt: skip

TRANSACTIONS: dict[str, Any] = {
    "transactions": [
        {
            "order": ORDER, "customer": "13047", "currency": "GBP", "stage": "shipping", "operational": False,
            "financial": False, "amount": "122.40", "placed": "2011-02-01T09:31:00Z", "changed": "2011-02-02T16:21:00Z",
            "money": {
                "ordered": "122.40", "open_order": "110.16", "to_invoice": "36.72", "invoiced": "0", "paid": "0",
                "credited": "0", "written_off": "0", "disputed": "0", "open": "0",
            },
            "missing": ["part:SH-1001:2"], "conflicts": [],
        }
    ],
    "next": "",
}  # fmt: skip

TRANSACTION: dict[str, Any] = {
    "order": ORDER, "known_at": None, "state": None,
    "cases": [
        {
            "case": "cas_05xk9wz3r81vgq6m2d4t7bnehc", "kind": "message_quarantined", "state": "open",
            "owner": "integration", "opened": "2011-02-03T08:00:02Z", "closed": None,
            "due": "2011-02-03T12:00:02Z", "line": 0, "item": "",
            "amount": "122.40", "currency": "GBP", "next_step": "edit the message and replay it", "assigned": "",
        }
    ],
    "effects": [
        {
            "effect": "release_order:WEB-1001:countersigned", "system": "wms", "kind": "release_order",
            "cause": "countersigned", "state": "done", "decided": "2011-02-01T09:32:00Z",
            "settled": "2011-02-01T09:32:01Z", "tries": 1, "problem": "", "amount": None, "currency": "",
        }
    ],
    "held": [
        {
            "number": 18, "source": "wms", "id": "wms-7712", "kind": "SHIPCONF", "state": "quarantined",
            "received": "2011-02-03T08:00:00Z", "problem": "lines/0/quantity is not known here. Did you mean qty?",
        }
    ],
    "timeline": [
        {
            "at": "2011-02-02T16:20:00Z", "known": "2011-02-02T16:21:00Z", "by": "wms", "what": "shipment.dispatched",
            "says": "LON dispatched 12 of 85123A on SH-1001, load 1 of 2 with DPD", "document": "SH-1001", "revision": 1,
            "superseded": False, "message": 17,
        }
    ],
}  # fmt: skip

HELD: dict[str, Any] = {
    "messages": [
        {
            "number": 18, "system": "wms", "id": "wms-7712", "kind": "SHIPCONF", "received": "2011-02-03T08:00:00Z",
            "order": ORDER, "problem": "lines/0/quantity is not known here. Did you mean qty?", "behind": 2,
            "amount": "122.40", "currency": "GBP", "customer": "13047",
        }
    ],
    "next": "",
}  # fmt: skip

_BODY = '{"message":"SHIPCONF","orderRef":"WEB-1001","lines":[{"orderLine":1,"quantity":"12"}]}'

WHOLE: dict[str, Any] = {
    "number": 18, "system": "wms", "id": "wms-7712", "kind": "SHIPCONF", "state": "quarantined",
    "received": "2011-02-03T08:00:00Z", "applied": None, "order": ORDER, "content_type": "application/json",
    "problem": "lines/0/quantity is not known here. Did you mean qty?", "repeats": 0, "body": _BODY, "first": _BODY,
    "edited": False,
    "breaches": [
        {
            "kind": "renamed", "where": "/lines/0/quantity", "says": "quantity is not known here. Did you mean qty?",
            "value": "12",
        }
    ],
    "edits": [], "conflicts": [],
}  # fmt: skip

EDIT: dict[str, Any] = {
    "by": "Ada Lovelace", "why": "the warehouse renamed qty",
    "body": {"message": "SHIPCONF", "orderRef": ORDER, "lines": [{"orderLine": 1, "qty": "12"}]},
}  # fmt: skip

DROPPING: dict[str, Any] = {"by": "Ada Lovelace", "why": "a test message of theirs"}

REPLAY_MANY: dict[str, Any] = {"system": "wms", "problem": "quantity", "dry_run": False}

REPLAYED: dict[str, Any] = {
    "kept": True, "applied": 2, "held": 0,
    "messages": [
        {"number": 18, "state": "applied", "problem": ""}, {"number": 21, "state": "applied", "problem": ""},
    ],
    "changes": [{"order": ORDER, "where": "lines[0].shipped", "was": "12", "becomes": "48"}],
    "effects": [
        {
            "effect": "issue_invoice:WEB-1001:SH-1001", "system": "ar", "kind": "issue_invoice", "order": ORDER,
            "cause": "SH-1001", "amount": "146.88", "currency": "GBP", "body": {"customer": "13047", "total": "146.88"},
        }
    ],
    "cases_opened": [],
    "cases_closed": [
        {
            "case": "cas_05xk9wz3r81vgq6m2d4t7bnehc", "kind": "message_quarantined", "owner": "integration", "order": ORDER,
            "next_step": "edit the message and replay it", "amount": "122.40", "currency": "GBP",
        }
    ],
}  # fmt: skip
