"""Requests and answers as they look, for the OpenAPI document. A test holds each against its shape."""

from __future__ import annotations

from typing import Any

PROMISE_ID = "prm_05xk9wz3r81vgq6m2d4t7bnehc"

_LINE = {"line": 1, "item": "85123A", "quantity": "48", "uom": "EA", "need_by": "2011-03-01", "ship": "split"}

HOLD = {
    "customer": "13047", "ship_to": {"country": "GB"}, "currency": "GBP", "channel": "web",
    "reference": "cart-8812", "hold": "PT15M", "lines": [_LINE],
}  # fmt: skip

QUOTE = {
    "customer": "13047",
    "ship_to": {"country": "GB"},
    "lines": [{"item": "85123A", "quantity": "48"}, {"item": "22423", "quantity": "2"}],
}

_EVIDENCE = {
    "policy": "b1f6c0d2a4e8", "judgement": "1", "facts": "7c9e6679f6a1",
    "as_of": {"stock": "2011-02-01T06:00:00Z", "credit": "2011-02-01T06:00:00Z"},
    "road": {"stock": "local", "price": "local", "credit": "local"},
}  # fmt: skip

_CREDIT = {
    "verdict": "approved", "account": "13047", "currency": "GBP", "exposure": "982.40",
    "parts": {"receivables": "860.00", "promised": "122.40"}, "limit": "2000.00", "available": "1017.60",
    "terms_days": 30, "reasons": [], "remedies": [], "overridden_by": None,
}  # fmt: skip

FIRM: dict[str, Any] = {
    "promise": PROMISE_ID, "verdict": "firm", "held": True, "made": "2011-02-01T09:30:00Z",
    "expires": "2011-02-01T09:45:00Z", "customer": "13047", "reference": "cart-8812",
    "lines": [
        {
            "line": 1, "item": "85123A", "quantity": "48", "uom": "EA", "verdict": "firm",
            "parts": [
                {
                    "state": "in_stock", "site": "LON", "quantity": "32", "ship_on": "2011-02-01",
                    "deliver_by": "2011-02-02", "leans_on": [],
                },
                {
                    "state": "inbound", "site": "LON", "quantity": "16", "ship_on": "2011-02-09",
                    "deliver_by": "2011-02-10",
                    "leans_on": [{"document": "PO-1187", "line": "3", "due": "2011-02-08"}],
                },
            ],
            "price": {"unit": "2.55", "amount": "122.40", "currency": "GBP", "rule": "list price"},
            "tax_percent": "20", "duty_percent": None, "reasons": [],
            "arithmetic": {"LON": {"on_hand": "40", "safety_stock": "4", "demand": "4", "sellable": "32"}},
        }
    ],
    "credit": _CREDIT,
    "totals": {"net": "122.40", "tax": "24.48", "gross": "146.88", "currency": "GBP"},
    "reasons": [], "evidence": _EVIDENCE, "signature": "eyJhbGciOiJFZERTQSJ9..c2lnbmF0dXJl",
}  # fmt: skip

REFUSED: dict[str, Any] = {
    **FIRM,
    "verdict": "refused", "held": False, "expires": "",
    "lines": [
        {
            **FIRM["lines"][0],
            "verdict": "refused", "parts": [],
            "reasons": [
                {"code": "discontinued", "waiting_helps": False, "facts": {"sellable": "0", "asked": "48"}}
            ],
        }
    ],
    "totals": {"net": "0.00", "tax": "0.00", "gross": "0.00", "currency": "GBP"},
}  # fmt: skip

REFERRED: dict[str, Any] = {
    **FIRM,
    "verdict": "conditional", "held": False, "expires": "",
    "credit": {
        **_CREDIT,
        "verdict": "refer", "exposure": "2104.40", "available": "-104.40",
        "parts": {"receivables": "1982.00", "promised": "122.40"},
        "reasons": [
            {"code": "over_limit", "waiting_helps": False, "facts": {"limit": "2000.00", "asked": "104.40"}}
        ],
        "remedies": [
            {"remedy": "prepay", "amount": "104.40", "currency": "GBP", "text": "prepay 104.40 GBP"}
        ],
    },
}  # fmt: skip

ORDER_ON_PROMISE = {"order": "WEB-1001", "promise": PROMISE_ID, "po": "4500017", "wait": 5}

ORDER_ON_LINES = {
    "order": "WEB-1002",
    "customer": "13047",
    "ship_to": {"country": "GB"},
    "lines": [{"item": "85123A", "quantity": "48"}],
}

PLACED: dict[str, Any] = {
    "order": "WEB-1001", "state": "placed", "promise": PROMISE_ID, "customer": "13047", "po": "4500017",
    "placed": "2011-02-01T09:31:00Z", "changed": [], "decision": FIRM,
}  # fmt: skip

