"""What the back office's people say to Sayso over HTTP, beyond what a storefront says: cases, held messages, reading."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from sayso.canon.decimals import ZERO
from sayso.demo.talk import Talk

_PAGE = 200


class Case(Struct, frozen=True):
    """A case, as far as the demo reads it."""

    case: str
    kind: str
    title: str
    state: str
    owner: str
    opened: datetime
    due: datetime | None
    closed: datetime | None
    order: str | None
    customer: str | None
    document: str
    item: str | None
    line: int
    amount: Decimal | None
    currency: str | None
    next_step: str
    facts: dict[str, Any]
    remedies: tuple[str, ...]
    closed_by: str

    @property
    def money(self) -> Decimal:
        """What is at stake, 0 where nobody can say."""
        return self.amount or ZERO


class Held(Struct, frozen=True):
    """A message in quarantine."""

    number: int
    system: str
    kind: str
    order: str
    problem: str
    amount: Decimal | None = None


class Effect(Struct, frozen=True):
    """Something a system was asked."""

    effect: str
    system: str
    kind: str
    cause: str
    state: str
    tries: int
    settled: datetime | None = None


class Line(Struct, frozen=True):
    """An order line as it stands, in units of what was ordered."""

    line: int
    ordered: Decimal = ZERO
    cancelled: Decimal = ZERO
    shipped: Decimal = ZERO
    returned: Decimal = ZERO
    invoiced: Decimal = ZERO
    credited: Decimal = ZERO


class Shipment(Struct, frozen=True):
    """What left, and when."""

    shipment: str
    dispatched: datetime


class Invoice(Struct, frozen=True):
    """An invoice of the order, whole. Money with tax."""

    invoice: str
    customer: str
    total: Decimal
    paid: Decimal = ZERO
    credited: Decimal = ZERO
    written_off: Decimal = ZERO
    open: Decimal = ZERO
    cause: str = ""


class Money(Struct, frozen=True):
    """The order's money, with tax."""

    ordered: Decimal = ZERO
    to_invoice: Decimal = ZERO
    invoiced: Decimal = ZERO
    paid: Decimal = ZERO
    open: Decimal = ZERO


class State(Struct, frozen=True):
    """Everything that is known of an order, as far as the demo reads it."""

    order: str
    stage: str
    customer: str = ""
    promise: str = ""
    operational: bool = False
    financial: bool = False
    lines: tuple[Line, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    money: Money = Money()


class Transaction(Struct, frozen=True):
    """An order with what systems were asked for it."""

    order: str
    state: State | None
    effects: tuple[Effect, ...] = ()


class End(Struct, frozen=True):
    """How a promise ended."""

    promise: str
    how: str
    cause: str
    order: str


class Changed(Struct, frozen=True):
    """What came of messages that were applied again, or would come of it."""

    applied: int
    held: int
    effects: tuple[dict[str, Any], ...] = ()
    cases_closed: tuple[dict[str, Any], ...] = ()


class _Body(Struct, frozen=True):
    body: str


class _Worked(Struct, frozen=True):
    done: int


class _Short(Struct, frozen=True):
    order: str


class OfficeTalk(Talk):
    """One conversation of the back office. Every call says what time it is."""

    async def work(self, now: datetime) -> int:
        """Let everything be done that is due; how much that was."""
        raw = await self._send("POST", "/v1/work", None, now, f"work-{now.isoformat()}")
        return msgspec.json.decode(raw, type=_Worked).done

    async def cases(self, now: datetime, **asked: str) -> list[Case]:
        """Cases, the newest first."""
        return [one async for one in self._pages("/v1/cases", "cases", Case, now, asked)]

    async def act(self, case: str, now: datetime, turn: str, **action: Any) -> str:
        """Do something about a case; what was done."""
        raw = await self._send("POST", f"/v1/cases/{case}/actions", action, now, f"act-{case}-{turn}")
        return str(msgspec.json.decode(raw)["done"].get("says", ""))

    async def held(self, now: datetime) -> list[Held]:
        """What is in quarantine."""
        return [one async for one in self._pages("/v1/quarantine", "messages", Held, now, {})]

    async def body(self, number: int, now: datetime) -> str:
        """A held message as it counts now."""
        raw = await self._send("GET", f"/v1/quarantine/{number}", None, now, f"read-{number}")
        return msgspec.json.decode(raw, type=_Body).body

    async def mend(self, number: int, text: str, by: str, why: str, now: datetime) -> None:
        """Put another body in the place of a held message's."""
        given = {"by": by, "why": why, "text": text}
        await self._send("POST", f"/v1/quarantine/{number}/edit", given, now, f"mend-{number}")

    async def replay(self, which: Mapping[str, str], dry_run: bool, now: datetime) -> Changed:
        """Apply held messages again, or see what would come of it."""
        asked = {**which, "dry_run": dry_run}
        key = f"replay-{dry_run}-{now.isoformat()}"
        return msgspec.json.decode(
            await self._send("POST", "/v1/quarantine/replay", asked, now, key), type=Changed
        )

    async def ends(self, now: datetime) -> list[End]:
        """How promises ended, the last to end first."""
        return [one async for one in self._pages("/v1/promises/ends", "ends", End, now, {})]

    async def transactions(self, now: datetime) -> AsyncIterator[Transaction]:
        """Every order that is followed, one after the other."""
        async for short in self._pages("/v1/transactions", "transactions", _Short, now, {}):
            path = f"/v1/transactions/{quote(short.order, safe='')}"
            raw = await self._send("GET", path, None, now, f"order-{short.order}")
            yield msgspec.json.decode(raw, type=Transaction)

    async def _pages(
        self, path: str, name: str, kind: type[Any], now: datetime, asked: Mapping[str, str]
    ) -> AsyncIterator[Any]:
        cursor = ""
        while True:
            query = {"limit": str(_PAGE), **asked} | ({"cursor": cursor} if cursor else {})
            raw = await self._send("GET", f"{path}?{urlencode(query)}", None, now, f"page-{path}-{cursor}")
            page = msgspec.json.decode(raw, type=dict[str, Any])
            for one in page[name]:
                yield msgspec.convert(one, kind, strict=False)
            cursor = str(page["next"])
            if not cursor:
                return
