"""What happens in the events benchmark's trade: orders of three lines, placed, accepted, shipped; as messages.

Items by popularity, customers evenly, all from a seed. Knows no database.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from heapq import heappop, heappush
from itertools import accumulate
from random import Random
from typing import Any, Literal, NamedTuple

import msgspec

from sayso.bench.world import Scale, customer_code, item_code
from sayso.canon.times import moment
from sayso.store.inbox import Message

LINES = 3
_MOST = 8
_STEP = timedelta(microseconds=1)
_ENCODER = msgspec.json.Encoder()
#: How many orders later than its own the last message of an order comes, at most, where time passes.
_OPEN_FOR = 400

Shape = Literal["by line", "whole"]
#: How an order leaves: each line in a shipment of its own, or all of it at once.
SHAPES: dict[Shape, int] = {"by line": LINES, "whole": 1}


class Line(NamedTuple):
    """A line of an order."""

    item: str
    quantity: int
    price: Decimal


class Order(NamedTuple):
    """An order, and the site that it leaves from."""

    number: str
    customer: str
    site: str
    lines: tuple[Line, ...]


class Trade:
    """Orders in a world of a scale, one after the other."""

    def __init__(self, scale: Scale, seed: int = 0) -> None:
        self._scale = scale
        self._chance = Random(f"{scale.seed} events {seed}")
        self._heights = list(accumulate(1 / rank for rank in range(1, scale.items + 1)))
        self._number = 0

    def orders(self, number: int) -> list[Order]:
        """The next orders."""
        return [self.next() for _ in range(number)]

    def next(self) -> Order:
        """The next order."""
        self._number += 1
        chance = self._chance
        lines = []
        for item in self._items():
            lines.append(Line(item_code(item), chance.randint(1, _MOST), Decimal(45 + item % 9000) / 100))
        customer = customer_code(chance.randrange(self._scale.customers))
        return Order(
            f"WEB-{self._number:08d}", customer, f"S{1 + self._number % self._scale.sites:02d}", tuple(lines)
        )

    def _items(self) -> list[int]:
        found: list[int] = []
        while len(found) < LINES:
            rank = bisect_left(self._heights, self._chance.random() * self._heights[-1]) + 1
            number = self._scale.number(rank)
            if number not in found:
                found.append(number)
        return found


def opened(orders: Sequence[Order], at: datetime) -> list[Message]:
    """Orders placed by the storefront and accepted by the ERP: two messages each."""
    return [message for order in orders for message in (_placed(order, at), _accepted(order, at))]


def dispatched(orders: Sequence[Order], shape: Shape, at: datetime, seed: int = 0) -> list[Message]:
    """The shipments of orders, in no order: what of them belongs together does not come together."""
    parts = [(order, part) for order in orders for part in _parts(shape)]
    Random(seed).shuffle(parts)
    return [_shipped(order, part, at + place * _STEP) for place, (order, part) in enumerate(parts)]


def passing(orders: Iterator[Order], at: datetime) -> Iterator[Message]:
    """The messages of orders as time passes: each is placed, accepted, and leaves line by line some while later."""
    chance, place, tick = Random(1), 0, 0
    waiting: list[tuple[int, int, Order, str]] = []
    for number, order in enumerate(orders):
        steps = [("placed", 0), ("accepted", chance.randint(0, 20))]
        steps += [(str(line), chance.randint(21, _OPEN_FOR)) for line in range(LINES)]
        for step, later in steps:
            heappush(waiting, (number + later, tick := tick + 1, order, step))
        while waiting and waiting[0][0] <= number:
            yield _step(heappop(waiting), at + (place := place + 1) * _STEP)
    while waiting:
        yield _step(heappop(waiting), at + (place := place + 1) * _STEP)


def _step(waiting: tuple[int, int, Order, str], at: datetime) -> Message:
    _, _, order, step = waiting
    if step == "placed":
        return _placed(order, at)
    return _accepted(order, at) if step == "accepted" else _shipped(order, (int(step),), at)


def _parts(shape: Shape) -> list[tuple[int, ...]]:
    every = tuple(range(LINES))
    return [every] if shape == "whole" else [(place,) for place in every]


def _placed(order: Order, at: datetime) -> Message:
    data = {
        "document": order.number,
        "customer": order.customer,
        "currency": "GBP",
        "lines": _lines(order, at),
    }
    return _message("shop", "order.placed", f"{order.number}-placed", order, at, data)


def _accepted(order: Order, at: datetime) -> Message:
    data = {"document": f"SO-{order.number}", "currency": "GBP", "lines": _lines(order, at)}
    return _message("erp", "order.accepted", f"{order.number}-accepted", order, at, data)


def _shipped(order: Order, part: tuple[int, ...], at: datetime) -> Message:
    document = f"SH-{order.number}-{part[0]}"
    lines = [
        {"line": place + 1, "item": order.lines[place].item, "quantity": str(order.lines[place].quantity)}
        for place in part
    ]
    data = {
        "document": document,
        "site": order.site,
        "carrier": "DPD",
        "tracking": f"JD{document}",
        "lines": lines,
    }
    return _message("wms", "shipment.dispatched", document, order, at, data)


def _lines(order: Order, at: datetime) -> list[dict[str, Any]]:
    more = {"site": order.site, "ship_on": at.date().isoformat()}
    return [
        {
            "line": place,
            "item": line.item,
            "quantity": str(line.quantity),
            "unit_price": str(line.price),
            **more,
        }
        for place, line in enumerate(order.lines, 1)
    ]


def _message(source: str, kind: str, id_: str, order: Order, at: datetime, data: dict[str, Any]) -> Message:
    """As a storefront or a system posts it to /v1/events."""
    type_ = f"sayso.{kind}.v1"
    body = {
        "specversion": "1.0", "id": id_, "source": source, "type": type_, "subject": order.number, "time": moment(at),
        "datacontenttype": "application/json", "data": data,
    }  # fmt: skip
    return Message(
        source, id_, type_, "application/cloudevents+json", _ENCODER.encode(body), order.number, at
    )