REDECIDED: dict[str, Any] = {
    **PLACED,
    "changed": [
        {
            "line": 1, "field": "price",
            "was": {"unit": "2.40", "amount": "115.20", "currency": "GBP", "rule": "list price"},
            "is": FIRM["lines"][0]["price"],
        }
    ],
}  # fmt: skip

CANCELLED: dict[str, Any] = {**PLACED, "state": "cancelled", "why": "The buyer ordered twice."}

RELEASED = {"promise": PROMISE_ID, "state": "released", "expires": "2011-02-01T09:45:00Z"}

_STEPS = [{"date": "2011-02-01", "sellable": "32"}, {"date": "2011-02-09", "sellable": "132"}]

BROWSED: dict[str, Any] = {
    "items": [
        {
            "item": "85123A", "uom": "EA", "sellable": "32", "state": "in_stock", "earliest": "2011-02-01",
            "deliver_by": "2011-02-02",
            "by_site": [
                {
                    "site": "LON", "sellable": "32", "earliest": "2011-02-01", "deliver_by": "2011-02-02",
                    "steps": _STEPS, "arithmetic": FIRM["lines"][0]["arithmetic"],
                }
            ],
            "steps": _STEPS, "as_of": "2011-02-01T06:00:00Z", "reasons": [],
        }
    ]
}  # fmt: skip

RENEWAL = {"hold": "PT15M"}
OVERRIDE = {"by": "Mary Holt, credit control", "reason": "Payment advised by phone, value date tomorrow."}
CANCELLATION = {"reason": "The buyer ordered twice."}

LOAD = {
    "source": "erp",
    "as_of": "2011-02-01T06:00:00Z",
    "rows": [{"item": "85123A", "site": "LON", "on_hand": "40", "reserved": "0", "safety_stock": "4"}],
}

LOADED: dict[str, Any] = {
    "kind": "stock", "source": "erp", "as_of": "2011-02-01T06:00:00Z", "rows": 2, "inserted": 0, "updated": 1,
    "unchanged": 0, "stale": 0, "deleted": 0, "removed": 0, "refused": 1,
    "refusals": [
        {
            "row": 2, "field": "on_hand", "value": "forty", "detail": "not a decimal number",
            "remedy": 'send e.g. "40"',
        }
    ],
    "withheld": False, "rejected": False, "resumed_at": 0,
}  # fmt: skip

DECISIONS: dict[str, Any] = {
    "decisions": [
        {
            "promise": PROMISE_ID, "made": "2011-02-01T09:30:00Z", "customer": "13047", "account": "13047",
            "verdict": "firm", "held": True, "state": "ordered", "order": "WEB-1001", "reference": "cart-8812",
            "totals": FIRM["totals"], "reasons": [],
            "lines": [
                {"line": 1, "item": "85123A", "quantity": "48", "uom": "EA", "verdict": "firm", "reasons": []}
            ],
            "credit": {"verdict": "approved", "reasons": []},
            "evidence": {
                "judgement": "2", "policy": "5amjXUbRI6PksK-T8qccyA", "world": "hG2qkd8bCAkyUrVFJ7YXbg",
                "account": "s1hvD85iOgHkvvqbJ47jGQ", "items": {"85123A": "47DEQpj8HBSa-_TImW-5JC"}, "overridden_by": "",
            },
        }
    ],
    "looked_back_to": None,
    "next": "",
}  # fmt: skip

ENDS: dict[str, Any] = {
    "ends": [
        {
            "promise": PROMISE_ID, "ended": "2011-02-08T06:01:10Z", "how": "late", "cause": "demand_gone", "by": "",
            "facts": {"order": "WEB-1001", "promised": "2011-02-04", "gone": "2011-02-08", "presumed": True},
            "customer": "13047", "channel": "web", "reference": "cart-8812", "order": "WEB-1001", "verdict": "firm",
            "amount": "146.88", "made": "2011-02-01T09:30:00Z",
            "earlier": [{"ended": "2011-02-06T06:00:00Z", "how": "late", "cause": "open_after_its_day", "by": ""}],
        }
    ],
    "next": "",
}  # fmt: skip

KEY_SET = {
    "keys": [
        {
            "kty": "OKP", "crv": "Ed25519", "kid": "2011-02", "alg": "EdDSA", "use": "sig",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        }
    ]
}  # fmt: skip

READY = {"status": "ready", "details": {"postgresql": "18.6"}}
HEALTHY = {"status": "ok", "version": "0.1.0"}

LOOKED_AHEAD = {"learned": True, "items": 12}
