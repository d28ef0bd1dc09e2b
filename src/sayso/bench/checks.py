"""Whether a round left the books right: what was acknowledged is there, the ledger's audit is clean, nothing is
oversold, and no account is over its limit. The last two are worked out from the rows alone, not by the judgement."""

from __future__ import annotations

from typing import Any

from sayso.desk import ledger
from sayso.store import benchmark
from sayso.store.benchmark import Counts

_SHOWN = 3


async def problems(pool: Any, acknowledged: int, found: Counts) -> list[str]:
    """Everything that is not as it has to be, in sentences; nothing where all is well."""
    said = []
    if found.held != acknowledged:
        said.append(f"{acknowledged} holds were acknowledged, {found.held} are there")
    audit = await ledger.audit(pool)
    said += [f"the ledger drifted: {one}" for one in audit.drift[:_SHOWN]]
    said += [f"a reservation without a promise: {one}" for one in audit.strays[:_SHOWN]]
    async with pool.acquire() as connection:
        await benchmark.counted(connection)
        for sold in (await benchmark.oversold(connection))[:_SHOWN]:
            said.append(f"oversold: {sold.item} at {sold.site} on {sold.day}: {sold.balance}")
        for owed in (await benchmark.over_limit(connection))[:_SHOWN]:
            said.append(f"over its limit: account {owed.account}, {owed.exposure} of {owed.limit}")
    return said
