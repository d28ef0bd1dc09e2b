"""Goods on their way: allocated, picked, shipped in parts from several sites, delivered, returned; counted by line.

Knows no money but what the order agreed on for what was shipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import cast

from sayso.canon.decimals import ZERO
from sayso.canon.events_goods import (
    GoodsLine,
    LineAllocated,
    PickConfirmed,
    ShipmentDelivered,
    ShipmentDispatched,
    ShipmentReturned,
)  # fmt: skip
from sayso.cash.amounts import in_proportion, part_of, to_cents
from sayso.cash.chosen import DISPATCHED, Chosen
from sayso.cash.lines import Goods, Line, Lines, line_of
from sayso.cash.shapes import Fact

MOST_PARTS = 1_000
"""A series is looked through for missing parts so far; longer ones are a mistake of who counted."""

Ask = tuple[str, str, Decimal]
"""So many units of the ordered item, of this shipment and this item (blank: any)."""


class Load:
    """A shipment while it is counted."""

    __slots__ = ("delivered", "fact", "goods", "missing", "number", "of", "part", "told")

    def __init__(self, number: str, fact: Fact, told: ShipmentDispatched) -> None:
        self.number = number
        self.fact = fact
        self.told = told
        self.part = told.part
        self.of = told.of
        self.goods: list[Goods] = []
        self.missing: tuple[int, ...] = ()
        self.delivered: datetime | None = None


def set_aside(lines: Lines, chosen: Chosen) -> None:
    """Counts what was allocated and picked, and what was short."""
    for fact in chosen.of("line.allocated"):
        for told in cast(LineAllocated, fact.data).lines:
            if told.quantity > 0:
                line = line_of(lines, told.line)
                line.allocated += line.counts(told.item, told.quantity, None)
    for fact in chosen.of("pick.confirmed"):
        for pick in cast(PickConfirmed, fact.data).lines:
            line = line_of(lines, pick.line)
            if pick.quantity > 0:
                line.picked += line.counts(pick.item, pick.quantity, pick.stands_for)
                if not line.agrees(pick.item):
                    line.strange += (pick.item,)
            if pick.short > 0:
                line.short += pick.short


def unmentioned(lines: Lines, chosen: Chosen) -> None:
    """Where a pick says that it names all there was, the lines of its site that it does not name are short.

    Short by what is open of them and was not picked or shipped otherwise; asked last, when all of that is counted.
    """
    for fact in chosen.of("pick.confirmed"):
        data = cast(PickConfirmed, fact.data)
        if data.unmentioned != "none":
            continue
        named = {told.line for told in data.lines}
        for line in lines.values():
            if line.terms is None or line.number in named:
                continue
            if data.site and line.terms.site and line.terms.site != data.site:
                continue
            lacking = line.ordered - line.cancelled - max(line.picked, line.shipped)
            line.short = max(line.short, lacking)


def loads_of(lines: Lines, chosen: Chosen, places: int) -> list[Load]:
    """The shipments in the order in which they left, their goods counted in and priced; missing parts noted."""
    parts: dict[str, list[Fact]] = {}
    for fact in chosen.of(DISPATCHED):
        parts.setdefault(fact.document, []).append(fact)
    found = [_load(number, facts) for number, facts in parts.items()]
    if len(found) > 1:
        found.sort(key=lambda load: (load.fact.occurred, load.number))
    for load in found:
        _count(load, lines, parts[load.number], places)
    _missing(found, parts)
    return found


def _load(number: str, facts: list[Fact]) -> Load:
    """The telling of the highest revision leads; where it counts its parts by itself, those of the others count as well."""
    if len(facts) > 1:
        facts.sort(key=lambda fact: (-fact.revision, cast(ShipmentDispatched, fact.data).part, fact.digest))
        lead = cast(ShipmentDispatched, facts[0].data)
        facts[1:] = [] if lead.series else [fact for fact in facts[1:] if _is_part(fact, lead.of)]
    return Load(number, facts[0], cast(ShipmentDispatched, facts[0].data))


def _is_part(fact: Fact, of: int) -> bool:
    told = cast(ShipmentDispatched, fact.data)
    return not told.series and told.part <= of


def _count(load: Load, lines: Lines, facts: Iterable[Fact], places: int) -> None:
    for fact in facts:
        for told in cast(ShipmentDispatched, fact.data).lines:
            if told.quantity > 0:
                _count_line(load, line_of(lines, told.line), told)
    if len(load.goods) > 1:
        load.goods.sort(key=lambda goods: (goods.line, goods.item))
    for goods in load.goods:
        _priced(lines[goods.line], goods, places)


def _count_line(load: Load, line: Line, told: GoodsLine) -> None:
    for goods in load.goods:
        if goods.line == told.line and goods.item == told.item:
            break
    else:
        goods = Goods(told.line, told.item, load.number)
        load.goods.append(goods)
        line.goods.append(goods)
    counts = line.counts(told.item, told.quantity, told.stands_for)
    goods.quantity += told.quantity
    goods.counts += counts
    line.shipped += counts


def _priced(line: Line, goods: Goods, places: int) -> None:
    """The agreed price: the line's for the ordered item and for what a substitute stands for, or the substitute's own."""
    terms = line.terms
    if terms is None:
        return
    price: Decimal | None = None
    if goods.item != terms.item:
        substitute = next((one for one in terms.substitutes if one.item == goods.item), None)
        goods.agreed = substitute is not None
        price = substitute.unit_price if substitute else None
    if price is not None:
        goods.price = price
        goods.amount = to_cents(price * goods.quantity, places)
        goods.tax = part_of(line.tax, goods.amount, line.amount, places)
    elif line.price is not None:
        goods.price = line.price
        if goods.item != terms.item:
            goods.price = in_proportion(line.price, goods.counts, goods.quantity)
        if line.ordered:
            goods.amount = part_of(line.amount, goods.counts, line.ordered, places)
            goods.tax = part_of(line.tax, goods.counts, line.ordered, places)
        else:
            goods.amount = to_cents(line.price * goods.counts, places)


def _missing(loads: list[Load], parts: dict[str, list[Fact]]) -> None:
    """A series is one source's: its parts that are there, up to the most that any of them counts, tell which are not."""
    series: dict[tuple[str, str], list[Load]] = {}
    for load in loads:
        if load.told.series:
            series.setdefault((load.fact.source, load.told.series), []).append(load)
        elif load.of > 1:
            there = {cast(ShipmentDispatched, fact.data).part for fact in parts[load.number]}
            load.missing = _gaps(there, load.of)
    for of_one in series.values():
        of = max(load.of for load in of_one)
        gaps = _gaps({load.part for load in of_one}, of)
        for load in of_one:
            load.missing, load.of = gaps, of


