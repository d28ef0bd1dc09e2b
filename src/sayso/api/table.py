"""The route table: every call of HTTP version 1, as data. Routes and OpenAPI document are made from it."""

from __future__ import annotations

from typing import Any

from sayso.api import asks, calls, examples, shapes
from sayso.api.asyncapi import CALL as EVENTS
from sayso.api.call import Call, Parameter
from sayso.api.parameters import TEXT, query
from sayso.api.table_cases import CASES
from sayso.api.table_follow import FOLLOW
from sayso.api.table_insight import INSIGHT
from sayso.api.table_subscribers import SUBSCRIBERS
from sayso.canon.kinds import KINDS
from sayso.errors import BadField, BadRequest, Busy, Conflict, KeyReused, NotFound, StoreAway, TooLarge
from sayso.promise import asking, ordering
from sayso.promise.browsing import MOST_ITEMS

_WRITE = (BadRequest, BadField, TooLarge, KeyReused, Busy, StoreAway)
_READ = (BadField, NotFound, StoreAway)


def _path(name: str, description: str, example: str, schema: dict[str, Any] | None = None) -> Parameter:
    return Parameter(name, "path", description, schema or TEXT, required=True, example=example)


_ID = _path("id", "The promise's id.", examples.PROMISE_ID)
_ORDER = _path("order", "The order's number; a slash in it travels as %2F.", "WEB-1001")
_KIND = _path(
    "kind",
    "The kind of facts: one table, whose rows are upserts by its key.",
    "stock",
    {"type": "string", "enum": list(KINDS)},
)

_BROWSE = (
    query(
        "item",
        f"An item's number; repeat it for each of up to {MOST_ITEMS} items.",
        {"type": "array", "items": {**TEXT, "minLength": 1}, "minItems": 1, "maxItems": MOST_ITEMS},
        required=True,
        repeated=True,
        example=["85123A", "22423"],
    ),
    query("customer", "For this customer, with what is protected for it.", TEXT, example="13047"),
    query("country", "Deliverable to this country (ISO 3166-1 alpha-2).", TEXT, example="GB"),
    query("region", "A region of the country, where rules or lanes differ.", TEXT),
    query(
        "quantity",
        "The earliest date is for this quantity of each item.",
        {"type": "string", "pattern": r"^(?!0+(\.0+)?$)[0-9]{1,12}(\.[0-9]{1,6})?$"},
        example="48",
    ),
    query("uom", "The unit of the quantity; the item's own where left out.", TEXT, example="EA"),
    query("variant", "The variant of each item.", TEXT),
)

_PROMISES = (
    Call(
        method="POST",
        path="/v1/promises",
        operation="makePromise",
        tag="promises",
        scope="promises",
        summary="Decide, and hold",
        description="One decision on stock, price, credit, region and date for all lines. With `hold`, a yes "
        "is reserved until it expires; without, it is a quote. A no is an answer (200), with its reasons. "
        "Holding twice on one `reference` is one hold.",
        handle=calls.promise,
        reads=asking.Request,
        answers=shapes.Promise,
        writes=True,
        problems=_WRITE,
        statuses={200: "The decision."},
        asks={"hold": examples.HOLD, "quote": examples.QUOTE},
        gives={"firm": examples.FIRM, "refused": examples.REFUSED, "credit refers": examples.REFERRED},
    ),
    Call(
        method="GET",
        path="/v1/promises/{id}",
        operation="readPromise",
        tag="promises",
        scope="promises",
        summary="Read a promise",
        handle=calls.read_promise,
        answers=shapes.Promise,
        parameters=(_ID,),
        problems=_READ,
        statuses={200: "The promise as it was made, and how it stands."},
        gives={"firm": examples.FIRM},
    ),
    Call(
        method="DELETE",
        path="/v1/promises/{id}",
        operation="releasePromise",
        tag="promises",
        scope="promises",
        summary="Release a hold",
        description="What it held is sellable again at once. Releasing a second time changes nothing.",
        handle=calls.release_promise,
        answers=shapes.Released,
        parameters=(_ID,),
        writes=True,
        problems=(BadField, NotFound, Conflict, KeyReused, Busy, StoreAway),
        statuses={200: "How the hold ended."},
        gives={"released": examples.RELEASED},
    ),
    Call(
        method="POST",
        path="/v1/promises/{id}/renew",
        operation="renewPromise",
        tag="promises",
        scope="promises",
        summary="Hold for longer",
        description="From now on for `hold`. A hold that has expired cannot be renewed: ask anew.",
        handle=calls.renew_promise,
        reads=asks.Renewal,
        answers=shapes.Promise,
        parameters=(_ID,),
        writes=True,
        problems=(*_WRITE, NotFound, Conflict),
        statuses={200: "The promise with its new expiry."},
        asks={"a quarter of an hour": examples.RENEWAL},
        gives={"renewed": examples.FIRM},
    ),
    Call(
        method="POST",
        path="/v1/promises/{id}/override",
        operation="overridePromise",
        tag="promises",
        scope="credit",
        summary="Override credit",
        description="A named person approves what credit referred or refused. Name and reason are recorded. "
        "Nothing but credit can be overridden.",
        handle=calls.override_promise,
        reads=asks.Override,
        answers=shapes.Promise,
        parameters=(_ID,),
        writes=True,
        texts=1000,
        problems=(*_WRITE, NotFound, Conflict),
        statuses={200: "The decision, made again with credit approved."},
        asks={"approved by phone": examples.OVERRIDE},
        gives={"firm": examples.FIRM},
    ),
)

