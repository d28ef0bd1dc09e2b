"""A judgement's small world, told in a few words: cards, a policy, a question; nothing is stored anywhere.

It is Monday, 2 March 2026, nine o'clock in London. Quantities go in as text or int; days count from that Monday.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from sayso.canon.canonical import digest
from sayso.promise import policy as policies
from sayso.promise.asking import Request, checked
from sayso.promise.availability import NOBODY, Curve, Owner, curve
from sayso.promise.cards import (
    AccountCard,
    Allocation,
    Customer,
    Demand,
    Inbound,
    ItemCard,
    PriceLine,
    Stock,
    Taken,
    WorldCard,
    place_of,
)
from sayso.promise.decision import Decision, Question, decide
from sayso.promise.facts import AccountFacts, Facts, ItemFacts, Take
from sayso.promise.policy import Policy
from sayso.promise.world import World

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = NOW.date()
START = TODAY.toordinal()
LON = {"site": "LON", "country": "GB"}
YRK = {"site": "YRK", "country": "GB"}


def day(number: int | None) -> date | None:
    """The date so many days from the Monday; None stays None."""
    return None if number is None else TODAY + timedelta(days=number)


def iso(number: int) -> str:
    """The same as text."""
    return (TODAY + timedelta(days=number)).isoformat()


def made(kind: Any, /, **columns: Any) -> Any:
    """A card's part from plain values, read as it is read from the database."""
    return msgspec.convert(msgspec.to_builtins(columns), kind)


def stock(on_hand: Any, site: str = "LON", **columns: Any) -> Stock:
    """What a site counts."""
    return made(Stock, site=site, on_hand=str(on_hand), **_texts(columns))


def inbound(document: str, quantity: Any, due: int | None, site: str = "LON", **columns: Any) -> Inbound:
    """A purchase order line, due so many days from the Monday."""
    columns = {"line": "1", "site": site, "quantity": str(quantity), "due": day(due), **_texts(columns)}
    return made(Inbound, document=document, **columns)


def demand(quantity: Any, due: int | None = None, site: str = "LON", **columns: Any) -> Demand:
    """Open demand."""
    return made(Demand, site=site, quantity=str(quantity), due=day(due), **_texts(columns))


def allocation(
    document: str, quantity: Any, due: int | None = None, site: str = "LON", **columns: Any
) -> Allocation:
    """Stock protected for somebody."""
    columns = {"line": "1", "site": site, "quantity": str(quantity), "due": day(due), **columns}
    return made(Allocation, document=document, **columns)


def item(name: str = "A", on_hand: Any = None, **columns: Any) -> ItemCard:
    """A known item at 1.00 a piece, and what LON has of it (or each site, by name)."""
    by_site = on_hand if isinstance(on_hand, Mapping) else {} if on_hand is None else {"LON": on_hand}
    counted = tuple(stock(quantity, site) for site, quantity in by_site.items())
    usual = {"known": True, "uom": "EA", "list_price": "1", "stock": counted}
    return made(ItemCard, item=name, **{**usual, **_texts(columns)})


def price(amount: Any = None, source: str = "", **columns: Any) -> PriceLine:
    """A price line for everybody, or for a `source` (which is a customer unless told otherwise)."""
    source_type = columns.pop("source_type", "customer" if source else "all")
    usual = {
        "line_type": "price" if amount is not None else "discount",
        "source_type": source_type,
        "source": source,
    }
    given = {} if amount is None else {"price": str(amount)}
    return made(PriceLine, **{**usual, "target": "A", **given, **_texts(columns)})


def customer(name: str = "C", **columns: Any) -> Customer:
    """A buyer in Britain."""
    return made(Customer, customer=name, **{"country": "GB", "currency": "GBP", **_texts(columns)})


def account(*customers: Customer, promised: Any = 0, **columns: Any) -> AccountFacts:
    """The account of some customers, the first of whom is its top."""
    who = customers or (customer(),)
    named = {one.customer: one for one in who}
    card = made(AccountCard, **{"account": who[0].customer, "customers": named, **_texts(columns)})
    return AccountFacts(card, _address(card), Decimal(promised))


