"""A distributor in a few words, and his storefront's exports, in memory: what an audit reads, with no file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sayso.audit.engine.audited import audited
from sayso.audit.engine.findings import Findings, Terms
from sayso.audit.shapes import Belief, FactRow, Intake, Outcome, Problem, ShopLine, ShopOrder, Spot
from sayso.promise.policy import Policy, read

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = NOW.date()
D = Decimal


def on(days: int) -> date:
    """A day counted from the Monday."""
    return TODAY + timedelta(days=days)


class Told:
    """Exports in memory: facts, feeds, orders and outcomes as they are put in."""

    def __init__(self) -> None:
        self._facts: list[FactRow] = []
        self._beliefs: list[Belief] = []
        self._orders: list[ShopOrder] = []
        self._outcomes: list[Outcome] = []

    @property
    def intake(self) -> Intake:
        lines = sum(len(order.lines) for order in self._orders)
        return Intake(rows=lines, orders=len(self._orders), lines=lines)

    @property
    def problems(self) -> Sequence[Problem]:
        return ()

    def orders(self) -> Iterator[ShopOrder]:
        yield from self._orders

    def beliefs(self) -> Iterator[Belief]:
        yield from self._beliefs

    def facts(self) -> Iterator[FactRow]:
        yield from self._facts

    def outcomes(self) -> Iterator[Outcome]:
        yield from self._outcomes

    def fact(
        self,
        kind: str,
        /,
        at: datetime | None = None,
        deleted: bool = False,
        snapshot: bool = False,
        **values: Any,
    ) -> Told:
        """A row of facts; whole numbers stand for decimals where the kind has them."""
        self._facts.append(
            FactRow(
                kind, at, {name: _typed(name, value) for name, value in values.items()}, deleted, snapshot
            )
        )
        return self

    def feed(self, kind: Any, /, **values: Any) -> Told:
        """A row of a feed."""
        self._beliefs.append(Belief(kind, **{name: _typed(name, value) for name, value in values.items()}))
        return self

    def outcome(self, order: str, outcome: Any, **values: Any) -> Told:
        """What became of an order."""
        self._outcomes.append(Outcome(order, outcome, **values))
        return self

    def order(self, *lines: ShopLine, at: datetime = NOW, order: str = "", **values: Any) -> Told:
        """An order of customer C to Britain."""
        number = order or f"W{len(self._orders) + 1}"
        self._orders.append(
            ShopOrder(number, values.pop("customer", "C"), at, values.pop("country", "GB"), lines, **values)
        )
        return self


def shop() -> Told:
    """One site in London, one buyer, and item A at 10.00 a piece."""
    told = Told()
    told.fact("sites", site="LON", country="GB")
    told.fact("customers", customer="C", country="GB", currency="GBP", credit_limit=100000)
    told.fact("items", item="A", uom="EA", list_price=10, currency="GBP", status="active")
    return told


def stocked(on_hand: int, told: Told | None = None, item: str = "A", **columns: Any) -> Told:
    """The same with so much of an item on hand."""
    return (told or shop()).fact("stock", item=item, site="LON", on_hand=on_hand, **columns)


def line(quantity: Any, item: str = "A", number: int = 1, **values: Any) -> ShopLine:
    """A line that the storefront took; amounts may be told as text or whole numbers."""
    return ShopLine(
        number, item, D(quantity), **{name: _typed(name, value) for name, value in values.items()}
    )


def audit(
    told: Told, erp: Policy | None = None, own: Policy | None = None, terms: Terms | None = None, **more: Any
) -> Findings:
    """The findings under the plain profile."""
    erp = erp or read({})
    return audited(told, erp, own or erp, terms, **more)


def all_spots(told: Told, **more: Any) -> list[Spot]:
    """Every spot, in time."""
    found: list[Spot] = []
    audit(told, spots=found.append, **more)
    return found


def named(told: Told, **more: Any) -> list[tuple[str, str, Decimal]]:
    """Every spot as direction, cause and money."""
    return [(spot.direction, spot.cause, spot.money) for spot in all_spots(told, **more)]


_WHOLE = frozenset(
    {"line", "terms_days", "lead_days", "transit_days", "handling_days", "shipping_days", "priority"}
)


def _typed(name: str, value: Any) -> Any:
    if type(value) is int and name not in _WHOLE:
        return D(value)
    decimal = name in ("unit_price", "amount", "price", "shown_available")
    return D(value) if decimal and isinstance(value, str) else value
