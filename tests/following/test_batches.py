"""A batch comes to the same as its messages one by one: states, shelves, demand, open cases, invoices asked for."""

from __future__ import annotations

from random import Random
from typing import Any

import msgspec
import pytest

from followed import START, trade_on
from sayso.canon.times import moment
from sayso.delivery.inbound import Inbound
from sayso.desk.cash.following import Following
from sayso.store import inbox
from sayso.store.inbox import Message

ITEMS = ("lamp", "cup", "rug")
STOCK = {(item, "LON"): 500 for item in ITEMS}
LEFT = {
    "states": 'SELECT "order", stage, digest FROM transactions ORDER BY 1',
    "shelves": "SELECT item, site, on_hand, as_of FROM stock ORDER BY 1, 2",
    "demand": 'SELECT document, line, "order", item, site, quantity, customer, amount, amount_shipped_not_invoiced, deleted'
    " FROM demand ORDER BY 1, 2",
    "cases": "SELECT kind, key FROM cases WHERE state = 'open' ORDER BY 1, 2",
    "invoices": "SELECT effect, cause, body FROM outbox WHERE kind = 'issue_invoice' ORDER BY 1",
}


def _told(chance: Random) -> list[Message]:
    """Some orders with all that is told of them, in any order, some of it twice, some of it too much."""
    found = []
    for number in range(6):
        order, many = f"WEB-{number}", chance.randint(1, 3)
        lines = [
            {"line": line, "item": ITEMS[line - 1], "quantity": str(chance.randint(2, 9)), "unit_price": "10.00",
             "site": "LON"}
            for line in range(1, many + 1)
        ]  # fmt: skip
        found.append(_message("shop", "order.placed", order, {
            "document": order, "customer": chance.choice(("ada", "bob")), "currency": "GBP", "lines": lines}))  # fmt: skip
        if chance.random() < 0.9:
            found.append(
                _message("erp", "order.accepted", order, {"document": f"SO-{number}", "lines": lines})
            )
        for line in lines:
            left = int(line["quantity"])
            for part in range(chance.randint(0, 2)):
                goes = chance.randint(1, left + 1)
                left = max(left - goes, 0) or 1
                found.append(_message("wms", "shipment.dispatched", order, {
                    "document": f"SH-{number}-{line['line']}-{part}", "site": "LON",
                    "lines": [{"line": line["line"], "item": line["item"], "quantity": str(goes)}]}))  # fmt: skip
    chance.shuffle(found)
    return [one._replace(id=f"{place}/{one.id}") for place, one in enumerate([*found, *found[:3]])]


def _message(source: str, kind: str, order: str, data: dict[str, Any]) -> Message:
    body = {
        "specversion": "1.0", "id": data["document"], "source": source, "type": f"sayso.{kind}.v1", "subject": order,
        "time": moment(START.replace(hour=7 + len(data["document"]) % 9)), "data": data,
    }  # fmt: skip
    return Message(
        source,
        data["document"],
        body["type"],
        "application/cloudevents+json",
        msgspec.json.encode(body),
        order,
    )


async def _left(database: str, messages: list[Message], most: int) -> dict[str, list[tuple[Any, ...]]]:
    async with trade_on(database, STOCK) as trade:
        following = Following(trade.shop.desk.policy, trade.follow)
        inbound = Inbound(trade.pool, following.apply, lambda: START.replace(hour=20), most=most)
        await inbox.keep(trade.pool, messages, START)
        while await inbound.once():
            pass
        return {name: [tuple(row) for row in await trade.pool.fetch(sql)] for name, sql in LEFT.items()}


@pytest.mark.parametrize("seed", range(3))
async def test_a_batch_comes_to_what_its_messages_come_to_one_by_one(database: str, seed: int) -> None:
    messages = _told(Random(seed))
    alone, together = await _left(database, messages, 1), await _left(database, messages, 500)
    assert alone["states"]
    assert alone == together
    gone = 1500 - sum(row[2] for row in together["shelves"])
    left = [
        msgspec.json.decode(one.body)["data"]
        for one in {one.id.partition("/")[2]: one for one in messages}.values()
    ]
    assert gone == sum(
        int(line["quantity"]) for one in left if one["document"].startswith("SH-") for line in one["lines"]
    )
