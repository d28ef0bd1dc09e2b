"""The last step of every load of facts, in its transaction: what follows for promises and for those who decide.

Under the locks, in the order that all take them: versions are raised, own demand that the ERP reports is replaced
by the ERP's, and promises that the facts no longer bear become cases, at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from sayso.canon.decimals import arithmetic, plain
from sayso.canon.ids import new_id
from sayso.desk.batch import taken_by
from sayso.promise.cards import ItemCard, Taken, place_of
from sayso.promise.policy import Policy
from sayso.promise.risk import AtRisk, at_risk
from sayso.store import cards, handover, promises
from sayso.store.handover import Case, Live

_ITEM = msgspec.json.Decoder(ItemCard)
_TAKEN = msgspec.json.Decoder(Taken)


@dataclass(frozen=True)
class Touched:
    """What a load's rows told about. `reported` are (order of ours, item) pairs in the ERP's demand."""

    items: frozenset[str] = frozenset()
    customers: frozenset[str] = frozenset()
    world: bool = False
    reported: frozenset[tuple[str, str]] = frozenset()


async def settle_load(connection: Any, touched: Touched, now: datetime, policy: Policy | None = None) -> None:
    """Take the locks and let the load take effect. Must be the last step before the commit."""
    items, customers = sorted(touched.items), sorted(touched.customers)
    moved = await handover.moved(connection, customers) if customers else []
    accounts = {account for _, _, account in moved} | {was for _, was, _ in moved if was}
    accounts |= await handover.tops(connection, customers) if customers else set()
    pairs = sorted(touched.reported)
    foreseen = await handover.reported(connection, pairs) if pairs else []
    accounts |= {one.reservation.account for one in foreseen}
    in_order = sorted(accounts)
    await handover.make_rows(connection, items, in_order)
    stands = await promises.locked(connection, in_order, items, [])
    if moved:
        await handover.keep_tops(connection, [(one, account) for one, _, account in moved])
    strays = [(one, account) for one, was, account in moved if was and was != account]
    if strays:
        await handover.move_money(connection, strays, in_order)
    taken = {name: _TAKEN.decode(text) for name, (_, text) in stands.items.items() if text != "{}"}
    if pairs:
        await _replace_own_demand(connection, pairs, taken)
    await handover.raise_versions(connection, in_order, items, touched.world)
    with_promises = [name for name in items if name in taken]
    if with_promises:
        await _find_broken(connection, with_promises, taken, now, policy or Policy())


async def _replace_own_demand(
    connection: Any, pairs: Sequence[tuple[str, str]], taken: dict[str, Taken]
) -> None:
    """The ERP reports orders of ours: its demand stands now, and the reservations behind them end. Law 10."""
    found = await handover.reported(connection, pairs)
    if not found:
        return
    off: dict[str, Decimal] = {}
    amounts: dict[tuple[str, str, str], Decimal] = {}
    for live in found:
        one = live.reservation
        if one.item in taken:
            place = place_of(one.site, one.variant)
            taken[one.item] = taken[one.item].plus(place, one.day.isoformat(), -one.quantity, one.allocation)
        off[one.account] = off.get(one.account, Decimal(0)) + one.amount
        whose = (live.order, one.item, one.account)
        amounts[whose] = amounts.get(whose, Decimal(0)) + one.amount
    await handover.carry_over(
        connection, [(order, item, sum_, account) for (order, item, account), sum_ in amounts.items()]
    )
    changed = sorted({live.reservation.item for live in found if live.reservation.item in taken})
    texts = {name: msgspec.json.encode(taken[name]).decode() for name in changed}
    await handover.write_taken(connection, texts, off)
    await handover.absorb(connection, found)


async def _find_broken(
    connection: Any, items: Sequence[str], taken: dict[str, Taken], now: datetime, policy: Policy
) -> None:
    """Cases for promises that cannot be kept any more; what can be kept again is closed."""
    bodies = await cards.items(connection, items)
    live: dict[str, list[Live]] = {}
    for one in await handover.live_on(connection, items):
        live.setdefault(one.reservation.item, []).append(one)
    known = await handover.open_cases(connection, items)
    broken: list[Case] = []
    with arithmetic():
        for name, here in live.items():
            takes = [taken_by(one.reservation) for one in here]
            for risk in at_risk(_ITEM.decode(bodies[name]), taken[name], takes, now.date(), policy):
                broken.append(_case(here[risk.place], risk, now))
    if broken:
        await handover.open_case(connection, now, broken)
    still = {(case.promise, case.item, case.site) for case in broken}
    over = [number for whose, number in known.items() if whose not in still]
    if over:
        await handover.close_cases(connection, now, "the facts bear the promise again", over)


def _case(live: Live, risk: AtRisk, now: datetime) -> Case:
    one = live.reservation
    day, short = one.day.isoformat(), plain(risk.short)
    facts = {"short": short, "promised": plain(one.quantity), "ship_on": day, "line": str(one.line)}
    missing = f"{short} of {plain(one.quantity)} are missing at {one.site} for {day}"
    step = f"{missing}: find supply, move it, or tell the customer"
    return Case(
        new_id("cas", now), one.promise, live.order, live.customer, one.item, one.site, one.amount, step,
        msgspec.json.encode(facts).decode(),
    )  # fmt: skip
