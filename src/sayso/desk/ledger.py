"""The reservation ledger audits itself: the sum of live reservations is what the ledger says, at every moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from sayso.store import ledger
from sayso.store.database import mapped


class Audit(Struct, frozen=True):
    """What was compared, and every figure that differs."""

    reservations: int
    items: int
    accounts: int
    promises: int
    drift: list[dict[str, str]]
    strays: list[dict[str, str]]

    @property
    def clean(self) -> bool:
        """Whether nothing differs."""
        return not self.drift and not self.strays


async def audit(pool: Any) -> Audit:
    """Compare the ledger with its reservations, in one snapshot."""
    with mapped():
        async with (
            pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            return await _audited(connection)


async def mend(pool: Any, by: str, now: datetime) -> Audit:
    """Set right what drifted, and record it with the name of who had it done. Returns what was found."""
    with mapped():
        async with pool.acquire() as connection:
            async with connection.transaction():
                found, orphans = await ledger.drift(connection), await ledger.strays(connection)
                if found or orphans:
                    await ledger.mend(connection, found, orphans, by, now)
                    rest = await ledger.drift(connection)
                    if rest:
                        await ledger.mend(connection, rest, [], by, now)
            return _shown(await ledger.counts(connection), found, orphans)


async def _audited(connection: Any) -> Audit:
    return _shown(
        await ledger.counts(connection), await ledger.drift(connection), await ledger.strays(connection)
    )


def _shown(counts: dict[str, int], found: list[ledger.Drift], orphans: list[ledger.Stray]) -> Audit:
    return Audit(
        **counts,
        drift=[dict(zip(one._fields, map(str, one), strict=True)) for one in found],
        strays=[dict(zip(one._fields, map(str, one), strict=True)) for one in orphans],
    )
