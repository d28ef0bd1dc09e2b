"""Months of a distributor's orders by a seed, as exports in memory: mostly right, here and there wrong.

Made while it is read, so that a million lines take no memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from sayso.audit.shapes import Belief, FactRow, Intake, Outcome, Problem, ShopLine, ShopOrder

BEGIN = datetime(2026, 1, 5, 6, tzinfo=UTC)
_WAYS = (("LON", "GB", 1), ("YRK", "GB", 2), ("LON", "FR", 3), ("YRK", "FR", 4))
_ZERO = Decimal(0)


class Extent(NamedTuple):
    """How much of it: lines come five to an order; each night a fifth of the items is counted anew."""

    lines: int
    items: int = 5_000
    customers: int = 2_000
    lines_a_day: int = 11_000

    @property
    def days(self) -> int:
        """So many days it takes."""
        return max(self.lines // self.lines_a_day, 1)


class Months:
    """The exports (see the Protocol `Exports` in audit/shapes.py)."""

    problems: Sequence[Problem] = ()

    def __init__(self, extent: Extent) -> None:
        self._extent = extent

    @property
    def intake(self) -> Intake:
        """What was read."""
        lines = self._extent.lines
        return Intake(rows=lines, orders=lines // 5, lines=lines)

    def orders(self) -> Iterator[ShopOrder]:
        """Orders of five lines; popular items more often, large quantities seldom."""
        chance, extent = Random(1), self._extent
        step = timedelta(days=extent.days) / max(extent.lines // 5, 1)
        for number in range(extent.lines // 5):
            country = "GB" if chance.random() < 0.8 else "FR"
            lines = tuple(self._line(chance, place) for place in range(1, 6))
            yield ShopOrder(
                f"W{number:08}", f"C{chance.randrange(extent.customers)}", BEGIN + number * step, country, lines,
                currency="GBP", channel=chance.choice(("web", "app", "edi")), credit_ok=True,
            )  # fmt: skip

    def _line(self, chance: Random, place: int) -> ShopLine:
        number = int(chance.random() ** 2 * self._extent.items)
        quantity = chance.randrange(1, 15)
        price = Decimal((9 if quantity >= 12 and chance.random() < 0.97 else 10) + number % 7)
        shown = Decimal(chance.randrange(quantity, 200))
        answer: Any = "no" if chance.random() < 0.01 else "yes"
        return ShopLine(
            place, f"I{number}", Decimal(quantity), unit_price=price, shown_available=shown, answer=answer
        )

    def beliefs(self) -> Iterator[Belief]:
        """No feeds: each line says what was shown."""
        return iter(())

    def outcomes(self) -> Iterator[Outcome]:
        """Nothing is known of them."""
        return iter(())

    def facts(self) -> Iterator[FactRow]:
        """What holds from the beginning, then the counts of each night."""
        chance = Random(2)
        for site in ("LON", "YRK"):
            yield _from_the_beginning(
                "sites",
                site=site,
                country="GB",
                timezone="Europe/London",
                cutoff="15:00",
                handling_days=1,
                calendar="week",
            )
        for site, country, days in _WAYS:
            yield _from_the_beginning("lanes", site=site, country=country, region="", transit_days=days)
        yield _from_the_beginning("taxes", country="GB", region="", category="", rate=Decimal(20))
        yield from self._buyers(chance)
        for number in range(self._extent.items):
            yield from self._item(chance, number)
        for day in range(1, self._extent.days):
            for _ in range(self._extent.items // 5):
                item = f"I{chance.randrange(self._extent.items)}"
                count = {
                    "item": item,
                    "site": "LON",
                    "variant": "",
                    "on_hand": Decimal(chance.randrange(15, 400)),
                }
                yield FactRow("stock", BEGIN + timedelta(days=day), count)

    def _buyers(self, chance: Random) -> Iterator[FactRow]:
        for number in range(self._extent.customers):
            buyer = f"C{number}"
            yield _from_the_beginning(
                "customers", customer=buyer, country="GB", currency="GBP", credit_limit=Decimal(50_000),
                price_group=f"P{number % 3}",
            )  # fmt: skip
            yield _from_the_beginning(
                "receivables", document=f"R{number}", customer=buyer, open=Decimal(chance.randrange(100, 49_900)),
                due=_day(chance.randrange(self._extent.days // 2 + 1, 4 * self._extent.days + 9)), currency="GBP",
            )  # fmt: skip

    def _item(self, chance: Random, number: int) -> Iterator[FactRow]:
        item = f"I{number}"
        yield _from_the_beginning(
            "items", item=item, uom="EA", list_price=Decimal(10 + number % 7), currency="GBP"
        )
        yield _from_the_beginning(
            "prices", line_type="price", source_type="all", source="", target_type="item", target=item, uom="",
            currency="GBP", variant="", min_quantity=Decimal(12), starts=None, price=Decimal(9 + number % 7),
        )  # fmt: skip
        for site in ("LON", "YRK"):
            yield _from_the_beginning(
                "stock", item=item, site=site, variant="", on_hand=Decimal(chance.randrange(5, 400)),
                reserved=Decimal(chance.randrange(3)), safety_stock=Decimal(2),
            )  # fmt: skip
        yield _from_the_beginning(
            "inbound", document=f"P{number}", line="1", variant="", item=item, site="LON", quantity=Decimal(100),
            reserved=_ZERO, due=_day(chance.randrange(self._extent.days + 1)),
        )  # fmt: skip


def _from_the_beginning(kind: str, /, **values: Any) -> FactRow:
    return FactRow(kind, None, values)


def _day(number: int) -> date:
    return (BEGIN + timedelta(days=number)).date()
