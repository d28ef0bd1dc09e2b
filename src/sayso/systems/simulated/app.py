"""A simulated system as an HTTP application: `POST /effects` and `GET /effects/{key}`."""

from __future__ import annotations

import asyncio

import httpx
import msgspec
from msgspec import Struct
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from sayso.canon.times import moment, parse_moment
from sayso.errors import BadField
from sayso.systems.seam import Ask
from sayso.systems.simulated.company import Company
from sayso.systems.simulated.system import Reply, System


class Effect(Struct, frozen=True):
    """The body of `POST /effects`."""

    effect: str
    kind: str
    order: str = ""
    cause: str = ""
    body: dict[str, object] = {}


class Until(Struct, frozen=True):
    """The body of `POST /until`."""

    now: str


_EFFECT = msgspec.json.Decoder(Effect)
_UNTIL = msgspec.json.Decoder(Until)


def app(system: System, *, hang: float = 0.0) -> Starlette:
    """The application. What was done without an answer holds its caller for `hang` seconds, then says 504."""

    async def post(request: Request) -> Response:
        try:
            effect = _EFFECT.decode(await request.body())
        except msgspec.DecodeError as wrong:
            return JSONResponse({"detail": str(wrong)}, 422)
        key = request.headers.get("idempotency-key", effect.effect)
        if key != effect.effect:
            return JSONResponse({"detail": f"Idempotency-Key is {key}, the effect {effect.effect}"}, 422)
        ask = Ask(
            effect=effect.effect, system=system.role, kind=effect.kind, order=effect.order, cause=effect.cause,
            body=effect.body,
        )  # fmt: skip
        return await _response(await system.ask(ask), hang)

    async def get(request: Request) -> Response:
        return await _response(await system.find(request.path_params["key"]), hang)

    return Starlette(routes=[
        Route("/effects", post, methods=["POST"]), Route("/effects/{key:path}", get, methods=["GET"]),
    ])  # fmt: skip


def client(system: System, *, hang: float = 0.0) -> httpx.AsyncClient:
    """An HTTP client that reaches the application without a network."""
    transport = httpx.ASGITransport(app=app(system, hang=hang))
    return httpx.AsyncClient(transport=transport, base_url=f"http://{system.role}.invalid")


async def _response(reply: Reply, hang: float) -> Response:
    if not reply.answered and hang:
        await asyncio.sleep(hang)
    headers = {} if reply.retry_after is None else {"Retry-After": str(reply.retry_after)}
    return JSONResponse(reply.body, reply.status, headers)


def company_app(company: Company, *, hang: float = 0.0) -> Starlette:
    """All systems of a company under one address, each at its role: `/erp/effects`; `POST /until` with `{"now": ...}` (RFC
    3339) lets them work until that moment and answers when everything they sent has been acknowledged."""

    async def until(request: Request) -> Response:
        try:
            told = _UNTIL.decode(await request.body())
            now = parse_moment(told.now, field="now")
        except (msgspec.DecodeError, BadField) as wrong:
            return JSONResponse({"detail": str(wrong)}, 422)
        await company.until(now)
        return JSONResponse({"now": moment(company.now)})

    mounts = [Mount(f"/{role}", app(system, hang=hang)) for role, system in company.systems.items()]
    return Starlette(routes=[Route("/until", until, methods=["POST"]), *mounts])
