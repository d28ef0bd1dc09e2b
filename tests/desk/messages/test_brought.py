"""A message that comes over HTTP and over the broker is one message."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from sayso.canon.events import TYPES
from sayso.delivery.broker_in import Arrived, messages
from sayso.desk.calling import Caller
from sayso.desk.messages.brought import keeping
from sayso.desk.messages.taking import Given, Taking, event
from sayso.store import contracts
from sayso.store import database as store
from sayso.systems.contracts import shipped

NOW = datetime(2011, 2, 1, 9, 30, tzinfo=UTC)
ADMIN = Caller("admin", frozenset({"admin"}))


@pytest.fixture
async def pool(database):
    async with await store.pool(database, "sayso", 4) as made:
        yield made


async def rows(pool):
    return [
        tuple(row)
        for row in await pool.fetch("SELECT source, id, kind, key, repeats FROM inbox ORDER BY number")
    ]


async def test_a_systems_raw_message_is_one_whichever_way_it_comes(pool):
    await contracts.install(pool, shipped("wms").values(), NOW)
    body = json.dumps(
        {"message": "PICKCONF", "messageId": "M-1", "sentAt": "2011-02-01T09:30:00Z", "orderRef": "WEB-1"}
    )
    await Taking(pool).message(Given("wms", "application/json", body.encode()), ADMIN, None, NOW)
    brought = messages(Arrived("sayso.in.wms", "sayso_in:1", {}, body.encode()), "sayso.in")
    await keeping(pool, lambda: NOW)(brought)
    ((source, id_, kind, key, repeats),) = await rows(pool)
    assert (source, id_, kind, key, repeats) == ("wms", "M-1", "PICKCONF", "WEB-1", 1)


@pytest.mark.parametrize("type_", list(TYPES))
async def test_an_event_is_told_apart_as_over_http(type_):
    body = json.dumps(
        {"specversion": "1.0", "id": "1", "source": "wms", "type": type_, "subject": "WEB-1", "data": {}}
    ).encode()
    (brought,) = messages(Arrived("sayso.in.wms", "s:1", {}, body), "sayso.in")
    assert brought.message == event(body)
    assert brought.event
