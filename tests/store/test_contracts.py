"""Contracts and identities as rows: versions that never change, the names of things, what a translation looks up."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from sayso.contracts.contract import as_text
from sayso.contracts.shapes import Needs
from sayso.errors import Conflict, Misconfigured
from sayso.store import contracts, identities
from sayso.store import database as store_database
from sayso.store.identities import Identity
from sayso.systems.contracts import shipped

NOW = datetime(2011, 2, 1, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def another(contract, **fields):
    return msgspec.structs.replace(contract, **fields)


async def test_nothing_is_in_force_at_first(conn):
    assert await contracts.in_force(conn) == {}
    assert await contracts.versions(conn, "wms", "POD") == []


async def test_those_that_come_with_sayso_are_installed_once(conn):
    found = list(shipped("wms").values())
    assert await contracts.install(conn, found, NOW) == len(found)
    assert await contracts.install(conn, found, LATER) == 0
    kept = await contracts.in_force(conn)
    assert {kind: as_text(each) for kind, each in kept["wms"].items()} == {
        each.kind: as_text(each) for each in found
    }


async def test_two_processes_that_start_at_once_install_them_together(database):
    pool = await store_database.pool(database, "sayso", 4)
    many = [
        contracts.install(pool, shipped(system).values(), NOW)
        for system in ("wms", "erp", "wms", "erp", "wms")
    ]
    await asyncio.gather(*many)
    assert set(await contracts.in_force(pool)) == {"wms", "erp"}
    await pool.close()


async def test_installing_leaves_what_a_person_has_put(conn):
    own = another(shipped("wms")["POD"], version=3, mode="audit")
    await contracts.put(conn, own, "h.meyer", NOW)
    await contracts.install(conn, shipped("wms").values(), LATER)
    assert (await contracts.in_force(conn))["wms"]["POD"].version == 3


async def test_the_highest_version_is_in_force_and_the_others_stay(conn):
    first = shipped("wms")["POD"]
    assert await contracts.put(conn, first, "", NOW) == 1
    before = await contracts.mark(conn)
    assert await contracts.put(conn, another(first, version=2, mode="audit"), "h.meyer", LATER) == 2
    assert await contracts.mark(conn) != before
    assert (await contracts.in_force(conn))["wms"]["POD"].mode == "audit"
    found = await contracts.versions(conn, "wms", "POD")
    assert [(each.version, each.mode, each.by, each.since) for each in found] == [
        (1, "strict", "", NOW),
        (2, "audit", "h.meyer", LATER),
    ]


async def test_a_version_never_changes(conn):
    first = shipped("wms")["POD"]
    await contracts.put(conn, first, "", NOW)
    assert await contracts.put(conn, first, "", LATER) == 1
    with pytest.raises(Conflict) as raised:
        await contracts.put(conn, another(first, owner="somebody else"), "", LATER)
    assert raised.value.remedy == "give the contract version 2"
    with pytest.raises(Conflict):
        await contracts.put(conn, another(first, version=0), "", LATER)
    assert len(await contracts.versions(conn, "wms", "POD")) == 1


async def test_a_contract_that_maps_to_nothing_that_is_known_is_not_kept(conn):
    entry = another(shipped("wms")["POD"].map[0], data={"document": "/documentNo", "colour": "/colour"})
    with pytest.raises(Misconfigured, match="colour is no field of ShipmentDelivered"):
        await contracts.put(conn, another(shipped("wms")["POD"], map=(entry,)), "", NOW)
    assert await contracts.in_force(conn) == {}


async def test_names_are_kept_and_the_last_word_counts(conn):
    old, new = Identity("wms", "item", "OLD-1", "85123"), Identity("wms", "item", "OLD-1", "85123A")
    await identities.put(conn, [old, new], NOW)
    await identities.put(conn, [Identity("wms", "order", "4711", "WEB-1")], NOW)
    await identities.put(conn, [], NOW)
    asked = {
        ("wms", "item", "OLD-1"),
        ("wms", "order", "4711"),
        ("erp", "item", "OLD-1"),
        ("wms", "item", "NEW"),
    }
    assert await identities.find(conn, asked) == {
        ("wms", "item", "OLD-1"): "85123A",
        ("wms", "order", "4711"): "WEB-1",
    }
    await identities.put(conn, [new], LATER)
    since = await conn.fetchval("SELECT since FROM identities WHERE theirs = 'OLD-1'")
    assert since == NOW  # the same again changes nothing
    await identities.put(conn, [old], LATER)
    assert (await identities.find(conn, asked))["wms", "item", "OLD-1"] == "85123"
    assert await identities.find(conn, ()) == {}


async def test_what_a_translation_needs_comes_in_one_go(conn):
    insert = "INSERT INTO items (item, uom, deleted, as_of, fed_by) VALUES ($1, $2, $3, $4, 'erp')"
    await conn.executemany(
        insert, [("85123A", "EA", False, NOW), ("22423", None, False, NOW), ("GONE", "EA", True, NOW)]
    )
    await conn.executemany(
        "INSERT INTO units (item, uom, factor, deleted, as_of, fed_by) VALUES ($1, $2, $3, $4, $5, 'erp')",
        [("85123A", "CS", Decimal(12), False, NOW), ("85123A", "PL", Decimal(480), True, NOW)],
    )
    await conn.execute(
        "INSERT INTO currencies (currency, decimals, as_of, fed_by) VALUES ('GBP', 2, $1, 'erp'), ('JPY', 0, $1, 'erp')",
        NOW,
    )
    await identities.put(conn, [Identity("wms", "item", "OLD-1", "85123A")], NOW)
    needs = Needs(
        frozenset({("wms", "item", "OLD-1"), ("wms", "order", "WEB-1")}),
        frozenset(
            {("wms", "OLD-1", "CS"), ("wms", "22423", "EA"), ("wms", "GONE", "EA"), ("wms", "NEVER", "EA")}
        ),
    )
    found = await identities.lookups(conn, needs)
    assert found.identities == {("wms", "item", "OLD-1"): "85123A"}
    assert found.bases == {"85123A": "EA", "22423": "EA"}
    assert found.factors == {("85123A", "CS"): Decimal(12)}
    assert found.currencies == {"GBP": 2, "JPY": 0}
    assert (await identities.lookups(conn, Needs(), {"EUR": 2})).currencies == {"EUR": 2}
