"""What the rounds of a worker change in bulk. Knows SQL; when and how often is the desk's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sayso.store import promises

_PATIENCE = 600.0  # seconds: the first time, there may be months of answers


async def forget_answers(pool: Any, before: datetime) -> int:
    """Forget the answers kept under Idempotency-Keys before a moment; how many."""
    status: str = await pool.execute(promises.SQL["forget_answers"], before, timeout=_PATIENCE)
    return int(status.rpartition(" ")[2])
