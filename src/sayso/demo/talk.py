"""Speaks to a running Sayso over HTTP, as a storefront and an ERP would: facts, promises, orders. Knows
nothing else."""

from __future__ import annotations

import asyncio
import time
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import httpx
import msgspec
from msgspec import Struct

from sayso.canon.times import moment
from sayso.demo.batches import Batch
from sayso.errors import BadRequest, NotAllowed, NotAuthenticated, SaysoError

MOST_ROWS = 5000
"""Rows of facts in one request."""
_MOST_TRIES = 6
_TRY_AGAIN = frozenset({429, 502, 503, 504})


class Reason(Struct, frozen=True):
    """Why an answer is not a plain yes."""

    code: str


class LeansOn(Struct, frozen=True):
    """An inbound document that a part waits for."""

    document: str


class Part(Struct, frozen=True):
    """A part of a line: so much from a site on a day, None where nobody knows the day."""

    state: str
    site: str
    quantity: Decimal
    ship_on: date | None
    deliver_by: date | None
    leans_on: tuple[LeansOn, ...] = ()


class Price(Struct, frozen=True):
    """The price of a line, without tax."""

    unit: Decimal
    amount: Decimal


class Line(Struct, frozen=True):
    """One line's answer."""

    line: int
    item: str
    verdict: str
    parts: tuple[Part, ...] = ()
    price: Price | None = None
    reasons: tuple[Reason, ...] = ()


class Credit(Struct, frozen=True):
    """The credit account's answer."""

    verdict: str
    reasons: tuple[Reason, ...] = ()


class Answer(Struct, frozen=True):
    """A promise, as far as the demo reads it; the rest of it is skipped."""

    promise: str
    verdict: str
    held: bool
    lines: tuple[Line, ...] = ()
    credit: Credit | None = None
    reasons: tuple[Reason, ...] = ()


class _Placed(Struct, frozen=True):
    state: str
    changed: tuple[Any, ...] = ()


class _Loaded(Struct, frozen=True):
    refused: int = 0
    refusals: tuple[dict[str, Any], ...] = ()


_ANSWER = msgspec.json.Decoder(Answer)
_PLACED = msgspec.json.Decoder(_Placed)
_LOADED = msgspec.json.Decoder(_Loaded)
_ENCODER = msgspec.json.Encoder()


class Talk:
    """One conversation. `run` makes its idempotency keys its own. Latencies are seconds of the promise
    calls alone."""

    def __init__(self, client: httpx.AsyncClient, run: str) -> None:
        self._client, self._run = client, run
        self._loads = 0
        self.latencies: list[float] = []
        self.calls = 0
        self.rows = 0

    async def load(self, batch: Batch) -> None:
        """Facts, in as many requests as their number asks for. SaysoError where a row is refused."""
        for start in range(0, len(batch.rows), MOST_ROWS):
            rows = batch.rows[start : start + MOST_ROWS]
            self._loads += 1
            body = {"source": batch.source, "as_of": moment(batch.as_of), "rows": rows}
            key = f"facts-{self._loads}"
            loaded = _LOADED.decode(
                await self._send("PUT", f"/v1/facts/{batch.kind}", body, batch.as_of, key)
            )
            if loaded.refused:
                first = loaded.refusals[0] if loaded.refusals else {}
                raise SaysoError(
                    f"{loaded.refused} rows of {batch.kind} were refused; the first: {first}",
                    remedy="this is a fault of the demo: report it",
                )
            self.rows += len(rows)

    async def learn(self, now: datetime) -> None:
        """What a worker does once a day by a real clock: learn from receipts when inbound arrives."""
        await self._send("POST", "/v1/arrivals/learn", None, now, f"learn-{now:%Y%m%d}")

    async def ask(self, request: dict[str, Any], now: datetime, key: str) -> Answer:
        """A promise request, and its answer."""
        begun = time.perf_counter()
        raw = await self._send("POST", "/v1/promises", request, now, key)
        self.latencies.append(time.perf_counter() - begun)
        return _ANSWER.decode(raw)

    async def order(self, order: str, promise: str, now: datetime, key: str) -> str:
        """Place an order on a held promise; its state. SaysoError where it had to be decided anew."""
        placed = _PLACED.decode(
            await self._send("POST", "/v1/orders", {"order": order, "promise": promise}, now, key)
        )
        if placed.changed:
            raise SaysoError(
                f"order {order} was decided anew within its hold", remedy="this is a fault: report it"
            )
        return placed.state

    async def release(self, promise: str, now: datetime, key: str) -> None:
        """Let a hold go."""
        await self._send("DELETE", f"/v1/promises/{promise}", None, now, key)

    async def _send(self, method: str, path: str, body: Any, now: datetime, key: str) -> bytes:
        headers = {"Idempotency-Key": f"{self._run}-{key}", "Sayso-Now": moment(now)}
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = _ENCODER.encode(body)
        self.calls += 1
        for attempt in range(_MOST_TRIES):
            try:
                answer = await self._client.request(method, path, content=content, headers=headers)
            except httpx.TransportError as away:
                if attempt + 1 < _MOST_TRIES:
                    await asyncio.sleep(0.1 * 2**attempt)
                    continue
                raise SaysoError(
                    f"{self._client.base_url} cannot be reached: {away or type(away).__name__}",
                    remedy="start it with `sayso up`, or name another with --base-url",
                ) from None
            if answer.status_code in _TRY_AGAIN and attempt + 1 < _MOST_TRIES:
                await asyncio.sleep(_pause(answer, attempt))
                continue
            if answer.is_success:
                return answer.content
            raise _refusal(method, path, answer)
        raise AssertionError("the last try returns or raises")


def _pause(answer: httpx.Response, attempt: int) -> float:
    given = answer.headers.get("retry-after", "")
    return min(float(given), 30.0) if given.isdigit() else 0.1 * 2**attempt


def _refusal(method: str, path: str, answer: httpx.Response) -> SaysoError:
    """The problem that Sayso told, as an error of ours."""
    try:
        problem = answer.json()
        detail, remedy = str(problem.get("detail", "")), str(problem.get("remedy", ""))
        errors = problem.get("errors") or []
    except (ValueError, AttributeError):
        detail, remedy, errors = answer.text[:200], "", []
    kind: type[SaysoError] = {401: NotAuthenticated, 403: NotAllowed}.get(
        answer.status_code, BadRequest if answer.status_code < 500 else SaysoError
    )
    about = f"; {errors[0]}" if errors else ""
    return kind(f"{method} {path} was answered with {answer.status_code}: {detail}{about}", remedy=remedy)
