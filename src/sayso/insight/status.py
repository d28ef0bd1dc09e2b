"""How things stand: orders by stage, cases by owner, messages held back, effects that wait, what feeds last said."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sayso.canon.decimals import plain
from sayso.canon.times import moment
from sayso.store import transactions as rows
from sayso.store.database import mapped


async def standing(pool: Any, now: datetime) -> dict[str, list[dict[str, Any]]]:
    """Everything that waits for somebody, as JSON values: moments and decimals are text.

    `orders` by stage and currency (how many are not complete, and for how much), `cases` open by owner and kind,
    `messages` held back or waiting by source, `effects` not done by system, `breakers`, `feeds`.
    """
    with mapped():
        found = await rows.standing(pool, now)
    names = {
        "stages": "orders",
        "case_loads": "cases",
        "messages_held": "messages",
        "effects_open": "effects",
        "breakers": "breakers",
        "heard": "feeds",
    }
    return {
        names[name]: [{key: _shown(value) for key, value in row.items()} for row in some]
        for name, some in found.items()
    }


def _shown(value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain(value)
    return moment(value) if isinstance(value, datetime) else value
