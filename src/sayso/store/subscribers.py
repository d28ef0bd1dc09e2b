"""Who is told what happens here, and how far each is. Knows rows and leases; makes no call and signs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from sayso.store.database import mapped, queries

_SQL = queries("subscribers")

State = Literal["live", "paused", "ended"]


class Subscriber(Struct, frozen=True, kw_only=True):
    """One who is told. `types` are patterns separated by commas, `customers` None for all.

    `reached` is the last number told; `tries` how often the next was tried in vain, `failing` since when, `due` when it is
    tried again. `earlier_secret` signs too until `earlier_until`. `told` is when it last acknowledged something.
    """

    subscriber: str
    url: str
    types: str
    customers: tuple[str, ...] | None
    secret: str
    earlier_secret: str | None
    earlier_until: datetime | None
    state: State
    created: datetime
    reached: int
    tries: int
    due: datetime
    failing: datetime | None
    told: datetime | None
    problem: str


async def add(
    connection: Any,
    name: str,
    url: str,
    types: str,
    customers: Sequence[str] | None,
    secret: str,
    now: datetime,
) -> Subscriber | None:
    """Keep a new one, who is told what happens from now on; None if the name is taken."""
    with mapped():
        row = await connection.fetchrow(
            _SQL.add, name, url, types, None if customers is None else list(customers), secret, now
        )
    return _found(row)


async def everyone(connection: Any) -> list[Subscriber]:
    """All of them, by name."""
    with mapped():
        rows = await connection.fetch(_SQL.everyone)
    return [_subscriber(row) for row in rows]


async def find(connection: Any, name: str) -> Subscriber | None:
    """One by name."""
    with mapped():
        return _found(await connection.fetchrow(_SQL.find, name))


async def lock(connection: Any, name: str) -> Subscriber | None:
    """One by name, held until the transaction ends."""
    with mapped():
        return _found(await connection.fetchrow(_SQL.lock, name))


async def remove(connection: Any, name: str) -> bool:
    """Forget one; whether there was one."""
    with mapped():
        return await connection.fetchval(_SQL.remove, name) is not None


async def set_state(
    connection: Any, name: str, state: State, now: datetime, problem: str = ""
) -> Subscriber | None:
    """Pause one, or let it live again with a clean slate; None where there is none."""
    with mapped():
        return _found(await connection.fetchrow(_SQL.set_state, name, state, now, problem))


async def rotate(connection: Any, name: str, secret: str, until: datetime) -> Subscriber | None:
    """Another secret; the present one signs too until a moment. None where there is none."""
    with mapped():
        return _found(await connection.fetchrow(_SQL.rotate, name, secret, until))


async def rewind(connection: Any, name: str, reached: int, now: datetime) -> Subscriber | None:
    """Tell it everything after a number again; None where there is none."""
    with mapped():
        return _found(await connection.fetchrow(_SQL.rewind, name, reached, now))


async def claim(connection: Any, lease: str, now: datetime, until: datetime, most: int) -> list[Subscriber]:
    """Be the one holder, until a moment, of those who are due. `lease` must never have been used before."""
    with mapped():
        rows = await connection.fetch(_SQL.claim, now, lease, until, most)
    return [_subscriber(row) for row in rows]


async def told(
    connection: Any, name: str, lease: str, reached: int, at: datetime | None, until: datetime
) -> bool:
    """Note how far it was told, `at` None where there was nothing for it; False where the lease is lost."""
    with mapped():
        return await connection.fetchval(_SQL.told, name, lease, reached, at, until) is not None


async def release(connection: Any, name: str, lease: str, due: datetime) -> None:
    """Leave it to others."""
    with mapped():
        await connection.execute(_SQL.release, name, lease, due)


async def failed(
    connection: Any, name: str, lease: str, state: State, due: datetime, now: datetime, problem: str
) -> bool:
    """Note a failure, how it stands then, and when it is tried again; False where the lease is lost."""
    with mapped():
        held = await connection.fetchval(_SQL.failed, name, lease, state, due, now, problem)
    return held is not None


def _found(row: Any) -> Subscriber | None:
    return None if row is None else _subscriber(row)


def _subscriber(row: Any) -> Subscriber:
    values = {name: row[name] for name in Subscriber.__struct_fields__}
    customers = values.pop("customers")
    return Subscriber(customers=None if customers is None else tuple(customers), **values)
