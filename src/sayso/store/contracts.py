"""The contracts in force: one row for each version of a kind of message of a system. A version, once put, never changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from sayso.contracts.contract import Contract, as_text, contract_of
from sayso.contracts.mapping import plan_of
from sayso.errors import Conflict
from sayso.store.database import mapped, queries

_SQL = queries("contracts")


class Version(NamedTuple):
    """A version as it was put. `by` is who put it, "" for one that came with Sayso."""

    version: int
    mode: str
    since: datetime
    by: str
    contract: Contract


async def in_force(conn: Any) -> dict[str, dict[str, Contract]]:
    """system to kind to contract: of every kind the highest version."""
    with mapped():
        rows = await conn.fetch(_SQL.in_force)
    found: dict[str, dict[str, Contract]] = {}
    for row in rows:
        found.setdefault(row["system"], {})[row["kind"]] = _read(row)
    return found


async def mark(conn: Any) -> str:
    """Changes whenever a contract is put: who keeps them in memory compares it."""
    with mapped():
        found: str = await conn.fetchval(_SQL.mark)
    return found


async def versions(conn: Any, system: str, kind: str) -> list[Version]:
    """Every version of a kind, the oldest first."""
    with mapped():
        rows = await conn.fetch(_SQL.versions, system, kind)
    return [
        Version(
            row["version"],
            row["mode"],
            row["since"],
            row["by"],
            contract_of(msgspec.json.decode(row["body"]), f"{system}/{kind} version {row['version']}"),
        )
        for row in rows
    ]


async def put(conn: Any, contract: Contract, by: str, now: datetime) -> int:
    """Put a contract in force, as the version that it names; the same again changes nothing.

    Raises Misconfigured where its map cannot be compiled, Conflict where its version was put with other words, or is not
    above the one in force.
    """
    plan_of(contract)
    body = as_text(contract)
    with mapped():
        row = await conn.fetchrow(_SQL.latest, contract.system, contract.kind)
        if row is not None and row["version"] == contract.version and row["body"] == body:
            return contract.version
        added = None
        if row is None or row["version"] < contract.version:
            added = await conn.fetchval(
                _SQL.add, contract.system, contract.kind, contract.version, contract.mode, body, now, by
            )
            if added is None:  # another process put it since we looked
                row = await conn.fetchrow(_SQL.latest, contract.system, contract.kind)
                added = (
                    contract.version if row["version"] == contract.version and row["body"] == body else None
                )
    if added is None:
        highest = row["version"] if row is not None else contract.version
        raise Conflict(
            f"{contract.system}/{contract.kind} is at version {highest}, which says something else",
            remedy=f"give the contract version {highest + 1}",
        )
    return contract.version


async def install(conn: Any, contracts: Iterable[Contract], now: datetime) -> int:
    """Put contracts that come with Sayso in force where there is none of their kind; how many were."""
    count = 0
    with mapped():
        for each in contracts:
            if await conn.fetchrow(_SQL.latest, each.system, each.kind) is None:
                await put(conn, each, "", now)
                count += 1
    return count


def _read(row: Any) -> Contract:
    return contract_of(
        msgspec.json.decode(row["body"]), f"{row['system']}/{row['kind']} version {row['version']}"
    )
