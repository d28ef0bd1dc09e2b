"""Orders told of as systems tell them, worked through as a worker does, and the cases that come of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import msgspec

from sayso.canon.events import Event
from sayso.canon.events_goods import GoodsLine, PickConfirmed, PickLine, ShipmentDispatched
from sayso.canon.events_money import InvoiceIssued, MoneyLine
from sayso.canon.events_order import OrderAccepted, OrderHeld, OrderLine, OrderPlaced
from sayso.canon.events_shared import Told
from sayso.cases.acting import Action
from sayso.cases.policy import CasePolicy
from sayso.desk.calling import Caller, CaseQuery
from sayso.desk.cases.casework import Casework
from sayso.desk.cash.placing import message_of
from sayso.desk.cash.policy import FollowPolicy
from sayso.desk.cash.working import Working
from sayso.promise.policy import Policy
from sayso.store import inbox

ANN = Caller("ann", frozenset({"cases"}))
PRICE = Decimal("2.50")


class Office:
    """A pool, a clock that stands, a worker, and the cases."""

    def __init__(self, pool: Any, policy: CasePolicy | None = None) -> None:
        self.pool = pool
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        follow = FollowPolicy(cases=policy or CasePolicy())
        self.working = Working(pool, Policy(), follow, {}, lambda: self.now)
        self.desk = Casework(pool, policy, {"ar": "books"})
        self._numbers = count(1)

    async def tell(self, family: str, data: Told, order: str = "WEB-1", source: str = "wms") -> None:
        """One event of a system, worked through."""
        event = Event(
            id=f"{family}/{next(self._numbers)}", source=source, type=f"sayso.{family}.v1", subject=order,
            time=self.now, data=data,
        )  # fmt: skip
        await inbox.keep(self.pool, [message_of(event, order)], self.now)
        await self.work()

    async def work(self) -> None:
        """Everything that waits."""
        await self.working.settle(rounds=False)

    async def placed(self, order: str = "WEB-1", quantity: int = 12, customer: str = "ada") -> None:
        """Twelve cups for Ada, accepted by the ERP."""
        line = OrderLine(
            line=1, item="cup", quantity=Decimal(quantity), unit_price=PRICE, amount=PRICE * quantity, tax=Decimal(0),
            ship_on=date(2026, 3, 3),
        )  # fmt: skip
        placed = OrderPlaced(document=order, customer=customer, currency="GBP", lines=(line,), country="GB")
        await self.tell("order.placed", placed, order, "shop")
        accepted = OrderAccepted(
            document=f"SO-{order}", currency="GBP", lines=(line,), total=PRICE * quantity
        )
        await self.tell("order.accepted", accepted, order, "erp")

    async def held(self, order: str = "WEB-1") -> None:
        """The ERP holds it."""
        await self.tell(
            "order.held", OrderHeld(document="H-1", kind="credit", reason="over the limit"), order, "erp"
        )

    async def picked(self, quantity: int, short: int = 0, item: str = "cup") -> None:
        """So many picked, so many not found."""
        line = PickLine(line=1, item=item, quantity=Decimal(quantity), short=Decimal(short))
        await self.tell("pick.confirmed", PickConfirmed(document=f"P-{item}", lines=(line,), site="LON"))

    async def shipped(self, quantity: int, item: str = "cup", document: str = "S-1") -> None:
        """So many left."""
        line = GoodsLine(line=1, item=item, quantity=Decimal(quantity))
        await self.tell(
            "shipment.dispatched", ShipmentDispatched(document=document, lines=(line,), site="LON")
        )

    async def invoiced(self, quantity: int, document: str = "I-1", due: date | None = None) -> None:
        """So many charged."""
        line = MoneyLine(
            line=1, item="cup", quantity=Decimal(quantity), amount=PRICE * quantity, shipment="S-1"
        )
        told = InvoiceIssued(
            document=document, customer="ada", currency="GBP", lines=(line,), issued=self.now.date(), due=due,
            total=PRICE * quantity,
        )  # fmt: skip
        await self.tell("invoice.issued", told, "WEB-1", "ar")

    async def cases(self, caller: Caller = ANN, **asked: Any) -> list[dict[str, Any]]:
        """The work list."""
        reply = await self.desk.listed(CaseQuery(**asked), caller, self.now)
        return list(msgspec.json.decode(reply.body)["cases"])

    async def case(self, kind: str) -> dict[str, Any]:
        """The one open case of a kind, whole."""
        (found,) = await self.cases(kind=kind)
        whole: dict[str, Any] = msgspec.json.decode(
            (await self.desk.shown(found["case"], ANN, self.now)).body
        )
        return whole

    async def act(
        self, case: dict[str, Any], action: str, caller: Caller = ANN, key: str | None = None, **more: Any
    ) -> dict[str, Any]:
        """A remedy, and the work that follows from it."""
        asked = Action(action=action, **more)
        body = msgspec.json.encode(asked)
        done: dict[str, Any] = msgspec.json.decode(
            (await self.desk.act(case["case"], asked, body, caller, key, self.now)).body
        )
        await self.work()
        return done

    async def state(self, order: str = "WEB-1") -> dict[str, Any]:
        """The order as it was last folded."""
        found: dict[str, Any] = msgspec.json.decode(
            await self.pool.fetchval('SELECT state FROM transactions WHERE "order" = $1', order)
        )
        return found

    def later(self, **time: float) -> None:
        """Time passes."""
        self.now += timedelta(**time)


def actions(case: dict[str, Any]) -> Sequence[tuple[str, str]]:
    """(by, action) of a case's history."""
    return [(one["by"], one["action"]) for one in case["history"]]
