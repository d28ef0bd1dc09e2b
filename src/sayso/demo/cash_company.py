"""The simulated company behind the demo's third act: the distributor's stock, purchases, payers, returns and counts.

Its systems speak for themselves; what somebody else decides (vendors, customers, who counts the shelves) is told them here.
"""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib.resources import files

from sayso.canon.decimals import ZERO
from sayso.canon.times import moment
from sayso.demo import moving
from sayso.demo.accounts import Taxes
from sayso.demo.batches import GENERATED, REAL, Batch, at, batch
from sayso.demo.distributor import Distributor
from sayso.demo.ledger import Ledger
from sayso.demo.orders import LOCAL, OrderLine, by_day
from sayso.demo.planner import Purchase
from sayso.demo.settings import LONDON
from sayso.demo.standing import taxes
from sayso.systems.simulated.company import Company
from sayso.systems.simulated.faults import Faults, parsed
from sayso.systems.simulated.outlet import Outlet
from sayso.systems.simulated.setting import Pace, Setting

MORNING = 5
"""The hour (UTC) at which the back office reports the night; goods that came are on their shelves by then."""
RENAMED = {"qty": "quantity"}
"""What the warehouse's new release calls otherwise, for some hours."""
_RELEASED, _TAKEN_BACK = 6, 11
_FOUR = 4
_CARRIED = (timedelta(hours=16), timedelta(hours=32))
"""A carrier is there on the next day, most often; promises count on it."""
_LEANT_ON = timedelta(days=28)
_FREES_FIRST = ("demand", "stock", "inbound")


class Behind:
    """The company, and what happens to it. `renamed` are the hours of the warehouse's new release."""

    def __init__(self, distributor: Distributor, setting: str, days: int, outlet: Outlet) -> None:
        self.distributor, self.plan = distributor, distributor.plan(setting)
        first = distributor.first
        self._until = first + timedelta(days=days)
        self.start = at(first - timedelta(days=1), 22)
        self.renamed = _renamed(distributor, days)
        stock = {place: Decimal(units) for place, units in self.plan.opening.items()}
        payers = {name: account.payer.days_late for name, account in distributor.book.accounts.items()}
        given = Setting(
            seed=distributor.given.seed, start=self.start, stock=stock, payers=payers,
            alternatives=_alternatives(stock), pace=Pace(transit=_CARRIED),
        )  # fmt: skip
        self.company = Company(given, _faults(self.renamed, given.seed), outlet)
        self._items, self._scarce = _wanted(distributor, self.plan.opening, self._until)
        self._ledger = Ledger(distributor.book, first, distributor.given)
        self._returns = by_day(distributor.trade.returns)
        self._corrections = by_day(distributor.trade.corrections)
        self._sold: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
        self._expected: dict[str, Purchase] = {}
        before = first - timedelta(days=1)
        for purchase in self.plan.purchases:
            if purchase.placed < first <= purchase.arrives:
                self._expect(purchase, before)
        self.company.erp.facts()  # what is expected already stands in the opening facts

    def sold(self, customer: str, order: str, lines: tuple[OrderLine, ...]) -> None:
        """A customer may send these back one day."""
        for number, line in enumerate(lines, 1):
            self._sold[customer, line.item].append((order, number))

    def morning(self, day: date) -> list[Batch]:
        """The night's facts, up to now: what the systems tell, old invoices that were paid, another tax."""
        now = at(day, MORNING)
        self._vendors(day)
        rows = self.company.facts(now)
        reports: list[Batch] = []
        for kind in _FREES_FIRST:
            reports += batch(kind, "simulated", now, rows.get(kind, []))
        paid = [moving.receivable(one) for one in self._ledger.pay(day)]
        reports += batch("receivables", GENERATED, now, paid)
        if day == Taxes.changed:
            reports += batch("taxes", REAL, now, taxes(self.distributor.countries, day))
        return reports

    def evening(self, day: date) -> None:
        """Customers send back what they sent back really, as far as it had come to them; the shelves are counted."""
        for one in self._returns.pop(day, ()):
            rest = Decimal(one.quantity)
            for order, line in reversed(self._sold.get((one.customer, one.item), ())):
                rest -= self.company.wms.give_back(order, line, rest) if rest > 0 else ZERO
        for correction in self._corrections.pop(day, ()) if day < self._until else ():
            place = (correction.item, LONDON)
            if correction.item in self._items and place in self.company.wms.stock.on_hand:
                least = -max(self.company.wms.stock.free(place), ZERO)
                found = max(Decimal(correction.quantity), least)
                if found:
                    self.company.wms.count(place, found)

    def _vendors(self, day: date) -> None:
        """Purchase orders are placed as long as there are orders, and slip."""
        for purchase in self.plan.purchases:
            if purchase.placed == day < self._until + _LEANT_ON:
                self._expect(purchase, day)
        for document, purchase in list(self._expected.items()):
            if purchase.arrives < day:
                del self._expected[document]
            elif any(on == day for on, _ in purchase.told):
                for line in (one for one in purchase.lines if one.item in self._scarce):
                    self.company.erp.facts_of.postpone(document, line.line, purchase.due(day))

    def _expect(self, purchase: Purchase, day: date) -> None:
        if purchase.arrives >= self._until + _LEANT_ON:
            return  # no buyer waits for so long, and what is left open by then a person has to look at
        self._expected[purchase.document] = purchase
        vendor, arrives = f"generated-{purchase.vendor}", at(purchase.arrives, _FOUR)
        for line in (one for one in purchase.lines if one.item in self._scarce):
            place, units = (line.item, purchase.site), Decimal(line.quantity)
            self.company.buy(purchase.document, line.line, place, units, purchase.due(day), arrives, vendor)


