"""What a fresh schema needs of another one before messages are replayed in it: facts, identities, contracts, accounts."""

from __future__ import annotations

import tempfile
from typing import Any

from sayso.canon.kinds import KINDS

#: Besides the kinds of facts: what messages are read with.
_BESIDE = ("tops", "identities", "contracts")
_LONG = 3600.0


async def empty(connection: Any) -> bool:
    """Whether a schema has neither messages nor facts."""
    return not await connection.fetchval(
        "SELECT EXISTS (SELECT FROM inbox) OR EXISTS (SELECT FROM items) OR EXISTS (SELECT FROM transactions)"
    )


async def facts(live: Any, fresh: Any) -> None:
    """Copy them as they are now, in the place of what is there. Two connections, and a file between: no query leaves its
    schema."""
    for table in (*KINDS, *_BESIDE):
        await fresh.execute(f"TRUNCATE {table}")
        with tempfile.TemporaryFile() as file:
            await live.copy_from_query(f"SELECT * FROM {table}", output=file, format="binary", timeout=_LONG)  # noqa: S608
            file.seek(0)
            await fresh.copy_to_table(table, source=file, format="binary", timeout=_LONG)
