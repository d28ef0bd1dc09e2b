"""The calls of the route table that read what is on record. See table.py."""

from __future__ import annotations

from typing import Any

from sayso.api import calls, examples
from sayso.api import shapes_insight as shapes
from sayso.api.bodies import MOST_TEXT
from sayso.api.call import Call, Parameter
from sayso.errors import BadField, StoreAway
from sayso.promise.reasons import KINDS as REASONS
from sayso.promise.reasons import SEVERITY
from sayso.store.endings import HOW

_TEXT = {"type": "string", "maxLength": MOST_TEXT}


def _query(name: str, description: str, schema: dict[str, Any], **more: Any) -> Parameter:
    return Parameter(name, "query", description, schema, **more)


_MOMENT = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$",
}
_PAGE = (
    _query(
        "limit",
        "How many in a page.",
        {"type": "integer", "minimum": 1, "maximum": calls.MOST_CASES, "default": calls.USUAL_CASES},
    ),
    _query("cursor", "`next` of the page before.", _TEXT),
)
_RANGE = (
    _query("since", "From this moment on.", _MOMENT, example="2011-02-01T00:00:00Z"),
    _query("until", "Before this moment.", _MOMENT),
)
_DECISIONS = (
    *_RANGE,
    _query("promise", "Of this number.", _TEXT),
    _query("order", "That this order stands on.", _TEXT),
    _query("customer", "Asked by this customer.", _TEXT),
    _query("item", "That asked for this item, or drew on it.", _TEXT),
    _query(
        "reason", "With this reason code.", {"type": "string", "enum": list(REASONS)}, example="stock_short"
    ),
    _query("verdict", "With this verdict.", {"type": "string", "enum": list(SEVERITY)}),
    *_PAGE,
)
_ENDS = (
    *_RANGE,
    _query("how", "That ended so.", {"type": "string", "enum": list(HOW)}),
    _query("cause", "For this cause.", _TEXT),
    _query("customer", "Of this customer.", _TEXT),
    *_PAGE,
)

#: Decisions and the promise ledger.
INSIGHT = (
    Call(
        method="GET",
        path="/v1/promises/ends",
        operation="listEnds",
        tag="insight",
        scope="insight",
        summary="How promises ended",
        description="The promise ledger: kept, late, short, refused by the ERP, expired, released or cancelled, and "
        "why; the last to end first. Nothing in it is ever changed: what is learnt later is a further word.",
        handle=calls.ends,
        answers=shapes.Ends,
        parameters=_ENDS,
        problems=(BadField, StoreAway),
        statuses={200: "A page of ends."},
        gives={"late": examples.ENDS},
    ),
    Call(
        method="GET",
        path="/v1/decisions",
        operation="findDecisions",
        tag="insight",
        scope="insight",
        summary="Find recorded decisions",
        description="Every decision is recorded with its evidence. Found by promise, order, customer, item, reason or "
        "verdict, the newest first, with the evidence in short.",
        handle=calls.decisions,
        answers=shapes.Decisions,
        parameters=_DECISIONS,
        problems=(BadField, StoreAway),
        statuses={200: "A page of decisions."},
        gives={"one decision": examples.DECISIONS},
    ),
)
