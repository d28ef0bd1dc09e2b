"""The calls of the route table that read what is on record. See table.py."""

from __future__ import annotations

from sayso.api import calls, examples
from sayso.api import shapes_insight as shapes
from sayso.api.call import Call
from sayso.api.parameters import MOMENT, PAGE, TEXT, query
from sayso.errors import BadField, StoreAway
from sayso.promise.reasons import KINDS as REASONS
from sayso.promise.reasons import SEVERITY
from sayso.store.endings import HOW

_RANGE = (
    query("since", "From this moment on.", MOMENT, example="2011-02-01T00:00:00Z"),
    query("until", "Before this moment.", MOMENT),
)
_DECISIONS = (
    *_RANGE,
    query("promise", "Of this number.", TEXT),
    query("order", "That this order stands on.", TEXT),
    query("customer", "Asked by this customer.", TEXT),
    query("item", "That asked for this item, or drew on it.", TEXT),
    query(
        "reason", "With this reason code.", {"type": "string", "enum": list(REASONS)}, example="stock_short"
    ),
    query("verdict", "With this verdict.", {"type": "string", "enum": list(SEVERITY)}),
    *PAGE,
)
_ENDS = (
    *_RANGE,
    query("how", "That ended so.", {"type": "string", "enum": list(HOW)}),
    query("cause", "For this cause.", TEXT),
    query("customer", "Of this customer.", TEXT),
    *PAGE,
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
