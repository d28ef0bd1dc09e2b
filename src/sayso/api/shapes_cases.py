"""The wire shapes of cases, and how one looks. See shapes.py."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from sayso.api.shapes import Moment, Number


class Case(Struct, frozen=True):
    """A thing that went wrong, whose it is, by when, what is at stake, and the next step. Null or "" where something is
    not named. `age` is an ISO 8601 duration, up to the closing; `remedies` fit it now, the usual first; `closed_by` is ""
    where the facts closed it; `reopened` counts how often it came back."""

    case: str
    kind: str
    title: str
    severity: Literal["low", "normal", "high"]
    state: Literal["open", "closed"]
    owner: str
    assigned: str
    opened: Moment
    due: Moment | None
    overdue: bool
    age: str
    closed: Moment | None
    promise: str | None
    order: str | None
    customer: str | None
    document: str
    item: str | None
    site: str | None
    line: int
    amount: Number | None
    currency: str | None
    next_step: str
    facts: dict[str, Any]
    remedies: tuple[str, ...]
    closed_why: str | None
    closed_by: str
    reopened: int


class Cases(Struct, frozen=True):
    """A page of cases, the newest first. `next` is the cursor of the following page, "" at the end."""

    cases: tuple[Case, ...]
    next: str


class Past(Struct, frozen=True):
    """What was done about a case; `by` is "" where the facts did it."""

    at: Moment
    by: str
    action: str
    note: str
    facts: dict[str, Any]


class Event(Struct, frozen=True):
    """Something that happened to the order."""

    at: Moment
    type: str
    source: str
    document: str
    revision: int


class Context(Struct, frozen=True):
    """How the order stands: its stage, its money by name, what happened last."""

    order: str
    customer: str
    currency: str
    stage: str
    operational: bool
    financial: bool
    money: dict[str, Any]
    events: tuple[Event, ...]


class WholeCase(Case, frozen=True):
    """A case with what opens one of its kind, its history (the first first), and how its order stands (null: it is about
    none, or none of which anything is known)."""

    trigger: str
    history: tuple[Past, ...]
    context: Context | None


class ActedCase(WholeCase, frozen=True):
    """The case after an action. `done` says what was done, and names the message or effect that does it."""

    done: dict[str, Any]


CASE: dict[str, Any] = {
    "case": "cas_05xk9wz3r81vgq6m2d4t7bnehc", "kind": "short_pick", "title": "Picked short", "severity": "high",
    "state": "open", "owner": "warehouse", "assigned": "", "opened": "2011-02-02T06:01:10Z",
    "due": "2011-02-03T06:01:10Z", "overdue": False, "age": "PT3H", "closed": None, "promise": None, "order": "WEB-1001",
    "customer": "13047", "document": "PICK-88", "item": "85123A", "site": "LON", "line": 1, "amount": "40.80",
    "currency": "GBP",
    "next_step": "Find the rest: 16 of 85123A on line 1, agree a substitute, or accept the short quantity",
    "facts": {"short": "16"},
    "remedies": ["approve_substitution", "accept_short", "assign", "note", "close"], "closed_why": None, "closed_by": "",
    "reopened": 0,
}  # fmt: skip
CASES: dict[str, Any] = {"cases": [CASE], "next": ""}
WHOLE: dict[str, Any] = {
    **CASE,
    "trigger": "The warehouse found less than was ordered, and the rest is neither cancelled nor on its way.",
    "history": [
        {"at": "2011-02-02T06:01:10Z", "by": "", "action": "opened", "note": CASE["next_step"], "facts": {"short": "16"}}
    ],
    "context": {
        "order": "WEB-1001", "customer": "13047", "currency": "GBP", "stage": "accepted", "operational": False,
        "financial": False, "money": {"ordered": "146.88", "open_order": "146.88"},
        "events": [
            {"at": "2011-02-02T06:01:00Z", "type": "sayso.pick.confirmed.v1", "source": "wms", "document": "PICK-88",
             "revision": 1}
        ],
    },
}  # fmt: skip
ACTED: dict[str, Any] = {
    **WHOLE,
    "done": {"says": "16 of line 1 are cancelled", "message": 8812, "document": CASE["case"], "revision": 0},
}
ACCEPT_SHORT: dict[str, Any] = {
    "action": "accept_short",
    "by": "Ann Reed",
    "note": "the customer agreed by phone",
}
APPROVE: dict[str, Any] = {
    "action": "approve_substitution", "by": "Ann Reed", "item": "85123B", "factor": "1", "unit_price": "2.40",
}  # fmt: skip
