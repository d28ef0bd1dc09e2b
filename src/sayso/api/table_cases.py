"""The calls of the route table about cases. See table.py."""

from __future__ import annotations

from sayso.api import calls_cases as calls
from sayso.api import shapes_cases as shapes
from sayso.api.call import Call, Parameter
from sayso.api.parameters import PAGE, TEXT, query
from sayso.cases.acting import Action
from sayso.cases.kinds import KINDS
from sayso.errors import BadField, BadRequest, Busy, Conflict, KeyReused, NotFound, StoreAway, TooLarge

_ID = Parameter("id", "path", "The case's id.", TEXT, required=True, example=shapes.CASE["case"])
_FILTERS = (
    query("state", "Which cases.", {"type": "string", "enum": list(calls.STATES), "default": "open"}),
    query("owner", "Of this team.", TEXT, example="warehouse"),
    query("kind", "Of this kind.", {"type": "string", "enum": list(KINDS)}, example="short_pick"),
    query("order", "About this order.", TEXT, example="WEB-1001"),
    query("customer", "About this customer.", TEXT),
    query("assigned", "Worked on by this person.", TEXT),
    query("overdue", "`true`: open, and their time is up.", {"type": "string", "enum": list(calls.TRUTH)}),
    *PAGE,
)

#: The work list and its remedies.
CASES = (
    Call(
        method="GET",
        path="/v1/cases",
        operation="listCases",
        tag="cases",
        scope="cases",
        summary="List cases",
        description="What went wrong and waits for a person, the newest first.",
        handle=calls.cases,
        answers=shapes.Cases,
        parameters=_FILTERS,
        problems=(BadField, StoreAway),
        statuses={200: "A page of cases."},
        gives={"one case": shapes.CASES},
    ),
    Call(
        method="GET",
        path="/v1/cases/{id}",
        operation="readCase",
        tag="cases",
        scope="cases",
        summary="Read a case",
        description="With what may be done about it, everything that was, and how its order stands.",
        handle=calls.case,
        answers=shapes.WholeCase,
        parameters=(_ID,),
        problems=(BadField, NotFound, StoreAway),
        statuses={200: "The case as it stands."},
        gives={"picked short": shapes.WHOLE},
    ),
    Call(
        method="POST",
        path="/v1/cases/{id}/actions",
        operation="actOnCase",
        tag="cases",
        scope="cases",
        summary="Do something about a case",
        description="One of the case's remedies, or `assign`, `note`, `close`. What a remedy decides is an event or an "
        "effect like all others, so the case closes when the facts show that it helped. Who did it is recorded: `by`, "
        "else the key's name. What is worth more than the policy's `named_over` needs `by`.",
        handle=calls.act,
        reads=Action,
        answers=shapes.ActedCase,
        parameters=(_ID,),
        writes=True,
        texts=calls.MOST_BODY,
        problems=(BadRequest, BadField, TooLarge, NotFound, Conflict, KeyReused, Busy, StoreAway),
        statuses={200: "What was done, and the case after it."},
        asks={"accept short": shapes.ACCEPT_SHORT, "approve a substitute": shapes.APPROVE},
        gives={"accepted short": shapes.ACTED},
    ),
)
