"""Effects: in their order per key, looked up before they are sent again, left alone when the system is unwell."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from delivery.effects import DONE, DOWN, NOW, UNCLEAR, Clock, Fake, decide, effect, states
from sayso.delivery.outbound import Outbound, judged
from sayso.delivery.policy import SystemPolicy, read
from sayso.store import breakers, inbox, outbox
from sayso.store.outbox import Kept, Leased
from sayso.systems.seam import Ask, Outcome


def _policy(**settings: Any) -> SystemPolicy:
    return read({"erp": {"role": "erp", **settings}}, "test")["erp"]


def _outbound(pool: Any, remote: Any, clock: Clock, **more: Any) -> Outbound:
    policy = more.pop("policy", None) or _policy()
    return Outbound(pool, {"erp": remote}, {"erp": policy}, clock, **more)


async def test_an_effect_is_done_once_and_its_answer_comes_in_by_the_inbox(pool: Any, conn: Any) -> None:
    event = {
        "id": "e-1",
        "type": "sayso.order.accepted.v1",
        "source": "elsewhere",
        "subject": "WEB-1",
        "n": 1.5,
    }
    remote, clock, ended = Fake(Outcome(came="done", events=(event,))), Clock(), []

    async def heard(_: Any, row: Kept, __: Any) -> None:
        ended.append((row.effect, row.state))

    carrying = _outbound(pool, remote, clock, ended=heard)
    await decide(conn, effect("a", "WEB-1"))
    await decide(conn, effect("a", "WEB-1"))
    assert await carrying.once() == 1
    assert await carrying.once() == 0
    assert remote.asked == ["a"]
    assert ended == [("a", "done")]
    number = await inbox.number_of(conn, "erp", "e-1")
    assert number is not None
    kept = (await inbox.message(conn, number)).kept
    assert (kept.key, kept.kind) == ("WEB-1", "sayso.order.accepted.v1")


async def test_effects_of_a_key_are_asked_for_one_after_another_as_they_were_decided(
    pool: Any, conn: Any
) -> None:
    remote = Fake()
    carrying = _outbound(pool, remote, Clock())
    await decide(
        conn, effect("1", "A"), effect("2", "A"), effect("3", "B"), effect("4", "A"), effect("5"), effect("6")
    )
    assert await carrying.once() == 4
    assert await carrying.once() == 1
    assert await carrying.once() == 1
    assert remote.asked == ["1", "3", "5", "6", "2", "4"]


async def test_another_systems_effects_of_the_same_order_do_not_wait(pool: Any, conn: Any) -> None:
    remote = Fake(DOWN)
    carrying = Outbound(pool, {"erp": remote, "wms": remote}, {"erp": _policy(), "wms": _policy()}, Clock())
    await decide(conn, effect("1", "A"), effect("2", "A", "wms"))
    assert await carrying.once() == 2


async def test_an_effect_that_failed_holds_back_those_of_its_key_until_a_person_drops_it(
    pool: Any, conn: Any
) -> None:
    clock, remote = Clock(), Fake(DOWN)
    policy = _policy(retry={"attempts": 2, "base": 1.0}, breaker={"failures": 100})
    carrying = _outbound(pool, remote, clock, policy=policy)
    await decide(conn, effect("1", "A"), effect("2", "A"))
    for _ in range(4):
        await carrying.once()
        clock.pass_(600)
    assert await states(conn) == {"1": "failed", "2": "waiting"}
    assert remote.asked == ["1", "1"]
    [problem] = await outbox.problems(conn)
    assert problem.problem == "given up after 2 requests: it is down"
    await outbox.drop(conn, "1", "ann", "entered by hand", clock())
    remote.says = [DONE]
    await carrying.once()
    assert await states(conn) == {"1": "dropped", "2": "done"}


async def test_what_failed_is_looked_up_when_it_is_taken_up_again(pool: Any, conn: Any) -> None:
    clock, remote = Clock(), Fake(UNCLEAR, did=True)
    carrying = _outbound(pool, remote, clock, policy=_policy(retry={"attempts": 1}))
    await decide(conn, effect("1", "A"))
    await carrying.once()
    assert await states(conn) == {"1": "failed"}
    await outbox.retry(conn, "1", clock())
    await carrying.once()
    assert (remote.asked, remote.found, await states(conn)) == (["1"], ["1"], {"1": "done"})


@pytest.mark.parametrize(("did", "asked"), [(True, 1), (False, 2)])
async def test_what_is_unclear_is_looked_up_and_sent_again_only_if_it_is_not_there(
    pool: Any, conn: Any, did: bool, asked: int
) -> None:
    clock, remote = Clock(), Fake(UNCLEAR, DONE, did=did)
    carrying = _outbound(pool, remote, clock)
    await decide(conn, effect("1", "A"))
    for _ in range(4):
        await carrying.once()
        clock.pass_(600)
    assert await states(conn) == {"1": "done"}
    assert remote.found == ["1"]
    assert len(remote.asked) == asked
    assert remote.done["1"] == 1


async def test_a_remote_that_breaks_off_leaves_the_effect_unclear(pool: Any, conn: Any) -> None:
    class Broken(Fake):
        async def send(self, ask: Ask) -> Outcome:
            await super().send(ask)
            raise RuntimeError("a fault of ours")

    clock, remote = Clock(), Broken()
    carrying = _outbound(pool, remote, clock)
    await decide(conn, effect("1", "A"))
    await carrying.once()
    assert await states(conn) == {"1": "unclear"}
    clock.pass_(600)
    await carrying.once()
    assert (await states(conn), remote.done) == ({"1": "done"}, {"1": 1})


async def test_a_refusal_ends_it_and_the_desk_hears_of_it_in_the_same_transaction(
    pool: Any, conn: Any
) -> None:
    async def heard(connection: Any, row: Kept, _: Any) -> None:
        assert (row.state, row.problem) == ("refused", "no such customer")
        await connection.execute("INSERT INTO systems (system) VALUES ('case')")
        raise LookupError("the desk failed")

    clock = Clock()
    carrying = _outbound(pool, Fake(Outcome(came="refused", detail="no such customer")), clock, ended=heard)
    await decide(conn, effect("1", "A"))
    await carrying.once()
    assert await states(conn) == {"1": "sending"}
    assert not await conn.fetchval("SELECT count(*) FROM systems")


async def test_a_worker_that_lost_its_lease_settles_nothing(pool: Any, conn: Any) -> None:
    class Slow(Fake):
        async def send(self, ask: Ask) -> Outcome:
            self.asked.append(ask.effect)
            self.done[ask.effect] += 1
            if len(self.asked) == 1:
                await conn.execute("UPDATE outbox SET leased_until = now() - interval '1 second'")
                await other.once()
            return Outcome(came="refused", detail="too late to say")

    clock, remote = Clock(), Slow()
    slow, other = _outbound(pool, remote, clock), _outbound(pool, remote, clock)
    await decide(conn, effect("1", "A"))
    await slow.once()
    assert (remote.asked, remote.found) == (["1"], ["1"])
    assert await states(conn) == {"1": "done"}


async def test_a_system_that_is_down_is_left_alone_and_tried_with_one_request(pool: Any, conn: Any) -> None:
    clock, remote = Clock(), Fake(DOWN)
    policy = _policy(breaker={"failures": 3, "rest": 60.0}, retry={"base": 1.0, "most": 1.0}, concurrency=3)
    one, two = (_outbound(pool, remote, clock, policy=policy) for _ in range(2))
    await decide(conn, *(effect(str(number)) for number in range(20)))
    assert await one.once() == 3
    assert (await breakers.all_of(conn))["erp"].state == "open"
    clock.pass_(59)
    assert await one.once() == 0
    clock.pass_(1)
    assert await one.once() + await two.once() == 1
    clock.pass_(60)
    probes = await asyncio.gather(one.once(), two.once())
    assert sum(probes) == 1
    remote.says = [DONE]
    clock.pass_(60)
    assert await one.once() == 1
    assert (await breakers.all_of(conn))["erp"] == breakers.Breaker("closed", 0, None)
    assert await one.once() == 3


async def test_a_probe_that_nothing_is_heard_of_gives_way_to_the_next(pool: Any, conn: Any) -> None:
    clock, remote = Clock(), Fake()
    await breakers.hold(conn, "erp")
    await breakers.probe(conn, "erp", clock(), clock())
    clock.pass_(1)
    await decide(conn, effect("1"), effect("2"))
    assert await _outbound(pool, remote, clock).once() == 1
    assert (await breakers.all_of(conn))["erp"].state == "closed"


async def test_a_system_that_names_a_time_is_not_asked_for_anything_before(pool: Any, conn: Any) -> None:
    throttled = Outcome(came="again", failure="throttled", retry_after=90)
    clock, remote = Clock(), Fake(throttled, DONE)
    policy = _policy(retry={"base": 1.0, "most": 2.0}, concurrency=1)
    carrying = _outbound(pool, remote, clock, policy=policy)
    await decide(conn, effect("1"), effect("2"))
    await carrying.once()
    clock.pass_(89)
    assert await carrying.once() == 0
    clock.pass_(10)
    assert await carrying.once() == 1
    assert (await breakers.all_of(conn))["erp"].failures == 0


async def test_a_replay_never_takes_what_is_kept_for_checkout(pool: Any, conn: Any) -> None:
    clock, remote = Clock(), Fake()
    budget = {"requests": 10, "seconds": 1.0, "shares": {"checkout": 0.5, "sync": 0.3, "replay": 0.1}}
    policy = _policy(budget=budget, concurrency=100)
    one, two = (_outbound(pool, remote, clock, policy=policy) for _ in range(2))
    await decide(conn, *(effect(f"r{number}", share="replay") for number in range(30)))
    assert await one.once() + await two.once() == 2  # 10 less what is kept for checkout and sync
    await decide(conn, *(effect(f"c{number}", share="checkout") for number in range(30)))
    assert await two.once() == 8
    assert sum(name.startswith("c") for name in remote.asked) == 8
    assert await one.once() + await two.once() == 0
    clock.pass_(1)
    assert await two.once() == 10
    assert sum(name.startswith("r") for name in remote.asked[10:]) == 1  # what is kept for it, and no more


async def test_looking_up_costs_budget_too(pool: Any, conn: Any) -> None:
    clock, remote = Clock(), Fake(UNCLEAR, did=False)
    policy = _policy(
        budget={"requests": 2, "seconds": 3600.0, "shares": {}}, retry={"base": 0.1, "most": 0.1}
    )
    carrying = _outbound(pool, remote, clock, policy=policy)
    await decide(conn, effect("1", share="checkout"))
    for _ in range(5):
        await carrying.once()
        clock.pass_(1)
    assert len(remote.asked) + len(remote.found) == 2


async def test_run_finishes_what_is_on_its_way_and_begins_nothing_more(pool: Any, conn: Any) -> None:
    begun, stopping = asyncio.Event(), asyncio.Event()

    class Slow(Fake):
        async def send(self, ask: Ask) -> Outcome:
            begun.set()
            await asyncio.sleep(0.2)
            return await super().send(ask)

    remote = Slow()
    carrying = _outbound(pool, remote, Clock(), policy=_policy(concurrency=1))
    await decide(conn, effect("1"), effect("2"))
    running = asyncio.create_task(carrying.run(stopping))
    await begun.wait()
    stopping.set()
    await asyncio.wait_for(running, 5)
    assert await states(conn) == {"1": "done", "2": "waiting"}


async def test_run_carries_everything_and_comes_back_from_a_database_that_was_away(
    pool: Any, conn: Any
) -> None:
    stopping, remote = asyncio.Event(), Fake()
    running = asyncio.create_task(_outbound(pool, remote, Clock()).run(stopping))
    await decide(conn, *(effect(str(number)) for number in range(10)))
    await conn.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    for _ in range(100):
        if set((await states(conn)).values()) == {"done"}:
            break
        await asyncio.sleep(0.05)
    stopping.set()
    await running
    assert set((await states(conn)).values()) == {"done"}
    assert set(remote.done.values()) == {1}


def test_what_is_given_up_says_whether_it_may_have_been_done() -> None:
    kept = Kept(1, "e", "erp", "k", "A", "c", b"{}", None, "", NOW, "sending", "sync", 20, NOW, None, None)
    word = judged(_policy(), Leased(kept, True, "x"), DOWN, NOW, 0.5)
    assert word.state == "failed"
    assert word.problem == "given up after 20 requests: it is down; whether it was done is not known"
    assert judged(_policy(), Leased(kept, True, "x"), None, NOW, 0.5).state == "waiting"
