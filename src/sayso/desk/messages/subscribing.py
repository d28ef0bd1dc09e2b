"""Who is told what happens here: kept, shown, paused, resumed, given another secret, told again. Tells nobody itself."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from sayso.canon.events import TYPES
from sayso.canon.events_out import TYPES_OUT
from sayso.canon.findings import Finding
from sayso.canon.times import moment
from sayso.cases.policy import CasePolicy
from sayso.delivery.webhooks import Hook, Stuck
from sayso.delivery.webhooks_policy import WebhookPolicy
from sayso.delivery.webhooks_reach import is_public
from sayso.delivery.webhooks_signing import new_secret
from sayso.desk.calling import Caller, Reply
from sayso.desk.cases.settling import CaseScope, settle_cases
from sayso.desk.once import once
from sayso.errors import BadField, Conflict, NotAllowed, NotFound
from sayso.store import outgoing
from sayso.store import subscribers as store
from sayso.store.database import mapped
from sayso.store.subscribers import Subscriber

NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
_MOST = 200
#: What resolvers take for an address in disguise: https://2130706433/ is 127.0.0.1 (URL Standard, "ends in a number").
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")

STUCK = "subscriber_stuck"
Change = Callable[[Any, Subscriber], Awaitable[dict[str, Any]]]


class Subscription(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who is to be told what, and where. `types`: types or patterns with *; left out, all. `customers`: theirs alone."""

    subscriber: Annotated[str, Meta(pattern=f"^{NAME}$", max_length=64)]
    url: Annotated[str, Meta(min_length=8, max_length=2000)]
    types: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=64)], ...], Meta(max_length=50)] = ()
    customers: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=200)], ...], Meta(max_length=_MOST)
    ] = ()


class Again(Struct, frozen=True, forbid_unknown_fields=True):
    """From which number on to tell again."""

    number: Annotated[int, Meta(ge=1, le=2**53 - 1)]


def stuck_case(policy: CasePolicy | None = None) -> Hook:
    """What Webhooks call in the transaction that pauses or ends a subscriber: a case is opened."""

    async def opened(connection: Any, stuck: Stuck) -> None:
        facts = {
            "subscriber": stuck.subscriber, "url": stuck.url, "state": stuck.state, "since": moment(stuck.since),
            "number": str(stuck.number), "problem": stuck.problem,
        }  # fmt: skip
        found = Finding(kind=STUCK, key=stuck.subscriber, facts=facts)
        await settle_cases(connection, _case_of(stuck.subscriber), [found], stuck.at, policy)

    return opened


class Subscribing:
    """The use cases of subscribers. `private`: whether they may be inside one's own network, and without TLS."""

    def __init__(self, pool: Any, policy: WebhookPolicy | None = None, *, private: bool = False) -> None:
        self._pool = pool
        self._policy = policy or WebhookPolicy()
        self._private = private

    async def add(
        self, asked: Subscription, body: bytes, caller: Caller, key: str | None, now: datetime
    ) -> Reply:
        """Tell someone what happens from now on; the secret is in this answer and in none after it.

        Raises BadField for an address or a type that cannot be used, Conflict for a name that is taken.
        """
        check_url(asked.url, private=self._private)
        check_types(asked.types)
        customers = _bound(asked.customers, caller)
        types = ",".join(asked.types) or "*"

        async def change(connection: Any) -> Reply:
            secret = new_secret()
            found = await store.add(connection, asked.subscriber, asked.url, types, customers, secret, now)
            if found is None:
                raise Conflict(
                    f"there is a subscriber {asked.subscriber}",
                    remedy="choose another name, or delete it first",
                )
            return _reply({**_shown(found, found.reached), "secret": secret}, 201)

        async def answered() -> Reply:
            # The row and the answer under the key in one transaction: the secret told is the secret in force.
            async with self._pool.acquire() as connection, connection.transaction():
                return await once(connection, "subscribe", body, caller, key, now, lambda: change(connection))

        with mapped():
            try:
                return await answered()
            except Conflict:
                if not key:
                    raise
                # The same request may have come twice at once; then the other's answer is there by now.
                return await answered()

    async def listed(self, caller: Caller) -> Reply:
        """All that the caller may see, by name."""
        with mapped():
            last = await outgoing.last(self._pool)
            found = [one for one in await store.everyone(self._pool) if _sees(caller, one)]
        return _reply({"subscribers": [_shown(one, last) for one in found]})

    async def shown(self, name: str, caller: Caller) -> Reply:
        """One of them."""
        with mapped():
            one = _seen(await store.find(self._pool, name), name, caller)
            return _reply(_shown(one, await outgoing.last(self._pool)))

    async def remove(self, name: str, caller: Caller, key: str | None, now: datetime) -> Reply:
        """Tell it nothing more, for good."""

        async def change(connection: Any, one: Subscriber) -> dict[str, Any]:
            await store.remove(connection, name)
            await settle_cases(connection, _case_of(name), [], now, by=caller.name)
            return {"subscriber": name, "removed": True}

        return await self._changed("unsubscribe", name, b"", caller, key, now, change)

    async def pause(self, name: str, caller: Caller, key: str | None, now: datetime) -> Reply:
        """Tell it nothing until it is resumed; what happens meanwhile waits."""

        async def change(connection: Any, one: Subscriber) -> dict[str, Any]:
            if one.state == "ended":
                raise Conflict(f"{name} has ended: it answered 410", remedy="resume it, or delete it")
            changed = await store.set_state(connection, name, "paused", now, f"paused by {caller.name}")
            return _shown(changed or one, await outgoing.last(connection))

        return await self._changed("pause", name, b"", caller, key, now, change)

    async def resume(self, name: str, caller: Caller, key: str | None, now: datetime) -> Reply:
        """Go on where it stood, at once."""

        async def change(connection: Any, one: Subscriber) -> dict[str, Any]:
            changed = await store.set_state(connection, name, "live", now)
            await settle_cases(connection, _case_of(name), [], now, by=caller.name)
            return _shown(changed or one, await outgoing.last(connection))

        return await self._changed("resume", name, b"", caller, key, now, change)

    async def rotate(self, name: str, caller: Caller, key: str | None, now: datetime) -> Reply:
        """Another secret, in this answer and in none after it. The earlier one signs too for a day (by policy)."""

        async def change(connection: Any, one: Subscriber) -> dict[str, Any]:
            secret, until = new_secret(), now + timedelta(seconds=self._policy.rotation)
            changed = await store.rotate(connection, name, secret, until)
            return {**_shown(changed or one, await outgoing.last(connection)), "secret": secret}

        return await self._changed("rotate", name, b"", caller, key, now, change)

    async def redeliver(
        self, name: str, asked: Again, body: bytes, caller: Caller, key: str | None, now: datetime
    ) -> Reply:
        """Tell everything from a number on again, under the same ids. What lies before now and is forgotten stays so."""

        async def change(connection: Any, one: Subscriber) -> dict[str, Any]:
            changed = await store.rewind(connection, name, asked.number - 1, now)
            return _shown(changed or one, await outgoing.last(connection))

        return await self._changed("redeliver", name, body, caller, key, now, change)

    async def _changed(
        self, what: str, name: str, body: bytes, caller: Caller, key: str | None, now: datetime, change: Change
    ) -> Reply:  # fmt: skip
        """One change of one subscriber, answered once under a key: who comes second waits for the first."""
        with mapped():
            async with self._pool.acquire() as connection, connection.transaction():
                one = await store.lock(connection, name)

                async def work() -> Reply:
                    return _reply(await change(connection, _seen(one, name, caller)))

                return await once(connection, f"{what} {name}", body, caller, key, now, work)


