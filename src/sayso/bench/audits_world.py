"""Export files of a distributor by a seed, as many order lines as wanted, with trouble on three of a hundred of them.

Written row by row, so that a million lines take no memory. The first lines are the same however many follow.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

BEGIN = datetime(2026, 1, 5, 7, tzinfo=UTC)
LINES_AN_ORDER = 5
_LINES_A_DAY = 11_000
_TROUBLE = 0.03
_SITES = {"LON": "GB", "YRK": "GB", "LYO": "FR"}
_WAYS = (("LON", "GB", 1), ("YRK", "GB", 2), ("LON", "FR", 3), ("LYO", "FR", 1))
_ORDERS = ("order", "line", "placed", "customer", "country", "currency", "channel", "item", "quantity", "uom", "unit_price",
           "amount", "shown_available", "shown_date", "credit_ok")  # fmt: skip
_ROW = tuple[Any, ...]


class Extent(NamedTuple):
    """How much of it."""

    lines: int
    items: int = 20_000
    customers: int = 2_000

    @property
    def days(self) -> int:
        """So many days it takes."""
        return max(self.lines // _LINES_A_DAY, 1)


def written(extent: Extent, folder: Path) -> tuple[Path, Path]:
    """Both folders of exports: the storefront's and the ERP's."""
    shop, erp = folder / "shop", folder / "erp"
    shop.mkdir(parents=True)
    erp.mkdir()
    _write(shop / "orders.csv", _ORDERS, _orders(extent, extent.lines))
    for name, (columns, rows) in _facts(extent).items():
        _write(erp / f"{name}.csv", columns, rows)
    return shop, erp


def sampled(extent: Extent, lines: int, folder: Path) -> Path:
    """A storefront's folder with the first lines only."""
    folder.mkdir()
    _write(folder / "orders.csv", _ORDERS, _orders(extent, lines))
    return folder


