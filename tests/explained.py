"""Whether PostgreSQL would read a whole table for a query, with the values known or not."""

from __future__ import annotations

import re
from typing import Any

_VALUES = {
    "int2": "5", "int4": "100", "int8": "100", "text": "'erp'", "timestamptz": "'2011-01-04 10:00Z'", "bytea": "'x'",
    "interval": "'1 s'", "numeric": "1", "bool": "true",
    "int2[]": "'{1,2}'", "int8[]": "'{5,6,7}'", "text[]": "'{checkout,sync}'", "bytea[]": "'{x,y}'",
    "timestamptz[]": "'{2011-01-01,2011-01-02}'", "numeric[]": "'{1,2}'",
}  # fmt: skip


async def scanned(conn: Any, query: str, tables: tuple[str, ...]) -> list[str]:
    """The lines of its plans, for values that are known and for any, that read one of the tables from end to end."""
    kinds = [parameter.name for parameter in (await conn.prepare(query)).get_parameters()]
    given = f"({', '.join(_VALUES[kind] for kind in kinds)})" if kinds else ""
    await conn.execute(f"PREPARE asked AS {query}")
    found = []
    for mode in ("force_generic_plan", "force_custom_plan"):
        async with conn.transaction():
            await conn.execute(f"SET LOCAL plan_cache_mode = {mode}")
            plan = [row[0] for row in await conn.fetch(f"EXPLAIN EXECUTE asked{given}")]
        found += [line for line in plan if re.search(rf"Seq Scan on ({'|'.join(tables)})\b", line)]
    await conn.execute("DEALLOCATE asked")
    return found
