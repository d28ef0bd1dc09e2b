"""The calls of the route table that follow orders: what systems tell, transactions, what is held back. See table.py."""

from __future__ import annotations

from typing import Any

from sayso.api import calls_follow as calls
from sayso.api import examples_follow as examples
from sayso.api import shapes_follow as shapes
from sayso.api.call import Call, Parameter
from sayso.api.parameters import MOMENT, PAGE, TEXT, query
from sayso.errors import BadField, BadRequest, Busy, Conflict, KeyReused, NotFound, StoreAway, TooLarge

_TAKES = (BadRequest, BadField, TooLarge, KeyReused, StoreAway)
_ACTS = (BadRequest, BadField, NotFound, Conflict, KeyReused, Busy, StoreAway)
_SYSTEM = Parameter(
    "system",
    "path",
    "The system's name, as the follow file has it.",
    {"type": "string", "maxLength": 60, "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$", "not": {"const": "sayso"}},
    required=True,
    example="wms",
)
_ORDER = Parameter(
    "order",
    "path",
    "The order's number; a slash in it travels as %2F.",
    TEXT,
    required=True,
    example="WEB-1001",
)
_NUMBER = Parameter(
    "number",
    "path",
    "The message's number.",
    {"type": "integer", "minimum": 1, "maximum": 10**17},
    required=True,
    example=17,
)
_WHICH = (
    query("system", "Of this system.", TEXT),
    query("kind", "Of this kind.", TEXT),
    query("problem", "With these words in the sentence why.", TEXT),
)
_VISIBLE = {**TEXT, "pattern": r"^[!-~]+$"}
_MESSAGE = (
    _SYSTEM,
    Parameter(
        "Sayso-Message-Id", "header", "The message's id, where its sender knows one.", _VISIBLE
    ),
    Parameter("Sayso-Message-Kind", "header", "The message's kind, where its sender knows it.", _VISIBLE),
)  # fmt: skip

_COMING_IN = (
    Call(
        method="POST",
        path="/v1/events",
        operation="sendEvents",
        tag="events",
        scope="events",
        summary="Send events",
        description="CloudEvents 1.0, in any mode of their HTTP binding: one as `application/cloudevents+json`, up to 500 "
        "as `application/cloudevents-batch+json`, or one with its attributes in `ce-` headers and its data as "
        "`application/json`, which is kept as structured mode has it. Plain `application/json` without such headers is "
        "read as the first two. Everything is kept, byte for byte, before the answer. An event without id, source or "
        "type is refused; one whose data is wrong is not: it is taken, and held back. Sending again is safe: an event is "
        "known by source and id. A key bound to customers cannot send events.",
        handle=calls.events,
        reads=shapes.CloudEvent,
        decoded=False,
        accepts={"application/cloudevents+json": "one", "application/cloudevents-batch+json": "list"},
        answers=shapes.Taken,
        writes=True,
        problems=_TAKES,
        statuses={202: "Kept. What becomes of it is seen in the transaction."},
        asks={"a shipment": examples.EVENT},
        gives={"taken": examples.TAKEN},
    ),
    Call(
        method="POST",
        path="/v1/systems/{system}/messages",
        operation="sendMessage",
        tag="events",
        scope="messages",
        summary="Send a message in a system's own format",
        description="Any content type; kept byte for byte before the answer. Its id is what `Sayso-Message-Id` says, else "
        "what its contract finds in it, else the address of its content. The contract of its kind says what it means. "
        "A key bound to customers cannot send messages.",
        handle=calls.message,
        reads=Any,
        decoded=False,
        accepts={"*/*": "any"},
        answers=shapes.Taken,
        parameters=_MESSAGE,
        writes=True,
        problems=_TAKES,
        statuses={202: "Kept. A message that came before is answered alike."},
        asks={"a shipment": examples.MESSAGE},
        gives={"taken": examples.TAKEN},
    ),
)

_TRANSACTIONS = (
    Call(
        method="GET",
        path="/v1/transactions",
        operation="listTransactions",
        tag="transactions",
        scope="insight",
        also=("orders",),
        summary="List transactions",
        description="Orders from promise to cash by the number of the order: stage, money, what is missing. A key bound to "
        "customers sees theirs.",
        handle=calls.transactions,
        answers=shapes.TransactionPage,
        parameters=(
            query("stage", "In this stage.", TEXT, example="shipped"),
            query("customer", "Of this customer.", TEXT),
            query("open", "That are not complete so.", {"type": "string", "enum": list(calls.OPEN)}),
            query("since", "Changed from this moment on.", MOMENT, example="2011-02-01T00:00:00Z"),
            *PAGE,
        ),
        problems=(BadField, StoreAway),
        statuses={200: "A page of transactions."},
        gives={"one order": examples.TRANSACTIONS},
    ),
    Call(
        method="GET",
        path="/v1/transactions/{order}",
        operation="readTransaction",
        tag="transactions",
        scope="insight",
        also=("orders",),
        summary="Read a transaction, with its whole story",
        description="The order's state, its cases, what systems are asked for it, messages held back, and the time line: "
        "everything in the order in which it happened, with when it was known. With `known_at`, the state and the story "
        "as they were known then.",
        handle=calls.transaction,
        answers=shapes.Transaction,
        parameters=(_ORDER, query("known_at", "As it was known at this moment.", MOMENT)),
        problems=(BadField, NotFound, StoreAway),
        statuses={200: "The transaction."},
        gives={"shipped in part": examples.TRANSACTION},
    ),
)

