"""sayso transaction, status, quarantine, messages and export, as they are typed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from sayso.store import database as store_database
from sayso.store.inbox import Message
from told import Told, as_message, event

LINES = [{"line": 1, "item": "lamp", "quantity": "4", "unit_price": "20", "tax": "16"}]
AT = "2026-03-02T09:00:00Z"


@pytest_asyncio.fixture
async def told(database: str) -> AsyncIterator[Told]:
    pool = await store_database.pool(database, "sayso", 3)
    found = Told(pool)
    await found.agree()
    yield found
    await pool.close()


def placed(order: str) -> Message:
    told = event(
        f"p-{order}",
        "order.placed",
        order,
        AT,
        source="shop",
        document=order,
        customer="ada",
        currency="GBP",
        lines=LINES,
    )
    return as_message(told)


def shipconf(order: str, quantity: str = "qty") -> Message:
    body = {
        "message": "SHIPCONF", "messageId": f"m-{order}", "sentAt": AT, "warehouse": "LON", "orderRef": order,
        "documentNo": f"SH-{order}", "revision": 1, "shippedAt": AT,
        "lines": [{"orderLine": 1, "sku": "lamp", quantity: 4.10, "uom": "EA"}],
    }  # fmt: skip
    return Message("wms", f"m-{order}", "SHIPCONF", "application/json", json.dumps(body).encode(), order)


@pytest_asyncio.fixture
async def held(command, told) -> Any:
    """Two orders, and a message of each that the warehouse wrote in new words."""
    await told(placed("W-1"), placed("W-2"), shipconf("W-1", "quantity"), shipconf("W-2", "quantity"))
    return command


async def test_nothing_is_followed_yet(command):
    assert (await command("status")).stdout == "Nothing is followed yet.\n"
    assert (await command("quarantine", "list")).stdout == "No message is held back.\n"
    none = await command("transaction", "W-1")
    assert none.exit_code == 2
    assert "there is no transaction W-1" in none.stderr


async def test_an_order_is_told_as_a_story(command, told):
    await told(placed("W-1"))
    then = f"{told.now:%Y-%m-%dT%H:%M:%SZ}"
    await told(shipconf("W-1"))
    said = await command("transaction", "W-1")
    assert said.exit_code == 0, said.output
    for word in (
        "W-1",
        "customer ada",
        "LON dispatched 4.1 of lamp on SH-W-1",
        "Customer ada ordered 4 of lamp",
    ):
        assert word in said.stdout, word
    before = await command("transaction", "W-1", "--known-at", then)
    assert "dispatched" not in before.stdout
    found = json.loads((await command("transaction", "W-1", "--json")).stdout)
    assert found["state"]["lines"][0]["shipped"] == "4.1"


async def test_status_says_what_waits(held):
    said = await held("status")
    assert said.exit_code == 0, said.output
    for word in (
        "Orders by stage",
        "GBP",
        "Open cases",
        "message quarantined",
        "Messages not applied",
        "wms",
        "Last heard",
    ):
        assert word in said.stdout, word
    found = json.loads((await held("status", "--json")).stdout)
    (stage,) = found["orders"]
    assert (stage["orders"], stage["operational"]) == (2, 2)
    assert [(one["source"], one["messages"]) for one in found["messages"]] == [("wms", 2)]


async def test_a_renamed_field_is_renamed_back_in_all_of_them(held, conn):
    listed = json.loads((await held("quarantine", "list", "--json")).stdout)["messages"]
    assert [(one["order"], one["kind"]) for one in listed] == [("W-1", "SHIPCONF"), ("W-2", "SHIPCONF")]
    assert "qty" in (await held("quarantine", "list", "--system", "wms")).stdout
    rename = ("quarantine", "edit", "--rename", "quantity=qty", "--system", "wms", "--by", "Ada")
    tried = await held(*rename, "--dry-run")
    assert "2 messages would be edited" in tried.stdout
    assert await conn.fetchval("SELECT count(*) FROM inbox_edits") == 0
    assert (await held("quarantine", "replay", "--all", "--dry-run")).exit_code == 1
    done = json.loads((await held(*rename, "--json")).stdout)
    assert done == {"kept": True, "messages": [one["number"] for one in listed]}
    assert b'"qty":4.1,' in await conn.fetchval("SELECT body FROM inbox_edits ORDER BY number LIMIT 1")
    assert "edited" in (await held("quarantine", "show", str(listed[0]["number"]))).stdout

    dry = await held("quarantine", "replay", "--kind", "SHIPCONF", "--dry-run")
    assert dry.exit_code == 0, dry.output
    for word in (
        "2 would be applied",
        "W-1 lines[0].shipped: 0 -> 4.1",
        "case would be closed: message quarantined",
    ):
        assert word in dry.stdout, word
    assert (
        "0" in json.loads((await held("transaction", "W-1", "--json")).stdout)["state"]["lines"][0]["shipped"]
    )
    replayed = await held("quarantine", "replay", *(str(one["number"]) for one in listed))
    assert replayed.exit_code == 0, replayed.output
    assert "2 applied, 0 held back again." in replayed.stdout
    assert (await held("quarantine", "list")).stdout == "No message is held back.\n"
    open_ = await conn.fetchval(
        "SELECT count(*) FROM cases WHERE kind = 'message_quarantined' AND state = 'open'"
    )
    assert open_ == 0


async def test_a_message_is_mended_by_hand_or_given_up(held, tmp_path: Path):
    first, second = json.loads((await held("quarantine", "list", "--json")).stdout)["messages"]
    mended = tmp_path / "mended.json"
    mended.write_bytes(shipconf("W-1").body)
    number = str(first["number"])
    assert (await held("quarantine", "edit", number, "--by", "Ada")).exit_code == 2
    said = await held("quarantine", "edit", number, "--file", str(mended), "--by", "Ada", "--why", "renamed")
    assert said.exit_code == 0, said.output
    assert "by Ada: renamed" in said.stdout
    assert (await held("quarantine", "replay", number)).exit_code == 0
    assert (await held("quarantine", "replay", number)).exit_code == 2, "it is held back no longer"
    assert (await held("quarantine", "replay")).exit_code == 2
    gone = await held("quarantine", "drop", str(second["number"]), "--by", "Ada", "--why", "sent again")
    assert "Dropped by Ada: sent again" in gone.stdout


async def test_a_replay_of_everything_gives_the_same_states(held, told, conn):
    await told(placed("W-3"), shipconf("W-3"))
    rename = ("quarantine", "edit", "--rename", "quantity=qty", "--by", "Ada")
    assert (await held(*rename)).exit_code == 0
    assert (await held("quarantine", "replay", "--all")).exit_code == 0
    sent = await conn.fetchval("SELECT count(*) FROM outbox")
    until = ("--until", f"{told.now + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}")
    said = await held("messages", "replay", "--into", "again", *until, "--json")
    assert said.exit_code == 0, said.output
    found = json.loads(said.stdout)
    assert (found["equal"], found["differences"], found["held"]) == (3, 0, 0)
    assert await conn.fetchval("SELECT count(*) FROM again.outbox WHERE state <> 'waiting'") == 0
    assert await conn.fetchval("SELECT count(*) FROM outbox") == sent
    taken_already = await held("messages", "replay", "--into", "again", *until)
    assert taken_already.exit_code == 2
    assert (await held("messages", "replay", "--into", "sayso")).exit_code == 2

    await conn.execute("UPDATE transactions SET digest = 'other' WHERE \"order\" = 'W-2'")
    other = await held("messages", "replay", "--into", "third", *until)
    assert other.exit_code == 1
    assert "W-2: other live" in other.stdout
    part = ("--since", f"{told.now:%Y-%m-%dT%H:%M:%SZ}")
    later = json.loads((await held("messages", "replay", "--into", "fourth", *part, *until, "--json")).stdout)
    assert (later["equal"], later["partly"], later["differences"]) == (1, 2, 0)


@pytest.mark.parametrize("form", ["json", "sqlite"])
async def test_a_log_is_written(held, tmp_path: Path, form: str):
    file = tmp_path / f"log.{form}"
    said = await held("export", "ocel", str(file))
    assert said.exit_code == 0, said.output
    assert "4 events of" in said.stdout, "two orders placed, two cases opened"
    assert (await held("export", "ocel", str(file))).exit_code == 2
    assert (await held("export", "ocel", str(tmp_path / "log.xes"))).exit_code == 2
