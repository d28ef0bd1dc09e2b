"""The benchmark's distributor: items, sites, customers and what stands open, made from a seed.

Items are numbered so that popularity (rank 1 sells most) is scattered over the numbers, as in a real catalogue.
Knows no database; a row is a tuple of texts in the order of its table's columns, None for blank.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import gcd
from random import Random
from typing import NamedTuple

Row = tuple[str | None, ...]

COUNTRIES = ("GB", "IE", "DE", "FR", "NL", "BE", "ES", "SE")
_ZONES = {"GB": "Europe/London", "DE": "Europe/Berlin", "FR": "Europe/Paris", "NL": "Europe/Amsterdam"}
_SITE_COUNTRIES = ("GB", "GB", "NL", "DE", "FR")
_CATEGORIES = ("tools", "fixings", "garden", "paint", "lighting", "storage", "cleaning", "chemicals")
_TAXES = ("20", "23", "19", "20", "21", "21", "21", "25")
_STRIDE = 7919
_PLENTY = 20_000_000
_BASE = 2_000
_HOT = 1_000_000_000
_NEVER_SCARCE = 20
_SCARCE_SITES = 0.04
_SCARCE_ITEMS = 0.005
PACK, CASE = 6, 12


@dataclass(frozen=True)
class Scale:
    """How large the world is, and the seed it grows from."""

    items: int = 100_000
    sites: int = 5
    customers: int = 20_000
    seed: int = 2011

    @property
    def stride(self) -> int:
        """What ranks are multiplied by, modulo the number of items, to give item numbers."""
        return next(stride for stride in range(_STRIDE, 2 * _STRIDE) if gcd(stride, self.items) == 1)

    def number(self, rank: int) -> int:
        """The number of the item that sells as the rank-th; rank 1 sells most."""
        return rank * self.stride % self.items


class Table(NamedTuple):
    """The rows of one kind of facts. Every row is as of the load."""

    kind: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]


def item_code(number: int) -> str:
    """The code of an item by its number."""
    return f"I{number:07d}"


def customer_code(number: int) -> str:
    """The number of a customer, as the distributor writes it."""
    return f"C{number:06d}"


def account_number(number: int) -> int:
    """Whose credit account a customer's is: the second and third of ten belong to the first."""
    return number - number % 10 if number % 10 in (1, 2) else number