def _write(path: Path, columns: tuple[str, ...], rows: Iterator[_ROW]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _price(item: int) -> int:
    return 10 + item % 90


def _orders(extent: Extent, lines: int) -> Iterator[_ROW]:
    """Orders of five lines, popular items more often; ordinary items but where trouble is wanted."""
    chance = Random(1)
    step = timedelta(days=extent.days) / max(extent.lines // LINES_AN_ORDER, 1)
    for number in range(lines // LINES_AN_ORDER):
        placed = BEGIN + number * step
        country = "GB" if chance.random() < 0.8 else "FR"
        head = (f"{placed:%Y-%m-%dT%H:%M:%SZ}", f"C{chance.randrange(extent.customers)}", country, "GBP",
                chance.choice(("web", "app", "edi")))  # fmt: skip
        for place in range(1, LINES_AN_ORDER + 1):
            item = int(chance.random() ** 2 * (extent.items // 10)) * 10 + chance.randrange(3, 10)
            quantity, price = chance.randrange(1, 24), _price(item)
            line: tuple[Any, ...] = (item, quantity, price - (quantity >= 12), chance.randrange(40, 90), "")
            if chance.random() < _TROUBLE:
                line = _troubled(chance, item, quantity, placed)
            yield (
                f"W{number:08}",
                place,
                *head,
                f"I{line[0]}",
                line[1],
                "EA",
                line[2],
                line[1] * line[2],
                line[3],
                line[4],
                "yes",
            )


def _troubled(chance: Random, item: int, quantity: int, placed: datetime) -> tuple[Any, ...]:
    """A line that is wrong: item, quantity, price, stock and day shown. The last digit of an item says what it is."""
    price, tens = _price(item) - (quantity >= 12), item // 10 * 10
    sort = chance.randrange(7)
    if sort == 0:
        return item, quantity, price - 1, 80, ""  # an old price
    if sort == 1:
        return item, quantity + 12, _price(item), 80, ""  # the price of a smaller quantity
    if sort == 2:
        return item, 9_000, price - (quantity < 12), 9_999, ""  # there never was so much
    if sort == 3:
        return tens, 11, _price(tens), 600, ""  # reserved but for a few
    if sort == 4:
        return tens + 1, 7, _price(tens + 1), 300, ""  # packs of six
    if sort == 5:
        return tens + 2, 5, _price(tens + 2), 300, ""  # nowhere to be sold without a licence
    return item, quantity, price, 80, f"{placed:%Y-%m-%d}"  # delivered on the day of the order


def _facts(extent: Extent) -> dict[str, tuple[tuple[str, ...], Iterator[_ROW]]]:
    items = range(extent.items)
    return {
        "sites": (("site", "country", "timezone", "cutoff", "handling_days"),
                  ((site, country, "Europe/London", "15:00", 1) for site, country in _SITES.items())),
        "lanes": (("site", "country", "transit_days"), iter(_WAYS)),
        "taxes": (("country", "rate"), iter([("GB", 20)])),
        "rules": (("rule", "effect", "category", "licence"), iter([("L", "require_licence", "drugs", "D1")])),
        "customers": (("customer", "country", "currency", "credit_limit", "parent"), (
            (f"C{one}", "GB", "GBP", 90_000_000, f"C{one - 1}" if one % 4 == 1 else "") for one in range(extent.customers)
        )),
        "items": (("item", "uom", "list_price", "currency", "pack", "category"), (
            (f"I{one}", "EA", _price(one), "GBP", 6 if one % 10 == 1 else "", "drugs" if one % 10 == 2 else "")
            for one in items
        )),
        "prices": (("line_type", "source_type", "target_type", "target", "min_quantity", "price"), (
            ("price", "all", "item", f"I{one}", 12, _price(one) - 1) for one in items if one % 10 > 2
        )),
        "stock": (("item", "site", "on_hand", "reserved", "safety_stock", "as_of"), _stock(extent)),
        "inbound": (("document", "line", "item", "site", "quantity", "due"), (
            (f"P{one}", 1, f"I{one}", "LON", 100, f"{BEGIN + timedelta(days=one % (extent.days + 9)):%Y-%m-%d}")
            for one in items if one % 3 == 0
        )),
        "demand": (("document", "line", "item", "site", "quantity", "due", "customer", "as_of", "deleted"),
                   _demand(extent)),
        "receivables": (("document", "customer", "open", "due", "currency", "as_of", "deleted"), _receivables(extent)),
    }  # fmt: skip


def _moment(day: int) -> str:
    return f"{BEGIN + timedelta(days=day) - timedelta(hours=3):%Y-%m-%dT%H:%M:%SZ}"


def _stock(extent: Extent) -> Iterator[_ROW]:
    """A count of everything, then of a tenth of the items each night."""
    chance = Random(2)
    for item in range(extent.items):
        for site in _SITES:
            held = 300 if item % 10 == 0 else chance.randrange(400, 4_000)
            yield f"I{item}", site, held, 295 if item % 10 == 0 else chance.randrange(9), 3, ""
    for day in range(1, extent.days):
        for _ in range(extent.items // 10):
            item = chance.randrange(extent.items // 10) * 10 + chance.randrange(3, 10)
            yield f"I{item}", "LON", chance.randrange(400, 4_000), chance.randrange(9), 3, _moment(day)


def _demand(extent: Extent) -> Iterator[_ROW]:
    """Other channels' orders: told one day, gone three days later."""
    chance = Random(3)
    open_: list[_ROW] = []
    for day in range(extent.days):
        told = [
            (f"S{day}-{one}", 1, f"I{chance.randrange(extent.items // 10) * 10 + chance.randrange(3, 10)}", "LON",
             chance.randrange(1, 40), f"{BEGIN + timedelta(days=day + 3):%Y-%m-%d}", f"C{one % extent.customers}")
            for one in range(extent.items // 20)
        ]  # fmt: skip
        yield from ((*row, _moment(day), "no") for row in told)
        yield from ((*row, _moment(day), "yes") for row in open_ if row[0].split("-")[0] == f"S{day - 3}")
        open_ = [row for row in open_ if row[0].split("-")[0] != f"S{day - 3}"] + told


def _receivables(extent: Extent) -> Iterator[_ROW]:
    """Two invoices a customer; each day some are paid and others written, none ever overdue."""
    chance = Random(4)
    due = f"{BEGIN + timedelta(days=extent.days + 30):%Y-%m-%d}"
    for customer in range(extent.customers):
        for number in range(2):
            yield f"R{customer}-{number}", f"C{customer}", chance.randrange(100, 30_000), due, "GBP", "", "no"
    for day in range(1, extent.days):
        for one in range(extent.customers // 10):
            customer = chance.randrange(extent.customers)
            yield (
                f"R{day}-{one}-n",
                f"C{customer}",
                chance.randrange(100, 30_000),
                due,
                "GBP",
                _moment(day),
                "no",
            )
