"""A look at a message before anybody works on it: its kind, its id, its order; and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sayso.contracts.contract import Contract
from sayso.contracts.reading import key_of, needs_of, read_message
from sayso.contracts.shapes import Breach, Unusable
from sayso.store import contracts, identities


class Looked(NamedTuple):
    """What a look tells, "" where it does not. `order` is our number, where the sender's is known to be another."""

    kind: str
    id: str
    order: str


class Glance:
    """Looks with the contracts in force, which it keeps until one changes."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._mark = ""
        self._contracts: Mapping[str, Mapping[str, Contract]] = {}

    async def look(self, system: str, content_type: str, body: bytes) -> Looked:
        """What can be told cheaply of a message's bytes."""
        kind, id_, theirs = key_of(system, content_type, body, await self._of(system))
        if not theirs:
            return Looked(kind, id_, "")
        asked = (system, "order", theirs)
        return Looked(kind, id_, (await identities.find(self._pool, [asked])).get(asked, theirs))

    async def breaches(self, system: str, content_type: str, kind: str, body: bytes) -> tuple[Breach, ...]:
        """What of a message is not as its contract says."""
        known = await self._of(system)
        async with self._pool.acquire() as connection:
            found = await identities.lookups(connection, needs_of(system, content_type, kind, body, known))
        try:
            return read_message(system, content_type, kind, body, known, found).warnings
        except Unusable as problem:
            return problem.breaches or (Breach(kind="unreadable", where="", said=problem.detail),)

    async def _of(self, system: str) -> Mapping[str, Contract]:
        mark = await contracts.mark(self._pool)
        if mark != self._mark:
            self._contracts, self._mark = await contracts.in_force(self._pool), mark
        return self._contracts.get(system, {})
