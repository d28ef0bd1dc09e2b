"""From a matched request to an answer: admit the caller, read the request as its call says, hand it on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from time import monotonic
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from starlette.types import Receive, Scope, Send

from sayso.api import bodies, heads
from sayso.api.answers import Answer, Headers, send_answer
from sayso.api.call import NOBODY, Ask, Call, House
from sayso.api.pace import Pace
from sayso.api.porch import VISIT, Visit
from sayso.api.problems import TooFast, WrongMethod
from sayso.desk.calling import Caller, Reply
from sayso.errors import NotAllowed

_NONE: Mapping[str, Any] = MappingProxyType({})


class Door:
    """All calls of one path, as an ASGI application. Raises what the porch turns into problems."""

    def __init__(self, path: str, calls: Mapping[str, Call], house: House, pace: Pace | None) -> None:
        self._path = path
        self._steps = {method: _Step(call, house, pace) for method, call in calls.items()}
        if "GET" in self._steps:
            self._steps["HEAD"] = self._steps["GET"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send_answer(send, await self.reply(scope, receive))

    async def reply(self, scope: Scope, receive: Receive) -> Answer:
        """The answer to a request for this path."""
        visit: Visit = scope[VISIT]
        visit.route = self._path
        method: str = scope["method"]
        step = self._steps.get(method)
        if step is None:
            allow = ", ".join(sorted(self._steps))
            raise WrongMethod(f"{method[:20]} is not served here", remedy=f"use {allow}", allow=allow)
        reply = await step.take(scope, receive, visit)
        headers: Headers = []
        if reply.replayed:
            headers.append((b"idempotent-replayed", b"true"))
        if reply.location:
            headers.append((b"location", quote(reply.location, safe="/%?=&").encode("ascii")))
        return Answer(reply.status, step.media, reply.body, headers)


class _Step:
    """One call, prepared: what does not depend on the request is worked out once."""

    def __init__(self, call: Call, house: House, pace: Pace | None) -> None:
        self._call = call
        self._house = house
        self._pace = pace
        self.media = call.media.encode()
        self._reader = bodies.Reader(call.reads, call.texts) if call.reads and call.decoded else None
        settings = house.settings
        self._limit = settings.body_limit if call.decoded else settings.facts_limit
        self._known = {each.name: each.repeated for each in call.parameters if each.where == "query"}

    async def take(self, scope: Scope, receive: Receive, visit: Visit) -> Reply:
        """The desk's reply to this request."""
        call, house = self._call, self._house
        headers = visit.given
        now = house.settings.clock()
        caller = NOBODY
        if call.scope:
            caller = await self._admit(headers, visit, now)
            now = heads.moment(headers, now, house.settings.simulated)
        ask = Ask(caller, now, scope.get("path_params", _NONE), _NONE)
        if call.writes:
            ask.key = heads.idempotency_key(headers)
        if call.scope and (self._known or scope["query_string"]):
            ask.query = heads.query(scope["query_string"], self._known)
        if call.reads is not None:
            bodies.check_type(headers, call.accepts)
            ask.headers = headers
            ask.body = await bodies.read(receive, headers, self._limit)
            if self._reader is not None:
                ask.value = self._reader.value(ask.body)
        return await call.handle(house, ask)

    async def _admit(self, headers: Mapping[bytes, bytes], visit: Visit, now: datetime) -> Caller:
        house, scope = self._house, self._call.scope
        caller = await house.keys.find(heads.bearer(headers), now)
        visit.caller = caller.name
        if self._pace is not None:
            rate, wait = self._pace.take(caller.name, monotonic())
            visit.headers += rate
            if wait:
                raise TooFast("the key's rate is spent", remedy=f"try again in {wait} s", retry_after=wait)
        if not any(map(caller.may, (scope, *self._call.also))):
            raise NotAllowed(
                f"this call needs the scope {scope}", remedy="use a key that carries it", scope=scope
            )
        return caller
