"""A trade that is followed, for tests: a shop, a simulated company behind it, and the worker between them.

Everything happens at the company's own time; messages go in through the desk's doors, effects out to the company's systems.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from sayso.canon.times import moment
from sayso.cases.acting import Action
from sayso.cash.fold import read_state
from sayso.cash.shapes import State
from sayso.delivery.policy import Breaker, Retry, SystemPolicy
from sayso.desk.calling import Caller
from sayso.desk.cases.casework import Casework
from sayso.desk.cash.policy import FollowPolicy, read
from sayso.desk.cash.working import Working
from sayso.desk.messages.taking import Given, Taking
from sayso.store import contracts
from sayso.systems.contracts import shipped
from sayso.systems.simulated.company import Company
from sayso.systems.simulated.faults import Faults
from sayso.systems.simulated.outlet import Delivery, Kept
from sayso.systems.simulated.remote import InProcess
from sayso.systems.simulated.setting import Setting
from world import Shop, shop_on

START = datetime(2026, 3, 2, 6, tzinfo=UTC)
PERSON = Caller("Ann Lee", frozenset({"cases"}))
SYSTEMS = Caller("systems", frozenset({"events", "messages"}))
ASKED = {
    name: SystemPolicy(role=name, retry=Retry(attempts=50, base=60), breaker=Breaker(failures=20, rest=60))
    for name in ("erp", "wms", "ar")
}


class Trade:
    """A shop and the company behind it. `now` is the time of both."""

    def __init__(self, shop: Shop, company: Company, follow: FollowPolicy, asked: Sequence[str]) -> None:
        self.shop, self.company, self.follow = shop, company, follow
        self.pool = shop.pool
        self.now = company.now
        self.taking = Taking(shop.pool)
        self.casework = Casework(shop.pool, follow.cases, follow.roles)
        remotes = {name: InProcess(company.systems[name]) for name in asked}
        self.working = Working(shop.pool, shop.desk.policy, follow, remotes, lambda: self.now)
        self._sent = 0

    async def work(self) -> None:
        """Everything that is due: the workers', and what systems answer."""
        self.shop.now = self.now
        await self.working.settle()

    async def until(self, now: datetime, step: timedelta = timedelta(hours=1)) -> None:
        """Let time pass; messages arrive when they leave."""
        await self.work()
        while self.now < now:
            self.now = min(now, self.now + step)
            self.company.reach(self.now)
            for delivery in self.deliveries():
                await self.send(delivery)
            await self.work()

    async def days(self, days: float) -> None:
        """Let so many days pass."""
        await self.until(self.now + timedelta(days=days))

    def deliveries(self) -> list[Delivery]:
        """What has left the company since it was asked last."""
        outlet = self.company.outlet
        assert isinstance(outlet, Kept)
        found = outlet.deliveries[self._sent :]
        self._sent = len(outlet.deliveries)
        return found

    async def send(self, one: Delivery) -> None:
        """A system's message comes in."""
        given = Given(one.system, one.content_type, one.body)
        reply = await self.taking.message(given, SYSTEMS, None, max(one.at, self.now))
        assert reply.status == 202, reply

    async def says(self, system: str, **message: Any) -> None:
        """A system's message, written by hand: of what kind stands in `message`."""
        at = moment(self.now)
        body = {"sentAt": at, "revision": 1, **message}
        body.setdefault(
            "messageId", f"{body['message']}-{body.get('documentNo', '')}{body.get('bankRef', '')}"
        )
        await self.send(
            Delivery(system, body["message"], body["messageId"], "", self.now, msgspec.json.encode(body))
        )
        await self.work()

    async def act(self, case: Mapping[str, Any], action: str, **fields: Any) -> dict[str, Any]:
        """A person does something about a case; then everything that follows."""
        asked = Action(action=action, **fields)
        reply = await self.casework.act(case["id"], asked, msgspec.json.encode(asked), PERSON, None, self.now)
        assert reply.status == 200, reply
        await self.work()
        return msgspec.json.decode(reply.body)

    async def case(self, kind: str, order: str | None = None) -> dict[str, Any]:
        """The one open case of a kind."""
        found = [one for one in await self.cases(order) if one["kind"] == kind]
        assert len(found) == 1, [(one["kind"], one["next_step"]) for one in await self.cases(order)]
        return found[0]

    async def order(
        self, number: str, customer: str, *lines: tuple[str, Any], **fields: Any
    ) -> dict[str, Any]:
        """A promise held, and an order placed on it."""
        self.shop.now = self.now
        held = await self.shop.hold(customer, *lines, **fields)
        assert held["held"], held
        return await self.shop.order(number, held["promise"])

    async def state(self, order: str) -> State:
        """The order as it stands."""
        body = await self.pool.fetchval('SELECT state FROM transactions WHERE "order" = $1', order)
        assert body is not None, f"there is no transaction {order}"
        return read_state(body)

    async def cases(self, order: str | None = None, state: str = "open") -> list[dict[str, Any]]:
        """The cases, of an order or all."""
        rows = await self.pool.fetch(
            'SELECT id, kind, state, owner, "order", amount, facts, next_step, document, closed_why FROM cases '
            'WHERE ($1::text IS NULL OR "order" = $1) AND ($2 = \'all\' OR state = $2) ORDER BY id',
            order, state,
        )  # fmt: skip
        return [dict(row) | {"facts": msgspec.json.decode(row["facts"])} for row in rows]

    async def kinds(self, order: str | None = None, state: str = "open") -> list[str]:
        """The kinds of cases."""
        return sorted(one["kind"] for one in await self.cases(order, state))

    async def effects(self, order: str) -> dict[str, str]:
        """What was asked of systems for an order, and how that stands."""
        rows = await self.pool.fetch("SELECT effect, state FROM outbox WHERE key = $1 ORDER BY number", order)
        return {row["effect"]: row["state"] for row in rows}


@asynccontextmanager
async def trade_on(
    database: str, stock: Mapping[tuple[str, str], int], *, faults: Faults | None = None, seed: int = 1,
    follow: Mapping[str, Any] | None = None, asked: Sequence[str] = tuple(ASKED), **setting: Any,
) -> AsyncIterator[Trade]:  # fmt: skip
    """A company with this stock of items at sites, Ada and Bob as its customers, and the worker between."""
    company = Company(
        Setting(seed=seed, start=START, stock={place: Decimal(many) for place, many in stock.items()}, **setting),
        faults, Kept(),
    )  # fmt: skip
    policy = read(dict(follow or {}), "follow.toml")
    policy = FollowPolicy(
        policy.cash, policy.cases, {**{name: ASKED[name] for name in asked}, **policy.systems}
    )
    async with shop_on(database) as shop:
        shop.now = START
        await shop.opens()
        for (item, site), many in stock.items():
            await shop.item(item, many, site, list_price="10.00")
        await shop.customer("ada", 100000)
        await shop.customer("bob")
        for system in ("erp", "wms", "ar", "bank"):
            await contracts.install(shop.pool, shipped(system).values(), START)
        yield Trade(shop, company, policy, asked)