def _wanted(
    distributor: Distributor, opening: Mapping[tuple[str, str], int], until: date
) -> tuple[set[str], set[str]]:
    """The items that somebody orders; and those of them of which more than half the stock is: others need no purchase."""
    asked: Counter[str] = Counter()
    for order in distributor.trade.orders:
        if order.at.astimezone(LOCAL).date() < until:
            asked.update({line.item: line.quantity for line in order.lines})
    return set(asked), {item for item, units in asked.items() if 2 * units > opening.get((item, LONDON), 0)}


def _renamed(distributor: Distributor, days: int) -> tuple[datetime, datetime]:
    """Some hours of a working day in the middle, when goods of the orders before are leaving."""
    middle = distributor.first + timedelta(days=max(days // 2, 1))
    while middle.weekday() > _FOUR:
        middle += timedelta(days=1)
    return at(middle, _RELEASED), at(middle, _TAKEN_BACK)


def _faults(renamed: tuple[datetime, datetime], seed: int) -> Faults:
    """What goes wrong on usual days, and the warehouse's new release."""
    usual = (files("sayso.systems.simulated") / "faults" / "ordinary.toml").read_text("utf-8")
    rules = tomllib.loads(usual, parse_float=Decimal)["fault"]
    begins, ends = (moment(one) for one in renamed)
    rules.append({
        "system": "wms", "fault": "schema_changed", "of": "SHIPCONF", "rename": RENAMED, "from": begins, "until": ends,
    })  # fmt: skip
    return Faults(parsed({"fault": rules}, "the demo's faults"), seed)


def _alternatives(stock: Mapping[tuple[str, str], Decimal]) -> dict[str, tuple[str, Decimal]]:
    """The same article in another colour: item codes that differ in their last letter alone."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for item in sorted({item for item, _ in stock}):
        if item[-1:].isalpha():
            kinds[item.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")].append(item)
    return {
        item: (same[(place + 1) % len(same)], Decimal(1))
        for same in kinds.values() if len(same) > 1 for place, item in enumerate(same)
    }  # fmt: skip


def related(item: str, other: str) -> bool:
    """Whether two items are one article in two colours."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return item.rstrip(letters) == other.rstrip(letters)
