"""What the lines amount to: orders of customers, goods they sent back, and corrections of stock, in time
order.

Says what becomes of each kind of line; knows nothing of stock, prices or promises.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple, Protocol, TypeVar
from zoneinfo import ZoneInfo

from sayso.demo.retail import Line, Reading, is_note

LOCAL = ZoneInfo("Europe/London")
ZERO = Decimal(0)


class OrderLine(NamedTuple):
    """So many units of an item, and what the customer really paid for them, without tax, in GBP."""

    item: str
    quantity: int
    paid: Decimal


class Order(NamedTuple):
    """A real order: one invoice's goods, each item once. `at` is UTC; the invoice's moment stands for the
    order's."""

    reference: str
    customer: str
    country: str
    at: datetime
    lines: tuple[OrderLine, ...]

    @property
    def paid(self) -> Decimal:
        """What the customer really paid for all of it."""
        return sum((line.paid for line in self.lines), ZERO)


class Return(NamedTuple):
    """Goods a customer sent back, or cancelled: a line of an invoice C... `quantity` is positive."""

    document: str
    customer: str
    item: str
    quantity: int
    at: datetime


class Correction(NamedTuple):
    """Stock written off (negative) or found, with the note that somebody made."""

    item: str
    quantity: int
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Trade:
    """Everything the data says that the demo uses. Each tuple is in time order."""

    orders: tuple[Order, ...]
    returns: tuple[Return, ...]
    corrections: tuple[Correction, ...]
    names: dict[str, str]
    """A description of each item, sold or not."""
    merged_lines: int
    """Lines that repeat an item of their own invoice and were added to its first line."""


def trade(reading: Reading) -> Trade:
    """Orders, returns and corrections of a reading."""
    sales: dict[str, list[Line]] = defaultdict(list)
    returns, corrections = [], []
    for line in reading.lines:
        if line.kind == "sale":
            sales[line.invoice].append(line)
        elif line.kind == "returned" and line.quantity < 0:
            returns.append(Return(line.invoice, line.customer, line.item, -line.quantity, utc(line.at)))
        elif line.kind in ("write_off", "found"):
            corrections.append(Correction(line.item, line.quantity, line.description, utc(line.at)))
    orders = [_order(lines) for lines in sales.values()]
    return Trade(
        orders=tuple(sorted(orders, key=lambda order: (order.at, order.reference))),
        returns=tuple(sorted(returns, key=lambda one: (one.at, one.document, one.item))),
        corrections=tuple(sorted(corrections, key=lambda one: (one.at, one.item))),
        names=_names(reading.lines),
        merged_lines=sum(map(len, sales.values())) - sum(len(order.lines) for order in orders),
    )


class _Dated(Protocol):
    @property
    def at(self) -> datetime: ...


_OneDated = TypeVar("_OneDated", bound=_Dated)


def by_day(found: Iterable[_OneDated]) -> dict[date, list[_OneDated]]:
    """Whatever has a moment, by its London day, in the order given."""
    days: dict[date, list[_OneDated]] = defaultdict(list)
    for one in found:
        days[one.at.astimezone(LOCAL).date()].append(one)
    return days


def utc(local: datetime) -> datetime:
    """A London wall-clock time as UTC."""
    return local.replace(tzinfo=LOCAL).astimezone(UTC)


def _order(lines: list[Line]) -> Order:
    first = min(lines, key=lambda line: line.at)
    quantities: Counter[str] = Counter()
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        quantities[line.item] += line.quantity
        paid[line.item] += line.quantity * line.price
    return Order(
        first.invoice, first.customer, first.country, utc(first.at),
        tuple(OrderLine(item, quantity, paid[item]) for item, quantity in quantities.items()),
    )  # fmt: skip


def _names(lines: list[Line]) -> dict[str, str]:
    """The description most often on lines sold to customers; else the most frequent that is nobody's note."""
    sold: dict[str, Counter[str]] = defaultdict(Counter)
    other: dict[str, Counter[str]] = defaultdict(Counter)
    for line in lines:
        if line.kind == "sale":
            sold[line.item][line.description] += 1
        elif line.kind in ("counter", "free", "returned", "counter_returned") and not is_note(
            line.description
        ):
            other[line.item][line.description] += 1
    names = {item: found.most_common(1)[0][0] for item, found in other.items()}
    return names | {item: found.most_common(1)[0][0] for item, found in sold.items()}
