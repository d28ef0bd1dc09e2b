"""API keys against a real database: made once, known by their hash, gone within seconds of being revoked."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
import pytest_asyncio

from sayso.desk import keys
from sayso.desk.calling import SCOPES
from sayso.desk.keys import BELIEVED, Keys, digest
from sayso.errors import BadField, Conflict, NotAuthenticated, NotFound, StoreAway
from sayso.store import database as store_database

NOW = datetime(2011, 2, 1, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Tick:
    """A process's own clock, set by hand; `asked` counts what reached the database."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


class Counting:
    """A connection that counts what it is asked, and can be away."""

    def __init__(self, conn: asyncpg.Connection) -> None:
        self._conn = conn
        self.looked = 0
        self.away = False

    async def fetchrow(self, *asked):
        self.looked += 1
        await asyncio.sleep(0)
        if self.away:
            raise ConnectionRefusedError
        return await self._conn.fetchrow(*asked)

    async def execute(self, *asked):
        if self.away:
            raise ConnectionRefusedError
        return await self._conn.execute(*asked)


@pytest.fixture
def tick() -> Tick:
    return Tick()


@pytest.fixture
def counting(conn) -> Counting:
    return Counting(conn)


@pytest.fixture
def found(counting, tick) -> Keys:
    return Keys(counting, tick=tick)


@pytest_asyncio.fixture
async def secret(conn) -> str:
    return await keys.create(conn, "shop", ["promises", "orders"], ["13047", "13047", "12583"], NOW)


async def test_a_secret_leads_to_its_caller(found, secret):
    caller = await found.find(secret, NOW)
    assert caller.name == "shop"
    assert caller.scopes == {"promises", "orders"}
    assert caller.customers == {"13047", "12583"}
    assert caller.may("orders")
    assert not caller.may("facts")
    assert caller.sees("12583")
    assert not caller.sees("99999")


async def test_a_key_without_customers_is_bound_to_none(conn, found):
    secret = await keys.create(conn, "erp", ["facts"], [], NOW)
    caller = await found.find(secret, NOW)
    assert caller.customers is None
    assert caller.sees("anybody")


async def test_a_key_bound_to_systems_speaks_for_those_alone(conn, found):
    secret = await keys.create(conn, "wms", ["events", "messages"], [], NOW, systems=["wms", "wms", "wms-2"])
    caller = await found.find(secret, NOW)
    assert caller.systems == {"wms", "wms-2"}
    assert caller.speaks_for("wms")
    assert not caller.speaks_for("erp")
    anybody = await found.find(await keys.create(conn, "hub", ["events"], [], NOW), NOW)
    assert anybody.systems is None
    assert anybody.speaks_for("erp")
    assert {one.name: one.systems for one in await keys.everyone(conn)} == {
        "wms": ("wms", "wms-2"),
        "hub": None,
    }


@pytest.mark.parametrize("system", ["", " ", "sayso", "SaySo", "w\x1b[2Jms", "x" * 201])
async def test_a_key_cannot_be_bound_to_what_is_no_system(conn, system):
    with pytest.raises(BadField):
        await keys.create(conn, "wms", ["events"], [], NOW, systems=[system])


async def test_a_key_that_sends_nothing_is_bound_to_no_system(conn):
    with pytest.raises(BadField, match="sends nothing"):
        await keys.create(conn, "shop", ["orders"], [], NOW, systems=["shop"])


async def test_the_secret_is_nowhere_in_the_database(conn, secret):
    row = await conn.fetchrow("SELECT api_keys::text AS all, hash FROM api_keys")
    assert row["hash"] == digest(secret)
    assert secret not in row["all"]
    assert secret[3:] not in row["all"]


async def test_secrets_are_long_and_differ(conn):
    made = {await keys.create(conn, f"key-{number}", ["cases"], [], NOW) for number in range(20)}
    assert len(made) == 20
    assert {len(secret) for secret in made} == {46}
    assert all(secret.startswith("sk_") for secret in made)


@pytest.mark.parametrize(
    "wrong", ["", "sk_", "sk_" + "a" * 43, "sk_" + "a" * 42 + "\x00", "x" * 10_000, "sk_ü"]
)
async def test_a_wrong_secret_is_refused(found, secret, wrong):
    with pytest.raises(NotAuthenticated):
        await found.find(wrong, NOW)


async def test_what_cannot_be_a_key_does_not_reach_the_database(found, counting):
    for wrong in ("", "sk_short", "x" * 10_000):
        with pytest.raises(NotAuthenticated):
            await found.find(wrong, NOW)
    assert counting.looked == 0