def _gaps(there: set[int], of: int) -> tuple[int, ...]:
    return tuple(part for part in range(1, min(of, MOST_PARTS) + 1) if part not in there)


def deliver(loads: list[Load], chosen: Chosen, missing: set[str]) -> None:
    """Counts what arrived: all of a shipment where its proof names no lines, else the lines that it names."""
    by_number = {load.number: load for load in loads}
    for fact in chosen.in_time("shipment.delivered"):
        data = cast(ShipmentDelivered, fact.data)
        load = by_number.get(data.shipment)
        if load is None:
            missing.add(f"shipment {data.shipment}")
            continue
        whole = all(goods.delivered >= goods.counts for goods in load.goods)
        for told in data.lines:
            _arrive(load, told.line, told.item, told.quantity)
        if not data.lines:
            for goods in load.goods:
                goods.delivered = goods.counts
        if (not whole or load.delivered is None) and all(
            goods.delivered >= goods.counts for goods in load.goods
        ):
            load.delivered = fact.occurred


def _arrive(load: Load, line: int, item: str, quantity: Decimal) -> None:
    for goods in load.goods:
        if goods.line != line or (item and item != goods.item):
            continue
        room = goods.counts - goods.delivered
        arrived = in_proportion(quantity, goods.counts, goods.quantity) if item else quantity
        taken = min(room, arrived)
        goods.delivered += taken
        if not item:
            quantity -= taken


def bring_back(lines: Lines, loads: list[Load], chosen: Chosen, missing: set[str]) -> None:
    """Counts what came back, against the shipment it went out with where that is told, else the first that has room."""
    numbers = {load.number for load in loads}
    asks: dict[int, list[Ask]] = {}
    for fact in chosen.in_time("shipment.returned"):
        data = cast(ShipmentReturned, fact.data)
        if data.shipment and data.shipment not in numbers:
            missing.add(f"shipment {data.shipment}")
        for told in data.lines:
            if told.quantity > 0:
                line = line_of(lines, told.line)
                counts = counts_as_shipped(line, data.shipment, told.item, told.quantity, told.stands_for)
                line.returned += counts
                asks.setdefault(told.line, []).append((data.shipment, told.item, counts))
    for number, wanted in asks.items():
        _spread_returns(lines[number].goods, wanted)


def counts_as_shipped(
    line: Line, shipment: str, item: str, quantity: Decimal, stands_for: Decimal | None
) -> Decimal:
    """What so much of an item stands for: as told, else as it did when it was shipped, else as `Line.counts` says."""
    if stands_for is None and item and item != line.item:
        for goods in line.goods:
            if goods.item == item and (not shipment or goods.shipment == shipment):
                return in_proportion(quantity, goods.counts, goods.quantity)
    return line.counts(item, quantity, stands_for)


def _spread_returns(goods: list[Goods], asks: list[Ask]) -> None:
    if len(goods) == 1:  # as usual: there is nothing to choose
        goods[0].returned = min(goods[0].counts, sum((counts for _, _, counts in asks), ZERO))
        return

    def room(one: Goods) -> Decimal:
        return one.counts - one.returned

    def give(one: Goods, taken: Decimal) -> None:
        one.returned += taken

    for fits in (exactly, same_shipment, same_item, anything):
        asks = spread(goods, asks, fits, room, give)


def exactly(goods: Goods, shipment: str, item: str) -> bool:
    """That shipment's goods of that item."""
    return goods.shipment == shipment and goods.item == item


def same_shipment(goods: Goods, shipment: str, item: str) -> bool:
    """That shipment's goods of any item."""
    return goods.shipment == shipment


def same_item(goods: Goods, shipment: str, item: str) -> bool:
    """Any shipment's goods of that item."""
    return goods.item == item


def anything(goods: Goods, shipment: str, item: str) -> bool:
    """Any goods of the line."""
    return True


def spread(
    goods: list[Goods],
    asks: list[Ask],
    fits: Callable[[Goods, str, str], bool],
    room: Callable[[Goods], Decimal],
    give: Callable[[Goods, Decimal], None],
) -> list[Ask]:
    """Lets goods that fit take what is asked, in the order they left, as far as they have room; returns what is left."""
    left: list[Ask] = []
    for shipment, item, wanted in asks:
        for one in goods:
            if wanted > 0 and fits(one, shipment, item):
                taken = min(room(one), wanted)
                if taken > ZERO:
                    give(one, taken)
                    wanted -= taken
        if wanted > 0:
            left.append((shipment, item, wanted))
    return left