_ORDERS = (
    Call(
        method="POST",
        path="/v1/orders",
        operation="placeOrder",
        tag="orders",
        scope="orders",
        summary="Place an order",
        description="On a held promise it is accepted without a second judgement, exactly once. On a promise "
        "that has expired it is decided anew, and `changed` says what differs. On lines it is promised and "
        "ordered in one step. `wait` is how many seconds to wait for the ERP's countersign.",
        handle=calls.order,
        reads=ordering.OrderRequest,
        answers=shapes.Order,
        writes=True,
        problems=(*_WRITE, NotFound, Conflict),
        statuses={200: "The order, which was there already or was rejected.", 201: "The order, placed now."},
        asks={"on a promise": examples.ORDER_ON_PROMISE, "on lines": examples.ORDER_ON_LINES},
        gives={"placed": examples.PLACED, "decided anew": examples.REDECIDED},
    ),
    Call(
        method="POST",
        path="/v1/orders/{order}/cancel",
        operation="cancelOrder",
        tag="orders",
        scope="orders",
        summary="Cancel an order",
        description="Its demand is gone in one step. Cancelling a second time changes nothing.",
        handle=calls.cancel_order,
        reads=asks.Cancellation,
        answers=shapes.Order,
        parameters=(_ORDER,),
        writes=True,
        texts=1000,
        problems=(*_WRITE, NotFound, Conflict),
        statuses={200: "The order, cancelled."},
        asks={"ordered twice": examples.CANCELLATION},
        gives={"cancelled": examples.CANCELLED},
    ),
    Call(
        method="GET",
        path="/v1/orders/{order}",
        operation="readOrder",
        tag="orders",
        scope="orders",
        summary="Read an order",
        handle=calls.read_order,
        answers=shapes.Order,
        parameters=(_ORDER,),
        problems=_READ,
        statuses={200: "The order as it stands."},
        gives={"placed": examples.PLACED},
    ),
)

_OTHERS = (
    Call(
        method="GET",
        path="/v1/availability",
        operation="browseAvailability",
        tag="availability",
        scope="availability",
        summary="Browse availability",
        description="What can be sold of many items, where, and from when. Holds nothing, waits for nobody.",
        handle=calls.availability,
        answers=shapes.Availability,
        parameters=_BROWSE,
        problems=(BadField, TooLarge, StoreAway),
        statuses={200: "One answer for each item."},
        gives={"in stock": examples.BROWSED},
    ),
    Call(
        method="PUT",
        path="/v1/facts/{kind}",
        operation="loadFacts",
        tag="facts",
        scope="facts",
        summary="Load facts",
        description="Rows are upserts by the kind's key; columns left out keep what they have; a row never "
        'overwrites a newer one; "deleted": true deletes. A refused row does not stop the others.',
        handle=calls.load_facts,
        reads=asks.Load,
        decoded=False,
        answers=shapes.LoadReport,
        parameters=(_KIND,),
        writes=True,
        problems=(*_WRITE, NotFound),
        statuses={200: "What the load did."},
        asks={"stock": examples.LOAD},
        gives={"one row refused": examples.LOADED},
    ),
    Call(
        method="POST",
        path="/v1/arrivals/learn",
        operation="learnArrivals",
        tag="facts",
        scope="facts",
        summary="Learn when inbound arrives",
        description="From the receipts that are told of: how late each vendor is. Open inbound lines get the days by "
        "which they arrive, and promises that lean on them are dated anew. A worker does it once a day by itself; "
        "again changes nothing.",
        handle=calls.learn_arrivals,
        answers=shapes.LookedAhead,
        writes=True,
        problems=(KeyReused, StoreAway),
        statuses={
            200: "Whether receipts taught anything new, and the items of which supply was looked at anew."
        },
        gives={"learned": examples.LOOKED_AHEAD},
    ),
)

_PUBLIC = (
    Call(
        method="GET",
        path="/openapi.json",
        operation="readDocument",
        tag="about",
        summary="This document",
        handle=calls.document,
        answers=dict[str, Any],
        statuses={200: "OpenAPI 3.1."},
    ),
    Call(
        method="GET",
        path="/healthz",
        operation="readHealth",
        tag="about",
        summary="Whether the process answers",
        handle=calls.health,
        answers=shapes.Health,
        statuses={200: "It does. The database is not asked."},
        gives={"ok": examples.HEALTHY},
    ),
    Call(
        method="GET",
        path="/readyz",
        operation="readReadiness",
        tag="about",
        summary="Whether it can decide",
        handle=calls.readiness,
        answers=shapes.Readiness,
        problems=(StoreAway,),
        statuses={200: "The database answers."},
        gives={"ready": examples.READY},
    ),
    Call(
        method="GET",
        path="/metrics",
        operation="readMetrics",
        tag="about",
        summary="Counts and timings",
        handle=calls.metrics,
        answers=str,
        media="text/plain; version=0.0.4; charset=utf-8",
        statuses={200: "Prometheus' text format."},
    ),
    Call(
        method="GET",
        path="/.well-known/jwks.json",
        operation="readKeySet",
        tag="about",
        summary="The keys promises are signed with",
        handle=calls.jwks,
        answers=shapes.KeySet,
        media="application/jwk-set+json",
        statuses={200: "A JWK set (RFC 7517)."},
        gives={"one key": examples.KEY_SET},
    ),
)

#: Every call; the router tries their paths in this order, so the busiest stand first.
CALLS: tuple[Call, ...] = (
    *_PROMISES[:1], *_OTHERS[:1], *_ORDERS, *FOLLOW, *INSIGHT, *CASES, *_PROMISES[1:], *_OTHERS[1:], *SUBSCRIBERS, *_PUBLIC,
    EVENTS,
)  # fmt: skip