async def test_a_found_key_is_believed_for_a_few_seconds(found, counting, tick, secret):
    for _ in range(10):
        await found.find(secret, NOW)
    assert counting.looked == 1
    tick.at += BELIEVED - 0.01
    await found.find(secret, NOW)
    assert counting.looked == 1
    tick.at += 0.02
    await found.find(secret, NOW)
    assert counting.looked == 2


async def test_a_revoked_key_stops_working_within_five_seconds(conn, found, tick, secret):
    await found.find(secret, NOW)
    await keys.revoke(conn, "shop", NOW)
    assert BELIEVED < 5
    tick.at += BELIEVED + 0.01
    with pytest.raises(NotAuthenticated):
        await found.find(secret, NOW)


async def test_a_key_expires_even_while_it_is_believed(conn, found):
    secret = await keys.create(conn, "guest", ["cases"], [], NOW, NOW + HOUR)
    await found.find(secret, NOW + HOUR - timedelta(seconds=1))
    with pytest.raises(NotAuthenticated):
        await found.find(secret, NOW + HOUR)


async def test_callers_at_once_ask_the_database_once(found, counting, secret):
    callers = await asyncio.gather(*(found.find(secret, NOW) for _ in range(50)))
    assert {caller.name for caller in callers} == {"shop"}
    assert counting.looked == 1


async def test_a_caller_that_leaves_does_not_take_the_others_along(found, counting, secret):
    first = asyncio.create_task(found.find(secret, NOW))
    second = asyncio.create_task(found.find(secret, NOW))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).name == "shop"
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_a_database_that_is_away_is_said_to_be(found, counting, tick, secret):
    await found.find(secret, NOW)
    counting.away = True
    assert (await found.find(secret, NOW)).name == "shop"
    tick.at += BELIEVED + 1
    with pytest.raises(StoreAway):
        await found.find(secret, NOW)
    counting.away = False
    assert (await found.find(secret, NOW)).name == "shop"


async def test_the_last_use_is_kept_to_the_hour(conn, found, tick, secret):
    async def last() -> datetime | None:
        return (await keys.everyone(conn))[0].last_used

    assert await last() is None
    for at, noted in [(NOW, NOW), (NOW + HOUR / 2, NOW), (NOW + 2 * HOUR, NOW + 2 * HOUR)]:
        tick.at += BELIEVED + 1
        await found.find(secret, at)
        assert await last() == noted


async def test_revoking_twice_keeps_the_first_moment(conn, secret):
    assert await keys.revoke(conn, "shop", NOW) == NOW
    assert await keys.revoke(conn, "shop", NOW + DAY) == NOW
    with pytest.raises(NotFound):
        await keys.revoke(conn, "nobody", NOW)


async def test_a_name_is_never_given_twice(conn, secret):
    await keys.revoke(conn, "shop", NOW)
    with pytest.raises(Conflict):
        await keys.create(conn, "shop", ["cases"], [], NOW)
    assert len(await keys.everyone(conn)) == 1


@pytest.mark.parametrize(
    ("name", "scopes", "customers", "expires", "field"),
    [
        ("", ["cases"], [], None, "name"), ("a b", ["cases"], [], None, "name"), ("x" * 65, ["cases"], [], None, "name"),
        ("a\n", ["cases"], [], None, "name"), ("a", [], [], None, "scope"), ("a", ["case"], [], None, "scope"),
        ("a", ["cases", ""], [], None, "scope"), ("a", ["cases"], [" "], None, "customer"),
        ("a", ["cases"], [], NOW, "expires"),
    ],
)  # fmt: skip
async def test_what_cannot_be_a_key(conn, name, scopes, customers, expires, field):
    with pytest.raises(BadField) as refused:
        await keys.create(conn, name, scopes, customers, NOW, expires)
    assert refused.value.field == field
    assert await keys.everyone(conn) == []


async def test_a_listing_shows_no_secret(conn, secret):
    (listed,) = await keys.everyone(conn)
    assert (listed.name, listed.scopes, listed.customers) == (
        "shop",
        ("orders", "promises"),
        ("13047", "12583"),
    )
    assert (listed.created, listed.expires, listed.revoked) == (NOW, None, None)
    assert secret[3:] not in repr(listed)


async def test_a_pool_does_as_well(database, secret):
    pool = await store_database.pool(database, "sayso", 2)
    try:
        assert (await Keys(pool).find(secret, NOW)).name == "shop"
    finally:
        await pool.close()


def test_every_scope_says_what_it_opens():
    assert all(SCOPES.values())
    assert "credit" in SCOPES
