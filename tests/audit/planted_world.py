"""A distributor's weeks as an ERP's journal, and a storefront that keeps to it; written as export files.

Nothing of Sayso is used: what is there, what it costs and who may buy is worked out here, by plain bookkeeping.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

MONDAY = datetime(2026, 2, 2, tzinfo=UTC)
SITES = {"LON": "GB", "YRK": "GB", "LYO": "FR"}
WAYS = {("LON", "GB"): 1, ("LON", "FR"): 3, ("YRK", "GB"): 2, ("LYO", "FR"): 1}
LATEST = time(16)  # of the morning's clock in every site, in UTC
TAX = {"GB": 20, "FR": 0}


class Label(NamedTuple):
    """What is wrong with a line, and which way."""

    order: str
    line: int
    direction: str
    cause: str


class Row(NamedTuple):
    """A row of an export, and from when on it is true."""

    at: datetime | None
    values: dict[str, Any]


def working(day: date) -> date:
    """The day, or the Monday after it."""
    while day.isoweekday() > 5:
        day += timedelta(days=1)
    return day


def leaves(at: datetime) -> date:
    """The day on which goods in stock leave: the working day after the one on which the order counts."""
    counted = at.date() + timedelta(days=1) if at.time() > LATEST else at.date()
    return working(working(counted) + timedelta(days=1))


class Journal:
    """Both exports as they grow, and what was planted."""

    def __init__(self, seed: int, days: int) -> None:
        self.chance = Random(seed)
        self.days = days
        self.erp: dict[str, list[Row]] = {}
        self.shop: dict[str, list[Row]] = {}
        self.labels: set[Label] = set()
        self.lines = 0
        self._orders: list[tuple[datetime, str, dict[str, Any], list[dict[str, Any]]]] = []
        self._taken: set[datetime] = set()
        self._fixed()

    def fact(self, kind: str, at: datetime | None = None, /, **values: Any) -> None:
        """A row of the ERP's."""
        self.erp.setdefault(kind, []).append(Row(at, values))

    def feed(self, kind: str, at: datetime, /, **values: Any) -> None:
        """A row of a storefront's feed."""
        self.shop.setdefault(kind, []).append(Row(at, values))

    def price(self, item: str, price: Decimal, **more: Any) -> None:
        """A line of the price list, for everybody unless it says for whom."""
        row = {
            "line_type": "price", "source_type": "all", "source": "", "target_type": "item", "target": item,
            "min_quantity": 0, "starts": "", "ends": "", "price": price,
        }  # fmt: skip
        self.fact("prices", None, **{**row, **more})

    def moment(self, hours: tuple[float, float] = (8, 15.5), weekday: int | None = None) -> datetime:
        """A moment in which nothing else happens, on a working day."""
        while True:
            day = self.chance.randrange(1, self.days)
            at = MONDAY + timedelta(days=day, minutes=int(self.chance.uniform(*hours) * 60))
            fits = at.isoweekday() == weekday if weekday else at.isoweekday() < 6
            if fits and at not in self._taken:
                self._taken.add(at)
                return at

    def order(
        self,
        at: datetime,
        head: dict[str, Any],
        lines: list[dict[str, Any]],
        labels: list[set[str]],
        direction: str,
    ) -> str:
        """An order as the storefront exports it; `labels` are the causes planted on each line."""
        number = f"W{len(self._orders) + 1001}"
        self._orders.append((at, number, head, lines))
        self.lines += len(lines)
        for place, causes in enumerate(labels, 1):
            self.labels |= {Label(number, place, direction, cause) for cause in causes}
        return number

    def orders(self) -> list[Row]:
        """A row a line, by the time at which they were placed."""
        return [
            Row(None, {"order": number, "line": place, "placed": at, **head, **line})
            for at, number, head, lines in sorted(self._orders, key=lambda one: one[0])
            for place, line in enumerate(lines, 1)
        ]

    def _fixed(self) -> None:
        for site, country in SITES.items():
            zone, cutoff = ("Europe/Paris", "17:00") if country == "FR" else ("Europe/London", "16:00")
            self.fact(
                "sites",
                site=site,
                country=country,
                timezone=zone,
                cutoff=cutoff,
                handling_days=1,
                calendar="WORK",
            )
        self.fact("calendars", calendar="WORK", date="2026-01-01", working="no")
        for (site, country), days in WAYS.items():
            self.fact("lanes", site=site, country=country, transit_days=days)
        for country, rate in TAX.items():
            self.fact("taxes", country=country, rate=rate)
        self.fact(
            "rules", rule="ACID", effect="forbid", hazard="8", country="FR", reason="no acids to France"
        )
        self.fact(
            "rules", rule="BLADE", effect="require_licence", category="blades", licence="B1", reason="licence"
        )


