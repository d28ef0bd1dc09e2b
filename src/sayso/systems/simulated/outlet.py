"""The way of messages out of a simulated system: kept for a test, or posted to Sayso until it has acknowledged them."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Protocol

import httpx

from sayso.canon.times import moment
from sayso.errors import NotAuthenticated, SaysoError


class Delivery(NamedTuple):
    """Bytes that leave a system at a moment. `order` is blank where the message is about none."""

    system: str
    kind: str
    message: str
    order: str
    at: datetime
    body: bytes
    content_type: str = "application/json"


class Outlet(Protocol):
    """Where deliveries go."""

    def put(self, delivery: Delivery) -> None:
        """Take one; it need not have left yet."""

    async def flush(self) -> None:
        """Return when all that was put has arrived."""


class Kept:
    """An outlet that keeps everything in the order of leaving."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []

    def put(self, delivery: Delivery) -> None:
        """Keep it."""
        self.deliveries.append(delivery)

    async def flush(self) -> None:
        """There is nothing to wait for."""


class Posted:
    """An outlet to `POST /v1/systems/{system}/messages`.

    `client` knows the base URL and carries the API key as `Authorization`. What is not acknowledged is sent again, so
    everything arrives at least once; what is about one order in the order of leaving, different orders up to `width`
    at once. `simulated` sends the moment of leaving along, for a Sayso that is told its time. What Sayso will not have
    (a 4xx) is kept in `turned_away`, with the status. SaysoError where it cannot be reached for `patience` seconds.
    """

    def __init__(
        self, client: httpx.AsyncClient, *, simulated: bool = True, width: int = 8, patience: float = 120.0
    ) -> None:
        self._client, self._simulated, self._width, self._patience = client, simulated, width, patience
        self._waiting: list[Delivery] = []
        self.turned_away: list[tuple[Delivery, int]] = []
        self.sent = 0
        self.again = 0

    def put(self, delivery: Delivery) -> None:
        """Queue it."""
        self._waiting.append(delivery)

    async def flush(self) -> None:
        """Send what is queued; what was not acknowledged when this is cancelled or fails stays queued."""
        waiting, left = self._waiting, asyncio.Semaphore(self._width)
        lines: dict[str, list[Delivery]] = defaultdict(list)
        for delivery in waiting:
            lines[delivery.order or delivery.message].append(delivery)
        done: set[int] = set()
        try:
            async with asyncio.TaskGroup() as group:
                for line in lines.values():
                    group.create_task(self._line(line, left, done))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        finally:
            self._waiting = [delivery for delivery in self._waiting if id(delivery) not in done]

    async def _line(self, line: Iterable[Delivery], left: asyncio.Semaphore, done: set[int]) -> None:
        for delivery in line:
            async with left:
                await self._send(delivery)
            done.add(id(delivery))

    async def _send(self, delivery: Delivery) -> None:
        headers = {"Content-Type": delivery.content_type}
        if self._simulated:
            headers["Sayso-Now"] = moment(delivery.at)
        path, waited, pause = f"/v1/systems/{delivery.system}/messages", 0.0, 0.05
        while True:
            self.sent += 1
            try:
                answer = await self._client.post(path, content=delivery.body, headers=headers)
            except httpx.TransportError as away:
                why = str(away) or type(away).__name__
            else:
                if answer.status_code < 300:
                    return
                if answer.status_code in (401, 403):
                    raise NotAuthenticated(
                        f"{path} was answered with {answer.status_code}",
                        remedy="give the simulated systems a key with the scope messages",
                    )
                if answer.status_code < 500 and answer.status_code not in (408, 425, 429):
                    self.turned_away.append((delivery, answer.status_code))
                    return
                why = f"it answered with {answer.status_code}"
            if waited >= self._patience:
                raise SaysoError(f"{path} does not acknowledge messages: {why}", remedy="start Sayso again")
            self.again += 1
            await asyncio.sleep(pause)
            waited, pause = waited + pause, min(pause * 2, 2.0)
