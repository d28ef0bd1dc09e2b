"""The last step of every load of facts, in its transaction: what follows for promises and for those who decide.

Under the locks, in the order that all take them: versions are raised, own demand that the ERP reports is replaced
by the ERP's, and promises that the facts no longer bear become cases, at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import asyncpg
import msgspec

from sayso.canon.decimals import arithmetic, plain, rounded
from sayso.canon.ids import new_id
from sayso.desk import arrivals, redating
from sayso.desk.batch import taken_by
from sayso.desk.redating import Late
from sayso.promise.cards import ItemCard, Taken, place_of
from sayso.promise.policy import Policy
from sayso.promise.redating import Redated, redated
from sayso.promise.risk import at_risk
from sayso.store import cards, endings, handover, promises
from sayso.store.handover import Case, Live
from sayso.store.promises import Reservation

_ITEM = msgspec.json.Decoder(ItemCard)
_TAKEN = msgspec.json.Decoder(Taken)
_NOTHING = Taken()

#: What a line of a promise comes to and the units that share it, by promise, line and item.
Money = Mapping[tuple[str, int, str], tuple[Decimal, Decimal]]


@dataclass(frozen=True)
class Touched:
    """What a load's rows told about. `reported` are (order of ours, item) pairs in the ERP's demand. `quiet` are items of
    which as much left the shelf as is wanted less: what is known of them is another, what can be promised is not. `owing`
    are customers who owe another sum than before, and belong to the account that they belonged to."""

    items: frozenset[str] = frozenset()
    customers: frozenset[str] = frozenset()
    world: bool = False
    reported: frozenset[tuple[str, str]] = frozenset()
    quiet: frozenset[str] = frozenset()
    owing: frozenset[str] = frozenset()

    @property
    def quietly(self) -> bool:
        """Whether nothing follows but that cards are made anew."""
        return not (self.items or self.customers or self.world or self.reported)


async def settle_load(connection: Any, touched: Touched, now: datetime, policy: Policy | None = None) -> None:
    """Take the locks and let the load take effect. Must be the last step before the commit.

    Raises asyncpg.SerializationError where another load meanwhile changed who belongs to which account: the
    whole transaction is to be tried again.
    """
    if touched.quietly:
        await _raised(connection, touched)
        return
    policy, items = policy or Policy(), sorted(touched.items)
    every = sorted(touched.items | touched.quiet)
    customers, pairs = sorted(touched.customers), sorted(touched.reported)
    moved = await _moved(connection, customers)
    customers = sorted(touched.customers | touched.owing)
    accounts = {account for _, _, account in moved} | {was for _, was, _ in moved if was}
    accounts |= await _accounts(connection, customers, pairs)
    in_order = sorted(accounts)
    await handover.make_rows(connection, items, in_order)
    stands = await promises.locked(connection, in_order, every, [])
    if not await _accounts(connection, customers, pairs) <= accounts:
        raise asyncpg.SerializationError("a customer has moved to another account meanwhile")
    if moved:
        await handover.keep_tops(connection, [(one, account) for one, _, account in moved])
    strays = [(one, account) for one, was, account in moved if was and was != account]
    if strays:
        await handover.move_money(connection, strays, in_order)
    taken = {name: _TAKEN.decode(text) for name, (_, text) in stands.items.items() if text != "{}"}
    if pairs:
        await _replace_own_demand(connection, pairs, taken, policy)
    await handover.raise_versions(connection, in_order, every, touched.world)
    if items:
        await arrivals.tell(connection, items, now.date(), policy)
        await endings.gone(connection, items, now)
        await _find_broken(connection, items, taken, now, policy)


async def _raised(connection: Any, touched: Touched) -> None:
    """Let cards be made anew, and no more."""
    customers = sorted(touched.owing)
    accounts = await _accounts(connection, customers, ())
    await handover.raise_in_order(connection, sorted(accounts), sorted(touched.quiet))
    if not await _accounts(connection, customers, ()) <= accounts:
        raise asyncpg.SerializationError("a customer has moved to another account meanwhile")


async def replace_reported(
    connection: Any,
    orders: Iterable[str],
    taken: Mapping[str, Taken],
    accounts: Sequence[str],
    policy: Policy,
) -> None:
    """Orders that are being placed, and that the ERP has reported already: its demand stands from the beginning.

    To be called under the locks on `accounts` and on the items of `taken`: what is taken of each, as it was written.
    """
    pairs = await handover.reported_of(connection, sorted(orders))
    if pairs:
        await _replace_own_demand(connection, pairs, dict(taken), policy)
        await handover.raise_versions(connection, accounts, [], False)


async def _moved(connection: Any, customers: Sequence[str]) -> list[tuple[str, str | None, str]]:
    """Customers whose account changes by this load. Who changes any waits for the others who do."""
    if not customers or not await handover.moved(connection, customers):
        return []
    await handover.one_at_a_time(connection)
    return await handover.moved(connection, customers)


async def _accounts(connection: Any, customers: Sequence[str], pairs: Sequence[tuple[str, str]]) -> set[str]:
    """The accounts of customers, and of those whose orders the ERP reports."""
    found = await handover.tops(connection, customers) if customers else set()
    return found | (await handover.owners(connection, {order for order, _ in pairs}) if pairs else set())


async def _replace_own_demand(
    connection: Any, pairs: Sequence[tuple[str, str]], taken: dict[str, Taken], policy: Policy
) -> None:
    """The ERP reports orders of ours: its demand stands now, and the reservations behind them end. Law 10.

    A row that tells no quantity or no site stands for no quantity; money that is not told is carried over.
    """
    found = await handover.reported(connection, pairs, _counting(policy))
    off: dict[str, Decimal] = {}
    carried: dict[tuple[str, str, str], Decimal] = {}
    for told in found:
        one = told.live.reservation
        if told.as_quantity and one.item in taken:
            place = place_of(one.site, one.variant)
            taken[one.item] = taken[one.item].plus(place, one.day.isoformat(), -one.quantity, one.allocation)
        off[one.account] = off.get(one.account, Decimal(0)) + one.amount
        if one.amount and not told.as_money:
            whose = (told.live.order, one.item, one.account)
            carried[whose] = carried.get(whose, Decimal(0)) + one.amount
    if found:
        changed = sorted({told.live.reservation.item for told in found} & taken.keys())
        texts = {name: msgspec.json.encode(taken[name]).decode() for name in changed}
        await handover.write_taken(connection, texts, off)
        await handover.absorb(connection, found)
        await endings.watch(
            connection,
            [(one.live.order, one.live.reservation.item, one.live.reservation.promise, one.live.reservation.day)
             for one in found if one.as_quantity],
        )  # fmt: skip
    if carried:
        amounts = [(order, item, sum_, account) for (order, item, account), sum_ in carried.items()]
        await handover.carry(connection, amounts, policy.credit.account_currency == "company")
    await handover.fill_in(connection, pairs)
    await endings.watch_again(connection, pairs)


def _counting(policy: Policy) -> list[str]:
    """Statuses of demand that count for stock and for credit: in one of another, what was promised goes on counting."""
    for_credit = policy.credit.order_status or policy.availability.demand_status
    return [status for status in policy.availability.demand_status if status in for_credit]


async def _find_broken(
    connection: Any, items: Sequence[str], taken: dict[str, Taken], now: datetime, policy: Policy
) -> None:
    """Cases and new days for promises that cannot be kept as they were made; what can be kept again is closed."""
    live: dict[str, list[Live]] = {}
    for one in await handover.live_on(connection, items, policy.availability.demand_status):
        live.setdefault(one.reservation.item, []).append(one)
    known = await handover.open_cases(connection, items)
    bodies = await cards.items(connection, list(live)) if live else {}
    found: list[tuple[Live, Redated]] = []
    with arithmetic():
        for name, here in live.items():
            found.extend(_late(here, _ITEM.decode(bodies[name]), taken.get(name, _NOTHING), now, policy))
    late = await redating.dated(connection, found, policy)
    broken: dict[tuple[str, str, str], list[Late]] = {}
    for part in late:
        whose = part.live.reservation
        broken.setdefault((whose.promise, whose.item, whose.site), []).append(part)
    if late or known:
        await redating.keep(connection, late, {promise for promise, _, _ in known}, items, now)
    if broken:
        lines = sorted({(one.live.reservation.promise, one.live.reservation.line) for one in late})
        money = await handover.money_of_lines(connection, lines)
        await handover.open_case(connection, now, [_case(some, money, now) for some in broken.values()])
    over = [number for whose, number in known.items() if whose not in broken]
    if over:
        await handover.close_cases(connection, now, "the facts bear the promise again", over)


def _late(
    here: Sequence[Live], card: ItemCard, taken: Taken, now: datetime, policy: Policy
) -> list[tuple[Live, Redated]]:
    """What live promises take of an item that it cannot bear as promised, with the days on which it can."""
    takes = [taken_by(one.reservation) for one in here]
    risks = at_risk(card, taken, takes, now.date(), policy)
    if not risks:
        return []
    return [(here[one.risk.place], one) for one in redated(card, taken, takes, risks, now.date(), policy)]


def _worth(part: Reservation, short: Decimal, money: Money) -> Decimal:
    """The share of a line's money that the missing quantity of a part has; of what the ERP reports, of its own."""
    amount, units = money.get((part.promise, part.line, part.item), (part.amount, part.quantity))
    return amount * short / units if units else amount


def _case(found: Sequence[Late], money: Money, now: datetime) -> Case:
    """What is missing of one item at one site for one promise, in one case, however many parts it has."""
    live = min((one.live for one in found), key=lambda live: live.reservation.day)
    one, day = live.reservation, live.reservation.day.isoformat()
    short = plain(sum((late.found.risk.short for late in found), Decimal(0)))
    promised = plain(sum((late.live.reservation.quantity for late in found), Decimal(0)))
    at_stake = sum(
        (_worth(late.live.reservation, late.found.risk.short, money) for late in found), Decimal(0)
    )
    facts = {"short": short, "promised": promised, "ship_on": day, "line": str(one.line)}
    missing = f"{short} of {promised} are missing at {one.site} for {day}"
    step = f"{missing}: find supply, move it, or tell the customer"
    days = [late.day for late in found]
    if None not in days:
        facts["redated_to"] = max(day for day in days if day is not None).isoformat()
        step = f"{missing}: tell the customer that they leave on {facts['redated_to']}, or find supply"
    return Case(
        new_id("cas", now), one.promise, live.order, live.customer, one.item, one.site, rounded(at_stake, 2), step,
        msgspec.json.encode(facts).decode(),
    )  # fmt: skip