def check_url(url: str, *, private: bool) -> None:
    """BadField for an address that is no webhook's. What its name stands for is looked at with every connection."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise BadField("url", url, "this is no URL", remedy="send e.g. https://example.com/hooks") from None
    if parts.scheme not in (("https", "http") if private else ("https",)):
        raise BadField("url", url, "an address is called by TLS", remedy="begin it with https://")
    if not host or not url.isascii() or not url.isprintable() or " " in url:
        raise BadField("url", url, "this is no URL", remedy="send e.g. https://example.com/hooks")
    if parts.username is not None or parts.fragment:
        raise BadField(
            "url",
            url,
            "an address has neither a user nor a fragment",
            remedy="leave them out: calls are signed",
        )
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
            raise BadField(
                "url", url, "its host is a number, and no address", remedy="name a host, or write 203.0.113.7"
            ) from None
        return
    if not private and not is_public(address):
        raise BadField("url", url, "this is no public address", remedy="use one that is, or webhooks_private")


def check_types(types: Sequence[str]) -> None:
    """BadField for a pattern that no type fits: it would never be told anything."""
    known = (*TYPES, *TYPES_OUT)
    for count, pattern in enumerate(types):
        fits = re.fullmatch(r"[a-z0-9_.*]+", pattern) and any(fnmatchcase(one, pattern) for one in known)
        if not fits:
            raise BadField(
                f"types[{count}]",
                pattern,
                "no type of event fits",
                remedy="see /asyncapi.json, or sayso.order.*",
            )


def _case_of(name: str) -> CaseScope:
    return CaseScope(keys=((STUCK, name),))


def _bound(customers: Sequence[str], caller: Caller) -> tuple[str, ...] | None:
    """Whose events: those asked for, else those of the key; never more than the key may see."""
    if caller.customers is None:
        return tuple(dict.fromkeys(customers)) or None
    for customer in customers:
        if not caller.sees(customer):
            raise NotAllowed(
                "the key is bound to other customers",
                remedy="name the key's own customers",
                customer=customer,
            )
    return tuple(dict.fromkeys(customers)) or tuple(sorted(caller.customers))


def _sees(caller: Caller, one: Subscriber) -> bool:
    if caller.customers is None:
        return True
    return one.customers is not None and caller.customers.issuperset(one.customers)


def _seen(one: Subscriber | None, name: str, caller: Caller) -> Subscriber:
    if one is None or not _sees(caller, one):
        raise NotFound(f"there is no subscriber {name}", remedy="see GET /v1/subscribers")
    return one


def _shown(one: Subscriber, last: int) -> dict[str, Any]:
    return {
        "subscriber": one.subscriber,
        "url": one.url,
        "types": one.types.split(","),
        "customers": None if one.customers is None else list(one.customers),
        "state": one.state,
        "created": moment(one.created),
        "reached": one.reached,
        "behind": max(0, last - one.reached),
        "told": _when(one.told),
        "tries": one.tries,
        "failing": _when(one.failing),
        "due": moment(one.due) if one.state == "live" and one.tries else None,
        "problem": one.problem,
    }


def _when(at: datetime | None) -> str | None:
    return None if at is None else moment(at)


def _reply(answer: dict[str, Any], status: int = 200) -> Reply:
    where = f"/v1/subscribers/{answer['subscriber']}" if status == 201 else ""
    return Reply(status, msgspec.json.encode(answer), False, where)