_QUARANTINE = (
    Call(
        method="GET",
        path="/v1/quarantine",
        operation="listQuarantine",
        tag="quarantine",
        scope="cases",
        summary="List messages held back",
        description="Messages that could not be checked, translated or applied, by number, with the sentence why. Each "
        "holds back the later messages of its own order, and of no other.",
        handle=calls.held,
        answers=shapes.HeldPage,
        parameters=(*_WHICH, *PAGE),
        problems=(BadField, StoreAway),
        statuses={200: "A page of messages."},
        gives={"one message": examples.HELD},
    ),
    Call(
        method="POST",
        path="/v1/quarantine/replay",
        operation="replayQuarantine",
        tag="quarantine",
        scope="cases",
        summary="Replay many messages",
        description="All that are meant, at most 500, the first to come first, and those behind them. With `dry_run` "
        "nothing is kept, and the answer says what would change.",
        handle=calls.replay_many,
        reads=shapes.ReplayOfMany,
        answers=shapes.Replayed,
        writes=True,
        problems=_ACTS,
        statuses={200: "What came of it."},
        asks={"of the warehouse": examples.REPLAY_MANY},
        gives={"replayed": examples.REPLAYED},
    ),
    Call(
        method="GET",
        path="/v1/quarantine/{number}",
        operation="readHeldMessage",
        tag="quarantine",
        scope="cases",
        summary="Read a message",
        description="As it came, as it was edited, and all that is wrong with it. Also of messages that are not held back.",
        handle=calls.held_message,
        answers=shapes.WholeMessage,
        parameters=(_NUMBER,),
        problems=(BadField, NotFound, StoreAway),
        statuses={200: "The message."},
        gives={"a renamed field": examples.WHOLE},
    ),
    Call(
        method="POST",
        path="/v1/quarantine/{number}/edit",
        operation="editHeldMessage",
        tag="quarantine",
        scope="cases",
        summary="Put another body in a message's place",
        description="The first body stays, and the edit has a person. The message is not released by it: see what would "
        "come of it with a dry run, then replay.",
        handle=calls.edit,
        reads=shapes.Edit,
        answers=shapes.WholeMessage,
        parameters=(_NUMBER,),
        writes=True,
        texts=shapes.MOST_TEXT,
        problems=_ACTS,
        statuses={200: "The message with its new body."},
        asks={"the field's old name": examples.EDIT},
        gives={"edited": examples.WHOLE},
    ),
    Call(
        method="POST",
        path="/v1/quarantine/{number}/dry-run",
        operation="tryHeldMessage",
        tag="quarantine",
        scope="cases",
        summary="See what a replay would do",
        description="The message and those behind it are applied, what changes is read, and everything is undone.",
        handle=calls.dry_run,
        answers=shapes.Replayed,
        parameters=(_NUMBER,),
        writes=True,
        problems=_ACTS,
        statuses={200: "What would come of it."},
        gives={"would be applied": {**examples.REPLAYED, "kept": False}},
    ),
    Call(
        method="POST",
        path="/v1/quarantine/{number}/replay",
        operation="replayHeldMessage",
        tag="quarantine",
        scope="cases",
        summary="Replay a message",
        description="It is applied, and those behind it, in order. What still cannot be applied is held back again, with "
        "the sentence why.",
        handle=calls.replay,
        answers=shapes.Replayed,
        parameters=(_NUMBER,),
        writes=True,
        problems=_ACTS,
        statuses={200: "What came of it."},
        gives={"replayed": examples.REPLAYED},
    ),
    Call(
        method="POST",
        path="/v1/quarantine/{number}/drop",
        operation="dropHeldMessage",
        tag="quarantine",
        scope="cases",
        summary="Give a message up",
        description="For good, with a person and a reason. What waits behind it goes on.",
        handle=calls.drop,
        reads=shapes.Dropping,
        answers=shapes.WholeMessage,
        parameters=(_NUMBER,),
        writes=True,
        texts=1000,
        problems=_ACTS,
        statuses={200: "The message, given up."},
        asks={"a test message": examples.DROPPING},
        gives={"given up": {**examples.WHOLE, "state": "dropped"}},
    ),
)

#: What systems tell, transactions, and quarantine.
FOLLOW = (*_COMING_IN, *_TRANSACTIONS, *_QUARANTINE)