def country_of(number: int) -> str:
    """Where a customer is; half of them at home."""
    return "GB" if number % 2 else COUNTRIES[number // 2 % len(COUNTRIES)]


def pack_of(number: int) -> int:
    """Base units that an item is sold in multiples of; every tenth comes in packs."""
    return PACK if number % 10 == 3 else 1


def sold_in_cases(number: int) -> bool:
    """Whether an item is sold by the case as well; every fifth is."""
    return number % 5 == 0


def tables(scale: Scale, today: date) -> list[Table]:
    """All facts, in the order they are loaded."""
    return [*_standing(scale, today), *_buyers(scale, today), *_goods(scale, today)]


def _standing(scale: Scale, today: date) -> list[Table]:
    sites = [
        (f"S{place + 1:02d}", _SITE_COUNTRIES[place % len(_SITE_COUNTRIES)]) for place in range(scale.sites)
    ]

    def site_rows() -> Iterator[Row]:
        for place, (site, country) in enumerate(sites):
            yield site, country, _ZONES[country], "16:00", "week", str(place % 2)

    def lane_rows() -> Iterator[Row]:
        for site, country in sites:
            for place, to in enumerate(COUNTRIES):
                days = 1 if to == country else 2 + place % 3
                yield site, to, str(days), f"{4 + 3 * days + place % 4}.50"

    def rule_rows() -> Iterator[Row]:
        yield "R1", "forbid", None, "flammable", "IE", None, "not carried by sea"
        yield "R2", "require_licence", "chemicals", "toxic", None, "POISON", "sold to licensed buyers"
        yield "R3", "forbid", None, "aerosol", "SE", None, "not carried by air"

    return [
        Table("sites", ("site", "country", "timezone", "cutoff", "calendar", "handling_days"), site_rows),
        Table("lanes", ("site", "country", "transit_days", "cost"), lane_rows),
        Table("calendars", ("calendar", "date", "working"), lambda: _holidays(today)),
        Table("rules", ("rule", "effect", "category", "hazard", "country", "licence", "reason"), rule_rows),
        Table("taxes", ("country", "rate"), lambda: iter(tuple(zip(COUNTRIES, _TAXES, strict=True)))),
    ]


def _holidays(today: date) -> Iterator[Row]:
    for weeks in range(2, 50, 6):
        yield "week", (today + timedelta(weeks=weeks)).isoformat(), "f"


def _buyers(scale: Scale, today: date) -> list[Table]:
    """Customers in small trees, most with room under their limits; some are overdue, some have hardly any room."""

    def customer_rows() -> Iterator[Row]:
        for number in range(scale.customers):
            top = account_number(number)
            limit = "1500" if top % 100 == 9 else None if top % 5 == 4 else str(1_000_000 * (1 + top % 7))
            yield (
                customer_code(number), customer_code(top) if top != number else None,
                "KEY" if number % 50 == 5 else f"G{number % 4}", f"P{number % 5}", f"D{number % 3}",
                country_of(number), "GBP", "30", limit, "POISON" if number % 3 else None,
            )  # fmt: skip

    def receivable_rows() -> Iterator[Row]:
        chance = Random(scale.seed + 1)
        for number in range(scale.customers):
            for place in range(2):
                late = number % 50 == 7 and place == 0
                due = today + timedelta(days=-10 if late else chance.randint(3, 40))
                amount = f"{chance.randint(100, 90000) / 100:.2f}"
                yield f"INV{number:06d}{place}", customer_code(number), amount, amount, "GBP", due.isoformat()

    columns = (
        "customer", "parent", "group", "price_group", "discount_group", "country", "currency", "terms_days",
        "credit_limit", "licences",
    )  # fmt: skip
    return [
        Table("customers", columns, customer_rows),
        Table("receivables", ("document", "customer", "amount", "open", "currency", "due"), receivable_rows),
    ]


def _goods(scale: Scale, today: date) -> list[Table]:
    item_columns = (
        "item", "uom", "status", "category", "discount_group", "pack", "minimum", "origin", "hs_code", "hazard",
        "weight_kg", "list_price", "currency", "lead_days",
    )  # fmt: skip
    price_columns = ("line_type", "source_type", "source", "target_type", "target", "min_quantity", "price",
                     "discount_percent")  # fmt: skip
    demand_columns = ("document", "line", "item", "site", "quantity", "planned", "customer", "group", "kind",
                      "amount", "currency")  # fmt: skip
    return [
        Table("items", item_columns, lambda: _items(scale)),
        Table("units", ("item", "uom", "factor"), lambda: _units(scale)),
        Table("prices", price_columns, lambda: _prices(scale)),
        Table("stock", ("item", "site", "on_hand", "reserved", "safety_stock"), lambda: _stock(scale)),
        Table("inbound", ("document", "line", "item", "site", "quantity", "due", "vendor"),
              lambda: _inbound(scale, today)),
        Table("demand", demand_columns, lambda: _demand(scale, today)),
    ]  # fmt: skip


def _pence(number: int) -> int:
    return 45 + number * 37 % 9000


def _pounds(pence: int) -> str:
    return f"{pence // 100}.{pence % 100:02d}"


def _items(scale: Scale) -> Iterator[Row]:
    for number in range(scale.items):
        pack = str(PACK) if pack_of(number) > 1 else None
        hazard = {7: "flammable", 107: "aerosol", 151: "toxic"}.get(number % 200)
        yield (
            item_code(number), "EA", "active", _CATEGORIES[number % len(_CATEGORIES)], f"IG{number % 10}", pack,
            pack, "CN" if number % 3 else "GB", f"{8201 + number % 90}{number % 100:02d}", hazard,
            f"{1 + number % 40 / 10:.1f}", _pounds(_pence(number)), "GBP", str(7 + number % 30),
        )  # fmt: skip


def _units(scale: Scale) -> Iterator[Row]:
    for number in range(0, scale.items, 5):
        yield item_code(number), "CS", str(CASE)


def _prices(scale: Scale) -> Iterator[Row]:
    """List prices with quantity breaks, group prices on every fifth item, some contracts, some discounts."""
    for number in range(scale.items):
        item, pence = item_code(number), _pence(number)
        for least, percent in ((1, 100), (12, 92), (100, 85)):
            yield "price", "all", "", "item", item, str(least), _pounds(pence * percent // 100), None
        if number % 5 == 1:
            for group in (number // 5 % 5, (number // 5 + 2) % 5):
                for least, percent in ((1, 90), (24, 82)):
                    price = _pounds(pence * percent // 100)
                    yield "price", "price_group", f"P{group}", "item", item, str(least), price, None
    for number in range(0, scale.customers, 20):
        for place in range(3):
            bought = (number * 13 + place) % scale.items
            price = _pounds(_pence(bought) * 75 // 100)
            yield "price", "customer", customer_code(number), "item", item_code(bought), "1", price, None
    for place in range(10):
        yield (
            "discount",
            "discount_group",
            f"D{place % 3}",
            "discount_group",
            f"IG{place}",
            "0",
            None,
            str(2 + place % 4),
        )


def on_hand(scale: Scale) -> Iterator[tuple[int, int, int]]:
    """(item number, site, pieces on hand): by popularity, so that hours of selling leave some; about 4 % are scarce."""
    chance = Random(scale.seed + 2)
    for rank in range(1, scale.items + 1):
        number, steady = scale.number(rank), rank <= _NEVER_SCARCE
        plenty = _HOT if rank == 1 else _BASE + _PLENTY // rank
        nowhere = not steady and chance.random() < _SCARCE_ITEMS
        for site in range(scale.sites):
            scarce = not steady and chance.random() < _SCARCE_SITES
            yield number, site, chance.randint(0, 5) if scarce or nowhere else plenty


def _stock(scale: Scale) -> Iterator[Row]:
    for number, site, pieces in on_hand(scale):
        reserved = 1 if pieces > _BASE and (number + site) % 4 == 0 else 0
        yield item_code(number), f"S{site + 1:02d}", str(pieces), str(reserved), str(number % 3)


def _inbound(scale: Scale, today: date) -> Iterator[Row]:
    chance = Random(scale.seed + 3)
    for number in range(0, scale.items, 3):
        for place in range(1 + number % 2):
            due = today + timedelta(days=chance.randint(2, 60))
            site = f"S{(number + place) % scale.sites + 1:02d}"
            yield (
                f"PO{number:07d}", str(place + 1), item_code(number), site, str(chance.randint(50, 500)),
                due.isoformat(), f"V{number % 200}",
            )  # fmt: skip


def _demand(scale: Scale, today: date) -> Iterator[Row]:
    """Open order lines on two items of five, and stock protected for a customer group on every hundredth."""
    chance = Random(scale.seed + 4)
    for number in range(scale.items):
        item = item_code(number)
        for place in range(1 + number % 3 if number % 5 in (0, 2) else 0):
            quantity = chance.randint(1, 20)
            planned = today + timedelta(days=chance.randint(0, 30))
            customer = customer_code(chance.randrange(scale.customers))
            yield (
                f"SO{number:07d}", str(place + 1), item, f"S{(number + place) % scale.sites + 1:02d}", str(quantity),
                planned.isoformat(), customer, None, "order", _pounds(_pence(number) * quantity), "GBP",
            )  # fmt: skip
        if number % 100 == 50:
            yield f"AL{number:07d}", "1", item, "S01", "25", None, None, "KEY", "allocation", None, None
