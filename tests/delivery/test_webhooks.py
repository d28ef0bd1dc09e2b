"""Subscribers are told everything that is theirs, in order, signed, at least once, whatever they and we do meanwhile."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from delivery.receiver import Receiver
from sayso.delivery.webhooks import Stuck, Webhooks, wanted
from sayso.delivery.webhooks_policy import WebhookPolicy
from sayso.delivery.webhooks_signing import new_secret
from sayso.store import database as store
from sayso.store import outgoing, subscribers
from sayso.store.outgoing import Numbered, Said

QUICK = WebhookPolicy(timeout=0.5, first=10, factor=2, longest=60, jitter=0, pause_after=3600)


class Time:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def pool(database):
    async with await store.pool(database, "sayso", 8) as made:
        yield made


@pytest.fixture
async def webhooks(pool, time):
    made = Webhooks(pool, time, QUICK, private=True)
    yield made
    await made.close()


async def subscribe(pool, url, name="shop", types="*", customers=None) -> str:
    secret = new_secret()
    since = datetime.now(UTC) - timedelta(hours=1)
    await subscribers.add(pool, name, url, types, customers, secret, since)
    return secret


async def tell(pool, *subjects: str, type_="sayso.promise.kept.v1", customer="13047") -> None:
    rows = [Said(type_, subject, customer, datetime.now(UTC), {"n": 1}) for subject in subjects]
    await outgoing.add(pool, rows)


def told(calls) -> list[str]:
    return [call.event["subject"] for call in calls]


async def test_what_is_sent_is_a_standard_webhook_with_a_cloud_event(pool, webhooks):
    async with Receiver() as receiver:
        secret = await subscribe(pool, receiver.url)
        await tell(pool, "WEB-1", "WEB-2")
        assert await webhooks.once() == 2
        assert told(receiver.taken) == ["WEB-1", "WEB-2"]
        for call in receiver.calls:
            assert Webhook(secret).verify(call.body, call.headers)["specversion"] == "1.0"
            assert call.headers["content-type"] == "application/cloudevents+json"
        with pytest.raises(WebhookVerificationError):
            Webhook(new_secret()).verify(receiver.calls[0].body, receiver.calls[0].headers)
        assert await webhooks.once() == 0


async def test_a_rotated_secret_signs_beside_the_earlier_one_for_a_while(pool, webhooks, time):
    async with Receiver() as receiver:
        before = await subscribe(pool, receiver.url)
        after = new_secret()
        await subscribers.rotate(pool, "shop", after, time() + timedelta(hours=24))
        await tell(pool, "WEB-1")
        await webhooks.once()
        (call,) = receiver.calls
        for secret in (before, after):
            assert Webhook(secret).verify(call.body, call.headers)

        await subscribers.rotate(pool, "shop", after, time())  # the time of the earlier one is over
        await tell(pool, "WEB-2")
        await webhooks.once()
        assert len(receiver.calls[1].headers["webhook-signature"].split(" ")) == 1


async def test_a_failure_is_tried_again_later_and_nothing_overtakes_it(pool, webhooks, time):
    plan = iter([500, "cut", 200, 202, 299])
    async with Receiver(lambda count: next(plan)) as receiver:
        await subscribe(pool, receiver.url)
        await tell(pool, "WEB-1", "WEB-2", "WEB-3")
        assert await webhooks.once() == 0
        assert await webhooks.once() == 0
        assert len(receiver.calls) == 1  # its time has not come
        one = await subscribers.find(pool, "shop")
        assert (one.tries, one.failing, one.due) == (1, time(), time() + timedelta(seconds=10))
        assert one.problem == "number 1: answered 500"
        time.pass_(10)
        assert await webhooks.once() == 0
        time.pass_(19)
        assert await webhooks.once() == 0
        time.pass_(1)
        assert await webhooks.once() == 3
        assert told(receiver.taken) == ["WEB-1", "WEB-2", "WEB-3"]
        assert (
            len({call.headers["webhook-id"] for call in receiver.calls if call.event["subject"] == "WEB-1"})
            == 1
        )
        one = await subscribers.find(pool, "shop")
        assert (one.tries, one.failing, one.problem, one.reached) == (0, None, "", 3)


async def test_retry_after_is_heeded(pool, webhooks, time):
    async with Receiver(lambda count: 200 if count else (503, {"Retry-After": "120"})) as receiver:
        await subscribe(pool, receiver.url)
        await tell(pool, "WEB-1")
        await webhooks.once()
        assert (await subscribers.find(pool, "shop")).due == time() + timedelta(seconds=120)


async def test_a_redirect_is_a_failure_and_is_not_followed(pool, webhooks):
    async with Receiver() as other, Receiver(lambda count: (302, {"Location": other.url})) as receiver:
        await subscribe(pool, receiver.url)
        await tell(pool, "WEB-1")
        assert await webhooks.once() == 0
        assert not other.calls
        assert "302" in (await subscribers.find(pool, "shop")).problem


async def test_one_that_hangs_or_fails_delays_nobody(pool, time):
    """While the first call to the hanging one is still under way, the others are told twenty things one after another."""
    patient = WebhookPolicy(timeout=30, first=10, jitter=0)
    webhooks, stopping = Webhooks(pool, time, patient, private=True), asyncio.Event()
    async with (
        Receiver(lambda count: "hang") as hanging,
        Receiver(lambda count: 500) as failing,
        Receiver() as well,
    ):
        for name, receiver in (("a", hanging), ("b", failing), ("c", well)):
            await subscribe(pool, receiver.url, name)
        running = asyncio.create_task(webhooks.run(stopping, every=0.02))
        for count in range(20):
            await tell(pool, f"WEB-{count}")
            await asyncio.wait_for(_until(lambda so_far=count: len(well.taken) > so_far), 5)
        assert told(well.taken) == [f"WEB-{count}" for count in range(20)]
        assert len(hanging.calls) == len(failing.calls) == 1
        assert not hanging.taken
        stopping.set()
        hanging._server.close()
        for task in list(hanging._hanging):
            task.cancel()
        await asyncio.wait_for(running, 10)


async def test_410_ends_it_and_the_hook_is_told_in_the_same_transaction(pool, time):
    stuck: list[Stuck] = []

    async def hook(connection, one):
        stuck.append(one)
        assert await connection.fetchval("SELECT state FROM subscribers") == "ended"
        assert await pool.fetchval("SELECT state FROM subscribers") == "live"  # not committed yet

    webhooks = Webhooks(pool, time, QUICK, stuck=hook, private=True)
    async with Receiver(lambda count: 410) as receiver:
        await subscribe(pool, receiver.url)
        await tell(pool, "WEB-1")
        await webhooks.once()
        time.pass_(86400)
        await webhooks.once()
        assert len(receiver.calls) == 1
    assert [(one.subscriber, one.state, one.number) for one in stuck] == [("shop", "ended", 1)]
    await webhooks.close()


async def test_failing_for_long_pauses_it_and_resuming_goes_on_where_it_stood(pool, time):
    stuck: list[Stuck] = []

    async def hook(connection, one):
        stuck.append(one)

    webhooks, ok = Webhooks(pool, time, QUICK, stuck=hook, private=True), []
    async with Receiver(lambda count: 200 if ok else 500) as receiver:
        await subscribe(pool, receiver.url)
        await tell(pool, "WEB-1", "WEB-2")
        began = time()
        while not stuck:
            await webhooks.once()
            time.pass_(60)
        assert time() - began > timedelta(hours=1)
        assert (stuck[0].state, stuck[0].since) == ("paused", began)
        ok.append(True)
        assert await webhooks.once() == 0
        await subscribers.set_state(pool, "shop", "live", time())
        assert await webhooks.once() == 2
        assert told(receiver.taken) == ["WEB-1", "WEB-2"]
    await webhooks.close()


async def test_types_and_customers_choose(pool, webhooks):
    async with Receiver() as all_, Receiver() as orders, Receiver() as bound:
        await subscribe(pool, all_.url, "all")
        await subscribe(pool, orders.url, "orders", types="sayso.order.*, sayso.case.opened.v1")
        await subscribe(pool, bound.url, "bound", customers=["13047"])
        await tell(pool, "WEB-1")
        await tell(pool, "WEB-2", type_="sayso.order.placed.v1", customer="99")
        await tell(pool, "A/LON", type_="sayso.stock.counted.v1", customer="")
        await tell(pool, "WEB-3", type_="sayso.case.opened.v1")
        await webhooks.once()
        assert told(all_.taken) == ["WEB-1", "WEB-2", "A/LON", "WEB-3"]
        assert told(orders.taken) == ["WEB-2", "WEB-3"]
        assert told(bound.taken) == ["WEB-1", "WEB-3"]
        for name in ("all", "orders", "bound"):
            assert (await subscribers.find(pool, name)).reached == 4
        assert await webhooks.once() == 0


def test_who_is_bound_is_not_told_what_is_nobodys():
    row = Numbered(1, "evt_1", "sayso.stock.counted.v1", "A/LON", "", datetime.now(UTC), b"{}")
    one = subscribers.Subscriber(
        subscriber="a", url="", types="*", customers=(), secret="", earlier_secret=None, earlier_until=None,
        state="live", created=row.at, reached=0, tries=0, due=row.at, failing=None, told=None, problem="",
    )  # fmt: skip
    assert not wanted(one, row)


async def test_told_again_from_a_number_with_the_same_ids(pool, webhooks, time):
    async with Receiver() as receiver:
        await subscribe(pool, receiver.url)
        await tell(pool, "WEB-1", "WEB-2", "WEB-3")
        await webhooks.once()
        await subscribers.rewind(pool, "shop", 1, time())
        assert await webhooks.once() == 2
        assert told(receiver.taken) == ["WEB-1", "WEB-2", "WEB-3", "WEB-2", "WEB-3"]
        ids = [call.headers["webhook-id"] for call in receiver.taken]
        assert ids[1:3] == ids[3:]


async def test_a_subscriber_is_told_from_when_it_came(pool, webhooks):
    await tell(pool, "WEB-1")
    await outgoing.give_numbers(pool)
    async with Receiver() as receiver:
        await subscribe(pool, receiver.url)
        await tell(pool, "WEB-2")
        await webhooks.once()
        assert told(receiver.taken) == ["WEB-2"]


async def test_several_processes_tell_each_thing_once_and_in_order(pool, time):
    crew = [Webhooks(pool, time, QUICK, private=True) for _ in range(3)]
    async with Receiver() as one, Receiver() as other:
        await subscribe(pool, one.url, "one")
        await subscribe(pool, other.url, "other")
        wanted_ = [f"WEB-{count}" for count in range(30)]
        for subject in wanted_:
            await tell(pool, subject)
            await asyncio.gather(*(webhooks.once() for webhooks in crew))
        assert told(one.calls) == told(other.calls) == wanted_
    for webhooks in crew:
        await webhooks.close()


async def test_a_pause_in_the_middle_stops_after_the_call_under_way(pool, time):
    webhooks = Webhooks(pool, time, WebhookPolicy(timeout=10), private=True)
    gate = asyncio.Event()

    async with Receiver() as receiver:
        await subscribe(pool, receiver.url)
        await tell(pool, "WEB-1", "WEB-2", "WEB-3")
        post = webhooks._reach.post

        async def slow(*given):
            answered = await post(*given)
            gate.set()
            await asyncio.sleep(0.1)
            return answered

        webhooks._reach.post = slow
        serving = asyncio.create_task(webhooks.once())
        await asyncio.wait_for(gate.wait(), 5)
        await subscribers.set_state(pool, "shop", "paused", time())
        await serving
        assert told(receiver.calls) == ["WEB-1"]
        assert (await subscribers.find(pool, "shop")).state == "paused"
    await webhooks.close()


WORKER = """
import asyncio, sys
from datetime import UTC, datetime
from sayso.delivery.webhooks import Webhooks
from sayso.delivery.webhooks_policy import WebhookPolicy
from sayso.store import database

