"""The buyer of the demo distributor: vendors, purchase orders and opening stock. All generated, from named
draws.

A periodic order-up-to policy on trailing demand, run for half a year before the first real order on
reshuffled days of the real demand, and then on the real demand itself. It does not know what a storefront
accepted, so that the same purchase orders stand behind every storefront that is compared.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sayso.demo.calendars import working
from sayso.demo.chance import Chance
from sayso.demo.countries import ways
from sayso.demo.orders import LOCAL, Order
from sayso.demo.settings import AMSTERDAM, LONDON, Generated, Source

Place = tuple[str, str]
"""An item and a site."""


class Vendor(NamedTuple):
    """A generated vendor; it is reviewed every so many days, always on one weekday."""

    name: str
    source: Source
    lead_days: int
    review_day: int


class PurchaseLine(NamedTuple):
    """So many units of an item."""

    line: int
    item: str
    quantity: int


class Purchase(NamedTuple):
    """A purchase order. `told` lists when the vendor gave which new date; `arrives` is known to nobody
    before."""

    document: str
    vendor: str
    site: str
    placed: date
    promised: date
    arrives: date
    told: tuple[tuple[date, date], ...]
    lines: tuple[PurchaseLine, ...]

    def due(self, day: date) -> date:
        """The date the vendor stands by on the morning of a day."""
        return next((due for on, due in reversed(self.told) if on <= day), self.promised)


@dataclass(frozen=True, slots=True)
class Plan:
    """What the buyer did: stock on the first morning, protected stock, all purchase orders, lead time by
    item."""

    opening: dict[Place, int]
    protected: dict[Place, int]
    purchases: tuple[Purchase, ...]
    lead_days: dict[str, int]


def planned(orders: Sequence[Order], first: date, last: date, buffer_percent: int, given: Generated) -> Plan:
    """The plan for the days from `first` to `last` with this much of the usual buffer."""
    return _Planner(orders, first, last, buffer_percent, given).run()


class _Planner:
    """One run of the policy, day by day."""

    def __init__(
        self, orders: Sequence[Order], first: date, last: date, buffer_percent: int, given: Generated
    ) -> None:
        self.given, self.first, self.last = given, first, last
        self.chance = Chance(given.seed)
        self.usual, demand = _demand(orders, given)
        self.demand = self._with_history(demand)
        self.buffer_days = given.buffer_days * buffer_percent // 100
        self.usual = {item: -(-line * buffer_percent // 100) for item, line in self.usual.items()}
        self.places: dict[Vendor, list[Place]] = defaultdict(list)
        vendors = _vendors(given, self.chance)
        self.vendor_of: dict[str, Vendor] = {}
        for place in sorted({place for day in self.demand.values() for place in day}):
            vendor = self.vendor_of.setdefault(place[0], _vendor(place[0], vendors, given, self.chance))
            self.places[vendor].append(place)
        self.trailing: Counter[Place] = Counter()
        self.on_hand: dict[Place, int] = {}
        self.on_order: Counter[Place] = Counter()
        self.arriving: dict[date, list[Purchase]] = defaultdict(list)
        self.purchases: list[Purchase] = []

    def run(self) -> Plan:
        given, day = (
            self.given,
            self.first - timedelta(days=self.given.warm_up_days + self.given.trailing_days),
        )
        begin = self.first - timedelta(days=given.warm_up_days)
        opening: dict[Place, int] = {}
        while day <= self.last:
            if day == begin:
                self.on_hand = {
                    place: self._target(place) for places in self.places.values() for place in places
                }
            if day == self.first:
                opening = dict(self.on_hand)
                protected = {
                    place: self.trailing[place] * given.protected_days // given.trailing_days
                    for place in opening
                }
            if day >= begin:
                self._receive(day)
                self._review(day)
            self._sell(day, day >= begin)
            day += timedelta(days=1)
        leads = {item: vendor.lead_days for item, vendor in self.vendor_of.items()}
        return Plan(opening, protected, tuple(self.purchases), leads)

    def _with_history(self, demand: Mapping[date, Counter[Place]]) -> dict[date, Counter[Place]]:
        """The real demand, and before it days of it in a drawn order."""
        days = (self.last - self.first).days + 1
        found = {
            self.first + timedelta(days=n): demand.get(self.first + timedelta(days=n), Counter())
            for n in range(days)
        }
        for back in range(1, self.given.warm_up_days + self.given.trailing_days + 1):
            drawn = self.first + timedelta(days=self.chance.below(days, "history", back))
            found[self.first - timedelta(days=back)] = demand.get(drawn, Counter())
        return found

    def _target(self, place: Place) -> int:
        vendor = self.vendor_of[place[0]]
        days = vendor.lead_days + vendor.source.review_days + self.buffer_days
        return -(-self.trailing[place] * days // self.given.trailing_days) + self.usual[place[0]]

    def _receive(self, day: date) -> None:
        for purchase in self.arriving.pop(day, ()):
            for line in purchase.lines:
                place = (line.item, purchase.site)
                self.on_hand[place] += line.quantity
                self.on_order[place] -= line.quantity

    def _review(self, day: date) -> None:
        for vendor, places in self.places.items():
            if (day.toordinal() - vendor.review_day) % vendor.source.review_days:
                continue
            wanted: dict[str, list[tuple[str, int]]] = defaultdict(list)
            for place in places:
                lacking = self._target(place) - self.on_hand[place] - self.on_order[place]
                if lacking > 0:
                    cartons = -(-lacking // self.given.carton)
                    wanted[place[1]].append((place[0], cartons * self.given.carton))
                    self.on_order[place] += cartons * self.given.carton
            for site, lines in sorted(wanted.items()):
                self._order(vendor, site, day, lines)

    def _order(self, vendor: Vendor, site: str, day: date, lines: list[tuple[str, int]]) -> None:
        document = f"PO-{vendor.name}-{site}-{day:%y%m%d}"
        promised = working(site, day + timedelta(days=vendor.lead_days))
        late = self.chance.pick(vendor.source.days_late, "late", document)
        arrives = max(working(site, promised + timedelta(days=late)), day + timedelta(days=1))
        numbered = tuple(
            PurchaseLine(number, item, quantity) for number, (item, quantity) in enumerate(lines, 1)
        )
        told = self._told(document, site, promised, arrives)
        purchase = Purchase(document, vendor.name, site, day, promised, arrives, told, numbered)
        self.purchases.append(purchase)
        self.arriving[arrives].append(purchase)

    def _told(self, document: str, site: str, promised: date, arrives: date) -> tuple[tuple[date, date], ...]:
        """On each morning on which the goods should be there and are not, the vendor names a new date."""
        told: list[tuple[date, date]] = []
        due = promised
        while due < arrives:
            admitted = self.chance.pick(self.given.told_percent, "told", document, len(told))
            days = max(1, -(-(arrives - due).days * admitted // 100))
            new = min(working(site, due + timedelta(days=days)), arrives)
            told.append((due, new))
            due = new
        return tuple(told)

    def _sell(self, day: date, counted: bool) -> None:
        for place, quantity in self.demand[day].items():
            self.trailing[place] += quantity
            if counted:
                self.on_hand[place] = max(self.on_hand[place] - quantity, 0)
        gone = self.demand.get(day - timedelta(days=self.given.trailing_days), Counter())
        for place, quantity in gone.items():
            self.trailing[place] -= quantity


def _demand(orders: Sequence[Order], given: Generated) -> tuple[dict[str, int], dict[date, Counter[Place]]]:
    """The usual line of each item, and what was wanted of it by day and site.

    A line of more than `project_factor` median lines counts as that much: nobody stocks for it. Few lines
    from the continent are no reason to keep an item there.
    """
    lines: dict[str, list[int]] = defaultdict(list)
    abroad: Counter[str] = Counter()
    for order in orders:
        home = ways(order.country)[0].site
        for line in order.lines:
            lines[line.item].append(line.quantity)
            abroad[line.item] += home == AMSTERDAM
    usual, most = {}, {}
    for item, quantities in lines.items():
        quantities.sort()
        most[item] = quantities[(len(quantities) - 1) // 2] * given.project_factor
        usual[item] = min(quantities[(len(quantities) - 1) * given.usual_line_percentile // 100], most[item])
    demand: dict[date, Counter[Place]] = defaultdict(Counter)
    for order in orders:
        home, day = ways(order.country)[0].site, order.at.astimezone(LOCAL).date()
        for line in order.lines:
            site = home if abroad[line.item] >= given.continental_least_lines else LONDON
            demand[day][line.item, site] += min(line.quantity, most[line.item])
    return usual, demand


def _vendors(given: Generated, chance: Chance) -> dict[str, list[Vendor]]:
    found = {}
    for source in given.sources:
        found[source.name] = [
            Vendor(
                name := f"{source.name}{number}", source, chance.pick(source.lead_days, "lead", name),
                1 + chance.below(5, "weekday", name) + 7 * chance.below(source.review_days // 7, "week",
                name),
            )
            for number in range(1, source.vendors + 1)
        ]  # fmt: skip
    return found


def _vendor(item: str, vendors: dict[str, list[Vendor]], given: Generated, chance: Chance) -> Vendor:
    group = vendors["far" if chance.percent(given.far_percent, "far", item) else "near"]
    return group[chance.below(len(group), "vendor", item)]
