"""Browsing: availability of many items at once, from what is committed, without a lock and without a hold."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from sayso.canon.decimals import arithmetic
from sayso.desk.cardfile import CardFile
from sayso.promise.browsing import BrowseQuery
from sayso.promise.cards import Customer
from sayso.promise.lines import drawn_on
from sayso.promise.showing import shown
from sayso.store import cards


async def answer(connection: Any, cardfile: CardFile, query: BrowseQuery, now: datetime) -> bytes:
    """The answer to a query, as JSON."""
    world = await cardfile.world(connection, await cards.world_version(connection))
    customer = await _customer(connection, cardfile, query.customer)
    items = await _items(connection, cardfile, query.items)
    country = query.country or (customer.country if customer else "")
    routes = world.routes(country, query.region, customer, now) if country else world.every_route(now)
    buyer = customer or Customer(query.customer)
    with arithmetic():
        found = [shown(name, query, items, buyer, routes, world, country) for name in query.items]
    return msgspec.json.encode({"items": found})


async def _customer(connection: Any, cardfile: CardFile, name: str) -> Customer | None:
    if not name:
        return None
    top = (await cardfile.tops(connection, [name]))[name]
    found = await cardfile.accounts(connection, await cards.account_versions(connection, [top]), [top])
    known = found[top].card.customers.get(name) if top in found else None
    if known is None:
        cardfile.forget_top(name)
    return known


async def _items(connection: Any, cardfile: CardFile, names: tuple[str, ...]) -> dict[str, Any]:
    items = await cardfile.items(connection, await cards.versions(connection, names), names)
    parts = {
        part for facts in items.values() if facts.card.kit for part in drawn_on(facts.card, False)
    } - set(items)
    if parts:
        items.update(
            await cardfile.items(connection, await cards.versions(connection, sorted(parts)), sorted(parts))
        )
    return items
