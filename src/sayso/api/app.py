"""The HTTP door as one Starlette application, assembled from the route table. Nothing is connected here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from sayso.api import openapi
from sayso.api.answered import Answered
from sayso.api.call import Call, Follow, House
from sayso.api.door import Door
from sayso.api.pace import Pace
from sayso.api.porch import Porch
from sayso.api.settings import Settings
from sayso.api.table import CALLS
from sayso.api.table_work import WORK
from sayso.desk.calling import Desk, Keys
from sayso.errors import NotFound

_SHOWN = ["X-Request-Id", "Idempotent-Replayed", "Location", "RateLimit", "RateLimit-Policy", "Retry-After"]
_SENT = ["Authorization", "Content-Type", "Idempotency-Key", "X-Request-Id", "Sayso-Now"]


def build(desk: Desk, *, keys: Keys, settings: Settings, follow: Follow | None = None) -> Starlette:
    """The application. `desk`, `keys` and `follow` are asked at each request; none is opened or closed here."""
    answered = Answered(lines=settings.access_log)
    served = (*CALLS, *WORK) if settings.simulated else CALLS
    house = House(desk, keys, settings, openapi.build(served, settings), answered, follow)
    pace = Pace(settings.requests_per_second, settings.burst) if settings.requests_per_second else None
    by_path: dict[str, dict[str, Call]] = {}
    for call in served:
        by_path.setdefault(call.path, {})[call.method] = call
    doors = {path: Door(path, calls, house, pace) for path, calls in by_path.items()}
    straight = {path: door for path, door in doors.items() if "{" not in path}
    layers = [Middleware(Porch, straight=straight, answered=answered)]
    if settings.origins:  # outside the porch, so that problems carry its headers too
        layers.insert(0, Middleware(CORSMiddleware, **_cross_origin(settings)))
    routes = [Route(_template(path), door, name=path) for path, door in doors.items()]
    app = Starlette(routes=routes, middleware=layers, lifespan=_Lifespan(answered))
    app.router.redirect_slashes = False
    app.router.default = _Nowhere(app.router.default)
    return app


def _cross_origin(settings: Settings) -> dict[str, Any]:
    return {
        "allow_origins": settings.origins,
        "allow_methods": ["GET", "POST", "PUT", "DELETE"],
        "allow_headers": _SENT,
        "expose_headers": _SHOWN,
    }


def _template(path: str) -> str:
    """Starlette's form of a path: an order number may hold a slash."""
    return path.replace("{order}", "{order:path}")


class _Lifespan:
    """Writes down what was answered last when the server stops."""

    def __init__(self, answered: Answered) -> None:
        self._answered = answered

    @asynccontextmanager
    async def __call__(self, app: Starlette) -> AsyncIterator[None]:
        yield
        self._answered.flush()


class _Nowhere:
    """What no route takes: a problem for HTTP; anything else is Starlette's own affair."""

    def __init__(self, usual: object) -> None:
        self._usual = usual

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            raise NotFound("there is no such page", remedy="see /openapi.json")
        await self._usual(scope, receive, send)  # type: ignore[operator]
