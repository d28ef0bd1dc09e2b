"""An answer that is given once under an Idempotency-Key, and given again to the same request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from sayso.canon.canonical import digest
from sayso.desk.calling import Caller, Reply
from sayso.errors import KeyReused
from sayso.store import promises
from sayso.store.promises import Answered


async def once(
    pool: Any, what: str, body: bytes, caller: Caller, key: str | None, now: datetime,
    work: Callable[[], Awaitable[Reply]],
) -> Reply:  # fmt: skip
    """Do the work, unless it was answered under this key; without a key, do it. Raises KeyReused for another request.

    For work that is safe to repeat: two that ask at the same moment may both do it, and get the answer of the first.
    """
    if not key:
        return await work()
    asked = digest(what.encode() + b"\n" + body)
    known = await _known(pool, caller, key, asked)
    if known is not None:
        return known
    reply = await work()
    answer = Answered(caller.name, key, asked, "", reply.status, reply.body, now)
    if await promises.keep_answer(pool, answer):
        return reply
    return await _known(pool, caller, key, asked) or reply


async def _known(pool: Any, caller: Caller, key: str, asked: str) -> Reply | None:
    found = (await promises.answered(pool, [(caller.name, key)])).get((caller.name, key))
    if found is None:
        return None
    if found.asked != asked:
        raise KeyReused(
            "this Idempotency-Key came before with another request",
            remedy="send a new key for a new request",
        )
    return Reply(found.status, found.body, replayed=True)
