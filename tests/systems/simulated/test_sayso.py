"""The simulated company against the real Sayso, by nothing but public doors: from baskets to cash, and the books agree."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx

from api.following import doors_of
from sayso.api import Settings, build
from sayso.cash.fold import read_state
from sayso.delivery.policy import SystemPolicy
from sayso.desk.calling import Caller
from sayso.desk.cash.policy import FollowPolicy
from sayso.desk.cash.working import Working
from sayso.promise.policy import Policy
from sayso.store import contracts
from sayso.systems.contracts import shipped
from sayso.systems.contracts import simulated as systems
from sayso.systems.http_remote import HttpRemote
from sayso.systems.simulated import truth
from sayso.systems.simulated.app import app
from sayso.systems.simulated.company import Company
from sayso.systems.simulated.faults import Faults, parsed
from sayso.systems.simulated.outlet import Posted
from sayso.systems.simulated.setting import Setting
from sayso.systems.simulated.storefront import Basket
from world import Shop, shop_on

ROLES = ("erp", "wms", "ar")


class Keys:
    """One key that may do everything."""

    async def find(self, secret: str, now: Any) -> Caller:
        return Caller("company", frozenset({"admin"}))


async def through(shop: Shop) -> Company:
    """Eight baskets, two months, with faults that leave nothing to be mended."""
    async with shop.pool.acquire() as connection:
        for system in systems():
            await contracts.install(connection, shipped(system).values(), shop.now - timedelta(days=1))
    settings = Settings(clock=lambda: shop.now, simulated=True, access_log=False)
    door = build(shop.desk, keys=Keys(), settings=settings, follow=doors_of(shop.pool))
    transport = httpx.ASGITransport(app=door)
    headers = {"Authorization": "Bearer sk_company"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://sayso.invalid", headers=headers
    ) as client:
        stock = {("lamp", "LON"): Decimal(100), ("cup", "LON"): Decimal(200)}
        setting = Setting(seed=5, start=shop.now, stock=stock, units={}, in_packs=Decimal(0))
        company = Company(setting, Faults(parsed({"fault": RULES}, "here"), 5), Posted(client), client)
        remotes = {
            role: HttpRemote(
                "http://company.invalid", transport=httpx.ASGITransport(app=app(company.systems[role]))
            )
            for role in ROLES
        }
        policy = FollowPolicy(systems={role: SystemPolicy(role=role) for role in ROLES})
        working = Working(shop.pool, Policy(), policy, remotes, lambda: shop.now)
        for place in range(8):
            lines = (("lamp", Decimal(1 + place % 3)), ("cup", Decimal(4 + place)))
            at = shop.now + timedelta(hours=1 + place)
            company.storefront.will_order(Basket(order=f"WEB-{place}", customer="ada", at=at, lines=lines))
        end = shop.now + timedelta(days=60)
        while shop.now < end:
            shop.now += timedelta(hours=6 if shop.now < end - timedelta(days=57) else 72)
            await company.until(shop.now)
            await working.settle(rounds=False)
        await working.close()
    return company


RULES = [
    {"system": "wms", "fault": "repeated", "percent": 50},
    {"system": "wms", "fault": "reordered", "percent": 30},
    {"system": "wms", "fault": "split", "percent": 50},
    {"system": "ar", "fault": "unclear", "percent": 50},
    {"system": "erp", "fault": "rate_limiting", "percent": 50, "retry_after": 1},
    {"system": "storefront", "fault": "asks_twice", "percent": 50},
]


async def test_the_books_agree_with_what_sayso_believes(database: str) -> None:
    async with shop_on(database) as shop:
        await shop.opens()
        await shop.item("lamp", 100, list_price="20.00")
        await shop.item("cup", 200, list_price="2.50")
        await shop.customer("ada", 100_000)
        company = await through(shop)
        assert {one["state"] for one in company.storefront.told.values()} == {"placed"}
        believed = {}
        for body in await shop.pool.fetch("SELECT state FROM transactions"):
            state = read_state(body["state"])
            assert (state.stage, state.operational, state.financial) == ("closed", True, True), state
            for line in state.lines:
                believed[state.order, line.line] = (line.ordered, line.shipped, line.invoiced)
        really = {key: (one.ordered, one.shipped, one.invoiced) for key, one in truth.lines(company).items()}
        assert believed == really
        assert len(really) == 16
        assert all(one.open == 0 for one in truth.invoices(company).values())
        assert {one.fault for one in company.faults.played} == {rule["fault"] for rule in RULES}
        assert company.outlet.turned_away == []  # type: ignore[attr-defined]
