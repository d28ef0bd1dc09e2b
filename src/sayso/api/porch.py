"""What every request passes, whatever it asks: request id, time taken, access log, counts; no stack trace.

Pure ASGI. Logs the route's template, never the path, a key or a body.
"""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import Protocol

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sayso.api import heads, measures
from sayso.api.answered import Answered
from sayso.api.answers import Answer, Headers, send_answer
from sayso.api.bodies import Gone
from sayso.api.problems import PROBLEM_TYPE, Unexpected, body_of, headers_of
from sayso.errors import SaysoError

VISIT = "sayso.visit"
_CLIENT_LEFT = 499
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})

log = structlog.get_logger("sayso.api")


class Visit:
    """What the porch and the doors tell each other about one request, in its ASGI scope."""

    __slots__ = ("caller", "given", "headers", "request_id", "route", "status")

    def __init__(self, scope: Scope) -> None:
        self.given: dict[bytes, bytes] = dict(scope["headers"])
        request_id = heads.request_id(self.given)
        self.request_id = request_id
        self.route = "unknown"
        self.caller = ""
        self.status = 0
        self.headers: Headers = [(b"x-request-id", request_id.encode())]


class Straight(Protocol):
    """A door that can be asked without a router in between."""

    async def reply(self, scope: Scope, receive: Receive) -> Answer: ...


class Porch:
    """The outermost layer of our own: everything within may raise, nothing leaves but an answer.

    `straight` holds the doors whose path has no parameter; they are found by one look-up, which takes a third
    off what the door costs. All others are found by `app`, the router.
    """

    def __init__(self, app: ASGIApp, straight: Mapping[str, Straight], answered: Answered) -> None:
        self._app = app
        self._straight = straight
        self._answered = answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        visit = scope[VISIT] = Visit(scope)
        measures.in_flight.inc()
        try:
            door = self._straight.get(scope["path"])
            if door is None:
                await self._app(scope, receive, _telling(visit, send))
            else:
                await _send(await door.reply(scope, receive), visit, send)
        except Gone:
            visit.status = _CLIENT_LEFT
        except SaysoError as error:
            await _refuse(error, visit, send)
        except Exception:
            await _confess(visit, send)
        finally:
            measures.in_flight.dec()
            method = scope["method"]
            self._answered.note(
                method if method in _METHODS else "other", visit.route, visit.status or _CLIENT_LEFT,
                perf_counter() - started, visit.caller, visit.request_id,
            )  # fmt: skip


def _telling(visit: Visit, send: Send) -> Send:
    """The same `send`, for answers that are not made by a door of ours: it sees the status, adds the headers."""

    async def tell(message: Message) -> None:
        if message["type"] == "http.response.start":
            visit.status = message["status"]
            message["headers"] = [*message.get("headers", ()), *visit.headers]
        await send(message)

    return tell


async def _send(answer: Answer, visit: Visit, send: Send) -> None:
    visit.status = answer.status
    answer.headers.extend(visit.headers)
    await send_answer(send, answer)


async def _refuse(error: SaysoError, visit: Visit, send: Send) -> None:
    if error.status >= 500:
        log.error(
            "failed", request_id=visit.request_id, route=visit.route, problem=error.slug, detail=error.detail,
            cause=repr(error.__cause__) if error.__cause__ else "",
        )  # fmt: skip
    if visit.status:
        raise error
    body = body_of(error, visit.request_id)
    await _send(Answer(error.status, PROBLEM_TYPE, body, headers_of(error)), visit, send)


async def _confess(visit: Visit, send: Send) -> None:
    log.exception("unexpected", request_id=visit.request_id, route=visit.route)
    if visit.status:
        raise
    error = Unexpected("a fault in Sayso", remedy="report the request id to whoever runs Sayso")
    await _send(Answer(500, PROBLEM_TYPE, body_of(error, visit.request_id), []), visit, send)
