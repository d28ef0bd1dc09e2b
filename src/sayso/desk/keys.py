"""API keys: made, listed, revoked, and found behind a secret. A found key is remembered for a few seconds.

A secret is 256 random bits, so its plain SHA-256 is safe to keep (nothing can be guessed), and looking it up
by that hash tells a stranger nothing about how close a wrong secret came.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from time import monotonic
from typing import Any

from sayso.desk.calling import SCOPES, Caller
from sayso.errors import BadField, Conflict, NotAuthenticated, NotFound, StoreAway
from sayso.store import keys as store
from sayso.store.keys import Listed

#: Seconds for which a found key is believed; a revoked one works no longer than this.
BELIEVED = 3.0

_PREFIX = "sk_"
_SECRET = re.compile(r"sk_[A-Za-z0-9_-]{43}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MOST_REMEMBERED = 10_000
_LONGEST_SYSTEM = 200  # as long as the source of an event


class Keys:
    """Finds callers. One for each process; `pool` is asked at most once in a few seconds for each key."""

    def __init__(self, pool: Any, believed: float = BELIEVED, tick: Callable[[], float] = monotonic) -> None:
        self._pool = pool
        self._believed = believed
        self._tick = tick
        self._found: dict[bytes, tuple[Caller, float, datetime | None]] = {}
        self._asked: dict[bytes, asyncio.Task[Caller]] = {}

    async def find(self, secret: str, now: datetime) -> Caller:
        """The caller behind a secret. Raises NotAuthenticated, or StoreAway where nobody can say.

        `now` decides on expiry; how long an answer is believed is measured by the process's own clock.
        """
        hashed = digest(secret)
        found = self._found.get(hashed)
        if found is not None and self._tick() < found[1] and (found[2] is None or now < found[2]):
            return found[0]
        if not _SECRET.fullmatch(secret):
            raise _unknown()
        # Callers that come while the database is being asked wait for the one answer.
        task = self._asked.get(hashed)
        if task is None:
            task = self._asked[hashed] = asyncio.create_task(self._ask(hashed, now))
            task.add_done_callback(lambda done: self._answered(hashed, done))
        return await asyncio.shield(task)

    async def _ask(self, hashed: bytes, now: datetime) -> Caller:
        until = self._tick() + self._believed
        self._found.pop(hashed, None)
        known = await store.find(self._pool, hashed, now)
        if known is None:
            raise _unknown()
        if known.stale:
            await self._note_use(known.name, now)
        customers = None if known.customers is None else frozenset(known.customers)
        systems = None if known.systems is None else frozenset(known.systems)
        caller = Caller(known.name, frozenset(known.scopes), customers, systems)
        if len(self._found) >= _MOST_REMEMBERED:
            self._found.clear()
        self._found[hashed] = (caller, until, known.expires)
        return caller

    def _answered(self, hashed: bytes, done: asyncio.Task[Caller]) -> None:
        self._asked.pop(hashed, None)
        if not done.cancelled():
            done.exception()  # seen, even where every caller has left meanwhile

    async def _note_use(self, name: str, now: datetime) -> None:
        try:
            await store.note_use(self._pool, name, now)
        except StoreAway:
            return  # a convenience, not worth refusing a caller for


async def create(
    conn: Any, name: str, scopes: Sequence[str], customers: Sequence[str], now: datetime,
    expires: datetime | None = None, systems: Sequence[str] = (),
) -> str:  # fmt: skip
    """Make a key and return its secret, which is kept nowhere. No customers: bound to none; no systems: may send as any.

    Raises BadField for a name, scope, system or expiry that cannot be used, Conflict if the name was ever given.
    """
    _check_name(name)
    _check_scopes(scopes)
    if not all(customer.strip() for customer in customers):
        raise BadField("customer", "", "a customer number is blank", remedy="leave it out, or write it")
    _check_systems(systems, scopes)
    if expires is not None and expires <= now:
        raise BadField("expires", expires.isoformat(), "this moment is past", remedy="give a later one")
    secret = _PREFIX + secrets.token_urlsafe(32)
    bound, sends = tuple(dict.fromkeys(customers)) or None, tuple(dict.fromkeys(systems)) or None
    if not await store.add(
        conn, name, digest(secret), tuple(sorted(set(scopes))), bound, now, expires, sends
    ):
        raise Conflict(
            f"a key named {name} is or was there", remedy="choose another name: logs know keys by name"
        )
    return secret


async def everyone(conn: Any) -> list[Listed]:
    """Every key that was ever made, without its secret."""
    return await store.everyone(conn)


async def revoke(conn: Any, name: str, now: datetime) -> datetime:
    """Revoke a key, in every process within BELIEVED seconds; when it was first revoked. Raises NotFound."""
    revoked = await store.revoke(conn, name, now)
    if revoked is None:
        raise NotFound(f"there is no key named {name}", remedy="see sayso keys list")
    return revoked


def digest(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise BadField(
            "name", name, "a key's name is up to 64 letters, digits, dots, dashes and underscores",
            remedy="name who uses it, e.g. storefront-uk",
        )  # fmt: skip


def _check_scopes(scopes: Sequence[str]) -> None:
    if not scopes:
        raise BadField("scope", "", "a key needs a scope", remedy="choose of: " + ", ".join(SCOPES))
    for scope in scopes:
        if scope not in SCOPES:
            raise BadField("scope", scope, "there is no such scope", remedy="choose of: " + ", ".join(SCOPES))


def _check_systems(systems: Sequence[str], scopes: Sequence[str]) -> None:
    for system in systems:
        if (
            not 0 < len(system.strip()) <= _LONGEST_SYSTEM
            or system.casefold() == "sayso"
            or not system.isprintable()
        ):
            raise BadField("system", system, "no name of a system", remedy="e.g. wms, as in the follow file")
    if systems and not {"events", "messages", "admin"} & set(scopes):
        raise BadField(
            "system", systems[0], "a key without the scope events or messages sends nothing",
            remedy="leave --system out, or add the scope",
        )  # fmt: skip


def _unknown() -> NotAuthenticated:
    return NotAuthenticated(
        "the key is not known, has expired, or was revoked",
        remedy="ask whoever runs Sayso for a key",
        given=True,
    )
