"""What every request passes, whatever it asks: request id, time taken, access log, counts; no stack trace.

Pure ASGI. Logs the route's template, never the path, a key or a body.
"""

from __future__ import annotations

from time import perf_counter

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sayso.api import heads, measures
from sayso.api.answers import Headers, answer
from sayso.api.bodies import Gone
from sayso.api.problems import PROBLEM_TYPE, Unexpected, body_of, headers_of
from sayso.api.settings import Settings
from sayso.canon.ids import new_id
from sayso.errors import SaysoError

VISIT = "sayso.visit"
_CLIENT_LEFT = 499

log = structlog.get_logger("sayso.api")


class Visit:
    """What the porch and the doors tell each other about one request, in its ASGI scope."""

    __slots__ = ("caller", "headers", "request_id", "route", "status")

    def __init__(self, request_id: str) -> None:
        self.request_id = request_id
        self.route = "unknown"
        self.caller = ""
        self.status = 0
        self.headers: Headers = [(b"x-request-id", request_id.encode())]


class Porch:
    """The outermost layer of our own: everything within may raise, nothing leaves but an answer."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        visit = self._visit(scope)

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                visit.status = message["status"]
                message["headers"] = [*message.get("headers", ()), *visit.headers]
            await send(message)

        measures.in_flight.inc()
        try:
            await self._app(scope, receive, tell)
        except Gone:
            visit.status = _CLIENT_LEFT
        except SaysoError as error:
            await self._refuse(error, scope, tell)
        except Exception:
            await self._confess(scope, tell)
        finally:
            measures.in_flight.dec()
            self._record(scope["method"], visit, perf_counter() - started)

    def _visit(self, scope: Scope) -> Visit:
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), None)
        known = heads.request_id(given) or new_id("req", self._settings.clock())
        visit = scope[VISIT] = Visit(known)
        return visit

    async def _refuse(self, error: SaysoError, scope: Scope, tell: Send) -> None:
        visit: Visit = scope[VISIT]
        if error.status >= 500:
            log.error(
                "failed",
                request_id=visit.request_id,
                route=visit.route,
                problem=error.slug,
                detail=error.detail,
                cause=repr(error.__cause__) if error.__cause__ else "",
            )
        if visit.status:
            raise error
        body = body_of(error, visit.request_id)
        bare = scope["method"] == "HEAD"
        await answer(tell, error.status, body, PROBLEM_TYPE, headers_of(error), bare)

    async def _confess(self, scope: Scope, tell: Send) -> None:
        visit: Visit = scope[VISIT]
        log.exception("unexpected", request_id=visit.request_id, route=visit.route)
        if visit.status:
            raise
        error = Unexpected("a fault in Sayso", remedy="report the request id to whoever runs Sayso")
        await answer(
            tell, 500, body_of(error, visit.request_id), PROBLEM_TYPE, bare=scope["method"] == "HEAD"
        )

    def _record(self, method: str, visit: Visit, seconds: float) -> None:
        status = visit.status or _CLIENT_LEFT
        measures.count(visit.route, method if method in _METHODS else "other", status, seconds)
        if self._settings.access_log:
            log.info(
                "request",
                method=method,
                route=visit.route,
                status=status,
                ms=round(seconds * 1000, 3),
                caller=visit.caller,
                request_id=visit.request_id,
            )


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
