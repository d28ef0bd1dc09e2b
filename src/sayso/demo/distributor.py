"""The demo distributor: what is real of it, what follows from that, and what is generated, put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from sayso.demo import moving, standing
from sayso.demo.accounts import Book, opened
from sayso.demo.batches import GENERATED as GENERATED_SOURCE
from sayso.demo.batches import REAL, Batch, Row, at, batch
from sayso.demo.ledger import Invoice
from sayso.demo.orders import LOCAL, Trade, trade
from sayso.demo.planner import Plan, planned
from sayso.demo.pricelist import PriceList, derived
from sayso.demo.retail import Reading, read_lines
from sayso.demo.settings import BUFFERS, GENERATED, Generated
from sayso.demo.slice import find
from sayso.errors import BadField, SaysoError


@dataclass(frozen=True)
class Distributor:
    """Everything that the three stock settings share. `first` and `last` are the days of the first and last
    order."""

    file: str
    reading: Reading
    trade: Trade
    prices: PriceList
    book: Book
    given: Generated
    first: date
    last: date
    _plans: dict[str, Plan] = field(default_factory=dict)

    def plan(self, setting: str) -> Plan:
        """Stock and purchase orders at a setting: tight, usual or loose."""
        if setting not in BUFFERS:
            raise BadField("setting", setting, "no such stock setting", remedy=f"one of {', '.join(BUFFERS)}")
        if setting not in self._plans:
            self._plans[setting] = planned(
                self.trade.orders, self.first, self.last, BUFFERS[setting], self.given
            )
        return self._plans[setting]

    @property
    def countries(self) -> list[str]:
        """The countries that orders went to."""
        return sorted({order.country for order in self.trade.orders})

    @property
    def prices_reproduced(self) -> tuple[int, int]:
        """Order lines whose derived price is exactly the one paid, and all order lines."""
        return self.prices.reproduced(self.trade.orders)


def load(folder: Path | None = None, given: Generated = GENERATED) -> Distributor:
    """The distributor from the shipped slice, or from the full file in a folder. SaysoError where nothing
    can be read."""
    path = find(folder)
    reading = read_lines(path)
    found = trade(reading)
    if not found.orders:
        raise SaysoError(
            f"{path} holds no order of any customer", remedy="use the slice that comes with Sayso"
        )
    days = [order.at.astimezone(LOCAL).date() for order in (found.orders[0], found.orders[-1])]
    book = opened(found.orders, days[0], days[1], given)
    return Distributor(path.name, reading, found, derived(found.orders), book, given, days[0], days[1])


def opening_facts(distributor: Distributor, setting: str) -> list[Batch]:
    """All facts as they stood before the first order, in the order in which they are loaded."""
    before = distributor.first - timedelta(days=1)
    found: list[Batch] = []
    for kind, source, rows in (*_standing(distributor, setting), *_moving(distributor, setting, before)):
        found += batch(kind, source, at(before, 22), rows)
    return found


def _standing(distributor: Distributor, setting: str) -> list[tuple[str, str, list[Row]]]:
    first, countries, plan = distributor.first, distributor.countries, distributor.plan(setting)
    items = standing.items(distributor.trade.names, distributor.prices, plan, first)
    return [
        ("calendars", REAL, standing.calendars(distributor.last)),
        ("sites", GENERATED_SOURCE, standing.sites(distributor.given)),
        ("lanes", GENERATED_SOURCE, standing.lanes(countries)),
        ("rules", GENERATED_SOURCE, standing.rules(countries)),
        ("taxes", REAL, standing.taxes(countries, first)),
        ("items", REAL, items),
        ("prices", REAL, standing.prices(distributor.prices)),
        ("customers", GENERATED_SOURCE, standing.customers(distributor.book)),
    ]


def _moving(distributor: Distributor, setting: str, before: date) -> list[tuple[str, str, list[Row]]]:
    plan, first = distributor.plan(setting), distributor.first
    stock = [
        moving.stock(place, units, plan.protected[place]) for place, units in sorted(plan.opening.items())
    ]
    open_ = [one for one in plan.purchases if one.placed < first <= one.arrives]
    past = [one for one in plan.purchases if one.arrives < first]
    owed = [
        Invoice(one.document, one.customer, one.amount, one.amount, one.issued, one.due)
        for one in distributor.book.openings
    ]
    return [
        ("stock", GENERATED_SOURCE, stock),
        ("inbound", GENERATED_SOURCE, [row for one in open_ for row in moving.inbound(one, one.due(before))]),
        ("receipts", GENERATED_SOURCE, [row for one in past for row in moving.receipts(one)]),
        ("receivables", GENERATED_SOURCE, [moving.receivable(one) for one in owed]),
    ]