async def main():
    pool = await database.pool(sys.argv[1], "sayso", 2)
    webhooks = Webhooks(pool, lambda: datetime.now(UTC), WebhookPolicy(timeout=20, first=0.1), private=True)
    await webhooks.run(asyncio.Event(), every=0.02)

asyncio.run(main())
"""


async def test_a_worker_killed_in_the_middle_of_a_call_loses_nothing_and_repeats_under_the_same_id(
    pool, database
):
    def worker() -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        return subprocess.Popen([sys.executable, "-c", WORKER, database], env=environment)

    wanted_ = [f"WEB-{count}" for count in range(6)]
    async with Receiver(lambda count: "hang" if count == 3 else 200) as receiver:
        await subscribe(pool, receiver.url)
        await tell(pool, *wanted_)
        first = worker()
        try:
            await asyncio.wait_for(_until(lambda: len(receiver.calls) == 4), 20)
        finally:
            first.send_signal(signal.SIGKILL)
            first.wait()
        assert told(receiver.taken) == wanted_[:3]
        # What its lease would do by itself, later.
        await pool.execute("UPDATE subscribers SET leased_until = now() - interval '1 second'")
        second = worker()
        try:
            await asyncio.wait_for(_until(lambda: len(receiver.taken) == 6), 20)
        finally:
            second.send_signal(signal.SIGKILL)
            second.wait()
    assert told(receiver.taken) == wanted_
    ids = [call.headers["webhook-id"] for call in receiver.calls]
    assert ids[3] == ids[4]
    assert len(set(ids)) == 6


async def test_a_database_that_goes_away_is_waited_for(pool, time, monkeypatch):
    webhooks, stopping = Webhooks(pool, time, QUICK, private=True), asyncio.Event()
    async with Receiver() as receiver:
        await subscribe(pool, receiver.url)
        give, refused = outgoing.give_numbers, []

        async def away(pool, most=1000):
            if len(refused) < 3:
                refused.append(True)
                with store.mapped():
                    raise ConnectionRefusedError
            return await give(pool, most)

        monkeypatch.setattr(outgoing, "give_numbers", away)
        await tell(pool, "WEB-1")
        running = asyncio.create_task(webhooks.run(stopping, every=0.01))
        await asyncio.wait_for(_until(lambda: receiver.taken), 5)
        stopping.set()
        await running
        assert len(refused) == 3


async def _until(met) -> None:
    while True:
        if met():
            return
        await asyncio.sleep(0.01)
