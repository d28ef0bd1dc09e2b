"""Invoices that are asked for once a day: everything of a customer that left by the end of yesterday, in one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from sayso.cash.fold import read_state
from sayso.cash.policy import CashPolicy, zone_of
from sayso.cash.shapes import Effect, Fact
from sayso.cash.triggering import daily
from sayso.desk.cash.policy import FollowPolicy
from sayso.desk.cash.telling import fact_of
from sayso.store import following as store
from sayso.store import outbox


async def ask(pool: Any, follow: FollowPolicy, now: datetime) -> int:
    """Ask for yesterday's invoices, where the policy wants any by the day; how many are new. Asked again, nothing is."""
    policy = follow.cash
    role = policy.invoicing.role
    if not _wanted(policy) or role not in follow.roles:
        return 0
    day = now.astimezone(zone_of(policy.invoicing.zone)).date() - timedelta(days=1)
    async with pool.acquire() as connection, connection.transaction():
        orders = await store.to_invoice_daily(connection, _customers(policy))
        if not orders:
            return 0
        await store.lock(connection, [f"order {order}" for order in orders])
        states = {
            order: read_state(body) for order, (_, body) in (await store.states(connection, orders)).items()
        }
        facts: dict[str, list[Fact]] = {order: [] for order in orders}
        for row in await store.known(connection, [f"order {order}" for order in orders]):
            facts[row.key.removeprefix("order ")].append(fact_of(row))
        customers = sorted({state.customer for state in states.values()})
        asked = await store.asked_for(connection, [*orders, *customers])
        terms = await store.terms(connection, customers)
        found = daily(
            [(states[order], facts[order]) for order in orders], policy, day, now,
            {name: days for name, days in terms.items() if days is not None}, frozenset().union(*asked.money.values()),
        )  # fmt: skip
        rows = [_row(effect, follow.roles[effect.role]) for effect in found.effects]
        return len(await outbox.put(connection, rows, now))


def _row(effect: Effect, system: str) -> outbox.New:
    customer = str(effect.body.get("customer", ""))
    return outbox.New(
        effect.key, system, effect.kind, customer, effect.cause, msgspec.json.encode(effect.body), effect.amount,
        effect.currency,
    )  # fmt: skip


def _wanted(policy: CashPolicy) -> bool:
    own = [one.invoicing for one in policy.customers] + [one.invoicing for one in policy.sites]
    return any(one.when == "daily" for one in (policy.invoicing, *own))


def _customers(policy: CashPolicy) -> list[str] | None:
    """Those who may have any; None where it may be anybody."""
    if policy.invoicing.when == "daily" or any(one.invoicing.when == "daily" for one in policy.sites):
        return None
    return [one.customer for one in policy.customers if one.invoicing.when == "daily"]
