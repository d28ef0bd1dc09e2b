"""What systems call things and what Sayso calls them, and the units of items: what a translation looks up, in one go."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sayso.contracts.shapes import Lookups, Needs
from sayso.store.database import mapped, queries

_SQL = queries("identities")


class Identity(NamedTuple):
    """What a system calls a thing: `theirs` there, `ours` here. `kind` is order, customer, item, site, invoice."""

    system: str
    kind: str
    theirs: str
    ours: str


async def put(conn: Any, found: Iterable[Identity], now: datetime) -> None:
    """Keep identities; the last word on a name counts."""
    rows = list(found)
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        with mapped():
            await conn.execute(_SQL.put_identities, *columns, now)


async def find(conn: Any, asked: Collection[tuple[str, str, str]]) -> dict[tuple[str, str, str], str]:
    """(system, kind, theirs) to ours, of those that are known; what is not is called the same here."""
    if not asked:
        return {}
    columns = [list(column) for column in zip(*sorted(asked), strict=True)]
    with mapped():
        rows = await conn.fetch(_SQL.find_identities, *columns)
    return {(row["system"], row["kind"], row["theirs"]): row["ours"] for row in rows}


async def lookups(conn: Any, needs: Needs, currencies: Mapping[str, int] | None = None) -> Lookups:
    """Everything that the translation of some messages needs: one query for identities, one for units.

    `currencies` are those known to the caller; None: they are read as well.
    """
    if currencies is None:
        currencies = await known_currencies(conn)
    identities = await find(conn, needs.identities)
    items = {identities.get((system, "item", item), item) for system, item, _ in needs.units}
    items |= {identities.get(one, one[2]) for one in needs.identities if one[1] == "item"}
    bases: dict[str, str] = {}
    factors: dict[tuple[str, str], Decimal] = {}
    if items:
        with mapped():
            rows = await conn.fetch(_SQL.find_units, sorted(items))
        for row in rows:
            bases[row["item"]] = row["base"]
            if row["uom"]:
                factors[row["item"], row["uom"]] = row["factor"]
    return Lookups(identities, factors, bases, currencies)


async def known_currencies(conn: Any) -> dict[str, int]:
    """Each known currency's decimals."""
    with mapped():
        return {row["currency"]: row["decimals"] for row in await conn.fetch(_SQL.currencies)}
