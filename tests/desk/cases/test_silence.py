"""Silence on a real database: orders whose next step does not come, feeds that stop; and what is heard closes it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
import pytest_asyncio

from office import ANN, Office
from sayso.canon.events_order import OrderAccepted, OrderLine, OrderPlaced
from sayso.cases.policy import CasePolicy
from sayso.cases.policy import read as policy_of
from sayso.desk.cases import silence
from sayso.desk.cases.settling import Settled
from sayso.store import database as stores
from sayso.store import inbox

HOUR = timedelta(hours=1)
_FEEDS = {
    "wms": {"every": "PT1H"},
    "bank": {"every": "P1D", "days": ["mon", "tue"]},
    "fax": {"off": True},
}
DECLARED = policy_of({"silence": {"feeds": _FEEDS}}, "follow.toml")


@pytest_asyncio.fixture
async def office(database: str) -> AsyncIterator[Office]:
    pool = await stores.pool(database, "sayso", 4)
    yield Office(pool)
    await pool.close()


async def look(office: Office, policy: CasePolicy | None = None) -> Settled:
    return await silence.round(office.pool, office.now, policy)


async def kinds(office: Office) -> list[str]:
    return sorted(one["kind"] for one in await office.cases())


async def only_placed(office: Office, order: str) -> None:
    line = OrderLine(line=1, item="cup", quantity=12, unit_price=2, ship_on=date(2026, 3, 3))  # type: ignore[arg-type]
    placed = OrderPlaced(document=order, customer="ada", currency="GBP", lines=(line,))
    await office.tell("order.placed", placed, order, "shop")


async def test_an_order_that_nobody_accepts_is_a_case_until_somebody_does(office: Office) -> None:
    await office.placed("WEB-0")  # somebody accepts orders here
    await only_placed(office, "WEB-1")
    office.later(hours=3, minutes=59)
    assert await look(office) == Settled()
    office.later(minutes=1)
    assert await look(office) == Settled(opened=1)
    assert await look(office) == Settled()
    case = await office.case("acceptance_missing")
    assert case["order"] == "WEB-1"
    assert "placed 2026-03-02T09:00:00Z" in case["next_step"]
    line = OrderLine(line=1, item="cup", quantity=12, unit_price=2, ship_on=date(2026, 3, 3))  # type: ignore[arg-type]
    await office.tell("order.accepted", OrderAccepted(document="SO-1", lines=(line,)), "WEB-1", "erp")
    assert await look(office) == Settled(closed=1)
    assert await look(office) == Settled()


async def test_where_nobody_ever_accepts_orders_none_is_waited_for(office: Office) -> None:
    await only_placed(office, "WEB-1")
    office.later(days=30)
    assert await look(office) == Settled()


async def test_each_step_has_its_own_time(office: Office) -> None:
    await office.placed("WEB-0", quantity=1)
    await office.shipped(1, document="S-0")
    await office.placed()
    office.now = datetime(2026, 3, 5, 0, 0, tzinfo=UTC)  # the third is over, and a day of grace
    await look(office)
    assert "shipment_late" in await kinds(office)
    await office.shipped(12)
    await look(office)
    assert (await office.cases(kind="shipment_late", order="WEB-1")) == []
    await office.invoiced(12, due=date(2026, 3, 10))
    office.now = datetime(2026, 3, 13, 23, 0, tzinfo=UTC)
    await look(office)
    assert await office.cases(kind="invoice_overdue") == []  # nobody ever told of a payment
    await office.pool.execute(
        "INSERT INTO documents (family, document, revision, digest, type, subject, occurred, received, source, data) "
        "VALUES ('payment.received', 'P', 0, '', '', '', now(), now(), 'bank', '')"
    )
    office.later(days=1)
    await look(office)
    case = await office.case("invoice_overdue")
    assert (case["document"], case["amount"]) == ("I-1", "30")
    await office.act(case, "write_off")
    await look(office)
    assert await office.cases(kind="invoice_overdue") == []


async def test_the_clock_of_an_order_survives_and_stops_with_it(office: Office, database: str) -> None:
    await office.placed("WEB-0")
    await only_placed(office, "WEB-1")
    await office.pool.close()
    again = Office(await stores.pool(database, "sayso", 4))  # another process, later
    again.now = office.now + 5 * HOUR
    assert await look(again) == Settled(opened=1)
    clocks = await again.pool.fetch("SELECT clock, breached FROM clocks WHERE kind = 'stage' ORDER BY clock")
    assert [(row["clock"], bool(row["breached"])) for row in clocks] == [
        ("order WEB-0", False),
        ("order WEB-1", True),
    ]
    await again.pool.execute("DELETE FROM transactions WHERE \"order\" = 'WEB-1'")
    await again.pool.execute("UPDATE clocks SET due = $1", again.now)
    assert await look(again) == Settled(closed=1)
    assert await again.pool.fetchval("SELECT count(*) FROM clocks WHERE clock = 'order WEB-1'") == 0
    await again.pool.close()


async def test_rounds_beside_each_other_open_one_case(office: Office) -> None:
    await office.placed("WEB-0")
    for number in range(1, 30):
        await only_placed(office, f"WEB-{number}")
    office.later(hours=5)
    came = await asyncio.gather(*(look(office, DECLARED) for _ in range(3)))
    assert sum(one.opened for one in came) == 29
    assert len(await office.cases(kind="acceptance_missing", limit=200)) == 29


async def hear(office: Office, system: str) -> None:
    async with office.pool.acquire() as connection, connection.transaction():
        await silence.heard(connection, {system: office.now}, office.now, DECLARED)


async def test_a_declared_feed_that_stops_is_a_case_until_it_is_heard(office: Office) -> None:
    await hear(office, "wms")
    office.later(minutes=59)
    assert await look(office, DECLARED) == Settled()
    office.later(minutes=2)
    assert await look(office, DECLARED) == Settled(opened=1)
    case = await office.case("feed_silent")
    assert "See whether wms still sends: last heard 2026-03-02T09:00:00Z" in case["next_step"]
    assert await look(office, DECLARED) == Settled()
    await hear(office, "wms")
    assert await look(office, DECLARED) == Settled(closed=1)


async def test_a_declared_feed_that_never_spoke_is_missed(office: Office) -> None:
    await look(office, DECLARED)
    office.later(days=1, hours=1)
    await look(office, DECLARED)
    assert {one["facts"]["system"] for one in await office.cases()} == {"wms", "bank"}


async def test_a_message_that_waits_was_heard(office: Office) -> None:
    await hear(office, "wms")
    office.later(minutes=50)
    await inbox.keep(
        office.pool, [inbox.Message("wms", "m1", "x", "text/plain", b"not read yet")], office.now
    )
    office.later(minutes=50)
    assert await look(office, DECLARED) == Settled()
    office.later(minutes=11)
    assert await look(office, DECLARED) == Settled(opened=1)


async def test_a_feed_that_is_off_and_sayso_itself_are_not_watched(office: Office) -> None:
    await hear(office, "fax")
    await hear(office, "sayso")
    assert await office.pool.fetchval("SELECT count(*) FROM clocks") == 0


async def test_a_rhythm_is_learned_from_the_inbox(office: Office) -> None:
    chance = Random(3)
    night = datetime(2026, 1, 26, 2, 15, tzinfo=UTC)
    for day in range(35):
        office.now = night + timedelta(days=day, minutes=chance.uniform(-15, 15))
        await inbox.keep(
            office.pool, [inbox.Message("bank", f"d{day}", "x", "text/plain", b"statement")], office.now
        )
    await office.pool.execute("UPDATE inbox SET state = 'applied'")
    await hear(office, "bank")
    for hours, opened in ((20, 0), (2, 0), (4, 1)):
        office.later(hours=hours)
        assert await look(office) == Settled(opened=opened), office.now
    office.later(minutes=1)
    await hear(office, "bank")
    assert await look(office) == Settled(closed=1)


async def test_hearing_waits_for_nobody(office: Office) -> None:
    await hear(office, "wms")
    office.later(minutes=1)
    async with office.pool.acquire() as one, one.transaction():
        await silence.heard(one, {"wms": office.now}, office.now)
        async with asyncio.timeout(5):
            await hear(office, "wms")


@pytest.mark.parametrize("state", ["refused", "failed"])
async def test_what_went_through_after_all_closes_its_case(office: Office, state: str) -> None:
    await office.pool.execute(
        """INSERT INTO cases (id, kind, key, state, owner, opened, next_step)
           VALUES ('cas_1', $1, 'e-1', 'open', 'x', $2, '')""",
        f"effect_{state}", office.now,
    )  # fmt: skip
    await office.pool.execute(
        """INSERT INTO outbox (effect, system, kind, key, cause, body, decided, due, state)
           VALUES ('e-1', 'erp', 'submit_order', 'WEB-1', '', '', $1, $1, $2)""",
        office.now, state,
    )  # fmt: skip
    assert await look(office) == Settled()
    await office.pool.execute("UPDATE outbox SET state = 'done'")
    assert await look(office) == Settled(closed=1)


async def test_what_is_written_down_between_systems_is_a_case(office: Office) -> None:
    for body in (b"one", b"other"):
        await inbox.keep(
            office.pool, [inbox.Message("erp", "m1", "x", "text/plain", body, "WEB-1")], office.now
        )
    await office.pool.execute("UPDATE inbox SET state = 'applied'")
    await office.pool.execute(
        "INSERT INTO breakers (system, state, failures) VALUES ('erp', 'open', 5), ('wms', 'closed', 0)"
    )
    await office.pool.execute(
        """INSERT INTO outbox (effect, system, kind, key, cause, body, decided, due, sent, state)
           VALUES ('e-1', 'erp', 'submit_order', 'WEB-1', '', '', $1, $1, $1, 'unclear')""",
        office.now,
    )
    office.later(hours=1)
    assert await look(office) == Settled(opened=3)
    assert await kinds(office) == ["effect_unclear", "message_conflict", "system_down"]
    assert await look(office) == Settled()
    await office.pool.execute("UPDATE breakers SET state = 'closed'")
    await office.pool.execute("UPDATE outbox SET state = 'done'")
    assert await look(office) == Settled(closed=2)
    assert await kinds(office) == ["message_conflict"]
    case = await office.case("message_conflict")
    await office.act(case, "close", ANN, note="the first holds")
    assert await look(office) == Settled()