class Good(NamedTuple):
    """An item that anybody may order, as the storefront knows it."""

    item: str
    price: Decimal
    breaks: tuple[tuple[int, Decimal], ...]
    pack: int
    factor: int


class Trade:
    """The ordinary trade of the weeks: faithful from first to last."""

    def __init__(self, journal: Journal, items: int, buyers: int, orders: int) -> None:
        self.journal, self.chance = journal, journal.chance
        self._there: dict[tuple[str, str], int] = {}
        self._safe: dict[tuple[str, str], int] = {}
        self._open: list[tuple[str, str, str, int]] = []
        self.goods = [self._good(number) for number in range(items)]
        self.buyers = [self._buyer(number) for number in range(buyers)]
        self._counted: date | None = None
        for at in sorted(journal.moment() for _ in range(orders)):
            self._morning(at)
            self._cart(at)

    def _good(self, number: int) -> Good:
        pick, item = self.chance, f"A{number:04}"
        price = Decimal(pick.randrange(200, 5000)) / 100
        pack, factor = pick.choice([1, 1, 1, 6]), pick.choice([6, 12])
        breaks = ((24, (price * Decimal("0.9")).quantize(Decimal("0.01"))),) if pick.random() < 0.5 else ()
        self.journal.fact("items", item=item, uom="EA", status="active", list_price=price, currency="GBP",
                          pack=pack if pack > 1 else "", minimum="", category="", hazard="")  # fmt: skip
        self.journal.fact("units", item=item, uom="CS", factor=factor)
        for least, cheaper in breaks:
            self.journal.price(item, price)
            self.journal.price(item, cheaper, min_quantity=least)
        for site in SITES:
            held, reserved = pick.randrange(40, 400), pick.choice([0, 0, 5])
            self._safe[item, site] = pick.choice([0, 0, 10])
            self._there[item, site] = held - reserved
            self.journal.fact("stock", item=item, site=site, on_hand=held, reserved=reserved,
                              safety_stock=self._safe[item, site])  # fmt: skip
        return Good(item, price, breaks, pack, factor)

    def _buyer(self, number: int) -> str:
        buyer, parent = f"C{number:04}", f"C{number - 1:04}" if number % 4 == 1 else ""
        self.journal.fact("customers", customer=buyer, parent=parent, country="GB", currency="GBP",
                          credit_limit=10_000_000 if not parent else "", licences="")  # fmt: skip
        day = (MONDAY + timedelta(days=self.journal.days + self.chance.randrange(1, 30))).date()
        self.journal.fact("receivables", document=f"R{buyer}", customer=buyer, currency="GBP", due=day,
                          open=self.chance.randrange(10, 9000))  # fmt: skip
        return buyer

    def _morning(self, at: datetime) -> None:
        """Before the first order of a day: yesterday's goods have left, are counted and invoiced."""
        if at.date() == self._counted:
            return
        self._counted = at.date()
        early = datetime.combine(at.date(), time(5), UTC)
        gone, self._open = self._open, []
        for document, item, site, _ in gone:
            self.journal.fact("demand", early, document=document, line=1, item=item, site=site, deleted="yes")
        for item, site in sorted({(item, site) for _, item, site, _ in gone}):
            self.journal.fact("stock", early, item=item, site=site, on_hand=self._there[item, site], reserved=0,
                              safety_stock=self._safe[item, site])  # fmt: skip
        for good in self.goods:
            self.journal.feed("stock", early, item=good.item, available=self._had(good.item, "GB"))

    def _had(self, item: str, country: str) -> int:
        return sum(
            max(self._there[item, site] - self._safe[item, site], 0) for site, to in WAYS if to == country
        )

    def _cart(self, at: datetime) -> None:
        pick, lines, kept = self.chance, [], []
        country = pick.choice(["GB", "GB", "GB", "FR"])
        for good in pick.sample(self.goods, min(pick.choice([1, 2, 3, 5]), len(self.goods))):
            wanted = pick.choice([1, 2, 3, 6, 12, 24, 30]) * good.pack
            cases = pick.random() < 0.2 and good.factor % good.pack == 0
            base = good.factor if cases else wanted
            if base > self._had(good.item, country):
                self._turned_away(at, good, country)
                continue
            lines.append(self._line(good, base, at, country, cases))
            kept.append((good, base))
        if lines:
            channel = pick.choice(["web", "app"])
            head = {"customer": pick.choice(self.buyers), "country": country, "currency": "GBP", "channel": channel,
                    "credit_ok": "yes"}  # fmt: skip
            number = self.journal.order(at, head, lines, [set() for _ in lines], "yes_no")
            self._taken(at, number, kept, country, str(head["customer"]))

    def _line(self, good: Good, base: int, at: datetime, country: str, cases: bool) -> dict[str, Any]:
        each = min([price for least, price in good.breaks if base >= least], default=good.price)
        shown = self._had(good.item, country) if self.chance.random() < 0.5 else ""
        near = next((site for site, to in WAYS if to == country), "")
        dated = (
            self.chance.random() < 0.4 and self._there[good.item, near] - self._safe[good.item, near] >= base
        )
        day = leaves(at) + timedelta(days=WAYS[near, country]) if dated else ""
        if cases:
            shown = self._had(good.item, country) // good.factor if shown != "" else ""
        return {
            "item": good.item, "quantity": 1 if cases else base, "uom": "CS" if cases else "EA",
            "unit_price": each * (good.factor if cases else 1), "amount": each * base, "need_by": "",
            "shown_available": shown, "shown_date": day, "answer": "yes", "reason": "",
        }  # fmt: skip

    def _taken(
        self, at: datetime, number: str, kept: list[tuple[Good, int]], country: str, buyer: str
    ) -> None:
        """What was sold leaves the storefront's count at once, and stands in the ERP a second later."""
        for place, (good, base) in enumerate(kept, 1):
            for site in (site for site, to in WAYS if to == country):
                here = min(base, max(self._there[good.item, site] - self._safe[good.item, site], 0))
                if here:
                    document = f"S{number}-{place}-{site}"
                    self._there[good.item, site] -= here
                    self._open.append((document, good.item, site, here))
                    self.journal.fact("demand", at + timedelta(seconds=1), document=document, line=1, item=good.item,
                                      site=site, quantity=here, customer=buyer, order=number)  # fmt: skip
                    base -= here

    def _turned_away(self, at: datetime, good: Good, country: str) -> None:
        """A line that cannot be had, and was not sold."""
        head = {
            "customer": self.buyers[0],
            "country": country,
            "currency": "GBP",
            "channel": "web",
            "credit_ok": "yes",
        }
        line = {"item": good.item, "quantity": 4000 * good.pack, "uom": "EA", "unit_price": "", "amount": "",
                "need_by": "", "shown_available": self._had(good.item, country), "shown_date": "", "answer": "no",
                "reason": "sold out"}  # fmt: skip
        self.journal.order(at, head, [line], [set()], "no_yes")
