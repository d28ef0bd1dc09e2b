"""The work list: what went wrong, whose it is, the money at stake and the next step."""

from __future__ import annotations

from typing import Any

import msgspec

from sayso.canon.times import moment
from sayso.desk.calling import Caller
from sayso.desk.settling import CaseScope, Settled, settle_cases
from sayso.store import handover as rows

__all__ = ["CaseScope", "Settled", "listed", "settle_cases"]


async def listed(pool: Any, state: str, caller: Caller, limit: int, cursor: str) -> bytes:
    """A page of cases of a state (open, closed, all), newest first; `next` is the cursor of the following page."""
    customers = sorted(caller.customers) if caller.customers is not None else None
    found = await rows.list_cases(pool, state, cursor, customers, limit + 1)
    page = [_shown(row) for row in found[:limit]]
    following = page[-1]["case"] if len(found) > limit else ""
    return msgspec.json.encode({"cases": page, "next": following})


def _shown(row: Any) -> dict[str, Any]:
    return {
        "case": row["id"],
        "kind": row["kind"],
        "state": row["state"],
        "owner": row["owner"],
        "opened": moment(row["opened"]),
        "closed": moment(row["closed"]) if row["closed"] else None,
        "promise": row["promise"],
        "order": row["order"],
        "customer": row["customer"],
        "item": row["item"],
        "site": row["site"],
        "amount": row["amount"],
        "next_step": row["next_step"],
        "facts": msgspec.json.decode(row["facts"]),
        "closed_why": row["closed_why"],
    }
