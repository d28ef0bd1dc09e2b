"""What stands there today: a storefront that reads this morning's on-hand and a credit flag, and its back
office.

A parallel world with the same demand, opening stock, purchase orders and payers. Its yes is compared, at
the moment of the order, with what its back office could keep: stock that nobody else has, and credit that
is there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from sayso.demo.accounts import Taxes
from sayso.demo.books import Books, Part
from sayso.demo.calendars import ZONE_OF, ship_day, works
from sayso.demo.countries import ways
from sayso.demo.distributor import Distributor
from sayso.demo.ledger import Ledger
from sayso.demo.orders import LOCAL, Order, OrderLine, by_day
from sayso.demo.planner import Place, Purchase
from sayso.demo.settings import LONDON
from sayso.demo.standing import restricted


class Answer(NamedTuple):
    """What the storefront said to an order, and what the back office could do about it at that moment.

    `broken`: lines it said yes to and that could not be kept, with the cause. `refused`: lines it said no
    to, with the cause; `missed`: those of them that the back office could have promised. `charged`: what the price
    list asks for each item of the order, without tax; nothing where it has no price.
    """

    order: Order
    accepted: tuple[OrderLine, ...]
    broken: tuple[tuple[OrderLine, str], ...]
    refused: tuple[tuple[OrderLine, str], ...]
    missed: tuple[tuple[OrderLine, str], ...]
    charged: Mapping[str, Decimal] = MappingProxyType({})

    def worth(self, line: OrderLine) -> Decimal:
        """What the storefront asks for a line."""
        return self.charged.get(line.item, Decimal(0))


class Storefront:
    """The naive storefront of one stock setting, and its back office."""

    def __init__(self, distributor: Distributor, setting: str) -> None:
        self.distributor, self.given = distributor, distributor.given
        self.plan = distributor.plan(setting)
        self.books = Books(self.plan.opening)
        self.ledger = Ledger(distributor.book, distributor.first, self.given)
        self.blocked: set[str] = set()
        self._members: dict[str, list[str]] = defaultdict(list)
        for account in distributor.book.accounts.values():
            self._members[account.top].append(account.customer)
        self._arriving: dict[date, list[Purchase]] = defaultdict(list)
        self._coming: dict[Place, list[tuple[Purchase, int]]] = defaultdict(list)
        for purchase in self.plan.purchases:
            if purchase.arrives >= distributor.first:
                self._arriving[purchase.arrives].append(purchase)
                for line in purchase.lines:
                    self._coming[line.item, purchase.site].append((purchase, line.quantity))
        self._ready: dict[date, list[Part]] = defaultdict(list)
        self._returns = by_day(distributor.trade.returns)
        self._corrections = by_day(distributor.trade.corrections)
        self._review(distributor.first)

    def morning(self, day: date) -> None:
        """Payments and goods arrive; who waits longest is served first; on-hand is published; once a week,
        flags."""
        self.ledger.pay(day)
        for purchase in self._arriving.pop(day, ()):
            for line in purchase.lines:
                place = (line.item, purchase.site)
                self.books.receive(place, line.quantity)
                self._serve(place, day)
        if day.weekday() == self.given.flag_weekday:
            self._review(day)

    def ask(self, order: Order) -> Answer:
        """What the storefront says, and what becomes of it. On-hand does not change between morning and
        evening."""
        day = order.at.astimezone(LOCAL).date()
        licences = self.ledger.accounts[order.customer].licences
        names, blocked = self.distributor.trade.names, order.customer in self.blocked
        accepted, refused = [], []
        for line in order.lines:
            if blocked:
                refused.append((line, "credit_flag"))
            elif restricted(names.get(line.item, ""), order.country, licences):
                refused.append((line, "region"))
            elif self.shown(line, order.country) >= line.quantity:
                accepted.append(line)
            else:
                refused.append((line, "on_hand"))
        legal = [
            one for one in order.lines if not restricted(names.get(one.item, ""), order.country, licences)
        ]
        missed = self._missed(order, legal, refused, day) if refused else []
        broken = self._placed(order, accepted, day) if accepted else []
        charged = {line.item: self._charged(line, day) for line in order.lines}
        return Answer(order, tuple(accepted), tuple(broken), tuple(refused), tuple(missed), charged)

    def _charged(self, line: OrderLine, day: date) -> Decimal:
        unit = self.distributor.prices.unit(line.item, line.quantity, day)
        return Decimal(0) if unit is None else unit * line.quantity

    def _missed(
        self, order: Order, legal: list[OrderLine], refused: list[tuple[OrderLine, str]], day: date
    ) -> list[tuple[OrderLine, str]]:
        """The lines it said no to that its back office could have delivered within the buyer's patience, on credit
        that bears the whole order."""
        if self._stopped(order, tuple(legal), day):
            return []
        causes = {"credit_flag": "flag_outdated", "on_hand": "dated_supply"}
        last = day + timedelta(days=self.given.patience_days)
        return [
            (line, causes[why])
            for line, why in refused
            if line in legal and self._delivered(line, order, last, day) >= line.quantity
        ]

    def shown(self, line: OrderLine, country: str) -> int:
        """What it shows of an item to a buyer there: what is on hand."""
        return sum(self.books.on_hand[line.item, way.site] for way in ways(country))

    def close(self, day: date) -> None:
        """The evening: goods come back, stock is corrected, and what belongs to somebody and is due
        leaves."""
        for one in self._returns.pop(day, ()):
            self._give_back(one.document, one.customer, one.item, one.quantity, day)
        for correction in self._corrections.pop(day, ()):
            place = (correction.item, LONDON)
            if place in self.books.on_hand:
                self.books.correct(place, correction.quantity, day)
                self._unallocate(place)
        invoiced: dict[str, Decimal] = defaultdict(Decimal)
        customers = {}
        for part in self._ready.pop(day, ()):
            if part.allocated:
                invoiced[part.order] += self.books.ship(part, part.allocated)
                customers[part.order] = part.customer
        for order, amount in invoiced.items():
            self.ledger.issue(f"INV-{order}-{day:%y%m%d}", customers[order], amount, day, order)

    def exposure(self, customer: str) -> Decimal:
        """Open receivables and open orders with tax, over the customer's whole chain."""
        top = self.ledger.accounts[customer].top
        waiting = sum((self.books.owing[member] for member in self._members[top]), Decimal(0))
        return self.ledger.owed(customer) + waiting

    def _placed(self, order: Order, lines: list[OrderLine], day: date) -> list[tuple[OrderLine, str]]:
        """The order reaches the back office: stopped by credit control, or given what stock nobody else
        has."""
        stopped = self._stopped(order, tuple(lines), day)
        if stopped:
            return [(line, stopped) for line in lines]
        broken = []
        for number, line in enumerate(lines, 1):
            cause = self._allocate(order, number, line, day)
            if cause:
                broken.append((line, cause))
        return broken

    def _stopped(self, order: Order, lines: tuple[OrderLine, ...], day: date) -> str:
        """Whether credit control stops an order: overdue, or over the limit with it. Blank where it
        passes."""
        if self.ledger.overdue(order.customer, day) > 0:
            return "overdue"
        worth = sum((self._gross(line, order.country, day) for line in lines), Decimal(0))
        over = self.exposure(order.customer) + worth > self.ledger.limit(order.customer)
        return "credit_limit" if over else ""

    def _allocate(self, order: Order, number: int, line: OrderLine, day: date) -> str:
        """First come, first served: free stock of the sites in the order of their speed; the rest waits.

        What it has by the day on which it can first ship is in time. Why it has not; blank where it has."""
        left, gross = line.quantity, self._gross(line, order.country, day)
        sites = [way.site for way in ways(order.country)]
        first = {site: self._first_day(site, order.at, day) for site in sites}
        has = sum(self._leaving(line.item, site, first[site], day) for site in sites)
        bare = sum(self._leaving(line.item, site, first[site], day, protected=False) for site in sites)
        for site in sites:
            units = min(left, self._free(line.item, site))
            if units > 0:
                self._enter(order, number, line, site, units, gross, day)
                left -= units
        if left:
            self._enter(order, number, line, sites[0], left, gross, day, waits=True)
        if has >= line.quantity:
            return ""
        return "safety_stock" if bare >= line.quantity else "committed"

    def _first_day(self, site: str, moment: datetime, day: date) -> date:
        return ship_day(site, day, _past_cutoff(moment, site, self.given.cutoff), self.given.handling_days)

    def _delivered(self, line: OrderLine, order: Order, last: date, day: date) -> int:
        """What of a line's item can be with the buyer by a day."""
        found = 0
        for way in ways(order.country):
            leaves = last - timedelta(days=way.transit_days)
            while not works(way.site, leaves):
                leaves -= timedelta(days=1)
            if leaves >= self._first_day(way.site, order.at, day):
                found += self._leaving(line.item, way.site, leaves, day)
        return found

    def _leaving(self, item: str, site: str, leaves: date, day: date, protected: bool = True) -> int:
        """What can leave on a day, with the purchase orders that are due by then, without a day after it on which
        what others wait for would be missing."""
        place = (item, site)
        changes: dict[date, int] = defaultdict(int)
        for purchase, units in self._coming[place]:
            if purchase.placed <= day < purchase.arrives and purchase.due(day) >= day:
                changes[purchase.due(day)] += units
        for part in self.books.waiting(place):
            changes[max(part.ship_on, day)] -= part.open - part.allocated
        there = self.books.on_hand[place] - self.books.allocated[place]
        there -= self.plan.protected.get(place, 0) if protected else 0
        there += sum(units for on, units in changes.items() if on <= leaves)
        least = there
        for on in sorted(on for on in changes if on > leaves):
            there += changes[on]
            least = min(least, there)
        return max(least, 0)

    def _enter(
        self,
        order: Order,
        number: int,
        line: OrderLine,
        site: str,
        units: int,
        gross: Decimal,
        day: date,
        waits: bool = False,
    ) -> None:
        leaves = self._first_day(site, order.at, day)
        worth = (gross * units / line.quantity).quantize(Decimal("0.01"))
        part = Part(
            f"N-{order.reference}", number, order.reference, order.customer, line.item, site, units,
            leaves, worth,
            line.paid * units / line.quantity, order.at, len(self.books.parts),
        )  # fmt: skip
        self.books.accept(part)
        if not waits:
            self.books.allocate(part, units)
            self._ready[leaves].append(part)

    def _serve(self, place: Place, day: date) -> None:
        for part in self.books.waiting(place):
            units = min(part.open - part.allocated, self._free(*place))
            if units > 0:
                self.books.allocate(part, units)
                leaves = max(ship_day(place[1], day, False, 0), part.ship_on)
                self._ready[leaves].append(part)

    def _unallocate(self, place: Place) -> None:
        """After a write-off: the latest to come lose what is not there any more."""
        for part in reversed(self.books.waiting(place)):
            excess = self.books.allocated[place] - self.books.on_hand[place]
            if excess <= 0:
                return
            self.books.allocate(part, -min(excess, part.allocated))

    def _free(self, item: str, site: str, protected: bool = True) -> int:
        place = (item, site)
        free = self.books.on_hand[place] - self.books.allocated[place]
        return max(free - (self.plan.protected.get(place, 0) if protected else 0), 0)

    def _review(self, day: date) -> None:
        """Credit control goes through the accounts: who is overdue or over the limit is blocked until next
        time."""
        self.blocked = {
            customer
            for customer in self.distributor.book.accounts
            if self.ledger.overdue(customer, day) > 0 or self.exposure(customer) > self.ledger.limit(customer)
        }

    def _give_back(self, document: str, customer: str, item: str, quantity: int, day: date) -> None:
        for number, back in enumerate(self.books.give_back(customer, item, quantity)):
            worth = back.part.worth(back.part.returned) - back.part.worth(back.part.returned - back.returned)
            if back.returned and worth:
                self.ledger.credit(
                    f"CM-{document}-{item}-{back.part.sequence}-{number}", customer, worth, day
                )

    def _gross(self, line: OrderLine, country: str, day: date) -> Decimal:
        unit = self.distributor.prices.unit(line.item, line.quantity, day)
        net = line.paid if unit is None else unit * line.quantity
        return Taxes.gross(net, country, day)


def _past_cutoff(moment: datetime, site: str, cutoff: str) -> bool:
    """Whether an order is too late for the site's day; both clocks differ by an hour."""
    return f"{moment.astimezone(ZONE_OF[site]):%H:%M}" > cutoff
