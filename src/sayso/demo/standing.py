"""The facts that change seldom, as rows: sites, lanes, calendars, rules, taxes, items, prices, customers.

Items, prices and customers are real or derived from what is real; the rest is generated, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from sayso.demo.accounts import BIOSECURITY, Account, Book, Taxes
from sayso.demo.batches import Row, money
from sayso.demo.calendars import CALENDAR_OF, HOLIDAYS, ZONE_OF
from sayso.demo.countries import is_overseas, ways
from sayso.demo.planner import Plan
from sayso.demo.pricelist import PriceList
from sayso.demo.settings import AMSTERDAM, LONDON, Generated

CURRENCY = "GBP"
_MATCHES = re.compile(r"\bMATCHES\b")
_NATURAL = re.compile(r"\b(GROW|WOOD|WOODEN|WICKER|FEATHER|RAFFIA|STRAW|COCONUT)\b")


def sites(given: Generated) -> list[Row]:
    """A warehouse in London, and a smaller one in Amsterdam for the continent. Generated."""
    shared: Row = {"cutoff": given.cutoff, "handling_days": given.handling_days}
    return [
        {
            "site": LONDON, "name": "London (generated)", "country": "GB", "timezone": ZONE_OF[LONDON].key,
            "calendar": CALENDAR_OF[LONDON], **shared,
        },
        {
            "site": AMSTERDAM, "name": "Amsterdam (generated)", "country": "NL",
            "timezone": ZONE_OF[AMSTERDAM].key,
            "calendar": CALENDAR_OF[AMSTERDAM], **shared,
        },
    ]  # fmt: skip


def lanes(countries: Iterable[str]) -> list[Row]:
    """Both sites ship to every country that ordered. Generated."""
    return [
        {"site": way.site, "country": way.country, "transit_days": way.transit_days, "cost": way.cost}
        for country in sorted(countries)
        for way in ways(country)
    ]


def calendars(last: date) -> list[Row]:
    """The public holidays; weekends are the policy's."""
    return [
        {"calendar": name, "date": day.isoformat(), "working": False}
        for name, days in sorted(HOLIDAYS.items())
        for day in sorted(days)
        if day <= max(last, date(2011, 12, 31))
    ]


def rules(countries: Iterable[str]) -> list[Row]:
    """Matches do not fly, and what is made of plants or animals enters Australia with a licence only. Generated
    examples of such rules."""
    overseas = [country for country in sorted(countries) if is_overseas(country)]
    return [
        {
            "rule": f"gen-matches-{country}", "effect": "forbid", "hazard": "4.1", "country": country,
            "reason": "matches (class 4.1) do not go by air (generated rule)",
        }
        for country in overseas
    ] + [
        {
            "rule": "gen-biosecurity-AU", "effect": "require_licence", "category": "natural", "country": "AU",
            "licence": BIOSECURITY, "reason": "plant and animal material needs an import licence (generated rule)",
        }
    ]  # fmt: skip


def restricted(name: str, country: str, licences: tuple[str, ...]) -> bool:
    """Whether the rules keep an item of this name from a buyer in a country."""
    if is_overseas(country) and _MATCHES.search(name):
        return True
    return country == "AU" and BIOSECURITY not in licences and bool(_NATURAL.search(name))


def taxes(countries: Iterable[str], day: date) -> list[Row]:
    """Value added tax of a day by country: real in Britain, none on what is sold abroad."""
    return [{"country": one, "rate": str(Taxes.percent(one, day))} for one in sorted(countries)]


def items(names: dict[str, str], prices: PriceList, plan: Plan, first: date) -> list[Row]:
    """Every item of the data; the name is its description. The lead time is generated."""
    rows = []
    for item, name in sorted(names.items()):
        row: Row = {
            "item": item,
            "name": name,
            "uom": "EA",
            "status": "active",
            "stocked": True,
            "currency": CURRENCY,
        }
        period = prices.period(item, first)
        if period:
            row["list_price"] = money(period.breaks[0].price)
        if item in plan.lead_days:
            row["lead_days"] = plan.lead_days[item]
        if _MATCHES.search(name):
            row["hazard"] = "4.1"
        if _NATURAL.search(name):
            row["category"] = "natural"
        rows.append(row)
    return rows


def prices(list_: PriceList) -> list[Row]:
    """The derived list: for each item its single price and its quantity breaks, and from when to when they
    hold."""
    rows: list[Row] = []
    for item, periods in list_.items.items():
        ends = [next_.starts - timedelta(days=1) if next_.starts else None for next_ in periods[1:]] + [None]
        for period, last in zip(periods, ends, strict=True):
            for step in period.breaks:
                row: Row = {
                    "line_type": "price", "source_type": "all", "target_type": "item", "target": item,
                    "currency": CURRENCY, "min_quantity": str(step.quantity), "price": money(step.price),
                }  # fmt: skip
                if period.starts:
                    row["starts"] = period.starts.isoformat()
                if last:
                    row["ends"] = last.isoformat()
                rows.append(row)
    return rows


def customers(book: Book) -> list[Row]:
    """Every customer by its real number and country. Terms, limit and chain are generated."""
    return [_customer(account) for account in book.accounts.values()]


def _customer(account: Account) -> Row:
    row: Row = {
        "customer": account.customer, "name": f"Customer {account.customer}", "country": account.country,
        "currency": CURRENCY, "terms_days": account.terms_days, "tax_exempt": account.country != "GB",
    }  # fmt: skip
    if account.credit_limit is not None:
        row["credit_limit"] = money(account.credit_limit)
    if account.licences:
        row["licences"] = "|".join(account.licences)
    if account.top != account.customer:
        row |= {"bill_to": account.top, "parent": account.top}
    return row
