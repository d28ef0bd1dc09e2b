"""What a replay found, counted: by Sayso, by the naive storefront, and what became of the promises."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct, field

from sayso.demo import naive
from sayso.demo.distributor import Distributor
from sayso.demo.orders import Order, OrderLine
from sayso.demo.settings import BUFFERS
from sayso.demo.world import World

ZERO = Decimal(0)


class Tally(Struct):
    """So many orders and lines, and what they were worth in GBP without tax: to Sayso as the customers really paid, to
    the naive storefront as its price list has it."""

    orders: int = 0
    lines: int = 0
    money: Decimal = ZERO

    def add(self, lines: Iterable[OrderLine], worth: Callable[[OrderLine], Decimal] | None = None) -> None:
        """One more order, with these lines of it. Nothing for no lines."""
        found = tuple(lines)
        if found:
            self.orders += 1
            self.lines += len(found)
            self.money += sum((worth(line) if worth else line.paid for line in found), ZERO)


def _tallies() -> dict[str, Tally]:
    return defaultdict(Tally)


class Kept(Struct):
    """What became of the promises. A part is a line, or what of a line leaves one site on one day."""

    parts_due: int = 0
    parts_kept: int = 0
    parts_broken: dict[str, int] = field(default_factory=dict)
    orders_broken: int = 0
    money_broken: Decimal = ZERO
    parts_not_yet_due: int = 0


class Latency(Struct):
    """Milliseconds of a promise call over HTTP, as its caller saw it."""

    calls: int = 0
    p50: float = 0.0
    p99: float = 0.0
    most: float = 0.0


class Sayso(Struct):
    """Sayso's side. `in_full` and `in_part` are orders placed; `struck` are their lines that the buyer did
    without."""

    asked: Tally = field(default_factory=Tally)
    in_full: Tally = field(default_factory=Tally)
    in_part: Tally = field(default_factory=Tally)
    struck: dict[str, Tally] = field(default_factory=_tallies)
    lost: dict[str, Tally] = field(default_factory=_tallies)
    lines_dated_later: int = 0
    lines_priced: int = 0
    lines_priced_as_paid: int = 0
    kept: Kept = field(default_factory=Kept)
    latency: Latency = field(default_factory=Latency)


class Naive(Struct):
    """The naive storefront's side. `broken`: yeses the back office could not keep at the moment it was
    given them.

    `broken_orders` counts whole orders with at least one such line, `broken_beyond_safety` those of them that
    breaking into the safety stock would not have saved; `broken` counts the lines, by cause.
    """

    in_full: Tally = field(default_factory=Tally)
    in_part: Tally = field(default_factory=Tally)
    refused: dict[str, Tally] = field(default_factory=_tallies)
    broken_orders: Tally = field(default_factory=Tally)
    broken_beyond_safety: Tally = field(default_factory=Tally)
    broken: dict[str, Tally] = field(default_factory=_tallies)
    missed: dict[str, Tally] = field(default_factory=_tallies)


class Data(Struct):
    """What was read, and what is generated."""

    file: str
    lines: int
    lines_by_kind: dict[str, int]
    unreadable: int
    orders: int
    order_lines: int
    merged_lines: int
    customers: int
    items: int
    countries: int
    first: str
    last: str
    price_rows: int
    order_lines_priced_exactly: int
    generated: str
    seed: int


class Summary(Struct):
    """One replay at one stock setting."""

    setting: str
    buffer_percent: int
    days: int
    seconds: float
    facts_rows: int
    http_calls: int
    data: Data
    sayso: Sayso = field(default_factory=Sayso)
    naive: Naive = field(default_factory=Naive)

    def document(self) -> dict[str, Any]:
        """The summary as plain JSON values; money as decimal strings."""
        built: dict[str, Any] = msgspec.to_builtins(self)
        return built


def data_of(distributor: Distributor) -> Data:
    """The figures of the data."""
    orders, reading = distributor.trade.orders, distributor.reading
    exact, lines = distributor.prices_reproduced
    prices = distributor.prices.items
    return Data(
        file=distributor.file, lines=len(reading.lines), lines_by_kind=reading.counts(),
        unreadable=len(reading.faults),
        orders=len(orders), order_lines=lines, merged_lines=distributor.trade.merged_lines,
        customers=len({order.customer for order in orders}), items=len(prices),
        countries=len(distributor.countries), first=distributor.first.isoformat(),
        last=distributor.last.isoformat(),
        price_rows=sum(len(period.breaks) for found in prices.values() for period in found),
        order_lines_priced_exactly=exact,
        generated="sites, stock, purchase orders, vendors, lead times, terms, credit limits, payments, rules",
        seed=distributor.given.seed,
    )  # fmt: skip


def started(distributor: Distributor, setting: str) -> Summary:
    """An empty summary."""
    return Summary(setting, BUFFERS[setting], 0, 0.0, 0, 0, data_of(distributor))


def count_naive(found: Naive, answer: naive.Answer) -> None:
    """One more answer of the naive storefront."""
    if answer.accepted:
        (found.in_part if answer.refused else found.in_full).add(answer.accepted, answer.worth)
    for tallies, lines in (
        (found.refused, answer.refused),
        (found.broken, answer.broken),
        (found.missed, answer.missed),
    ):
        for cause in {cause for _, cause in lines}:
            tallies[cause].add((line for line, why in lines if why == cause), answer.worth)
    if answer.broken:
        found.broken_orders.add(answer.accepted, answer.worth)
    if any(cause != "safety_stock" for _, cause in answer.broken):
        found.broken_beyond_safety.add(answer.accepted, answer.worth)


def count_kept(found: Kept, world: World, through: date) -> None:
    """What became of the parts, in the back office's books, of those due up to and including a day."""
    broken_orders = set()
    for part in world.books.parts:
        if part.ship_on > through:
            found.parts_not_yet_due += 1
            continue
        found.parts_due += 1
        if part.broken:
            found.parts_broken[part.broken] = found.parts_broken.get(part.broken, 0) + 1
            found.money_broken += part.paid
            broken_orders.add(part.order)
        else:
            found.parts_kept += 1
    found.orders_broken = len(broken_orders)


def count_latency(found: Latency, seconds: list[float]) -> None:
    """The distribution of the promise calls."""
    if seconds:
        ordered = sorted(seconds)
        found.calls = len(ordered)
        found.p50, found.p99, found.most = (
            round(1000 * ordered[min(int(len(ordered) * part), len(ordered) - 1)], 2)
            for part in (0.5, 0.99, 1.0)
        )


def count_lost(found: Sayso, order: Order, code: str) -> None:
    """An order that came to nothing."""
    found.lost[code].add(order.lines)
