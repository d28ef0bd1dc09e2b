"""The simulated storefront: asks for a promise, places the order on it, and keeps what it was told. Speaks HTTP."""

from __future__ import annotations

import asyncio
from datetime import datetime
from decimal import Decimal
from heapq import heappop, heappush
from typing import Any

import httpx
import msgspec
from msgspec import Struct

from sayso.canon.times import moment
from sayso.errors import SaysoError
from sayso.systems.simulated.books import text
from sayso.systems.simulated.office import Office
from sayso.systems.simulated.system import System

_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_ENCODER = msgspec.json.Encoder()


class Basket(Struct, frozen=True, kw_only=True):
    """What a buyer wants: `lines` are (item, quantity in base units)."""

    order: str
    customer: str
    at: datetime
    lines: tuple[tuple[str, Decimal], ...]
    country: str = "GB"
    currency: str = "GBP"
    po: str = ""
    accepts_conditional: bool = True


class Storefront(System):
    """The shop. `client` knows Sayso's base URL and carries the API key; without one nothing can be ordered. `simulated`
    sends the buyer's moment along, for a Sayso that is told its time."""

    role = "storefront"

    def __init__(
        self, office: Office, client: httpx.AsyncClient | None = None, *, simulated: bool = True,
        patience: float = 120.0,
    ) -> None:  # fmt: skip
        super().__init__(office)
        self.client, self._simulated, self._patience = client, simulated, patience
        self.told: dict[str, dict[str, Any]] = {}
        """By order: the promise as it was answered, and the order's state; `promise` alone where it was not ordered."""
        self._baskets: list[tuple[datetime, str, Basket]] = []

    def will_order(self, basket: Basket) -> None:
        """A buyer will be there at the basket's moment."""
        heappush(self._baskets, (basket.at, basket.order, basket))

    @property
    def next_basket(self) -> datetime | None:
        """When the next buyer comes."""
        return self._baskets[0][0] if self._baskets else None

    async def until(self, now: datetime) -> None:
        """Let all buyers who are due order."""
        while self._baskets and self._baskets[0][0] <= now:
            await self.serve()
        await super().until(now)

    async def serve(self) -> None:
        """The next buyer. A basket stays until its order has been answered."""
        at, _, basket = self._baskets[0]
        self.now = max(self.now, at)
        await self.order(basket)
        heappop(self._baskets)

    async def order(self, basket: Basket) -> dict[str, Any]:
        """Ask for the basket, hold it, and order what was promised; what was told."""
        faults, name = self.office.faults, basket.order
        twice = faults.due(self.role, "asks_twice", "promise", name, name, basket.at) is not None
        leaves = faults.due(self.role, "abandoned", "order", name, name, basket.at) is not None
        asked = {
            "customer": basket.customer, "ship_to": {"country": basket.country}, "currency": basket.currency,
            "channel": "web", "reference": name, "hold": "PT15M", "accept_conditional": basket.accepts_conditional,
            "lines": [
                {"line": line, "item": item, "quantity": text(quantity)}
                for line, (item, quantity) in enumerate(basket.lines, 1)
            ],
        }  # fmt: skip
        answer = await self._post("/v1/promises", asked, basket.at, f"{name}-promise", twice)
        self.told[name] = {"promise": answer, "state": ""}
        if twice:
            faults.play(basket.at, self.role, "asks_twice", "promise", name, name)
        if not answer.get("held"):
            return self.told[name]
        if leaves:
            faults.play(basket.at, self.role, "abandoned", "order", name, name)
            return self.told[name]
        placing = {"order": name, "promise": answer["promise"]} | ({"po": basket.po} if basket.po else {})
        placed = await self._post("/v1/orders", placing, basket.at, f"{name}-order", twice)
        self.told[name] = {"promise": answer, "order": placed, "state": placed.get("state", "")}
        return self.told[name]

    async def announce(self, event: dict[str, Any], at: datetime) -> None:
        """Tell Sayso of something as a CloudEvent (an order that was placed elsewhere)."""
        kind = "application/cloudevents+json"
        await self._post("/v1/events", event, at, f"event-{event['id']}", False, kind)

    async def _post(
        self,
        path: str,
        body: dict[str, Any],
        at: datetime,
        key: str,
        twice: bool,
        kind: str = "application/json",
    ) -> dict[str, Any]:
        if self.client is None:
            raise SaysoError("the storefront has no Sayso to order from", remedy="give it a client")
        headers = {"Content-Type": kind, "Idempotency-Key": key}
        if self._simulated:
            headers["Sayso-Now"] = moment(at)
        answer = await self._until_answered(path, body, headers)
        if twice:
            answer = await self._until_answered(path, body, headers)
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found if answer.is_success else {"verdict": "failed", "status": answer.status_code, **found}

    async def _until_answered(
        self, path: str, body: dict[str, Any], headers: dict[str, str]
    ) -> httpx.Response:
        """A buyer's browser tries again with the same key, until there is an answer."""
        assert self.client is not None
        content, waited, pause = _ENCODER.encode(body), 0.0, 0.05
        while True:
            try:
                answer = await self.client.post(path, content=content, headers=headers)
                if answer.status_code not in _AGAIN or waited >= self._patience:
                    return answer
            except httpx.TransportError as away:
                if waited >= self._patience:
                    why = str(away) or type(away).__name__
                    raise SaysoError(f"{path} cannot be reached: {why}", remedy="start Sayso again") from None
            await asyncio.sleep(pause)
            waited, pause = waited + pause, min(pause * 2, 2.0)

    def books(self) -> dict[str, Any]:
        """`told`: by order the verdict, the promise and the order's state."""
        return {
            "told": {
                name: {
                    "verdict": one["promise"].get("verdict", ""), "promise": one["promise"].get("promise", ""),
                    "state": one["state"],
                }
                for name, one in self.told.items()
            }
        }  # fmt: skip
