"""What each call of cases does with a request that was read and admitted: the door's own checks, then the desk."""

from __future__ import annotations

import re
from typing import NoReturn

from sayso.api import calls
from sayso.api.call import Ask, House
from sayso.cases.kinds import KINDS
from sayso.desk.calling import CaseQuery, Reply
from sayso.errors import NotFound

STATES = ("open", "closed", "all")
TRUTH = ("true", "false")
#: The longest text of an action is the mended body of a message.
MOST_BODY = 1_000_000
_CASE_ID = re.compile(r"cas_[0-9a-hjkmnp-tv-z]{26}")


async def cases(house: House, ask: Ask) -> Reply:
    """GET /v1/cases"""
    values = ask.query
    query = CaseQuery(
        state=calls.one_of(values, "state", STATES) or "open", kind=calls.one_of(values, "kind", tuple(KINDS)),
        **{name: calls.one(values, name) for name in ("owner", "order", "customer", "assigned", "cursor")},
        overdue={"": None, "true": True, "false": False}[calls.one_of(values, "overdue", TRUTH)],
        limit=calls.limit(ask),
    )  # fmt: skip
    return await house.desk.casework.listed(query, ask.caller, ask.now)


async def case(house: House, ask: Ask) -> Reply:
    """GET /v1/cases/{id}"""
    return await house.desk.casework.shown(_case_id(ask), ask.caller, ask.now)


async def act(house: House, ask: Ask) -> Reply:
    """POST /v1/cases/{id}/actions"""
    return await house.desk.casework.act(_case_id(ask), ask.value, ask.body, ask.caller, ask.key, ask.now)


def _case_id(ask: Ask) -> str:
    identifier = ask.path["id"]
    if not _CASE_ID.fullmatch(identifier):
        _no_such(identifier)
    return identifier


def _no_such(named: str) -> NoReturn:
    shown = named[:80] if named.isprintable() else "of this name"
    raise NotFound(f"there is no case {shown}", remedy="see GET /v1/cases")
