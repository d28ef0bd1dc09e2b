"""Cards out of the fact tables, and their archive. Knows SQL; what a card means is the judgement's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sayso.store.database import queries

SQL = queries("cards")


async def items(connection: Any, names: Sequence[str]) -> dict[str, str]:
    """The bodies of item cards; an unknown item has one that says so."""
    return {row["item"]: row["body"] for row in await connection.fetch(SQL["items"], list(names))}


async def accounts(connection: Any, names: Sequence[str]) -> dict[str, str]:
    """The bodies of account cards."""
    return {row["account"]: row["body"] for row in await connection.fetch(SQL["accounts"], list(names))}


async def world(connection: Any) -> str:
    """The body of the world card."""
    body: str = await connection.fetchval(SQL["world"])
    return body


async def tops(connection: Any, customers: Sequence[str]) -> dict[str, str]:
    """The credit account of each customer."""
    return {row["customer"]: row["account"] for row in await connection.fetch(SQL["tops"], list(customers))}


async def archive(connection: Any, cards: Sequence[tuple[str, str, str]]) -> None:
    """Keep cards by (address, kind, body). In one order, so that archivists do not wait for each other in a ring."""
    columns = [list(column) for column in zip(*sorted(set(cards)), strict=True)]
    if columns:
        await connection.execute(SQL["archive"], *columns)


async def archived(connection: Any, addresses: Sequence[str]) -> dict[str, str]:
    """The bodies of archived cards by address."""
    return {row["address"]: row["body"] for row in await connection.fetch(SQL["archived"], list(addresses))}


async def versions(connection: Any, names: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Version of facts and what is taken, of items; without a lock."""
    rows = await connection.fetch(SQL["item_versions"], list(names))
    return {row["item"]: (row["facts"], row["taken"]) for row in rows}


async def account_versions(connection: Any, names: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Version of facts and money promised, of accounts; without a lock."""
    rows = await connection.fetch(SQL["account_versions"], list(names))
    return {row["account"]: (row["facts"], row["promised"]) for row in rows}


async def promised_by(connection: Any, names: Sequence[str]) -> dict[str, dict[str, str]]:
    """The money promised on accounts by customer, of live reservations; read under the accounts' locks."""
    found: dict[str, dict[str, str]] = {name: {} for name in names}
    for row in await connection.fetch(SQL["promised_by"], list(names)):
        found[row["account"]][row["customer"]] = row["amount"]
    return found


async def world_version(connection: Any) -> int:
    """The version of the world's facts."""
    version: int = await connection.fetchval(SQL["world_version"])
    return version
