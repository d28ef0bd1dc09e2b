"""Subscribers as the desk keeps them: what is refused, who sees whom, what an Idempotency-Key gives again."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from sayso.delivery.webhooks import Stuck
from sayso.delivery.webhooks_signing import is_secret
from sayso.desk.calling import Caller
from sayso.desk.messages.subscribing import (
    Again,
    Subscribing,
    Subscription,
    check_types,
    check_url,
    stuck_case,
)
from sayso.errors import BadField, Conflict, KeyReused, NotAllowed, NotFound
from sayso.store import database as store
from sayso.store import outgoing, subscribers
from sayso.store.outgoing import Said

NOW = datetime(2011, 2, 1, 9, 30, tzinfo=UTC)
ADMIN = Caller("admin", frozenset({"admin"}))
BRANCH = Caller("branch", frozenset({"events"}), frozenset({"13047", "13048"}))
SHOP = Subscription("shop", "https://shop.example.com/hooks", ("sayso.promise.*",))


@pytest.fixture
async def pool(database):
    async with await store.pool(database, "sayso", 6) as made:
        yield made


@pytest.fixture
def desk(pool):
    return Subscribing(pool)


def read(reply):
    return json.loads(reply.body)


async def test_a_secret_is_shown_when_it_is_made_and_never_again(desk):
    made = await desk.add(SHOP, b"", ADMIN, None, NOW)
    assert (made.status, made.location) == (201, "/v1/subscribers/shop")
    secret = read(made)["secret"]
    assert is_secret(secret)
    assert secret not in str((await desk.listed(ADMIN)).body) + str((await desk.shown("shop", ADMIN)).body)
    with pytest.raises(Conflict, match="shop"):
        await desk.add(SHOP, b"", ADMIN, None, NOW)


async def test_a_key_gives_the_same_answer_again_also_to_two_at_once(desk, pool):
    both = await asyncio.gather(*(desk.add(SHOP, b"x", ADMIN, "k1", NOW) for _ in range(2)))
    again = await desk.add(SHOP, b"x", ADMIN, "k1", NOW)
    assert {reply.body for reply in (*both, again)} == {both[0].body}
    with pytest.raises(KeyReused):
        await desk.add(SHOP, b"y", ADMIN, "k1", NOW)

    both = await asyncio.gather(*(desk.rotate("shop", ADMIN, "k2", NOW) for _ in range(2)))
    assert both[0].body == both[1].body
    one = await subscribers.find(pool, "shop")
    assert one.secret == read(both[0])["secret"]  # the secret in force is the one that was told
    assert one.earlier_secret == read(again)["secret"]
    assert one.earlier_until == NOW + timedelta(days=1)


async def test_pause_resume_and_from_a_number_again(desk, pool):
    await desk.add(SHOP, b"", ADMIN, None, NOW)
    await outgoing.add(pool, [Said("sayso.promise.kept.v1", "WEB-1", "", NOW, {}) for _ in range(5)])
    await outgoing.give_numbers(pool)
    paused = read(await desk.pause("shop", ADMIN, None, NOW))
    assert (paused["state"], paused["problem"], paused["behind"]) == ("paused", "paused by admin", 5)
    assert read(await desk.resume("shop", ADMIN, None, NOW))["state"] == "live"
    await pool.execute("UPDATE subscribers SET reached = 5")
    again = read(await desk.redeliver("shop", Again(3), b"", ADMIN, None, NOW))
    assert (again["reached"], again["behind"]) == (2, 3)
    beyond = read(await desk.redeliver("shop", Again(100), b"", ADMIN, None, NOW))
    assert beyond["reached"] == 5  # nothing that is still to come is left out


async def test_one_that_ended_is_not_paused_and_can_be_resumed(desk, pool):
    await desk.add(SHOP, b"", ADMIN, None, NOW)
    await subscribers.set_state(pool, "shop", "ended", NOW, "answered 410")
    with pytest.raises(Conflict, match="410"):
        await desk.pause("shop", ADMIN, None, NOW)
    resumed = read(await desk.resume("shop", ADMIN, None, NOW))
    assert (resumed["state"], resumed["problem"]) == ("live", "")


async def test_one_that_is_given_up_is_a_case_until_it_is_resumed_or_removed(desk, pool):
    hook = stuck_case()
    cases = "SELECT state, next_step FROM cases WHERE kind = 'subscriber_stuck'"
    for name, end in (("shop", desk.resume), ("other", desk.remove)):
        await pool.execute("TRUNCATE cases")
        await desk.add(Subscription(name, "https://a.example.com/"), b"", ADMIN, None, NOW)
        stuck = Stuck(name, "https://a.example.com/", "ended", NOW, NOW, 7, "number 7: answered 410")
        async with pool.acquire() as connection, connection.transaction():
            await hook(connection, stuck)
        (case,) = await pool.fetch(cases)
        assert case["state"] == "open"
        assert "number 7: answered 410" in case["next_step"]
        await end(name, ADMIN, None, NOW)
        assert [row["state"] for row in await pool.fetch(cases)] == ["closed"]


async def test_removed_is_gone(desk):
    await desk.add(SHOP, b"", ADMIN, None, NOW)
    first = await desk.remove("shop", ADMIN, "k", NOW)
    assert (await desk.remove("shop", ADMIN, "k", NOW)).body == first.body
    for use in (desk.remove, desk.pause, desk.resume, desk.rotate):
        with pytest.raises(NotFound):
            await use("shop", ADMIN, None, NOW)


async def test_a_key_bound_to_customers_subscribes_to_theirs_and_sees_no_others(desk):
    everybody = await desk.add(SHOP, b"", ADMIN, None, NOW)
    assert read(everybody)["customers"] is None
    own = Subscription("own", "https://a.example.com/")
    assert read(await desk.add(own, b"", BRANCH, None, NOW))["customers"] == ["13047", "13048"]
    with pytest.raises(NotAllowed):
        await desk.add(
            Subscription("more", "https://a.example.com/", (), ("13047", "99")), b"", BRANCH, None, NOW
        )
    assert [one["subscriber"] for one in read(await desk.listed(BRANCH))["subscribers"]] == ["own"]
    for use in (desk.remove, desk.pause, desk.resume, desk.rotate):
        with pytest.raises(NotFound):
            await use("shop", BRANCH, None, NOW)
    other = Caller("other", frozenset({"events"}), frozenset({"13047"}))
    with pytest.raises(NotFound):
        await desk.shown("own", other)


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example.com/", "ftp://shop.example.com/", "shop.example.com", "https://", "https:///x",
        "https://u:p@shop.example.com/", "https://shop.example.com/#a", "https://shop.example.com:99999/",
        "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest", "https://shop.example.com/a b",
        "https://[zz]/", "https://sh\x00op/", "https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://a.0x7F./",
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_refused(url):
    with pytest.raises(BadField) as refused:
        check_url(url, private=False)
    assert refused.value.field == "url"
    assert refused.value.remedy


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/x", "http://hooks.internal/", "https://10.0.0.1/"])
def test_ones_own_network_is_allowed_by_the_setting(url):
    check_url(url, private=True)


def test_a_type_that_nothing_fits_is_refused():
    check_types(("sayso.order.*", "*", "sayso.promise.kept.v1", "sayso.*.v1"))
    for wrong in ("order.placed", "sayso.order.plced.v1", "", "sayso.[o]rder.*", "sayso.promise.made.v1,*"):
        with pytest.raises(BadField) as refused:
            check_types(("*", wrong))
        assert refused.value.field == "types[1]"