def policy(**settings: Any) -> Policy:
    """The usual policy but for these settings, each named `group__setting`."""
    groups: dict[str, dict[str, Any]] = {}
    for name, value in settings.items():
        group, _, setting = name.partition("__")
        groups.setdefault(group, {})[setting] = value
    return policies.read(groups)


def world(settings: Policy | None = None, /, **columns: Any) -> World:
    """A world with the site LON in Britain, unless told otherwise."""
    card = made(WorldCard, **{"sites": [LON], **_texts(columns)})
    return World(card, _address(card), settings or Policy())


def facts(
    *items: ItemCard, world: World | None = None, account: AccountFacts | None = None,
    taken: Mapping[str, Iterable[Take]] | None = None,
) -> Facts:  # fmt: skip
    """The facts of a decision: these items, with what is taken of each already."""
    here = world or _WORLD()
    held = taken or {}
    known = {
        one.item: ItemFacts(one, _address(one), taken_by(held.get(one.item, ())), here.policy)
        for one in items
    }
    return Facts(here, account or _account(), known)


def taken_by(takes: Iterable[Take]) -> Taken:
    """What some reservations take, as the ledger keeps it."""
    total = Taken()
    for take in takes:
        place = place_of(take.site, take.variant)
        total = total.plus(place, take.day.isoformat(), take.quantity, take.allocation)
    return total


def take(quantity: Any, on: int = 0, site: str = "LON", name: str = "A", **columns: Any) -> Take:
    """A live reservation of an item."""
    leaves = TODAY + timedelta(days=on)
    return Take(1, name, site, columns.pop("variant", ""), leaves, Decimal(quantity), **columns)


def drawn(
    card: ItemCard, takes: Iterable[Take] = (), rules: Policy | None = None, owner: Owner = NOBODY, site: str = "LON",
    variant: str = "",
) -> Curve:  # fmt: skip
    """The curve of an item at a site."""
    return curve(card, taken_by(takes), site, variant, owner, TODAY, rules or Policy())


def ask(*lines: Any, **fields: Any) -> Request:
    """A request of customer C to Britain. A line is (item, quantity) or an object."""
    rows = [{"item": one[0], "quantity": one[1]} if isinstance(one, tuple) else one for one in lines]
    rows = [{**row, "quantity": str(row["quantity"])} for row in rows]
    usual = {"customer": "C", "ship_to": {"country": "GB"}, "lines": rows}
    return checked(made(Request, **{**usual, **fields}))


def decided(
    request: Request, facts: Facts, now: datetime = NOW, hold: int = 900, by: str = "", number: str = "prm_1"
) -> Decision:
    """Decide, asking for a hold of a quarter of an hour."""
    return decide(Question(number, request, now, hold, by), facts)


def after(facts: Facts, decision: Decision) -> Facts:
    """The facts once a decision is held."""
    items = dict(facts.items)
    for one in decision.takes:
        items[one.item] = items[one.item].less(one)
    owing = facts.account and facts.account._replace(promised=facts.account.promised + decision.amount)
    return Facts(facts.world, owing, items)


def answer(decision: Decision) -> dict[str, Any]:
    """The answer as a storefront reads it."""
    found: dict[str, Any] = msgspec.json.decode(decision.body)
    return found


def codes(decision: Decision, line: int = 0) -> list[str]:
    """The reason codes of a line."""
    return [one["code"] for one in answer(decision)["lines"][line]["reasons"]]


def parts(decision: Decision, line: int = 0) -> list[tuple[Any, ...]]:
    """The parts of a line, each as (state, site, quantity, days until it leaves, days until it arrives)."""
    found = []
    for part in answer(decision)["lines"][line]["parts"]:
        days = [
            part[name] and (date.fromisoformat(part[name]) - TODAY).days for name in ("ship_on", "deliver_by")
        ]
        found.append((part["state"], part["site"], part["quantity"], *days))
    return found


def _texts(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: str(value) if type(value) is int and name not in _WHOLE else value
        for name, value in columns.items()
    }


_WHOLE = {
    "lead_days",
    "terms_days",
    "shipping_days",
    "priority",
    "rank",
    "documents",
    "transit_days",
    "handling_days",
}


def _address(card: Any) -> str:
    return digest(msgspec.json.encode(card))


def _WORLD() -> World:
    return world()


def _account() -> AccountFacts:
    return account()
