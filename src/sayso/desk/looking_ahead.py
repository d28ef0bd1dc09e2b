"""What a new day changes though nobody tells anything: arrivals learned anew, supply that was due and has not come."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from msgspec import Struct

from sayso.desk import arrivals
from sayso.desk.handover import Touched, settle_load
from sayso.promise.policy import Policy
from sayso.store import redatings

_LOOKED_BACK = timedelta(days=30)  # the first time; what has been due for longer was looked at before
_ITEMS_AT_ONCE = 200


class LookedAhead(Struct, frozen=True):
    """Whether receipts taught anything new, and the items of which supply was looked at anew."""

    learned: bool
    items: int


async def look_ahead(pool: Any, now: datetime, policy: Policy, since: date | None = None) -> LookedAhead:
    """Learn from receipts, and let it take effect on promises as a load would; `since` is when it was last done."""
    today = now.date()
    async with pool.acquire() as connection:
        learned = await arrivals.learn(connection, now)
        changed = set(await arrivals.changed(connection, today, policy))
        changed |= set(await redatings.overdue_items(connection, since or today - _LOOKED_BACK, today))
        items = sorted(changed)
        for start in range(0, len(items), _ITEMS_AT_ONCE):
            some = frozenset(items[start : start + _ITEMS_AT_ONCE])
            async with connection.transaction():
                await settle_load(connection, Touched(items=some), now, policy)
    return LookedAhead(learned, len(items))
